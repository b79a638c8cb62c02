package protoyaml

import (
	"regexp"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// SchemaOptions are what a schema says that no descriptor does.
type SchemaOptions struct {
	// ID is the schema's own name, a URI.
	ID string
	// Title is a line for people.
	Title string
	// Kind is what `kind:` may say at the top of the file; "" when there is no such key.
	Kind string
	// Comment is what the contracts say about a message, field, enum or enum value.
	Comment func(protoreflect.FullName) string
	// Short are the short forms of messages: a schema for what may stand in the place of one, as an [Expander] reads it.
	Short map[protoreflect.FullName]any
	// Filled are fields that a rule demands and a file may leave out all the same, because a default is filled in.
	Filled []protoreflect.FullName
}

// Schema is the JSON Schema (draft 2020-12) of the files that are read into a message: what an editor needs in order to
// complete and check while somebody types. It accepts what Decode and Check accept, field by field, includes among it;
// rules over several fields, and numbers written in another way than JSON's, only they know. The result is what
// encoding/json writes as the schema.
func Schema(md protoreflect.MessageDescriptor, options SchemaOptions) map[string]any {
	s := &schema{options: options, defs: map[string]any{}}
	root := s.group(md)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = options.ID
	root["title"] = options.Title
	if options.Kind != "" {
		root["properties"].(map[string]any)["kind"] = map[string]any{"const": options.Kind, "description": "What this file holds."}
	}
	s.defs[includeName] = map[string]any{
		"description": "A file whose fields or entries are taken in here; what is written in place wins. Its name counts from this file.",
		"anyOf":       []any{fileName(), map[string]any{"type": "array", "items": fileName(), "minItems": 1}},
	}
	root["$defs"] = s.defs
	return root
}

const includeName = "Include"

// fileName is the schema of a name of a YAML or JSON file.
func fileName() map[string]any {
	return map[string]any{"type": "string", "pattern": `\.([yY][aA]?[mM][lL]|[jJ][sS][oO][nN])$`}
}

type schema struct {
	options SchemaOptions
	defs    map[string]any
}

// message is a reference to what a message may look like. It is defined on the way.
func (s *schema) message(md protoreflect.MessageDescriptor) map[string]any {
	switch md.FullName() {
	case "google.protobuf.Value":
		return map[string]any{}
	case "google.protobuf.Struct":
		return map[string]any{"type": "object"}
	case "google.protobuf.ListValue":
		return map[string]any{"type": "array"}
	}
	name := string(md.Name())
	if _, defined := s.defs[name]; !defined {
		s.defs[name] = nil // so that a message within itself ends
		group := s.group(md)
		if short := s.options.Short[md.FullName()]; short != nil {
			description := group["description"]
			delete(group, "description")
			group = map[string]any{"description": description, "anyOf": []any{short, group}}
		}
		s.defs[name] = group
	}
	return map[string]any{"$ref": "#/$defs/" + name}
}

// group is the schema of a message itself.
func (s *schema) group(md protoreflect.MessageDescriptor) map[string]any {
	properties := map[string]any{includeKey: map[string]any{"$ref": "#/$defs/" + includeName}}
	var required []any
	for i := range md.Fields().Len() {
		fd := md.Fields().Get(i)
		demanded := s.demanded(fd)
		if demanded {
			required = append(required, string(fd.Name()))
		}
		properties[string(fd.Name())] = s.field(fd, demanded)
	}
	group := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if text := s.options.Comment(md.FullName()); text != "" {
		group["description"] = text
	}
	if len(required) > 0 { // What is missing here may come from a file.
		group["if"] = map[string]any{"not": map[string]any{"required": []any{includeKey}}}
		group["then"] = map[string]any{"required": required}
	}
	return group
}

// demanded tells a field that must be written: its rules refuse what it is when it is not.
func (s *schema) demanded(fd protoreflect.FieldDescriptor) bool {
	for _, name := range s.options.Filled {
		if name == fd.FullName() {
			return false
		}
	}
	rules, _ := proto.GetExtension(fd.Options(), validate.E_Field).(*validate.FieldRules)
	if rules.GetRequired() || rules.GetRepeated().GetMinItems() > 0 {
		return true
	}
	if fd.IsList() || fd.IsMap() || fd.HasPresence() {
		return false
	}
	gte, bounded := bound(rules, "gte")
	return rules.GetString().GetMinLen() > 0 || len(rules.GetEnum().GetNotIn()) > 0 && rules.GetEnum().GetNotIn()[0] == 0 || bounded && gte > 0
}

func (s *schema) field(fd protoreflect.FieldDescriptor, demanded bool) map[string]any {
	var f map[string]any
	switch {
	case fd.IsMap():
		f = map[string]any{"type": "object", "additionalProperties": s.single(fd.MapValue(), true)}
	case fd.IsList():
		f = s.list(fd)
	default:
		f = s.single(fd, demanded)
	}
	if text := s.describe(fd); text != "" {
		f["description"] = text
	}
	return f
}

// list is a list, in whose entries others may be included, or a file that holds it all.
func (s *schema) list(fd protoreflect.FieldDescriptor) map[string]any {
	rules, _ := proto.GetExtension(fd.Options(), validate.E_Field).(*validate.FieldRules)
	include := map[string]any{"type": "object", "properties": map[string]any{includeKey: map[string]any{"$ref": "#/$defs/" + includeName}}, "required": []any{includeKey}, "additionalProperties": false}
	list := map[string]any{"type": "array", "items": map[string]any{"anyOf": []any{s.single(fd, true), include}}}
	if most := rules.GetRepeated().GetMaxItems(); most > 0 {
		list["maxItems"] = most
	}
	if rules.GetRepeated().GetUnique() {
		list["uniqueItems"] = true
	}
	if least := rules.GetRepeated().GetMinItems(); least > 0 {
		list["if"] = map[string]any{"not": map[string]any{"contains": map[string]any{"type": "object", "required": []any{includeKey}}}}
		list["then"] = map[string]any{"minItems": least}
	}
	choices := []any{list, include}
	if rules.GetRepeated().GetMinItems() == 0 {
		choices = append(choices, map[string]any{"type": "null"}) // nothing behind the colon is nothing written
	}
	return map[string]any{"anyOf": choices}
}

// single is one value. One that need not be there may be left empty behind its colon.
func (s *schema) single(fd protoreflect.FieldDescriptor, demanded bool) map[string]any {
	orNull := func(types ...any) any {
		if !demanded {
			types = append(types, "null")
		}
		if len(types) == 1 {
			return types[0]
		}
		return types
	}
	rules := fieldRules(fd)
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		if demanded || wellKnown(fd.Message()) {
			return s.message(fd.Message())
		}
		return map[string]any{"anyOf": []any{s.message(fd.Message()), map[string]any{"type": "null"}}}
	case protoreflect.StringKind:
		// A text may be written without quotes when it looks like a number, or like true and false.
		f := map[string]any{"type": orNull("string", "number", "boolean")}
		if least := rules.GetString().GetMinLen(); least > 0 {
			f["minLength"] = least
		}
		if most := rules.GetString().GetMaxLen(); most > 0 {
			f["maxLength"] = most
		}
		if pattern := rules.GetString().GetPattern(); pattern != "" {
			f["pattern"] = classes.ReplaceAllString(pattern, `\$1{$2}`)
		}
		return f
	case protoreflect.EnumKind:
		names := []any{}
		for _, name := range allowedNames(fd) {
			names = append(names, name)
		}
		if !demanded {
			names = append(names, nil)
		}
		return map[string]any{"enum": names}
	case protoreflect.BoolKind:
		return map[string]any{"type": orNull("boolean")}
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		return s.bounds(rules, map[string]any{"type": orNull("number")})
	case protoreflect.BytesKind:
		return map[string]any{"not": map[string]any{}} // no file can hold them
	}
	return s.bounds(rules, map[string]any{"type": orNull("integer")})
}

