package check_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/scenarios"
)

// JSON tells what the pages do, with and without a version, and its errors are JSON too.
func TestAPI(t *testing.T) {
	for _, tc := range []struct {
		path   string
		status int
		check  func(answer map[string]any) bool
	}{
		{"runs", 200, func(a map[string]any) bool { return len(a["runs"].([]any)) >= 2 }},
		{"runs/" + h.hostile, 200, func(a map[string]any) bool {
			status := a["status"].(map[string]any)
			return status["run"] == h.hostile && status["total"] == 60.0 && status["ok"] == 60.0
		}},
		{"runs/" + h.hostile + "/episodes?page=2", 200, func(a map[string]any) bool {
			episodes := a["episodes"].([]any)
			return len(episodes) == 10 && a["pages"] == 2.0 && episodes[0].(map[string]any)["reward"] == nil && episodes[0].(map[string]any)["fate"] == "ok"
		}},
		{"runs/" + h.played + "/report", 200, func(a map[string]any) bool { return a["run"] == h.played }},
		{"episodes/" + h.hostileEpisode, 200, func(a map[string]any) bool {
			turns := a["turns"].([]any)
			return a["episode"] == h.hostileEpisode && len(turns) == 2 && strings.Contains(turns[0].(map[string]any)["pieces"].([]any)[0].(map[string]any)["text"].(string), "<script>")
		}},
		{"scenarios?q=loan+friend", 200, func(a map[string]any) bool {
			found := a["scenarios"].([]any)
			return len(found) == 1 && found[0].(map[string]any)["id"] == "refuse-a-loan"
		}},
		{"runs/nowhere", 404, func(a map[string]any) bool {
			return a["status"] == 404.0 && a["title"] == `There is no run "nowhere" here.`
		}},
		{"episodes/nowhere", 404, func(a map[string]any) bool { return a["status"] == 404.0 }},
		{"nowhere", 404, func(a map[string]any) bool { return a["status"] == 404.0 }},
	} {
		var answers []map[string]any
		for _, base := range []string{"/api/", "/api/v1/"} {
			got := get(t, base+tc.path)
			kind := map[bool]string{true: "application/json", false: "application/problem+json"}[tc.status == 200]
			var a map[string]any
			if err := json.Unmarshal([]byte(got.body), &a); err != nil || got.status != tc.status || got.header.Get("Content-Type") != kind {
				t.Fatalf("%s%s: %d, %s, %v: %.300s", base, tc.path, got.status, got.header.Get("Content-Type"), err, got.body)
			}
			if !tc.check(a) {
				t.Errorf("%s%s: %.1000s", base, tc.path, got.body)
			}
			if strings.Contains(got.body, "<script>") {
				t.Errorf("%s%s would be a page to a browser that guesses", base, tc.path)
			}
			answers = append(answers, a)
		}
		if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
			t.Errorf("%s hangs on the version in its path:\n%s", tc.path, diff)
		}
	}
}

// told is an event as a client has it.
type told struct{ id, name, data string }

// follow reads the first event of a stream, beginning after since.
func follow(t *testing.T, ctx context.Context, path, since string, begun func()) told {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.pages.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if since != "" {
		r.Header.Set("Last-Event-ID", since)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: %d, %s", path, got.StatusCode, got.Header)
	}
	begun()
	var e told
	for lines := bufio.NewScanner(got.Body); lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case field == "id":
			e.id = value
		case field == "event":
			e.name = value
		case field == "data":
			e.data += value
		case lines.Text() == "" && e.name != "":
			return e
		}
	}
	t.Fatalf("%s: the stream ended without an event", path)
	return e
}

// A client is told the runs at first, nothing it has already when it comes back, and what is new when there is something.
func TestEvents(t *testing.T) {
	first := follow(t, t.Context(), "/api/events", "", func() {})
	if first.name != "runs" || first.id == "" || !strings.Contains(first.data, h.played) {
		t.Fatalf("told at first: %+v", first)
	}
	again := follow(t, t.Context(), "/api/v1/events", "", func() {})
	if again.id != first.id {
		t.Errorf("the same list is told as %s and %s", first.id, again.id)
	}
	leave, err := scenarios.Find("ask-for-leave")
	if err != nil {
		t.Fatal(err)
	}
	var run string
	next := follow(t, t.Context(), "/api/events", first.id, func() {
		if run, _, err = h.play(t.Context(), leave, 1); err != nil {
			t.Error(err)
		}
	})
	if next.id == first.id || !strings.Contains(next.data, run) {
		t.Errorf("after %s was played, told %+v", run, next)
	}
	html := follow(t, t.Context(), "/runs/live", "", func() {})
	if html.name != "part" || !strings.Contains(html.data, run) {
		t.Errorf("the page is told %+v", html)
	}
}
