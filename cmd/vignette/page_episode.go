package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/inert"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// maxNameWidth is the widest a name may be beside what it says; longer ones are cut.
const maxNameWidth = 24

// excerpt writes the first turns of an episode.
func (p *page) excerpt(state *episode.State, turns int) {
	p.paragraph(p.dim("(excerpt)")+" ", "  ", cellName(state.Plan().Cell))
	p.turns(state, state.Turns()[:min(turns, len(state.Turns()))], false)
	if left := len(state.Turns()) - turns; left > 0 {
		p.printf("  %s\n", p.dim(fmt.Sprintf("... %s more", plural(left, "turn", "turns"))))
	}
	p.rewards(state, false)
}

// conversation writes a whole episode; private adds what went on inside.
func (p *page) conversation(state *episode.State, private bool) {
	scenario := state.Plan().Scenario
	p.paragraph(p.bold("episode "+state.Plan().Episode)+"  ", "  ", cellName(state.Plan().Cell))
	if scenario.GetTitle() != "" {
		p.paragraph("", "", scenario.GetTitle())
	}
	p.paragraph("", "", scenario.GetSetting())
	p.roles(scenario)
	p.printf("\n")
	p.turns(state, state.Turns(), private)
	p.printf("\n")
	p.outcome(state)
	p.rewards(state, true)
	if state.Completed() != nil {
		p.accounts(state)
	}
	p.episodeScores(state)
}

func (p *page) roles(scenario *vignettev1.Scenario) {
	for _, role := range scenario.GetRoles() {
		text := fmt.Sprintf("%s (%s", episode.DisplayName(role), role.GetId())
		if kind := enumname.Of(role.GetKind()); kind != role.GetId() {
			text += ", " + kind
		}
		if role.GetId() == scenario.GetFocal() {
			text += ", focal"
		}
		p.paragraph("  ", "    ", text+fmt.Sprintf("; played by %s)", role.GetAgent()))
	}
}

// turns writes turns as a script: name, words, and below what each was scored.
func (p *page) turns(state *episode.State, turns []*vignettev1.Turn, private bool) {
	names := roleNames(state.Plan().Scenario)
	width := 0
	for _, name := range names {
		width = max(width, min(maxNameWidth, runewidth.StringWidth(name)))
	}
	indent := strings.Repeat(" ", width+4)
	answered := ""
	for _, turn := range turns {
		if private {
			p.bids(state, turn.GetIndex(), names, indent)
		}
		name := runewidth.FillRight(runewidth.Truncate(names[turn.GetRole()], width, "…"), width)
		p.paragraph("  "+p.bold(name)+"  ", indent, spoken(turn.GetAction(), answered, names))
		answered = turn.GetRole()
		if scores := turnScores(state, turn.GetIndex()); scores != "" {
			p.note(indent, scores)
		}
		if private {
			p.inside(turn, indent)
		}
	}
	if private && state.Ended() != nil {
		p.bids(state, int32(len(state.Turns())), names, indent)
	}
}

// bids writes what was bid for a turn, above it. Who bid what nobody in the conversation knows.
func (p *page) bids(state *episode.State, index int32, names map[string]string, indent string) {
	for _, round := range state.Bids() {
		if round.GetTurnIndex() != index {
			continue
		}
		var parts []string
		for _, bid := range round.GetBids() {
			parts = append(parts, fmt.Sprintf("%s %.2f", names[bid.GetRole()], bid.GetBid()))
		}
		p.note(indent, "bids: "+strings.Join(parts, ", "))
	}
}

// note writes small print under a turn.
func (p *page) note(indent, text string) {
	for _, l := range wrap(line(text), max(leastRoom, p.width-len(indent))) {
		p.printf("%s%s\n", indent, p.dim(l))
	}
}

// roleNames are what roles are called on a page: their names, with the id where two share one.
func roleNames(scenario *vignettev1.Scenario) map[string]string {
	used := map[string]int{}
	for _, role := range scenario.GetRoles() {
		used[episode.DisplayName(role)]++
	}
	names := map[string]string{}
	for _, role := range scenario.GetRoles() {
		name := line(episode.DisplayName(role))
		if used[episode.DisplayName(role)] > 1 {
			name += " (" + line(role.GetId()) + ")"
		}
		names[role.GetId()] = name
	}
	return names
}

