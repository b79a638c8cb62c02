package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/internal/enumname"
)

// spending writes what a run's calls to models came to: a line per role or judge and model, and what went wrong on the way.
func (p *page) spending(s *projection.Spending) {
	if s == nil || s.Total.Calls == 0 {
		return
	}
	p.printf("\n%s\n", p.bold("models"))
	header := []string{"kind", "who", "model", "calls", "recorded", "tokens in", "out", "cost"}
	var rows [][]string
	for _, part := range s.Parts {
		rows = append(rows, append([]string{line(part.Kind), line(part.Who), line(part.Model)}, numbers(part.Spent)...))
	}
	if len(rows) > 1 {
		rows = append(rows, append([]string{"all", "", ""}, numbers(s.Total)...))
	}
	p.grid("  ", header, rows, 3, func(column int) bool { return column >= 3 })
	if mishaps := mishaps(s.Total); mishaps != "" {
		p.paragraph("  ", "  ", mishaps)
	}
	if s.Total.Unpriced > 0 {
		p.paragraph("  ", "  ", fmt.Sprintf("%s without a known price: write input_price and output_price of the model into vignette.yaml.",
			plural(s.Total.Unpriced, "call is", "calls are")))
	}
}

func numbers(spent projection.Spent) []string {
	return []string{fmt.Sprint(spent.Calls), fmt.Sprint(spent.Recorded), tokens(spent.PromptTokens), tokens(spent.CompletionTokens), money(spent)}
}

// mishaps says what went wrong on the way and was mended, and what was not.
func mishaps(spent projection.Spent) string {
	var parts []string
	for _, kind := range spent.SortedFailures() {
		parts = append(parts, fmt.Sprintf("%s %d", strings.ReplaceAll(kind, "_", " "), spent.Failures[kind]))
	}
	text := ""
	if len(parts) > 0 {
		text = "failed attempts, tried again: " + strings.Join(parts, ", ") + ". "
	}
	parts = nil
	for outcome, n := range spent.Outcomes {
		parts = append(parts, fmt.Sprintf("%s %d", enumname.Of(outcome), n))
	}
	slices.Sort(parts)
	for _, more := range []struct {
		n    int
		what string
	}{{spent.Repairs, "repairs"}, {spent.Again, "asked again"}, {spent.Unanswered, "unanswered"}} {
		if more.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", more.what, more.n))
		}
	}
	if len(parts) > 0 {
		text += "Answers: " + strings.Join(parts, ", ") + "."
	}
	return strings.TrimSpace(text)
}
