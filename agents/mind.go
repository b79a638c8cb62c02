package agents

import (
	"context"
	"math/rand/v2"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Mind thinks for roles. It must be safe for concurrent use and must keep nothing about a conversation.
//
// Errors should carry a gRPC code (package status); any other error reaches the caller as Internal.
type Mind interface {
	// Describe says who this is and what it can play. Name and version are filled in by the service.
	Describe() *vignettev1.AgentDescription
	// Bid says how much the observing role wants to speak next, 0 (not at all) to 1 (must).
	Bid(ctx context.Context, obs *vignettev1.Observation) (float64, error)
	// Respond takes the observing role's turn: it commits a mental state to the reply, may stream words to it, and
	// returns what the role does.
	Respond(ctx context.Context, obs *vignettev1.Observation, reply Reply) (*Answer, error)
	// Probe answers a question outside the conversation. It must not depend on earlier probes.
	Probe(ctx context.Context, obs *vignettev1.Observation, probe *vignettev1.ProbeSpec) (*vignettev1.ProbeAnswer, error)
}

// Reply takes an answer while it comes into being.
type Reply interface {
	// Appraise hands over what has become of the role by what it heard, for a mind whose mental state is a report about
	// itself: it is recorded beside that report. It is called before Commit and at most once, or not at all.
	Appraise(appraisal *vignettev1.Appraisal) error
	// Commit fixes the mental state and the intended acts. It must be called exactly once, before any words. A nil
	// state says that the mind cannot or will not tell.
	Commit(state *vignettev1.MentalState, acts []*vignettev1.IntendedAct) error
	// Say streams words. A mind that says anything must say all of the final text.
	Say(words string) error
	// Discard takes back all words said so far.
	Discard(reason string) error
	// Watched says whether somebody watches the words come. If nobody does, saying them before the answer is a waste.
	Watched() bool
}

// Answer is what a role does in its turn.
type Answer struct {
	// Action is what the others perceive.
	Action *vignettev1.Action
	// Acts are the committed acts again, with the words that carry them; nil when there is nothing to add.
	Acts []*vignettev1.IntendedAct
	// AgentState is given back with this role's next observation; at most 64 KiB.
	AgentState []byte
	// PromptHash is the hex sha256 of the prompt template, empty where there is none.
	PromptHash string
	// Model is the model that answered, as configured; empty where there is none.
	Model string
}

// Promised are acts as they are committed before wording: without the words that will carry them.
func Promised(acts []*vignettev1.IntendedAct) []*vignettev1.IntendedAct {
	promised := make([]*vignettev1.IntendedAct, len(acts))
	for i, act := range acts {
		promised[i] = &vignettev1.IntendedAct{Act: act.GetAct()}
	}
	return promised
}

// Allows says whether a role may answer with a kind of action now.
func Allows(obs *vignettev1.Observation, kind vignettev1.ActionKind) bool {
	return len(obs.GetAllowed()) == 0 || slices.Contains(obs.GetAllowed(), kind)
}

// Streams of luck. Numbers drawn for one purpose must not shift those drawn for another, so each purpose names its own.
const (
	// StreamTemperament is for what a role is like all through an episode.
	StreamTemperament uint64 = iota + 1
	// StreamTurn is for what happens in one turn.
	StreamTurn
	// StreamWording is for how a turn is worded.
	StreamWording
	// StreamManner is for how fluently it is said.
	StreamManner
	// StreamBid is for how much a role wants to speak.
	StreamBid
)

// EpisodeRand returns the role's luck for the whole episode: the same numbers in each of its turns.
func EpisodeRand(chance *vignettev1.Chance, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(chance.GetEpisode(), stream))
}

// TurnRand returns the role's luck for this turn.
func TurnRand(chance *vignettev1.Chance, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(chance.GetTurn(), stream))
}
