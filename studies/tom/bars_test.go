package tom_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/evaluators/tom/outcome"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies/tom"
)

// readsNothing is the builtin counselor, but that it answers probes as if nothing had been said: what is left is what it expects of
// anybody.
type readsNothing struct{ vignettev1.AgentServiceServer }

func (b readsNothing) Probe(ctx context.Context, request *vignettev1.ProbeRequest) (*vignettev1.ProbeResponse, error) {
	blank := proto.CloneOf(request)
	blank.Observation.AgentState = nil
	for _, turn := range blank.GetObservation().GetTurns() {
		turn.Action = &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "-"}
	}
	return b.AgentServiceServer.Probe(ctx, blank)
}

// capture takes a service instead of a server.
type capture struct{ service any }

func (c *capture) RegisterService(_ *grpc.ServiceDesc, service any) { c.service = service }

// laboratory is a node with the builtin minds, and a counselor that reads nothing under the name it returns.
func laboratory(t *testing.T) (*node.Node, string) {
	t.Helper()
	n, err := node.OpenTemporary(t.Context(), node.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := n.HostBuiltin(t.Context()); err != nil {
		t.Fatal(err)
	}
	const name = "reads-nothing"
	register, summary, err := n.Builtin("counselor", name)
	if err != nil {
		t.Fatal(err)
	}
	var c capture
	register(&c)
	blind := readsNothing{c.service.(vignettev1.AgentServiceServer)}
	if err := n.Host(t.Context(), name, summary, func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, blind) }); err != nil {
		t.Fatal(err)
	}
	return n, name
}

// sessions is one with each client there is, of the laboratory of minds and of the library, probed after every second turn of the
// counselor.
func sessions(t *testing.T) []*vignettev1.Scenario {
	t.Helper()
	base := read(t, filepath.Join("..", "minds", "session.yaml"))
	var out []*vignettev1.Scenario
	for _, persona := range clients(t) {
		s := proto.CloneOf(base)
		s.Id = "tom-" + persona.GetId()
		for _, role := range s.GetRoles() {
			if role.GetId() == "client" {
				role.Persona, role.Name = persona, persona.GetName()
			}
		}
		s.Probes = probes()
		out = append(out, s)
	}
	return out
}

func clients(t *testing.T) []*vignettev1.Persona {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "minds", "clients", "*.yaml"))
	if err != nil || len(files) < 5 {
		t.Fatalf("clients of the laboratory: %v, %v", files, err)
	}
	var out []*vignettev1.Persona
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		persona, err := scenarios.ReadPersona(file, text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, persona)
	}
	library, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range library {
		for _, role := range s.GetRoles() {
			if role.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT {
				out = append(out, role.GetPersona())
			}
		}
	}
	return out
}

func probes() []*vignettev1.ProbeSpec {
	about := func(id string, kind vignettev1.ProbeKind, order int32) *vignettev1.ProbeSpec {
		return &vignettev1.ProbeSpec{Id: id, Role: "counselor", About: "client", Kind: kind, Order: order, Every: 2}
	}
	return []*vignettev1.ProbeSpec{
		about("feels", vignettev1.ProbeKind_PROBE_KIND_EMOTION, 1), about("next", vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT, 0),
		about("of me", vignettev1.ProbeKind_PROBE_KIND_EMOTION, 2),
	}
}

