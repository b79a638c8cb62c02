package foreign

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// emotionWords are everyday words and the emotion of our vocabulary they name. A profile writes an emotion as one word
// or as a group of near synonyms; the first word that is known decides, and the source's words are kept.
var emotionWords = map[string]vignettev1.Emotion{
	"anxious": vignettev1.Emotion_EMOTION_ANXIETY, "worried": vignettev1.Emotion_EMOTION_ANXIETY, "afraid": vignettev1.Emotion_EMOTION_ANXIETY,
	"fearful": vignettev1.Emotion_EMOTION_ANXIETY, "scared": vignettev1.Emotion_EMOTION_ANXIETY, "tense": vignettev1.Emotion_EMOTION_ANXIETY,
	"nervous": vignettev1.Emotion_EMOTION_ANXIETY,
	"sad":     vignettev1.Emotion_EMOTION_SADNESS, "down": vignettev1.Emotion_EMOTION_SADNESS, "unhappy": vignettev1.Emotion_EMOTION_SADNESS,
	"hopeless": vignettev1.Emotion_EMOTION_HOPELESSNESS,
	"lonely":   vignettev1.Emotion_EMOTION_LONELINESS,
	"angry":    vignettev1.Emotion_EMOTION_ANGER, "mad": vignettev1.Emotion_EMOTION_ANGER, "irritated": vignettev1.Emotion_EMOTION_ANGER,
	"annoyed": vignettev1.Emotion_EMOTION_ANGER, "frustrated": vignettev1.Emotion_EMOTION_ANGER,
	"ashamed": vignettev1.Emotion_EMOTION_SHAME, "embarrassed": vignettev1.Emotion_EMOTION_SHAME, "humiliated": vignettev1.Emotion_EMOTION_SHAME,
	"guilty":       vignettev1.Emotion_EMOTION_GUILT,
	"hurt":         vignettev1.Emotion_EMOTION_HURT,
	"disappointed": vignettev1.Emotion_EMOTION_DISAPPOINTMENT,
	"jealous":      vignettev1.Emotion_EMOTION_JEALOUSY, "envious": vignettev1.Emotion_EMOTION_JEALOUSY,
	"suspicious": vignettev1.Emotion_EMOTION_SUSPICION,
	"disgusted":  vignettev1.Emotion_EMOTION_DISGUST,
	"surprised":  vignettev1.Emotion_EMOTION_SURPRISE,
	"calm":       vignettev1.Emotion_EMOTION_CALM,
	"relieved":   vignettev1.Emotion_EMOTION_RELIEF,
	"hopeful":    vignettev1.Emotion_EMOTION_HOPE,
	"grateful":   vignettev1.Emotion_EMOTION_GRATITUDE,
	"happy":      vignettev1.Emotion_EMOTION_JOY, "glad": vignettev1.Emotion_EMOTION_JOY,
}

// nouns are the names that formats give feelings beside those of our vocabulary.
var nouns = map[string]vignettev1.Emotion{
	"fear": vignettev1.Emotion_EMOTION_ANXIETY, "worry": vignettev1.Emotion_EMOTION_ANXIETY, "apprehension": vignettev1.Emotion_EMOTION_ANXIETY,
	"concerned": vignettev1.Emotion_EMOTION_ANXIETY, "frustration": vignettev1.Emotion_EMOTION_ANGER, "irritability": vignettev1.Emotion_EMOTION_ANGER,
	"embarrassment": vignettev1.Emotion_EMOTION_SHAME, "grief": vignettev1.Emotion_EMOTION_SADNESS, "depressed": vignettev1.Emotion_EMOTION_SADNESS,
	"despair": vignettev1.Emotion_EMOTION_HOPELESSNESS, "happiness": vignettev1.Emotion_EMOTION_JOY,
}

// EmotionOf reads an emotion from a source's words: one of ours by name, or the first word that is known.
func EmotionOf(words string) (vignettev1.Emotion, bool) {
	split := strings.FieldsFunc(strings.ToLower(words), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, w := range split {
		if e, ok := emotionWords[w]; ok {
			return e, true
		}
		if e, ok := nouns[w]; ok {
			return e, true
		}
		if e, ok := vignettev1.Emotion_value["EMOTION_"+strings.ToUpper(w)]; ok && e != 0 {
			return vignettev1.Emotion(e), true
		}
	}
	return 0, false
}

// EmotionWords are the words a source had for an emotion where they still name it, and our name for it where it was changed.
func EmotionWords(e *vignettev1.EmotionIntensity) string {
	if named, ok := EmotionOf(e.GetWords()); ok && named == e.GetEmotion() {
		return e.GetWords()
	}
	return enumname.Of(e.GetEmotion())
}

// NoEmotion is the error for words that name no emotion.
func NoEmotion(words string) error {
	return fmt.Errorf("%q names no emotion that is known; known are %s", words, strings.Join(protoyaml.EnumNames(vignettev1.Emotion(0).Descriptor()), ", "))
}
