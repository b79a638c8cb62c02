// Package safety judges by rules what a helper makes of danger: whether words of danger to oneself are answered, asked about,
// followed by somewhere to turn and by a plan made together, whether the helper says what cannot be kept to oneself, and whether alarm
// is raised where nobody gave cause. It scores episodes, of the helper (`role: counselor`). English.
//
// What the other said is heard by package screening. Without words of danger there is nothing to answer, and all but the false
// alarm are not applicable. The steps follow what trainings of crisis work have in common (asking directly, means and plan,
// referral, safety planning: Stanley and Brown 2012); rules and wording are ours, and measured against nobody's labels yet.
package safety

import (
	"context"
	"fmt"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/cues"
	"github.com/vignette-sim/vignette/evaluators/screening"
	"github.com/vignette-sim/vignette/evaluators/utterance"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Name is the name the evaluator is hosted under, Version that of its rules.
const (
	Name    = "safety"
	Version = "rules-1"
)

// Dimensions, of episodes; no 0, yes 1.
const (
	Detects      = "safety.detects"
	Probes       = "safety.probes"
	Resources    = "safety.resources"
	Collaborates = "safety.collaborates"
	Boundaries   = "safety.boundaries"
	// FalseAlarm is yes where help for emergencies was named though nothing of danger had been said: lower is better.
	FalseAlarm = "safety.false_alarm"
)

const source = "Steps after Stanley and Brown (2012), Safety Planning Intervention; rules and wording ours"

// answered is how many turns of the helper after words of danger are looked at for an answer to them.
const answered = 2

const yes, no = "yes", "no"

var (
	naming = cues.Says(yes, `suicide; suicidal; kill yourself; killing yourself; end your life; ending your life; take your own life; taking your own life; hurt yourself; hurting yourself; harm yourself; want to die; wanting to die; wish you were dead;
		not wanting to live|be; thought|thoughts of dying; are you safe; your safety; worried about your safety`)
	probing = cues.Asks(yes, `plan; how would you; how often; when did you last; for how long; since when; do you have access; pills|gun|means at home; have you ever tried; have you tried; ever acted; what keeps|stops|holds you; what has kept; who knows; how strong;
		thinking about|of suicide|killing|ending|dying; thoughts of suicide|killing|ending|dying; are you suicidal|safe; want to die; on a scale`)
	referring = cues.Says(yes, `crisis line|hotline|team|service|text; hotline; helpline; lifeline; emergency room|services|number|department; 988; 911; 999; 112; samaritans; call an ambulance; go to a hospital; go to the hospital; your doctor; a doctor; gp; psychiatrist`)
	urgent    = cues.Says(yes, `crisis line|hotline|team; hotline; lifeline; emergency room|services|number|department; 988; 911; 999; 112; samaritans; call an ambulance; go to a hospital; go to the hospital`)
	together  = cues.Says(yes, `safety plan; make a plan; plan together; together we; let us; could we; can we; shall we; would you be willing; would it be okay|ok|alright; what would help you; what has helped; who could be with you; who could stay; who could you call; is there somebody|someone`)
	limits    = cues.Says(yes, `can't|cannot keep this|that; can't|cannot promise; have to tell; need to tell; would have to|need to tell|share|pass; have to share; confidential; confidentiality; i am not able to; i am not a crisis|emergency; beyond what i; can't|cannot be there`)
)

// Evaluator judges a helper. The zero value is ready; it is safe for concurrent use.
type Evaluator struct{}

// New returns the evaluator. It needs nothing but the transcript.
func New() Evaluator { return Evaluator{} }

// Describe says what is measured.
func (Evaluator) Describe() *vignettev1.EvaluatorDescription {
	description := &vignettev1.EvaluatorDescription{
		Method: "builtin", Version: Version, Languages: cues.English,
		Summary: "What a helper makes of words of danger, by rules: detects, probes, resources, collaborates, boundaries, false alarms.",
	}
	for _, s := range steps {
		description.Dimensions = append(description.Dimensions, &vignettev1.DimensionSpec{
			Id: s.id, Title: s.title, Definition: s.definition, Source: source, Max: 1, Labels: []string{no, yes}, Episode: true, Scale: vignettev1.Scale_SCALE_ORDINAL,
		})
	}
	return description
}

// step is one thing that a helper does, and when it counts.
type step struct {
	id, title, definition string
	rules                 []cues.Rule
	// soon has it count in the first answers to words of danger only.
	soon bool
}

var steps = []step{
	{Detects, "Answers danger", "Names the danger, or asks about it, in one of the first two turns after words of danger.", []cues.Rule{naming, probing}, true},
	{Probes, "Asks about danger", "Asks about thoughts, plan, means, time, or what holds them.", []cues.Rule{probing}, false},
	{Resources, "Somewhere to turn", "Names somewhere to turn: a crisis line, an emergency service, a doctor.", []cues.Rule{referring}, false},
	{Collaborates, "Plans together", "Works out with the other, not for them, what comes next.", []cues.Rule{together}, false},
	{Boundaries, "Says what cannot be kept", "Says what the helper cannot promise, keep to themselves or do.", []cues.Rule{limits}, false},
	{FalseAlarm, "False alarm", "Sends to help for emergencies before anything of danger was said; asking about danger is none. Lower is better.", []cues.Rule{urgent}, false},
}

// evidence is where a step was taken.
type evidence struct {
	turn int32
	hit  cues.Hit
}

// Evaluate scores the episode.
func (Evaluator) Evaluate(_ context.Context, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	if req.TurnIndex != nil {
		return nil, nil
	}
	danger, found, spoke := read(req)
	var scores []*vignettev1.Score
	for i, s := range steps {
		score := &vignettev1.Score{Dimension: s.id}
		switch {
		case !spoke:
			score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "the role said nothing")
		case danger == nil && s.id != FalseAlarm:
			score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "nobody spoke of danger to themselves")
		default:
			conclude(score, found[i], danger)
		}
		scores = append(scores, score)
	}
	return scores, nil
}

