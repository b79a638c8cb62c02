package checkup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

type fields map[string]any

type raw = json.RawMessage

// response is what came of a question.
type response struct {
	status int
	header http.Header
	body   []byte
	took   time.Duration
	err    error
	key    string
}

const (
	largest = 1 << 20 // of a body
	// How many tokens an answer may have: a word; a small object; either after some reasoning.
	aWord    = 16
	anObject = 100
	afterAll = 800
)

func (v *visit) get(path string) *response { return v.do(http.MethodGet, path, nil) }

// ask puts a tiny question with some more fields.
func (v *visit) ask(more fields, words ...string) *response {
	text := "Say OK."
	if len(words) > 0 {
		text = words[0]
	}
	limit := aWord
	switch {
	case v.reasons:
		limit = afterAll
	case len(words) > 0:
		limit = anObject
	}
	body := fields{"model": v.Model, "messages": []fields{{"role": "user", "content": text}}, v.bound: limit}
	for name, value := range more {
		body[name] = value
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return &response{err: err}
	}
	r := v.do(http.MethodPost, "/chat/completions", encoded)
	if a, err := r.answer(); err == nil && a.Usage != nil {
		v.effort.Tokens += a.Usage.PromptTokens + a.Usage.CompletionTokens
	}
	return r
}

func (v *visit) do(method, path string, body []byte) *response {
	ctx, cancel := context.WithTimeout(v.ctx, v.Patience)
	defer cancel()
	r := &response{key: v.Key}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(v.Settings.GetBaseUrl(), "/")+path, bytes.NewReader(body))
	if err != nil {
		r.err = err
		return r
	}
	if v.Key != "" {
		request.Header.Set("Authorization", "Bearer "+v.Key)
	}
	request.Header.Set("Content-Type", "application/json")
	begun := time.Now()
	v.effort.Calls++
	answered, err := v.Transport.RoundTrip(request)
	if err != nil {
		r.err = err
		return r
	}
	defer answered.Body.Close()
	r.status, r.header = answered.StatusCode, answered.Header
	r.body, r.err = io.ReadAll(io.LimitReader(answered.Body, largest))
	r.took = time.Since(begun)
	return r
}

// complaint is what the endpoint says is wrong, in a line and without the key.
func (r *response) complaint() string {
	var body struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Detail  json.RawMessage `json:"detail"`
	}
	text := string(r.body)
	if json.Unmarshal(r.body, &body) == nil {
		var inner struct {
			Message string `json:"message"`
		}
		switch {
		case json.Unmarshal(body.Error, &inner) == nil && inner.Message != "":
			text = inner.Message
		case len(body.Error) > 0:
			text = string(body.Error)
		case body.Message != "":
			text = body.Message
		case len(body.Detail) > 0:
			text = string(body.Detail)
		}
	}
	return r.redacted(text)
}

// longest is how much of what an endpoint says is shown.
const longest = 200

func (r *response) redacted(text string) string {
	if r.key != "" {
		text = strings.ReplaceAll(text, r.key, "(key)")
	}
	text = strings.Join(strings.Fields(text), " ")
	if points := []rune(text); len(points) > longest {
		text = string(points[:longest-1]) + "…"
	}
	if text == "" {
		return "it says nothing"
	}
	return text
}

// why says in a line why something did not come.
func (r *response) why() string {
	switch {
	case r.err != nil:
		return plain(r.err)
	case r.status/100 != 2:
		return fmt.Sprintf("HTTP %d: %s", r.status, r.complaint())
	default:
		return "taken and not heeded"
	}
}

type answer struct {
	Model             string `json:"model"`
	SystemFingerprint string `json:"system_fingerprint"`
	Choices           []struct {
		FinishReason string                     `json:"finish_reason"`
		Message      map[string]json.RawMessage `json:"message"`
		Logprobs     *struct {
			Content []json.RawMessage `json:"content"`
		} `json:"logprobs"`
	} `json:"choices"`
	Usage *struct {
		PromptTokens     int64 `json:"prompt_tokens"`
		CompletionTokens int64 `json:"completion_tokens"`
	} `json:"usage"`
}

