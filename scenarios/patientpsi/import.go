package patientpsi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Format is the name of the format, in [vignettev1.Source] and as the name of the extension.
const Format = "patient-psi"

// maxBytes bounds a file of profiles; the published one has four kilobytes.
const maxBytes = 64 << 20

// maxDepth is how deep a value of an unknown field may nest.
const maxDepth = 32

// profile is one profile as JSON values.
type profile = map[string]any

// Import reads a file of profiles: a list of them, or a single one. file is its name, for the persona's source and for
// messages; only its last element is kept. Personas come in the order of the file, with the profile's id as their id
// (names need not differ). An error is [scenarios.Problems] and names profile and field; all profiles are looked at.
func Import(data []byte, file string) ([]*vignettev1.Persona, error) {
	file = filepath.Base(filepath.ToSlash(file))
	profiles, problem := parse(data)
	if problem != nil {
		problem.File = file
		return nil, scenarios.Problems{*problem}
	}
	var personas []*vignettev1.Persona
	var problems scenarios.Problems
	first := map[string]int{}
	for i, raw := range profiles {
		p, ps := importOne(raw, file)
		where := fmt.Sprintf("profile %d", i+1)
		if id, ok := raw["id"].(string); ok {
			where += fmt.Sprintf(" (id %s)", id)
		}
		if j, twice := first[p.GetId()]; twice && ps == nil {
			ps = scenarios.Problems{{Field: "id", Message: fmt.Sprintf("profile %d has this id too", j+1), Hint: "ids must differ"}}
		}
		for _, q := range ps {
			q.File, q.Field = file, where+": "+q.Field
			problems = append(problems, q)
		}
		if ps == nil {
			first[p.Id] = i
			personas = append(personas, p)
		}
	}
	return personas, problems.Err()
}

// parse reads the JSON without changing any value.
func parse(data []byte) ([]profile, *scenarios.Problem) {
	if len(data) > maxBytes {
		return nil, &scenarios.Problem{Message: fmt.Sprintf("the file has %d bytes; at most %d are read", len(data), maxBytes), Hint: "split it"}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, &scenarios.Problem{Message: "the file is not in UTF-8", Hint: "save it again with the encoding UTF-8"}
	}
	var profiles []profile
	if head := bytes.TrimSpace(data); len(head) > 0 && head[0] == '{' {
		data = slices.Concat([]byte("["), data, []byte("]"))
	}
	if err := json.Unmarshal(data, &profiles); err != nil {
		return nil, notProfiles(data, err)
	}
	for i, p := range profiles {
		if p == nil {
			return nil, &scenarios.Problem{Message: fmt.Sprintf("profile %d is null", i+1), Hint: "delete it"}
		}
	}
	return profiles, nil
}

// notProfiles says why a file cannot be read as a list of profiles.
func notProfiles(data []byte, err error) *scenarios.Problem {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := data[:min(int(syntax.Offset), len(data))]
		return &scenarios.Problem{Line: 1 + bytes.Count(before, []byte("\n")), Column: utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]),
			Message: "this cannot be read as JSON: " + err.Error(), Hint: "check commas, quotes and brackets"}
	}
	return &scenarios.Problem{Message: "this is not a list of profiles: " + err.Error(), Hint: `a profile is written { "id": ..., "name": ..., ... }`}
}

func importOne(raw profile, file string) (*vignettev1.Persona, scenarios.Problems) {
	p := &vignettev1.Persona{}
	var problems scenarios.Problems
	for _, f := range fields {
		if err := f.read(raw, p); err != nil {
			problems = append(problems, scenarios.Problem{Field: f.names[0], Message: err.Error()})
		}
	}
	if problems != nil {
		return p, problems
	}
	p.Source = &vignettev1.Source{Format: Format, Id: p.Id, File: file}
	extension, err := keep(raw, p)
	if err != nil {
		return p, scenarios.Problems{{Field: "profile", Message: err.Error()}}
	}
	if len(extension.GetFields()) > 0 {
		p.Extensions = map[string]*structpb.Struct{Format: extension}
	}
	var broken scenarios.Problems
	if err := scenarios.ValidatePersona(p); errors.As(err, &broken) {
		return p, broken
	}
	return p, nil
}

// keep is everything of a profile that exporting p alone would not bring back.
func keep(raw profile, p *vignettev1.Persona) (*structpb.Struct, error) {
	unmapped, verbatim, absent := map[string]any{}, map[string]any{}, []any{}
	for name, v := range raw {
		if isField(name) {
			continue
		}
		if deeper(v, maxDepth) {
			return nil, fmt.Errorf("%s is nested more than %d levels deep, which a persona file cannot hold", name, maxDepth)
		}
		unmapped[name] = v
	}
	for _, f := range fields {
		written := profile{}
		if err := f.write(p, written); err != nil {
			return nil, err
		}
		if reflect.DeepEqual(written, f.of(raw)) {
			continue
		}
		for _, name := range f.names {
			if v, there := raw[name]; there {
				verbatim[name] = v
			} else {
				absent = append(absent, name)
			}
		}
	}
	extension := map[string]any{}
	if len(unmapped) > 0 {
		extension["unmapped"] = unmapped
	}
	if len(verbatim) > 0 {
		extension["verbatim"] = verbatim
	}
	if len(absent) > 0 {
		extension["absent"] = absent
	}
	return structpb.NewStruct(extension)
}

// deeper tells whether a JSON value nests more than a number of levels.
func deeper(v any, levels int) bool {
	if levels == 0 {
		return true
	}
	switch v := v.(type) {
	case map[string]any:
		for _, item := range v {
			if deeper(item, levels-1) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return deeper(item, levels-1) })
	}
	return false
}
