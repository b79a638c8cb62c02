package practice

import (
	"cmp"
	"context"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// with checks a request, holds its session and does something with it.
func with[A any](ctx context.Context, s *Service, request proto.Message, id string, do func(*session) (A, error)) (A, error) {
	var none A
	if err := runs.Check(request); err != nil {
		return none, err
	}
	found, release, err := s.open(ctx, id)
	if err != nil {
		return none, err
	}
	defer release()
	return do(found)
}

// GetSession implements PracticeServiceServer.
func (s *Service) GetSession(ctx context.Context, request *vignettev1.GetSessionRequest) (*vignettev1.GetSessionResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.GetSessionResponse, error) {
		return &vignettev1.GetSessionResponse{Session: found.view()}, nil
	})
}

// PauseSession implements PracticeServiceServer.
func (s *Service) PauseSession(ctx context.Context, request *vignettev1.PauseSessionRequest) (*vignettev1.PauseSessionResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.PauseSessionResponse, error) {
		if found.paused == vignettev1.PauseReason_PAUSE_REASON_UNSPECIFIED {
			if err := found.mayTalk(); err != nil {
				return nil, err
			}
			paused := &vignettev1.Paused{Reason: vignettev1.PauseReason_PAUSE_REASON_TRAINEE}
			if err := s.note(ctx, found.current, &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Paused{Paused: paused}}); err != nil {
				return nil, err
			}
		}
		return &vignettev1.PauseSessionResponse{Session: found.view()}, nil
	})
}

// ResumeSession implements PracticeServiceServer.
func (s *Service) ResumeSession(ctx context.Context, request *vignettev1.ResumeSessionRequest) (*vignettev1.ResumeSessionResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.ResumeSessionResponse, error) {
		if found.over() {
			return nil, found.mayTalk()
		}
		if found.paused == vignettev1.PauseReason_PAUSE_REASON_RISK && !request.GetNoticeRead() {
			return nil, found.mayTalk()
		}
		if found.paused != vignettev1.PauseReason_PAUSE_REASON_UNSPECIFIED {
			resumed := &vignettev1.Resumed{NoticeRead: request.GetNoticeRead()}
			if err := s.note(ctx, found.current, &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Resumed{Resumed: resumed}}); err != nil {
				return nil, err
			}
		}
		if found.current.seat.Waiting() == "" && found.current.state().Ended() == nil {
			if err := found.current.play(nil); err != nil {
				return nil, err
			}
		}
		return &vignettev1.ResumeSessionResponse{Session: found.view()}, nil
	})
}

// SwitchBranch implements PracticeServiceServer.
func (s *Service) SwitchBranch(ctx context.Context, request *vignettev1.SwitchBranchRequest) (*vignettev1.SwitchBranchResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.SwitchBranchResponse, error) {
		if err := found.mayTalk(); err != nil {
			return nil, err
		}
		b, err := found.find(request.GetBranch())
		if err != nil {
			return nil, err
		}
		if b != found.current {
			if err := s.note(ctx, b, &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Switched{Switched: &vignettev1.Switched{}}}); err != nil {
				return nil, err
			}
		}
		return &vignettev1.SwitchBranchResponse{Session: found.view()}, nil
	})
}

// CompareBranches implements PracticeServiceServer.
func (s *Service) CompareBranches(ctx context.Context, request *vignettev1.CompareBranchesRequest) (*vignettev1.CompareBranchesResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.CompareBranchesResponse, error) {
		retry, err := found.find(request.GetRetry())
		if err != nil {
			return nil, err
		}
		original := retry.origin()
		if request.GetOriginal() != "" {
			if original, err = found.find(request.GetOriginal()); err != nil {
				return nil, err
			}
		}
		if original == nil || original == retry {
			return nil, status.Error(codes.InvalidArgument, "name two branches; the first comes off none. RetryTurn makes another")
		}
		turn := parting(original, retry)
		response := &vignettev1.CompareBranchesResponse{Comparison: found.compare(original, retry, turn)}
		for i := turn; i < len(original.state().Turns()); i++ {
			response.Original = append(response.Original, original.turn(i))
		}
		for i := turn; i < len(retry.state().Turns()); i++ {
			response.Retry = append(response.Retry, retry.turn(i))
		}
		return response, nil
	})
}

// parting is the first turn in which two branches differ.
func parting(a, b *branch) int {
	one, two := a.state().Turns(), b.state().Turns()
	for i := range min(len(one), len(two)) {
		if !proto.Equal(one[i].GetAction(), two[i].GetAction()) || one[i].GetRole() != two[i].GetRole() {
			return i
		}
	}
	return min(len(one), len(two))
}

