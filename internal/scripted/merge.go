package scripted

import (
	"fmt"
	"slices"
)

// without returns an object less some of its members.
func without(v value, names ...string) value {
	v.members = slices.DeleteFunc(slices.Clone(v.members), func(m member) bool { return slices.Contains(names, m.name) })
	return v
}

// merge returns a schema to which holds what holds to both. Not every two can be merged.
func merge(a, b value) (value, error) {
	switch {
	case b.kind == 't':
		return a, nil
	case a.kind == 't':
		return b, nil
	case a.kind != '{' || b.kind != '{':
		return value{}, fmt.Errorf("schemas that are no objects cannot be combined")
	}
	if shut(a, b) || shut(b, a) {
		return value{}, fmt.Errorf("additionalProperties false beside properties of others is not permitted")
	}
	merged := value{kind: '{', members: slices.Clone(a.members)}
	for _, m := range b.members {
		i := slices.IndexFunc(merged.members, func(other member) bool { return other.name == m.name })
		if i < 0 {
			merged.members = append(merged.members, m)
			continue
		}
		both, err := mergeKeyword(m.name, merged.members[i].value, m.value)
		if err != nil {
			return value{}, err
		}
		merged.members[i].value = both
	}
	return merged, nil
}

// shut tells whether a forbids a property that b has.
func shut(a, b value) bool {
	if a.get("additionalProperties").kind != 'f' {
		return false
	}
	return slices.ContainsFunc(b.get("properties").members, func(m member) bool { return !a.get("properties").has(m.name) })
}

func mergeKeyword(name string, a, b value) (value, error) {
	x, _ := a.number()
	y, _ := b.number()
	switch {
	case slices.Contains(annotations, name), string(a.raw) == string(b.raw) && a.raw != nil:
		return a, nil
	case name == "properties":
		return mergeProperties(a, b)
	case name == "required", name == "allOf":
		return value{kind: '[', items: slices.Concat(a.items, b.items)}, nil
	case name == "enum":
		a.items = slices.DeleteFunc(slices.Clone(a.items), func(v value) bool {
			return !slices.ContainsFunc(b.items, func(w value) bool { return string(v.raw) == string(w.raw) })
		})
		a.raw = nil
		return a, nil
	case name == "additionalProperties" && (a.kind == 'f' || b.kind == 't'):
		return a, nil
	case name == "additionalProperties" && (b.kind == 'f' || a.kind == 't'):
		return b, nil
	case slices.Contains([]string{"minimum", "exclusiveMinimum", "minItems", "minLength"}, name):
		if x > y {
			return a, nil
		}
		return b, nil
	case slices.Contains([]string{"maximum", "exclusiveMaximum", "maxItems", "maxLength"}, name):
		if x < y {
			return a, nil
		}
		return b, nil
	}
	return value{}, fmt.Errorf("two different '%s' cannot be combined", name)
}

func mergeProperties(a, b value) (value, error) {
	merged := value{kind: '{', members: slices.Clone(a.members)}
	for _, m := range b.members {
		i := slices.IndexFunc(merged.members, func(other member) bool { return other.name == m.name })
		if i < 0 {
			merged.members = append(merged.members, m)
			continue
		}
		merged.members[i].value = value{kind: '{', members: []member{{"allOf", value{kind: '[', items: []value{merged.members[i].value, m.value}}}}}
	}
	return merged, nil
}
