package runs_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// office is RunService on the wire, with the stage behind it.
type office struct {
	*bench
	service *runs.Service
	client  vignettev1.RunServiceClient
	ctx     context.Context
}

func newOffice(t *testing.T) *office {
	t.Helper()
	b := newBench(t)
	service := runs.NewService(b.Runner, b.stage.Log)
	t.Cleanup(func() {
		if err := service.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	b.stage.Serve(runs.EngineName, func(r grpc.ServiceRegistrar) { vignettev1.RegisterRunServiceServer(r, service) })
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return &office{bench: b, service: service, client: vignettev1.NewRunServiceClient(b.stage.Conn(runs.EngineName)), ctx: ctx}
}

func request(repeats int32) *vignettev1.StartRunRequest {
	return &vignettev1.StartRunRequest{
		Scenarios: []*vignettev1.Scenario{twoRoles()}, Factors: []*vignettev1.Factor{skills(0.2, 0.9)}, Repeats: repeats, Seed: 7, Workers: 1,
	}
}

// start starts a run and returns its stream, with its manifest read.
func (o *office) start(t *testing.T, ctx context.Context, r *vignettev1.StartRunRequest) (grpc.ServerStreamingClient[vignettev1.StartRunResponse], *vignettev1.Manifest) {
	t.Helper()
	stream, err := o.client.StartRun(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	first, err := stream.Recv()
	if err != nil || first.GetLaunched() == nil {
		t.Fatalf("first update %v, %v; want that it was launched", first, err)
	}
	return stream, first.GetLaunched()
}

// follow reads a stream to its end.
func follow(t *testing.T, stream grpc.ServerStreamingClient[vignettev1.StartRunResponse]) (episodes []*vignettev1.EpisodeSummary, done *vignettev1.RunStatus) {
	t.Helper()
	for {
		update, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return episodes, done
		}
		if err != nil {
			t.Fatal(err)
		}
		if done != nil {
			t.Fatalf("%v came after the end", update)
		}
		if update.GetEpisode() != nil {
			episodes = append(episodes, update.GetEpisode())
		}
		done = update.GetDone()
	}
}

// A run is launched, told of and done; afterwards everything that reads agrees about it.
func TestServicePlaysAndReads(t *testing.T) {
	o := newOffice(t)
	stream, manifest := o.start(t, o.ctx, request(3))
	episodes, done := follow(t, stream)
	if len(episodes) != 6 || done.GetOk() != 6 || done.GetTotal() != 6 || done.GetDigest() == "" || done.GetRun() != manifest.GetRun() {
		t.Fatalf("%d episodes, done %v", len(episodes), done)
	}
	direct, _ := o.play(t, design(3), runs.Options{})
	if direct.GetDigest() != done.GetDigest() {
		t.Errorf("digest %s through the service, %s without", done.GetDigest(), direct.GetDigest())
	}

	got, err := o.client.GetRun(o.ctx, &vignettev1.GetRunRequest{Run: manifest.GetRun()})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&vignettev1.GetRunResponse{Manifest: manifest, Status: done}, got, protocmp.Transform()); diff != "" {
		t.Errorf("GetRun, -told +got:\n%s", diff)
	}
	listed, err := o.client.ListRuns(o.ctx, &vignettev1.ListRunsRequest{})
	if err != nil || len(listed.GetRuns()) != 2 || listed.GetRuns()[1].GetDigest() != done.GetDigest() {
		t.Errorf("ListRuns = %v, %v; want two, the newest first", listed, err)
	}
	one, err := o.client.ListRuns(o.ctx, &vignettev1.ListRunsRequest{Limit: 1})
	if err != nil || len(one.GetRuns()) != 1 || one.GetRuns()[0].GetRun() != direct.GetRun() {
		t.Errorf("ListRuns of one = %v, %v; want the newest", one, err)
	}
	checkEpisodes(t, o, manifest.GetRun(), episodes)
}

// checkEpisodes reads a run's episodes again. One worker told of them in the order of the design.
func checkEpisodes(t *testing.T, o *office, run string, told []*vignettev1.EpisodeSummary) {
	t.Helper()
	stream, err := o.client.ListEpisodes(o.ctx, &vignettev1.ListEpisodesRequest{Run: run})
	if err != nil {
		t.Fatal(err)
	}
	for i := range told {
		got, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(told[i], got.GetEpisode(), protocmp.Transform()); diff != "" {
			t.Errorf("episode %d, -told +listed:\n%s", i, diff)
		}
	}
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last episode: %v", err)
	}
	got, err := o.client.GetEpisode(o.ctx, &vignettev1.GetEpisodeRequest{Episode: told[4].GetEpisode()})
	if err != nil {
		t.Fatal(err)
	}
	turns := 0
	for _, event := range got.GetEvents() {
		if event.GetTurn() != nil {
			turns++
		}
	}
	if got.GetRun() != run || !proto.Equal(got.GetCell(), told[4].GetCell()) || turns != int(told[4].GetTurns()) || got.GetEvents()[0].GetStarted() == nil {
		t.Errorf("GetEpisode = run %s, cell %v, %d turns; want %v", got.GetRun(), got.GetCell(), turns, told[4])
	}
}

