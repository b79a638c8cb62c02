package speaker

import (
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// openPassive begins with an apology and a hint.
func (s *Speaker) openPassive() {
	s.greetMeekly()
	if s.good() {
		s.describe(heard{})
		if s.good() {
			s.express()
		}
		s.st.Vague++
		return
	}
	s.fumble(heard{})
}

// passive is one turn of somebody who hints and gives in.
func (s *Speaker) passive(h heard) vignettev1.ActionKind {
	s.intent = "not be a bother"
	switch h.kind {
	case unclear, silence:
		return s.sayMeekly(h)
	case offered:
		if s.refuses() {
			return s.yieldOr(h)
		}
		s.settle(h.role)
		s.d.Say(actAccept, acceptingMeekly...)
		return speak
	case attack, shamed, finalNo:
		return s.yield(h)
	case closing, departed:
		return s.closeUp(h)
	}
	return s.yieldOr(h)
}

// sayMeekly answers "what do you want?": at last with the request, wrapped in excuses.
func (s *Speaker) sayMeekly(h heard) vignettev1.ActionKind {
	if !s.good() && s.st.Vague < 3 {
		s.fumble(h)
		return speak
	}
	s.assertMeekly()
	return speak
}

// yieldOr gives in, or says it once more, softly.
func (s *Speaker) yieldOr(h heard) vignettev1.ActionKind {
	if s.st.Requests == 0 && !s.refuses() {
		return s.sayMeekly(h)
	}
	if s.refuses() && s.st.Requests == 0 && s.chance(meekNoBase+(1-meekNoBase)*s.skill) {
		s.d.Say(actApologise, apologies...)
		if s.good() {
			s.assertMeekly()
		} else {
			s.fumble(h)
		}
		return speak
	}
	if s.chance(yieldLeast + (yieldMost-yieldLeast)*(1-s.skill)) {
		return s.yield(h)
	}
	s.d.Say(actHedge, s.pick(agreeing, agreeingNo)...)
	if !s.good() || !s.express() {
		s.negotiate(h)
	}
	return speak
}

// yield gives in: withdraws the request, or takes the refusal back.
func (s *Speaker) yield(h heard) vignettev1.ActionKind {
	s.intent = "give in so that it is over"
	if s.scene.Group() && len(s.openOthers()) > 1 && h.kind == finalNo {
		s.d.Say(actHedge, s.pick(agreeing, agreeingNo)...)
		s.trail(h)
		return speak
	}
	s.st.Phase = Yielded
	s.d.Say(actYield, s.pick(yielding, yieldingNo)...)
	return speak
}

// openAggressive begins with a demand.
func (s *Speaker) openAggressive() {
	if s.good() {
		s.describe(heard{})
	} else {
		s.d.Say(actBlame, s.pick(openingBlame, blamingNo)...)
	}
	s.demand()
}

// aggressive is one turn of somebody who presses and blames.
func (s *Speaker) aggressive(h heard) vignettev1.ActionKind {
	s.intent = "press until I get it"
	if h.kind == departed {
		return s.afterWalkout(h)
	}
	if h.kind == closing && s.st.Requests > 0 {
		s.st.Phase = Gone
		s.d.Say(actBlame, stormingOff...)
		return leave
	}
	if h.kind == finalNo && len(s.openOthers()) < 2 {
		s.st.Phase = Gone
		s.d.Say(actThreaten, s.pick(threats, threatsNo)...)
		return leave
	}
	if h.kind == offered && !s.refuses() && s.good() && s.st.Offers > 1 {
		s.settle(h.role)
		s.d.Say(actAccept, acceptingGrudgingly...)
		return speak
	}
	if !s.chance(attackMost * (1 - attackLess*s.skill)) {
		if s.good() && s.answer(h) {
			return speak
		}
		s.demand()
		return speak
	}
	s.hitOut(h)
	if s.d.Len() < 2 && s.chance(demandChance) {
		s.demand()
	}
	return speak
}

// hitOut blames, judges or threatens; threats come later.
func (s *Speaker) hitOut(h heard) {
	switch pick := s.draw.Float64(); {
	case pick < threatenPart && s.st.Pushbacks > 1:
		s.d.Say(actThreaten, s.pick(threats, threatsNo)...)
	case pick < insultPart && s.st.Requests > 0:
		s.d.Say(actJudge, insulting...)
	default:
		s.d.Say(actBlame, s.pick(blaming, blamingNo)...)
	}
	if s.d.Empty() {
		s.d.Say(actBlame, s.pick(blaming, blamingNo)...)
	}
}
