package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/studies/agreement"
)

// agreement writes what was measured for people.
func (p *page) agreement(r *agreement.Report) {
	by := "rules, version " + r.Version
	if r.Model != nil {
		by = "model " + *r.Model + ", version " + r.Version
	}
	p.printf("%s  %s\n", p.bold(line(r.Evaluator)), line(by))
	p.printf("%s, %s by %s; 95%% intervals by drawing %s again (%s, %s, seed %d)\n\n",
		plural(r.Utterances, "utterance", "utterances"), plural(r.Ratings, "rating", "ratings"), plural(r.Raters, "rater", "raters"),
		map[string]string{"id": "utterances", "group": "groups"}[r.Intervals.Clusters],
		plural(r.Intervals.Count, "cluster", "clusters"), plural(r.Intervals.Resamples, "draw", "draws"), r.Intervals.Seed)
	p.agreementTables("", r.Dimensions)
	for _, group := range slices.Sorted(maps.Keys(r.Groups)) {
		title := "Group " + group
		if group == "" {
			title = "No group"
		}
		p.printf("%s\n", p.bold(line(title)))
		p.agreementTables("  ", r.Groups[group])
	}
	for _, id := range slices.Sorted(maps.Keys(r.Dimensions)) {
		p.agreementDetails(id, r.Dimensions[id])
	}
	p.agreementNotes(r)
}

// agreementTables has a row for each dimension: those with labels and codes in one table, numbers in another.
func (p *page) agreementTables(indent string, dimensions map[string]*agreement.Agreement) {
	var labels, numbers [][]string
	for _, id := range slices.Sorted(maps.Keys(dimensions)) {
		a := dimensions[id]
		if a.Number != nil {
			numbers = append(numbers, []string{id, fmt.Sprint(a.N), fmt.Sprint(a.N - a.Answered), within(a.Number.MeanAbsoluteError, a.Number.MeanAbsoluteErrorCI),
				score(a.Number.MedianError), score(a.Number.Bias), within(a.Number.Pearson, a.Number.PearsonCI), within(a.Number.Spearman, a.Number.SpearmanCI), within(a.Number.ICC, a.Number.ICCCI)})
			continue
		}
		weighted := "-"
		if a.Ordinal {
			weighted = within(a.WeightedKappa, a.WeightedKappaCI)
		}
		labels = append(labels, []string{id, fmt.Sprint(a.N), fmt.Sprint(a.N - a.Answered), score(a.Accuracy), score(a.AccuracyAnswered), score(a.MajorityAccuracy),
			within(a.MacroF1, a.MacroF1CI), within(a.Kappa, a.KappaCI), weighted})
	}
	right := func(column int) bool { return column > 0 }
	if len(labels) > 0 {
		p.grid(indent, []string{"dimension", "n", "missing", "accuracy", "answered", "majority", "macro F1", "kappa", "weighted kappa"}, labels, 1, right)
		p.printf("\n")
	}
	if len(numbers) > 0 {
		p.grid(indent, []string{"dimension", "n", "missing", "mean error", "median's", "bias", "Pearson", "Spearman", "ICC(2,1)"}, numbers, 1, right)
		p.printf("\n")
	}
}

// agreementDetails has what is behind a row.
func (p *page) agreementDetails(id string, a *agreement.Agreement) {
	p.printf("%s  %s\n", p.bold(line(id)), a.Scale)
	if a.MajorityLabel != "" {
		p.paragraph("  ", "  ", fmt.Sprintf("Always %q would have accuracy %s and macro F1 %s.", a.MajorityLabel, score(a.MajorityAccuracy), score(a.MajorityMacroF1)))
	}
	for _, reason := range slices.Sorted(maps.Keys(a.Missing)) {
		text := fmt.Sprintf("%d missing: %s", a.Missing[reason], reason)
		if detail := a.MissingDetail[reason]; detail != "" {
			text += ", as in: " + detail
		}
		p.paragraph("  ", "    ", text)
	}
	if a.Ties > 0 || a.Several > 0 {
		p.paragraph("  ", "  ", fmt.Sprintf("Left out: %s between raters, %s with several labels where one is allowed.",
			plural(a.Ties, "tie", "ties"), plural(a.Several, "rating", "ratings")))
	}
	if at := a.Applicability; at != nil {
		p.paragraph("  ", "  ", fmt.Sprintf("Not applicable: raters %d, evaluator %d, both %d; kappa of applicability %s.", at.Raters, at.Evaluator, at.Both, within(at.Kappa, at.KappaCI)))
	}
	if a.Ordinal {
		p.paragraph("  ", "  ", fmt.Sprintf("Weighted kappa over the %d to which both apply it; with linear weights %s.", a.WeightedN, score(a.LinearKappa)))
	}
	if a.AppliedN > 0 {
		p.paragraph("  ", "  ", fmt.Sprintf("Where both apply it (%d): kappa %s.", a.AppliedN, within(a.AppliedKappa, a.AppliedKappaCI)))
	}
	p.sureness(a)
	p.classes(a)
	if r := a.Raters; r != nil {
		p.raters(a.Scale, r)
	}
	p.printf("\n")
}

