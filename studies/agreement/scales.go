package agreement

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/stats"
)

// labels compares on a dimension with one label, ordinal or nominal. Its table has a row and a column for each label, one for
// not_applicable, and a last column for what is missing.
func (a *Agreement) labels(d *dimension, pairs []pair, boot stats.Bootstrap) {
	names := d.names()
	all := tallyWide(pairs, len(names), len(names)+1, func(p pair) (int, int) {
		if p.missing != "" {
			return d.row(p.first), len(names)
		}
		return d.row(p.first), d.row(p.second)
	})
	table := all.sum(nil)
	a.Confusion = confusionOf(names, table)
	a.Kappa = known(stats.CohenKappa(square(table)))
	a.KappaCI = all.interval(boot, func(t [][]float64) (float64, error) { return stats.CohenKappa(square(t)) })
	a.MacroF1 = known(macroF1(table))
	a.MacroF1CI = all.interval(boot, macroF1)
	for i, class := range classes(table) {
		if class.Is+class.Called > 0 {
			a.Classes[names[i]] = classOf(class)
		}
	}
	if a.N > 0 {
		a.accuracies(all, table)
		a.AccuracyCI = all.interval(boot, func(t [][]float64) (float64, error) { return right(t), nil })
		a.majority(names, table)
	}
	switch {
	case a.Ordinal:
		a.weighted(d, pairs, boot)
	case a.Applicability != nil:
		both := tally(applied(pairs), len(d.spec.GetLabels()), func(p pair) (int, int) { return p.first.place(), p.second.place() })
		a.AppliedN = len(applied(pairs))
		a.AppliedKappa, a.AppliedKappaCI = known(stats.CohenKappa(both.sum(nil))), both.interval(boot, stats.CohenKappa)
	}
}

// row is the row or column of a label.
func (d *dimension) row(l label) int {
	if l.inapplicable {
		return len(d.spec.GetLabels())
	}
	return l.place()
}

func macroF1(table [][]float64) (float64, error) { return stats.MacroF1(classes(table)) }

func (a *Agreement) accuracies(all tallies, table [][]float64) {
	a.Accuracy = known(right(table), nil)
	if a.Answered > 0 {
		a.AccuracyAnswered = known(right(square(table)), nil)
	}
}

// majority is what always saying the most frequent label would get.
func (a *Agreement) majority(names []string, table [][]float64) {
	counts, kinds := make([]float64, len(table)), 0
	for i, c := range classes(table) {
		counts[i] = c.Is
		if c.Is > 0 {
			kinds++
		}
	}
	most := slices.Max(counts)
	share := most / float64(a.N)
	a.MajorityLabel, a.MajorityAccuracy = names[slices.Index(counts, most)], &share
	f1 := 2 * most / (most + float64(a.N)) / float64(kinds)
	a.MajorityMacroF1 = &f1
}

// weighted compares where both gave a label with a place in the order.
func (a *Agreement) weighted(d *dimension, pairs []pair, boot stats.Bootstrap) {
	in := applied(pairs)
	a.WeightedN = len(in)
	ordered := tally(in, len(d.spec.GetLabels()), func(p pair) (int, int) { return p.first.place(), p.second.place() })
	quadratic := func(t [][]float64) (float64, error) { return stats.WeightedKappa(t, stats.Quadratic) }
	a.WeightedKappa = known(quadratic(ordered.sum(nil)))
	a.WeightedKappaCI = ordered.interval(boot, quadratic)
	a.LinearKappa = known(stats.WeightedKappa(ordered.sum(nil), stats.Linear))
}

// confusionOf shows the labels that either used.
func confusionOf(names []string, table [][]float64) *Confusion {
	out := &Confusion{}
	var used []int
	for i, class := range classes(table) {
		if class.Is+class.Called > 0 {
			used = append(used, i)
			out.Labels = append(out.Labels, names[i])
		}
	}
	out.Columns = append(slices.Clone(out.Labels), "missing")
	for _, i := range used {
		var row []int
		for _, j := range append(slices.Clone(used), len(names)) {
			row = append(row, int(table[i][j]))
		}
		out.Counts = append(out.Counts, row)
	}
	return out
}

func classOf(c stats.Class) *Class {
	return &Class{Precision: known(c.Precision()), Recall: known(c.Recall()), F1: known(c.F1()), N: int(c.Is), Said: int(c.Called)}
}

