package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/figures"
	"github.com/vignette-sim/vignette/studies/outcomes"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Builder takes in the episodes of a run, in any order.
type Builder struct {
	manifest *vignettev1.Manifest
	table    *studies.Table
	mismatch outcomes.Mismatch
	arms     map[string]*arm
	played   []played
	begun    []int // places in the design
	guesses  guesses
	judge    string                // the first level of a factor of judges, "" where judges are not varied
	ranges   map[string][2]float64 // declared range of each dimension
}

// New returns a builder for a run.
func New(manifest *vignettev1.Manifest) *Builder {
	b := &Builder{manifest: manifest, table: studies.NewTable(manifest), arms: map[string]*arm{}, ranges: map[string][2]float64{}}
	b.table.Declare(manifest.GetEvaluators())
	for _, evaluator := range manifest.GetEvaluators() {
		for _, spec := range evaluator.GetDimensions() {
			b.ranges[spec.GetId()] = [2]float64{spec.GetMin(), spec.GetMax()}
		}
	}
	if i := slices.IndexFunc(manifest.GetFactors(), scenarios.IsJudge); i >= 0 {
		b.judge = manifest.GetFactors()[i].GetLevels()[0].GetName()
	}
	return b
}

// Of returns the report of a run as it stands in the log, without what models were asked. That of a large run is kept until something is
// written about the run; each sees the episodes where they have to be read for it, all in the design's order, and otherwise none.
func Of(ctx context.Context, reader *projection.Reader, planner *planning.Planner, each func(projection.Figured)) (*Report, error) {
	return projection.Kept(ctx, reader, planner, "report", func() (*Report, error) {
		b, err := Read(ctx, reader, planner, each)
		if err != nil {
			return nil, err
		}
		return b.Report(), nil
	})
}

// Read takes in all episodes of a run, and shows each.
func Read(ctx context.Context, reader *projection.Reader, planner *planning.Planner, each func(projection.Figured)) (*Builder, error) {
	b := New(planner.Manifest())
	for f, err := range reader.Figures(ctx, planner, figures.Of) {
		if err != nil {
			return nil, err
		}
		b.AddFigures(f.Index, planner.Cell(f.Index), f.Figures)
		each(f)
	}
	return b, nil
}

// arm is what is kept of the episodes of one combination of levels, over all scenarios.
type arm struct {
	name    string
	first   int
	started int
	fates   map[string]int
	asked   int
	agreed  float64
	steps   []step // by the order of the others' turns
}

// step is the mean distress of those the focal role spoke with, in their n-th turn.
type step struct {
	sum float64
	n   int
}

// played is what is kept of an episode.
type played struct {
	index            int
	arm              string
	at               *vignettev1.Cell
	reward, distress *float64
	agreed           *float64
}

// cell is what an episode is compared within.
type cell struct{ scenario, arm string }

func (p played) cell() cell { return cell{p.at.GetScenario(), p.arm} }

// Add takes in the episode at a place of the design.
func (b *Builder) Add(index int, state *episode.State) {
	b.AddFigures(index, state.Plan().Cell, figures.Of(state))
}

// AddFigures is Add for an episode of which only the figures are at hand.
func (b *Builder) AddFigures(index int, at *vignettev1.Cell, f *vignettev1.EpisodeFigures) {
	if f.GetPhase() == vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED {
		return
	}
	b.begun = append(b.begun, index)
	b.table.AddFigures(index, at, f)
	b.mismatch.AddFigures(index, at.GetScenario(), f)
	name := ArmOf(at)
	a := b.arms[name]
	if a == nil {
		a = &arm{name: name, first: index, fates: map[string]int{}}
		b.arms[name] = a
	}
	a.first = min(a.first, index)
	a.started++
	fate := FateOf(f.GetPhase(), f.GetValidity())
	a.fates[fate]++
	if fate != "ok" {
		return
	}
	a.follow(f)
	if b.isHeard(at) {
		b.guesses.add(index, f)
	}
	p := played{index: index, arm: a.name, at: at, reward: projection.FocalReward(f), agreed: projection.Agreed(f)}
	if p.agreed != nil {
		a.asked++
		a.agreed += *p.agreed
	}
	for _, outcome := range f.GetOutcomes() {
		if outcome.GetKind() == string(outcomes.DistressChange) {
			change := outcome.GetValue()
			p.distress = &change
		}
	}
	b.played = append(b.played, p)
}

