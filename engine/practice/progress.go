package practice

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// GetProgress implements PracticeServiceServer.
func (s *Service) GetProgress(ctx context.Context, request *vignettev1.GetProgressRequest) (*vignettev1.GetProgressResponse, error) {
	if err := runs.Check(request); err != nil {
		return nil, err
	}
	return s.progress(ctx, request.GetTrainee(), request.GetSkills())
}

// recentSessions is how many sessions mastery rests on. Chosen.
const recentSessions = 3

// progress is how a trainee's skills have grown over finished sessions whose help level gives feedback.
func (s *Service) progress(ctx context.Context, trainee string, skills vignettev1.SkillSet) (*vignettev1.GetProgressResponse, error) {
	sessions, err := s.finishedBy(ctx, trainee, skills)
	if err != nil {
		return nil, err
	}
	response := &vignettev1.GetProgressResponse{Sessions: sessions}
	values, first := map[string][]float64{}, map[string]*vignettev1.SkillProfile{}
	var order []string
	var mastery []float64
	for i, session := range sessions {
		var levels []float64
		for _, p := range session.GetProfile() {
			if first[p.GetSkill()] == nil {
				first[p.GetSkill()] = p
				order = append(order, p.GetSkill())
			}
			values[p.GetSkill()] = append(values[p.GetSkill()], p.GetValue())
			levels = append(levels, mastered(p))
		}
		if mean, err := stats.Mean(levels); err == nil && i >= len(sessions)-recentSessions {
			mastery = append(mastery, mean)
		}
	}
	for _, skill := range order {
		p := over(skill, first[skill].GetTitle(), values[skill], "sessions")
		p.Fair, p.Good, p.Quotes = first[skill].Fair, first[skill].Good, latestQuotes(sessions, skill)
		response.Profile = append(response.Profile, p)
	}
	if mean, err := stats.Mean(mastery); err == nil {
		response.Mastery = proto.Float64(mean)
	}
	response.Next = next(response.GetProfile())
	return response, nil
}

// latestQuotes are the words of the last session that shows a skill.
func latestQuotes(sessions []*vignettev1.SessionProgress, skill string) []string {
	for _, session := range slices.Backward(sessions) {
		for _, p := range session.GetProfile() {
			if p.GetSkill() == skill && len(p.GetQuotes()) > 0 {
				return p.GetQuotes()
			}
		}
	}
	return nil
}

// finishedBy are a trainee's finished sessions with what came out, oldest first. Sessions without help tell nobody's progress.
func (s *Service) finishedBy(ctx context.Context, trainee string, skills vignettev1.SkillSet) ([]*vignettev1.SessionProgress, error) {
	ids, err := s.ids(ctx, trainee)
	if err != nil {
		return nil, err
	}
	var out []*vignettev1.SessionProgress
	for _, id := range slices.Backward(ids) {
		found, release, err := s.open(ctx, id)
		if status.Code(err) == codes.NotFound {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		practice := found.practice()
		counts := found.finished != nil && found.helps().onRequest &&
			(skills == vignettev1.SkillSet_SKILL_SET_UNSPECIFIED || skills == practice.GetSkills())
		if counts {
			out = append(out, &vignettev1.SessionProgress{
				Session: id, Scenario: found.current.plan.Scenario.GetId(), CreatedAt: found.branches[0].planner.Manifest().GetCreatedAt(),
				Profile: found.finished.GetProfile(), Help: practice.GetGiven(),
			})
		}
		release()
	}
	return out, nil
}
