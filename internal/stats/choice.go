package stats

import (
	"fmt"
	"math"
)

// Choice is a model of which of several classes something belongs to, given predictors. With an order it is the cumulative logit
// (McCullagh 1980, "Regression Models for Ordinal Data"): P(class <= k) = logistic(Cuts[k] - Slopes[0] x). Without one it is the
// multinomial logit: the log odds of class k+1 against class 0 are Cuts[k] + Slopes[k] x. With two classes both are logistic
// regression; the sign of the cut differs.
type Choice struct {
	Ordered bool        `json:"ordered"`
	Cuts    []float64   `json:"cuts"`
	Slopes  [][]float64 `json:"slopes"`
}

// choiceRounds is how many steps of Fisher's scoring are taken at most. Chosen: well-behaved data take fewer than ten.
const choiceRounds = 60

// FitChoice fits a [Choice] by maximum likelihood, with penalty/2 times the sum of squared slopes taken off the mean log likelihood (0
// is plain maximum likelihood). Cuts are not penalised. Predictors should have like ranges; they are not standardised.
//
// Every class from 0 to classes-1 must be there. Without a penalty, predictors that depend on one another or that separate
// the classes leave the model undefined.
func FitChoice(rows [][]float64, y []int, classes int, ordered bool, penalty float64) (Choice, error) {
	counts, err := checkChoice(rows, y, classes, penalty)
	if err != nil {
		return Choice{}, err
	}
	at := startChoice(counts, len(rows[0]), ordered, len(rows))
	value, err := at.penalised(rows, y, penalty)
	if err != nil {
		return Choice{}, err
	}
	for range choiceRounds {
		step, gain, err := at.step(rows, y, penalty)
		if err != nil {
			return Choice{}, fmt.Errorf("choice among %d classes by %d predictors: %w", classes, len(rows[0]), err)
		}
		if gain < 1e-12 {
			return at, nil
		}
		next, better, ok := at.along(step, value, rows, y, penalty)
		if !ok {
			return at, nil // No step makes it better: rounding is all that is left.
		}
		at, value = next, better
	}
	return Choice{}, fmt.Errorf("choice among %d classes: %w: it does not settle; predictors may separate the classes: give a penalty", classes, ErrUndefined)
}

func checkChoice(rows [][]float64, y []int, classes int, penalty float64) ([]int, error) {
	if len(rows) != len(y) || len(rows) == 0 || classes < 2 || !(penalty >= 0) || math.IsInf(penalty, 0) {
		return nil, fmt.Errorf("choice: %d rows for %d answers, %d classes, penalty %v: %w", len(rows), len(y), classes, penalty, ErrUndefined)
	}
	counts := make([]int, classes)
	for i, row := range rows {
		if len(row) != len(rows[0]) || y[i] < 0 || y[i] >= classes {
			return nil, fmt.Errorf("choice: row %d has %d predictors and class %d; the first has %d, and there are %d classes: %w", i, len(row), y[i], len(rows[0]), classes, ErrUndefined)
		}
		for _, x := range row {
			if !finite(x) {
				return nil, fmt.Errorf("choice: row %d holds %v: %w", i, x, ErrUndefined)
			}
		}
		counts[y[i]]++
	}
	for k, n := range counts {
		if n == 0 {
			return nil, fmt.Errorf("choice: %w: nothing is in class %d", ErrUndefined, k)
		}
	}
	return counts, nil
}

// startChoice says what is known without predictors.
func startChoice(counts []int, predictors int, ordered bool, n int) Choice {
	c := Choice{Ordered: ordered, Slopes: [][]float64{make([]float64, predictors)}}
	below := 0
	for k := range len(counts) - 1 {
		below += counts[k]
		if ordered {
			c.Cuts = append(c.Cuts, math.Log(float64(below)/float64(n-below)))
			continue
		}
		c.Cuts = append(c.Cuts, math.Log(float64(counts[k+1])/float64(counts[0])))
		if k > 0 {
			c.Slopes = append(c.Slopes, make([]float64, predictors))
		}
	}
	return c
}

// Probabilities are those of the classes, for a row of predictors, as many as the model was fitted to. They sum to 1.
func (c Choice) Probabilities(row []float64) []float64 {
	if c.Ordered {
		eta, before := dot(c.Slopes[0], row), 0.0
		out := make([]float64, 0, len(c.Cuts)+1)
		for _, cut := range c.Cuts {
			below := logistic(cut - eta)
			out, before = append(out, below-before), below
		}
		return append(out, 1-before)
	}
	out, most := make([]float64, len(c.Cuts)+1), 0.0
	for k, cut := range c.Cuts {
		out[k+1] = cut + dot(c.Slopes[k], row)
		most = max(most, out[k+1])
	}
	sum := 0.0
	for k := range out {
		out[k] = math.Exp(out[k] - most)
		sum += out[k]
	}
	for k := range out {
		out[k] /= sum
	}
	return out
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range b {
		if x != 0 {
			sum += a[i] * x
		}
	}
	return sum
}

