package main

import (
	"fmt"
	"strings"

	"github.com/vignette-sim/vignette/studies/judging"
)

// judges writes for people what anchors say of judges.
func (p *page) judges(r *judging.Report) {
	p.printf("%s  %s, sha256 %.12s; each in both orders, %s; 95%% intervals\n\n", p.bold(line(r.File)), plural(r.Anchors, "anchor", "anchors"), r.SHA256,
		plural(r.Samples, "sample", "samples"))
	var rows, sure, risks [][]string
	for _, s := range r.Judges {
		rows = append(rows, []string{line(s.Judge), fmt.Sprint(s.Reading + 1), fmt.Sprint(s.Judged), within(s.Accuracy, s.AccuracyCI), within(s.Consistency, s.ConsistencyCI)})
		for _, c := range s.Confidence {
			sure = append(sure, []string{line(s.Judge), c.Kind, fmt.Sprint(c.N), figure(c.Mean), figure(c.Right), score(c.ECE), score(c.Brier), score(c.AUROC), figure(c.AURC)})
			for _, at := range c.Coverage {
				risks = append(risks, []string{line(s.Judge), c.Kind, figure(at.Threshold), figure(at.Coverage), within(at.Risk, at.RiskCI)})
			}
		}
	}
	p.grid("  ", []string{"judge", "reading", "anchors judged", "accuracy", "consistent"}, rows, 1, func(column int) bool { return column > 0 })
	for _, s := range r.Judges {
		if len(s.Missing) > 0 {
			p.printf("\n%s\n", line(s.Judge))
			p.reasons(2*r.Samples*r.Anchors, s.Missing, nil)
		}
	}
	p.printf("\nHow sure, and how often right, over both orders\n")
	p.grid("  ", []string{"judge", "confidence", "n", "mean", "right", "ECE", "Brier", "AUROC", "AURC"}, sure, 2, func(column int) bool { return column > 1 })
	p.printf("\nWhat abstaining below a threshold would leave\n")
	p.grid("  ", []string{"judge", "confidence", "threshold", "coverage", "risk"}, risks, 2, func(column int) bool { return column > 1 })
	if e := r.Ensemble; e != nil {
		p.printf("\nAll judges together, over %s: right by the mean %s, in the worst case %s, half-way between %s; disagreement %s\n", plural(e.N, "anchor", "anchors"),
			within(e.Nominal, e.NominalCI), within(e.Worst, e.WorstCI), within(e.Blend, e.BlendCI), score(e.Disagreement))
	}
	p.findings(r)
}

// findings writes what was tested; what is named has a star, and a line of its own.
func (p *page) findings(r *judging.Report) {
	var rows [][]string
	for _, f := range r.Findings {
		mark, who := "", line(f.Judge)
		if f.Named {
			mark = "*"
		}
		if f.Other != "" {
			who += ", " + line(f.Other)
		}
		rows = append(rows, []string{who, f.What, mark, fmt.Sprint(f.N), within(f.Size, f.CI95), strings.TrimPrefix(probability(f.P), "p "), strings.TrimPrefix(probability(f.Holm), "p "), f.Why})
	}
	p.printf("\nTested; * is named: it holds after Holm's correction, and is not small\n")
	p.grid("  ", []string{"judge", "", "", "n", "size", "p", "p (Holm)", ""}, rows, 2, func(column int) bool { return column > 2 && column < 7 })
	p.printf("\n")
	named := 0
	for _, f := range r.Findings {
		if !f.Named {
			continue
		}
		named++
		who := line(f.Judge)
		if f.Other != "" {
			who += " and " + line(f.Other)
		}
		p.paragraph("! ", "  ", fmt.Sprintf("%s: %s, %s", who, f.What, within(f.Size, f.CI95)))
	}
	if named == 0 {
		p.printf("No judge is named.\n")
	}
}
