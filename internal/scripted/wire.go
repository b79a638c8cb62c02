package scripted

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// logprob is a token with the logarithm of its probability and, if they were asked for, the most likely tokens in its
// place, itself among them.
type logprob struct {
	token string
	at    float64
	top   []logprob
}

func probabilities(tokens []string, top int, rng *rand.Rand) []logprob {
	all := make([]logprob, len(tokens))
	for i, token := range tokens {
		p := 0.4 + 0.59*rng.Float64()
		all[i] = logprob{token: token, at: math.Log(p)}
		for k := range top {
			if k == 0 {
				all[i].top = append(all[i].top, logprob{token: token, at: all[i].at})
				continue
			}
			p = min(p, 1-p) / 2
			all[i].top = append(all[i].top, logprob{token: " " + strings.Fields(choose(rng, topics))[0] + strconv.Itoa(k), at: math.Log(p)})
		}
	}
	return all
}

func (l logprob) append(out []byte, whole bool) []byte {
	out = quote(append(out, `{"token":`...), l.token)
	out = strconv.AppendFloat(append(out, `,"logprob":`...), l.at, 'f', 6, 64)
	out = append(out, `,"bytes":[`...)
	for i := range len(l.token) {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendUint(out, uint64(l.token[i]), 10)
	}
	out = append(out, ']')
	if whole {
		out = append(out, `,"top_logprobs":[`...)
		for i, t := range l.top {
			if i > 0 {
				out = append(out, ',')
			}
			out = t.append(out, false)
		}
		out = append(out, ']')
	}
	return append(out, '}')
}

// appendLogprobs appends those of tokens from..to, or null if none were asked for.
func (a *answer) appendLogprobs(out []byte, from, to int) []byte {
	if a.logprobs == nil {
		return append(out, "null"...)
	}
	field, other := "content", "refusal"
	if a.refused {
		field, other = other, field
	}
	out = append(append(append(out, `{"`...), field...), `":[`...)
	for i, l := range a.logprobs[from:to] {
		if i > 0 {
			out = append(out, ',')
		}
		out = l.append(out, true)
	}
	return append(append(append(out, `],"`...), other...), `":null}`...)
}

func (u usage) append(out []byte) []byte {
	out = strconv.AppendInt(append(out, `{"prompt_tokens":`...), int64(u.prompt), 10)
	out = strconv.AppendInt(append(out, `,"completion_tokens":`...), int64(u.completion), 10)
	out = strconv.AppendInt(append(out, `,"total_tokens":`...), int64(u.prompt+u.completion), 10)
	out = append(out, `,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0}`...)
	out = strconv.AppendInt(append(out, `,"completion_tokens_details":{"reasoning_tokens":`...), int64(u.reasoning), 10)
	return append(out, `,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}`...)
}

// head appends what every object of an answer begins with.
func (a *answer) head(out []byte, object string) []byte {
	out = quote(append(out, `{"id":`...), a.id)
	out = quote(append(out, `,"object":`...), object)
	out = strconv.AppendInt(append(out, `,"created":`...), created, 10)
	out = quote(append(out, `,"model":`...), a.model)
	out = append(out, `,"service_tier":"default"`...)
	return quote(append(out, `,"system_fingerprint":`...), a.fingerprint)
}

// body is an answer in one piece.
func (a *answer) body() []byte {
	text := strings.Join(a.tokens, "")
	out := a.head(make([]byte, 0, 1024), "chat.completion")
	out = append(out, `,"choices":[{"index":0,"message":{"role":"assistant","content":`...)
	if a.refused {
		out = quote(append(out, `null,"refusal":`...), text)
	} else {
		out = append(quote(out, text), `,"refusal":null`...)
	}
	if a.reasoning != "" {
		out = append(append(append(out, `,"`...), a.reasoningField...), `":`...)
		out = quote(out, a.reasoning)
	}
	out = a.appendLogprobs(append(out, `,"annotations":[]},"logprobs":`...), 0, len(a.tokens))
	out = quote(append(out, `,"finish_reason":`...), a.finish)
	return append(a.usage.append(append(out, `}],"usage":`...)), '}')
}

// perChunk is how many tokens a chunk of a stream holds.
const perChunk = 3

// frames is an answer as a stream of server-sent events. ends[i] is where frame i ends; the last good one before
// finish_reason is frame content-1.
type frames struct {
	data    []byte
	ends    []int
	content int
}

func (f *frames) end() { f.ends = append(f.ends, len(f.data)) }

// upTo returns the first n frames.
func (f *frames) upTo(n int) []byte { return f.data[:f.ends[n-1]] }

func (a *answer) frames(includeUsage bool) *frames {
	head := a.head(append(make([]byte, 0, 256), `data: `...), "chat.completion.chunk")
	tail := "}\n\n"
	if includeUsage {
		tail = `,"usage":null` + tail
	}
	f := &frames{data: make([]byte, 0, (len(head)+128)*(len(a.tokens)/perChunk+5))}
	chunk := func(field, text, finish string, from, to int) {
		f.data = append(append(f.data, head...), `,"choices":[{"index":0,"delta":{`...)
		switch field {
		case "":
		case "role":
			f.data = append(f.data, `"role":"assistant","content":"","refusal":null`...)
		default:
			f.data = append(append(append(f.data, '"'), field...), `":`...)
			f.data = quote(f.data, text)
		}
		f.data = append(f.data, `},"logprobs":`...)
		if from < to {
			f.data = a.appendLogprobs(f.data, from, to)
		} else {
			f.data = append(f.data, "null"...)
		}
		f.data = quoteOrNull(append(f.data, `,"finish_reason":`...), finish)
		f.data = append(append(f.data, `}]`...), tail...)
		f.end()
	}
	chunk("role", "", "", 0, 0)
	if a.reasoning != "" {
		tokens := tokenize(a.reasoning)
		for i := 0; i < len(tokens); i += perChunk {
			chunk(a.reasoningField, strings.Join(tokens[i:min(i+perChunk, len(tokens))], ""), "", 0, 0)
		}
	}
	field := "content"
	if a.refused {
		field = "refusal"
	}
	for i := 0; i < len(a.tokens); i += perChunk {
		to := min(i+perChunk, len(a.tokens))
		chunk(field, strings.Join(a.tokens[i:to], ""), "", i, to)
	}
	f.content = len(f.ends)
	chunk("", "", a.finish, 0, 0)
	if includeUsage {
		f.data = append(append(f.data, head...), `,"choices":[],"usage":`...)
		f.data = append(a.usage.append(f.data), "}\n\n"...)
		f.end()
	}
	f.data = append(f.data, "data: [DONE]\n\n"...)
	f.end()
	return f
}
