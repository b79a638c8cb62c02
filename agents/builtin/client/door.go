package client

import (
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Appraisal is what a client has made of a conversation so far: how far it trusts, and so what it may tell. It is for minds
// that word their turns themselves and leave the gate to these rules. It is English, like the rest of this package.
type Appraisal struct{ turn *turn }

// Disclosure is one thing a client may tell now.
type Disclosure struct {
	// Part says what part of the person's model it is: "situation", "feeling", "automatic_thought", "history", "memory" and
	// so on, as in the acts of this mind.
	Part string
	// Text is the thing itself, in the first person as far as the notes allow.
	Text string
	// Told says that it has been told before.
	Told bool
}

// Appraise takes an observation of a client in: what was remembered, in its agent state, and what was heard since. It changes
// nothing. An agent state that is not of this package is INVALID_ARGUMENT.
func Appraise(obs *vignettev1.Observation) (*Appraisal, error) {
	t, err := new(mind).begin(obs)
	if err != nil {
		return nil, err
	}
	return &Appraisal{turn: t}, nil
}

// Arrival is how a client comes in, before anything is said to it.
type Arrival struct {
	// Trust and Resistance are 0-1.
	Trust, Resistance float64
	// Gain is how much it responds to what is done, 1 on average; 0.25 to 2.2.
	Gain float64
}

// Arrive draws how a client comes in, from its luck, its style and its traits. It reads no words, so it holds in any language.
func Arrive(obs *vignettev1.Observation) Arrival {
	t := temperamentOf(obs, &sheet{})
	return Arrival{Trust: t.trust, Resistance: t.resistance, Gain: t.gain}
}

// State is the computed mental state as far as what was heard makes it: feelings, distress, trust, resistance, willingness
// and ambivalence. What is shown, meant and thought is left to the mind that words the turn.
func (a *Appraisal) State() *vignettev1.MentalState {
	whole := a.turn.mentalState()
	return &vignettev1.MentalState{
		Source: whole.GetSource(), Felt: whole.GetFelt(), Distress: whole.Distress, Trust: whole.Trust, Resistance: whole.Resistance,
		Willingness: whole.Willingness, Ambivalence: whole.Ambivalence, StageOfChange: whole.GetStageOfChange(),
	}
}

// Feeling is an emotion felt now.
type Feeling struct {
	Emotion vignettev1.Emotion
	// Intensity is 0-1.
	Intensity float64
	// Kept says that it belongs to the person's trouble and may not be told yet.
	Kept bool
}

// Felt lists what is felt now, strongest first.
func (a *Appraisal) Felt() []Feeling {
	var felt []Feeling
	for _, e := range a.turn.felt {
		felt = append(felt, Feeling{Emotion: e.GetEmotion(), Intensity: e.GetIntensity(), Kept: a.kept(e.GetEmotion())})
	}
	return felt
}

// kept says whether an emotion stands in the model, and no part that names it is open. What comes up in the conversation
// itself, such as anger at being pushed, stands in no model and shows anyway.
func (a *Appraisal) kept(emotion vignettev1.Emotion) bool {
	named := false
	for i := range a.turn.items {
		if it := &a.turn.items[i]; it.kind == feeling && it.emotion == emotion {
			if a.open(it) {
				return false
			}
			named = true
		}
	}
	return named
}

// Trust is the computed trust in the helper, 0-1.
func (a *Appraisal) Trust() float64 { return a.turn.memory.Trust }

// Resistance is the computed resistance to being influenced, 0-1.
func (a *Appraisal) Resistance() float64 { return a.turn.memory.Resistance }

// Open lists what may be told now: all that was told before, and all whose gate is open, in the order of the diagram. What
// the last question asked about opens a little sooner.
func (a *Appraisal) Open() []Disclosure {
	var open []Disclosure
	for i := range a.turn.items {
		it := &a.turn.items[i]
		if a.open(it) {
			open = append(open, Disclosure{Part: kindNames[it.kind], Text: it.inWords(), Told: a.turn.memory.told(it.id)})
		}
	}
	return open
}

// Locked counts the things that are not told yet.
func (a *Appraisal) Locked() int { return len(a.turn.items) - len(a.Open()) }

func (a *Appraisal) open(it *item) bool {
	if it.kind == step && !a.turn.prepared() {
		return a.turn.memory.told(it.id)
	}
	asked := a.turn.heard.question && slices.Contains(answering[a.turn.heard.asked], it.kind)
	return a.turn.memory.told(it.id) || a.turn.gateOpen(it, asked)
}

// inWords is an item in a form that says by itself what it means.
func (it *item) inWords() string {
	if it.kind != feeling {
		return it.quote
	}
	return enumname.Of(it.emotion) + ": " + strings.Join(it.words, ", ")
}

// After returns the agent state for the role's next turn: the memory of this one, with what its words told. An appraisal is
// good for one turn.
func (a *Appraisal) After(action *vignettev1.Action) ([]byte, error) {
	t := a.turn
	switch action.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SPEAK, vignettev1.ActionKind_ACTION_KIND_LEAVE:
		a.notice(action.GetText())
	}
	t.memory.Bye = t.memory.Bye || action.GetKind() == vignettev1.ActionKind_ACTION_KIND_LEAVE
	t.remember(action)
	return t.memory.encode()
}

// notice takes for told what the words hold the content of. Only what may be told is looked for.
func (a *Appraisal) notice(text string) {
	tokens := language.Tokens(text)
	said := language.StemsOf(tokens)
	a.turn.asked(said)
	for i := range a.turn.items {
		it := &a.turn.items[i]
		if a.open(it) && !a.turn.memory.told(it.id) && it.saidIn(tokens, said) {
			a.turn.told = append(a.turn.told, it)
		}
	}
}

// Shares of an item's content words that must turn up for it to count as told. Chosen: somebody who words a thing afresh
// keeps about half of its nouns and verbs; a single word in common is chance.
const (
	toldShare = 0.5
	toldWords = 2
)

// saidIn says whether words tell an item. A feeling is told when it is named and not denied.
func (it *item) saidIn(tokens []language.Token, said language.Stems) bool {
	if it.kind != feeling {
		return it.stems.Shared(said) >= min(toldWords, len(it.stems)) && it.stems.Overlap(said) >= toldShare
	}
	for i, token := range tokens {
		if token.IsWord() && !language.IsStopWord(token.Norm) && it.stems.Has(token.Norm) && !language.Negated(tokens, i) {
			return true
		}
	}
	return false
}
