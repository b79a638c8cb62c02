package practice

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/practice/coach"
	"github.com/vignette-sim/vignette/engine/practice/formulation"
	"github.com/vignette-sim/vignette/engine/practice/risk"
	"github.com/vignette-sim/vignette/engine/practice/standing"
	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// GetReport implements PracticeServiceServer.
func (s *Service) GetReport(ctx context.Context, request *vignettev1.GetReportRequest) (*vignettev1.GetReportResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.GetReportResponse, error) {
		report, err := found.report(ctx)
		return &vignettev1.GetReportResponse{Report: report}, err
	})
}

// report is what is told of a session: as much of it as its help level gives.
func (s *session) report(ctx context.Context) (*vignettev1.PracticeReport, error) {
	b, helps := s.current, s.helps()
	report := &vignettev1.PracticeReport{Session: s.view(), Used: s.used()}
	for _, each := range s.branches {
		if off := each.origin(); off != nil {
			report.Comparisons = append(report.Comparisons, s.compare(off, each, int(each.plan.Fork.GetTurns())))
		}
		for _, n := range each.notes {
			if f := n.event.GetFormulated(); f != nil {
				report.Formulations = append(report.Formulations, f)
			}
		}
	}
	report.Debrief, report.Outcomes, report.Elsewhere = s.debrief(b), b.outcomes(), s.elsewhere(b)
	if helps.felt {
		for _, turn := range b.state().Turns() {
			if state := felt(turn); !b.mine(turn.GetRole()) && state != nil {
				report.Curve = append(report.Curve, &vignettev1.EmotionPoint{TurnIndex: turn.GetIndex(), Role: turn.GetRole(), State: state})
			}
		}
	} else {
		report.LeftOut = append(report.LeftOut, "What the partner felt: this session's help level does not show it. "+s.practice().GetLess())
	}
	if !helps.onRequest {
		report.LeftOut = append(report.LeftOut, "Skills and scores: this session's help level gives no feedback now. "+s.practice().GetLess())
		return report, nil
	}
	report.Profile = s.finished.GetProfile()
	if s.finished == nil {
		profile, err := s.profile(ctx, b)
		if err != nil {
			return nil, err
		}
		report.Profile = profile
	}
	for _, score := range b.state().Scores() {
		if score.TurnIndex == nil && b.mine(score.GetRole()) {
			report.Scores = append(report.Scores, score)
		}
	}
	b.addWholes(report)
	report.Next = next(report.GetProfile())
	if s.practice().GetSkills() == vignettev1.SkillSet_SKILL_SET_MI {
		report.LeftOut = append(report.LeftOut, "MITI's global ratings (cultivating change talk, softening sustain talk, partnership, empathy): rules do not give them; a rater or a model judge does.")
	}
	return report, nil
}

// addWholes puts what the whole session comes to beside the means over its turns, where an evaluator has both.
func (b *branch) addWholes(report *vignettev1.PracticeReport) {
	for _, p := range report.GetProfile() {
		for _, score := range report.GetScores() {
			if score.GetDimension() != p.GetSkill() || score.GetValue() == nil {
				continue
			}
			for _, spec := range b.state().Plan().Evaluators[score.GetEvaluator()].GetDimensions() {
				if spec.GetId() == p.GetSkill() {
					p.Whole = proto.Float64(coach.LevelOf(score, spec))
				}
			}
		}
	}
}

// used counts help in all branches.
func (s *session) used() *vignettev1.HelpUsed {
	used := &vignettev1.HelpUsed{Retries: int32(len(s.branches) - 1)}
	for _, b := range s.branches {
		for _, n := range b.notes {
			switch event := n.event.GetEvent().(type) {
			case *vignettev1.PracticeEvent_Hinted:
				used.Hints++
			case *vignettev1.PracticeEvent_Feedback:
				if event.Feedback.GetDraft() {
					used.Drafts++
				} else {
					used.Feedback++
				}
			case *vignettev1.PracticeEvent_Disagreed:
				used.Disagreements++
			case *vignettev1.PracticeEvent_Risk:
				used.Notices++
			}
		}
	}
	return used
}

