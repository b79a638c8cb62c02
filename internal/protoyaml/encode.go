package protoyaml

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/internal/enumname"
)

// Marshal writes a message as the YAML that Parse and Decode read back to an equal message: fields in the order of the
// proto, what is not set left out, enum values short, texts of several lines kept as lines. head are lines to begin
// with ("kind: persona"); they are written as they are.
func Marshal(m proto.Message, head ...string) ([]byte, error) {
	w := &writer{}
	for _, line := range head {
		w.WriteString(line + "\n")
	}
	if len(head) > 0 && len(setFields(m.ProtoReflect())) == 0 {
		return w.Bytes(), nil // the head alone is a mapping already
	}
	if err := w.message(m.ProtoReflect(), 0); err != nil {
		return nil, err
	}
	return w.Bytes(), nil
}

type writer struct {
	bytes.Buffer
	inline bool // the next line goes on behind "- "
}

// key begins the line of a field.
func (w *writer) key(name string, indent int) {
	w.begin(indent)
	w.WriteString(quoteKey(name) + ":")
}

func (w *writer) begin(indent int) {
	if w.inline {
		w.inline = false
		return
	}
	w.WriteString(strings.Repeat(" ", indent))
}

// dash begins an entry of a list; what follows goes on in the same line.
func (w *writer) dash(indent int) {
	w.begin(indent)
	w.WriteString("- ")
	w.inline = true
}

func (w *writer) message(m protoreflect.Message, indent int) error {
	if wellKnown(m.Descriptor()) {
		return w.anyValue(valueOf(m), indent)
	}
	set := setFields(m)
	if len(set) == 0 {
		w.inline = false
		w.WriteString("{}\n")
		return nil
	}
	for _, fd := range set {
		w.key(string(fd.Name()), indent)
		if err := w.field(fd, m.Get(fd), indent); err != nil {
			return fmt.Errorf("%s: %w", fd.Name(), err)
		}
	}
	return nil
}

// setFields are the fields of a message that hold something, in the order of the proto.
func setFields(m protoreflect.Message) []protoreflect.FieldDescriptor {
	var set []protoreflect.FieldDescriptor
	m.Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		set = append(set, fd)
		return true
	})
	slices.SortFunc(set, func(a, b protoreflect.FieldDescriptor) int { return cmp.Compare(a.Index(), b.Index()) })
	return set
}

// field writes what stands behind "name:".
func (w *writer) field(fd protoreflect.FieldDescriptor, v protoreflect.Value, indent int) error {
	switch {
	case fd.IsMap():
		return w.mapField(fd, v.Map(), indent)
	case fd.IsList():
		w.WriteString("\n")
		for i := range v.List().Len() {
			w.dash(indent + 2)
			if err := w.single(fd, v.List().Get(i), indent+4); err != nil {
				return err
			}
		}
		return nil
	case fd.Message() != nil:
		return w.below(v.Message(), indent)
	}
	w.WriteString(" ")
	return w.single(fd, v, indent+2)
}

// below writes a message under its key, indented.
func (w *writer) below(m protoreflect.Message, indent int) error {
	if wellKnown(m.Descriptor()) {
		return w.valueBehindKey(valueOf(m), indent)
	}
	if len(setFields(m)) == 0 {
		w.WriteString(" {}\n")
		return nil
	}
	w.WriteString("\n")
	return w.message(m, indent+2)
}

func (w *writer) mapField(fd protoreflect.FieldDescriptor, values protoreflect.Map, indent int) error {
	w.WriteString("\n")
	byName := map[string]protoreflect.Value{}
	values.Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
		byName[k.String()] = v
		return true
	})
	for _, name := range sortedKeys(byName) {
		w.key(name, indent+2)
		if fd.MapValue().Message() != nil {
			if err := w.below(byName[name].Message(), indent+2); err != nil {
				return err
			}
			continue
		}
		w.WriteString(" ")
		if err := w.single(fd.MapValue(), byName[name], indent+4); err != nil {
			return err
		}
	}
	return nil
}

// single writes one value and ends its line. indent is where further lines of it would begin.
func (w *writer) single(fd protoreflect.FieldDescriptor, v protoreflect.Value, indent int) error {
	if fd.Message() != nil {
		return w.message(v.Message(), indent)
	}
	w.inline = false
	switch fd.Kind() {
	case protoreflect.StringKind:
		w.text(v.String(), indent)
	case protoreflect.EnumKind:
		ev := fd.Enum().Values().ByNumber(v.Enum())
		if ev == nil {
			return fmt.Errorf("%d is no value of %s", v.Enum(), fd.Enum().Name())
		}
		name := enumname.Short(ev)
		if ev.Number() == 0 {
			name = string(ev.Name())
		}
		w.WriteString(name + "\n")
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		if f := v.Float(); f-f != 0 {
			return fmt.Errorf("%v is not a number a file can hold", f)
		}
		w.WriteString(number(v.Float()) + "\n")
	case protoreflect.BytesKind:
		return fmt.Errorf("bytes have no place in a file")
	default:
		fmt.Fprintf(w, "%v\n", v.Interface())
	}
	return nil
}

