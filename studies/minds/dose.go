package minds

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// skills are the doses.
var skills = []float64{0, 0.25, 0.5, 0.75, 1}

// Sizes of the experiment, in episodes.
const (
	doseClients  = 3240
	dosePartners = 540
)

// littleGain is the gain of trust below which a client is said to respond little to a counselor of skill 1, over all modalities.
// Chosen: about a third of what the median client gains.
const littleGain = 0.10

// Dose asks how outcomes change with skill, by modality: for clients with counselors, and for partners with speakers.
func (s *Stage) Dose(ctx context.Context, options Options) (*Report, error) {
	report := &Report{Experiment: "dose", Title: "What skill does, dose by dose"}
	helped, err := s.doses(ctx, "dose, clients", helping, doseClients, options)
	if err != nil {
		return nil, err
	}
	won, err := s.doses(ctx, "dose, partners", speaking, dosePartners, options)
	if err != nil {
		return nil, err
	}
	report.Episodes = len(helped) + len(won)
	for _, d := range []dose{{"clients", helped, helping, clientOutcomes, options.Seed}, {"partners", won, speaking, partnerOutcomes, options.Seed}} {
		report.Tables = append(report.Tables, d.levels(), d.slopes())
		variance, err := d.variance()
		if err != nil {
			return nil, err
		}
		report.Tables = append(report.Tables, variance)
		if d.who == "clients" {
			report.Tables = append(report.Tables, d.little())
		}
		report.Tables = append(report.Tables, d.arms())
	}
	return report, nil
}

// doses plays every skill in every modality, with the same clients or partners.
func (s *Stage) doses(ctx context.Context, part string, modalities []string, usual int, options Options) ([]*session, error) {
	scenes, err := clientScenarios(sessionTurns)
	if modalities[0] == speaking[0] {
		scenes, err = partnerScenarios()
	}
	if err != nil {
		return nil, err
	}
	cells := len(scenes) * len(modalities) * len(skills)
	return s.play(ctx, part, runs.Design{
		Scenarios: scenes, Factors: []*vignettev1.Factor{modalityFactor(modalities...), skillFactor(skills...)}, Repeats: options.repeats(usual, cells),
	}, options)
}

// sessionTurns is how long a session is, turns of both.
const sessionTurns = 20

// dose is what was played, to be put into tables.
type dose struct {
	who        string
	sessions   []*session
	modalities []string
	outcomes   []outcome
	seed       uint64
}

// levels shows each skill over all modalities.
func (d dose) levels() Table {
	t := Table{
		ID: "dose." + d.who, Title: "Skill and " + d.who + ", over all modalities",
		Note: "Mean with 95% interval over " + d.who + " (persona x repeat); the same ones at every skill.", Keys: []string{"skill"}, Columns: headers(d.outcomes),
	}
	for _, skill := range skills {
		t.Rows = append(t.Rows, d.row([]string{skillName(skill)}, at(skillField, skillName(skill))))
	}
	difference := Row{Keys: []string{"1 less 0"}}
	for _, o := range d.outcomes {
		gain := differences(where(d.sessions, at(skillField, "1")), where(d.sessions, at(skillField, "0")), o)
		difference.Cells = append(difference.Cells, gain.estimate(d.seed))
	}
	t.Rows = append(t.Rows, difference)
	return t
}

// arms shows every combination.
func (d dose) arms() Table {
	t := Table{ID: "dose." + d.who + ".arms", Title: "Every arm, " + d.who, Keys: []string{"modality", "skill"}, Columns: headers(d.outcomes)}
	for _, modality := range d.modalities {
		for _, skill := range skills {
			t.Rows = append(t.Rows, d.row([]string{modality, skillName(skill)}, all(at(modalityField, modality), at(skillField, skillName(skill)))))
		}
	}
	return t
}

func (d dose) row(keys []string, wanted func(*session) bool) Row {
	row := Row{Keys: keys}
	for _, o := range d.outcomes {
		row.Cells = append(row.Cells, collect(d.sessions, o, wanted).estimate(d.seed))
	}
	return row
}

