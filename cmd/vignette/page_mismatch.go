package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// mismatch says how the focal role's reward goes with what came of it for the others, a line for each outcome.
func (p *page) mismatch(relations []outcomes.Relation) {
	p.printf("\n%s\n", p.bold("Objective mismatch"))
	p.paragraph("  ", "  ", p.dim("The focal role's reward with the others' own outcome, within scenarios: Pearson r, Spearman rho, 95% CI."))
	if len(relations) == 0 {
		p.paragraph("  ", "  ", "undefined: no role but the focal one tells how it is or what it means to do")
		return
	}
	if why := undefinedAlike(relations); why != "" {
		p.paragraph("  ", "  ", why)
		return
	}
	width := 0
	for _, r := range relations {
		width = max(width, len(r.Kind.Title()))
	}
	for _, r := range relations {
		head := fmt.Sprintf("  %-*s  ", width, r.Kind.Title())
		p.paragraph(head, strings.Repeat(" ", len(head)), relationLine(r))
	}
	p.paragraph("  ", "  ", p.dim("What somebody felt is no measure of what an evaluator scored, nor the reverse: neither validates the other."))
}

// undefinedAlike is the reason for which all relations are undefined, "" where they are not or have several.
func undefinedAlike(relations []outcomes.Relation) string {
	for _, r := range relations {
		if r.Spearman.Value != nil || r.Meaning() != relations[0].Meaning() {
			return ""
		}
	}
	return relations[0].Meaning()
}

// relationLine is a relation and what it means.
func relationLine(r outcomes.Relation) string {
	if r.Spearman.Value == nil {
		return r.Meaning()
	}
	return fmt.Sprintf("r %s, rho %s, n %d: %s%s", figured(r.Pearson), figured(r.Spearman), r.N, r.Meaning(), accountOf(r.Sources))
}

// accounts writes what came of an episode for those the focal role spoke with, by their own account; what is not known is left out.
func (p *page) accounts(state *episode.State) {
	names := roleNames(state.Plan().Scenario)
	var parts []string
	whose := ""
	flush := func() {
		if len(parts) > 0 {
			p.paragraph("  ", "    ", fmt.Sprintf("by %s's own account, which is in no reward: %s", names[whose], strings.Join(parts, ", ")))
		}
		parts = nil
	}
	for _, outcome := range outcomes.Of(state) {
		if outcome.Role != whose {
			flush()
			whose = outcome.Role
		}
		if outcome.Value != nil {
			parts = append(parts, fmt.Sprintf("%s %s (%s)", outcome.Kind.Title(), figure(*outcome.Value), strings.ReplaceAll(outcome.Source, "_", " ")))
		}
	}
	flush()
}

// accountOf says whose word an outcome is, where it is a language model's or a person's.
func accountOf(sources []string) string {
	var by []string
	for _, each := range []struct{ source, name string }{{"self_reported", "models' self-report"}, {"human_reported", "people's report"}, {"read", "a model's reading"}} {
		if slices.Contains(sources, each.source) {
			by = append(by, each.name)
		}
	}
	if len(by) == 0 {
		return ""
	}
	return " (by " + strings.Join(by, ", ") + ")"
}

// figured is an estimate with its interval, where there is one.
func figured(c outcomes.Correlation) string {
	switch {
	case c.Value == nil:
		return "-"
	case c.CI95 == nil:
		return fmt.Sprintf("%.2f", *c.Value)
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f]", *c.Value, c.CI95.Low, c.CI95.High)
}

type jsonMismatch struct {
	Outcome  string          `json:"outcome"`
	N        int             `json:"n"`
	Clients  int             `json:"clients"`
	Unpaired int             `json:"unpaired"`
	Pearson  jsonCorrelation `json:"pearson"`
	Spearman jsonCorrelation `json:"spearman"`
	Sources  []string        `json:"sources"`
	Meaning  string          `json:"meaning"`
}

// jsonCorrelation has a value or the reason why there is none.
type jsonCorrelation struct {
	Value     *float64    `json:"value"`
	CI95      *[2]float64 `json:"ci95"`
	Undefined string      `json:"undefined,omitempty"`
}

func mismatchRecords(relations []outcomes.Relation) []jsonMismatch {
	out := []jsonMismatch{}
	for _, r := range relations {
		out = append(out, jsonMismatch{
			string(r.Kind), r.N, r.Clients, r.Unpaired, correlationRecord(r.Pearson), correlationRecord(r.Spearman), append([]string{}, r.Sources...), r.Meaning(),
		})
	}
	return out
}

func correlationRecord(c outcomes.Correlation) jsonCorrelation {
	out := jsonCorrelation{Value: c.Value, Undefined: c.Undefined}
	if c.CI95 != nil {
		out.CI95 = &[2]float64{c.CI95.Low, c.CI95.High}
	}
	return out
}
