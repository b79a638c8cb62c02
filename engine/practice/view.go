package practice

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/practice/risk"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// help is what a session gives now.
type help struct {
	atOnce    bool // feedback after each turn
	onRequest bool // feedback and hints when asked for
	drafts    bool // feedback before it is said
	felt      bool // what the partner felt
}

// helps says what the help level gives now: after the end more than before.
func (s *session) helps() help {
	level := s.practice().GetGiven()
	if s.over() {
		after := level >= vignettev1.HelpLevel_HELP_LEVEL_AFTER
		return help{onRequest: after, felt: after}
	}
	return help{
		atOnce:    level >= vignettev1.HelpLevel_HELP_LEVEL_LIVE,
		onRequest: level >= vignettev1.HelpLevel_HELP_LEVEL_ON_REQUEST,
		drafts:    level >= vignettev1.HelpLevel_HELP_LEVEL_CO_DRAFTING,
		felt:      level >= vignettev1.HelpLevel_HELP_LEVEL_LIVE,
	}
}

// view is the session as its trainee may see it. What is not copied here or in turn, no trainee sees before the report.
func (s *session) view() *vignettev1.PracticeSession {
	b := s.current
	scenario, state := b.plan.Scenario, b.state()
	view := s.brief()
	for i := range state.Turns() {
		view.Turns = append(view.Turns, b.turn(i))
	}
	observation := state.Observe(s.practice().GetRole())
	for _, other := range observation.GetOthers() {
		view.Partners = append(view.Partners, &vignettev1.PracticePartner{
			Role: other.GetId(), Name: other.GetName(), Relation: other.GetRelation(), Introduction: other.GetIntroduction(), Left: other.GetLeft(),
		})
	}
	self := observation.GetSelf()
	view.Part = &vignettev1.PracticePart{
		Role: self.GetId(), Name: self.GetName(), Relation: self.GetRelation(), Goal: self.GetGoal(), Knowledge: self.GetKnowledge(), Objective: self.GetObjective(),
	}
	view.Setting, view.TurnsLeft, view.OwnTurnsLeft = scenario.GetSetting(), observation.GetTurnsLeft(), state.TurnsLeftOf(s.practice().GetRole())
	view.Formulation = clientOf(scenario, s.practice().GetRole(), "") != nil
	return view
}

// brief is the view without turns, for lists.
func (s *session) brief() *vignettev1.PracticeSession {
	b, first := s.current, s.branches[0].planner.Manifest()
	state := b.state()
	view := &vignettev1.PracticeSession{
		Session: s.id, Scenario: b.plan.Scenario.GetId(), Title: b.plan.Scenario.GetTitle(), Practice: s.practice(), Phase: s.phase(),
		Paused: s.paused, Risk: s.risk, Branch: b.plan.Run, Measures: s.measures, Notice: Notice, CreatedAt: first.GetCreatedAt(),
		Ended: state.Ended().GetDetail(), Cursor: s.last, Reviews: s.reviews(),
	}
	view.Yours = view.Phase == vignettev1.PracticePhase_PRACTICE_PHASE_TALKING && b.seat.Waiting() != ""
	if failed := state.Failed(); failed != nil {
		view.Failed = failed.GetWho() + ": " + failed.GetMessage()
	}
	for _, each := range s.branches {
		fork := each.plan.Fork
		view.Branches = append(view.Branches, &vignettev1.PracticeBranch{
			Branch: each.plan.Run, Episode: each.plan.Episode, Off: fork.GetRun(), Turn: fork.GetTurns(), Words: fork.GetSay().GetText(),
			Turns: int32(len(each.state().Turns())), Current: each == b,
		})
	}
	return view
}

func (s *session) phase() vignettev1.PracticePhase {
	switch {
	case s.left:
		return vignettev1.PracticePhase_PRACTICE_PHASE_LEFT
	case s.finished != nil:
		return vignettev1.PracticePhase_PRACTICE_PHASE_FINISHED
	case s.paused != vignettev1.PauseReason_PAUSE_REASON_UNSPECIFIED:
		return vignettev1.PracticePhase_PRACTICE_PHASE_PAUSED
	case s.current.state().Ended() != nil:
		return vignettev1.PracticePhase_PRACTICE_PHASE_ENDED
	}
	return vignettev1.PracticePhase_PRACTICE_PHASE_TALKING
}

