package dearman

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Name is the agent name the evaluator usually has on the wire.
const Name = "dear-man"

// Version of the rules and of what was trained. It changes whenever a verdict may.
const Version = "hybrid-4"

// Evaluator judges DEAR MAN. The zero value is ready; it is safe for concurrent use.
type Evaluator struct{}

// New returns the evaluator.
func New() Evaluator { return Evaluator{} }

// Describe says what is measured. It needs the objective; without one it goes by grammar alone and takes the objective to
// be a request.
func (Evaluator) Describe() *vignettev1.EvaluatorDescription {
	return &vignettev1.EvaluatorDescription{
		Method:     "builtin",
		Version:    Version,
		Languages:  []string{"en"},
		Dimensions: specs(),
		Needs:      []vignettev1.Need{vignettev1.Need_NEED_OBJECTIVE},
		Summary:    "DEAR MAN by rules and small trained models: five strategies and two states of mind, with evidence and a rewording. A baseline, not a rater.",
	}
}

// Evaluate scores the turn asked for, or all turns of the role and the episode. It fails only when the context is done.
func (Evaluator) Evaluate(ctx context.Context, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	if !inScope(req.GetObjective().GetKind()) {
		return outOfScope(req), nil
	}
	var scores []*vignettev1.Score
	var card record
	listener := newListener(req)
	for _, turn := range req.GetTurns() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if turn.GetRole() != req.GetRole() {
			listener.hear(turn.GetAction())
			continue
		}
		findings, said := listener.judge(turn.GetAction())
		wanted := req.TurnIndex == nil || req.GetTurnIndex() == turn.GetIndex()
		if wanted {
			scores = append(scores, turnScores(turn.GetIndex(), findings, said, &card)...)
		}
		card.add(levelsIn(findings), said != nil)
		if wanted && req.TurnIndex != nil {
			return scores, nil
		}
	}
	return append(scores, card.scores()...), nil
}

// inScope says whether DEAR MAN is for such an objective. It is for asking and refusing; listening, supporting and helping
// somebody change are other skills.
func inScope(kind vignettev1.ObjectiveKind) bool {
	switch kind {
	case vignettev1.ObjectiveKind_OBJECTIVE_KIND_UNSPECIFIED,
		vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK,
		vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE:
		return true
	}
	return false
}

// Why a skill does not apply, whatever the words are.
const (
	otherObjective = "DEAR MAN is for asking and refusing; this objective is neither"
	nothingSaid    = "Nothing was said"
)

func outOfScope(req *vignettev1.EvaluateRequest) []*vignettev1.Score {
	var scores []*vignettev1.Score
	for s := range skills {
		for _, turn := range req.GetTurns() {
			if turn.GetRole() == req.GetRole() && (req.TurnIndex == nil || req.GetTurnIndex() == turn.GetIndex()) {
				score := without(s, vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, otherObjective)
				score.TurnIndex = proto.Int32(turn.GetIndex())
				scores = append(scores, score)
			}
		}
		if req.TurnIndex == nil {
			scores = append(scores, without(s, vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, otherObjective))
		}
	}
	return scores
}

// listener follows a conversation and knows at each turn what it is judged by.
type listener struct {
	matter *matter
	talk   language.Stems
	other  stance
	late   bool
	opened bool
}

func newListener(req *vignettev1.EvaluateRequest) *listener {
	return &listener{matter: readMatter(req.GetObjective()), talk: contentOf(req.GetSetting())}
}

func (l *listener) moment() *moment {
	return &moment{matter: l.matter, talk: l.talk, other: l.other, late: l.late, opened: l.opened}
}

// hear takes in what somebody else did.
func (l *listener) hear(action *vignettev1.Action) {
	if !utterance.Speaks(action) {
		if action.GetKind() == vignettev1.ActionKind_ACTION_KIND_SILENT {
			l.other.keepsSilent(l.late)
		}
		return
	}
	said := l.moment()
	said.read(action.GetText())
	l.other.hear(said, l.matter.refusing(), l.late)
	for _, s := range said.sentences {
		if diversions.In(s.Tokens) {
			continue // following a diversion is not keeping to the matter
		}
		for stem := range s.stems {
			l.talk[stem] = struct{}{}
		}
	}
}

