package language_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/language"
)

func TestNounPhrases(t *testing.T) {
	for text, want := range map[string]string{
		"My father had a stroke in August, and he can't drive any more.":         "your father",
		"The clinic is forty minutes away.":                                      "the clinic",
		"I'd like to take the Saturday job at the climbing hall.":                "the Saturday job",
		"I need the desk and the phones covered until we close.":                 "the phones",
		"I need two people on the desk in the afternoon.":                        "two people|the desk|the afternoon",
		"My last three maths marks were a six.":                                  "your last three maths marks",
		"I want to be sure that your marks don't suffer.":                        "my marks",
		"If I say yes to you, the others will want the same.":                    "",
		"The long and winding road, the morning's paperwork, the well-known one": "",
		"What I've saved is for the deposit on the flat.":                        "the deposit|the flat",
		"You can plan the rota weeks ahead and keep the whole evening together.": "",
		"We could go through the numbers together, until the end of the month.":  "the numbers",
		"On four mornings last week the sink was full.":                          "four mornings|the sink",
		"We could take the cheaper one, or the two bigger ones.":                 "",
		"My answer stays the same, the van is off the road.":                     "the van",
		"My brother works on a rig, I lent my cousin money.":                     "your brother|your cousin",
		"My father's car, my mother and I, a day with my aunt.":                  "your aunt",
		"": "",
	} {
		if got := strings.Join(language.NounPhrases(language.Tokens(text)), "|"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestNounPhrasesTakeAnyText(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.String().Draw(r, "text")
		for _, phrase := range language.NounPhrases(language.Tokens(text)) {
			if strings.TrimSpace(phrase) == "" {
				r.Fatalf("%q gives an empty phrase", text)
			}
		}
	})
}
