package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Label is how tables, cells and flags call a factor: its role and field as written ("focal.policy.skill"), or the
// field alone for a factor of the scenario itself ("setting").
func Label(f *vignettev1.Factor) string {
	if f.Role == "" {
		return f.Field
	}
	return f.Role + "." + f.Field
}

// frozen are fields a factor may not vary: identity, seeds and the design itself hang on them.
var frozen = map[protoreflect.FullName][]string{
	fullName[*vignettev1.Scenario](): {"id", "roles", "focal", "factors", "source", "extensions", "evaluators", "probes", "tags", "title", "description"},
	fullName[*vignettev1.Role]():     {"id", "reward", "persona.id", "persona.source", "persona.extensions"},
}

// FactorField finds the field a factor varies, in the role or scenario it belongs to; of [JudgeField] it is the model of a judge.
func FactorField(f *vignettev1.Factor) (protoreflect.FieldDescriptor, error) {
	if IsJudge(f) {
		return judgeModel(), nil
	}
	md := (&vignettev1.Role{}).ProtoReflect().Descriptor()
	if f.Role == "" {
		md = (&vignettev1.Scenario{}).ProtoReflect().Descriptor()
	}
	fd, err := protoyaml.FieldAt(md, f.Field)
	if err != nil {
		return nil, err
	}
	if slices.Contains(frozen[md.FullName()], f.Field) {
		return nil, protoyaml.Wrong(fmt.Sprintf("%s cannot be varied", f.Field), "the design of the run hangs on it")
	}
	return fd, nil
}

// FactorRole finds the role a factor belongs to; the alias "focal" is resolved. It is nil for a factor of the scenario
// itself, and the error lists the roles there are.
func FactorRole(s *vignettev1.Scenario, f *vignettev1.Factor) (*vignettev1.Role, error) {
	if f.Role == "" {
		return nil, nil
	}
	if r := findRole(s, resolveFocal(s, f.Role)); r != nil {
		return r, nil
	}
	return nil, protoyaml.Wrong(fmt.Sprintf("%q is not the id of a role", f.Role), protoyaml.DidYouMean(f.Role, roleNames(s)))
}

// Apply changes s: the factor's field gets the level's value. A role that is called by its persona's name is called by
// the new one's; a level of the field agent that is not replay takes the script of a replayed role away, so that a study can
// put another agent in the place of what was recorded. The result is not checked; see [CheckLevel].
func Apply(s *vignettev1.Scenario, f *vignettev1.Factor, l *vignettev1.Level) error {
	if _, err := FactorField(f); err != nil {
		return err
	}
	role, err := FactorRole(s, f)
	if err != nil {
		return err
	}
	if IsJudge(f) {
		return setJudges(s, l)
	}
	if role == nil {
		return setLevel(s, f.Field, l)
	}
	scripted, before := role.GetAgent() == ReplayAgent, role.GetPersona().GetName()
	if err := setLevel(role, f.Field, l); err != nil {
		return err
	}
	if scripted && role.GetAgent() != ReplayAgent {
		role.Script = nil // The level is somebody who does not play from it.
	}
	if role.Name == before {
		role.Name = role.GetPersona().GetName()
	}
	return nil
}

func setLevel(m proto.Message, field string, l *vignettev1.Level) error {
	said := 0
	for _, one := range []bool{l.Persona != nil, l.Value != nil, l.Keep, l.Clear} {
		if one {
			said++
		}
	}
	switch {
	case said > 1:
		return protoyaml.Wrong("a level has a value, a persona, keep or clear, and not two of them", "keep one")
	case l.Keep:
		return nil
	case l.Clear:
		return protoyaml.Set(m, field, structpb.NewNullValue())
	case l.Persona != nil:
		return protoyaml.SetMessage(m, field, l.Persona)
	case l.Value != nil:
		if err := checkShape(m, field, l.Value); err != nil {
			return err
		}
		return protoyaml.Set(m, field, l.Value)
	}
	return protoyaml.Wrong("there is neither a value nor a persona", "write value: or persona: below the name, or keep: true, or clear: true")
}

