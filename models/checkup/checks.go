package checkup

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const versionHint = "base_url must be that of an OpenAI-compatible API; it ends in the version, often /v1"

// usable says whether the gateway can be made of the settings. That it needs nothing of the network is known from the start.
func (v *visit) usable() bool {
	made, err := endpoint.New(endpoint.Config{Name: v.Name, Settings: v.Settings, Key: v.Key})
	if err != nil {
		v.problem("settings", "", "%v", err)
		return false
	}
	made.Close()
	return true
}

// listed asks which models there are, and says whether it makes sense to go on.
func (v *visit) listed() bool {
	if variable := v.Settings.GetKeyVariable(); variable != "" && v.Key == "" {
		v.note("key", "set "+variable+" where the endpoint asks for a key", "%s is empty, so no key is sent", variable)
	}
	r := v.get("/models")
	switch {
	case r.err != nil:
		v.problem("reach", reachMend(r.err), "%s does not answer: %s", v.base, plain(r.err))
		return false
	case r.target != "":
		v.problem("reach", fmt.Sprintf("write base_url: %s under endpoints.%s", r.target, v.Name), "%s redirects to %s, and redirects are not followed", v.base, r.target)
		return false
	}
	v.ok("reach", "%s answers (%s)", v.base, shown(r.took))
	if r.status == http.StatusUnauthorized {
		v.refusesKey(r)
		return false
	}
	v.choose(r)
	return true
}

// choose picks the model to try when none was named, and says what is tried.
func (v *visit) choose(r *response) {
	var listed []string
	if r.status/100 == 2 {
		listed = r.modelIDs()
	}
	if configured := slices.Sorted(maps.Keys(v.Settings.GetModels())); v.Model == "" && len(configured) > 0 {
		v.Model = configured[0]
	}
	if v.Model == "" && len(listed) > 0 {
		v.Model = listed[0]
	}
	switch {
	case v.Model == "":
		v.problem("models", "name one: vignette doctor --model "+v.Name+"/MODEL", "there is no model to try (%s)", r.listing(len(listed)))
	case len(listed) == 0:
		v.note("models", "", "%s is tried; %s", v.Model, r.listing(0))
	case !slices.Contains(listed, v.Model):
		v.note("models", "", "%s is tried, though it is not on the list of %d (%s)", v.Model, len(listed), some(listed))
	default:
		v.ok("models", "%s is tried; %s", v.Model, r.listing(len(listed)))
	}
}

func (r *response) listing(n int) string {
	switch {
	case r.status/100 != 2:
		return fmt.Sprintf("which there are is not told: HTTP %d", r.status)
	case n == 0:
		return "none are listed"
	case n == 1:
		return "1 is listed"
	default:
		return fmt.Sprintf("%d are listed", n)
	}
}

func (v *visit) refusesKey(r *response) {
	mend := "write key_variable: NAME under endpoints." + v.Name + ", and set that environment variable to the key"
	if variable := v.Settings.GetKeyVariable(); variable != "" {
		mend = "set " + variable + " to a valid key"
	}
	v.problem("key", mend, "it refuses the key: %s", r.complaint())
}

// answers asks for a tiny answer, and says whether one came.
func (v *visit) answers() bool {
	r := v.bounding()
	if r.status/100 != 2 || r.err != nil {
		v.unanswered(r)
		return false
	}
	a, err := r.answer()
	if err != nil {
		v.problem("answer", versionHint, "what it answers is not understood: %v", err)
		return false
	}
	v.header = r.header
	if a.finish() == "" {
		v.problem("answer", "an endpoint that does not say why an answer ended cannot be used: each would count as cut", "the answer has no finish_reason")
	} else {
		v.ok("answer", "in %s, served as %s%s, finish_reason %s", shown(r.took), orNothing(a.Model), fingerprint(a.SystemFingerprint), a.finish())
	}
	if a.Usage == nil {
		v.note("usage", "", "it does not count tokens; they are estimated")
	} else {
		v.ok("usage", "counted: %d tokens in, %d out", a.Usage.PromptTokens, a.Usage.CompletionTokens)
	}
	if field := a.reasoningField(); field != "" {
		v.reasons = true
		v.ok("reasoning", "shown, in %s; it is kept apart from words", field)
	}
	// A model that cannot say OK in so few words thinks where nobody sees it.
	v.reasons = v.reasons || a.finish() == "length"
	return true
}

