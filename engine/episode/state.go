package episode

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// State is what has happened in an episode so far. It is a fold over the events of its log. The zero value is not
// usable; begin with [New].
type State struct {
	plan *Plan

	started    bool
	failures   int // how often it failed and was perhaps taken up again
	branchSeed uint64
	origin     string
	epoch      int64

	turns       []*vignettev1.Turn
	probes      []*vignettev1.ProbeAnswer
	evaluations []*vignettev1.Evaluated
	bids        []*vignettev1.Bids
	left        map[string]bool

	ended     *vignettev1.ConversationEnded
	completed *vignettev1.EpisodeCompleted
	failed    *vignettev1.EpisodeFailed
	deleted   *vignettev1.Tombstone

	digest *Digest
}

// New returns the state of an episode in which nothing has happened.
func New(plan *Plan) *State {
	return &State{plan: plan, left: map[string]bool{}, digest: NewDigest()}
}

// Plan returns what is being played.
func (s *State) Plan() *Plan { return s.plan }

// Epoch returns the epoch of the worker that holds the episode, 0 before anybody does.
func (s *State) Epoch() int64 { return s.epoch }

// Sample says which answers of a model are meant in this episode: those of its seed, repeat and branch. An episode that failed
// and is taken up again wants others than those it failed over, which are on record.
func (s *State) Sample() *vignettev1.ModelSample {
	return &vignettev1.ModelSample{
		Seed: s.plan.Seed, Repeat: s.plan.drawnAs(), BranchSeed: s.branchSeed, Ask: int32(AsksPerFailure * s.failures),
	}
}

// AsksPerFailure is how far each failure of an episode moves the numbers of its questions (ModelSample.ask):
// more than how often an agent asks about one thing before it gives up. Chosen.
const AsksPerFailure = 16

// Origin is the id of the episode that the first turns were copied from, or "".
func (s *State) Origin() string { return s.origin }

// Turns returns the turns taken, oldest first. Callers must not change them.
func (s *State) Turns() []*vignettev1.Turn { return s.turns }

// Probes returns the probes answered, oldest first.
func (s *State) Probes() []*vignettev1.ProbeAnswer { return s.probes }

// Bids returns what was bid for the turns, oldest first; empty where turn taking is not by bids. Who bid what is private to
// the study.
func (s *State) Bids() []*vignettev1.Bids { return s.bids }

// Ended returns why nobody speaks any more, or nil while they do.
func (s *State) Ended() *vignettev1.ConversationEnded { return s.ended }

// Completed returns how the episode was completed, or nil.
func (s *State) Completed() *vignettev1.EpisodeCompleted { return s.completed }

// Failed returns why the episode could not go on, or nil.
func (s *State) Failed() *vignettev1.EpisodeFailed { return s.failed }

// Deleted returns what is left of an episode that was deleted on request, or nil.
func (s *State) Deleted() *vignettev1.Tombstone { return s.deleted }

// Phase says how far the episode got.
func (s *State) Phase() vignettev1.EpisodePhase {
	switch {
	case s.deleted != nil:
		return vignettev1.EpisodePhase_EPISODE_PHASE_DELETED
	case s.completed != nil:
		return vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED
	case s.failed != nil:
		return vignettev1.EpisodePhase_EPISODE_PHASE_FAILED
	case s.started:
		return vignettev1.EpisodePhase_EPISODE_PHASE_UNFINISHED
	default:
		return vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED
	}
}

// Digest returns the digest of the events so far; see [Digest].
func (s *State) Digest() [sha256.Size]byte { return s.digest.Sum() }

// Scores returns all scores given while the episode was played, in the order they were given.
func (s *State) Scores() []*vignettev1.Score {
	var scores []*vignettev1.Score
	for _, evaluation := range s.evaluations {
		scores = append(scores, evaluation.GetScores()...)
	}
	return scores
}

// Summary is the episode in a line.
func (s *State) Summary() *vignettev1.EpisodeSummary {
	return &vignettev1.EpisodeSummary{
		Episode:   s.plan.Episode,
		Cell:      s.plan.Cell,
		Phase:     s.Phase(),
		Validity:  s.completed.GetValidity(),
		Turns:     int32(len(s.turns)),
		Completed: s.completed,
		Failed:    s.failed,
	}
}

// Apply folds one event into the state. An event that cannot follow what has happened is an error and changes nothing:
// such a log has been written by something else than this machine.
func (s *State) Apply(event *vignettev1.EpisodeEvent) error {
	if err := s.fold(event); err != nil {
		return err
	}
	s.digest.Add(event)
	return nil
}

