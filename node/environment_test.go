package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/engine/environment"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// gym is a node with environments on it, and the policy's end of the wire.
type gym struct {
	t      testing.TB
	client vignettev1.EnvironmentServiceClient
	node   *node.Node
}

func openGym(t testing.TB, max int) *gym {
	t.Helper()
	ctx := context.Background()
	n, err := node.OpenTemporary(ctx, node.Config{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := n.HostEnvironment(ctx, max, 0); err != nil {
		t.Fatal(err)
	}
	return &gym{t, n.Directory().Environments(), n}
}

func (g *gym) reset(item *vignettev1.ResetItem) (*vignettev1.EnvironmentStep, *vignettev1.EnvironmentError) {
	g.t.Helper()
	response, err := g.client.Reset(context.Background(), &vignettev1.EnvironmentServiceResetRequest{Items: []*vignettev1.ResetItem{item}})
	if err != nil {
		g.t.Fatal(err)
	}
	return response.GetOutcomes()[0].GetStep(), response.GetOutcomes()[0].GetError()
}

func (g *gym) begin(item *vignettev1.ResetItem) *vignettev1.EnvironmentStep {
	g.t.Helper()
	step, refused := g.reset(item)
	if refused != nil {
		g.t.Fatal(refused)
	}
	return step
}

func (g *gym) step(item *vignettev1.StepItem) (*vignettev1.EnvironmentStep, *vignettev1.EnvironmentError) {
	g.t.Helper()
	response, err := g.client.Step(context.Background(), &vignettev1.EnvironmentServiceStepRequest{Items: []*vignettev1.StepItem{item}})
	if err != nil {
		g.t.Fatal(err)
	}
	return response.GetOutcomes()[0].GetStep(), response.GetOutcomes()[0].GetError()
}

func (g *gym) say(environment, text string) *vignettev1.EnvironmentStep {
	g.t.Helper()
	step, refused := g.step(&vignettev1.StepItem{Environment: environment, Action: speak(text)})
	if refused != nil {
		g.t.Fatal(refused)
	}
	return step
}

func speak(text string) *vignettev1.Action {
	return &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}
}

// play plays an episode to its end, each turn with the same sentences in order.
func (g *gym) play(item *vignettev1.ResetItem) []*vignettev1.EnvironmentStep {
	g.t.Helper()
	steps := []*vignettev1.EnvironmentStep{g.begin(item)}
	lines := []string{
		"I've worked late on nine of the last ten days, and I feel worn out.", "I'd like Friday off, please.",
		"If I may have it, I can hand the plans over on Thursday.", "I understand that it is short notice. What would make it possible for you?",
	}
	for i := 0; !steps[len(steps)-1].GetTerminated() && !steps[len(steps)-1].GetTruncated(); i++ {
		if i > 100 {
			g.t.Fatal("the episode has no end")
		}
		steps = append(steps, g.say(steps[0].GetEnvironment(), fmt.Sprintf("%s %d", lines[i%len(lines)], i)))
	}
	return steps
}

// plain is a step without what is new in each episode.
func plain(steps []*vignettev1.EnvironmentStep) []*vignettev1.EnvironmentStep {
	var out []*vignettev1.EnvironmentStep
	for _, step := range steps {
		step = proto.CloneOf(step)
		step.Environment, step.Run, step.Episode, step.Observation.Episode = "", "", "", ""
		out = append(out, step)
	}
	return out
}

func TestEnvironmentPlaysAnEpisode(t *testing.T) {
	g := openGym(t, 0)
	first := g.play(&vignettev1.ResetItem{Situation: &vignettev1.ResetItem_Library{Library: "ask-for-leave"}, Seed: proto.Uint64(7), Label: "first"})
	last := first[len(first)-1]
	if !last.GetTerminated() || last.GetTruncated() || last.GetStopReason() == "" || last.Reward == nil || last.GetReward() != last.GetEpisodeReward() || len(last.GetComponents()) == 0 {
		t.Errorf("the last step is %v", last)
	}
	for _, step := range first[:len(first)-1] {
		if step.Reward != nil || step.GetTerminated() || step.GetStopReason() != "" {
			t.Errorf("step %d is paid or over: %v", step.GetSteps(), step)
		}
	}
	if first[1].GetText() == "" {
		t.Error("nobody answered")
	}
	t.Run("the same seed brings the same luck", func(t *testing.T) {
		again := g.play(&vignettev1.ResetItem{Environment: last.GetEnvironment(), Seed: proto.Uint64(7)})
		if diff := cmp.Diff(plain(first), plain(again), protocmp.Transform()); diff != "" {
			t.Errorf("-first +again:\n%s", diff)
		}
	})
	t.Run("it is in the log like any other", func(t *testing.T) {
		record, err := g.node.Reader().Record(context.Background(), last.GetEpisode())
		if err != nil {
			t.Fatal(err)
		}
		manifest, err := g.node.Log().Manifest(context.Background(), last.GetRun())
		if err != nil {
			t.Fatal(err)
		}
		if record.Run != last.GetRun() || manifest.GetEnvironment().GetLabel() != "first" || manifest.GetSeed() != 7 {
			t.Errorf("run %s, manifest %v", record.Run, manifest.GetEnvironment())
		}
	})
}

func library(id string) *vignettev1.ResetItem_Library {
	return &vignettev1.ResetItem_Library{Library: id}
}

func TestEnvironmentPaysEachTurn(t *testing.T) {
	g := openGym(t, 0)
	steps := g.play(&vignettev1.ResetItem{Situation: library("ask-for-leave"), Timing: vignettev1.RewardTiming_REWARD_TIMING_ON_TURN})
	paid := 0
	for _, step := range steps[1:] {
		if step.Reward != nil {
			paid++
		}
		if (step.Reward == nil) == (step.RewardMissing == nil) {
			t.Errorf("step %d has %v and %v, want one of both", step.GetSteps(), step.Reward, step.RewardMissing)
		}
		if !slices.ContainsFunc(step.GetComponents(), func(c *vignettev1.RewardComponent) bool { return c.TurnIndex != nil }) {
			t.Errorf("step %d names no part of its reward", step.GetSteps())
		}
	}
	if paid == 0 {
		t.Error("no step was paid")
	}
	if last := steps[len(steps)-1]; last.EpisodeReward == nil {
		t.Errorf("the episode was not paid: %v", last)
	}
}

func TestEnvironmentCutsOff(t *testing.T) {
	g := openGym(t, 0)
	begun := g.begin(&vignettev1.ResetItem{Situation: library("ask-for-leave"), MaxSteps: 2})
	g.say(begun.GetEnvironment(), "I'd like Friday off, please.")
	cut := g.say(begun.GetEnvironment(), "I can hand the plans over on Thursday.")
	if cut.GetTerminated() || !cut.GetTruncated() || cut.GetStopReason() != "truncated" {
		t.Errorf("the step after the last that is allowed: %v", cut)
	}
	_, refused := g.step(&vignettev1.StepItem{Environment: begun.GetEnvironment(), Action: speak("One more.")})
	if refused.GetReason() != environment.ReasonOver {
		t.Errorf("a step after the end: %v", refused)
	}
	t.Run("an episode that is left is completed", func(t *testing.T) {
		left := g.begin(&vignettev1.ResetItem{Environment: begun.GetEnvironment()})
		g.say(left.GetEnvironment(), "I'd like Friday off, please.")
		closed, err := g.client.Close(context.Background(), &vignettev1.EnvironmentServiceCloseRequest{Environments: []string{left.GetEnvironment(), "another"}})
		if err != nil || closed.GetClosed() != 1 {
			t.Fatalf("closed %v, %v", closed, err)
		}
		record, err := g.node.Reader().Record(context.Background(), left.GetEpisode())
		if err != nil {
			t.Fatal(err)
		}
		completed := record.Events[len(record.Events)-1].GetCompleted()
		if completed.GetValidity() != vignettev1.Validity_VALIDITY_TRUNCATED || len(completed.GetRewards()) == 0 {
			t.Errorf("it ended with %v", record.Events[len(record.Events)-1])
		}
		_, refused := g.step(&vignettev1.StepItem{Environment: left.GetEnvironment(), Action: speak("Hello?")})
		if refused.GetReason() != environment.ReasonEnvironment || !strings.Contains(refused.GetMessage(), "its caller closed it") {
			t.Errorf("a step in a closed environment: %v", refused)
		}
	})
}

func TestEnvironmentRefuses(t *testing.T) {
	g := openGym(t, 1)
	begun := g.begin(&vignettev1.ResetItem{Situation: library("ask-for-leave")})
	for _, tc := range []struct {
		name   string
		item   *vignettev1.ResetItem
		code   codes.Code
		reason string
		says   string
	}{
		{"nothing to play", &vignettev1.ResetItem{}, codes.InvalidArgument, environment.ReasonRequest, "library"},
		{"no such scenario", &vignettev1.ResetItem{Situation: library("nowhere")}, codes.InvalidArgument, environment.ReasonRequest, "nowhere"},
		{"no such role", &vignettev1.ResetItem{Environment: begun.GetEnvironment(), Role: "nobody"}, codes.InvalidArgument, environment.ReasonRequest, "it has"},
		{"a scenario that is none", &vignettev1.ResetItem{Situation: &vignettev1.ResetItem_Scenario{Scenario: &vignettev1.Scenario{Id: "x"}}}, codes.InvalidArgument, environment.ReasonRequest, "problems"},
		{"no such environment", &vignettev1.ResetItem{Environment: "nowhere"}, codes.NotFound, environment.ReasonEnvironment, "nowhere"},
		{"one too many", &vignettev1.ResetItem{Situation: library("ask-for-leave")}, codes.ResourceExhausted, environment.ReasonCapacity, "1 environments are open"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, refused := g.reset(tc.item)
			if codes.Code(refused.GetCode()) != tc.code || refused.GetReason() != tc.reason || !strings.Contains(refused.GetMessage(), tc.says) {
				t.Errorf("refused with %v, want %s %s ...%s...", refused, tc.code, tc.reason, tc.says)
			}
		})
	}
	for _, tc := range []struct {
		name   string
		item   *vignettev1.StepItem
		reason string
	}{
		{"nothing to do", &vignettev1.StepItem{}, environment.ReasonRequest},
		{"no words", &vignettev1.StepItem{Action: speak("")}, environment.ReasonRequest},
		{"to nobody", &vignettev1.StepItem{Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Hi", To: []string{"nobody"}}}, environment.ReasonRequest},
		{"a turn that is not due", &vignettev1.StepItem{Action: speak("Hi"), TurnIndex: proto.Int32(40)}, environment.ReasonOrder},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.item.Environment = begun.GetEnvironment()
			if _, refused := g.step(tc.item); refused.GetReason() != tc.reason {
				t.Errorf("refused with %v, want %s", refused, tc.reason)
			}
		})
	}
	if step := g.say(begun.GetEnvironment(), "I'd like Friday off, please."); step.GetSteps() != 1 {
		t.Errorf("what was refused has changed something: %v", step)
	}
}

