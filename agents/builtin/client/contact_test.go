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
		said := groundOf(own, "ashamed")
		h := listen(obs, 1, said)
		h.contact(&sheet{items: items}, said)
		got := marks{h.reflected || h.parrot && h.question, h.affirmation, h.validation, h.echoed, h.open, h.asked}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", words, diff)
		}
	}
}

// What would fit anybody says nothing back, and a feeling that was never spoken of is a guess.
func TestGivesBack(t *testing.T) {
	const felt = "ashamed angry"
	type marks struct{ Reflected, Named, Missed bool }
	for _, c := range []struct {
		own, words string
		want       marks
	}{
		{"I lost my job in June.", "So you lost your job.", marks{Reflected: true}},
		{"I can't be trusted.", "So you tell yourself you can't be trusted.", marks{Reflected: true}},
		{"I lost my job in June.", "I can hear how it is: you want something to change.", marks{}},
		{"I lost my job in June.", "You've talked about things one doesn't tell just anybody.", marks{}},
		{"I feel so ashamed of it.", "It sounds as if you feel ashamed.", marks{Reflected: true, Named: true}},
		{"I lost my job in June.", "It sounds as if you feel ashamed.", marks{Named: true}},
		{"I lost my job in June.", "It sounds as if you feel lonely.", marks{Missed: true}},
	} {
		obs := hearing(c.own, c.words)
		h := listen(obs, 1, groundOf(c.own, felt))
		if diff := cmp.Diff(c.want, marks{h.reflected, h.named, h.missed}); diff != "" {
			t.Errorf("%q after %q (-want +got):\n%s", c.words, c.own, diff)
		}
	}
}

// Each turn shows whether somebody is with one where there was something to be met, and nothing else does.
func TestShows(t *testing.T) {
	matter := language.StemsOf(language.Tokens("weather bridge"))
	for name, c := range map[string]struct {
		heard       heard
		meets       bool
		memory      memory
		met, weight float64
	}{
		"told and met":                     {heard{toldSomething: true}, true, memory{}, 1, attuning},
		"told and passed by":               {heard{toldSomething: true, question: true}, false, memory{}, 0, attuning},
		"told, and danger asked about":     {heard{toldSomething: true, question: true, asked: aboutRisk}, false, memory{}, 0, 0},
		"told, and the hour is over":       {heard{toldSomething: true, closing: true}, false, memory{}, 0, 0},
		"more said and hummed at":          {heard{}, false, memory{SaidMore: true}, 0, 0},
		"more said and spoken past":        {heard{stems: matter}, false, memory{SaidMore: true}, 0, attuning / 2},
		"nothing said, asked on":           {heard{question: true, asked: aboutSleep}, false, memory{}, 0, 0},
		"asked what was asked before":      {heard{question: true, asked: aboutSleep, askedBefore: true}, false, memory{}, 0, attuning / 2},
		"asked again what one feels":       {heard{question: true, asked: aboutFeelings, askedBefore: true}, false, memory{}, 0, 0},
		"withheld, and left to one":        {heard{yielding: true, question: true, asked: aboutHistory}, false, memory{Withheld: true}, 1, respecting},
		"left to one who tells anyway":     {heard{yielding: true, question: true, toldSomething: true}, false, memory{}, 0, attuning},
		"taken for somebody else":          {heard{confused: true}, true, memory{}, 0, estranging},
		"a feeling named that is not felt": {heard{missed: true}, false, memory{}, 0, estranging},
	} {
		if met, weight := c.heard.shows(c.meets, &c.memory); met != c.met || weight != c.weight {
			t.Errorf("%s: shows %g, %g; want %g, %g", name, met, weight, c.met, c.weight)
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
