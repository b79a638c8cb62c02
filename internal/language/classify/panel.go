package classify

import (
	"cmp"
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
	known   directory
	// rows are the weights of all models, a row after the other.
	rows []float64
	free sync.Pool
}

// sheet is what a panel works on.
type sheet struct {
	desk
	sums []float64
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
			at := p.known.add(hash(basis, name))
			if int(at)*p.columns == len(p.rows) { // no model before had it
				p.rows = append(p.rows, make([]float64, p.columns)...)
			}
			copy(p.rows[int(at)*p.columns+p.from[k]:], m.rows[i])
		}
	}
	p.free.New = func() any { return &sheet{p.known.desk(), make([]float64, p.columns)} }
	return p
}

// Probabilities appends, for each model in turn, those of its labels, and returns the whole.
func (p *Panel) Probabilities(b *Bag, to []float64) []float64 {
	d := p.free.Get().(*sheet)
	defer p.free.Put(d)
	p.known.meet(b, &d.desk)
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