// valueOf reads any of the three well-known messages as a Value.
func valueOf(m protoreflect.Message) *structpb.Value {
	switch v := m.Interface().(type) {
	case *structpb.Struct:
		return structpb.NewStructValue(v)
	case *structpb.ListValue:
		return structpb.NewListValue(v)
	case *structpb.Value:
		return v
	}
	return nil
}

func (w *writer) valueBehindKey(v *structpb.Value, indent int) error {
	switch kind := v.GetKind().(type) {
	case *structpb.Value_StructValue:
		if len(kind.StructValue.GetFields()) > 0 {
			w.WriteString("\n")
			return w.anyValue(v, indent+2)
		}
	case *structpb.Value_ListValue:
		if len(kind.ListValue.GetValues()) > 0 {
			w.WriteString("\n")
			return w.anyValue(v, indent+2)
		}
	}
	w.WriteString(" ")
	return w.anyValue(v, indent+2)
}

func (w *writer) anyValue(v *structpb.Value, indent int) error {
	switch kind := v.GetKind().(type) {
	case *structpb.Value_StructValue:
		fields := kind.StructValue.GetFields()
		for _, name := range sortedKeys(fields) {
			w.key(name, indent)
			if err := w.valueBehindKey(fields[name], indent); err != nil {
				return err
			}
		}
		if len(fields) > 0 {
			return nil
		}
		w.WriteString("{}\n")
	case *structpb.Value_ListValue:
		for _, item := range kind.ListValue.GetValues() {
			w.dash(indent)
			if err := w.anyValue(item, indent+2); err != nil {
				return err
			}
		}
		if len(kind.ListValue.GetValues()) > 0 {
			return nil
		}
		w.WriteString("[]\n")
	case *structpb.Value_StringValue:
		w.text(kind.StringValue, indent)
	case *structpb.Value_NumberValue:
		if f := kind.NumberValue; f-f != 0 {
			return fmt.Errorf("%v is not a number a file can hold", f)
		}
		w.WriteString(number(kind.NumberValue) + "\n")
	case *structpb.Value_BoolValue:
		w.WriteString(strconv.FormatBool(kind.BoolValue) + "\n")
	default:
		w.WriteString("null\n")
	}
	w.inline = false
	return nil
}

// text writes a string: as a block when it has lines, plainly when nothing in it could be misread, else in quotes.
func (w *writer) text(s string, indent int) {
	if !blockSafe(s) {
		w.WriteString(quote(s) + "\n")
		return
	}
	body, ends := strings.CutSuffix(s, "\n")
	w.WriteString("|")
	if !ends {
		w.WriteString("-")
	}
	w.WriteString("\n")
	for line := range strings.SplitSeq(body, "\n") {
		if line != "" {
			w.WriteString(strings.Repeat(" ", indent) + line)
		}
		w.WriteString("\n")
	}
}

// blockSafe tells texts of several lines that a block keeps exactly. It is stricter than YAML: everything about white
// space at the edges goes into quotes, where it can be seen.
func blockSafe(s string) bool {
	if !strings.Contains(s, "\n") || strings.HasSuffix(s, "\n\n") {
		return false
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		if line != strings.TrimSpace(line) || strings.ContainsFunc(line, unprintable) {
			return false
		}
	}
	return s[0] != '\n'
}

func unprintable(r rune) bool {
	return r == unicode.ReplacementChar || (r != ' ' && !unicode.IsPrint(r))
}

// quote writes a string of one line: plain, or in double quotes with escapes.
func quote(s string) string {
	if plainSafe(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unprintable(r) && r > 0xffff:
			fmt.Fprintf(&b, `\U%08X`, r)
		case unprintable(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Quote writes a text on one line, as any reader of YAML reads it back: plain where nothing in it could be misread, else in
// double quotes.
func Quote(s string) string { return quote(s) }

func quoteKey(s string) string {
	return quote(s)
}

// plainSafe tells texts that need no quotes for any reader of YAML: they begin with a letter, hold nothing YAML gives a
// meaning to, and are no word that some reader takes for true, false, null or a number.
func plainSafe(s string) bool {
	if s == "" || s != strings.TrimSpace(s) || strings.ContainsFunc(s, unprintable) {
		return false
	}
	first := []rune(s)[0]
	if !unicode.IsLetter(first) || strings.ContainsAny(s, ":#[]{}&*!|>%@`\"\\") {
		return false
	}
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan":
		return false
	}
	return true
}
