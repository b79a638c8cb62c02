package hindsight

import (
	"fmt"
	"math"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Utilities of the cases that need no price.
const (
	// utilityOfNone is what it is worth to take nothing.
	utilityOfNone = 0.0
	// utilityOfUnmet is what it is worth to take what lacks something one cannot do without.
	utilityOfUnmet = -1.0
)

// None is the choice to take nothing.
const None = "none"

// UtilityOf is what a choice was worth to the one who decided, -1 to 1, as RLHS defines it (Liang et al. 2025, arXiv 2501.08617):
//
//	none chosen                     0
//	something required is lacking  -1
//	all that is required is there   cheapest price of an option that has it all / price paid
//
// What counts is what options are in truth: a feature or a price that was hidden from the one who decided is known here all the
// same. Two options at the same, least price are both worth 1. Where the cheapest costs nothing, it is worth 1 and all others 0.
// Without requirements every option meets them.
//
// A price that nobody knows makes the utility missing, unless it cannot matter: an option of unknown price that costs at least as
// much as the cheapest known one. An error says what is wrong with the decision or the choice.
func UtilityOf(d *vignettev1.Decision, chosen string) (value float64, missing *vignettev1.Missing, err error) {
	if err := checkDecision(d); err != nil {
		return 0, nil, err
	}
	if chosen == None && !slices.ContainsFunc(d.GetOptions(), func(o *vignettev1.Decision_Option) bool { return o.GetId() == None }) {
		return utilityOfNone, nil, nil
	}
	i := slices.IndexFunc(d.GetOptions(), func(o *vignettev1.Decision_Option) bool { return o.GetId() == chosen })
	if i < 0 {
		return 0, nil, fmt.Errorf("there is no option %q; there is: %s", chosen, optionIDs(d))
	}
	option := d.GetOptions()[i]
	if !meets(d, option) {
		return utilityOfUnmet, nil, nil
	}
	if option.Price == nil {
		return 0, unpriced("no price is known of option " + option.GetId()), nil
	}
	cheapest, unknown := cheapestThatMeets(d)
	if unknown != "" {
		return 0, unpriced("no price is known of option " + unknown + ", which may be the cheapest that meets what is required"), nil
	}
	return cheapest.over(option.GetPrice()), nil, nil
}

// price is what something costs.
type price float64

// over is a cheapest price over the price paid; nothing over nothing is 1, since nobody could have paid less.
func (p price) over(paid float64) float64 {
	if paid == 0 {
		return 1
	}
	return float64(p) / paid
}

// cheapestThatMeets is the least known price of an option that meets what is required, and an option of unknown price that may be
// cheaper still, "" where there is none.
func cheapestThatMeets(d *vignettev1.Decision) (least price, unknown string) {
	least = price(math.Inf(1))
	for _, o := range d.GetOptions() {
		if meets(d, o) && o.Price != nil {
			least = min(least, price(o.GetPrice()))
		}
	}
	for _, o := range d.GetOptions() {
		if meets(d, o) && o.Price == nil && price(o.GetPriceLeast()) < least {
			return least, o.GetId()
		}
	}
	return least, ""
}

// meets says whether an option has all that is required.
func meets(d *vignettev1.Decision, o *vignettev1.Decision_Option) bool {
	return !slices.ContainsFunc(d.GetRequired(), func(id string) bool { return !slices.Contains(o.GetHas(), id) })
}

// checkDecision refuses a decision that names what it does not have: a slip of the pen there would silently turn every utility.
func checkDecision(d *vignettev1.Decision) error {
	known := map[string]bool{}
	for _, q := range d.GetQualities() {
		known[q.GetId()] = true
	}
	for _, id := range d.GetRequired() {
		if !known[id] {
			return fmt.Errorf("decision.required: there is no quality %q; list it under qualities", id)
		}
	}
	seen := map[string]bool{}
	for i, o := range d.GetOptions() {
		if seen[o.GetId()] {
			return fmt.Errorf("decision.options: two have the id %q; give them ids of their own", o.GetId())
		}
		seen[o.GetId()] = true
		for _, id := range slices.Concat(o.GetHas(), o.GetHidden()) {
			if !known[id] {
				return fmt.Errorf("decision.options[%d] (%s): there is no quality %q; list it under qualities", i, o.GetId(), id)
			}
		}
	}
	return nil
}

func optionIDs(d *vignettev1.Decision) string {
	out := ""
	for _, o := range d.GetOptions() {
		out += o.GetId() + ", "
	}
	return out + None
}

func unpriced(detail string) *vignettev1.Missing {
	return missingFor(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, detail)
}

func missingFor(reason vignettev1.MissingReason, detail string) *vignettev1.Missing {
	return &vignettev1.Missing{Reason: reason, Detail: detail}
}
