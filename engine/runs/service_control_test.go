package runs_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// A fork over the wire: its run is launched, told of and done, and the tree has it.
func TestServiceForks(t *testing.T) {
	o := newOffice(t)
	stream, _ := o.start(t, o.ctx, request(1))
	episodes, _ := follow(t, stream)
	forking, err := o.client.ForkEpisode(o.ctx, &vignettev1.ForkEpisodeRequest{Episode: episodes[0].GetEpisode(), Turn: 2, Branches: 2, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	var launched *vignettev1.Manifest
	var branches []*vignettev1.EpisodeSummary
	var done *vignettev1.RunStatus
	for {
		update, err := forking.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case update.GetLaunched() != nil:
			launched = update.GetLaunched()
		case update.GetEpisode() != nil:
			branches = append(branches, update.GetEpisode())
		default:
			done = update.GetDone()
		}
	}
	if launched.GetFork().GetEpisode() != episodes[0].GetEpisode() || len(branches) != 2 || done.GetOk() != 2 {
		t.Fatalf("launched %v, %d branches, done %v", launched.GetFork(), len(branches), done)
	}
	reader := projection.NewReader(o.stage.Log)
	state, _, err := reader.Episode(o.ctx, branches[1].GetEpisode())
	if err != nil {
		t.Fatal(err)
	}
	tree, err := reader.Forks(o.ctx, state.Plan())
	if err != nil || tree.Episode != episodes[0].GetEpisode() || len(tree.Branches) != 2 || !tree.Branches[0].Reseeded {
		t.Errorf("tree %+v, %v", tree, err)
	}
}

func TestServiceRefusesForks(t *testing.T) {
	o := newOffice(t)
	stream, _ := o.start(t, o.ctx, request(1))
	episodes, _ := follow(t, stream)
	for _, tc := range []struct {
		request *vignettev1.ForkEpisodeRequest
		want    codes.Code
	}{
		{&vignettev1.ForkEpisodeRequest{}, codes.InvalidArgument},
		{&vignettev1.ForkEpisodeRequest{Episode: "enobody"}, codes.NotFound},
		{&vignettev1.ForkEpisodeRequest{Episode: episodes[0].GetEpisode(), Turn: 99}, codes.FailedPrecondition},
	} {
		forking, err := o.client.ForkEpisode(o.ctx, tc.request)
		if err == nil {
			_, err = forking.Recv()
		}
		if status.Code(err) != tc.want {
			t.Errorf("%v: %v, want %s", tc.request, err, tc.want)
		}
	}
}

// A paused run asks nobody anything until it is resumed, and comes to what it would have come to.
func TestServicePausesAndResumes(t *testing.T) {
	o := newOffice(t)
	reached, release := make(chan struct{}), make(chan struct{})
	o.agent.fails = func(*vignettev1.Observation) error {
		if o.agent.asked.Load() == 3 {
			close(reached)
			<-release
		}
		return nil
	}
	stream, manifest := o.start(t, o.ctx, request(2))
	<-reached
	paused, err := o.client.PauseRun(o.ctx, &vignettev1.PauseRunRequest{Run: manifest.GetRun()})
	if err != nil || paused.GetStatus().GetPaused() == "" {
		t.Fatalf("PauseRun = %v, %v", paused, err)
	}
	close(release)
	// The one worker holds at the gate: the third answer is the last, however long one looks.
	if asked := o.agent.asked.Load(); asked != 3 {
		t.Errorf("asked %d times while paused", asked)
	}
	if _, err := o.client.ResumeRun(o.ctx, &vignettev1.ResumeRunRequest{Run: manifest.GetRun()}); err != nil {
		t.Fatal(err)
	}
	if _, done := follow(t, stream); done.GetOk() != 4 || done.GetPaused() != "" || done.GetDigest() != undisturbed(t, design(2)) {
		t.Errorf("done %v", done)
	}
	if _, err := o.client.PauseRun(o.ctx, &vignettev1.PauseRunRequest{Run: manifest.GetRun()}); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("pausing a run at rest: %v", err)
	}
}

// A run that is cancelled while it is paused ends as it stands, and is finished later.
func TestServiceCancelsPaused(t *testing.T) {
	o := newOffice(t)
	reached, release := make(chan struct{}), make(chan struct{})
	o.agent.fails = func(*vignettev1.Observation) error {
		if o.agent.asked.Load() == 3 {
			close(reached)
			<-release
		}
		return nil
	}
	stream, manifest := o.start(t, o.ctx, request(2))
	<-reached
	if _, err := o.client.PauseRun(o.ctx, &vignettev1.PauseRunRequest{Run: manifest.GetRun()}); err != nil {
		t.Fatal(err)
	}
	close(release)
	if _, err := o.client.CancelRun(o.ctx, &vignettev1.CancelRunRequest{Run: manifest.GetRun()}); err != nil {
		t.Fatal(err)
	}
	_, done := follow(t, stream)
	if done.GetUnfinished() != 4 || o.agent.asked.Load() != 3 {
		t.Errorf("done %v, asked %d times", done, o.agent.asked.Load())
	}
	o.agent.fails = nil
	planner, err := projection.NewReader(o.stage.Log).Run(context.Background(), manifest.GetRun())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := o.resumed(t, planner, runs.Options{}); err != nil || got.GetDigest() != undisturbed(t, design(2)) {
		t.Errorf("resumed to %v, %v", got, err)
	}
}
