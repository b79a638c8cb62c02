package generations

import (
	"hash/fnv"
	"slices"

	"github.com/vignette-sim/vignette/internal/language"
)

// Wanted is how many distinct good conversations of one situation are enough, n*, unless said otherwise: as in the code of B-STaR.
const Wanted = 8

// pairs of words of what somebody said, each as often as it was said, sorted.
type pairs []uint32

// pairsOf are the pairs of neighbouring words of a text, in lower case and without marks.
func pairsOf(lines []string) pairs {
	var out pairs
	for _, line := range lines {
		words := language.Words(language.Tokens(line))
		for i := 1; i < len(words); i++ {
			h := fnv.New32a()
			h.Write([]byte(words[i-1].Norm + "\x00" + words[i].Norm))
			out = append(out, h.Sum32())
		}
	}
	slices.Sort(out)
	return out
}

// distance is how much two texts differ, 0 (the same pairs of words) to 1 (none in common): one less the share of distinct pairs of words that both
// have among those that either has (Jaccard; Broder 1997 calls it resemblance). Two texts without any are the same.
func distance(a, b pairs) float64 {
	a, b = slices.Compact(slices.Clone(a)), slices.Compact(slices.Clone(b))
	both, i, k := 0, 0, 0
	for i < len(a) && k < len(b) {
		switch {
		case a[i] < b[k]:
			i++
		case a[i] > b[k]:
			k++
		default:
			both, i, k = both+1, i+1, k+1
		}
	}
	either := len(a) + len(b) - both
	if either == 0 {
		return 0
	}
	return 1 - float64(both)/float64(either)
}

// apart is the mean distance of all pairs of texts; false with fewer than two.
func apart(texts []pairs) (float64, bool) {
	sum, n := 0.0, 0
	for i := range texts {
		for k := range i {
			sum += distance(texts[i], texts[k])
			n++
		}
	}
	return sum / float64(max(1, n)), n > 0
}

// distinct2 is the share of pairs of words that are different ones among all that texts have (distinct-2, Li et al. 2016); false where there are
// none. It falls with the length of what is said.
func distinct2(texts []pairs) (float64, bool) {
	all := slices.Concat(texts...)
	slices.Sort(all)
	total := len(all)
	if total == 0 {
		return 0, false
	}
	return float64(len(slices.Compact(all))) / float64(total), true
}

// balance is the balance score of one situation (B-STaR, Zeng et al. 2025, arXiv 2412.17256): min(n'/n*, 1) x n'/n, where n are accepted, n' of them
// right and different from each other, and n* are enough. It is 0 where nothing is accepted: nothing is left to learn from.
func balance(accepted, distinctRight, wanted int) float64 {
	if accepted == 0 {
		return 0
	}
	return min(float64(distinctRight)/float64(wanted), 1) * float64(distinctRight) / float64(accepted)
}
