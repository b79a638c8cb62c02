package endpoint

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	openai "github.com/sashabaranov/go-openai"
	"google.golang.org/protobuf/types/known/structpb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Fields that bound an answer.
const (
	maxTokens           = "max_tokens"
	maxCompletionTokens = "max_completion_tokens"
)

// field is one field of a request body, as JSON.
type field struct {
	name  string
	value []byte
}

// reserved are fields that are set for each request and cannot be set for all.
var reserved = []string{"model", "messages", "input", "stream", "stream_options", "response_format", "n", "encoding_format"}

// readExtra renders the further fields that the configuration adds to each request, in the order of their names.
func readExtra(extra *structpb.Struct) ([]field, error) {
	var fields []field
	for _, name := range slices.Sorted(maps.Keys(extra.GetFields())) {
		if slices.Contains(reserved, name) {
			return nil, fmt.Errorf("extra_body: %s is set with each request", name)
		}
		value, err := json.Marshal(extra.GetFields()[name].AsInterface())
		if err != nil {
			return nil, fmt.Errorf("extra_body: %s: %w", name, err)
		}
		fields = append(fields, field{name, value})
	}
	return fields, nil
}

// fields collects what is put at the front of a body: go-openai's request type leaves out a temperature of 0, knows no
// further fields, and refuses parameters by the model's name.
type fields struct {
	json []byte // `"name":value,` over and over
	used [8]string
	n    int
}

func (f *fields) name(name string) {
	f.used[f.n] = name
	f.n++
	f.key(name)
}

func (f *fields) key(name string) {
	f.json = strconv.AppendQuote(f.json, name)
	f.json = append(f.json, ':')
}

func (f *fields) add(name string, value []byte) {
	f.name(name)
	f.json = append(append(f.json, value...), ',')
}

func (f *fields) number(name string, value float64) {
	f.name(name)
	f.json = append(strconv.AppendFloat(f.json, value, 'f', -1, 64), ',')
}

func (f *fields) integer(name string, value int64) {
	f.name(name)
	f.json = append(strconv.AppendInt(f.json, value, 10), ',')
}

// rest adds further fields where nothing more particular was said. The two names of the bound on an answer are one.
func (f *fields) rest(extra []field) {
	used := f.used[:f.n]
	bounded := slices.Contains(used, maxTokens) || slices.Contains(used, maxCompletionTokens)
	for _, e := range extra {
		if slices.Contains(used, e.name) || bounded && (e.name == maxTokens || e.name == maxCompletionTokens) {
			continue
		}
		name, _ := json.Marshal(e.name)
		f.json = append(append(append(append(f.json, name...), ':'), e.value...), ',')
	}
}

// parameters adds how an answer is drawn, and returns the name of the field that bounds it, if one does.
func (e *Endpoint) parameters(f *fields, q *Question) (bound string, err error) {
	p := q.Parameters
	if takesSampling(q) {
		if p != nil && p.Temperature != nil {
			f.number("temperature", p.GetTemperature())
		}
		if p != nil && p.TopP != nil {
			f.number("top_p", p.GetTopP())
		}
	}
	if p != nil && p.MaxTokens != nil {
		bound = e.boundField(q)
		f.integer(bound, int64(p.GetMaxTokens()))
	}
	if len(p.GetStop()) > 0 {
		stop, err := json.Marshal(p.GetStop())
		if err != nil {
			return "", fmt.Errorf("stop: %w", err)
		}
		f.add("stop", stop)
	}
	if p != nil && p.Seed != nil && q.Capabilities.GetSeed() {
		f.integer("seed", p.GetSeed())
	}
	if p != nil && p.TopLogprobs != nil {
		f.add("logprobs", []byte("true"))
		if p.GetTopLogprobs() > 0 {
			f.integer("top_logprobs", int64(p.GetTopLogprobs()))
		}
	}
	return bound, nil
}

