package scripted

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Fault is one way in which a request goes wrong.
type Fault string

// What can go wrong.
const (
	// None: nothing goes wrong.
	None Fault = ""
	// RateLimit is a 429 that says how long to wait.
	RateLimit Fault = "rate_limit"
	// RateLimitBare is a 429 that does not.
	RateLimitBare Fault = "rate_limit_bare"
	// ServerError is a 500 in JSON.
	ServerError Fault = "server_error"
	// BadGateway is a 502 in HTML.
	BadGateway Fault = "bad_gateway"
	// StreamError is an error frame in the middle of a stream; it does not happen to plain answers.
	StreamError Fault = "stream_error"
	// Malformed is a 200 whose JSON breaks off, or a stream with a broken chunk.
	Malformed Fault = "malformed"
	// WrongSchema is an answer that does not hold to the schema, or is no JSON; it does not happen to free text.
	WrongSchema Fault = "wrong_schema"
	// Cut ends the response before it is whole: a broken connection, or for half of the streams a clean end with neither
	// finish_reason nor [DONE].
	Cut Fault = "cut"
	// Stall sends nothing, or half an answer, and then nothing more until the client goes.
	Stall Fault = "stall"
	// Refusal is an answer that only refuses.
	Refusal Fault = "refusal"
	// Filter is an answer that breaks off, or never begins, with finish_reason content_filter.
	Filter Fault = "filter"
	// Empty is an answer that says nothing, with finish_reason stop.
	Empty Fault = "empty"
	// Length is an answer that breaks off with finish_reason length.
	Length Fault = "length"
	// Scripted is a response that a [Reply] made with a status of its own.
	Scripted Fault = "scripted"
)

// Faults are the probabilities, each 0..1, with which faults happen to a request: one at most, so that they add up to 1
// at most. Embeddings suffer those of transport only.
type Faults struct {
	RateLimit, RateLimitBare, ServerError, BadGateway, StreamError, Malformed, WrongSchema, Cut, Stall, Refusal, Filter, Empty, Length float64
}

type chance struct {
	fault Fault
	p     float64
}

func (f Faults) chances() [13]chance {
	return [...]chance{
		{RateLimit, f.RateLimit}, {RateLimitBare, f.RateLimitBare}, {ServerError, f.ServerError}, {BadGateway, f.BadGateway},
		{StreamError, f.StreamError}, {Malformed, f.Malformed}, {WrongSchema, f.WrongSchema}, {Cut, f.Cut}, {Stall, f.Stall},
		{Refusal, f.Refusal}, {Filter, f.Filter}, {Empty, f.Empty}, {Length, f.Length},
	}
}

// pick turns a number drawn from [0, 1) into a fault: each has its share of the interval, and what is left is [None].
func (f Faults) pick(u float64) Fault {
	for _, c := range f.chances() {
		if u < c.p {
			return c.fault
		}
		u -= c.p
	}
	return None
}

// ofTransport are faults that happen to embeddings too.
func (f Fault) ofTransport() bool {
	switch f {
	case RateLimit, RateLimitBare, ServerError, BadGateway, Malformed, Cut, Stall:
		return true
	}
	return false
}

// digest identifies a question.
type digest [sha256.Size]byte

// What is drawn: luck anew each time a question comes, words once for all.
const (
	forLuck = iota
	forWords
)

// luck is the random stream of one request: of question q, after it has come nth times before.
func luck(seed uint64, q digest, nth int) *rand.Rand { return stream(seed, q, nth, forLuck) }

// words is the random stream of an answer's content, the same whenever the question comes.
func words(seed uint64, q digest) *rand.Rand { return stream(seed, q, 0, forWords) }

func stream(seed uint64, q digest, nth int, purpose byte) *rand.Rand {
	var key [len(q) + 17]byte
	binary.LittleEndian.PutUint64(key[0:], seed)
	binary.LittleEndian.PutUint64(key[8:], uint64(nth))
	key[16] = purpose
	copy(key[17:], q[:])
	sum := sha256.Sum256(key[:])
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[0:]), binary.LittleEndian.Uint64(sum[8:])))
}
