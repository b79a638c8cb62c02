package language_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/language"
)

func quotes(spans []language.Span) []string {
	list := make([]string, len(spans))
	for i, span := range spans {
		list[i] = span.Quote
	}
	return list
}

func TestSentences(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"empty", " \n ", []string{}},
		{"two", "I lost my job. It was in May.", []string{"I lost my job.", "It was in May."}},
		{"no mark", "i lost my job", []string{"i lost my job"}},
		{"typed in lower case", "i lost it. now i sit here", []string{"i lost it.", "now i sit here"}},
		{"title", "Dr. Meyer said so. Mrs. Hall did not.", []string{"Dr. Meyer said so.", "Mrs. Hall did not."}},
		{"initial", "J. Beck wrote it.", []string{"J. Beck wrote it."}},
		{"pronoun is no initial", "So am I. You too?", []string{"So am I.", "You too?"}},
		{"hours", "At 9 a.m. we met. It was 8.30 p.m. Then I left.", []string{"At 9 a.m. we met.", "It was 8.30 p.m.", "Then I left."}},
		{"am is a verb", "That is who I am. no more.", []string{"That is who I am.", "no more."}},
		{"number", "It cost 3.50 in all. Cheap.", []string{"It cost 3.50 in all.", "Cheap."}},
		{"ellipsis goes on", "I don't know... maybe. Well… I think so.", []string{"I don't know... maybe.", "Well… I think so."}},
		{"ellipsis ends", "I don't know... Nothing helps.", []string{"I don't know...", "Nothing helps."}},
		{"marks in a run", "What?! No way!! Fine.", []string{"What?!", "No way!!", "Fine."}},
		{"quotation within", `"Why?" he asked. I left.`, []string{`"Why?" he asked.`, "I left."}},
		{"quotation ends it", `He said, “Go.” I went.`, []string{`He said, “Go.”`, "I went."}},
		{"list", "1. Sleep more.\n2. Eat.", []string{"1. Sleep more.", "2. Eat."}},
		{"numbered in brackets", "(1) If I try, I fail. (2) If I ask, they see.", []string{"(1) If I try, I fail.", "(2) If I ask, they see."}},
		{"wrapped line", "I went\nhome. Then", []string{"I went\nhome.", "Then"}},
		{"blank line", "first\n\nsecond", []string{"first", "second"}},
		{"wide marks", "我很累。你呢？", []string{"我很累。", "你呢？"}},
		{"address is whole", "See example.com for it.", []string{"See example.com for it."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, quotes(language.Sentences(test.text))); diff != "" {
				t.Errorf("Sentences(%q) (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

func TestOffsetsAreCodePoints(t *testing.T) {
	text := "Zoë 李 said: “don’t 👍 worry.” Æther!"
	read := language.Read(text)
	var got []string
	for _, token := range read.Tokens {
		got = append(got, token.Norm)
		if quote := string([]rune(text)[token.Start:token.End]); quote != token.Quote {
			t.Errorf("token %q is at code points of %q", token.Quote, quote)
		}
	}
	want := []string{"zoë", "李", "said", ":", "“", "don't", "👍", "worry", ".", "”", "æther", "!"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
	if len(read.Sentences) != 2 || read.Sentences[1].Tokens[0].Norm != "æther" {
		t.Errorf("second sentence should begin with Æther: %+v", read.Sentences)
	}
}

func TestTokensKeepWordsWhole(t *testing.T) {
	var got []string
	for _, token := range language.Words(language.Tokens("My mother-in-law's at 9:30, isn't she? 1,000 - no 'quoted' word-")) {
		got = append(got, token.Norm)
	}
	want := []string{"my", "mother-in-law's", "at", "9:30", "isn't", "she", "1,000", "no", "quoted", "word"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

func TestFindAndSlice(t *testing.T) {
	text := "Ünder the 👍 sign"
	span, ok := language.Find(text, "👍 sign")
	if !ok || span.Start != 10 || span.End != 16 {
		t.Errorf("Find = %+v, %t; want 10 to 16", span, ok)
	}
	if _, ok := language.Find(text, "nothing"); ok {
		t.Error("Find found what is not there")
	}
	if got := language.Slice(text, span.Start, span.End); got != span {
		t.Errorf("Slice = %+v, want %+v", got, span)
	}
	if got := language.Slice(text, 13, 99).Quote; got != "ign" {
		t.Errorf("Slice past the end = %q", got)
	}
	tokens := language.Tokens(text)
	if got := language.Cover(text, tokens[1:3]).Quote; got != "the 👍" {
		t.Errorf("Cover = %q", got)
	}
}

// FuzzSentences holds the promises of Sentences and Tokens: spans are in order and quote what they say, and nothing but
// white space lies between them.
func FuzzSentences(f *testing.F) {
	for _, seed := range []string{"", "One. Two?", "“Zoë…” 李。x", "1. a\n\n2. b", "e.g. this... I am. \xff.", "?!.'\") A"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		runes := []rune(text)
		check := func(what string, spans []language.Span) {
			at := 0
			for _, span := range spans {
				if span.Start < at || span.End <= span.Start || span.End > len(runes) {
					t.Fatalf("%s of %q: bad span %+v after %d", what, text, span, at)
				}
				if utf8.ValidString(text) && string(runes[span.Start:span.End]) != span.Quote {
					t.Fatalf("%s of %q: span %+v quotes something else", what, text, span)
				}
				blank(t, text, runes[at:span.Start])
				at = span.End
			}
			blank(t, text, runes[at:])
		}
		check("sentences", language.Sentences(text))
		var tokens []language.Span
		for _, token := range language.Tokens(text) {
			tokens = append(tokens, token.Span)
		}
		check("tokens", tokens)
		total := 0
		for _, sentence := range language.Read(text).Sentences {
			total += len(sentence.Tokens)
		}
		if total != len(tokens) {
			t.Fatalf("sentences of %q hold %d of %d tokens", text, total, len(tokens))
		}
	})
}

func blank(t *testing.T, text string, runes []rune) {
	t.Helper()
	if strings.TrimFunc(string(runes), unicode.IsSpace) != "" {
		t.Fatalf("%q is left out of %q", string(runes), text)
	}
}
