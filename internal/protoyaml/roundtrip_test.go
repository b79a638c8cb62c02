package protoyaml_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// texts are strings as people and hostile files have them: other scripts, quotes, colons, white space at the edges,
// words that look like something else.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[A-Za-z ,.'!?-]{0,30}`),
		rapid.StringMatching(`([a-z#:"'-]{0,6} ?\n?){0,6}`),
		rapid.String(),
		rapid.SampledFrom([]string{
			"", " ", "\n", "a\n", "a\n\n", "\na", "a\nb", "a\n\nb\n", " a\nb", "a \nb", "a\n\tb", "a: b", "# x", "- x", "? x", "true", "null", "~",
			"0x1F", "1e3", "2024-01-01", "it's", `say "no"`, "a\\b", "O'Malley-Zoë 李", "\u2028", "\ufeff", "\U0001F600", "a\u0085b", "a\rb", "%", "@x", "`x`",
			"&a", "*a", "!t", "|", ">", "[x", "{x", "x]", "---", "...", "a\n---\nb", "x #y", "x:", ":x", "-", "a\n# b\nc", "a\n- b", "a\n'b", "\x00", "\x7f",
			"yes", "No", "a\n: b", "=", "<<", "a, b",
		}),
	)
}

func draw(t *rapid.T, m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if depth == 0 && fd.Message() != nil || !rapid.Bool().Draw(t, string(fd.Name())) {
			continue
		}
		switch {
		case fd.IsMap():
			for _, key := range rapid.SliceOfN(texts(), 0, 2).Draw(t, "keys") {
				drawValue(t, m.Mutable(fd).Map().Mutable(protoreflect.ValueOfString(key).MapKey()).Message().Interface())
			}
		case fd.IsList():
			for range rapid.IntRange(0, 3).Draw(t, "n") {
				if fd.Message() != nil {
					draw(t, m.Mutable(fd).List().AppendMutable().Message(), depth-1)
				} else {
					m.Mutable(fd).List().Append(drawScalar(t, fd))
				}
			}
		case fd.Message() != nil && fd.Message().FullName() == "google.protobuf.Value":
			drawValue(t, m.Mutable(fd).Message().Interface())
		case fd.Message() != nil:
			draw(t, m.Mutable(fd).Message(), depth-1)
		default:
			m.Set(fd, drawScalar(t, fd))
		}
	}
}

func drawScalar(t *rapid.T, fd protoreflect.FieldDescriptor) protoreflect.Value {
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, "bool"))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(rapid.IntRange(0, fd.Enum().Values().Len()-1).Draw(t, "enum")))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(t, "int32"))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(rapid.Float64().Draw(t, "double"))
	}
	return protoreflect.ValueOfString(texts().Draw(t, "text"))
}

func drawValue(t *rapid.T, m proto.Message) {
	var any func(depth int) *structpb.Value
	structure := func(depth int) *structpb.Struct {
		s := &structpb.Struct{Fields: map[string]*structpb.Value{}}
		for _, key := range rapid.SliceOfN(texts(), 0, 3).Draw(t, "names") {
			s.Fields[key] = any(depth - 1)
		}
		return s
	}
	any = func(depth int) *structpb.Value {
		kinds := 6
		if depth <= 0 {
			kinds = 4
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return structpb.NewNullValue()
		case 1:
			return structpb.NewBoolValue(rapid.Bool().Draw(t, "b"))
		case 2:
			return structpb.NewNumberValue(rapid.Float64().Draw(t, "n"))
		case 3:
			return structpb.NewStringValue(texts().Draw(t, "s"))
		case 4:
			return structpb.NewStructValue(structure(depth))
		}
		l := &structpb.ListValue{}
		for range rapid.IntRange(0, 3).Draw(t, "len") {
			l.Values = append(l.Values, any(depth-1))
		}
		return structpb.NewListValue(l)
	}
	switch m := m.(type) {
	case *structpb.Struct:
		m.Fields = structure(3).Fields
	case *structpb.Value:
		m.Kind = any(3).Kind
	}
}

// Whatever a message holds, writing and reading gives it back; rules are not looked at here.
func TestMarshalRoundTrips(t *testing.T) {
	for _, empty := range []proto.Message{&vignettev1.Scenario{}, &vignettev1.Persona{}, &vignettev1.MentalState{}} {
		t.Run(string(empty.ProtoReflect().Descriptor().Name()), rapid.MakeCheck(func(t *rapid.T) {
			m := empty.ProtoReflect().New().Interface()
			draw(t, m.ProtoReflect(), 3)
			data, err := protoyaml.Marshal(m, "kind: x")
			if err != nil {
				t.Fatal(err)
			}
			root, err := protoyaml.Parse("x.yaml", data)
			if err != nil {
				t.Fatalf("%v\n%s", err, data)
			}
			back := m.ProtoReflect().New().Interface()
			d := protoyaml.NewDocument("x.yaml", root.Without("kind"), nil)
			d.Decode(back)
			if err := d.Err(); err != nil {
				t.Fatalf("%v\n%s", err, data)
			}
			if diff := cmp.Diff(m, back, protocmp.Transform()); diff != "" {
				t.Fatalf("written and read differs (-written +read):\n%s\n%s", diff, data)
			}
		}))
	}
}
