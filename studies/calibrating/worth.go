package calibrating

import (
	"math"

	"github.com/vignette-sim/vignette/evaluators/calibrated/calibration"
	"github.com/vignette-sim/vignette/internal/stats"
)

// kappa of labels with guesses, or with what the evaluator said where there are none, over the rows that are listed (nil: all).
func (s *study) kappa(rows []row, guesses []guess, listed []int) (float64, error) {
	table := make([][]float64, s.labels)
	for i := range table {
		table[i] = make([]float64, s.labels)
	}
	count := func(i int) {
		second := rows[i].said
		if guesses != nil {
			second = guesses[i].label
		}
		table[rows[i].label][second]++
	}
	if listed == nil {
		for i := range rows {
			count(i)
		}
	}
	for _, i := range listed {
		count(i)
	}
	if s.ordered {
		return stats.WeightedKappa(table, stats.Quadratic)
	}
	return stats.CohenKappa(table)
}

// worth compares before and after on the same rows.
func (s *study) worth(rows []row, guesses []guess) *calibration.Worth {
	clusters := clustersOf(rows)
	w := &calibration.Worth{N: len(rows), Groups: len(clusters), Measure: "kappa"}
	if s.ordered {
		w.Measure = "weighted kappa"
	}
	interval := func(statistic func(listed []int) (float64, error)) *[2]float64 {
		return s.interval(clusters, statistic)
	}
	before := func(listed []int) (float64, error) { return s.kappa(rows, nil, listed) }
	after := func(listed []int) (float64, error) { return s.kappa(rows, guesses, listed) }
	gain := func(listed []int) (float64, error) {
		b, err := before(listed)
		if err != nil {
			return 0, err
		}
		a, err := after(listed)
		return a - b, err
	}
	w.Before, w.BeforeCI = known(before(nil)), interval(before)
	w.After, w.AfterCI = known(after(nil)), interval(after)
	w.Gain, w.GainCI = known(gain(nil)), interval(gain)
	rightBefore, rightAfter := 0.0, 0.0
	for i, r := range rows {
		if r.said == r.label {
			rightBefore++
		}
		if guesses[i].label == r.label {
			rightAfter++
		}
	}
	n := float64(len(rows))
	w.AccuracyBefore, w.AccuracyAfter = known(rightBefore/n, nil), known(rightAfter/n, nil)
	w.ECE = known(ece(rows, guesses), nil)
	return w
}

// interval is that of a statistic of rows, over clusters of them; nil where there is none.
func (s *study) interval(clusters [][]int, statistic func(listed []int) (float64, error)) *[2]float64 {
	ci, err := s.boot.Interval(len(clusters), func(drawn []int) (float64, error) {
		var listed []int
		for _, c := range drawn {
			listed = append(listed, clusters[c]...)
		}
		return statistic(listed)
	})
	if err != nil {
		return nil
	}
	return &[2]float64{ci.Low, ci.High}
}

func clustersOf(rows []row) [][]int {
	at := map[string]int{}
	var out [][]int
	for i, r := range rows {
		if _, ok := at[r.cluster]; !ok {
			at[r.cluster] = len(out)
			out = append(out, nil)
		}
		out[at[r.cluster]] = append(out[at[r.cluster]], i)
	}
	return out
}

// ece is the expected calibration error in ten bins of equal width (Naeini, Cooper and Hauskrecht 2015).
func ece(rows []row, guesses []guess) float64 {
	const bins = 10
	var right, sure [bins]float64
	for i, g := range guesses {
		bin := min(bins-1, int(g.probability*bins))
		sure[bin] += g.probability
		if g.label == rows[i].label {
			right[bin]++
		}
	}
	sum := 0.0
	for bin := range bins {
		sum += math.Abs(right[bin] - sure[bin])
	}
	return sum / float64(len(rows))
}

func known(x float64, err error) *float64 {
	if err != nil {
		return nil
	}
	return &x
}
