package practice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/practice/coach"
	"github.com/vignette-sim/vignette/engine/practice/standing"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Names of the evaluators that feedback rests on.
const (
	dearMan      = "dear-man"
	motivational = "mi"
	empathic     = "empathy"
	supportive   = "support"
	thinking     = "cbt"
)

// evaluatorsOf are the evaluators of a skill set, of the trainee's turns.
var evaluatorsOf = map[vignettev1.SkillSet][]string{
	vignettev1.SkillSet_SKILL_SET_DEAR_MAN: {dearMan},
	vignettev1.SkillSet_SKILL_SET_MI:       {motivational, empathic},
	vignettev1.SkillSet_SKILL_SET_CBT:      {motivational, empathic},
	vignettev1.SkillSet_SKILL_SET_SUPPORT:  {supportive, empathic, motivational},
}

// measured is how far an evaluator was measured to agree with others, and with which version of its rules.
type measured struct{ version, agreement string }

// agreements are those of docs/evaluators.md, on labels that the rules had not been mended on where there are such. An evaluator that
// is not here was not measured.
var agreements = map[string]measured{
	dearMan: {"hybrid-4", "Weighted kappa with labels by language models, not people, on 144 utterances it had not seen, in many voices: describe .92, express .85, " +
		"assert .88, reinforce .76, negotiate .82, mindful .77, confident .91; their raters with each other .99 to 1.00. On other sets left out of training, by skill, .60 to .94; on the turns of " +
		"whole conversations by one more writer .22 to .66, mean .44."},
	motivational: {"weighed-3", "Kappa with experts' labels on a quarter of AnnoMI: main behaviour .66 [.61, .70], kind of question .75 [.69, .81], kind of reflection .41 [.35, .47]; " +
		"an expert with the others .79, .86 and .55. Single MISC codes were not measured."},
}

const notMeasured = "Not measured against anybody's labels yet: a readable baseline."

// agreementOf says how far an evaluator agrees with others, and when that was measured with other rules than are asked.
func agreementOf(evaluator, version string) string {
	known, ok := agreements[evaluator]
	rules := version[strings.LastIndex(version, "+")+1:] // "0.1.0+rules-1"
	switch {
	case !ok:
		return notMeasured
	case known.version != rules:
		return fmt.Sprintf("%s Measured with %s; these are %s.", known.agreement, known.version, rules)
	}
	return known.agreement
}

// feedbackTimeout bounds one evaluator.
const feedbackTimeout = 60 * time.Second

// describer asks evaluators once who they are.
type describer struct {
	mu    sync.Mutex
	known map[string]*vignettev1.EvaluatorDescription
}