// Measure implements PracticeServiceServer.
func (s *Service) Measure(ctx context.Context, request *vignettev1.MeasureRequest) (*vignettev1.MeasureResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.MeasureResponse, error) {
		measures := request.GetMeasures()
		if measures.GetMoment() == vignettev1.PracticeMoment_PRACTICE_MOMENT_BEFORE && found.spoken() {
			return nil, status.Error(codes.FailedPrecondition, "the conversation has begun: what was before it can be said no more")
		}
		event := &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Measured{Measured: measures}}
		return &vignettev1.MeasureResponse{}, s.note(ctx, found.branches[0], event)
	})
}

// spoken says whether the trainee has taken a turn.
func (s *session) spoken() bool {
	return slices.ContainsFunc(s.branches[0].state().Turns(), func(t *vignettev1.Turn) bool { return s.branches[0].mine(t.GetRole()) })
}

// Disagree implements PracticeServiceServer.
func (s *Service) Disagree(ctx context.Context, request *vignettev1.DisagreeRequest) (*vignettev1.DisagreeResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.DisagreeResponse, error) {
		turn := int(request.GetDisagreement().GetTurnIndex())
		if found.current.shown(turn) == nil {
			return nil, status.Errorf(codes.FailedPrecondition, "no feedback was shown on turn %d that one could disagree with", turn)
		}
		event := &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Disagreed{Disagreed: request.GetDisagreement()}}
		return &vignettev1.DisagreeResponse{}, s.note(ctx, found.current, event)
	})
}

// LeaveSession implements PracticeServiceServer.
func (s *Service) LeaveSession(ctx context.Context, request *vignettev1.LeaveSessionRequest) (*vignettev1.LeaveSessionResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.LeaveSessionResponse, error) {
		if !found.over() {
			if err := found.end(found.current, ""); err != nil {
				return nil, err
			}
			left := &vignettev1.Left{Reason: request.GetReason()}
			if err := s.note(ctx, found.current, &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Left{Left: left}}); err != nil {
				return nil, err
			}
		}
		return &vignettev1.LeaveSessionResponse{Session: found.view()}, nil
	})
}

// FinishSession implements PracticeServiceServer. A session that stands still for danger can be finished too: nobody is kept.
func (s *Service) FinishSession(ctx context.Context, request *vignettev1.FinishSessionRequest) (*vignettev1.FinishSessionResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.FinishSessionResponse, error) {
		if found.left {
			return nil, found.mayTalk()
		}
		if found.finished == nil {
			if err := found.end(found.current, request.GetWords()); err != nil {
				return nil, err
			}
			profile, err := found.profile(ctx, found.current)
			if err != nil {
				return nil, err
			}
			finished := &vignettev1.Finished{Profile: profile}
			if err := s.note(ctx, found.current, &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Finished{Finished: finished}}); err != nil {
				return nil, err
			}
		}
		report, err := found.report(ctx)
		return &vignettev1.FinishSessionResponse{Report: report}, err
	})
}

// end brings the conversation of a branch to its end: the trainee leaves it, or where it is not their turn it is cut.
func (s *session) end(b *branch, words string) error {
	state := b.state()
	if state.Ended() == nil {
		var err error
		switch {
		case state.Failed() == nil && b.seat.Waiting() != "":
			if words != "" && s.danger(words, 0) != nil {
				words = "" // They are kept nowhere; the session is at its end.
			}
			err = b.seat.Take(s.service.base, s.practice().GetRole(), &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_LEAVE, Text: words})
		default:
			err = b.seat.End(s.service.base, vignettev1.EndReason_END_REASON_TRUNCATED, "the trainee left while an answer was missing")
		}
		if err := b.driven(err); err != nil {
			return err
		}
	}
	return b.play(nil)
}

