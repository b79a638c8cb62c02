package judging

import (
	"hash/fnv"
	"math"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Kinds of confidence.
const (
	// Verbalised is what the judge says, Sampled how many of its samples chose alike; calibrated they are what anchors left out say of them.
	Verbalised           = "verbalised"
	VerbalisedCalibrated = "verbalised, calibrated"
	Sampled              = "sampled"
	SampledCalibrated    = "sampled, calibrated"
)

const (
	bins  = 10
	folds = 5
	// edge keeps log odds finite, ridge keeps slopes so where confidence separates right from wrong. Chosen.
	edge, ridge = 0.01, 0.001
)

// Confidence is how far one kind of confidence comes true, over both orders of every anchor.
type Confidence struct {
	Kind string `json:"kind"`
	N    int    `json:"n"`
	// Mean is the mean confidence, Right the share that was right.
	Mean  float64 `json:"mean"`
	Right float64 `json:"right"`
	// ECE is the expected calibration error in ten bins (0 best), Brier 0 best and .25 for saying .5 to everything, AUROC whether it is
	// surer where it is right (.5: no). Null where it cannot be had.
	ECE   *float64 `json:"ece"`
	Brier *float64 `json:"brier"`
	AUROC *float64 `json:"auroc"`
	// Coverage is what abstaining below a threshold would do.
	Coverage []Coverage `json:"coverage"`
	// AURC is the mean risk over all coverages, surest first (Geifman, Uziel and El-Yaniv 2019); 0 best, 1 - right where confidence says nothing.
	AURC float64 `json:"aurc"`
}

// Coverage is what is left where verdicts with less confidence than the threshold are not given.
type Coverage struct {
	Threshold float64 `json:"threshold"`
	Coverage  float64 `json:"coverage"`
	// Risk is the share of wrong verdicts among those given, with Wilson's interval; null where none is given.
	Risk   *float64    `json:"risk"`
	RiskCI *[2]float64 `json:"risk_ci95"`
}

var thresholds = []float64{0.5, 0.6, 0.7, 0.8, 0.9}

// confidences are the kinds there are: sampled ones need more than one sample.
func confidences(outcomes []*outcome, samples int) []*Confidence {
	stated := func(o order) float64 { return o.stated }
	out := kinds(outcomes, Verbalised, VerbalisedCalibrated, stated)
	if samples > 1 {
		out = append(out, kinds(outcomes, Sampled, SampledCalibrated, func(o order) float64 { return o.share })...)
	}
	return out
}

func kinds(outcomes []*outcome, raw, calibrated string, of func(order) float64) []*Confidence {
	var guesses []stats.Guess
	for _, o := range outcomes {
		for _, each := range o.orders {
			guesses = append(guesses, stats.Guess{Confidence: of(each), Right: each.right})
		}
	}
	out := []*Confidence{comesTrue(raw, guesses)}
	if better := recalibrated(outcomes, guesses); better != nil {
		out = append(out, comesTrue(calibrated, better))
	}
	return out
}

func comesTrue(kind string, guesses []stats.Guess) *Confidence {
	c := &Confidence{Kind: kind, N: len(guesses)}
	if c.N == 0 {
		return c
	}
	for _, g := range guesses {
		c.Mean += g.Confidence / float64(c.N)
		c.Right += g.Right / float64(c.N)
	}
	if _, ece, err := stats.Reliability(guesses, bins); err == nil {
		c.ECE = &ece
	}
	if brier, err := stats.BinaryBrier(guesses); err == nil {
		c.Brier = &brier
	}
	if auroc, err := stats.Discrimination(guesses); err == nil {
		c.AUROC = &auroc
	}
	for _, threshold := range thresholds {
		c.Coverage = append(c.Coverage, covered(guesses, threshold))
	}
	c.AURC = riskOverCoverage(guesses)
	return c
}

func covered(guesses []stats.Guess, threshold float64) Coverage {
	given, right := 0, 0.0
	for _, g := range guesses {
		if g.Confidence >= threshold {
			given++
			right += g.Right
		}
	}
	c := Coverage{Threshold: threshold, Coverage: float64(given) / float64(len(guesses))}
	if ci, err := stats.WilsonInterval(given-int(right), given, level); err == nil {
		risk := 1 - right/float64(given)
		c.Risk, c.RiskCI = &risk, &[2]float64{ci.Low, ci.High}
	}
	return c
}

// recalibrated is confidence after Platt (1999): a logistic regression of being right on the log odds of confidence, fitted to the other
// folds. A fold holds both orders of its anchors, and which hangs on the anchor's id. Nil where a fit is not defined.
func recalibrated(outcomes []*outcome, guesses []stats.Guess) []stats.Guess {
	out := make([]stats.Guess, len(guesses))
	for fold := range folds {
		var rows [][]float64
		var y []int
		var held []int
		for i, g := range guesses {
			if foldOf(outcomes[i/2].anchor.ID) == fold {
				held = append(held, i)
				continue
			}
			rows, y = append(rows, []float64{logOdds(g.Confidence)}), append(y, int(g.Right))
		}
		if len(held) == 0 {
			continue
		}
		if len(rows) == 0 {
			return nil
		}
		model, err := stats.FitChoice(rows, y, 2, false, ridge)
		if err != nil {
			return nil
		}
		for _, i := range held {
			out[i] = stats.Guess{Confidence: model.Probabilities([]float64{logOdds(guesses[i].Confidence)})[1], Right: guesses[i].Right}
		}
	}
	return out
}

func foldOf(id string) int {
	hash := fnv.New32a()
	hash.Write([]byte(id))
	return int(hash.Sum32()>>8) % folds
}

func logOdds(p float64) float64 {
	p = min(max(p, edge), 1-edge)
	return math.Log(p / (1 - p))
}
