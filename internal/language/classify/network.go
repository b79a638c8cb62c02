package classify

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/vignette-sim/vignette/internal/language"
)

// Network answers several questions about a text at once, each with the same labels. The features of a bag meet in one hidden layer of
// rectified units, so that what one means can depend on the others, and what is learned for one question serves all. It is safe for
// concurrent use. Get one by [TrainNetwork], [ParseNetwork] or [MustParseNetwork].
type Network struct {
	// Questions are what is asked, Labels what each is answered with, in their order.
	Questions, Labels []string
	// names are sorted. Row i of grains holds the weights of names[i], one for each hidden unit, in grains of that unit's scale.
	names  []string
	grains []int8
	// scales and biases are those of the hidden units. outputs has a row for each question's label, with a weight for each hidden
	// unit; offsets are their biases.
	scales, biases, outputs, offsets []float32

	known directory
	free  sync.Pool
}

// hidden is how many units there are between features and answers.
func (n *Network) hidden() int { return len(n.biases) }

// layer is what a network works on: the hidden units, for one text.
type layer struct {
	desk
	units, sums []float64
}

// index makes ready for use.
func (n *Network) index() {
	n.known = directory{}
	for _, name := range n.names {
		n.known.add(hash(basis, name))
	}
	n.free.New = func() any {
		return &layer{n.known.desk(), make([]float64, n.hidden()), make([]float64, len(n.offsets))}
	}
}

// Probabilities appends, for each question in turn, those of its labels, and returns the whole.
func (n *Network) Probabilities(b *Bag, to []float64) []float64 {
	l := n.free.Get().(*layer)
	defer n.free.Put(l)
	n.light(b, l)
	for k := range n.offsets {
		l.sums[k] = float64(n.offsets[k])
		for h, w := range n.outputs[k*n.hidden():][:n.hidden()] {
			l.sums[k] += float64(float64(w) * l.units[h])
		}
	}
	for q := range n.Questions {
		answer := l.sums[q*len(n.Labels):][:len(n.Labels)]
		softmax(answer)
		to = append(to, answer...)
	}
	return to
}

// light sets the hidden units to what a bag makes of them.
func (n *Network) light(b *Bag, l *layer) {
	n.known.meet(b, &l.desk)
	clear(l.units)
	for _, s := range l.seats {
		value := b.features[s.at].value
		for h, grain := range n.grains[int(s.row)*n.hidden():][:n.hidden()] {
			l.units[h] += float64(value * float64(grain))
		}
	}
	for h := range l.units {
		l.units[h] = max(0, float64(l.units[h]*float64(n.scales[h]))+float64(n.biases[h]))
	}
}

// Explain returns what spoke for a label of a question: at most most features with positive points, most first. Points are a feature's part
// in the log odds of the label against the mean of all, with the hidden units lit as the whole text lights them.
func (n *Network) Explain(question int, b *Bag, label, most int) []Reason {
	l := n.free.Get().(*layer)
	defer n.free.Put(l)
	n.light(b, l)
	lit := n.towards(question, label, l.units)
	var reasons []Reason
	for _, s := range l.seats {
		f, points := &b.features[s.at], 0.0
		for h, grain := range n.grains[int(s.row)*n.hidden():][:n.hidden()] {
			points += float64(f.value * float64(grain) * lit[h])
		}
		if points > 0 {
			reasons = append(reasons, Reason{Feature: f.name(), Points: points, Span: language.Span{Start: f.start, End: f.end}})
		}
	}
	slices.SortStableFunc(reasons, func(x, y Reason) int { return cmp.Compare(y.Points, x.Points) })
	return reasons[:min(most, len(reasons))]
}

// towards is how much a grain in each hidden unit moves the log odds of a label against the mean of all: nothing where the unit is dark.
func (n *Network) towards(question, label int, units []float64) []float64 {
	out := make([]float64, n.hidden())
	for h := range out {
		if units[h] == 0 {
			continue
		}
		for k := range n.Labels {
			w := float64(n.outputs[(question*len(n.Labels)+k)*n.hidden()+h])
			out[h] -= w / float64(len(n.Labels))
			if k == label {
				out[h] += w
			}
		}
		out[h] *= float64(n.scales[h])
	}
	return out
}

// take fills the network with what was learned: rows of weights in grains, all else in single precision.
func (n *Network) take(w *weights) {
	n.grains, n.scales = make([]int8, len(w.rows)), make([]float32, w.hidden)
	for h := range w.hidden {
		most := 0.0
		for i := h; i < len(w.rows); i += w.hidden {
			most = max(most, math.Abs(w.rows[i]))
		}
		if most == 0 {
			continue // a unit that no feature lights: its grains and its scale are nothing
		}
		n.scales[h] = float32(most / math.MaxInt8)
		for i := h; i < len(w.rows); i += w.hidden {
			n.grains[i] = int8(math.Round(w.rows[i] / most * math.MaxInt8))
		}
	}
	n.biases, n.outputs, n.offsets = single(w.biases), single(w.outputs), single(w.offsets)
}

func single(xs []float64) []float32 {
	out := make([]float32, len(xs))
	for i, x := range xs {
		out[i] = float32(x)
	}
	return out
}
