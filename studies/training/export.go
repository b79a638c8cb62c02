package training

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Options say what is written.
type Options struct {
	Format Format
	// Perspective is the role whose words are the assistant's: an id, or "focal".
	Perspective string
	// Measure is what episodes are worth.
	Measure Measure
	// Threshold is the worth from which an episode's label is true, for [KTO].
	Threshold float64
	// FloatLabels writes turn rewards (-1 to 1) as labels of steps in place of whether they are above 0, for [PRM].
	FloatLabels bool
	// Choice says which pairs are made, for formats of pairs.
	Choice Choice
	// Whole prefers whole continuations in place of the learner's next words, for [DPO].
	Whole bool
	// Invalid takes episodes that are not valid too.
	Invalid bool
	// Least is the least worth of an episode that is taken; nil takes all. For formats of pairs it is about the preferred one.
	Least *float64
	Split Split
}

// Check refuses what makes no sense.
func (o Options) Check() error {
	switch {
	case !slices.Contains(Formats(), o.Format):
		return fmt.Errorf("there is no format %q; there are %v", o.Format, Formats())
	case !slices.Contains(Sources(), o.Choice.Source):
		return fmt.Errorf("there are no pairs of %q; there are %v", o.Choice.Source, Sources())
	case o.Perspective == "":
		return errors.New("whose words the assistant's are is not said; name a role, or \"focal\"")
	case o.Choice.Source == Raters && !ofRatings(o.Measure):
		return errors.New("pairs of raters are what people said on a scale; say which with ratings:SCALE")
	case o.Choice.Source == Raters && o.Least != nil:
		return errors.New("raters who compare two episodes do not say what one is worth; say how far apart they are, not the least worth")
	case o.Choice.Least < 0:
		return fmt.Errorf("the least margin is %g; it cannot be below 0", o.Choice.Least)
	}
	return o.Split.check()
}

func ofRatings(m Measure) bool {
	_, ok := m.(*byRatings)
	return ok
}

// Library is where episodes are read from.
type Library interface {
	// Runs are those that are exported.
	Runs() []*vignettev1.Manifest
	// Episodes are theirs, in order, completed or not.
	Episodes(context.Context) iter.Seq2[*episode.State, error]
	// Episode is any episode there is.
	Episode(ctx context.Context, id string) (*episode.State, error)
	// Notes are those on an episode, oldest first.
	Notes(ctx context.Context, state *episode.State) ([]*vignettev1.Note, error)
}

// Open opens the file of a split; "" is the one of an export without splits.
type Open func(split string) (io.Writer, error)

// Export writes rows and says what became of every episode. Rows are written as they are made: what is held is a few words about each
// episode, and one conversation or two.
func Export(ctx context.Context, from Library, o Options, open Open) (*Card, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	e := &export{from: from, options: o, card: newCard(from, o), open: open, sinks: map[string]sink{}}
	err := e.learn(ctx)
	if err == nil && o.Format.OfPairs() {
		err = e.pairs(ctx)
	} else if err == nil {
		err = e.singles(ctx)
	}
	return e.card, errors.Join(err, e.close())
}

type export struct {
	from    Library
	options Options
	card    *Card
	open    Open
	sinks   map[string]sink
	written int
}

// learn shows a measure all notes, where it wants to see them before it is asked.
func (e *export) learn(ctx context.Context) error {
	learner, ok := e.options.Measure.(Learner)
	if !ok {
		return nil
	}
	for state, err := range e.from.Episodes(ctx) {
		if err != nil {
			return err
		}
		notes, err := e.from.Notes(ctx, state)
		if err != nil {
			return err
		}
		for _, note := range notes {
			learner.Learn(note)
		}
	}
	return nil
}

// singles writes formats that are made of single episodes.
func (e *export) singles(ctx context.Context) error {
	for state, err := range e.taken(ctx) {
		if err != nil {
			return err
		}
		if err := e.single(ctx, state); err != nil {
			return fmt.Errorf("episode %s: %w", state.Plan().Episode, err)
		}
	}
	return nil
}

func (e *export) single(ctx context.Context, state *episode.State) error {
	if e.options.Format == Sotopia {
		e.card.keep(state)
		return e.put(state, sotopiaOf(state, state.Plan().Run, e.card.minds[state.Plan().Run]))
	}
	c, err := ConversationOf(state, e.options.Perspective)
	if err != nil {
		return err
	}
	worth, err := e.worth(ctx, state, c.Learner, e.options.Measure)
	if err != nil {
		return err
	}
	if e.tooLittle(worth) {
		return nil
	}
	var rows []any
	if e.options.Format == Verl {
		var row verlRow
		row, err = verlOf(c, state, worth, e.options.Split.of(state), e.written)
		rows = []any{row}
	} else {
		rows, err = rowsOf(e.options.Format, c, state, worth, e.options)
	}
	if err != nil {
		e.card.leave(err.Error())
		return nil
	}
	e.card.keep(state)
	if e.options.Least != nil || e.options.Format == KTO || e.options.Format == Verl { // Elsewhere worth decides nothing.
		e.card.rests(worth.Raters)
	}
	for _, row := range rows {
		if err := e.put(state, row); err != nil {
			return err
		}
	}
	return nil
}

// tooLittle says whether an episode is worth less than what is taken, and counts it.
func (e *export) tooLittle(worth Worth) bool {
	switch {
	case e.options.Least == nil:
		return false
	case worth.Missing != "":
		e.card.leave(worth.Missing)
		return true
	case worth.Value < *e.options.Least:
		e.card.leave("worth too little")
		return true
	}
	return false
}

