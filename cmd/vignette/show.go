package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/export"
	"github.com/vignette-sim/vignette/studies/transcript"
)

func newRuns() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "runs",
		Short:   "List runs, newest first",
		Example: "  vignette runs\n  vignette runs --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withExisting(cmd, func(n *node.Node) error { return listRuns(cmd, n, asJSON) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object a line")
	return cmd
}

func listRuns(cmd *cobra.Command, n *node.Node, asJSON bool) error {
	reader := n.Reader()
	parked, err := parkedCounts(cmd.Context(), n)
	if err != nil {
		return err
	}
	p := newPage(cmd.OutOrStdout())
	var rows [][]string
	var failed error
	for status, err := range reader.Runs(cmd.Context()) {
		if err != nil {
			// One run that cannot be read does not hide the others.
			fmt.Fprintf(cmd.ErrOrStderr(), "vignette: run %s: %s\n", status.GetRun(), line(err.Error()))
			failed = &saidError{err}
			continue
		}
		if asJSON {
			if err := writeJSON(cmd, runListRecord(status, parked[status.GetRun()])); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{
			status.GetRun(), fmt.Sprint(status.GetTotal()), fmt.Sprint(status.GetOk()), fmt.Sprint(status.GetInvalid()),
			fmt.Sprint(status.GetFailed()), fmt.Sprint(status.GetUnfinished()), fmt.Sprint(parked[status.GetRun()]), fmt.Sprint(status.GetTurns()),
			runewidth.Truncate(line(strings.Join(status.GetScenarios(), ", ")), scenariosWidth, "..."),
		})
	}
	if !asJSON {
		header := []string{"run", "episodes", "ok", "invalid", "failed", "unfinished", "parked", "turns", "scenarios"}
		p.grid("", header, rows, 1, func(column int) bool { return column >= 1 && column <= 7 })
	}
	return failed
}

// scenariosWidth is how much of a run's scenarios is shown in a list.
const scenariosWidth = 40

func runListRecord(status *vignettev1.RunStatus, parked int) any {
	return struct {
		Type      string     `json:"type"`
		Run       string     `json:"run"`
		CreatedAt string     `json:"created_at"`
		Scenarios []string   `json:"scenarios"`
		Episodes  jsonCounts `json:"episodes"`
		Parked    int        `json:"parked"` // of the unfinished
		Turns     int64      `json:"turns"`
		Digest    string     `json:"digest"`
	}{"run", status.GetRun(), status.GetCreatedAt().AsTime().Format("2006-01-02T15:04:05Z07:00"), append([]string{}, status.GetScenarios()...), countsOf(status), parked, status.GetTurns(), status.GetDigest()}
}

