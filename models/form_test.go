package models

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const verdictSchema = `{"type":"object","properties":{"score":{"type":"number","minimum":0,"maximum":1},"why":{"type":"string","minLength":1}},"required":["score","why"],"additionalProperties":false}`

func TestFormRead(t *testing.T) {
	var all forms
	f, err := all.of(verdictSchema)
	if err != nil {
		t.Fatal(err)
	}
	const good = `{"score":0.5,"why":"it fits"}`
	for _, test := range []struct {
		name, text string
		whole      bool
		wrong      string // what the complaint says; empty: it fits
	}{
		{"as asked", good, true, ""},
		{"with space around", "\n " + good + "\n", true, ""},
		{"in a code block", "```json\n" + good + "\n```", false, ""},
		{"between words", "Here you are: " + good + " I hope that helps.", false, ""},
		{"after braces that are none", "In {brackets} then: " + good, false, ""},
		{"a number out of range", `{"score":1727,"why":"x"}`, true, "at /score"},
		{"something else", `{"unexpected":true}`, true, "missing properties"},
		{"a string for a number", `{"score":"high","why":"x"}`, true, "at /score"},
		{"a number that no float holds", `{"score":1e999,"why":"x"}`, false, "not a number"},
		{"nothing where something must be", `{"score":1,"why":""}`, true, "at /why"},
		{"prose", "I would say it is quite good.", false, "no JSON object"},
		{"half of it", `{"score":0.5,"why":"it`, false, "no JSON object"},
		{"a list", `[1,2]`, true, "want object"},
		{"empty", ``, false, "no JSON object"},
		{"two", good + good, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, whole, err := f.read(test.text)
			if (err == nil) != (test.wrong == "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Fatalf("err = %v, want %q", err, test.wrong)
			}
			if err == nil && whole != test.whole {
				t.Errorf("whole = %v", whole)
			}
		})
	}
}

func TestFormsRefuse(t *testing.T) {
	var all forms
	for _, schema := range []string{"not JSON", `{"type":"nonsense"}`, `{"$ref":"https://example.org/other.json"}`, `{"$ref":"file:///etc/passwd"}`} {
		if _, err := all.of(schema); err == nil {
			t.Errorf("%s is no error", schema)
		}
	}
}

// Whatever a model says, what is read of it is valid against the schema, or nothing is.
func FuzzFormRead(f *testing.F) {
	for _, seed := range []string{`{"score":0.5,"why":"x"}`, "```json\n{}\n```", "{{{{", `{"score":1e400,"why":"x"}`, "{\"a\":{\"b\":[", "\xff{\"score\":0,\"why\":\"y\"}"} {
		f.Add(seed)
	}
	var all forms
	form, err := all.of(verdictSchema)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		answer, _, err := form.read(text)
		if err != nil {
			return
		}
		value, err := decode(answer)
		if err != nil {
			t.Fatalf("%q was read out of %q and is not JSON: %v", answer, text, err)
		}
		if err := form.schema.Validate(value); err != nil {
			t.Fatalf("%q was read out of %q and does not fit: %v", answer, text, err)
		}
	})
}

func TestEstimate(t *testing.T) {
	for text, want := range map[string]int{"": 0, "word": 1, "words": 2, "你好": 2, "naïve": 2} {
		if got := estimate(text); got != want {
			t.Errorf("estimate(%q) = %d, want %d", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if estimate(a+b) > estimate(a)+estimate(b) || estimate(a+b) < max(estimate(a), estimate(b)) {
			t.Fatalf("%d for both, %d and %d for each", estimate(a+b), estimate(a), estimate(b))
		}
	})
}
