package practise

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/engine/practice/standing"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/inert"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// actionText is what somebody does, in words.
func actionText(action *vignettev1.Action) string {
	text := inert.Line(action.GetText())
	switch action.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SILENT:
		return "(says nothing)"
	case vignettev1.ActionKind_ACTION_KIND_LEAVE:
		return strings.TrimSpace(text + " (leaves)")
	case vignettev1.ActionKind_ACTION_KIND_NONVERBAL, vignettev1.ActionKind_ACTION_KIND_ACT:
		if strings.HasPrefix(text, "(") {
			return text
		}
		return "(" + text + ")"
	}
	return text
}

// speaker is who took a turn, as the trainee knows them.
func speaker(turn *vignettev1.PracticeTurn) string {
	if turn.GetMine() {
		return "You"
	}
	return inert.Line(turn.GetName())
}

// feltText is what a partner felt, in a line; "" when it is not shown.
func feltText(state *vignettev1.MentalState) string {
	if state == nil {
		return ""
	}
	var parts []string
	for _, e := range state.GetFelt() {
		if e.Intensity == nil {
			parts = append(parts, enumname.Of(e.GetEmotion()))
		} else if e.GetIntensity() >= leastFelt {
			parts = append(parts, fmt.Sprintf("%s %.1f", enumname.Of(e.GetEmotion()), e.GetIntensity()))
		}
	}
	if state.Distress != nil {
		parts = append(parts, fmt.Sprintf("distress %.0f", state.GetDistress()))
	}
	if state.Trust != nil {
		parts = append(parts, fmt.Sprintf("trust %.2f", state.GetTrust()))
	}
	if state.Willingness != nil {
		parts = append(parts, fmt.Sprintf("willing %.2f", state.GetWillingness()))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + " (" + enumname.Of(state.GetSource()) + ")"
}

// leastFelt is the intensity below which a feeling is not shown. Chosen.
const leastFelt = 0.15

// feedbackLines are feedback in lines, without indentation.
func feedbackLines(f *vignettev1.PracticeFeedback) []string {
	head := fmt.Sprintf("Feedback on turn %d", f.GetTurnIndex())
	if f.GetDraft() {
		head = "Feedback on your draft"
	}
	lines := []string{head}
	for _, skill := range f.GetSkills() {
		mark := "+"
		if skill.GetAgainst() {
			mark = "-"
		}
		text := mark + " " + inert.Line(skill.GetTitle())
		if skill.GetLabel() != "" {
			text += " (" + inert.Line(skill.GetLabel()) + ")"
		}
		if quotes := quotesOf(skill.GetSpans()); quotes != "" {
			text += ": " + quotes
		}
		if quotes := quotesOf(skill.GetLessening()); quotes != "" {
			text += "; less by " + quotes
		}
		lines = append(lines, text)
	}
	if f.GetReason() != "" {
		lines = append(lines, "Why: "+inert.Line(f.GetReason()))
	}
	if f.GetRewording() != "" {
		lines = append(lines, "You could say: "+inert.Line(f.GetRewording()))
	}
	if next := nextText(f.GetNext()); next != "" {
		lines = append(lines, "Next: "+next)
	}
	if f.Confidence != nil {
		lines = append(lines, fmt.Sprintf("Sure: %.2f of 1", f.GetConfidence()))
	}
	for _, missing := range f.GetMissing() {
		lines = append(lines, "Not asked: "+inert.Line(missing))
	}
	return lines
}

func quotesOf(spans []*vignettev1.Span) string {
	var quotes []string
	for _, span := range spans {
		quotes = append(quotes, "“"+inert.Line(span.GetQuote())+"”")
	}
	return strings.Join(quotes, ", ")
}

func nextText(next *vignettev1.NextSkill) string {
	text := inert.Line(next.GetTitle())
	if why := inert.Line(next.GetWhy()); why != "" {
		text += ". " + why
	}
	return text
}

// sourceLines say how far the evaluators of feedback were measured to agree with people.
func sourceLines(f *vignettev1.PracticeFeedback) []string {
	lines := []string{"How far this can be trusted:"}
	for _, source := range f.GetSources() {
		lines = append(lines, fmt.Sprintf("%s (%s %s): %s", inert.Line(source.GetEvaluator()), inert.Line(source.GetMethod()), inert.Line(source.GetVersion()), inert.Line(source.GetAgreement())))
	}
	return lines
}

// riskLines are a notice.
func riskLines(notice *vignettev1.RiskNotice) []string {
	lines := []string{"This was not said to anybody, and is kept nowhere.", inert.Line(notice.GetHelp().GetText())}
	for _, contact := range notice.GetHelp().GetContacts() {
		text := inert.Line(contact.GetName()) + ": " + inert.Line(contact.GetReach())
		if contact.GetHours() != "" {
			text += " (" + inert.Line(contact.GetHours()) + ")"
		}
		lines = append(lines, text)
	}
	if len(notice.GetHeard()) > 0 {
		var heard []string
		for _, words := range notice.GetHeard() {
			heard = append(heard, `"`+inert.Line(words)+`"`)
		}
		lines = append(lines, "", "What sounded like it: "+strings.Join(heard, ", ")+". If that is wrong, go on, and say it in other words.")
	}
	return lines
}

// changeText is how far the partner moved.
func changeText(change *vignettev1.PartnerChange) string {
	var parts []string
	add := func(what string, by *float64, format string) {
		if by != nil {
			parts = append(parts, fmt.Sprintf("%s "+format, what, *by))
		}
	}
	if change == nil {
		return ""
	}
	add("distress", change.Distress, "%+.0f")
	add("trust", change.Trust, "%+.2f")
	add("resistance", change.Resistance, "%+.2f")
	add("willingness", change.Willingness, "%+.2f")
	return strings.Join(parts, ", ")
}

// sideLines are one of two branches.
func sideLines(name string, side *vignettev1.BranchSide) []string {
	lines := []string{name}
	for _, turn := range []*vignettev1.PracticeTurn{side.GetSaid(), side.GetAnswered()} {
		if turn != nil {
			lines = append(lines, speaker(turn)+": "+actionText(turn.GetAction()))
		}
	}
	if change := changeText(side.GetChange()); change != "" {
		lines = append(lines, "Moved: "+change)
	}
	return lines
}

// foldedPart is what is left of one's part beside the conversation once one talks.
func foldedPart(session *vignettev1.PracticeSession) []string {
	lines := []string{}
	if objective := session.GetPart().GetObjective().GetStatement(); objective != "" {
		lines = append(lines, "Objective: "+inert.Line(objective))
	}
	return append(lines, "Ctrl+L shows your part again.")
}

// partLines are what the trainee is and wants, before anything is said.
func partLines(session *vignettev1.PracticeSession) []string {
	part := session.GetPart()
	lines := []string{inert.Line(session.GetTitle()), inert.Line(session.GetSetting()), fmt.Sprintf("You are %s.", inert.Line(part.GetName()))}
	for _, partner := range session.GetPartners() {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("You talk to %s (%s). %s", inert.Line(partner.GetName()), inert.Line(partner.GetRelation()), inert.Line(partner.GetIntroduction()))))
	}
	if part.GetGoal() != "" {
		lines = append(lines, "What you want: "+inert.Line(part.GetGoal()))
	}
	if objective := part.GetObjective(); objective != nil {
		lines = append(lines, "Objective: "+inert.Line(objective.GetStatement()))
		for _, each := range []struct {
			what  string
			texts []string
		}{{"Facts", objective.GetFacts()}, {"What they gain", objective.GetBenefits()}, {"What you could live with", objective.GetCompromises()}} {
			if len(each.texts) > 0 {
				lines = append(lines, each.what+": "+inert.Line(strings.Join(each.texts, " ")))
			}
		}
	}
	for _, known := range part.GetKnowledge() {
		lines = append(lines, "You know: "+inert.Line(known))
	}
	practice := session.GetPractice()
	lines = append(lines, fmt.Sprintf("Skills: %s. Help: %s. %s", strings.ReplaceAll(enumname.Of(practice.GetSkills()), "_", " "), strings.ReplaceAll(enumname.Of(practice.GetGiven()), "_", " "), practice.GetLess()))
	return lines
}

