package dearman

import "github.com/vignette-sim/vignette/internal/language"

// Mindful: keeps to the objective, comes back to it after a diversion, and is not drawn into an attack.

var (
	returnCue = cueOf(strong, "comes back to the point",
		`back to; come|coming back to; get|getting back to; return to; as i said; like i said; as i mentioned;
		i hear you and; i hear that|what; that is a separate|different|another;
		we can talk|discuss about|that|it ?that|it ?another|later|separately|some; stay|stick with|on|to;
		focus|focusing on; right now i|we|am; for now; i am still asking;
		i still|do need|want|would|feel|think|believe|hope|can|say|mean; still;
		my question|request|point|answer|concern is|was|still|remains; what i am asking; the point|question|issue is;
		one thing at a; be that as it may; regardless; either way; even so; that said; coming here; i want to stay;
		happy to talk about that`,
	)
	defendCue = cueOf(weak, "defends instead of going on",
		`that is not true; i do not always; i never said; i did not say; i do not do that; i never do that;
		you started; i am not the one; so do you; you do it too; look who is; what about when you; what about you;
		you are one to; you did it|that first; at least i;
		i am not lazy|selfish|dramatic|needy|overreacting|sensitive; how is that my; that was not my fault;
		it is not my fault`,
	)
)

// judgeMindful judges from what the utterance does, too: words about the objective that do nothing for it only stay near.
func judgeMindful(m *moment, shown level) finding {
	if because, ok := m.fault(attack, sarcasm, threat); ok {
		because.why += ", which leaves the objective for a fight"
		f := finding{}
		f.add(because)
		return f
	}
	if because, ok := m.lastFault(capitulation); ok {
		because.why += ", and with it the objective is gone"
		f := finding{}
		f.add(because)
		return f
	}
	f := finding{note: "This is about something other than the objective"}
	for _, s := range m.sentences {
		if h, ok := keepsTo(m, s); ok {
			f.add(h)
		}
	}
	if shown == none && f.level == strong && !m.taken() {
		f = finding{level: weak, note: "Speaks of the objective without doing anything for it"}
	}
	if because, ok := m.fault(judgement); ok {
		because.why += ", which turns from the objective to the other's character"
		f.cap(weak, because)
	}
	if s, at, ok := m.firstIn(defendCue.phrases); ok && (m.other.attacks || m.other.resists) {
		f.cap(weak, hit{span: m.cover(s, at), why: defendCue.why})
	}
	if f.level == strong && m.strays() {
		f.level = weak
		f.note = "Part of this is about the objective, more of it is about something else"
		f.hits = nil
	}
	return f
}

// keepsTo says how far a sentence is about the objective.
func keepsTo(m *moment, s *sentence) (hit, bool) {
	switch {
	case s.broken, s.tie == loose && s.has(judgement):
		return hit{}, false
	case m.answers(s) && !s.has(judgement):
		return hit{level: strong, span: m.whole(s), why: "answers what was asked"}, true
	case s.tie == untied && m.other.resists && m.offers(s):
		return hit{level: weak, span: m.whole(s), why: "stays near the objective"}, true
	case s.tie == closely && (len(m.matter.all) > 0 || m.substance(s)):
		why := "keeps to the objective"
		if at, ok := returnCue.in(s); ok && (m.other.diverts || m.other.attacks) {
			return hit{level: strong, span: m.cover(s, at), why: returnCue.why}, true
		}
		return hit{level: strong, span: m.whole(s), why: why}, true
	case s.tie == loose && m.substance(s):
		return hit{level: strong, span: m.whole(s), why: "keeps to the objective"}, true
	case s.tie == loose:
		return hit{level: weak, span: m.whole(s), why: "stays near the objective"}, true
	}
	return hit{}, false
}

// taken says whether the utterance takes up what the other said before it goes on.
func (m *moment) taken() bool { return m.other.spoke && m.anywhere(empathyCue) }

// answers says whether a sentence refuses what somebody has just asked.
func (m *moment) answers(s *sentence) bool {
	if !m.matter.refusing() || !m.other.spoke {
		return false
	}
	_, ok := refusalIn(m, s, s == m.sentences[0])
	return ok
}

func (m *moment) offers(s *sentence) bool {
	_, ok := offerIn(m, s)
	return ok
}

// substance says whether a sentence does one of the things a strategy does.
func (m *moment) substance(s *sentence) bool {
	if _, ok := requestIn(m, s); ok && !m.matter.refusing() {
		return true
	}
	if _, ok := refusalIn(m, s, false); ok && m.matter.refusing() {
		return true
	}
	if _, ok := namedFeeling(m, s); ok {
		return true
	}
	if _, ok := gainIn(m, s); ok {
		return true
	}
	if _, ok := offerIn(m, s); ok {
		return true
	}
	return len(m.matter.all) == 0 && states(s.Tokens) && isConcrete(s.Tokens)
}

// strays says whether more than half of the words are in sentences about something else.
func (m *moment) strays() bool {
	near, far := 0, 0
	for _, s := range m.sentences {
		n := len(language.Words(s.Tokens))
		if s.tie == untied && n >= 4 && !m.substance(s) {
			far += n
		} else {
			near += n
		}
	}
	return far > near
}
