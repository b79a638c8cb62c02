package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Pages are there, forbid whatever is not their own, and say what is not there; another host's name is refused.
func TestServePages(t *testing.T) {
	p := newProgram(t)
	ran := records(t, p.must("run", "ask-for-leave", "--repeats", "2", "--json"))
	run, episode := ran[0]["run"].(string), ran[1]["episode"].(string)
	engine := p.start("serve", "--json", "--grpc", "127.0.0.1:0", "--web", "127.0.0.1:0")
	base, _ := engine.launch["web"].(string)
	get := func(path, host string) (int, string, http.Header) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(base, "/")+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			request.Host = host
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body), answer.Header
	}
	for path, want := range map[string]string{
		"/": "Vignette", "/runs": run, "/runs/" + run: "How it was set up", "/episodes/" + episode: "Gwen Addo", "/scenarios": "ask-for-leave", "/scenarios/ask-for-leave": "Ines Carvalho",
		"/compare": "Compare", "/validate": "Validate",
	} {
		code, body, header := get(path, "")
		if code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s is %d and does not say %q", path, code, want)
		}
		if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s has the policy %q", path, policy)
		}
	}
	if code, _, _ := get("/nothing", ""); code != http.StatusNotFound {
		t.Errorf("what is not there is %d", code)
	}
	if code, _, _ := get("/runs", "evil.example"); code < 400 {
		t.Errorf("under another name it answers %d", code)
	}
}
