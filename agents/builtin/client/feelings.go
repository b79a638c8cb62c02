package client

import (
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// defaultWords are how a client says that it feels an emotion of the vocabulary: adjectives after "I feel".
var defaultWords = map[vignettev1.Emotion][]string{
	vignettev1.Emotion_EMOTION_ANXIETY:        {"anxious", "tense"},
	vignettev1.Emotion_EMOTION_SADNESS:        {"sad", "down"},
	vignettev1.Emotion_EMOTION_HOPELESSNESS:   {"hopeless", "stuck"},
	vignettev1.Emotion_EMOTION_LONELINESS:     {"lonely", "alone"},
	vignettev1.Emotion_EMOTION_ANGER:          {"angry", "irritated"},
	vignettev1.Emotion_EMOTION_SHAME:          {"ashamed", "embarrassed"},
	vignettev1.Emotion_EMOTION_GUILT:          {"guilty"},
	vignettev1.Emotion_EMOTION_HURT:           {"hurt"},
	vignettev1.Emotion_EMOTION_DISAPPOINTMENT: {"disappointed", "let down"},
	vignettev1.Emotion_EMOTION_JEALOUSY:       {"jealous"},
	vignettev1.Emotion_EMOTION_SUSPICION:      {"suspicious", "wary"},
	vignettev1.Emotion_EMOTION_DISGUST:        {"disgusted"},
	vignettev1.Emotion_EMOTION_SURPRISE:       {"surprised"},
	vignettev1.Emotion_EMOTION_CALM:           {"calm"},
	vignettev1.Emotion_EMOTION_RELIEF:         {"relieved"},
	vignettev1.Emotion_EMOTION_HOPE:           {"hopeful"},
	vignettev1.Emotion_EMOTION_GRATITUDE:      {"grateful"},
	vignettev1.Emotion_EMOTION_JOY:            {"happy"},
}

// adjectives are words that may follow "I feel"; words of a source that are not among them are not said.
var adjectives = wordSet(`anxious, worried, fearful, scared, afraid, tense, nervous, panicky, on edge, frightened, restless, overwhelmed, sad, down, unhappy, low, empty, miserable,
	heartbroken, tearful, depressed, hopeless, stuck, trapped, defeated, lonely, alone, left out, isolated, unwanted, angry, mad, irritated, annoyed, furious, resentful, frustrated, bitter,
	ashamed, embarrassed, humiliated, small, exposed, guilty, hurt, wounded, betrayed, rejected, disappointed, let down, discouraged, jealous, envious, suspicious, wary, disgusted,
	surprised, shocked, calm, relieved, hopeful, grateful, happy, glad, helpless, powerless, numb, tired, exhausted, drained, torn, confused, insecure, inadequate, useless, worthless`)

// wordSet makes a set of the entries of a list with commas.
func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, entry := range strings.Split(list, ",") {
		set[strings.Join(strings.Fields(entry), " ")] = true
	}
	return set
}

// painful are emotions whose intensity counts as distress.
var painful = map[vignettev1.Emotion]bool{
	vignettev1.Emotion_EMOTION_ANXIETY: true, vignettev1.Emotion_EMOTION_SADNESS: true, vignettev1.Emotion_EMOTION_HOPELESSNESS: true,
	vignettev1.Emotion_EMOTION_LONELINESS: true, vignettev1.Emotion_EMOTION_ANGER: true, vignettev1.Emotion_EMOTION_SHAME: true,
	vignettev1.Emotion_EMOTION_GUILT: true, vignettev1.Emotion_EMOTION_HURT: true, vignettev1.Emotion_EMOTION_DISAPPOINTMENT: true,
	vignettev1.Emotion_EMOTION_JEALOUSY: true, vignettev1.Emotion_EMOTION_SUSPICION: true, vignettev1.Emotion_EMOTION_DISGUST: true,
}