// gate makes the agent wait in its first turn until it is opened; reached says that it got there.
func (o *office) gate() (reached <-chan struct{}, open func()) {
	arrived, opened := make(chan struct{}), make(chan struct{})
	var once sync.Once
	o.agent.fails = func(*vignettev1.Observation) error {
		once.Do(func() { close(arrived) })
		<-opened
		return nil
	}
	return arrived, sync.OnceFunc(func() { close(opened) })
}

// Whoever started a run may go away; it is played to its end.
func TestClosedStreamDoesNotStopTheRun(t *testing.T) {
	o := newOffice(t)
	reached, open := o.gate()
	defer open()
	ctx, cancel := context.WithCancel(o.ctx)
	_, manifest := o.start(t, ctx, request(4))
	<-reached
	cancel()
	open()
	for {
		got, err := o.client.GetRun(o.ctx, &vignettev1.GetRunRequest{Run: manifest.GetRun()})
		if err != nil {
			t.Fatal(err)
		}
		if got.GetStatus().GetUnfinished() == 0 {
			if got.GetStatus().GetOk() != 8 {
				t.Errorf("ended with %v", got.GetStatus())
			}
			return
		}
	}
}

// A cancelled run finishes what is in flight and starts nothing more, and cancelling it again changes nothing.
func TestCancelRun(t *testing.T) {
	o := newOffice(t)
	reached, open := o.gate()
	defer open()
	stream, manifest := o.start(t, o.ctx, request(10))
	<-reached
	cancel := &vignettev1.CancelRunRequest{Run: manifest.GetRun()}
	// A caller that does not wait has cancelled all the same.
	gone, leave := context.WithCancel(o.ctx)
	leave()
	if _, err := o.service.CancelRun(gone, cancel); status.Code(err) != codes.Canceled {
		t.Errorf("err = %v, want Canceled", err)
	}
	open()
	first, err := o.client.CancelRun(o.ctx, cancel)
	if err != nil {
		t.Fatal(err)
	}
	if s := first.GetStatus(); s.GetOk() != 1 || s.GetUnfinished() != 19 || s.GetDigest() != "" {
		t.Errorf("cancelled: %v; want one ok and 19 never begun", s)
	}
	if _, done := follow(t, stream); !proto.Equal(done, first.GetStatus()) {
		t.Errorf("the stream ends with %v, CancelRun with %v", done, first.GetStatus())
	}
	again, err := o.client.CancelRun(o.ctx, cancel)
	if err != nil || !proto.Equal(again.GetStatus(), first.GetStatus()) {
		t.Errorf("cancelled again: %v, %v", again, err)
	}
}

