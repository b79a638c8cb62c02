package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/internal/scripted/scriptedtest"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies/export"
)

const (
	keyVariable = "VIGNETTE_TEST_KEY"
	canaryKey   = "sk-canary-0123456789abcdef"
)

// settings writes a settings file for an endpoint that wants a key, and returns its name.
func settings(t *testing.T, url, more string) string {
	t.Helper()
	t.Setenv(keyVariable, canaryKey)
	file := filepath.Join(t.TempDir(), "vignette.yaml")
	text := fmt.Sprintf("endpoints:\n  scripted:\n    base_url: %s\n    key_variable: %s\n    models:\n      tiny: {input_price: 0.1, output_price: 0.4}\n%s", url, keyVariable, more)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// studio is a node that asks a scripted endpoint, with everything it says to its logger.
type studio struct {
	*node.Node
	said *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func openStudio(t *testing.T, dir, settingsFile string) *studio {
	t.Helper()
	ctx, said := context.Background(), &syncBuffer{}
	n, err := node.Open(ctx, node.Config{Dir: dir, Version: "test", Logger: slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	if err := n.HostModels(ctx, settingsFile); err != nil {
		t.Fatal(err)
	}
	return &studio{n, said}
}

// study is every so many scenarios of the library, with novice and skilled focal roles, everybody on a model.
func study(t *testing.T, every int) runs.Design {
	t.Helper()
	library, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	var some []*vignettev1.Scenario
	for i := 0; i < len(library); i += every {
		some = append(some, library[i])
	}
	models, err := planning.ParseModels("scripted/tiny", some)
	if err != nil {
		t.Fatal(err)
	}
	return runs.Design{Scenarios: some, Repeats: 1, Seed: 1, Models: models}
}

func (s *studio) prepare(t *testing.T, d runs.Design) *planning.Planner {
	t.Helper()
	planner, err := s.Runner().Prepare(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return planner
}

func (s *studio) status(t *testing.T, planner *planning.Planner) *vignettev1.RunStatus {
	t.Helper()
	status, err := s.Reader().Status(context.Background(), planner)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func (s *studio) spending(t *testing.T, planner *planning.Planner) *projection.Spending {
	t.Helper()
	spending, err := projection.ReadSpending(context.Background(), s.Calls(), planner.Manifest().GetRun(), "")
	if err != nil {
		t.Fatal(err)
	}
	return spending
}

// asPublished are the faults that other tools were measured under.
var asPublished = scripted.Faults{RateLimit: 0.05, ServerError: 0.02, Malformed: 0.01, Cut: 0.01, WrongSchema: 0.01, Stall: 0.005}

// The library against an endpoint that fails in every way: no episode is lost, no answer is paid for twice, nothing that is
// no answer is taken for one, each mishap is counted, and a replay that asks nothing comes to the same digest.
func TestFaultyEndpoint(t *testing.T) {
	if testing.Short() {
		t.Skip("waits out stalls of an endpoint, over all scenarios")
	}
	endpoint := scriptedtest.Start(t, scripted.Config{Seed: 11, Key: canaryKey, Faults: asPublished})
	file := settings(t, endpoint.URL(), "    capabilities: {always_stream: true, seed: true}\n    limits: {timeout_seconds: 120, idle_timeout_seconds: 4}\n")
	s := openStudio(t, t.TempDir(), file)
	ctx := context.Background()
	planner := s.prepare(t, study(t, 1))
	if err := s.Runner().Play(ctx, planner, runs.Options{}); err != nil {
		t.Fatal(err)
	}
	status := s.status(t, planner)
	if status.GetFailed() > 0 || status.GetUnfinished() > 0 {
		t.Errorf("episodes were lost: %v", status)
	}
	total, stats := s.spending(t, planner).Total, endpoint.Stats()
	t.Logf("%d calls, %d attempts, failures %v, repairs %d, asked again %d", total.Calls, total.Attempts, total.Failures, total.Repairs, total.Again)
	if again := stats.AnsweredAgain(); len(again) > 0 {
		t.Errorf("%d questions were answered more than once", len(again))
	}
	if total.Attempts != stats.Requests {
		t.Errorf("the books count %d attempts, the endpoint %d requests", total.Attempts, stats.Requests)
	}
	for kind, fault := range map[string]scripted.Fault{
		"rate_limit": scripted.RateLimit, "server_error": scripted.ServerError, "malformed": scripted.Malformed, "cut": scripted.Cut, "stall": scripted.Stall,
	} {
		if total.Failures[kind] != stats.Faults[fault] || stats.Faults[fault] == 0 {
			t.Errorf("%s: the books count %d, the endpoint made %d", kind, total.Failures[kind], stats.Faults[fault])
		}
	}
	if total.Repairs < 1 || total.Unpriced > 0 || total.Cost <= 0 || total.Unanswered > 0 {
		t.Errorf("repairs %d, unpriced %d, cost %v, unanswered %d", total.Repairs, total.Unpriced, total.Cost, total.Unanswered)
	}
	checkTurns(t, s, planner)

	requests := stats.Requests
	endpoint.Close() // A replay contacts nobody.
	replayed := s.prepare(t, study(t, 1))
	if err := s.Runner().Play(ctx, replayed, runs.Options{Terms: conductor.Terms{Recorded: vignettev1.RecordedAnswers_RECORDED_ANSWERS_ONLY}}); err != nil {
		t.Fatal(err)
	}
	if again := s.status(t, replayed); again.GetDigest() != status.GetDigest() || again.GetDigest() == "" {
		t.Errorf("the replay's digest is %s, the run's %s", again.GetDigest(), status.GetDigest())
	}
	if spent := s.spending(t, replayed).Total; spent.Recorded != spent.Calls || spent.Cost != 0 || endpoint.Stats().Requests != requests {
		t.Errorf("the replay asked: %+v", spent)
	}
	searchForKey(t, s, planner)
}

// checkTurns looks for anything that a model did not say as an answer: words that are JSON, states out of range.
func checkTurns(t *testing.T, s *studio, planner *planning.Planner) {
	t.Helper()
	for item, err := range s.Reader().Episodes(context.Background(), planner) {
		if err != nil {
			t.Fatal(err)
		}
		for _, turn := range item.State.Turns() {
			if text := turn.GetAction().GetText(); strings.ContainsAny(text, "{}") || strings.Contains(text, "unexpected") {
				t.Errorf("episode %s, turn %d says %q", item.State.Plan().Episode, turn.GetIndex(), text)
			}
			if state := turn.GetMentalState(); state != nil && state.GetSource() != vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED {
				t.Errorf("a model's state is said to be %s", state.GetSource())
			}
			if isClient := kindOf(item.State, turn.GetRole()) == vignettev1.AgentKind_AGENT_KIND_CLIENT; isClient != (turn.GetAppraisal().GetState() != nil) ||
				isClient && turn.GetAppraisal().GetState().GetSource() != vignettev1.StateSource_STATE_SOURCE_COMPUTED {
				t.Errorf("turn %d of role %s is appraised as %v", turn.GetIndex(), turn.GetRole(), turn.GetAppraisal())
			}
			if turn.GetProvenance().GetMind() != "llm" || turn.GetProvenance().GetModel() != "scripted/tiny" || turn.GetProvenance().GetPromptHash() == "" {
				t.Errorf("provenance %v", turn.GetProvenance())
			}
		}
		for _, score := range item.State.Scores() {
			if value := score.GetValue(); value != nil && score.GetEvaluator() == "dear-man" && (value.GetNumber() < 0 || value.GetNumber() > 1) {
				t.Errorf("score %v", score)
			}
		}
	}
}

func kindOf(state *episode.State, role string) vignettev1.AgentKind {
	for _, r := range state.Plan().Scenario.GetRoles() {
		if r.GetId() == role {
			return r.GetKind()
		}
	}
	return vignettev1.AgentKind_AGENT_KIND_UNSPECIFIED
}

// searchForKey looks for the key in everything that was written: log, books, answers, export, what the process said, files.
func searchForKey(t *testing.T, s *studio, planner *planning.Planner) {
	t.Helper()
	ctx, run := context.Background(), planner.Manifest().GetRun()
	search := func(where, text string) {
		if strings.Contains(text, "canary") {
			t.Errorf("the key is in %s", where)
		}
	}
	entries, answers := 0, 0
	for entry, err := range s.Log().Run(ctx, run) {
		if err != nil {
			t.Fatal(err)
		}
		entries++
		for _, m := range []proto.Message{entry.Manifest, entry.Event} {
			search("the log", protojson.Format(m))
		}
	}
	for call, err := range s.Calls().Calls(ctx, run, "") {
		if err != nil {
			t.Fatal(err)
		}
		search("the books", protojson.Format(call))
		answer, err := s.Calls().Answer(ctx, call.GetAnswer())
		if err != nil {
			t.Fatal(err)
		}
		answers++
		search("an answer", protojson.Format(answer)+string(answer.GetRequest()))
		if !json.Valid(answer.GetRequest()) {
			t.Errorf("the recorded request is not JSON: %s", answer.GetRequest())
		}
	}
	var out bytes.Buffer
	writer := export.NewJSONL(&out, planner.Manifest())
	for item, err := range s.Reader().Episodes(ctx, planner) {
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.Write(item.State); err != nil {
			t.Fatal(err)
		}
	}
	search("an export", out.String())
	search("what the process said", s.said.String())
	if entries < 100 || answers < 100 || out.Len() == 0 {
		t.Errorf("only %d entries, %d answers and %d bytes of export were searched", entries, answers, out.Len())
	}
	err := filepath.WalkDir(s.Dir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		search(path, string(data))
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A wrong key is told where it is used, without the key: by the endpoint's own words, in errors, and in the log.
func TestWrongKeyIsNotTold(t *testing.T) {
	endpoint := scriptedtest.Start(t, scripted.Config{Key: "another", Answer: func(scripted.Request) *scripted.Reply { return nil }})
	s := openStudio(t, t.TempDir(), settings(t, endpoint.URL(), ""))
	planner := s.prepare(t, study(t, 1))
	if err := s.Runner().Play(context.Background(), planner, runs.Options{}); err != nil {
		t.Fatal(err)
	}
	status := s.status(t, planner)
	if status.GetFailed() != status.GetTotal() {
		t.Errorf("%v", status)
	}
	for item, err := range s.Reader().Episodes(context.Background(), planner) {
		if err != nil {
			t.Fatal(err)
		}
		message := item.State.Failed().GetMessage()
		if !strings.Contains(message, keyVariable) && !strings.Contains(message, "key") || strings.Contains(message, "canary") {
			t.Errorf("an episode failed with %q", message)
		}
	}
	if strings.Contains(s.said.String(), "canary") {
		t.Error("the process said the key")
	}
}

// A run that reaches its budget stands still and loses nothing; with a higher one it goes on where it stood, in another
// process, and no answered question is asked again.
func TestBudgetPausesAndGoesOn(t *testing.T) {
	endpoint := scriptedtest.Start(t, scripted.Config{Seed: 5, Key: canaryKey})
	file, dir := settings(t, endpoint.URL(), ""), t.TempDir()
	ctx := context.Background()

	undisturbed := openStudio(t, t.TempDir(), file)
	whole := undisturbed.prepare(t, study(t, 3))
	if err := undisturbed.Runner().Play(ctx, whole, runs.Options{}); err != nil {
		t.Fatal(err)
	}
	want, all := undisturbed.status(t, whole).GetDigest(), undisturbed.spending(t, whole).Total
	before := endpoint.Stats()

	first := openStudio(t, dir, file)
	planner := first.prepare(t, study(t, 3))
	half := all.Cost / 2
	err := first.Runner().Play(ctx, planner, runs.Options{Workers: 3, Terms: conductor.Terms{MaxCost: &half}})
	if err == nil || !strings.Contains(err.Error(), "may cost") {
		t.Fatalf("err = %v, want a pause", err)
	}
	spent := first.spending(t, planner).Total
	if status := first.status(t, planner); status.GetFailed() > 0 || status.GetUnfinished() == 0 || spent.Cost > 1.05*half || spent.Cost < 0.8*half {
		t.Errorf("paused with %v, %v of %v spent", status, spent.Cost, half)
	}
	if err := first.Close(ctx); err != nil {
		t.Fatal(err)
	}

	second := openStudio(t, dir, file)
	planner, err = second.Reader().Run(ctx, planner.Manifest().GetRun())
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	more := all.Cost * 2
	err = second.Runner().Resume(ctx, planner, second.Log(), runs.Options{
		Terms: conductor.Terms{MaxCost: &more}, Each: func(int, *episode.State) { done++ },
	})
	if err != nil || done != planner.Len() {
		t.Fatalf("%d of %d episodes, %v", done, planner.Len(), err)
	}
	if status := second.status(t, planner); status.GetDigest() != want {
		t.Errorf("digest %s, undisturbed %s", status.GetDigest(), want)
	}
	after := endpoint.Stats()
	for question, tally := range after.Questions {
		// Once for the undisturbed run, which has a record of its own, and once for this one.
		if tally.Answered > 2 {
			t.Errorf("question %s was answered %d times", question, tally.Answered)
		}
	}
	if asked := after.Requests - before.Requests; asked != before.Requests {
		t.Errorf("%d requests with a pause, %d without", asked, before.Requests)
	}
}
