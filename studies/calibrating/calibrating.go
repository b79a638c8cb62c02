// Package calibrating fits a small model from an evaluator's scores of a turn to somebody's labels of it, and says what that is
// worth on groups the model was not fitted to ("vignette calibrate"; docs/judges.md).
//
// Everything that is chosen (the penalty, the tilt) is chosen by cross-validation inside what the model is fitted to; what is
// reported is of groups that took no part in any of it. It may import what the room of studies may, and of the
// evaluators the pure calibration alone. Start reading at [Fit].
package calibrating

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/vignette-sim/vignette/evaluators/calibrated/calibration"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/agreement"
)

// Model is what is fitted, and Worth what it is worth; [CheckName] says what is wrong with a model's name.
type (
	Model = calibration.Model
	Worth = calibration.Worth
	Step  = calibration.Step
)

// CheckName is [calibration.CheckName].
func CheckName(name string) error { return calibration.CheckName(name) }

// Options say how to fit.
type Options struct {
	Name string
	Seed uint64
	// Labels is how many are fitted to, drawn from half of the groups; the other groups are held out. 0 means all.
	Labels int
	// Resamples for each interval; 0 means 2000.
	Resamples int
}

// Chosen: folds as usual; penalties from hardly any to nearly nothing left of the slopes.
const (
	folds      = 10
	innerFolds = 5
	resamples  = 2000
	leastLabel = 20 // fewer labels than that are refused
)

var (
	penalties = []float64{0.003, 0.01, 0.03, 0.1, 0.3}
	tilts     = []float64{0, 0.5, 1}
)

// row is an example as the model sees it.
type row struct {
	cluster     string
	values      []float64
	label, said int
}

// Fit fits a model to examples. The error says what is lacking.
func Fit(description *vignettev1.EvaluatorDescription, spec *vignettev1.DimensionSpec, examples []agreement.Example, options Options) (*calibration.Model, error) {
	features := calibration.FeaturesOf(description)
	rows, err := rowsOf(features, examples)
	if err != nil {
		return nil, err
	}
	ordered := spec.GetScale() != vignettev1.Scale_SCALE_NOMINAL
	study := &study{ordered: ordered, labels: len(spec.GetLabels()), boot: stats.Bootstrap{Level: 0.95, Seed: options.Seed, Resamples: max(options.Resamples, 0)}}
	if study.boot.Resamples == 0 {
		study.boot.Resamples = resamples
	}
	fitted, held := split(rows, options.Labels, options.Seed)
	if len(fitted) < leastLabel || countClusters(fitted) < 2 {
		return nil, fmt.Errorf("%d labels in %d groups can be fitted to; it takes at least %d in 2", len(fitted), countClusters(fitted), leastLabel)
	}
	model, err := study.choose(fitted, options.Seed)
	if err != nil {
		return nil, err
	}
	cross, err := study.crossValidate(fitted, options.Seed)
	if err != nil {
		return nil, err
	}
	text, err := protojson.Marshal(spec)
	if err != nil {
		return nil, err
	}
	out := &calibration.Model{
		Format: calibration.Format, Name: options.Name, Evaluator: description.GetName(), Rules: calibration.Rules(description.GetVersion()), Dimension: spec.GetId(), Spec: text,
		Needs: description.GetNeeds(), Languages: description.GetLanguages(), Features: features, Choice: model.choice, Priors: model.priors, Tilt: model.tilt, Own: model.own,
		Fit: calibration.Fit{Labels: len(fitted), Groups: countClusters(fitted), Penalty: model.penalty, Seed: options.Seed, Tilt: model.byTilt, Model: model.byModel, CrossValidated: cross},
	}
	for _, place := range model.classes {
		out.Labels = append(out.Labels, spec.GetLabels()[place])
	}
	if len(held) > 0 {
		out.Fit.HeldOut = study.worth(held, model.all(held))
	}
	return out, nil
}

func rowsOf(features []calibration.Feature, examples []agreement.Example) ([]row, error) {
	var rows []row
	for _, e := range examples {
		values, err := calibration.Values(features, e.Scores)
		if lacking := (*calibration.Lacking)(nil); errors.As(err, &lacking) {
			continue // It would have no calibrated score either.
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{e.Cluster, values, e.Label, e.Said})
	}
	return rows, nil
}

// split draws half of the groups, or more where they have too few labels, and draws so many labels from them: labels of many
// conversations say more than as many of few. What is left of those groups is not held out, since it is not independent of
// what was fitted to.
func split(rows []row, labels int, seed uint64) (fitted, held []row) {
	if labels == 0 || labels >= len(rows) {
		return rows, nil
	}
	order := drawn(rows, seed)
	var pool []row
	for i, cluster := range order {
		of := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.cluster != cluster })
		if 2*i < len(order) || len(pool) < labels {
			pool = append(pool, of...)
		} else {
			held = append(held, of...)
		}
	}
	rand.New(rand.NewPCG(seed, 0x5a3b1e)).Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
	return pool[:labels], held
}

