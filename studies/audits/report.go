package audits

import (
	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/studies/compare"
)

// Report is what an audit came to: the same for a terminal, a page and a program.
type Report struct {
	// Audit is its kind: persona, probes, mismatch, critique or correction. Subject is what was looked at: a run, a file, a model.
	Audit   string `json:"audit"`
	Subject string `json:"subject"`
	// Question is what was asked, Verdict the answer in a sentence; Flagged says that it is one to act upon.
	Question string    `json:"question"`
	Verdict  string    `json:"verdict"`
	Flagged  bool      `json:"flagged"`
	Facts    []Fact    `json:"facts"`
	Findings []Finding `json:"findings"`
	// Warnings are what speaks against believing it.
	Warnings []string `json:"warnings"`
	Methods  string   `json:"methods"`
}

// Fact is something that was counted or chosen.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Finding is an estimate with what is known about it. Null is what could not be had: then Undefined says why.
type Finding struct {
	// Group is what findings are listed under, "" where there is one list.
	Group string `json:"group,omitempty"`
	Name  string `json:"name"`
	Unit  string `json:"unit"`
	// Against and Level are the means of the two sides of a difference.
	Against *float64    `json:"against,omitempty"`
	Level   *float64    `json:"level,omitempty"`
	Value   *float64    `json:"value"`
	CI95    *[2]float64 `json:"ci95"`
	// P is two-sided, Holm the same adjusted for all tests of the audit; null where nothing was tested.
	P    *float64 `json:"p"`
	Holm *float64 `json:"p_holm"`
	// N is how many the estimate is of, Over what the interval draws.
	N         int    `json:"n"`
	Over      string `json:"over,omitempty"`
	Verdict   string `json:"verdict,omitempty"`
	Undefined string `json:"undefined,omitempty"`
	// Marked says that it is one to act upon.
	Marked bool `json:"marked"`
}

// adjust fills in Holm's p for the findings that were tested.
func adjust(findings []Finding) {
	ps := make([]*float64, len(findings))
	for i, f := range findings {
		ps[i] = f.P
	}
	for i, p := range compare.Adjust(ps) {
		findings[i].Holm = p
	}
}

// alpha is what adjusted probabilities are held against.
const alpha = 0.05

func ends(i *stats.Interval) *[2]float64 {
	if i == nil {
		return nil
	}
	return &[2]float64{i.Low, i.High}
}

// least is the fewest clusters for an interval.
const least = compare.Enough