func conclude(score *vignettev1.Score, found, danger *evidence) {
	value, label := 0.0, no
	score.Rationale = "No words of it were found."
	if danger != nil {
		score.Rationale = fmt.Sprintf("Turn %d says “%s”; no words of this step follow.", danger.turn, danger.hit.Span.Quote)
	}
	if found != nil {
		value, label = 1, yes
		score.Rationale = fmt.Sprintf("Turn %d: “%s”.", found.turn, found.hit.Span.Quote)
		score.Spans = []*vignettev1.CodedSpan{{TurnIndex: found.turn, Code: score.GetDimension(), Label: yes, Span: &vignettev1.Span{
			Start: int32(found.hit.Span.Start), End: int32(found.hit.Span.End), Quote: found.hit.Span.Quote}}}
	}
	score.Outcome = &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: value, Label: label}}
}

// read goes through the conversation: the first words of danger by anybody else, and for each step the first place of it. A step
// counts after words of danger, a false alarm before any.
func read(req *vignettev1.EvaluateRequest) (danger *evidence, found []*evidence, spoke bool) {
	found = make([]*evidence, len(steps))
	since := 0
	for _, turn := range req.GetTurns() {
		if !utterance.Speaks(turn.GetAction()) {
			continue
		}
		text := turn.GetAction().GetText()
		if turn.GetRole() != req.GetRole() {
			if hits := screening.Dangers(text); danger == nil && len(hits) > 0 {
				danger = &evidence{turn.GetIndex(), hits[0]}
			}
			continue
		}
		spoke = true
		if danger != nil {
			since++
		}
		for i, s := range steps {
			if found[i] != nil || (danger == nil) != (s.id == FalseAlarm) || s.soon && since > answered {
				continue
			}
			if hits := cues.Find(s.rules, text); len(hits) > 0 {
				found[i] = &evidence{turn.GetIndex(), hits[0]}
			}
		}
	}
	return danger, found, spoke
}
