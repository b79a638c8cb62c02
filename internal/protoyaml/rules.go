package protoyaml

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/internal/enumname"
)

// Check holds m against the protovalidate rules of its contract and reports every broken one at the line of its field.
// Rules listed in except (by id) are left to the caller, who can say more about them.
func (d *Document) Check(m proto.Message, except ...string) {
	err := protovalidate.Validate(m)
	var broken *protovalidate.ValidationError
	if err != nil && !errors.As(err, &broken) {
		d.add(d.root, "", "the rules of this file could not be checked: "+err.Error(), "")
		return
	}
	if broken == nil {
		return
	}
	for _, v := range broken.Violations {
		if slices.Contains(except, v.Proto.GetRuleId()) {
			continue
		}
		path := protovalidate.FieldPathString(v.Proto.GetField())
		message, hint := d.explain(v, path)
		d.Report(path, message, hint)
	}
}

// explain puts a broken rule into plain words.
func (d *Document) explain(v *protovalidate.Violation, path string) (message, hint string) {
	fd := v.FieldDescriptor
	rule := v.Proto.GetRuleId()
	if fd == nil {
		return entryWords(v, rule)
	}
	if d.isMissing(v, path) && rule != "repeated.min_items" {
		return "this is missing", d.purpose(fd) + "it takes " + article(fd)
	}
	limit := ""
	if v.RuleValue.IsValid() {
		limit = fmt.Sprint(v.RuleValue.Interface())
	}
	switch {
	case rule == "string.min_len":
		if strings.HasSuffix(path, "]") {
			return "this entry is empty", "write a text, or delete the entry"
		}
		return "this must not be empty", "write a text"
	case rule == "string.max_len":
		return fmt.Sprintf("this text has %d characters", utf8.RuneCountInString(v.FieldValue.String())), "at most " + limit
	case rule == "string.pattern":
		return patternWords(v.FieldValue.String(), limit)
	case rule == "repeated.min_items":
		if v.FieldValue.List().Len() == 0 {
			if !d.Wrote(path) {
				return "this is missing", d.purpose(fd) + "it takes a list of at least " + entriesText(limit)
			}
			return "this list is empty", "it takes at least " + entriesText(limit)
		}
		return fmt.Sprintf("this list has %s", entries(v.FieldValue.List().Len())), "at least " + limit
	case rule == "repeated.max_items":
		return fmt.Sprintf("this list has %s", entries(v.FieldValue.List().Len())), "at most " + limit
	case rule == "repeated.unique":
		return "the same entry stands here twice", "keep one"
	case strings.HasPrefix(rule, "enum."):
		return fmt.Sprintf("%q is not possible here", enumWord(fd, v.FieldValue)), "allowed: " + strings.Join(allowedNames(fd), ", ")
	case strings.HasSuffix(rule, ".not_in"):
		return fmt.Sprintf("%v is not possible here", v.FieldValue.Interface()), "it takes any other number; to leave it out, delete the line"
	case strings.HasPrefix(rule, "double."), strings.HasPrefix(rule, "int32."), strings.HasPrefix(rule, "int64."):
		return fmt.Sprintf("%v is out of range", v.FieldValue.Interface()), "it takes " + wanted(fd)
	}
	return v.Proto.GetMessage(), ""
}

// isMissing tells a field that nobody wrote and that is empty.
func (d *Document) isMissing(v *protovalidate.Violation, path string) bool {
	if v.Proto.GetRuleId() == "required" {
		return true
	}
	if d.Wrote(path) && !d.at[path].isNull() || v.FieldDescriptor.IsList() {
		return false
	}
	zero := v.FieldDescriptor.Default()
	return v.FieldValue.IsValid() && zero.IsValid() && v.FieldValue.Equal(zero)
}

// article is what a missing field takes, as the end of a sentence.
func article(fd protoreflect.FieldDescriptor) string {
	switch {
	case fd.IsList():
		return "a list"
	case fd.Message() != nil:
		return "a group of fields: " + strings.Join(fieldNames(fd.Message()), ", ")
	}
	return wanted(fd)
}

