package endpoint

import (
	"strings"
	"testing"
)

// FuzzThoughts cuts a text into pieces: wherever the cuts are, thought and text are the same. What begins
// with no mark stays as it is.
func FuzzThoughts(f *testing.F) {
	for _, text := range []string{"Hello.", " <think>a</think>\n b", "<think></think>", "<think>a</thin", "<thi", " \n", "<think>a</think></think>", "a<think>b</think>"} {
		for size := range 9 {
			f.Add(text, size)
		}
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		wholeThought, wholeText := parted(text, len(text))
		thought, rest := parted(text, size)
		if thought != wholeThought || rest != wholeText {
			t.Errorf("%q in pieces of %d: %q and %q, as a whole: %q and %q", text, size, thought, rest, wholeThought, wholeText)
		}
		if !strings.HasPrefix(strings.TrimSpace(text), thinkOpen) && (thought != "" || rest != text) {
			t.Errorf("%q became %q and %q", text, thought, rest)
		}
	})
}

func parted(text string, size int) (thought, rest string) {
	var t thoughts
	take := func(a, b string) { thought += a; rest += b }
	size = max(1, size)
	for len(text) > size {
		take(t.add(text[:size]))
		text = text[size:]
	}
	take(t.add(text))
	take(t.end())
	return thought, rest
}
