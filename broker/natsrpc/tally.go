package natsrpc

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/micro"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// tally counts the calls of one method, from their opening to their last frame. A call that was turned away is a request
// and an error that took no time; one that its caller cancelled is an error, unless the handler answered OK all the same.
type tally struct {
	begun    atomic.Int64
	requests atomic.Int64 // that ended
	failures atomic.Int64
	time     atomic.Int64 // nanoseconds

	mu        sync.Mutex
	lastError codes.Code
}

// begin notes the start of a call and returns when it was.
func (t *tally) begin() time.Time {
	t.begun.Add(1)
	return time.Now()
}

// end notes the end of a call.
func (t *tally) end(begun time.Time, st *status.Status) {
	t.time.Add(int64(time.Since(begun)))
	t.count(st)
}

// turnAway notes a call that did not begin.
func (t *tally) turnAway(st *status.Status) {
	t.begun.Add(1)
	t.count(st)
}

// amend corrects the outcome of a call that was counted: its answer could not be sent, or it was stopped before.
func (t *tally) amend(counted, told *status.Status) {
	if counted.Code() == codes.OK {
		t.failures.Add(1)
	}
	t.note(told.Code())
}

func (t *tally) count(st *status.Status) {
	if st.Code() != codes.OK {
		t.failures.Add(1)
		t.note(st.Code())
	}
	t.requests.Add(1)
}

func (t *tally) note(code codes.Code) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lastError = code
}

// report is what discovery tells of the method. Of the last error it tells the code only: a message may quote what was
// said in private.
func (t *tally) report(m *method) *micro.EndpointStats {
	requests := t.requests.Load()
	s := &micro.EndpointStats{
		Name: m.endpointName(), Subject: m.subject, QueueGroup: queueGroup,
		NumRequests: int(requests), NumErrors: int(t.failures.Load()), ProcessingTime: time.Duration(t.time.Load()),
		Data: json.RawMessage(fmt.Sprintf(`{"in_progress":%d}`, max(t.begun.Load()-requests, 0))),
	}
	if requests > 0 {
		s.AverageProcessingTime = s.ProcessingTime / time.Duration(requests)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lastError != codes.OK {
		s.LastError = t.lastError.String()
	}
	return s
}