// codes compares on a dimension whose turns hold any number of codes: each code for itself, and the sets as wholes.
func (a *Agreement) codes(d *dimension, pairs []pair, boot stats.Bootstrap) {
	all := codedOf(d, pairs)
	sums, interval := all.sum(nil), all.intervals(boot)
	for place, name := range d.spec.GetLabels() {
		class := sums[place].class()
		if class.Is+class.Called == 0 {
			continue
		}
		a.Classes[name] = classOf(class)
		a.Classes[name].Kappa = known(stats.CohenKappa(sums[place].table()))
		a.Classes[name].KappaCI = interval(func(c codings) (float64, error) { return stats.CohenKappa(c[place].table()) })
	}
	a.MacroF1 = known(sums.macroF1())
	a.MacroF1CI = interval(codings.macroF1)
	a.Kappa = known(sums.meanKappa())
	a.KappaCI = interval(codings.meanKappa)
	a.sets(d, pairs, boot)
}

// sets compares whole sets; one with a code on which raters are split is left out.
func (a *Agreement) sets(d *dimension, pairs []pair, boot stats.Bootstrap) {
	whole := slices.DeleteFunc(slices.Clone(pairs), func(p pair) bool { return len(p.first.open) > 0 })
	if len(whole) == 0 {
		return
	}
	hits := tallyWide(whole, 1, 2, func(p pair) (int, int) {
		if p.missing == "" && slices.Equal(p.first.places, p.second.places) {
			return 0, 0
		}
		return 0, 1
	})
	a.Accuracy = known(right(hits.sum(nil)), nil)
	a.AccuracyCI = hits.interval(boot, func(t [][]float64) (float64, error) { return right(t), nil })
	if n := len(answered(whole)); n > 0 {
		of := hits.sum(nil)[0][0] / float64(n)
		a.AccuracyAnswered = &of
	}
	most, count := mostFrequentSet(d, whole)
	of := float64(count) / float64(len(whole))
	a.MajorityLabel, a.MajorityAccuracy = setName(d, most), &of
	always := slices.Clone(pairs)
	for i := range always {
		always[i].second, always[i].missing = label{places: most}, ""
	}
	a.MajorityMacroF1 = known(codedOf(d, always).sum(nil).macroF1())
}

// mostFrequentSet is the set of codes that most have, by the consensus, and how many that are.
func mostFrequentSet(d *dimension, pairs []pair) (most []int, count int) {
	counts := map[string]int{}
	for _, p := range pairs {
		key := setName(d, p.first.places)
		counts[key]++
		if counts[key] > count || counts[key] == count && key < setName(d, most) {
			most, count = p.first.places, counts[key]
		}
	}
	return most, count
}

