package dearman

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
)

// level is how far a skill is shown in an utterance.
type level int8

const (
	notApplicable level = iota - 1
	none
	weak
	strong
)

// number of a level as the contracts have it.
func (l level) number() float64 { return float64(max(l, none)) / 2 }

var labels = []string{"none", "weak", "strong"}

func (l level) label() string { return labels[max(l, none)] }

// hit is a piece of evidence: where it is, how much it shows and why.
type hit struct {
	level level
	span  language.Span
	// why goes on after the quoted words: "“could you” asks for it directly".
	why string
}

// finding is what a skill came to in an utterance.
type finding struct {
	level level
	hits  []hit
	// note is the reason where no words are to be quoted: a sentence without its full stop.
	note string
}

func inapplicable(note string) finding { return finding{level: notApplicable, note: note} }

// add keeps a piece of evidence; the highest level decides.
func (f *finding) add(hits ...hit) {
	for _, h := range hits {
		f.hits = append(f.hits, h)
		f.level = max(f.level, h.level)
	}
}

// cap lowers the finding, because of what a hit shows; that hit becomes the reason.
func (f *finding) cap(at level, because hit) {
	if f.level <= at {
		return
	}
	f.level = at
	for i := range f.hits {
		f.hits[i].level = min(f.hits[i].level, at)
	}
	because.level = none
	f.hits = append([]hit{because}, f.hits...)
}

// rationale says in a sentence or two why, with the words.
func (f *finding) rationale() string {
	var sentences []string
	for _, h := range f.hits {
		if len(sentences) == 2 {
			break
		}
		if h.level == f.level || h.level == none {
			sentences = append(sentences, "“"+clip(h.span.Quote)+"” "+h.why+".")
		}
	}
	if len(sentences) == 0 {
		return f.note + "."
	}
	return strings.Join(sentences, " ")
}

// quoted is how many characters of a quotation a rationale shows; the span has all of them.
const quoted = 160

func clip(quote string) string {
	points := []rune(quote)
	if len(points) <= quoted {
		return quote
	}
	return string(points[:quoted-1]) + "…"
}

// confidence is a rule of thumb: words that show a skill plainly are surer than a hint, and the absence of every pattern
// is less sure the longer the text in which something may have been overlooked.
func (f *finding) confidence(words int) float64 {
	switch {
	case f.level == strong:
		return 0.8
	case f.level == weak:
		return 0.6
	case words <= 12:
		return 0.8
	case words <= 40:
		return 0.7
	}
	return 0.6
}

// wordSet is a set of normalised words.
type wordSet map[string]bool

func words(lists ...string) wordSet {
	set := wordSet{}
	for _, list := range lists {
		for _, word := range strings.Fields(list) {
			set[word] = true
		}
	}
	return set
}

// cue is a group of phrases that show the same thing.
type cue struct {
	level   level
	why     string
	phrases *language.Phrases
}

func cueOf(l level, why string, tables ...string) cue {
	return cue{level: l, why: why, phrases: phrases(tables...)}
}

// phrases compiles tables of patterns, which are separated by semicolons; line breaks are spaces. What a pattern can say
// is explained at language.Phrases.
func phrases(tables ...string) *language.Phrases {
	var patterns []string
	for _, table := range tables {
		patterns = append(patterns, strings.Split(table, ";")...)
	}
	return language.NewPhrases(patterns...)
}

// in returns the first place in a sentence where the cue is found.
func (c cue) in(s *sentence) (place, bool) {
	for _, match := range c.phrases.Find(s.Tokens) {
		return place{first: match.First, last: match.Last}, true
	}
	return place{}, false
}

// place is a run of a sentence's tokens, half-open.
type place struct{ first, last int }

// frame is a beginning that means something only with the right filler after it: "I feel" and an emotion. Between them
// stand at most three words of the given kind.
type frame struct {
	level   level
	why     string
	opening *language.Phrases
	between wordSet
	fillers wordSet
	// phrasal are fillers of two words: the second ones by the first.
	phrasal map[string]wordSet
}

// reach is how many words may stand between a frame's beginning and its filler ("I was really quite so upset").
const reach = 3

func (f *frame) in(s *sentence) (place, bool) {
	for _, match := range f.opening.Find(s.Tokens) {
		for i := match.Last; i < len(s.Tokens) && i <= match.Last+reach; i++ {
			norm := s.Tokens[i].Norm
			if i+1 < len(s.Tokens) && f.phrasal[norm][s.Tokens[i+1].Norm] {
				return place{first: match.First, last: i + 2}, true
			}
			if f.fillers[norm] {
				return place{first: match.First, last: i + 1}, true
			}
			if !f.between[norm] {
				break
			}
		}
	}
	return place{}, false
}

// degrees may stand between a verb and its adjective.
var degrees = words(`really very so quite pretty rather just too also still extremely incredibly terribly awfully a bit little lot of
	bit kind sort totally completely absolutely truly deeply genuinely actually honestly increasingly more and even
	getting feeling starting to feel become pretty most least quite super at properly proper well dead right ever rather best thoroughly dreadfully mighty seriously simply
	bloody bleeding freaking fucking damn literally particularly exactly that like always almost nearly slightly somewhat touch tad kinda sorta
	definitely massively hugely deeply utterly beyond fairly now`)
