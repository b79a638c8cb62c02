package conductor

import (
	"context"
	"fmt"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Seat is the place of somebody outside in an episode: whoever plays the roles whose agent is [scenarios.ExternalAgent]. It is
// driven by one caller at a time.
type Seat struct {
	play    *play
	claimed bool
}

// Attend takes a place in an episode. Last is the sequence of the last entry of its play, 0 when there is none. Nothing is
// asked or recorded before [Seat.Play].
func (c *Conductor) Attend(state *episode.State, last uint64) *Seat {
	return &Seat{play: &play{Conductor: c, state: state, last: last}}
}

// State is what has happened so far. Callers must not change it, nor read it while the seat is being driven.
func (s *Seat) State() *episode.State { return s.play.state }

// Waiting is the role from outside whose turn it is, "" when it is nobody's from outside.
func (s *Seat) Waiting() string { return s.play.waiting() }

// Play is [Conductor.Play], up to the next turn of a role from outside. Watch is told of words as they come; may be nil. An
// episode that had begun before is claimed at the first call.
func (s *Seat) Play(ctx context.Context, watch Watch) error {
	s.play.watch = watch
	defer func() { s.play.watch = nil }()
	if err := s.begin(ctx); err != nil || s.over() {
		return err
	}
	return s.play.run(ctx)
}

// Copy records events of another episode that this one begins with, and asks nobody.
func (s *Seat) Copy(ctx context.Context, opening []*vignettev1.EpisodeEvent) error {
	if err := s.begin(ctx); err != nil || s.over() {
		return err
	}
	return s.play.copy(ctx, opening)
}

func (s *Seat) over() bool { return s.play.state.Completed() != nil || s.play.state.Deleted() != nil }

// Take records what a role from outside does, whose turn it must be. Nobody is asked: [Seat.Play] goes on.
func (s *Seat) Take(ctx context.Context, role string, action *vignettev1.Action) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if waiting := s.play.waiting(); waiting == "" || waiting != role {
		return fmt.Errorf("episode %s does not wait for role %q", s.play.state.Plan().Episode, role)
	}
	state := s.play.state
	index := len(state.Turns())
	turn := &vignettev1.Turn{
		Id: episode.TurnID(state.Plan().Episode, index), Index: int32(index), Role: role, Action: action,
		Provenance: &vignettev1.Provenance{Agent: scenarios.ExternalAgent, Mind: "external"},
	}
	if err := checkTurn(state, turn); err != nil {
		return err
	}
	return s.play.record(ctx, s.play.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: turn}}))
}

// End ends the conversation before its time. [Seat.Play] then brings what is to be asked at the end.
func (s *Seat) End(ctx context.Context, reason vignettev1.EndReason, detail string) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	return s.play.record(ctx, s.play.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{
		ConversationEnded: &vignettev1.ConversationEnded{Reason: reason, Detail: detail},
	}}))
}

// begin claims an episode that had begun before this seat was taken, and once more after it failed.
func (s *Seat) begin(ctx context.Context) error {
	state := s.play.state
	if s.over() {
		return nil
	}
	if s.claimed && state.Failed() == nil {
		return nil
	}
	s.claimed = true
	if state.Phase() == vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED {
		return nil
	}
	return s.play.claim(ctx)
}

// Watch is told of words of a role as they come; taken back says that all of them so far do not count.
type Watch func(role, words string, takenBack bool)

// waiting is the role from outside whose turn it is, or "".
func (p *play) waiting() string {
	if ask, ok := p.state.Decide().(episode.AskRole); ok && p.external(ask.Role) {
		return ask.Role
	}
	return ""
}

// external says whether somebody outside plays a role.
func (p *play) external(role string) bool {
	return agentOf(p.state.Plan().Scenario, role) == scenarios.ExternalAgent
}

// externalBid is how much a role from outside wants to speak: always, but never twice in a row, since whoever plays it can stay
// silent when its turn comes and cannot be asked before.
func (p *play) externalBid(role string) float64 {
	turns := p.state.Turns()
	if n := len(turns); n > 0 && turns[n-1].GetRole() == role {
		return 0
	}
	return 1
}

// watched is who is told of a role's words, nil when nobody watches. Words of an attempt that failed do not count.
func (p *play) watched(role string) func(words string, takenBack bool) {
	if p.watch == nil {
		return nil
	}
	return func(words string, takenBack bool) { p.watch(role, words, takenBack) }
}

// Last is the sequence of the last entry of the episode's play that this seat knows of.
func (s *Seat) Last() uint64 { return s.play.last }
