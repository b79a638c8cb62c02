package utterance

import (
	"math"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
)

// Level is how far a skill is shown in an utterance.
type Level int8

// The levels: strong is 1, weak 0.5, none 0; NotApplicable where the skill cannot be shown.
const (
	NotApplicable Level = iota - 1
	None
	Weak
	Strong
)

// Number of a level as the contracts have it.
func (l Level) Number() float64 { return float64(max(l, None)) / 2 }

// Labels of the levels from None on.
var Labels = []string{"none", "weak", "strong"}

// Label of a level as the contracts have it.
func (l Level) Label() string { return Labels[max(l, None)] }

// Hit is a piece of evidence: where it is, how much it shows and why.
type Hit struct {
	Level Level
	Span  language.Span
	// Why goes on after the quoted words: "“could you” asks for it directly".
	Why string
}

// Finding is what a skill came to in an utterance.
type Finding struct {
	Level Level
	Hits  []Hit
	// Chance is how likely the level is, where a trained model gave it; 0 is not known.
	Chance float64
	// Note is the reason where no words are to be quoted: a sentence without its full stop.
	Note string
}

// Inapplicable is the finding where a skill cannot be shown, and why: a sentence without its full stop.
func Inapplicable(note string) Finding { return Finding{Level: NotApplicable, Note: note} }

// Add keeps a piece of evidence; the highest level decides.
func (f *Finding) Add(hits ...Hit) {
	for _, h := range hits {
		f.Hits = append(f.Hits, h)
		f.Level = max(f.Level, h.Level)
	}
}

// Cap lowers the finding, because of what a hit shows; that hit becomes the reason.
func (f *Finding) Cap(at Level, because Hit) {
	if f.Level <= at {
		return
	}
	f.Level = at
	for i := range f.Hits {
		f.Hits[i].Level = min(f.Hits[i].Level, at)
	}
	because.Level = None
	f.Hits = append([]Hit{because}, f.Hits...)
}

// Shown says whether there is evidence above None.
func (f *Finding) Shown() bool {
	return slices.ContainsFunc(f.Hits, func(h Hit) bool { return h.Level > None })
}

// Lower brings the finding down to a level, for what it is as a whole: a sentence without its full stop.
func (f *Finding) Lower(to Level, note string) {
	f.Level, f.Note = to, note
	for i := range f.Hits {
		f.Hits[i].Level = min(f.Hits[i].Level, to)
	}
}

// Raise brings the finding up to a level, for what it is as a whole; its highest evidence stands for it.
func (f *Finding) Raise(to Level, note string) {
	for i := range f.Hits {
		if f.Hits[i].Level == f.Level && f.Level > None {
			f.Hits[i].Level = to
		}
	}
	f.Level, f.Note = to, note
}

// Rationale says in a sentence or two why, with the words.
func (f *Finding) Rationale() string {
	var sentences []string
	for _, h := range f.Hits {
		if len(sentences) == 2 {
			break
		}
		if h.Level == f.Level || h.Level == None {
			sentences = append(sentences, "“"+clip(h.Span.Quote)+"” "+h.Why+".")
		}
	}
	if len(sentences) == 0 {
		return f.Note + "."
	}
	return strings.Join(sentences, " ")
}

// quoted is how many characters of a quotation a rationale shows; the span has all of them.
const quoted = 160

func clip(quote string) string { return language.Clip(quote, quoted) }

// Confidence is the chance of the level, or a rule of thumb where that is not known: words that show a skill plainly are surer than a hint, and the absence of every pattern
// is less sure the longer the text in which something may have been overlooked.
func (f *Finding) Confidence(words int) float64 {
	switch {
	case f.Chance > 0:
		return math.Round(100*f.Chance) / 100
	case f.Level == Strong:
		return 0.8
	case f.Level == Weak:
		return 0.6
	case words <= 12:
		return 0.8
	case words <= 40:
		return 0.7
	}
	return 0.6
}
