package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// form is a schema that answers are held to.
type form struct {
	source string
	schema *jsonschema.Schema
}

// forms compiles each schema once.
type forms struct {
	mu       sync.Mutex
	compiled map[string]*form
}

// mostForms bounds the cache; a program has a few dozen.
const mostForms = 1000

func (f *forms) of(source string) (*form, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if known := f.compiled[source]; known != nil {
		return known, nil
	}
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(source))
	if err != nil {
		return nil, refuse(reasonRequest, "form: the schema is not JSON: %v", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(nothing{})
	if err := compiler.AddResource("form.json", parsed); err != nil {
		return nil, refuse(reasonRequest, "form: %v", err)
	}
	schema, err := compiler.Compile("form.json")
	if err != nil {
		return nil, refuse(reasonRequest, "form: the schema does not compile: %v", err)
	}
	if f.compiled == nil || len(f.compiled) >= mostForms {
		f.compiled = map[string]*form{}
	}
	made := &form{source: source, schema: schema}
	f.compiled[source] = made
	return made, nil
}

// nothing is where a schema may load others from.
type nothing struct{}

func (nothing) Load(url string) (any, error) {
	return nil, fmt.Errorf("a form must be whole: it refers to %s", url)
}

// read takes a model's text for JSON of the form. Whole says that the text was the JSON and nothing else. The error says
// what is wrong in words that a model can mend it by.
func (f *form) read(text string) (answer string, whole bool, err error) {
	answer, whole = text, true
	value, err := decode(text)
	if err != nil {
		found, ok := find(text)
		if !ok {
			return "", false, errors.New("there is no JSON object in it")
		}
		answer, whole = found, false
		if value, err = decode(found); err != nil {
			return "", false, fmt.Errorf("it is not valid JSON: %w", err)
		}
	}
	if err := f.schema.Validate(value); err != nil {
		return "", whole, explain(err)
	}
	return answer, whole, nil
}

// decode parses one JSON value and refuses numbers that no float holds.
func decode(text string) (any, error) {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	return value, finite(value)
}

func finite(value any) error {
	switch v := value.(type) {
	case json.Number:
		if f, err := v.Float64(); err != nil || math.IsInf(f, 0) {
			return fmt.Errorf("%s is not a number that can be used", v)
		}
	case []any:
		for _, each := range v {
			if err := finite(each); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, each := range v {
			if err := finite(each); err != nil {
				return err
			}
		}
	}
	return nil
}

// find returns the first JSON object in a text that has more than that: in a code block, or between words.
func find(text string) (string, bool) {
	for start := strings.IndexByte(text, '{'); start >= 0; {
		decoder := json.NewDecoder(strings.NewReader(text[start:]))
		var raw json.RawMessage
		if decoder.Decode(&raw) == nil {
			return string(bytes.TrimSpace(raw)), true
		}
		next := strings.IndexByte(text[start+1:], '{')
		if next < 0 {
			return "", false
		}
		start += 1 + next
	}
	return "", false
}

// mostComplaints is how many broken rules are told.
const mostComplaints = 5

// explain says in a line which rules of a schema are broken, and where.
func explain(err error) error {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	printer := message.NewPrinter(language.English)
	var complaints []string
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 && len(complaints) < mostComplaints {
			complaints = append(complaints, fmt.Sprintf("at /%s: %s", strings.Join(e.InstanceLocation, "/"), e.ErrorKind.LocalizedString(printer)))
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	walk(invalid)
	return errors.New(strings.Join(complaints, "; "))
}
