package studies

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Table gathers episodes into groups: one group per scenario and combination of factor levels, over all repeats. It keeps
// a few numbers per episode, not the episodes. The zero value is ready to use.
type Table struct {
	// Margins are the smallest differences that matter, by outcome ("reward", or a dimension); where there is none, [compare.Outcome] has
	// its own.
	Margins map[string]float64

	// Blocks are factors that are varied and not compared, as cells call them.
	Blocks []string

	groups []*group
	byKey  map[string]*group
	judges judges
	// abstained is who abstained how often.
	abstained abstentions
	// ranges are the least and the most of each dimension, as its evaluator declared them.
	ranges map[string][2]float64
}

// NewTable is the table of a run: its study, if it is of one, says which differences matter and what is not compared.
func NewTable(m *vignettev1.Manifest) *Table {
	t := &Table{Margins: map[string]float64{}}
	for _, margin := range m.GetStudy().GetMargins() {
		t.Margins[margin.GetOutcome()] = margin.GetSmallest()
	}
	for _, f := range m.GetStudy().GetFactors() {
		if f.GetBlock() {
			t.Blocks = append(t.Blocks, scenarios.Label(&vignettev1.Factor{Role: f.GetRole(), Field: f.GetField()}))
		}
	}
	return t
}

// group is what is kept of the episodes of one combination.
type group struct {
	first      int // the lowest place in the design among its episodes
	factors    []Factor
	started    int
	valid      int
	begun      []int32        // repeats that were begun
	usable     []int32        // repeats that are valid
	lost       map[string]int // episodes that are not valid, by what became of them
	rewards    series
	noReward   int
	dimensions []string
	values     map[string]*series
	missing    map[string]int
	// inapplicable are those of the missing that do not apply.
	inapplicable map[string]int
	// idleIn are the repeats in which a dimension does not apply: it is no gap there.
	idleIn map[string]map[int32]bool
}

// series is one number per episode, with the episode's place in the design and its repeat: so that nothing depends on the order
// in which episodes end, and those that differ in one factor only can be found.
type series []placed

type placed struct {
	index, repeat int32
	value         float64
}

// ordered returns the numbers in the design's order.
func (s series) ordered() []float64 {
	byPlace := func(a, b placed) int { return cmp.Compare(a.index, b.index) }
	if !slices.IsSortedFunc(s, byPlace) {
		s = slices.SortedFunc(slices.Values(s), byPlace)
	}
	out := make([]float64, len(s))
	for i, p := range s {
		out[i] = p.value
	}
	return out
}

// Factor is a factor and the level it has in a group. "scenario" is always the first.
type Factor struct {
	Name, Level string
}

// Group is one row of the table.
type Group struct {
	// Factors name the group, "scenario" first, then in the design's order.
	Factors []Factor
	// Started is the number of episodes that were begun, whatever became of them.
	Started int
	// Valid is the number of those that were completed with nothing speaking against them.
	Valid int
	// Reward is the focal role's reward over the valid episodes.
	Reward Estimate
	// Dimensions are the scores about and around the focal role over the valid episodes, in the order declared; those that do not
	// apply to any of them are left out.
	Dimensions []Dimension
}

// Dimension returns the estimate of a dimension; one that nobody scored has no mean.
func (g Group) Dimension(id string) Estimate {
	for _, dimension := range g.Dimensions {
		if dimension.ID == id {
			return dimension.Estimate
		}
	}
	return Estimate{}
}

// Dimension is an estimate with the dimension's id.
type Dimension struct {
	ID string
	Estimate
}

// Estimate is a mean over episodes. Missing is not zero: episodes without a value are counted and left out.
type Estimate struct {
	// Mean is nil when no episode has a value.
	Mean *float64
	// CI95 is the bootstrap interval over episodes (conversations), nil when it cannot be had: fewer than
	// [MinForInterval] values, or no spread at all.
	CI95 *stats.Interval
	// N is the number of episodes with a value.
	N int
	// Missing is the number of valid episodes without one.
	Missing int
}

// MinForInterval is the fewest episodes an interval is shown for. With fewer a resampled interval is little more than the
// smallest and the largest value; see package stats for how much it covers.
const MinForInterval = 5

