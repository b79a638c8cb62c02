// Package scriptedtest serves scripted model endpoints to tests, as net/http/httptest does with handlers.
package scriptedtest

import (
	"net/http/httptest"
	"testing"

	"github.com/vignette-sim/vignette/internal/scripted"
)

// Server is a scripted endpoint that is served on loopback.
type Server struct {
	*scripted.Server
	url string
}

// Start serves an endpoint until the test ends.
func Start(t testing.TB, c scripted.Config) *Server {
	t.Helper()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	s := &Server{Server: scripted.New(c)}
	server := httptest.NewServer(s)
	s.url = server.URL + "/v1"
	t.Cleanup(func() {
		s.Close()
		server.Close()
	})
	return s
}

// URL is the base URL of the endpoint; it ends in /v1.
func (s *Server) URL() string { return s.url }