// debrief says what of the objective's material was said. Only the focal role has an objective.
func (s *session) debrief(b *branch) []*vignettev1.DebriefPoint {
	if !b.focal() {
		return nil
	}
	objective := b.plan.Scenario.GetObjective()
	var out []*vignettev1.DebriefPoint
	add := func(what string, texts ...string) {
		for _, text := range texts {
			if text == "" {
				continue
			}
			point := &vignettev1.DebriefPoint{What: what, Text: text}
			for _, turn := range b.state().Turns() {
				if b.mine(turn.GetRole()) && language.Overlap(text, turn.GetAction().GetText()) >= coach.SaidShare {
					point.Said, point.TurnIndex = true, proto.Int32(turn.GetIndex())
					break
				}
			}
			out = append(out, point)
		}
	}
	add("request", objective.GetRequest())
	add("fact", objective.GetFacts()...)
	add("feeling", objective.GetFeelings()...)
	add("benefit", objective.GetBenefits()...)
	add("compromise", objective.GetCompromises()...)
	return out
}

// outcomes are where the partners stand towards what the trainee asked for or refused. Where nothing is, there are none.
func (b *branch) outcomes() []*vignettev1.PracticeOutcome {
	objective := b.plan.Scenario.GetObjective()
	kind := objective.GetKind()
	if !b.focal() || kind != vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK && kind != vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE {
		return nil
	}
	var out []*vignettev1.PracticeOutcome
	all := len(b.state().Turns())
	for _, stand := range standing.Settled(objective, b.lines(all)) {
		o := stand.Outcome(b.name(stand.Role))
		if risk.Method(o.GetWords()) {
			o.Words, o.TurnIndex = "", nil
		}
		out = append(out, o)
	}
	return out
}

// elsewhere is what came of the branches that are not the one that the session went on with.
func (s *session) elsewhere(b *branch) []*vignettev1.BranchOutcome {
	var out []*vignettev1.BranchOutcome
	for _, each := range s.branches {
		if came := each.outcomes(); each != b && len(came) > 0 {
			out = append(out, &vignettev1.BranchOutcome{Branch: each.plan.Run, Turn: each.parts(b), Outcomes: came})
		}
	}
	return out
}

// parts is the turn at which two branches part.
func (b *branch) parts(other *branch) int32 {
	for at := other; at != nil; at = at.origin() {
		if at.origin() == b {
			return at.plan.Fork.GetTurns()
		}
	}
	return b.plan.Fork.GetTurns()
}

// focal says whether the trainee has the role that the objective is of.
func (b *branch) focal() bool { return b.mine(b.plan.Scenario.GetFocal()) }

// measure is a measure of a whole session with thresholds of its field.
type measure struct {
	title      string
	fair, good float64
}

// measures are MITI 4.2.1's (Moyers, Manuel, Ernst 2014).
var measures = map[string]measure{
	"mi.reflection_to_question": {"Reflections to questions", 1, 2},
	"mi.complex_share":          {"Complex reflections", 0.4, 0.5},
	"mi.open_share":             {"Open questions", 0, 0},
	"mi.adherent_share":         {"MI-adherent", 0, 0},
}

// profile is the trainee's skills over the turns of a branch: the mean level of each skill that has levels, over the turns in which it
// applies, and the measures of the whole.
func (s *session) profile(ctx context.Context, b *branch) ([]*vignettev1.SkillProfile, error) {
	levels, quotes, titles := map[string][]float64{}, map[string][]string{}, map[string]string{}
	var order []string
	for i, turn := range b.state().Turns() {
		if !b.mine(turn.GetRole()) || turn.GetAction().GetText() == "" {
			continue
		}
		moment := s.question(b, i, "").answered(ctx)
		if len(moment.Missing) > 0 {
			if ctx.Err() != nil {
				return nil, status.FromContextError(ctx.Err()).Err()
			}
			return nil, status.Errorf(codes.Unavailable, "the skills cannot be told: %s; ask again", moment.Missing[0])
		}
		for _, level := range coach.Levels(moment) {
			if levels[level.Skill] == nil {
				order = append(order, level.Skill)
			}
			levels[level.Skill], titles[level.Skill] = append(levels[level.Skill], level.Value), level.Title
			if level.Quote != "" {
				quotes[level.Skill] = append(quotes[level.Skill], level.Quote)
			}
		}
	}
	var out []*vignettev1.SkillProfile
	for _, skill := range order {
		p := over(skill, titles[skill], levels[skill], "turns")
		said := quotes[skill]
		slices.Reverse(said)
		p.Quotes = said[:min(3, len(said))]
		out = append(out, p)
	}
	whole, err := s.whole(ctx, b)
	return append(out, whole...), err
}

// over is a skill over turns or sessions. With values that differ it has a 95% interval.
func over(skill, title string, values []float64, of string) *vignettev1.SkillProfile {
	mean, _ := stats.Mean(values) // there is one value at least
	p := &vignettev1.SkillProfile{Skill: skill, Title: title, Value: mean, N: int32(len(values)), Method: "mean over " + of}
	clusters := make([][]float64, len(values))
	for i, v := range values {
		clusters[i] = []float64{v}
	}
	if interval, err := (stats.Bootstrap{}).MeanInterval(clusters); err == nil && len(values) > 1 {
		p.Low, p.High = proto.Float64(interval.Low), proto.Float64(interval.High)
		p.Method += "; BCa bootstrap, expanded, 2000 resamples"
	}
	return p
}

