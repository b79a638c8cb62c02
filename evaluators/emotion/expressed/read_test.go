package expressed

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/language"
)

// What sentences express, strongest first, and the basic emotion. Sentences are the author's.
func TestRead(t *testing.T) {
	for _, test := range []struct{ text, ekman, findings string }{
		// The speaker's own state.
		{"I'm really worried about Monday.", "fear", "nervousness"},
		{"I feel so lonely since she moved out.", "sadness", "loneliness"},
		{"Honestly, I am furious.", "anger", "anger"},
		{"I blame myself for all of it.", "sadness", "guilt"},
		{"He said that and it made me sad.", "sadness", "sadness"},
		{"Sad.", "sadness", "sadness"},
		{"I am ashamed of how I spoke to her.", "sadness", "shame"},
		{"I'm so relieved it's done.", "joy", "relief"},
		{"I feel calm today.", "joy", "calm"},
		// Stances: expressed by being said.
		{"That was a lovely evening.", "joy", "love"},
		{"Ugh, this is ridiculous.", "anger", "annoyance"},
		{"Eww, that soup is disgusting!", "disgust", "disgust"},
		{"Wow, I didn't see that coming.", "surprise", "surprise"},
		{"Thank you, that helped.", "joy", "gratitude"},
		// Somebody else's.
		{"She was angry.", "neutral", ""},
		{"My boss is sad and I don't know why it matters to the report.", "surprise", "confusion"},
		{"Are you afraid?", "surprise", "curiosity"},
		{"I think he is jealous.", "neutral", ""},
		{"My father went through my exercise books with a red pen and laughed.", "neutral", ""},
		{"He laughed at me.", "sadness", "hurt"},
		{"Something like that.", "neutral", ""},
		// Denied.
		{"I'm not angry.", "neutral", ""},
		{"I am not happy with this.", "sadness", "disappointment"},
		{"I'm not hopeful.", "sadness", "hopelessness"},
		{"Not bad at all.", "joy", "approval"},
		{"Isn't that wonderful?", "joy", "admiration"},
		// Supposed.
		{"If I were angry, you would know.", "neutral", ""},
		// Meant the other way round.
		{"Oh great, another meeting.", "anger", "annoyance"},
		{"What a brilliant plan /s", "anger", "annoyance"},
		// Signs.
		{"The train is late 😡", "anger", "anger"},
		{"See you tomorrow :)", "joy", "joy"},
		{"It is at http://example.org :/", "surprise", "confusion"},
		// Questions.
		{"What did they say about the room?", "surprise", "curiosity"},
		{"What did they say, I forget.", "neutral", ""},
		// Nothing.
		{"The meeting is at nine.", "neutral", ""},
		{"", "neutral", ""},
	} {
		t.Run(test.text, func(t *testing.T) {
			reading := Read(test.text)
			label, confidence := reading.Ekman()
			var names []string
			for _, f := range reading.Findings {
				names = append(names, string(f.Feeling))
			}
			if got := strings.Join(names, " "); label != test.ekman || got != test.findings {
				t.Errorf("%s from %q; want %s from %q", label, got, test.ekman, test.findings)
			}
			if confidence <= 0 || confidence > 1 {
				t.Errorf("confidence %v", confidence)
			}
		})
	}
}

// What stands before a word makes it stronger or weaker, and so do capitals and exclamation marks.
func TestIntensity(t *testing.T) {
	at := func(text string) float64 { return Read(text).Intensity }
	order := []string{"I'm slightly annoyed with the two of them.", "I'm annoyed with the two of them.", "I'm very annoyed with the two of them.", "I'm very ANNOYED with the two of them!"}
	for i := 1; i < len(order); i++ {
		if at(order[i-1]) >= at(order[i]) {
			t.Errorf("%q is %.3f, %q is %.3f", order[i-1], at(order[i-1]), order[i], at(order[i]))
		}
	}
	if one, two := at("I am sad."), at("I am sad. I am so unhappy."); one >= two || two > 1 {
		t.Errorf("one cue %.3f, two cues %.3f", one, two)
	}
}

func TestValence(t *testing.T) {
	pleasant, unpleasant, mixed, none := Read("I love it, I'm so happy!").Valence, Read("I'm miserable and scared.").Valence, Read("I'm happy and sad.").Valence, Read("It is Tuesday.").Valence
	if pleasant < 0.5 || unpleasant > -0.4 || math.Abs(mixed) > 0.2 || none != 0 {
		t.Errorf("pleasant %v, unpleasant %v, mixed %v, none %v", pleasant, unpleasant, mixed, none)
	}
}

// The evidence is in the text where it is said to be.
func TestSpansQuote(t *testing.T) {
	text := "“Grüße” 🙂 I was so scared, really scared. Phew!"
	reading := Read(text)
	quotes := map[string]bool{}
	for _, f := range reading.Findings {
		for _, span := range f.Spans {
			if got := language.Slice(text, span.Start, span.End).Quote; got != span.Quote {
				t.Errorf("%d to %d is %q, not %q", span.Start, span.End, got, span.Quote)
			}
			quotes[span.Quote] = true
		}
	}
	for _, want := range []string{"🙂", "scared", "Phew"} {
		if !quotes[want] {
			t.Errorf("%q is not among %v", want, quotes)
		}
	}
}

func TestReadHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(0, 12).Draw(t, "pieces") {
			if rapid.Bool().Draw(t, "phrase") {
				b.WriteString(rapid.SampledFrom(words.entries).Draw(t, "entry").text)
			} else {
				b.WriteString(rapid.String().Draw(t, "text"))
			}
			b.WriteString(rapid.SampledFrom([]string{" ", ". ", "! ", "? ", " not ", ", she ", " :) ", " very "}).Draw(t, "joint"))
		}
		check(t, b.String())
	})
}

// check holds a reading to its ranges and its quotations to the text.
func check(t interface{ Fatalf(string, ...any) }, text string) {
	reading := Read(text)
	if reading.Valence < -1 || reading.Valence > 1 || reading.Intensity < 0 || reading.Intensity > 1 {
		t.Fatalf("%q: valence %v, intensity %v", text, reading.Valence, reading.Intensity)
	}
	for i, f := range reading.Findings {
		if f.Intensity < Threshold || f.Intensity > 1 || i > 0 && f.Intensity > reading.Findings[i-1].Intensity || len(f.Spans) == 0 {
			t.Fatalf("%q: finding %+v", text, f)
		}
		for _, span := range f.Spans {
			if got := language.Slice(text, span.Start, span.End).Quote; got != span.Quote {
				t.Fatalf("%q: %d to %d is %q, not %q", text, span.Start, span.End, got, span.Quote)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("I'm not happy :( and she is 😡!!! /s")
	f.Add("xD XD :D\xff\u200d")
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.ValidString(text) {
			check(t, text)
		}
		Read(text)
	})
}

// The lists are in order: no phrase twice, every feeling known, and hints stay hints.
func TestLists(t *testing.T) {
	if _, err := load(); err != nil {
		t.Fatal(err)
	}
	feelings := map[string]int{}
	for _, e := range words.entries {
		feelings[string(e.feeling)]++
	}
	if len(feelings) < 30 || len(words.entries) < 800 {
		t.Errorf("%d phrases of %d feelings", len(words.entries), len(feelings))
	}
	for _, text := range []string{"joy: happy", "joy 2: happy", "mirth 0.5: happy"} {
		if _, err := entriesOf("test", text, ";"); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	text := strings.Repeat("I was so worried about it, and then she said she was happy. Thanks, that was a lovely evening! ", 3)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Read(text)
	}
}
