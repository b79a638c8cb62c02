package dailydilemmas

import (
	"fmt"
	"path/filepath"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// Format is the name of the format, in [vignettev1.Source] and as the name of the extension.
const Format = "dailydilemmas"

type scenario = vignettev1.Scenario

// actions are the kinds of action, which are also the ids of the options and the names of the rows in a record.
var actions = [2]string{"to_do", "not_to_do"}

// whole is the name of the only row of a dilemma without actions.
const whole = "dilemma"

// A record is a group of rows by their names.
var (
	pairs   = table(Format, actions[:])
	singles = table(Format+"/situation", []string{whole})
)

func table(format string, rows []string) foreign.Source[*scenario] {
	fields := []foreign.Field[*scenario]{
		shared(rows, "basic_situation", func(s *scenario) *string { return &s.Title }),
		shared(rows, "dilemma_situation", func(s *scenario) *string { return known(s) }),
	}
	if len(rows) == len(actions) {
		for i, row := range rows {
			fields = append(fields,
				foreign.TextOf(row+"/action", func(s *scenario) *string { return &option(s, i).Text }),
				foreign.TextOf(row+"/negative_consequence", func(s *scenario) *string { return &option(s, i).Consequence }),
				values(row+"/values_names", func(s *scenario) *[]string { return &option(s, i).Values }))
		}
	}
	return foreign.Source[*scenario]{
		Format: format,
		Noun:   "dilemma",
		ID: func(r foreign.Record) string {
			row, _ := r[rows[0]].(map[string]any)
			id, _ := row["idx"].(string)
			return id
		},
		Same:   true,
		Fields: fields,
		Finish: finish,
	}
}

// shared maps a column that all rows of a dilemma have alike.
func shared(rows []string, column string, at func(*scenario) *string) foreign.Field[*scenario] {
	var paths []string
	for _, row := range rows {
		paths = append(paths, row+"/"+column)
	}
	return foreign.Field[*scenario]{
		Paths: paths,
		Read: func(from foreign.Part, s *scenario) error {
			for _, path := range paths {
				text, err := foreign.Text(from, path)
				if err != nil {
					return err
				}
				if text != "" {
					*at(s) = text
					return nil
				}
			}
			return nil
		},
		Write: func(s *scenario, _, into foreign.Part) error {
			for _, path := range paths {
				into[path] = *at(s)
			}
			return nil
		},
	}
}

// The roles.
const (
	decider = "decider"
	friend  = "friend"
)

// roles are the two roles, made when they are first needed.
func roles(s *scenario) []*vignettev1.Role {
	for _, id := range []string{decider, friend}[len(s.Roles):] {
		s.Roles = append(s.Roles, &vignettev1.Role{Id: id, Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{}})
	}
	return s.Roles
}

// known is what the one who decides knows of the dilemma. It speaks to them ("You are ..."), so the friend does not read it.
func known(s *scenario) *string {
	you := roles(s)[0]
	if len(you.Knowledge) == 0 {
		you.Knowledge = []string{""}
	}
	return &you.Knowledge[0]
}

func option(s *scenario, i int) *vignettev1.Decision_Option {
	if s.Decision == nil {
		s.Decision = &vignettev1.Decision{Role: decider}
	}
	for n := len(s.Decision.Options); n < len(actions); n++ {
		s.Decision.Options = append(s.Decision.Options, &vignettev1.Decision_Option{Id: actions[n]})
	}
	return s.Decision.Options[i]
}

// values maps a list as Python writes one onto values.
func values(path string, at func(*scenario) *[]string) foreign.Field[*scenario] {
	return foreign.Field[*scenario]{
		Paths: []string{path},
		Read: func(from foreign.Part, s *scenario) error {
			text, err := foreign.Text(from, path)
			if err == nil {
				*at(s) = parseList(text)
			}
			return err
		},
		Write: func(s *scenario, _, into foreign.Part) error {
			var quoted []string
			for _, value := range *at(s) {
				quoted = append(quoted, quote(value))
			}
			into[path] = "[" + strings.Join(quoted, ", ") + "]"
			return nil
		},
	}
}

// parseList reads the texts of a list in square brackets, in single or double quotes; what stands there without is passed over.
func parseList(text string) []string {
	var out []string
	for len(text) > 0 {
		open := strings.IndexAny(text, `'"`)
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open+1:], text[open])
		if end < 0 {
			break
		}
		if value := text[open+1 : open+1+end]; value != "" {
			out = append(out, value)
		}
		text = text[open+2+end:]
	}
	return out
}

func quote(value string) string {
	if strings.Contains(value, "'") {
		return `"` + value + `"`
	}
	return "'" + value + "'"
}

// turns is how long two friends talk it over. Chosen.
const turns = 12

