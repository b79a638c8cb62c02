package rewards

import (
	"fmt"
	"math"
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Logistic is what logistic regression comes to where the outcome has two values: weights for the log odds of the better one, with a ridge
// penalty. It is measured as the linear fit is, so that the two can be set side by side: of a probability, the share of the
// variance that is predicted is its Brier skill score.
type Logistic struct {
	// Undefined says why there are no weights, in a phrase.
	Undefined string
	Weights   Change
	Penalty   float64
	R2        float64
	// Gain is over the stated weights, GainLinear over the linear fit.
	Gain, GainLinear Gain
}

// Human is what people's ratings alone predict, fitted in the same way (logistic where the outcome has two values), and how much the evaluators'
// terms add to that.
type Human struct {
	// Terms are those of raters.
	Terms []string
	R2    float64
	// Gain is that of all terms over the raters' alone.
	Gain Gain
}

// logitPenalties are those tried for logistic regression, on the mean log likelihood (stats.FitChoice); predictors lie within -1 and 1.
var logitPenalties = []float64{1, 0.3, 0.1, 0.03, 0.01, 0.003}

// binary says whether the outcome has two values, and which.
func (d *data) binary() (low, high float64, ok bool) {
	low, high = slices.Min(d.y), slices.Max(d.y)
	return low, high, low < high && !slices.ContainsFunc(d.y, func(y float64) bool { return y != low && y != high })
}

// logit fits the log odds of the higher value on the episodes of some clusters. Where only one value is seen there is none.
func (d *data) logit(clusters []int, penalty float64) (stats.Choice, error) {
	low, _, _ := d.binary()
	var rows [][]float64
	var y []int
	for _, i := range d.places(clusters) {
		rows = append(rows, d.x[i])
		if d.y[i] == low {
			y = append(y, 0)
		} else {
			y = append(y, 1)
		}
	}
	return stats.FitChoice(rows, y, 2, false, penalty)
}

// byLogit goes by logistic regression with a penalty; what cannot be fitted is the mean.
func (d *data) byLogit(clusters []int, penalty float64) model {
	fitted, err := d.logit(clusters, penalty)
	if err != nil {
		return d.byMean(clusters)
	}
	low, high, _ := d.binary()
	return func(place int) float64 { return low + (high-low)*fitted.Probabilities(d.x[place])[1] }
}

// logitPenalty is the one that predicts best in cross-validation; of equal ones the largest.
func (d *data) logitPenalty(clusters []int) float64 {
	best, least := logitPenalties[0], math.Inf(1)
	for _, penalty := range logitPenalties {
		sum := 0.0
		for _, e := range d.held(clusters, innerFolds, func(shown []int) model { return d.byLogit(shown, penalty) }) {
			sum += e
		}
		if sum < least-level {
			best, least = penalty, sum
		}
	}
	return best
}

func (d *data) byFittedLogit(clusters []int) model {
	return d.byLogit(clusters, d.logitPenalty(clusters))
}

// logistic fits and assesses logistic regression, nil where the outcome has other than two values.
func (d *data) logistic(terms []Weight, errs heldErrors) (*Logistic, map[int]float64) {
	if _, _, ok := d.binary(); !ok {
		return nil, nil
	}
	all := d.all()
	out := &Logistic{Penalty: d.logitPenalty(all)}
	fitted, err := d.logit(all, out.Penalty)
	if err != nil {
		out.Undefined = err.Error()
		return out, nil
	}
	if out.Weights = scaled(terms, fitted.Slopes[0]); out.Weights == nil {
		out.Undefined = "no term varies with the outcome"
	}
	held := d.held(all, outerFolds, d.byFittedLogit)
	out.R2 = d.share(held, errs.mean).value
	out.Gain, out.GainLinear = d.share(held, errs.stated).gain(d), d.share(held, errs.fitted).gain(d)
	return out, held
}

// human assesses what raters' terms predict alone, nil where there are none, or nothing else. Full are the errors of the fit of all terms.
func (d *data) human(terms []Weight, full map[int]float64, errs heldErrors) *Human {
	out := &Human{}
	var columns []int
	for j, term := range terms {
		if term.rated() {
			columns, out.Terms = append(columns, j), append(out.Terms, term.name())
		}
	}
	if len(columns) == 0 || len(columns) == len(terms) {
		return nil
	}
	alone := *d
	alone.x, alone.names = make([][]float64, len(d.x)), out.Terms
	for i, row := range d.x {
		for _, j := range columns {
			alone.x[i] = append(alone.x[i], row[j])
		}
	}
	learn := alone.byFit
	if _, _, ok := d.binary(); ok {
		learn = alone.byFittedLogit
	}
	held := alone.held(d.all(), outerFolds, learn)
	out.R2, out.Gain = d.share(held, errs.mean).value, d.share(full, held).gain(d)
	return out
}

// heldErrors are squared errors by place, each episode predicted without its client's.
type heldErrors struct{ mean, stated, alone, fitted map[int]float64 }

// shared is by how much one's errors are less than another's, as a share of the variance.
type shared struct {
	value     float64
	err       error
	statistic func(drawn []int) (float64, error)
}

func (d *data) share(of, than map[int]float64) shared {
	mean := d.held(d.all(), outerFolds, d.byMean)
	out := shared{statistic: func(drawn []int) (float64, error) {
		better, whole := 0.0, 0.0
		for _, i := range d.places(drawn) {
			better, whole = better+than[i]-of[i], whole+mean[i]
		}
		if whole == 0 {
			return 0, fmt.Errorf("share of the variance: %w: there is none", stats.ErrUndefined)
		}
		return better / whole, nil
	}}
	out.value, out.err = out.statistic(d.all())
	return out
}

// gain is the share with its interval over clients.
func (s shared) gain(d *data) Gain {
	out := Gain{Value: s.value}
	if ci, err := (stats.Bootstrap{}).Interval(len(d.clusters), s.statistic); err == nil {
		out.CI95 = &ci
	}
	return out
}

// scaled are weights of terms in the ratio of slopes, whose absolute values add up to 1; nil where all are 0.
func scaled(terms []Weight, slopes []float64) Change {
	total := 0.0
	for _, slope := range slopes {
		total += math.Abs(slope)
	}
	if total == 0 {
		return nil
	}
	out := make(Change, len(terms))
	for i, w := range terms {
		w.Value = math.Round(1000*slopes[i]/total) / 1000
		out[i] = w
	}
	return out
}
