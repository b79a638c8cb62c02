package conductor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/evaluators/verdict"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Log is what the conductor needs of the episode log.
type Log interface {
	// Append writes an event to an episode's play, if the last entry there has the given sequence (0: none), and
	// returns the sequence of the new one.
	Append(ctx context.Context, run, episode string, event *vignettev1.EpisodeEvent, expectedLast uint64) (uint64, error)
}

// Directory finds agents and evaluators by the name they have on the wire.
type Directory interface {
	// Agent returns a client for an agent, whether or not it is there.
	Agent(name string) vignettev1.AgentServiceClient
	// Evaluator returns a client for an evaluator, whether or not it is there.
	Evaluator(name string) vignettev1.EvaluatorServiceClient
}

// Clock is where time comes from.
type Clock interface {
	// Now returns the time.
	Now() time.Time
	// Sleep waits, or returns the context's error when that ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

// Conductor plays episodes. Its fields must not change while it plays; it is safe for concurrent use.
type Conductor struct {
	// Log takes the events.
	Log Log
	// Directory finds who plays and who scores.
	Directory Directory
	// Clock is where time comes from.
	Clock Clock
	// NewID returns a new unique id for an event.
	NewID func() string
	// Worker names this process in claims.
	Worker string
	// CallTimeout bounds one call of an agent or evaluator; 0 means two minutes.
	CallTimeout time.Duration
	// Terms are on what terms models may be asked.
	Terms Terms
	// Gate is passed before anything new is asked or recorded of an episode, which its id names. It may wait, and its error
	// leaves the episode as it stands. May be nil.
	Gate func(ctx context.Context, episode string) error
	// Observer is told what is asked and what comes of it. May be nil.
	Observer Observer
}

const (
	defaultCallTimeout = 2 * time.Minute
	appendTimeout      = 30 * time.Second
)

// ErrInadmissible says that what came of an episode must not be recorded: it would come again.
var ErrInadmissible = errors.New("this must not be recorded")

// Play drives an episode until nothing is left to do or the context ends, whichever is first. Last is the sequence of the
// last entry of the episode's play, 0 when there is none. An episode that has begun already is claimed first.
//
// An episode with a role that somebody outside plays (scenarios.ExternalAgent) is driven up to the first of that role's turns,
// and stays unfinished: [Seat] is how such a role takes part.
//
// Opening are events copied from another episode that this one begins with, as far as they are not in its log yet.
//
// An agent that fails is recorded in the log as the episode's failure and is no error of Play. Errors are: the context's;
// those of the log, where a conflict means that somebody else has taken the episode over.
func (c *Conductor) Play(ctx context.Context, state *episode.State, last uint64, opening ...*vignettev1.EpisodeEvent) error {
	p := &play{Conductor: c, state: state, last: last}
	if state.Completed() != nil || state.Deleted() != nil {
		return nil // There is nothing to claim: a claim after the end would be one event too many.
	}
	if state.Phase() != vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED {
		if err := p.claim(ctx); err != nil {
			return err
		}
	}
	if err := p.copy(ctx, opening); err != nil {
		return err
	}
	return p.run(ctx)
}

// run asks and records until nothing is left to do, or it is the turn of a role from outside.
func (p *play) run(ctx context.Context) (err error) {
	if p.Observer != nil {
		var left func(*episode.State, error)
		ctx, left = p.Observer.Play(ctx, p.state.Plan())
		defer func() { left(p.state, err) }()
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		decision := p.state.Decide()
		if _, done := decision.(episode.Done); done || p.waiting() != "" {
			return nil
		}
		if err := p.pass(ctx); err != nil {
			return err
		}
		event, err := p.carryOut(ctx, decision)
		if err != nil {
			return err
		}
		if err := p.record(ctx, event); err != nil {
			return err
		}
	}
}

// pass goes through the gate, where there is one.
func (p *play) pass(ctx context.Context) error {
	if p.Gate == nil {
		return nil
	}
	return p.Gate(ctx, p.state.Plan().Episode)
}

// play is one episode being played.
type play struct {
	*Conductor
	state *episode.State
	last  uint64
	watch Watch // may be nil
}

// copy records events of another episode as this one's. When they happened stays as it was.
func (p *play) copy(ctx context.Context, opening []*vignettev1.EpisodeEvent) error {
	for _, event := range opening {
		if err := ctx.Err(); err != nil {
			return err
		}
		happened := event.GetTime()
		if event = p.event(event); happened != nil {
			event.Time = happened
		}
		if err := p.record(ctx, event); err != nil {
			return err
		}
	}
	return nil
}

// claim takes the episode over: whoever held it before can no longer write.
func (p *play) claim(ctx context.Context) error {
	epoch := p.state.Epoch() + 1
	event := p.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Claimed{
		Claimed: &vignettev1.Claimed{Epoch: epoch, Worker: p.Worker},
	}})
	event.Epoch = epoch
	return p.record(ctx, event)
}