// finish fills in what a scenario must have and a dilemma does not say.
func finish(r foreign.Record, n int, s *scenario) {
	id := ""
	for _, row := range r {
		if row, ok := row.(map[string]any); ok {
			id, _ = row["idx"].(string)
		}
	}
	s.Id = strings.TrimSuffix("dailydilemma-"+foreign.Slug(id), "-")
	s.Language, s.Focal, s.Setting = "en", decider, "Two friends talk something over."
	s.Stop = &vignettev1.StopRules{MaxTurns: turns}
	you, other := roles(s)[0], roles(s)[1]
	you.Persona.Id, you.Persona.Name, you.Relation, you.Goal = decider, "Robin", "a friend of yours", "Find out what to do."
	other.Persona.Id, other.Persona.Name, other.Relation, other.Goal = friend, "Kim", "a friend of yours", "Help my friend to decide, and leave the decision to them."
	if s.Decision != nil && s.Title != "" {
		s.Decision.About = s.Title
	}
}

// Import reads tables of dilemmas. An error is [scenarios.Problems].
func Import(files []foreign.File) (*foreign.Batch, error) {
	out := &foreign.Batch{}
	for _, file := range files {
		rows, columns, err := foreign.ParseTable(file.Data, file.Name)
		if err != nil {
			return nil, err
		}
		source, records, err := gather(rows, columns, file.Name)
		if err != nil {
			return nil, err
		}
		found, err := source.Import(records, file.Name)
		if err != nil {
			return nil, err
		}
		out.Scenarios = append(out.Scenarios, found...)
	}
	return out, nil
}

// gather makes a record of the rows that belong to one dilemma.
func gather(rows []foreign.Found, columns []string, file string) (source foreign.Source[*scenario], records []foreign.Found, err error) {
	has := map[string]bool{}
	for _, name := range columns {
		has[name] = true
	}
	wrong := func(line int, message, hint string) error {
		p := scenarios.Problem{File: filepath.Base(filepath.ToSlash(file)), Line: max(line, 1), Column: 1, Message: message, Hint: hint}
		return scenarios.Problems{p}
	}
	if !has["idx"] || !has["dilemma_situation"] {
		return source, nil, wrong(1, "there is no column idx, or none dilemma_situation", "give a table of DailyDilemmas: the one of dilemmas, or the one with details by action")
	}
	if !has["action_type"] {
		for _, row := range rows {
			records = append(records, foreign.Found{Record: foreign.Record{whole: row.Record}, Line: row.Line})
		}
		return singles, records, nil
	}
	at := map[string]int{}
	for _, row := range rows {
		id, _ := row.Record["idx"].(string)
		action, _ := row.Record["action_type"].(string)
		if action != actions[0] && action != actions[1] {
			return source, nil, wrong(row.Line, fmt.Sprintf("action_type is %q", action), "it is to_do or not_to_do")
		}
		n, seen := at[id]
		if !seen {
			n = len(records)
			at[id] = n
			records = append(records, foreign.Found{Record: foreign.Record{}, Line: row.Line})
		}
		if _, twice := records[n].Record[action]; twice {
			return source, nil, wrong(row.Line, fmt.Sprintf("dilemma %s has two rows %s", id, action), "give each dilemma an idx of its own")
		}
		records[n].Record[action] = row.Record
	}
	for _, r := range records {
		if len(r.Record) != len(actions) {
			return source, nil, wrong(r.Line, fmt.Sprintf("dilemma %s has one row; it needs one to_do and one not_to_do", pairs.ID(r.Record)), "add the other")
		}
	}
	return pairs, records, nil
}

// Export writes the scenarios that came from there as one table for each kind.
func Export(b *foreign.Batch) ([]foreign.File, error) {
	var files []foreign.File
	for _, kind := range []struct {
		foreign.Source[*scenario]
		rows []string
		file string
	}{{pairs, actions[:], "dilemmas_with_detail_by_action.csv"}, {singles, []string{whole}, "dilemma.csv"}} {
		var rows []foreign.Record
		for _, s := range b.Scenarios {
			if s.GetSource().GetFormat() != kind.Format {
				continue
			}
			r, err := kind.Export(s)
			if err != nil {
				return nil, err
			}
			for _, name := range kind.rows {
				if row, ok := r[name].(map[string]any); ok {
					rows = append(rows, row)
				}
			}
		}
		if len(rows) == 0 {
			continue
		}
		data, err := foreign.EncodeTable(rows, columns)
		if err != nil {
			return nil, err
		}
		files = append(files, foreign.File{Name: kind.file, Data: data})
	}
	return files, nil
}

// columns are those of the tables that come first, in this order.
var columns = []string{"", "idx", "basic_situation", "dilemma_situation", "action_type", "action", "negative_consequence"}
