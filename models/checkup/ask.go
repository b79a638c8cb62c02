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
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/vignette-sim/vignette/models/endpoint"
)

type fields map[string]any

type raw = json.RawMessage

// response is what came of a question.
type response struct {
	status int
	header http.Header
	target string // where a redirect leads, in place of the base URL
	body   []byte
	took   time.Duration
	err    error
	tell   func(string) string
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
	maps.Copy(body, more)
	return v.post("/chat/completions", body)
}

// post sends a body, with the further fields of every request that are configured, and counts its tokens.
func (v *visit) post(path string, body fields) *response {
	for name, value := range v.Settings.GetExtraBody().AsMap() {
		_, said := body[name]
		if !said && name != maxTokens && name != maxCompletionTokens {
			body[name] = value
		}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return v.failed(err)
	}
	r := v.do(http.MethodPost, path, encoded)
	used := r.used()
	v.effort.Tokens += used.PromptTokens + used.CompletionTokens
	return r
}

func (v *visit) failed(err error) *response { return &response{err: err, tell: v.clean} }

func (v *visit) do(method, path string, body []byte) *response {
	ctx, cancel := context.WithTimeout(v.bounded, v.Patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(v.base, "/")+path, bytes.NewReader(body))
	if err != nil {
		return v.failed(err)
	}
	request.Header.Set("Content-Type", "application/json")
	switch {
	case v.Key != "":
		request.Header.Set("Authorization", "Bearer "+v.Key)
	case v.user != nil:
		password, _ := v.user.Password()
		request.SetBasicAuth(v.user.Username(), password)
	}
	begun := time.Now()
	v.effort.Calls++
	answered, err := v.Transport.RoundTrip(request)
	if err != nil {
		return v.failed(err)
	}
	defer answered.Body.Close()
	r := &response{status: answered.StatusCode, header: answered.Header, target: target(answered, path), tell: v.clean}
	r.body, r.err = io.ReadAll(io.LimitReader(answered.Body, largest))
	r.took = time.Since(begun)
	return r
}

// target is the base URL that a redirect means, "" when there is none.
func target(answered *http.Response, path string) string {
	location, err := answered.Location()
	if answered.StatusCode/100 != 3 || err != nil {
		return ""
	}
	location.User, location.RawQuery, location.Fragment = nil, "", ""
	return strings.TrimSuffix(strings.TrimSuffix(location.String(), "/"), path)
}

// passing says whether the endpoint did not come to the question: it may answer another time. That it failed inside (HTTP
// 500) is not that: it may fail over what was asked.
func (r *response) passing() bool {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly,
		http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return r.err != nil
}

// refused says whether the endpoint did not like what was asked.
func (r *response) refused() bool {
	return r.err == nil && (r.status == http.StatusBadRequest || r.status == http.StatusUnprocessableEntity)
}

// longest is how much of what an endpoint says is shown, in characters.
const longest = 200

// complaint is what the endpoint says is wrong, in a line and without secrets.
func (r *response) complaint() string {
	if r.target != "" {
		return "it redirects to " + r.target + ", and redirects are not followed"
	}
	return r.short(endpoint.Complaint(r.body))
}

// short shows the beginning of a text. Secrets go first: what is cut could not be found any more.
func (r *response) short(text string) string {
	text = r.tell(text)
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
	case r.cut():
		return "its answer was cut before it came to the point"
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
	Usage *usage `json:"usage"`
}

type usage struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
}

// used is what an answer of whatever kind, or the end of a stream, says that it took.
func (r *response) used() usage {
	var body struct {
		Usage usage `json:"usage"`
	}
	if json.Unmarshal(r.body, &body) != nil {
		return r.events().used
	}
	return body.Usage
}

func (r *response) answer() (*answer, error) {
	a := &answer{}
	if err := json.Unmarshal(r.body, a); err != nil {
		return nil, fmt.Errorf("it is no JSON: %s", r.short(string(r.body)))
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

// isAnswer says whether a whole answer came.
func (r *response) isAnswer() bool {
	_, err := r.answer()
	return r.status/100 == 2 && err == nil
}

// cut says whether the answer ended for its length.
func (r *response) cut() bool {
	a, err := r.answer()
	return r.status/100 == 2 && err == nil && a.finish() == "length"
}

func (a *answer) reasoningField() string {
	for _, field := range []string{"reasoning_content", "reasoning"} {
		if text := a.Choices[0].Message[field]; len(text) > 2 && string(text) != "null" {
			return field
		}
	}
	if strings.HasPrefix(strings.TrimSpace(a.content()), "<think>") {
		return "<think> before the words"
	}
	return ""
}

// content is what was said. What is no plain text is none.
func (a *answer) content() string {
	var text string
	_ = json.Unmarshal(a.Choices[0].Message["content"], &text)
	return text
}

// form decodes the JSON that was said, behind a leading block of thought, and says whether there was nothing else.
func (r *response) form(into any) bool {
	a, err := r.answer()
	if r.status/100 != 2 || err != nil {
		return false
	}
	text := strings.TrimSpace(a.content())
	if _, behind, ok := strings.Cut(text, "</think>"); ok && strings.HasPrefix(text, "<think>") {
		text = behind
	}
	return json.Unmarshal([]byte(text), into) == nil
}

// holds says whether the answer is of the form that was asked for.
func (r *response) holds() bool {
	var form map[string]any
	if !r.form(&form) || len(form) != 1 {
		return false
	}
	_, ok := form["ok"].(bool)
	return ok
}

// isObject says whether the answer is a JSON object.
func (r *response) isObject() bool {
	var object map[string]any
	return r.form(&object) && object != nil
}

// dimensions is how long the embedding is that came, 0 for none.
func (r *response) dimensions() int {
	var body struct {
		Data []struct {
			Embedding []json.Number `json:"embedding"`
		} `json:"data"`
	}
	if json.Unmarshal(r.body, &body) != nil || len(body.Data) == 0 {
		return 0
	}
	return len(body.Data[0].Embedding)
}

// streamed is what was seen of a stream.
type streamed struct {
	chunks          int
	finished, usage bool
	used            usage
	complaint       string // in place of the rest
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
		var chunk struct {
			answer
			Error json.RawMessage `json:"error"`
		}
		if json.Unmarshal([]byte(data), &chunk) != nil {
			continue
		}
		s.chunks++
		if len(chunk.Error) > 0 && string(chunk.Error) != "null" {
			s.complaint = r.short(endpoint.Complaint([]byte(data)))
		}
		if chunk.Usage != nil {
			s.usage, s.used = true, *chunk.Usage
		}
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
	var certificate x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	switch {
	case errors.As(err, &certificate) && certificate.Reason == x509.Expired:
		return fmt.Sprintf("renew it, or set this machine's clock, which says %s", time.Now().UTC().Format("2006-01-02 15:04 UTC"))
	case errors.As(err, &unknown):
		return "name the file of its authority in $SSL_CERT_FILE, or add it to this machine's"
	case errors.As(err, &host):
		return "write the name that its certificate is for into base_url"
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
