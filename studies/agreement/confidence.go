package agreement

import (
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// confidenceBins are how many parts of equal width the calibration error is over.
const confidenceBins = 10

// Confidence is how far an evaluator's own confidence comes true: of the N answers that came with one and can be right or wrong.
// With codes an answer is right where the whole set is.
type Confidence struct {
	N int `json:"n"`
	// Mean is the mean confidence, Right the share that was right: the first higher is overconfident.
	Mean  *float64 `json:"mean"`
	Right *float64 `json:"right"`
	// CalibrationError is expected calibration error in ten bins (0 is best, too high with few answers), Brier the mean squared
	// difference between confidence and being right (0 is best, .25 saying .5 to everything), AUROC the probability that a right
	// answer comes with more confidence than a wrong one (.5: it says nothing).
	CalibrationError   *float64 `json:"ece"`
	CalibrationErrorCI CI       `json:"ece_ci95"`
	Brier              *float64 `json:"brier"`
	BrierCI            CI       `json:"brier_ci95"`
	AUROC              *float64 `json:"auroc"`
	AUROCCI            CI       `json:"auroc_ci95"`
	// Bins hold answers by their confidence; empty ones are left out.
	Bins []ConfidenceBin `json:"bins"`
}

// ConfidenceBin is a range of confidence: Low is in it, High is not but for the last.
type ConfidenceBin struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	N     int     `json:"n"`
	Mean  float64 `json:"mean"`
	Right float64 `json:"right"`
}

// Abstention scores leaving things unsaid: what has no value is neither right nor wrong.
type Abstention struct {
	// Coverage is the share of all N that has a value.
	Coverage float64 `json:"coverage"`
	// Net is (right - wrong) / N: to abstain is 0, so abstaining pays where an answer would be right less than half of the time
	// (Chow 1970, with an error as dear as an answer is worth), and not where it would be right more often. MajorityNet is what the most frequent label gets.
	Net         float64  `json:"net"`
	NetCI       CI       `json:"net_ci95"`
	MajorityNet *float64 `json:"majority_net"`
}

// rightness is whether an answer is the label of the consensus; it cannot be told where there is no answer, where raters are split
// about it, and of numbers.
func (d *dimension) rightness(p pair) (right, told bool) {
	if p.missing != "" || len(p.first.open) > 0 || d.scale == vignettev1.Scale_SCALE_NUMBER {
		return false, false
	}
	return p.first.inapplicable == p.second.inapplicable && slices.Equal(p.first.places, p.second.places), true
}

// guesses are answers with confidence.
func (d *dimension) guesses(pairs []pair) []stats.Guess {
	var out []stats.Guess
	for _, p := range pairs {
		right, told := d.rightness(p)
		if !told || p.confidence == nil {
			continue
		}
		guess := stats.Guess{Confidence: *p.confidence}
		if right {
			guess.Right = 1
		}
		out = append(out, guess)
	}
	return out
}

// confidence says how far confidence comes true; nil where none is given.
func (d *dimension) confidence(pairs []pair, boot stats.Bootstrap) *Confidence {
	all := d.guesses(pairs)
	if len(all) == 0 {
		return nil
	}
	var grouped [][]stats.Guess
	for _, cluster := range clusters(pairs) {
		grouped = append(grouped, d.guesses(cluster))
	}
	some := make([]stats.Guess, 0, len(all))
	figure := func(of func([]stats.Guess) (float64, error)) (*float64, CI) {
		return known(of(all)), ends(boot.Interval(len(grouped), func(drawn []int) (float64, error) {
			some = some[:0]
			for _, i := range drawn {
				some = append(some, grouped[i]...)
			}
			return of(some)
		}))
	}
	out := &Confidence{N: len(all)}
	var said, right float64
	for _, g := range all {
		said, right = said+g.Confidence/float64(len(all)), right+g.Right/float64(len(all))
	}
	out.Mean, out.Right = &said, &right
	out.Brier, out.BrierCI = figure(stats.BinaryBrier)
	out.AUROC, out.AUROCCI = figure(stats.Discrimination)
	out.CalibrationError, out.CalibrationErrorCI = figure(func(g []stats.Guess) (float64, error) {
		_, gap, err := stats.Reliability(g, confidenceBins)
		return gap, err
	})
	bins, _, err := stats.Reliability(all, confidenceBins)
	if err != nil {
		return out
	}
	for _, b := range bins {
		if b.N > 0 {
			out.Bins = append(out.Bins, ConfidenceBin{Low: b.Low, High: b.High, N: b.N, Mean: b.Confidence, Right: b.Right})
		}
	}
	return out
}

// abstention scores what was left unsaid; nil where nothing was, or of numbers.
func (d *dimension) abstention(pairs []pair, majority *float64, boot stats.Bootstrap) *Abstention {
	if len(answered(pairs)) == len(pairs) || d.scale == vignettev1.Scale_SCALE_NUMBER {
		return nil
	}
	var all []float64
	var grouped [][]float64
	for _, cluster := range clusters(pairs) {
		values := d.nets(cluster)
		grouped, all = append(grouped, values), append(all, values...)
	}
	whole, err := stats.Mean(all)
	if err != nil {
		return nil
	}
	out := &Abstention{Coverage: float64(len(answered(pairs))) / float64(len(pairs)), Net: whole}
	some := make([]float64, 0, len(all))
	out.NetCI = ends(boot.Interval(len(grouped), func(drawn []int) (float64, error) {
		some = some[:0]
		for _, i := range drawn {
			some = append(some, grouped[i]...)
		}
		return stats.Mean(some)
	}))
	if majority != nil {
		of := 2**majority - 1
		out.MajorityNet = &of
	}
	return out
}

// nets are 1 for what is right, -1 for what is wrong and 0 for what is left unsaid; where raters are split nobody can be right.
func (d *dimension) nets(pairs []pair) []float64 {
	values := make([]float64, 0, len(pairs))
	for _, p := range pairs {
		switch right, told := d.rightness(p); {
		case len(p.first.open) > 0:
		case !told:
			values = append(values, 0)
		case right:
			values = append(values, 1)
		default:
			values = append(values, -1)
		}
	}
	return values
}
