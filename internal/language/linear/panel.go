package linear

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/vignette-sim/vignette/internal/language"
)

// Panel is several models that look at the same bags: each feature is looked up once for all of them. It is safe for concurrent use.
type Panel struct {
	models []*Model
	// from is where the columns of a model begin in a row.
	from    []int
	columns int
	found   index
	// known has a bit for each feature that is found, by the beginning of its key: most features of a text are in no model.
	known [knownBits / 64]uint64
	// rows are the weights of all models, a row after the other.
	rows []float64
	free sync.Pool
}

// knownBits is how many bits tell features apart; a few share one. It is a power of two.
const knownBits = 1 << 17

func (p *Panel) knows(key uint64) bool {
	bit := key >> 20 % knownBits
	return p.known[bit/64]&(1<<(bit%64)) != 0
}

// seat is where a feature of a panel was met in a bag.
type seat struct{ row, at int32 }

// desk is what a panel works on: seats in the order in which features were met, and for each row the seat it has, plus one.
type desk struct {
	seats []seat
	taken []int32
	sums  []float64
}

// NewPanel puts models together. They keep their order.
func NewPanel(models ...*Model) *Panel {
	p := &Panel{models: models}
	for _, m := range models {
		p.from = append(p.from, p.columns)
		p.columns += m.columns()
	}
	for k, m := range models {
		for i, name := range m.names {
			key := hash(basis, name)
			at := p.found.add(key)
			if int(at)*p.columns == len(p.rows) { // no model before had it
				bit := key >> 20 % knownBits
				p.known[bit/64] |= 1 << (bit % 64)
				p.rows = append(p.rows, make([]float64, p.columns)...)
			}
			copy(p.rows[int(at)*p.columns+p.from[k]:], m.rows[i])
		}
	}
	p.free.New = func() any { return &desk{taken: make([]int32, p.found.size), sums: make([]float64, p.columns)} }
	return p
}

// meet finds the features of a bag that some model knows; of those that are there several times, the one with the largest value.
func (p *Panel) meet(b *Bag, d *desk) {
	d.seats = d.seats[:0]
	for i := range b.features {
		key := b.features[i].key
		if !p.knows(key) {
			continue
		}
		row, ok := p.found.find(key)
		if !ok {
			continue
		}
		if n := d.taken[row]; n > 0 {
			if before := &d.seats[n-1]; math.Abs(b.features[i].value) > math.Abs(b.features[before.at].value) {
				before.at = int32(i)
			}
			continue
		}
		d.seats = append(d.seats, seat{row, int32(i)})
		d.taken[row] = int32(len(d.seats))
	}
	for _, s := range d.seats {
		d.taken[s.row] = 0
	}
}

// Probabilities appends, for each model in turn, those of its labels, and returns the whole.
func (p *Panel) Probabilities(b *Bag, to []float64) []float64 {
	d := p.free.Get().(*desk)
	defer p.free.Put(d)
	p.meet(b, d)
	clear(d.sums)
	for _, s := range d.seats {
		value := b.features[s.at].value
		row := p.rows[int(s.row)*p.columns:][:p.columns]
		for k, w := range row {
			d.sums[k] += w * value
		}
	}
	for k, m := range p.models {
		to = m.appendProbabilities(to, d.sums[p.from[k]:][:m.columns()])
	}
	return to
}

// Explain is [Model.Explain] of one of the models.
func (p *Panel) Explain(model int, b *Bag, label, n int) []Reason {
	return p.models[model].Explain(b, label, n)
}

// appendProbabilities is probabilities without memory of its own; it changes the sums.
func (m *Model) appendProbabilities(to, sums []float64) []float64 {
	if m.ordered {
		before := 0.0
		for _, cut := range m.cuts {
			below := logistic(cut - sums[0])
			to, before = append(to, below-before), below
		}
		return append(to, 1-before)
	}
	for k := range sums {
		sums[k] += m.cuts[k]
	}
	softmax(sums)
	return append(to, sums...)
}

// Cover is the span from the first of some reasons to the last, without the quoted text.
func Cover(reasons []Reason) language.Span {
	if len(reasons) == 0 {
		return language.Span{}
	}
	first := slices.MinFunc(reasons, func(x, y Reason) int { return cmp.Compare(x.Span.Start, y.Span.Start) })
	last := slices.MaxFunc(reasons, func(x, y Reason) int { return cmp.Compare(x.Span.End, y.Span.End) })
	return language.Span{Start: first.Span.Start, End: last.Span.End}
}
