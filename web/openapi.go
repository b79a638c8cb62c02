package web

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// schema is a JSON Schema, as OpenAPI 3.1 takes it.
type schema = map[string]any

// schemas describes messages of the contracts as protojson writes them, and Go values as encoding/json does.
type schemas struct{ defined schema }

// of is the schema of a value; nil where there is none.
func (s *schemas) of(value any) schema {
	switch v := value.(type) {
	case nil:
		return nil
	case schema:
		return v
	case proto.Message:
		return s.message(v.ProtoReflect().Descriptor())
	}
	return s.goType(reflect.TypeOf(value))
}

// wellKnown are messages that have a form of their own in JSON.
var wellKnown = map[protoreflect.FullName]schema{
	"google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
	"google.protobuf.Duration":  {"type": "string", "description": "Seconds, as in 3.5s."},
	"google.protobuf.Value":     {},
	"google.protobuf.Struct":    {"type": "object"},
	"google.protobuf.ListValue": {"type": "array"},
	"google.protobuf.Any":       {"type": "object"},
}

func reference(name string) schema { return schema{"$ref": "#/components/schemas/" + name} }

func (s *schemas) message(d protoreflect.MessageDescriptor) schema {
	if known, ok := wellKnown[d.FullName()]; ok {
		return known
	}
	name := strings.TrimPrefix(string(d.FullName()), "vignette.v1.")
	if _, done := s.defined[name]; done {
		return reference(name)
	}
	properties := schema{}
	s.defined[name] = schema{"type": "object", "description": vignettev1.Comment(d.FullName()), "properties": properties, "additionalProperties": false}
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		field := s.field(f)
		if said := vignettev1.Comment(f.FullName()); said != "" {
			field = maps.Clone(field)
			field["description"] = said
		}
		properties[string(f.Name())] = field
	}
	return reference(name)
}

func (s *schemas) field(f protoreflect.FieldDescriptor) schema {
	switch {
	case f.IsMap():
		return schema{"type": "object", "additionalProperties": s.single(f.MapValue())}
	case f.IsList():
		return schema{"type": "array", "items": s.single(f)}
	}
	return s.single(f)
}

func (s *schemas) single(f protoreflect.FieldDescriptor) schema {
	switch f.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return s.message(f.Message())
	case protoreflect.EnumKind:
		var names []string
		for i := range f.Enum().Values().Len() {
			names = append(names, string(f.Enum().Values().Get(i).Name()))
		}
		return schema{"type": "string", "enum": names}
	case protoreflect.BoolKind:
		return schema{"type": "boolean"}
	case protoreflect.StringKind:
		return schema{"type": "string"}
	case protoreflect.BytesKind:
		return schema{"type": "string", "contentEncoding": "base64"}
	case protoreflect.Int64Kind, protoreflect.Uint64Kind, protoreflect.Sint64Kind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return schema{"type": "string", "description": "A whole number of 64 bits, as a string."}
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		return schema{"type": "number"}
	}
	return schema{"type": "integer"}
}

// goType is the schema of a Go type.
func (s *schemas) goType(t reflect.Type) schema {
	switch t.Kind() {
	case reflect.Pointer:
		inner := s.goType(t.Elem())
		return schema{"anyOf": []any{inner, schema{"type": "null"}}}
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Float64:
		return schema{"type": "number"}
	case reflect.Slice:
		return schema{"type": []string{"array", "null"}, "items": s.goType(t.Elem())}
	case reflect.Map:
		return schema{"type": []string{"object", "null"}, "additionalProperties": s.goType(t.Elem())}
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return schema{"type": "string", "format": "date-time"}
		}
		return s.structure(t)
	}
	return schema{"type": "integer"}
}

func (s *schemas) structure(t reflect.Type) schema {
	name := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:] + "." + t.Name()
	if t.Name() != "" {
		if _, done := s.defined[name]; done {
			return reference(name)
		}
	}
	properties, required := schema{}, []string{}
	object := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if t.Name() != "" {
		s.defined[name] = object
	}
	for i := range t.NumField() {
		tag, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if tag == "-" || !t.Field(i).IsExported() {
			continue
		}
		properties[tag] = s.goType(t.Field(i).Type)
		if !strings.Contains(options, "omitempty") {
			required = append(required, tag)
		}
	}
	if len(required) > 0 {
		object["required"] = required
	}
	if t.Name() == "" {
		return object
	}
	return reference(name)
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

// openAPI describes the JSON routes of the table.
func (s *site) openAPI() schema {
	all := &schemas{schema{}}
	paths := schema{}
	for _, r := range routes {
		if r.says == "" {
			continue
		}
		operation := schema{"summary": r.says, "operationId": strings.ToLower(r.method) + strings.NewReplacer("/api/v1", "", "/", "_", "{", "", "}", "").Replace(r.path), "responses": all.responses(r)}
		if parameters := parameters(r); len(parameters) > 0 {
			operation["parameters"] = parameters
		}
		if body := all.of(r.takes); body != nil {
			media := "application/json"
			if body["contentMediaType"] != nil {
				media = body["contentMediaType"].(string)
			}
			operation["requestBody"] = schema{"required": true, "content": schema{media: schema{"schema": body}}}
		}
		if r.open {
			operation["security"] = []any{}
		} else if len(r.who) > 0 {
			operation["description"] = "For the roles " + joinRoles(r.who) + "."
		}
		if paths[r.path] == nil {
			paths[r.path] = schema{}
		}
		paths[r.path].(schema)[strings.ToLower(r.method)] = operation
	}
	all.defined["Problem"] = schema{"type": "object", "description": "What went wrong (RFC 9457).", "required": []string{"status", "title"}, "properties": schema{
		"status": schema{"type": "integer"}, "title": schema{"type": "string"}, "detail": schema{"type": "string", "description": "How to mend it."},
	}}
	return schema{
		"openapi": "3.1.0", "info": schema{"title": "Vignette", "version": s.config.Version, "description": "What the pages do, as JSON, under the same rules of who may."},
		"paths": paths, "components": schema{"schemas": all.defined, "securitySchemes": schema{"session": schema{"type": "apiKey", "in": "cookie", "name": s.cookie()}}},
		"security": []any{schema{"session": []any{}}},
	}
}

func (s *schemas) responses(r route) schema {
	good := schema{"description": "Done."}
	if answer := s.of(r.gives); answer != nil {
		good["content"] = schema{"application/json": schema{"schema": answer}}
	}
	code := "200"
	if r.code != "" {
		code = r.code
	}
	return schema{code: good, "default": schema{"description": "It did not work.", "content": schema{"application/problem+json": schema{"schema": reference("Problem")}}}}
}

func parameters(r route) []schema {
	var out []schema
	for _, m := range inPath.FindAllStringSubmatch(r.path, -1) {
		out = append(out, schema{"name": m[1], "in": "path", "required": true, "schema": schema{"type": "string"}})
	}
	for _, name := range slices.Sorted(maps.Keys(r.query)) {
		out = append(out, schema{"name": name, "in": "query", "description": r.query[name], "schema": schema{"type": "string"}})
	}
	return out
}

func (q *request) apiDocument() error { return q.json(q.openAPI()) }
