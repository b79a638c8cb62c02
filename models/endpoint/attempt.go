package endpoint

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Bounds on what is read.
const (
	largestAnswer    = 32 << 20
	largestComplaint = 64 << 10
)

// grace is how long the end of a stream is waited for after its last word, so that the connection can be used again.
const grace = 100 * time.Millisecond

var (
	errRefused  = errors.New("the endpoint refused")
	errTooLarge = fmt.Errorf("larger than %d MiB", largestAnswer>>20)
)

// attempt is one request on its way. It is the HTTP client of a go-openai client of its own: it completes the body,
// sends it, and keeps what go-openai would drop of the answer.
type attempt struct {
	endpoint *Endpoint
	ctx      context.Context
	end      context.CancelCauseFunc
	clock    *time.Timer // ends the attempt
	front    []byte      // fields put at the front of the body
	streamed bool        // the answer is asked for as a stream

	conversation []*vignettev1.ChatMessage // put into the body; nil for what has none

	body      []byte // as sent; nil for what has none
	sent      bool   // the transport was asked
	status    int    // 0: no answer
	told      time.Duration
	complaint []byte // what the endpoint said instead of an answer
	answer    []byte // the whole body, when it is no stream
	silence   *silence
	stream    io.Reader // the body of a stream, before events are read from it
}

func (e *Endpoint) newAttempt(ctx context.Context) *attempt {
	a := &attempt{endpoint: e}
	a.ctx, a.end = context.WithCancelCause(ctx)
	a.clock = time.AfterFunc(e.timeout, func() { a.end(errTimeout) })
	return a
}

// close ends the attempt, whatever still goes on.
func (a *attempt) close() {
	a.clock.Stop()
	if a.silence != nil {
		a.silence.timer.Stop()
	}
	a.end(nil)
}

// client is a go-openai client that asks by this attempt.
func (a *attempt) client() *openai.Client {
	config := a.endpoint.client
	config.HTTPClient = a
	return openai.NewClientWithConfig(config)
}

// Do sends a request that go-openai has built. It follows no redirect: the key is for one host.
func (a *attempt) Do(req *http.Request) (*http.Response, error) {
	if err := a.complete(req); err != nil {
		return nil, err
	}
	if user := a.endpoint.user; user != nil && req.Header.Get("Authorization") == "" {
		req.Header.Set("Authorization", "Basic "+basic(user))
	}
	if a.streamed {
		a.silence = newSilence(a.endpoint.idle, a.end)
	}
	a.sent = true
	resp, err := a.endpoint.transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	a.status, a.told = resp.StatusCode, told(resp.Header, time.Now())
	if resp.StatusCode/100 != 2 {
		a.readComplaint(resp)
		return nil, errRefused
	}
	if !a.streamed {
		resp.Body = bounded(resp.Body)
		err := a.readAnswer(resp)
		if a.conversation != nil {
			resp.Body = io.NopCloser(strings.NewReader("{}")) // the answer is read once, and not by go-openai
		}
		return resp, err
	}
	resp.Body = bounded(a.silence.guard(resp.Body))
	a.stream = resp.Body
	events := newEvents(resp.Body, &a.complaint)
	resp.Body = events
	if events.isWhole() {
		return resp, a.readEvent(resp)
	}
	return resp, nil
}

// complete puts the attempt's fields at the front of a body, and the messages into it.
func (a *attempt) complete(req *http.Request) error {
	if req.Body == nil {
		return nil
	}
	written, err := io.ReadAll(req.Body)
	if err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	rest, ok := bytes.CutPrefix(written, []byte{'{'})
	if !ok {
		return fmt.Errorf("the body is no JSON object")
	}
	body := make([]byte, 0, len(a.front)+len(written)+roomFor(a.conversation))
	body = append(append(body, '{'), a.front...)
	if a.conversation == nil {
		body = append(body, rest...)
	} else if body, err = withMessages(body, rest, a.conversation); err != nil {
		return err
	}
	a.body = body
	req.ContentLength = int64(len(body))
	req.Body = io.NopCloser(bytes.NewReader(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return nil
}

// readComplaint keeps what an answer without success says. What is read to its end leaves a connection that can be used
// again.
func (a *attempt) readComplaint(resp *http.Response) {
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, largestComplaint)) // what came is told; that more did not come is no news
	a.complaint = a.head(body)
	if location, err := resp.Location(); err == nil && resp.StatusCode/100 == 3 {
		location.User, location.RawQuery, location.Fragment = nil, "", ""
		a.complaint = fmt.Appendf(nil, "it redirects to %v; redirects are not followed, base_url has to say where it is", location)
	}
}

