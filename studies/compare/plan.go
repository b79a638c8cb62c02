package compare

import (
	"fmt"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Planned is how much a study holds against each other: pairs of Scenarios with Persons (1: nobody is varied), in Others combinations of
// everything else that is varied, Repeats times.
type Planned struct{ Scenarios, Persons, Others, Repeats int }

// Pairs is how many there are.
func (p Planned) Pairs() int { return p.Scenarios * p.Persons * p.Others * p.Repeats }

// size is how many clusters there will be, of which kind; as placing finds them.
func (p Planned) size() (Population, stats.Size) {
	each := float64(p.Others * p.Repeats)
	switch {
	case p.Scenarios >= Enough && p.Persons >= Enough:
		return ScenariosAndPersons, stats.Size{Rows: float64(p.Scenarios), Columns: float64(p.Persons), Repeats: each}
	case p.Scenarios >= Enough:
		return Scenarios, stats.Size{Rows: float64(p.Scenarios), Repeats: float64(p.Persons) * each}
	case p.Persons >= Enough:
		return Persons, stats.Size{Rows: float64(p.Persons), Repeats: float64(p.Scenarios) * each}
	case p.Scenarios*p.Persons*p.Others >= Enough:
		return Cells, stats.Size{Rows: float64(p.Scenarios * p.Persons * p.Others), Repeats: float64(p.Repeats)}
	}
	return Pairs, stats.Size{Rows: float64(p.Pairs()), Repeats: 1}
}

// Forecast is what a study can show.
type Forecast struct {
	// Over says what intervals will draw.
	Over Population
	// Smallest is the smallest difference that it finds with the power asked for; in standard deviations of the paired difference where Standard is
	// true: then nothing is known about how much it varies, and it is taken to vary as much from pair to pair as it does in all.
	Smallest float64
	Standard bool
	// SE is the standard error to be expected, DF its degrees of freedom.
	SE, DF float64
}

// Foresee says what a study of a size can show, from how much the difference varies between pairs of a pilot. Without a pilot in which it varies, the
// answer is in standard deviations.
func Foresee(pilot []Pair, planned Planned, alpha, power float64) (Forecast, error) {
	over, size := planned.size()
	if size.Rows < Enough {
		return Forecast{}, fmt.Errorf("%d pairs in fewer than %d clusters: nothing is tested with so few; add repeats, scenarios or persons", planned.Pairs(), Enough)
	}
	out := Forecast{Over: over}
	components, err := varying(pilot, over)
	if err != nil {
		components, out.Standard = stats.Components{Repeats: 1}, true
	}
	if out.SE, out.DF, err = components.Forecast(size); err != nil {
		return Forecast{}, err
	}
	out.Smallest, err = stats.SmallestEffect(out.SE, out.DF, alpha, power)
	return out, err
}

// varying are the variances of the difference over pairs, in clusters of a kind.
func varying(pilot []Pair, over Population) (stats.Components, error) {
	var values []stats.Placed
	var whole []Pair
	for _, p := range pilot {
		if p.whole() {
			whole = append(whole, p)
		}
	}
	scenarios, persons := numbered(whole, func(p Pair) string { return p.Scenario }), numbered(whole, func(p Pair) string { return p.Person })
	cells := numbered(whole, func(p Pair) string { return p.Cell })
	for i, p := range whole {
		v := stats.Placed{Value: p.difference()}
		switch over {
		case ScenariosAndPersons:
			v.Row, v.Column = scenarios.of[i], persons.of[i]
		case Scenarios:
			v.Row = scenarios.of[i]
		case Persons:
			v.Row = persons.of[i]
		case Cells:
			v.Row = cells.of[i]
		default:
			v.Row = i
		}
		values = append(values, v)
	}
	components, err := stats.EstimateComponents(values)
	if err != nil {
		return components, err
	}
	if sum := components.Rows + components.Columns + components.Cells + components.Repeats; !(sum > 0) {
		return components, fmt.Errorf("variances of %d pairs: %w: the difference does not vary", len(whole), stats.ErrUndefined)
	}
	return components, nil
}
