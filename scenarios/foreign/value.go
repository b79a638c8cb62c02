package foreign

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// mostSlug is the longest id that is made of words, in code points.
const mostSlug = 64

// Slug makes an id of words: letters and digits of any script in lower case, hyphens between them.
func Slug(words ...string) string {
	parts := strings.FieldsFunc(strings.ToLower(strings.Join(words, " ")), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Trim(clip(strings.Join(parts, "-"), mostSlug), "-")
}

// KindOf says in plain words what kind of value something is, for messages.
func KindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(v)
	case float64:
		return "the number " + Number(v)
	case string:
		return "a text"
	case []any:
		return "a list"
	}
	return "a group of fields"
}

// Number writes a number as short as it can be read back.
func Number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// Text reads a value that is one text; absent and null are the empty one.
func Text(from Part, path string) (string, error) {
	switch v := from[path].(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	default:
		return "", fmt.Errorf("this must be a text in quotes, not %s", KindOf(v))
	}
}

// Texts reads a value that is a list of texts; one text stands for a list of one. Empty texts are passed over.
func Texts(from Part, path string) ([]string, error) {
	list, ok := from[path].([]any)
	if !ok {
		one, err := Text(from, path)
		if err != nil {
			return nil, fmt.Errorf("this must be a list of texts, not %s", KindOf(from[path]))
		}
		list = []any{one}
	}
	var out []string
	for i, v := range list {
		s, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("entry %d must be a text in quotes, not %s", i+1, KindOf(v))
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return out, nil
}

// List is a list of texts as a JSON value.
func List(texts []string) []any {
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

// Records reads a value that is a list of groups of fields; absent and null are the empty list.
func Records(from Part, path string) ([]Record, error) {
	if from[path] == nil {
		return nil, nil
	}
	list, ok := from[path].([]any)
	if !ok {
		return nil, fmt.Errorf("this must be a list, not %s", KindOf(from[path]))
	}
	out := make([]Record, len(list))
	for i, v := range list {
		r, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("entry %d must be a group of fields in braces, not %s", i+1, KindOf(v))
		}
		out[i] = r
	}
	return out, nil
}

// Entry is a copy of the n-th entry of a list that the source had, to write what is mapped of it over; a fresh one where
// there was none.
func Entry(was Part, path string, n int) Record {
	out := Record{}
	list, _ := was[path].([]any)
	if n >= 0 && n < len(list) {
		if r, ok := list[n].(map[string]any); ok {
			for name, v := range r {
				out[name] = v
			}
		}
	}
	return out
}
