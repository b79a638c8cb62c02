package web_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/web"
)

var update = flag.Bool("update", false, "write golden files anew")

// verdict is whether somebody got in: what they asked for, a mistake in it, or the door.
func verdict(a answer) string {
	switch {
	case a.status == http.StatusSeeOther && strings.HasPrefix(a.header.Get("Location"), "/login?"), a.status == http.StatusUnauthorized:
		return "login"
	case a.status == http.StatusForbidden:
		return "no"
	case a.status == http.StatusNotFound:
		return "none"
	case a.status >= 500:
		return fmt.Sprint(a.status)
	}
	return "in"
}

// Every route, asked for by everybody, about everything: the table is the golden file, and what must hold whatever it says is held below.
func TestAccess(t *testing.T) {
	h := build(t, true)
	names := append([]string{""}, slices.Sorted(maps.Keys(people))...)
	browsers := map[string]*browser{}
	for _, name := range names {
		browsers[name] = h.as(name)
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-62s", "in: may; no: not with this role; none: as if it were not there")
	for _, name := range names {
		fmt.Fprintf(&table, " %-5s", map[bool]string{true: "-", false: name}[name == ""])
	}
	table.WriteString("\n")
	for _, r := range web.Routes() {
		for _, object := range h.objects(r.Path) {
			fmt.Fprintf(&table, "%-62s", r.Method+" "+r.Path+object.label)
			for _, name := range names {
				if r.Path == "/logout" || r.Method == "DELETE" {
					browsers[name] = h.as(name) // Whoever left comes back.
				}
				got := verdict(browsers[name].ask(r.Method, fill(r.Path, object.values), object.body))
				if r.Path == "/logout" || r.Method == "DELETE" || r.Path == "/account" && r.Method == "POST" {
					browsers[name] = h.as(name)
				}
				fmt.Fprintf(&table, " %-5s", got)
				h.hold(r, object, name, got)
			}
			table.WriteString("\n")
		}
	}
	file := filepath.Join("testdata", "access.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(table.String(), "\n")); diff != "" {
		t.Errorf("who may what has changed (-want +got):\n%s", diff)
	}
}

// object is something that a route is asked about.
type object struct {
	label  string
	owner  string // whose session it is, "" for a study's
	values map[string]string
	body   string
}

func (h *house) objects(path string) []object {
	var out []object
	runs := []object{{label: " (study)"}, {label: " (tim's session)", owner: "tim"}, {label: " (tim's, consented)", owner: "tim"}}
	for i, run := range []string{h.study, h.session, h.consented} {
		runs[i].values = map[string]string{"run": run, "episode": h.episodes[run], "order": "pause"}
	}
	for i, run := range []string{h.session, h.consented} {
		runs[i+1].values["session"], runs[i+1].values["do"] = run, "pause"
	}
	switch {
	case strings.Contains(path, "{session}"):
		for i := range runs[1:] { // Mistakes, which change nothing.
			runs[i+1].body = map[bool]string{true: "{}", false: "what=nothing"}[strings.HasPrefix(path, "/api/")]
		}
		return runs[1:]
	case strings.Contains(path, "{run}"), strings.Contains(path, "{episode}"):
		return runs
	case strings.HasSuffix(path, "/raters"):
		out = []object{{values: map[string]string{"campaign": h.campaign}, body: "raters=ann"}}
	case strings.Contains(path, "{campaign}"):
		out = []object{{values: map[string]string{"campaign": h.campaign}, body: "{}"}}
	case strings.Contains(path, "{name}"):
		out = []object{{values: map[string]string{"name": "tom"}}} // Without roles: a mistake, which changes nothing.
	case strings.Contains(path, "{scenario}"):
		out = []object{{values: map[string]string{"scenario": "ask-for-leave"}}}
	case path == "/api/v1/session":
		out = []object{{body: "{}"}}
	default:
		out = []object{{}}
	}
	return out
}

// hold holds what must be so, whatever the table says.
func (h *house) hold(r web.Route, o object, name, got string) {
	h.t.Helper()
	let := got == "in"
	roles := people[name]
	what := fmt.Sprintf("%s %s%s by %q: %s", r.Method, r.Path, o.label, name, got)
	switch {
	case strings.HasPrefix(got, "5"):
		h.t.Errorf("%s is an error of ours", what)
	case name == "" && let && !r.Open:
		h.t.Errorf("%s though nobody has logged in", what)
	case len(roles) == 1 && len(r.Who) > 0 && let && !slices.Contains(r.Who, roles[0]):
		h.t.Errorf("%s though the role is not in the table", what)
	case o.owner != "" && let && slices.Contains([]string{"ann", "ben", "sam", "tom"}, name):
		h.t.Errorf("%s though the session is %s's", what, o.owner)
	case o.owner != "" && let && strings.Contains(o.label, "session") && (name == "rex" || name == "ria"):
		h.t.Errorf("%s though the trainee did not consent", what)
	case o.owner == "" && let && strings.Contains(r.Path, "{run}") && !slices.Contains([]string{"root", "rex", "ria"}, name):
		h.t.Errorf("%s though they do no research", what)
	case strings.Contains(r.Path, "{campaign}") && let && (name == "ben" || name == "tim" || name == "sue"):
		h.t.Errorf("%s though they were not asked to rate it", what)
	case strings.HasPrefix(r.Path, "/accounts") && let && name != "root":
		h.t.Errorf("%s though they are no admin", what)
	}
}

// A session's manifest holds what its partner keeps from the trainee, and those who look after trainees get no more of it.
func TestManifestStaysWithResearch(t *testing.T) {
	h := build(t, true)
	for name, want := range map[string]bool{"root": true, "rex": true, "sue": false} {
		if got := strings.Contains(h.must(h.as(name).ask("GET", "/api/v1/runs/"+h.consented, ""), 200).body, `"scenarios":[{`); got != want {
			t.Errorf("%s gets scenarios: %v, want %v", name, got, want)
		}
	}
}

// What is private to the roles of an episode is for those who do research, and said by nobody's page unasked.
func TestPrivateStates(t *testing.T) {
	h := build(t, true)
	for _, name := range []string{"root", "rex", "sue"} {
		b := h.as(name)
		run := h.consented
		for _, path := range []string{"/episodes/", "/api/v1/episodes/"} {
			heard := h.must(b.ask("GET", path+h.episodes[run], ""), 200).body
			inside := h.must(b.ask("GET", path+h.episodes[run]+"?private=1", ""), 200).body
			if strings.Contains(heard, "distress ") {
				t.Errorf("%s is told states unasked at %s", name, path)
			}
			if told := strings.Contains(inside, "distress "); told != (name != "sue") {
				t.Errorf("%s asks for states at %s: told %v", name, path, told)
			}
		}
	}
}

// Whoever looks is recorded, and so is whoever was turned away.
func TestTrailOfPages(t *testing.T) {
	h := build(t, true)
	page := "/episodes/" + h.episodes[h.session]
	h.must(h.as("sue").ask("GET", page, ""), 200)
	h.must(h.as("sam").ask("GET", page, ""), 404)
	h.must(h.as("root").ask("GET", "/api/v1"+page, ""), 200)
	lines, err := h.store.Trail(t.Context(), page, "", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lines {
		got = append(got, l.Name+" "+l.Action)
	}
	if diff := cmp.Diff([]string{"root view", "sam refused", "sue view"}, got); diff != "" {
		t.Error(diff)
	}
}

// A form of another site does nothing, whatever cookie comes with it; and a name that was made to mean this machine opens nothing.
func TestForeign(t *testing.T) {
	h := build(t, false)
	b := h.browser()
	for _, tc := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"own", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, 200},
		{"another site", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		{"another port of this machine", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403},
		{"an old browser of another site", func(r *http.Request) { r.Header.Set("Origin", "https://example.org") }, 403},
		{"another name", func(r *http.Request) { r.Host = "example.org" }, 421},
	} {
		request, err := http.NewRequestWithContext(t.Context(), "POST", h.url+"/validate", strings.NewReader("text=x"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		tc.change(request)
		response, err := b.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, response.StatusCode, tc.want)
		}
		if response.Header.Get("Content-Security-Policy") != web.Policy {
			t.Errorf("%s: the answer has no policy", tc.name)
		}
	}
}

// After a login one goes on where one wanted to, and never to another site.
func TestOnward(t *testing.T) {
	h := build(t, true)
	for next, want := range map[string]string{
		"/runs?x=1": "/runs?x=1", "": "/", "//example.org": "/", "https://example.org": "/", "/\\example.org": "/", "/\t/example.org": "/", "runs": "/",
	} {
		got := h.browser().ask("POST", "/login", "name=rex&password=correct+horse+battery&next="+strings.ReplaceAll(strings.ReplaceAll(next, "\\", "%5C"), "\t", "%09"))
		if got.status != http.StatusSeeOther || got.header.Get("Location") != want {
			t.Errorf("%q leads to %q (%d)", next, got.header.Get("Location"), got.status)
		}
		cookie := got.header.Get("Set-Cookie")
		if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
			t.Errorf("cookie %q", strings.SplitN(cookie, "=", 2)[0])
		}
	}
}

// What would be open to others without protection does not open.
func TestListenRefuses(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0"} {
		server, err := web.Listen(web.Config{Address: address})
		if err == nil {
			t.Errorf("%s listens", address)
			_ = server.Stop(t.Context())
			continue
		}
		if _, ok := err.(*web.UnprotectedError); !ok || !strings.Contains(err.Error(), "--accounts") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
