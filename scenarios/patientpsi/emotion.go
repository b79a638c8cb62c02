package patientpsi

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

// emotionOf reads an emotion from the source's words: one of ours by name, or the first word that is known.
func emotionOf(words string) (vignettev1.Emotion, bool) {
	split := strings.FieldsFunc(strings.ToLower(words), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, w := range split {
		if e, ok := emotionWords[w]; ok {
			return e, true
		}
		if e, ok := vignettev1.Emotion_value["EMOTION_"+strings.ToUpper(w)]; ok && e != 0 {
			return vignettev1.Emotion(e), true
		}
	}
	return 0, false
}

func readEmotions(raw profile, p *vignettev1.Persona) error {
	entries, err := texts(raw, "emotion")
	if err != nil {
		return err
	}
	for i, words := range entries {
		e, ok := emotionOf(words)
		if !ok {
			return fmt.Errorf("entry %d, %q, names no emotion that is known; known are %s", i+1, words, strings.Join(protoyaml.EnumNames(vignettev1.Emotion(0).Descriptor()), ", "))
		}
		s := situation(model(p))
		s.Emotions = append(s.Emotions, &vignettev1.EmotionIntensity{Emotion: e, Words: words})
	}
	return nil
}

// writeEmotions writes the source's words where they still name the emotion, and its name where it was changed.
func writeEmotions(p *vignettev1.Persona, raw profile) error {
	out := []any{}
	if all := p.GetCognitiveModel().GetSituations(); len(all) > 0 {
		for _, e := range all[0].Emotions {
			if named, ok := emotionOf(e.Words); ok && named == e.Emotion {
				out = append(out, e.Words)
				continue
			}
			out = append(out, enumname.Short(enumValue(e.Emotion)))
		}
	}
	raw["emotion"] = out
	return nil
}