// fold is Apply without the digest.
func (s *State) fold(event *vignettev1.EpisodeEvent) error {
	if v := event.GetSchemaVersion(); v < 1 || v > SchemaVersion {
		return fmt.Errorf("event %q has schema version %d; this program reads up to %d", event.GetId(), v, SchemaVersion)
	}
	if err := s.admits(event); err != nil {
		return fmt.Errorf("event %q: %w", event.GetId(), err)
	}
	if err := s.apply(event); err != nil {
		return fmt.Errorf("event %q: %w", event.GetId(), err)
	}
	s.epoch = event.GetEpoch()
	return nil
}

// Admits says whether an event can follow what has happened, without folding it in: what Apply would say.
func (s *State) Admits(event *vignettev1.EpisodeEvent) error {
	trial := *s
	trial.left = maps.Clone(s.left)
	trial.turns, trial.probes, trial.evaluations = slices.Clip(s.turns), slices.Clip(s.probes), slices.Clip(s.evaluations)
	trial.bids = slices.Clip(s.bids)
	return trial.fold(event)
}

// admits checks what holds for every kind of event.
func (s *State) admits(event *vignettev1.EpisodeEvent) error {
	if s.deleted != nil {
		return fmt.Errorf("the episode has been deleted")
	}
	switch kind := event.GetEvent().(type) {
	case *vignettev1.EpisodeEvent_Deleted:
		return nil // Whoever holds the episode: nothing can follow.
	case *vignettev1.EpisodeEvent_Claimed:
		if event.GetEpoch() != s.epoch+1 || kind.Claimed.GetEpoch() != event.GetEpoch() {
			return fmt.Errorf("claims epoch %d after epoch %d", kind.Claimed.GetEpoch(), s.epoch)
		}
	case *vignettev1.EpisodeEvent_Started:
		if s.started {
			return fmt.Errorf("the episode has already begun")
		}
		return nil
	default:
		if event.GetEpoch() != s.epoch {
			return fmt.Errorf("written in epoch %d, the episode is held in epoch %d", event.GetEpoch(), s.epoch)
		}
	}
	switch {
	case !s.started:
		return fmt.Errorf("the episode has not begun")
	case s.completed != nil:
		return fmt.Errorf("the episode is complete")
	case s.failed != nil && event.GetClaimed() == nil:
		return fmt.Errorf("the episode has failed and nobody has taken it up again")
	}
	return nil
}

func (s *State) apply(event *vignettev1.EpisodeEvent) error {
	switch kind := event.GetEvent().(type) {
	case *vignettev1.EpisodeEvent_Started:
		return s.applyStarted(kind.Started)
	case *vignettev1.EpisodeEvent_Claimed:
		s.failed = nil
		return nil
	case *vignettev1.EpisodeEvent_Turn:
		return s.applyTurn(kind.Turn)
	case *vignettev1.EpisodeEvent_Bids:
		return s.applyBids(kind.Bids)
	case *vignettev1.EpisodeEvent_Probed:
		return s.applyProbed(kind.Probed)
	case *vignettev1.EpisodeEvent_Evaluated:
		return s.applyEvaluated(kind.Evaluated)
	case *vignettev1.EpisodeEvent_ConversationEnded:
		if s.ended != nil {
			return fmt.Errorf("the conversation has already ended")
		}
		s.ended = kind.ConversationEnded
		return nil
	case *vignettev1.EpisodeEvent_Completed:
		if s.ended == nil {
			return fmt.Errorf("completed before the conversation ended")
		}
		s.completed = kind.Completed
		return nil
	case *vignettev1.EpisodeEvent_Failed:
		s.failed = kind.Failed
		s.failures++
		return nil
	case *vignettev1.EpisodeEvent_Deleted:
		*s = State{plan: s.plan, deleted: kind.Deleted, left: map[string]bool{}, digest: NewDigest()}
		return nil
	default:
		return fmt.Errorf("says nothing this program knows")
	}
}

func (s *State) applyStarted(started *vignettev1.EpisodeStarted) error {
	if started.GetEpisode() != s.plan.Episode {
		return fmt.Errorf("begins episode %q, this is %q", started.GetEpisode(), s.plan.Episode)
	}
	if !proto.Equal(started.GetCell(), s.plan.Cell) {
		return fmt.Errorf("begins another cell than the plan's")
	}
	if started.GetBranchSeed() != s.plan.BranchSeed() {
		return fmt.Errorf("begins with branch seed %d, the plan's is %d", started.GetBranchSeed(), s.plan.BranchSeed())
	}
	s.started, s.branchSeed, s.origin = true, started.GetBranchSeed(), started.GetOrigin()
	s.failures = int(started.GetFailures())
	return nil
}

