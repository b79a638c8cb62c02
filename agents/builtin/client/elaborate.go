package client

import (
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// elaborations are the banks for saying more about what was told.
var elaborations = map[kind]string{
	situation: "elab.situation", recent: "elab.situation", thought: "elab.thought", behavior: "elab.behavior", coping: "elab.behavior",
	rule: "elab.core", core: "elab.core", history: "elab.history", memoir: "elab.history",
}

// feelingBanks are the banks for saying more about a feeling; others share one.
var feelingBanks = map[vignettev1.Emotion]string{
	vignettev1.Emotion_EMOTION_ANXIETY: "elab.anxiety", vignettev1.Emotion_EMOTION_SADNESS: "elab.sadness", vignettev1.Emotion_EMOTION_HOPELESSNESS: "elab.sadness",
	vignettev1.Emotion_EMOTION_LONELINESS: "elab.sadness", vignettev1.Emotion_EMOTION_DISAPPOINTMENT: "elab.sadness", vignettev1.Emotion_EMOTION_ANGER: "elab.anger",
	vignettev1.Emotion_EMOTION_SHAME: "elab.shame", vignettev1.Emotion_EMOTION_GUILT: "elab.shame", vignettev1.Emotion_EMOTION_HURT: "elab.other",
}

// elaborate says more about something told, among some kinds: it links two things, or dwells on one. When all has been
// said it speaks of the week, of what is wished for, of both sides of changing.
func (t *turn) elaborate(kinds []kind) bool {
	if t.luck.Float64() < 0.35 && t.link() {
		return true
	}
	seen := slices.Clone(t.told)
	for i := len(t.memory.Told) - 1; i >= 0; i-- {
		if it := t.itemOf(t.memory.Told[i]); it != nil {
			seen = append(seen, it)
		}
	}
	for _, it := range seen {
		if !slices.Contains(kinds, it.kind) {
			continue
		}
		bank, emotional := elaborations[it.kind], it.kind == feeling
		if emotional {
			bank = feelingBanks[it.emotion]
			if bank == "" {
				bank = "elab.other"
			}
		}
		if t.say(bank, "elaborate."+kindNames[it.kind], it) {
			return true
		}
	}
	return t.link() || len(kinds) == len(everything) && t.ramble()
}

// did says whether this turn has an act that begins with one of some words.
func (t *turn) did(acts ...string) bool {
	return slices.ContainsFunc(t.speech.Pieces(), func(piece language.Piece) bool {
		return slices.ContainsFunc(acts, func(act string) bool { return strings.HasPrefix(piece.Act, act) })
	})
}

// ramble is what remains when everything was told and dwelt on.
func (t *turn) ramble() bool {
	topics := []struct{ bank, act string }{
		{"week", "elaborate.week"}, {"good", "answer.strengths"}, {"goal", "change_talk"}, {"sustain", "sustain_talk"},
		{"change", "change_talk"}, {"support", "answer.support"}, {"sleep", "answer.symptoms"},
	}
	if t.memory.Trust < 0.35 {
		topics = []struct{ bank, act string }{{"guarded", "withhold"}, {"sustain", "sustain_talk"}, {"week", "elaborate.week"}}
	}
	first := t.luck.IntN(len(topics))
	for i := range topics {
		topic := topics[(first+i)%len(topics)]
		if t.say(topic.bank, topic.act, t.habit()) {
			return true
		}
	}
	return false
}

// link connects two things told before, as people do who begin to see how they hang together.
func (t *turn) link() bool {
	deed := t.lastTold(behavior, coping)
	if deed == nil || deed.doing == "" && deed.verb == "" {
		return false
	}
	if t.toldAny(thought) && t.luck.Float64() < 0.5 && t.say("link.thought", "link", deed) {
		return true
	}
	if felt := t.lastTold(feeling); felt != nil && len(felt.words) > 0 {
		linked := *deed
		linked.words = felt.words
		if t.say("link.feeling", "link", &linked) {
			return true
		}
	}
	if past := t.lastTold(history); past != nil && past.topic != "" && t.memory.Trust > 0.5 {
		return t.say("link.history", "link", past)
	}
	return false
}

func (t *turn) itemOf(id string) *item {
	for i := range t.items {
		if t.items[i].id == id {
			return &t.items[i]
		}
	}
	return nil
}

// tails is how likely each style adds a sentence of its own colour. Chosen.
var tails = map[style]float64{
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN: 0.1, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET: 0.2,
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE: 0.55, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED: 0.12,
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_TANGENT: 0.6, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING: 0.45,
}

// colour may end a turn with a sentence in the style's own manner; anger and guardedness fade as trust grows.
func (t *turn) colour() {
	chance := tails[t.style]
	switch t.style {
	case vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED:
		chance *= 1.5 - t.memory.Trust
	}
	if t.speech.Text() != "" && t.memory.Turns > 0 && t.luck.Float64() < chance {
		t.say("tail", "", nil)
	}
}
