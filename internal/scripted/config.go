package scripted

import (
	"fmt"
	"math"
	"net/http"
	"time"
)

// Config says how an endpoint behaves. The zero value answers every well-formed question at once and never fails.
type Config struct {
	// Seed is what all chance hangs on.
	Seed uint64
	// Models are the models there are; empty means any. Another model is a 404 with code model_not_found.
	Models []string
	// Key is the key that is asked for; empty means any or none.
	Key string
	// Latency passes before the first byte of an answer, drawn for each request within 20% either way. Refusals (401, 400, 404,
	// 429) come at once.
	Latency time.Duration
	// Pace passes between two chunks of a stream; 0 sends them together.
	Pace time.Duration
	// ContextTokens is the largest prompt and answer together; 0 means no limit. A prompt is counted as one token per four
	// bytes begun and four per message.
	ContextTokens int
	// RequestsPerMinute is enforced as a sliding window: what comes beyond is a 429 with the true wait in Retry-After. 0 means
	// no limit.
	RequestsPerMinute int
	// RetryAfter is what an injected 429 asks to wait; 0 means 20 ms. The header retry-after-ms says it exactly, Retry-After in
	// whole seconds rounded up, as OpenAI's do.
	RetryAfter time.Duration
	// Structured is the most the endpoint can do about the form of an answer: "json_schema" (also if empty), "json_object" or
	// "none"; more is refused with a 400. "ignored" takes any response_format and heeds none, as some servers do.
	Structured string
	// LooseSchemas drops OpenAI's conditions on strict schemas (an object at the root, every property required,
	// additionalProperties false), as other servers do.
	LooseSchemas bool
	// Reasoning shows reasoning beside the answer, whatever the model; it counts as tokens of the answer.
	Reasoning bool
	// ReasoningField is where shown reasoning stands: "reasoning_content" (also if empty) or, as newer vLLM has it, "reasoning".
	ReasoningField string
	// Dimensions of an embedding for which the request names none; 0 means 256.
	Dimensions int
	// Faults says how often what goes wrong.
	Faults Faults
	// Answer overrides what is answered; nil, or a nil Reply, is the usual. It is called for chat requests that are well formed,
	// from many goroutines at once.
	Answer func(Request) *Reply
}

// Reply is an answer made to order. Faults are still drawn, unless it names one or a status.
type Reply struct {
	// Content is what is said; Reasoning is shown beside it if there is some.
	Content, Reasoning string
	// Refusal, if not empty, is said instead of Content.
	Refusal string
	// FinishReason overrides "stop".
	FinishReason string
	// Fault is injected; [None] leaves it to chance.
	Fault Fault
	// Status, if not 0, makes the response: Status, Header and Body as they stand. It counts as fault [Scripted].
	Status int
	Header http.Header
	Body   string
	// Until, if not nil, holds the answer back until it is closed or the client has gone.
	Until <-chan struct{}
}

// Check says what is wrong with a configuration.
func (c Config) Check() error {
	switch c.Structured {
	case "", formSchema, formObject, formNone, formIgnored:
	default:
		return fmt.Errorf("scripted endpoint: structured is %q, not json_schema, json_object, none or ignored", c.Structured)
	}
	switch c.ReasoningField {
	case "", "reasoning_content", "reasoning":
	default:
		return fmt.Errorf("scripted endpoint: the reasoning field is %q, not reasoning_content or reasoning", c.ReasoningField)
	}
	if c.Latency < 0 || c.Pace < 0 || c.RetryAfter < 0 || c.ContextTokens < 0 || c.RequestsPerMinute < 0 || c.Dimensions < 0 {
		return fmt.Errorf("scripted endpoint: a duration or a limit is below 0")
	}
	if c.Dimensions > maxDimensions {
		return fmt.Errorf("scripted endpoint: %d dimensions; at most %d", c.Dimensions, maxDimensions)
	}
	sum := 0.0
	for _, chance := range c.Faults.chances() {
		if !(chance.p >= 0 && chance.p <= 1) {
			return fmt.Errorf("scripted endpoint: the probability of %s is %v, not within 0..1", chance.fault, chance.p)
		}
		sum += chance.p
	}
	if sum > 1+1e-9 || math.IsNaN(sum) {
		return fmt.Errorf("scripted endpoint: the probabilities of all faults add up to %v; a request has one fault at most", sum)
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.Structured == "" {
		c.Structured = formSchema
	}
	if c.ReasoningField == "" {
		c.ReasoningField = "reasoning_content"
	}
	if c.RetryAfter == 0 {
		c.RetryAfter = 20 * time.Millisecond
	}
	if c.Dimensions == 0 {
		c.Dimensions = 256
	}
	return c
}

// Forms of an answer that a request can ask for, and what an endpoint can do about them.
const (
	formSchema  = "json_schema"
	formObject  = "json_object"
	formText    = "text"
	formNone    = "none"
	formIgnored = "ignored"
)

const maxDimensions = 4096
