package classify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Example is a text with the answers to several questions about it.
type Example struct {
	Bag *Bag
	// Answers are places among the labels, one for each question.
	Answers []int
}

// NetworkOptions say how to learn a network.
type NetworkOptions struct {
	// Hidden is how many hidden units there are, Passes how often all examples are gone through.
	Hidden, Passes int
	// Blind is the share of features, and Dark that of hidden units, that are left out by chance each time an example is learned from
	// (dropout), so that no answer hangs on few of them. Below 1.
	Blind, Dark float64
	// Rate is the size of the first steps; it goes down to nothing by the end.
	Rate float64
	// MinTexts is how many examples a feature must be in to count; 0 is 1.
	MinTexts int
	// Seed is what chance begins with.
	Seed uint64
}

// batch is how many examples a step is made from.
const batch = 64

// TrainNetwork learns from examples. The order of examples is part of what the result is a function of, with the options; nothing else is.
func TrainNetwork(examples []Example, questions, labels []string, o NetworkOptions) (*Network, error) {
	if err := checkExamples(examples, questions, labels, o); err != nil {
		return nil, err
	}
	samples := make([]Sample, len(examples))
	for i, e := range examples {
		samples[i] = Sample{Bag: e.Bag}
	}
	n := &Network{Questions: slices.Clone(questions), Labels: slices.Clone(labels), names: featuresOf(samples, max(1, o.MinTexts))}
	n.biases, n.offsets = make([]float32, o.Hidden), make([]float32, len(questions)*len(labels))
	n.index()
	if n.known.size() != len(n.names) {
		return nil, fmt.Errorf("classify: two features have one key; rename a family")
	}
	n.take(newSchool(n, examples, o).learn())
	return n, nil
}

func checkExamples(examples []Example, questions, labels []string, o NetworkOptions) error {
	switch share := func(x float64) bool { return x >= 0 && x < 1 }; {
	case len(questions) == 0 || len(labels) < 2:
		return fmt.Errorf("classify: %d questions and %d labels; give a question and two labels or more", len(questions), len(labels))
	case o.Hidden < 1 || o.Passes < 1 || !(o.Rate > 0) || math.IsInf(o.Rate, 0):
		return fmt.Errorf("classify: %d hidden units, %d passes, rate %v; all must be positive", o.Hidden, o.Passes, o.Rate)
	case !share(o.Blind) || !share(o.Dark):
		return fmt.Errorf("classify: shares %v and %v are left out; give 0 or more, and less than 1", o.Blind, o.Dark)
	}
	if err := checkNames("question", questions); err != nil {
		return err
	}
	if err := checkNames("label", labels); err != nil {
		return err
	}
	for i, e := range examples {
		if e.Bag == nil || len(e.Answers) != len(questions) {
			return fmt.Errorf("classify: example %d has %d answers to %d questions, and needs a bag", i, len(e.Answers), len(questions))
		}
		for _, a := range e.Answers {
			if a < 0 || a >= len(labels) {
				return fmt.Errorf("classify: example %d has answer %d of %d labels", i, a, len(labels))
			}
		}
		for _, f := range e.Bag.features {
			if math.IsNaN(f.value) || math.IsInf(f.value, 0) {
				return fmt.Errorf("classify: example %d: feature %q is %v", i, f.name(), f.value)
			}
		}
	}
	return nil
}

// weights are those of a network in double precision; slopes along them have the same shape.
type weights struct {
	hidden                         int
	rows, biases, outputs, offsets []float64
}

func newWeights(rows, hidden, answers int) *weights {
	return &weights{hidden, make([]float64, rows*hidden), make([]float64, hidden), make([]float64, answers*hidden), make([]float64, answers)}
}

// school is where a network learns: by steps of Adam (Kingma and Ba 2015) down the mean of the questions' cross entropies. A row moves only
// when its feature was met, as most features are rare; the correction for early steps is that of all steps, so a row that is met late takes a longer
// first one. Products are rounded before they are added, as in descend.go.
type school struct {
	o        NetworkOptions
	chance   *rand.Rand
	texts    [][]entry
	examples []Example
	labels   int

	at, slope, mean, square *weights
	// met are the rows that the batch has slopes for.
	met    []int
	marked []bool
	steps  int

	// What is made of the example at hand: the hidden units, which of them are lit, the answers, what goes back to the units, and the features seen.
	units, sums, back []float64
	lit               []int
	seen              []entry
}

// firstRows is how far the first weights of features lie from nothing.
const firstRows = 0.05

