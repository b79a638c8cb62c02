package scripted

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Request is a chat request as it was understood.
type Request struct {
	// Model is the model that is asked.
	Model string
	// Messages are the conversation, oldest first.
	Messages []Message
	// Form is "json_schema", "json_object" or "text"; SchemaName and Schema (its JSON) are those of a json_schema.
	Form, SchemaName, Schema string
	// MaxTokens is the most that may be said, 0 if not given.
	MaxTokens int
	// Temperature is nil if not given.
	Temperature *float64
	// Stop are the texts at which an answer ends.
	Stop []string
	// Logprobs asks for log probabilities, with TopLogprobs alternatives.
	Logprobs    bool
	TopLogprobs int
	// Stream asks for a stream, IncludeUsage for the usage in it.
	Stream, IncludeUsage bool
	// Body is the request as it came.
	Body []byte
	// Question names the question, as [Question] does.
	Question string
	// Nth is how often the question has come before: 0 at first, 1 for the first retry.
	Nth int

	digest   digest
	strict   bool
	sampling []string // parameters that a reasoning model takes at their usual values only, and which have another
	cap      string   // the parameter that MaxTokens came from
	prompt   int      // tokens
	inPrompt string   // a JSON Schema that stands in a message
}

// Message is one message of a conversation. Of content in parts, the texts are joined by line ends.
type Message struct {
	Role, Content string
}

// Question names the question in the body of a request: the hex sha256 of its members, ordered by name, without stream and
// stream_options. Two bodies are the same question if they differ in these, in space, or in the order of the outer members.
func Question(body []byte) (string, error) {
	v, spaced, err := parse(body)
	if err != nil || v.kind != '{' {
		return "", fmt.Errorf("scripted endpoint: the body is no JSON object")
	}
	q := digestOf(v, spaced)
	return hex.EncodeToString(q[:]), nil
}

func digestOf(body value, spaced bool) digest {
	members := slices.Clone(body.members)
	slices.SortStableFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	said := make([]byte, 0, len(body.raw))
	for _, m := range members {
		if m.name == "stream" || m.name == "stream_options" {
			continue
		}
		said = append(quote(said, m.name), ':')
		if spaced {
			said = compact(said, m.value.raw)
		} else {
			said = append(said, m.value.raw...)
		}
		said = append(said, ',')
	}
	return sha256.Sum256(said)
}

// parseBody reads the JSON object that every request is, and the model it must name.
func parseBody(body []byte) (v value, q digest, model string, _ *problem) {
	v, spaced, err := parse(body)
	if err != nil || v.kind != '{' {
		return value{}, q, "", invalid("", "", "We could not parse the JSON body of your request. It must be one JSON object.")
	}
	m := v.get("model")
	if m.kind != '"' || m.text == "" {
		return value{}, q, "", invalid("", "", "you must provide a model parameter")
	}
	return v, digestOf(v, spaced), m.text, nil
}

// decodeChat reads a chat request.
func decodeChat(body []byte) (*Request, *problem) {
	v, q, model, p := parseBody(body)
	if p != nil {
		return nil, p
	}
	r := &Request{Model: model, Body: body, digest: q, Question: hex.EncodeToString(q[:])}
	for _, read := range []func(value) *problem{r.readMessages, r.readForm, r.readLimits, r.readSampling, r.readLogprobs, r.readDelivery} {
		if p := read(v); p != nil {
			return nil, p
		}
	}
	return r, nil
}

var roles = []string{"system", "assistant", "user", "function", "tool", "developer"}

func (r *Request) readMessages(v value) *problem {
	messages := v.get("messages")
	switch {
	case messages.kind == 0:
		return missing("messages")
	case messages.kind != '[':
		return wrongType("messages", "an array of objects")
	case len(messages.items) == 0:
		return invalid("messages", "empty_array", "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.")
	}
	r.Messages = make([]Message, 0, len(messages.items))
	r.prompt = 3
	for i, item := range messages.items {
		m, p := readMessage(item, i)
		if p != nil {
			return p
		}
		r.Messages = append(r.Messages, m)
		r.prompt += 4 + estimate(m.Content)
		if schema := schemaIn(m.Content); schema != "" {
			r.inPrompt = schema
		}
	}
	return nil
}