// formulationLines set a formulation beside its reference.
func formulationLines(scored *vignettev1.ScoredFormulation) []string {
	lines := []string{"Your formulation, the reference beside it"}
	for _, field := range scored.GetFields() {
		score := "nothing handed in"
		if field.Score != nil {
			score = fmt.Sprintf("%.2f of 1 (%s)", field.GetScore(), field.GetMethod())
		}
		lines = append(lines, fmt.Sprintf("%s: %s", strings.ReplaceAll(field.GetField(), "_", " "), score),
			"  yours: "+orNone(fieldText(scored.GetSubmitted(), field.GetField())), "  reference: "+orNone(fieldText(scored.GetReference(), field.GetField())))
	}
	return append(lines, "Texts: "+scored.GetTextMethod()+".")
}

func orNone(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// fieldText is a field of a formulation in words.
func fieldText(f *vignettev1.Formulation, field string) string {
	var parts []string
	switch field {
	case "emotions":
		for _, e := range f.GetEmotions() {
			parts = append(parts, enumname.Of(e))
		}
		return strings.Join(parts, ", ")
	case "core_beliefs":
		for _, c := range f.GetCoreBeliefs() {
			parts = append(parts, enumname.Of(c))
		}
		return strings.Join(parts, ", ")
	}
	m := f.ProtoReflect()
	descriptor := m.Descriptor().Fields().ByName(protoreflect.Name(field))
	if descriptor == nil {
		return ""
	}
	return inert.Line(m.Get(descriptor).String())
}

// reportLines are a report in lines.
func reportLines(r *vignettev1.PracticeReport) []string {
	session := r.GetSession()
	lines := []string{fmt.Sprintf("Report of session %s: %s", session.GetSession(), inert.Line(session.GetTitle())), inert.Line(session.GetNotice())}
	if len(r.GetOutcomes()) > 0 {
		lines = append(lines, "", "What came of it")
	}
	for _, o := range r.GetOutcomes() {
		lines = append(lines, outcomeLine(o, session))
	}
	for _, b := range r.GetElsewhere() {
		for _, o := range b.GetOutcomes() {
			lines = append(lines, fmt.Sprintf("With the other words at turn %d: %s", b.GetTurn(), outcomeLine(o, session)))
		}
	}
	if len(r.GetDebrief()) > 0 {
		lines = append(lines, "", "Against the objective")
		for _, point := range r.GetDebrief() {
			mark := "[ ]"
			if point.GetSaid() {
				mark = fmt.Sprintf("[x] turn %d", point.GetTurnIndex())
			}
			lines = append(lines, fmt.Sprintf("%s %s: %s", mark, point.GetWhat(), inert.Line(point.GetText())))
		}
	}
	if len(r.GetProfile()) > 0 {
		lines = append(lines, "", "Skills, 0-1: mean over the turns where one applies; the whole session by the rule of runs (once, well, is enough for a strategy)")
		for _, p := range r.GetProfile() {
			lines = append(lines, profileLine(p))
			for _, quote := range p.GetQuotes() {
				lines = append(lines, "  “"+inert.Line(quote)+"”")
			}
		}
	}
	lines = append(lines, measureLines(session.GetMeasures())...)
	for _, c := range r.GetComparisons() {
		lines = append(lines, "", fmt.Sprintf("Turn %d, tried again", c.GetTurn()))
		lines = append(append(lines, sideLines("Original", c.GetOriginal())...), sideLines("Retry", c.GetRetry())...)
	}
	for _, f := range r.GetFormulations() {
		lines = append(append(lines, ""), formulationLines(f)...)
	}
	if next := nextText(r.GetNext()); next != "" {
		lines = append(lines, "", "Practise next: "+next)
	}
	used := r.GetUsed()
	lines = append(lines, "", fmt.Sprintf("Help used: %d hints, %d feedback, %d drafts, %d retries, %d disagreements", used.GetHints(), used.GetFeedback(), used.GetDrafts(), used.GetRetries(), used.GetDisagreements()))
	for _, left := range r.GetLeftOut() {
		lines = append(lines, "Left out: "+inert.Line(left))
	}
	return lines
}

func outcomeLine(o *vignettev1.PracticeOutcome, session *vignettev1.PracticeSession) string {
	told := standing.Tell(o, session.GetPart().GetObjective().GetKind())
	line := told.Verdict() + ". " + inert.Line(told.Says)
	if told.Quote != "" {
		line += fmt.Sprintf(", turn %d: “%s”", o.GetTurnIndex(), inert.Line(told.Quote))
	}
	return line
}

func profileLine(p *vignettev1.SkillProfile) string {
	text := fmt.Sprintf("%s: %.2f", inert.Line(p.GetTitle()), p.GetValue())
	if p.Low != nil && p.High != nil {
		text += fmt.Sprintf(" [%.2f, %.2f]", p.GetLow(), p.GetHigh())
	}
	text += fmt.Sprintf(", n = %d", p.GetN())
	if p.Whole != nil {
		text += fmt.Sprintf("; whole session %.2f", p.GetWhole())
	}
	if p.Good != nil {
		text += fmt.Sprintf(" (fair from %.2f, good from %.2f)", p.GetFair(), p.GetGood())
	}
	return text
}

// measureLines are what the trainee said about themselves.
func measureLines(all []*vignettev1.Measures) []string {
	if len(all) == 0 {
		return nil
	}
	lines := []string{"", "You"}
	for _, m := range all {
		var parts []string
		if m.Distress != nil {
			parts = append(parts, fmt.Sprintf("distress %.0f of 100", m.GetDistress()))
		}
		if m.SelfEfficacy != nil {
			parts = append(parts, fmt.Sprintf("sure of yourself %.0f of 100", m.GetSelfEfficacy()))
		}
		if m.Reached != nil {
			parts = append(parts, fmt.Sprintf("objective reached %.0f of 100", m.GetReached()))
		}
		for _, e := range m.GetEmotions() {
			text := enumname.Of(e.GetEmotion())
			if e.Intensity != nil {
				text += fmt.Sprintf(" %.1f", e.GetIntensity())
			}
			parts = append(parts, text)
		}
		if m.GetObjective() != "" {
			parts = append(parts, "“"+inert.Line(m.GetObjective())+"”")
		}
		lines = append(lines, enumname.Of(m.GetMoment())+": "+strings.Join(parts, ", "))
	}
	return lines
}

// ProgressLines are a trainee's progress in lines.
func ProgressLines(p *vignettev1.GetProgressResponse) []string {
	if len(p.GetSessions()) == 0 {
		return []string{"There is no finished session with feedback yet; /finish in one ends it and scores it."}
	}
	lines := []string{fmt.Sprintf("%d finished sessions", len(p.GetSessions()))}
	for _, skill := range p.GetProfile() {
		lines = append(lines, profileLine(skill))
	}
	if p.Mastery != nil {
		lines = append(lines, fmt.Sprintf("Mastery of the last sessions: %.2f of 1", p.GetMastery()))
	}
	if next := nextText(p.GetNext()); next != "" {
		lines = append(lines, "Practise next: "+next)
	}
	return lines
}