func newSchool(n *Network, examples []Example, o NetworkOptions) *school {
	size := func() *weights { return newWeights(len(n.names), o.Hidden, len(n.offsets)) }
	s := &school{o: o, chance: rand.New(rand.NewPCG(o.Seed, 0)), examples: examples, labels: len(n.Labels),
		at: size(), slope: size(), mean: size(), square: size(), marked: make([]bool, len(n.names)),
		units: make([]float64, o.Hidden), sums: make([]float64, len(n.offsets)), back: make([]float64, o.Hidden)}
	for i := range s.at.rows {
		s.at.rows[i] = firstRows * s.chance.NormFloat64()
	}
	for i := range s.at.outputs {
		s.at.outputs[i] = (2*s.chance.Float64() - 1) / math.Sqrt(float64(o.Hidden))
	}
	d := n.known.desk()
	for _, e := range examples {
		n.known.meet(e.Bag, &d)
		var text []entry
		for _, seat := range d.seats {
			if v := e.Bag.features[seat.at].value; v != 0 {
				text = append(text, entry{int(seat.row), v})
			}
		}
		s.texts = append(s.texts, text)
	}
	return s
}

func (s *school) learn() *weights {
	order := make([]int, len(s.texts))
	for i := range order {
		order[i] = i
	}
	all := s.o.Passes * ((len(order) + batch - 1) / batch)
	for range s.o.Passes {
		s.chance.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for part := range slices.Chunk(order, batch) {
			for _, i := range part {
				s.study(i, 1/float64(len(part)))
			}
			s.step(s.o.Rate * (1 - float64(s.steps)/float64(all)))
		}
	}
	return s.at
}

// study adds an example to the slopes. Most hidden units are dark, and have no part in it.
func (s *school) study(i int, weight float64) {
	s.see(s.texts[i])
	hidden := s.o.Hidden
	for k := range s.sums {
		s.sums[k] = s.at.offsets[k]
		outputs := s.at.outputs[k*hidden:][:hidden]
		for _, h := range s.lit {
			s.sums[k] += float64(outputs[h] * s.units[h])
		}
	}
	for q, answer := range s.examples[i].Answers {
		off := s.sums[q*s.labels:][:s.labels]
		softmax(off)
		off[answer]--
	}
	for _, h := range s.lit {
		s.back[h] = 0
	}
	for k, off := range s.sums {
		off *= weight / float64(len(s.examples[i].Answers))
		s.slope.offsets[k] += off
		outputs, slopes := s.at.outputs[k*hidden:][:hidden], s.slope.outputs[k*hidden:][:hidden]
		for _, h := range s.lit {
			slopes[h] += float64(off * s.units[h])
			s.back[h] += float64(off * outputs[h])
		}
	}
	for _, h := range s.lit {
		s.back[h] /= 1 - s.o.Dark // as the unit was made larger
		s.slope.biases[h] += s.back[h]
	}
	for _, e := range s.seen {
		if !s.marked[e.row] {
			s.marked[e.row], s.met = true, append(s.met, e.row)
		}
		row := s.slope.rows[e.row*hidden:][:hidden]
		for _, h := range s.lit {
			row[h] += float64(s.back[h] * e.value)
		}
	}
}

// see lights the hidden units by the features that chance leaves, and leaves some dark; what is left counts for what is not.
func (s *school) see(text []entry) {
	copy(s.units, s.at.biases)
	s.seen = s.seen[:0]
	for _, e := range text {
		if s.o.Blind > 0 && s.chance.Float64() < s.o.Blind {
			continue
		}
		e.value /= 1 - s.o.Blind
		s.seen = append(s.seen, e)
		units := s.units
		for h, w := range s.at.rows[e.row*s.o.Hidden:][:len(units)] {
			units[h] += float64(w * e.value)
		}
	}
	s.lit = s.lit[:0]
	for h, unit := range s.units {
		if unit <= 0 || s.o.Dark > 0 && s.chance.Float64() < s.o.Dark {
			s.units[h] = 0
		} else {
			s.units[h], s.lit = unit/(1-s.o.Dark), append(s.lit, h)
		}
	}
}

// The constants of Adam, as its authors give them.
const (
	meanKept, squareKept = 0.9, 0.999
	nearZero             = 1e-8
)

// step moves the weights against the slopes, and clears these.
func (s *school) step(rate float64) {
	s.steps++
	rate *= math.Sqrt(1-math.Pow(squareKept, float64(s.steps))) / (1 - math.Pow(meanKept, float64(s.steps)))
	for _, row := range s.met {
		from, to := row*s.o.Hidden, (row+1)*s.o.Hidden
		adam(s.at.rows[from:to], s.slope.rows[from:to], s.mean.rows[from:to], s.square.rows[from:to], rate)
		s.marked[row] = false
	}
	s.met = s.met[:0]
	adam(s.at.biases, s.slope.biases, s.mean.biases, s.square.biases, rate)
	adam(s.at.outputs, s.slope.outputs, s.mean.outputs, s.square.outputs, rate)
	adam(s.at.offsets, s.slope.offsets, s.mean.offsets, s.square.offsets, rate)
}

func adam(at, slope, mean, square []float64, rate float64) {
	at, mean, square = at[:len(slope)], mean[:len(slope)], square[:len(slope)]
	for i, x := range slope {
		mean[i] = float64(meanKept*mean[i]) + float64((1-meanKept)*x)
		square[i] = float64(squareKept*square[i]) + float64((1-squareKept)*x*x)
		at[i] -= float64(rate*mean[i]) / (math.Sqrt(square[i]) + nearZero)
		slope[i] = 0
	}
}
