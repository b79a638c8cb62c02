package protoyaml

import (
	"fmt"
	"strings"
)

// Nearest is the candidate that was probably meant by a misspelled word, or "" when none is close.
func Nearest(word string, candidates []string) string {
	best, bestDistance := "", 0
	for _, c := range candidates {
		d := distance(strings.ToLower(word), strings.ToLower(c))
		if best == "" || d < bestDistance {
			best, bestDistance = c, d
		}
	}
	if best == "" || bestDistance > tolerance(best) {
		return ""
	}
	return best
}

// tolerance is how many slips still count as the same word: one in three letters, at most three.
func tolerance(word string) int {
	return min(3, max(1, len([]rune(word))/3))
}

// DidYouMean is the hint for a word that is none of the candidates: the nearest if one is near, and all of them.
func DidYouMean(word string, candidates []string) string {
	all := "allowed: " + strings.Join(candidates, ", ")
	if near := Nearest(word, candidates); near != "" {
		return fmt.Sprintf("did you mean %q? %s", near, all)
	}
	return all
}

// distance is the optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
// Words longer than any field name are cut first, so that a hostile key costs nothing.
func distance(a, b string) int {
	const longest = 64
	x, y := cut([]rune(a), longest), cut([]rune(b), longest)
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		now := make([]int, len(y)+1)
		now[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last = last, now
	}
	return last[len(y)]
}

func cut(r []rune, n int) []rune {
	return r[:min(len(r), n)]
}

// shorten makes a quoted piece of somebody's text fit into a message.
func shorten(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return fmt.Sprintf("%q", string(r[:37])+"...")
	}
	return fmt.Sprintf("%q", s)
}
