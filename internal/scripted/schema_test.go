package scripted

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"
)

func validator(t rapid.TB, source string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(source))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return s
}

func holds(s *jsonschema.Schema, text string) error {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

func compiled(t rapid.TB, source string) *schema {
	t.Helper()
	v, _, err := parse([]byte(source))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	s, err := compile(v)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return s
}

var someSchemas = map[string]string{
	"turn": `{"type":"object","properties":{"thought":{"type":"string"},"say":{"type":"string","minLength":1,"maxLength":400},"distress":{"type":"number","minimum":0,"maximum":100},
		"leave":{"type":"boolean"},"emotions":{"type":"array","minItems":1,"maxItems":3,"items":{"$ref":"#/$defs/emotion"}}},"required":["thought","say","distress","leave","emotions"],"additionalProperties":false,
		"$defs":{"emotion":{"type":"object","properties":{"name":{"enum":["calm","anger","joy"]},"intensity":{"type":"number","minimum":0,"maximum":1}},"required":["name","intensity"],"additionalProperties":false}}}`,
	"recursive":  `{"type":"object","properties":{"value":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["value","next"],"additionalProperties":false}`,
	"tree":       `{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["children"]}}}`,
	"nullable":   `{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"type":["integer","null"],"minimum":3,"maximum":5}},"required":["a","b"]}`,
	"allOf":      `{"allOf":[{"type":"object","properties":{"a":{"type":"number","minimum":2}},"required":["a"]},{"properties":{"a":{"maximum":3},"b":{"const":7}},"required":["b"]}]}`,
	"siblings":   `{"type":"object","properties":{"kind":{"type":"string"}},"required":["kind"],"anyOf":[{"properties":{"x":{"type":"integer"}},"required":["x"]},{"properties":{"y":{"type":"boolean"}},"required":["y"]}]}`,
	"oneOf":      `{"oneOf":[{"type":"string","maxLength":5},{"type":"object","properties":{"k":{"const":"a"}},"required":["k"]},{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"items":false,"minItems":2}]}`,
	"patterns":   `{"type":"object","properties":{"a":{"type":"string","pattern":"^[A-Z]{2,3}-\\d+(\\.[a-z]*)?$"},"b":{"type":"string","pattern":"yes|no","maxLength":3},"c":{"type":"string","format":"date"},"d":{"format":"uuid","type":"string"}},"required":["a","b","c","d"]}`,
	"ranges":     `{"type":"array","minItems":8,"items":{"anyOf":[{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":0.001},{"type":"integer","multipleOf":7,"minimum":50},{"type":"number","multipleOf":0.25,"maximum":-1},{"type":"integer","exclusiveMinimum":1,"maximum":2},{"type":"number","const":1.5}]}}`,
	"lengths":    `{"type":"array","minItems":6,"items":{"type":"string","minLength":300,"maxLength":301}}`,
	"unique":     `{"type":"array","minItems":3,"uniqueItems":true,"items":{"enum":["a","b","c","d"]}}`,
	"undeclared": `{"type":"object","required":["a"]}`,
	"untyped":    `{"properties":{"a":{"minLength":2},"b":{"minimum":3},"c":{"minItems":1}},"required":["a","b","c"]}`,
	"anything":   `{}`,
}

func TestInstancesHold(t *testing.T) {
	for name, source := range someSchemas {
		t.Run(name, func(t *testing.T) {
			s, check := compiled(t, source), validator(t, source)
			for i := range 300 {
				text := instance(s, words(uint64(i), digest{}))
				if err := holds(check, text); err != nil {
					t.Fatalf("%s\n%v", text, err)
				}
			}
		})
	}
}

// What is wrong on order is wrong in truth: neither the whole nor the JSON that stands in it holds.
func TestSpoiltInstancesDoNotHold(t *testing.T) {
	for name, source := range someSchemas {
		if name == "anything" {
			continue // prose is no JSON, but nothing else can be wrong
		}
		t.Run(name, func(t *testing.T) {
			s, check := compiled(t, source), validator(t, source)
			for i := range 300 {
				text := wrong(s, words(uint64(i), digest{}))
				if holds(check, text) == nil {
					t.Fatalf("%s holds", text)
				}
				if _, inner, ok := strings.Cut(text, "```json\n"); ok {
					inner, _, _ = strings.Cut(inner, "\n```")
					if holds(check, inner) == nil {
						t.Fatalf("%s holds", inner)
					}
				}
			}
		})
	}
}

func TestEveryMistakeIsMade(t *testing.T) {
	s := compiled(t, someSchemas["turn"])
	count := map[string]int{}
	for i := range 600 {
		text := wrong(s, words(uint64(i), digest{}))
		var v map[string]any
		err := json.Unmarshal([]byte(text), &v)
		switch {
		case strings.Contains(text, "```"):
			count["wrapped"]++
		case err != nil:
			count["prose"]++
		case v["unexpected"] == true:
			count["unexpected"]++
		case strings.Contains(text, ":1727"):
			count["range"]++
		case len(v) == 4:
			count["missing"]++
		default:
			count["type"]++
		}
	}
	for _, kind := range []string{"wrapped", "prose", "unexpected", "range", "missing", "type"} {
		if count[kind] < 40 {
			t.Errorf("%s: %d of 600", kind, count[kind])
		}
	}
}

// Names come in the order of the schema's properties.
func TestInstanceKeepsOrder(t *testing.T) {
	v, _, err := parse([]byte(instance(compiled(t, `{"type":"object","properties":{"z":{"type":"null"},"a":{"type":"null"},"m":{"type":"null"}},"required":["m","a","z"]}`), words(1, digest{}))))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range v.members {
		names = append(names, m.name)
	}
	if diff := cmp.Diff([]string{"z", "a", "m"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, source := range []string{
		`false`, `3`, `{"type":"text"}`, `{"not":{}}`, `{"$ref":"#/$defs/x"}`, `{"$ref":"http://example.org"}`, `{"$ref":"#"}`, `{"type":"string","pattern":"("}`,
		`{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}`, `{"type":"integer","minimum":1.2,"maximum":1.4}`, `{"type":"number","minimum":2,"maximum":1}`,
		`{"type":"array","minItems":2,"maxItems":1}`, `{"type":"string","enum":[1]}`, `{"anyOf":[]}`, `{"type":"object","required":["a"],"additionalProperties":false}`,
		`{"allOf":[{"type":"object","properties":{"a":{}},"additionalProperties":false},{"properties":{"b":{}}}]}`,
	} {
		v, _, err := parse([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := compile(v); err == nil {
			t.Errorf("%s is taken", source)
		}
	}
}

// drawSchema draws a simple schema, a few levels deep.
func drawSchema(t *rapid.T, depth int) map[string]any {
	types := []string{"string", "number", "integer", "boolean", "enum", "null"}
	if depth > 0 {
		types = append(types, "object", "array", "anyOf")
	}
	flip := func() bool { return rapid.Bool().Draw(t, "flip") }
	kind := rapid.SampledFrom(types).Draw(t, "type")
	s := map[string]any{"type": kind}
	switch kind {
	case "enum":
		return map[string]any{"enum": rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,5}`), 1, 4, rapid.ID[string]).Draw(t, "enum")}
	case "anyOf":
		return map[string]any{"anyOf": []any{drawSchema(t, depth-1), drawSchema(t, depth-1)}}
	case "string":
		if flip() {
			low := rapid.IntRange(0, 60).Draw(t, "minLength")
			s["minLength"], s["maxLength"] = low, low+rapid.IntRange(0, 60).Draw(t, "more")
		}
	case "number", "integer":
		low := rapid.IntRange(-500, 500).Draw(t, "minimum")
		if flip() {
			s["minimum"] = low
		}
		if flip() {
			s["maximum"] = low + rapid.IntRange(0, 100).Draw(t, "range")
		}
	case "array":
		s["items"] = drawSchema(t, depth-1)
		if flip() {
			low := rapid.IntRange(0, 4).Draw(t, "minItems")
			s["minItems"], s["maxItems"] = low, low+rapid.IntRange(0, 3).Draw(t, "more")
		}
	case "object":
		properties, required := map[string]any{}, []string{}
		for i := range rapid.IntRange(0, 4).Draw(t, "properties") {
			name := fmt.Sprintf("p%d", i)
			properties[name] = drawSchema(t, depth-1)
			if flip() {
				required = append(required, name)
			}
		}
		s["properties"], s["required"], s["additionalProperties"] = properties, required, flip()
	}
	if flip() && kind != "null" {
		s["type"] = []string{kind, "null"}
	}
	return s
}

func TestAnyInstanceHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw, err := json.Marshal(drawSchema(t, 3))
		if err != nil {
			t.Fatal(err)
		}
		s, check := compiled(t, string(raw)), validator(t, string(raw))
		rng := words(rapid.Uint64().Draw(t, "seed"), digest{})
		for range 5 {
			if text := instance(s, rng); holds(check, text) != nil {
				t.Fatalf("%s\n%s\n%v", raw, text, holds(check, text))
			}
			if text := wrong(s, rng); holds(check, text) == nil {
				t.Fatalf("%s\n%s holds", raw, text)
			}
		}
	})
}
