package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/feedback/hindsight"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/minds"
)

type hindsightFlags struct {
	futures, days int
	observe       string
	seed          uint64
	reward        string
	dry           bool
	author        string
	json          bool
	models        modelFlags
}

func newHindsight() *cobra.Command {
	var flags hindsightFlags
	cmd := &cobra.Command{
		Use:   "hindsight RUN|last",
		Short: "Simulate what came of a run's conversations, and judge them before and after",
		Long: `Samples futures of every completed episode by rules: purchases where the scenario has a
decision, a client's next days where somebody seeks help, what becomes of an agreement
where something was asked for or refused. A scenario's own rules (aftermath) act on them.
Then the one concerned, and an onlooker who reads the conversation alone, say how satisfied
they are (1-5) before and after seeing what came of it; the gap is foresight less
hindsight: above zero is what sounded better than it was. Intervals are 95%, over clients.
A flip is an episode on one side of the scale's middle before and on the other after.

With --model a language model tells the futures and judges, in the place of the rules. It
is told the conversation and the scenario's world, and no score, rating or policy. Its
answers are on record: the same command again is free.

--observe says what is seen before judging again: none, partial (what happened, in one
future) or full (all futures, and what would have come of other choices).

Futures and scores are appended to the episodes' notes with your name (--author), as a
revision of their own; --no-notes only prints. They are a simulation with chosen
constants (docs/hindsight.md), and no forecast of anybody's life.`,
		Example: `  vignette hindsight last
  vignette hindsight last --futures 20 --days 30 --observe full
  vignette hindsight last --reward hindsight.goal=2,hindsight.return=1
  vignette hindsight last --model gpt-4o-mini --futures 3 --max-cost 2
  vignette hindsight last --json | jq 'select(.type == "gap")'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.models.model == "" && (cmd.Flags().Changed("max-cost") || cmd.Flags().Changed("max-tokens")) {
				return usagef("--max-cost and --max-tokens are for --model; rules cost nothing")
			}
			if err := flags.models.check(); err != nil {
				return err
			}
			return runHindsight(cmd, args[0], flags)
		},
	}
	cmd.Flags().StringVar(&flags.models.model, "model", "", "model that tells the futures and judges, in place of the rules: MODEL, or ENDPOINT/MODEL")
	flags.models.addTerms(cmd)
	cmd.Flags().IntVar(&flags.futures, "futures", 5, "futures sampled for each episode, 1 to 100")
	cmd.Flags().IntVar(&flags.days, "days", 0, "how many days they reach, 1 to 3650 (default as the scenario says, else 14)")
	cmd.Flags().StringVar(&flags.observe, "observe", "partial", "what is seen before judging again: none, partial, full")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of the futures' chance")
	cmd.Flags().StringVar(&flags.reward, "reward", "", "compose rewards with terms of hindsight: DIMENSION=WEIGHT,... or JUDGE:DIMENSION=WEIGHT")
	cmd.Flags().BoolVar(&flags.dry, "no-notes", false, "print and write nothing")
	cmd.Flags().StringVar(&flags.author, "author", "", "who looks, for the notes (default your user name)")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON: an episode record each, gap records, a done record")
	return cmd
}

// shownNames are what --observe takes.
var shownNames = map[string]vignettev1.ConsequencesShown{
	"none": vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_NONE, "partial": vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_PARTIAL,
	"full": vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_FULL,
}

func (f hindsightFlags) options() (hindsight.Options, []*vignettev1.RewardTerm, error) {
	options := hindsight.Options{Futures: f.futures, Days: f.days, Seed: f.seed, Shown: shownNames[f.observe]}
	if f.futures < 1 {
		return options, nil, usagef("--futures is %d; it must be at least 1", f.futures)
	}
	if options.Shown == 0 {
		return options, nil, usagef("--observe is %q; it must be none, partial or full", f.observe)
	}
	if err := options.Check(); err != nil {
		return options, nil, &usageError{err}
	}
	terms, err := hindsight.ParseTerms(f.reward)
	if err != nil {
		return options, nil, &usageError{fmt.Errorf("--reward: %w", err)}
	}
	return options, terms, nil
}

func runHindsight(cmd *cobra.Command, name string, flags hindsightFlags) error {
	options, terms, err := flags.options()
	if err != nil {
		return err
	}
	return withExisting(cmd, func(n *node.Node) error {
		planner, err := n.Reader().Run(cmd.Context(), name)
		if errors.Is(err, projection.ErrNotFound) {
			return fmt.Errorf("there is no run %q; 'vignette runs' lists the runs", name)
		}
		if err != nil {
			return err
		}
		look, err := lookerOf(cmd, n, flags, options)
		if err != nil {
			return err
		}
		table := &hindsight.Table{Seed: flags.seed}
		studied, without := 0, 0
		var unreadable error
		take := func(study *hindsight.Study) error {
			if study == nil {
				without++
				return nil
			}
			studied++
			table.Add(study)
			return recordHindsight(cmd, n, study, terms, flags)
		}
		for batch, err := range batches(n.Reader().Episodes(cmd.Context(), planner), look.atOnce) {
			if err != nil {
				return err
			}
			var states []*episode.State
			for _, item := range batch {
				if item.Unreadable != nil {
					unreadable = tellUnreadable(cmd, item)
				}
				if item.State.Completed() != nil {
					states = append(states, item.State)
				}
			}
			if err := look.all(cmd.Context(), states, take); err != nil {
				return err
			}
		}
		if studied == 0 {
			return fmt.Errorf("none of the %s completed in run %s has a decision, a client or somebody who was asked for something: nothing says what could come of them", plural(without, "episode", "episodes"), planner.Manifest().GetRun())
		}
		if flags.json {
			return errors.Join(writeGaps(cmd, table, planner.Manifest().GetRun(), studied, without), unreadable)
		}
		newPage(cmd.OutOrStdout()).hindsight(table, options, flags.models.model, studied, without)
		return unreadable
	})
}

// recordHindsight composes a reward where terms are given, and writes notes and the record.
func recordHindsight(cmd *cobra.Command, n *node.Node, study *hindsight.Study, terms []*vignettev1.RewardTerm, flags hindsightFlags) error {
	var composed *vignettev1.Reward
	if len(terms) > 0 {
		composed = study.Reward(terms)
	}
	if !flags.dry {
		if err := noteHindsight(cmd, n, study, composed, flags); err != nil {
			return err
		}
	}
	if !flags.json {
		return nil
	}
	return writeJSON(cmd, hindsightRecord(study, composed))
}

// looker looks into the futures of episodes, some at once.
type looker struct {
	atOnce int
	one    func(context.Context, *episode.State) (*hindsight.Study, error)
}

// lookerOf is who looks: rules, or a model.
func lookerOf(cmd *cobra.Command, n *node.Node, flags hindsightFlags, options hindsight.Options) (*looker, error) {
	if flags.models.model == "" {
		return &looker{1, func(_ context.Context, state *episode.State) (*hindsight.Study, error) {
			return hindsight.Of(state, options)
		}}, nil
	}
	if err := n.HostModels(cmd.Context(), settingsFile(cmd)); err != nil {
		return nil, err
	}
	teller := &hindsight.Foreteller{Models: n.Directory().Models(), Clock: n.Runner().Clock, Model: flags.models.model, Terms: flags.models.terms(cmd)}
	if err := teller.Check(cmd.Context()); err != nil {
		return nil, &usageError{fmt.Errorf("--model: %w", err)}
	}
	return &looker{episodesAtOnce, func(ctx context.Context, state *episode.State) (*hindsight.Study, error) {
		return teller.Of(ctx, state, options)
	}}, nil
}

// episodesAtOnce is how many episodes a model is asked about at once; each is several questions.
const episodesAtOnce = 4

// all looks at episodes and hands on what it finds, in their order. What was found before an error is handed on too: it was paid for.
func (l *looker) all(ctx context.Context, states []*episode.State, take func(*hindsight.Study) error) error {
	studies, errs := make([]*hindsight.Study, len(states)), make([]error, len(states))
	var group sync.WaitGroup
	for i, state := range states {
		group.Go(func() { studies[i], errs[i] = l.one(ctx, state) })
	}
	group.Wait()
	for i, study := range studies {
		if errs[i] != nil {
			continue
		}
		if err := take(study); err != nil {
			return err
		}
	}
	for _, err := range errs {
		if err == nil {
			continue
		}
		if spent, ok := conductor.BudgetSpent(err); ok {
			return fmt.Errorf("%s; raise --max-cost or --max-tokens, which count what the run itself took too: what was answered is on record, and the same command goes on", spent)
		}
		return err
	}
	return nil
}

// batches gives items so many at a time.
func batches[T any](items iter.Seq2[T, error], size int) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		var batch []T
		for item, err := range items {
			if err != nil {
				yield(batch, err)
				return
			}
			if batch = append(batch, item); len(batch) == size {
				if !yield(batch, nil) {
					return
				}
				batch = nil
			}
		}
		if len(batch) > 0 {
			yield(batch, nil)
		}
	}
}

// noteHindsight appends what came of an episode, how it was judged, and what was composed of it.
func noteHindsight(cmd *cobra.Command, n *node.Node, s *hindsight.Study, composed *vignettev1.Reward, flags hindsightFlags) error {
	plan, author := s.State.Plan(), cmp.Or(flags.author, userName())
	noted, err := n.Log().Notes(cmd.Context(), plan.Run, plan.Episode)
	if err != nil {
		return fmt.Errorf("notes on episode %s: %w", plan.Episode, err)
	}
	revision, rewarded := int32(1), int32(1)
	for _, entry := range noted {
		revision = max(revision, entry.Note.GetConsequences().GetRevision()+1)
		rewarded = max(rewarded, entry.Note.GetRewarded().GetRevision()+1)
	}
	s.Revise(revision)
	notes := []*vignettev1.Note{{Note: &vignettev1.Note_Consequences{Consequences: s.Consequences}}}
	evaluators := []string{hindsight.Outcomes}
	for _, judge := range s.Judges() {
		evaluators = append(evaluators, string(judge))
	}
	for _, by := range evaluators {
		found := &vignettev1.Evaluated{Evaluator: by, Role: plan.Scenario.GetFocal()}
		for _, score := range s.Scores {
			if score.GetEvaluator() == by {
				found.Scores = append(found.Scores, score)
			}
		}
		notes = append(notes, &vignettev1.Note{Note: &vignettev1.Note_Rescored{Rescored: found}})
	}
	if composed != nil {
		notes = append(notes, &vignettev1.Note{Note: &vignettev1.Note_Rewarded{Rewarded: &vignettev1.Rewarded{
			Revision: rewarded, Rewards: []*vignettev1.Reward{composed}, Change: flags.reward,
		}}})
	}
	for i, note := range notes {
		note.SchemaVersion, note.Author, note.Time = 1, author, timestamppb.New(time.Now())
		note.Id = noteID(plan.Episode, "hindsight", fmt.Sprint(revision), fmt.Sprint(i), author)
		if _, err := n.Log().AppendNote(cmd.Context(), plan.Run, plan.Episode, note); err != nil {
			return fmt.Errorf("note on episode %s: %w", plan.Episode, err)
		}
	}
	return nil
}

type jsonHindsight struct {
	Type     string         `json:"type"`
	Episode  string         `json:"episode"`
	Revision int32          `json:"revision"`
	Scores   map[string]any `json:"scores"` // by "evaluator dimension": a number, or {"missing": reason}
	Futures  []jsonFuture   `json:"futures"`
	Reward   *float64       `json:"reward,omitempty"`
}

type jsonFuture struct {
	Number int32    `json:"number"`
	Events []string `json:"events"`
}

func hindsightRecord(s *hindsight.Study, composed *vignettev1.Reward) jsonHindsight {
	out := jsonHindsight{Type: "episode", Episode: s.State.Plan().Episode, Revision: s.Consequences.GetRevision(), Scores: map[string]any{}}
	for _, score := range s.Scores {
		key := score.GetEvaluator() + " " + score.GetDimension()
		if score.GetMissing() != nil {
			out.Scores[key] = map[string]string{"missing": score.GetMissing().GetDetail()}
		} else {
			out.Scores[key] = score.GetValue().GetNumber()
		}
	}
	for _, f := range s.Consequences.GetFutures() {
		out.Futures = append(out.Futures, jsonFuture{f.GetNumber(), hindsight.Lines(f)})
	}
	if composed.GetMissing() == nil && composed != nil {
		out.Reward = proto.Float64(composed.GetValue())
	}
	return out
}

type jsonGapRow struct {
	Type      string              `json:"type"`
	By        string              `json:"by"`
	Group     string              `json:"group"`
	Judge     string              `json:"judge"`
	N         int                 `json:"n"`
	Missing   int                 `json:"missing"`
	Foresight *jsonGain           `json:"foresight"`
	Hindsight *jsonGain           `json:"hindsight"`
	Gap       *jsonGain           `json:"gap"`
	Flips     int                 `json:"flips"`
	Outcomes  map[string]jsonGain `json:"outcomes"`
}

func estimateRecord(e hindsight.Estimate) jsonGain { return jsonGain{e.Value, ends(e.CI95)} }

func writeGaps(cmd *cobra.Command, table *hindsight.Table, run string, studied, without int) error {
	for _, by := range []hindsight.By{hindsight.ByPolicy, hindsight.ByScenario, hindsight.ByPersona} {
		for _, judge := range table.Judges() {
			for _, row := range table.Rows(by, judge) {
				out := jsonGapRow{Type: "gap", By: by.Title(), Group: row.Group, Judge: judge.Title(), N: row.N, Missing: row.Missing, Flips: row.Flips, Outcomes: map[string]jsonGain{}}
				if row.N > 0 {
					f, h, g := estimateRecord(row.Foresight), estimateRecord(row.Hindsight), estimateRecord(row.Gap)
					out.Foresight, out.Hindsight, out.Gap = &f, &h, &g
				}
				for dimension, e := range row.Outcome {
					out.Outcomes[dimension] = estimateRecord(e)
				}
				if err := writeJSON(cmd, out); err != nil {
					return err
				}
			}
		}
	}
	return writeJSON(cmd, struct {
		Type     string `json:"type"`
		Run      string `json:"run"`
		Episodes int    `json:"episodes"`
		Without  int    `json:"without"` // neither decision nor client
	}{"done", run, studied, without})
}

func (p *page) hindsight(table *hindsight.Table, options hindsight.Options, model string, studied, without int) {
	by := " by rules with chosen constants"
	if model != "" {
		by = " by the model " + line(model)
	}
	shown := strings.ToLower(strings.TrimPrefix(options.Shown.String(), "CONSEQUENCES_SHOWN_"))
	reach := "as many days as the scenario says"
	if options.Days > 0 {
		reach = plural(options.Days, "day", "days")
	}
	p.printf("%s  %s, %s of %s, shown: %s\n", p.bold("Hindsight"), plural(studied, "episode", "episodes"), plural(options.Futures, "future", "futures"), reach, shown)
	p.paragraph("  ", "  ", "A simulation"+by+": good for comparing, no forecast. Satisfaction 1-5; gap: foresight less hindsight. Intervals 95%, over clients.")
	if without > 0 {
		p.paragraph("  ", "  ", fmt.Sprintf("%s without a decision, a client or somebody who was asked are left out: nothing says what could come of them.", plural(without, "episode", "episodes")))
	}
	for _, by := range []hindsight.By{hindsight.ByPolicy, hindsight.ByScenario, hindsight.ByPersona} {
		p.printf("\n%s\n", p.bold("By "+by.Title()))
		header := []string{by.Title(), "judge", "n", "missing", "foresight", "hindsight", "gap", "flips"}
		var rows [][]string
		for _, judge := range table.Judges() {
			for _, row := range table.Rows(by, judge) {
				cells := []string{line(row.Group), judge.Title(), fmt.Sprint(row.N), fmt.Sprint(row.Missing)}
				for _, e := range []hindsight.Estimate{row.Foresight, row.Hindsight, row.Gap} {
					cells = append(cells, estimateText(e, row.N > 0))
				}
				rows = append(rows, append(cells, fmt.Sprint(row.Flips)))
			}
		}
		p.grid("  ", header, rows, 2, func(column int) bool { return column >= 2 })
	}
	p.outcomesAfter(table)
	p.flips(table)
}

// outcomesAfter shows what came of it, by policy.
func (p *page) outcomesAfter(table *hindsight.Table) {
	p.printf("\n%s\n", p.bold("What came of it, by policy"))
	header, rows := []string{"policy"}, [][]string{}
	found := table.Rows(hindsight.ByPolicy, table.Judges()[0])
	var specs []*vignettev1.DimensionSpec
	for _, spec := range hindsight.Describe() {
		for _, row := range found {
			if _, ok := row.Outcome[spec.GetId()]; ok {
				specs, header = append(specs, spec), append(header, spec.GetTitle())
				break
			}
		}
	}
	for _, row := range found {
		cells := []string{line(row.Group)}
		for _, spec := range specs {
			e, ok := row.Outcome[spec.GetId()]
			cells = append(cells, estimateText(e, ok))
		}
		rows = append(rows, cells)
	}
	p.grid("  ", header, rows, 1, func(column int) bool { return column >= 1 })
}

// flips shows policies that change places.
func (p *page) flips(table *hindsight.Table) {
	for _, judge := range table.Judges() {
		for _, flip := range table.Flips(judge) {
			p.printf("  flip (%s): %s is preferred in foresight and %s in hindsight with %d of %s\n", judge.Title(), line(flip.Foreseen), line(flip.Seen), flip.Clients, plural(flip.Of, "client", "clients"))
		}
	}
}

func estimateText(e hindsight.Estimate, known bool) string {
	if !known {
		return "-"
	}
	return mindsCell(minds.Cell{Value: &e.Value, CI95: e.CI95})
}
