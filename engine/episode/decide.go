package episode

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Decision is what happens next in an episode: one of [Begin], [AskBids], [AskRole], [AskProbe], [AskEvaluator], [End],
// [Complete], [Done].
type Decision interface{ decision() }

// Begin says that the episode is to be begun.
type Begin struct{}

// AskBids says that everybody present is to say how much they want to speak next.
type AskBids struct {
	// Roles are the ids of those present, in listed order.
	Roles []string
}

// AskRole says that a role is to take its turn.
type AskRole struct {
	// Role is the role's id.
	Role string
}

// AskProbe says that a role is to be asked a question outside the conversation.
type AskProbe struct {
	// Probe is the question.
	Probe *vignettev1.ProbeSpec
}

// AskEvaluator says that an evaluator is to score.
type AskEvaluator struct {
	// Use says which evaluator and whose doing.
	Use *vignettev1.EvaluatorUse
	// TurnIndex is the one turn to score; nil means all turns and the whole.
	TurnIndex *int32
}

// End says that the conversation is over.
type End struct {
	// Reason is why.
	Reason vignettev1.EndReason
	// Detail is why, for people.
	Detail string
}

// Complete says that all has been asked, and what it came to.
type Complete struct {
	// Validity says whether the episode can be used.
	Validity vignettev1.Validity
	// Detail is why not, for people.
	Detail string
	// Rewards are by role, in role order.
	Rewards []*vignettev1.Reward
}

// Done says that nothing is left to do: the episode is complete, has failed, or was deleted.
type Done struct{}

func (Begin) decision()        {}
func (AskBids) decision()      {}
func (AskRole) decision()      {}
func (AskProbe) decision()     {}
func (AskEvaluator) decision() {}
func (End) decision()          {}
func (Complete) decision()     {}
func (Done) decision()         {}

// Decide says what happens next. It is a pure function of the state.
func (s *State) Decide() Decision {
	switch {
	case s.deleted != nil:
		return Done{}
	case !s.started:
		return Begin{}
	case s.completed != nil || s.failed != nil:
		return Done{}
	}
	if probe := s.dueProbe(); probe != nil {
		return AskProbe{Probe: probe}
	}
	if use, turn := s.dueEvaluation(); use != nil {
		return AskEvaluator{Use: use, TurnIndex: turn}
	}
	if s.ended != nil {
		validity, detail := s.validity()
		return Complete{Validity: validity, Detail: detail, Rewards: s.rewards()}
	}
	if reason, detail := s.stops(); reason != vignettev1.EndReason_END_REASON_UNSPECIFIED {
		return End{Reason: reason, Detail: detail}
	}
	if s.bidding() {
		return AskBids{Roles: s.present()}
	}
	next := s.next()
	if next == "" {
		return End{Reason: vignettev1.EndReason_END_REASON_NO_BIDS, Detail: "nobody wanted to speak"}
	}
	return AskRole{Role: next}
}

// stops says whether the conversation is over, and why.
func (s *State) stops() (vignettev1.EndReason, string) {
	scenario := s.plan.Scenario
	present := len(scenario.GetRoles()) - len(s.left)
	switch {
	case s.left[scenario.GetFocal()]:
		return vignettev1.EndReason_END_REASON_LEFT, fmt.Sprintf("%s left", s.displayName(scenario.GetFocal()))
	case present < 2:
		return vignettev1.EndReason_END_REASON_LEFT, fmt.Sprintf("%d of %d left", len(s.left), len(scenario.GetRoles()))
	case s.silences() >= s.maxSilences():
		return vignettev1.EndReason_END_REASON_SILENCE, fmt.Sprintf("%d silent turns in a row", s.silences())
	case len(s.turns) >= int(scenario.GetStop().GetMaxTurns()):
		return vignettev1.EndReason_END_REASON_MAX_TURNS, fmt.Sprintf("%d turns", len(s.turns))
	}
	return vignettev1.EndReason_END_REASON_UNSPECIFIED, ""
}

func (s *State) silences() int {
	n := 0
	for i := len(s.turns) - 1; i >= 0 && s.turns[i].GetAction().GetKind() == vignettev1.ActionKind_ACTION_KIND_SILENT; i-- {
		n++
	}
	return n
}

func (s *State) maxSilences() int {
	if n := s.plan.Scenario.GetStop().GetMaxSilences(); n > 0 {
		return int(n)
	}
	return len(s.plan.Scenario.GetRoles())
}

// dueProbe is the first probe that is due now and has not been answered now.
func (s *State) dueProbe() *vignettev1.ProbeSpec {
	for _, spec := range s.plan.Scenario.GetProbes() {
		if s.probeDue(spec) && !s.probed(spec) {
			return spec
		}
	}
	return nil
}

func (s *State) probeDue(spec *vignettev1.ProbeSpec) bool {
	if spec.GetEvery() == 0 {
		return s.ended != nil
	}
	n := len(s.turns)
	if n == 0 || s.turns[n-1].GetRole() != spec.GetRole() {
		return false
	}
	taken := 0
	for _, turn := range s.turns {
		if turn.GetRole() == spec.GetRole() {
			taken++
		}
	}
	return taken%int(spec.GetEvery()) == 0
}

// dueEvaluation is the first evaluation that is due now and has not been made.
func (s *State) dueEvaluation() (*vignettev1.EvaluatorUse, *int32) {
	for _, use := range s.plan.Scenario.GetEvaluators() {
		if use.GetWhen() == vignettev1.EvaluationTime_EVALUATION_TIME_EACH_TURN && len(s.turns) > 0 {
			last := s.turns[len(s.turns)-1]
			if last.GetRole() == use.GetRole() && !s.evaluated(use.GetName(), use.GetRole(), &last.Index) {
				return use, proto.Int32(last.GetIndex())
			}
		}
		if s.ended != nil && !s.evaluated(use.GetName(), use.GetRole(), nil) {
			return use, nil
		}
	}
	return nil, nil
}

func (s *State) displayName(role string) string {
	return DisplayName(s.plan.role(role))
}

// DisplayName is what others call a role: its own name, else its persona's, else its id.
func DisplayName(role *vignettev1.Role) string {
	switch {
	case role.GetName() != "":
		return role.GetName()
	case role.GetPersona().GetName() != "":
		return role.GetPersona().GetName()
	default:
		return role.GetId()
	}
}
