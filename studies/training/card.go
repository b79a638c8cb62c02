package training

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Card says what is in an export, where it comes from, and what is not in it.
type Card struct {
	Format      Format   `json:"format"`
	Perspective string   `json:"perspective"`
	Measure     string   `json:"measure"`
	Runs        []string `json:"runs"`
	// Versions of the program that played the runs.
	Versions []string `json:"versions"`
	// Episodes is how many there were, Rows how many rows each split has, Left how many episodes or pairs gave none, by reason.
	Episodes int            `json:"episodes"`
	Rows     map[string]int `json:"rows"`
	Left     Left           `json:"left"`
	// Scenarios, Personas and Policies are what rows come from, with how many episodes (of pairs: preferred ones).
	Scenarios map[string]int `json:"scenarios"`
	Personas  map[string]int `json:"personas"`
	Policies  map[string]int `json:"policies"`
	// Minds are who played: models, or "builtin".
	Minds map[string]int `json:"minds"`
	// Sources are published formats that scenarios and personas were imported from, with the licence their publisher states.
	Sources map[string]string `json:"sources"`
	// Ambiguous and ProbablyWrong count pairs whose single opinions hardly agree, or say the opposite.
	Ambiguous     int `json:"ambiguous"`
	ProbablyWrong int `json:"probably_wrong"`
	// Raters counts the episodes or pairs whose worth rests on ratings: of [People], or of [Simulated].
	Raters map[string]int `json:"raters,omitempty"`

	minds map[string]map[string]string // by run and agent
}

func newCard(from Library, o Options) *Card {
	c := &Card{
		Format: o.Format, Perspective: o.Perspective, Measure: o.Measure.Name(), Rows: map[string]int{}, Left: Left{}, Scenarios: map[string]int{}, Personas: map[string]int{},
		Policies: map[string]int{}, Minds: map[string]int{}, Sources: map[string]string{}, minds: map[string]map[string]string{},
	}
	for _, manifest := range from.Runs() {
		c.Runs = append(c.Runs, manifest.GetRun())
		if !slices.Contains(c.Versions, manifest.GetProgramVersion()) {
			c.Versions = append(c.Versions, manifest.GetProgramVersion())
		}
		by := map[string]string{}
		for _, agent := range manifest.GetAgents() {
			by[agent.GetName()] = cmp.Or(agent.GetModel(), agent.GetMind())
		}
		c.minds[manifest.GetRun()] = by
	}
	return c
}

func (c *Card) leave(why string) { c.Left[why]++ }

func (c *Card) prefer(p Pair) {
	if p.Ambiguous {
		c.Ambiguous++
	}
	if p.ProbablyWrong {
		c.ProbablyWrong++
	}
}

// rests takes in on whose ratings an episode's or a pair's worth rests.
func (c *Card) rests(raters string) {
	if raters != "" {
		if c.Raters == nil {
			c.Raters = map[string]int{}
		}
		c.Raters[raters]++
	}
}

// keep takes in an episode that gave rows.
func (c *Card) keep(state *episode.State) {
	plan := state.Plan()
	c.Scenarios[plan.Cell.GetScenario()]++
	policy := "as written"
	for i, level := range plan.Cell.GetFactors() {
		if i == 0 {
			policy = ""
		}
		policy = strings.TrimPrefix(policy+", "+level.GetFactor()+"="+level.GetLevel(), ", ")
	}
	c.Policies[policy]++
	c.source(plan.Scenario.GetSource())
	for _, role := range plan.Scenario.GetRoles() {
		c.Personas[role.GetPersona().GetId()]++
		c.source(role.GetPersona().GetSource())
	}
	for _, turn := range state.Turns() {
		c.Minds[cmp.Or(turn.GetProvenance().GetModel(), turn.GetProvenance().GetMind(), "unknown")]++
	}
}

func (c *Card) source(s *vignettev1.Source) {
	if s.GetFormat() != "" {
		c.Sources[s.GetFormat()] = cmp.Or(s.GetLicense(), "not stated")
	}
}

// whyNot is why an episode does not count.
func whyNot(state *episode.State) string {
	if completed := state.Completed(); completed != nil {
		return "not valid: " + enumname.Of(completed.GetValidity())
	}
	return enumname.Of(state.Phase())
}

// Total is how many rows there are.
func (c *Card) Total() int {
	n := 0
	for _, rows := range c.Rows {
		n += rows
	}
	return n
}

// Markdown is the card as a page.
func (c *Card) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Data card\n\n%d rows in the format `%s`, from %d episodes of %s. The words of the role `%s` are the assistant's; episodes are worth their `%s`.\n",
		c.Total(), c.Format, c.Episodes, strings.Join(c.Runs, ", "), c.Perspective, c.Measure)
	b.WriteString("\nSimulated conversations, written by Vignette " + strings.Join(c.Versions, ", ") + ". What people say in them was said by no person, unless a mind below is `external` or `replay`.\n")
	table := func(title, head string, of map[string]int) {
		if len(of) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n## %s\n\n| %s | n |\n|---|---|\n", title, head)
		for _, name := range slices.Sorted(maps.Keys(of)) {
			fmt.Fprintf(&b, "| %s | %d |\n", cell(cmp.Or(name, "all")), of[name])
		}
	}
	table("Rows", "split", c.Rows)
	table("Left out", "why", c.Left)
	table("Scenarios", "scenario", c.Scenarios)
	table("Personas", "persona", c.Personas)
	table("Policies", "policy", c.Policies)
	table("Minds, by turns", "mind or model", c.Minds)
	if c.Format.OfPairs() {
		fmt.Fprintf(&b, "\n## Preferences\n\nBy the votes of single opinions %d pairs are ambiguous and %d probably wrong.\n", c.Ambiguous, c.ProbablyWrong)
	}
	table("Worth by ratings of", "who rated", c.Raters)
	if c.Raters[Simulated] > 0 {
		b.WriteString("\nSimulated annotators are programs with known faults. What they say is no human feedback, and what was learned from it is not learned from people.\n")
	}
	if len(c.Sources) > 0 {
		b.WriteString("\n## Imported material\n\nIts licences go with the rows.\n\n| format | licence as stated |\n|---|---|\n")
		for _, name := range slices.Sorted(maps.Keys(c.Sources)) {
			fmt.Fprintf(&b, "| %s | %s |\n", cell(name), cell(c.Sources[name]))
		}
	}
	return b.String()
}

// cell is text in a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;").Replace(text)
}