func readMessage(v value, i int) (Message, *problem) {
	if v.kind != '{' {
		return Message{}, wrongType(fmt.Sprintf("messages[%d]", i), "an object")
	}
	role := v.get("role")
	if role.kind == 0 {
		return Message{}, missing(fmt.Sprintf("messages[%d].role", i))
	}
	if role.kind != '"' || !slices.Contains(roles, role.text) {
		return Message{}, invalid(fmt.Sprintf("messages[%d].role", i), "invalid_value",
			"Invalid value: '%s'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.", role.text)
	}
	m := Message{Role: role.text}
	switch content := v.get("content"); content.kind {
	case '"':
		m.Content = content.text
	case '[':
		var texts []string
		for _, part := range content.items {
			if text := part.get("text"); text.kind == '"' {
				texts = append(texts, text.text)
			}
		}
		m.Content = strings.Join(texts, "\n")
	case 0, 'n':
		if role.text != "assistant" {
			return Message{}, invalid(fmt.Sprintf("messages.[%d].content", i), "", "Invalid value for 'content': expected a string, got null.")
		}
	default:
		return Message{}, wrongType(fmt.Sprintf("messages[%d].content", i), "a string or an array of parts")
	}
	return m, nil
}

// estimate counts the tokens of a prompt's text, roughly.
func estimate(text string) int { return (len(text) + 3) / 4 }

// saysJSON tells whether a message has the word that json_object asks for.
func (r *Request) saysJSON() bool {
	return slices.ContainsFunc(r.Messages, func(m Message) bool { return strings.Contains(strings.ToLower(m.Content), "json") })
}

// schemaIn finds a JSON Schema of an object that stands in text, as it does when an endpoint cannot be told otherwise what
// form an answer must have: the last one, if there are several.
func schemaIn(text string) (found string) {
	if !strings.Contains(text, `"properties"`) {
		return ""
	}
	for i := strings.IndexByte(text, '{'); i >= 0 && i < len(text); {
		p := &parser{data: []byte(text[i:])}
		size := 1
		if v, err := p.value(0); err == nil {
			size = p.pos
			if v.get("properties").kind == '{' {
				found = string(v.raw)
			}
		}
		next := strings.IndexByte(text[i+size:], '{')
		if next < 0 {
			break
		}
		i += size + next
	}
	return found
}

func (r *Request) readForm(v value) *problem {
	r.Form = formText
	format := v.get("response_format")
	if format.kind == 0 || format.kind == 'n' {
		return nil
	}
	kind := format.get("type")
	switch {
	case kind.kind == 0:
		return missing("response_format.type")
	case kind.text == formText || kind.text == formObject:
		r.Form = kind.text
		return nil
	case kind.text != formSchema:
		return invalid("response_format.type", "invalid_value",
			"Invalid value: '%s'. Supported values are: 'json_object', 'json_schema', and 'text'.", kind.text)
	}
	r.Form = formSchema
	given := format.get("json_schema")
	if given.kind != '{' {
		return missing("response_format.json_schema")
	}
	name, schema := given.get("name"), given.get("schema")
	if name.kind == 0 {
		return missing("response_format.json_schema.name")
	}
	if !validName(name.text) {
		return invalid("response_format.json_schema.name", "invalid_value",
			"Invalid 'response_format.json_schema.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.")
	}
	if schema.kind != '{' {
		return missing("response_format.json_schema.schema")
	}
	r.SchemaName, r.Schema, r.strict = name.text, string(schema.raw), given.get("strict").kind == 't'
	return nil
}