func (r *response) answer() (*answer, error) {
	a := &answer{}
	if err := json.Unmarshal(r.body, a); err != nil {
		return nil, fmt.Errorf("it is no JSON: %s", r.redacted(string(r.body)))
	}
	if len(a.Choices) == 0 {
		return nil, errors.New("there are no choices in it")
	}
	return a, nil
}

func (a *answer) finish() string { return a.Choices[0].FinishReason }

func (a *answer) hasLogprobs() bool {
	return a.Choices[0].Logprobs != nil && len(a.Choices[0].Logprobs.Content) > 0
}

func (a *answer) reasoningField() string {
	for _, field := range []string{"reasoning_content", "reasoning"} {
		if text := a.Choices[0].Message[field]; len(text) > 2 && string(text) != "null" {
			return field
		}
	}
	return ""
}

// holds says whether the answer is of the form that was asked for.
func (r *response) holds() bool {
	a, err := r.answer()
	if err != nil {
		return false
	}
	var content string
	var form struct {
		OK *bool `json:"ok"`
	}
	return json.Unmarshal(a.Choices[0].Message["content"], &content) == nil &&
		json.Unmarshal([]byte(content), &form) == nil && form.OK != nil
}

// isObject says whether the answer is a JSON object.
func (r *response) isObject() bool {
	a, err := r.answer()
	if err != nil {
		return false
	}
	var content string
	var object map[string]json.RawMessage
	return json.Unmarshal(a.Choices[0].Message["content"], &content) == nil && json.Unmarshal([]byte(content), &object) == nil
}

// address is where the endpoint is, without the name and password that may be in it.
func (v *visit) address() string {
	parsed, err := url.Parse(v.Settings.GetBaseUrl())
	if err != nil {
		return "its base_url"
	}
	parsed.User = nil
	return parsed.String()
}

// streamed is what was seen of a stream.
type streamed struct {
	chunks          int
	finished, usage bool
}

func (r *response) events() streamed {
	var s streamed
	lines := bufio.NewScanner(bytes.NewReader(r.body))
	lines.Buffer(nil, largest)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if data = strings.TrimSpace(data); !ok || data == "[DONE]" {
			continue
		}
		var chunk answer
		if json.Unmarshal([]byte(data), &chunk) != nil {
			continue
		}
		s.chunks++
		s.usage = s.usage || chunk.Usage != nil
		s.finished = s.finished || len(chunk.Choices) > 0 && chunk.finish() != ""
	}
	return s
}

func (r *response) modelIDs() []string {
	var body struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	_ = json.Unmarshal(r.body, &body) // what lists nothing lists nothing
	var ids []string
	for _, model := range body.Data {
		ids = append(ids, model.ID)
	}
	slices.Sort(ids)
	return ids
}

// plain says in words what kept an answer from coming.
func plain(err error) string {
	var certificate x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var dns *net.DNSError
	var timeout net.Error
	var address *url.Error
	switch {
	case errors.As(err, &certificate) && certificate.Reason == x509.Expired:
		return "its certificate has expired or is not valid yet"
	case errors.As(err, &unknown):
		return "its certificate is from an authority that is not known here"
	case errors.As(err, &host):
		return "its certificate is for another name"
	case errors.As(err, &dns):
		return fmt.Sprintf("there is no host %q", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "it took too long"
	case errors.As(err, &address):
		return address.Err.Error()
	default:
		return err.Error()
	}
}

func reachMend(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "start the server, or mend base_url"
	case errors.As(err, &dns):
		return "mend base_url, or look at the network"
	default:
		return ""
	}
}

// some shows the first few of a list.
func some(list []string) string {
	const most = 4
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:most], ", ") + ", ..."
}

func orNothing(text string) string {
	if text == "" {
		return "(not told)"
	}
	return text
}

func fingerprint(text string) string {
	if text == "" {
		return ""
	}
	return ", fingerprint " + text
}
