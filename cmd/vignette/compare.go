package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/transcript"
	"github.com/vignette-sim/vignette/studies/likeness"
	"github.com/vignette-sim/vignette/studies/scoring"
)

type compareFlags struct {
	human   likenessFlags
	margins []string
	json    bool
}

func newCompare() *cobra.Command {
	var flags compareFlags
	cmd := &cobra.Command{
		Use:   "compare RUN [RUN]",
		Short: "Hold levels of a run, or two runs, against each other",
		Long: `Of one run, holds every level of what was varied against the first; of two, the second
run against the first, over the cells that both have. Pairs share scenario, person, other
levels and luck.

First come all pairs that were begun: how many have a value on each side, whether more is
missing on one, and between which bounds the difference lies whatever the missing are.
Then the pairs with a value on both sides: the difference with a 95% interval that draws
whole scenarios and persons (it says which), its size, how often one side has more, what
that comes to with Holm's adjustment, and whether it is equivalent: within a margin that is
a twentieth of the range unless --margin says otherwise. Then for whom. docs/studies.md has
the methods, and how often they are right in simulated studies.

With --human, sets the conversations of a run beside human ones: how long people talk, what
counselors and clients do (codes of motivational interviewing, by rules), how feelings go,
how much is told. FILE is a transcript as 'vignette score' reads it. Being alike is no
validity: it says where a simulation differs, not that it is right.`,
		Example: `  vignette compare last
  vignette compare last --margin reward=0.05 --json | jq '.comparisons[].reward'
  vignette compare tidy-otter-1 last
  vignette compare last --human AnnoMI-full.csv
  vignette compare last --human talks.jsonl --role client --human-role Ruth --json`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: completeRuns,
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.human.file != "" {
				if len(args) > 1 {
					return usagef("--human sets one run beside a file: name one run")
				}
				return flags.human.compare(cmd, args[0], flags.json)
			}
			for _, flag := range []string{"role", "human-role", "language", "draws-seed"} {
				if cmd.Flags().Changed(flag) {
					return usagef("--%s goes with --human: name a file of human conversations, or leave it away", flag)
				}
			}
			margins, err := marginsOf(flags.margins)
			if err != nil {
				return err
			}
			return compareRuns(cmd, args, margins, flags.json)
		},
	}
	cmd.Flags().BoolVar(&flags.json, "json", false, "write one JSON object")
	cmd.Flags().StringArrayVar(&flags.margins, "margin", nil, "smallest difference that matters: OUTCOME=X, as in reward=0.1; may be given several times")
	flags.human.add(cmd)
	return cmd
}

// likenessFlags say what human conversations a run is set beside.
type likenessFlags struct {
	file      string
	role      string
	humanRole string
	language  string
	seed      uint64
}

func (f *likenessFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "human", "", "file of human conversations to set the run beside")
	cmd.Flags().StringVar(&f.role, "role", "client", "whose talk is looked at: an id or a kind of role")
	cmd.Flags().StringVar(&f.humanRole, "human-role", "", "who that is in FILE: an id, a name or a kind (default as --role)")
	cmd.Flags().StringVar(&f.language, "language", "en", "language of FILE, BCP 47")
	cmd.Flags().Uint64Var(&f.seed, "draws-seed", 1, "seed of the intervals' draws")
}

// compare sets a run beside the file.
func (f likenessFlags) compare(cmd *cobra.Command, run string, asJSON bool) error {
	data, err := os.ReadFile(f.file)
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	conversations, err := transcript.Read(f.file, data)
	if err != nil {
		return err
	}
	return withExisting(cmd, func(n *node.Node) error {
		ctx := cmd.Context()
		ask, err := readers(ctx, cmd, n)
		if err != nil {
			return err
		}
		human, err := f.describeHuman(ctx, ask, conversations)
		if err != nil {
			return err
		}
		simulated, left, err := f.describeRun(ctx, cmd, n, ask, run)
		if err != nil {
			return err
		}
		report := likeness.Compare(human, simulated, f.seed)
		report.LeftOut = left
		if asJSON {
			return writeJSON(cmd, report)
		}
		newPage(cmd.OutOrStdout()).likeness(report)
		return nil
	})
}

// readers ask the evaluators that conversations are read by.
func readers(ctx context.Context, cmd *cobra.Command, n *node.Node) (likeness.Ask, error) {
	if err := hostMinds(ctx, cmd, n); err != nil {
		return nil, err
	}
	scorers, known := map[string]*scoring.Scorer{}, map[string]*vignettev1.EvaluatorDescription{}
	for _, name := range likeness.Evaluators {
		s := &scoring.Scorer{Directory: n.Directory(), Clock: n.Runner().Clock, Use: &vignettev1.EvaluatorUse{Name: name}, Known: node.Evaluators()}
		description, err := s.Describe(ctx)
		if err != nil {
			return nil, err
		}
		scorers[name], known[name] = s, description
	}
	return func(ctx context.Context, evaluator string, request *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
		return scorers[evaluator].Score(ctx, known[evaluator], request)
	}, nil
}