// isHeard says whether a conversation is had in a cell, and not only scored by another judge: what was said in it counts once.
func (b *Builder) isHeard(cell *vignettev1.Cell) bool {
	return !slices.ContainsFunc(cell.GetFactors(), func(l *vignettev1.FactorLevel) bool {
		return b.judge != "" && l.GetFactor() == scenarios.JudgeField && l.GetLevel() != b.judge
	})
}

// follow takes in the distress of those who are not focal, turn by turn.
func (a *arm) follow(f *vignettev1.EpisodeFigures) {
	for len(a.steps) < len(f.GetDistress()) {
		a.steps = append(a.steps, step{})
	}
	for n, sum := range f.GetDistress() {
		a.steps[n].sum += sum
		a.steps[n].n += int(f.GetDistressTold()[n])
	}
}

// ArmOf names what is compared in a cell: its levels.
func ArmOf(cell *vignettev1.Cell) string {
	var levels []string
	for _, level := range cell.GetFactors() {
		levels = append(levels, level.GetFactor()+" "+level.GetLevel())
	}
	if len(levels) == 0 {
		return "as written"
	}
	return strings.Join(levels, ", ")
}

// FateOf is what became of an episode in a word: "ok", or what speaks against it.
func FateOf(phase vignettev1.EpisodePhase, validity vignettev1.Validity) string {
	switch phase {
	case vignettev1.EpisodePhase_EPISODE_PHASE_DELETED:
		return "deleted"
	case vignettev1.EpisodePhase_EPISODE_PHASE_FAILED:
		return "failed"
	case vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED:
		return enumname.Of(validity)
	}
	return "unfinished"
}

// Report is a run in numbers. Everything the page shows is here.
type Report struct {
	Run        string   `json:"run"`
	Title      string   `json:"title"`
	Question   string   `json:"question"`
	Hypothesis string   `json:"hypothesis,omitempty"`
	Design     string   `json:"design,omitempty"` // of the study file, in words
	Notes      string   `json:"notes,omitempty"`
	Version    string   `json:"version"`
	Seed       uint64   `json:"seed"`
	Repeats    int32    `json:"repeats"`
	Played     string   `json:"played"` // who thought: "builtin", or models
	Scenarios  []string `json:"scenarios"`
	Evaluators []string `json:"evaluators"`
	Started    int      `json:"started"`
	Valid      int      `json:"valid"`
	Warnings   []string `json:"warnings"`
	Arms       []Arm    `json:"arms"`
	Effects    []Effect `json:"effects"`
	// Answers are what the question comes to, a sentence for each level.
	Answers []string `json:"answers"`
	// Comparisons and Rankings are what 'vignette compare' writes of the run.
	Comparisons []studies.ComparisonRecord `json:"comparisons"`
	Rankings    []studies.RankingRecord    `json:"rankings"`
	// Spending is what models were asked at each level, beside its gain; whoever has the books of calls fills it in (see [Builder.Spending]).
	Spending  []studies.LevelSpending `json:"spending,omitempty"`
	Cells     []Cell                  `json:"cells"`
	Relations []Relation              `json:"relations"`
	// Calibration is how often roles were right about other minds, by how probable they said it was; where there is none, NoCalibration says why.
	Calibration   []Calibration `json:"calibration"`
	NoCalibration string        `json:"no_calibration,omitempty"`
	Points        []Point       `json:"points"`
	// Back is where a page of it leads back to; "" leads nowhere, as in a file that is mailed.
	Back    string `json:"-"`
	LookAt  []Look `json:"look_at"`
	Command string `json:"command"`
	Spent   string `json:"spent,omitempty"`
}

// Arm is one combination of levels over all scenarios: first all episodes that were begun, then what became of them.
type Arm struct {
	Name    string         `json:"name"`
	Started int            `json:"started"`
	Valid   int            `json:"valid"`
	Fates   map[string]int `json:"fates"`
	// Distress is the mean felt distress of those the focal role spoke with, SUDS 0-100, in their first turn, their second, and so on,
	// over valid episodes, with how many it is the mean of.
	Distress []Step `json:"distress"`
	// Asked is in how many valid episodes it is known whether the others agreed, or took the no; Agreed in how many of them they did, an
	// episode in which one of two did counting half.
	Asked  int     `json:"asked,omitempty"`
	Agreed float64 `json:"agreed,omitempty"`
}

// Settled says in words in how many episodes the others agreed; "" where it is not known of any.
func (a Arm) Settled() string {
	if a.Asked == 0 {
		return ""
	}
	return fmt.Sprintf("%s of %d", strconv.FormatFloat(a.Agreed, 'f', -1, 64), a.Asked)
}

