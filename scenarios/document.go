package scenarios

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// The kinds of document there are, as the optional key `kind` at the top of a file names them.
const (
	kindKey      = "kind"
	kindScenario = "scenario"
	kindPersona  = "persona"
	kindRubric   = "rubric"
	// kindStudy is told by its word alone: its fields are those of a scenario too.
	kindStudy = "study"
	// kindFragment is a file that holds a part of a scenario or a persona, to be included; it is checked where it is used.
	kindFragment = "fragment"
)

// scenario reads one file as a scenario.
func (r *reader) scenario(name string) (*vignettev1.Scenario, error) {
	root, err := r.parseAs(name, kindScenario)
	if err != nil {
		return nil, err
	}
	s := &vignettev1.Scenario{}
	d := protoyaml.NewDocument(r.call(name), root, r.expander(name))
	d.Including(r.include)
	d.Explaining(vignettev1.Comment)
	d.Decode(s)
	r.scripts(s, name, d)
	if err := d.Err(); err != nil && unread(s) {
		return nil, err // That a script without its file has no lines need not be said as well.
	}
	Normalize(s)
	d.Check(s, crossRules...)
	check(s, d)
	if err := d.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// persona reads one file as a persona.
func (r *reader) persona(name string) (*vignettev1.Persona, error) {
	root, err := r.parseAs(name, kindPersona)
	if err != nil {
		return nil, err
	}
	p := &vignettev1.Persona{}
	d := protoyaml.NewDocument(r.call(name), root, nil)
	d.Including(r.include)
	d.Explaining(vignettev1.Comment)
	d.Decode(p)
	d.Check(p)
	checkPersona(p, "", d)
	if err := d.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// rubric reads one file as a rubric.
func (r *reader) rubric(name string) (*vignettev1.Rubric, error) {
	root, err := r.parseAs(name, kindRubric)
	if err != nil {
		return nil, err
	}
	rubric := &vignettev1.Rubric{}
	d := protoyaml.NewDocument(r.call(name), root, expandRubric)
	d.Including(r.include)
	d.Explaining(vignettev1.Comment)
	d.Decode(rubric)
	d.Check(rubric)
	checkRubric(rubric, "", d)
	if err := d.Err(); err != nil {
		return nil, err
	}
	return rubric, nil
}

// parseAs parses a file, makes sure that it holds what is wanted, and takes the key `kind` away.
func (r *reader) parseAs(name, want string) (*protoyaml.Node, error) {
	root, err := r.parse(name)
	if err != nil {
		return nil, err
	}
	file := r.call(name)
	kind := root.Get(kindKey)
	if kind == nil {
		if found := guessKind(root); !root.IsList() && found != want && fits(root, want) == 0 && root.Get("include") == nil {
			return nil, Problems{{File: file, Line: 1, Column: 1, Message: fmt.Sprintf("this looks like a %s, and a %s is expected here", found, want), Hint: "if it is one after all, write `kind: " + want + "` at the top"}}
		}
		return root, nil
	}
	line, column := kind.Place()
	switch said, _ := kind.Text(); said {
	case want:
		return root.Without(kindKey), nil
	case kindScenario, kindPersona, kindRubric, kindFragment, kindStudy:
		return nil, Problems{{File: file, Line: line, Column: column, Field: kindKey, Message: fmt.Sprintf("this file holds a %s, and a %s is expected here", said, want), Hint: "name another file"}}
	default:
		return nil, Problems{{File: file, Line: line, Column: column, Field: kindKey, Message: fmt.Sprintf("%q is no kind of file", said), Hint: protoyaml.DidYouMean(said, []string{kindScenario, kindPersona, kindRubric, kindFragment, kindStudy})}}
	}
}

// guessKind tells what a file holds: what it says itself, else whose fields it has more of. In doubt it is a scenario; a
// list can only be a fragment.
func guessKind(root *protoyaml.Node) string {
	if kind := root.Get(kindKey); kind != nil {
		if said, _ := kind.Text(); said == kindPersona || said == kindRubric || said == kindFragment || said == kindStudy {
			return said
		}
		return kindScenario
	}
	if root.IsList() {
		return kindFragment
	}
	best := kindScenario
	for _, kind := range []string{kindPersona, kindRubric} {
		if fits(root, kind) > fits(root, best) {
			best = kind
		}
	}
	return best
}

// messages are what files of a kind hold.
var messages = map[string]proto.Message{
	kindScenario: &vignettev1.Scenario{}, kindPersona: &vignettev1.Persona{}, kindRubric: &vignettev1.Rubric{},
}

// fits counts the keys of a file that one kind has and no other.
func fits(root *protoyaml.Node, kind string) int {
	n := 0
	fields := messages[kind].ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		name := fields.Get(i).Name()
		if root.Get(string(name)) != nil && !elsewhere(name, kind) {
			n++
		}
	}
	return n
}

// elsewhere says whether a kind of file other than this has a field of the name too.
func elsewhere(name protoreflect.Name, kind string) bool {
	for other, message := range messages {
		if other != kind && message.ProtoReflect().Descriptor().Fields().ByName(name) != nil {
			return true
		}
	}
	return false
}

// unread says whether some script has not got the lines of its file.
func unread(s *vignettev1.Scenario) bool {
	for _, role := range s.GetRoles() {
		if role.GetScript().GetFile() != "" && len(role.GetScript().GetLines()) == 0 {
			return true
		}
	}
	return false
}

// expander reads the short forms: a persona, a rubric or a script named by its file, a level written as its value alone, and a line of
// a script as its words.
func (r *reader) expander(name string) protoyaml.Expander {
	return func(n *protoyaml.Node, want protoreflect.FullName) (*protoyaml.Node, error) {
		text, _ := n.Text()
		switch want {
		case fullName[*vignettev1.Persona]():
			return r.named(n, r.standsIn(n.File(), name), text, kindPersona)
		case fullName[*vignettev1.Rubric]():
			return r.named(n, r.standsIn(n.File(), name), text, kindRubric)
		case fullName[*vignettev1.Level]():
			if isDocument(text) {
				return n.Mapping([]string{"persona"}, []*protoyaml.Node{n}), nil
			}
			return n.Mapping([]string{"value"}, []*protoyaml.Node{n}), nil
		case fullName[*vignettev1.Script]():
			return n.Mapping([]string{"file"}, []*protoyaml.Node{n}), nil
		case fullName[*vignettev1.ScriptLine]():
			return n.Mapping([]string{"text"}, []*protoyaml.Node{n}), nil
		}
		return expandRubric(n, want)
	}
}

// expandRubric reads the short form of a level in a rubric: its label alone.
func expandRubric(n *protoyaml.Node, want protoreflect.FullName) (*protoyaml.Node, error) {
	if want == fullName[*vignettev1.RubricLevel]() {
		return n.Mapping([]string{"label"}, []*protoyaml.Node{n}), nil
	}
	return nil, nil
}

// named parses the file that a persona or a rubric is named by.
func (r *reader) named(n *protoyaml.Node, from, ref, kind string) (*protoyaml.Node, error) {
	root, err := r.otherFile(n, from, ref, kind)
	if root != nil {
		root.NamedAt(n)
	}
	return root, err
}

func (r *reader) otherFile(n *protoyaml.Node, from, ref, kind string) (*protoyaml.Node, error) {
	line, column := n.Place()
	fail := func(message, hint string) (*protoyaml.Node, error) {
		return nil, Problems{{File: r.call(from), Line: line, Column: column, Message: message, Hint: hint}}
	}
	if !isDocument(ref) {
		return fail(fmt.Sprintf("%q is not the name of a %s file", ref, kind), "write a file name that ends in .yaml, .yml or .json, or describe the "+kind+" here: "+beginnings[kind])
	}
	if r.fsys == nil {
		return fail("a "+kind+" cannot be read from another file here", "write the "+kind+" into this file")
	}
	target, ok := beside(from, ref)
	if !ok {
		return fail(fmt.Sprintf("%q does not lie in the folder of the scenario", ref), "write a path from this file, with forward slashes, such as "+places[kind]+"; move the "+kind+" there if need be")
	}
	shelf := r
	if kind == kindPersona {
		shelf, target = r.orShelf(target, ref)
	}
	root, err := shelf.parseAs(target, kind)
	if problems, ok := err.(Problems); ok && len(problems) == 1 && problems[0].Line == 0 {
		return fail(fmt.Sprintf("the %s file %s: %s", kind, shelf.call(target), problems[0].Message), r.insteadOf(target, problems[0].Hint))
	}
	return root, err
}

// beginnings and places are for hints: what a file of a kind begins with, and where one may lie.
var (
	beginnings = map[string]string{kindPersona: "id, name, ...", kindRubric: "id, dimensions, ..."}
	places     = map[string]string{kindPersona: "personas/abe.yaml", kindRubric: "rubrics/warmth.yaml"}
)

func fullName[M proto.Message]() protoreflect.FullName {
	var m M
	return m.ProtoReflect().Descriptor().FullName()
}
