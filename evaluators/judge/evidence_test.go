package judge

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFind(t *testing.T) {
	for _, tc := range []struct{ name, text, quote, want string }{
		{"letter for letter", "I feel tired.", "feel tired", "feel tired"},
		{"another case", "I Feel Tired.", "i feel TIRED", "I Feel Tired"},
		{"another spacing", "I  feel\n\ttired.", "I feel tired.", "I  feel\n\ttired"},
		{"other quotation marks", "I’m “worn out”", `I'm "worn out"`, "I’m “worn out"},
		{"quoted and dotted", "I feel tired of it", `"…feel tired..."`, "feel tired"},
		{"other dashes", "tired — worn-out", "tired - worn‑out", "tired — worn-out"},
		{"an ellipsis in three dots", "well… no", "well... no", "well… no"},
		{"marks of the fence", "a ⟦b⟧ c", "a [b] c", "a ⟦b⟧ c"},
		{"unseen joiners", "over\u00adworked", "overworked", "over\u00adworked"},
		{"code points, not bytes", "Zoë, 李: nein", "nein", "nein"},
		{"no spaces between words", "我觉得很累。", "很累", "很累"},
		{"a final sigma", "ΛΌΓΟΣ", "λόγος", "ΛΌΓΟΣ"},
		{"a picture", "🙂", "🙂", "🙂"},
		{"the second place, where it is a word", "know no", "no", "no"},
		{"half a word", "know", "no", ""},
		{"half a number", "15", "5", ""},
		{"a word left out", "I really feel tired", "I feel tired", ""},
		{"another word", "I feel tired", "I feel sad", ""},
		{"nothing", "I feel tired.", "", ""},
		{"marks alone", "I feel tired.", "...", ""},
		{"a mark alone", "Really?", "?", ""},
		{"no text", "", "I", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			span := find(tc.text, tc.quote)
			if span.GetQuote() != tc.want {
				t.Fatalf("found %q, want %q", span.GetQuote(), tc.want)
			}
			if span != nil && string([]rune(tc.text)[span.GetStart():span.GetEnd()]) != tc.want {
				t.Errorf("%d to %d is something else", span.GetStart(), span.GetEnd())
			}
		})
	}
}

// Whole words that were said are found, whatever is done to their case and spacing.
func TestFindFindsWhatWasSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"I", "it’s", "Zoë", "no", "know", "“well”", "up—down", "42", "…", "李"}), 1, 12).Draw(t, "words")
		from := rapid.IntRange(0, len(words)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(words)).Draw(t, "to")
		quote := strings.Join(words[from:to], rapid.SampledFrom([]string{" ", "\n", "  "}).Draw(t, "space"))
		if rapid.Bool().Draw(t, "upper") {
			quote = strings.ToUpper(quote)
		}
		if strings.Trim(quote, "… \n") == "" {
			return
		}
		if span := find(strings.Join(words, " "), quote); span == nil {
			t.Fatalf("%q is not found in %q", quote, words)
		}
	})
}

// What is found is a true piece of the text and reads like what was looked for.
func FuzzFind(f *testing.F) {
	f.Add("I’m “worn out” — really…", `I'm "worn out"`)
	f.Add("know no", "no")
	f.Add("a\u00adb 李 ⟦x⟧", "[X]")
	f.Add("İstanbul ŉ ß", "i̇stanbul")
	f.Fuzz(func(t *testing.T, text, quote string) {
		if !utf8.ValidString(text) {
			t.Skip("texts of the contracts are UTF-8")
		}
		span := find(text, quote)
		if span == nil {
			return
		}
		points := []rune(text)
		if span.GetStart() < 0 || span.GetEnd() > int32(len(points)) || span.GetStart() >= span.GetEnd() {
			t.Fatalf("%d to %d of %d", span.GetStart(), span.GetEnd(), len(points))
		}
		if got := string(points[span.GetStart():span.GetEnd()]); got != span.GetQuote() {
			t.Fatalf("quotes %q where it says %q", span.GetQuote(), got)
		}
		if !slices.Equal(bare(fold([]rune(span.GetQuote())).runes), bare(fold([]rune(quote)).runes)) {
			t.Fatalf("%q is found as %q", quote, span.GetQuote())
		}
	})
}
