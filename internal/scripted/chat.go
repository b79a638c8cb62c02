package scripted

import (
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"strings"
)

// chat answers a chat request, or says why it does not.
func (s *Server) chat(w http.ResponseWriter, r *http.Request, body []byte) *problem {
	req, p := decodeChat(body)
	if p != nil {
		return p
	}
	form, p := s.suits(req)
	if p != nil {
		return p
	}
	if p := s.admit(w.Header(), req.prompt); p != nil {
		return p
	}
	req.Nth = s.books.ask(req.digest)
	rng := luck(s.config.Seed, req.digest, req.Nth)
	drawn, latency := s.config.Faults.pick(rng.Float64()), s.latency(rng)
	var reply *Reply
	if s.config.Answer != nil {
		reply = s.config.Answer(*req)
	}
	t := &turn{server: s, w: w, ctx: r.Context(), digest: req.digest, rng: rng, fault: fault(drawn, reply, req, form)}
	if reply != nil && !s.hold(r.Context(), reply.Until) || !t.ready(latency) {
		s.books.abandoned()
		return nil
	}
	if reply != nil && reply.Status != 0 {
		t.scripted(reply)
		return nil
	}
	if t.refused() {
		return nil
	}
	a := s.compose(req, form, reply, t.fault, rng)
	s.books.tokens(a.usage)
	if req.Stream {
		t.stream(a.frames(req.IncludeUsage), s.config.Pace)
	} else {
		t.plain(a.body())
	}
	return nil
}

// form is what an answer must be like.
type form struct {
	structured bool    // JSON is asked for
	schema     *schema // what it must hold to, if that is known
	told       bool    // the schema stands in the prompt only: the answer may come in prose
}

