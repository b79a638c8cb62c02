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

// State is the computed mental state. What it says of beliefs and thoughts holds things that are not told yet.
func (a *Appraisal) State() *vignettev1.MentalState { return a.turn.mentalState() }

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
