package stats

import (
	"fmt"
	"math"
)

// Worth is how strong one of several things is in comparisons of pairs.
type Worth struct {
	// Log is the logarithm of its strength less that of the first thing: exp(a-b)/(1+exp(a-b)) is how often a wins over b.
	Log float64
	// SE is the standard error of Log, from the observed information; 0 for the first thing, which Log is measured from.
	SE float64
	// Share is its strength where all strengths add up to 1.
	Share float64
}

// BradleyTerry fits the model of Bradley and Terry (1952) to wins[i][j], how often i was preferred to j; a tie counts half on both
// sides. It iterates as Hunter (2004, "MM Algorithms for Generalized Bradley-Terry Models") does until nothing moves, and takes
// errors from the inverse of the information of all but the first thing.
//
// Strengths exist only where everything has, directly or through others, both won and lost against everything else (Ford 1957):
// else they are undefined, and the error names things that cannot be compared.
func BradleyTerry(wins [][]float64) ([]Worth, error) {
	n := len(wins)
	if n < 2 {
		return nil, fmt.Errorf("strengths: %w: it takes at least 2 things to compare", ErrUndefined)
	}
	for i, row := range wins {
		if len(row) != n {
			return nil, fmt.Errorf("strengths: row %d has %d entries, there are %d things", i, len(row), n)
		}
		for j, w := range row {
			if w < 0 || math.IsNaN(w) || math.IsInf(w, 0) {
				return nil, fmt.Errorf("strengths: %d over %d has %v wins; a count is finite and not negative", i, j, w)
			}
		}
	}
	if err := connected(wins); err != nil {
		return nil, err
	}
	strengths := iterate(wins)
	return worths(wins, strengths)
}

// connected refuses a graph of wins in which somebody cannot be reached from somebody.
func connected(wins [][]float64) error {
	for from := range wins {
		seen := make([]bool, len(wins))
		seen[from] = true
		for todo := []int{from}; len(todo) > 0; {
			i := todo[0]
			todo = todo[1:]
			for j, w := range wins[i] {
				if w > 0 && !seen[j] {
					seen[j], todo = true, append(todo, j)
				}
			}
		}
		for j, ok := range seen {
			if !ok {
				return &ApartError{from, j, "strengths: %s never won over %s, not through others either"}
			}
		}
	}
	return nil
}

// iterate is Hunter's algorithm.
func iterate(wins [][]float64) []float64 {
	const rounds, still = 100_000, 1e-13
	n := len(wins)
	p := make([]float64, n)
	for i := range p {
		p[i] = 1 / float64(n)
	}
	for range rounds {
		next, sum, moved := make([]float64, n), 0.0, 0.0
		for i := range wins {
			won, met := 0.0, 0.0
			for j := range wins {
				if i != j {
					won += wins[i][j]
					met += (wins[i][j] + wins[j][i]) / (p[i] + p[j])
				}
			}
			next[i] = won / met
			sum += next[i]
		}
		for i := range next {
			next[i] /= sum
			moved = max(moved, math.Abs(next[i]-p[i]))
		}
		p = next
		if moved < still {
			break
		}
	}
	return p
}

// worths puts strengths on the log scale, with errors.
func worths(wins [][]float64, p []float64) ([]Worth, error) {
	n := len(p)
	information := make([][]float64, n-1)
	for i := range information {
		information[i] = make([]float64, n-1)
	}
	for i := range n {
		for j := range n {
			if i == j {
				continue
			}
			share := p[i] / (p[i] + p[j])
			weight := (wins[i][j] + wins[j][i]) * share * (1 - share)
			if i > 0 {
				information[i-1][i-1] += weight
			}
			if i > 0 && j > 0 {
				information[i-1][j-1] -= weight
			}
		}
	}
	inverse, err := invert(information)
	if err != nil {
		return nil, err
	}
	out := make([]Worth, n)
	for i := range out {
		out[i] = Worth{Log: math.Log(p[i] / p[0]), Share: p[i]}
		if i > 0 {
			out[i].SE = math.Sqrt(inverse[i-1][i-1])
		}
	}
	return out, nil
}

// invert is the inverse of a symmetric positive definite matrix, by Gauss and Jordan.
func invert(matrix [][]float64) ([][]float64, error) {
	n := len(matrix)
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = append(append([]float64{}, matrix[i]...), make([]float64, n)...)
		rows[i][n+i] = 1
	}
	for i := range rows {
		pivot := rows[i][i]
		if pivot <= 0 {
			return nil, fmt.Errorf("strengths: %w: the information is singular", ErrUndefined)
		}
		for k := range rows[i] {
			rows[i][k] /= pivot
		}
		for j := range rows {
			if factor := rows[j][i]; j != i {
				for k := range rows[j] {
					rows[j][k] -= factor * rows[i][k]
				}
			}
		}
	}
	for i := range rows {
		rows[i] = rows[i][n:]
	}
	return rows, nil
}

// ApartError says which two of those that are compared nothing joins, by their places. It wraps [ErrUndefined].
type ApartError struct {
	A, B int
	why  string
}

func (e *ApartError) Error() string {
	return fmt.Sprintf(e.why, fmt.Sprint("number ", e.A), fmt.Sprint("number ", e.B)) + ": " + ErrUndefined.Error()
}

// Named is the same with their names.
func (e *ApartError) Named(names []string) string { return fmt.Sprintf(e.why, names[e.A], names[e.B]) }

func (e *ApartError) Unwrap() error { return ErrUndefined }
