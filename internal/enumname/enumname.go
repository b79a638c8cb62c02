// Package enumname turns the values of proto enums into the short names that files, tables and exports use: without the
// type's prefix and in lower case, "AGENT_KIND_CLIENT" is "client".
package enumname

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Of returns the short name of a value; a number the type does not know comes as that number.
func Of(value protoreflect.Enum) string {
	descriptor := value.Descriptor().Values().ByNumber(value.Number())
	if descriptor == nil {
		return fmt.Sprint(value.Number())
	}
	return Short(descriptor)
}

// Short returns the short name of a declared value. The prefix is what the zero value has before "UNSPECIFIED"; a type
// without such a value has no prefix.
func Short(value protoreflect.EnumValueDescriptor) string {
	name := string(value.Name())
	if prefix, ok := strings.CutSuffix(string(zero(value)), "UNSPECIFIED"); ok {
		name = strings.TrimPrefix(name, prefix)
	}
	return strings.ToLower(name)
}

func zero(value protoreflect.EnumValueDescriptor) protoreflect.Name {
	enum, ok := value.Parent().(protoreflect.EnumDescriptor)
	if !ok || enum.Values().ByNumber(0) == nil {
		return ""
	}
	return enum.Values().ByNumber(0).Name()
}
