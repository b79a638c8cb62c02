package language_test

import (
	"testing"

	"github.com/vignette-sim/vignette/internal/language"
)

func TestSwapPersons(t *testing.T) {
	for text, want := range map[string]string{
		"I lost my job":                         "You lost your job",
		"i lost my job":                         "you lost your job",
		"My boss told me I was slow.":           "Your boss told you you were slow.",
		"I'm tired and I've had it":             "You're tired and you've had it",
		"I was alone and I am sad":              "You were alone and you are sad",
		"when I am with my son":                 "when you are with your son",
		"Am I wrong?":                           "Are you wrong?",
		"what am I doing to myself":             "what are you doing to yourself",
		"my mother was ill and I was at school": "your mother was ill and you were at school",
		"I wasn't there. I left":                "You weren't there. You left",
		"I just was tired":                      "You just were tired",
		"you are late":                          "I am late",
		"you're late":                           "I'm late",
		"You never called":                      "I never called",
		"he told you":                           "he told me",
		"I think you hate me":                   "You think I hate you",
		"do you care about your work?":          "do I care about my work?",
		"we were fine":                          "we were fine",
		"people around you are cold":            "people around me are cold",
	} {
		if got := language.SwapPersons(text); got != want {
			t.Errorf("SwapPersons(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestVerbForms(t *testing.T) {
	for _, v := range []struct{ base, third, past, participle, gerund string }{
		{"avoid", "avoids", "avoided", "avoided", "avoiding"},
		{"try", "tries", "tried", "tried", "trying"},
		{"lose", "loses", "lost", "lost", "losing"},
		{"sit", "sits", "sat", "sat", "sitting"},
		{"stop", "stops", "stopped", "stopped", "stopping"},
		{"admit", "admits", "admitted", "admitted", "admitting"},
		{"visit", "visits", "visited", "visited", "visiting"},
		{"go", "goes", "went", "gone", "going"},
		{"lie", "lies", "lay", "lain", "lying"},
		{"have", "has", "had", "had", "having"},
		{"be", "is", "was", "been", "being"},
		{"watch", "watches", "watched", "watched", "watching"},
		{"criticize", "criticizes", "criticized", "criticized", "criticizing"},
		{"play", "plays", "played", "played", "playing"},
		{"begin", "begins", "began", "begun", "beginning"},
		{"agree", "agrees", "agreed", "agreed", "agreeing"},
	} {
		got := []string{language.ThirdPerson(v.base), language.Past(v.base), language.Participle(v.base), language.Gerund(v.base)}
		for i, want := range []string{v.third, v.past, v.participle, v.gerund} {
			if got[i] != want {
				t.Errorf("%s: form %d is %q, want %q", v.base, i, got[i], want)
			}
		}
		if v.base == "be" {
			continue
		}
		if base, ok := language.BaseOfThird(v.third); !ok || base != v.base {
			t.Errorf("BaseOfThird(%q) = %q, %t", v.third, base, ok)
		}
		if base, ok := language.BaseOfPast(v.past); !ok || base != v.base {
			t.Errorf("BaseOfPast(%q) = %q, %t", v.past, base, ok)
		}
		if base, ok := language.BaseOfGerund(v.gerund); !ok || base != v.base {
			t.Errorf("BaseOfGerund(%q) = %q, %t", v.gerund, base, ok)
		}
	}
	for _, word := range []string{"bills", "boss", "morning", "thing", "red", "bed", "nothing", "his"} {
		_, third := language.BaseOfThird(word)
		_, past := language.BaseOfPast(word)
		_, gerund := language.BaseOfGerund(word)
		if third || past || gerund {
			t.Errorf("%q is taken for a verb form", word)
		}
	}
}

func TestContract(t *testing.T) {
	for text, want := range map[string]string{
		"I am a failure.":              "I'm a failure.",
		"Yes, I am":                    "Yes, I am",
		"I do not know if it is right": "I don't know if it's right",
		"We will not go":               "We won't go",
		"I can not say":                "I can't say",
		"my boss is loud":              "my boss is loud",
	} {
		if got := language.Contract(text); got != want {
			t.Errorf("Contract(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestCasingAndJoining(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{language.Capitalise("“zoë is here"), "“Zoë is here"},
		{language.LowerFirst("Thinking about it"), "thinking about it"},
		{language.LowerFirst("I'm here"), "I'm here"},
		{language.LowerFirst("TV is on"), "TV is on"},
		{language.LowerFirst("Zoë is on", "Zoë"), "Zoë is on"},
		{language.Finish("so it is,"), "so it is."},
		{language.Finish("is it?"), "is it?"},
		{language.Finish(`he said "go!"`), `he said "go!"`},
		{language.Finish("well…"), "well…"},
		{language.Finish("  "), ""},
		{language.Unstop("so it is. "), "so it is"},
		{language.Join("one", "", "two?", "three"), "One. Two? Three."},
		{language.List([]string{"a"}, "and"), "a"},
		{language.List([]string{"a", "b", "c"}, "or"), "a, b or c"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	text := "I lost my job in May. It wasn't easy, and I don't know what I'm going to do about it... Everything costs money, doesn't it?"
	b.ReportAllocs()
	for b.Loop() {
		language.Read(text)
	}
}
