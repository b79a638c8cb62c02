package protoyaml

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/internal/enumname"
)

// EnumNames are the short names a file may write for a field of this enum type, in the order of the proto. The zero
// value ("not said") is written by leaving the line out, and is not among them.
func EnumNames(e protoreflect.EnumDescriptor) []string {
	var names []string
	for i := range e.Values().Len() {
		if v := e.Values().Get(i); v.Number() != 0 {
			names = append(names, enumname.Short(v))
		}
	}
	return names
}

// enumValue finds a value by its short name, or by its full proto name, which other programs write into JSON.
func enumValue(e protoreflect.EnumDescriptor, name string) (protoreflect.EnumNumber, bool) {
	for i := range e.Values().Len() {
		v := e.Values().Get(i)
		if string(v.Name()) == name || (v.Number() != 0 && enumname.Short(v) == name) {
			return v.Number(), true
		}
	}
	return 0, false
}
