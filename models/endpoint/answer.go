package endpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	openai "github.com/sashabaranov/go-openai"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// answer is what has come of an answer.
type answer struct {
	watch       func(string)
	said        bool // something was handed on
	thoughts    thoughts
	text        strings.Builder
	reasoning   strings.Builder
	refusal     strings.Builder
	finish      string
	logprobs    []*vignettev1.TokenLogprob
	model       string
	fingerprint string
	usage       *openai.Usage // nil: not told
}

// words are text as servers write it: a string, null, or a list of parts of which those with text count. Thoughts among
// the parts do not.
type words string

func (w *words) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] != '[' {
		return decodeString(raw, (*string)(w))
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if err := json.Unmarshal(raw, &parts); err != nil {
		return err
	}
	for _, part := range parts {
		if part.Type == "" || part.Type == "text" {
			*w += words(part.Text)
		}
	}
	return nil
}

// aside is text that is nothing an answer hangs on: what cannot be read is left out.
type aside string

func (a *aside) UnmarshalJSON(raw []byte) error {
	if decodeString(raw, (*string)(a)) != nil {
		*a = ""
	}
	return nil
}

// decodeString reads a JSON value that should be a string. Most are what stands between the quotation marks, and a second decoder
// for each of them was a tenth of what it took to read an answer.
func decodeString(raw []byte, into *string) error {
	if last := len(raw) - 1; last > 0 && raw[0] == '"' && raw[last] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		*into = string(raw[1:last])
		return nil
	}
	return json.Unmarshal(raw, into)
}

// message is a message, or what a stream adds to it.
type message struct {
	Content          words `json:"content"`
	Refusal          aside `json:"refusal"`
	ReasoningContent aside `json:"reasoning_content"`
	Reasoning        aside `json:"reasoning"`
}

// chunk is one event of a stream. A server that answers a request for a stream as a whole sends one with a message.
type chunk struct {
	Model       string `json:"model"`
	Fingerprint aside  `json:"system_fingerprint"`
	Choices     []struct {
		Index    int              `json:"index"`
		Delta    message          `json:"delta"`
		Message  message          `json:"message"`
		Finish   string           `json:"finish_reason"`
		Logprobs *openai.LogProbs `json:"logprobs"`
	} `json:"choices"`
	Usage *openai.Usage   `json:"usage"`
	Error json.RawMessage `json:"error"`
}

// hear takes in one event.
func (a *answer) hear(c *chunk) {
	a.from(c.Model, string(c.Fingerprint))
	if c.Usage != nil {
		a.usage = c.Usage
	}
	for i := range c.Choices {
		choice := &c.Choices[i]
		if choice.Index != 0 {
			continue
		}
		a.add(&choice.Delta)
		a.add(&choice.Message)
		a.addLogprobs(choice.Logprobs)
		if choice.Finish != "" {
			a.finish = choice.Finish
		}
	}
}

// errNoChoices says that there is no answer in an answer.
var errNoChoices = errors.New("the answer has no choices")

// read takes in a whole answer: what go-openai would, and what it would drop, in one reading.
func (a *answer) read(raw []byte) error {
	var c chunk
	if err := decodeFirst(raw, &c); err != nil {
		return err
	}
	a.usage = c.Usage
	if len(c.Choices) == 0 {
		return errNoChoices
	}
	a.from(c.Model, string(c.Fingerprint))
	choice := &c.Choices[0]
	a.add(&choice.Message)
	a.addLogprobs(choice.Logprobs)
	if choice.Finish != string(openai.FinishReasonNull) {
		a.finish = choice.Finish
	}
	return nil
}

// decodeFirst reads a JSON value. What stands behind it does not count.
func decodeFirst(raw []byte, into *chunk) error {
	if json.Unmarshal(raw, into) == nil {
		return nil
	}
	*into = chunk{}
	return json.NewDecoder(bytes.NewReader(raw)).Decode(into)
}

func (a *answer) from(model, fingerprint string) {
	if model != "" {
		a.model = model
	}
	if fingerprint != "" {
		a.fingerprint = fingerprint
	}
}

func (a *answer) add(m *message) {
	a.reasoning.WriteString(string(m.ReasoningContent))
	if m.ReasoningContent == "" { // some send both
		a.reasoning.WriteString(string(m.Reasoning))
	}
	a.refusal.WriteString(string(m.Refusal))
	if m.Content != "" {
		a.say(a.thoughts.add(string(m.Content)))
	}
}

func (a *answer) say(thought, text string) {
	a.reasoning.WriteString(thought)
	if text == "" {
		return
	}
	a.text.WriteString(text)
	if a.watch != nil {
		a.said = true
		a.watch(text)
	}
}

// close says that no more will come.
func (a *answer) close() { a.say(a.thoughts.end()) }

func (a *answer) addLogprobs(all *openai.LogProbs) {
	if all == nil {
		return
	}
	for _, token := range all.Content {
		p := &vignettev1.TokenLogprob{Token: token.Token, Logprob: token.LogProb}
		for _, top := range token.TopLogProbs {
			p.Top = append(p.Top, &vignettev1.TokenLogprob{Token: top.Token, Logprob: top.LogProb})
		}
		a.logprobs = append(a.logprobs, p)
	}
}

// broken tells whether the reason why the answer ends says that it is none: the server broke it off.
func (a *answer) broken() bool { return a.finish == "" || a.finish == "error" || a.finish == "abort" }

// completion is the answer as it is told on. Usage is set by whoever counts.
func (a *answer) completion() *vignettev1.Completion {
	return &vignettev1.Completion{
		Outcome:           a.outcome(),
		Text:              a.text.String(),
		Reasoning:         a.reasoning.String(),
		Detail:            a.refusal.String(),
		Logprobs:          a.logprobs,
		ServedModel:       a.model,
		SystemFingerprint: a.fingerprint,
	}
}

func (a *answer) outcome() vignettev1.Outcome {
	switch {
	case a.refusal.Len() > 0:
		return vignettev1.Outcome_OUTCOME_REFUSED
	case a.finish == string(openai.FinishReasonContentFilter):
		return vignettev1.Outcome_OUTCOME_FILTERED
	case a.finish == string(openai.FinishReasonLength):
		return vignettev1.Outcome_OUTCOME_TRUNCATED
	case strings.TrimSpace(a.text.String()) == "":
		return vignettev1.Outcome_OUTCOME_EMPTY
	default:
		return vignettev1.Outcome_OUTCOME_ANSWERED
	}
}

// characters is how much the model has written.
func (a *answer) characters() int {
	return utf8.RuneCountInString(a.text.String()) + utf8.RuneCountInString(a.reasoning.String()) +
		utf8.RuneCountInString(a.refusal.String())
}
