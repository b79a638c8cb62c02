package practice

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/practice/risk"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Say implements PracticeServiceServer.
func (s *Service) Say(request *vignettev1.SayRequest, stream grpc.ServerStreamingServer[vignettev1.SayResponse]) error {
	if err := runs.Check(request); err != nil {
		return err
	}
	ctx := stream.Context()
	found, release, err := s.open(ctx, request.GetSession())
	if err != nil {
		return err
	}
	defer release()
	t := &telling{send: func(u *vignettev1.PracticeUpdate) error { return stream.Send(&vignettev1.SayResponse{Update: u}) }}
	return found.say(request, t)
}

// telling streams updates to a caller. One who has gone is told nothing more, and what goes on goes on.
type telling struct {
	send func(*vignettev1.PracticeUpdate) error
	gone bool

	said     string // by the partner who speaks now
	withheld bool   // what they say is not shown
}

func (t *telling) tell(u *vignettev1.PracticeUpdate) {
	if !t.gone && t.send(u) != nil {
		t.gone = true
	}
}

func (t *telling) words(role, text string, takenBack bool) {
	if takenBack {
		t.said, t.withheld = "", false
	}
	t.said += text
	if !t.withheld && risk.Method(t.said) {
		text, takenBack, t.withheld = "", true, true
	}
	if text == "" && !takenBack || t.withheld && !takenBack {
		return
	}
	t.tell(&vignettev1.PracticeUpdate{Update: &vignettev1.PracticeUpdate_Words{Words: &vignettev1.PracticeWords{Role: role, Text: text, TakenBack: takenBack}}})
}

func (s *session) tellSession(t *telling) {
	t.tell(&vignettev1.PracticeUpdate{Cursor: s.last, Update: &vignettev1.PracticeUpdate_Session{Session: s.view()}})
}

// actionOf is what a request wants done.
func actionOf(request *vignettev1.SayRequest) (*vignettev1.Action, error) {
	text := strings.TrimSpace(request.GetText())
	kind := request.GetKind()
	if kind == vignettev1.ActionKind_ACTION_KIND_UNSPECIFIED {
		kind = vignettev1.ActionKind_ACTION_KIND_SPEAK
		if text == "" {
			kind = vignettev1.ActionKind_ACTION_KIND_SILENT
		}
	}
	action := &vignettev1.Action{Kind: kind, Text: text}
	if err := runs.Check(action); err != nil {
		return nil, err
	}
	if kind == vignettev1.ActionKind_ACTION_KIND_LEAVE {
		return nil, status.Error(codes.InvalidArgument, "kind: FinishSession ends the conversation, with last words where you have some")
	}
	return action, nil
}

// say takes the trainee's turn and tells what comes of it. A turn that is there already with the same words is told again.
func (s *session) say(request *vignettev1.SayRequest, t *telling) error {
	action, err := actionOf(request)
	if err != nil {
		return err
	}
	b, err := s.find(request.GetBranch())
	if err != nil {
		return err
	}
	if b != s.current {
		return status.Errorf(codes.FailedPrecondition, "branch %s is not the one that goes on; SwitchBranch makes it that", b.plan.Run)
	}
	index, turns := int(request.GetTurnIndex()), b.state().Turns()
	switch {
	case index < len(turns) && b.mine(turns[index].GetRole()) && proto.Equal(turns[index].GetAction(), action):
		return s.again(b, index, t)
	case index < len(turns):
		return status.Errorf(codes.Aborted, "turn %d has been taken with other words; the next is turn %d, and RetryTurn tries one again", index, len(turns))
	case index > len(turns):
		return status.Errorf(codes.FailedPrecondition, "turn %d is not due: the next is turn %d; GetSession says how the session stands", index, len(turns))
	}
	if err := s.mayTalk(); err != nil {
		return err
	}
	if notice := s.danger(action.GetText(), index); notice != nil {
		return s.warn(b, notice, t)
	}
	if err := b.myTurn(); err != nil {
		return err
	}
	if err := b.driven(b.seat.Take(s.service.base, s.practice().GetRole(), action)); err != nil {
		return err
	}
	s.tellTurns(b, index, index+1, t)
	return s.answer(b, index, t)
}

// again tells a turn that is there, and what came of it; what is missing of that is asked for.
func (s *session) again(b *branch, index int, t *telling) error {
	if !s.over() && s.paused == vignettev1.PauseReason_PAUSE_REASON_UNSPECIFIED && index == len(b.state().Turns())-1 {
		s.tellTurns(b, index, index+1, t)
		return s.answer(b, index, t)
	}
	s.tellTurns(b, index, len(b.state().Turns()), t)
	s.tellSession(t)
	return nil
}

// myTurn refuses when it is not the trainee's turn.
func (b *branch) myTurn() error {
	state := b.state()
	switch {
	case state.Ended() != nil:
		return status.Errorf(codes.FailedPrecondition, "the conversation is over (%s); FinishSession scores it, RetryTurn tries a turn again", state.Ended().GetDetail())
	case state.Failed() != nil:
		return status.Errorf(codes.FailedPrecondition, "%s could not answer: %s; ResumeSession asks again", state.Failed().GetWho(), state.Failed().GetMessage())
	case b.seat.Waiting() == "":
		return status.Error(codes.FailedPrecondition, "the answer to the last turn is missing; ResumeSession asks for it")
	}
	return nil
}

