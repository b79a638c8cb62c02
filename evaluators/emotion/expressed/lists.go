package expressed

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vignette-sim/vignette/evaluators/emotion/taxonomy"
	"github.com/vignette-sim/vignette/internal/language"
)

//go:embed lists/states.txt
var statesText string

//go:embed lists/stances.txt
var stancesText string

//go:embed lists/marks.txt
var marksText string

//go:embed lists/shifters.txt
var shiftersText string

// entry is a phrase or a mark and what it expresses.
type entry struct {
	text     string
	feeling  taxonomy.Feeling
	strength float64
	// state: it says how somebody is, so it matters who.
	state bool
	// asked: it is heard in questions only.
	asked bool
}

// lexicon is what is listened for. It is made once and never changed.
type lexicon struct {
	entries []entry
	phrases *language.Phrases
	marks   []entry // longest first

	stronger, weaker, hypothetical, sarcasm *language.Phrases
	self, other                             map[string]bool
}

var words = mustLoad()

// mustLoad reads the lists, which are part of the program.
func mustLoad() *lexicon {
	l, err := load()
	if err != nil {
		panic("expressed: " + err.Error())
	}
	return l
}

func load() (*lexicon, error) {
	states, err := entriesOf("states.txt", statesText, ";")
	if err != nil {
		return nil, err
	}
	for i := range states {
		states[i].state = true
	}
	stances, err := entriesOf("stances.txt", stancesText, ";")
	if err != nil {
		return nil, err
	}
	l := &lexicon{entries: append(states, stances...)}
	patterns, seen := make([]string, len(l.entries)), map[string]bool{}
	for i, e := range l.entries {
		if seen[e.text] {
			return nil, fmt.Errorf("%q stands twice", e.text)
		}
		seen[e.text] = true
		patterns[i] = e.text
	}
	l.phrases = language.NewPhrases(patterns...)
	if l.marks, err = entriesOf("marks.txt", marksText, " "); err != nil {
		return nil, err
	}
	slices.SortStableFunc(l.marks, func(a, b entry) int { return len(b.text) - len(a.text) })
	return l, l.shift()
}

// entriesOf reads a list of feelings: "feeling strength: what; what", with "?" after the strength for what is heard in questions only.
func entriesOf(name, text, separator string) ([]entry, error) {
	var out []entry
	for head, items := range sections(text, separator) {
		head, asked := strings.CutSuffix(head, " ?")
		feeling, number, _ := strings.Cut(head, " ")
		strength, err := strconv.ParseFloat(number, 64)
		if err != nil || strength <= 0 || strength > 1 {
			return nil, fmt.Errorf("%s: %q has no strength between 0 and 1", name, head)
		}
		if _, ok := taxonomy.Of(taxonomy.Feeling(feeling)); !ok {
			return nil, fmt.Errorf("%s: there is no feeling %q", name, feeling)
		}
		for _, item := range items {
			out = append(out, entry{text: item, feeling: taxonomy.Feeling(feeling), strength: strength, asked: asked})
		}
	}
	return out, nil
}

// sections goes through the lines "head: item; item" of a list.
func sections(text, separator string) func(yield func(string, []string) bool) {
	return func(yield func(string, []string) bool) {
		for line := range strings.SplitSeq(text, "\n") {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			head, rest, _ := strings.Cut(line, ": ")
			var items []string
			for item := range strings.SplitSeq(rest, separator) {
				if item = strings.Join(strings.Fields(item), " "); item != "" {
					items = append(items, item)
				}
			}
			if !yield(head, items) {
				return
			}
		}
	}
}

// shift reads what changes a feeling.
func (l *lexicon) shift() error {
	for head, items := range sections(shiftersText, ";") {
		switch head {
		case "stronger":
			l.stronger = language.NewPhrases(items...)
		case "weaker":
			l.weaker = language.NewPhrases(items...)
		case "hypothetical":
			l.hypothetical = language.NewPhrases(items...)
		case "sarcasm":
			l.sarcasm = language.NewPhrases(items...)
		case "self":
			l.self = setOf(items)
		case "other":
			l.other = setOf(items)
		default:
			return fmt.Errorf("shifters.txt: %q is not known", head)
		}
	}
	return nil
}

func setOf(items []string) map[string]bool {
	out := map[string]bool{}
	for _, item := range items {
		out[item] = true
	}
	return out
}