func (v *visit) unanswered(r *response) {
	switch {
	case r.err != nil:
		if !v.late() {
			v.problem("answer", reachMend(r.err), "no answer: %s", plain(r.err))
		}
	case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden:
		v.refusesKey(r)
	case r.status == http.StatusNotFound:
		v.problem("answer", "choose another model, or mend base_url: it ends in the version, often /v1", "model %s: %s", v.Model, r.complaint())
	case r.status == http.StatusTooManyRequests:
		v.problem("answer", "wait, or look at the account's limits", "it turns us away (HTTP 429): %s", r.complaint())
	default:
		v.problem("answer", "", "%s", r.why())
	}
}

// Fields that bound an answer.
const (
	maxTokens           = "max_tokens"
	maxCompletionTokens = "max_completion_tokens"
)

// bounding asks for the first answer, and finds the field that bounds it.
func (v *visit) bounding() *response {
	configured := true
	switch v.capabilities.GetTokenLimit() {
	case vignettev1.TokenLimitField_TOKEN_LIMIT_FIELD_MAX_TOKENS:
		v.bound = maxTokens
	case vignettev1.TokenLimitField_TOKEN_LIMIT_FIELD_MAX_COMPLETION_TOKENS:
		v.bound = maxCompletionTokens
	default:
		configured, v.bound = false, maxTokens
	}
	first, r := v.bound, v.ask(nil)
	if !r.refused() || !strings.Contains(r.complaint(), maxTokens) && !strings.Contains(r.complaint(), maxCompletionTokens) {
		return r
	}
	v.bound = maxCompletionTokens
	if first == maxCompletionTokens {
		v.bound = maxTokens
	}
	again := v.ask(nil)
	switch {
	case again.status/100 != 2:
		return r // the complaint was about something else
	case configured:
		v.problem("bound", v.capability("token_limit: "+v.bound), "it takes no %s, which is configured: %s", first, r.complaint())
	default:
		v.note("bound", "", "answers are bounded by %s, which Vignette finds out by itself", v.bound)
	}
	return again
}

func (v *visit) sampling() {
	told := v.capabilities != nil && v.capabilities.Sampling != nil
	if told && !v.capabilities.GetSampling() {
		v.ok("sampling", "no temperature is sent, as configured")
		return
	}
	r := v.ask(fields{"temperature": 0})
	switch {
	case r.status/100 == 2:
		v.ok("sampling", "takes temperature 0")
	case r.passing():
		v.unknown("sampling", r)
	case endpoint.Thinks(v.Model) && !told:
		v.ok("sampling", "takes no temperature, and by its name is sent none")
	default:
		// By its name it would be sent one: judges ask at temperature 0.
		v.problem("sampling", v.capability("sampling: false"), "takes no temperature: %s", r.why())
	}
}

