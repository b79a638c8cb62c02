package dearman

import "github.com/vignette-sim/vignette/evaluators/utterance"

import vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"

// skill is one of the seven.
type skill int

const (
	describe skill = iota
	express
	assert
	reinforce
	negotiate
	mindful
	confident
	skills
)

// state says whether a skill is a state of mind, to be kept, and not a strategy, to be used.
func (s skill) state() bool { return s == mindful || s == confident }

const (
	linehan = "Linehan, DBT Skills Training (interpersonal effectiveness, DEAR MAN); levels after IMBUE, arXiv:2402.12556; wording ours"
	levels  = " Strong is 1, weak 0.5, none 0; per episode, "
	reached = levels + "how far it was ever reached (further uses add little or nothing)."
	kept    = levels + "the mean over the turns where it applies."
)

// dimensions are the definitions, in the order of the skills.
var dimensions = [skills]struct{ id, title, definition string }{
	describe: {"dear_man.describe", "Describe",
		"Says what happened or is the case, in facts both could agree on. Strong: a fact about the matter with a time, a number or an event. " +
			"Weak: a fact left vague, or partly a judgement. None: no facts, or facts about something else; opinions, guesses and judgements (\"you never help\") are none."},
	express: {"dear_man.express", "Express",
		"Says what the speaker feels about it and owns it. Strong: names a feeling as one's own (\"I feel overlooked\"), or a clear view of the matter. " +
			"Weak: hints at one (\"this is hard for me\"), plays it down (\"a bit annoying\"), or names one inside a judgement. None: no feeling; insult, sarcasm, giving in and views of the other (\"I feel like you don't care\") are none."},
	assert: {"dear_man.assert", "Assert",
		"Asks for what is wanted, or says no, so that it cannot be missed; asking whether the other agrees counts. Strong: a clear and specific request, order or no. " +
			"Weak: a hint, a wish, a request wrapped in doubt. None: nothing asked or refused, or taken back in the same breath."},
	reinforce: {"dear_man.reinforce", "Reinforce",
		"Says what the other gains by agreeing. Strong: a specific gain for the other or for both. Weak: a gain left vague (\"better for everyone\"), thanks in advance, a gain for oneself only. " +
			"None: no gain; understanding alone is none, and a threat is none."},
	negotiate: {"dear_man.negotiate", "Negotiate",
		"When the other has pushed back: offers a way both can live with, or asks the other for one. Strong: a concrete offer, or the choice handed to the other. " +
			"Weak: says only that there might be one. None: neither; giving way is none. Not applicable before any pushback, and after agreement."},
	mindful: {"dear_man.mindful", "Mindful",
		"Keeps to the objective, comes back to it after a diversion and is not drawn into an attack. Strong: stays with the objective throughout. " +
			"Weak: drifts, takes up a diversion or judges the other, and comes back. None: attacks, gives up, or loses the subject."},
	confident: {"dear_man.confident", "Confident",
		"Says it without apologising for it, hedging or making oneself small. Strong: plain. Weak: a hedge or an apology or two, some wavering. " +
			"None: more than that, making oneself small, taking it back."},
}

// counted says how the levels of turns come to a number.
func (s skill) counted() string {
	if s.state() {
		return kept
	}
	return reached
}

// Definitions are what each dimension means in a single turn, by id: its definition without how an episode is made of
// turns. They are for raters other than these rules.
func Definitions() map[string]string {
	out := make(map[string]string, skills)
	for _, d := range dimensions {
		out[d.id] = d.definition
	}
	return out
}

func specs() []*vignettev1.DimensionSpec {
	out := make([]*vignettev1.DimensionSpec, skills)
	for i, d := range dimensions {
		out[i] = &vignettev1.DimensionSpec{
			Id:         d.id,
			Title:      d.title,
			Definition: d.definition + skill(i).counted(),
			Source:     linehan,
			Min:        0,
			Max:        1,
			Labels:     utterance.Labels,
			Turn:       true,
			Episode:    true,
		}
	}
	return out
}
