package minds

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Sizes of the experiment: episodes of an arm with every modality.
const (
	placeboClients  = 216
	placeboPartners = 60
)

// Placebos asks whether what only looks like skill does what skill does: it should not. Gains are over skill 0 and over somebody
// who only hums, for the same clients with the same luck.
func (s *Stage) Placebos(ctx context.Context, options Options) (*Report, error) {
	report := &Report{Experiment: "placebos", Title: "Whether what only looks like skill does what skill does"}
	helped, err := s.contest(ctx, "clients", helping, placeboClients, options)
	if err != nil {
		return nil, err
	}
	won, err := s.contest(ctx, "partners", speaking[:1], placeboPartners, options)
	if err != nil {
		return nil, err
	}
	for _, c := range []*contest{helped, won} {
		for _, sessions := range c.arms {
			report.Episodes += len(sessions)
		}
		kept, err := c.kept()
		if err != nil {
			return nil, err
		}
		report.Tables = append(report.Tables, c.gains("0"), c.gains(armIdle), kept, c.means())
	}
	report.Tables = append(report.Tables, s.hearing(helped))
	tables, episodes, err := s.reflecting(ctx, options)
	if err != nil {
		return nil, err
	}
	report.Tables, report.Episodes = append(report.Tables, tables...), report.Episodes+episodes
	return report, nil
}

// contest is what was played of one kind of conversation.
type contest struct {
	who      string
	outcomes []outcome
	order    []string
	arms     map[string][]*session
	seed     uint64
}

// contest plays skill 0 and skill 1, and with the lines of the latter the placebos.
func (s *Stage) contest(ctx context.Context, who string, modalities []string, usual int, options Options) (*contest, error) {
	c := &contest{who: who, outcomes: clientOutcomes, order: []string{"0", "1"}, arms: map[string][]*session{}, seed: options.Seed}
	scenes, err := clientScenarios(sessionTurns)
	if who == "partners" {
		c.outcomes = partnerOutcomes
		scenes, err = partnerScenarios()
	}
	if err != nil {
		return nil, err
	}
	repeats := options.repeats(usual, len(scenes)*len(modalities))
	play := func(part string, scenes []*vignettev1.Scenario, factors ...*vignettev1.Factor) ([]*session, error) {
		return s.play(ctx, fmt.Sprintf("placebos, %s: %s", who, part), runs.Design{Scenarios: scenes, Factors: factors, Repeats: repeats}, options)
	}
	real, err := play("skill", scenes, modalityFactor(modalities...), skillFactor(0, 1))
	if err != nil {
		return nil, err
	}
	c.divide(real, skillField)
	if err := s.playPlacebos(ctx, c, scenes, modalities, play); err != nil {
		return nil, err
	}
	if who == "partners" {
		return c, nil
	}
	deaf, err := play(armDeaf, withAgent(scenes, vignettev1.AgentKind_AGENT_KIND_CLIENT, s.Deaf), modalityFactor(modalities...), skillFactor(0, 1))
	if err != nil {
		return nil, err
	}
	for _, skill := range []string{"0", "1"} {
		arm := armDeaf + ", " + skill
		c.order, c.arms[arm] = append(c.order, arm), where(deaf, at(skillField, skill))
	}
	return c, nil
}

// playPlacebos plays those that differ by modality in all of them, the others once.
func (s *Stage) playPlacebos(ctx context.Context, c *contest, scenes []*vignettev1.Scenario, modalities []string,
	play func(string, []*vignettev1.Scenario, ...*vignettev1.Factor) ([]*session, error)) error {
	list := s.placebos(c.arms["1"])
	if c.who == "clients" {
		list = append(list, placebo{armReflects, "Reflects, as skill does, and does nothing else.", s.reflects, true})
	}
	for _, modal := range []bool{false, true} {
		var arms, names []string
		for _, p := range list {
			if p.modal != modal {
				continue
			}
			name, err := s.serve(ctx, placeName(p.arm), p.summary, p.utter)
			if err != nil {
				return err
			}
			arms, names = append(arms, p.arm), append(names, name)
		}
		factors := []*vignettev1.Factor{factor("focal", agentField, arms, names)}
		if modal {
			factors = append(factors, modalityFactor(modalities...))
		}
		sessions, err := play("placebos", scenes, factors...)
		if err != nil {
			return err
		}
		c.divide(sessions, agentField)
	}
	for _, p := range list {
		c.order = append(c.order, p.arm)
	}
	return nil
}

func placeName(arm string) string {
	if arm == armReflects {
		return "only-reflects"
	}
	return arm
}

// divide puts sessions into arms by the level of a field.
func (c *contest) divide(sessions []*session, field string) {
	for _, s := range sessions {
		c.arms[s.levels[field]] = append(c.arms[s.levels[field]], s)
	}
}

// withAgent has another agent play the roles of a kind.
func withAgent(scenes []*vignettev1.Scenario, kind vignettev1.AgentKind, name string) []*vignettev1.Scenario {
	out := make([]*vignettev1.Scenario, len(scenes))
	for i, scene := range scenes {
		out[i] = proto.CloneOf(scene)
		for _, role := range out[i].GetRoles() {
			if role.GetKind() == kind {
				role.Agent = name
			}
		}
	}
	return out
}