// entryWords is about an entry of a list, for which there is no field, or about several fields together.
func entryWords(v *protovalidate.Violation, rule string) (message, hint string) {
	switch rule {
	case "string.min_len":
		return "this entry is empty", "write a text, or delete the entry"
	case "string.max_len":
		return fmt.Sprintf("this text has %d characters", utf8.RuneCountInString(v.FieldValue.String())), fmt.Sprintf("at most %v", v.RuleValue.Interface())
	case "string.pattern":
		return patternWords(v.FieldValue.String(), fmt.Sprint(v.RuleValue.Interface()))
	}
	return v.Proto.GetMessage(), ""
}

// purpose is what a field is for, as the beginning of a hint: the first sentence that the contracts say about it.
func (d *Document) purpose(fd protoreflect.FieldDescriptor) string {
	if d.about == nil {
		return ""
	}
	first, _, _ := strings.Cut(d.about(fd.FullName()), ". ")
	if first = strings.TrimSuffix(first, "."); first == "" {
		return ""
	}
	return lowerFirst(first) + "; "
}

// lowerFirst makes a sentence go on within another; abbreviations stay as they are.
func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) > 1 && unicode.IsLower(r[1]) {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}

func entriesText(limit string) string {
	if limit == "1" {
		return "1 entry"
	}
	return limit + " entries"
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// patternWords explains the regular expressions the contracts use; nobody should have to read one.
func patternWords(text, pattern string) (message, hint string) {
	switch {
	case strings.Contains(pattern, `\pC`) && text == "":
		return "this must not be empty", "write a text"
	case strings.Contains(pattern, `\pC`):
		return "this contains a line break or another control character", "write it on one line"
	case strings.HasPrefix(pattern, "^([EI]") && regexp.MustCompile(pattern).MatchString(strings.ToUpper(text)):
		return shorten(text) + " is not written in capitals", "write " + strings.ToUpper(text)
	case strings.HasPrefix(pattern, "^([EI]"):
		return shorten(text) + " is no Myers-Briggs type", "four letters: E or I, N or S, F or T, J or P, such as INFP"
	}
	return shorten(text) + " does not have the right form", "it must match " + pattern
}

func enumWord(fd protoreflect.FieldDescriptor, v protoreflect.Value) string {
	if ev := fd.Enum().Values().ByNumber(v.Enum()); ev != nil {
		return enumname.Short(ev)
	}
	return fmt.Sprint(v.Enum())
}

// fieldRules are the rules of a field, or of the entries of a list.
func fieldRules(fd protoreflect.FieldDescriptor) *validate.FieldRules {
	rules, _ := proto.GetExtension(fd.Options(), validate.E_Field).(*validate.FieldRules)
	if fd.IsList() {
		return rules.GetRepeated().GetItems()
	}
	return rules
}

// allowedNames are the short names of an enum that the rules of this field allow.
func allowedNames(fd protoreflect.FieldDescriptor) []string {
	not := fieldRules(fd).GetEnum().GetNotIn()
	var names []string
	for i := range fd.Enum().Values().Len() {
		v := fd.Enum().Values().Get(i)
		if v.Number() != 0 && !slices.Contains(not, int32(v.Number())) {
			names = append(names, enumname.Short(v))
		}
	}
	return names
}

// rangeWords is " from 0 to 1" for a number with bounds.
func rangeWords(fd protoreflect.FieldDescriptor) string {
	rules := fieldRules(fd)
	if rules == nil {
		return ""
	}
	kind := rules.ProtoReflect().WhichOneof(rules.ProtoReflect().Descriptor().Oneofs().ByName("type"))
	if kind == nil {
		return ""
	}
	bounds := rules.ProtoReflect().Get(kind).Message()
	bound := func(name protoreflect.Name) string {
		f := bounds.Descriptor().Fields().ByName(name)
		if f == nil || !bounds.Has(f) {
			return ""
		}
		return fmt.Sprint(bounds.Get(f).Interface())
	}
	low, high := bound("gte"), bound("lte")
	switch {
	case low != "" && high != "":
		return fmt.Sprintf(" from %s to %s", low, high)
	case low != "":
		return " from " + low
	case high != "":
		return " up to " + high
	}
	return ""
}
