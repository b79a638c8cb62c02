package practice

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ReviewSession implements PracticeServiceServer. Whether somebody supervises the trainee is for whoever lets people in.
func (s *Service) ReviewSession(ctx context.Context, request *vignettev1.ReviewSessionRequest) (*vignettev1.ReviewSessionResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.ReviewSessionResponse, error) {
		b, err := found.find(request.GetBranch())
		if err != nil {
			return nil, err
		}
		review := proto.CloneOf(request.GetReview())
		review.Branch, review.Time = b.plan.Run, nil
		if err := found.complete(b, review); err != nil {
			return nil, err
		}
		if said := b.reviewed(review); said != nil {
			return &vignettev1.ReviewSessionResponse{Review: said}, nil
		}
		review.Time = s.now()
		event := &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Reviewed{Reviewed: review}}
		return &vignettev1.ReviewSessionResponse{Review: review}, s.note(ctx, b, event)
	})
}

// complete refuses a review of what is not there, and puts the score that was given into an override.
func (s *session) complete(b *branch, review *vignettev1.SupervisorReview) error {
	switch said := review.GetReview().(type) {
	case *vignettev1.SupervisorReview_Comment:
		if turn := said.Comment.TurnIndex; turn != nil && int(*turn) >= len(b.state().Turns()) {
			return status.Errorf(codes.InvalidArgument, "review.comment.turn_index: there is no turn %d yet", *turn)
		}
	case *vignettev1.SupervisorReview_Override:
		original, err := s.given(b, said.Override)
		if err != nil {
			return err
		}
		said.Override.Original = original
	case *vignettev1.SupervisorReview_SignOff:
		if !s.over() {
			return status.Errorf(codes.FailedPrecondition, "session %s goes on; it can be signed off once it is finished or left", s.id)
		}
	}
	return nil
}

// given is the score that an override is about: of a turn's feedback, or of the session's profile.
func (s *session) given(b *branch, o *vignettev1.ScoreOverride) (float64, error) {
	if o.TurnIndex != nil {
		for _, skill := range b.shown(int(o.GetTurnIndex())).GetSkills() {
			if skill.GetSkill() == o.GetSkill() {
				return skill.GetLevel(), inUnit(o)
			}
		}
		return 0, status.Errorf(codes.FailedPrecondition, "no feedback on turn %d has a score for %q", o.GetTurnIndex(), o.GetSkill())
	}
	for _, p := range s.finished.GetProfile() {
		if p.GetSkill() == o.GetSkill() {
			if _, whole := measures[p.GetSkill()]; whole {
				return p.GetValue(), nil
			}
			return p.GetValue(), inUnit(o)
		}
	}
	return 0, status.Errorf(codes.FailedPrecondition, "session %s has no score for %q: it has some once it is finished", s.id, o.GetSkill())
}

// inUnit refuses a level beyond 1.
func inUnit(o *vignettev1.ScoreOverride) error {
	if o.GetValue() > 1 {
		return status.Errorf(codes.InvalidArgument, "review.override.value: %g is no level of %s; levels are from 0 to 1", o.GetValue(), o.GetSkill())
	}
	return nil
}

// reviewed is the last review by the same supervisor of the same thing, where it says the same; nil otherwise.
func (b *branch) reviewed(review *vignettev1.SupervisorReview) *vignettev1.SupervisorReview {
	var last *vignettev1.SupervisorReview
	for _, n := range b.notes {
		said := n.event.GetReviewed()
		if said == nil || said.GetSupervisor() != review.GetSupervisor() || about(said) != about(review) {
			continue
		}
		last = said
		if bare := timeless(said); said.GetComment() != nil && proto.Equal(bare, review) {
			return said
		}
	}
	if last != nil && proto.Equal(timeless(last), review) {
		return last
	}
	return nil
}

func timeless(review *vignettev1.SupervisorReview) *vignettev1.SupervisorReview {
	bare := proto.CloneOf(review)
	bare.Time = nil
	return bare
}

// subject is what a review is about: of scores the last one counts, remarks stand beside each other.
type subject struct {
	kind  string
	turn  int32 // -1 for the whole
	skill string
}

func about(review *vignettev1.SupervisorReview) subject {
	turn := func(index *int32) int32 {
		if index == nil {
			return -1
		}
		return *index
	}
	switch said := review.GetReview().(type) {
	case *vignettev1.SupervisorReview_Comment:
		return subject{kind: "comment", turn: turn(said.Comment.TurnIndex)}
	case *vignettev1.SupervisorReview_Override:
		return subject{"override", turn(said.Override.TurnIndex), said.Override.GetSkill()}
	}
	return subject{kind: "sign_off", turn: -1}
}

// reviews are what supervisors said, oldest first. A score beside another is shown where that other one is.
func (s *session) reviews() []*vignettev1.SupervisorReview {
	var out []*vignettev1.SupervisorReview
	for _, review := range s.reviewed {
		if review.GetOverride() == nil || s.feedbackSeen() {
			out = append(out, review)
		}
	}
	return out
}