func read(t *testing.T, file string) *vignettev1.Scenario {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Read(file, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// vary varies a field of the counselor.
func vary(field string, values ...any) *vignettev1.Factor {
	f := &vignettev1.Factor{Role: "focal", Field: field}
	for _, x := range values {
		value, err := structpb.NewValue(x)
		if err != nil {
			panic(err)
		}
		f.Levels = append(f.Levels, &vignettev1.Level{Name: fmt.Sprint(x), Value: value})
	}
	return f
}

// The acts of every builtin mind, in every scenario of the library, are acts that probes know, but for these; and what the
// evaluator scores is what the study counts.
func TestActsAreKnown(t *testing.T) {
	if testing.Short() {
		t.Skip("plays the whole library")
	}
	none := map[string]bool{
		"greet": true, "speaker.greet": true, "bystander.greet": true, "dear_man.confident": true, "partner.whisper": true, "bystander.whisper": true,
	}
	n, _ := laboratory(t)
	library, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range library {
		s.Factors = nil
	}
	planner, err := n.Runner().Prepare(t.Context(), runs.Design{Scenarios: library, Seed: 3, Repeats: 2})
	if err != nil {
		t.Fatal(err)
	}
	var study tom.Study
	var scored []float64
	err = n.Runner().Play(t.Context(), planner, runs.Options{Each: func(index int, state *episode.State) {
		for _, turn := range state.Turns() {
			for _, act := range turn.GetActs() {
				if id := act.GetAct(); outcome.ActOf(id) == vignettev1.ProbeAct_PROBE_ACT_UNSPECIFIED && !none[id] && !strings.HasSuffix(id, ".greet") && !strings.HasSuffix(id, ".misread") {
					t.Errorf("%s: the act %q of %s is none that probes know; put it in outcome/acts.go, or say here that it is none", state.Plan().Scenario.GetId(), id, turn.GetRole())
					none[id] = true // once
				}
			}
		}
		if state.Plan().Scenario.GetId() != "cbt-intake" {
			return
		}
		study.Add(index, state)
		for _, score := range state.Scores() {
			if score.GetDimension() == "tom.emotion_brier" {
				scored = append(scored, score.GetValue().GetNumber())
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := study.Report(tom.Options{Resamples: 100})
	if err != nil {
		t.Fatal(err)
	}
	if len(scored) != 2 || !close((scored[0]+scored[1])/2, result(t, report, "emotion", "all").Brier.Value) {
		t.Errorf("the evaluator's scores %v are not the study's %v", scored, result(t, report, "emotion", "all").Brier)
	}
}

func play(t *testing.T, n *node.Node, design runs.Design) *tom.Report {
	t.Helper()
	planner, err := n.Runner().Prepare(t.Context(), design)
	if err != nil {
		t.Fatal(err)
	}
	var study tom.Study
	if err := n.Runner().Play(t.Context(), planner, runs.Options{Each: func(index int, state *episode.State) { study.Add(index, state) }}); err != nil {
		t.Fatal(err)
	}
	report, err := study.Report(tom.Options{Seed: 1, Resamples: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func result(t *testing.T, r *tom.Report, ask, arm string) *tom.Result {
	t.Helper()
	for _, result := range r.Results {
		if result.Ask == ask && result.Arm == arm {
			return result
		}
	}
	t.Fatalf("there is no %s of %s", ask, arm)
	return nil
}

// The bar: builtin counselors of skill 1 read what a client feels most better than every baseline that is not told what is private,
// and one that reads nothing does not. What other clients feel is a false lead, since each feels one thing most all through; whoever
// is even-handed is better off than with that, so it is no bar for the one that reads nothing.
func TestReadingBeatsBaselines(t *testing.T) {
	if testing.Short() {
		t.Skip("plays hundreds of conversations")
	}
	n, blind := laboratory(t)
	report := play(t, n, runs.Design{Scenarios: sessions(t), Seed: 20260, Repeats: 5, Factors: []*vignettev1.Factor{vary("agent", "builtin-counselor", blind)}})
	if report.Episodes < 100 {
		t.Fatalf("%d episodes; left out %v", report.Episodes, report.LeftOut)
	}
	reader, bars := result(t, report, "emotion", "agent=builtin-counselor"), 0
	for _, b := range reader.Baselines {
		if b.Privileged {
			continue
		}
		bars++
		if b.Beaten == nil || !*b.Beaten {
			t.Errorf("a counselor of skill 1 does not beat %s: Brier %.3f against %.3f, difference %s", b.Name, reader.Brier.Value, b.Brier.Value, show(b.Difference.Brier))
		}
	}
	if bars != 4 {
		t.Errorf("%d baselines, want 4", bars)
	}
	for _, b := range result(t, report, "emotion", "agent="+blind).Baselines {
		if b.Name != "another_client" && b.Beaten != nil && *b.Beaten {
			t.Errorf("a counselor that reads nothing beats %s: difference %s", b.Name, show(b.Difference.Brier))
		}
	}
	tell(t, report)
}

func show(e *tom.Estimate) string {
	if e.CI95 == nil {
		return fmt.Sprintf("%.3f", e.Value)
	}
	return fmt.Sprintf("%.3f [%.3f, %.3f]", e.Value, e.CI95[0], e.CI95[1])
}

// tell prints the figures of docs/evaluators.md (go test -v).
func tell(t *testing.T, report *tom.Report) {
	for _, r := range report.Results {
		t.Logf("%s, %s: n %d of %d, missing %v, Brier %s, log %s, accuracy %s, ECE %.3f", r.Ask, r.Arm, r.N, r.Asked, r.Missing, show(r.Brier), show(r.Log), show(r.Accuracy), r.Calibration.ECE)
		for _, b := range r.Baselines {
			t.Logf("    %s: n %d, Brier %s, difference %s", b.Name, b.N, show(b.Brier), show(b.Difference.Brier))
		}
	}
}
