package client

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// caps are the most sentences a turn has in each style (PATIENT-Psi).
var caps = map[style]int{
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN: 5, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET: 3,
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE: 8, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED: 3,
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_TANGENT: 5, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING: 5,
}

// ownFrames is how often a frame of the style itself is preferred to one that anybody may use. Chosen: styles must be
// easy to tell apart.
const ownFrames = 0.85

// say words something from a bank and adds it to the turn. It says whether there were words left: frames not used in
// this episode, whose slots the item fills, that repeat no sentence and fit into what the style allows.
func (t *turn) say(bank, act string, it *item) bool {
	own, common := t.repertoire(wording.Frames(bank, styleNames[t.style])), t.repertoire(wording.Frames(bank, language.AnyVoice))
	if t.words.Float64() > ownFrames || t.style == vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN && t.words.IntN(3) > 0 {
		own, common = common, own
	}
	return t.speech.Say(act, func(name string) string { return t.slot(name, it) }, own, common)
}

// Repertoires. Chosen: two people of one style share about every other turn of phrase, and nobody is left without words.
const (
	smallestRepertoire = 3
	oneIn              = 2
)

// repertoire is the part of a bank that this persona uses: people have turns of phrase, and stories, of their own.
func (t *turn) repertoire(frames []*language.Frame) []*language.Frame {
	if len(frames) < smallestRepertoire*oneIn {
		return frames
	}
	who := language.SentenceKey(t.obs.GetSelf().GetPersona().GetId())
	mine := make([]*language.Frame, 0, len(frames))
	for _, frame := range frames {
		if mix(frame.Key^who)%oneIn == 0 {
			mine = append(mine, frame)
		}
	}
	if len(mine) < smallestRepertoire {
		return frames
	}
	return mine
}

// mix spreads the bits of a key, so that its lowest ones depend on all (the finaliser of MurmurHash3, Appleby).
func mix(key uint32) uint32 {
	key ^= key >> 16
	key *= 0x85ebca6b
	key ^= key >> 13
	key *= 0xc2b2ae35
	return key ^ key>>16
}

// apart are the words by which a setting says that people do not sit in one room.
var apart = language.NewPhrases("text chat", "online", "forum", "in writing", "by phone|telephone|text|video", "on the phone|telephone")

// slot returns the words for a slot, or nothing.
func (t *turn) slot(name string, it *item) string {
	switch name {
	case "pct":
		return t.percent()
	case "ten":
		return numberWords[int(math.Round(within(t.memory.Distress, 10, 100)/10))]
	case "asked":
		// No words: a frame that answers a question is only used after one.
		if t.heard.question && (it == nil || slices.Contains(answering[t.heard.asked], it.kind)) {
			return " "
		}
		return ""
	case "here":
		// No words: a frame that speaks of the room is only used where there is one.
		if !apart.In(language.Tokens(t.obs.GetSetting())) {
			return " "
		}
		return ""
	case "thought":
		if thought := t.lastTold(thought); thought != nil {
			return quoted(thought.quote)
		}
		return ""
	}
	if it == nil {
		return ""
	}
	switch name {
	case "s":
		return it.clause
	case "past":
		return it.past
	case "now":
		return it.now
	case "doing":
		return it.doing
	case "verb":
		return it.verb
	case "noun":
		return it.noun
	case "q":
		return quoted(it.quote)
	case "raw":
		if it.clause != "" || it.kind == thought || it.kind == rule || it.kind == core || it.kind == memoir || isChange(it.kind) {
			return it.quote
		}
	case "note":
		if it.clause == "" {
			return quoted(it.quote)
		}
	case "topic":
		return it.topic
	case "feel":
		return first(it.words, 1)
	case "feels":
		return first(it.words, 2)
	}
	return ""
}

var numberWords = [...]string{"a zero", "a one", "a two", "a three", "a four", "a five", "a six", "a seven", "an eight", "a nine", "a ten"}

// percent is how strongly the last belief or thought told is held, in steps of five.
func (t *turn) percent() string {
	it := t.lastTold(thought, core, rule)
	if it == nil {
		return ""
	}
	held := it.strength * (0.75 + 0.25*t.memory.Distress/100)
	return strconv.Itoa(5 * int(math.Round(within(held, 0, 1)*20)))
}

// quoted puts a sentence in quotation marks; marks inside it become single ones.
func quoted(sentence string) string {
	if sentence == "" {
		return ""
	}
	return `"` + strings.ReplaceAll(sentence, `"`, `'`) + `"`
}

// first joins the first n words of a list; none gives nothing.
func first(words []string, n int) string {
	return language.List(words[:min(n, len(words))], "and")
}

// sayEndless says one of many small things when nothing else is left to say. There are several hundred.
func (t *turn) sayEndless() {
	frames := wording.Frames("endless", language.AnyVoice)
	const tries = 400
	for range tries {
		text, _ := frames[t.words.IntN(len(frames))].Fill(func(string) string { return "" }, t.words.IntN)
		if t.speech.Add("elaborate.moment", text) {
			return
		}
	}
}

// act makes the action of the turn, and the acts with the words that carry them.
func (t *turn) act() (*vignettev1.Action, []*vignettev1.IntendedAct) {
	if !agents.Allows(t.obs, vignettev1.ActionKind_ACTION_KIND_SPEAK) || t.speech.Text() == "" {
		return t.withoutWords(), nil
	}
	var acts []*vignettev1.IntendedAct
	for _, piece := range t.speech.Pieces() {
		if piece.Act != "" {
			span := &vignettev1.Span{Start: int32(piece.Start), End: int32(piece.End), Quote: piece.Quote}
			acts = append(acts, &vignettev1.IntendedAct{Act: piece.Act, Span: span})
		}
	}
	return &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: t.speech.Text()}, acts
}

// withoutWords is what a client does that may not or cannot speak. Nothing counts as told then.
func (t *turn) withoutWords() *vignettev1.Action {
	t.told = nil
	for _, a := range []*vignettev1.Action{
		{Kind: vignettev1.ActionKind_ACTION_KIND_NONVERBAL, Text: "looks down and says nothing"},
		{Kind: vignettev1.ActionKind_ACTION_KIND_SILENT},
		{Kind: vignettev1.ActionKind_ACTION_KIND_ACT, Text: "shifts in the chair"},
	} {
		if agents.Allows(t.obs, a.GetKind()) {
			return a
		}
	}
	return &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_LEAVE}
}