func TestCancelRunOfOthers(t *testing.T) {
	o := newOffice(t)
	complete, _ := o.play(t, design(1), runs.Options{})
	drained := make(chan struct{})
	close(drained)
	cutOff, _ := o.play(t, design(1), runs.Options{Drain: drained})
	if got, err := o.client.CancelRun(o.ctx, &vignettev1.CancelRunRequest{Run: complete.GetRun()}); err != nil || !proto.Equal(got.GetStatus(), complete) {
		t.Errorf("a complete run: %v, %v", got, err)
	}
	if _, err := o.client.CancelRun(o.ctx, &vignettev1.CancelRunRequest{Run: cutOff.GetRun()}); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("a run of somebody else: %v, want FailedPrecondition", err)
	}
}

// Close lets the episodes in flight end; one that may not wait cuts them off, and the follower learns of it.
func TestServiceClose(t *testing.T) {
	for _, tc := range []struct {
		name    string
		patient bool
	}{{"patient", true}, {"in a hurry", false}} {
		t.Run(tc.name, func(t *testing.T) {
			o := newOffice(t)
			reached, open := o.gate()
			defer open()
			stream, _ := o.start(t, o.ctx, request(3))
			<-reached
			ctx, cancel := context.WithCancel(o.ctx)
			defer cancel()
			if tc.patient {
				closed := make(chan error)
				go func() { closed <- o.service.Close(ctx) }()
				// It is closing when it no longer looks at what it is asked.
				for o.startError(&vignettev1.StartRunRequest{}) == codes.InvalidArgument {
				}
				open()
				if err := <-closed; err != nil {
					t.Error(err)
				}
				if _, done := follow(t, stream); done.GetOk() != 1 || done.GetUnfinished() != 5 {
					t.Errorf("done %v; want one ok and 5 never begun", done)
				}
			} else {
				cancel()
				if err := o.service.Close(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("Close = %v, want that runs were cut off", err)
				}
				if _, err := stream.Recv(); status.Code(err) != codes.Unavailable {
					t.Errorf("the follower is told %v, want Unavailable", err)
				}
			}
			if code := o.startError(request(1)); code != codes.Unavailable {
				t.Errorf("a run begun after Close: %v, want Unavailable", code)
			}
		})
	}
}

// startError is the code that a request to start a run is refused with.
func (o *office) startError(r *vignettev1.StartRunRequest) codes.Code {
	stream, err := o.client.StartRun(o.ctx, r)
	if err == nil {
		_, err = stream.Recv()
	}
	return status.Code(err)
}

