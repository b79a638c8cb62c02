package agreement

import (
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// maxPairs bounds how many pairs of raters are listed: those of ten raters.
const maxPairs = 45

// compareRaters compares raters with one another, and the evaluator in their place; nil where no utterance has two labels.
func compareRaters(d *dimension, utterances []*Utterance, answers Answers) *Raters {
	id := d.spec.GetId()
	several := slices.DeleteFunc(slices.Clone(utterances), func(u *Utterance) bool { return len(given(u, id, -1)) < 2 })
	if len(several) == 0 {
		return nil
	}
	out := &Raters{Alpha: alpha(d, several)}
	switch d.scale {
	case vignettev1.Scale_SCALE_CODES:
		out.CodeAlphas, out.Alpha = codeAlphas(d, several)
	case vignettev1.Scale_SCALE_NUMBER:
		out.ICC = known(stats.OneWayICC(numbersOf(d, several)))
	}
	names := ratersOf(several, id)
	var mutual, own []Closeness
	for i, a := range names {
		for _, b := range names[i+1:] {
			pairs := pairsOf(several, id, a, b)
			if len(pairs) == 0 {
				continue
			}
			close := d.closeness(pairs)
			mutual = append(mutual, close)
			if len(out.Pairs) < maxPairs {
				out.Pairs = append(out.Pairs, Pair{A: a, B: b, Closeness: close})
			}
		}
		own = append(own, d.closeness(withEvaluator(d, several, a, answers)))
	}
	out.PairMean, out.EvaluatorPairs = meanCloseness(mutual), meanCloseness(own)
	var raters, evaluator []Closeness
	for _, name := range names {
		theirs, its := against(d, several, name, answers)
		if len(theirs) == 0 {
			continue
		}
		rest := Rest{Rater: name, Closeness: d.closeness(theirs), Evaluator: d.closeness(its)}
		raters, evaluator = append(raters, rest.Closeness), append(evaluator, rest.Evaluator)
		out.Rest = append(out.Rest, rest)
	}
	out.RestMean, out.EvaluatorRest = meanCloseness(raters), meanCloseness(evaluator)
	return out
}

// ratersOf are the raters who labelled a dimension, by name.
func ratersOf(utterances []*Utterance, id string) []string {
	names := map[string]bool{}
	for _, u := range utterances {
		for _, rating := range u.Ratings {
			if _, ok := rating.labels[id]; ok {
				names[rating.Rater] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// labelBy is what a rater said.
func labelBy(u *Utterance, rater, id string) (label, int, bool) {
	for i, rating := range u.Ratings {
		if l, ok := rating.labels[id]; ok && rating.Rater == rater {
			return l, i, true
		}
	}
	return label{}, 0, false
}

func pairsOf(utterances []*Utterance, id, a, b string) []pair {
	var pairs []pair
	for _, u := range utterances {
		first, _, hasA := labelBy(u, a, id)
		second, _, hasB := labelBy(u, b, id)
		if hasA && hasB {
			pairs = append(pairs, pair{first: first, second: second})
		}
	}
	return pairs
}

func withEvaluator(d *dimension, utterances []*Utterance, rater string, answers Answers) []pair {
	var pairs []pair
	for _, u := range utterances {
		first, _, ok := labelBy(u, rater, d.spec.GetId())
		if said := d.hear(answers[u.ID][d.spec.GetId()]); ok {
			pairs = append(pairs, pair{first: first, second: said.label, missing: said.reason})
		}
	}
	return pairs
}

// against pairs a rater, and the evaluator, with the consensus of the other raters, on the same utterances.
func against(d *dimension, utterances []*Utterance, rater string, answers Answers) (theirs, its []pair) {
	id := d.spec.GetId()
	for _, u := range utterances {
		own, position, ok := labelBy(u, rater, id)
		others := given(u, id, position)
		if !ok || len(others) == 0 {
			continue
		}
		rest, decided := d.consensus(others)
		if !decided {
			continue
		}
		said := d.hear(answers[u.ID][id])
		theirs = append(theirs, pair{first: rest, second: own})
		its = append(its, pair{first: rest, second: said.label, missing: said.reason})
	}
	return theirs, its
}

// closeness compares two by the figures of a dimension's scale.
func (d *dimension) closeness(pairs []pair) Closeness {
	in := answered(pairs)
	out := Closeness{N: len(in)}
	switch d.scale {
	case vignettev1.Scale_SCALE_NUMBER:
		in = applied(pairs)
		out.N = len(in)
		first, second := columns(in)
		out.Pearson, out.MeanAbsoluteError = known(stats.Pearson(first, second)), known(meanAbsoluteError(first, second))
	case vignettev1.Scale_SCALE_CODES:
		in = applied(pairs)
		out.N = len(in)
		out.Kappa = known(codedOf(d, in).sum(nil).meanKappa())
		same := 0
		for _, p := range in {
			if slices.Equal(p.first.places, p.second.places) {
				same++
			}
		}
		out.Accuracy = share(same, len(in))
	default:
		table := tally(in, len(d.names()), func(p pair) (int, int) { return d.row(p.first), d.row(p.second) }).sum(nil)
		out.Kappa = known(stats.CohenKappa(table))
		if len(in) > 0 {
			out.Accuracy = known(right(table), nil)
		}
		if d.scale == vignettev1.Scale_SCALE_ORDINAL {
			ordered := tally(applied(pairs), len(d.spec.GetLabels()), func(p pair) (int, int) { return p.first.place(), p.second.place() })
			out.WeightedKappa = known(stats.WeightedKappa(ordered.sum(nil), stats.Quadratic))
		}
	}
	return out
}

func share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	of := float64(part) / float64(whole)
	return &of
}

// meanCloseness is the mean of each figure over those that have it, all counted alike; N is their sum. Nil of none.
func meanCloseness(all []Closeness) *Closeness {
	if len(all) == 0 {
		return nil
	}
	mean := func(of func(Closeness) *float64) *float64 {
		var values []float64
		for _, c := range all {
			if x := of(c); x != nil {
				values = append(values, *x)
			}
		}
		return known(stats.Mean(values))
	}
	out := &Closeness{
		Accuracy:          mean(func(c Closeness) *float64 { return c.Accuracy }),
		Kappa:             mean(func(c Closeness) *float64 { return c.Kappa }),
		WeightedKappa:     mean(func(c Closeness) *float64 { return c.WeightedKappa }),
		Pearson:           mean(func(c Closeness) *float64 { return c.Pearson }),
		MeanAbsoluteError: mean(func(c Closeness) *float64 { return c.MeanAbsoluteError }),
	}
	for _, c := range all {
		out.N += c.N
	}
	return out
}

// alpha is Krippendorff's over all raters. Labels go by their places; what does not apply has none and is left out where places
// have an order. Sets of codes have one for each code: [codeAlphas].
func alpha(d *dimension, utterances []*Utterance) *float64 {
	metric := stats.IntervalScale
	switch d.scale {
	case vignettev1.Scale_SCALE_CODES:
		return nil
	case vignettev1.Scale_SCALE_ORDINAL:
		metric = stats.OrdinalScale
	case vignettev1.Scale_SCALE_NOMINAL:
		metric = stats.NominalScale
	}
	units := make([][]float64, len(utterances))
	for i, u := range utterances {
		for _, l := range given(u, d.spec.GetId(), -1) {
			switch {
			case d.scale == vignettev1.Scale_SCALE_NUMBER && !l.inapplicable:
				units[i] = append(units[i], l.number)
			case d.scale == vignettev1.Scale_SCALE_NOMINAL || d.scale == vignettev1.Scale_SCALE_ORDINAL && !l.inapplicable:
				units[i] = append(units[i], float64(d.row(l)))
			}
		}
	}
	return known(stats.KrippendorffAlpha(units, metric))
}

// codeAlphas are the raters' alphas of each code that anybody gave, and their mean.
func codeAlphas(d *dimension, utterances []*Utterance) (map[string]*float64, *float64) {
	alphas := map[string]*float64{}
	var defined []float64
	for place, name := range d.spec.GetLabels() {
		units, used := make([][]float64, len(utterances)), false
		for i, u := range utterances {
			for _, l := range given(u, d.spec.GetId(), -1) {
				if l.inapplicable {
					continue
				}
				has := 0.0
				if l.has(place) {
					has, used = 1, true
				}
				units[i] = append(units[i], has)
			}
		}
		if !used {
			continue
		}
		alphas[name] = known(stats.KrippendorffAlpha(units, stats.NominalScale))
		if alphas[name] != nil {
			defined = append(defined, *alphas[name])
		}
	}
	return alphas, known(stats.Mean(defined))
}

// numbersOf are what raters say of each utterance to which they apply a dimension that is a number.
func numbersOf(d *dimension, utterances []*Utterance) [][]float64 {
	units := make([][]float64, len(utterances))
	for i, u := range utterances {
		for _, l := range given(u, d.spec.GetId(), -1) {
			if !l.inapplicable {
				units[i] = append(units[i], l.number)
			}
		}
	}
	return units
}
