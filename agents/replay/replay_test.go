package replay_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/replay"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	speak  = vignettev1.ActionKind_ACTION_KIND_SPEAK
	leave  = vignettev1.ActionKind_ACTION_KIND_LEAVE
	silent = vignettev1.ActionKind_ACTION_KIND_SILENT
)

// observation is one of a role with these lines; without any it has no script.
func observation(lines ...*vignettev1.ScriptLine) *vignettev1.Observation {
	obs := &vignettev1.Observation{
		Self:   &vignettev1.RoleCard{Id: "a", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR},
		Others: []*vignettev1.Participant{{Id: "b"}, {Id: "c", Left: true}},
	}
	if len(lines) > 0 {
		obs.Self.Script = &vignettev1.Script{Lines: lines}
	}
	return obs
}

// frames collects what a service streams.
type frames struct {
	grpc.ServerStream
	sent []*vignettev1.RespondResponse
}

func (f *frames) Context() context.Context { return context.Background() }

func (f *frames) Send(frame *vignettev1.RespondResponse) error {
	f.sent = append(f.sent, frame)
	return nil
}

// respond takes a turn through the service, which holds minds to the contract.
func respond(t *testing.T, obs *vignettev1.Observation) (*vignettev1.FinalFrame, error) {
	t.Helper()
	stream := &frames{}
	if err := agents.NewService("replay", "test", replay.New()).Respond(&vignettev1.RespondRequest{Observation: obs}, stream); err != nil {
		return nil, err
	}
	if state := stream.sent[0].GetState(); state.GetMentalState() != nil || len(state.GetActs()) > 0 {
		t.Errorf("it committed %v; a replay knows of nothing that goes on inside", state)
	}
	final := stream.sent[len(stream.sent)-1].GetFinal()
	if final.GetProvenance().GetMind() != "replay" {
		t.Errorf("provenance %v", final.GetProvenance())
	}
	return final, nil
}

func TestLinesInOrder(t *testing.T) {
	script := []*vignettev1.ScriptLine{
		{Text: "Hello."}, {Kind: silent}, {Kind: speak, Text: "A word.", To: []string{"b"}, Addressee: "b"},
	}
	for _, tc := range []struct {
		name    string
		allowed []vignettev1.ActionKind
		last    vignettev1.ActionKind
	}{
		{"leaves", nil, leave},
		{"may not leave", []vignettev1.ActionKind{speak, silent}, silent},
	} {
		t.Run(tc.name, func(t *testing.T) {
			obs := observation(script...)
			obs.Allowed = tc.allowed
			var got []*vignettev1.Action
			for range 5 {
				final, err := respond(t, obs)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, final.GetAction())
				obs.AgentState = final.GetAgentState()
			}
			want := []*vignettev1.Action{
				{Kind: speak, Text: "Hello."}, {Kind: silent}, {Kind: speak, Text: "A word.", To: []string{"b"}, Addressee: "b"}, {Kind: tc.last}, {Kind: tc.last},
			}
			if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestWhatCannotBePlayed(t *testing.T) {
	line := func(change func(*vignettev1.ScriptLine)) *vignettev1.ScriptLine {
		l := &vignettev1.ScriptLine{Kind: speak, Text: "Hello."}
		change(l)
		return l
	}
	with := func(obs *vignettev1.Observation, state string) *vignettev1.Observation {
		obs.AgentState = []byte(state)
		return obs
	}
	for _, tc := range []struct {
		name string
		obs  *vignettev1.Observation
		code codes.Code
		want string
	}{
		{"no script", observation(), codes.FailedPrecondition, "no script to play from"},
		{"a whisper to one who left", observation(line(func(l *vignettev1.ScriptLine) { l.To = []string{"b", "c"} })), codes.FailedPrecondition, `line 1 of the script is for "c", who has left`},
		{"a remark for one who left", observation(line(func(l *vignettev1.ScriptLine) { l.Addressee = "c" })), codes.FailedPrecondition, "who has left"},
		{"not JSON", with(observation(line(func(*vignettev1.ScriptLine) {})), "x"), codes.InvalidArgument, "not the JSON"},
		{"another version", with(observation(line(func(*vignettev1.ScriptLine) {})), `{"version":2,"next":0}`), codes.InvalidArgument, "version 2"},
		{"beyond the end", with(observation(line(func(*vignettev1.ScriptLine) {})), `{"version":1,"next":2}`), codes.InvalidArgument, "line 3 comes next, and the script has 1"},
		{"before the beginning", with(observation(line(func(*vignettev1.ScriptLine) {})), `{"version":1,"next":-1}`), codes.InvalidArgument, "line 0 comes next"},
		{"more", with(observation(line(func(*vignettev1.ScriptLine) {})), `{"version":1,"next":0} 1`), codes.InvalidArgument, "something follows"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := respond(t, tc.obs)
			if status.Code(err) != tc.code || !strings.Contains(status.Convert(err).Message(), tc.want) {
				t.Errorf("err = %v, want %s: ...%s...", err, tc.code, tc.want)
			}
		})
	}
	obs := observation(&vignettev1.ScriptLine{Text: "Hello."})
	obs.Allowed = []vignettev1.ActionKind{silent}
	if _, err := respond(t, obs); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("a line of a kind that is not allowed: %v", err)
	}
}

func TestBidsUntilTheEnd(t *testing.T) {
	obs := observation(&vignettev1.ScriptLine{Text: "Hello."})
	var bids []float64
	for _, state := range []string{"", `{"version":1,"next":1}`} {
		obs.AgentState = []byte(state)
		bid, err := replay.New().Bid(context.Background(), obs)
		if err != nil {
			t.Fatal(err)
		}
		bids = append(bids, bid)
	}
	if !slices.Equal(bids, []float64{0.5, 0}) {
		t.Errorf("bids %v, want 0.5 before the last line and 0 after it", bids)
	}
}

func TestProbesAreRefused(t *testing.T) {
	answer, err := replay.New().Probe(context.Background(), observation(&vignettev1.ScriptLine{Text: "Hello."}), &vignettev1.ProbeSpec{Id: "p"})
	if err != nil || answer.GetRefusal() == "" {
		t.Errorf("%v, %v; want a refusal", answer, err)
	}
}
