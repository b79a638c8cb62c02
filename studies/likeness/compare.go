package likeness

import (
	"github.com/vignette-sim/vignette/internal/stats"
)

// Report sets simulated conversations beside human ones.
type Report struct {
	// Human and Simulated are how many conversations there are of each.
	Human     int `json:"human"`
	Simulated int `json:"simulated"`
	// LeftOut are episodes that were not compared, since they are not valid.
	LeftOut int `json:"left_out"`
	// Rows are the features that either has.
	Rows []Row `json:"features"`
	// Seed is that of the intervals' draws, which draw conversations of either kind.
	Seed uint64 `json:"seed"`
}

// Row is one feature on both sides. What is undefined is nil.
type Row struct {
	Feature string `json:"feature"`
	Group   string `json:"group"`
	Meaning string `json:"meaning"`
	// HumanN and SimulatedN conversations have it.
	HumanN     int      `json:"human_n"`
	SimulatedN int      `json:"simulated_n"`
	Human      *float64 `json:"human_mean"`
	HumanSD    *float64 `json:"human_sd"`
	Simulated  *float64 `json:"simulated_mean"`
	// SimulatedSD beside HumanSD says whether conversations differ as much as those of people do.
	SimulatedSD *float64 `json:"simulated_sd"`
	// Difference is simulated less human, with a 95% interval.
	Difference   *float64    `json:"difference"`
	DifferenceCI *[2]float64 `json:"difference_ci95"`
	// More is the probability that of a simulated and a human conversation the simulated one has more of it: .5 is alike (the
	// area under the ROC curve).
	More   *float64    `json:"more"`
	MoreCI *[2]float64 `json:"more_ci95"`
}

const (
	level     = 0.95
	resamples = 2000
	// MinForInterval is how many conversations of a kind an interval needs.
	MinForInterval = 5
)

// Compare sets two lots of conversations side by side.
func Compare(human, simulated []Features, seed uint64) *Report {
	report := &Report{Human: len(human), Simulated: len(simulated), Seed: seed}
	boot := stats.Bootstrap{Level: level, Seed: seed, Resamples: resamples}
	for _, feature := range Names {
		theirs, ours := column(human, feature.Name), column(simulated, feature.Name)
		if len(theirs)+len(ours) == 0 {
			continue
		}
		row := Row{Feature: feature.Name, Group: feature.Group, Meaning: feature.Meaning, HumanN: len(theirs), SimulatedN: len(ours)}
		row.Human, row.HumanSD = known(stats.Mean(theirs)), known(stats.StdDev(theirs))
		row.Simulated, row.SimulatedSD = known(stats.Mean(ours)), known(stats.StdDev(ours))
		row.Difference, row.DifferenceCI = beside(theirs, ours, difference, boot)
		row.More, row.MoreCI = beside(theirs, ours, stats.AUC, boot)
		report.Rows = append(report.Rows, row)
	}
	return report
}

func column(all []Features, name string) []float64 {
	var out []float64
	for _, f := range all {
		if x, ok := f[name]; ok {
			out = append(out, x)
		}
	}
	return out
}

func difference(human, simulated []float64) (float64, error) {
	theirs, err := stats.Mean(human)
	if err != nil {
		return 0, err
	}
	ours, err := stats.Mean(simulated)
	return ours - theirs, err
}

// beside is a statistic of two samples, with an interval by drawing conversations of both together: how many of each kind a draw
// has varies a little, as it would if both had been gathered anew.
func beside(human, simulated []float64, of func(human, simulated []float64) (float64, error), boot stats.Bootstrap) (*float64, *[2]float64) {
	whole := known(of(human, simulated))
	if whole == nil || len(human) < MinForInterval || len(simulated) < MinForInterval {
		return whole, nil
	}
	interval, err := boot.Interval(len(human)+len(simulated), func(drawn []int) (float64, error) {
		var a, b []float64
		for _, i := range drawn {
			if i < len(human) {
				a = append(a, human[i])
			} else {
				b = append(b, simulated[i-len(human)])
			}
		}
		return of(a, b)
	})
	if err != nil {
		return whole, nil
	}
	return whole, &[2]float64{interval.Low, interval.High}
}

func known(x float64, err error) *float64 {
	if err != nil {
		return nil
	}
	return &x
}
