package interpersonal

import (
	"context"
	"fmt"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// The agent names the evaluators usually have on the wire.
const (
	GiveName = "give"
	FastName = "fast"
)

// Version of the rules. It changes whenever a verdict may.
const Version = "rules-1"

const linehan = "Linehan (2015), DBT Skills Training Manual, 2nd ed., interpersonal effectiveness; levels and wording ours"

// skill is one of the skills of a set.
type skill struct {
	id, title, definition string
	// kept says that it is a manner to be kept, and not a thing to do once.
	kept bool
	// judge says how far an utterance shows it. The utterance has words, and they are in an order of English.
	judge func(*moment) utterance.Finding
	// better says the utterance again with more of it; empty when there is nothing to change.
	better func(*moment) string
}

// Evaluator judges a set of skills. It is safe for concurrent use. Make it with [NewGive] or [NewFast].
type Evaluator struct {
	skills  []skill
	needs   []vignettev1.Need
	summary string
}

// NewGive returns the evaluator of GIVE: Gentle, Interested, Validate, Easy Manner. It needs nothing but the transcript.
func NewGive() *Evaluator {
	return &Evaluator{skills: giveSkills(), summary: "GIVE by rules: gentle, interested, validating, easy. A readable baseline, not a rater."}
}

// NewFast returns the evaluator of FAST: Fair, no Apologies, Stick to values, Truthful. It needs the objective; without one
// it takes giving in for a refusal's loss only where the words say so.
func NewFast() *Evaluator {
	return &Evaluator{skills: fastSkills(), needs: []vignettev1.Need{vignettev1.Need_NEED_OBJECTIVE},
		summary: "FAST by rules: fair, without needless apologies, true to one's values, truthful. A readable baseline, not a rater."}
}

// Describe says what is measured.
func (e *Evaluator) Describe() *vignettev1.EvaluatorDescription {
	description := &vignettev1.EvaluatorDescription{
		Method: "builtin", Version: Version, Languages: []string{"en"}, Needs: e.needs, Summary: e.summary,
	}
	for _, s := range e.skills {
		description.Dimensions = append(description.Dimensions, &vignettev1.DimensionSpec{
			Id: s.id, Title: s.title, Definition: s.definition + s.counted(), Source: linehan,
			Min: 0, Max: 1, Labels: utterance.Labels, Turn: true, Episode: true,
		})
	}
	return description
}

// counted says how the levels of turns come to a number.
func (s skill) counted() string {
	const levels = " Strong is 1, weak 0.5, none 0; per episode, "
	if s.kept {
		return levels + "the mean over the turns where it applies."
	}
	return levels + "how far it was ever reached (further uses add little or nothing)."
}

// Evaluate scores the turn asked for, or all turns of the role and the episode. It fails only when the context is done.
func (e *Evaluator) Evaluate(ctx context.Context, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	var scores []*vignettev1.Score
	credits, spoke := make([][]float64, len(e.skills)), false
	l := newListener(req)
	for _, turn := range req.GetTurns() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if turn.GetRole() != req.GetRole() {
			l.hear(turn.GetAction())
			continue
		}
		wanted := req.TurnIndex == nil || req.GetTurnIndex() == turn.GetIndex()
		m := l.read(turn.GetAction())
		findings := e.judge(m)
		if wanted {
			scores = append(scores, e.turnScores(turn.GetIndex(), findings, m)...)
		}
		if wanted && req.TurnIndex != nil {
			return scores, nil
		}
		spoke = spoke || m != nil
		for i, f := range findings {
			if f.Level != utterance.NotApplicable {
				credits[i] = append(credits[i], f.Level.Number())
			}
		}
	}
	for i, s := range e.skills {
		scores = append(scores, s.episode(credits[i], spoke))
	}
	return scores, nil
}

// judge judges an utterance; nil is a turn without words.
func (e *Evaluator) judge(m *moment) []utterance.Finding {
	findings := make([]utterance.Finding, len(e.skills))
	ritual := m != nil && m.ritual()
	for i, s := range e.skills {
		switch {
		case m == nil:
			findings[i] = utterance.Inapplicable("Nothing was said")
		case ritual:
			findings[i] = utterance.Inapplicable("A greeting, a goodbye or a nod shows no skill and lacks none")
		case m.empty != "":
			findings[i] = utterance.Finding{Note: m.empty}
		default:
			findings[i] = s.judge(m)
		}
	}
	return findings
}

// turnScores makes scores of findings. One of them carries a suggestion: for the first skill that is furthest from shown.
func (e *Evaluator) turnScores(turn int32, findings []utterance.Finding, m *moment) []*vignettev1.Score {
	scores := make([]*vignettev1.Score, len(findings))
	for i := range findings {
		scores[i] = findings[i].Score(e.skills[i].id, turn, m.length())
	}
	for _, level := range []utterance.Level{utterance.None, utterance.Weak} {
		for i, f := range findings {
			if m == nil || f.Level != level {
				continue
			}
			if suggestion := e.skills[i].better(m); suggestion != "" {
				scores[i].Suggestion = suggestion
				return scores
			}
		}
	}
	return scores
}

func (s skill) episode(credits []float64, spoke bool) *vignettev1.Score {
	switch {
	case !spoke:
		return utterance.Without(s.id, vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "the role said nothing")
	case len(credits) == 0:
		return utterance.Without(s.id, vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "it applied to no turn")
	}
	number := utterance.Coverage(credits)
	if s.kept {
		number = utterance.Mean(credits)
	}
	strong, weak := 0, 0
	for _, credit := range credits {
		switch credit {
		case utterance.Strong.Number():
			strong++
		case utterance.Weak.Number():
			weak++
		}
	}
	return &vignettev1.Score{
		Dimension: s.id,
		Outcome:   &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: number}},
		Rationale: fmt.Sprintf("Strong in %d, weak in %d of %d turns where it applies.", strong, weak, len(credits)),
	}
}
