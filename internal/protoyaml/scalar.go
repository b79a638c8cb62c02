package protoyaml

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// scalar reads a single value for a field. Text fields take what is written as it is written ("47", "yes" and dates
// stay text); numbers and booleans must not be quoted.
func (d *Document) scalar(n *Node, fd protoreflect.FieldDescriptor, path string) (protoreflect.Value, bool) {
	var none protoreflect.Value
	if n.kind != scalarNode || (n.isNull() && fd.IsList()) {
		d.wrongType(n, path, wanted(fd), insteadOfGroup(n, fd))
		return none, false
	}
	switch fd.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(n.text), true
	case protoreflect.EnumKind:
		return d.enum(n, fd, path)
	case protoreflect.BoolKind:
		if !n.quoted && (n.text == "true" || n.text == "false") {
			return protoreflect.ValueOfBool(n.text == "true"), true
		}
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		if v, err := strconv.ParseFloat(n.text, 64); err == nil && !n.quoted && isNumber(n.text) {
			if fd.Kind() == protoreflect.FloatKind {
				return protoreflect.ValueOfFloat32(float32(v)), true
			}
			return protoreflect.ValueOfFloat64(v), true
		}
	default:
		if v, ok := whole(n, fd.Kind()); ok {
			return v, true
		}
	}
	d.add(n, path, fmt.Sprintf("%s stands where %s is expected", n.describe(), wanted(fd)), repair(n, fd))
	return none, false
}

func (d *Document) enum(n *Node, fd protoreflect.FieldDescriptor, path string) (protoreflect.Value, bool) {
	allowed := allowedNames(fd)
	if number, ok := enumValue(fd.Enum(), n.text); ok {
		return protoreflect.ValueOfEnum(number), true
	}
	hint := DidYouMean(straight(n.text), allowed)
	if meant := d.meant(n.text, fd); meant != "" {
		hint = fmt.Sprintf("did you mean %q? allowed: %s", meant, strings.Join(allowed, ", "))
	}
	d.add(n, path, shorten(n.text)+" is not one of the values it can have", hint)
	return protoreflect.Value{}, false
}

// whole reads integers of all the kinds protobuf has.
func whole(n *Node, kind protoreflect.Kind) (protoreflect.Value, bool) {
	if n.quoted {
		return protoreflect.Value{}, false
	}
	switch kind {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		v, err := strconv.ParseInt(n.text, 10, 32)
		return protoreflect.ValueOfInt32(int32(v)), err == nil
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		v, err := strconv.ParseInt(n.text, 10, 64)
		return protoreflect.ValueOfInt64(v), err == nil
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		v, err := strconv.ParseUint(n.text, 10, 32)
		return protoreflect.ValueOfUint32(uint32(v)), err == nil
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		v, err := strconv.ParseUint(n.text, 10, 64)
		return protoreflect.ValueOfUint64(v), err == nil
	}
	return protoreflect.Value{}, false
}

// wanted says in plain words what a field takes.
func wanted(fd protoreflect.FieldDescriptor) string {
	switch fd.Kind() {
	case protoreflect.StringKind:
		return "a text"
	case protoreflect.BoolKind:
		return "true or false"
	case protoreflect.EnumKind:
		return "one of " + strings.Join(allowedNames(fd), ", ")
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		return "a number" + rangeWords(fd)
	case protoreflect.BytesKind, protoreflect.MessageKind, protoreflect.GroupKind:
		return "something a file cannot hold"
	}
	return "a whole number" + rangeWords(fd)
}

// repair guesses how a value that is no number or no boolean should have been written.
func repair(n *Node, fd protoreflect.FieldDescriptor) string {
	text := straight(n.text)
	if fd.Kind() == protoreflect.BoolKind {
		switch strings.ToLower(text) {
		case "yes", "y", "on", "true", "1":
			return "write true"
		case "no", "n", "off", "false", "0":
			return "write false"
		}
		return ""
	}
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		if v, err := strconv.ParseFloat(strings.TrimSpace(percent), 64); err == nil {
			return "write " + number(v/100)
		}
	}
	if comma := strings.Replace(text, ",", ".", 1); comma != text && isNumber(comma) {
		return "write " + comma + ", with a point"
	}
	if text != strings.TrimSpace(n.text) && isNumber(text) {
		return "write " + text + ", with the plain signs of the keyboard"
	}
	if n.quoted && isNumber(text) {
		return "write " + text + ", without quotes"
	}
	if words, ok := numberWords[strings.ToLower(text)]; ok {
		return "write " + words
	}
	if fd.Kind() == protoreflect.DoubleKind || fd.Kind() == protoreflect.FloatKind {
		return "write a number, for instance 0.5"
	}
	if isNumber(text) {
		return "write it without decimals"
	}
	return "write a number, for instance 10"
}

// straight is a text without the quotes, and with the minus, that word processors put in.
func straight(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.Trim(strings.TrimSpace(s), "‘’‚‛“”„‟«»‹›"), "−", "-"))
}

// insteadOfGroup says how to write the single value that a list, a group or nothing stands for.
func insteadOfGroup(n *Node, fd protoreflect.FieldDescriptor) string {
	switch {
	case n.kind == listNode && fd.Kind() == protoreflect.StringKind:
		return "write it as one text; a long one may go on below `>`, indented"
	case n.kind == mappingNode && fd.Kind() == protoreflect.StringKind:
		return "put quotes around a text that has braces or a colon in it"
	case n.kind == scalarNode:
		return "write it behind the dash, or delete the line"
	}
	return ""
}

// meant is the value of an enum whose description in the contracts has the word that was typed ("patient" is in that of
// client); "" when there is none or more than one.
func (d *Document) meant(word string, fd protoreflect.FieldDescriptor) string {
	word = strings.ToLower(straight(word))
	if d.about == nil || len([]rune(word)) < 4 || Nearest(word, allowedNames(fd)) != "" {
		return ""
	}
	found := ""
	for _, name := range allowedNames(fd) {
		number, _ := enumValue(fd.Enum(), name)
		said := strings.FieldsFunc(strings.ToLower(d.about(fd.Enum().Values().ByNumber(number).FullName())), func(r rune) bool { return !unicode.IsLetter(r) && r != '-' })
		if slices.Contains(said, word) {
			if found != "" {
				return ""
			}
			found = name
		}
	}
	return found
}

// numberWords are numbers that people write out.
var numberWords = map[string]string{
	"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
	"ten": "10", "twelve": "12", "fifteen": "15", "twenty": "20", "thirty": "30", "half": "0.5",
}

// isNumber tells a decimal number. "inf", "nan", hexadecimal and 1_000 are text.
func isNumber(s string) bool {
	if strings.Trim(s, "+-.0123456789eE") != "" || !strings.ContainsAny(s, "0123456789") {
		return false
	}
	v, err := strconv.ParseFloat(s, 64)
	return err == nil && !math.IsInf(v, 0)
}

// number prints a number the way a person would write it.
func number(v float64) string {
	return strconv.FormatFloat(v, 'f', -1, 64)
}
