package language_test

import (
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/language"
)

func TestFluent(t *testing.T) {
	for _, tc := range []struct{ said, want string }{
		{"It's late.", "it's late ."},
		{"Um, could you, you know, call?", "could you call ?"},
		{"I get a bit, I don't know, prickly.", "i get a bit prickly ."},
		{"Honestly, I'm tired.", "i'm tired ."},
		{"I'm tired, to be honest.", "i'm tired ."},
		{"Really?", "really ?"},
		{"The receipt's in your hand.", "the receipt is in your hand ."},
		{"My sister's car is here.", "my sister's car is here ."},
		{"", ""},
	} {
		var got []string
		tokens := language.Tokens(tc.said)
		for _, token := range language.Fluent(tokens) {
			got = append(got, token.Norm)
			if span := language.Slice(tc.said, token.Start, token.End); span.Quote != token.Quote {
				t.Errorf("%q: token %q stands at %q", tc.said, token.Quote, span.Quote)
			}
		}
		if got := strings.Join(got, " "); got != tc.want {
			t.Errorf("%q is %q, want %q", tc.said, got, tc.want)
		}
	}
}

func TestAmount(t *testing.T) {
	for word, want := range map[string]string{"nine": "9", "ninth": "9", "twenty-one": "21", "9th": "9", "9.50": "9", "1,240": "1240", "thirty-nine": "39", "one": "", "second": "", "well-known": "", "": ""} {
		got, ok := language.Amount(word)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %v, want %q", word, got, ok, want)
		}
	}
}

func TestFirst(t *testing.T) {
	phrases := language.NewPhrases("i do not", "i do not know")
	match, ok := phrases.First(language.Tokens("Well, I don't know. I do not."))
	if !ok || match.Pattern != 1 || match.First != 2 || match.Last != 5 {
		t.Errorf("first match %+v, %v", match, ok)
	}
	if _, ok := phrases.First(language.Tokens("You do not.")); ok {
		t.Error("found what is not there")
	}
}