// checkShape refuses a single value for a whole group of fields, and says what was probably meant.
func checkShape(m proto.Message, field string, value *structpb.Value) error {
	fd, err := protoyaml.FieldAt(m.ProtoReflect().Descriptor(), field)
	if err != nil || fd.Message() == nil || fd.IsList() || fd.IsMap() || value.GetStructValue() != nil {
		return err
	}
	if _, null := value.GetKind().(*structpb.Value_NullValue); null {
		return nil
	}
	if fd.Message().FullName() == fullName[*vignettev1.Persona]() {
		return protoyaml.Wrong(fmt.Sprintf("%q is not the name of a persona file", levelName(&vignettev1.Level{Value: value})), "write a file name that ends in .yaml, .yml or .json")
	}
	return protoyaml.Wrong(field+" is a group of fields, and this is a single value", fmt.Sprintf("vary one of its fields: field: %s.%s", field, fd.Message().Fields().Get(0).Name()))
}

// CheckLevel tries a level on a scenario and says what would be wrong with the field it sets. s is not changed.
func CheckLevel(s *vignettev1.Scenario, f *vignettev1.Factor, l *vignettev1.Level) error {
	tried := proto.CloneOf(s)
	if err := Apply(tried, f, l); err != nil {
		return err
	}
	Normalize(tried)
	d := protoyaml.NewDocument("", nil, nil)
	d.Check(tried, crossRules...)
	checkRoles(tried, d)
	checkTurns(tried, d)
	var broken Problems
	if !errors.As(d.Err(), &broken) {
		return nil
	}
	at := fieldPath(s, f)
	// What is wrong elsewhere in the scenario is not this level's fault.
	return slices.DeleteFunc(broken, func(p Problem) bool { return !within(p.Field, at) }).Err()
}

// fieldPath is where a factor's field stands in the scenario.
func fieldPath(s *vignettev1.Scenario, f *vignettev1.Factor) string {
	if IsJudge(f) {
		return "evaluators"
	}
	for i, r := range s.Roles {
		if f.Role != "" && r.Id == resolveFocal(s, f.Role) {
			return fmt.Sprintf("roles[%d].%s", i, f.Field)
		}
	}
	return f.Field
}

// within tells whether a field is another or lies below it.
func within(field, parent string) bool {
	rest, ok := strings.CutPrefix(field, parent)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

func checkFactors(s *vignettev1.Scenario, d reporter) {
	seen := map[string]bool{}
	for i, f := range s.Factors {
		at := fmt.Sprintf("factors[%d]", i)
		role, err := FactorRole(s, f)
		if err != nil && refers(s, f.Role) {
			continue // the focal role is wrong; that is reported where it is named
		}
		if err != nil {
			p := asProblem(err)
			d.Report(at+".role", p.Message, p.Hint)
			continue
		}
		if f.Field == "" {
			continue // the contract's own rule says so
		}
		if _, err := FactorField(f); err != nil {
			p := asProblem(err)
			d.Report(at+".field", p.Message, p.Hint)
			continue
		}
		if key := role.GetId() + "\n" + f.Field; seen[key] {
			d.Report(at, fmt.Sprintf("%s is varied twice", Label(f)), "put all its levels into one factor")
		} else {
			seen[key] = true
		}
		checkLevels(s, f, at, d)
	}
}

func checkLevels(s *vignettev1.Scenario, f *vignettev1.Factor, at string, d reporter) {
	seen := map[string]bool{}
	for j, l := range f.Levels {
		at := fmt.Sprintf("%s.levels[%d]", at, j)
		if seen[l.Name] && l.Name != "" {
			d.Report(at+".name", fmt.Sprintf("another level is called %q too", l.Name), "give each level a name of its own")
		}
		seen[l.Name] = true
		err := CheckLevel(s, f, l)
		if err == nil {
			err = CheckJudges([]*vignettev1.Scenario{s}, f, l)
		}
		if err != nil {
			p := asProblem(err)
			d.Report(at+levelField(l), fmt.Sprintf("%s cannot have this level: %s", Label(f), p.Message), p.Hint)
		}
	}
}

func levelField(l *vignettev1.Level) string {
	switch {
	case l.Persona != nil:
		return ".persona"
	case l.Value != nil:
		return ".value"
	}
	return ""
}

// asProblem is an error as one problem: what is wrong, and what would be right.
func asProblem(err error) Problem {
	var ps Problems
	if errors.As(err, &ps) && len(ps) > 0 {
		return ps[0]
	}
	return Problem{Message: err.Error()}
}
