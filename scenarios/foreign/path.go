package foreign

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Record is one record of a source as JSON values: nil, bool, float64, string, []any, map[string]any.
type Record = map[string]any

// Part is what a field has of a record: values by path. A value the record does not have is not in it.
type Part = map[string]any

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// steps are the names a path goes through.
func steps(path string) []string {
	names := strings.Split(path, "/")
	for i, name := range names {
		names[i] = unescape.Replace(name)
	}
	return names
}

// at finds a value in a record.
func at(r Record, path string) (any, bool) {
	var v any = r
	for _, name := range steps(path) {
		group, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = group[name]; !ok {
			return nil, false
		}
	}
	return v, true
}

// put sets a value in a record, with the groups around it.
func put(r Record, path string, v any) error {
	names := steps(path)
	group := r
	for _, name := range names[:len(names)-1] {
		switch inner := group[name].(type) {
		case nil:
			made := Record{}
			group[name] = made
			group = made
		case map[string]any:
			group = inner
		default:
			return fmt.Errorf("%s cannot be written, because what is kept under %q is %s and no group of fields", path, name, KindOf(inner))
		}
	}
	group[names[len(names)-1]] = v
	return nil
}

// without is a record without some of its values. A group that is empty only because of that is left out too: putting the
// values back makes it again.
func without(r Record, paths map[string]bool, prefix string) Record {
	rest := Record{}
	for name, v := range r {
		path := prefix + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		if paths[path] {
			continue
		}
		if group, ok := v.(map[string]any); ok && len(group) > 0 {
			inner := without(group, paths, path+"/")
			if len(inner) == 0 {
				continue
			}
			v = inner
		}
		rest[name] = v
	}
	return rest
}

// deeper tells whether a JSON value nests more than a number of levels.
func deeper(v any, levels int) bool {
	if levels == 0 {
		return true
	}
	more := func(item any) bool { return deeper(item, levels-1) }
	switch v := v.(type) {
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), more)
	case []any:
		return slices.ContainsFunc(v, more)
	}
	return false
}
