package mi

import (
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Role kinds of AnnoMI's two speakers.
const (
	counselor = vignettev1.AgentKind_AGENT_KIND_COUNSELOR
	client    = vignettev1.AgentKind_AGENT_KIND_CLIENT
)

// unit is a sentence of an utterance: what MISC parses utterances into, one thought, one code.
type unit struct {
	language.Span
	// tokens are the words as they were meant, without pauses and stammering.
	tokens []language.Token
	// words is how many of them are words.
	words int
	// marked says that it ends with a question mark.
	marked bool
	// broken says that its words are in no order of English.
	broken bool
	// overlap is its overlap with what was heard, once it is known.
	overlap *float64
	// asks is how it asks, once asked is true.
	asks  form
	asked bool
	// plainly are its words as trained weights count them, once somebody wanted them.
	plainly []language.Token
}

// unitsOf parses a text.
func unitsOf(text string) []*unit {
	var units []*unit
	for _, s := range utterance.Sentences(text) {
		u := &unit{Span: s.Span, tokens: language.Unstammer(s.Tokens), broken: s.Broken}
		if u.words = language.CountWords(u.tokens); u.words == 0 {
			u.tokens, u.words = s.Said, language.CountWords(s.Said) // nothing but "mm": a nod
		}
		u.marked = endsWithQuestionMark(s.Said)
		if u.words > 0 {
			units = append(units, u)
		}
	}
	return units
}

// first is the word a unit begins with.
func (u *unit) first() string {
	i := slices.IndexFunc(u.tokens, func(t language.Token) bool { return t.IsWord() })
	return u.tokens[i].Norm // every unit has a word
}

func endsWithQuestionMark(tokens []language.Token) bool {
	for i := len(tokens) - 1; i >= 0 && !tokens[i].IsWord(); i-- {
		if tokens[i].Norm == "?" {
			return true
		}
	}
	return false
}

// turn is an utterance of either speaker, read once.
type turn struct {
	index  int32
	text   string
	client bool
	units  []*unit
	// words is how many there are.
	words int
	// stems are those of its content words.
	stems language.Stems
	// fragment says that it goes on with what its speaker said before: transcripts begin it with a dash.
	fragment bool
	// mirrored is it as the other would say it, once somebody wanted that.
	mirrored *turn
	// read is what it was heard as, of a counselor.
	read *reading
	// raw says that it has no marks at all, as speech recognition writes.
	raw bool
}

// readTurn reads a turn; nil where nothing was said, or signs without words.
func readTurn(t *vignettev1.PerceivedTurn, byClient bool) *turn {
	if !utterance.Speaks(t.GetAction()) {
		return nil
	}
	out := readTurnText(t.GetAction().GetText())
	if len(out.units) == 0 {
		return nil
	}
	out.index, out.client = t.GetIndex(), byClient
	return out
}

func readTurnText(text string) *turn {
	out := &turn{text: text, units: unitsOf(text), stems: language.Stems{}, raw: !strings.ContainsAny(text, ".?!,;")}
	trimmed := strings.TrimSpace(text)
	out.fragment = strings.HasPrefix(trimmed, "-") || strings.HasPrefix(trimmed, "—") || strings.HasPrefix(trimmed, "–")
	for _, u := range out.units {
		out.words += u.words
		out.stems.Add(u.tokens)
	}
	return out
}

// mirror is the turn as the other would say it: "you" is "I".
func (t *turn) mirror() *turn {
	if t.mirrored == nil {
		t.mirrored = readTurnText(language.SwapPersons(t.text))
	}
	return t.mirrored
}

// broken says whether there is nothing to be read in a turn.
func (t *turn) broken() bool {
	for _, u := range t.units {
		if !u.broken {
			return false
		}
	}
	return len(t.units) > 0
}

// history is what was said before an utterance.
type history struct {
	// own is the speaker's last utterance and what was made of it, other the other's last one, heard the content of the other's
	// last few.
	own   *turn
	read  *reading
	talk  int
	other *turn
	heard []*turn
}

// remembered is how many of the other's utterances a reflection may take up.
const remembered = 3

func (h *history) hear(t *turn) {
	h.other = t
	h.heard = append(h.heard, t)
	if len(h.heard) > remembered {
		h.heard = h.heard[1:]
	}
}

// overlap is the share of a unit's content words that the other said in the last few utterances, 0-1.
func (h *history) overlap(u *unit) float64 {
	if u.overlap != nil {
		return *u.overlap
	}
	own := language.StemsOf(u.tokens)
	shared := 0
	for stem := range own {
		for _, t := range h.heard {
			if _, ok := t.stems[stem]; ok {
				shared++
				break
			}
		}
	}
	share := 0.0
	if len(own) > 0 {
		share = float64(shared) / float64(len(own))
	}
	u.overlap = &share
	return share
}
