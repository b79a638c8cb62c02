package episode

import (
	"github.com/vignette-sim/vignette/evaluators/verdict"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Verdict makes scores of what an evaluator answered, or of the error it answered with: one for each dimension that it
// declared and was asked for and that has no score yet.
func (s *State) Verdict(use *vignettev1.EvaluatorUse, turn *int32, answer []*vignettev1.Score, failure error) []*vignettev1.Score {
	description := s.plan.Evaluators[use.GetName()]
	question := s.question(use, turn)
	if failure != nil {
		return verdict.None(description, question, vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED, failure.Error())
	}
	return verdict.Settle(description, question, s.unscored(use, answer))
}

// question is what an evaluator is asked: one turn, or the whole and all turns it has not scored before.
func (s *State) question(use *vignettev1.EvaluatorUse, turn *int32) verdict.Question {
	question := verdict.Question{Episode: s.plan.Episode, Role: use.GetRole(), Whole: turn == nil, Texts: map[int32]string{}, AbstainBelow: use.GetAbstainBelow()}
	for _, t := range s.turns {
		question.Texts[t.GetIndex()] = t.GetAction().GetText()
	}
	if turn != nil {
		question.Turns = []int32{*turn}
		return question
	}
	for _, t := range s.turns {
		if t.GetRole() == use.GetRole() && !s.scored(use, t.GetIndex()) {
			question.Turns = append(question.Turns, t.GetIndex())
		}
	}
	return question
}

// scored says whether a turn got a verdict when it was taken. One that failed then is asked for again with the whole.
func (s *State) scored(use *vignettev1.EvaluatorUse, turn int32) bool {
	for _, e := range s.evaluations {
		if e.GetEvaluator() != use.GetName() || e.GetRole() != use.GetRole() || e.TurnIndex == nil || e.GetTurnIndex() != turn {
			continue
		}
		for _, score := range e.GetScores() {
			if score.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED {
				return false
			}
		}
		return true
	}
	return false
}

// unscored leaves out scores of turns that were scored when they were taken: an evaluator asked for the whole scores all
// turns again, and the first verdict stands.
func (s *State) unscored(use *vignettev1.EvaluatorUse, answer []*vignettev1.Score) []*vignettev1.Score {
	var out []*vignettev1.Score
	for _, score := range answer {
		if score.TurnIndex == nil || !s.scored(use, score.GetTurnIndex()) {
			out = append(out, score)
		}
	}
	return out
}