func (f likenessFlags) describeHuman(ctx context.Context, ask likeness.Ask, conversations []*transcript.Conversation) ([]likeness.Features, error) {
	who := f.humanRole
	if who == "" {
		who = f.role
	}
	var all []likeness.Features
	for i, c := range conversations {
		id := c.ID
		if id == "" {
			id = filepath.Base(f.file) + "-" + strconv.Itoa(i+1)
		}
		f.cast(c, who)
		request, err := scoring.OfTranscript(c, id, f.language, who)
		if err != nil {
			return nil, &usageError{fmt.Errorf("%s, conversation %s: %w; --human-role names who it is there", f.file, id, err)}
		}
		features, err := likeness.Describe(ctx, ask, request)
		if err != nil {
			return nil, err
		}
		all = append(all, features)
	}
	return all, nil
}

// cast takes whom --human-role names for what --role is, where the file does not tell and --role is a kind. Who is no client is taken for a counselor by
// those who read.
func (f likenessFlags) cast(c *transcript.Conversation, who string) {
	speaker, err := c.SpeakerOf(who)
	if err == nil && speaker.Kind == "" && transcript.IsKind(f.role) {
		for i := range c.Speakers {
			if c.Speakers[i].ID == speaker.ID {
				c.Speakers[i].Kind = strings.ToLower(f.role)
			}
		}
	}
}

// describeRun reads the valid episodes of a run; left counts those that are not.
func (f likenessFlags) describeRun(ctx context.Context, cmd *cobra.Command, n *node.Node, ask likeness.Ask, run string) (all []likeness.Features, left int, err error) {
	planner, err := n.Reader().Run(ctx, run)
	if err != nil {
		return nil, 0, fmt.Errorf("run %q: %w; 'vignette runs' lists the runs", run, err)
	}
	for item, err := range n.Reader().Episodes(ctx, planner) {
		if err != nil {
			return nil, 0, err
		}
		if item.Unreadable != nil {
			return nil, 0, tellUnreadable(cmd, item)
		}
		if item.State.Completed().GetValidity() != vignettev1.Validity_VALIDITY_OK {
			left++
			continue
		}
		role, err := f.roleIn(item)
		if err != nil {
			return nil, 0, err
		}
		features, err := likeness.Describe(ctx, ask, item.State.TranscriptFor(&vignettev1.EvaluatorUse{Role: role}, nil, nil))
		if err != nil {
			return nil, 0, err
		}
		all = append(all, features)
	}
	if len(all) == 0 {
		return nil, 0, fmt.Errorf("run %q has no valid episode to compare; 'vignette show %s' says why", run, run)
	}
	return all, left, nil
}

// roleIn is the role that is looked at in an episode: by its id, or the only one of a kind.
func (f likenessFlags) roleIn(item projection.Item) (string, error) {
	scenario := item.State.Plan().Scenario
	var ofKind []string
	for _, role := range scenario.GetRoles() {
		if role.GetId() == f.role {
			return role.GetId(), nil
		}
		if enumname.Of(role.GetKind()) == f.role {
			ofKind = append(ofKind, role.GetId())
		}
	}
	if len(ofKind) == 1 {
		return ofKind[0], nil
	}
	return "", usagef("--role %q is not one role of scenario %q; name one by its id", f.role, scenario.GetId())
}

// likeness writes human and simulated conversations side by side.
func (p *page) likeness(r *likeness.Report) {
	p.printf("%s beside %s", plural(r.Simulated, "simulated conversation", "simulated conversations"), plural(r.Human, "human one", "human ones"))
	if r.LeftOut > 0 {
		p.printf("; %s not valid and left out", plural(r.LeftOut, "episode is", "episodes are"))
	}
	p.printf("\n\n")
	var rows [][]string
	group := ""
	for _, row := range r.Rows {
		title := ""
		if row.Group != group {
			group, title = row.Group, row.Group
		}
		rows = append(rows, []string{title, row.Feature, spread(row.Human, row.HumanSD), spread(row.Simulated, row.SimulatedSD), within(row.Difference, row.DifferenceCI), within(row.More, row.MoreCI)})
	}
	p.grid("", []string{"", "", "human (sd)", "simulated (sd)", "difference", "more"}, rows, 1, func(column int) bool { return column > 1 })
	p.printf("\n")
	p.paragraph("", "  ", "difference: simulated less human, with a 95% interval over conversations. more: the probability that of a simulated and a human conversation the simulated one has more; .5 is alike.")
	p.paragraph("", "  ", "Read by rules, which err on both sides. Being alike is no validity.")
	for _, row := range r.Rows {
		p.paragraph("  ", "    ", row.Feature+": "+row.Meaning)
	}
}

// spread is a mean with its standard deviation.
func spread(mean, sd *float64) string {
	if mean == nil || sd == nil {
		return score(mean)
	}
	return fmt.Sprintf("%s (%s)", figure(*mean), figure(*sd))
}
