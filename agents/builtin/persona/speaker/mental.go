package speaker

import (
	"math"
	"math/rand/v2"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"google.golang.org/protobuf/proto"
)

// Moods a speaker has, by index into State.Moods.
const (
	anxiety = iota
	anger
	hope
	relief
	guilt
	letdown
	calm
	moods
)

var emotionOf = [moods]vignettev1.Emotion{
	vignettev1.Emotion_EMOTION_ANXIETY, vignettev1.Emotion_EMOTION_ANGER, vignettev1.Emotion_EMOTION_HOPE, vignettev1.Emotion_EMOTION_RELIEF,
	vignettev1.Emotion_EMOTION_GUILT, vignettev1.Emotion_EMOTION_DISAPPOINTMENT, vignettev1.Emotion_EMOTION_CALM,
}

// begin draws how a speaker goes into it: asking makes nervous, refusing makes guilty, neuroticism makes more of both.
func begin(self *vignettev1.RoleCard, luck *rand.Rand) State {
	neurotic := middle
	if traits := self.GetPersona().GetTraits().GetBigFive(); traits != nil && traits.Neuroticism != nil {
		neurotic = traits.GetNeuroticism()
	}
	st := State{Phase: Open, Trust: startTrust}
	st.Moods[anxiety] = clamp(startNerves + nervesSpread*luck.NormFloat64() + nervesTrait*(neurotic-middle))
	st.Moods[hope] = startHope
	st.Moods[calm] = clamp(startCalm - st.Moods[anxiety])
	switch self.GetPolicy().GetModality() {
	case vignettev1.Modality_MODALITY_AGGRESSIVE:
		st.Moods[anger], st.Moods[calm] = startAnger, angryCalm
	case vignettev1.Modality_MODALITY_PASSIVE:
		st.Moods[anxiety] = clamp(st.Moods[anxiety] + passiveNerves)
		st.Moods[guilt] = passiveGuilt
	}
	if self.GetObjective().GetKind() == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE {
		st.Moods[guilt] = clamp(st.Moods[guilt] + refusalGuilt)
	}
	return st
}

// feel lets an answer change moods and trust.
func (s *Speaker) feel(kind answer) {
	for i := range s.st.Moods {
		s.st.Moods[i] = clamp(s.st.Moods[i]*fade + shift[kind].mood[i])
	}
	if s.modality == vignettev1.Modality_MODALITY_AGGRESSIVE && (kind == objection || kind == finalNo || kind == attack) {
		s.st.Moods[anger] = clamp(s.st.Moods[anger] + angerGrows)
	}
	s.st.Trust = clamp(s.st.Trust + shift[kind].trust)
}

// distress is what the speaker feels of it, SUDS 0-100.
func (s *Speaker) distress() float64 {
	m := s.st.Moods
	bad := math.Max(math.Max(m[anxiety], m[anger]), math.Max(m[guilt], m[letdown]))
	return math.Round(100 * clamp(baseDistress+distressBad*bad-distressEase*m[relief]-distressCalm*m[calm]))
}

// Mental is what goes on in the speaker, computed.
func (s *Speaker) Mental() *vignettev1.MentalState {
	return &vignettev1.MentalState{
		Source:       vignettev1.StateSource_STATE_SOURCE_COMPUTED,
		Felt:         s.Felt(),
		Distress:     proto.Float64(s.distress()),
		Trust:        proto.Float64(round(s.st.Trust)),
		Resistance:   proto.Float64(round(clamp(baseResist + resistAnger*s.st.Moods[anger] - resistTrust*s.st.Trust))),
		Beliefs:      s.beliefs(),
		Intent:       s.intent,
		InnerThought: s.thought(),
		Others:       s.others(),
	}
}

// Felt are the speaker's feelings, the faint ones left out.
func (s *Speaker) Felt() []*vignettev1.EmotionIntensity {
	var felt []*vignettev1.EmotionIntensity
	for i, intensity := range s.st.Moods {
		if intensity >= faintest {
			felt = append(felt, &vignettev1.EmotionIntensity{Emotion: emotionOf[i], Intensity: proto.Float64(round(intensity))})
		}
	}
	return felt
}

// beliefs are that the objective can be reached, as strongly as hope goes.
func (s *Speaker) beliefs() []*vignettev1.Belief {
	text := "My request will be granted in the end."
	if s.refuses() {
		text = "I can refuse and we will stay close."
	}
	strength := clamp(baseBelief + beliefHope*s.st.Moods[hope] + beliefRelief*s.st.Moods[relief] - beliefLetdown*s.st.Moods[letdown])
	if s.st.Phase == Agreed {
		strength = 1
	}
	return []*vignettev1.Belief{{Text: text, Strength: round(strength)}}
}

// feeling is an emotion and how strong it is taken to be.
type feeling struct {
	emotion   vignettev1.Emotion
	intensity float64
}

// others are models of all who have answered.
func (s *Speaker) others() []*vignettev1.ModelOfOther {
	var models []*vignettev1.ModelOfOther
	for _, id := range s.scene.Present() {
		kind, ok := s.st.Read[id]
		if !ok || kind == silence {
			continue
		}
		reading := taken[kind]
		model := &vignettev1.ModelOfOther{Role: id, Distress: proto.Float64(reading.distress), Confidence: proto.Float64(sureness + surenessSkill*s.skill)}
		for _, f := range reading.felt {
			model.Felt = append(model.Felt, &vignettev1.EmotionIntensity{Emotion: f.emotion, Intensity: proto.Float64(f.intensity)})
		}
		models = append(models, model)
	}
	return models
}

// thought is what goes through the speaker's mind and is not said.
func (s *Speaker) thought() string {
	m := s.st.Moods
	switch {
	case s.st.Phase == Agreed:
		return "It was worth speaking up."
	case s.st.Phase == Yielded:
		return "I should have stayed with it."
	case s.st.Phase == Refused:
		return "At least I have said it."
	case m[anger] > thinkAnger:
		return "Why does it always have to be such a fight?"
	case m[letdown] > thinkLetdown:
		return "This isn't going the way I hoped."
	case m[hope] > thinkHope:
		return "I think this could work."
	case m[guilt] > thinkGuilt:
		return "I hate to disappoint people."
	case m[anxiety] > thinkAnxiety:
		return "I hope I can get this out properly."
	}
	return "One thing at a time."
}

func clamp(x float64) float64 { return math.Max(0, math.Min(1, x)) }

func round(x float64) float64 { return math.Round(x*1000) / 1000 }