// fate is what became of an episode that is not valid, in a word for tables.
func fate(f *vignettev1.EpisodeFigures) string {
	switch f.GetPhase() {
	case vignettev1.EpisodePhase_EPISODE_PHASE_DELETED:
		return "deleted"
	case vignettev1.EpisodePhase_EPISODE_PHASE_FAILED:
		return "failed"
	case vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED:
		return enumname.Of(f.GetValidity())
	default:
		return "unfinished"
	}
}

// Add takes in the episode at a place of the design, in any order. Episodes that were never begun do not count.
func (t *Table) Add(index int, state *episode.State) { t.AddAs(index, state.Plan().Cell, state) }

// AddAs takes in an episode under another cell than its own: one that says which run it is of, say, where runs are compared.
func (t *Table) AddAs(index int, cell *vignettev1.Cell, state *episode.State) {
	t.Declare(slices.Collect(maps.Values(state.Plan().Evaluators)))
	t.AddFigures(index, cell, Figures(state))
}

// AddFigures is Add for an episode of which only the figures are at hand. They do not say between what a dimension can lie; see
// [Table.Declare].
func (t *Table) AddFigures(index int, cell *vignettev1.Cell, f *vignettev1.EpisodeFigures) {
	if f.GetPhase() == vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED {
		return
	}
	g := t.group(index, cell)
	g.started++
	g.begun = append(g.begun, cell.GetRepeat())
	if f.GetValidity() != vignettev1.Validity_VALIDITY_OK {
		g.lost[fate(f)]++
		return
	}
	g.valid++
	g.usable = append(g.usable, cell.GetRepeat())
	g.addReward(index, cell.GetRepeat(), f)
	g.addColumns(index, cell.GetRepeat(), f)
	if t.judges == nil {
		t.judges, t.abstained = judges{}, abstentions{}
	}
	t.judges.add(f)
	t.abstained.add(f)
}

// Groups returns the rows in the design's order.
func (t *Table) Groups() []Group {
	out := make([]Group, 0, len(t.groups))
	for _, g := range t.ordered() {
		row := Group{
			Factors: g.factors,
			Started: g.started,
			Valid:   g.valid,
			Reward:  estimate(g.rewards.ordered(), g.noReward),
		}
		for _, id := range g.dimensions {
			if g.idle(id) {
				continue
			}
			row.Dimensions = append(row.Dimensions, Dimension{ID: id, Estimate: estimate(g.numbers(id), g.missing[id])})
		}
		out = append(out, row)
	}
	return out
}

func (t *Table) ordered() []*group {
	return slices.SortedFunc(slices.Values(t.groups), func(a, b *group) int { return a.first - b.first })
}

func (t *Table) group(index int, cell *vignettev1.Cell) *group {
	factors := []Factor{{"scenario", cell.GetScenario()}}
	for _, level := range cell.GetFactors() {
		factors = append(factors, Factor{level.GetFactor(), level.GetLevel()})
	}
	var key strings.Builder
	for _, factor := range factors {
		key.WriteString(factor.Name + "\x00" + factor.Level + "\x00")
	}
	if g, ok := t.byKey[key.String()]; ok {
		g.first = min(g.first, index)
		return g
	}
	if t.byKey == nil {
		t.byKey = map[string]*group{}
	}
	g := &group{first: index, factors: factors, lost: map[string]int{}, values: map[string]*series{}, missing: map[string]int{}, inapplicable: map[string]int{}, idleIn: map[string]map[int32]bool{}}
	t.byKey[key.String()] = g
	t.groups = append(t.groups, g)
	return g
}

func (g *group) addReward(index int, repeat int32, f *vignettev1.EpisodeFigures) {
	reward := projection.FocalReward(f)
	if reward == nil {
		g.noReward++
		return
	}
	g.rewards = append(g.rewards, placed{int32(index), repeat, *reward})
}

func (g *group) addColumns(index int, repeat int32, f *vignettev1.EpisodeFigures) {
	for _, column := range f.GetColumns() {
		id := column.GetColumn()
		g.declare(id)
		switch {
		case column.Value != nil:
			*g.values[id] = append(*g.values[id], placed{int32(index), repeat, column.GetValue()})
		default:
			g.missing[id]++
			if column.GetInapplicable() {
				g.inapplicable[id]++
				if g.idleIn[id] == nil {
					g.idleIn[id] = map[int32]bool{}
				}
				g.idleIn[id][repeat] = true
			}
		}
	}
}

