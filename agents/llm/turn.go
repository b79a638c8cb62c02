package llm

import (
	"context"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/agents"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// mostCalls is how many questions one turn, or one draft of it, may take.
const mostCalls = 3

// turn is one turn in the making.
type turn struct {
	*scene
	form  form
	guard *guard
	reply agents.Reply

	strategy   *strategy
	evaluators Evaluators
	// told is what a strategy tells besides, from how many drafts there were before this one.
	told string
	from int
	// drafted is which draft of which strategy it is in the books, "" for a turn without drafts.
	drafted string

	calls     int
	committed bool
	// said are the words said aloud and not taken back.
	said strings.Builder
}

// draft is an answer that may become the turn.
type draft struct {
	action *vignettev1.Action
	hash   string
	// state is what was reported before it was worded, where that is not committed yet.
	state *vignettev1.MentalState
}

// doubt is why a question is put again: a finding about an answer, or what the model did instead of answering.
type doubt struct {
	why   finding
	draft string
}

// take asks until there is an answer that can stand, and makes it the turn.
func (t *turn) take(ctx context.Context) (*agents.Answer, error) {
	d, err := t.byStrategy(ctx)
	if err != nil {
		return nil, err
	}
	if t.said.Len() > 0 && t.said.String() != d.action.GetText() {
		if err := t.retract("the words were mended"); err != nil {
			return nil, err
		}
	}
	state, err := t.after(d.action)
	if err != nil {
		return nil, status.Errorf(codes.Internal, "role %q: agent state: %v", t.obs.GetSelf().GetId(), err)
	}
	return &agents.Answer{Action: d.action, AgentState: state, PromptHash: d.hash, Model: t.model()}, nil
}

// decide is the ladder of a turn. A structured answer that cannot be had becomes plain words; what the model did not answer is
// asked once more; so is an answer with a finding, and then the second one stands, mended as far as that is mechanical.
func (t *turn) decide(ctx context.Context) (*draft, error) {
	var held *draft
	var again doubt
	ask, plain, pressed := t.inForm, false, false
	for {
		d, outcome, err := ask(ctx, again)
		if err != nil {
			return nil, err
		}
		over := t.calls >= mostCalls
		switch {
		case outcome == vignettev1.Outcome_OUTCOME_ANSWERED:
			why := t.guard.look(d.action)
			if why == sound || held != nil || over {
				return t.settle(d)
			}
			held, again = d, doubt{why: why, draft: d.action.GetText()}
		case held != nil:
			return t.settle(held)
		case outcome == vignettev1.Outcome_OUTCOME_MALFORMED && !plain && !over:
			ask, plain, again = t.inWords, true, doubt{}
		case pressed || over || outcome == vignettev1.Outcome_OUTCOME_MALFORMED:
			return nil, t.gaveUp("turn", outcome)
		default:
			how, known := unanswered[outcome]
			if !known {
				return nil, t.gaveUp("turn", outcome)
			}
			pressed, again = true, doubt{why: finding(how.why)}
		}
		if err := t.retract(string(again.why)); err != nil {
			return nil, err
		}
	}
}

// settle takes a draft as it is, after mending.
func (t *turn) settle(d *draft) (*draft, error) {
	t.guard.mend(t.obs, d.action)
	if d.action.GetText() != "" || t.guard.look(d.action) != wordless {
		return d, nil
	}
	if !agents.Allows(t.obs, vignettev1.ActionKind_ACTION_KIND_SILENT) {
		return nil, t.gaveUp("turn", vignettev1.Outcome_OUTCOME_EMPTY)
	}
	d.action = &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SILENT}
	return d, nil
}

// inForm asks for a turn with all that goes before it.
func (t *turn) inForm(ctx context.Context, again doubt) (*draft, vignettev1.Outcome, error) {
	now, err := nowPrompt.Render(t.task())
	if err != nil {
		return nil, 0, status.Errorf(codes.Internal, "%v", err)
	}
	q, err := t.question("turn", again, now)
	if err != nil {
		return nil, 0, err
	}
	q.form, q.hash = &t.form, t.hashed(hashWith(nowPrompt, t.form.source))
	completion, err := t.ask(ctx, q)
	if err != nil || completion.GetOutcome() != vignettev1.Outcome_OUTCOME_ANSWERED {
		return nil, completion.GetOutcome(), err
	}
	answer, err := t.form.read(completion.GetJson(), false)
	if err != nil {
		return nil, vignettev1.Outcome_OUTCOME_MALFORMED, nil
	}
	action := answer.action(t.obs)
	if action == nil {
		return nil, vignettev1.Outcome_OUTCOME_MALFORMED, nil
	}
	return &draft{action: action, hash: q.hash}, vignettev1.Outcome_OUTCOME_ANSWERED, t.commit(answer.mentalState(t.obs))
}