// gains shows what each arm has more than a base.
func (c *contest) gains(base string) Table {
	name := "skill 0"
	if base == armIdle {
		name = "somebody who only hums"
	}
	t := Table{
		ID: "placebos." + c.who + ".over_" + placeName(base), Title: "Gain over " + name + ", " + c.who,
		Note: "Difference for the same " + c.who + " with the same luck, mean and 95% interval over them.", Keys: []string{"arm"}, Columns: headers(c.outcomes),
	}
	if c.who == "clients" && base == "0" {
		t.Note += " The deaf client's is over itself with a counselor of skill 0."
	}
	for _, arm := range c.order {
		if arm == base || arm == armDeaf+", 0" {
			continue
		}
		if arm == armDeaf+", 1" && base != "0" {
			continue
		}
		row := Row{Keys: []string{armTitle(arm)}}
		for _, o := range c.outcomes {
			row.Cells = append(row.Cells, c.gain(arm, base, o))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (c *contest) gain(arm, base string, o outcome) Cell {
	if arm == armDeaf+", 1" {
		base = armDeaf + ", 0"
	}
	return differences(c.arms[arm], c.arms[base], o).estimate(c.seed)
}

func armTitle(arm string) string {
	switch arm {
	case "0", "1":
		return "skill " + arm
	case armDeaf + ", 0":
		return armDeaf + ", skill 0"
	case armDeaf + ", 1":
		return armDeaf + ", skill 1"
	}
	return arm
}

// means shows the arms as they are.
func (c *contest) means() Table {
	t := Table{ID: "placebos." + c.who, Title: "The arms, " + c.who, Keys: []string{"arm"}, Columns: headers(c.outcomes)}
	for _, arm := range c.order {
		row := Row{Keys: []string{armTitle(arm)}}
		for _, o := range c.outcomes {
			row.Cells = append(row.Cells, collect(c.arms[arm], o, nil).estimate(c.seed))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// Size of this part, in episodes of an arm for each scenario.
const reflectingRepeats = 24

// reflecting plays the library's scenarios with a client with a counselor that only reflects, one that hums, and skilled ones: in
// some of them listening gets far, in others something has to be said or done.
func (s *Stage) reflecting(ctx context.Context, options Options) ([]Table, int, error) {
	scenes, err := helpingScenarios()
	if err != nil {
		return nil, 0, err
	}
	repeats := options.repeats(reflectingRepeats*len(scenes), len(scenes))
	var arms []string
	var names []string
	for _, p := range []placebo{{armIdle, "Hums and nods: the least one can say. A baseline.", idle, false}, {armReflects, "Reflects, as skill does, and does nothing else.", s.reflects, true}} {
		name, err := s.serve(ctx, placeName(p.arm), p.summary, p.utter)
		if err != nil {
			return nil, 0, err
		}
		arms, names = append(arms, p.arm), append(names, name)
	}
	only, err := s.play(ctx, "placebos, library: only reflecting", runs.Design{Scenarios: scenes, Factors: []*vignettev1.Factor{factor("focal", agentField, arms, names)}, Repeats: repeats}, options)
	if err != nil {
		return nil, 0, err
	}
	skilled, err := s.play(ctx, "placebos, library: skill", runs.Design{Scenarios: scenes, Factors: []*vignettev1.Factor{modalityFactor(helping...), skillFactor(1)}, Repeats: repeats}, options)
	if err != nil {
		return nil, 0, err
	}
	var tables []Table
	for _, scene := range scenes {
		tables = append(tables, reflectingTable(scene.GetId(), slices.Concat(only, skilled), options.Seed))
	}
	return tables, len(only) + len(skilled), nil
}

// reflectingTable shows one scenario.
func reflectingTable(scenario string, sessions []*session, seed uint64) Table {
	t := Table{ID: "placebos.reflecting." + scenario, Title: "Only reflecting, beside skill: " + scenario, Keys: []string{"counselor"}, Columns: headers(clientOutcomes)}
	row := func(name string, wanted func(*session) bool) {
		r := Row{Keys: []string{name}}
		for _, o := range clientOutcomes {
			r.Cells = append(r.Cells, collect(sessions, o, all(wanted, func(s *session) bool { return s.scenario == scenario })).estimate(seed))
		}
		t.Rows = append(t.Rows, r)
	}
	for _, arm := range []string{armIdle, armReflects} {
		row(arm, at(agentField, arm))
	}
	for _, modality := range helping {
		row(modality+", skill 1", at(modalityField, modality))
	}
	return t
}

// heardActs are the acts of the client's ear that a table shows.
var heardActs = []string{"reflection", "reflection.echo", "reflection.wrong", "question.open", "question.closed", "affirmation", "validation", "reassurance", "advice", "confrontation"}

// workingMemory is how many of its last turns the client's ear compares with.
const workingMemory = 4

// hearing shows what the client's ear makes of each arm.
func (s *Stage) hearing(c *contest) Table {
	t := Table{
		ID: "placebos.heard", Title: "What the client hears", Note: "Share of turns in which its ear finds an act in the words; what it makes of them, beside a reproach or about something else, comes after.", Keys: []string{"arm"}, Columns: heardActs,
	}
	for _, arm := range c.order {
		if len(arm) > len(armDeaf) && arm[:len(armDeaf)] == armDeaf {
			continue // what it hears is not what was said
		}
		row := Row{Keys: []string{armTitle(arm)}}
		counts, turns := s.heardIn(c.arms[arm])
		for _, act := range heardActs {
			row.Cells = append(row.Cells, number(float64(counts[act])/float64(max(1, turns))))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// heardIn counts the acts a client hears in the turns said to it.
func (s *Stage) heardIn(sessions []*session) (counts map[string]int, turns int) {
	counts = map[string]int{}
	for _, session := range sessions {
		var own []string
		for _, l := range session.lines {
			if l.part == "client" {
				own = append(own, l.text)
				continue
			}
			turns++
			said := ""
			for _, text := range own[max(0, len(own)-workingMemory):] {
				said += text + " "
			}
			for _, act := range s.Perceive(l.text, said) {
				counts[act]++
			}
		}
	}
	return counts, turns
}