func (e *export) worth(ctx context.Context, state *episode.State, role string, by Measure) (Worth, error) {
	var notes []*vignettev1.Note
	if by.NeedsNotes() {
		var err error
		if notes, err = e.from.Notes(ctx, state); err != nil {
			return Worth{}, err
		}
	}
	return by.Of(state, role, notes), nil
}

// pairs writes formats that are made of pairs of episodes: first it learns what each is worth, then it reads again those that make a pair.
func (e *export) pairs(ctx context.Context) error {
	if e.options.Choice.Source == Raters {
		return e.rated(ctx)
	}
	candidates, err := e.candidates(ctx)
	if err != nil {
		return err
	}
	pairs, left := Pairs(candidates, e.options.Choice)
	for why, n := range left {
		e.card.Left[why] += n
	}
	worth := map[string]float64{}
	for _, c := range candidates {
		worth[c.Episode] = c.Worth.Value
	}
	for _, pair := range pairs {
		if e.options.Least != nil && worth[pair.Chosen] < *e.options.Least {
			e.card.leave("worth too little")
			continue
		}
		if err := e.pair(ctx, pair); err != nil {
			return fmt.Errorf("episodes %s and %s: %w", pair.Chosen, pair.Rejected, err)
		}
	}
	return nil
}

// rated writes the pairs that people compared.
func (e *export) rated(ctx context.Context) error {
	takes := map[string]bool{}
	for state, err := range e.taken(ctx) {
		if err != nil {
			return err
		}
		takes[state.Plan().Episode] = true
	}
	pairs, left := e.options.Measure.(*byRatings).pairs(e.options.Choice, takes)
	for why, n := range left {
		e.card.Left[why] += n
	}
	for _, pair := range pairs {
		if err := e.pair(ctx, pair); err != nil {
			return fmt.Errorf("episodes %s and %s: %w", pair.Chosen, pair.Rejected, err)
		}
	}
	return nil
}

// candidates are the episodes that may be compared; of forks also those they were forked from.
func (e *export) candidates(ctx context.Context) ([]Candidate, error) {
	var out []Candidate
	seen := map[string]bool{}
	add := func(state *episode.State) error {
		if seen[state.Plan().Episode] {
			return nil
		}
		seen[state.Plan().Episode] = true
		c, err := ConversationOf(state, e.options.Perspective)
		if err != nil {
			return err
		}
		worth, err := e.worth(ctx, state, c.Learner, e.options.Measure)
		if err != nil {
			return err
		}
		var earlier Worth
		if e.options.Choice.Source == Flips {
			if earlier, err = e.worth(ctx, state, c.Learner, before(e.options.Measure)); err != nil {
				return err
			}
		}
		out = append(out, CandidateOf(state, e.options.Choice.Source, worth, earlier))
		return nil
	}
	for state, err := range e.taken(ctx) {
		if err != nil {
			return nil, err
		}
		if from := state.Plan().Fork.GetEpisode(); from != "" && e.options.Choice.Source == Forks && !seen[from] {
			origin, err := e.from.Episode(ctx, from)
			if err != nil {
				return nil, fmt.Errorf("episode %s was forked from %s: %w", state.Plan().Episode, from, err)
			}
			if e.takes(origin) {
				if err := add(origin); err != nil {
					return nil, err
				}
			}
		}
		if err := add(state); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (e *export) pair(ctx context.Context, pair Pair) error {
	var both [2]*Conversation
	var chosen *episode.State
	for i, id := range []string{pair.Chosen, pair.Rejected} {
		state, err := e.from.Episode(ctx, id)
		if err != nil {
			return err
		}
		if both[i], err = ConversationOf(state, e.options.Perspective); err != nil {
			return err
		}
		if i == 0 {
			chosen = state
		}
	}
	p, err := PreferenceOf(pair, both[0], both[1], e.options.Whole || e.options.Format != DPO)
	if err != nil {
		e.card.leave(err.Error())
		return nil
	}
	e.card.keep(chosen)
	e.card.prefer(pair)
	e.card.rests(pair.Raters)
	return e.put(chosen, rowOf(e.options.Format, p))
}

// taken are the episodes that count: completed, and valid unless said otherwise. The others are counted by reason.
func (e *export) taken(ctx context.Context) iter.Seq2[*episode.State, error] {
	return func(yield func(*episode.State, error) bool) {
		for state, err := range e.from.Episodes(ctx) {
			if err == nil {
				if e.card.Episodes++; !e.takes(state) {
					e.card.leave(whyNot(state))
					continue
				}
			}
			if !yield(state, err) || err != nil {
				return
			}
		}
	}
}

func (e *export) takes(state *episode.State) bool {
	completed := state.Completed()
	return completed != nil && (e.options.Invalid || completed.GetValidity() == vignettev1.Validity_VALIDITY_OK)
}

// put writes a row into the file of its split.
func (e *export) put(state *episode.State, row any) error {
	split := e.options.Split.of(state)
	if e.sinks[split] == nil {
		w, err := e.open(split)
		if err != nil {
			return err
		}
		if e.options.Format.Binary() {
			e.sinks[split] = newColumns(w)
		} else {
			e.sinks[split] = newLines(w)
		}
	}
	e.card.Rows[split]++
	e.written++
	return e.sinks[split].put(row)
}

func (e *export) close() error {
	var errs []error
	for _, s := range e.sinks {
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}
