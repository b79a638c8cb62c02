package design

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// howVary is how the flag is written.
const howVary = "write ROLE.FIELD=A,B, for instance focal.policy.skill=0.2,0.8"

// ParseVary reads one --vary flag against the scenarios of the run and checks it as [New] would:
//
//	focal.policy.skill=0.2,0.8         a field of a role; "focal" is whichever role is the focal one
//	client.persona.style=plain,upset   enum values by their short names
//	client.persona=profiles/           each file of a folder is one level, in the order of the file names
//	client.persona=abe.yaml,zoe.yaml   or files one by one; a level is named by its persona's id
//	boss.persona=femi-adeyemi          or the id of a persona that ships
//	turn_taking=round_robin,bid        a field of the scenario itself
//	judge=builtin,gpt-4o-mini          who scores: the same conversations, judged by each
//	boss.goal="Yes, later",No          a comma inside quotes belongs to the value
//
// Role ids may contain dots and equals signs: the longest id that fits is taken. The error is [scenarios.Problems].
func ParseVary(spec string, all []*vignettev1.Scenario) (*vignettev1.Factor, error) {
	f, values, problem := split(spec, all)
	if problem != nil {
		problem.Field = "--vary " + spec
		return nil, scenarios.Problems{*problem}
	}
	fd, err := scenarios.FactorField(f)
	if err == nil {
		if p := lacksRole(f, all); p != nil {
			err = scenarios.Problems{*p}
		}
	}
	if err == nil {
		f.Levels, err = levels(fd, values)
	}
	if err == nil {
		if p := checkFactor(f, all); p != nil {
			err = scenarios.Problems{*p}
		}
	}
	if err != nil {
		return nil, located(err, "--vary "+spec)
	}
	return f, nil
}

// located says for each problem which flag it is about; problems in files keep their own place.
func located(err error, where string) error {
	var out scenarios.Problems
	ps, ok := err.(scenarios.Problems)
	if !ok {
		ps = scenarios.Problems{{Message: err.Error()}}
	}
	for _, p := range ps {
		if p.File == "" {
			p.Field = where
		}
		out = append(out, p)
	}
	return out
}

// split finds role, field and values of a flag.
func split(spec string, all []*vignettev1.Scenario) (f *vignettev1.Factor, values string, problem *scenarios.Problem) {
	role := ""
	for _, id := range roleIDs(all) {
		if strings.HasPrefix(spec, id+".") && len(id) > len(role) {
			role = id
		}
	}
	if role != "" {
		field, values, ok := strings.Cut(spec[len(role)+1:], "=")
		if !ok || field == "" {
			return nil, "", &scenarios.Problem{Message: "the flag has no values", Hint: howVary}
		}
		return &vignettev1.Factor{Role: role, Field: field}, values, nil
	}
	left, values, ok := strings.Cut(spec, "=")
	if !ok || left == "" {
		return nil, "", &scenarios.Problem{Message: "the flag cannot be read", Hint: howVary}
	}
	head, rest, dotted := strings.Cut(left, ".")
	top := (&vignettev1.Scenario{}).ProtoReflect().Descriptor().Fields()
	switch {
	case top.ByTextName(head) != nil, left == scenarios.JudgeField:
		return &vignettev1.Factor{Field: left}, values, nil
	case dotted && rest != "":
		return &vignettev1.Factor{Role: head, Field: rest}, values, nil // lacksRole says which roles there are
	}
	return nil, "", &scenarios.Problem{Message: fmt.Sprintf("%q is neither a role with a field nor a field of the scenario", left), Hint: howVary + "; roles: " + strings.Join(roleIDs(all), ", ")}
}

// levels reads the values of a flag by the type of the field.
func levels(fd protoreflect.FieldDescriptor, values string) ([]*vignettev1.Level, error) {
	words, err := splitValues(values)
	if err != nil {
		return nil, err
	}
	if fd.Message() != nil && fd.Message().FullName() == (&vignettev1.Persona{}).ProtoReflect().Descriptor().FullName() {
		return personaLevels(words)
	}
	if fd.Message() != nil || fd.IsList() || fd.IsMap() {
		return nil, protoyaml.Wrong(fmt.Sprintf("%s holds more than one value and cannot be varied by a flag", fd.Name()), "name a field below it, or write the factor into the scenario file under factors:")
	}
	out := make([]*vignettev1.Level, len(words))
	for i, word := range words {
		out[i] = &vignettev1.Level{Name: word, Value: valueFor(fd, word)}
	}
	return out, nil
}

// valueFor gives a word the type its field has. A word that is no number stays a text, and is refused with the reason
// when the level is tried.
func valueFor(fd protoreflect.FieldDescriptor, word string) *structpb.Value {
	switch fd.Kind() {
	case protoreflect.StringKind, protoreflect.EnumKind:
	case protoreflect.BoolKind:
		if word == "true" || word == "false" {
			return structpb.NewBoolValue(word == "true")
		}
	default:
		if v, err := strconv.ParseFloat(word, 64); err == nil && v-v == 0 {
			return structpb.NewNumberValue(v)
		}
	}
	return structpb.NewStringValue(word)
}

// personaLevels loads the personas of files and folders, and those that ship by their ids, each a level named by the persona's id.
func personaLevels(names []string) ([]*vignettev1.Level, error) {
	var out []*vignettev1.Level
	var problems scenarios.Problems
	for _, name := range names {
		personas, err := scenarios.FindPersonas(name)
		if err != nil {
			ps, ok := err.(scenarios.Problems)
			if !ok {
				return nil, err
			}
			problems = append(problems, ps...)
			continue
		}
		for _, p := range personas {
			out = append(out, &vignettev1.Level{Name: p.Id, Persona: p})
		}
	}
	return out, problems.Err()
}

// splitValues splits at commas. A value that begins with a quotation mark ends at the next one of its kind; inside it
// commas count as text. White space around values is dropped.
func splitValues(s string) ([]string, error) {
	var words []string
	for rest, more := s, true; more; {
		rest = strings.TrimLeft(rest, " \t")
		var word string
		if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
			end := strings.IndexByte(rest[1:], rest[0])
			if end < 0 {
				return nil, protoyaml.Wrong("a quotation mark is opened and never closed", "add the closing one")
			}
			word, rest = rest[1:end+1], strings.TrimLeft(rest[end+2:], " \t")
			if rest != "" && rest[0] != ',' {
				return nil, protoyaml.Wrong(fmt.Sprintf("there is text behind the quoted value %q", word), "put a comma between values")
			}
			_, rest, more = strings.Cut(rest, ",")
		} else {
			word, rest, more = strings.Cut(rest, ",")
			word = strings.TrimRight(word, " \t")
		}
		words = append(words, word)
	}
	if slices.Contains(words, "") {
		return nil, protoyaml.Wrong("a value is empty", "write the values after =, with one comma between them")
	}
	return words, nil
}
