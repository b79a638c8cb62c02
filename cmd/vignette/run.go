package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/design"
	"github.com/vignette-sim/vignette/studies/starter"
)

type runFlags struct {
	seed    uint64
	repeats int
	workers int
	tries   int
	parked  bool
	vary    []string
	// strategies are short for --vary ROLE.policy.strategy.
	strategies []string
	tags       []string
	json       bool
	resume     string
	models     modelFlags
	watch      watchFlags
}

func newRun() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run [SCENARIO...|STUDY]",
		Short: "Play scenarios and score them",
		Long: `Plays scenarios: ids from the library, files, or folders of files; --tag plays all
of the library that carry a tag. Without any it plays the starter study: a fixed
list of scenarios that shows what there is, the focal role of each once as a novice
(skill 0.2) and once skilled (0.9), five times. What is varied is compared in pairs:
both meet the same client with the same luck.

A study file (kind: study, or the id of one that ships) says all of that itself:
scenarios, what is varied, blocks, repeats, seed; 'vignette plan' says first what it
takes. With --resume RUN a study that has got more repeats or levels since RUN plays the
new cells alone.

--vary changes one part of the scenarios at a time and plays every combination:
ROLE.FIELD=A,B, where ROLE is a role id or "focal". For a persona the levels are
files, a directory of them (client.persona=personas/), or ids of personas that ship.

The same command with the same --seed gives the same conversations, whatever
--workers is: compare the digest. Ctrl-C finishes the episodes in flight, a second
one stops at once; what was recorded stays recorded, and --resume RUN plays what is
missing and nothing else. With more --repeats, or more levels of what was varied,
--resume makes a new run: it copies what RUN has and plays the new cells alone.

--model puts language models behind roles and judges, in place of rules: one model
for all, or WHO=MODEL,... where WHO is persona, client, counselor or evaluator, the
id of a role or the name of an evaluator. MODEL is a model of the default endpoint,
or NAME/MODEL of an endpoint in vignette.yaml; "builtin" means rules. $OPENAI_API_KEY
and $OPENAI_BASE_URL describe an endpoint without a file. docs/models.md says more;
'vignette doctor' checks an endpoint. What a model answered is on record: the same
question is not paid for twice, --replay asks nothing at all.`,
		Example: `  vignette run
  vignette run ask-for-leave --repeats 10 --seed 7
  vignette run --tag work --vary focal.policy.skill=0.2,0.9 --repeats 10
  vignette run cbt-intake --vary client.persona.style=plain,upset,reserved
  vignette run cbt-intake --model client=gpt-4o-mini --max-cost 2
  vignette run --resume last --max-cost 5
  vignette run --resume last --repeats 20
  vignette run --resume last --parked
  vignette run --repeats 100 --log info --metrics 127.0.0.1:9464 --trace spans.jsonl
  vignette run traits-and-mind-reading --model counselor=gpt-4o-mini
  vignette run my-study.yaml --resume last
  vignette run my-scenario.yaml --json | jq 'select(.type == "done")'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.watch.watched(cmd, func() error { return runRun(cmd, args, flags) })
		},
	}
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of all chance")
	cmd.Flags().IntVar(&flags.repeats, "repeats", 0, "plays of each cell, from 1 (default 1; 5 in the starter study)")
	cmd.Flags().IntVar(&flags.workers, "workers", 0, fmt.Sprintf("episodes played at once, from 1 (default %d; %d where models are asked)", runs.DefaultWorkers, runs.DefaultModelWorkers))
	cmd.Flags().StringArrayVar(&flags.vary, "vary", nil, "factor to vary: ROLE.FIELD=A,B, ROLE.persona=DIR or judge=A,B; may be given several times")
	addStrategyFlag(cmd, &flags.strategies)
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON: a launch record, one record per episode, a done record")
	cmd.Flags().StringVar(&flags.resume, "resume", "", "run to finish: what is missing is played and nothing else (an id, or \"last\")")
	cmd.Flags().BoolVar(&flags.parked, "parked", false, "with --resume: try again what was parked")
	addTriesFlag(cmd, &flags.tries)
	addTagFlag(cmd, &flags.tags)
	flags.models.add(cmd)
	flags.watch.add(cmd, logOff)
	cmd.ValidArgsFunction = completeScenarios
	completeFlag(cmd, "resume", runNames)
	return cmd
}

func runRun(cmd *cobra.Command, args []string, flags runFlags) error {
	if err := flags.spellStrategies(); err != nil {
		return err
	}
	if err := flags.check(cmd, args); err != nil {
		return err
	}
	prepare := resumed(cmd, args, flags)
	var wanted runs.Design
	if flags.resume == "" {
		var err error
		if wanted, err = designOf(cmd, args, flags); err != nil {
			return err
		}
		prepare = begun(wanted)
	}
	// When whoever reads the output goes away, the run goes on: what it plays is in the log.
	signal.Ignore(syscall.SIGPIPE)
	ctx, drain, stop := interruptible(cmd.Context(), "finishing the episodes in flight")
	defer stop()
	if flags.models.dryRun {
		return dryRun(ctx, cmd, wanted, flags.json) // never of a run that is resumed
	}
	return withNode(ctx, cmd, func(n *node.Node) error {
		if err := hostMinds(ctx, cmd, n); err != nil {
			return err
		}
		planner, run, err := prepare(ctx, n)
		if err != nil {
			return err
		}
		return play(ctx, cmd, n, planner, run, flags, drain)
	})
}

// playing plays the episodes of a run.
type playing func(context.Context, *planning.Planner, runs.Options) error

// preparation finds out what is to be played, and how.
type preparation func(context.Context, *node.Node) (*planning.Planner, playing, error)

// begun begins a run of a design.
func begun(wanted runs.Design) preparation {
	return func(ctx context.Context, n *node.Node) (*planning.Planner, playing, error) {
		runner := n.Runner()
		planner, err := runner.Prepare(ctx, wanted)
		if err == nil {
			tellTwin(ctx, n, planner)
		}
		return planner, runner.Play, err
	}
}

// tellTwin points out an earlier run of the same design that was not finished. That it cannot be looked for keeps no run from
// being played.
func tellTwin(ctx context.Context, n *node.Node, planner *planning.Planner) {
	twin, err := n.Reader().UnfinishedTwin(ctx, planner.Manifest())
	if err != nil || twin == nil {
		return
	}
	fmt.Fprintf(os.Stderr, "vignette: run %s is of the same design and has %d of %d episodes unfinished; '%s run --resume %s' would play those alone\n",
		twin.GetRun(), twin.GetUnfinished(), twin.GetTotal(), invocation(), twin.GetRun())
}

// resumed goes on with a run, or beyond it when more repeats or levels are asked for.
func resumed(cmd *cobra.Command, args []string, flags runFlags) preparation {
	name, beyond := flags.resume, cmd.Flags().Changed("repeats") || len(flags.vary) > 0
	return func(ctx context.Context, n *node.Node) (*planning.Planner, playing, error) {
		planner, err := n.Reader().Run(ctx, name)
		if errors.Is(err, projection.ErrNotFound) {
			return nil, nil, missing(ctx, n, "run", name)
		}
		if err == nil {
			tellChanged(planner.Manifest())
		}
		runner := n.Runner()
		if err == nil && len(args) > 0 {
			planner, err = extendedByStudy(ctx, runner, planner, args, flags)
			return planner, runner.Play, err
		}
		if err == nil && beyond {
			planner, err = extended(ctx, runner, planner, flags)
			return planner, runner.Play, err
		}
		if err == nil && flags.parked {
			err = unpark(ctx, n, planner)
		}
		return planner, func(ctx context.Context, planner *planning.Planner, options runs.Options) error {
			return runner.Resume(ctx, planner, n.Log(), options)
		}, err
	}
}

// extended makes a run of the same design with more repeats or levels.
func extended(ctx context.Context, runner *runs.Runner, planner *planning.Planner, flags runFlags) (*planning.Planner, error) {
	var factors []*vignettev1.Factor
	for _, spec := range flags.vary {
		factor, err := design.ParseVary(spec, planner.Manifest().GetScenarios())
		if err != nil {
			return nil, &usageError{err}
		}
		factors = append(factors, factor)
	}
	return runner.PrepareExtension(ctx, planner, flags.repeats, factors)
}

// check refuses flags that do not go together.
func (f runFlags) check(cmd *cobra.Command, args []string) error {
	if cmd.Flags().Changed("repeats") && f.repeats < 1 {
		return usagef("--repeats is %d; it must be at least 1", f.repeats)
	}
	if err := checkWorkers(cmd, f.workers, f.tries); err != nil {
		return err
	}
	if f.parked && f.resume == "" {
		return usagef("--parked tries the parked episodes of a run again: say which run with --resume")
	}
	if f.resume == "" {
		return f.models.check()
	}
	for _, flag := range []string{"seed", "tag", "model", "dry-run"} {
		if cmd.Flags().Changed(flag) {
			return usagef("--resume plays a run as it was begun: leave --%s away, or begin a new run", flag)
		}
	}
	if study, err := studyOf(args); err != nil {
		return err
	} else if study == nil && len(args) > 0 {
		return usagef("--resume plays a run as it was begun: leave %q away, or begin a new run", args[0])
	}
	return f.models.check()
}

// designOf reads what was typed into a design.
func designOf(cmd *cobra.Command, args []string, flags runFlags) (runs.Design, error) {
	wanted, err := readDesign(cmd, args, flags)
	if err != nil {
		return wanted, err
	}
	return wanted, checkStrategies(wanted)
}

func readDesign(cmd *cobra.Command, args []string, flags runFlags) (runs.Design, error) {
	wanted := runs.Design{Repeats: flags.repeats, Seed: flags.seed}
	if cmd.Flags().Changed("repeats") && flags.repeats < 1 {
		return wanted, usagef("--repeats is %d; it must be at least 1", flags.repeats)
	}
	if study, err := studyOf(args); study != nil || err != nil {
		if err != nil {
			return wanted, err
		}
		return designOfStudy(cmd, study, flags)
	}
	var err error
	wanted.Sources = sourcesOf(args)
	if wanted.Scenarios, err = scenariosOf(args, flags.tags); err != nil {
		return wanted, &usageError{err}
	}
	if len(args) == 0 && len(flags.tags) == 0 {
		wanted.Repeats = cmp.Or(wanted.Repeats, starter.Repeats)
		if len(flags.vary) == 0 {
			flags.vary = []string{starter.Vary}
		}
	}
	for _, spec := range flags.vary {
		factor, err := design.ParseVary(spec, wanted.Scenarios)
		if err != nil {
			return wanted, &usageError{err}
		}
		wanted.Factors = append(wanted.Factors, factor)
	}
	if wanted.Models, err = planning.ParseModels(flags.models.model, wanted.Scenarios); err != nil {
		return wanted, &usageError{err}
	}
	return wanted, nil
}

// scenariosOf are those that were named, by name or by tag, or those of the starter study.
func scenariosOf(names, tags []string) ([]*vignettev1.Scenario, error) {
	switch {
	case len(names) == 0 && len(tags) == 0:
		return starter.List()
	case len(tags) == 0:
		return scenarios.FindAll(names...)
	case len(names) > 0:
		return nil, usagef("%q and --tag %s: name scenarios or pick them by tag, not both", names[0], tags[0])
	}
	return tagged(tags)
}

// play plays a prepared run and tells about it while it goes and at its end.
func play(ctx context.Context, cmd *cobra.Command, n *node.Node, planner *planning.Planner, run playing, flags runFlags, drain <-chan struct{}) error {
	var teller runTeller
	if flags.json {
		teller = newJSONTeller(cmd.OutOrStdout(), flags, n.Dir())
	} else {
		teller = newPeopleTeller(cmd.OutOrStdout(), os.Stderr)
	}
	teller.launch(planner)
	meter, err := readMeter(ctx, n, planner)
	if err != nil {
		return err
	}
	defer meter.stop()
	control, tellOthers, err := hostPlayer(ctx, n, planner)
	if err != nil {
		return err
	}
	count := projection.NewCount(planner)
	result := runResult{planner: planner}
	numbers := newGathering(n, planner)
	playErr := run(ctx, planner, runs.Options{
		Workers: flags.workers,
		Tries:   flags.tries,
		Control: control,
		Drain:   drain,
		Terms:   flags.models.terms(cmd),
		Each: func(index int, state *episode.State) {
			count.Add(index, state)
			tellOthers(index, state)
			numbers.add(index, state)
			result.consider(index, state)
			teller.episode(index, state, count.Status(), meter.total())
		},
	})
	result.status = count.Status()
	if result.spending, err = meter.spending(); err != nil {
		return errors.Join(playErr, err)
	}
	if result.summary, err = numbers.summary(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(playErr, err)
	}
	teller.done(result)
	parked, err := parkedOf(context.WithoutCancel(ctx), n, result.status.GetRun())
	if err != nil {
		return errors.Join(playErr, err)
	}
	return verdictOn(result, playErr, parked)
}

// verdictOn is what the exit code says about a run.
func verdictOn(result runResult, playErr error, parked []*vignettev1.ParkedEpisode) error {
	status := result.status
	var paused *conductor.PausedError
	switch {
	case errors.As(playErr, &paused) && !paused.Budget:
		return fmt.Errorf("paused: %s; %d of %d episodes are unfinished; '%s run --resume %s' plays what is missing",
			paused.Reason, status.GetUnfinished(), status.GetTotal(), invocation(), status.GetRun())
	case errors.As(playErr, &paused):
		return fmt.Errorf("paused: %s; %d of %d episodes are unfinished; '%s run --resume %s' with a higher --max-cost or --max-tokens goes on",
			paused.Reason, status.GetUnfinished(), status.GetTotal(), invocation(), status.GetRun())
	case errors.Is(playErr, episodelog.ErrFull):
		return fmt.Errorf("no room left where runs are kept; what was recorded is whole, and %d of %d episodes are unfinished: make room, then '%s run --resume %s' goes on",
			status.GetUnfinished(), status.GetTotal(), invocation(), status.GetRun())
	case playErr != nil && !errors.Is(playErr, context.Canceled):
		return playErr
	case len(parked) > 0 && len(parked) == int(status.GetUnfinished()):
		return fmt.Errorf("%d of %d episodes are parked (%s); '%s show %s' lists them, '%s run --resume %s --parked' tries them again",
			len(parked), status.GetTotal(), parked[0].GetReason(), invocation(), status.GetRun(), invocation(), status.GetRun())
	case status.GetUnfinished() > 0:
		return fmt.Errorf("%d of %d episodes are unfinished; '%s run --resume %s' plays what is missing", status.GetUnfinished(), status.GetTotal(), invocation(), status.GetRun())
	case status.GetFailed() > 0:
		return failedEpisodes(result)
	}
	return nil
}

// failedEpisodes says how many episodes failed, why most of them did, and what can be done.
func failedEpisodes(result runResult) error {
	status := result.status
	why, n := result.commonest()
	if n < int(status.GetFailed()) {
		why = fmt.Sprintf("%d of them: %s", n, why)
	}
	check := ""
	if result.planner.AsksModels() {
		check = fmt.Sprintf("'%s doctor' checks the endpoint, ", invocation())
	}
	return fmt.Errorf("%d of %d episodes failed (%s); %s'%s run --resume %s' tries them again",
		status.GetFailed(), status.GetTotal(), why, check, invocation(), status.GetRun())
}

// interruptible returns a context that the second Ctrl-C ends, and a channel that the first one closes, saying what
// happens now.
func interruptible(parent context.Context, finishing string) (context.Context, <-chan struct{}, func()) {
	ctx, cancel := context.WithCancel(parent)
	drain := make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			fmt.Fprintf(os.Stderr, "\nvignette: %s; Ctrl-C again stops at once\n", finishing)
			close(drain)
		case <-ctx.Done():
			return
		}
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, drain, func() { signal.Stop(signals); cancel() }
}

// withNode opens the data directory, or joins the process that has it open, or connects to the cluster of --nats, for as
// long as a function needs it.
func withNode(ctx context.Context, cmd *cobra.Command, use func(*node.Node) error) error {
	return withNodeOf(ctx, nodeConfig(cmd), use)
}

func withNodeOf(ctx context.Context, config node.Config, use func(*node.Node) error) (err error) {
	n, err := node.Open(ctx, config)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := n.Close(context.WithoutCancel(ctx)); closeErr != nil && err == nil {
			err = closeErr
		}
	}()
	return use(n)
}

// withExisting is withNode for commands that read: they do not create a data directory where there is none.
func withExisting(cmd *cobra.Command, use func(*node.Node) error) error {
	config := nodeConfig(cmd)
	if config.NATS.URL != "" {
		return withNode(cmd.Context(), cmd, use)
	}
	_, err := os.Stat(filepath.Join(config.Dir, "jetstream"))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is nothing in %s yet: 'vignette run' plays something, --data names another directory", config.Dir)
	}
	if err != nil {
		return fmt.Errorf("data directory %s cannot be read: %w", config.Dir, err)
	}
	return withNode(cmd.Context(), cmd, use)
}

func writeJSON(cmd *cobra.Command, value any) error {
	encoder := json.NewEncoder(cmd.OutOrStdout())
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
