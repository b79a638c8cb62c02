package node_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/prototext"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/patientpsi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, dir string) *node.Node {
	t.Helper()
	n, err := node.Open(context.Background(), node.Config{Dir: dir, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return n
}

// The builtin services answer under their names, each describing itself.
func TestHostBuiltin(t *testing.T) {
	n, ctx := open(t, t.TempDir()), context.Background()
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []vignettev1.AgentKind{
		vignettev1.AgentKind_AGENT_KIND_CLIENT, vignettev1.AgentKind_AGENT_KIND_COUNSELOR, vignettev1.AgentKind_AGENT_KIND_PERSONA,
	} {
		name := planning.DefaultAgent(kind, planning.Builtin)
		got, err := n.Directory().Agent(name).Describe(ctx, &vignettev1.AgentServiceDescribeRequest{})
		if err != nil || got.GetDescription().GetName() != name || got.GetDescription().GetMind() != "builtin" {
			t.Errorf("%s describes itself as %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"dear-man", "give", "fast", "mi", "emotion", "theory-of-mind"} {
		got, err := n.Directory().Evaluator(name).Describe(ctx, &vignettev1.EvaluatorServiceDescribeRequest{})
		if err != nil || len(got.GetDescription().GetDimensions()) == 0 {
			t.Errorf("%s describes itself as %v, %v", name, got, err)
		}
	}
}

// A name that cannot be a name is an error of the call, not a crash.
func TestDirectoryTakesAnyName(t *testing.T) {
	n := open(t, t.TempDir())
	for _, name := range []string{"", "nobody", "a.b c*>", "李", string([]byte{0xff})} {
		if _, err := n.Directory().Agent(name).Describe(context.Background(), &vignettev1.AgentServiceDescribeRequest{}); err == nil {
			t.Errorf("agent %q, which nobody serves, answered", name)
		}
	}
}

func TestSecondNodeIsRefused(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	_, err := node.Open(context.Background(), node.Config{Dir: dir})
	var inUse *broker.InUseError
	if !errors.As(err, &inUse) || inUse.PID != os.Getpid() {
		t.Errorf("err = %v, want that process %d uses it", err, os.Getpid())
	}
}

// What was recorded is there after a restart, with the same digest.
func TestRestart(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	n := open(t, dir)
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	planner, err := n.Runner().Prepare(ctx, runs.Design{Scenarios: all, Repeats: 2, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	count := projection.NewCount(planner)
	if err := n.Runner().Play(ctx, planner, runs.Options{Each: count.Add}); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(ctx); err != nil {
		t.Fatal(err)
	}
	for status, err := range open(t, dir).Reader().Runs(ctx) {
		if err != nil || status.GetDigest() != count.Status().GetDigest() || status.GetDigest() == "" {
			t.Errorf("after the restart %v, %v; digest before %s", status, err, count.Status().GetDigest())
		}
	}
}

// recorder plays clients and keeps what it was told.
type recorder struct {
	vignettev1.UnimplementedAgentServiceServer
	mu   sync.Mutex
	told map[string]string // persona id to the whole request
}

func (*recorder) Describe(context.Context, *vignettev1.AgentServiceDescribeRequest) (*vignettev1.AgentServiceDescribeResponse, error) {
	return &vignettev1.AgentServiceDescribeResponse{Description: &vignettev1.AgentDescription{
		Mind: "replay", Kinds: []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_CLIENT},
	}}, nil
}

func (r *recorder) Respond(request *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	o := request.GetObservation()
	r.mu.Lock()
	r.told[o.GetSelf().GetPersona().GetId()] = prototext.MarshalOptions{EmitASCII: false}.Format(request)
	r.mu.Unlock()
	if err := stream.Send(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_State{State: &vignettev1.StateFrame{}}}); err != nil {
		return err
	}
	return stream.Send(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Final{Final: &vignettev1.FinalFrame{
		Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: fmt.Sprintf("I hear you, this is turn %d.", o.GetTurnIndex())},
	}}})
}

// Every field of an imported diagram reaches the agent that plays the client.
func TestDiagramReachesTheClient(t *testing.T) {
	for _, tc := range []struct{ name, file string }{
		{"ours", filepath.Join("testdata", "profiles.json")},
		{"published", filepath.Join(testdata(), "patient-psi", "profiles.json")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			data, err := os.ReadFile(tc.file)
			if errors.Is(err, os.ErrNotExist) && tc.name == "published" {
				t.Skipf("%s is not here: set VIGNETTE_TESTDATA to the published data", tc.file)
			}
			if err != nil {
				t.Fatal(err)
			}
			told := tell(t, data)
			var profiles []map[string]any
			if err := json.Unmarshal(data, &profiles); err != nil {
				t.Fatal(err)
			}
			if len(told) != len(profiles) {
				t.Errorf("%d of %d clients were played", len(told), len(profiles))
			}
			for _, profile := range profiles {
				checkTold(t, profile, told[profile["id"].(string)])
			}
		})
	}
}

// tell plays an intake with each persona of a file and returns what the client's agent was told, by persona id.
func tell(t *testing.T, profiles []byte) map[string]string {
	t.Helper()
	n, ctx := open(t, t.TempDir()), context.Background()
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	client := &recorder{told: map[string]string{}}
	if err := n.Host(ctx, "recorder", "records", func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, client) }); err != nil {
		t.Fatal(err)
	}
	personas, err := patientpsi.Import(profiles, "profiles.json")
	if err != nil {
		t.Fatal(err)
	}
	intake, err := scenarios.Find("cbt-intake")
	if err != nil {
		t.Fatal(err)
	}
	factor := &vignettev1.Factor{Role: "client", Field: "persona"}
	for _, persona := range personas {
		factor.Levels = append(factor.Levels, &vignettev1.Level{Name: persona.GetId(), Persona: persona})
	}
	for _, role := range intake.GetRoles() {
		if role.GetId() == "client" {
			role.Agent = "recorder"
		}
	}
	planner, err := n.Runner().Prepare(ctx, runs.Design{Scenarios: []*vignettev1.Scenario{intake}, Factors: []*vignettev1.Factor{factor}})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Runner().Play(ctx, planner, runs.Options{Each: func(_ int, state *episode.State) {
		if state.Failed() != nil {
			t.Errorf("an episode failed: %v", state.Failed())
		}
	}}); err != nil {
		t.Fatal(err)
	}
	return client.told
}

// checkTold looks for every text of a profile's diagram in a request.
func checkTold(t *testing.T, profile map[string]any, request string) {
	t.Helper()
	for field, value := range profile {
		if field == "type" {
			continue // The styles on offer; which one is played is up to the study.
		}
		texts, isList := value.([]any)
		if !isList {
			texts = []any{value}
		}
		for _, text := range texts {
			for _, part := range strings.Split(text.(string), "[during depression]") {
				quoted, _ := json.Marshal(strings.TrimSpace(part))
				if part != "" && !strings.Contains(request, strings.Trim(string(quoted), `"`)) {
					t.Errorf("profile %v: %s did not reach the client: %s", profile["id"], field, part)
				}
			}
		}
	}
}

func testdata() string {
	if dir := os.Getenv("VIGNETTE_TESTDATA"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "shared", "data")
}
