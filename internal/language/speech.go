package language

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Spoken remembers what one speaker has said in a conversation, so that nothing is said twice: frames by their keys, and
// sentences by their letters and digits. It is made to be kept as JSON.
type Spoken struct {
	Frames    []uint32 `json:"frames,omitempty"`
	Sentences []uint32 `json:"sentences,omitempty"`
}

// MostSpoken bounds each list of what is remembered; the oldest are forgotten first. As JSON both together stay under 34 KiB.
const MostSpoken = 1500

// Take takes the sentences of a text as said.
func (s *Spoken) Take(text string) {
	for _, sentence := range Sentences(text) {
		s.Sentences = append(s.Sentences, SentenceKey(sentence.Quote))
	}
	s.Frames, s.Sentences = newest(s.Frames), newest(s.Sentences)
}

func newest(keys []uint32) []uint32 {
	if over := len(keys) - MostSpoken; over > 0 {
		return slices.Delete(keys, 0, over)
	}
	return keys
}

// SentenceKey names a sentence by its letters and digits, whatever its case and punctuation.
func SentenceKey(sentence string) uint32 {
	const offset, prime = 2166136261, 16777619
	h := uint32(offset)
	for _, r := range sentence {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			h = (h ^ uint32(unicode.ToLower(r))) * prime
		}
	}
	return h
}

// Piece is a part of a turn's words, and what it is meant to do.
type Piece struct {
	Span
	// Act is what it is meant to do; empty means nothing in particular.
	Act string
}

// Speech is one turn's words in the making. A sentence that was said before, in this turn or an earlier one, is never
// said; nor is a frame used twice.
type Speech struct {
	// Spoken is what was said in earlier turns. Frames that are used are added to it at once, sentences are not: the
	// caller takes the final text.
	Spoken *Spoken
	// Pick draws a number below n.
	Pick func(n int) int
	// Left is how many sentences may still be said.
	Left int
	// Manner, where it is set, may change a frame's words before they are said.
	Manner func(act, text string) string

	pieces []Piece
	text   strings.Builder
	points int
	now    []uint32
}

// Say tries lists of frames in order, each from a place drawn at random, and says the first that was not used, has words
// for its slots, repeats nothing and is not too long. It says whether there was one.
func (s *Speech) Say(act string, slot func(name string) string, lists ...[]*Frame) bool {
	for _, frames := range lists {
		if len(frames) == 0 || s.Left <= 0 {
			continue
		}
		start := s.Pick(len(frames))
		for i := range frames {
			frame := frames[(start+i)%len(frames)]
			if slices.Contains(s.Spoken.Frames, frame.Key) {
				continue
			}
			text, ok := frame.Fill(slot, s.Pick)
			if ok && s.Manner != nil {
				text = s.Manner(act, text)
			}
			if ok && s.Add(act, text) {
				s.Spoken.Frames = append(s.Spoken.Frames, frame.Key)
				return true
			}
		}
	}
	return false
}

// Add says a text, with capitals and stops where sentences need them, unless it is too long or repeats a sentence.
func (s *Speech) Add(act, text string) bool {
	text, keys := polish(text)
	if text == "" || len(keys) > s.Left {
		return false
	}
	for i, k := range keys {
		if slices.Contains(s.Spoken.Sentences, k) || slices.Contains(s.now, k) || slices.Contains(keys[:i], k) {
			return false
		}
	}
	if s.points > 0 {
		s.text.WriteByte(' ')
		s.points++
	}
	end := s.points + utf8.RuneCountInString(text)
	s.pieces = append(s.pieces, Piece{Span: Span{Start: s.points, End: end, Quote: text}, Act: act})
	s.text.WriteString(text)
	s.points = end
	s.now = append(s.now, keys...)
	s.Left -= len(keys)
	return true
}

// Text returns what has been said so far.
func (s *Speech) Text() string { return s.text.String() }

// Pieces returns the parts of what has been said so far, in order.
func (s *Speech) Pieces() []Piece { return s.pieces }

// polish gives each sentence its capital and its stop, and returns the keys of all of them.
func polish(text string) (string, []uint32) {
	spans := Sentences(text)
	sentences := make([]string, len(spans))
	keys := make([]uint32, len(spans))
	for i, span := range spans {
		sentences[i] = Finish(Capitalise(span.Quote))
		keys[i] = SentenceKey(sentences[i])
	}
	return strings.Join(sentences, " "), keys
}
