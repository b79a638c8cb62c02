package tom

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/evaluators/tom/outcome"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/stats"
)

// Report is how well the roles of a run read other minds.
type Report struct {
	Run string `json:"run"`
	// Episodes are those that are in it, LeftOut those that are not, by what became of them.
	Episodes int            `json:"episodes"`
	LeftOut  map[string]int `json:"left_out"`
	// Minds is how many personas were read.
	Minds int `json:"minds"`
	// Intervals hold 95% each, of a bootstrap that draws whole episodes.
	Intervals Intervals `json:"intervals"`
	// Results by what is asked for and arm, in that order.
	Results []*Result `json:"results"`
	// Warnings are what a reader should know before believing it.
	Warnings []string `json:"warnings"`
}

// Intervals says how intervals came about.
type Intervals struct {
	Level     float64 `json:"level"`
	Resamples int     `json:"resamples"`
	Seed      uint64  `json:"seed"`
	Clusters  string  `json:"clusters"`
}

// Result is one arm's answers to one question.
type Result struct {
	// Ask is what was asked for: emotion, belief, next_act, or one of these of second order.
	Ask string `json:"ask"`
	// Arm is how the asked role was played, by the factors that vary it.
	Arm string `json:"arm"`
	// Asked is how many answers there are, N how many are scored; Missing counts the others by reason.
	Asked   int            `json:"asked"`
	N       int            `json:"n"`
	Missing map[string]int `json:"missing"`
	// Episodes is over how many the scored answers are spread.
	Episodes int `json:"episodes"`
	Scores
	// Baselines are what forecasts got that take no reading, and how the answers compare on the same questions.
	Baselines []*Baseline `json:"baselines"`
	// Calibration is how far what was said comes about; nil where nothing is scored.
	Calibration *Calibration `json:"calibration"`
}

// Scores are means over answers. Brier (0 to 2) and log are lower for better answers, accuracy is higher.
type Scores struct {
	Brier    *Estimate `json:"brier"`
	Log      *Estimate `json:"log"`
	Accuracy *Estimate `json:"accuracy"`
}

// Estimate is a mean, and its interval where one can be had: it takes two episodes that differ.
type Estimate struct {
	Value float64     `json:"value"`
	CI95  *[2]float64 `json:"ci95"`
}

// Baseline is one forecast that takes no reading.
type Baseline struct {
	Name string `json:"name"`
	// What says what it knows; Privileged that this is more than a reader can: it is a mark and no bar.
	What       string `json:"what"`
	Privileged bool   `json:"privileged"`
	// N is how many of the scored answers it has a forecast beside.
	N int `json:"n"`
	Scores
	// Difference is what the answers have less the baseline, on the same questions: below zero is better for Brier and log.
	Difference Scores `json:"difference"`
	// Beaten says that the whole interval of the Brier difference lies below zero; nil where there is none.
	Beaten *bool `json:"beaten"`
}

// Calibration is how far what was said comes about.
type Calibration struct {
	// ECE is the expected calibration error over the bins, 0 (as good as its word) to 1.
	ECE  float64 `json:"ece"`
	Bins []Bin   `json:"bins"`
}

// Bin is a part of the range of confidence in the likeliest answer; empty ones are left out.
type Bin struct {
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	N          int     `json:"n"`
	Confidence float64 `json:"confidence"`
	Right      float64 `json:"right"`
}

// Options say how to report.
type Options struct {
	// Seed of the intervals' draws.
	Seed uint64
	// Resamples for each interval; 0 means 2000.
	Resamples int
}

const (
	level     = 0.95
	resamples = 2000
	// bins of calibration. Chosen: ten are usual.
	bins = 10
)

// Report scores all that was taken in.
func (s *Study) Report(options Options) (*Report, error) {
	boot := stats.Bootstrap{Level: level, Seed: options.Seed, Resamples: cmp.Or(options.Resamples, resamples)}
	r := &Report{
		Run: s.run, Episodes: len(s.episodes), LeftOut: map[string]int{}, Results: []*Result{}, Warnings: []string{},
		Intervals: Intervals{Level: level, Resamples: boot.Resamples, Seed: options.Seed, Clusters: "episode"},
	}
	maps.Copy(r.LeftOut, s.leftOut)
	answers := slices.SortedStableFunc(slices.Values(s.answers), func(a, b *answer) int { return a.place - b.place })
	byAsk, minds := map[string][]*answer{}, map[string]bool{}
	for _, a := range answers {
		byAsk[a.ask] = append(byAsk[a.ask], a)
		minds[a.other] = true
	}
	r.Minds = len(minds)
	for _, ask := range sortedKeys(byAsk) {
		results, err := score(ask, byAsk[ask], boot)
		if err != nil {
			return nil, err
		}
		r.Results = append(r.Results, results...)
	}
	r.Warnings = append(r.Warnings, s.warnings(r)...)
	return r, nil
}

