package scripted

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// turn is the way of one answer to its client, with what goes wrong on it.
type turn struct {
	server *Server
	w      http.ResponseWriter
	ctx    context.Context
	digest digest
	rng    *rand.Rand
	fault  Fault
}

// ready waits until the answer begins; false means that the client went.
func (t *turn) ready(latency time.Duration) bool {
	if t.fault == RateLimit || t.fault == RateLimitBare {
		return true
	}
	return t.server.wait(t.ctx, latency)
}

// refused ends the turn if the fault leaves no answer.
func (t *turn) refused() bool {
	if !t.server.refuse(t.w, t.fault) {
		return false
	}
	t.server.books.failed(t.fault)
	return true
}

func (t *turn) scripted(reply *Reply) {
	for name, values := range reply.Header {
		t.w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	t.server.books.failed(Scripted)
	t.w.WriteHeader(reply.Status)
	t.w.Write([]byte(reply.Body)) // an error means that nobody listens any more
}

// closeBooks counts an answer that is out, before its last byte is, so that who has it finds it counted.
func (t *turn) closeBooks() {
	switch {
	case t.fault != None:
		t.server.books.failed(t.fault)
	case t.ctx.Err() != nil:
		t.server.books.abandoned()
	default:
		t.server.books.answered(t.digest)
	}
}

// plain sends an answer in one piece.
func (t *turn) plain(body []byte) {
	t.closeBooks()
	half := body[:len(body)/2]
	switch t.fault {
	case Malformed:
		send(t.w, http.StatusOK, "application/json", half)
	case Cut:
		t.begin("application/json", len(body))
		t.write(half)
		panic(http.ErrAbortHandler)
	case Stall:
		if t.rng.IntN(2) == 0 {
			t.begin("application/json", len(body))
			t.write(half)
		}
		t.stall()
	default:
		send(t.w, http.StatusOK, "application/json", body)
	}
}

// stream sends an answer as server-sent events.
func (t *turn) stream(f *frames, pace time.Duration) {
	half := 1 + (f.content-1)/2
	if t.fault == Stall && t.rng.IntN(2) == 0 {
		t.server.books.failed(Stall)
		t.stall()
	}
	t.begin("text/event-stream; charset=utf-8", -1)
	sent := len(f.ends)
	switch t.fault {
	case Cut, Stall, Malformed, StreamError:
		sent = half
	}
	if !t.paced(f, sent, pace) {
		t.server.books.abandoned()
		return
	}
	switch t.fault {
	case Cut:
		if t.rng.IntN(2) == 0 {
			panic(http.ErrAbortHandler)
		}
	case Stall:
		t.stall()
	case Malformed:
		next := f.data[f.ends[half-1]:f.ends[half]]
		t.write(append(append([]byte{}, next[:len(next)/2]...), "\n\n"...))
		t.write(f.data[f.ends[half]:])
	case StreamError:
		t.write([]byte(`data: {"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}` + "\n\n"))
	}
}

// paced sends the first frames, counts the answer just before the last of them, and tells whether the client stayed.
func (t *turn) paced(f *frames, sent int, pace time.Duration) bool {
	t.write(f.upTo(1))
	if pace > 0 {
		for i := 1; i < sent-1; i++ {
			if !t.server.wait(t.ctx, pace) {
				return false
			}
			t.write(f.data[f.ends[i-1]:f.ends[i]])
		}
		if !t.server.wait(t.ctx, pace) {
			return false
		}
	}
	t.closeBooks()
	if from := sent - 1; sent > 1 {
		if pace == 0 {
			from = 1
		}
		t.write(f.data[f.ends[from-1]:f.ends[sent-1]])
	}
	return true
}

func (t *turn) begin(contentType string, size int) {
	h := t.w.Header()
	h["Content-Type"] = []string{contentType}
	if size >= 0 {
		h["Content-Length"] = []string{strconv.Itoa(size)}
	}
	t.w.WriteHeader(http.StatusOK)
}

// write sends bytes so that they arrive even if nothing follows.
func (t *turn) write(data []byte) {
	t.w.Write(data) // an error means that nobody listens any more
	if flusher, ok := t.w.(http.Flusher); ok {
		flusher.Flush()
	}
}

// stall waits until the client goes, and then breaks the connection.
func (t *turn) stall() {
	select {
	case <-t.ctx.Done():
	case <-t.server.done:
	}
	panic(http.ErrAbortHandler)
}
