package partner

import (
	"math"
	"strings"

	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Feelings a partner has, by index into State.Feelings.
const (
	anger = iota
	hurt
	anxiety
	sadness
	relief
	hope
	calm
	feelings
)

var emotionOf = [feelings]vignettev1.Emotion{
	vignettev1.Emotion_EMOTION_ANGER, vignettev1.Emotion_EMOTION_HURT, vignettev1.Emotion_EMOTION_ANXIETY, vignettev1.Emotion_EMOTION_DISAPPOINTMENT,
	vignettev1.Emotion_EMOTION_RELIEF, vignettev1.Emotion_EMOTION_HOPE, vignettev1.Emotion_EMOTION_CALM,
}

// Kinds of credit, by index into State.Credited.
const (
	forRequest = iota
	forFact
	forFeeling
	forGain
	forProposal
	forReflection
	forQuestion
	forSteadiness
	creditKinds
)

// appraise lets a reading change what the partner feels and is willing to do.
func (p *Partner) appraise(r *reading) {
	st := &p.st
	for i := range st.Feelings {
		st.Feelings[i] *= fade
	}
	st.JustOffered = st.JustOffered && !r.silent
	p.mended = 0
	p.clarify(r)
	if r.attacks() || r.presses() {
		p.suffer(r)
	}
	if !r.attacks() {
		p.mend(r)
		p.credit(r)
		p.wear(r)
	}
	p.feel(r)
}

// clarify keeps count of whether it is clear what the other wants.
func (p *Partner) clarify(r *reading) {
	st := &p.st
	if r.asked && !p.asker || p.asker && r.has[cueNo] > 0 {
		st.Clear = true
	}
	if !st.Clear && !r.silent {
		st.Unclear++
	}
}

// suffer lets attack and pressure do their work.
func (p *Partner) suffer(r *reading) {
	st := &p.st
	blow := costBlame*float64(r.has[cueBlame]+r.has[cueAccuses]) + costThreat*float64(r.has[cueThreat]) + costInsult*float64(r.has[cueInsult]) +
		costSarcasm*float64(r.has[cueSarcasm]) + costUltimatum*float64(r.has[cueUltimatum])
	press := costDemand*float64(min(r.has[cueDemand], 2)) + costJudge*float64(min(r.has[cueJudges], 2))
	press = math.Min(press, 2*costDemand)
	blow = math.Min(blow, mostBlow) * p.temper.touchy
	willing := st.Willingness
	p.move(-(blow + press) * (1 - st.Willingness*saturation))
	st.Lost = clamp(st.Lost + willing - st.Willingness)
	st.Resistance = clamp(st.Resistance + resistUp*(math.Min(blow/costBlame, 2)+press/costDemand/2))
	st.Trust = clamp(st.Trust - trustDown*math.Min(blow/costBlame, 2) - trustDown/3*press/costDemand)
	st.Rupture = clamp(st.Rupture + ruptureBlow*blow + rupturePress*press)
	st.Scar = math.Max(st.Scar, scarShare*st.Rupture)
	st.Feelings[anger] = clamp(st.Feelings[anger] + angerBlow*blow + angerPress*press)
	if r.has[cueBlame]+r.has[cueAccuses]+r.has[cueInsult] > 0 {
		st.Feelings[hurt] = clamp(st.Feelings[hurt] + hurtBlow*blow)
	}
	if r.attacks() {
		st.Abuses++
	}
	if r.threatens() {
		st.Threats++
	}
}

// mend lets an apology and understanding bring a ruptured relationship back, and with it the willingness that was lost
// to it, though never wholly.
func (p *Partner) mend(r *reading) {
	st := &p.st
	if st.Rupture <= st.Scar {
		st.Rupture = st.Scar
		return
	}
	before := st.Rupture
	if r.has[cueSorry] > 0 && !r.presses() {
		st.Sorries++
		st.Rupture -= (before - st.Scar) * repairSorry / float64(st.Sorries)
	}
	if r.validates {
		st.Rupture -= (before - st.Scar) * repairHeard
	}
	p.mended = before - st.Rupture
	back := st.Lost * p.mended / before
	p.move(back)
	st.Lost -= back
	st.Trust = clamp(st.Trust + repairTrust*p.mended)
	st.Resistance = clamp(st.Resistance - repairTrust*p.mended)
	if p.mended == 0 && !r.presses() {
		st.Rupture = st.Scar + (before-st.Scar)*ruptureFade
	}
}

// fits says whether a turn takes up what the partner has just brought up. Words that pass it by may be good words, but
// they are hardly heard.
func (p *Partner) fits(r *reading) bool {
	if p.outOfPlace(r) {
		return false
	}
	switch p.st.Last {
	case actClarify:
		return r.asked || p.asker && r.has[cueNo] > 0
	case actGuilt, actDeflect, actSidetrack, actInterrupt:
		return r.asked || p.asker && r.has[cueNo] > 0 || r.validates || r.has[cueComesBack]+r.has[cueHearsMe] > 0
	case actUpset:
		return r.has[cueSorry] > 0 || r.validates || r.onTopic
	case actObject, actInterest, actPosition, actOffer:
		point := p.point()
		if len(point) == 0 || r.has[cueAsksNeeds] > 0 || r.validates || point.Shared(r.content) > 0 {
			return true
		}
		for _, i := range p.aboutPoint() {
			if r.met[i] > 0 {
				return true
			}
		}
		return p.st.Last == actOffer && r.has[cueProposal]+r.has[cueAccepts]+r.has[cueThanks] > 0
	}
	return true
}

// outOfPlace says whether a turn answers something that was not said: takes up a question nobody asked, comes back from
// where nobody went, thanks for what was not given, asks about a proposal that is not there.
func (p *Partner) outOfPlace(r *reading) bool {
	switch last := p.st.Last; {
	case last == "":
		return false
	case r.has[cueTakesQuestion] > 0 && !p.askedLast():
		return true
	case r.has[cueComesBack] > 0 && !isTactic(last) && last != actUpset:
		return true
	case r.has[cueAsksView] > 0 && r.has[cueProposal]+r.gains == 0:
		return true
	}
	given := p.st.Last != actPosition && p.st.Last != actObject && p.st.Last != actClarify && !isTactic(p.st.Last)
	return r.has[cueThanks] > 0 && !given
}

// askedLast says whether the partner's own last turn asked something.
func (p *Partner) askedLast() bool {
	own := p.scene.Own()
	return len(own) > 0 && strings.Contains(own[len(own)-1], "?")
}

// point are the stems of the author's sentence that the partner brought up last.
func (p *Partner) point() language.Stems {
	text := p.pointText()
	if text == "" {
		return nil
	}
	return scene.Stems(text)
}

func (p *Partner) pointText() string {
	st := &p.st
	last := func(used []int, list []string) string {
		if n := len(used); n > 0 && used[n-1] >= 0 && used[n-1] < len(list) {
			return list[used[n-1]]
		}
		return ""
	}
	switch st.Last {
	case actObject:
		return last(st.Objected, p.stance.GetObjections())
	case actOffer:
		return last(st.Offered, p.stance.GetOffers())
	case actInterest:
		if n := len(st.Told); n > 0 && st.Told[n-1] >= 0 && st.Told[n-1] < len(p.stance.GetInterests()) {
			return p.stance.GetInterests()[st.Told[n-1]].GetText()
		}
	case actPosition:
		return p.stance.GetPosition()
	}
	return ""
}

// aboutPoint are the interests that the last point is about.
func (p *Partner) aboutPoint() []int {
	if n := len(p.st.Told); p.st.Last == actInterest && n > 0 {
		return []int{p.st.Told[n-1]}
	}
	return p.rd.about(p.pointText())
}

// credit lets what was said well move the partner.
func (p *Partner) credit(r *reading) {
	st := &p.st
	scale := p.hearing(r)
	gain := 0.0
	if scale > 0 {
		gain = p.worth(r)
	}
	p.move(gain * scale * (1 - saturation*st.Willingness))
	if r.validates && r.onTopic {
		st.Trust = clamp(st.Trust + trustUp*(1-st.Trust))
		st.Resistance = clamp(st.Resistance - resistDown)
	}
	if !p.spokenTo() {
		return // what is said to somebody else need not lead anywhere
	}
	if gain*scale < stuckBelow*(1-difficultyDrag*p.difficulty()) {
		st.Stuck++
	} else {
		st.Stuck = 0
	}
}

// hearing is the share of what is said that gets through to the partner.
func (p *Partner) hearing(r *reading) float64 {
	st := &p.st
	scale := p.temper.gain * (1 - difficultyDrag*p.difficulty()) * (1 - resistDrag*st.Resistance) * (trustFloor + trustGain*st.Trust) * (1 - ruptureDrag*st.Rupture)
	switch {
	case r.echo, r.coherent < clearShare, r.silent:
		return 0
	case !r.onTopic:
		scale *= offTopicShare
	case !p.fits(r):
		scale *= unfitShare
	}
	if !st.Clear {
		scale *= vagueShare
	}
	if r.sentences >= crammedFrom {
		scale *= crammedShare
	}
	return scale
}

// worth is what a turn is worth to a partner who hears all of it.
func (p *Partner) worth(r *reading) float64 {
	st := &p.st
	gain := 0.0
	give := func(kind int, credit float64, times int) {
		for range min(times, 2) {
			gain += credit / (1 + habituation*float64(st.Credited[kind]))
			st.Credited[kind]++
		}
	}
	met := p.meetInterests(r)
	request, proposal := creditWish, creditProposal
	if r.plainly || p.asker {
		request = creditRequest
	}
	if met == 0 {
		proposal *= emptyProposal
	}
	give(forRequest, request, btoi(r.asked && !r.repeats || p.asker && r.has[cueNo] > 0))
	give(forFact, creditFact, r.facts)
	give(forFeeling, creditFeeling, btoi(r.has[cueFeelsBad]+r.has[cueFeelsGood] > 0))
	give(forGain, creditGain, r.gains)
	give(forProposal, proposal, btoi(r.has[cueProposal] > 0))
	give(forReflection, creditReflects, btoi(r.validates))
	give(forQuestion, creditAsks, btoi(r.has[cueAsksNeeds] > 0))
	give(forSteadiness, creditSteady, btoi(isTactic(st.Last) && (r.asked || p.asker && r.has[cueNo] > 0) && !r.presses() && !r.repeats))
	return gain + met + creditReason*float64(btoi(r.has[cueReason] > 0))
}

// wear lets sameness wear the partner out: the same request in the same words, apologies for nothing.
func (p *Partner) wear(r *reading) {
	st := &p.st
	if r.repeats && r.facts+r.gains+r.has[cueProposal] == 0 {
		p.move(-costRepeat - costNag*float64(min(st.Nagged, 3)))
		st.Nagged++
		st.Feelings[anger] = clamp(st.Feelings[anger] + nagged*float64(st.Nagged)*p.temper.touchy)
		st.Resistance = clamp(st.Resistance + resistDown/2)
	}
	if r.has[cueSorry] > 0 && p.mended == 0 {
		if st.Meek++; st.Meek >= grovelFrom {
			p.move(-costGrovel)
		} else {
			st.Trust = clamp(st.Trust + yieldShare)
		}
	}
}

// meetInterests credits the part of each interest that was not met before. What is offered before it is clear what for
// counts as met in part only: it may be said again.
func (p *Partner) meetInterests(r *reading) float64 {
	if !r.onTopic {
		return 0
	}
	share := 1.0
	if !p.st.Clear {
		share = vagueShare
	} else if !p.fits(r) {
		share = oneHit // half heard
	}
	gain := 0.0
	for i, interest := range p.stance.GetInterests() {
		if more := r.met[i]*share - p.st.Met[i]; more > 0 {
			gain += creditInterest * interest.GetWeight() * more
			p.st.Met[i] += more
		}
	}
	return gain
}

// metShare is how far the partner's interests are met, by their weights, 0-1; 1 for somebody without interests.
func (p *Partner) metShare() float64 {
	met, all := 0.0, 0.0
	for i, interest := range p.stance.GetInterests() {
		met += interest.GetWeight() * p.st.Met[i]
		all += interest.GetWeight()
	}
	if all == 0 {
		return 1
	}
	return met / all
}

// feel settles what the partner feels after the change.
func (p *Partner) feel(r *reading) {
	st := &p.st
	change := st.Willingness - p.before
	if change > 0 {
		st.Feelings[hope] = clamp(st.Feelings[hope] + hopeGain*change)
		st.Feelings[relief] = clamp(st.Feelings[relief] + reliefGain*change*st.Willingness)
	}
	if p.mended > 0 {
		st.Feelings[relief] = clamp(st.Feelings[relief] + p.mended/2)
		st.Feelings[anger] = clamp(st.Feelings[anger] - p.mended)
	}
	if st.Clear && !r.attacks() && st.Willingness < p.reservation()/2 {
		st.Feelings[anxiety] = clamp(st.Feelings[anxiety] + uneasy*p.temper.touchy)
		if p.asker {
			st.Feelings[sadness] = clamp(st.Feelings[sadness] + letdown)
		}
	}
	if st.Unclear > 2 && !st.Clear {
		st.Feelings[anger] = clamp(st.Feelings[anger] + annoyed*p.temper.touchy)
	}
	if p.asker && r.has[cueNo] > 0 {
		st.Feelings[hurt] = clamp(st.Feelings[hurt] + hurtByNo*p.temper.touchy)
	}
	trouble := math.Max(st.Feelings[anger], math.Max(st.Feelings[hurt], st.Feelings[anxiety]))
	st.Feelings[calm] = clamp(math.Max(st.Feelings[calm], calmMost*(1-trouble)) - calmLoss*trouble)
}

// move changes willingness within its range.
func (p *Partner) move(by float64) { p.st.Willingness = clamp(p.st.Willingness + by) }

// distress is what the partner feels of it, SUDS 0-100.
func (p *Partner) distress() float64 {
	f := p.st.Feelings
	bad := math.Max(math.Max(f[anger], f[hurt]), math.Max(f[anxiety], f[sadness])) + distressMean*(f[anger]+f[hurt]+f[anxiety]+f[sadness])/4
	return math.Round(clampTo(baseDistress+distressBad*bad-distressEase*f[relief]-distressCalm*f[calm], 0, 100))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
