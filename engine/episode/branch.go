package episode

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Opening returns the events that an episode begins with because they are those of another: the first turns of the one it
// forks or, where it plays the same cell of a run that is extended, everything up to its end. Played are all events of the
// other one, oldest first. They lack ids and epochs, which are their writer's to give.
//
// What is copied is what the machine folds: claims and failures are not, but how often the other one failed is, so that
// answers of models it failed over are not taken again. A copied turn says which one it was copied from.
//
// Errors: the other episode cannot be read, has fewer turns than are to be copied, or does not let anybody speak there.
func (p *Plan) Opening(origin *Plan, played []*vignettev1.EpisodeEvent) ([]*vignettev1.EpisodeEvent, error) {
	state := New(origin)
	started := &vignettev1.EpisodeStarted{
		Episode: p.Episode, Cell: p.Cell, BranchSeed: p.BranchSeed(), Origin: origin.Episode,
	}
	opening := []*vignettev1.EpisodeEvent{{SchemaVersion: SchemaVersion, Event: &vignettev1.EpisodeEvent_Started{Started: started}}}
	for _, event := range played {
		if p.beyond(event) {
			break
		}
		if err := state.Apply(event); err != nil {
			return nil, fmt.Errorf("episode %s: %w", origin.Episode, err)
		}
		if p.copies(origin, event) {
			opening = append(opening, p.copyOf(origin, event))
		}
	}
	started.Failures = int32(state.failures)
	if p.Fork == nil {
		return opening, nil
	}
	if n := len(state.turns); n < int(p.Fork.GetTurns()) {
		return nil, fmt.Errorf("episode %s has %d turns; it can be forked at turn 0 to %d", origin.Episode, n, n)
	}
	if reason, detail := state.stops(); reason != vignettev1.EndReason_END_REASON_UNSPECIFIED {
		return nil, fmt.Errorf("episode %s is over after %d turns (%s); fork it at an earlier turn", origin.Episode, len(state.turns), detail)
	}
	return p.say(state, played, opening)
}

// beyond says whether an event comes after what a fork copies.
func (p *Plan) beyond(event *vignettev1.EpisodeEvent) bool {
	if p.Fork == nil {
		return false
	}
	if turn := event.GetTurn(); turn != nil {
		return turn.GetIndex() >= p.Fork.GetTurns()
	}
	return event.GetConversationEnded() != nil
}

// copies says whether an event is one to copy. Whoever draws anew bids anew, unless it is said what is done.
func (p *Plan) copies(origin *Plan, event *vignettev1.EpisodeEvent) bool {
	switch kind := event.GetEvent().(type) {
	case *vignettev1.EpisodeEvent_Started, *vignettev1.EpisodeEvent_Claimed, *vignettev1.EpisodeEvent_Failed:
		return false
	case *vignettev1.EpisodeEvent_Bids:
		anew := p.Fork != nil && p.Fork.GetSay() == nil && p.BranchSeed() != origin.BranchSeed()
		return !anew || kind.Bids.GetTurnIndex() < p.Fork.GetTurns()
	}
	return true
}

// copyOf is an event as one of this episode.
func (p *Plan) copyOf(origin *Plan, event *vignettev1.EpisodeEvent) *vignettev1.EpisodeEvent {
	out := proto.CloneOf(event)
	out.Id, out.Epoch = "", 0
	if turn := out.GetTurn(); turn != nil {
		turn.Origin, turn.Id = turn.GetId(), TurnID(p.Episode, int(turn.GetIndex()))
	}
	for _, score := range out.GetEvaluated().GetScores() {
		if rest, ours := strings.CutPrefix(score.GetId(), origin.Episode); ours {
			score.Id = p.Episode + rest
		}
	}
	return out
}

// say adds what a fork wants said in the first turn that is not copied. When it is what was said there, it is that turn,
// with all that went on inside; else the role says it in the state in which it was.
func (p *Plan) say(state *State, played, opening []*vignettev1.EpisodeEvent) ([]*vignettev1.EpisodeEvent, error) {
	action := p.Fork.GetSay()
	if action == nil {
		return opening, nil
	}
	index := len(state.turns)
	for _, event := range played {
		if turn := event.GetTurn(); turn != nil && int(turn.GetIndex()) == index && proto.Equal(turn.GetAction(), action) {
			return append(opening, p.copyOf(state.plan, event)), nil
		}
	}
	decision, ok := state.Decide().(AskRole)
	if !ok && state.failed == nil {
		return nil, fmt.Errorf("episode %s: it is nobody's turn after %d turns, so nothing can be said there: fork at an earlier turn, or resume the run it is in first", state.plan.Episode, index)
	}
	if !ok {
		decision.Role = state.next()
	}
	return append(opening, &vignettev1.EpisodeEvent{SchemaVersion: SchemaVersion, Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{
		Id: TurnID(p.Episode, index), Index: int32(index), Role: decision.Role, Action: action,
		AgentState: state.agentState(decision.Role),
		Provenance: &vignettev1.Provenance{Agent: ForkAgent, Mind: "external"},
	}}}), nil
}

// ForkAgent stands in a turn's provenance for whoever said, in a fork, what the role should say.
const ForkAgent = "fork"

// BranchSeed is the branch seed of the episode: 0 unless it is a branch that draws anew.
func (p *Plan) BranchSeed() uint64 {
	seeds := p.Fork.GetBranchSeeds()
	if i := int(p.Cell.GetRepeat()); i < len(seeds) {
		return seeds[i]
	}
	return 0
}

// drawnAs is the repeat that the roles' luck and the recorded answers of models belong to: a fork's is the forked one's.
func (p *Plan) drawnAs() int32 {
	if p.Fork != nil {
		return p.Fork.GetRepeat()
	}
	return p.Cell.GetRepeat()
}

// BranchSeeds are the seeds of n branches that draw anew from a turn on: they hang on the seed, the branch they come off,
// the turn and the place of each, and are never 0, which means not to draw anew.
func BranchSeeds(seed, from uint64, turn, n int) []uint64 {
	seeds := make([]uint64, n)
	for i := range seeds {
		var b [32]byte
		for j, v := range []uint64{seed, from, uint64(turn), uint64(i)} {
			binary.BigEndian.PutUint64(b[8*j:], v)
		}
		sum := sha256.Sum256(append([]byte("branch"), b[:]...))
		seeds[i] = max(1, binary.BigEndian.Uint64(sum[:8]))
	}
	return seeds
}
