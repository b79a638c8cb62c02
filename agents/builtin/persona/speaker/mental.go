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

// fade is how much of a mood is left after a turn. Chosen.
const fade = 0.7

// shift is what an answer does to moods and trust. All numbers are chosen.
var shift = map[answer]struct {
	mood  [moods]float64
	trust float64
}{
	agreement: {[moods]float64{anxiety: -0.3, anger: -0.3, hope: 0.3, relief: 0.7, calm: 0.3}, 0.15},
	offered:   {[moods]float64{anxiety: -0.05, hope: 0.25}, 0.05},
	softer:    {[moods]float64{anxiety: -0.1, hope: 0.3, relief: 0.1}, 0.05},
	objection: {[moods]float64{anxiety: 0.1, hope: -0.1, letdown: 0.1}, 0},
	query:     {[moods]float64{anxiety: 0.08}, 0},
	unclear:   {[moods]float64{anxiety: 0.08}, 0},
	attack:    {[moods]float64{anxiety: 0.2, anger: 0.3, hope: -0.2}, -0.1},
	finalNo:   {[moods]float64{hope: -0.3, letdown: 0.5, anger: 0.1}, -0.05},
	strayed:   {[moods]float64{anger: 0.05}, 0},
	closing:   {[moods]float64{relief: 0.2, calm: 0.2}, 0.02},
	remark:    {[moods]float64{}, 0},
	departed:  {[moods]float64{letdown: 0.4, anger: 0.1, hope: -0.4}, -0.15},
}

// begin draws how a speaker goes into it: asking makes nervous, refusing makes guilty, neuroticism makes more of both.
func begin(self *vignettev1.RoleCard, luck *rand.Rand) State {
	neurotic := 0.5
	if traits := self.GetPersona().GetTraits().GetBigFive(); traits != nil && traits.Neuroticism != nil {
		neurotic = traits.GetNeuroticism()
	}
	st := State{Phase: Open, Trust: 0.55}
	st.Moods[anxiety] = clamp(0.3 + 0.1*luck.NormFloat64() + 0.4*(neurotic-0.5))
	st.Moods[hope] = 0.35
	st.Moods[calm] = clamp(0.5 - st.Moods[anxiety])
	switch self.GetPolicy().GetModality() {
	case vignettev1.Modality_MODALITY_AGGRESSIVE:
		st.Moods[anger], st.Moods[calm] = 0.5, 0.1
	case vignettev1.Modality_MODALITY_PASSIVE:
		st.Moods[anxiety] = clamp(st.Moods[anxiety] + 0.2)
		st.Moods[guilt] = 0.3
	}
	if self.GetObjective().GetKind() == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE {
		st.Moods[guilt] = clamp(st.Moods[guilt] + 0.25)
	}
	return st
}

// feel lets an answer change moods and trust.
func (s *Speaker) feel(kind answer) {
	for i := range s.st.Moods {
		s.st.Moods[i] = clamp(s.st.Moods[i]*fade + shift[kind].mood[i])
	}
	if s.modality == vignettev1.Modality_MODALITY_AGGRESSIVE && (kind == objection || kind == finalNo || kind == attack) {
		s.st.Moods[anger] = clamp(s.st.Moods[anger] + 0.25)
	}
	s.st.Trust = clamp(s.st.Trust + shift[kind].trust)
}

// distress is what the speaker feels of it, SUDS 0-100.
func (s *Speaker) distress() float64 {
	m := s.st.Moods
	bad := math.Max(math.Max(m[anxiety], m[anger]), math.Max(m[guilt], m[letdown]))
	return math.Round(100 * clamp(0.15+0.65*bad-0.15*m[relief]-0.05*m[calm]))
}

// Mental is what goes on in the speaker, computed.
func (s *Speaker) Mental() *vignettev1.MentalState {
	return &vignettev1.MentalState{
		Source:       vignettev1.StateSource_STATE_SOURCE_COMPUTED,
		Felt:         s.Felt(),
		Distress:     proto.Float64(s.distress()),
		Trust:        proto.Float64(round(s.st.Trust)),
		Resistance:   proto.Float64(round(clamp(0.3 + 0.5*s.st.Moods[anger] - 0.2*s.st.Trust))),
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
		if intensity >= 0.05 {
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
	strength := clamp(0.4 + 0.5*s.st.Moods[hope] + 0.4*s.st.Moods[relief] - 0.5*s.st.Moods[letdown])
	if s.st.Phase == Agreed {
		strength = 1
	}
	return []*vignettev1.Belief{{Text: text, Strength: round(strength)}}
}

// taken is what the others are taken to feel by the kind of their last answer, and their distress (SUDS).
var taken = map[answer]struct {
	felt     []feeling
	distress float64
}{
	agreement: {[]feeling{{vignettev1.Emotion_EMOTION_RELIEF, 0.5}, {vignettev1.Emotion_EMOTION_CALM, 0.4}}, 15},
	offered:   {[]feeling{{vignettev1.Emotion_EMOTION_HOPE, 0.4}, {vignettev1.Emotion_EMOTION_CALM, 0.3}}, 25},
	softer:    {[]feeling{{vignettev1.Emotion_EMOTION_HOPE, 0.5}, {vignettev1.Emotion_EMOTION_CALM, 0.3}}, 22},
	objection: {[]feeling{{vignettev1.Emotion_EMOTION_ANXIETY, 0.5}, {vignettev1.Emotion_EMOTION_CALM, 0.2}}, 35},
	query:     {[]feeling{{vignettev1.Emotion_EMOTION_ANXIETY, 0.4}, {vignettev1.Emotion_EMOTION_CALM, 0.3}}, 30},
	unclear:   {[]feeling{{vignettev1.Emotion_EMOTION_CALM, 0.4}, {vignettev1.Emotion_EMOTION_ANXIETY, 0.2}}, 25},
	attack:    {[]feeling{{vignettev1.Emotion_EMOTION_ANGER, 0.7}, {vignettev1.Emotion_EMOTION_HURT, 0.3}}, 60},
	finalNo:   {[]feeling{{vignettev1.Emotion_EMOTION_DISAPPOINTMENT, 0.4}, {vignettev1.Emotion_EMOTION_ANGER, 0.3}}, 40},
	strayed:   {[]feeling{{vignettev1.Emotion_EMOTION_ANXIETY, 0.3}}, 30},
	closing:   {[]feeling{{vignettev1.Emotion_EMOTION_CALM, 0.5}, {vignettev1.Emotion_EMOTION_RELIEF, 0.3}}, 15},
	remark:    {[]feeling{{vignettev1.Emotion_EMOTION_CALM, 0.4}}, 20},
	departed:  {[]feeling{{vignettev1.Emotion_EMOTION_ANGER, 0.7}}, 65},
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
		model := &vignettev1.ModelOfOther{Role: id, Distress: proto.Float64(reading.distress), Confidence: proto.Float64(0.4 + 0.2*s.skill)}
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
	case m[anger] > 0.5:
		return "Why does it always have to be such a fight?"
	case m[letdown] > 0.4:
		return "This isn't going the way I hoped."
	case m[hope] > 0.45:
		return "I think this could work."
	case m[guilt] > 0.25:
		return "I hate to disappoint people."
	case m[anxiety] > 0.3:
		return "I hope I can get this out properly."
	}
	return "One thing at a time."
}

func clamp(x float64) float64 { return math.Max(0, math.Min(1, x)) }

func round(x float64) float64 { return math.Round(x*1000) / 1000 }
