package openenv

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"
)

// What one connection may do. Chosen: far above what a policy does, far below what would be felt by others.
const (
	maxFrame     = 256 << 10 // bytes; the longest text an action can have, with every character escaped, is 240 KB
	maxFaults    = 100       // frames that are no request, or not as the schema says
	framesSecond = 1000      // beyond that a connection waits
	writeTimeout = 10 * time.Second
)

// message is what a client sends.
type message struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// reply is what it is answered with.
type reply struct {
	Type string `json:"type"`
	Data any    `json:"data"`
}

// socket is a connection and its environment.
type socket struct {
	server *Server
	conn   *websocket.Conn
	seat   *seat
	faults int
}

// serveSocket serves one connection until either side has had enough.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	select {
	case s.connections <- struct{}{}:
		defer func() { <-s.connections }()
	default:
		http.Error(w, "as many connections are open as may be; close one or come back later", http.StatusServiceUnavailable)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // The client has been answered.
	}
	conn.SetReadLimit(maxFrame)
	defer conn.CloseNow()
	ctx, cancel := context.WithCancel(s.base)
	defer cancel()
	c := &socket{server: s, conn: conn, seat: &seat{service: s.config.Service, defaults: s.config.Defaults}}
	defer c.seat.leave()
	frames := make(chan []byte)
	go c.read(ctx, cancel, frames)
	code, why := c.serve(ctx, frames)
	_ = conn.Close(code, why) // The client may have gone.
}

// read reads frames. It reads on while one is being answered, so that a client that goes is noticed at once; the frame after that has
// to wait.
func (c *socket) read(ctx context.Context, gone context.CancelFunc, frames chan<- []byte) {
	defer gone()
	limiter := rate.NewLimiter(framesSecond, framesSecond)
	for {
		_, frame, err := c.conn.Read(ctx)
		if err != nil || limiter.Wait(ctx) != nil {
			return
		}
		select {
		case frames <- frame:
		case <-ctx.Done():
			return
		}
	}
}

// serve answers frames, one after the other, and says how the connection ends.
func (c *socket) serve(ctx context.Context, frames <-chan []byte) (websocket.StatusCode, string) {
	idle := time.NewTimer(c.server.config.Idle)
	defer idle.Stop()
	for {
		select {
		case frame := <-frames:
			again, err := c.answer(ctx, frame)
			switch {
			case err != nil:
				return websocket.StatusGoingAway, "the answer could not be sent"
			case !again:
				return websocket.StatusNormalClosure, ""
			case c.faults > maxFaults:
				_ = c.send(reply{"error", faultf(sessionError, "%d faulty messages; the connection is closed", c.faults)})
				return websocket.StatusPolicyViolation, "too many faulty messages"
			}
			idle.Reset(c.server.config.Idle)
		case <-idle.C:
			_ = c.send(reply{"error", faultf(sessionError, "nothing came for %v; the connection and its environment are closed", c.server.config.Idle)})
			return websocket.StatusPolicyViolation, "idle"
		case <-ctx.Done():
			return websocket.StatusGoingAway, "closing"
		}
	}
}

// answer answers a frame, and says whether the connection goes on.
func (c *socket) answer(ctx context.Context, frame []byte) (goesOn bool, err error) {
	var m message
	if wrong := read(frame, &m); wrong != nil {
		return true, c.tell(nil, wrong)
	}
	switch m.Type {
	case "reset":
		told, wrong := c.seat.reset(ctx, m.Data)
		return true, c.tell(told, wrong)
	case "step":
		told, wrong := c.seat.step(ctx, m.Data, 0)
		return true, c.tell(told, wrong)
	case "state":
		return true, c.send(reply{"state", c.seat.state()})
	case "close":
		return false, nil
	}
	return true, c.tell(nil, faultf(unknownType, "type: %q is none of reset, step, state, close", shorten(m.Type)))
}

func (c *socket) tell(told *answer, wrong *fault) error {
	if wrong == nil {
		return c.send(reply{"observation", told})
	}
	switch wrong.Code {
	case invalidJSON, unknownType, validationError:
		c.faults++
	}
	return c.send(reply{"error", wrong})
}

// send sends a message. A client that does not read for long loses its connection.
func (c *socket) send(r reply) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if err := c.conn.Write(ctx, websocket.MessageText, data); err != nil {
		return fmt.Errorf("send: %w", errors.Join(err, ctx.Err()))
	}
	return nil
}

func shorten(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}
