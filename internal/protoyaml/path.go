package protoyaml

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

// FieldAt finds the field a dotted path names, counted from a message ("persona.style"). A path leads through single
// messages only, not into lists or maps. The error is [Problems] and lists what there is.
func FieldAt(md protoreflect.MessageDescriptor, path string) (protoreflect.FieldDescriptor, error) {
	var fd protoreflect.FieldDescriptor
	done := ""
	for name := range strings.SplitSeq(path, ".") {
		if fd != nil {
			if fd.Message() == nil || fd.IsList() || fd.IsMap() || wellKnown(fd.Message()) {
				return nil, Wrong(done+" has no fields of its own", "name a field that is not below it")
			}
			md = fd.Message()
		}
		if fd = md.Fields().ByTextName(name); fd == nil {
			return nil, Wrong(fmt.Sprintf("there is no field %q%s", name, inside(done)), DidYouMean(name, fieldNames(md)))
		}
		done = join(done, name)
	}
	return fd, nil
}

func inside(path string) string {
	if path == "" {
		return ""
	}
	return " in " + path
}

// Set puts a value, in the shape a file would have it, into the field a path names; null clears the field. On an error
// ([Problems] about that field) m may be half changed.
func Set(m proto.Message, path string, value *structpb.Value) error {
	target, name, err := walkTo(m, path)
	if err != nil {
		return err
	}
	fd := target.Descriptor().Fields().ByTextName(name)
	target.Clear(fd)
	if _, null := value.GetKind().(*structpb.Value_NullValue); null {
		return nil
	}
	d := NewDocument("", nil, nil)
	d.index = map[string]string{}
	d.field(entry{&Node{text: name, quoted: true}, fromValue(value)}, target, parentOf(path))
	return d.Err()
}

// SetMessage puts a whole message into the field a path names.
func SetMessage(m proto.Message, path string, value proto.Message) error {
	target, name, err := walkTo(m, path)
	if err != nil {
		return err
	}
	fd := target.Descriptor().Fields().ByTextName(name)
	if fd.IsList() || fd.IsMap() || fd.Message() == nil || fd.Message().FullName() != value.ProtoReflect().Descriptor().FullName() {
		return Wrong(fmt.Sprintf("%s is no place for a %s", path, strings.ToLower(string(value.ProtoReflect().Descriptor().Name()))), "")
	}
	target.Set(fd, protoreflect.ValueOfMessage(proto.Clone(value).ProtoReflect()))
	return nil
}

// walkTo is the message that holds the field a path names, made on the way where it is absent.
func walkTo(m proto.Message, path string) (protoreflect.Message, string, error) {
	if _, err := FieldAt(m.ProtoReflect().Descriptor(), path); err != nil {
		return nil, "", err
	}
	at := m.ProtoReflect()
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		at = at.Mutable(at.Descriptor().Fields().ByTextName(name)).Message()
	}
	return at, names[len(names)-1], nil
}