func (v *visit) stream() {
	r := v.ask(fields{"stream": true, "stream_options": fields{"include_usage": true}})
	s := r.events()
	switch {
	case r.err != nil && !v.late():
		v.problem("stream", "", "the stream broke off: %s", plain(r.err))
	case r.passing():
		v.unknown("stream", r)
	case r.status/100 != 2:
		v.problem("stream", "", "%s", r.why())
	case s.complaint != "":
		v.problem("stream", "", "the stream broke off: %s", s.complaint)
	case s.chunks == 0 && r.isAnswer():
		v.note("stream", "", "it answers a request for a stream as a whole: words come all at once")
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

// form goes down the ladder until the endpoint holds an answer to what was asked for. What passes, and an answer that was cut,
// say nothing about it.
func (v *visit) form() {
	schema := v.ask(fields{"response_format": fields{"type": "json_schema", "json_schema": fields{"name": "check", "strict": true, "schema": raw(formSchema)}}},
		`Answer with {"ok": true}.`)
	switch {
	case schema.passing() || schema.cut():
		v.unknown("form", schema)
		return
	case schema.holds():
		v.held(vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_JSON_SCHEMA, schema)
		return
	}
	object := v.ask(fields{"response_format": fields{"type": "json_object"}}, `Answer with the JSON object {"ok": true} and nothing else.`)
	switch {
	case object.passing() || object.cut():
		v.unknown("form", object)
	case object.isObject():
		v.held(vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_JSON_OBJECT, schema)
	default:
		v.held(vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_NONE, schema)
	}
}

// held says how far the endpoint holds to a form, and whether that is what is configured. Schema is how it took a schema.
func (v *visit) held(by vignettev1.StructuredAnswers, schema *response) {
	line, what := "structured: none", "holds answers to no form; they are asked for in words and looked for in the answer"
	switch by {
	case vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_JSON_SCHEMA:
		line, what = "structured: json_schema", "holds answers to a JSON schema"
	case vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_JSON_OBJECT:
		line, what = "structured: json_object", "holds answers to JSON, and to no schema"
	}
	configured := max(v.capabilities.GetStructured(), vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_JSON_SCHEMA)
	switch {
	case configured == by:
		v.ok("form", "%s", what)
	case configured > by:
		v.note("form", v.capability(line), "%s, which is more than is configured", what)
	case schema.status/100 == 5 && configured == vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_JSON_SCHEMA:
		// It is taken for a failure that passes, and asked again and again.
		v.problem("form", v.capability(line), "%s: a schema makes it fail (%s)", what, schema.why())
	default:
		v.note("form", v.capability(line), "%s (%s)", what, schema.why())
	}
}

func (v *visit) logprobs() {
	r := v.ask(fields{"logprobs": true, "top_logprobs": 2})
	a, err := r.answer()
	switch {
	case r.passing():
		v.unknown("logprobs", r)
	case r.status/100 == 2 && err == nil && a.hasLogprobs():
		v.ok("logprobs", "given")
	default:
		v.note("logprobs", "", "no log probabilities (%s); nothing needs them so far", r.why())
	}
}

func (v *visit) seed() {
	r := v.ask(fields{"seed": 1})
	told := v.capabilities.GetSeed()
	switch {
	case r.passing():
		v.unknown("seed", r)
	case r.status/100 == 2 && !told:
		v.note("seed", v.capability("seed: true"), "takes a seed, and is sent none")
	case r.status/100 == 2:
		v.ok("seed", "takes a seed")
	case told:
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
	var lines []string
	add := func(field, value string) {
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && n > 0 {
			lines = append(lines, fmt.Sprintf("%s: %d", field, n))
		}
	}
	add("requests_per_minute", requests)
	add("tokens_per_minute", tokens)
	detail := fmt.Sprintf("it allows requests: %s, tokens: %s, in its window", orNothing(requests), orNothing(tokens))
	configured := v.Settings.GetLimits().GetRequestsPerMinute() > 0 || v.Settings.GetLimits().GetTokensPerMinute() > 0
	if configured || len(lines) == 0 {
		v.ok("limits", "%s", detail)
		return
	}
	v.note("limits", fmt.Sprintf("if its window is a minute, write limits: {%s} under endpoints.%s", strings.Join(lines, ", "), v.Name), "%s", detail)
}

// embedding asks for a vector, if a model for that was named.
func (v *visit) embedding() {
	if v.Embed == "" {
		return
	}
	r := v.post("/embeddings", fields{"model": v.Embed, "input": "OK"})
	n := r.dimensions()
	switch {
	case r.passing():
		v.unknown("embed", r)
	case r.status/100 != 2:
		v.problem("embed", "choose another model for embeddings", "model %s: %s", v.Embed, r.why())
	case n == 0:
		v.problem("embed", versionHint, "model %s: there is no embedding in the answer", v.Embed)
	default:
		v.ok("embed", "%s gives %d dimensions", v.Embed, n)
	}
}

// configured says what is known of the model.
func (v *visit) configured() {
	known := v.Settings.GetModels()[v.Model]
	name, _ := json.Marshal(v.Model) // a text can be written
	where := func(lines string) string {
		return fmt.Sprintf("write models: {%s: {%s}} under endpoints.%s", name, lines, v.Name)
	}
	if known == nil || known.InputPrice == nil || known.OutputPrice == nil {
		v.note("price", where("input_price: N, output_price: N"), "none, per million tokens: costs are not known, and --max-cost does not work")
	} else {
		v.ok("price", "%.4g in, %.4g out, per million tokens", known.GetInputPrice(), known.GetOutputPrice())
	}
	if known.GetContextTokens() == 0 {
		v.note("context", where("context_tokens: N"), "its size is not known: a prompt is shortened when the endpoint refuses it")
	} else {
		v.ok("context", "%d tokens", known.GetContextTokens())
	}
}

// shown is a time as people read it.
func shown(took time.Duration) string {
	return max(time.Millisecond, took.Round(time.Millisecond)).String()
}