// record appends an event and, once it is in the log, folds it into the state. A call that was paid for is not lost to
// a context that ended meanwhile: the append has a time of its own.
func (p *play) record(ctx context.Context, event *vignettev1.EpisodeEvent) error {
	plan := p.state.Plan()
	if err := p.state.Admits(event); err != nil {
		return fmt.Errorf("episode %s: %w: %w", plan.Episode, ErrInadmissible, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), appendTimeout)
	defer cancel()
	sequence, err := p.Log.Append(ctx, plan.Run, plan.Episode, event, p.last)
	if err != nil {
		return fmt.Errorf("episode %s: record: %w", plan.Episode, err)
	}
	p.last = sequence
	if err := p.state.Apply(event); err != nil {
		return fmt.Errorf("episode %s: apply what was just recorded: %w", plan.Episode, err)
	}
	return nil
}

// event fills in what every event carries.
func (p *play) event(event *vignettev1.EpisodeEvent) *vignettev1.EpisodeEvent {
	event.SchemaVersion = episode.SchemaVersion
	event.Id = p.NewID()
	event.Time = timestamppb.New(p.Clock.Now())
	event.Epoch = max(1, p.state.Epoch())
	return event
}

// carryOut does what was decided and returns the event that says what came of it.
func (p *play) carryOut(ctx context.Context, decision episode.Decision) (*vignettev1.EpisodeEvent, error) {
	plan := p.state.Plan()
	switch d := decision.(type) {
	case episode.Begin:
		return p.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Started{
			Started: &vignettev1.EpisodeStarted{Episode: plan.Episode, Cell: plan.Cell, BranchSeed: plan.BranchSeed()},
		}}), nil
	case episode.AskBids:
		bids, who, err := p.askBids(ctx, d.Roles)
		if err != nil {
			return p.failure(ctx, "bid", who, err)
		}
		return p.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Bids{Bids: bids}}), nil
	case episode.AskRole:
		turn, err := p.askRole(ctx, d.Role)
		if err != nil {
			return p.failure(ctx, "respond", d.Role, err)
		}
		return p.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: turn}}), nil
	case episode.AskProbe:
		answer, err := p.askProbe(ctx, d.Probe)
		if err != nil {
			return nil, err
		}
		return p.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Probed{Probed: answer}}), nil
	case episode.AskEvaluator:
		evaluated, err := p.askEvaluator(ctx, d.Use, d.TurnIndex)
		if err != nil {
			return nil, err
		}
		return p.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Evaluated{Evaluated: evaluated}}), nil
	case episode.End:
		return p.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{
			ConversationEnded: &vignettev1.ConversationEnded{Reason: d.Reason, Detail: d.Detail},
		}}), nil
	case episode.Complete:
		return p.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{
			Completed: &vignettev1.EpisodeCompleted{Validity: d.Validity, Detail: d.Detail, Rewards: d.Rewards},
		}}), nil
	default:
		return nil, fmt.Errorf("episode %s: decision %T has no meaning to this conductor", plan.Episode, decision)
	}
}

// failure is the event for a role that could not be played, unless it was we who gave up.
func (p *play) failure(ctx context.Context, during, who string, err error) (*vignettev1.EpisodeEvent, error) {
	if stop := p.interrupted(ctx, err); stop != nil {
		return nil, stop
	}
	return p.event(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Failed{Failed: &vignettev1.EpisodeFailed{
		Code:    int32(status.Code(rootStatus(err))),
		During:  during,
		Who:     who,
		Message: verdict.Shorten(err.Error()),
	}}}), nil
}

// askRole asks the agent that plays a role for its turn.
func (p *play) askRole(ctx context.Context, role string) (*vignettev1.Turn, error) {
	plan, index := p.state.Plan(), len(p.state.Turns())
	agent := agentOf(plan.Scenario, role)
	request := &vignettev1.RespondRequest{Observation: p.observe(role, "respond"), Watched: p.watch != nil}
	begun := p.Clock.Now()
	var turn *vignettev1.Turn
	ctx, told := p.asks(ctx, "respond", role, agent, index)
	attempts, err := p.retry(ctx, func(ctx context.Context) error {
		stream, err := p.Directory.Agent(agent).Respond(ctx, request)
		if err != nil {
			return err
		}
		turn, err = readTurn(stream, p.watched(role))
		return err
	})
	told(attempts, err)
	if err != nil {
		return nil, fmt.Errorf("agent %q, role %q, turn %d: %w", agent, role, index, err)
	}
	turn.Id, turn.Index, turn.Role = episode.TurnID(plan.Episode, index), int32(index), role
	if turn.Provenance == nil {
		turn.Provenance = &vignettev1.Provenance{}
	}
	turn.Provenance.Agent = agent // Whom we asked is ours to say.
	turn.Attempts, turn.Latency = attempts, durationpb.New(p.Clock.Now().Sub(begun))
	if err := checkTurn(p.state, turn); err != nil {
		return nil, fmt.Errorf("agent %q, role %q, turn %d: %w", agent, role, index, err)
	}
	return turn, nil
}