// spoken is an action as a reader sees it who has just read what another role did.
func spoken(action *vignettev1.Action, answered string, names map[string]string) string {
	text := action.GetText()
	switch action.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SILENT:
		text = "(silent)"
	case vignettev1.ActionKind_ACTION_KIND_NONVERBAL, vignettev1.ActionKind_ACTION_KIND_ACT:
		text = "(" + text + ")"
	case vignettev1.ActionKind_ACTION_KIND_LEAVE:
		text = strings.TrimSpace(text + " (leaves)")
	}
	var to []string
	for _, role := range action.GetTo() {
		to = append(to, names[role])
	}
	switch {
	case len(to) > 0:
		return "(to " + strings.Join(to, ", ") + ") " + text
	case action.GetAddressee() != "" && action.GetAddressee() != answered && !strings.Contains(text, firstName(names[action.GetAddressee()])):
		// Not a whisper: everybody hears it, and hears whom it is for. That goes without saying for whoever spoke before, and
		// where the words say it.
		return "(for " + names[action.GetAddressee()] + ") " + text
	}
	return text
}

func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// smallPrint are dimensions that say again, in another vocabulary or as a number, what a turn's expressed emotions say. They are
// in --json and exports.
var smallPrint = map[string]bool{"emotion.ekman": true, "emotion.goemotions": true, "emotion.valence": true, "emotion.intensity": true}

// turnScores are the scores of a turn in a line: what is there, not what is absent or does not apply.
func turnScores(state *episode.State, index int32) string {
	var parts []string
	for _, score := range state.Scores() {
		if score.TurnIndex == nil || score.GetTurnIndex() != index || smallPrint[score.GetDimension()] {
			continue
		}
		name := line(score.GetDimension()[strings.LastIndex(score.GetDimension(), ".")+1:])
		value := score.GetValue()
		switch {
		case value == nil && score.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE:
		case value == nil:
			parts = append(parts, name+": "+enumname.Of(score.GetMissing().GetReason()))
		case value.GetLabel() == "none":
		case value.GetLabel() != "":
			parts = append(parts, name+" "+line(value.GetLabel()))
		default:
			if shown := numberOf(specOf(state, score), score); shown != "" {
				parts = append(parts, strings.ReplaceAll(name, "_", " ")+" "+shown)
			}
		}
	}
	return strings.Join(parts, " · ")
}

// specOf is what an evaluator declared about a dimension it scored; nil where nobody knows.
func specOf(state *episode.State, score *vignettev1.Score) *vignettev1.DimensionSpec {
	for _, spec := range state.Plan().Evaluators[score.GetEvaluator()].GetDimensions() {
		if spec.GetId() == score.GetDimension() {
			return spec
		}
	}
	return nil
}

// numberOf shows a value without a label: the codes it counts, none of them "", or a number as fine as its range is small.
func numberOf(spec *vignettev1.DimensionSpec, score *vignettev1.Score) string {
	if spec.GetScale() == vignettev1.Scale_SCALE_CODES {
		var codes []string
		for _, span := range score.GetSpans() {
			if label := line(span.GetLabel()); !slices.Contains(codes, label) {
				codes = append(codes, label)
			}
		}
		return strings.Join(codes, ", ")
	}
	number := score.GetValue().GetNumber()
	if spec != nil && spec.GetMax()-spec.GetMin() <= smallRange {
		return figure(number)
	}
	return fmt.Sprintf("%.0f", number)
}

// smallRange is the widest range in which whole numbers say too little.
const smallRange = 4

// inside writes what went on in a role: the state it committed before it spoke, what was appraised beside it, and what it
// meant to do.
func (p *page) inside(turn *vignettev1.Turn, indent string) {
	if state := turn.GetMentalState(); state != nil {
		p.note(indent, stateLine(state))
	}
	if appraisal := turn.GetAppraisal(); appraisal.GetState() != nil {
		p.note(indent, stateLine(appraisal.GetState()))
	} else if appraisal != nil {
		p.note(indent, "[appraisal] unavailable: "+appraisal.GetUnavailable())
	}
	for _, words := range turn.GetAppraisal().GetEvidence() {
		p.note(indent, "read from: "+words)
	}
	var acts []string
	for _, act := range turn.GetActs() {
		acts = append(acts, act.GetAct())
	}
	if len(acts) > 0 {
		p.note(indent, "means: "+strings.Join(acts, ", "))
	}
}

