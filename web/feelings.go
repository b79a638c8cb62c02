package web

import (
	"fmt"
	"math"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// leastFelt is the intensity below which a feeling is not shown. Chosen; the terminal has the same.
const leastFelt = 0.15

// graded is the word for a number: the first whose bound it is below, else the last.
func graded(v float64, bounds []float64, words ...string) string {
	for i, bound := range bounds {
		if v < bound {
			return words[i]
		}
	}
	return words[len(words)-1]
}

// Bounds are chosen: they cut a range into even parts.
var (
	thirds = []float64{1. / 3, 2. / 3}
	fifths = []float64{20, 40, 60, 80}
)

// felt is what a partner felt, in words with the numbers beside them, and where it is from; "" where nothing is known.
func felt(state *vignettev1.MentalState) string {
	if state == nil {
		return ""
	}
	var emotions, rest []string
	for _, e := range state.GetFelt() {
		name := strings.ReplaceAll(enumname.Of(e.GetEmotion()), "_", " ")
		if e.Intensity == nil {
			emotions = append(emotions, name)
		} else if v := e.GetIntensity(); v >= leastFelt {
			emotions = append(emotions, fmt.Sprintf("%s %s (%.1f of 1)", graded(v, thirds, "a little", "some", "much"), name, v))
		}
	}
	if len(emotions) > 0 {
		rest = append(rest, "felt "+strings.Join(emotions, ", "))
	}
	add := func(value *float64, bounds []float64, form string, words ...string) {
		if value != nil {
			rest = append(rest, fmt.Sprintf(form, graded(*value, bounds, words...), *value))
		}
	}
	add(state.Distress, fifths, "%s distressed (%.0f of 100)", "hardly", "a little", "rather", "very", "extremely")
	add(state.Trust, thirds, "trusts you %s (%.2f of 1)", "little", "halfway", "much")
	add(state.Willingness, thirds, "%s willing (%.2f of 1)", "hardly", "half", "quite")
	if len(rest) == 0 {
		return ""
	}
	text := strings.Join(rest, "; ")
	return strings.ToUpper(text[:1]) + text[1:] + ". " + sources[state.GetSource()]
}

// sources say where a mental state is from.
var sources = map[vignettev1.StateSource]string{
	vignettev1.StateSource_STATE_SOURCE_COMPUTED:       "Computed by the simulation.",
	vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED:  "By the model's own account.",
	vignettev1.StateSource_STATE_SOURCE_HUMAN_REPORTED: "Reported by a person.",
	vignettev1.StateSource_STATE_SOURCE_READ:           "Read from the conversation by a model.",
}

// changed is what moved in a partner, in words with the numbers beside them.
func changed(c *vignettev1.PartnerChange) string {
	var parts []string
	add := func(value *float64, least float64, form, more, less, same string) {
		switch {
		case value == nil:
		case math.Abs(*value) < least:
			parts = append(parts, same)
		case *value > 0:
			parts = append(parts, fmt.Sprintf("%s ("+form+")", more, *value))
		default:
			parts = append(parts, fmt.Sprintf("%s ("+form+")", less, *value))
		}
	}
	add(c.Distress, 0.5, "%+.0f of 100", "became more distressed", "became less distressed", "stayed as distressed")
	add(c.Trust, 0.005, "%+.2f", "trusted you more", "trusted you less", "trusted you as much")
	add(c.Resistance, 0.005, "%+.2f", "resisted more", "resisted less", "resisted as much")
	add(c.Willingness, 0.005, "%+.2f", "was more willing", "was less willing", "was as willing")
	return strings.Join(parts, ", ")
}

// sure is a confidence in words.
func sure(v float64) string {
	return graded(v, []float64{0.4, 0.6, 0.8}, "Unsure", "Not very sure", "Fairly sure", "Quite sure")
}