func (s *State) applyTurn(turn *vignettev1.Turn) error {
	switch {
	case s.ended != nil:
		return fmt.Errorf("a turn after the conversation ended")
	case int(turn.GetIndex()) != len(s.turns):
		return fmt.Errorf("turn %d where turn %d is due", turn.GetIndex(), len(s.turns))
	case s.bidding():
		return fmt.Errorf("turn %d by role %q before the bids for it", turn.GetIndex(), turn.GetRole())
	case turn.GetRole() != s.next():
		return fmt.Errorf("turn %d by role %q where %q is due", turn.GetIndex(), turn.GetRole(), s.next())
	}
	if err := s.CheckAction(turn.GetRole(), turn.GetAction()); err != nil {
		return fmt.Errorf("role %q: %w", turn.GetRole(), err)
	}
	s.turns = append(s.turns, turn)
	if turn.GetAction().GetKind() == vignettev1.ActionKind_ACTION_KIND_LEAVE {
		s.left[turn.GetRole()] = true
	}
	return nil
}

// CheckAction refuses an action that is meant for somebody it cannot reach: nobody of the scenario, somebody who has left,
// or the one who acts.
func (s *State) CheckAction(role string, action *vignettev1.Action) error {
	for _, to := range action.GetTo() {
		if why := s.unreachable(role, to); why != "" {
			return fmt.Errorf("the action is whispered to %q, %s; `to` takes the ids of others who are present (%s) or, empty, means everybody",
				to, why, s.othersPresent(role))
		}
	}
	addressee := action.GetAddressee()
	if addressee == "" {
		return nil
	}
	if why := s.unreachable(role, addressee); why != "" {
		return fmt.Errorf("the action is meant for %q, %s; `addressee` takes the id of another who is present (%s) or, empty, means nobody in particular",
			addressee, why, s.othersPresent(role))
	}
	if len(action.GetTo()) > 0 && !slices.Contains(action.GetTo(), addressee) {
		return fmt.Errorf("the action is meant for %q and whispered to others; whoever it is meant for must perceive it", addressee)
	}
	return nil
}

// unreachable says why an action of a role cannot be meant for another, or "".
func (s *State) unreachable(role, other string) string {
	switch {
	case s.plan.role(other) == nil:
		return "who does not take part"
	case other == role:
		return "who is the one who acts"
	case s.left[other]:
		return "who has left"
	}
	return ""
}

// othersPresent lists the ids of those present besides a role, for messages.
func (s *State) othersPresent(role string) string {
	others := slices.DeleteFunc(s.present(), func(id string) bool { return id == role })
	return fmt.Sprintf("%q", others)
}

func (s *State) applyProbed(answer *vignettev1.ProbeAnswer) error {
	spec := s.plan.probe(answer.GetProbe())
	switch {
	case spec == nil:
		return fmt.Errorf("answers probe %q, which the scenario does not have", answer.GetProbe())
	case int(answer.GetAfterTurns()) != len(s.turns):
		return fmt.Errorf("probe %q answered after %d turns where %d were taken", answer.GetProbe(), answer.GetAfterTurns(), len(s.turns))
	case s.probed(spec):
		return fmt.Errorf("probe %q answered twice after %d turns", answer.GetProbe(), len(s.turns))
	}
	s.probes = append(s.probes, answer)
	return nil
}

func (s *State) applyEvaluated(evaluated *vignettev1.Evaluated) error {
	if s.evaluated(evaluated.GetEvaluator(), evaluated.GetRole(), evaluated.TurnIndex) {
		return fmt.Errorf("evaluator %q scored role %q twice", evaluated.GetEvaluator(), evaluated.GetRole())
	}
	s.evaluations = append(s.evaluations, evaluated)
	return nil
}

// probed says whether a probe has been answered at this point of the conversation.
func (s *State) probed(spec *vignettev1.ProbeSpec) bool {
	for _, answer := range s.probes {
		if answer.GetProbe() == spec.GetId() && int(answer.GetAfterTurns()) == len(s.turns) {
			return true
		}
	}
	return false
}

// evaluated says whether an evaluator has scored a turn of a role, or with a nil turn the whole.
func (s *State) evaluated(evaluator, role string, turn *int32) bool {
	for _, e := range s.evaluations {
		if e.GetEvaluator() != evaluator || e.GetRole() != role || (e.TurnIndex == nil) != (turn == nil) {
			continue
		}
		if turn == nil || *turn == e.GetTurnIndex() {
			return true
		}
	}
	return false
}