func validName(name string) bool {
	for _, c := range name {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return name != "" && len(name) <= 64
}

func (r *Request) readLimits(v value) *problem {
	for _, param := range []string{"max_tokens", "max_completion_tokens"} {
		given := v.get(param)
		if given.kind == 0 || given.kind == 'n' {
			continue
		}
		if r.cap != "" {
			return invalid(param, "invalid_parameter_combination", "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
		}
		n, p := integer(given, param, 1, 1<<31)
		if p != nil {
			return p
		}
		r.MaxTokens, r.cap = n, param
	}
	if n := v.get("n"); n.kind != 0 && n.kind != 'n' {
		if _, p := integer(n, "n", 1, 1); p != nil {
			return p
		}
	}
	switch stop := v.get("stop"); stop.kind {
	case 0, 'n':
	case '"':
		r.Stop = []string{stop.text}
	case '[':
		for _, item := range stop.items {
			if item.kind != '"' {
				return wrongType("stop", "a string or an array of strings")
			}
			r.Stop = append(r.Stop, item.text)
		}
		if len(r.Stop) > 4 {
			return invalid("stop", "array_above_max_length", "Invalid 'stop': array too long. Expected an array with maximum length 4.")
		}
	default:
		return wrongType("stop", "a string or an array of strings")
	}
	return nil
}

// integer reads a whole number within bounds.
func integer(v value, param string, low, high int) (int, *problem) {
	f, ok := v.number()
	switch {
	case !ok || f != float64(int64(f)):
		return 0, wrongType(param, "an integer")
	case f < float64(low):
		return 0, invalid(param, "integer_below_min_value", "Invalid '%s': integer below minimum value. Expected a value >= %d, but got %s instead.", param, low, v.raw)
	case f > float64(high):
		return 0, invalid(param, "integer_above_max_value", "Invalid '%s': integer above maximum value. Expected a value <= %d, but got %s instead.", param, high, v.raw)
	}
	return int(f), nil
}

func (r *Request) readSampling(v value) *problem {
	for _, param := range []struct {
		name             string
		low, high, usual float64
	}{{"temperature", 0, 2, 1}, {"top_p", 0, 1, 1}, {"presence_penalty", -2, 2, 0}, {"frequency_penalty", -2, 2, 0}} {
		given := v.get(param.name)
		if given.kind == 0 || given.kind == 'n' {
			continue
		}
		f, ok := given.number()
		switch {
		case !ok:
			return wrongType(param.name, "a decimal")
		case f < param.low:
			return invalid(param.name, "decimal_below_min_value", "Invalid '%s': decimal below minimum value. Expected a value >= %v, but got %s instead.", param.name, param.low, given.raw)
		case f > param.high:
			return invalid(param.name, "decimal_above_max_value", "Invalid '%s': decimal above maximum value. Expected a value <= %v, but got %s instead.", param.name, param.high, given.raw)
		case f != param.usual:
			r.sampling = append(r.sampling, param.name)
		}
		if param.name == "temperature" {
			r.Temperature = &f
		}
	}
	return nil
}

func (r *Request) readLogprobs(v value) *problem {
	switch given := v.get("logprobs"); given.kind {
	case 't':
		r.Logprobs = true
	case 0, 'f', 'n':
	default:
		return wrongType("logprobs", "a boolean")
	}
	given := v.get("top_logprobs")
	if given.kind == 0 || given.kind == 'n' {
		return nil
	}
	n, p := integer(given, "top_logprobs", 0, 20)
	if p != nil {
		return p
	}
	if !r.Logprobs {
		return invalid("top_logprobs", "invalid_parameter_combination", "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.")
	}
	r.TopLogprobs = n
	return nil
}

func (r *Request) readDelivery(v value) *problem {
	switch given := v.get("stream"); given.kind {
	case 't':
		r.Stream = true
	case 0, 'f', 'n':
	default:
		return wrongType("stream", "a boolean")
	}
	options := v.get("stream_options")
	if options.kind == 0 || options.kind == 'n' {
		return nil
	}
	if !r.Stream {
		return invalid("stream_options", "", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	}
	r.IncludeUsage = options.get("include_usage").kind == 't'
	return nil
}

// reasons tells whether a model is one that reasons before it answers and takes no sampling parameters.
func reasons(model string) bool {
	base := model[strings.LastIndexByte(model, '/')+1:]
	for _, family := range []string{"o1", "o3", "o4"} {
		if base == family || strings.HasPrefix(base, family+"-") {
			return true
		}
	}
	return strings.HasPrefix(base, "gpt-5")
}

// unsuited says what a reasoning model does not take of a request.
func (r *Request) unsuited() *problem {
	switch {
	case !reasons(r.Model):
		return nil
	case r.cap == "max_tokens":
		return invalid("max_tokens", "unsupported_parameter",
			"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
	case len(r.sampling) > 0:
		return unsupported(r.sampling[0])
	case r.Logprobs:
		return unsupported("logprobs")
	case len(r.Stop) > 0:
		return unsupported("stop")
	}
	return nil
}

func unsupported(param string) *problem {
	return invalid(param, "unsupported_parameter", "Unsupported parameter: '%s' is not supported with this model.", param)
}
