package partner

import (
	"math"
	"math/rand/v2"

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
	creditKinds
)

// socialProof is how much somebody else's yes moves a partner. Chosen.
const socialProof = 0.04

// temper is what a partner is like all through an episode.
type temper struct {
	// gain multiplies what moves them.
	gain float64
	// start is willingness at the start.
	start float64
	// touchy multiplies what attacks do, and anger.
	touchy float64
	// patience is how many fruitless turns they bear.
	patience int
	// hardness is the stance's difficulty.
	hardness float64
}

// newTemper draws a temperament. Traits shift it: agreeable people warm up faster, anxious ones are hurt faster.
func newTemper(self *vignettev1.RoleCard, luck *rand.Rand) temper {
	traits := self.GetPersona().GetTraits().GetBigFive()
	agreeable, neurotic := trait(traits.GetAgreeableness(), traits != nil && traits.Agreeableness != nil), trait(traits.GetNeuroticism(), traits != nil && traits.Neuroticism != nil)
	hard := defaultHard
	if stance := self.GetStance(); stance != nil && stance.Difficulty != nil {
		hard = stance.GetDifficulty()
	}
	t := temper{hardness: hard}
	t.gain = math.Exp(gainSpread * luck.NormFloat64())
	if luck.Float64() < stolidShare {
		t.gain *= stolidGain
	}
	t.gain *= 1 + 0.4*(agreeable-0.5)
	t.start = clampTo(startMean+startSpread*luck.NormFloat64()+0.1*(agreeable-0.5)-0.1*(hard-0.5), 0.03, 0.5)
	t.touchy = math.Exp(0.3*luck.NormFloat64()) * (1 + 0.6*(neurotic-0.5) - 0.3*(agreeable-0.5))
	t.patience = 3 + luck.IntN(3)
	return t
}

func trait(value float64, known bool) float64 {
	if !known {
		return 0.5
	}
	return value
}

func clampTo(x, lo, hi float64) float64 { return math.Max(lo, math.Min(hi, x)) }

func (t temper) begin(interests int) State {
	st := State{Phase: Open, Willingness: t.start, Trust: 0.5, Resistance: clamp(0.25 + 0.3*(t.hardness-0.5)), Met: make([]float64, interests)}
	st.Feelings[calm] = 0.5
	st.Feelings[anxiety] = clamp(0.12 * t.touchy)
	return st
}

// appraise lets a reading change what the partner feels and is willing to do.
func (p *Partner) appraise(r *reading) {
	st := &p.st
	for i := range st.Feelings {
		st.Feelings[i] *= fade
	}
	st.JustOffered = st.JustOffered && !r.silent
	if r.attacks() || r.has[cueDemand]+r.has[cueJudges] > 0 {
		p.suffer(r)
	}
	if !r.attacks() {
		p.credit(r)
	}
	p.clarify(r)
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
	blow := costBlame*float64(r.has[cueBlame]) + costThreat*float64(r.has[cueThreat]) + costInsult*float64(r.has[cueInsult]) + costSarcasm*float64(r.has[cueSarcasm])
	press := costDemand * float64(min(r.has[cueDemand]+r.has[cueJudges], 2))
	blow = math.Min(blow, 0.25) * p.temper.touchy
	p.move(-(blow + press) * (1 - st.Willingness/2))
	st.Resistance = clamp(st.Resistance + resistUp*(math.Min(blow/costBlame, 2)+press/costDemand/2))
	st.Trust = clamp(st.Trust - trustDown*math.Min(blow/costBlame, 2) - trustDown/3*press/costDemand)
	st.Feelings[anger] = clamp(st.Feelings[anger] + 4*blow + 3*press)
	if r.has[cueBlame]+r.has[cueInsult] > 0 {
		st.Feelings[hurt] = clamp(st.Feelings[hurt] + 2.5*blow)
	}
	if r.attacks() {
		st.Abuses++
	}
}

