package language_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/language"
)

func TestUnstammer(t *testing.T) {
	for text, want := range map[string]string{
		"I-I went th-the long way.":          "i went the long way .",
		"What- what do you, you- you know?":  "what do you , you know ?",
		"My mother-in-law is well-known.":    "my mother-in-law is well-known .",
		"That-- that was it - nothing else.": "that was it - nothing else .",
		"It was a long-":                     "it was a long",
		"Nothing to mend here.":              "nothing to mend here .",
		"-":                                  "",
	} {
		var norms []string
		for _, token := range language.Unstammer(language.Tokens(text)) {
			norms = append(norms, token.Norm)
		}
		if diff := cmp.Diff(want, strings.Join(norms, " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// A word that was mended is found by phrases, where it stands in the text.
func TestUnstammeredWordsAreFound(t *testing.T) {
	tokens := language.Unstammer(language.Tokens("I d-don't know."))
	if !language.NewPhrases("i do not know").In(tokens) {
		t.Errorf("not found in %v", tokens)
	}
	if got := language.Cover("I d-don't know.", tokens[1:2]); got.Quote != "d-don't" {
		t.Errorf("the mended word quotes %q", got.Quote)
	}
}