// classes are Unicode classes of one letter, which JavaScript wants in braces.
var classes = regexp.MustCompile(`\\(p|P)([A-Z])`)

func (s *schema) bounds(rules *validate.FieldRules, f map[string]any) map[string]any {
	for _, b := range []struct{ rule, keyword string }{{"gte", "minimum"}, {"gt", "exclusiveMinimum"}, {"lte", "maximum"}, {"lt", "exclusiveMaximum"}} {
		if v, ok := bound(rules, protoreflect.Name(b.rule)); ok {
			f[b.keyword] = v
		}
	}
	if not := rules.GetDouble().GetNotIn(); len(not) > 0 {
		f["not"] = map[string]any{"enum": not}
	}
	return f
}

// bound is a limit of a number's rules.
func bound(rules *validate.FieldRules, name protoreflect.Name) (float64, bool) {
	if rules == nil {
		return 0, false
	}
	kind := rules.ProtoReflect().WhichOneof(rules.ProtoReflect().Descriptor().Oneofs().ByName("type"))
	if kind == nil || kind.Message() == nil {
		return 0, false
	}
	limits := rules.ProtoReflect().Get(kind).Message()
	fd := limits.Descriptor().Fields().ByName(name)
	if fd == nil || !limits.Has(fd) {
		return 0, false
	}
	switch v := limits.Get(fd).Interface().(type) {
	case float64:
		return v, true
	case float32:
		return float64(v), true
	case int32:
		return float64(v), true
	case int64:
		return float64(v), true
	case uint32:
		return float64(v), true
	case uint64:
		return float64(v), true
	}
	return 0, false
}

// describe is what the contracts say about a field; of an enum also what its values mean.
func (s *schema) describe(fd protoreflect.FieldDescriptor) string {
	text := s.options.Comment(fd.FullName())
	if fd.Kind() != protoreflect.EnumKind {
		return text
	}
	lines := []string{text}
	for _, name := range allowedNames(fd) {
		number, _ := enumValue(fd.Enum(), name)
		lines = append(lines, name+": "+s.options.Comment(fd.Enum().Values().ByNumber(number).FullName()))
	}
	return strings.Join(lines, "\n")
}
