package checkup

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Status is what a check came to.
type Status string

// What a check can come to.
const (
	// OK: it works.
	OK Status = "ok"
	// Note: it works otherwise, or less well, and Vignette knows what to do; or it is only good to know.
	Note Status = "note"
	// Problem: something will not work until it is mended.
	Problem Status = "problem"
)

// Finding is what one check came to.
type Finding struct {
	// Check is its name: "reach", "models", "answer", "usage", "sampling", "stream", "form", "logprobs", "seed", "limits", "price",
	// "context".
	Check string
	// Status is what it came to.
	Status Status
	// Detail is what was seen, in a line.
	Detail string
	// Mend is what to do about it, in a line; empty where there is nothing to do.
	Mend string
}

// Subject is what is looked at.
type Subject struct {
	// Name is what the endpoint is called.
	Name string
	// Settings are as in the configuration.
	Settings *vignettev1.Endpoint
	// Key is sent as bearer token; empty sends none.
	Key string
	// Model is asked; empty means the first that is configured, else the first that the endpoint lists.
	Model string
	// Transport carries requests; nil means the usual one.
	Transport http.RoundTripper
	// Patience is the longest that one question may take; 0 means 20 seconds.
	Patience time.Duration
}

// Effort is what a checkup took.
type Effort struct {
	// Calls is how many questions were put.
	Calls int
	// Tokens that the endpoint counted for them, in and out.
	Tokens int64
}

const patience = 20 * time.Second

// Run looks at an endpoint and tells each finding as it comes. It ends with the context.
func Run(ctx context.Context, subject Subject, tell func(Finding)) Effort {
	if subject.Patience == 0 {
		subject.Patience = patience
	}
	if subject.Transport == nil {
		subject.Transport = http.DefaultTransport
	}
	v := &visit{Subject: subject, ctx: ctx, tell: tell}
	if v.models() && v.Model != "" && v.answer() {
		v.sampling()
		v.stream()
		v.form()
		v.logprobs()
		v.seed()
		v.limits()
	}
	if ctx.Err() == nil && v.Model != "" {
		v.configured()
	}
	return v.effort
}

// visit is one checkup.
type visit struct {
	Subject
	ctx    context.Context
	tell   func(Finding)
	effort Effort

	bound   string      // the field that bounds an answer
	reasons bool        // the model thinks before it answers, and that counts
	header  http.Header // of the first answer
}

func (v *visit) ok(check, format string, args ...any) {
	v.tell(Finding{Check: check, Status: OK, Detail: fmt.Sprintf(format, args...)})
}

func (v *visit) note(check, mend, format string, args ...any) {
	v.tell(Finding{Check: check, Status: Note, Detail: fmt.Sprintf(format, args...), Mend: mend})
}

func (v *visit) problem(check, mend, format string, args ...any) {
	v.tell(Finding{Check: check, Status: Problem, Detail: fmt.Sprintf(format, args...), Mend: mend})
}

// models asks which models there are, and says whether it makes sense to go on.
func (v *visit) models() bool {
	r := v.get("/models")
	if r.err != nil {
		v.problem("reach", reachMend(r.err), "%s does not answer: %s", v.address(), plain(r.err))
		return false
	}
	v.ok("reach", "%s answers (%s)", v.address(), r.took.Round(time.Millisecond))
	var listed []string
	switch {
	case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden:
		v.problem("key", v.keyMend(), "it refuses the key: %s", r.complaint())
		return false
	case r.status/100 != 2:
		v.note("models", "", "it does not list its models (HTTP %d)", r.status)
	default:
		listed = r.modelIDs()
	}
	v.choose(listed)
	switch {
	case v.Model == "":
		v.problem("models", "name one: vignette doctor --model "+v.Name+"/MODEL", "there is no model to try")
	case len(listed) > 0 && !slices.Contains(listed, v.Model):
		v.note("models", "", "%d models are listed, %s is not among them (%s)", len(listed), v.Model, some(listed))
	case len(listed) > 0:
		v.ok("models", "%d models; %s is tried", len(listed), v.Model)
	default:
		v.ok("models", "%s is tried", v.Model)
	}
	return true
}

