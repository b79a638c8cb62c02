package client

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// shown is how much of what is felt each style lets others see, when trust is full. Chosen.
var shown = map[style]float64{
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN: 0.85, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET: 0.9,
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE: 1, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED: 0.5,
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_TANGENT: 0.7, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING: 0.55,
}

// mentalState is what goes on inside, computed before the turn is worded.
func (t *turn) mentalState() *vignettev1.MentalState {
	m := t.memory
	openness := shown[t.style] * (0.6 + 0.4*m.Trust)
	return &vignettev1.MentalState{
		Source:            vignettev1.StateSource_STATE_SOURCE_COMPUTED,
		Felt:              t.felt,
		Distress:          number(m.Distress),
		Expressed:         t.expressed(openness),
		ExpressedDistress: number(m.Distress * openness),
		Beliefs:           t.beliefs(),
		Trust:             number(m.Trust),
		Resistance:        number(m.Resistance),
		Willingness:       number(t.willingness()),
		Ambivalence:       number(m.Ambivalence),
		Intent:            t.intent(),
		InnerThought:      t.innerThought(),
		Others:            t.others(),
		StageOfChange:     t.stage(),
	}
}

func number(x float64) *float64 {
	x = round(x)
	return &x
}

// expressed is what others can see: less than is felt, anger in front in one style, gratitude in another.
func (t *turn) expressed(openness float64) []*vignettev1.EmotionIntensity {
	level := map[vignettev1.Emotion]float64{}
	for _, felt := range t.felt {
		level[felt.GetEmotion()] = felt.GetIntensity() * openness
	}
	switch t.style {
	case vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET:
		level[vignettev1.Emotion_EMOTION_ANGER] = max(level[vignettev1.Emotion_EMOTION_ANGER], 0.7-0.5*t.memory.Trust)
	case vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING:
		level[vignettev1.Emotion_EMOTION_GRATITUDE] = max(level[vignettev1.Emotion_EMOTION_GRATITUDE], 0.5)
	}
	return ranked(level, 1)
}

// mostBeliefs is how many beliefs a mental state may hold.
const mostBeliefs = 64

// beliefs are the beliefs of the model with their strength now: they are firmer in distress.
func (t *turn) beliefs() []*vignettev1.Belief {
	var beliefs []*vignettev1.Belief
	for i := range t.items {
		it := &t.items[i]
		if it.kind != core && it.kind != rule && it.kind != thought || len(beliefs) == mostBeliefs {
			continue
		}
		beliefs = append(beliefs, &vignettev1.Belief{Text: it.quote, Strength: t.held(it)})
	}
	return beliefs
}

func (t *turn) held(it *item) float64 {
	return round(within(it.strength*(0.75+0.25*t.memory.Distress/100), 0, 1))
}

// intent says in a few words what the turn is meant to do.
func (t *turn) intent() string {
	var acts []string
	for _, piece := range t.speech.Pieces() {
		if piece.Act != "" {
			acts = append(acts, plainWords.Replace(piece.Act))
		}
	}
	return strings.Join(acts, ", then ")
}

// plainWords turns the id of an act into words.
var plainWords = strings.NewReplacer(".", " ", "_", " ")

// innerThought is a thought of the model that runs along unsaid; it changes from turn to turn.
func (t *turn) innerThought() string {
	var thoughts []string
	for i := range t.items {
		if k := t.items[i].kind; k == thought || k == core {
			thoughts = append(thoughts, t.items[i].quote)
		}
	}
	if len(thoughts) == 0 {
		return ""
	}
	return thoughts[t.memory.Turns%len(thoughts)]
}

// others is what this client makes of those it talks to: a guess from how it is treated.
func (t *turn) others() []*vignettev1.ModelOfOther {
	var models []*vignettev1.ModelOfOther
	for _, other := range t.obs.GetOthers() {
		if other.GetLeft() || len(models) == mostOthers {
			continue
		}
		models = append(models, &vignettev1.ModelOfOther{Role: other.GetId(), Felt: t.readOther(), Confidence: number(guessing)})
	}
	return models
}

const (
	mostOthers = 16
	// guessing is how sure a client is of what its helper feels. Chosen: it is not what it attends to.
	guessing = 0.3
)

func (t *turn) readOther() []*vignettev1.EmotionIntensity {
	emotion, level := vignettev1.Emotion_EMOTION_CALM, 0.5
	switch h := t.heard; {
	case h.confrontation:
		emotion = vignettev1.Emotion_EMOTION_ANGER
	case h.apology:
		emotion, level = vignettev1.Emotion_EMOTION_GUILT, 0.4
	}
	return []*vignettev1.EmotionIntensity{{Emotion: emotion, Intensity: &level}}
}

var tiredOfLife = language.NewPhrases("do not deserve to live", "want to die", "better off without me", "better off dead", "no reason to live", "not want to be here|alive|live",
	"wish i was|were dead", "end it all", "not wake up", "kill myself", "no point in living", "life is not worth")

func tokensOf(text string) []language.Token { return language.Tokens(text) }
