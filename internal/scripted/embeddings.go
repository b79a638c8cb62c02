package scripted

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
)

// embedding is a request for embeddings as it was understood.
type embedding struct {
	model      string
	texts      []string // tokens, where those were given, as their JSON
	base64     bool
	dimensions int
	digest     digest
	usage      usage
}

func decodeEmbedding(body []byte, dimensions int) (*embedding, *problem) {
	v, q, model, p := parseBody(body)
	if p != nil {
		return nil, p
	}
	e := &embedding{model: model, digest: q, dimensions: dimensions}
	if p := e.readInput(v.get("input")); p != nil {
		return nil, p
	}
	switch format := v.get("encoding_format"); {
	case format.kind == 0, format.kind == 'n', format.text == "float":
	case format.text == "base64":
		e.base64 = true
	default:
		return nil, invalid("encoding_format", "invalid_value", "Invalid value: '%s'. Supported values are: 'float' and 'base64'.", format.text)
	}
	if given := v.get("dimensions"); given.kind != 0 && given.kind != 'n' {
		if e.dimensions, p = integer(given, "dimensions", 1, maxDimensions); p != nil {
			return nil, p
		}
	}
	return e, nil
}

// mostInputs is how many texts one request may have.
const mostInputs = 2048

func (e *embedding) readInput(input value) *problem {
	add := func(text string, tokens int) {
		e.texts = append(e.texts, text)
		e.usage.prompt += tokens
	}
	numbers := len(input.items) > 0
	for _, item := range input.items {
		numbers = numbers && item.kind == '0'
	}
	switch {
	case input.kind == 0:
		return missing("input")
	case input.kind == '"':
		add(input.text, estimate(input.text))
	case numbers:
		add(string(compact(nil, input.raw)), len(input.items))
	case input.kind == '[':
		for _, item := range input.items {
			switch item.kind {
			case '"':
				add(item.text, estimate(item.text))
			case '[':
				add(string(compact(nil, item.raw)), len(item.items))
			default:
				return wrongType("input", "strings or arrays of tokens")
			}
		}
	default:
		return wrongType("input", "a string or an array")
	}
	if len(e.texts) == 0 || len(e.texts) > mostInputs {
		return invalid("input", "", "'input' must have 1 to %d elements.", mostInputs)
	}
	for _, text := range e.texts {
		if text == "" || text == "[]" {
			return invalid("input", "", "'$.input' is invalid: an element is empty.")
		}
	}
	return nil
}

// embed answers a request for embeddings, or says why it does not.
func (s *Server) embed(w http.ResponseWriter, r *http.Request, body []byte) *problem {
	e, p := decodeEmbedding(body, s.config.Dimensions)
	if p != nil {
		return p
	}
	if p := s.unknown(e.model); p != nil {
		return p
	}
	if limit := s.config.ContextTokens; limit > 0 {
		for _, text := range e.texts {
			if n := estimate(text); n > limit {
				return invalid("input", "context_length_exceeded",
					"This model's maximum context length is %d tokens, however you requested %d tokens. Please reduce your prompt.", limit, n)
			}
		}
	}
	if p := s.admit(w.Header(), e.usage.prompt); p != nil {
		return p
	}
	rng := luck(s.config.Seed, e.digest, s.books.ask(e.digest))
	t := &turn{server: s, w: w, ctx: r.Context(), digest: e.digest, rng: rng, fault: s.config.Faults.pick(rng.Float64())}
	if !t.fault.ofTransport() {
		t.fault = None
	}
	if !t.ready(s.latency(rng)) {
		s.books.abandoned()
		return nil
	}
	if t.refused() {
		return nil
	}
	s.books.tokens(e.usage)
	t.plain(e.body(s.config.Seed))
	return nil
}

func (e *embedding) body(seed uint64) []byte {
	out := append(make([]byte, 0, 256+len(e.texts)*e.dimensions*12), `{"object":"list","data":[`...)
	for i, text := range e.texts {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(append(out, `{"object":"embedding","index":`...), int64(i), 10)
		out = append(out, `,"embedding":`...)
		vector := vectorOf(seed, e.model, text, e.dimensions)
		if e.base64 {
			raw := make([]byte, 0, 4*len(vector))
			for _, f := range vector {
				raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f))
			}
			out = append(base64.StdEncoding.AppendEncode(append(out, '"'), raw), `"}`...)
			continue
		}
		for k, f := range vector {
			sep := byte(',')
			if k == 0 {
				sep = '['
			}
			out = strconv.AppendFloat(append(out, sep), float64(f), 'g', -1, 32)
		}
		out = append(out, `]}`...)
	}
	out = quote(append(out, `],"model":`...), e.model)
	out = strconv.AppendInt(append(out, `,"usage":{"prompt_tokens":`...), int64(e.usage.prompt), 10)
	out = strconv.AppendInt(append(out, `,"total_tokens":`...), int64(e.usage.prompt), 10)
	return append(out, `}}`...)
}

// vectorOf is a unit vector that hangs on seed, model and text alone, in no direction in particular.
func vectorOf(seed uint64, model, text string, dimensions int) []float32 {
	key := binary.LittleEndian.AppendUint64(nil, seed)
	key = append(append(append(key, model...), 0), text...)
	sum := sha256.Sum256(key)
	rng := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[0:]), binary.LittleEndian.Uint64(sum[8:])))
	vector, square := make([]float32, dimensions), 0.0
	for i := range vector {
		vector[i] = float32(rng.NormFloat64())
		square += float64(vector[i]) * float64(vector[i])
	}
	for i := range vector {
		vector[i] /= float32(math.Sqrt(square))
	}
	return vector
}
