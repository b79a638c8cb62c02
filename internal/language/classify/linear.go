package classify

import (
	"cmp"
	"math"
	"slices"

	"github.com/vignette-sim/vignette/internal/language"
)

// Model is what was learned. It is safe for concurrent use. Get one by [Train], [Parse] or [MustParse].
type Model struct {
	// Labels are what it chooses among, in their order.
	Labels []string
	// ordered says that there is one column and cuts between labels; otherwise each label has a column, and the cuts are their biases.
	ordered bool
	cuts    []float64
	// names are sorted; rows[i] are the weights of names[i], a number for each column.
	names []string
	rows  [][]float64
	// found is where a feature is, by its key.
	found index
}

func (m *Model) columns() int {
	if m.ordered {
		return 1
	}
	return len(m.Labels)
}

// index fills found.
func (m *Model) index() {
	m.found = index{}
	for _, name := range m.names {
		m.found.add(hash(basis, name))
	}
}

// Sum is what the features of a bag come to: a number for each label, or a single one where labels have an order.
func (m *Model) Sum(b *Bag) []float64 {
	sums := make([]float64, m.columns())
	m.each(b, func(_ int, value float64, row []float64) {
		for k, w := range row {
			sums[k] += w * value
		}
	})
	return sums
}

// each calls f for each feature the model knows, once, in the order of the model's rows.
func (m *Model) each(b *Bag, f func(at int, value float64, row []float64)) {
	places := make([]uint64, 0, 256) // a row, then a place in the bag: sorted as one number
	for i := range b.features {
		if row, ok := m.found.find(b.features[i].key); ok {
			places = append(places, uint64(row)<<32|uint64(i))
		}
	}
	slices.Sort(places)
	for i := 0; i < len(places); {
		best, row := int(uint32(places[i])), places[i]>>32
		for i++; i < len(places) && places[i]>>32 == row; i++ {
			if at := int(uint32(places[i])); math.Abs(b.features[at].value) > math.Abs(b.features[best].value) {
				best = at
			}
		}
		f(best, b.features[best].value, m.rows[row])
	}
}

// Probabilities are those of the labels. They sum to 1.
func (m *Model) Probabilities(b *Bag) []float64 { return m.probabilities(m.Sum(b)) }

func (m *Model) probabilities(sums []float64) []float64 {
	if m.ordered {
		return cumulative(m.cuts, sums[0])
	}
	out := make([]float64, len(sums))
	for k := range sums {
		out[k] = sums[k] + m.cuts[k]
	}
	softmax(out)
	return out
}

func cumulative(cuts []float64, sum float64) []float64 {
	out, before := make([]float64, 0, len(cuts)+1), 0.0
	for _, cut := range cuts {
		below := logistic(cut - sum)
		out, before = append(out, below-before), below
	}
	return append(out, 1-before)
}

func softmax(xs []float64) {
	most, sum := slices.Max(xs), 0.0
	for k := range xs {
		xs[k] = math.Exp(xs[k] - most)
		sum += xs[k]
	}
	for k := range xs {
		xs[k] /= sum
	}
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Likeliest is the label with the highest probability, and that; of equal ones the first.
func (m *Model) Likeliest(b *Bag) (label int, probability float64) {
	for k, p := range m.Probabilities(b) {
		if p > probability {
			label, probability = k, p
		}
	}
	return label, probability
}

// Reason is a feature that spoke for a label.
type Reason struct {
	// Feature is its name.
	Feature string
	// Points are its part in the log odds: of the label against the mean of all, or, where labels have an order, towards the label's end of it.
	Points float64
	// Span is where it was found, without the quoted text: empty where it is at no place.
	Span language.Span
}

// Explain returns what spoke for a label: at most n features with positive points, most first. Where labels have an order, features that raise
// speak for the upper half of the labels, those that lower for the rest.
func (m *Model) Explain(b *Bag, label, n int) []Reason {
	var reasons []Reason
	m.each(b, func(at int, value float64, row []float64) {
		points := row[0] * value
		if !m.ordered {
			mean := 0.0
			for _, w := range row {
				mean += w / float64(len(row))
			}
			points = (row[label] - mean) * value
		} else if 2*label < len(m.Labels) {
			points = -points
		}
		if f := b.features[at]; points > 0 {
			reasons = append(reasons, Reason{Feature: f.name(), Points: points, Span: language.Span{Start: f.start, End: f.end}})
		}
	})
	slices.SortStableFunc(reasons, func(x, y Reason) int { return cmp.Compare(y.Points, x.Points) })
	return reasons[:min(n, len(reasons))]
}