// sureness has what the evaluator's own confidence is worth, and what it left unsaid.
func (p *page) sureness(a *agreement.Agreement) {
	if c := a.Confidence; c != nil {
		p.paragraph("  ", "    ", fmt.Sprintf("Confidence of %d answers: said %s, right %s; calibration error %s, Brier %s, AUROC %s.", c.N, score(c.Mean), score(c.Right),
			within(c.CalibrationError, c.CalibrationErrorCI), within(c.Brier, c.BrierCI), within(c.AUROC, c.AUROCCI)))
	}
	if b := a.Abstention; b != nil {
		p.paragraph("  ", "    ", fmt.Sprintf("Abstaining: coverage %s; right less wrong, of all, %s (the majority's label: %s).", figure(b.Coverage), within(&b.Net, b.NetCI), score(b.MajorityNet)))
	}
}

func (p *page) classes(a *agreement.Agreement) {
	if len(a.Classes) == 0 {
		return
	}
	header := []string{"label", "n", "said", "precision", "recall", "F1"}
	coded := a.Scale == "codes"
	if coded {
		header = append(header, "kappa")
	}
	order := slices.Sorted(maps.Keys(a.Classes))
	if a.Confusion != nil {
		order = a.Confusion.Labels
	}
	var rows [][]string
	for _, name := range order {
		c := a.Classes[name]
		row := []string{name, fmt.Sprint(c.N), fmt.Sprint(c.Said), score(c.Precision), score(c.Recall), score(c.F1)}
		if coded {
			row = append(row, within(c.Kappa, c.KappaCI))
		}
		rows = append(rows, row)
	}
	p.grid("  ", header, rows, 1, func(column int) bool { return column > 0 })
}

func (p *page) raters(scale string, r *agreement.Raters) {
	var rows [][]string
	for _, row := range []struct {
		name  string
		close *agreement.Closeness
	}{
		{"rater with rater", r.PairMean}, {"evaluator with rater", r.EvaluatorPairs},
		{"rater with the rest", r.RestMean}, {"evaluator with the rest", r.EvaluatorRest},
	} {
		if c := row.close; c != nil {
			cells := []string{score(c.Accuracy), score(c.Kappa), score(c.WeightedKappa)}
			if scale == "number" {
				cells = []string{score(c.MeanAbsoluteError), score(c.Pearson)}
			}
			rows = append(rows, append([]string{row.name, fmt.Sprint(c.N)}, cells...))
		}
	}
	header := []string{"means over raters", "n", "accuracy", "kappa", "weighted kappa"}
	if scale == "number" {
		header = []string{"means over raters", "n", "mean error", "Pearson"}
	}
	p.grid("  ", header, rows, 1, func(column int) bool { return column > 0 })
	if r.Alpha != nil {
		p.printf("  Krippendorff's alpha of the raters %s\n", score(r.Alpha))
	}
	if r.ICC != nil {
		p.printf("  ICC(1,1) of the raters %s\n", score(r.ICC))
	}
}

// separation writes which measures tell good sessions from bad ones.
func (p *page) separation(r *agreement.SessionReport) {
	p.printf("%s  rules or judge of version %s\n", p.bold(line(r.Evaluator)), line(r.Version))
	p.printf("%s: %d of high and %d of low quality; 95%% intervals by drawing sessions again (%s, seed %d)\n\n",
		plural(r.Good+r.Bad, "session", "sessions"), r.Good, r.Bad, plural(r.Intervals.Resamples, "draw", "draws"), r.Intervals.Seed)
	var rows [][]string
	for _, m := range append([]*agreement.Separation{r.Words, r.Advice}, r.Measures...) {
		rows = append(rows, []string{m.Measure, fmt.Sprint(m.N), fmt.Sprint(m.Missing), within(m.AUROC, m.AUROCCI), score(m.Gain)})
	}
	p.grid("", []string{"measure", "n", "missing", "AUROC", "gain"}, rows, 1, func(column int) bool { return column > 0 })
	p.printf("\n")
	p.paragraph("", "  ", "AUROC: the probability that of a session of high and one of low quality the former has more of it; .5 tells nothing.")
	p.paragraph("", "  ", fmt.Sprintf("gain: AUROC of a linear model of the counselor's words, the share of utterances that raters coded as advice and the measure, less that of the first two alone (%s), each session left out in turn.", score(r.Baseline)))
	if r.Bad < 10 || r.Good < 10 {
		p.paragraph("", "  ", "With fewer than ten sessions of a kind these figures describe these sessions and no others.")
	}
}

// agreementNotes say by which rules the numbers came about.
func (p *page) agreementNotes(r *agreement.Report) {
	notes := []string{
		"accuracy and macro F1 are over all n: what is missing is wrong; \"answered\" and the kappas are over what was answered.",
		"majority: accuracy of always saying the most frequent label. not_applicable is a label of its own, but for weighted kappa (" + r.Weights + " weights), where it has no place.",
		"Several raters: " + r.Consensus,
	}
	if len(r.Unlabelled) > 0 {
		notes = append(notes, "No labels for: "+strings.Join(r.Unlabelled, ", ")+".")
	}
	for _, key := range slices.Sorted(maps.Keys(r.Unread)) {
		notes = append(notes, fmt.Sprintf("%q of %s means nothing here and was not read.", key, plural(r.Unread[key], "line", "lines")))
	}
	for _, note := range notes {
		p.paragraph("", "  ", note)
	}
}

// score shows a number between -1 and 1, or an error of a scale; what is undefined is a dash, never a zero.
func score(x *float64) string {
	if x == nil {
		return "-"
	}
	return figure(*x)
}

// within is a number with its interval.
func within(x *float64, ci agreement.CI) string {
	if x == nil || ci == nil {
		return score(x)
	}
	return fmt.Sprintf("%s [%s, %s]", figure(*x), figure(ci[0]), figure(ci[1]))
}