// answer has the others answer a turn of the trainee, gives feedback where the help level does so at once, and tells of both.
func (s *session) answer(b *branch, index int, t *telling) error {
	feedback := make(chan *vignettev1.PracticeFeedback, 1)
	live := s.helps().atOnce && b.shown(index) == nil && len(b.state().Turns()) == index+1
	if live {
		ask := s.question(b, index, "")
		go func() { feedback <- ask.feedback(s.service.base) }()
	}
	err := b.play(t.words)
	s.tellTurns(b, index+1, len(b.state().Turns()), t)
	if live {
		if failed := s.show(b, <-feedback, t); err == nil {
			err = failed
		}
	}
	if err != nil {
		return err
	}
	s.tellSession(t)
	return nil
}

// show records feedback that is shown, and tells it.
func (s *session) show(b *branch, feedback *vignettev1.PracticeFeedback, t *telling) error {
	event := &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Feedback{Feedback: feedback}}
	if err := s.service.note(s.service.base, b, event); err != nil {
		return err
	}
	t.tell(&vignettev1.PracticeUpdate{Cursor: s.last, Update: &vignettev1.PracticeUpdate_Feedback{Feedback: feedback}})
	return nil
}

func (s *session) tellTurns(b *branch, from, to int, t *telling) {
	for i := from; i < min(to, len(b.state().Turns())); i++ {
		t.tell(&vignettev1.PracticeUpdate{Cursor: s.last, Update: &vignettev1.PracticeUpdate_Turn{Turn: b.turn(i)}})
	}
}

// danger is the notice that words of the trainee call for, nil when they do not.
func (s *session) danger(text string, index int) *vignettev1.RiskNotice {
	found, ok := risk.Detect(text)
	if !ok {
		return nil
	}
	return &vignettev1.RiskNotice{
		Kind: string(found.Kind), Rule: found.Rule, Version: risk.Version, Help: s.service.config.Help, TurnIndex: int32(index),
		Heard: found.Words,
	}
}

// warn records and shows a notice; the session stands still. The words that were heard are shown, and not recorded.
func (s *session) warn(b *branch, notice *vignettev1.RiskNotice, t *telling) error {
	recorded := proto.CloneOf(notice)
	recorded.Heard = nil
	if err := s.service.note(s.service.base, b, &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Risk{Risk: recorded}}); err != nil {
		return err
	}
	t.tell(&vignettev1.PracticeUpdate{Cursor: s.last, Update: &vignettev1.PracticeUpdate_Risk{Risk: notice}})
	s.tellSession(t)
	return nil
}

// RetryTurn implements PracticeServiceServer.
func (s *Service) RetryTurn(request *vignettev1.RetryTurnRequest, stream grpc.ServerStreamingServer[vignettev1.RetryTurnResponse]) error {
	if err := runs.Check(request); err != nil {
		return err
	}
	ctx := stream.Context()
	found, release, err := s.open(ctx, request.GetSession())
	if err != nil {
		return err
	}
	defer release()
	t := &telling{send: func(u *vignettev1.PracticeUpdate) error { return stream.Send(&vignettev1.RetryTurnResponse{Update: u}) }}
	return found.retry(ctx, request, t)
}

func (s *session) retry(ctx context.Context, request *vignettev1.RetryTurnRequest, t *telling) error {
	off, err := s.find(request.GetBranch())
	if err != nil {
		return err
	}
	if s.practice().GetExam() {
		return status.Error(codes.FailedPrecondition, "in an exam no turn is tried again")
	}
	if err := s.mayTalk(); err != nil {
		return err
	}
	index, text := int(request.GetTurnIndex()), strings.TrimSpace(request.GetText())
	turns := off.state().Turns()
	if index >= len(turns) || !off.mine(turns[index].GetRole()) {
		return status.Errorf(codes.InvalidArgument, "turn_index: turn %d is none of the trainee's turns", index)
	}
	if text == "" {
		return status.Error(codes.InvalidArgument, "text: there are no words")
	}
	if notice := s.danger(text, index); notice != nil {
		return s.warn(off, notice, t)
	}
	made, err := s.service.config.Runner.PrepareFork(ctx, runs.Fork{Origin: off.planner, Index: 0, Turn: index, Say: text})
	if err != nil {
		return runs.Refusal(ctx, err)
	}
	b, err := s.attend(s.service.base, made.Manifest())
	if err != nil {
		s.drop()
		return err
	}
	if err := b.driven(b.seat.Copy(s.service.base)); err != nil {
		return err
	}
	s.tellTurns(b, index, index+1, t)
	if err := s.answer(b, index, t); err != nil {
		return err
	}
	t.tell(&vignettev1.PracticeUpdate{Cursor: s.last, Update: &vignettev1.PracticeUpdate_Comparison{Comparison: s.compare(off, b, index)}})
	s.tellSession(t)
	return nil
}

var _ conductor.Watch = (*telling)(nil).words