// Settled are the arms of which it is known whether the others agreed.
func (r *Report) Settled() []Arm {
	var out []Arm
	for _, a := range r.Arms {
		if a.Asked > 0 {
			out = append(out, a)
		}
	}
	return out
}

// Step is a mean and how many it is of.
type Step struct {
	Mean float64 `json:"mean"`
	N    int     `json:"n"`
}

// Point is an episode: its reward and what became of the others' distress.
type Point struct {
	Arm            string  `json:"arm"`
	Reward         float64 `json:"reward"`
	DistressChange float64 `json:"distress_change"`
}

// Look is an episode to look at, and why.
type Look struct {
	Why      string  `json:"why"`
	Episode  string  `json:"episode"`
	Scenario string  `json:"scenario"`
	Arm      string  `json:"arm"`
	Reward   float64 `json:"reward"`
	// Beyond is the reward less the mean of the episode's own scenario; nil where there is one scenario.
	Beyond *float64 `json:"beyond,omitempty"`
	// Agreed is how far the others meant to agree or took the no, 0-1; nil where it is not known.
	Agreed *float64 `json:"agreed,omitempty"`
}

// Settled says in words whether the others agreed; "" where it is not known.
func (l Look) Settled() string {
	switch {
	case l.Agreed == nil:
		return ""
	case *l.Agreed >= 1:
		return "the other agreed"
	case *l.Agreed <= 0:
		return "the other did not agree"
	}
	return "some of the others agreed"
}

// mostPoints is how many episodes are drawn as points: of more, every so-manieth.
const mostPoints = 600

// Report is the run as it stands.
func (b *Builder) Report() *Report {
	m := b.manifest
	compared := b.table.Comparisons()
	r := &Report{
		Run: m.GetRun(), Version: m.GetProgramVersion(), Seed: m.GetSeed(), Repeats: m.GetRepeats(), Played: mindsOf(m), Warnings: b.table.Warnings(m),
		Effects: b.effects(compared), Comparisons: studies.Records(compared), Rankings: studies.RankingRecords(b.table.Rankings()), Cells: b.cells(), Relations: b.relations(),
	}
	for _, scenario := range m.GetScenarios() {
		r.Scenarios = append(r.Scenarios, scenario.GetId())
	}
	for _, evaluator := range m.GetEvaluators() {
		r.Evaluators = append(r.Evaluators, strings.TrimSuffix(fmt.Sprintf("%s %s (%s)", evaluator.GetName(), evaluator.GetVersion(), evaluator.GetModel()), " ()"))
	}
	slices.SortFunc(b.played, func(x, y played) int { return cmp.Compare(x.index, y.index) })
	for name, a := range b.arms {
		out := Arm{Name: name, Started: a.started, Valid: a.fates["ok"], Fates: a.fates, Asked: a.asked, Agreed: a.agreed}
		for _, s := range a.steps {
			if s.n > 0 {
				out.Distress = append(out.Distress, Step{s.sum / float64(s.n), s.n})
			}
		}
		r.Arms = append(r.Arms, out)
		r.Started, r.Valid = r.Started+a.started, r.Valid+out.Valid
	}
	slices.SortFunc(r.Arms, func(x, y Arm) int { return cmp.Compare(b.arms[x.Name].first, b.arms[y.Name].first) })
	r.Calibration, r.NoCalibration = b.guesses.calibrations(), b.guesses.missing()
	r.points(b.played)
	r.Answers, r.LookAt = answers(r.Effects), b.lookAt()
	r.ask()
	r.study(m.GetStudy())
	return r
}

// Spending is what models were asked at each level, by the books of calls.
func (b *Builder) Spending(ctx context.Context, calls projection.Calls, planner *planning.Planner) ([]studies.LevelSpending, error) {
	return studies.SpendingByLevel(ctx, calls, planner, b.begun, b.table.Comparisons())
}

// ask puts the run's question in words.
func (r *Report) ask() {
	r.Title = "Run " + r.Run
	var compared []string
	for i := 0; i < len(r.Comparisons); {
		first, levels := r.Comparisons[i], []string{}
		for ; i < len(r.Comparisons) && r.Comparisons[i].Factor == first.Factor; i++ {
			levels = append(levels, r.Comparisons[i].Level)
		}
		compared = append(compared, fmt.Sprintf("%s %s against %s", first.Factor, strings.Join(levels, ", "), first.Against))
	}
	if len(compared) == 0 {
		r.Question = "What comes of " + strings.Join(r.Scenarios, ", ") + " as written?"
		return
	}
	r.Question = "What does it change: " + strings.Join(compared, "; ") + "?"
}

