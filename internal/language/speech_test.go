package language_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/language"
)

const wording = `
// greetings
# greet
any: hello {name}. [How are you|How is it]?
loud: HEY
# part
any: bye
`

func readWording(t *testing.T, file string) (*language.Wording, error) {
	t.Helper()
	return language.ReadWording(fstest.MapFS{"w/a.txt": {Data: []byte(file)}}, "w/*.txt", "loud")
}

func TestReadWording(t *testing.T) {
	w, err := readWording(t, wording)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"greet", "part"}, w.Banks()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"name"}, w.Slots()); diff != "" {
		t.Error(diff)
	}
	frame := w.Frames("greet", language.AnyVoice)[0]
	last := func(n int) int { return n - 1 }
	text, ok := frame.Fill(func(name string) string { return "<" + name + ">" }, last)
	if want := "hello <name>. How is it?"; !ok || text != want {
		t.Errorf("Fill = %q, %t, want %q", text, ok, want)
	}
	if _, ok := frame.Fill(func(string) string { return "" }, last); ok {
		t.Error("a frame whose slot has no words was filled")
	}
	for _, bad := range []string{"any: too early", "# a\nshy: x", "# a\nany: {open", "# a\n# a"} {
		if _, err := readWording(t, bad); err == nil || !strings.Contains(err.Error(), "w/a.txt: line") {
			t.Errorf("%q: error %v does not say where", bad, err)
		}
	}
}

func TestSpeechNeverRepeats(t *testing.T) {
	w, err := readWording(t, wording)
	if err != nil {
		t.Fatal(err)
	}
	spoken := &language.Spoken{}
	speech := &language.Speech{Spoken: spoken, Pick: func(int) int { return 0 }, Left: 4}
	name := func(string) string { return "zoë" }
	if !speech.Say("greet", name, w.Frames("greet", "loud"), w.Frames("greet", language.AnyVoice)) {
		t.Fatal("nothing was said")
	}
	if !speech.Add("x", "i'm here. so") || speech.Add("x", "So!") {
		t.Error("a sentence was said twice in one turn, or none")
	}
	if want := "HEY. I'm here. So."; speech.Text() != want {
		t.Errorf("text = %q, want %q", speech.Text(), want)
	}
	if speech.Say("greet", name, w.Frames("greet", "loud")) {
		t.Error("a frame was used twice")
	}
	if speech.Add("x", "one. two.") {
		t.Error("more was said than was left")
	}
	for _, piece := range speech.Pieces() {
		if got := language.Slice(speech.Text(), piece.Start, piece.End); got != piece.Span {
			t.Errorf("piece %+v is not at its place", piece)
		}
	}
	spoken.Take(speech.Text())
	kept, err := json.Marshal(spoken)
	if err != nil {
		t.Fatal(err)
	}
	again := &language.Spoken{}
	if err := json.Unmarshal(kept, again); err != nil {
		t.Fatal(err)
	}
	next := &language.Speech{Spoken: again, Pick: func(int) int { return 0 }, Left: 4}
	if next.Add("x", "I'm HERE!") {
		t.Error("a sentence of an earlier turn was said again")
	}
}

func TestSpokenStaysBounded(t *testing.T) {
	spoken := &language.Spoken{}
	for i := range 3 * language.MostSpoken {
		spoken.Frames = append(spoken.Frames, 1<<31+uint32(i))
		spoken.Sentences = append(spoken.Sentences, 1<<31+uint32(i))
	}
	spoken.Take("One more.")
	kept, err := json.Marshal(spoken)
	if err != nil || len(kept) > 34<<10 {
		t.Errorf("state is %d bytes (%v)", len(kept), err)
	}
	if last := spoken.Sentences[len(spoken.Sentences)-1]; last != language.SentenceKey("one more") {
		t.Error("the newest sentence was forgotten")
	}
}