func (d *describer) describe(ctx context.Context, directory runs.Directory, name string) (*vignettev1.EvaluatorDescription, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.known[name]; known != nil {
		return known, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	response, err := directory.Evaluator(name).Describe(ctx, &vignettev1.EvaluatorServiceDescribeRequest{})
	if err != nil {
		return nil, err
	}
	if d.known == nil {
		d.known = map[string]*vignettev1.EvaluatorDescription{}
	}
	d.known[name] = response.GetDescription()
	return response.GetDescription(), nil
}

// question is what evaluators are asked about one turn: all they need of the session, so that it may go on meanwhile.
type question struct {
	service *Service
	moment  coach.Moment
	asks    []ask
}

// ask is a request to one evaluator.
type ask struct {
	evaluator   string
	description *vignettev1.EvaluatorDescription
	request     *vignettev1.EvaluateRequest
	traps       bool // it is about what was heard
}

// question asks about a turn of the trainee, or with a draft about words that would be the turn of that index.
func (s *session) question(b *branch, index int, draft string) *question {
	role, state := s.practice().GetRole(), b.state()
	q := &question{service: s.service, moment: coach.Moment{
		Skills: s.practice().GetSkills(), Index: int32(index), Draft: draft != "", Text: draft, Specs: map[string]*vignettev1.DimensionSpec{},
	}}
	if draft == "" {
		q.moment.Text = state.Turns()[index].GetAction().GetText()
	}
	heard := b.heard(index)
	if heard != nil {
		q.moment.Partner, q.moment.Heard = b.name(heard.GetRole()), heard.GetAction().GetText()
	}
	if s.practice().GetSkills() == vignettev1.SkillSet_SKILL_SET_DEAR_MAN && b.focal() {
		q.moment.Standing = b.request(index).Standing
	}
	for _, name := range evaluatorsOf[s.practice().GetSkills()] {
		q.add(b, name, role, int32(index), draft)
	}
	if heard != nil && s.practice().GetSkills() == vignettev1.SkillSet_SKILL_SET_CBT {
		q.add(b, thinking, heard.GetRole(), heard.GetIndex(), "")
		if n := len(q.asks); n > 0 {
			q.asks[n-1].traps = q.asks[n-1].evaluator == thinking
		}
	}
	return q
}

// heard is the last turn of somebody else before an index that the trainee perceived, nil when there is none.
func (b *branch) heard(index int) *vignettev1.Turn {
	turns := b.state().Turns()
	for _, turn := range slices.Backward(turns[:min(index, len(turns))]) {
		to := turn.GetAction().GetTo()
		if !b.mine(turn.GetRole()) && (len(to) == 0 || slices.Contains(to, b.session.practice().GetRole())) && turn.GetAction().GetText() != "" {
			return turn
		}
	}
	return nil
}

func (q *question) add(b *branch, evaluator, role string, index int32, draft string) {
	description, err := q.service.asked.describe(q.service.base, q.service.config.Runner.Directory, evaluator)
	if err != nil {
		q.moment.Missing = append(q.moment.Missing, fmt.Sprintf("%s: %s", evaluator, status.Convert(err).Message()))
		return
	}
	request := b.state().TranscriptFor(&vignettev1.EvaluatorUse{Name: evaluator, Role: role}, &index, description.GetNeeds())
	request.Turns = slices.DeleteFunc(request.GetTurns(), func(t *vignettev1.PerceivedTurn) bool {
		return t.GetIndex() > index || draft != "" && t.GetIndex() == index
	})
	if !b.focal() {
		request.Objective = nil // It is private to the focal role, which is another's.
	}
	if draft != "" {
		request.Turns = append(request.Turns, &vignettev1.PerceivedTurn{
			Index: index, Role: role, Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: draft},
		})
	}
	q.asks = append(q.asks, ask{evaluator: evaluator, description: description, request: request})
}

// feedback asks the evaluators and says what they found.
func (q *question) feedback(ctx context.Context) *vignettev1.PracticeFeedback {
	return coach.Feedback(q.answered(ctx))
}

// answered is the moment with what the evaluators found.
func (q *question) answered(ctx context.Context) coach.Moment {
	m := q.moment
	answers, failures := make([][]*vignettev1.Score, len(q.asks)), make([]error, len(q.asks))
	var wait sync.WaitGroup
	for i, a := range q.asks {
		wait.Go(func() { answers[i], failures[i] = q.service.evaluate(ctx, a) })
	}
	wait.Wait()
	for i, a := range q.asks {
		if failures[i] != nil {
			m.Missing = append(m.Missing, fmt.Sprintf("%s: %s", a.evaluator, status.Convert(failures[i]).Message()))
			continue
		}
		m.Sources = append(m.Sources, source(a))
		for _, spec := range a.description.GetDimensions() {
			m.Specs[spec.GetId()] = spec
		}
		for _, score := range answers[i] {
			score.Evaluator = a.evaluator
			if a.traps {
				m.Traps = append(m.Traps, score.GetSpans()...)
				continue
			}
			m.Scores = append(m.Scores, score)
		}
	}
	return m
}

// evaluate asks one evaluator.
func (s *Service) evaluate(ctx context.Context, a ask) ([]*vignettev1.Score, error) {
	var scores []*vignettev1.Score
	_, err := conductor.Retry(ctx, s.config.Runner.Clock, feedbackTimeout, func(ctx context.Context) error {
		response, err := s.config.Runner.Directory.Evaluator(a.evaluator).Evaluate(ctx, a.request)
		scores = response.GetScores()
		return err
	})
	return scores, err
}

func source(a ask) *vignettev1.FeedbackSource {
	return &vignettev1.FeedbackSource{Evaluator: a.evaluator, Method: a.description.GetMethod(), Version: a.description.GetVersion(), Agreement: agreementOf(a.evaluator, a.description.GetVersion())}
}