// drawn are the groups in an order drawn at random.
func drawn(rows []row, seed uint64) []string {
	var all []string
	seen := map[string]bool{}
	for _, r := range rows {
		if !seen[r.cluster] {
			seen[r.cluster] = true
			all = append(all, r.cluster)
		}
	}
	rand.New(rand.NewPCG(seed, 0xca11b)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func countClusters(rows []row) int { return len(drawn(rows, 0)) }

// study fits models and says what they are worth.
type study struct {
	ordered bool
	labels  int
	boot    stats.Bootstrap
}

// fitted is a model among the classes that were seen, as places among the labels.
type fitted struct {
	classes []int
	choice  stats.Choice
	priors  []float64
	penalty float64
	tilt    float64
	own     bool
	// byTilt and byModel are how tilt and own were chosen.
	byTilt, byModel *calibration.Step
}

func (s *study) fit(rows []row, penalty float64) (*fitted, error) {
	out := &fitted{penalty: penalty}
	counts := make([]int, s.labels)
	for _, r := range rows {
		counts[r.label]++
	}
	at := make([]int, s.labels)
	for place, n := range counts {
		if n > 0 {
			at[place] = len(out.classes)
			out.classes, out.priors = append(out.classes, place), append(out.priors, float64(n)/float64(len(rows)))
		}
	}
	if len(out.classes) < 2 {
		return nil, fmt.Errorf("all %d labels are the same: there is nothing to tell apart", len(rows))
	}
	values, y := make([][]float64, len(rows)), make([]int, len(rows))
	for i, r := range rows {
		values[i], y[i] = r.values, at[r.label]
	}
	var err error
	out.choice, err = stats.FitChoice(values, y, len(out.classes), s.ordered, penalty)
	return out, err
}

// guess is what is said of a row, and with which probability.
type guess struct {
	label       int
	probability float64
}

func (f *fitted) guess(r row) guess {
	model := calibration.Model{Choice: f.choice, Priors: f.priors, Tilt: f.tilt, Own: f.own}
	class, p := model.Say(r.values, slices.Index(f.classes, r.said))
	if class < 0 {
		return guess{r.said, 0}
	}
	return guess{f.classes[class], p}
}

func (f *fitted) all(rows []row) []guess {
	out := make([]guess, len(rows))
	for i, r := range rows {
		out[i] = f.guess(r)
	}
	return out
}

// choose fits with the penalty that agrees best with groups left out. It tilts only where that is sure to agree better there, and leaves
// the evaluator's own labels unless the model's are.
func (s *study) choose(rows []row, seed uint64) (*fitted, error) {
	most, penalty := -2.0, penalties[len(penalties)-1]
	var left [][]guess // by tilt, of the best penalty
	for _, each := range penalties {
		guesses, err := s.guessed(rows, each, seed)
		if err != nil {
			return nil, err
		}
		kappa, err := s.kappa(rows, guesses[0], nil)
		if left == nil || err == nil && kappa >= most { // in doubt the greater penalty
			left, penalty = guesses, each
			if err == nil {
				most = kappa
			}
		}
	}
	out, err := s.fit(rows, penalty)
	if err != nil {
		return nil, err
	}
	best, tilt := s.tilt(rows, left)
	out.byTilt = s.step(rows, left[0], left[best])
	said := make([]guess, len(rows))
	for i, r := range rows {
		said[i].label = r.said
	}
	if out.byTilt.Taken {
		out.tilt = tilt
	} else {
		best = 0
	}
	out.byModel = s.step(rows, said, left[best])
	out.own = !out.byModel.Taken
	return out, nil
}

// guessed are what models with a penalty say of each group without having seen it, by tilt.
func (s *study) guessed(rows []row, penalty float64, seed uint64) ([][]guess, error) {
	guesses := make([][]guess, len(tilts))
	for t := range guesses {
		guesses[t] = make([]guess, len(rows))
	}
	return guesses, s.leaveOut(rows, innerFolds, seed, func(rest []row) (*fitted, error) { return s.fit(rest, penalty) }, func(i int, model *fitted) {
		for t, tilt := range tilts {
			model.tilt = tilt
			guesses[t][i] = model.guess(rows[i])
		}
	})
}

// tilt is the tilt above none that agrees best.
func (s *study) tilt(rows []row, guesses [][]guess) (at int, tilt float64) {
	most := -2.0
	for t := 1; t < len(tilts); t++ {
		if kappa, err := s.kappa(rows, guesses[t], nil); err == nil && kappa > most {
			at, tilt, most = t, tilts[t], kappa
		}
	}
	return at, tilt
}

// step holds two ways to say labels against each other. On a few hundred labels of a few groups what does best is often best by luck, and what it
// then costs on others is more than what it can gain: so it is taken only where the gain is above zero with its whole interval over groups.
func (s *study) step(rows []row, without, with []guess) *calibration.Step {
	gain := func(listed []int) (float64, error) {
		before, err := s.kappa(rows, without, listed)
		if err != nil {
			return 0, err
		}
		after, err := s.kappa(rows, with, listed)
		return after - before, err
	}
	out := &calibration.Step{Gain: known(gain(nil)), GainCI: s.interval(clustersOf(rows), gain)}
	out.Taken = out.GainCI != nil && out.GainCI[0] > 0
	return out
}

// leaveOut fits without each fold of groups and has use take what is in it.
func (s *study) leaveOut(rows []row, folds int, seed uint64, fit func([]row) (*fitted, error), use func(i int, model *fitted)) error {
	order := drawn(rows, seed+1)
	folds = min(folds, len(order))
	for fold := range folds {
		in := func(r row) bool { return slices.Index(order, r.cluster)%folds == fold }
		model, err := fit(slices.DeleteFunc(slices.Clone(rows), in))
		if err != nil {
			return err
		}
		for i, r := range rows {
			if in(r) {
				use(i, model)
			}
		}
	}
	return nil
}

// crossValidate is what calibration is worth with each fold left out, all that is chosen being chosen without it; nil where there
// are too few groups to choose in.
func (s *study) crossValidate(rows []row, seed uint64) (*calibration.Worth, error) {
	if countClusters(rows) < 4 {
		return nil, nil
	}
	guesses := make([]guess, len(rows))
	err := s.leaveOut(rows, folds, seed, func(rest []row) (*fitted, error) { return s.choose(rest, seed) }, func(i int, model *fitted) { guesses[i] = model.guess(rows[i]) })
	if err != nil {
		return nil, err
	}
	return s.worth(rows, guesses), nil
}