func newShow() *cobra.Command {
	var asJSON, private, calls bool
	var page string
	cmd := &cobra.Command{
		Use:   "show RUN|EPISODE|last",
		Short: "Show a run or an episode",
		Long: `Shows a run: what became of its episodes, its table and a line for each; or an
episode: what was said, how it was scored and why. "last" is the newest run
(a session of practice only where there is nothing else); the beginning of an id is enough.

Scores stand below the turns, those read from mental states ("felt distress")
among them. --private adds the states themselves, as they were committed before
the words, what was meant, and what was bid for turns. With builtin minds they are the truth of the
simulation, with language models their self-report. Beside the report of a model that
plays a client stands what the rules computed for it, which alone decides what it may
tell.

--calls shows what was asked of language models for an episode, call by call: the
exact prompt, the raw answer, how it was had, latency, tokens and cost. Prompts hold
what is private to roles.

--html writes an episode as one web page into a file, without scripts or anything
from elsewhere, to be mailed, printed or kept; --private adds the states to it.`,
		Example: "  vignette show last\n  vignette show e3k7b2 --private\n  vignette show e3k7b2 --calls\n  vignette show e3k7b2 --html conversation.html",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := apart(cmd, "html", "json", "calls"); err != nil {
				return err
			}
			return withExisting(cmd, func(n *node.Node) error {
				if page != "" {
					return showPage(cmd, n, args[0], page, private)
				}
				if calls {
					return showCalls(cmd, n, args[0], asJSON)
				}
				return show(cmd, n, args[0], asJSON, private)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON: a run's episodes one a line and then its table; an episode as in an export")
	cmd.Flags().BoolVar(&private, "private", false, "show mental states and intentions too")
	cmd.Flags().StringVar(&page, "html", "", "write an episode as a web page into this file")
	cmd.ValidArgsFunction = completeEpisodes
	cmd.Flags().BoolVar(&calls, "calls", false, "show what was asked of language models for an episode")
	return cmd
}

func show(cmd *cobra.Command, n *node.Node, name string, asJSON, private bool) error {
	reader := n.Reader()
	planner, err := reader.Run(cmd.Context(), name)
	if err == nil {
		return showRun(cmd, n, planner, asJSON)
	}
	if !errors.Is(err, projection.ErrNotFound) {
		return err
	}
	state, planner, err := reader.Episode(cmd.Context(), name)
	if errors.Is(err, projection.ErrNotFound) {
		return missing(cmd.Context(), n, "run or episode", name)
	}
	if err != nil {
		return err
	}
	if asJSON {
		return showEpisodeJSON(cmd, n, planner, state)
	}
	record, err := reader.Record(cmd.Context(), state.Plan().Episode)
	if err != nil {
		return err
	}
	usage, err := usageOf(cmd.Context(), n, state.Plan(), record.Events)
	if err != nil {
		return err
	}
	p := newPage(cmd.OutOrStdout())
	p.conversation(state, private)
	p.revisions(record.Notes, roleNames(state.Plan().Scenario))
	p.usage("time", usage)
	return showForks(cmd.Context(), p, reader, state)
}

// usageOf says what the time of an episode went into.
func usageOf(ctx context.Context, n *node.Node, plan *episode.Plan, events []*vignettev1.EpisodeEvent) (projection.Usage, error) {
	var calls projection.CallTimes
	for call, err := range n.Calls().Calls(ctx, plan.Run, plan.Episode) {
		if err != nil {
			return projection.Usage{}, err
		}
		calls.Add(call)
	}
	return calls.Of(plan.Episode, projection.TimesOf(plan, events)), nil
}

// showEpisodeJSON writes an episode as an export does, and with it what its time went into.
func showEpisodeJSON(cmd *cobra.Command, n *node.Node, planner *planning.Planner, state *episode.State) error {
	record, err := n.Reader().Record(cmd.Context(), state.Plan().Episode)
	if err != nil {
		return err
	}
	usage, err := usageOf(cmd.Context(), n, state.Plan(), record.Events)
	if err != nil {
		return err
	}
	var exported bytes.Buffer
	if err := export.NewJSONL(&exported, planner.Manifest()).Write(state); err != nil {
		return err
	}
	time, err := json.Marshal(usageRecord(usage))
	if err != nil {
		return err
	}
	object := bytes.TrimSuffix(bytes.TrimSpace(exported.Bytes()), []byte("}"))
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s,\"time\":%s}\n", object, time)
	return err
}

// showPage writes an episode as a web page.
func showPage(cmd *cobra.Command, n *node.Node, name, file string, private bool) error {
	reader := n.Reader()
	state, planner, err := reader.Episode(cmd.Context(), name)
	if errors.Is(err, projection.ErrNotFound) {
		if _, err := reader.Run(cmd.Context(), name); err == nil {
			return usagef("%s is a run; --html shows one of its episodes, which 'vignette show %s' lists", name, name)
		}
		return missing(cmd.Context(), n, "episode", name)
	}
	if err != nil {
		return err
	}
	return intoFile(cmd.OutOrStdout(), file, func(w io.Writer) error {
		return transcript.Write(w, state, planner.Manifest(), transcript.Options{Private: private})
	})
}

func showRun(cmd *cobra.Command, n *node.Node, planner *planning.Planner, asJSON bool) error {
	look := &runLook{cmd: cmd, planner: planner, count: projection.NewCount(planner), result: runResult{planner: planner}}
	if asJSON {
		look.out = json.NewEncoder(cmd.OutOrStdout())
		look.out.SetEscapeHTML(false)
	}
	if err := look.at(n); err != nil {
		return err
	}
	result := look.result
	parked, err := parkedOf(cmd.Context(), n, result.status.GetRun())
	if err != nil {
		return err
	}
	if asJSON {
		for _, e := range parked {
			if err := writeJSON(cmd, recordOfParked(result.status.GetRun(), e)); err != nil {
				return err
			}
		}
		return errors.Join(writeJSON(cmd, runRecord("run", result)), look.unreadable)
	}
	p := newPage(cmd.OutOrStdout())
	p.paragraph(p.bold("run "+result.status.GetRun())+"  ", "  ", fmt.Sprintf("made %s, seed %d, vignette %s",
		planner.Manifest().GetCreatedAt().AsTime().Local().Format("2006-01-02 15:04"), planner.Manifest().GetSeed(), planner.Manifest().GetProgramVersion()))
	if note := originNote(planner); note != "" {
		p.note("", note)
	}
	p.note("", mindsNote(planner))
	p.printf("\n")
	p.results(result, false)
	p.spending(result.spending)
	p.printf("\n")
	p.grid("  ", []string{"episode", "turns", "validity", "reward", "cell"}, look.rows, 1, func(column int) bool { return column == 1 || column == 3 })
	begun := result.summary.Begun()
	if more := begun - len(look.rows); more > 0 {
		p.printf("  ... and %d more; --json lists them all\n", more)
	}
	if planned := planner.Len() - begun; planned > 0 {
		p.printf("  ... and %d that were never begun\n", planned)
	}
	p.printf("\n%s\n", counts(result.status))
	p.usage("time of all episodes together", result.usage)
	failures := result.failures()
	for _, message := range slices.Sorted(maps.Keys(failures)) {
		p.paragraph(fmt.Sprintf("  %d failed: ", failures[message]), "    ", message)
	}
	p.parked(result.status.GetRun(), parked)
	return look.unreadable
}

// tellUnreadable says what of an episode cannot be read, and that the command did not do all it was asked to.
func tellUnreadable(cmd *cobra.Command, item projection.Item) error {
	return tellCutShort(cmd, item.State.Plan().Episode, len(item.State.Turns()), item.Unreadable)
}

func tellCutShort(cmd *cobra.Command, id string, turns int, why error) error {
	fmt.Fprintf(cmd.ErrOrStderr(), "vignette: episode %s can be read up to turn %d only: %s\n", id, turns, line(why.Error()))
	return &saidError{why}
}

// episodesShown is how many episodes of a run are listed for people.
const episodesShown = 100

// figuresRow is an episode in a line of a run's list.
func figuresRow(run string, cell *vignettev1.Cell, f *vignettev1.EpisodeFigures) []string {
	what := enumname.Of(f.GetPhase())
	if f.GetPhase() == vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED {
		what = enumname.Of(f.GetValidity())
	}
	reward := "-"
	for _, r := range f.GetRewards() {
		if r.GetFocal() && r.Value != nil {
			reward = fmt.Sprintf("%+.2f", r.GetValue())
		}
	}
	return []string{episode.ID(run, cell), fmt.Sprint(f.GetTurns()), what, reward, cellName(cell)}
}
