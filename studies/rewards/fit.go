package rewards

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// Fit gathers episodes to fit the weights of a role's reward to an outcome of the others, scenario by scenario. Make one with
// [NewFit].
type Fit struct {
	kind      outcomes.Kind
	scenarios map[string]*sample // each with one row at least
}

// sample is what is kept of the episodes of one scenario.
type sample struct {
	terms []Weight // as stated, the predictors
	rows  []row
}

// row is an episode: what each term came to (NaN where it is missing), the reward, the outcome. Better outcomes are larger.
type row struct {
	index   int
	client  string
	x       []float64
	reward  float64
	outcome float64
}

// NewFit returns a fit to a kind of outcome.
func NewFit(kind outcomes.Kind) *Fit { return &Fit{kind: kind, scenarios: map[string]*sample{}} }

// Add takes in the reward of the episode at a place of the design, in any order. Only valid episodes that have reward and outcome
// count.
func (f *Fit) Add(index int, state *episode.State, r *vignettev1.Reward) {
	value, ok := Value(r)
	outcome, _, known := outcomes.Mean(state, f.kind)
	if !ok || !known || state.Completed().GetValidity() != vignettev1.Validity_VALIDITY_OK {
		return
	}
	s := f.sample(state.Plan(), r)
	if len(s.terms) != len(r.GetTerms()) {
		return // A factor cannot vary reward terms.
	}
	made := row{index: index, client: outcomes.Client(state), reward: value, outcome: f.kind.Better() * outcome}
	for _, term := range r.GetTerms() {
		made.x = append(made.x, predictor(r.GetRole(), state, term))
	}
	s.rows = append(s.rows, made)
}

func (f *Fit) sample(plan *episode.Plan, r *vignettev1.Reward) *sample {
	scenario := plan.Cell.GetScenario()
	if s := f.scenarios[scenario]; s != nil {
		return s
	}
	s := &sample{}
	for _, term := range r.GetTerms() {
		s.terms = append(s.terms, Weight{soleName(plan, term), term.GetDimension(), term.GetWeight()})
	}
	f.scenarios[scenario] = s
	return s
}

// soleName is the name of a term's evaluator, "" where nobody else scores the dimension: the name goes without saying then.
func soleName(plan *episode.Plan, term *vignettev1.RewardTermValue) string {
	for name := range plan.Evaluators {
		if name != term.GetEvaluator() && dimension(plan, name, term.GetDimension()) != nil {
			return term.GetEvaluator()
		}
	}
	return ""
}

