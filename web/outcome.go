package web

import (
	"github.com/vignette-sim/vignette/engine/practice/standing"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// came is what came of the trainee's request with one of the others.
type came struct {
	standing.Told
	Number int    // of the turn that is quoted
	To     string // what the trainee had said last before it
}

// cameElsewhere is what came of a branch that a session did not go on with.
type cameElsewhere struct {
	Number int // of the first turn that is another, from 1
	Came   []standing.Told
}

// elsewhereOf puts what came of the branches that a session did not go on with in words.
func elsewhereOf(report *vignettev1.PracticeReport) []cameElsewhere {
	var out []cameElsewhere
	for _, b := range report.GetElsewhere() {
		c := cameElsewhere{Number: int(b.GetTurn()) + 1}
		for _, o := range b.GetOutcomes() {
			c.Came = append(c.Came, standing.Tell(o, report.GetSession().GetPart().GetObjective().GetKind()))
		}
		out = append(out, c)
	}
	return out
}

// cameOf puts what came of a session's objective in words.
func cameOf(report *vignettev1.PracticeReport) []came {
	var out []came
	s := report.GetSession()
	for _, o := range report.GetOutcomes() {
		c := came{Told: standing.Tell(o, s.GetPart().GetObjective().GetKind()), Number: int(o.GetTurnIndex()) + 1}
		if at := int(o.GetAnswersTurn()); c.Quote != "" && o.AnswersTurn != nil && at < len(s.GetTurns()) {
			c.To = s.GetTurns()[at].GetAction().GetText()
		}
		out = append(out, c)
	}
	return out
}
