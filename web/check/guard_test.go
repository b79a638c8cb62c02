package check_test

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/web"
)

// A name that was made to mean this machine is not this machine's.
func TestHost(t *testing.T) {
	_, port, err := net.SplitHostPort(h.pages.Addr())
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{
		"127.0.0.1:" + port: 200, "localhost:" + port: 200, "localhost": 200, "[::1]:" + port: 200, "127.0.0.2": 200,
		"evil.example": 421, "evil.example:" + port: 421, "localhost.evil.example": 421, "127.0.0.1.evil.example:" + port: 421, "192.168.1.4:" + port: 421, "0.0.0.0:" + port: 421,
	} {
		for _, path := range []string{"/", "/api/runs", "/static/site.css", "/nowhere"} {
			got := ask(t, h.pages, http.MethodGet, path, "", func(r *http.Request) { r.Host = host })
			if (got.status == 421) != (want == 421) {
				t.Errorf("%s as %s: %d", path, host, got.status)
			}
			if want == 421 && strings.Contains(got.body, h.played) {
				t.Errorf("%s as %s tells of runs", path, host)
			}
		}
	}
}

// What takes nothing in says so, and names the methods that it has.
func TestMethods(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions} {
		for _, path := range []string{"/", "/runs/" + h.played, "/episodes/" + h.playedEpisode, "/scenarios", "/api/episodes/" + h.playedEpisode,
			"/api/events", "/static/site.css", "/nowhere"} {
			got := ask(t, h.pages, method, path, "")
			if got.status != http.StatusMethodNotAllowed || strings.Contains(got.header.Get("Allow"), http.MethodPost) {
				t.Errorf("%s %s: %d, allowed %q", method, path, got.status, got.header.Get("Allow"))
			}
		}
	}
	if got := ask(t, h.pages, http.MethodDelete, "/validate", ""); got.status != 405 || got.header.Get("Allow") != "GET, POST, HEAD" {
		t.Errorf("DELETE /validate: %d, allowed %q", got.status, got.header.Get("Allow"))
	}
}

// Pages may start runs and stop them; a form on another site may not.
func TestForeignForms(t *testing.T) {
	form := url.Values{"scenario": {"ask-for-leave"}, "repeats": {"1"}, "seed": {"5"}, "model": {"builtin"}}.Encode()
	before := strings.Count(ask(t, h.pages, http.MethodGet, "/api/runs", "").body, `"run":`)
	for name, change := range map[string]func(*http.Request){
		"site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"port":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"origin": func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
		"null":   func(r *http.Request) { r.Header.Set("Origin", "null") },
	} {
		for _, path := range []string{"/runs", "/api/v1/runs", "/runs/" + h.played + "/cancel", "/validate"} {
			if got := ask(t, h.pages, http.MethodPost, path, form, change); got.status != http.StatusForbidden {
				t.Errorf("%s from another %s: %d", path, name, got.status)
			}
		}
	}
	if after := strings.Count(ask(t, h.pages, http.MethodGet, "/api/runs", "").body, `"run":`); after != before {
		t.Errorf("%d runs were started from elsewhere", after-before)
	}
	own := func(r *http.Request) {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Origin", h.pages.URL())
	}
	got := ask(t, h.pages, http.MethodPost, "/runs", form, own)
	if got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/runs/") {
		t.Fatalf("from the page itself: %d, %s", got.status, got.body)
	}
	if got := ask(t, h.pages, http.MethodGet, got.header.Get("Location"), ""); got.status != 200 {
		t.Errorf("the run that was started: %d", got.status)
	}
}

// Without a login there is no way to serve others, and the refusal says what would do.
func TestBeyondLoopback(t *testing.T) {
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0"} {
		_, err := web.Listen(web.Config{Address: address})
		var unprotected *web.UnprotectedError
		if !errors.As(err, &unprotected) || unprotected.Lacks != "a login" || !strings.Contains(err.Error(), "127.0.0.1:8080") {
			t.Errorf("%s: %v", address, err)
		}
	}
	var lacking *web.UnprotectedError
	if _, err := web.Listen(web.Config{Address: ":0", Cert: "cert.pem", Key: "key.pem"}); !errors.As(err, &lacking) || lacking.Lacks != "a login" {
		t.Errorf("with a certificate and no accounts: %v", err)
	}
	for _, address := range []string{"nonsense", "127.0.0.1:x"} {
		if _, err := web.Listen(web.Config{Address: address}); err == nil || !strings.Contains(err.Error(), "host:port") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// The validator lists everything that is wrong, by line; it takes what a scenario may be large, and no more.
func TestValidate(t *testing.T) {
	bad := "id: x\ntitle: T\nnonsense: 1\nturn_taking: sideways\nroles: []\n"
	got := ask(t, h.pages, http.MethodPost, "/validate", url.Values{"text": {bad}}.Encode())
	for _, want := range []string{"to mend", "Line 3", "nonsense", "Line 4"} {
		if !strings.Contains(text(t, got.body), want) {
			t.Errorf("%d: the page does not say %q: %s", got.status, want, text(t, got.body))
		}
	}
	checkInert(t, "/validate", got.body, false)
	for path, body := range map[string]string{"/validate": url.Values{"text": {attack}}.Encode(), "/api/validate": attack} {
		got := ask(t, h.pages, http.MethodPost, path, body)
		if got.status != 200 {
			t.Errorf("%s: %d", path, got.status)
		}
		if path == "/validate" {
			checkInert(t, path, got.body, false)
		}
	}
	if got := ask(t, h.pages, http.MethodPost, "/api/validate", bad); !strings.Contains(got.body, `"right":false`) || !strings.Contains(got.body, `"line":3`) {
		t.Errorf("as JSON: %s", got.body)
	}
	right := ask(t, h.pages, http.MethodGet, "/validate?from=refuse-a-loan", "")
	for _, n := range elements(t, right.body) {
		if n.Data == "textarea" {
			got := ask(t, h.pages, http.MethodPost, "/validate", url.Values{"text": {n.FirstChild.Data}}.Encode())
			if !strings.Contains(text(t, got.body), "can be played") {
				t.Errorf("a scenario of the library is not right: %s", text(t, got.body))
			}
		}
	}
	for _, path := range []string{"/validate", "/api/validate"} {
		if got := ask(t, h.pages, http.MethodPost, path, "text="+strings.Repeat("a", 5<<20)); got.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s with 5 MiB: %d", path, got.status)
		}
	}
}