// choose picks the model to try when none was named.
func (v *visit) choose(listed []string) {
	if v.Model != "" {
		return
	}
	for name := range v.Settings.GetModels() {
		if v.Model == "" || name < v.Model {
			v.Model = name
		}
	}
	if v.Model == "" && len(listed) > 0 {
		v.Model = listed[0]
	}
}

func (v *visit) keyMend() string {
	if variable := v.Settings.GetKeyVariable(); variable != "" {
		return "set " + variable + " to a valid key"
	}
	return "write key_variable: NAME under endpoints." + v.Name + ", and set that environment variable to the key"
}

// answer asks for a tiny answer, and says whether one came.
func (v *visit) answer() bool {
	v.bound = "max_tokens"
	r := v.ask(nil)
	if r.status == http.StatusBadRequest && strings.Contains(r.complaint(), "max_completion_tokens") {
		v.bound, v.reasons = "max_completion_tokens", true
		v.note("bound", "", "answers are bounded by max_completion_tokens, which Vignette finds out by itself")
		r = v.ask(nil)
	}
	switch {
	case r.err != nil:
		v.problem("answer", reachMend(r.err), "no answer: %s", plain(r.err))
		return false
	case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden:
		v.problem("key", v.keyMend(), "it refuses the key: %s", r.complaint())
		return false
	case r.status == http.StatusNotFound:
		v.problem("answer", "choose another model, or mend base_url: it ends in the version, often /v1", "model %s: %s", v.Model, r.complaint())
		return false
	case r.status == http.StatusTooManyRequests:
		v.problem("answer", "wait, or look at the account's limits", "it turns us away (HTTP 429): %s", r.complaint())
		return false
	case r.status/100 != 2:
		v.problem("answer", "", "HTTP %d: %s", r.status, r.complaint())
		return false
	}
	a, err := r.answer()
	if err != nil {
		v.problem("answer", "base_url must be that of an OpenAI-compatible API; it ends in the version, often /v1", "what it answers is not understood: %v", err)
		return false
	}
	v.header = r.header
	if a.finish() == "" {
		v.problem("answer", "an endpoint that does not say why an answer ended cannot be used: each would count as cut", "the answer has no finish_reason")
	} else {
		v.ok("answer", "in %s, served as %s%s", r.took.Round(time.Millisecond), orNothing(a.Model), fingerprint(a.SystemFingerprint))
	}
	if a.Usage == nil {
		v.note("usage", "", "it does not count tokens; they are estimated")
	}
	if field := a.reasoningField(); field != "" {
		v.reasons = true
		v.ok("reasoning", "shown, as %s; it is kept apart from words", field)
	}
	return true
}

func (v *visit) sampling() {
	r := v.ask(fields{"temperature": 0})
	switch {
	case r.status/100 == 2:
		v.ok("sampling", "takes temperature 0")
	case r.status == http.StatusBadRequest:
		v.note("sampling", v.capability("sampling: false"), "takes no temperature: %s", r.complaint())
	default:
		v.failed("sampling", r)
	}
}

func (v *visit) stream() {
	r := v.ask(fields{"stream": true, "stream_options": fields{"include_usage": true}})
	s := r.events()
	switch {
	case r.err != nil || r.status/100 != 2:
		v.failed("stream", r)
	case s.chunks == 0:
		v.problem("stream", "practice and always_stream need streams", "it answered a request for a stream with something else")
	case !s.finished:
		v.problem("stream", "streams that do not say why they ended count as cut", "the stream had no finish_reason")
	case !s.usage:
		v.note("stream", "", "streams work, without a count of tokens; they are estimated")
	default:
		v.ok("stream", "works, tokens are counted")
	}
}