// askProbe asks a role outside the conversation. A probe that fails is answered with the reason; it never costs the
// episode.
func (p *play) askProbe(ctx context.Context, spec *vignettev1.ProbeSpec) (*vignettev1.ProbeAnswer, error) {
	request := &vignettev1.ProbeRequest{Observation: p.observe(spec.GetRole(), "probe"), Probe: spec}
	var answer *vignettev1.ProbeAnswer
	if p.external(spec.GetRole()) {
		answer = &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Refusal{Refusal: "somebody outside plays this role, who is not probed"}}
		p.place(answer, spec)
		return answer, nil
	}
	agent := agentOf(p.state.Plan().Scenario, spec.GetRole())
	asking, told := p.asks(ctx, "probe", spec.GetRole(), agent, len(p.state.Turns()))
	attempts, err := p.retry(asking, func(ctx context.Context) error {
		response, err := p.Directory.Agent(agent).Probe(ctx, request)
		answer = response.GetAnswer()
		return err
	})
	told(attempts, err)
	if stop := p.interrupted(ctx, err); stop != nil {
		return nil, stop
	}
	if err == nil && answer == nil {
		err = errors.New("the agent answered nothing")
	}
	if err == nil {
		p.place(answer, spec)
		err = checkProbe(spec, answer)
	}
	if err != nil {
		answer = &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Refusal{Refusal: verdict.Shorten(err.Error())}}
		p.place(answer, spec)
	}
	return answer, nil
}

// place writes into an answer what it answers: that is ours to say, not the agent's.
func (p *play) place(answer *vignettev1.ProbeAnswer, spec *vignettev1.ProbeSpec) {
	answer.Probe, answer.Role, answer.AfterTurns = spec.GetId(), spec.GetRole(), int32(len(p.state.Turns()))
}

// askEvaluator asks an evaluator for its scores. An evaluator that fails leaves reasons in place of scores; it never
// costs the episode.
func (p *play) askEvaluator(ctx context.Context, use *vignettev1.EvaluatorUse, turn *int32) (*vignettev1.Evaluated, error) {
	request := p.state.Transcript(use, turn)
	request.Model = use.GetModel()
	request.Account = p.account("evaluate", use.GetName(), planning.ForEvaluators, turn)
	var scores []*vignettev1.Score
	about := -1
	if turn != nil {
		about = int(*turn)
	}
	asking, told := p.asks(ctx, "evaluate", use.GetName(), planning.EvaluatorAgent(use), about)
	attempts, err := p.retry(asking, func(ctx context.Context) error {
		response, err := p.Directory.Evaluator(planning.EvaluatorAgent(use)).Evaluate(ctx, request)
		scores = response.GetScores()
		return err
	})
	told(attempts, err)
	if stop := p.interrupted(ctx, err); stop != nil {
		return nil, stop
	}
	evaluated := &vignettev1.Evaluated{
		Evaluator: use.GetName(),
		Role:      use.GetRole(),
		TurnIndex: turn,
		Scores:    p.state.Verdict(use, turn, scores, err),
	}
	if size := proto.Size(evaluated); size > maxEvaluated {
		tooLarge := fmt.Errorf("the answer has %d bytes; at most %d can be recorded", size, maxEvaluated)
		evaluated.Scores = p.state.Verdict(use, turn, nil, tooLarge)
	}
	return evaluated, nil
}

// maxEvaluated is the largest answer of an evaluator that is recorded, well below what one message may hold.
const maxEvaluated = 4 << 20

func agentOf(scenario *vignettev1.Scenario, role string) string {
	for _, r := range scenario.GetRoles() {
		if r.GetId() == role {
			return r.GetAgent()
		}
	}
	return ""
}

// rootStatus finds the gRPC error inside an error, so that context does not hide the code.
func rootStatus(err error) error {
	var withStatus interface{ GRPCStatus() *status.Status }
	if errors.As(err, &withStatus) {
		return withStatus.GRPCStatus().Err()
	}
	return status.Error(codes.Internal, err.Error())
}
