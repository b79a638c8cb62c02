package client

import (
	"cmp"
	"math"
	"slices"

	"github.com/vignette-sim/vignette/agents"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// temperament is what a client is like all through an episode: drawn once, from the role's luck for the episode.
type temperament struct {
	trust, resistance, distress, ambivalence float64
	// readiness is for the change in mind, 0 where there is none.
	readiness float64
	// gain is how much a client responds to what is done, 1 on average.
	gain float64
	// touch is how hard it is hit, 1 on average; reserve is added to the trust it takes to tell something, lean to the chance of
	// change talk; drift is in SUDS a turn.
	touch, reserve, lean, drift float64
}

// styleLeans is how each style starts out. Chosen after PATIENT-Psi's descriptions of the six styles.
var styleLeans = map[style]effect{
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET:    {-0.06, 0.20, 6},
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED: {-0.04, 0.06, 0},
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE:  {0.04, -0.02, 2},
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING: {0.05, -0.08, 0},
}

// temperamentOf draws a client's temperament.
func temperamentOf(obs *vignettev1.Observation, sheet *sheet) temperament {
	luck := agents.EpisodeRand(obs.GetChance(), agents.StreamTemperament)
	lean := styleLeans[obs.GetSelf().GetPersona().GetStyle()]
	t := temperament{
		trust:       within(baseTrust+lean.trust+trustSpread*luck.NormFloat64(), 0.05, 0.54),
		gain:        within(1+gainSpread*luck.NormFloat64(), 0.3, 2.4),
		distress:    within(baseDistress+lean.distress+distressOfFelt*strongestPain(sheet.items)+6*luck.NormFloat64(), 5, 98),
		ambivalence: within(baseAmbivalence+0.12*luck.NormFloat64(), 0.1, 0.95),
		resistance:  within(baseResistance+lean.resistance+0.08*luck.NormFloat64(), 0, 0.9),
	}
	if luck.Float64() < littleShare {
		t.gain = littleGain
	}
	t.readiness = readinessOf(sheet.prospect, luck)
	t.touch = within(1+touchSpread*luck.NormFloat64(), 0.15, 2)
	t.reserve, t.lean, t.drift = reserveSpread*luck.NormFloat64(), leanSpread*luck.NormFloat64(), driftSpread*luck.NormFloat64()
	if five := obs.GetSelf().GetPersona().GetTraits().GetBigFive(); five != nil {
		if five.Agreeableness != nil {
			t.trust = within(t.trust+0.1*(five.GetAgreeableness()-0.5), 0.05, 0.54)
			t.resistance = within(t.resistance-0.1*(five.GetAgreeableness()-0.5), 0, 0.9)
		}
		if five.Neuroticism != nil {
			t.distress = within(t.distress+16*(five.GetNeuroticism()-0.5), 5, 98)
		}
	}
	return t
}

// strongestPain is the intensity of the strongest painful emotion the model names, 0-1.
func strongestPain(items []item) float64 {
	strongest := 0.0
	for i := range items {
		if items[i].kind == feeling && painful[items[i].emotion] {
			strongest = max(strongest, items[i].strength)
		}
	}
	return strongest
}

// stimulus is one thing that was heard and what it does. Good ones do less when they come again at once.
type stimulus struct {
	heard bool
	effect
	// needs is what must be so for it to land.
	needs need
}

// need is what a good stimulus takes to land with somebody.
type need uint8

const (
	// Nothing: it lands whenever it is heard.
	_ need = iota
	// something: comfort and praise take something that was told just before; else they are words.
	something
	// neither: what mends or answers lands whoever it comes from. All else takes that the helper is with one, too.
	neither
	// afterwards: a question takes that it has not been asked, and that what was told just before was taken up.
	afterwards
)

// lands is what is left of a stimulus where it is heard, 0-1.
func (s stimulus) lands(h heard) float64 {
	switch {
	case s.needs == something && !h.toldSomething:
		return hollow
	case s.needs == afterwards && h.askedBefore:
		return askedAgain
	case s.needs == afterwards && h.toldSomething && !h.takenUp:
		return passedBy
	}
	return 1
}

// relieves is how much of a comfort comes as relief, 0-1: there is none to speak of where nothing was told.
func (h heard) relieves() float64 {
	if h.toldSomething || h.answered || h.apology {
		return 1
	}
	return hollow
}

// reflecting are the bits of memory.Before for having been reflected, the first of the stimuli, and echoed, the fourth.
const reflecting = 1<<0 | 1<<3

func (e effect) times(n int) effect {
	return effect{float64(n) * e.trust, float64(n) * e.resistance, float64(n) * e.distress}
}

func stimuli(h heard) []stimulus {
	return []stimulus{
		{heard: h.reflected, effect: onReflection},
		{heard: h.named, effect: onFeelingNamed},
		{heard: h.missed && !h.reflected, effect: onMissed},
		{heard: h.parrot && !h.reflected, effect: onParrot},
		{heard: h.open > 0, effect: onOpen, needs: afterwards},
		{heard: h.closed > 0 && h.open == 0, effect: onClosed},
		{heard: h.affirmation, effect: onAffirmation, needs: something},
		{heard: h.validation, effect: onValidation, needs: something},
		{heard: h.permission, effect: onPermission},
		{heard: h.advice && !h.allowed, effect: onAdvice},
		{heard: h.advice && h.allowed, effect: onAdviceAllowed},
		{heard: h.confrontation, effect: onConfrontation},
		{heard: h.reassurance && !h.validation, effect: onReassurance},
		{heard: h.ignored, effect: onIgnored},
		{heard: h.confused, effect: onConfused},
		{heard: h.unmet && !h.ignored && !h.confused, effect: onUnmet},
		{heard: h.apology, effect: onApology, needs: neither},
		{heard: h.information, effect: onInformation},
		{heard: h.asked == aboutRisk, effect: onRiskInquiry},
		{heard: h.summary && h.reflected, effect: onSummary},
		{heard: h.greeting, effect: onGreeting, needs: neither},
		{heard: h.answered, effect: onAnswered, needs: neither},
		{heard: h.waiting > 0, effect: onWaiting.times(h.waiting)},
		{heard: h.stalled, effect: onStalled},
	}
}

// appraise lets what was heard act on trust, resistance, distress and ambivalence.
func (m *memory) appraise(h heard, t temperament) {
	var now uint32
	consistent, inconsistent := 0.0, 0.0
	for i, s := range stimuli(h) {
		if !s.heard {
			continue
		}
		now |= 1 << i
		if s.trust > 0 {
			keep := m.keeps(i) * s.lands(h)
			if s.needs != neither {
				keep *= unattunedGain + (1-unattunedGain)*m.attuned()
			}
			consistent += s.trust
			m.Trust += s.trust * keep * t.gain * (1 - m.Trust*m.Trust) * (1 - m.Resistance/2)
			m.Resistance += s.resistance * keep * t.gain
		} else {
			inconsistent -= s.trust
			m.Trust += s.trust * t.touch * min(1, m.Trust/fullLoss)
			m.Resistance += s.resistance * t.touch
		}
		if s.distress < 0 {
			s.distress *= m.keeps(i) * s.lands(h) * h.relieves()
		}
		m.Distress += s.distress
	}
	m.Before = now
	if m.Streak++; !h.reflected {
		m.Streak = 0
	}
	m.Trust = within(m.Trust, 0.02, 0.98)
	m.Resistance = within(m.Resistance, 0, 1)
	m.Distress = within(m.Distress+t.drift+calmPerTurn*(t.distress-m.Distress), 0, 100)
	m.Ambivalence = within(m.Ambivalence+0.1*consistent*(0.75-m.Ambivalence)-0.2*inconsistent, 0.05, 0.95)
}

// keeps is what is left of the good that a stimulus does when it comes again at once, 0-1: less each time for what is only said
// back.
func (m *memory) keeps(stimulus int) float64 {
	switch {
	case m.Before&(1<<stimulus) == 0:
		return 1
	case reflecting&(1<<stimulus) != 0:
		return math.Pow(repeatKeeps, float64(max(m.Streak, 1)))
	}
	return repeatKeeps
}

// feel returns the emotions felt now, strongest first.
func (m *memory) feel(items []item, t temperament, h heard) []*vignettev1.EmotionIntensity {
	level := map[vignettev1.Emotion]float64{}
	raise := func(emotion vignettev1.Emotion, by float64) {
		if by > 0 {
			level[emotion] = max(level[emotion], by)
		}
	}
	scale := 0.4 + 0.6*m.Distress/max(t.distress, 1)
	named := false
	for i := range items {
		if items[i].kind == feeling {
			named = true
			raise(items[i].emotion, items[i].strength*scale)
		}
	}
	if !named {
		raise(vignettev1.Emotion_EMOTION_SADNESS, m.Distress/140)
		raise(vignettev1.Emotion_EMOTION_ANXIETY, m.Distress/160)
	}
	raise(vignettev1.Emotion_EMOTION_ANGER, (m.Resistance-0.35)*0.9)
	if h.confrontation {
		raise(vignettev1.Emotion_EMOTION_HURT, 0.6)
	}
	if len(m.Told) > 0 {
		raise(vignettev1.Emotion_EMOTION_RELIEF, (m.Trust-0.5)*0.7)
	}
	raise(vignettev1.Emotion_EMOTION_HOPE, (m.Trust-0.55)*0.6)
	if h.validation || h.affirmation {
		raise(vignettev1.Emotion_EMOTION_GRATITUDE, (m.Trust-0.4)*0.6)
	}
	return ranked(level, 1)
}

// ranked makes a list of levels times a share, strongest first, without the faint ones.
func ranked(level map[vignettev1.Emotion]float64, share float64) []*vignettev1.EmotionIntensity {
	list := make([]*vignettev1.EmotionIntensity, 0, len(level))
	for emotion, strength := range level {
		if strength = round(within(strength*share, 0, 1)); strength >= 0.05 {
			list = append(list, &vignettev1.EmotionIntensity{Emotion: emotion, Intensity: &strength})
		}
	}
	slices.SortFunc(list, func(a, b *vignettev1.EmotionIntensity) int {
		if by := cmp.Compare(b.GetIntensity(), a.GetIntensity()); by != 0 {
			return by
		}
		return cmp.Compare(a.GetEmotion(), b.GetEmotion())
	})
	return list
}

func within(x, low, high float64) float64 { return min(max(x, low), high) }

// round keeps three places, so that numbers read well and compare equal.
func round(x float64) float64 { return math.Round(x*1e3) / 1e3 }
