package protoyaml

import (
	"fmt"
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

// wellKnown tells the three messages that hold any value at all.
func wellKnown(md protoreflect.MessageDescriptor) bool {
	switch md.FullName() {
	case "google.protobuf.Value", "google.protobuf.Struct", "google.protobuf.ListValue":
		return true
	}
	return false
}

// takesNull tells fields for which null is a value and not an omission.
func takesNull(fd protoreflect.FieldDescriptor) bool {
	return !fd.IsMap() && !fd.IsList() && fd.Message() != nil && fd.Message().FullName() == "google.protobuf.Value"
}

// anyValue fills a Value, Struct or ListValue.
func (d *Document) anyValue(n *Node, m protoreflect.Message, path string) {
	v := d.toValue(n, path)
	switch target := m.Interface().(type) {
	case *structpb.Value:
		target.Kind = v.GetKind()
	case *structpb.Struct:
		if n.kind != mappingNode {
			d.wrongType(n, path, "a group of names and values", howMap)
			return
		}
		target.Fields = v.GetStructValue().GetFields()
	case *structpb.ListValue:
		if n.kind != listNode {
			d.wrongType(n, path, "a list", howList)
			return
		}
		target.Values = v.GetListValue().GetValues()
	}
}

func (d *Document) toValue(n *Node, path string) *structpb.Value {
	switch n.kind {
	case mappingNode:
		s := &structpb.Struct{Fields: map[string]*structpb.Value{}}
		for _, e := range n.entries {
			at := join(path, e.key.text)
			if _, twice := s.Fields[e.key.text]; twice {
				d.add(e.key, at, "this is given twice", "keep one")
				continue
			}
			s.Fields[e.key.text] = d.toValue(e.value, at)
		}
		return structpb.NewStructValue(s)
	case listNode:
		l := &structpb.ListValue{}
		for i, item := range n.items {
			l.Values = append(l.Values, d.toValue(item, fmt.Sprintf("%s[%d]", path, i)))
		}
		return structpb.NewListValue(l)
	}
	return scalarValue(n)
}

// scalarValue reads a scalar that no field gives a type to.
func scalarValue(n *Node) *structpb.Value {
	switch {
	case n.quoted:
	case n.isNull():
		return structpb.NewNullValue()
	case n.text == "true", n.text == "false":
		return structpb.NewBoolValue(n.text == "true")
	case isNumber(n.text):
		if v, err := strconv.ParseFloat(n.text, 64); err == nil {
			return structpb.NewNumberValue(v)
		}
	}
	return structpb.NewStringValue(n.text)
}

// fromValue is the node a value would have been read from.
func fromValue(v *structpb.Value) *Node {
	switch kind := v.GetKind().(type) {
	case *structpb.Value_StringValue:
		return &Node{text: kind.StringValue, quoted: true}
	case *structpb.Value_NumberValue:
		return &Node{text: number(kind.NumberValue)}
	case *structpb.Value_BoolValue:
		return &Node{text: strconv.FormatBool(kind.BoolValue)}
	case *structpb.Value_ListValue:
		n := &Node{kind: listNode}
		for _, item := range kind.ListValue.GetValues() {
			n.items = append(n.items, fromValue(item))
		}
		return n
	case *structpb.Value_StructValue:
		n := &Node{kind: mappingNode}
		fields := kind.StructValue.GetFields()
		for _, name := range sortedKeys(fields) {
			n.entries = append(n.entries, entry{&Node{text: name, quoted: true}, fromValue(fields[name])})
		}
		return n
	}
	return &Node{}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
