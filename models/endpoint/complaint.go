package endpoint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// complaint is what an endpoint says is wrong.
type complaint struct {
	message string
	code    string // a word, or a number in figures
	kind    string
	param   string
}

// readComplaint reads an error as the various servers write it. What is no JSON is itself the message.
func readComplaint(body []byte) complaint {
	body = bytes.TrimSpace(body)
	var list []json.RawMessage // some wrap the one error into a list
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		body = list[0]
	}
	var outer map[string]json.RawMessage
	if json.Unmarshal(body, &outer) != nil {
		return complaint{message: string(body)}
	}
	inner := outer
	if raw, ok := outer["error"]; ok {
		if json.Unmarshal(raw, &inner) != nil {
			return complaint{message: plain(raw)}
		}
	}
	c := complaint{
		message: plain(inner["message"]),
		code:    plain(inner["code"]),
		kind:    plain(inner["type"]),
		param:   plain(inner["param"]),
	}
	if c.message == "" {
		c.message = plain(outer["detail"]) // FastAPI
	}
	if c.message == "" {
		c.message = string(body)
	}
	return c
}

// Complaint is what a body says is wrong, as it stands: see [Telling].
func Complaint(body []byte) string { return readComplaint(body).message }

// isComplaint tells whether a body that should be an answer is an error instead.
func isComplaint(body []byte) bool {
	var outer struct {
		Error  json.RawMessage `json:"error"`
		Object string          `json:"object"`
	}
	return json.Unmarshal(body, &outer) == nil && (present(outer.Error) || outer.Object == "error")
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// plain is a JSON string without quotes, and anything else as it is.
func plain(raw json.RawMessage) string {
	if !present(raw) {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// status is the HTTP status that an error which came with success, or behind the beginning of a stream, would have had; 0
// when it does not say.
func (c complaint) status() int {
	if n, err := strconv.Atoi(c.code); err == nil && n >= 400 && n < 600 {
		return n
	}
	switch {
	case c.is("invalid_request_error"):
		return http.StatusBadRequest
	case c.is("authentication_error"):
		return http.StatusUnauthorized
	case c.is("rate_limit_error", "rate_limit_exceeded"):
		return http.StatusTooManyRequests
	}
	return 0
}

// says tells whether the complaint holds one of the words, in any case.
func (c complaint) says(words ...string) bool {
	all := strings.ToLower(c.message + "\n" + c.code + "\n" + c.kind + "\n" + c.param)
	for _, word := range words {
		if strings.Contains(all, word) {
			return true
		}
	}
	return false
}

// is tells whether the complaint has one of these codes.
func (c complaint) is(codes ...string) bool {
	for _, code := range codes {
		if strings.EqualFold(c.code, code) || strings.EqualFold(c.kind, code) {
			return true
		}
	}
	return false
}

// Words by which servers say that a request is too long for the model, that they do not hold to forms, and that they do
// not know a field.
var (
	tooLong = []string{"context_length_exceeded", "context length", "context window", "context size", "exceed_context_size", "prompt is too long"}
	ofForm  = []string{"response_format", "json_schema", "json_object", "guided_json", "structured output", "grammar"}
	unknown = []string{"unsupported", "not supported", "unrecognized", "unknown", "not permitted", "unexpected", "extra", "invalid"}
)

// judge says what an HTTP status and a complaint come to.
func judge(status int, c complaint) *failure {
	f := &failure{status: status, message: c.message}
	if strings.TrimSpace(c.message) == "" {
		f.message = cmp.Or(http.StatusText(status), "it says nothing")
	}
	if status > 0 {
		f.message = fmt.Sprintf("HTTP %d: %s", status, f.message)
	}
	switch {
	case status == 402, c.is("insufficient_quota", "billing_hard_limit_reached", "billing_not_active"):
		f.reason = ReasonQuota
	case status == 429:
		f.kind = rateLimit
	case status == 0, status == 408, status == 409, status == 425, status >= 500:
		f.kind = serverError
	case status == 401, status == 403:
		f.reason = ReasonKey
	case status == 404, c.is("model_not_found"):
		f.reason = ReasonModel
	case c.says(tooLong...):
		f.reason = ReasonContext
	case (status == 400 || status == 422) && c.says(ofForm...):
		f.reason = ReasonForm
	default:
		f.reason = ReasonRequest
	}
	return f
}