// slopes shows what a whole unit of skill changes.
func (d dose) slopes() Table {
	t := Table{
		ID: "dose." + d.who + ".slopes", Title: "Change per unit of skill, " + d.who, Note: "Least squares for each of them; mean and interval over them.",
		Keys: []string{"modality"}, Columns: headers(d.outcomes),
	}
	for _, modality := range append([]string{"all"}, d.modalities...) {
		row, sessions := Row{Keys: []string{modality}}, d.sessions
		if modality != "all" {
			sessions = where(sessions, at(modalityField, modality))
		}
		for _, o := range d.outcomes {
			row.Cells = append(row.Cells, slopes(sessions, o, skills).estimate(d.seed))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// variance takes each outcome's variance apart: how much of it lies between clients, how much is skill, how much is the rest.
func (d dose) variance() (Table, error) {
	t := Table{
		ID: "dose." + d.who + ".variance", Title: "Where the variance lies, " + d.who,
		Note: "Two-way analysis within each modality, added up: shares of the sum of squares. Between less skill: with 95% interval over " + d.who + ". SD: between " +
			"them, as a variance component. The last column is their variance over that of skill 0 against 1, (effect/2)^2; above 1 they differ more than " +
			"those two do. Whoever misses a value is left out.",
		Keys: []string{"outcome"}, Columns: []string{"n", "between", "skill", "rest", "between less skill", "SD between", "effect 0 to 1", "ratio"},
	}
	for _, o := range variedOutcomes[d.who] {
		row, err := d.apart(o)
		if err != nil {
			return t, fmt.Errorf("variance of %s: %w", o, err)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

func (d dose) apart(o outcome) (Row, error) {
	row := Row{Keys: []string{string(o)}, Cells: make([]Cell, 8)}
	tables := make([]map[string][]float64, len(d.modalities))
	clients := map[string]bool{}
	for i, modality := range d.modalities {
		tables[i] = d.table(o, modality)
		for client := range tables[i] {
			clients[client] = true
		}
	}
	names := byName(clients)
	whole, err := partition(tables, names)
	if errors.Is(err, stats.ErrUndefined) {
		return row, nil
	} else if err != nil {
		return row, err
	}
	more, err := intervalOf(d.seed, len(names), func(drawn []int) (float64, error) {
		them := make([]string, len(drawn))
		for i, at := range drawn {
			them[i] = names[at]
		}
		part, err := partition(tables, them)
		return part.between - part.skill, err
	})
	if err != nil {
		return row, err
	}
	row.Cells = []Cell{
		count(whole.n), number(whole.between), number(whole.skill), number(1 - whole.between - whole.skill), more, number(whole.sd), number(whole.effect), {},
	}
	if whole.effect != 0 {
		row.Cells[7] = number(4 * whole.sd * whole.sd / (whole.effect * whole.effect))
	}
	return row, nil
}

// shares is where an outcome's variance lies, all modalities together.
type shares struct {
	n                          int
	between, skill, sd, effect float64
}

// partition takes the variance of some clients apart, modality by modality; who is named twice counts twice.
func partition(tables []map[string][]float64, clients []string) (shares, error) {
	var out shares
	var people, skill, rest, variance, counted float64
	for _, table := range tables {
		var rows [][]float64
		for _, client := range clients {
			if values := table[client]; values != nil {
				rows = append(rows, values)
			}
		}
		analysis, err := stats.AnalyseTwoWay(rows)
		if errors.Is(err, stats.ErrUndefined) {
			continue
		} else if err != nil {
			return out, err
		}
		people, skill, rest = people+analysis.Rows, skill+analysis.Columns, rest+analysis.Residual
		variance += analysis.RowVariance()
		out.n, counted = out.n+len(rows), counted+1
		for _, values := range rows {
			out.effect += (values[len(values)-1] - values[0]) / float64(len(rows))
		}
	}
	total := people + skill + rest
	if counted == 0 || total == 0 {
		return out, stats.ErrUndefined
	}
	out.between, out.skill = people/total, skill/total
	out.sd, out.effect = math.Sqrt(variance/counted), out.effect/counted
	return out, nil
}

// table has, for each client with a value at every skill, those values in the order of the skills.
func (d dose) table(o outcome, modality string) map[string][]float64 {
	bySkill := map[string]map[string]float64{}
	for _, s := range where(d.sessions, at(modalityField, modality)) {
		if x, ok := s.outcomes[o]; ok {
			if bySkill[s.client] == nil {
				bySkill[s.client] = map[string]float64{}
			}
			bySkill[s.client][s.levels[skillField]] = x
		}
	}
	table := map[string][]float64{}
	for client, values := range bySkill {
		if len(values) < len(skills) {
			continue
		}
		for _, skill := range skills {
			table[client] = append(table[client], values[skillName(skill)])
		}
	}
	return table
}

// little counts clients who hardly respond.
func (d dose) little() Table {
	t := Table{
		ID: "dose." + d.who + ".little", Title: "Clients who respond little",
		Note: "Gain of trust below 0.10 with a counselor of skill 1, mean over the modalities.",
		Keys: []string{"style"}, Columns: []string{"share", "median gain"},
	}
	for _, style := range append([]string{"all"}, d.styles()...) {
		gains := collect(d.sessions, trustGain, all(at(skillField, "1"), func(s *session) bool { return style == "all" || s.style == style }))
		shares, means := values{}, []float64{}
		for client, gain := range gains {
			little := 0.0
			if average(gain) < littleGain {
				little = 1
			}
			shares[client] = []float64{little}
			means = append(means, average(gain))
		}
		row := Row{Keys: []string{style}, Cells: []Cell{shares.estimate(d.seed), {}}}
		if median, err := stats.Quantile(means, 0.5); err == nil {
			row.Cells[1] = number(median)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// styles are those of the clients, in the order in which they come.
func (d dose) styles() []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range d.sessions {
		if !seen[s.style] {
			seen[s.style] = true
			out = append(out, s.style)
		}
	}
	return out
}
