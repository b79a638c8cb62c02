package agreement

import (
	"cmp"
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Options say how to compare.
type Options struct {
	// Seed of the intervals' draws.
	Seed uint64
	// Resamples for each interval; 0 means 2000.
	Resamples int
	// ByGroup compares within each group too.
	ByGroup bool
}

const (
	level     = 0.95
	resamples = 2000
)

// Compare counts how far what an evaluator answered agrees with labels. Intervals are of a bootstrap that draws whole groups,
// or utterances where there are no groups: utterances of one conversation are not independent.
func Compare(description *vignettev1.EvaluatorDescription, labels *Labels, answers Answers, options Options) *Report {
	report := &Report{
		Evaluator: description.GetName(), Version: description.GetVersion(), Utterances: len(labels.Utterances),
		Consensus: ConsensusRule, Weights: "quadratic", Dimensions: map[string]*Agreement{}, Unread: labels.Unread,
	}
	if model := description.GetModel(); model != "" {
		report.Model = &model
	}
	raters, groups := map[string]bool{}, map[string][]*Utterance{}
	for _, u := range labels.Utterances {
		groups[u.Group] = append(groups[u.Group], u)
		report.Ratings += len(u.Ratings)
		for _, rating := range u.Ratings {
			raters[rating.Rater] = true
		}
	}
	report.Raters = len(raters)
	boot := stats.Bootstrap{Level: level, Seed: options.Seed, Resamples: cmp.Or(options.Resamples, resamples)}
	report.Intervals = Intervals{Level: level, Resamples: boot.Resamples, Seed: options.Seed, Clusters: "id", Count: len(labels.Utterances)}
	clusterOf := func(u *Utterance) string { return u.ID }
	if grouped := len(groups) > 1 || len(groups[""]) == 0; grouped {
		clusterOf = clusterByGroup
		report.Intervals.Clusters, report.Intervals.Count = "group", countClusters(labels.Utterances)
	}
	for _, d := range labels.dimensions {
		agreement := compare(d, labels.Utterances, answers, clusterOf, boot)
		if agreement == nil {
			report.Unlabelled = append(report.Unlabelled, d.spec.GetId())
			continue
		}
		report.Dimensions[d.spec.GetId()] = agreement
	}
	if options.ByGroup {
		report.Groups = byGroup(labels, groups, answers, boot)
	}
	return report
}

// clusterByGroup is the group, or the utterance alone where it has none.
func clusterByGroup(u *Utterance) string {
	if u.Group == "" {
		return "id\n" + u.ID
	}
	return u.Group
}

func countClusters(utterances []*Utterance) int {
	seen := map[string]bool{}
	for _, u := range utterances {
		seen[clusterByGroup(u)] = true
	}
	return len(seen)
}

// byGroup compares within each group. Intervals are over its utterances.
func byGroup(labels *Labels, groups map[string][]*Utterance, answers Answers, boot stats.Bootstrap) map[string]map[string]*Agreement {
	out := map[string]map[string]*Agreement{}
	for name, utterances := range groups {
		out[name] = map[string]*Agreement{}
		for _, d := range labels.dimensions {
			if a := compare(d, utterances, answers, func(u *Utterance) string { return u.ID }, boot); a != nil {
				out[name][d.spec.GetId()] = a
			}
		}
	}
	return out
}

// pair is what two say of the same utterance. Missing says why the second says nothing.
type pair struct {
	cluster       string
	first, second label
	missing       string
	confidence    *float64
}

// compare counts for one dimension; nil where no utterance is labelled on it.
func compare(d *dimension, utterances []*Utterance, answers Answers, clusterOf func(*Utterance) string, boot stats.Bootstrap) *Agreement {
	a := &Agreement{
		Scale: enumname.Of(d.scale), Ordinal: d.scale == vignettev1.Scale_SCALE_ORDINAL,
		Missing: map[string]int{}, MissingDetail: map[string]string{}, Classes: map[string]*Class{},
	}
	var pairs []pair
	rated := 0
	for _, u := range utterances {
		for _, rating := range u.Ratings {
			if slices.Contains(rating.several, d.spec.GetId()) {
				a.Several++
			}
		}
		ratings := given(u, d.spec.GetId(), -1)
		rated += len(ratings)
		if len(ratings) == 0 {
			continue
		}
		together, decided := d.consensus(ratings)
		if !decided {
			a.Ties++
			continue
		}
		a.Ties += len(together.open)
		said := d.hear(answers[u.ID][d.spec.GetId()])
		if said.reason != "" && (!together.inapplicable || d.hasPlaceForNothing()) {
			a.Missing[said.reason]++
			a.MissingDetail[said.reason] = cmp.Or(a.MissingDetail[said.reason], said.detail)
		}
		pairs = append(pairs, pair{cluster: clusterOf(u), first: together, second: said.label, missing: said.reason, confidence: said.confidence})
	}
	if rated == 0 && a.Several == 0 {
		return nil
	}
	maps.DeleteFunc(a.MissingDetail, func(_, detail string) bool { return detail == "" })
	a.applicability(pairs, boot)
	if !d.hasPlaceForNothing() {
		pairs = a.valued(pairs)
	}
	a.N = len(pairs)
	a.Answered = len(answered(pairs))
	switch d.scale {
	case vignettev1.Scale_SCALE_NUMBER:
		a.numbers(pairs, boot)
	case vignettev1.Scale_SCALE_CODES:
		a.codes(d, pairs, boot)
	default:
		a.labels(d, pairs, boot)
	}
	a.Confidence, a.Abstention = d.confidence(pairs, boot), d.abstention(pairs, a.MajorityAccuracy, boot)
	a.Raters = compareRaters(d, utterances, answers)
	return a
}

// hasPlaceForNothing says whether "not applicable" is a label of the dimension like others.
func (d *dimension) hasPlaceForNothing() bool {
	return d.scale == vignettev1.Scale_SCALE_ORDINAL || d.scale == vignettev1.Scale_SCALE_NOMINAL
}

// valued are the pairs to be compared where "not applicable" is no value: those with a value of the raters. Where the evaluator
// sees nothing to apply the dimension to, it has none, which is no number and no empty set.
func (a *Agreement) valued(pairs []pair) []pair {
	out := slices.DeleteFunc(slices.Clone(pairs), func(p pair) bool { return p.first.inapplicable })
	for i, p := range out {
		if p.missing == "" && p.second.inapplicable {
			out[i].missing = notApplicable
			a.Missing[notApplicable]++
		}
	}
	return out
}

func answered(pairs []pair) []pair {
	return slices.DeleteFunc(slices.Clone(pairs), func(p pair) bool { return p.missing != "" })
}

// applied are the answered pairs in which both say that the dimension applies.
func applied(pairs []pair) []pair {
	return slices.DeleteFunc(slices.Clone(pairs), func(p pair) bool {
		return p.missing != "" || p.first.inapplicable || p.second.inapplicable
	})
}

// clusters are pairs by what they are drawn by, in the order they come in.
func clusters(pairs []pair) [][]pair {
	var out [][]pair
	at := map[string]int{}
	for _, p := range pairs {
		i, ok := at[p.cluster]
		if !ok {
			i = len(out)
			at[p.cluster] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], p)
	}
	return out
}

// applicability counts where the dimension does not apply.
func (a *Agreement) applicability(pairs []pair, boot stats.Bootstrap) {
	out := &Applicability{}
	tables := tally(answered(pairs), 2, func(p pair) (int, int) { return applies(p.first), applies(p.second) })
	table := tables.sum(nil)
	out.Both = int(table[1][1])
	out.Raters, out.Evaluator = out.Both+int(table[1][0]), out.Both+int(table[0][1])
	if out.Raters+out.Evaluator == 0 {
		return
	}
	out.Accuracy = known(right(table), nil)
	out.Kappa = known(stats.CohenKappa(table))
	out.KappaCI = tables.interval(boot, stats.CohenKappa)
	a.Applicability = out
}

func applies(l label) int {
	if l.inapplicable {
		return 1
	}
	return 0
}