func setName(d *dimension, places []int) string {
	var names []string
	for _, place := range places {
		names = append(names, d.spec.GetLabels()[place])
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// coded counts for one code: who says that an utterance has it.
type coded struct {
	both, first, second, neither float64 // answered
	unanswered                   float64 // the first says it has it, the second says nothing
}

func (c *coded) add(o *coded) {
	c.both, c.first, c.second, c.neither = c.both+o.both, c.first+o.first, c.second+o.second, c.neither+o.neither
	c.unanswered += o.unanswered
}

func (c coded) class() stats.Class {
	return stats.Class{Is: c.both + c.first + c.unanswered, Called: c.both + c.second, Right: c.both}
}

func (c coded) table() [][]float64 { return [][]float64{{c.both, c.first}, {c.second, c.neither}} }

// codings are counts for each code.
type codings []coded

func (c codings) macroF1() (float64, error) {
	all := make([]stats.Class, len(c))
	for i := range c {
		all[i] = c[i].class()
	}
	return stats.MacroF1(all)
}

// meanKappa is over the codes that the first says of anything.
func (c codings) meanKappa() (float64, error) {
	var kappas []float64
	for _, one := range c {
		if one.both+one.first == 0 {
			continue
		}
		if kappa, err := stats.CohenKappa(one.table()); err == nil {
			kappas = append(kappas, kappa)
		}
	}
	return stats.Mean(kappas)
}

// codedTallies are the counts of each cluster, those of codes that occur in it.
type codedTallies struct {
	size     int
	clusters []clusterCodes
}

// clusterCodes has how many utterances of a cluster were answered, and for the codes that occur in it what each comes to beside
// being in none of those. They are few, and are walked once for every draw.
type clusterCodes struct {
	answered float64
	codes    []placed
}

// placed is what one code comes to.
type placed struct {
	place int
	coded
}

// at is the place for a code's counts.
func (c *clusterCodes) at(place int) *coded {
	for i := range c.codes {
		if c.codes[i].place == place {
			return &c.codes[i].coded
		}
	}
	c.codes = append(c.codes, placed{place: place})
	return &c.codes[len(c.codes)-1].coded
}

func codedOf(d *dimension, pairs []pair) codedTallies {
	out := codedTallies{size: len(d.spec.GetLabels())}
	for _, cluster := range clusters(pairs) {
		var counts clusterCodes
		for _, p := range cluster {
			counts.add(p)
		}
		out.clusters = append(out.clusters, counts)
	}
	return out
}

// add counts one utterance: for codes that neither names nothing is kept but that it was answered.
func (c *clusterCodes) add(p pair) {
	if p.missing == "" {
		c.answered++
	}
	named := slices.Concat(p.first.places, p.first.open, p.second.places)
	slices.Sort(named)
	for _, place := range slices.Compact(named) {
		one := c.at(place)
		switch first, second := p.first.has(place), p.missing == "" && p.second.has(place); {
		case slices.Contains(p.first.open, place):
			if p.missing == "" {
				one.neither-- // it is in answered, and is not to be counted
			}
		case p.missing != "":
			one.unanswered++
		case first && second:
			one.both++
			one.neither--
		case first:
			one.first++
			one.neither--
		default:
			one.second++
			one.neither--
		}
	}
}

// sum is over some clusters, or over all when none are named.
func (t codedTallies) sum(drawn []int) codings {
	out := make(codings, t.size)
	total := 0.0
	add := func(c *clusterCodes) {
		total += c.answered
		for i := range c.codes {
			out[c.codes[i].place].add(&c.codes[i].coded)
		}
	}
	if drawn == nil {
		for i := range t.clusters {
			add(&t.clusters[i])
		}
	}
	for _, i := range drawn {
		add(&t.clusters[i])
	}
	for i := range out {
		out[i].neither += total
	}
	return out
}

// intervals returns what gives the intervals of statistics. The same seed draws the same clusters in the same order, so what is
// drawn is summed once, for whichever statistic comes first.
func (t codedTallies) intervals(boot stats.Bootstrap) func(of func(codings) (float64, error)) CI {
	var sums []codings
	return func(of func(codings) (float64, error)) CI {
		draw := 0
		return ends(boot.Interval(len(t.clusters), func(drawn []int) (float64, error) {
			if draw == len(sums) {
				sums = append(sums, t.sum(drawn))
			}
			draw++
			return of(sums[draw-1])
		}))
	}
}

// numbers compares on a dimension that is a number, where both have one.
func (a *Agreement) numbers(pairs []pair, boot stats.Bootstrap) {
	in := applied(pairs)
	grouped := clusters(in)
	out := &Number{}
	figure := func(of func(first, second []float64) (float64, error)) (*float64, CI) {
		whole := known(of(columns(in)))
		return whole, ends(boot.Interval(len(grouped), func(drawn []int) (float64, error) {
			var some []pair
			for _, i := range drawn {
				some = append(some, grouped[i]...)
			}
			return of(columns(some))
		}))
	}
	out.MeanAbsoluteError, out.MeanAbsoluteErrorCI = figure(meanAbsoluteError)
	out.Pearson, out.PearsonCI = figure(stats.Pearson)
	out.Spearman, out.SpearmanCI = figure(stats.Spearman)
	out.ICC, out.ICCCI = figure(intraclass)
	first, second := columns(in)
	if median, err := stats.Quantile(first, 0.5); err == nil {
		out.MedianError = known(meanAbsoluteError(first, slices.Repeat([]float64{median}, len(first))))
		lower, _ := stats.Mean(first)
		higher, _ := stats.Mean(second)
		bias := higher - lower
		out.Bias = &bias
	}
	a.Number = out
}

func columns(pairs []pair) (first, second []float64) {
	for _, p := range pairs {
		first, second = append(first, p.first.number), append(second, p.second.number)
	}
	return first, second
}

func meanAbsoluteError(first, second []float64) (float64, error) {
	differences := make([]float64, len(first))
	for i := range first {
		differences[i] = math.Abs(first[i] - second[i])
	}
	return stats.Mean(differences)
}

func intraclass(first, second []float64) (float64, error) {
	table := make([][]float64, len(first))
	for i := range first {
		table[i] = []float64{first[i], second[i]}
	}
	parts, err := stats.AnalyseTwoWay(table)
	if err != nil {
		return 0, fmt.Errorf("intraclass correlation: %w", err)
	}
	return parts.AgreementICC()
}