// stateLine is a state in a line, its source first.
func stateLine(state *vignettev1.MentalState) string {
	var parts []string
	for _, felt := range state.GetFelt() {
		parts = append(parts, fmt.Sprintf("%s %.2f", enumname.Of(felt.GetEmotion()), felt.GetIntensity()))
	}
	for _, number := range []struct {
		name  string
		value *float64
		show  func(float64) string
	}{
		{"distress", state.Distress, points}, {"trust", state.Trust, share}, {"resistance", state.Resistance, share},
		{"willingness", state.Willingness, share}, {"ambivalence", state.Ambivalence, share},
	} {
		if number.value != nil {
			parts = append(parts, number.name+" "+number.show(*number.value))
		}
	}
	if stage := state.GetStageOfChange(); stage != vignettev1.StageOfChange_STAGE_OF_CHANGE_UNSPECIFIED {
		parts = append(parts, "in "+enumname.Of(stage))
	}
	if state.GetInnerThought() != "" {
		parts = append(parts, "thinks: "+state.GetInnerThought())
	}
	return fmt.Sprintf("[%s] %s", enumname.Of(state.GetSource()), strings.Join(parts, ", "))
}

func points(v float64) string { return fmt.Sprintf("%.0f", v) }
func share(v float64) string  { return fmt.Sprintf("%.2f", v) }

// outcome says how an episode ended, or that it did not.
func (p *page) outcome(state *episode.State) {
	switch {
	case state.Completed() != nil:
		text := fmt.Sprintf("%s after %s (%s)", enumname.Of(state.Completed().GetValidity()),
			plural(len(state.Turns()), "turn", "turns"), enumname.Of(state.Ended().GetReason()))
		if detail := state.Completed().GetDetail(); detail != "" {
			text += ": " + detail
		}
		p.paragraph("", "  ", text)
		p.came(state)
	case state.Failed() != nil:
		p.paragraph("", "  ", "failed: "+spokenPlain(state.Failed().GetMessage()))
	case state.Deleted() != nil:
		p.paragraph("", "  ", tombstone(state.Deleted()))
	case state.Phase() == vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED:
		p.paragraph("", "  ", "planned: nothing has been recorded yet")
	default:
		p.paragraph("", "  ", fmt.Sprintf("unfinished: %s recorded, then nothing", plural(len(state.Turns()), "turn was", "turns were")))
	}
}

// came says what came of what was asked for or refused, as the others' words show it.
func (p *page) came(state *episode.State) {
	for _, each := range outcomes.WhatCame(state) {
		verdict := strings.ToLower(each.Verdict()) + ": "
		text := inert.Line(each.Says)
		if each.Quote != "" {
			text += fmt.Sprintf(", turn %d: “%s”", each.Turn, inert.Line(each.Quote))
		}
		p.paragraph("  "+verdict, "    ", text+" (by their words)")
	}
}

// tombstone says that something was deleted, when and why.
func tombstone(t *vignettev1.Tombstone) string {
	text := "deleted on " + t.GetTime().AsTime().Local().Format("2006-01-02 15:04")
	if t.GetReason() != "" {
		text += ": " + t.GetReason()
	}
	return text
}

// rewards writes what roles got; sources adds what it is made of and who says so.
func (p *page) rewards(state *episode.State, sources bool) {
	names := roleNames(state.Plan().Scenario)
	for _, reward := range state.Completed().GetRewards() {
		if value, ok := reward.GetOutcome().(*vignettev1.Reward_Value); ok {
			p.printf("  reward of %s %+.2f\n", names[reward.GetRole()], value.Value)
		} else {
			p.paragraph("  ", "    ", fmt.Sprintf("reward of %s missing: %s", names[reward.GetRole()], reward.GetMissing().GetDetail()))
		}
		if sources {
			p.terms(reward)
		}
	}
}