// form adds the form of the answer, and tells whether the endpoint is held to one.
func (f *fields) form(q *Question) (bool, error) {
	switch {
	case q.Form == nil:
		return false, nil
	case q.Rung == vignettev1.Rung_RUNG_JSON_OBJECT:
		f.add("response_format", []byte(`{"type":"json_object"}`))
		return true, nil
	case q.Rung != vignettev1.Rung_RUNG_JSON_SCHEMA:
		return false, nil
	}
	schema := []byte(q.Form.GetSchema())
	if !json.Valid(schema) {
		return false, fmt.Errorf("the schema of form %q is no JSON", q.Form.GetName())
	}
	name, err := json.Marshal(q.Form.GetName())
	if err != nil {
		return false, fmt.Errorf("form: %w", err)
	}
	f.name("response_format")
	f.json = append(append(f.json, `{"type":"json_schema","json_schema":{"name":`...), name...)
	f.json = append(append(f.json, `,"strict":true,"schema":`...), schema...)
	f.json = append(f.json, `}},`...)
	return true, nil
}

// role is what a role is called; empty for none.
func role(r vignettev1.ChatRole) string {
	switch r {
	case vignettev1.ChatRole_CHAT_ROLE_SYSTEM:
		return openai.ChatMessageRoleSystem
	case vignettev1.ChatRole_CHAT_ROLE_ASSISTANT:
		return openai.ChatMessageRoleAssistant
	case vignettev1.ChatRole_CHAT_ROLE_USER:
		return openai.ChatMessageRoleUser
	default:
		return ""
	}
}

// thinkers are families of models that think before they answer: they take no temperature and no top_p, and their answers
// are bounded by max_completion_tokens.
var thinkers = []string{"o1", "o3", "o4", "gpt-5", "gpt-6"}

// Thinks tells by a model's name whether it is of such a family: "o3", "o3-mini", "gpt-5.1", "openai/gpt-5", a fine-tuned
// "ft:o4-mini:..." or one's own "o3-my-tune".
func Thinks(model string) bool {
	name := strings.ToLower(model[strings.LastIndexByte(model, '/')+1:])
	name = strings.TrimPrefix(name, "ft:")
	for _, family := range thinkers {
		rest, ok := strings.CutPrefix(name, family)
		if ok && (rest == "" || strings.ContainsRune("-.:@", rune(rest[0]))) {
			return true
		}
	}
	return false
}

func takesSampling(q *Question) bool {
	if q.Capabilities != nil && q.Capabilities.Sampling != nil {
		return q.Capabilities.GetSampling()
	}
	return !Thinks(q.Model)
}

// boundField is the field that bounds the answer: as configured, else as learned, else by the model's name.
func (e *Endpoint) boundField(q *Question) string {
	switch q.Capabilities.GetTokenLimit() {
	case vignettev1.TokenLimitField_TOKEN_LIMIT_FIELD_MAX_TOKENS:
		return maxTokens
	case vignettev1.TokenLimitField_TOKEN_LIMIT_FIELD_MAX_COMPLETION_TOKENS:
		return maxCompletionTokens
	}
	if learned, ok := e.learned.bound(q.Model); ok {
		return learned
	}
	if Thinks(q.Model) {
		return maxCompletionTokens
	}
	return maxTokens
}

// learned is what refusals have taught about an endpoint.
type learned struct {
	mu     sync.Mutex
	bounds map[string]string // by model
}

func (l *learned) bound(model string) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	field, ok := l.bounds[model]
	return field, ok
}

// switchBound notes that a model does not take the field that was sent, and tells whether there is another to try. The
// one learned first stays, so that two refusals do not go round in circles.
func (l *learned) switchBound(model, sent string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if field, ok := l.bounds[model]; ok {
		return field != sent
	}
	if l.bounds == nil {
		l.bounds = make(map[string]string)
	}
	l.bounds[model] = maxTokens
	if sent == maxTokens {
		l.bounds[model] = maxCompletionTokens
	}
	return true
}

// refusesBound tells whether a complaint is about the field that bounds the answer.
func (c complaint) refusesBound(sent string) bool {
	switch sent {
	case maxTokens:
		return c.says(maxCompletionTokens)
	case maxCompletionTokens:
		return c.says(maxCompletionTokens) && c.says(unknown...)
	}
	return false
}
