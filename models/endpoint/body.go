package endpoint

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"time"
)

// silence ends an attempt when nothing comes for too long. It listens while it is read from only: a slow watcher is no
// silence of the endpoint.
type silence struct {
	io.ReadCloser
	timer    *time.Timer
	patience time.Duration
}

// newSilence listens from now on.
func newSilence(patience time.Duration, end context.CancelCauseFunc) *silence {
	return &silence{patience: patience, timer: time.AfterFunc(patience, func() { end(errStall) })}
}

// guard listens to a body.
func (s *silence) guard(body io.ReadCloser) io.ReadCloser {
	s.timer.Stop()
	s.ReadCloser = body
	return s
}

func (s *silence) Read(p []byte) (int, error) {
	s.timer.Reset(s.patience)
	defer s.timer.Stop()
	return s.ReadCloser.Read(p)
}

// limited is a body that may not be larger than the largest answer.
type limited struct {
	io.ReadCloser
	left int
}

func bounded(body io.ReadCloser) io.ReadCloser { return &limited{body, largestAnswer} }

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLarge
	}
	n, err := l.ReadCloser.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// events is a stream of server-sent events of which only lines of data are left: go-openai takes comments, by which some
// servers show that they are alive, for the beginning of an error. An error ends it, and is kept.
type events struct {
	source    *bufio.Reader
	body      io.Closer
	complaint *[]byte
	rest      []byte // of what is handed on
	err       error  // behind the rest
	inside    bool   // within a line too long for the buffer
	keep      bool   // that line is handed on
}

// longestPiece is how much of a line is handed on at once, and how much of an error is kept.
const longestPiece = 4 << 10

func newEvents(body io.ReadCloser, complaint *[]byte) *events {
	return &events{source: bufio.NewReaderSize(body, longestPiece), body: body, complaint: complaint}
}

// isWhole tells whether the body is no stream but an answer, or something else, as a whole. It waits for its first byte.
func (e *events) isWhole() bool {
	first, err := e.source.Peek(1)
	return err == nil && bytes.ContainsAny(first, "{[<")
}

// whole is the body as it came.
func (e *events) whole() io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{e.source, e.body}
}

func (e *events) Read(p []byte) (int, error) {
	for len(e.rest) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		e.next()
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// next reads the next line, or piece of one.
func (e *events) next() {
	line, err := e.source.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		e.err = err
	}
	if !e.inside {
		data, ok := bytes.CutPrefix(line, []byte("data:"))
		e.keep = ok
		if data = bytes.TrimSpace(data); ok && bytes.HasPrefix(data, []byte(`{"error":`)) {
			*e.complaint = bytes.Clone(data)
			e.err, e.keep = io.EOF, false
		}
	}
	e.inside = err != nil
	if e.keep {
		e.rest = line
	}
}

func (e *events) Close() error { return e.body.Close() }
