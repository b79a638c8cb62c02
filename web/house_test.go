package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/web"
	"github.com/vignette-sim/vignette/web/account"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a node with pages, and what there is to see on them.
type house struct {
	t     testing.TB
	node  *node.Node
	store *account.Store // nil where there is one user
	url   string
	// A study, a session of tim's, one of his that he let researchers see, and a campaign over the study; an episode of each run.
	study, session, consented, campaign string
	episodes                            map[string]string
}

const password = "correct horse battery"

// people are the accounts of a house. sue supervises tim, ann rates the campaign, rex began the study.
var people = map[string][]account.Role{
	"root": {account.Admin}, "rex": {account.Researcher}, "ria": {account.Researcher}, "ann": {account.Rater}, "ben": {account.Rater},
	"sue": {account.Supervisor}, "sam": {account.Supervisor}, "tim": {account.Trainee}, "tom": {account.Trainee},
}

func build(t testing.TB, login bool) *house {
	t.Helper()
	n, err := node.Open(t.Context(), node.Config{Dir: t.TempDir(), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, node: n, episodes: map[string]string{}}
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := n.HostBuiltin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := n.HostEngine(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := n.HostFeedback(t.Context(), time.Now); err != nil {
		t.Fatal(err)
	}
	if _, err := n.HostPractice(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	h.study = h.play(short(t), 3, nil)
	h.session = h.play(short(t), 1, &vignettev1.Practice{Role: "counselor", Trainee: "tim"})
	h.consented = h.play(short(t), 1, &vignettev1.Practice{Role: "counselor", Trainee: "tim", Consent: &vignettev1.Consent{Given: true, Text: "yes"}})
	opened, err := n.Directory().Feedback().OpenCampaign(t.Context(), &vignettev1.OpenCampaignRequest{Run: h.study, Rubric: &vignettev1.Codebook{
		Title: "How was it?", Scales: []*vignettev1.RatingScale{{Id: "good", Question: "How good?", Min: 1, Max: 5}, {Id: "long", Question: "How long?", Min: 1, Max: 3}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	h.campaign = opened.GetCampaign()
	if login {
		h.accounts()
	}
	server, err := n.ServeWeb(web.Config{Address: "127.0.0.1:0", Accounts: h.store})
	if err != nil {
		t.Fatal(err)
	}
	h.url = server.URL()
	return h
}

func (h *house) accounts() {
	h.t.Helper()
	var err error
	if h.store, err = account.Open(h.t.Context(), filepath.Join(h.t.TempDir(), "accounts.db"), time.Now); err != nil {
		h.t.Fatal(err)
	}
	account.MakeCheap(h.store)
	h.t.Cleanup(func() { h.store.Close() })
	must := func(err error) {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
	}
	for name, roles := range people {
		must(h.store.Add(h.t.Context(), name, password, roles))
	}
	must(h.store.Supervise(h.t.Context(), "sue", []string{"tim"}))
	must(h.store.SetRaters(h.t.Context(), h.campaign, []string{"ann"}))
	must(h.store.Own(h.t.Context(), "/runs/"+h.study, "rex"))
}

// short is a session of four turns.
func short(t testing.TB) *vignettev1.Scenario {
	t.Helper()
	scenario, err := scenarios.Find("cbt-intake")
	if err != nil {
		t.Fatal(err)
	}
	scenario.Stop.MaxTurns, scenario.Probes, scenario.Factors = 4, nil, nil
	scenario.Evaluators = []*vignettev1.EvaluatorUse{{Name: "mi"}}
	for _, role := range scenario.GetRoles() {
		role.Reward = nil
	}
	return scenario
}

// play plays a run and remembers one of its episodes.
func (h *house) play(scenario *vignettev1.Scenario, repeats int, practice *vignettev1.Practice) string {
	h.t.Helper()
	runner := h.node.Runner()
	planner, err := runner.Prepare(h.t.Context(), runs.Design{Scenarios: []*vignettev1.Scenario{scenario}, Repeats: repeats, Seed: 1, Practice: practice})
	if err != nil {
		h.t.Fatal(err)
	}
	run := planner.Manifest().GetRun()
	if err := runner.Play(h.t.Context(), planner, runs.Options{}); err != nil {
		h.t.Fatal(err)
	}
	h.episodes[run] = episode.ID(run, planner.Cell(0))
	return run
}

// browser keeps cookies and follows nothing.
type browser struct {
	h      *house
	client *http.Client
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	transport := &http.Transport{}
	h.t.Cleanup(transport.CloseIdleConnections)
	return &browser{h, &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as logs somebody in.
func (h *house) as(name string) *browser {
	h.t.Helper()
	b := h.browser()
	if name == "" {
		return b
	}
	if got := b.ask("POST", "/login", "name="+name+"&password="+url.QueryEscape(password)); got.status != http.StatusSeeOther {
		h.t.Fatalf("%s cannot log in: %d %s", name, got.status, got.body)
	}
	return b
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a form, or JSON where the path is of the API. What is live is left once it has begun.
func (b *browser) ask(method, path, body string) answer {
	b.h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, b.h.url+path, strings.NewReader(body))
	if err != nil {
		b.h.t.Fatal(err)
	}
	if method != "GET" {
		request.Header.Set("Content-Type", map[bool]string{true: "application/json", false: "application/x-www-form-urlencoded"}[strings.HasPrefix(path, "/api/")])
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.h.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode, header: response.Header}
	if response.Header.Get("Content-Type") == "text/event-stream" {
		return a
	}
	data, err := io.ReadAll(response.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	a.body = string(data)
	return a
}

// fill puts objects into a path.
func fill(path string, values map[string]string) string {
	for name, value := range values {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return strings.ReplaceAll(path, "{$}", "")
}

func (h *house) must(got answer, want int) answer {
	h.t.Helper()
	if got.status != want {
		h.t.Fatalf("status %d, want %d: %s", got.status, want, fmt.Sprintf("%.400s", got.body))
	}
	return got
}
