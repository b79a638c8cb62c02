// Package draft puts an utterance together from pieces: each piece is worded in one of several ways, none of them used
// before in the episode, and keeps its place in the text, so that intended acts can point at the words that carry them.
//
// It has no words of its own. It may import the contracts and internal/language.
package draft

import (
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Draft is an utterance in the making. Use New.
type Draft struct {
	rng    *rand.Rand
	said   map[string]bool
	pieces []piece
}

// Turn is what a role does, as its part hands it over.
type Turn struct {
	// Kind of action.
	Kind vignettev1.ActionKind
	// Text is what is said or shown.
	Text string
	// Acts are what was meant, with the words that carry it.
	Acts []*vignettev1.IntendedAct
	// Intent says in words what was meant.
	Intent string
	// For is whom it is meant for, a role id; "" is nobody in particular.
	For string
	// To are those who alone are to perceive it; none means everybody.
	To []string
}

type piece struct{ act, text string }

// New begins an utterance of somebody who has said some things before. The generator decides between wordings.
func New(rng *rand.Rand, own []string) *Draft {
	d := &Draft{rng: rng, said: make(map[string]bool, 4*len(own))}
	for _, text := range own {
		d.remember(text)
	}
	return d
}

// Say adds the first wording, from a random one on, that repeats nothing said before. It returns false, and adds
// nothing, when there is none. An empty act marks words that carry no act of their own.
func (d *Draft) Say(act string, wordings ...string) bool {
	if len(wordings) == 0 {
		return false
	}
	from := d.rng.IntN(len(wordings))
	for i := range wordings {
		if d.add(act, wordings[(from+i)%len(wordings)]) {
			return true
		}
	}
	return false
}

// SayFirst is Say without chance: the first wording that repeats nothing.
func (d *Draft) SayFirst(act string, wordings ...string) bool {
	for _, wording := range wordings {
		if d.add(act, wording) {
			return true
		}
	}
	return false
}

// Fresh says whether a wording repeats nothing said before.
func (d *Draft) Fresh(wording string) bool {
	for _, sentence := range language.Sentences(wording) {
		if d.said[key(sentence.Quote)] {
			return false
		}
	}
	return strings.TrimSpace(wording) != ""
}

func (d *Draft) add(act, wording string) bool {
	text := language.Capitalise(language.Finish(wording))
	if text == "" || !d.Fresh(text) {
		return false
	}
	d.remember(text)
	d.pieces = append(d.pieces, piece{act: act, text: text})
	return true
}

func (d *Draft) remember(text string) {
	for _, sentence := range language.Sentences(text) {
		d.said[key(sentence.Quote)] = true
	}
}

// key is a sentence without case and punctuation at its ends.
func key(sentence string) string {
	return strings.Trim(language.Normalise(sentence), " .!?…,;:-–\"'")
}

// Empty says whether nothing has been added.
func (d *Draft) Empty() bool { return len(d.pieces) == 0 }

// Len counts pieces.
func (d *Draft) Len() int { return len(d.pieces) }

// Text is the utterance.
func (d *Draft) Text() string {
	var text strings.Builder
	for i, p := range d.pieces {
		if i > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(p.text)
	}
	return text.String()
}

// Acts are the acts of the pieces in order, with the words that carry them.
func (d *Draft) Acts() []*vignettev1.IntendedAct {
	var acts []*vignettev1.IntendedAct
	at := 0
	for i, p := range d.pieces {
		if i > 0 {
			at++
		}
		length := utf8.RuneCountInString(p.text)
		if p.act != "" {
			acts = append(acts, &vignettev1.IntendedAct{Act: p.act, Span: &vignettev1.Span{
				Start: int32(at), End: int32(at + length), Quote: p.text,
			}})
		}
		at += length
	}
	return acts
}

// Chance is true with probability p, by the draft's own generator.
func (d *Draft) Chance(p float64) bool { return d.rng.Float64() < p }

// Pick draws a number below n, by the draft's own generator.
func (d *Draft) Pick(n int) int { return d.rng.IntN(n) }

// Inside makes a sentence fit to go on inside another: without its mark at the end and, where that is safe, without its
// capital. It returns false when the first word may be a name.
func Inside(sentence string) (string, bool) {
	tokens := language.Tokens(sentence)
	if len(tokens) == 0 || len(language.Sentences(sentence)) > 1 {
		return "", false
	}
	if first := tokens[0].Norm; !language.IsStopWord(first) && !language.IsAuxiliary(first) {
		return "", false
	}
	return language.LowerFirst(language.Unstop(sentence)), true
}

// Led puts a sentence after the words that lead in to it ("The thing is, "). It returns false where that does not go
// well: when Inside does not fit, or the lead ends with the word that the sentence begins with.
func Led(lead, sentence string) (string, bool) {
	inside, fits := Inside(sentence)
	words := language.Words(language.Tokens(lead))
	if !fits || len(words) == 0 {
		return "", false
	}
	first, _ := language.Tokens(inside)[0].Parts()
	if last := words[len(words)-1].Norm; last == first {
		return "", false
	}
	return language.Finish(lead + inside), true
}

// Insist adds a wording even if it was said before, for moments when something must be said.
func (d *Draft) Insist(act, wording string) {
	text := language.Capitalise(language.Finish(wording))
	d.remember(text)
	d.pieces = append(d.pieces, piece{act: act, text: text})
}