// Declare notes between what the dimensions of evaluators can lie.
func (t *Table) Declare(evaluators []*vignettev1.EvaluatorDescription) {
	if t.ranges == nil {
		t.ranges = map[string][2]float64{}
	}
	for _, evaluator := range evaluators {
		for _, spec := range evaluator.GetDimensions() {
			t.ranges[spec.GetId()] = [2]float64{spec.GetMin(), spec.GetMax()}
		}
	}
}

// averages says whether a mean of such scores says anything.
func averages(plan *episode.Plan, score *vignettev1.Score) bool {
	for _, spec := range plan.Evaluators[score.GetEvaluator()].GetDimensions() {
		if spec.GetId() == score.GetDimension() {
			return spec.GetScale() != vignettev1.Scale_SCALE_NOMINAL && spec.GetScale() != vignettev1.Scale_SCALE_CODES
		}
	}
	return true
}

// columnOf is the column a score belongs to. A dimension scored for several roles or by several evaluators has a column for
// each: its own id is for the focal role, or else for the first use listed; the others say whose and by whom.
func columnOf(plan *episode.Plan, score *vignettev1.Score) string {
	var owner *vignettev1.EvaluatorUse
	for _, use := range plan.Scenario.GetEvaluators() {
		scores := slices.ContainsFunc(plan.Evaluators[use.GetName()].GetDimensions(), func(spec *vignettev1.DimensionSpec) bool {
			return spec.GetId() == score.GetDimension()
		})
		if scores && (owner == nil || use.GetRole() == plan.Scenario.GetFocal() && owner.GetRole() != plan.Scenario.GetFocal()) {
			owner = use
		}
	}
	if owner == nil || owner.GetName() == score.GetEvaluator() && owner.GetRole() == score.GetRole() {
		return score.GetDimension()
	}
	return fmt.Sprintf("%s of %s by %s", score.GetDimension(), score.GetRole(), score.GetEvaluator())
}

func (g *group) declare(dimension string) {
	if g.values[dimension] == nil {
		g.values[dimension] = &series{}
		g.dimensions = append(g.dimensions, dimension)
	}
}

// idle says whether a dimension applies to no valid episode: what a scenario does not ask for is no gap in it.
func (g *group) idle(dimension string) bool {
	s := g.values[dimension]
	return (s == nil || len(*s) == 0) && g.inapplicable[dimension] > 0 && g.inapplicable[dimension] == g.missing[dimension]
}

func (g *group) numbers(dimension string) []float64 {
	if s := g.values[dimension]; s != nil {
		return s.ordered()
	}
	return nil
}

// mean makes one number of a dimension's scores in one episode.
type mean struct {
	whole      *vignettev1.Score
	total      float64
	turnsKnown int
}

func (m *mean) add(score *vignettev1.Score) {
	switch {
	case score.TurnIndex == nil:
		// The first value stands, as it does in rewards.
		if m.whole.GetValue() == nil {
			m.whole = score
		}
	case score.GetValue() != nil:
		m.total += score.GetValue().GetNumber()
		m.turnsKnown++
	}
}

// inapplicable says whether the episode's score is that the dimension does not apply.
func (m *mean) inapplicable() bool {
	return m.whole.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE
}

func (m *mean) value() (float64, bool) {
	switch {
	case m.whole != nil:
		return m.whole.GetValue().GetNumber(), m.whole.GetValue() != nil
	case m.turnsKnown > 0:
		return m.total / float64(m.turnsKnown), true
	}
	return 0, false
}

func estimate(values []float64, missing int) Estimate {
	out := Estimate{N: len(values), Missing: missing}
	if mean, err := stats.Mean(values); err == nil {
		out.Mean = &mean
	}
	if len(values) < MinForInterval {
		return out
	}
	clusters := make([][]float64, len(values))
	for i := range values {
		clusters[i] = values[i : i+1]
	}
	if ci, err := (stats.Bootstrap{}).MeanInterval(clusters); err == nil {
		out.CI95 = &ci
	}
	return out
}
