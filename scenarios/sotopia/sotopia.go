package sotopia

import (
	"fmt"
	"path/filepath"
	"reflect"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// Format is the name of the format on the command line; each kind of record has a name of its own below it.
const Format = "sotopia"

// The kinds of records, as the formats of sources and the names of extensions.
const (
	FormatAgent        = Format + "/agent"
	FormatEnvironment  = Format + "/environment"
	FormatRelationship = Format + "/relationship"
	FormatCombination  = Format + "/combination"
)

// kinds are the kinds of records, with a field that each has and no other has, and the file that the export writes.
var kinds = []struct{ format, mark, file string }{
	{FormatAgent, "agent_id", "agent_profiles.jsonl"},
	{FormatCombination, "combo_id", "env_agent_combo_storages.jsonl"},
	{FormatRelationship, "relationship_id", "relationship_profiles.jsonl"},
	{FormatEnvironment, "env_id", "environment_profiles.jsonl"},
}

// Import reads any of Sotopia's files; what a record is, its fields tell. Agents become personas; environments, combinations
// and relationships become scenarios, in this order. Without files of agents, stand-ins play. An error is
// [scenarios.Problems]; all records of all files are looked at, unless one file cannot be parsed.
func Import(files []foreign.File) (*foreign.Batch, error) {
	in := &importer{agents: map[string]*vignettev1.Persona{}, environments: map[string]foreign.Record{}, used: map[string]bool{}}
	for _, file := range files {
		if err := in.sort(file); err != nil {
			return nil, err
		}
	}
	for _, kind := range []string{FormatAgent, FormatEnvironment, FormatCombination, FormatRelationship} {
		for _, found := range in.found {
			if found.format == kind {
				in.take(found)
			}
		}
	}
	if in.problems != nil {
		return nil, in.problems.Err()
	}
	return &foreign.Batch{Personas: in.personas, Scenarios: append(in.alone(), in.scenarios...)}, nil
}

// importer gathers what belongs together from several files.
type importer struct {
	found        []found
	agents       map[string]*vignettev1.Persona
	environments map[string]foreign.Record
	used         map[string]bool // environments that a combination has
	ids          map[string]bool
	personas     []*vignettev1.Persona
	scenarios    []*vignettev1.Scenario
	single       []lone
	problems     scenarios.Problems
}

// found is a record and where it was found.
type found struct {
	foreign.Record
	format, file string
	line, n      int
}

// lone is an environment that may turn out to have no combination.
type lone struct {
	id string
	*vignettev1.Scenario
}

// sort finds out what each record of a file is.
func (in *importer) sort(file foreign.File) error {
	records, err := foreign.Parse(file.Data, file.Name, "record")
	if err != nil {
		return err
	}
	name := filepath.Base(filepath.ToSlash(file.Name))
	for i, r := range records {
		f := found{Record: r.Record, file: name, line: r.Line, n: i + 1}
		for _, kind := range kinds {
			if _, is := r.Record[kind.mark]; is && f.format == "" {
				f.format = kind.format
			}
		}
		if f.format == "" {
			in.wrong(f, scenarios.Problem{Message: "this is no record of Sotopia", Hint: "agents have agent_id, environments env_id, relationships relationship_id, combinations combo_id"})
		}
		in.found = append(in.found, f)
	}
	return nil
}

func (in *importer) wrong(f found, problems ...scenarios.Problem) {
	for _, p := range problems {
		p.File, p.Line = f.file, f.line
		if p.Line > 0 {
			p.Column = 1
		}
		where := fmt.Sprintf("record %d", f.n)
		if p.Field != "" {
			where += ": " + p.Field
		}
		p.Field = where
		in.problems = append(in.problems, p)
	}
}

// take makes of a record what it is.
func (in *importer) take(f found) {
	switch f.format {
	case FormatAgent:
		one, err := agents.Import([]foreign.Found{{Record: f.Record, Line: f.line}}, f.file)
		in.note(f, err)
		for _, p := range one {
			if err == nil && in.fresh(f, "agent_id", p.GetId()) {
				in.agents[p.GetId()] = p
				in.personas = append(in.personas, p)
			}
		}
	case FormatEnvironment:
		one, err := environments.Import([]foreign.Found{{Record: f.Record, Line: f.line}}, f.file)
		in.note(f, err)
		for _, s := range one {
			if err == nil && in.fresh(f, "env_id", s.GetId()) {
				in.environments[s.GetId()] = f.Record
				in.single = append(in.single, lone{s.GetId(), s})
			}
		}
	case FormatCombination:
		in.combine(f)
	case FormatRelationship:
		in.relate(f)
	}
}

// note takes in the problems of a record that was read on its own, and says where in its file it stands.
func (in *importer) note(f found, err error) {
	problems, _ := err.(scenarios.Problems)
	for _, p := range problems {
		_, rest, _ := cut(p.Field)
		p.Field = rest
		in.wrong(f, p)
	}
}

// fresh refuses an id that was there before.
func (in *importer) fresh(f found, field, id string) bool {
	if in.ids == nil {
		in.ids = map[string]bool{}
	}
	key := field + " " + id
	if in.ids[key] {
		in.wrong(f, scenarios.Problem{Field: field, Message: fmt.Sprintf("%q was the id of another record before", id), Hint: "ids must differ; leave one out"})
		return false
	}
	in.ids[key] = true
	return true
}

// alone are the environments that no combination has.
func (in *importer) alone() []*vignettev1.Scenario {
	var out []*vignettev1.Scenario
	for _, s := range in.single {
		if !in.used[s.id] {
			out = append(out, s.Scenario)
		}
	}
	return out
}

// combine makes a scenario of an environment and two agents.
func (in *importer) combine(f found) {
	id, err := foreign.Text(f.Record, "env_id")
	environment, known := in.environments[id]
	if err != nil || !known {
		in.wrong(f, scenarios.Problem{Field: "env_id", Message: fmt.Sprintf("no environment has the id %q", id), Hint: "import environment_profiles.jsonl with it: name the folder that holds both"})
		return
	}
	s := &vignettev1.Scenario{}
	environments.Read(environment, s) // It was read without problems before.
	problems := combinations.Read(f.Record, s)
	if problems == nil {
		problems = in.cast(s, "agent_ids")
	}
	if problems == nil {
		finish(s)
		problems = in.keep(s, f, environments, environment, combinations)
	}
	in.wrong(f, problems...)
	if problems == nil && in.fresh(f, "combo_id", s.GetId()) {
		in.used[id] = true
		in.scenarios = append(in.scenarios, s)
	}
}

// relate makes a scenario of a relationship.
func (in *importer) relate(f found) {
	s := &vignettev1.Scenario{}
	problems := relationships.Read(f.Record, s)
	if problems == nil {
		problems = in.cast(s, "agent1_id")
	}
	if problems == nil {
		finish(s)
		s.Title = fmt.Sprintf("%s and %s", s.Roles[0].GetPersona().GetName(), s.Roles[1].GetPersona().GetName())
		problems = in.keep(s, f, relationships, f.Record)
	}
	in.wrong(f, problems...)
	if problems == nil && in.fresh(f, "relationship_id", s.GetId()) {
		in.scenarios = append(in.scenarios, s)
	}
}

// cast puts agents into the roles that name them.
func (in *importer) cast(s *vignettev1.Scenario, field string) scenarios.Problems {
	for i, role := range s.GetRoles() {
		id := role.GetPersona().GetId()
		agent, known := in.agents[id]
		switch {
		case known:
			role.Persona = proto.CloneOf(agent)
		case len(in.agents) > 0:
			return scenarios.Problems{{Field: field, Message: fmt.Sprintf("no agent has the id %q", id), Hint: "add it to the file of agents, or import without that file: stand-ins play then"}}
		default:
			role.Persona.Name = standIn(i)
		}
	}
	return nil
}

// keep keeps what is not mapped of the record that a scenario was made of, and of the first of two.
func (in *importer) keep(s *vignettev1.Scenario, f found, first foreign.Source[*vignettev1.Scenario], record foreign.Record, more ...foreign.Source[*vignettev1.Scenario]) scenarios.Problems {
	s.Source = &vignettev1.Source{Format: first.Format, Id: s.GetId(), File: f.file}
	if err := first.Keep(record, s); err != nil {
		return scenarios.Problems{{Message: err.Error()}}
	}
	for _, source := range more {
		s.Source.Format = source.Format
		if err := source.Keep(f.Record, s); err != nil {
			return scenarios.Problems{{Message: err.Error()}}
		}
	}
	scenarios.Normalize(s)
	err := scenarios.Validate(s)
	problems, _ := err.(scenarios.Problems)
	return problems
}

// Export writes what came from Sotopia as its files, those of them for which there are records. Records that several scenarios
// share, such as the environment of five combinations, are written once; it is an error when the scenarios hold them
// differently.
func Export(b *foreign.Batch) ([]foreign.File, error) {
	out := map[string][]any{}
	people, err := b.From(FormatAgent)
	if err != nil {
		return nil, err
	}
	if out[FormatAgent], err = agents.ExportAll(people); err != nil {
		return nil, err
	}
	shared := map[string]foreign.Record{}
	for _, s := range b.Scenarios {
		if err := export(s, out, shared); err != nil {
			return nil, err
		}
	}
	var files []foreign.File
	for _, kind := range kinds {
		if len(out[kind.format]) == 0 {
			continue
		}
		data, err := foreign.EncodeLines(out[kind.format])
		if err != nil {
			return nil, err
		}
		files = append(files, foreign.File{Name: kind.file, Data: data})
	}
	return files, nil
}

// export adds the records of a scenario.
func export(s *vignettev1.Scenario, out map[string][]any, shared map[string]foreign.Record) error {
	format := s.GetSource().GetFormat()
	var own foreign.Source[*vignettev1.Scenario]
	switch format {
	case FormatCombination:
		own = combinations
	case FormatRelationship:
		own = relationships
	case FormatEnvironment:
	default:
		return nil
	}
	if format != FormatEnvironment {
		r, err := own.Export(s)
		if err != nil {
			return err
		}
		out[format] = append(out[format], r)
	}
	if format == FormatRelationship {
		return nil
	}
	r, err := environments.Export(s)
	if err != nil {
		return err
	}
	id := fmt.Sprint(r["env_id"])
	switch before, again := shared[id]; {
	case !again:
		shared[id] = r
		out[FormatEnvironment] = append(out[FormatEnvironment], r)
	case !reflect.DeepEqual(before, r):
		return fmt.Errorf("scenario %q holds environment %s other than a scenario before it; change it in all that share it", s.GetId(), id)
	}
	return nil
}