// score scores the answers to one question, arm by arm in the design's order. Baselines know the whole run.
func score(ask string, answers []*answer, boot stats.Bootstrap) ([]*Result, error) {
	all, byArm, arms := poolOf(answers[0].kind, answers), map[string][]*answer{}, []string{}
	for _, a := range answers {
		if byArm[a.arm] == nil {
			arms = append(arms, a.arm)
		}
		byArm[a.arm] = append(byArm[a.arm], a)
	}
	var results []*Result
	for _, arm := range arms {
		result, err := scoreArm(ask, arm, byArm[arm], all, boot)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", ask, arm, err)
		}
		results = append(results, result)
	}
	return results, nil
}

func scoreArm(ask, arm string, answers []*answer, all *pool, boot stats.Bootstrap) (*Result, error) {
	r := &Result{Ask: ask, Arm: arm, Asked: len(answers), Missing: map[string]int{}}
	var known []*answer
	var own []outcome.Score
	var guesses []stats.Guess
	for _, a := range answers {
		if !a.known() {
			r.Missing[enumname.Of(a.missing.GetReason())]++
			continue
		}
		s, err := outcome.Compare(a.kind, a.said, a.came)
		if err != nil {
			return nil, fmt.Errorf("episode %s: %w", a.episode, err)
		}
		known, own = append(known, a), append(own, s)
		guesses = append(guesses, stats.Guess{Confidence: s.Confidence, Right: s.Right})
	}
	r.N = len(known)
	for i := range known {
		if i == 0 || known[i].episode != known[i-1].episode {
			r.Episodes++
		}
	}
	r.Scores = scoresOf(known, boot, func(i int) (outcome.Score, bool) { return own[i], true })
	for _, b := range baselines {
		if scored := besides(b, known, own, all, boot); scored != nil {
			r.Baselines = append(r.Baselines, scored)
		}
	}
	r.Calibration = calibration(guesses)
	return r, nil
}

// besides scores a baseline on the questions it has an answer to; nil where those are none.
func besides(b baseline, known []*answer, own []outcome.Score, all *pool, boot stats.Bootstrap) *Baseline {
	theirs := map[int]outcome.Score{}
	for i, a := range known {
		if forecast := b.forecast(all, a); forecast != nil {
			if s, err := outcome.Compare(a.kind, forecast, a.came); err == nil {
				theirs[i] = s
			}
		}
	}
	if len(theirs) == 0 {
		return nil
	}
	out := &Baseline{Name: b.name, What: b.title, Privileged: b.privileged, N: len(theirs)}
	out.Scores = scoresOf(known, boot, func(i int) (outcome.Score, bool) { s, ok := theirs[i]; return s, ok })
	out.Difference = scoresOf(known, boot, func(i int) (outcome.Score, bool) {
		s, ok := theirs[i]
		return outcome.Score{Brier: own[i].Brier - s.Brier, Log: own[i].Log - s.Log, Right: own[i].Right - s.Right}, ok
	})
	if ci := out.Difference.Brier.CI95; ci != nil {
		beaten := ci[1] < 0
		out.Beaten = &beaten
	}
	return out
}

// scoresOf are means over answers that have a score, with intervals over episodes.
func scoresOf(known []*answer, boot stats.Bootstrap, of func(i int) (outcome.Score, bool)) Scores {
	estimate := func(part func(outcome.Score) float64) *Estimate {
		var clusters [][]float64
		var values []float64
		for i, a := range known {
			if i == 0 || a.episode != known[i-1].episode {
				clusters = append(clusters, nil)
			}
			if s, ok := of(i); ok {
				clusters[len(clusters)-1] = append(clusters[len(clusters)-1], part(s))
				values = append(values, part(s))
			}
		}
		mean, err := stats.Mean(values)
		if err != nil {
			return nil
		}
		e := &Estimate{Value: mean}
		if ci, err := boot.MeanInterval(clusters); err == nil {
			e.CI95 = &[2]float64{ci.Low, ci.High}
		}
		return e
	}
	return Scores{
		Brier:    estimate(func(s outcome.Score) float64 { return s.Brier }),
		Log:      estimate(func(s outcome.Score) float64 { return s.Log }),
		Accuracy: estimate(func(s outcome.Score) float64 { return s.Right }),
	}
}

func calibration(guesses []stats.Guess) *Calibration {
	sorted, ece, err := stats.Reliability(guesses, bins)
	if err != nil {
		return nil
	}
	c := &Calibration{ECE: ece}
	for _, b := range sorted {
		if b.N > 0 {
			c.Bins = append(c.Bins, Bin{Low: b.Low, High: b.High, N: b.N, Confidence: b.Confidence, Right: b.Right})
		}
	}
	return c
}

func (s *Study) warnings(r *Report) []string {
	var out []string
	for _, model := range sortedKeys(s.alike) {
		out = append(out, fmt.Sprintf("%s played both who was asked and whom it was asked about: it was reading itself", model))
	}
	switch {
	case r.Episodes > 0 && len(s.answers) == 0:
		out = append(out, "no probe asked a role about another in closed form; add probes to the scenario (docs/scenarios.md)")
	case r.Minds == 1:
		out = append(out, "one persona only was read: the base rate over other episodes knows that persona; play several")
	}
	for _, fate := range sortedKeys(r.LeftOut) {
		out = append(out, fmt.Sprintf("%d episodes left out: %s", r.LeftOut[fate], fate))
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
