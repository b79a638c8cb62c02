package scenarios

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/vignette-sim/vignette/internal/protoyaml"
)

// maxIncluded is how many files one scenario may include, each as often as it is included. A few that include each other
// twice would else be read thousands of times.
const maxIncluded = 100

// include reads a file that an `include:` names: relative to the file it stands in, within the folder, like a persona's.
func (r *reader) include(at *protoyaml.Node, ref string, want protoreflect.FullName) (*protoyaml.Node, error) {
	fail := func(message, hint string) (*protoyaml.Node, error) {
		line, column := at.Place()
		return nil, Problems{{File: at.File(), Line: line, Column: column, Message: message, Hint: hint}}
	}
	if !isDocument(ref) {
		return fail(fmt.Sprintf("%q is not the name of a file that can be included", ref), "write a file name that ends in .yaml, .yml or .json")
	}
	if r.fsys == nil {
		return fail("another file cannot be included here", "write what it holds into this file")
	}
	target, ok := beside(r.standsIn(at.File(), "."), ref)
	if !ok {
		return fail(fmt.Sprintf("%q does not lie in the folder of the scenario", ref), "write a path from this file, with forward slashes, such as fragments/stop.yaml; copy the file there if need be")
	}
	if chain := at.Chain(); slices.Contains(chain, r.call(target)) {
		return fail("these files include each other: "+strings.Join(append(chain, r.call(target)), " -> "), "take one of the includes out")
	}
	if r.included++; r.included > maxIncluded {
		return fail(fmt.Sprintf("more than %d files are included", maxIncluded), "include fewer, or write some of it out")
	}
	root, err := r.parse(target)
	if problems, ok := err.(Problems); ok && len(problems) == 1 && problems[0].Line == 0 {
		return fail(fmt.Sprintf("the file %s cannot be included: %s", r.call(target), problems[0].Message), r.insteadOf(target, problems[0].Hint))
	}
	if err != nil {
		return nil, err
	}
	root.NamedAt(at)
	return withoutKind(root, want), nil
}

// standsIn is the name in the file system of a file that messages call so.
func (r *reader) standsIn(called, otherwise string) string {
	if name, ok := r.files[called]; ok {
		return name
	}
	return otherwise
}

// withoutKind takes the key `kind` away where it says what kind of file this is. In a role or an objective `kind` is a
// field, so there only a fragment is such a kind.
func withoutKind(root *protoyaml.Node, want protoreflect.FullName) *protoyaml.Node {
	kind := root.Get(kindKey)
	if kind == nil {
		return root
	}
	said, _ := kind.Text()
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(want)
	message, ok := found.(protoreflect.MessageDescriptor)
	aField := err == nil && ok && message.Fields().ByName(kindKey) != nil
	if said == kindFragment || !aField && (said == kindPersona || said == kindScenario || said == kindRubric || said == kindStudy) {
		return root.Without(kindKey)
	}
	return root
}

// insteadOf names the file that was probably meant by one that is not there; else the hint stays as it is.
func (r *reader) insteadOf(target, hint string) string {
	entries, err := fs.ReadDir(r.fsys, path.Dir(target))
	if err != nil {
		return hint
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && isDocument(e.Name()) {
			names = append(names, e.Name())
		}
	}
	if near := protoyaml.Nearest(path.Base(target), names); near != "" {
		return fmt.Sprintf("did you mean %s?", path.Join(path.Dir(target), near))
	}
	return hint
}