// GetFeedback implements PracticeServiceServer.
func (s *Service) GetFeedback(ctx context.Context, request *vignettev1.GetFeedbackRequest) (*vignettev1.GetFeedbackResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.GetFeedbackResponse, error) {
		if !found.helps().onRequest {
			return nil, found.noHelp("feedback")
		}
		b, err := found.find(request.GetBranch())
		if err != nil {
			return nil, err
		}
		response := &vignettev1.GetFeedbackResponse{}
		for i, turn := range b.state().Turns() {
			if !b.mine(turn.GetRole()) || request.TurnIndex != nil && int(request.GetTurnIndex()) != i || turn.GetAction().GetText() == "" {
				continue
			}
			feedback := b.shown(i)
			if feedback == nil || len(feedback.GetMissing()) > 0 {
				feedback = found.question(b, i, "").feedback(ctx)
				if ctx.Err() != nil {
					return nil, status.FromContextError(ctx.Err()).Err()
				}
				if err := s.note(ctx, b, &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Feedback{Feedback: feedback}}); err != nil {
					return nil, err
				}
			}
			response.Feedback = append(response.Feedback, feedback)
		}
		if request.TurnIndex != nil && len(response.GetFeedback()) == 0 {
			return nil, status.Errorf(codes.InvalidArgument, "turn_index: turn %d is none in which the trainee said something", request.GetTurnIndex())
		}
		return response, nil
	})
}

// noHelp says why help is not given.
func (s *session) noHelp(what string) error {
	practice := s.practice()
	if practice.GetGiven() == vignettev1.HelpLevel_HELP_LEVEL_AFTER && !s.over() {
		return status.Errorf(codes.FailedPrecondition, "in this session %s comes when it is over. %s", what, practice.GetLess())
	}
	return status.Errorf(codes.FailedPrecondition, "in this session %s is not given. %s", what, practice.GetLess())
}

// Draft implements PracticeServiceServer.
func (s *Service) Draft(ctx context.Context, request *vignettev1.DraftRequest) (*vignettev1.DraftResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.DraftResponse, error) {
		if !found.helps().drafts {
			return nil, found.noHelp("feedback on drafts")
		}
		if err := found.mayTalk(); err != nil {
			return nil, err
		}
		b := found.current
		if err := b.myTurn(); err != nil {
			return nil, err
		}
		index := len(b.state().Turns())
		if notice := found.danger(request.GetText(), index); notice != nil {
			return &vignettev1.DraftResponse{Risk: notice}, found.warn(b, notice, &telling{gone: true})
		}
		feedback := found.question(b, index, request.GetText()).feedback(ctx)
		event := &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Feedback{Feedback: feedback}}
		return &vignettev1.DraftResponse{Feedback: feedback}, s.note(ctx, b, event)
	})
}

// GetHint implements PracticeServiceServer.
func (s *Service) GetHint(ctx context.Context, request *vignettev1.GetHintRequest) (*vignettev1.GetHintResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.GetHintResponse, error) {
		if !found.helps().onRequest || found.over() {
			return nil, found.noHelp("a hint")
		}
		if err := found.mayTalk(); err != nil {
			return nil, err
		}
		b := found.current
		if err := b.myTurn(); err != nil {
			return nil, err
		}
		hint := found.hint(ctx, b)
		event := &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Hinted{Hinted: hint}}
		return &vignettev1.GetHintResponse{Hint: hint}, s.note(ctx, b, event)
	})
}

// hint says what the next turn could do: for what is asked or refused by where the partner stands, else by what was heard.
func (s *session) hint(ctx context.Context, b *branch) *vignettev1.PracticeHint {
	index := len(b.state().Turns())
	if s.practice().GetSkills() == vignettev1.SkillSet_SKILL_SET_DEAR_MAN && b.focal() {
		return coach.HintSpeaker(b.request(index))
	}
	return coach.Hint(s.question(b, index, " ").answered(ctx))
}

// request is the conversation before an index as one in which something is asked for or refused.
func (b *branch) request(index int) coach.Request {
	r := coach.Request{Index: int32(index), Objective: b.plan.Scenario.GetObjective()}
	lines := b.lines(index)
	for _, line := range lines {
		if line.Mine {
			r.Mine, r.Asked = append(r.Mine, line.Text), r.Asked || standing.Asks(r.Objective, line.Text)
		}
	}
	heard := b.heard(index)
	if heard == nil {
		return r
	}
	r.Partner, r.Heard = b.name(heard.GetRole()), heard.GetAction().GetText()
	for _, stand := range standing.Read(r.Objective, lines) {
		if stand.Role == heard.GetRole() {
			r.Standing = stand.Standing
		}
	}
	return r
}

// lines are what the trainee said and heard before an index.
func (b *branch) lines(index int) []standing.Line {
	turns := b.state().Turns()
	return standing.Heard(b.session.practice().GetRole(), turns[:min(index, len(turns))])
}
