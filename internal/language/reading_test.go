package language_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/language"
)

func TestFormOf(t *testing.T) {
	for sentence, want := range map[string]language.QuestionForm{
		"What was that like for you?":           language.WhQuestion,
		"And how did you feel":                  language.WhQuestion,
		"So, why now?":                          language.WhQuestion,
		"What's on your mind?":                  language.WhQuestion,
		"When you sit there, what do you feel?": language.WhQuestion,
		"How often does it happen?":             language.MeasureQuestion,
		"Who was there?":                        language.MeasureQuestion,
		"Did you call him?":                     language.PolarQuestion,
		"are you ok":                            language.PolarQuestion,
		"You called him?":                       language.PolarQuestion,
		"You called him, didn't you?":           language.TagQuestion,
		"That's hard, right?":                   language.TagQuestion,
		"What I need is rest.":                  language.NoQuestion,
		"When I sit there I feel low.":          language.NoQuestion,
		"I asked what he wanted.":               language.NoQuestion,
		"I am tired.":                           language.NoQuestion,
		"?":                                     language.PolarQuestion,
		"":                                      language.NoQuestion,
	} {
		if got := language.FormOf(language.Tokens(sentence)); got != want {
			t.Errorf("FormOf(%q) = %d, want %d", sentence, got, want)
		}
		if got := language.IsQuestion(sentence); got != (want != language.NoQuestion) {
			t.Errorf("IsQuestion(%q) = %t", sentence, got)
		}
	}
}

func TestNegated(t *testing.T) {
	for _, test := range []struct {
		text, word string
		want       bool
	}{
		{"I am not very happy", "happy", true},
		{"I don’t feel happy", "happy", true},
		{"I was never really happy", "happy", true},
		{"I am happy, not sad", "happy", false},
		{"not now, but I am happy", "happy", false},
		{"I was not there because happy people were", "happy", false},
		{"not only happy", "happy", false},
		{"no doubt happy", "happy", false},
		{"nobody is not happy", "happy", false},
		{"It isn't so. Happy?", "happy", false},
		{"there is nothing happy", "happy", true},
	} {
		tokens := language.Tokens(test.text)
		for i, token := range tokens {
			if token.Norm == test.word && language.Negated(tokens, i) != test.want {
				t.Errorf("Negated(%q, %q) = %t", test.text, test.word, !test.want)
			}
		}
	}
	if language.Negated(nil, 0) {
		t.Error("no token is negated in an empty text")
	}
}

func TestPhrases(t *testing.T) {
	phrases := language.NewPhrases("do not know", "i|we ?really need", "criti~", "kind of _", "need")
	for text, want := range map[string][]string{
		"I don't know what we really need.": {"don't know", "we really need"},
		"I do not know":                     {"do not know"},
		"She criticised the criticism":      {"criticised", "criticism"},
		"some kind of trick, kind of":       {"kind of trick"},
		"I. Need. Kind, of it":              {"Need"},
		"unneeded indeed":                   nil,
		"i NEED":                            {"i NEED"},
	} {
		tokens := language.Tokens(text)
		var got []string
		for _, match := range phrases.Find(tokens) {
			got = append(got, language.Cover(text, tokens[match.First:match.Last]).Quote)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Find in %q (-want +got):\n%s", text, diff)
		}
		if phrases.In(tokens) != (want != nil) {
			t.Errorf("In(%q) = %t", text, want == nil)
		}
	}
}

func TestPhrasesAssertedAndStartsWith(t *testing.T) {
	sure := language.NewPhrases("i am sure")
	if !sure.Asserted(language.Tokens("Yes, I'm sure.")) || sure.Asserted(language.Tokens("Not that I am sure")) {
		t.Error("Asserted must heed negation")
	}
	if !sure.StartsWith(language.Tokens("Well, I'm sure")) || sure.StartsWith(language.Tokens("They say I am sure")) {
		t.Error("StartsWith must look at the beginning only")
	}
}

func TestStem(t *testing.T) {
	for _, family := range [][]string{
		{"worry", "worries", "worried", "worrying"},
		{"avoid", "avoids", "avoided", "avoiding"},
		{"lose", "losing", "lost", "loses"},
		{"plan", "planning", "planned", "plans"},
		{"call", "called", "calling"},
		{"son", "sons", "son's"},
		{"quiet", "quietly"},
		{"miss", "misses", "missed", "missing"},
		{"feel", "felt", "feeling", "feelings"},
	} {
		for _, word := range family {
			if got, want := language.Stem(word), language.Stem(family[0]); got != want {
				t.Errorf("Stem(%q) = %q, Stem(%q) = %q", word, got, family[0], want)
			}
		}
	}
	if language.Stem("boss") == language.Stem("bo") || language.Stem("family") == language.Stem("fam") {
		t.Error("stems cut too much")
	}
}

func TestOverlap(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want float64
	}{
		{"You lost your job in June.", "I was losing my job", 2.0 / 3},
		{"the of and", "anything", 0},
		{"job", "the JOB!", 1},
		{"", "", 0},
	} {
		if got := language.Overlap(test.a, test.b); got != test.want {
			t.Errorf("Overlap(%q, %q) = %g, want %g", test.a, test.b, got, test.want)
		}
	}
}