func TestServiceRefuses(t *testing.T) {
	o := newOffice(t)
	start := func(change func(*vignettev1.StartRunRequest)) func() error {
		return func() error {
			r := request(1)
			change(r)
			stream, err := o.client.StartRun(o.ctx, r)
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		}
	}
	for _, tc := range []struct {
		name  string
		call  func() error
		code  codes.Code
		field string // of a violation; "" when there is none
		says  string
	}{
		{"no scenario", start(func(r *vignettev1.StartRunRequest) { r.Scenarios = nil }), codes.InvalidArgument, "scenarios", "1"},
		{"a wrong scenario", start(func(r *vignettev1.StartRunRequest) { r.Scenarios[0].Roles[1].Kind = 0 }), codes.InvalidArgument, "scenarios[0].roles[1].kind", ""},
		{"roles that do not fit together", start(func(r *vignettev1.StartRunRequest) { r.Scenarios[0].Focal = "nobody" }), codes.InvalidArgument, "scenarios[0].focal", "nobody"},
		{"negative repeats", start(func(r *vignettev1.StartRunRequest) { r.Repeats = -1 }), codes.InvalidArgument, "repeats", "0"},
		{"a factor without levels", start(func(r *vignettev1.StartRunRequest) { r.Factors[0].Levels = nil }), codes.InvalidArgument, "factors[0].levels", ""},
		{"a level that does not fit", start(func(r *vignettev1.StartRunRequest) { r.Factors = []*vignettev1.Factor{skills(7)} }), codes.InvalidArgument, "", "skill"},
		{"a kind the agent does not play", start(func(r *vignettev1.StartRunRequest) {
			r.Scenarios[0].Roles[0].Kind, r.Scenarios[0].Roles[0].Agent = vignettev1.AgentKind_AGENT_KIND_CLIENT, "builtin-persona"
		}), codes.InvalidArgument, "scenarios", "cannot play"},
		{"an agent nobody serves", start(func(r *vignettev1.StartRunRequest) { r.Scenarios[0].Roles[0].Agent = "my agent" }), codes.Unavailable, "", `agent "my agent" is not there`},
		{"something that is no agent", start(func(r *vignettev1.StartRunRequest) { r.Scenarios[0].Roles[0].Agent = runs.EngineName }), codes.InvalidArgument, "scenarios", "engine"},
		{"an unknown run", func() error {
			_, err := o.client.GetRun(o.ctx, &vignettev1.GetRunRequest{Run: "20260101-000000-none"})
			return err
		}, codes.NotFound, "", "20260101-000000-none"},
		{"a run id that cannot be", func() error {
			_, err := o.client.CancelRun(o.ctx, &vignettev1.CancelRunRequest{Run: "*.>"})
			return err
		}, codes.NotFound, "", "*.>"},
		{"no run id", func() error { _, err := o.client.GetRun(o.ctx, &vignettev1.GetRunRequest{}); return err }, codes.InvalidArgument, "run", ""},
		{"an unknown episode", func() error {
			_, err := o.client.GetEpisode(o.ctx, &vignettev1.GetEpisodeRequest{Episode: "e1"})
			return err
		}, codes.NotFound, "", "e1"},
		{"a limit too large", func() error {
			_, err := o.client.ListRuns(o.ctx, &vignettev1.ListRunsRequest{Limit: 1 << 20})
			return err
		}, codes.InvalidArgument, "limit", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.call()
			if status.Code(err) != tc.code || !strings.Contains(status.Convert(err).Message(), tc.says) {
				t.Fatalf("err = %v, want %s with %q", err, tc.code, tc.says)
			}
			var fields []string
			for _, detail := range status.Convert(err).Details() {
				for _, violation := range detail.(*errdetails.BadRequest).GetFieldViolations() {
					fields = append(fields, violation.GetField())
				}
			}
			if tc.field != "" && !cmp.Equal(fields, []string{tc.field}) {
				t.Errorf("violations of %q, want of %q", fields, tc.field)
			}
			if (tc.code == codes.InvalidArgument) != (len(fields) > 0) {
				t.Errorf("%s with %d field violations", tc.code, len(fields))
			}
		})
	}
	if all, err := o.client.ListRuns(o.ctx, &vignettev1.ListRunsRequest{}); err != nil || len(all.GetRuns()) > 0 {
		t.Errorf("refused runs are in the log: %v, %v", all, err)
	}
}

// deadLog takes no manifest.
type deadLog struct{ runs.Log }

func (deadLog) WriteManifest(context.Context, *vignettev1.Manifest) (uint64, error) {
	return 0, errors.New("disk full")
}

func TestLogThatTakesNothing(t *testing.T) {
	o := newOffice(t)
	o.Runner.Log = deadLog{o.Runner.Log}
	stream, err := o.client.StartRun(o.ctx, request(1))
	if err == nil {
		_, err = stream.Recv()
	}
	if status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("err = %v, want Unavailable and why", err)
	}
}

// A run over the wire has models and terms too, and tells its follower that it stands still.
func TestServicePauses(t *testing.T) {
	o := newOffice(t)
	o.agent.fails = func(obs *vignettev1.Observation) error {
		if obs.GetAccount().GetMaxTokens() == 100 && obs.GetTurnIndex() == 2 {
			return overBudget()
		}
		return nil
	}
	r := request(2)
	r.MaxTokens, r.Models = proto.Int64(100), map[string]string{"persona": "builtin"}
	stream, manifest := o.start(t, o.ctx, r)
	if got := manifest.GetModels()["persona"]; got != "builtin" {
		t.Errorf("the manifest says %q", got)
	}
	for {
		update, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if done := update.GetDone(); done != nil {
			if done.GetPaused() == "" || done.GetFailed() > 0 || done.GetUnfinished() != done.GetTotal() {
				t.Errorf("done with %v", done)
			}
			return
		}
	}
}
