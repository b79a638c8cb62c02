package runs

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// PlayerName is the agent name under which a process that plays one run can be told to pause, resume or cancel it.
func PlayerName(run string) string { return "run " + run }

// Player is the part of RunService that a process offers about the one run that it plays: PauseRun, ResumeRun, CancelRun.
// CancelRun answers at once; the run ends by itself.
type Player struct {
	vignettev1.UnimplementedRunServiceServer
	run     string
	control *Control
	status  func() *vignettev1.RunStatus
}

// NewPlayer returns the player of a run; status says how far it is and must be safe for concurrent use.
func NewPlayer(run string, control *Control, status func() *vignettev1.RunStatus) *Player {
	return &Player{run: run, control: control, status: status}
}

// PauseRun implements RunServiceServer.
func (p *Player) PauseRun(_ context.Context, request *vignettev1.PauseRunRequest) (*vignettev1.PauseRunResponse, error) {
	if err := p.check(request.GetRun()); err != nil {
		return nil, err
	}
	p.control.Pause(pausedByHand)
	return &vignettev1.PauseRunResponse{Status: p.now()}, nil
}

// ResumeRun implements RunServiceServer.
func (p *Player) ResumeRun(_ context.Context, request *vignettev1.ResumeRunRequest) (*vignettev1.ResumeRunResponse, error) {
	if err := p.check(request.GetRun()); err != nil {
		return nil, err
	}
	p.control.Resume()
	return &vignettev1.ResumeRunResponse{Status: p.now()}, nil
}

// CancelRun implements RunServiceServer.
func (p *Player) CancelRun(_ context.Context, request *vignettev1.CancelRunRequest) (*vignettev1.CancelRunResponse, error) {
	if err := p.check(request.GetRun()); err != nil {
		return nil, err
	}
	p.control.Cancel()
	return &vignettev1.CancelRunResponse{Status: p.now()}, nil
}

func (p *Player) check(run string) error {
	if run != p.run {
		return status.Errorf(codes.NotFound, "this process plays run %s, not %q", p.run, run)
	}
	return nil
}

func (p *Player) now() *vignettev1.RunStatus {
	now := p.status()
	now.Paused = p.control.Paused()
	return now
}
