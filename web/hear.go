package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// updating is a message of a stream of PracticeService.
type updating interface {
	GetUpdate() *vignettev1.PracticeUpdate
}

// heard is what a stream brought: an update, or why there is none.
type heard struct {
	update *vignettev1.PracticeUpdate
	err    error
}

// hear receives from a stream until it ends or the context does. The goroutine ends with the context at the latest.
func hear[M updating](ctx context.Context, stream interface{ Recv() (M, error) }) <-chan heard {
	out := make(chan heard)
	go func() {
		defer close(out)
		for {
			m, err := stream.Recv()
			h := heard{err: err}
			if err == nil {
				h.update = m.GetUpdate()
			}
			select {
			case out <- h:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// relay sends what a stream brings as server-sent events, made by render, and a sign of life where nothing comes for a while. An error
// before anything came is the answer's own; one after it is told as an event "problem".
func (q *request) relay(updates <-chan heard, begun bool, render func(*vignettev1.PracticeUpdate) ([]event, error)) error {
	flusher := http.NewResponseController(q.w)
	timer := time.NewTimer(beat)
	defer timer.Stop()
	for {
		var events []event
		select {
		case h, ok := <-updates:
			if !ok || errors.Is(h.err, io.EOF) {
				return gone(q.sendAll(flusher, []event{{Name: "over", Data: "{}"}}, !begun))
			}
			err := h.err
			if err == nil {
				events, err = render(h.update)
			}
			if err != nil && !begun {
				return q.reached(err)
			}
			if err != nil {
				return gone(q.sendAll(flusher, []event{q.problemEvent(err)}, false))
			}
			if len(events) == 0 {
				continue
			}
		case <-timer.C:
		case <-q.ctx().Done():
			return nil
		}
		timer.Reset(beat)
		if err := q.sendAll(flusher, events, !begun); err != nil {
			return gone(err)
		}
		begun = true
	}
}

// sendAll sends events, or a sign of life where there are none.
func (q *request) sendAll(flusher *http.ResponseController, events []event, first bool) error {
	var out bytes.Buffer
	if first {
		q.w.Header().Set("Content-Type", "text/event-stream")
		q.w.Header().Set("X-Accel-Buffering", "no")
		out.WriteString("retry: 1500\n\n")
	}
	for _, e := range events {
		write(&out, e)
	}
	if len(events) == 0 {
		out.WriteString(": still here\n\n")
	}
	return q.send(flusher, out.Bytes())
}

func (q *request) problemEvent(err error) event {
	p := q.problemOf(q.reached(err))
	data, _ := json.Marshal(map[string]any{"status": p.status, "title": p.says, "detail": p.how}) // of strings and numbers
	return event{Name: "problem", Data: string(data)}
}

// asUpdate is an update as JSON, with where the log stands as its id.
func asUpdate(u *vignettev1.PracticeUpdate) ([]event, error) {
	data, err := asJSON.Marshal(u)
	if err != nil {
		return nil, err
	}
	e := event{Name: "update", Data: string(data)}
	if u.GetCursor() > 0 {
		e.ID = strconv.FormatUint(u.GetCursor(), 10)
	}
	return []event{e}, nil
}

func (q *request) apiSay() error {
	r, err := q.ownSession()
	if err != nil {
		return err
	}
	in, err := ask[*vignettev1.SayRequest](q, r.id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(q.ctx())
	defer cancel()
	stream, err := r.client.Say(ctx, in)
	if err != nil {
		return q.reached(err)
	}
	return q.relay(hear(ctx, stream), false, asUpdate)
}

func (q *request) apiRetry() error {
	r, err := q.ownSession()
	if err != nil {
		return err
	}
	in, err := ask[*vignettev1.RetryTurnRequest](q, r.id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(q.ctx())
	defer cancel()
	stream, err := r.client.RetryTurn(ctx, in)
	if err != nil {
		return q.reached(err)
	}
	return q.relay(hear(ctx, stream), false, asUpdate)
}

// since is where the visitor's page or program stands: what the browser says when it comes back, or what the page asked from.
func (q *request) since() uint64 {
	id := q.Request.Header.Get("Last-Event-ID")
	if id == "" {
		id = q.URL.Query().Get("since")
	}
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// watchSession follows a session from where the visitor stands.
func (q *request) watchSession(render func(*rehearsal) func(*vignettev1.PracticeUpdate) ([]event, error)) error {
	r, err := q.session()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(q.ctx())
	defer cancel()
	stream, err := r.client.WatchSession(ctx, &vignettev1.WatchSessionRequest{Session: r.id, Cursor: q.since()})
	if err != nil {
		return q.reached(err)
	}
	// The answer begins at once, though nothing may come for long: the browser says then that it is connected.
	if err := q.sendAll(http.NewResponseController(q.w), nil, true); err != nil {
		return gone(err)
	}
	return q.relay(hear(ctx, stream), true, render(r))
}

func (q *request) apiSessionEvents() error {
	return q.watchSession(func(*rehearsal) func(*vignettev1.PracticeUpdate) ([]event, error) { return asUpdate })
}

// liveSession tells a session's page what changed: turns that are new or other than before, and how the session stands. Each has all of
// its words and a mark of what it says, so that a page that has it already leaves it as it is.
func (q *request) liveSession() error {
	return q.watchSession(func(r *rehearsal) func(*vignettev1.PracticeUpdate) ([]event, error) {
		sent := map[string]string{}
		return func(u *vignettev1.PracticeUpdate) ([]event, error) {
			if u.GetSession() == nil {
				return nil, nil
			}
			p := q.sessionPage(r, u.GetSession())
			var events []event
			for _, turn := range p.Turns {
				html, err := q.partText("session", "practice-turn", turn)
				if err != nil {
					return nil, err
				}
				if key := turn.Key(); sent[key] != html {
					sent[key] = html
					events = append(events, event{Name: "turn", Data: html})
				}
			}
			html, err := q.partText("session", "stand", p)
			if err != nil {
				return nil, err
			}
			return append(events, event{ID: strconv.FormatUint(u.GetCursor(), 10), Name: "stand", Data: html}), nil
		}
	})
}

func (q *request) partText(page, part string, data any) (string, error) {
	var out bytes.Buffer
	err := q.part(&out, page, part, data)
	return out.String(), err
}