// terms writes what a reward is made of: each term with its weight, what it pays for, what it came to, and who says so.
func (p *page) terms(reward *vignettev1.Reward) {
	for _, term := range reward.GetTerms() {
		what := enumname.Of(term.GetMissing().GetReason())
		if value, ok := term.GetOutcome().(*vignettev1.RewardTermValue_Value); ok {
			what = fmt.Sprintf("%+.2f", value.Value)
		}
		text := fmt.Sprintf("%g x %s = %s (%s)", term.GetWeight(), line(term.GetDimension()), what, paysFor(term))
		if sources := sourceNames(term.GetSources()); sources != "" {
			text += ", by " + sources
		}
		if term.Disagreement != nil {
			text += fmt.Sprintf("; of %d evaluators, which differ by %.2f (SD)", len(term.GetMembers()), term.GetDisagreement())
		}
		p.note("    ", text)
	}
}

// paysFor says whether a term pays for what is done or for what comes of it.
func paysFor(term *vignettev1.RewardTermValue) string {
	switch {
	case term.GetPaysProcess() && term.GetPaysOutcome():
		return "process and outcome"
	case term.GetPaysProcess():
		return "process"
	case term.GetPaysOutcome():
		return "outcome"
	}
	return "not declared"
}

// sourceNames are who scored, each with method or model, version and the beginning of the prompt's hash.
func sourceNames(sources []*vignettev1.Provenance) string {
	var out []string
	for _, source := range sources {
		parts := []string{line(cmp.Or(source.GetMind(), "method unknown"))}
		if source.GetModel() != "" {
			parts[0] += " " + line(source.GetModel())
		}
		if source.GetVersion() != "" {
			parts = append(parts, line(source.GetVersion()))
		}
		if hash := source.GetPromptHash(); hash != "" && !strings.Contains(source.GetVersion(), hash[:min(len(hash), shownHash)]) {
			parts = append(parts, "prompt "+line(hash[:min(len(hash), shownHash)]))
		}
		out = append(out, fmt.Sprintf("%s (%s)", line(source.GetAgent()), strings.Join(parts, ", ")))
	}
	return strings.Join(out, ", ")
}

// shownHash is how many digits of a hash are shown to people.
const shownHash = 12

// roomForWhy is the least room in which a reason stands beside a score; with less it stands below.
const roomForWhy = 36

// episodeScores writes the scores of the whole episode with their reasons; those that do not apply are named together.
func (p *page) episodeScores(state *episode.State) {
	var rows [][]string
	var idle []string
	for _, score := range state.Scores() {
		if score.TurnIndex != nil {
			continue
		}
		if score.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE {
			idle = append(idle, score.GetDimension())
			continue
		}
		value := enumname.Of(score.GetMissing().GetReason())
		if score.GetValue() != nil {
			value = fmt.Sprintf("%.2f", score.GetValue().GetNumber())
		}
		rows = append(rows, []string{line(score.GetDimension()), value, line(score.GetRationale())})
	}
	defer func() {
		if len(idle) > 0 {
			p.paragraph("  ", "    ", "does not apply: "+strings.Join(idle, ", "))
		}
	}()
	if len(rows) == 0 {
		return
	}
	widths := [2]int{}
	for _, row := range rows {
		widths[0], widths[1] = max(widths[0], len(row[0])), max(widths[1], len(row[1]))
	}
	for _, row := range slices.All(rows) {
		head := fmt.Sprintf("  %-*s  %*s", widths[0], row[0], widths[1], row[1])
		if p.width-len(head) < roomForWhy {
			p.printf("%s\n", head)
			p.note("    ", row[2])
			continue
		}
		p.paragraph(head+"  ", strings.Repeat(" ", len(head)+2), row[2])
	}
}

// cellName is a cell in a line.
func cellName(cell *vignettev1.Cell) string {
	parts := []string{line(cell.GetScenario())}
	for _, level := range cell.GetFactors() {
		parts = append(parts, line(level.GetFactor())+"="+line(level.GetLevel()))
	}
	return strings.Join(append(parts, fmt.Sprintf("repeat %d", cell.GetRepeat())), ", ")
}