// suits says what is wrong with a request for this endpoint, or else what form its answer has.
func (s *Server) suits(req *Request) (form, *problem) {
	for _, p := range []*problem{s.unknown(req.Model), req.unsuited(), s.fits(req)} {
		if p != nil {
			return form{}, p
		}
	}
	asked := req.Form
	switch s.config.Structured {
	case formIgnored:
		asked = formText
	case formNone, formObject:
		if asked == formSchema || asked == formObject && s.config.Structured == formNone {
			return form{}, invalid("response_format", "", "Invalid parameter: 'response_format' of type '%s' is not supported with this model.", asked)
		}
	}
	f := form{structured: asked != formText}
	if asked == formSchema {
		ready := s.schemas.get(req.Schema)
		err := ready.err
		if err == nil && req.strict && !s.config.LooseSchemas {
			err = ready.loose
		}
		if err != nil {
			return form{}, invalid("response_format", "invalid_json_schema", "Invalid schema for response_format '%s': %v", req.SchemaName, err)
		}
		f.schema = ready.schema
		return f, nil
	}
	if asked == formObject && !req.saysJSON() {
		return form{}, invalid("messages", "", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")
	}
	if req.inPrompt != "" {
		f.schema = s.schemas.get(req.inPrompt).schema
		f.told = asked == formText && f.schema != nil
	}
	return f, nil
}

// fits says whether a request is too long for the context.
func (s *Server) fits(req *Request) *problem {
	limit := s.config.ContextTokens
	switch {
	case limit == 0 || req.prompt+req.MaxTokens <= limit && req.prompt < limit:
		return nil
	case req.MaxTokens > 0 && req.prompt < limit:
		return invalid("messages", "context_length_exceeded",
			"This model's maximum context length is %d tokens. However, you requested %d tokens (%d in the messages, %d in the completion). Please reduce the length of the messages or completion.",
			limit, req.prompt+req.MaxTokens, req.prompt, req.MaxTokens)
	}
	return invalid("messages", "context_length_exceeded",
		"This model's maximum context length is %d tokens. However, your messages resulted in %d tokens. Please reduce the length of the messages.", limit, req.prompt)
}

// fault is what goes wrong: what the reply says or else what was drawn, if it can happen to the request.
func fault(drawn Fault, reply *Reply, req *Request, f form) Fault {
	if reply != nil && reply.Status != 0 {
		return Scripted
	}
	if reply != nil && reply.Fault != None {
		drawn = reply.Fault
	}
	if drawn == WrongSchema && !f.structured && f.schema == nil || drawn == StreamError && !req.Stream {
		return None
	}
	return drawn
}

// answer is what is said to a chat request.
type answer struct {
	id, model, fingerprint    string
	tokens                    []string // of the content, or of the refusal
	refused                   bool
	reasoning, reasoningField string
	finish                    string
	logprobs                  []logprob // nil if not asked for; else one per token
	usage                     usage
}

func (s *Server) compose(req *Request, f form, reply *Reply, fault Fault, rng *rand.Rand) *answer {
	own := words(s.config.Seed, req.digest)
	a := &answer{
		id:             "chatcmpl-" + hex.EncodeToString(req.digest[:10]) + hex.EncodeToString([]byte{byte(req.Nth >> 8), byte(req.Nth)}),
		model:          req.Model,
		fingerprint:    "fp_" + fingerprint(s.config.Seed, req.Model),
		finish:         "stop",
		reasoningField: s.config.ReasoningField,
		usage:          usage{prompt: req.prompt},
	}
	content := s.content(f, reply, own)
	if reply != nil {
		a.reasoning = reply.Reasoning
		a.refused = reply.Refusal != ""
	}
	switch fault {
	case WrongSchema:
		content, a.refused = wrong(f.schema, rng), false
	case Refusal:
		content, a.refused = choose(rng, refusals), true
	case Empty:
		content, a.refused = "", false
	}
	for _, stop := range req.Stop {
		if before, _, found := strings.Cut(content, stop); found && stop != "" {
			content = before
		}
	}
	a.tokens = tokenize(content)
	if s.config.Reasoning && a.reasoning == "" {
		a.reasoning = utterance(own) + " " + utterance(own)
	}
	if a.reasoning != "" {
		a.usage.reasoning = len(tokenize(a.reasoning))
	} else if reasons(req.Model) {
		a.usage.reasoning = 16 + own.IntN(112)
	}
	s.shorten(a, req, fault, rng)
	if reply != nil && reply.FinishReason != "" {
		a.finish = reply.FinishReason
	}
	a.usage.completion = a.usage.reasoning + len(a.tokens)
	if req.Logprobs {
		a.logprobs = probabilities(a.tokens, req.TopLogprobs, own)
	}
	return a
}

// content is what would be said if nothing went wrong.
func (s *Server) content(f form, reply *Reply, rng *rand.Rand) string {
	switch {
	case reply != nil && reply.Refusal != "":
		return reply.Refusal
	case reply != nil:
		return reply.Content
	case f.told:
		return told(instance(f.schema, rng), rng)
	case f.schema != nil:
		return instance(f.schema, rng)
	case f.structured:
		return string(append(quote(append(quote([]byte(`{"say":`), utterance(rng)), `,"about":`...), phrase(rng)), '}'))
	}
	return utterance(rng)
}

// told is JSON as models give it who were only told to: bare, fenced, or in the middle of prose.
func told(json string, rng *rand.Rand) string {
	switch rng.IntN(3) {
	case 0:
		return "```json\n" + json + "\n```"
	case 1:
		return "Here is what you asked for:\n\n" + json + "\n\nI hope this helps."
	}
	return json
}

// shorten cuts an answer where a limit or a fault cuts it. Reasoning comes first and uses the limit up first.
func (s *Server) shorten(a *answer, req *Request, fault Fault, rng *rand.Rand) {
	limit := req.MaxTokens
	if left := s.config.ContextTokens - req.prompt; s.config.ContextTokens > 0 && (limit == 0 || left < limit) {
		limit = left
	}
	if limit > 0 && a.usage.reasoning+len(a.tokens) > limit {
		if a.usage.reasoning > limit && a.reasoning != "" {
			a.reasoning = strings.Join(tokenize(a.reasoning)[:limit], "")
		}
		a.usage.reasoning = min(a.usage.reasoning, limit)
		a.tokens, a.finish = a.tokens[:limit-a.usage.reasoning], "length"
	}
	switch fault {
	case Length:
		a.tokens, a.finish = a.tokens[:len(a.tokens)/2], "length"
	case Filter:
		a.tokens, a.finish = a.tokens[:len(a.tokens)/2*rng.IntN(2)], "content_filter"
	}
}

func fingerprint(seed uint64, model string) string {
	rng := rand.New(rand.NewPCG(seed, 0))
	sum := rng.Uint64()
	for _, c := range []byte(model) {
		sum = sum*1099511628211 ^ uint64(c)
	}
	var out [5]byte
	for i := range out {
		out[i] = byte(sum >> (8 * i))
	}
	return hex.EncodeToString(out[:])
}