// whole are the measures of a whole conversation, where the skill set has such.
func (s *session) whole(ctx context.Context, b *branch) ([]*vignettev1.SkillProfile, error) {
	if !slices.Contains(evaluatorsOf[s.practice().GetSkills()], motivational) || !b.spokenIn() {
		return nil, nil
	}
	description, err := s.service.asked.describe(ctx, s.service.config.Runner.Directory, motivational)
	if err != nil {
		return nil, status.Errorf(codes.Unavailable, "%s: %s", motivational, status.Convert(err).Message())
	}
	request := b.state().TranscriptFor(&vignettev1.EvaluatorUse{Name: motivational, Role: s.practice().GetRole()}, nil, description.GetNeeds())
	scores, err := s.service.evaluate(ctx, ask{evaluator: motivational, request: request})
	if err != nil {
		return nil, status.Errorf(codes.Unavailable, "%s: %s", motivational, status.Convert(err).Message())
	}
	var out []*vignettev1.SkillProfile
	for _, score := range scores {
		m, known := measures[score.GetDimension()]
		if score.TurnIndex != nil || score.GetValue() == nil || !known {
			continue
		}
		p := &vignettev1.SkillProfile{Skill: score.GetDimension(), Title: m.title, Value: score.GetValue().GetNumber(), N: 1, Method: "the session's own count; see docs/evaluators.md"}
		if m.good > 0 {
			p.Fair, p.Good = proto.Float64(m.fair), proto.Float64(m.good)
		}
		out = append(out, p)
	}
	return out, nil
}

func (b *branch) spokenIn() bool {
	return slices.ContainsFunc(b.state().Turns(), func(t *vignettev1.Turn) bool { return b.mine(t.GetRole()) && t.GetAction().GetText() != "" })
}

// mastered is how far a skill is mastered, 0-1: its level, or of a measure with thresholds the share of what is good.
func mastered(p *vignettev1.SkillProfile) float64 {
	if p.Good != nil {
		return min(1, p.GetValue()/p.GetGood())
	}
	return p.GetValue()
}

// next is the skill that is least mastered, nil without a profile.
func next(profile []*vignettev1.SkillProfile) *vignettev1.NextSkill {
	var least *vignettev1.SkillProfile
	lowest := 1.0
	for _, p := range profile {
		if value := mastered(p); value < lowest {
			least, lowest = p, value
		}
	}
	if least == nil {
		return nil
	}
	why := fmt.Sprintf("The lowest of your skills: %.2f.", least.GetValue())
	if least.Good != nil {
		why = fmt.Sprintf("It is %.2f; fair is from %.2f, good from %.2f.", least.GetValue(), least.GetFair(), least.GetGood())
	}
	return &vignettev1.NextSkill{Skill: least.GetSkill(), Title: least.GetTitle(), Why: why}
}

// Formulate implements PracticeServiceServer.
func (s *Service) Formulate(ctx context.Context, request *vignettev1.FormulateRequest) (*vignettev1.FormulateResponse, error) {
	return with(ctx, s, request, request.GetSession(), func(found *session) (*vignettev1.FormulateResponse, error) {
		b := found.current
		client := clientOf(b.plan.Scenario, found.practice().GetRole(), request.GetClient())
		if client == nil {
			return nil, status.Error(codes.FailedPrecondition, "nobody here has a cognitive model to compare a formulation with; choose a scenario with a client, such as cbt-intake")
		}
		if !found.spoken() {
			return nil, status.Error(codes.FailedPrecondition, "a formulation comes from the conversation: talk first")
		}
		scored := formulation.Score(request.GetFormulation(), client.GetPersona().GetCognitiveModel())
		event := &vignettev1.PracticeEvent{Event: &vignettev1.PracticeEvent_Formulated{Formulated: scored}}
		return &vignettev1.FormulateResponse{Scored: scored}, s.note(ctx, b, event)
	})
}

// clientOf is the role with a cognitive model that is not the trainee's, by its id or the first; nil when there is none.
func clientOf(scenario *vignettev1.Scenario, trainee, id string) *vignettev1.Role {
	for _, role := range scenario.GetRoles() {
		if role.GetId() != trainee && role.GetPersona().GetCognitiveModel() != nil && (id == "" || role.GetId() == id) {
			return role
		}
	}
	return nil
}