// formSchema is the smallest form that is worth asking for.
const formSchema = `{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}`

func (v *visit) form() {
	r := v.ask(fields{"response_format": fields{"type": "json_schema", "json_schema": fields{"name": "check", "strict": true, "schema": raw(formSchema)}}},
		`Answer with {"ok": true}.`)
	if r.status/100 == 2 && r.holds() {
		v.ok("form", "holds answers to a JSON schema")
		return
	}
	schema := r
	r = v.ask(fields{"response_format": fields{"type": "json_object"}}, `Answer with the JSON object {"ok": true} and nothing else.`)
	switch {
	case r.status/100 == 2 && r.isObject():
		v.note("form", v.capability("structured: json_object"), "no JSON schema (%s), but JSON", schema.why())
	default:
		v.note("form", v.capability("structured: none"), "holds answers to no form (%s); they are asked for in words and looked for in the answer", schema.why())
	}
}

func (v *visit) logprobs() {
	r := v.ask(fields{"logprobs": true, "top_logprobs": 2})
	if a, err := r.answer(); r.status/100 == 2 && err == nil && a.hasLogprobs() {
		v.ok("logprobs", "given")
		return
	}
	v.note("logprobs", "", "no log probabilities (%s); nothing needs them so far", r.why())
}

func (v *visit) seed() {
	r := v.ask(fields{"seed": 1})
	switch {
	case r.status/100 == 2 && !v.Settings.GetCapabilities().GetSeed():
		v.note("seed", v.capability("seed: true"), "takes a seed, and is sent none")
	case r.status/100 == 2:
		v.ok("seed", "takes a seed")
	case v.Settings.GetCapabilities().GetSeed():
		v.problem("seed", "take seed: true out of its capabilities", "takes no seed: %s", r.complaint())
	default:
		v.ok("seed", "takes none, and is sent none")
	}
}

// limits tells what the endpoint says of its limits.
func (v *visit) limits() {
	requests, tokens := v.header.Get("X-Ratelimit-Limit-Requests"), v.header.Get("X-Ratelimit-Limit-Tokens")
	if requests == "" && tokens == "" {
		v.ok("limits", "it tells none")
		return
	}
	detail := fmt.Sprintf("it allows requests: %s, tokens: %s, in its window", orNothing(requests), orNothing(tokens))
	if v.Settings.GetLimits().GetRequestsPerMinute() > 0 || v.Settings.GetLimits().GetTokensPerMinute() > 0 {
		v.ok("limits", "%s", detail)
		return
	}
	v.note("limits", "to keep to them evenly, write limits: {requests_per_minute: N, tokens_per_minute: N} under endpoints."+v.Name, "%s", detail)
}

// configured says what is known of the model.
func (v *visit) configured() {
	known := v.Settings.GetModels()[v.Model]
	where := fmt.Sprintf("under endpoints.%s.models.%s", v.Name, v.Model)
	if known == nil || known.InputPrice == nil || known.OutputPrice == nil {
		v.note("price", "write input_price and output_price (per million tokens) "+where, "no price: costs are not known, and --max-cost does not work")
	} else {
		v.ok("price", "%.4g in, %.4g out, per million tokens", known.GetInputPrice(), known.GetOutputPrice())
	}
	if known.GetContextTokens() == 0 {
		v.note("context", "write context_tokens "+where, "its size is not known: a prompt is shortened when the endpoint refuses it")
	} else {
		v.ok("context", "%d tokens", known.GetContextTokens())
	}
}

// capability is the line that tells Vignette what it would else find out by trying.
func (v *visit) capability(line string) string {
	return fmt.Sprintf("write capabilities: {%s} under endpoints.%s", line, v.Name)
}

func (v *visit) failed(check string, r *response) {
	v.problem(check, "", "%s", r.why())
}
