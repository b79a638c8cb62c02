package classify

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Sample is a labelled text.
type Sample struct {
	Bag *Bag
	// Label is a place among the labels.
	Label int
	// Weight is how much it counts; 0 is 1.
	Weight float64
	// Group is what [Held] keeps together: texts of one situation, one writer.
	Group string
}

// Options say how to learn.
type Options struct {
	// Penalty is the ridge: half of it times the sum of squared weights is taken off the mean log likelihood. Try 1e-4 to 1e-2. It must be positive.
	Penalty float64
	// Ordered says that labels have an order.
	Ordered bool
	// MinTexts is how many samples a feature must be in to count; 0 is 2. Features found once tell little and are most of a file.
	MinTexts int
	// Smallest is the size below which all weights of a feature are left out of the model; 0 is 0.005.
	Smallest float64
}

// digits is what weights are rounded to: 1/digits.
const digits = 1000

// Train learns from samples. The order of samples is part of what the result is a function of; nothing else is.
func Train(samples []Sample, labels []string, o Options) (*Model, error) {
	o.MinTexts, o.Smallest = max(o.MinTexts, 1+btoi(o.MinTexts == 0)), max(o.Smallest, 0.005*float64(btoi(o.Smallest == 0)))
	if err := check(samples, labels, o); err != nil {
		return nil, err
	}
	m := &Model{Labels: slices.Clone(labels), ordered: o.Ordered || len(labels) == 2, names: featuresOf(samples, o.MinTexts)}
	m.index()
	if m.found.size != len(m.names) {
		return nil, fmt.Errorf("classify: two features have one key; rename a family")
	}
	p := newProblem(m, samples, o.Penalty)
	m.take(descend(p.start(), p.loss), o.Smallest)
	return m, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func check(samples []Sample, labels []string, o Options) error {
	if len(labels) < 2 || !(o.Penalty > 0) || math.IsInf(o.Penalty, 0) {
		return fmt.Errorf("classify: %d labels and a penalty of %v; give two labels or more and a penalty above 0", len(labels), o.Penalty)
	}
	if err := checkNames("label", labels); err != nil {
		return err
	}
	seen := make([]bool, len(labels))
	for i, s := range samples {
		if s.Bag == nil || s.Label < 0 || s.Label >= len(labels) || !(s.Weight >= 0) || math.IsInf(s.Weight, 0) {
			return fmt.Errorf("classify: sample %d has label %d of %d and weight %v, and needs a bag", i, s.Label, len(labels), s.Weight)
		}
		for _, f := range s.Bag.features {
			if math.IsNaN(f.value) || math.IsInf(f.value, 0) {
				return fmt.Errorf("classify: sample %d: feature %q is %v", i, f.name(), f.value)
			}
		}
		seen[s.Label] = true
	}
	for k, label := range labels {
		if !seen[k] {
			return fmt.Errorf("classify: no sample is labelled %q", label)
		}
	}
	return nil
}

// checkNames refuses what a file of a model cannot hold.
func checkNames(what string, names []string) error {
	for _, name := range names {
		if name == "" || strings.ContainsAny(name, "\t\n\r") {
			return fmt.Errorf("classify: %q is no %s; give letters without tabs and line ends", name, what)
		}
	}
	return nil
}

// featuresOf are the names of the features that enough samples have, sorted.
func featuresOf(samples []Sample, least int) []string {
	type count struct {
		n, last int
		name    string
	}
	counts := map[uint64]*count{}
	for i, s := range samples {
		for _, f := range s.Bag.features {
			c := counts[f.key]
			if c == nil {
				c = &count{last: -1, name: f.name()}
				counts[f.key] = c
			}
			if c.last != i {
				c.n, c.last = c.n+1, i
			}
		}
	}
	var names []string
	for _, c := range counts {
		if c.n >= least && !strings.ContainsAny(c.name, "\t\n\r") {
			names = append(names, c.name)
		}
	}
	slices.Sort(names)
	return names
}

// problem is what is to be made small: minus the mean log likelihood, with the ridge. Its place is all weights by row, then what the
// cuts are made of: biases, or the first cut and the logarithms of the gaps behind it, which keeps cuts in order.
type problem struct {
	samples  [][]entry
	labels   []int
	weights  []float64
	total    float64
	penalty  float64
	rows     int
	columns  int
	ordered  bool
	classes  int
	observed []float64
}

type entry struct {
	row   int
	value float64
}

func newProblem(m *Model, samples []Sample, penalty float64) *problem {
	p := &problem{penalty: penalty, rows: len(m.names), columns: m.columns(), ordered: m.ordered, classes: len(m.Labels), observed: make([]float64, len(m.Labels))}
	m.rows = make([][]float64, len(m.names))
	for _, s := range samples {
		var entries []entry
		m.each(s.Bag, func(at int, value float64, _ []float64) {
			row, _ := m.found.find(s.Bag.features[at].key)
			entries = append(entries, entry{int(row), value})
		})
		weight := s.Weight
		if weight == 0 {
			weight = 1
		}
		p.samples, p.labels, p.weights = append(p.samples, entries), append(p.labels, s.Label), append(p.weights, weight)
		p.total += weight
		p.observed[s.Label] += weight
	}
	return p
}

// start is what is known without features.
func (p *problem) start() []float64 {
	at := make([]float64, p.rows*p.columns)
	if !p.ordered {
		for _, n := range p.observed {
			at = append(at, math.Log(n/p.total))
		}
		return at
	}
	below, last := 0.0, 0.0
	for k, n := range p.observed[:p.classes-1] {
		below += n
		cut := math.Log(below / (p.total - below))
		if k == 0 {
			at = append(at, cut)
		} else {
			at = append(at, math.Log(cut-last))
		}
		last = cut
	}
	return at
}

// cuts are what the end of a place stands for.
func (p *problem) cuts(at []float64) []float64 {
	cuts := slices.Clone(at[p.rows*p.columns:])
	if p.ordered {
		for k := 1; k < len(cuts); k++ {
			cuts[k] = cuts[k-1] + math.Exp(cuts[k])
		}
	}
	return cuts
}

// loss is the value and the slope at a place.
func (p *problem) loss(at []float64) (float64, []float64) {
	slope := make([]float64, len(at))
	cuts, size := p.cuts(at), p.rows*p.columns
	cutSlope, sums, loss := make([]float64, len(cuts)), make([]float64, p.columns), 0.0
	for i, entries := range p.samples {
		clear(sums)
		for _, e := range entries {
			for k := range sums {
				sums[k] += float64(at[e.row*p.columns+k] * e.value)
			}
		}
		share := p.weights[i] / p.total
		loss += float64(share * p.one(p.labels[i], cuts, sums, cutSlope, share))
		for _, e := range entries {
			for k, s := range sums { // which one turned into slopes
				slope[e.row*p.columns+k] += float64(share * float64(s*e.value))
			}
		}
	}
	for i := range size {
		loss += float64(p.penalty / 2 * float64(at[i]*at[i]))
		slope[i] += float64(p.penalty * at[i])
	}
	if p.ordered { // by the chain rule: cut k moves with the first and with all gaps up to it
		for k := len(cuts) - 2; k >= 0; k-- {
			cutSlope[k] += cutSlope[k+1]
		}
		for k := 1; k < len(cuts); k++ {
			cutSlope[k] *= math.Exp(at[size+k])
		}
	}
	copy(slope[size:], cutSlope)
	return loss, slope
}

// one is the loss of a sample; it turns its sums into the slopes by them and adds those by the cuts.
func (p *problem) one(label int, cuts, sums, cutSlope []float64, share float64) float64 {
	if !p.ordered {
		for k := range sums {
			sums[k] += cuts[k]
		}
		softmax(sums)
		loss := -math.Log(max(sums[label], tiny))
		sums[label]--
		for k := range cutSlope {
			cutSlope[k] += float64(share * sums[k])
		}
		return loss
	}
	upper, lower, dUpper, dLower := 1.0, 0.0, 0.0, 0.0
	if label < len(cuts) {
		upper = logistic(cuts[label] - sums[0])
		dUpper = float64(upper * (1 - upper))
	}
	if label > 0 {
		lower = logistic(cuts[label-1] - sums[0])
		dLower = float64(lower * (1 - lower))
	}
	mass := max(upper-lower, tiny)
	if label < len(cuts) {
		cutSlope[label] -= float64(share * dUpper / mass)
	}
	if label > 0 {
		cutSlope[label-1] += float64(share * dLower / mass)
	}
	sums[0] = (dUpper - dLower) / mass
	return -math.Log(mass)
}

// tiny keeps logarithms finite.
const tiny = 1e-300

// take rounds what was learned and keeps the rows that say something.
func (m *Model) take(at []float64, smallest float64) {
	columns, names := m.columns(), m.names
	p := &problem{rows: len(names), columns: columns, ordered: m.ordered}
	m.cuts, m.names, m.rows = rounded(p.cuts(at)), nil, nil
	for i, name := range names {
		row := at[i*columns : (i+1)*columns]
		if most := max(slices.Max(row), -slices.Min(row)); most >= smallest {
			m.names, m.rows = append(m.names, name), append(m.rows, rounded(row))
		}
	}
	m.index()
}

func rounded(xs []float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = math.Round(x*digits)/digits + 0 // +0 makes -0 a 0
	}
	return out
}
