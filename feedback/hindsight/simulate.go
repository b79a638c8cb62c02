package hindsight

import (
	"fmt"
	"math/rand/v2"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Options say how far and how often to look ahead.
type Options struct {
	// Futures is how many are sampled; 0 means 5.
	Futures int
	// Days is how far they reach; 0 means as far as the scenario's aftermath says, else 14.
	Days int
	// Seed of their chance.
	Seed uint64
	// Shown is how much of them is known in hindsight; not said means partial.
	Shown vignettev1.ConsequencesShown
}

// Bounds of Options.
const (
	MostFutures = 100
	MostDays    = 3650

	usualFutures = 5
	usualDays    = 14
)

// For is the options for a world: how far one looks is the scenario's to say, where whoever looks does not.
func (o Options) For(w World) Options {
	if o.Days == 0 {
		o.Days = int(w.Aftermath.GetDays())
	}
	return o.Filled()
}

// Filled is the options with what was left out filled in.
func (o Options) Filled() Options {
	if o.Futures == 0 {
		o.Futures = usualFutures
	}
	if o.Days == 0 {
		o.Days = usualDays
	}
	if o.Shown == vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_UNSPECIFIED {
		o.Shown = vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_PARTIAL
	}
	return o
}

// Check refuses what cannot be simulated.
func (o Options) Check() error {
	if o.Futures < 0 || o.Futures > MostFutures {
		return fmt.Errorf("%d futures cannot be sampled; give 1 to %d", o.Futures, MostFutures)
	}
	if o.Days < 0 || o.Days > MostDays {
		return fmt.Errorf("futures of %d days cannot be simulated; give 1 to %d", o.Days, MostDays)
	}
	return nil
}

// Version of the rules by which futures are made.
const Version = "2"

// Simulate samples what comes of a world: purchases where there is a decision, a client's days where somebody seeks help, what
// becomes of an agreement where something was asked for; then the scenario's own rules act on it. The same world
// and options give the same futures; the luck of future n does not depend on how many others there are.
func Simulate(w World, options Options) (*vignettev1.Consequences, error) {
	if err := options.Check(); err != nil {
		return nil, err
	}
	options = options.For(w)
	c := &vignettev1.Consequences{
		Revision: 1, Seed: options.Seed, Days: int32(options.Days),
		Provenance: &vignettev1.Provenance{Agent: Outcomes, Mind: "builtin", Version: Version},
	}
	for n := range options.Futures {
		luck := rand.New(rand.NewPCG(w.Luck^options.Seed, uint64(n)+0x66757475))
		future, err := &vignettev1.Future{Number: int32(n + 1)}, error(nil)
		switch {
		case w.Decision != nil:
			err = purchase(w, options.Days, luck, future)
		case w.Agreement != nil:
			keep(w, options.Days, luck, future)
		default:
			live(w, options.Days, luck, future)
		}
		if err != nil {
			return nil, err
		}
		happen(w, options.Days, rand.New(rand.NewPCG(w.Luck^options.Seed, uint64(n)+0x776f726c)), future)
		c.Futures = append(c.Futures, future)
	}
	return c, nil
}

// Kinds of events after a decision.
const (
	choseNone   = "choice.none"
	choiceMet   = "choice.met"
	choiceUnmet = "choice.unmet"
	choiceSent  = "choice.returned"
	forgone     = "choice.forgone"
)

// returned is how often somebody gives back what does not meet their need. Chosen: most do.
const returned = 0.8

// purchase is what comes of a choice.
func purchase(w World, days int, luck *rand.Rand, f *vignettev1.Future) error {
	found := 1 + luck.IntN(days)
	gaveBack := luck.Float64() < returned
	if w.Chosen == "" {
		f.Outcomes = append(f.Outcomes, without(Utility, missingFor(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "no choice is on record")))
		return nil
	}
	value, missing, err := UtilityOf(w.Decision, w.Chosen)
	if err != nil {
		return err
	}
	if missing != nil {
		f.Outcomes = append(f.Outcomes, without(Utility, missing))
	} else {
		f.Outcomes = append(f.Outcomes, with(Utility, value))
	}
	event := func(day int, kind, text string) {
		f.Events = append(f.Events, &vignettev1.FutureEvent{Day: int32(day), Role: w.Role, Kind: kind, Text: text, Forgone: kind == forgone})
	}
	for _, o := range w.Decision.GetOptions() {
		switch {
		case o.GetId() != w.Chosen:
			event(found, forgone, "would have "+judged(w.Decision, o))
		case meets(w.Decision, o):
			event(found, choiceMet, "took "+judged(w.Decision, o))
		default:
			event(found, choiceUnmet, "took "+judged(w.Decision, o))
			if gaveBack {
				event(found, choiceSent, "gives it back")
			}
		}
	}
	if w.Chosen == None && len(f.Events) == len(w.Decision.GetOptions()) {
		event(0, choseNone, "took nothing, and goes without")
	}
	return nil
}

// judged says what an option turned out to be.
func judged(d *vignettev1.Decision, o *vignettev1.Decision_Option) string {
	cost := "at a price that nobody knows"
	if o.Price != nil {
		cost = fmt.Sprintf("for %g", o.GetPrice())
	}
	if meets(d, o) {
		return fmt.Sprintf("option %s %s: it has what was needed", o.GetId(), cost)
	}
	return fmt.Sprintf("option %s %s: it lacks what was needed", o.GetId(), cost)
}

func with(dimension string, value float64) *vignettev1.FutureOutcome {
	return &vignettev1.FutureOutcome{Dimension: dimension, Outcome: &vignettev1.FutureOutcome_Value{Value: value}}
}

func without(dimension string, missing *vignettev1.Missing) *vignettev1.FutureOutcome {
	return &vignettev1.FutureOutcome{Dimension: dimension, Outcome: &vignettev1.FutureOutcome_Missing{Missing: missing}}
}
