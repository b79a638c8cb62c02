package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/feedback/hindsight"
	"github.com/vignette-sim/vignette/feedback/ratings"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

type rewardRatingsFlags struct {
	scale, stage string
	simulated    bool
	record       bool
	name, author string
	seed         uint64
	json         bool
}

func newRewardRatings() *cobra.Command {
	var flags rewardRatingsFlags
	cmd := &cobra.Command{
		Use:   "ratings CAMPAIGN",
		Short: "Make worths of what raters said, to reward and to export by",
		Long: `Fits the ratings that stand in a campaign. On scales each item gets what a rater without
bias would give it, and each rater a bias (points above the mean of all, on the same
items). Pairs give each policy a strength (Bradley-Terry), and each episode its chance to
be preferred to an average one of the same client. Intervals are 95%: over clients, where
it is about policies or scenarios. Where raters or policies share nothing, there is no
fit, and it says who is apart from whom.

--record notes the worths on their episodes under a name (--name), as the dimension
rated.SCALE, in hindsight rated.SCALE.hindsight, from 0 (the scale's lowest) to 1. They
are used by that name:
  vignette reward RUN --weights NAME:rated.SCALE=2
  vignette export RUN --format kto --by NAME:rated.SCALE --threshold 0.5
The same fit again changes nothing; when ratings were added, a revision is noted.

What simulated annotators made up is left out; --simulated fits it, and nothing else.`,
		Example: `  vignette reward ratings CAMPAIGN
  vignette reward ratings CAMPAIGN --record --name panel
  vignette reward ratings CAMPAIGN --scale satisfaction --stage hindsight --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runRewardRatings(cmd, args[0], flags) },
	}
	cmd.Flags().StringVar(&flags.scale, "scale", "", "one of the campaign's scales (default all that have an order)")
	cmd.Flags().StringVar(&flags.stage, "stage", "", "foresight or hindsight (default all that the campaign asks in)")
	cmd.Flags().BoolVar(&flags.simulated, "simulated", false, "fit what simulated annotators made up, in place of what people said")
	cmd.Flags().BoolVar(&flags.record, "record", false, "note the worths on their episodes")
	cmd.Flags().StringVar(&flags.name, "name", "", "name they are noted under (default raters, with --simulated simulated-raters)")
	cmd.Flags().StringVar(&flags.author, "author", "", "who fits, for --record (default your user name)")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of the intervals' resampling")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON: a fit record per scale and stage, gap records, a done record")
	return cmd
}

func (f *rewardRatingsFlags) check(cmd *cobra.Command) error {
	switch {
	case f.stage != "" && stageNamed(f.stage) == 0:
		return usagef("--stage is %q; it is foresight or hindsight", f.stage)
	case !f.record && (cmd.Flags().Changed("name") || cmd.Flags().Changed("author")):
		return usagef("--name and --author are for what is noted; add --record, or leave them away")
	}
	f.name = cmp.Or(f.name, map[bool]string{true: "simulated-raters", false: "raters"}[f.simulated])
	if strings.ContainsAny(f.name, ":=, ") || strings.ContainsFunc(f.name, func(c rune) bool { return c < ' ' }) {
		return usagef("--name is %q; give one without spaces, colons, commas and equals signs: it is named in --by and --weights", f.name)
	}
	return nil
}

func stageNamed(name string) vignettev1.RatingStage {
	return vignettev1.RatingStage(vignettev1.RatingStage_value["RATING_STAGE_"+strings.ToUpper(name)])
}

func runRewardRatings(cmd *cobra.Command, id string, flags rewardRatingsFlags) error {
	if err := flags.check(cmd); err != nil {
		return err
	}
	return withExisting(cmd, func(n *node.Node) error {
		record, err := readCampaign(cmd, n, id)
		if err != nil {
			return err
		}
		rated, err := ratedRun(cmd, n, record)
		if err != nil {
			return err
		}
		if by := rated.manifest.GetEvaluators(); flags.record && slices.ContainsFunc(by, func(d *vignettev1.EvaluatorDescription) bool { return d.GetName() == flags.name }) {
			return usagef("--name is %q, which is an evaluator of the run; give another", flags.name)
		}
		fits, err := flags.fits(record, rated.cells)
		if err != nil {
			return err
		}
		noted, unchanged := 0, 0
		for _, fit := range fits {
			if flags.record {
				n, same, err := rated.note(cmd, n, fit, flags)
				if err != nil {
					return err
				}
				noted, unchanged = noted+n, unchanged+same
			}
			if flags.json {
				if err := writeJSON(cmd, fitRecord(fit, rated.cells)); err != nil {
					return err
				}
				continue
			}
			newPage(cmd.OutOrStdout()).ratingsFit(fit)
		}
		if flags.stage == "" && len(record.Stages()) > 1 {
			if err := flags.tellGaps(cmd, record, rated, fits); err != nil {
				return err
			}
		}
		if flags.json {
			return writeJSON(cmd, struct {
				Type      string `json:"type"`
				Campaign  string `json:"campaign"`
				Name      string `json:"name,omitempty"`
				Noted     int    `json:"noted"`
				Unchanged int    `json:"unchanged"`
			}{"done", id, map[bool]string{true: flags.name}[flags.record], noted, unchanged})
		}
		if flags.record {
			p := newPage(cmd.OutOrStdout())
			p.paragraph("", "  ", fmt.Sprintf("noted as %s on %s; %s had the same already", flags.name, plural(noted, "episode", "episodes"), plural(unchanged, "episode", "episodes")))
		}
		return nil
	})
}

// readCampaign reads a campaign from the log.
func readCampaign(cmd *cobra.Command, n *node.Node, id string) (*campaign.Record, error) {
	record, err := campaign.Read(cmd.Context(), n.Log(), id)
	if err != nil {
		return nil, fmt.Errorf("%s", strings.TrimSuffix(status.Convert(err).Message(), "; OpenCampaign opens one")+"; 'vignette rate RUBRIC.yaml --run RUN' opens one and prints its id")
	}
	return record, nil
}

// ratedEpisodes are what is known of a run whose episodes were rated.
type ratedEpisodes struct {
	manifest *vignettev1.Manifest
	run      string
	ids      []string
	cells    ratings.Cells
	focal    map[string]string
	personas map[string]string // of those who are not focal
}

func ratedRun(cmd *cobra.Command, n *node.Node, record *campaign.Record) (*ratedEpisodes, error) {
	planner, err := findRun(cmd, n, record.Campaign.GetRun())
	if err != nil {
		return nil, err
	}
	out := &ratedEpisodes{manifest: planner.Manifest(), run: planner.Manifest().GetRun(), cells: ratings.Cells{}, focal: map[string]string{}, personas: map[string]string{}}
	for item, err := range n.Reader().Episodes(cmd.Context(), planner) {
		if err != nil {
			return nil, err
		}
		if item.State.Completed() == nil {
			continue
		}
		plan := item.State.Plan()
		out.ids = append(out.ids, plan.Episode)
		out.cells[plan.Episode], out.focal[plan.Episode] = plan.Cell, plan.Scenario.GetFocal()
		var personas []string
		for _, role := range plan.Scenario.GetRoles() {
			if role.GetId() != plan.Scenario.GetFocal() {
				personas = append(personas, role.GetPersona().GetId())
			}
		}
		out.personas[plan.Episode] = strings.Join(personas, ", ")
	}
	return out, nil
}

// fits are those that were asked for.
func (f rewardRatingsFlags) fits(record *campaign.Record, cells ratings.Cells) ([]*ratings.Fit, error) {
	var out []*ratings.Fit
	for _, scale := range record.Campaign.GetRubric().GetScales() {
		if f.scale == "" && scale.GetNominal() || f.scale != "" && scale.GetId() != f.scale {
			continue
		}
		for _, stage := range record.Stages() {
			if f.stage != "" && stage != stageNamed(f.stage) {
				continue
			}
			fit, err := ratings.Of(record, cells, ratings.Question{Scale: scale.GetId(), Stage: stage, Simulated: f.simulated, Seed: f.seed})
			if err != nil {
				return nil, &usageError{err}
			}
			out = append(out, fit)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	var scales []string
	for _, scale := range record.Campaign.GetRubric().GetScales() {
		scales = append(scales, scale.GetId())
	}
	return nil, usagef("campaign %s has nothing to fit of that scale and stage; its scales are %s, and it asks in %s", record.Campaign.GetId(), strings.Join(scales, ", "), stagesText(record))
}

func stagesText(record *campaign.Record) string {
	var out []string
	for _, stage := range record.Stages() {
		out = append(out, ratings.StageName(stage))
	}
	return strings.Join(out, " and ")
}

// note writes a fit on its episodes, those aside that have the same as their newest revision.
func (r *ratedEpisodes) note(cmd *cobra.Command, n *node.Node, fit *ratings.Fit, flags rewardRatingsFlags) (noted, unchanged int, err error) {
	author := cmp.Or(flags.author, userName())
	for _, id := range r.ids {
		entries, err := n.Log().Notes(cmd.Context(), r.run, id)
		if err != nil {
			return noted, unchanged, fmt.Errorf("notes on episode %s: %w", id, err)
		}
		revision := 1
		var last []*vignettev1.Score
		for _, entry := range entries {
			if found := entry.Note.GetRescored(); found.GetEvaluator() == flags.name && len(found.GetScores()) > 0 && found.GetScores()[0].GetDimension() == fit.Dimension() {
				last = found.GetScores()
				revision++
			}
		}
		scores := fit.Scores(flags.name, id, r.focal[id], revision)
		if len(scores) == 0 {
			continue
		}
		if sameScores(last, scores) {
			unchanged++
			continue
		}
		_, err = n.Log().AppendNote(cmd.Context(), r.run, id, &vignettev1.Note{
			SchemaVersion: 1, Id: noteID(id, flags.name, fit.Dimension(), fmt.Sprint(revision)), Time: timestamppb.New(time.Now()), Author: author,
			Note: &vignettev1.Note_Rescored{Rescored: &vignettev1.Evaluated{Evaluator: flags.name, Role: r.focal[id], Scores: scores}},
		})
		if err != nil {
			return noted, unchanged, fmt.Errorf("note on episode %s: %w", id, err)
		}
		noted++
	}
	return noted, unchanged, nil
}

// sameScores compares scores but for their ids, which have the revision in them.
func sameScores(a, b []*vignettev1.Score) bool {
	return slices.EqualFunc(a, b, func(x, y *vignettev1.Score) bool {
		x, y = proto.CloneOf(x), proto.CloneOf(y)
		x.Id, y.Id = "", ""
		return proto.Equal(x, y)
	})
}

func (p *page) ratingsFit(f *ratings.Fit) {
	who := "people"
	if f.Simulated {
		who = "simulated annotators, who are no people"
	}
	p.printf("%s  %s, %s of %s\n", p.bold(fmt.Sprintf("%s, in %s", line(f.Scale), ratings.StageName(f.Stage))), line(f.Campaign.GetRubric().GetTitle()), plural(f.Ratings, "answer", "answers"), who)
	if len(f.Left) > 0 {
		var parts []string
		for _, why := range slices.Sorted(maps.Keys(f.Left)) {
			parts = append(parts, fmt.Sprintf("%d %s", f.Left[why], why))
		}
		p.paragraph("  ", "    ", "left out: "+strings.Join(parts, "; "))
	}
	if f.Undefined != "" {
		p.paragraph("  ", "    ", "no fit: "+line(f.Undefined))
		return
	}
	if f.Campaign.GetRubric().GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR {
		p.strengths(f)
		return
	}
	p.paragraph("  ", "    ", fmt.Sprintf("Means on %d to %d, raters' biases taken out, 95%% intervals over clients. A single rating is off by %.2f (standard deviation, %d degrees of freedom).", f.On.GetMin(), f.On.GetMax(), f.Sigma, f.Freedom))
	for _, by := range []hindsight.By{hindsight.ByPolicy, hindsight.ByScenario} {
		var rows [][]string
		for _, g := range f.Groups {
			if g.By != by {
				continue
			}
			less := "-"
			if g.Less != nil {
				less = estimateText(*g.Less, true)
			}
			rows = append(rows, []string{line(g.Name), fmt.Sprint(g.Items), fmt.Sprint(g.Clients), estimateText(g.Mean, true), less})
		}
		header := []string{by.Title(), "items", "clients", "mean", "less the first"}
		if by == hindsight.ByScenario {
			for i := range rows {
				rows[i] = rows[i][:4]
			}
			header = header[:4]
		}
		p.grid("  ", header, rows, 1, func(column int) bool { return column >= 1 })
	}
	var rows [][]string
	for _, r := range f.Raters {
		rows = append(rows, []string{line(r.Name), fmt.Sprint(r.Ratings), estimateText(*r.Bias, true)})
	}
	p.grid("  ", []string{"rater", "answers", "bias"}, rows, 1, func(column int) bool { return column >= 1 })
}

func (p *page) strengths(f *ratings.Fit) {
	p.paragraph("  ", "    ", "Log strengths (Bradley-Terry), measured from the first policy: a difference of d is preferred in 1/(1+exp(-d)) of comparisons. se from the information; 95% intervals over clients.")
	for _, s := range f.Strengths {
		p.printf("  %s: %s\n", cmp.Or(line(s.Scenario), "all scenarios"), plural(s.Answers, "answer", "answers"))
		if s.Undefined != "" {
			p.paragraph("    ", "      ", "no strengths: "+line(s.Undefined))
			continue
		}
		var rows [][]string
		for i, each := range s.Policies {
			se, ci := "-", "-"
			if i > 0 {
				se = figure(each.SE)
			}
			if each.CI95 != nil {
				ci = fmt.Sprintf("[%s, %s]", figure(each.CI95.Low), figure(each.CI95.High))
			}
			rows = append(rows, []string{line(each.Policy), figure(each.Log), se, ci, figure(each.Share)})
		}
		p.grid("    ", []string{"policy", "log strength", "se", "95%", "share"}, rows, 1, func(column int) bool { return column >= 1 })
	}
	if f.FirstSide != nil {
		p.paragraph("  ", "    ", "what stood first is preferred in "+estimateText(*f.FirstSide, true)+" of the answers that prefer something; 0.5 is no habit of place")
	}
}

type jsonFit struct {
	Type      string             `json:"type"`
	Campaign  string             `json:"campaign"`
	Scale     string             `json:"scale"`
	Stage     string             `json:"stage"`
	Dimension string             `json:"dimension"`
	Simulated bool               `json:"simulated"`
	Ratings   int                `json:"ratings"`
	Left      map[string]int     `json:"left"`
	Undefined string             `json:"undefined,omitempty"`
	Sigma     *float64           `json:"sigma,omitempty"`
	Freedom   int                `json:"freedom,omitempty"`
	Raters    []jsonFittedRater  `json:"raters"`
	Groups    []jsonRatedGroup   `json:"groups,omitempty"`
	Strengths []jsonStrengths    `json:"strengths,omitempty"`
	FirstSide *jsonGain          `json:"first_side,omitempty"`
	Episodes  []jsonRatedEpisode `json:"episodes"`
}

type jsonFittedRater struct {
	Rater   string    `json:"rater"`
	Answers int       `json:"answers"`
	Bias    *jsonGain `json:"bias"`
}

type jsonRatedGroup struct {
	By      string    `json:"by"`
	Group   string    `json:"group"`
	Items   int       `json:"items"`
	Clients int       `json:"clients"`
	Mean    jsonGain  `json:"mean"`
	Less    *jsonGain `json:"less_the_first"`
}

type jsonStrengths struct {
	Scenario  string         `json:"scenario,omitempty"` // all where it is left out
	Answers   int            `json:"answers"`
	Undefined string         `json:"undefined,omitempty"`
	Policies  []jsonStrength `json:"policies"`
}

type jsonStrength struct {
	Policy string      `json:"policy"`
	Log    float64     `json:"log"`
	SE     float64     `json:"se"`
	CI95   *[2]float64 `json:"ci95"`
	Share  float64     `json:"share"`
}

type jsonRatedEpisode struct {
	Episode string   `json:"episode"`
	Turn    *int32   `json:"turn_index,omitempty"`
	Policy  string   `json:"policy"`
	Value   jsonGain `json:"value"`
	Share   float64  `json:"share"`
	Answers int      `json:"answers"`
}

func fitRecord(f *ratings.Fit, cells ratings.Cells) jsonFit {
	out := jsonFit{Type: "fit", Campaign: f.Campaign.GetId(), Scale: f.Scale, Stage: ratings.StageName(f.Stage), Dimension: f.Dimension(), Simulated: f.Simulated,
		Ratings: f.Ratings, Left: f.Left, Undefined: f.Undefined, Freedom: f.Freedom, Raters: []jsonFittedRater{}, Episodes: []jsonRatedEpisode{}, FirstSide: gained(f.FirstSide)}
	if f.Freedom > 0 {
		out.Sigma = &f.Sigma
	}
	for _, r := range f.Raters {
		out.Raters = append(out.Raters, jsonFittedRater{r.Name, r.Ratings, gained(r.Bias)})
	}
	for _, g := range f.Groups {
		out.Groups = append(out.Groups, jsonRatedGroup{g.By.Title(), g.Name, g.Items, g.Clients, estimateRecord(g.Mean), gained(g.Less)})
	}
	for _, s := range f.Strengths {
		each := jsonStrengths{Scenario: s.Scenario, Answers: s.Answers, Undefined: s.Undefined, Policies: []jsonStrength{}}
		for _, p := range s.Policies {
			each.Policies = append(each.Policies, jsonStrength{p.Policy, p.Log, p.SE, ends(p.CI95), p.Share})
		}
		out.Strengths = append(out.Strengths, each)
	}
	for _, w := range f.Worths {
		out.Episodes = append(out.Episodes, jsonRatedEpisode{w.Episode, w.Item.TurnIndex, hindsight.PolicyOf(cells[w.Episode]), estimateRecord(w.Value), w.Share, w.Answers})
	}
	return out
}

func gained(e *hindsight.Estimate) *jsonGain {
	if e == nil {
		return nil
	}
	out := estimateRecord(*e)
	return &out
}