// predictor is what a term came to: for the episode, or where only turns are scored their mean. NaN where it is missing.
func predictor(role string, state *episode.State, term *vignettev1.RewardTermValue) float64 {
	if value, ok := term.GetOutcome().(*vignettev1.RewardTermValue_Value); ok {
		return value.Value
	}
	spec := dimension(state.Plan(), term.GetEvaluator(), term.GetDimension())
	if term.GetPaysOutcome() || spec == nil {
		return math.NaN()
	}
	sum, n := 0.0, 0.0
	for _, score := range state.Scores() {
		if score.GetEvaluator() == term.GetEvaluator() && score.GetDimension() == term.GetDimension() && score.GetRole() == role &&
			score.TurnIndex != nil && score.GetValue() != nil {
			sum, n = sum+2*(score.GetValue().GetNumber()-spec.GetMin())/(spec.GetMax()-spec.GetMin())-1, n+1
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / n
}

// Fitted is what fitting came to in one scenario.
type Fitted struct {
	Scenario string
	Outcome  outcomes.Kind
	// N is the number of episodes that have everything, Clients of clients among them, Incomplete of those that lack some term.
	N, Clients, Incomplete int
	// Undefined says why there are no weights, in a phrase; then all below is empty.
	Undefined string
	// Weights are the fitted ones, scaled so that their absolute values add up to 1. A term that says nothing has 0.
	Weights Change
	// LeftOut are terms that are missing in too many episodes.
	LeftOut []string
	// Penalty is that of the ridge regression, chosen by cross-validation; 0 is ordinary least squares.
	Penalty float64
	// R2 are shares of the outcome's variance that are predicted in episodes of clients who were not fitted to: below 0 is worse than
	// saying the mean.
	R2 struct{ Fitted, Stated, Alone float64 }
	// Alone is the one evaluator's dimension that does best by itself, in all episodes.
	Alone string
	// Gain is by how much the fitted weights predict more than the stated ones, GainAlone than the best single dimension.
	Gain, GainAlone Gain
	// Logistic is nil where the outcome has other than two values, Human where no raters' terms, or no others, are rewarded.
	Logistic *Logistic
	Human    *Human
}

// Gain is a difference of R2 with a bootstrap interval over clients, nil where it cannot be had.
type Gain struct {
	Value float64
	CI95  *stats.Interval
}

// Sure says that the gain is above zero as far as its interval tells.
func (g Gain) Sure() bool { return g.CI95 != nil && g.CI95.Low > 0 }

// Fewest episodes, and clients, for fitting; beyond that it takes three episodes for each term.
const fewestEpisodes, fewestClients, perTerm = 20, 5, 3

// penalties are those tried.
var penalties = []float64{10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0}

// outerFolds and innerFolds are in how many parts clients are divided to test what was fitted to the others, and to choose the
// penalty.
const outerFolds, innerFolds = 10, 5

// Fitted fits each scenario, in the design's order.
func (f *Fit) Fitted() []Fitted {
	var out []Fitted
	first := func(scenario string) int {
		return slices.MinFunc(f.scenarios[scenario].rows, func(a, b row) int { return cmp.Compare(a.index, b.index) }).index
	}
	for _, scenario := range slices.SortedFunc(maps.Keys(f.scenarios), func(a, b string) int { return cmp.Compare(first(a), first(b)) }) {
		result := Fitted{Scenario: scenario, Outcome: f.kind}
		f.scenarios[scenario].fit(&result)
		out = append(out, result)
	}
	return out
}

func (s *sample) fit(out *Fitted) {
	slices.SortFunc(s.rows, func(a, b row) int { return cmp.Compare(a.index, b.index) })
	kept := s.usable(out)
	d := s.complete(kept)
	out.N, out.Clients, out.Incomplete = len(d.y), len(d.clusters), len(s.rows)-len(d.y)
	if out.Undefined = d.tooLittle(len(kept)); out.Undefined != "" {
		return
	}
	if err := d.assess(out); err != nil {
		out.Undefined = err.Error()
		return
	}
	if out.Weights = scaled(d.terms, d.ridge(d.all(), out.Penalty).Slopes); out.Weights == nil {
		out.Undefined = "no term varies with the outcome"
	}
}

// usable are the terms that are there in two thirds of the episodes or more.
func (s *sample) usable(out *Fitted) []int {
	var kept []int
	for j, term := range s.terms {
		there := 0
		for _, r := range s.rows {
			if !math.IsNaN(r.x[j]) {
				there++
			}
		}
		if 3*there >= 2*len(s.rows) {
			kept = append(kept, j)
		} else {
			out.LeftOut = append(out.LeftOut, fmt.Sprintf("%s (in %d of %d episodes)", term.name(), there, len(s.rows)))
		}
	}
	return kept
}

// data are complete episodes, ready for fitting; clusters are the places of each client's.
type data struct {
	x         [][]float64
	reward, y []float64
	clusters  [][]int
	terms     []Weight
	names     []string
}

func (s *sample) complete(kept []int) *data {
	d := &data{}
	for _, j := range kept {
		d.terms, d.names = append(d.terms, s.terms[j]), append(d.names, s.terms[j].name())
	}
	at := map[string]int{}
	for _, r := range s.rows {
		x := make([]float64, len(kept))
		for i, j := range kept {
			x[i] = r.x[j]
		}
		if slices.ContainsFunc(x, math.IsNaN) {
			continue
		}
		c, ok := at[r.client]
		if !ok {
			c = len(d.clusters)
			at[r.client] = c
			d.clusters = append(d.clusters, nil)
		}
		d.clusters[c] = append(d.clusters[c], len(d.y))
		d.x, d.reward, d.y = append(d.x, x), append(d.reward, r.reward), append(d.y, r.outcome)
	}
	return d
}

func (d *data) tooLittle(terms int) string {
	need := max(fewestEpisodes, perTerm*terms)
	switch {
	case terms == 0:
		return "no term is there in two thirds of the episodes"
	case len(d.y) < need:
		return fmt.Sprintf("%d episodes have everything, it takes %d", len(d.y), need)
	case len(d.clusters) < fewestClients:
		return fmt.Sprintf("%d clients, it takes %d: add --repeats or personas", len(d.clusters), fewestClients)
	case slices.Min(d.y) == slices.Max(d.y):
		return "the outcome is the same in all episodes"
	}
	return ""
}

// all are the places of all clusters.
func (d *data) all() []int {
	out := make([]int, len(d.clusters))
	for i := range out {
		out[i] = i
	}
	return out
}

// model says an outcome for the episode at a place.
type model func(place int) float64

// learner makes a model of the episodes of some clusters.
type learner func(clusters []int) model

func (d *data) places(clusters []int) []int {
	var out []int
	for _, c := range clusters {
		out = append(out, d.clusters[c]...)
	}
	return out
}

// plane fits columns to the outcome; where that is not defined it is the mean.
func (d *data) plane(clusters []int, penalty float64, columns func(place int) []float64) stats.Plane {
	var rows [][]float64
	var y []float64
	for _, i := range d.places(clusters) {
		rows, y = append(rows, columns(i)), append(y, d.y[i])
	}
	fitted, err := stats.Ridge(rows, y, penalty)
	if err != nil && len(y) > 0 {
		center, _ := stats.Mean(y) // of finite numbers, one at least
		return stats.Plane{Intercept: center, Slopes: make([]float64, len(rows[0]))}
	}
	return fitted
}

func (d *data) ridge(clusters []int, penalty float64) stats.Plane {
	return d.plane(clusters, penalty, func(place int) []float64 { return d.x[place] })
}

// byMean always says the mean.
func (d *data) byMean(clusters []int) model {
	center := d.plane(clusters, 0, func(int) []float64 { return nil }).Intercept
	return func(int) float64 { return center }
}

// byStated goes by the reward as the scenario weighs it, with the best line through it.
func (d *data) byStated(clusters []int) model {
	line := d.plane(clusters, 0, func(place int) []float64 { return d.reward[place : place+1] })
	return func(place int) float64 { return line.At(d.reward[place : place+1]) }
}

// byOne goes by the one dimension that does best in what it is shown.
func (d *data) byOne(clusters []int) model {
	best, _ := d.bestOne(clusters)
	line := d.plane(clusters, 0, func(place int) []float64 { return d.x[place][best : best+1] })
	return func(place int) float64 { return line.At(d.x[place][best : best+1]) }
}

func (d *data) bestOne(clusters []int) (best int, sse float64) {
	sse = math.Inf(1)
	for j := range d.names {
		line := d.plane(clusters, 0, func(place int) []float64 { return d.x[place][j : j+1] })
		got := 0.0
		for _, i := range d.places(clusters) {
			got += square(d.y[i] - line.At(d.x[i][j:j+1]))
		}
		if got < sse-level {
			best, sse = j, got
		}
	}
	return best, sse
}

// byFit goes by fitted weights, with the penalty that does best within what it is shown.
func (d *data) byFit(clusters []int) model {
	fitted := d.ridge(clusters, d.penalty(clusters))
	return func(place int) float64 { return fitted.At(d.x[place]) }
}

// penalty is the one that predicts best in cross-validation; of equal ones the largest.
func (d *data) penalty(clusters []int) float64 {
	best, least := penalties[0], math.Inf(1)
	for _, penalty := range penalties {
		errs := d.held(clusters, innerFolds, func(shown []int) model {
			fitted := d.ridge(shown, penalty)
			return func(place int) float64 { return fitted.At(d.x[place]) }
		})
		sum := 0.0
		for _, e := range errs {
			sum += e
		}
		if sum < least-level {
			best, least = penalty, sum
		}
	}
	return best
}

// held are squared errors by place, each episode predicted by a model that was shown none of its client's. Clients are dealt to
// folds in the design's order, so that nothing is left to chance.
func (d *data) held(clusters []int, folds int, learn learner) map[int]float64 {
	folds = min(folds, len(clusters))
	out := map[int]float64{}
	for fold := range folds {
		var shown, hidden []int
		for i, c := range clusters {
			if i%folds == fold {
				hidden = append(hidden, c)
			} else {
				shown = append(shown, c)
			}
		}
		m := learn(shown)
		for _, i := range d.places(hidden) {
			out[i] = square(d.y[i] - m(i))
		}
	}
	return out
}

// assess says what fitted weights are worth where they were not fitted.
func (d *data) assess(out *Fitted) error {
	all := d.all()
	out.Penalty = d.penalty(all)
	best, _ := d.bestOne(all)
	out.Alone = d.names[best]
	errs := heldErrors{d.held(all, outerFolds, d.byMean), d.held(all, outerFolds, d.byStated), d.held(all, outerFolds, d.byOne), d.held(all, outerFolds, d.byFit)}
	fitted, stated, alone := d.share(errs.fitted, errs.mean), d.share(errs.stated, errs.mean), d.share(errs.alone, errs.mean)
	out.R2.Fitted, out.R2.Stated, out.R2.Alone = fitted.value, stated.value, alone.value
	out.Gain, out.GainAlone = d.share(errs.fitted, errs.stated).gain(d), d.share(errs.fitted, errs.alone).gain(d)
	full := errs.fitted
	var held map[int]float64
	if out.Logistic, held = d.logistic(d.terms, errs); held != nil {
		full = held
	}
	out.Human = d.human(d.terms, full, errs)
	return errors.Join(fitted.err, stated.err, alone.err)
}

func square(x float64) float64 { return x * x }

// Meaning says in a sentence whether fitting helped.
func (f Fitted) Meaning() string {
	switch {
	case f.Undefined != "":
		return "no weights: " + f.Undefined
	case f.R2.Fitted <= 0:
		return "fitting does not help: with clients it was not fitted to it predicts no better than the mean; keep the stated weights"
	case f.Gain.Sure() && f.GainAlone.Sure():
		return "fitting helps: it predicts more than the stated weights and than " + f.Alone + " alone"
	case f.Gain.Sure():
		return "fitting helps over the stated weights, and not surely over " + f.Alone + " alone, which is simpler"
	}
	return "fitting does not surely help: its gain over the stated weights may be none; keep them"
}

// ParseKind reads a kind of outcome by its name.
func ParseKind(name string) (outcomes.Kind, error) {
	if kind := outcomes.Kind(name); slices.Contains(outcomes.Kinds(), kind) {
		return kind, nil
	}
	var names []string
	for _, kind := range outcomes.Kinds() {
		names = append(names, string(kind))
	}
	return "", fmt.Errorf("%q is no outcome; there is: %s", name, strings.Join(names, ", "))
}
