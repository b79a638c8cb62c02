package llm

import (
	"buf.build/go/protovalidate"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Longest texts of a mental state, in code points, as the contract has them.
const (
	longestThought = 4000
	longestIntent  = 1000
)

// mentalState is what an answer reports about itself. A state that cannot be (a number out of its range, one emotion with two
// intensities) is no state: nil.
func (r *reported) mentalState(obs *vignettev1.Observation) *vignettev1.MentalState {
	felt, sound := feelings(r.Felt)
	expressed, soundToo := feelings(r.Expressed)
	others, soundAsWell := r.models(obs)
	if !sound || !soundToo || !soundAsWell {
		return nil
	}
	state := &vignettev1.MentalState{
		Source: vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED, Felt: felt, Distress: r.Distress, Expressed: expressed,
		ExpressedDistress: r.ExpressedDistress, Trust: r.Trust, Resistance: r.Resistance, Willingness: r.Willingness, Ambivalence: r.Ambivalence,
		Intent: cut(r.Intent, longestIntent), InnerThought: cut(r.Thought, longestThought), Others: others,
	}
	if protovalidate.Validate(state) != nil {
		return nil
	}
	return state
}

// models are what is taken of the others. What is said of somebody who is not there is left out; two readings of one person
// are none.
func (r *reported) models(obs *vignettev1.Observation) ([]*vignettev1.ModelOfOther, bool) {
	var models []*vignettev1.ModelOfOther
	here, read := map[string]bool{}, map[string]bool{}
	for _, other := range present(obs) {
		here[other.GetId()] = true
	}
	for _, other := range r.Others {
		if !here[other.Role] {
			continue
		}
		felt, sound := feelings(other.Felt)
		if !sound || read[other.Role] {
			return nil, false
		}
		read[other.Role] = true
		models = append(models, &vignettev1.ModelOfOther{Role: other.Role, Felt: felt, Distress: other.Distress, Confidence: other.Confidence})
	}
	return models, true
}

// emotions are the emotions of the vocabulary by their short names.
var emotions = func() map[string]vignettev1.Emotion {
	byName := map[string]vignettev1.Emotion{}
	for number := range vignettev1.Emotion_name {
		if emotion := vignettev1.Emotion(number); emotion != vignettev1.Emotion_EMOTION_UNSPECIFIED {
			byName[enumname.Of(emotion)] = emotion
		}
	}
	return byName
}()

// feelings reads a list of emotions; it says whether it is one that can be.
func feelings(list []feeling) ([]*vignettev1.EmotionIntensity, bool) {
	var out []*vignettev1.EmotionIntensity
	said := map[vignettev1.Emotion]float64{}
	for _, f := range list {
		emotion, known := emotions[f.Emotion]
		before, twice := said[emotion]
		switch {
		case !known, twice && before != f.Intensity:
			return nil, false
		case twice:
			continue
		}
		said[emotion] = f.Intensity
		out = append(out, &vignettev1.EmotionIntensity{Emotion: emotion, Intensity: &f.Intensity})
	}
	return out, true
}

// cut shortens a text to so many code points.
func cut(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
