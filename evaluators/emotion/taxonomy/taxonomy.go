// Package taxonomy is the one table by which vocabularies of emotion are read into one another: the clinical one of the
// contracts, Ekman's six with neutral, and the 27 of GoEmotions with neutral. It is pure; whoever compares with labels in one
// of those vocabularies may import it.
//
// A [Feeling] is the finest distinction made here: the 27 of GoEmotions and what the clinical vocabulary has beyond them. The
// grouping of GoEmotions under Ekman's six is that of its authors (Demszky et al. 2020, "GoEmotions: A Dataset of Fine-Grained
// Emotions"); how the clinical vocabulary goes under either, and valences, are decisions of ours and stand in the table below.
package taxonomy

import (
	"iter"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Feeling is an emotion by its name.
type Feeling string

// Neutral is the label of what expresses no emotion, in both outer vocabularies.
const Neutral = "neutral"

// Place is where a feeling belongs in each vocabulary.
type Place struct {
	Feeling Feeling
	// Clinical is unspecified where the clinical vocabulary has nothing for it.
	Clinical vignettev1.Emotion
	// Ekman and GoEmotion are labels.
	Ekman, GoEmotion string
	// Valence is how pleasant it is, -1 to 1.
	Valence float64
	// Denied is what is expressed where it is denied ("not happy"); empty where that expresses nothing ("not angry").
	Denied Feeling
}

// Emotions of the contracts, short.
const (
	none           = vignettev1.Emotion_EMOTION_UNSPECIFIED
	anxiety        = vignettev1.Emotion_EMOTION_ANXIETY
	sadness        = vignettev1.Emotion_EMOTION_SADNESS
	hopelessness   = vignettev1.Emotion_EMOTION_HOPELESSNESS
	loneliness     = vignettev1.Emotion_EMOTION_LONELINESS
	anger          = vignettev1.Emotion_EMOTION_ANGER
	shame          = vignettev1.Emotion_EMOTION_SHAME
	guilt          = vignettev1.Emotion_EMOTION_GUILT
	hurt           = vignettev1.Emotion_EMOTION_HURT
	disappointment = vignettev1.Emotion_EMOTION_DISAPPOINTMENT
	jealousy       = vignettev1.Emotion_EMOTION_JEALOUSY
	suspicion      = vignettev1.Emotion_EMOTION_SUSPICION
	disgust        = vignettev1.Emotion_EMOTION_DISGUST
	surprise       = vignettev1.Emotion_EMOTION_SURPRISE
	calm           = vignettev1.Emotion_EMOTION_CALM
	relief         = vignettev1.Emotion_EMOTION_RELIEF
	hope           = vignettev1.Emotion_EMOTION_HOPE
	gratitude      = vignettev1.Emotion_EMOTION_GRATITUDE
	joy            = vignettev1.Emotion_EMOTION_JOY
)

// places is the table. docs/evaluators.md shows it; a test holds the two together.
var places = []Place{
	{"admiration", none, "joy", "admiration", 0.7, "disapproval"},
	{"amusement", joy, "joy", "amusement", 0.6, ""},
	{"anger", anger, "anger", "anger", -0.8, ""},
	{"annoyance", anger, "anger", "annoyance", -0.5, ""},
	{"approval", none, "joy", "approval", 0.4, "disapproval"},
	{"caring", none, "joy", "caring", 0.3, ""},
	{"confusion", none, "surprise", "confusion", -0.1, ""},
	{"curiosity", none, "surprise", "curiosity", 0.1, ""},
	{"desire", none, "joy", "desire", 0.3, ""},
	{"disappointment", disappointment, "sadness", "disappointment", -0.5, ""},
	{"disapproval", none, "anger", "disapproval", -0.4, "approval"},
	{"disgust", disgust, "disgust", "disgust", -0.7, ""},
	{"embarrassment", shame, "sadness", "embarrassment", -0.5, ""},
	{"excitement", joy, "joy", "excitement", 0.8, "disappointment"},
	{"fear", anxiety, "fear", "fear", -0.7, ""},
	{"gratitude", gratitude, "joy", "gratitude", 0.7, ""},
	{"grief", sadness, "sadness", "grief", -0.9, ""},
	{"joy", joy, "joy", "joy", 0.8, "disappointment"},
	{"love", joy, "joy", "love", 0.8, "disapproval"},
	{"nervousness", anxiety, "fear", "nervousness", -0.5, ""},
	{"optimism", hope, "joy", "optimism", 0.5, "hopelessness"},
	{"pride", joy, "joy", "pride", 0.7, ""},
	{"realization", none, "surprise", "realization", 0, ""},
	{"relief", relief, "joy", "relief", 0.5, ""},
	{"remorse", guilt, "sadness", "remorse", -0.5, ""},
	{"sadness", sadness, "sadness", "sadness", -0.7, ""},
	{"surprise", surprise, "surprise", "surprise", 0.1, ""},
	{"hopelessness", hopelessness, "sadness", "sadness", -0.9, ""},
	{"loneliness", loneliness, "sadness", "sadness", -0.7, ""},
	{"shame", shame, "sadness", "embarrassment", -0.7, ""},
	{"guilt", guilt, "sadness", "remorse", -0.6, ""},
	{"hurt", hurt, "sadness", "sadness", -0.7, ""},
	{"jealousy", jealousy, "anger", "annoyance", -0.5, ""},
	{"suspicion", suspicion, "fear", "nervousness", -0.4, ""},
	{"calm", calm, "joy", "relief", 0.4, "nervousness"},
}

// All are the places of all feelings, in the order of the table.
func All() iter.Seq2[int, Place] { return slices.All(places) }

// Of is the place of a feeling; false where there is none of that name.
func Of(f Feeling) (Place, bool) {
	i := slices.IndexFunc(places, func(p Place) bool { return p.Feeling == f })
	if i < 0 {
		return Place{}, false
	}
	return places[i], true
}

// Ekman are the labels of Ekman's six, and neutral last.
func Ekman() []string {
	return []string{"anger", "disgust", "fear", "joy", "sadness", "surprise", Neutral}
}

// GoEmotions are the labels of GoEmotions in its order, neutral last.
func GoEmotions() []string {
	labels := make([]string, 0, 28)
	for _, p := range places[:27] {
		labels = append(labels, p.GoEmotion)
	}
	return append(labels, Neutral)
}

// EkmanOf is the label of Ekman's under which one of GoEmotions goes; false where GoEmotions has no such label.
func EkmanOf(goEmotion string) (string, bool) {
	if goEmotion == Neutral {
		return Neutral, true
	}
	i := slices.IndexFunc(places[:27], func(p Place) bool { return p.GoEmotion == goEmotion })
	if i < 0 {
		return "", false
	}
	return places[i].Ekman, true
}
