package agreement

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Set is a published file that an evaluator is measured on.
type Set struct {
	// Name is what tables call it.
	Name string
	// File is where it lies in the folder of published data, Format its layout.
	File, Format string
	// Evaluator is compared, on Dimensions; none means all that are labelled.
	Evaluator  string
	Dimensions []string
	// Sessions says that the file judges whole sessions too.
	Sessions bool
}

// Sets are the files behind the tables of docs/evaluators.md.
var Sets = []Set{
	{Name: "AnnoMI, a quarter", File: "annomi-dev/annomi-dev.csv", Format: "annomi", Evaluator: "mi", Sessions: true},
	{Name: "BOLT, therapists", File: "bolt/finetune_therapist_combined_train.csv", Format: "bolt", Evaluator: "bolt"},
	{Name: "BOLT, clients", File: "bolt/finetune_client_combined_train.csv", Format: "bolt", Evaluator: "bolt"},
	{Name: "GoEmotions, dev", File: "goemotions/original_dev.tsv", Format: "goemotions", Evaluator: "emotion", Dimensions: []string{"emotion.ekman", "emotion.goemotions"}},
}

// Command is how the figures of a set are had again.
func (s Set) Command() string {
	file := s.File[strings.LastIndexByte(s.File, '/')+1:]
	return fmt.Sprintf("vignette agreement %s --format %s --evaluator %s", file, s.Format, s.Evaluator)
}

// Measured is a set and what came of it. Sessions is nil where none were judged.
type Measured struct {
	Set      Set
	Report   *Report
	Sessions *SessionReport
}

// Lines between which [Splice] puts tables.
const (
	tablesBegin = "<!-- Tables: written by go test ./studies/agreement -run Tables -update; to change them, change that. -->"
	tablesEnd   = "<!-- End of tables. -->"
)

// Splice puts tables into a page, between its marks.
func Splice(page, tables string) (string, error) {
	before, rest, begun := strings.Cut(page, tablesBegin)
	_, after, ended := strings.Cut(rest, tablesEnd)
	if !begun || !ended {
		return "", fmt.Errorf("the page has no place for tables: it needs the lines %q and %q", tablesBegin, tablesEnd)
	}
	return before + tablesBegin + "\n\n" + tables + "\n" + tablesEnd + after, nil
}

// Tables writes what was measured, in Markdown.
func Tables(all []Measured) string {
	var out strings.Builder
	out.WriteString("| set | dimension | n | missing | accuracy | majority | macro F1 | kappa | evaluator with the rest | rater with the rest |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, m := range all {
		for _, id := range slices.Sorted(maps.Keys(m.Report.Dimensions)) {
			a := m.Report.Dimensions[id]
			mine, theirs := "-", "-"
			if a.Raters != nil && a.Raters.RestMean != nil {
				mine, theirs = short(a.Raters.EvaluatorRest.Kappa), short(a.Raters.RestMean.Kappa)
			}
			fmt.Fprintf(&out, "| %s | `%s` | %d | %d | %s | %s | %s | %s | %s | %s |\n", m.Set.Name, id, a.N, a.N-a.Answered, ranged(a.Accuracy, a.AccuracyCI), short(a.MajorityAccuracy),
				ranged(a.MacroF1, a.MacroF1CI), ranged(a.Kappa, a.KappaCI), mine, theirs)
		}
	}
	for _, m := range all {
		out.WriteString(classTable(m))
	}
	for _, m := range all {
		out.WriteString(sessionTable(m))
	}
	out.WriteString("\nBy these commands, on rules of these versions:\n\n```\n")
	for _, m := range all {
		fmt.Fprintf(&out, "%s   # %s\n", m.Set.Command(), rulesOf(m.Report.Version))
	}
	out.WriteString("```\n")
	return out.String()
}

// rulesOf is the version of rules in that of an evaluator, without that of the program.
func rulesOf(version string) string { return version[strings.LastIndexByte(version, '+')+1:] }

// classTable has each label, or code, of a set, with its own kappa: has it, has it not.
func classTable(m Measured) string {
	var out strings.Builder
	fmt.Fprintf(&out, "\n%s, by label:\n\n| dimension | label | n | said | precision | recall | F1 | kappa |\n|---|---|---|---|---|---|---|---|\n", m.Set.Name)
	for _, id := range slices.Sorted(maps.Keys(m.Report.Dimensions)) {
		a := m.Report.Dimensions[id]
		order := slices.Sorted(maps.Keys(a.Classes))
		if a.Confusion != nil {
			order = a.Confusion.Labels
		}
		for _, name := range order {
			c := a.Classes[name]
			kappa := ranged(c.Kappa, c.KappaCI)
			if a.Confusion != nil {
				kappa = short(a.Confusion.kappaOf(name))
			}
			fmt.Fprintf(&out, "| `%s` | %s | %d | %d | %s | %s | %s | %s |\n", id, name, c.N, c.Said, short(c.Precision), short(c.Recall), short(c.F1), kappa)
		}
		if a.AppliedN > 0 {
			fmt.Fprintf(&out, "| `%s` | where both apply it | %d | | | | | %s |\n", id, a.AppliedN, ranged(a.AppliedKappa, a.AppliedKappaCI))
		}
	}
	return out.String()
}

// kappaOf is that of one label against all others, of what was answered; nil where it is undefined.
func (c *Confusion) kappaOf(name string) *float64 {
	at := slices.Index(c.Labels, name)
	table := [][]float64{{0, 0}, {0, 0}}
	for i, row := range c.Counts {
		for j, n := range row[:len(c.Labels)] {
			is, said := 1, 1
			if i == at {
				is = 0
			}
			if j == at {
				said = 0
			}
			table[is][said] += float64(n)
		}
	}
	return known(stats.CohenKappa(table))
}

// sessionTable says what tells good sessions from bad ones.
func sessionTable(m Measured) string {
	s := m.Sessions
	if s == nil {
		return ""
	}
	var out strings.Builder
	fmt.Fprintf(&out, "\n%s, whole sessions: what of %d of high quality and %d of low is higher in the former. Gain: AUROC with counselor's words and advice share (as raters coded it) and the\n"+
		"measure, less that of the two alone (%s), each session left out in turn.\n\n| measure | n | missing | AUROC | gain |\n|---|---|---|---|---|\n", m.Set.Name, s.Good, s.Bad, short(s.Baseline))
	for _, each := range append([]*Separation{s.Words, s.Advice}, s.Measures...) {
		name := each.Measure
		if strings.Contains(name, ".") {
			name = "`" + name + "`"
		}
		fmt.Fprintf(&out, "| %s | %d | %d | %s | %s |\n", name, each.N, each.Missing, ranged(each.AUROC, each.AUROCCI), short(each.Gain))
	}
	return out.String()
}

// short writes a number between -1 and 1; a dash where it is undefined.
func short(x *float64) string {
	if x == nil {
		return "-"
	}
	text := strings.Replace(fmt.Sprintf("%.2f", *x), "0.", ".", 1)
	if text == "-.00" {
		return ".00"
	}
	return text
}

func ranged(x *float64, ci CI) string {
	if x == nil || ci == nil {
		return short(x)
	}
	return fmt.Sprintf("%s [%s, %s]", short(x), short(&ci[0]), short(&ci[1]))
}