// The same step sent twice, as after a lost connection, is taken once.
func TestEnvironmentTakesAStepOnce(t *testing.T) {
	g := openGym(t, 0)
	begun := g.begin(&vignettev1.ResetItem{Situation: library("ask-for-leave")})
	item := &vignettev1.StepItem{Environment: begun.GetEnvironment(), Action: speak("I'd like Friday off, please."), TurnIndex: proto.Int32(begun.GetObservation().GetTurnIndex())}
	first, _ := g.step(item)
	again, refused := g.step(item)
	if refused != nil {
		t.Fatal(refused)
	}
	if diff := cmp.Diff(first, again, protocmp.Transform()); diff != "" {
		t.Errorf("-first +again:\n%s", diff)
	}
}

// Nothing that is private to others, or says how a role would be played, is in what a policy gets.
func TestEnvironmentKeepsSecrets(t *testing.T) {
	g := openGym(t, 0)
	scenario, err := scenarios.Find("ask-for-leave")
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range scenario.GetRoles() {
		if role.GetId() == scenario.GetFocal() {
			continue
		}
		role.Goal = "canary-goal"
		role.Knowledge = append(role.Knowledge, "canary-knowledge")
		role.Persona.Memories = append(role.Persona.Memories, &vignettev1.Memory{Id: "canary", Text: "canary-memory"})
	}
	steps := g.play(&vignettev1.ResetItem{Situation: &vignettev1.ResetItem_Scenario{Scenario: scenario}, Timing: vignettev1.RewardTiming_REWARD_TIMING_ON_TURN})
	for _, step := range steps {
		data, err := protojson.Marshal(step)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"canary", "mentalState", "agentState", "chance", "appraisal", "policy", "stance"} {
			if strings.Contains(string(data), secret) {
				t.Errorf("step %d tells %s:\n%s", step.GetSteps(), secret, data)
			}
		}
	}
}

