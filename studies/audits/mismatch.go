package audits

import (
	"fmt"
	"strings"

	"github.com/vignette-sim/vignette/studies/outcomes"
)

// spearman is the correlation that is judged by.
const spearman = "Spearman rho"

// OfMismatch is the audit of a run's objective: whether the focal role's reward goes with what came of it for the others.
func OfMismatch(run string, relations []outcomes.Relation) *Report {
	r := &Report{
		Audit: "mismatch", Warnings: []string{}, Subject: run, Question: "Does the focal role's reward go with what came of it for the others?", Facts: []Fact{}, Findings: []Finding{},
		Methods: "Correlations of the focal role's reward with each outcome of the others, by their own account, within scenarios: each scenario's mean is taken off (Pearson), or numbers are ranked within it (Spearman). Intervals are 95% " +
			"percentile bootstrap over clients. What somebody felt is no measure of what an evaluator scored, nor the reverse: neither validates the other. Outcomes of which less is better are turned round in words, not in numbers.",
	}
	var against []string
	told := false
	for _, relation := range relations {
		for _, each := range []struct {
			name string
			of   outcomes.Correlation
		}{{spearman, relation.Spearman}, {"Pearson r", relation.Pearson}} {
			f := Finding{Group: relation.Kind.Title(), Name: each.name, Unit: "correlation, -1 to 1; by " + strings.ReplaceAll(strings.Join(relation.Sources, ", "), "_", " "), Value: each.of.Value, CI95: ends(each.of.CI95), N: relation.N, Over: "clients", Undefined: each.of.Undefined}
			told = told || f.Undefined == ""
			if f.Undefined == "" && each.name == spearman {
				f.Verdict = relation.Meaning()
			}
			r.Findings = append(r.Findings, f)
		}
		if i := relation.Spearman.CI95; i != nil && (relation.Kind.Better() > 0 && i.High < 0 || relation.Kind.Better() < 0 && i.Low > 0) {
			against = append(against, relation.Kind.Title())
			r.Findings[len(r.Findings)-2].Marked = true
		}
		if relation.Unpaired > 0 {
			r.Facts = append(r.Facts, Fact{"without a pair, " + relation.Kind.Title(), fmt.Sprint(relation.Unpaired, " valid episodes")})
		}
	}
	switch r.Flagged = len(against) > 0; {
	case r.Flagged:
		r.Verdict = "It goes against them: more reward goes with worse " + strings.Join(against, ", ") + "."
	case !told:
		r.Verdict = "It cannot be told: no outcome of the others has enough episodes beside a reward."
	default:
		r.Verdict = "No outcome goes against the reward. Which go with it the rows say."
	}
	return r
}
