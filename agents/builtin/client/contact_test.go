package client

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/language"
)

// Skill counts where it lands.
func TestContact(t *testing.T) {
	const own = "I lost my job in June. I stay in bed and I feel so ashamed of it."
	items := []item{{saying: saying{quote: "I lost my job."}, stems: language.StemsOf(language.Tokens("I lost my job in the bakery"))}}
	type marks struct {
		Reflected, Affirmation, Validation, Echoed bool
		Open                                       int
		Asked                                      subjectOf
	}
	for words, want := range map[string]marks{
		"You lost your job. That makes sense. What was that like for you?":                                    {Reflected: true, Validation: true, Open: 1, Asked: aboutFeelings},
		"What was it like for you in the bakery, on the last morning?":                                        {Open: 1, Asked: aboutFeelings},
		"That's understandable, after all that. What goes through your mind then?":                            {Validation: true, Open: 1, Asked: aboutThoughts},
		"You lost your job, and it takes courage to say so. You only have yourself to blame.":                 {},
		"It sounds as if the lighthouse on the stamp matters to you. What do you feel about the ferry?":       {},
		"It takes courage to speak of the lighthouse and the ferry. Have you had thoughts of suicide?":        {Asked: aboutRisk},
		"I hear you. You lost your job in June. You stay in bed and you feel so ashamed of it.":               {Echoed: true},
		"You lost your job in June. You stay in bed and you feel so ashamed of it. What goes on inside then?": {Reflected: true, Open: 1},
		"Courage makes sense feel understand job lost brave sounds like wonder bed appreciate.":               {},
	} {
		obs := hearing(own, words)
		said := language.StemsOf(language.Tokens(own))
		h := listen(obs, 1, said, language.StemsOf(language.Tokens("ashamed")))
		h.contact(obs, &sheet{items: items}, said)
		got := marks{h.reflected || h.parrot && h.question, h.affirmation, h.validation, h.echoed, h.open, h.asked}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", words, diff)
		}
	}
}

func TestHeap(t *testing.T) {
	for words, want := range map[string]bool{
		"What goes through your mind when that happens?":                      false,
		"My little sister's red rucksack was still there.":                    false,
		"Anxious, tired, ashamed.":                                            false,
		"Courage feel job wonder bed appreciate lost understand.":             true,
		"Sense job more june what bed understand stay because lost would ask": true,
	} {
		if got := heap(language.Tokens(words)); got != want {
			t.Errorf("heap(%q) = %v", words, got)
		}
	}
}