// study takes over what a study file says of itself.
func (r *Report) study(s *vignettev1.Study) {
	if s == nil {
		return
	}
	r.Title, r.Question, r.Hypothesis, r.Notes = cmp.Or(s.GetTitle(), s.GetId()), s.GetQuestion(), s.GetHypothesis(), s.GetNotes()
	var compared, blocks []string
	for _, f := range s.GetFactors() {
		var levels []string
		for _, l := range f.GetLevels() {
			levels = append(levels, l.GetName())
		}
		text := strings.TrimPrefix(f.GetRole()+"."+f.GetField(), ".") + " (" + strings.Join(levels, ", ") + ")"
		if f.GetBlock() {
			blocks = append(blocks, text)
		} else {
			compared = append(compared, text)
		}
	}
	r.Design = "all combinations of "
	if s.GetDesign() == vignettev1.StudyDesign_STUDY_DESIGN_PAIRED {
		r.Design = "one thing at a time: "
	}
	r.Design += strings.Join(compared, "; ")
	if len(blocks) > 0 {
		r.Design += "; for each of " + strings.Join(blocks, "; ") + ", which are not compared"
	}
	r.Design += ". The question is about " + s.GetOutcome() + "."
}

func mindsOf(m *vignettev1.Manifest) string {
	var out []string
	for _, agent := range m.GetAgents() {
		if mind := cmp.Or(agent.GetModel(), agent.GetMind()); !slices.Contains(out, mind) {
			out = append(out, mind)
		}
	}
	return strings.Join(out, ", ")
}

func (r *Report) points(all []played) {
	every := len(all)/mostPoints + 1
	for i, p := range all {
		if p.reward != nil && p.distress != nil && i%every == 0 {
			r.Points = append(r.Points, Point{p.arm, *p.reward, *p.distress})
		}
	}
}

// lookAt are the best, the worst and, of the others, the most surprising episode: the one farthest from the mean of its own scenario and arm. Scenarios weigh
// other things, so best and worst go by how far a reward lies from the mean of its own scenario, and, where two are alike, by whether the
// others agreed.
func (b *Builder) lookAt() []Look {
	var rewarded []played
	scenarios, cells := map[string]*mean{}, map[cell]*mean{}
	for _, p := range b.played {
		if p.reward != nil {
			rewarded = append(rewarded, p)
			meanOf(scenarios, p.at.GetScenario()).add(*p.reward)
			meanOf(cells, p.cell()).add(*p.reward)
		}
	}
	if len(rewarded) == 0 {
		return nil
	}
	beyond := func(p played) float64 { return *p.reward - scenarios[p.at.GetScenario()].value }
	look := func(why string, p played) Look {
		l := Look{Why: why, Episode: episode.ID(b.manifest.GetRun(), p.at), Scenario: p.at.GetScenario(), Arm: p.arm, Reward: *p.reward, Agreed: p.agreed}
		if len(scenarios) > 1 {
			l.Beyond = new(beyond(p))
		}
		return l
	}
	byReward := func(x, y played) int {
		return cmp.Or(compareClosely(beyond(x), beyond(y)), cmp.Compare(orHalf(x.agreed), orHalf(y.agreed)))
	}
	off := func(p played) float64 { return math.Abs(*p.reward - cells[p.cell()].value) }
	best, worst := slices.MaxFunc(rewarded, byReward), slices.MinFunc(rewarded, byReward)
	out := []Look{look("best", best), look("worst", worst)}
	others := slices.DeleteFunc(rewarded, func(p played) bool { return p.at == best.at || p.at == worst.at })
	if len(others) > 0 {
		out = append(out, look("most surprising", slices.MaxFunc(others, func(x, y played) int { return cmp.Compare(off(x), off(y)) })))
	}
	return out
}

// mean is a running mean.
type mean struct {
	n     int
	value float64
}

func (m *mean) add(x float64) {
	m.n++
	m.value += (x - m.value) / float64(m.n)
}

func meanOf[K comparable](all map[K]*mean, key K) *mean {
	if all[key] == nil {
		all[key] = &mean{}
	}
	return all[key]
}

// compareClosely takes numbers for alike that differ by rounding alone.
func compareClosely(x, y float64) int {
	if math.Abs(x-y) < 1e-9 {
		return 0
	}
	return cmp.Compare(x, y)
}

// orHalf is whether somebody agreed, halfway where it is not known.
func orHalf(agreed *float64) float64 {
	if agreed == nil {
		return 0.5
	}
	return *agreed
}
