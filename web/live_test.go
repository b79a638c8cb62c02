package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a connection that takes deadlines, and everything.
type slow struct {
	*httptest.ResponseRecorder
	mu sync.Mutex
}

func (s *slow) SetWriteDeadline(time.Time) error { return nil }

func (s *slow) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ResponseRecorder.Write(data)
}

func (s *slow) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Body.String()
}

// A stream without news shows now and then that it is alive, goes on when the log grows, and ends when the server does.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base, stop := context.WithCancel(t.Context())
		defer stop()
		var mu sync.Mutex
		var mark uint64
		s := &site{live: newLive(base, func(context.Context) (uint64, error) {
			mu.Lock()
			defer mu.Unlock()
			return mark, nil
		})}
		w := &slow{ResponseRecorder: httptest.NewRecorder()}
		q := &request{site: s, w: w, Request: httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/events", nil)}
		ended := make(chan error, 1)
		go func() {
			ended <- q.stream(func(_ context.Context, since string) ([]event, bool, error) {
				mu.Lock()
				defer mu.Unlock()
				if mark == 0 || since == "1" {
					return nil, true, nil
				}
				return []event{{ID: "1", Name: "runs", Data: "two\nlines"}}, true, nil
			})
		}()
		time.Sleep(3*beat + time.Second) // of a clock that is not the machine's
		if n := strings.Count(w.said(), ": still here\n\n"); n != 3 {
			t.Errorf("%d signs of life in three beats: %q", n, w.said())
		}
		mu.Lock()
		mark = 1
		mu.Unlock()
		time.Sleep(2 * look)
		if !strings.HasSuffix(w.said(), "id: 1\nevent: runs\ndata: two\ndata: lines\n\n") {
			t.Errorf("told %q", w.said())
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		s.live.wait()
	})
}