// credit lets what was said well move the partner.
func (p *Partner) credit(r *reading) {
	st := &p.st
	scale := p.temper.gain * (1 - difficultyDrag*p.difficulty()) * (1 - resistDrag*st.Resistance) * (0.6 + 0.8*st.Trust)
	switch {
	case r.echo, r.coherent < 0.5, r.silent:
		scale = 0
	case !r.onTopic:
		scale *= offTopicShare
	}
	if !st.Clear && !r.asked {
		scale *= vagueShare
	}
	if r.sentences >= crammedFrom {
		scale *= crammedShare
	}
	gain := 0.0
	give := func(kind int, credit float64, times int) {
		for range min(times, 2) {
			gain += credit / (1 + habituation*float64(st.Credited[kind]))
			st.Credited[kind]++
		}
	}
	if scale > 0 {
		give(forRequest, creditRequest, btoi(r.asked || p.asker && r.has[cueNo] > 0))
		give(forFact, creditFact, r.facts)
		give(forFeeling, creditFeeling, btoi(r.has[cueFeelsBad]+r.has[cueFeelsGood] > 0))
		give(forGain, creditGain, r.gains)
		give(forProposal, creditProposal, btoi(r.has[cueProposal] > 0))
		give(forReflection, creditReflects, btoi(r.reflects))
		give(forQuestion, creditAsks, btoi(r.has[cueAsksNeeds] > 0))
		gain += creditReason * float64(btoi(r.has[cueReason] > 0))
		gain += p.meetInterests(r, scale)
	}
	if gain == 0 && (r.asked || r.has[cueNo] > 0) {
		p.move(-costRepeat)
	}
	p.move(gain * scale * (1 - 0.5*st.Willingness))
	if !r.echo && r.onTopic && (r.has[cueHearsMe] > 0 || r.reflects) {
		st.Trust = clamp(st.Trust + trustUp*(1-st.Trust))
		st.Resistance = clamp(st.Resistance - resistDown)
	}
	if r.has[cueSorry] > 0 {
		st.Trust = clamp(st.Trust + yieldShare)
	}
	if gain*scale < 0.02 {
		st.Stuck++
	} else {
		st.Stuck = 0
	}
}

// meetInterests credits the part of each interest that was not met before.
func (p *Partner) meetInterests(r *reading, scale float64) float64 {
	if !r.onTopic || scale == 0 {
		return 0
	}
	gain := 0.0
	for i, interest := range p.stance.GetInterests() {
		if more := r.met[i] - p.st.Met[i]; more > 0 {
			gain += creditInterest * interest.GetWeight() * more
			p.st.Met[i] = r.met[i]
		}
	}
	return gain
}

// feel settles what the partner feels after the change.
func (p *Partner) feel(r *reading) {
	st := &p.st
	change := st.Willingness - p.before
	if change > 0 {
		st.Feelings[hope] = clamp(st.Feelings[hope] + 2.5*change)
		st.Feelings[relief] = clamp(st.Feelings[relief] + 2*change*st.Willingness)
	}
	if st.Clear && !r.attacks() && st.Willingness < 0.5*p.reservation() {
		st.Feelings[anxiety] = clamp(st.Feelings[anxiety] + 0.08*p.temper.touchy)
		if p.asker {
			st.Feelings[sadness] = clamp(st.Feelings[sadness] + 0.15)
		}
	}
	if st.Unclear > 2 && !st.Clear {
		st.Feelings[anger] = clamp(st.Feelings[anger] + 0.06*p.temper.touchy)
	}
	if p.asker && r.has[cueNo] > 0 {
		st.Feelings[hurt] = clamp(st.Feelings[hurt] + 0.12*p.temper.touchy)
	}
	trouble := math.Max(st.Feelings[anger], math.Max(st.Feelings[hurt], st.Feelings[anxiety]))
	st.Feelings[calm] = clamp(math.Max(st.Feelings[calm], 0.6*(1-trouble)) - 0.5*trouble)
}

// move changes willingness within its range.
func (p *Partner) move(by float64) { p.st.Willingness = clamp(p.st.Willingness + by) }

// distress is what the partner feels of it, SUDS 0-100.
func (p *Partner) distress() float64 {
	f := p.st.Feelings
	bad := math.Max(math.Max(f[anger], f[hurt]), math.Max(f[anxiety], f[sadness])) + 0.3*(f[anger]+f[hurt]+f[anxiety]+f[sadness])/4
	return math.Round(clampTo(baseDistress+60*bad-10*f[relief]-6*f[calm], 0, 100))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