func TestEnvironmentBatch(t *testing.T) {
	g := openGym(t, 0)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	items := []*vignettev1.ResetItem{
		{Situation: library("ask-for-leave"), Seed: proto.Uint64(1)}, {Situation: library("nowhere")}, {Situation: library("refuse-a-loan"), Seed: proto.Uint64(1)},
	}
	response, err := g.client.Reset(ctx, &vignettev1.EnvironmentServiceResetRequest{Items: items})
	if err != nil {
		t.Fatal(err)
	}
	outcomes := response.GetOutcomes()
	if len(outcomes) != 3 || outcomes[0].GetStep() == nil || outcomes[1].GetError() == nil || outcomes[2].GetStep() == nil {
		t.Fatalf("outcomes %v", outcomes)
	}
	stepped, err := g.client.Step(ctx, &vignettev1.EnvironmentServiceStepRequest{Items: []*vignettev1.StepItem{
		{Environment: outcomes[0].GetStep().GetEnvironment(), Action: speak("I'd like Friday off.")},
		{Environment: outcomes[2].GetStep().GetEnvironment(), Action: speak("I can't lend you that.")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, outcome := range stepped.GetOutcomes() {
		if outcome.GetStep().GetSteps() != 1 {
			t.Errorf("outcome %v", outcome)
		}
	}
}

// BenchmarkEnvironment is a step: a turn of the policy, the partner's answer, both on record.
func BenchmarkEnvironment(b *testing.B) {
	g := openGym(b, 0)
	begin := &vignettev1.ResetItem{Situation: library("ask-for-leave"), Seed: proto.Uint64(1)}
	step := g.begin(begin)
	begin = &vignettev1.ResetItem{Environment: step.GetEnvironment()}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		step = g.say(step.GetEnvironment(), fmt.Sprintf("I could make up the hours on Monday evenings. %d", i))
		took = append(took, time.Since(began))
		if step.GetTerminated() {
			b.StopTimer()
			g.begin(begin)
			b.StartTimer()
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms/p99")
}

// A policy at a URL is sent its own messages byte for byte, with fields that nobody here knows.
func TestRunEpisodeKeepsTheWordsOfThePolicy(t *testing.T) {
	g := openGym(t, 0)
	var sent [][]json.RawMessage
	var bodies []map[string]json.RawMessage
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]json.RawMessage
		var messages []json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || json.Unmarshal(body["messages"], &messages) != nil || r.URL.Path != "/v1/chat/completions" {
			t.Errorf("asked at %s: %v", r.URL, err)
		}
		sent, bodies = append(sent, messages), append(bodies, body)
		n++
		fmt.Fprintf(w, `{"choices":[{"index":0,"finish_reason":"stop","token_ids":[1,%d],"message":%s}]}`, n, own(n))
	}))
	defer server.Close()
	response, err := g.client.RunEpisode(context.Background(), &vignettev1.RunEpisodeRequest{
		Begin: &vignettev1.ResetItem{Situation: library("ask-for-leave"), Seed: proto.Uint64(7), MaxSteps: 3}, Url: server.URL + "/v1/", Model: "p", Parameters: `{"temperature":0.7}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	last := response.GetSteps()[len(response.GetSteps())-1]
	if len(response.GetSteps()) != 4 || !last.GetTruncated() || last.EpisodeReward == nil || len(response.GetChoices()) != 3 || !strings.Contains(response.GetChoices()[2], `"token_ids":[1,3]`) {
		t.Errorf("steps %v, choices %v", response.GetSteps(), response.GetChoices())
	}
	if string(bodies[0]["temperature"]) != "0.7" || string(bodies[0]["model"]) != `"p"` {
		t.Errorf("the first body has %s, %s", bodies[0]["temperature"], bodies[0]["model"])
	}
	// What it was sent last: the system's words, then by turns what it heard and what it wrote.
	final := sent[2]
	if len(final) != 6 || string(final[2]) != own(1) || string(final[4]) != own(2) {
		t.Errorf("the third question is %s", final)
	}
	if _, refused := g.step(&vignettev1.StepItem{Environment: last.GetEnvironment(), Action: speak("Hello?")}); refused.GetReason() != environment.ReasonEnvironment {
		t.Errorf("the environment is still open: %v", refused)
	}
}

// own is a policy's message, spelled as nobody here would.
func own(n int) string {
	return fmt.Sprintf(`{ "content":"I'd like <Tuesdays> off. %d", "role":"assistant",  "reasoning_content":"hm\u00e9", "x_own": {"b":1, "a":[2.50]} }`, n)
}

func TestRunEpisodeRefuses(t *testing.T) {
	g := openGym(t, 1)
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away/chat/completions":
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusTemporaryRedirect)
		case "/odd/chat/completions":
			fmt.Fprint(w, `{"choices":[]}`)
		default:
			http.Error(w, "out of order", http.StatusInternalServerError)
		}
	}))
	defer failing.Close()
	for _, tc := range []struct {
		name, url, parameters string
		code                  codes.Code
		says                  string
	}{
		{"elsewhere", "http://192.0.2.1/v1", "", codes.PermissionDenied, "--policy-host"},
		{"the address of metadata", "http://169.254.169.254/latest", "", codes.PermissionDenied, "--policy-host"},
		{"a name that looks like loopback", "http://127.0.0.1.example.org/", "", codes.PermissionDenied, "--policy-host"},
		{"a file", "file:///etc/passwd", "", codes.InvalidArgument, "http"},
		{"a password", "http://a:b@127.0.0.1/", "", codes.InvalidArgument, "password"},
		{"other messages", failing.URL, `{"messages":[]}`, codes.InvalidArgument, "messages"},
		{"parameters that are none", failing.URL, `[`, codes.InvalidArgument, "JSON"},
		{"an error", failing.URL, "", codes.Unavailable, "out of order"},
		{"a redirect", failing.URL + "/away", "", codes.Unavailable, "307"},
		{"no answer in it", failing.URL + "/odd", "", codes.Unavailable, "no choices"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := g.client.RunEpisode(context.Background(), &vignettev1.RunEpisodeRequest{
				Begin: &vignettev1.ResetItem{Situation: library("ask-for-leave")}, Url: tc.url, Parameters: tc.parameters,
			})
			if status.Code(err) != tc.code || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("err = %v, want %s with %q", err, tc.code, tc.says)
			}
		})
	}
	g.begin(&vignettev1.ResetItem{Situation: library("ask-for-leave")}) // None of them is in the way.
}
