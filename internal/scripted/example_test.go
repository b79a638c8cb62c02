package scripted_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/vignette-sim/vignette/internal/scripted"
)

// An endpoint that is overloaded at first and then answers. Tests use Start, which serves until the test ends.
func ExampleNew() {
	endpoint := scripted.New(scripted.Config{Answer: func(r scripted.Request) *scripted.Reply {
		if r.Nth == 0 {
			return &scripted.Reply{Fault: scripted.RateLimit}
		}
		return nil // the usual
	}})
	server := httptest.NewServer(endpoint)
	defer server.Close()
	defer endpoint.Close()
	for range 2 {
		resp, err := http.Post(server.URL+"/v1/chat/completions", "application/json",
			strings.NewReader(`{"model":"any","messages":[{"role":"user","content":"How are you?"}]}`))
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
		fmt.Printf("%d, wait %q ms\n", resp.StatusCode, resp.Header.Get("Retry-After-Ms"))
	}
	stats := endpoint.Stats()
	fmt.Println(stats.Answered, stats.Faults)
	// Output:
	// 429, wait "20" ms
	// 200, wait "" ms
	// 1 map[rate_limit:1]
}
