package check_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/web"
)

// attack is what somebody would write who wants a reader's browser to run something; hostile.yaml has it wherever an author can write.
// A rune that turns the line around comes with it.
const attack = `<script>alert(1)</script><img src=x onerror=alert(2)>"'><svg/onload=alert(3)></title></textarea>{{.}}` + "\u202e"

// house is a node with runs in its log, and pages on it.
type house struct {
	node  *node.Node
	pages *web.Server
	// played is a run of rules, with an episode of it; hostile one of the scenario above, of sixty episodes.
	played, hostile               string
	playedEpisode, hostileEpisode string
}

var h house

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "vignette-web")
	if err == nil {
		err = h.open(context.Background(), dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if err := h.node.Close(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func (h *house) open(ctx context.Context, dir string) (err error) {
	if h.node, err = node.Open(ctx, node.Config{Dir: dir, Version: "test"}); err != nil {
		return err
	}
	if err = h.node.HostBuiltin(ctx); err != nil {
		return err
	}
	if _, err = h.node.HostEngine(ctx); err != nil {
		return err
	}
	if _, err = h.node.HostFeedback(ctx, time.Now); err != nil {
		return err
	}
	if _, err = h.node.HostPractice(ctx, nil); err != nil {
		return err
	}
	if h.pages, err = h.node.ServeWeb(web.Config{Address: "127.0.0.1:0"}); err != nil {
		return err
	}
	leave, err := scenarios.Find("ask-for-leave")
	if err != nil {
		return err
	}
	if h.played, h.playedEpisode, err = h.play(ctx, leave, 2); err != nil {
		return err
	}
	bad, err := scenarios.Load("hostile.yaml")
	if err != nil {
		return err
	}
	h.hostile, h.hostileEpisode, err = h.play(ctx, bad, 60)
	return err
}

// play plays a scenario and returns the run with the first of its episodes.
func (h *house) play(ctx context.Context, s *vignettev1.Scenario, repeats int) (run, first string, err error) {
	runner := h.node.Runner()
	planner, err := runner.Prepare(ctx, runs.Design{Scenarios: []*vignettev1.Scenario{s}, Repeats: repeats, Seed: 1})
	if err != nil {
		return "", "", err
	}
	if err := runner.Play(ctx, planner, runs.Options{}); err != nil {
		return "", "", err
	}
	return planner.Manifest().GetRun(), firstOf(planner), nil
}

func firstOf(planner *planning.Planner) string {
	return episode.ID(planner.Manifest().GetRun(), planner.Cell(0))
}

// answer is what came of a request.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask asks a server; change may change the request before it is sent.
func ask(t *testing.T, server *web.Server, method, path, body string, change ...func(*http.Request)) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost && !strings.HasPrefix(path, "/api/") {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range change {
		c(r)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, string(text)}
}

func get(t *testing.T, path string) answer {
	t.Helper()
	return ask(t, h.pages, http.MethodGet, path, "")
}
