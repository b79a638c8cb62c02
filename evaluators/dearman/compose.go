package dearman

import (
	"fmt"
	"slices"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// unknown is the level of a skill in a turn that was to be rated and has no verdict.
const unknown = utterance.NotApplicable - 1

// Inapplicable says why no skill applies to an action whatever its words are, or "": there are no words, or the objective
// is neither to ask nor to refuse. A rater need not be asked about such a turn.
func Inapplicable(objective *vignettev1.Objective, action *vignettev1.Action) string {
	switch {
	case !inScope(objective.GetKind()):
		return otherObjective
	case !utterance.Speaks(action):
		return nothingSaid
	}
	return ""
}

// Compose makes the scores of an episode of those of its turns, whoever rated them, by the rule of the package comment:
// one per skill. It reads labels; scores of other dimensions and of the episode are passed over.
//
// A turn that applies to a skill and has no verdict (its rater failed) is not taken for zero. Where the episode's number is
// the same whatever that verdict would have been, it stands; else it is missing, with DEPENDENCY_MISSING.
func Compose(req *vignettev1.EvaluateRequest, rated []*vignettev1.Score) []*vignettev1.Score {
	scores := make([]*vignettev1.Score, skills)
	turns, spoken := turnsOf(req, rated)
	for s := range skills {
		if !inScope(req.GetObjective().GetKind()) {
			scores[s] = without(s, vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, otherObjective)
			continue
		}
		scores[s] = compose(s, turns, spoken)
	}
	return scores
}

// turnsOf are the levels of the role's turns, and whether anything was said in each.
func turnsOf(req *vignettev1.EvaluateRequest, rated []*vignettev1.Score) (turns [][skills]utterance.Level, spoken []bool) {
	given := map[string]utterance.Level{}
	at := func(s skill, turn int32) string { return fmt.Sprint(turn, " ", s) }
	for _, score := range rated {
		s := slices.IndexFunc(dimensions[:], func(d struct{ id, title, definition string }) bool { return d.id == score.GetDimension() })
		if s >= 0 && score.TurnIndex != nil {
			given[at(skill(s), score.GetTurnIndex())] = levelOf(score)
		}
	}
	for _, turn := range req.GetTurns() {
		if turn.GetRole() != req.GetRole() {
			continue
		}
		var levels [skills]utterance.Level
		for s := range levels {
			l, ok := given[at(skill(s), turn.GetIndex())]
			if !ok {
				l = unknown
			}
			levels[s] = l
		}
		turns = append(turns, levels)
		spoken = append(spoken, utterance.Speaks(turn.GetAction()))
	}
	return turns, spoken
}

func levelOf(score *vignettev1.Score) utterance.Level {
	if score.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE {
		return utterance.NotApplicable
	}
	if i := slices.Index(utterance.Labels, score.GetValue().GetLabel()); i >= 0 {
		return utterance.Level(i)
	}
	return unknown
}

// compose compares the least and the most a skill can have come to. Coverage grows with each of its parts, and falls with
// the number of other strategies in the same turn, so these two fillings of the gaps bound all others.
func compose(s skill, turns [][skills]utterance.Level, spoken []bool) *vignettev1.Score {
	least := recordOf(turns, spoken, s, utterance.None, utterance.Strong)
	most := recordOf(turns, spoken, s, utterance.Strong, utterance.None)
	if len(most.credits[s]) > 0 && least.number(s) != most.number(s) {
		return without(s, vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
			fmt.Sprintf("of %d turns, %d lack a verdict that it depends on", len(turns), gaps(turns)))
	}
	known := recordOf(turns, spoken, s, utterance.NotApplicable, utterance.NotApplicable)
	score := known.score(s)
	if n := gaps(turns); n > 0 && score.GetValue() != nil {
		score.Rationale += fmt.Sprintf(" Turns that lack a verdict (%d) could not change it.", n)
	}
	return score
}

// recordOf is the record with the gaps filled: those of one skill, and those of the others.
func recordOf(turns [][skills]utterance.Level, spoken []bool, of skill, own, others utterance.Level) *record {
	var r record
	for i, turn := range turns {
		for s, l := range turn {
			switch {
			case l != unknown:
			case skill(s) == of:
				turn[s] = own
			default:
				turn[s] = others
			}
		}
		r.add(turn, spoken[i])
	}
	return &r
}

// gaps is how many turns lack a verdict.
func gaps(turns [][skills]utterance.Level) int {
	n := 0
	for _, turn := range turns {
		if slices.Contains(turn[:], unknown) {
			n++
		}
	}
	return n
}
