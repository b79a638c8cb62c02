package judging

import (
	"cmp"
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
)

// riskOverCoverage is the mean, over verdicts from the surest on, of the share that is wrong until there. Verdicts of one confidence come
// together: each counts as wrong as all of them are.
func riskOverCoverage(guesses []stats.Guess) float64 {
	sorted := slices.SortedFunc(slices.Values(guesses), func(a, b stats.Guess) int { return cmp.Compare(b.Confidence, a.Confidence) })
	sum, before := 0.0, 0.0
	for start := 0; start < len(sorted); {
		end, wrong := start, 0.0
		for ; end < len(sorted) && sorted[end].Confidence == sorted[start].Confidence; end++ {
			wrong += 1 - sorted[end].Right
		}
		for i := start; i < end; i++ {
			so := before + wrong*float64(i+1-start)/float64(end-start)
			sum += so / float64(i+1)
		}
		before, start = before+wrong, end
	}
	return sum / float64(len(sorted))
}