// head is the beginning of a body, for people. If it is cut, then well before the cut: half a secret would not be known
// as one.
func (a *attempt) head(body []byte) []byte {
	if len(body) < largestComplaint {
		return body
	}
	return body[:largestComplaint-min(a.endpoint.secrets.longest, largestComplaint)]
}

// readAnswer reads a whole body.
func (a *attempt) readAnswer(resp *http.Response) error {
	defer resp.Body.Close()
	buffer := bytes.NewBuffer(make([]byte, 0, max(512, min(resp.ContentLength, 1<<20))+bytes.MinRead))
	if _, err := buffer.ReadFrom(resp.Body); err != nil {
		return err
	}
	a.answer = buffer.Bytes()
	resp.Body = io.NopCloser(bytes.NewReader(a.answer))
	return nil
}

// readEvent reads a whole answer to a request for a stream, and makes it a stream of one event.
func (a *attempt) readEvent(resp *http.Response) error {
	resp.Body = resp.Body.(*events).whole()
	if err := a.readAnswer(resp); err != nil {
		return err
	}
	if isComplaint(a.answer) {
		a.complaint = a.head(a.answer)
		return errRefused
	}
	event := bytes.NewBufferString("data: ")
	if err := json.Compact(event, a.answer); err != nil {
		return err
	}
	event.WriteString("\n\ndata: [DONE]\n\n")
	resp.Body = io.NopCloser(event)
	return nil
}

// drain reads a stream to its very end, so that the connection can be used again. It does not wait long for it.
func (a *attempt) drain() {
	a.silence.patience = grace
	_, _ = io.Copy(io.Discard, a.stream) // a connection that is lost is opened anew
}

func basic(user *url.Userinfo) string {
	password, _ := user.Password()
	return base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
}

// failed says how the attempt failed, given the error it ended with.
func (a *attempt) failed(err error) *failure {
	switch cause := context.Cause(a.ctx); cause {
	case errStall:
		return a.passing(stall, fmt.Sprintf("nothing came for %v", a.endpoint.idle))
	case errTimeout:
		return a.passing(timedOut, fmt.Sprintf("it took longer than %v", a.endpoint.timeout))
	case errCallTime:
		return a.passing(timedOut, fmt.Sprintf("the %v for all attempts were over", a.endpoint.callTime))
	}
	switch {
	case !a.sent:
		return &failure{reason: ReasonRequest, message: err.Error()}
	case a.status == 0:
		return a.passing(connection, err.Error())
	case a.complaint != nil:
		return a.judged()
	case isBrokenOff(err) && !a.endedWell(err):
		return a.passing(cut, "the answer broke off")
	default:
		message := err.Error()
		if len(a.answer) > 0 {
			message = fmt.Sprintf("%v: %s", err, a.head(a.answer))
		}
		return a.passing(malformed, message)
	}
}

func isBrokenOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isNetwork(err)
}

// endedWell says whether it was not the connection that broke off: all of a body came, and it is the JSON in it that does
// not end.
func (a *attempt) endedWell(err error) bool {
	return len(a.answer) > 0 && !errors.Is(err, errBrokenOff)
}

// judged says what the endpoint's complaint comes to.
func (a *attempt) judged() *failure {
	c, status := readComplaint(a.complaint), a.status
	if status/100 == 2 {
		status = c.status() // an error where an answer should be, or behind the beginning of one
	}
	f := judge(status, c)
	f.told = a.told
	return f
}

func (a *attempt) passing(kind, message string) *failure {
	return &failure{kind: kind, status: a.status, message: message, told: a.told}
}

func isNetwork(err error) bool {
	var network net.Error
	return errors.As(err, &network)
}

// worked tells whether the endpoint may have worked on the request, so that it took tokens: not when it turned the
// request away, and not when it could not be reached.
func (a *attempt) worked(err error) bool {
	var network *net.OpError
	switch {
	case !a.sent:
		return false
	case a.status == 0:
		return !(errors.As(err, &network) && network.Op == "dial")
	default:
		return a.status/100 == 2
	}
}