// penalised is the mean log likelihood less the penalty; not defined where something that was seen is impossible.
func (c Choice) penalised(rows [][]float64, y []int, penalty float64) (float64, error) {
	sum := 0.0
	for i, row := range rows {
		p := c.Probabilities(row)[y[i]]
		if !(p > 0) {
			return 0, fmt.Errorf("choice: %w: row %d would be impossible", ErrUndefined, i)
		}
		sum += math.Log(p)
	}
	sum /= float64(len(rows))
	for _, slopes := range c.Slopes {
		sum -= penalty / 2 * dot(slopes, slopes)
	}
	return sum, nil
}

// step is one of Fisher's scoring: the expected information, solved for the gradient. Gain is what the gradient promises.
func (c Choice) step(rows [][]float64, y []int, penalty float64) (step []float64, gain float64, err error) {
	cuts, predictors := len(c.Cuts), len(c.Slopes[0])
	size := cuts + len(c.Slopes)*predictors
	information, gradient := make([][]float64, size), make([]float64, size)
	for i := range information {
		information[i] = make([]float64, i+1)
	}
	n := float64(len(rows))
	for i, row := range rows {
		p := c.Probabilities(row)
		for k, slopes := range c.derivatives(row, p) {
			if p[k] < 1e-300 {
				continue
			}
			for at, d := range slopes.values {
				if k == y[i] {
					gradient[slopes.places[at]] += d / p[k] / n
				}
				for other, e := range slopes.values[:at+1] { // places ascend
					information[slopes.places[at]][slopes.places[other]] += d * e / p[k] / n
				}
			}
		}
	}
	for s, slopes := range c.Slopes {
		for j, slope := range slopes {
			at := cuts + s*predictors + j
			gradient[at] -= penalty * slope
			information[at][at] += penalty
		}
	}
	promised := append([]float64(nil), gradient...)
	if step, err = solveSymmetric(information, gradient); err != nil {
		return nil, 0, err
	}
	return step, dot(promised, step), nil
}

// sparse are the derivatives of a probability by parameters, those that are not zero, by ascending place.
type sparse struct {
	places []int
	values []float64
}

func (s *sparse) add(place int, value float64) {
	s.places, s.values = append(s.places, place), append(s.values, value)
}

// derivatives of each class's probability: cuts come first, then each vector of slopes.
func (c Choice) derivatives(row, p []float64) []sparse {
	out, cuts := make([]sparse, len(p)), len(c.Cuts)
	if c.Ordered {
		eta := dot(c.Slopes[0], row)
		density := func(k int) float64 {
			if k < 0 || k >= cuts {
				return 0
			}
			below := logistic(c.Cuts[k] - eta)
			return below * (1 - below)
		}
		for k := range p {
			if k > 0 {
				out[k].add(k-1, -density(k-1))
			}
			if k < cuts {
				out[k].add(k, density(k))
			}
			for j, x := range row {
				if x != 0 {
					out[k].add(cuts+j, x*(density(k-1)-density(k)))
				}
			}
		}
		return out
	}
	slope := func(k, of int) float64 { // of the probability of k by the log odds of class of
		if k == of {
			return p[k] * (1 - p[of])
		}
		return -p[k] * p[of]
	}
	for k := range p {
		for of := range c.Cuts {
			out[k].add(of, slope(k, of+1))
		}
		for of := range c.Cuts {
			for j, x := range row {
				if x != 0 {
					out[k].add(cuts+of*len(row)+j, x*slope(k, of+1))
				}
			}
		}
	}
	return out
}

// along goes a step, or half of it, and so on, until that is better.
func (c Choice) along(step []float64, value float64, rows [][]float64, y []int, penalty float64) (Choice, float64, bool) {
	for size := 1.0; size > 1e-6; size /= 2 {
		next := c.moved(step, size)
		if better, err := next.penalised(rows, y, penalty); err == nil && better > value {
			return next, better, true
		}
	}
	return c, value, false
}

func (c Choice) moved(step []float64, size float64) Choice {
	out := Choice{Ordered: c.Ordered}
	for k, cut := range c.Cuts {
		out.Cuts = append(out.Cuts, cut+size*step[k])
	}
	for s, slopes := range c.Slopes {
		moved := make([]float64, len(slopes))
		for j, slope := range slopes {
			moved[j] = slope + size*step[len(c.Cuts)+s*len(slopes)+j]
		}
		out.Slopes = append(out.Slopes, moved)
	}
	return out
}
