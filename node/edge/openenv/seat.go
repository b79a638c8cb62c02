package openenv

import (
	"context"
	"time"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/vignette-sim/vignette/engine/environment"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// seat is one client's environment: that of a connection, or of a cookie. It is for one call at a time.
type seat struct {
	service  *environment.Service
	defaults Defaults

	environment string // "" before the first reset
	episode     string // as the client calls it, else its id
	run         string
	steps       int32
}

// state is what a client is told about where it is.
type state struct {
	EpisodeID *string `json:"episode_id"`
	StepCount int32   `json:"step_count"`
	Run       *string `json:"run"`
}

func (s *seat) state() state {
	if s.run == "" {
		return state{}
	}
	return state{EpisodeID: &s.episode, StepCount: s.steps, Run: &s.run}
}

// reset begins an episode.
func (s *seat) reset(ctx context.Context, data []byte) (*answer, *fault) {
	var asked resetData
	if err := read(data, &asked); err != nil {
		return nil, err
	}
	at := s.environment
	if at != "" && !s.service.Has(at) {
		at = "" // It was closed; the client asks for an episode, and gets one.
	}
	item, wrong := asked.item(s.defaults, at)
	if wrong != nil {
		return nil, wrong
	}
	response, err := s.service.Reset(ctx, &vignettev1.EnvironmentServiceResetRequest{Items: []*vignettev1.ResetItem{item}})
	if err != nil {
		return nil, faultf(sessionError, "%s", status.Convert(err).Message())
	}
	outcome := response.GetOutcomes()[0]
	if refused := outcome.GetError(); refused != nil {
		return nil, faultOf(refused, true)
	}
	step := outcome.GetStep()
	s.environment, s.run, s.episode = step.GetEnvironment(), step.GetRun(), step.GetEpisode()
	if asked.EpisodeID != "" {
		s.episode = asked.EpisodeID
	}
	return s.told(step)
}

// step takes a turn.
func (s *seat) step(ctx context.Context, data []byte, timeout time.Duration) (*answer, *fault) {
	action, turn, wrong := readAction(data)
	if wrong != nil {
		return nil, wrong
	}
	if s.environment == "" {
		return nil, faultf(sessionError, "no episode has begun; send a reset first")
	}
	request := &vignettev1.EnvironmentServiceStepRequest{Items: []*vignettev1.StepItem{{Environment: s.environment, Action: action, TurnIndex: turn}}}
	if timeout > 0 {
		request.Timeout = durationpb.New(timeout)
	}
	response, err := s.service.Step(ctx, request)
	if err != nil {
		return nil, faultf(sessionError, "%s", status.Convert(err).Message())
	}
	outcome := response.GetOutcomes()[0]
	if refused := outcome.GetError(); refused != nil {
		return nil, faultOf(refused, false)
	}
	return s.told(outcome.GetStep())
}

func (s *seat) told(step *vignettev1.EnvironmentStep) (*answer, *fault) {
	s.steps = step.GetSteps()
	told, err := answerOf(step)
	if err != nil {
		return nil, faultf(executionError, "the observation cannot be written: %v", err)
	}
	return told, nil
}

// leave closes the environment.
func (s *seat) leave() {
	if s.environment != "" {
		_, _ = s.service.CloseEnvironments([]string{s.environment}) // It is closing anyhow when this fails.
		s.environment = ""
	}
}
