package conductor

import (
	"context"

	"github.com/vignette-sim/vignette/engine/episode"
)

// Observer is told what is asked while episodes are played, and what comes of it: for logs, metrics and traces. It must be quick and
// safe for concurrent use. It learns ids, names, codes and times and none of the words.
type Observer interface {
	// Play is told that an episode is played here from now on. What it returns is the context of all that is asked in it, and is
	// told how the episode stands when it is played here no more; the error says why it left before it came to rest.
	Play(ctx context.Context, plan *episode.Plan) (context.Context, func(*episode.State, error))
	// Ask is told that somebody is asked. What it returns is the context of the question, and is told how often it took, and with
	// which error it ended.
	Ask(ctx context.Context, question Question) (context.Context, func(attempts int32, err error))
}

// Question is something that an agent or evaluator is asked.
type Question struct {
	// Run and Episode it is part of.
	Run, Episode string
	// Task is "respond", "probe", "bid" or "evaluate".
	Task string
	// Who is asked: a role id or the name of an evaluator.
	Who string
	// Agent is who answers for a role, or the evaluator, by its name on the wire.
	Agent string
	// Turn is the index of the turn it is about, -1 when it is about the whole episode.
	Turn int
}

// asks tells the observer, where there is one.
func (p *play) asks(ctx context.Context, task, who, agent string, turn int) (context.Context, func(int32, error)) {
	if p.Observer == nil {
		return ctx, nobody
	}
	plan := p.state.Plan()
	return p.Observer.Ask(ctx, Question{Run: plan.Run, Episode: plan.Episode, Task: task, Who: who, Agent: agent, Turn: turn})
}

func nobody(int32, error) {}
