package library

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Shares of agreement, over both skills, from which a scenario counts as easy or as middling. Chosen.
const (
	easyFrom   = 2.0 / 3
	middleFrom = 1.0 / 3
)

// difficulty is a word for how hard it is to be agreed with, from simulation; a dash where nobody has to agree.
func difficulty(e *Entry) string {
	if e.Novice.Agreed == nil || e.Skilled.Agreed == nil {
		return "–"
	}
	switch share := (*e.Novice.Agreed + *e.Skilled.Agreed) / 2; {
	case share >= easyFrom:
		return "easy"
	case share >= middleFrom:
		return "middle"
	}
	return "hard"
}

// Page writes docs/library.md: what ships, and what was measured of it. Every scenario must be in the record.
func Page(record *Record, scenarios []*vignettev1.Scenario, personas []*vignettev1.Persona) ([]byte, error) {
	view := pageView{Repeats: record.Repeats, Seed: record.Seed, Novice: NoviceSkill, Skilled: SkilledSkill, Tags: tagged(scenarios)}
	for _, s := range scenarios {
		entry := record.Scenarios[s.GetId()]
		if entry == nil {
			return nil, fmt.Errorf("scenario %s has not been measured", s.GetId())
		}
		view.Scenarios = append(view.Scenarios, rowOf(s, entry))
		if len(entry.Difficulties) > 0 {
			view.Levels = append(view.Levels, levelsOf(s, entry))
		}
	}
	for _, p := range personas {
		view.Personas = append(view.Personas, personaRow{p.GetId(), p.GetName(), cell(p.GetIntroduction())})
	}
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, view); err != nil {
		return nil, fmt.Errorf("write the page of the library: %w", err)
	}
	return page.Bytes(), nil
}

type pageView struct {
	Repeats         int
	Seed            uint64
	Novice, Skilled float64
	Scenarios       []scenarioRow
	Levels          []levelRow
	Tags            []tagRow
	Personas        []personaRow
}

type scenarioRow struct {
	ID, Title, Fits, Agreed, Reward, Difficulty string
	Roles, Turns                                int
}

type levelRow struct {
	ID, Role string
	Cells    []string
}

type tagRow struct {
	Tag string
	IDs []string
}

type personaRow struct{ ID, Name, Introduction string }

func rowOf(s *vignettev1.Scenario, e *Entry) scenarioRow {
	return scenarioRow{
		ID: s.GetId(), Title: cell(s.GetTitle()), Fits: fits(s), Roles: len(s.GetRoles()), Turns: int(s.GetStop().GetMaxTurns()),
		Agreed: change(e.Novice.Agreed, e.Skilled.Agreed, "%.2f"), Reward: change(e.Novice.Reward, e.Skilled.Reward, "%+.2f"), Difficulty: difficulty(e),
	}
}

func levelsOf(s *vignettev1.Scenario, e *Entry) levelRow {
	row := levelRow{ID: s.GetId(), Role: Partners(s)[0].GetId()}
	for _, level := range e.Difficulties {
		row.Cells = append(row.Cells, change(level.Novice.Agreed, level.Skilled.Agreed, "%.2f"))
	}
	return row
}

// fits is the modality a scenario is made for: what its tags say, else what its focal role plays.
func fits(s *vignettev1.Scenario) string {
	var named []string
	for _, tag := range s.GetTags() {
		if modality, ok := strings.CutPrefix(tag, fitsTag); ok {
			named = append(named, modality)
		}
	}
	for _, role := range s.GetRoles() {
		if role.GetId() == s.GetFocal() && len(named) == 0 {
			named = append(named, enumname.Of(role.GetPolicy().GetModality()))
		}
	}
	return strings.Join(named, ", ")
}

const fitsTag = "fits:"

// change is a value of the novice and of the skilled. Missing is a dash, not zero.
func change(novice, skilled *float64, format string) string {
	if novice == nil && skilled == nil {
		return "–"
	}
	return number(novice, format) + " → " + number(skilled, format)
}

func number(x *float64, format string) string {
	if x == nil {
		return "–"
	}
	return fmt.Sprintf(format, *x)
}

// tagged are the tags with the scenarios that have them, by tag.
func tagged(scenarios []*vignettev1.Scenario) []tagRow {
	ids := map[string][]string{}
	for _, s := range scenarios {
		for _, tag := range s.GetTags() {
			ids[tag] = append(ids[tag], s.GetId())
		}
	}
	var rows []tagRow
	for _, tag := range slices.Sorted(maps.Keys(ids)) {
		rows = append(rows, tagRow{tag, ids[tag]})
	}
	return rows
}

// cell makes a text fit to stand in a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}

var pageTemplate = template.Must(template.New("library").Funcs(template.FuncMap{"join": strings.Join}).Parse(pageText))