// turn is a turn as the trainee may see it: the partner's state only where the help level shows it.
func (b *branch) turn(i int) *vignettev1.PracticeTurn {
	turn := b.state().Turns()[i]
	view := &vignettev1.PracticeTurn{Index: turn.GetIndex(), Role: turn.GetRole(), Name: b.name(turn.GetRole()), Mine: b.mine(turn.GetRole()), Action: turn.GetAction()}
	if view.Mine {
		if b.session.feedbackSeen() {
			view.Feedback = b.shown(i)
		}
		for _, n := range b.notes {
			if d := n.event.GetDisagreed(); d != nil && int(d.GetTurnIndex()) == i {
				view.Disagreements = append(view.Disagreements, d)
			}
		}
		return view
	}
	if to := turn.GetAction().GetTo(); len(to) > 0 && !slices.Contains(to, b.session.practice().GetRole()) {
		view.Action = &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_NONVERBAL, Text: "(says something to others that you do not hear)"}
		return view
	}
	if risk.Method(turn.GetAction().GetText()) {
		view.Action = withheld
	}
	if b.session.helps().felt {
		view.Felt = felt(turn)
	}
	return view
}

// withheld stands where a partner gave detail of a method, which no trainee is shown.
var withheld = &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_NONVERBAL, Text: "(left out: it gave details that practice does not show)"}

// feedbackSeen says whether feedback that was shown may be shown again.
func (s *session) feedbackSeen() bool { return s.helps().onRequest }

// felt is what a partner felt: computed where rules compute it, else what their mind says of itself. Its thoughts and its picture of
// the trainee stay its own.
func felt(turn *vignettev1.Turn) *vignettev1.MentalState {
	state := turn.GetMentalState()
	if appraised := turn.GetAppraisal().GetState(); appraised != nil {
		state = appraised
	}
	if state == nil {
		return nil
	}
	return &vignettev1.MentalState{
		Source: state.GetSource(), Felt: state.GetFelt(), Distress: state.Distress, Trust: state.Trust, Resistance: state.Resistance, Willingness: state.Willingness,
	}
}

// name is what a role is called.
func (b *branch) name(role string) string {
	for _, r := range b.plan.Scenario.GetRoles() {
		if r.GetId() == role {
			return episode.DisplayName(r)
		}
	}
	return role
}

// shown is the feedback that was last shown on a turn, nil when there was none. A branch has what its origin was told of turns that
// both have.
func (b *branch) shown(i int) *vignettev1.PracticeFeedback {
	for _, n := range slices.Backward(b.notes) {
		if f := n.event.GetFeedback(); f != nil && !f.GetDraft() && int(f.GetTurnIndex()) == i {
			return f
		}
	}
	if off := b.origin(); off != nil && i < int(b.plan.Fork.GetTurns()) {
		return off.shown(i)
	}
	return nil
}

// origin is the branch that this one comes off, nil for the first.
func (b *branch) origin() *branch {
	for _, other := range b.session.branches {
		if b.plan.Fork != nil && other.plan.Run == b.plan.Fork.GetRun() {
			return other
		}
	}
	return nil
}

// compare sets two branches side by side where they part.
func (s *session) compare(original, retry *branch, turn int) *vignettev1.PracticeComparison {
	return &vignettev1.PracticeComparison{Turn: int32(turn), Original: s.side(original, turn), Retry: s.side(retry, turn)}
}

func (s *session) side(b *branch, turn int) *vignettev1.BranchSide {
	side := &vignettev1.BranchSide{Branch: b.plan.Run}
	turns := b.state().Turns()
	if turn >= len(turns) {
		return side
	}
	side.Said = b.turn(turn)
	if next := turn + 1; next < len(turns) && !b.mine(turns[next].GetRole()) {
		side.Answered = b.turn(next)
		if s.helps().felt {
			side.Change = change(turns[:turn], turns[next])
		}
	}
	return side
}

// change is how far the state of whoever answered moved since their last turn before.
func change(before []*vignettev1.Turn, answered *vignettev1.Turn) *vignettev1.PartnerChange {
	now := felt(answered)
	for _, turn := range slices.Backward(before) {
		if turn.GetRole() != answered.GetRole() {
			continue
		}
		was := felt(turn)
		if was == nil || now == nil || was.GetSource() != now.GetSource() {
			return nil
		}
		return &vignettev1.PartnerChange{
			Source: now.GetSource(), Distress: moved(was.Distress, now.Distress), Trust: moved(was.Trust, now.Trust),
			Resistance: moved(was.Resistance, now.Resistance), Willingness: moved(was.Willingness, now.Willingness),
		}
	}
	return nil
}

// moved is the difference of two numbers, nil when one is unknown.
func moved(was, now *float64) *float64 {
	if was == nil || now == nil {
		return nil
	}
	return proto.Float64(*now - *was)
}
