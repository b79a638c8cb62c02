package client

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// hesitance is how often each style falters over something of its own, before what is told and trust have their say. Chosen:
// those who guard themselves falter most.
var hesitance = map[style]float64{
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN: 0.16, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET: 0.08,
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE: 0.12, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED: 0.35,
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_TANGENT: 0.12, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING: 0.25,
}

// fillers stand before a sentence somebody finds hard to begin.
var fillers = map[style][]string{
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN:    {"Well... ", "Um, ", "How do I put this. ", "Hm. "},
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET:    {"God. ", "Look, ", "I mean... "},
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE:  {"How shall I say, ", "Well, where was I, ", "No, wait, let me start again. "},
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED: {"Um... ", "Hm... ", "Well... ", "I... don't know. "},
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_TANGENT:  {"Wait, what was it. ", "Oh, well, ", "Um, "},
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING: {"Oh, um, ", "Sorry, I'm not good at this. ", "If that's all right... "},
}

// falter lets somebody falter over what is hard to say: the deeper it lies and the less they trust, the more often. Only what is
// told of oneself is faltered over, and a filler is used once in an episode.
func (t *turn) falter(act, text string) string {
	depth, told := depths[act]
	if !told || t.falters.Float64() >= hesitance[t.style]*(0.6+depth)*(1.3-t.memory.Trust) {
		return text
	}
	if rest, ok := strings.CutPrefix(text, "I "); ok && t.falters.IntN(2) == 0 {
		return "I... I " + rest
	}
	list := fillers[t.style]
	filler := list[t.falters.IntN(len(list))]
	whole := strings.HasSuffix(filler, ". ")
	if !whole && !language.IsStopWord(firstWord(text)) || !t.memory.filled(filler) {
		return text // a name keeps its capital
	}
	if whole && !strings.HasSuffix(filler, ".. ") {
		return filler + text
	}
	return filler + language.LowerFirst(text)
}

// depths are how deep the acts lie that somebody may falter over, 0-1: their gates.
var depths = func() map[string]float64 {
	depths := map[string]float64{}
	for kind, gate := range gates {
		depths["disclose."+kindNames[kind]] = gate
	}
	return depths
}()