// judge returns what each skill comes to in a turn of the role, and the turn as it was read; nil when nothing was said.
func (l *listener) judge(action *vignettev1.Action) ([skills]utterance.Finding, *moment) {
	if !utterance.Speaks(action) {
		return everySkill(utterance.Inapplicable(nothingSaid)), nil
	}
	m := l.say(action.GetText())
	return judge(m), m
}

// say takes in what the role said, and returns it with what it is judged by.
func (l *listener) say(text string) *moment {
	m := l.moment()
	m.read(text)
	l.late = true
	l.opened = l.opened || m.tiedElsewhere()
	return m
}

// judge decides by rules and models together.
func judge(m *moment) [skills]utterance.Finding {
	findings := judgeByRules(m)
	m.weigh(&findings)
	return findings
}

func judgeByRules(m *moment) [skills]utterance.Finding {
	if m.ritualOnly() && !m.faulty() {
		return everySkill(utterance.Inapplicable("A greeting, a goodbye or a nod shows no skill and lacks none"))
	}
	findings := [skills]utterance.Finding{
		describe:  judgeDescribe(m),
		express:   judgeExpress(m),
		assert:    judgeAssert(m),
		reinforce: judgeReinforce(m),
		negotiate: judgeNegotiate(m),
	}
	if f := &findings[assert]; f.Level == utterance.None && !m.faulty() {
		if h, ok := m.implied(findings[reinforce], findings[negotiate]); ok {
			f.Add(h)
		} else if h, ok := m.asksForAWay(); ok {
			f.Add(h)
		}
	}
	if moves(findings) == utterance.None {
		m.concede()
	}
	shown := utterance.None
	for s := range skills {
		if !s.state() {
			shown = max(shown, findings[s].Level)
		}
	}
	findings[mindful] = judgeMindful(m, shown, moves(findings))
	findings[confident] = judgeConfident(m, standing(findings, shown), moves(findings), findings[mindful].Level)
	return findings
}

// moves is how far an utterance does something for the objective with the other: asks or refuses, names a gain, offers.
// Facts and feelings alone may prepare that, or be part of a quarrel or of small talk.
func moves(findings [skills]utterance.Finding) utterance.Level {
	return max(utterance.None, findings[assert].Level, findings[reinforce].Level, findings[negotiate].Level)
}

// standing is how far something is stood for at all. Away from the objective only what is said strongly, or asked for
// nonetheless, still stands.
func standing(findings [skills]utterance.Finding, shown utterance.Level) utterance.Level {
	if findings[mindful].Level > utterance.None {
		return max(shown, findings[mindful].Level)
	}
	if findings[express].Level == utterance.Strong || findings[describe].Level == utterance.Strong || moves(findings) > utterance.None {
		return utterance.Weak
	}
	return utterance.None
}

func everySkill(f utterance.Finding) [skills]utterance.Finding {
	var all [skills]utterance.Finding
	for s := range all {
		all[s] = f
	}
	return all
}

func (m *moment) faulty() bool {
	for _, s := range m.sentences {
		if len(s.Faults) > 0 {
			return true
		}
	}
	return false
}

// turnScores makes scores of findings. One of them carries a suggestion: the one that would help most now.
func turnScores(index int32, findings [skills]utterance.Finding, said *moment, before *record) []*vignettev1.Score {
	scores := make([]*vignettev1.Score, skills)
	for s := range skills {
		scores[s] = findings[s].Score(dimensions[s].id, index, said.length())
	}
	if said == nil {
		return scores
	}
	for _, s := range before.priorities(findings) {
		if suggestion := said.reword(s); suggestion != "" {
			scores[s].Suggestion = suggestion
			break
		}
	}
	return scores
}

func without(s skill, reason vignettev1.MissingReason, detail string) *vignettev1.Score {
	return utterance.Without(dimensions[s].id, reason, detail)
}