// inWords asks for the words alone. Nothing is known then of what goes on inside.
func (t *turn) inWords(ctx context.Context, again doubt) (*draft, vignettev1.Outcome, error) {
	task := t.task()
	kind := t.plainKind()
	task.Speak = kind == vignettev1.ActionKind_ACTION_KIND_SPEAK
	hash := t.hashed(hashWith(wordsPrompt, ""))
	if kind == vignettev1.ActionKind_ACTION_KIND_SILENT || kind == vignettev1.ActionKind_ACTION_KIND_LEAVE {
		return &draft{action: &vignettev1.Action{Kind: kind}, hash: hash}, vignettev1.Outcome_OUTCOME_ANSWERED, t.commit(nil)
	}
	words, err := wordsPrompt.Render(task)
	if err != nil {
		return nil, 0, status.Errorf(codes.Internal, "%v", err)
	}
	q, err := t.question("turn: words", again, words)
	if err != nil {
		return nil, 0, err
	}
	q.hash = hash
	t.calls++
	completion, err := t.complete(ctx, q)
	if err != nil || completion.GetOutcome() != vignettev1.Outcome_OUTCOME_ANSWERED {
		return nil, completion.GetOutcome(), err
	}
	action := &vignettev1.Action{Kind: kind, Text: strings.TrimSpace(unfenced(completion.GetText()))}
	return &draft{action: action, hash: hash}, vignettev1.Outcome_OUTCOME_ANSWERED, t.commit(nil)
}

// plainKind is what plain words are taken for: speech if that is allowed, else the next thing that is.
func (t *turn) plainKind() vignettev1.ActionKind {
	for _, kind := range []vignettev1.ActionKind{
		vignettev1.ActionKind_ACTION_KIND_SPEAK, vignettev1.ActionKind_ACTION_KIND_NONVERBAL, vignettev1.ActionKind_ACTION_KIND_ACT,
		vignettev1.ActionKind_ACTION_KIND_SILENT,
	} {
		if agents.Allows(t.obs, kind) {
			return kind
		}
	}
	return vignettev1.ActionKind_ACTION_KIND_LEAVE
}

// question is the task, and what was wrong before.
func (t *turn) question(purpose string, again doubt, task string) (question, error) {
	q := question{purpose: t.booked(purpose), ask: int32(t.from + t.calls), task: []string{task, t.told}}
	if again.why == sound {
		return q, nil
	}
	correction, err := againPrompt.Render(againTask{
		Why: string(again.why), Draft: again.draft, Name: nameOf(t.obs.GetSelf()),
		Silent: purpose == "turn" && agents.Allows(t.obs, vignettev1.ActionKind_ACTION_KIND_SILENT),
	})
	if err != nil {
		return q, status.Errorf(codes.Internal, "%v", err)
	}
	q.purpose, q.task = t.booked("turn: "+string(again.why)), append(q.task, correction)
	return q, nil
}

// booked is what a question of a turn is for, in the books: of a draft it is the strategy's step.
func (t *turn) booked(purpose string) string {
	if t.drafted == "" {
		return purpose
	}
	return t.drafted + strings.TrimPrefix(purpose, "turn")
}

// ask puts a structured question; if somebody watches, the words are said while they come.
func (t *turn) ask(ctx context.Context, q question) (*vignettev1.Completion, error) {
	t.calls++
	if !t.reply.Watched() {
		return t.complete(ctx, q)
	}
	return t.stream(ctx, q, &speaker{turn: t, scan: newScanner(sayField)})
}

// commit fixes the mental state, and beside it the appraisal, which knows nothing of it. What came first stays: a state that an answer put right later reports would be one that knows
// its own words.
func (t *turn) commit(state *vignettev1.MentalState) error {
	if t.committed {
		return nil
	}
	t.committed = true
	if appraisal := t.appraised(); appraisal != nil {
		if err := t.reply.Appraise(appraisal); err != nil {
			return err
		}
	}
	return t.reply.Commit(state, nil)
}

// retract takes back what was said aloud, if anything was.
func (t *turn) retract(reason string) error {
	if t.said.Len() == 0 {
		return nil
	}
	t.said.Reset()
	return t.reply.Discard(reason)
}

// task is what the templates that ask for something see.
type task struct {
	*view
	Begins, Last, Alone             bool
	Left                            int32
	Allowed                         []string
	Speak, Silent, Gestures         bool
	Gate                            *gate
	Ask, Question, About, Statement string
	// Mirrored asks what the other makes of this role, Far to look ahead (Foresee) and reflect (Reflect) first, or one of the two.
	Mirrored, Far, Foresee, Reflect bool
}

type againTask struct {
	Why, Draft, Name string
	Silent           bool
}

func (s *scene) task() task {
	allows := func(kind vignettev1.ActionKind) bool { return agents.Allows(s.obs, kind) }
	left := max(s.obs.GetTurnsLeft(), 0)
	return task{
		view: s.view, Gate: s.gate, Allowed: actionsOf(s.obs), Left: left,
		Begins: len(s.obs.GetTurns()) == 0,
		Last:   left > 0 && int(left) <= len(present(s.obs))+1,
		Alone:  len(s.obs.GetOthers()) < 2,
		Speak:  allows(vignettev1.ActionKind_ACTION_KIND_SPEAK), Silent: allows(vignettev1.ActionKind_ACTION_KIND_SILENT),
		Gestures: allows(vignettev1.ActionKind_ACTION_KIND_NONVERBAL) || allows(vignettev1.ActionKind_ACTION_KIND_ACT),
	}
}
