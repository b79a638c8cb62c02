package client

import (
	"math/rand/v2"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Option changes a client mind. Options are for studies of the mind, not for its use.
type Option func(*mind)

// Deaf returns a control: a client that takes what it hears for acts drawn at random, as often as acts are heard in sessions of
// every skill. Only that somebody spoke, greeted and took leave is heard as it is. What a counselor's skill brings here it does
// not bring by what it says.
func Deaf() Option { return func(m *mind) { m.deaf = true } }

// streamDeaf keeps these draws apart from those of a client that hears.
const streamDeaf uint64 = 0x64656166

// How often acts are heard in a turn, over sessions of all modalities and skills alike. Measured ("vignette minds placebos"
// prints it), and rounded.
const (
	oftenReflected, oftenNamed, oftenMissed, oftenOpen, oftenClosed                        = 0.14, 0.07, 0.04, 0.32, 0.42
	oftenAffirmation, oftenValidation, oftenReassurance, oftenAdvice, oftenConfrontation   = 0.02, 0.10, 0.05, 0.13, 0.02
	oftenApology, oftenPermission, oftenInformation, oftenSummary, oftenParrot, oftenAbout = 0.02, 0.03, 0.02, 0.05, 0.01, 0.8
)

// mishear puts acts drawn at random in place of those heard.
func mishear(h heard, obs *vignettev1.Observation) heard {
	luck := agents.TurnRand(obs.GetChance(), streamDeaf)
	draw := func(often float64) bool { return luck.Float64() < often }
	out := heard{any: h.any, greeting: h.greeting, closing: h.closing, farewell: h.farewell, stems: language.Stems{}}
	if !h.any {
		return out
	}
	out.reflected, out.named, out.missed = draw(oftenReflected), draw(oftenNamed), draw(oftenMissed)
	out.affirmation, out.validation, out.reassurance = draw(oftenAffirmation), draw(oftenValidation), draw(oftenReassurance)
	out.advice, out.confrontation, out.apology = draw(oftenAdvice), draw(oftenConfrontation), draw(oftenApology)
	out.permission, out.information, out.summary = draw(oftenPermission), draw(oftenInformation), draw(oftenSummary)
	out.parrot = draw(oftenParrot)
	out.named = out.named && out.reflected
	out.asksAtRandom(luck)
	return out
}

func (h *heard) asksAtRandom(luck *rand.Rand) {
	switch draw := luck.Float64(); {
	case draw < oftenOpen:
		h.open = 1
	case draw < oftenOpen+oftenClosed:
		h.closed, h.polar = 1, true
	default:
		return
	}
	h.question = true
	if luck.Float64() < oftenAbout {
		h.asked = aboutOpening + subjectOf(luck.IntN(int(aboutMore-aboutOpening)+1))
	}
}

// Perceive returns the names of the acts that a client who said certain words last hears in a text: what its ear makes of words
// alone, before any feeling comes in. It is for measuring that ear against people's labels.
//
// Names are question.open, question.closed, reflection (what was said, or a feeling, is given back, rightly or not),
// reflection.echo and reflection.wrong, affirmation, validation, reassurance, advice, advice.allowed, permission,
// confrontation, information, summary, apology, greeting and closing. Each comes once, in this order.
func Perceive(text, said string) []string {
	h := heard{any: text != "", stems: language.Stems{}}
	before := language.StemsOf(language.Tokens(said))
	h.hear(language.Read(text), ground{last: before, said: before})
	var names []string
	for _, act := range []struct {
		heard bool
		name  string
	}{
		{h.open > 0, "question.open"}, {h.closed > 0, "question.closed"},
		{h.reflected || h.parrot || h.missed, "reflection"}, {h.parrot, "reflection.echo"}, {h.missed && !h.reflected, "reflection.wrong"},
		{h.affirmation, "affirmation"}, {h.validation, "validation"}, {h.reassurance, "reassurance"},
		{h.advice, "advice"}, {h.advice && h.allowed, "advice.allowed"}, {h.permission, "permission"},
		{h.confrontation, "confrontation"}, {h.information, "information"}, {h.summary, "summary"},
		{h.apology, "apology"}, {h.greeting, "greeting"}, {h.closing, "closing"},
	} {
		if act.heard {
			names = append(names, act.name)
		}
	}
	return names
}