// ListSessions implements PracticeServiceServer.
func (s *Service) ListSessions(ctx context.Context, request *vignettev1.ListSessionsRequest) (*vignettev1.ListSessionsResponse, error) {
	if err := runs.Check(request); err != nil {
		return nil, err
	}
	ids, err := s.ids(ctx, request.GetTrainee())
	if err != nil {
		return nil, err
	}
	limit := cmp.Or(int(request.GetLimit()), 100)
	response := &vignettev1.ListSessionsResponse{}
	for _, id := range ids[:min(limit, len(ids))] {
		found, release, err := s.open(ctx, id)
		if status.Code(err) == codes.NotFound {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		response.Sessions = append(response.Sessions, found.brief())
		release()
	}
	return response, nil
}

// ids are the sessions of a trainee, or with "" of all, newest first. The log is read: sessions are deleted elsewhere.
func (s *Service) ids(ctx context.Context, trainee string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.scan(ctx); err != nil {
		return nil, runs.LogFailure(ctx, err)
	}
	var ids []string
	for id, members := range s.known {
		if trainee == "" || members[0].manifest.GetPractice().GetTrainee() == trainee {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(s.known[b][0].sequence, s.known[a][0].sequence), cmp.Compare(b, a))
	})
	return ids, nil
}

// WatchSession implements PracticeServiceServer.
func (s *Service) WatchSession(request *vignettev1.WatchSessionRequest, stream grpc.ServerStreamingServer[vignettev1.WatchSessionResponse]) error {
	if err := runs.Check(request); err != nil {
		return err
	}
	ctx, cursor := stream.Context(), request.GetCursor()
	for first := true; ; first = false {
		found, err := s.watched(ctx, request.GetSession())
		if err != nil {
			return err
		}
		news := found.news()
		updates, over, err := s.since(ctx, request.GetSession(), cursor, first && cursor == 0)
		if err != nil {
			return err
		}
		for _, update := range updates {
			if err := stream.Send(&vignettev1.WatchSessionResponse{Update: update}); err != nil {
				return err
			}
			cursor = max(cursor, update.GetCursor())
		}
		if over {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		case <-s.base.Done():
			return status.Error(codes.Unavailable, "practice is stopping; go on from the last cursor")
		}
	}
}

// watched is the session to watch, which need not be held.
func (s *Service) watched(ctx context.Context, id string) (*session, error) {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return nil, status.Error(codes.Unavailable, "practice is stopping; go on from the last cursor")
	}
	return s.find(ctx, id)
}

// since is what happened in a session after a cursor: turns of all branches in the order of the log, feedback, notices, and the
// session where something else changed. Whole has the session first in any case.
func (s *Service) since(ctx context.Context, id string, cursor uint64, whole bool) ([]*vignettev1.PracticeUpdate, bool, error) {
	found, release, err := s.open(ctx, id)
	if err != nil {
		return nil, false, err
	}
	defer release()
	asItStands := &vignettev1.PracticeUpdate{Cursor: found.last, Update: &vignettev1.PracticeUpdate_Session{Session: found.view()}}
	if whole {
		return []*vignettev1.PracticeUpdate{asItStands}, found.over(), nil
	}
	var updates []*vignettev1.PracticeUpdate
	if found.last > cursor {
		if updates, err = found.after(ctx, cursor); err != nil {
			return nil, false, err
		}
		updates = append(updates, asItStands)
	}
	return updates, found.over(), nil
}

// after are the turns, feedback and notices that the log has behind a cursor.
func (s *session) after(ctx context.Context, cursor uint64) ([]*vignettev1.PracticeUpdate, error) {
	var updates []*vignettev1.PracticeUpdate
	for _, b := range s.branches {
		entries, err := s.service.config.Log.Play(ctx, b.plan.Run, b.plan.Episode)
		if err != nil {
			return nil, runs.LogFailure(ctx, err)
		}
		for _, entry := range entries {
			if turn := entry.Event.GetTurn(); turn != nil && entry.Sequence > cursor && int(turn.GetIndex()) < len(b.state().Turns()) {
				updates = append(updates, &vignettev1.PracticeUpdate{Cursor: entry.Sequence, Update: &vignettev1.PracticeUpdate_Turn{Turn: b.turn(int(turn.GetIndex()))}})
			}
		}
		for _, n := range b.notes {
			if n.sequence <= cursor {
				continue
			}
			switch event := n.event.GetEvent().(type) {
			case *vignettev1.PracticeEvent_Feedback:
				if s.feedbackSeen() {
					updates = append(updates, &vignettev1.PracticeUpdate{Cursor: n.sequence, Update: &vignettev1.PracticeUpdate_Feedback{Feedback: event.Feedback}})
				}
			case *vignettev1.PracticeEvent_Risk:
				updates = append(updates, &vignettev1.PracticeUpdate{Cursor: n.sequence, Update: &vignettev1.PracticeUpdate_Risk{Risk: event.Risk}})
			}
		}
	}
	slices.SortStableFunc(updates, func(a, b *vignettev1.PracticeUpdate) int { return cmp.Compare(a.GetCursor(), b.GetCursor()) })
	return updates, nil
}
