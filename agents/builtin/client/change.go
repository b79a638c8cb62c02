package client

import (
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// stageFrom is the readiness from which somebody is in a stage of change, in the order of the stages (Prochaska & DiClemente
// 1983 name the stages; the numbers are chosen).
var stageFrom = []struct {
	stage vignettev1.StageOfChange
	from  float64
}{
	{vignettev1.StageOfChange_STAGE_OF_CHANGE_MAINTENANCE, 0.90},
	{vignettev1.StageOfChange_STAGE_OF_CHANGE_ACTION, 0.72},
	{vignettev1.StageOfChange_STAGE_OF_CHANGE_PREPARATION, preparedFrom},
	{vignettev1.StageOfChange_STAGE_OF_CHANGE_CONTEMPLATION, 0.25},
	{vignettev1.StageOfChange_STAGE_OF_CHANGE_PRECONTEMPLATION, 0},
}

// firstReadiness is where somebody stands at the start of each stage's conversation: inside it, nearer its end. Chosen.
var firstReadiness = map[vignettev1.StageOfChange]float64{
	vignettev1.StageOfChange_STAGE_OF_CHANGE_UNSPECIFIED:      0.38,
	vignettev1.StageOfChange_STAGE_OF_CHANGE_PRECONTEMPLATION: 0.12,
	vignettev1.StageOfChange_STAGE_OF_CHANGE_CONTEMPLATION:    0.38,
	vignettev1.StageOfChange_STAGE_OF_CHANGE_PREPARATION:      0.58,
	vignettev1.StageOfChange_STAGE_OF_CHANGE_ACTION:           0.78,
	vignettev1.StageOfChange_STAGE_OF_CHANGE_MAINTENANCE:      0.97,
}

// prospect is what a client might change, ready to be talked of. A client whose card names no change has none.
type prospect struct {
	stage vignettev1.StageOfChange
	// questions are what it came to find out.
	questions []question
	// words are those of its reasons and steps: whoever says them back, reflects change talk.
	words language.Stems
}

// question is something a client wants to know.
type question struct {
	saying
	// own are the content words of the question itself.
	own language.Stems
	// answer are the words that show it has been answered, without those of the question itself; enough says how many must be in
	// one statement.
	answer language.Stems
	enough int
}

// prospectOf reads a card; nil means that it names no change.
func prospectOf(card *vignettev1.RoleCard, items []item) *prospect {
	change := card.GetChange()
	if change == nil {
		return nil
	}
	p := &prospect{stage: change.GetStage(), words: language.Stems{}}
	for i := range items {
		if items[i].kind == reason || items[i].kind == step {
			maps.Copy(p.words, items[i].stems)
		}
	}
	for _, q := range change.GetQuestions() {
		p.questions = append(p.questions, questionOf(q))
	}
	return p
}

func questionOf(q *vignettev1.OpenQuestion) question {
	own := language.StemsOf(language.Tokens(q.GetText()))
	all, answer := language.Stems{}, language.Stems{}
	for _, word := range q.GetWords() {
		stems := language.StemsOf(language.Tokens(word))
		maps.Copy(all, stems)
		for stem := range stems {
			if _, asked := own[stem]; !asked {
				answer[stem] = struct{}{}
			}
		}
	}
	if len(answer) == 0 {
		answer = all
	}
	text := tidy(q.GetText())
	return question{saying: saying{quote: language.Finish(language.Capitalise(text))}, own: own, answer: answer, enough: min(answersFrom, len(answer))}
}

// change adds what speaks for and against a change, and what could be done, as things to tell.
func (l *lister) change(change *vignettev1.Change) {
	for _, part := range []struct {
		kind  kind
		id    string
		texts []string
	}{{reason, "reason", change.GetReasons()}, {doubt, "doubt", change.GetDoubts()}, {step, "step", change.GetSteps()}} {
		for i, text := range part.texts {
			l.whole(part.kind, part.id, i, text)
		}
	}
}

// readinessOf draws how ready a client is at first, 0-1.
func readinessOf(p *prospect, luck *rand.Rand) float64 {
	if p == nil {
		return 0
	}
	return within(firstReadiness[p.stage]+readinessSpread*luck.NormFloat64(), 0, 1)
}

// stage is the stage of change a client is in now.
func (t *turn) stage() vignettev1.StageOfChange {
	if t.prospect == nil {
		return vignettev1.StageOfChange_STAGE_OF_CHANGE_UNSPECIFIED
	}
	for _, s := range stageFrom {
		if t.memory.Readiness >= s.from {
			return s.stage
		}
	}
	return vignettev1.StageOfChange_STAGE_OF_CHANGE_PRECONTEMPLATION
}

// prepared says whether a client looks for a way rather than for reasons.
func (t *turn) prepared() bool { return t.prospect != nil && t.memory.Readiness >= preparedFrom }

// weigh finds out whether what was heard answers what this client came to find out. It is to be called once a turn, before
// the client appraises.
func (t *turn) weigh() {
	m, h := t.memory, &t.heard
	if t.prospect == nil || !h.any {
		return
	}
	open := false
	for i, q := range t.prospect.questions {
		switch {
		case m.answered(i):
		case q.answeredBy(h.statements):
			m.Answered |= 1 << i
			h.answered = true
		default:
			open = open || i < m.Questions
		}
	}
	switch {
	case h.answered:
		m.Waiting = 0
	case open && h.asked != aboutRisk:
		m.Waiting++
		h.waiting = min(m.Waiting, patience)
	}
	h.changeReflected = h.reflected && h.stems.Shared(t.prospect.words) >= 2 && t.toldAny(reason, step)
	h.premature = h.asked == aboutNext && !t.prepared()
	h.stalled = t.goesNowhere()
}

// goesNowhere counts turns that only say back and comfort, and says whether there were too many of them for somebody who looks
// for a way.
func (t *turn) goesNowhere() bool {
	h, m := t.heard, t.memory
	moved := h.question || h.information || h.advice || h.permission || h.answered || h.summary
	if moved || !h.reflected && !h.validation && !h.affirmation && !h.parrot {
		m.Dwelt = 0
		return false
	}
	m.Dwelt++
	return m.Dwelt >= dwelling && t.prepared()
}

func (q question) answeredBy(statements []language.Stems) bool {
	for _, said := range statements {
		if said.Shared(q.answer) >= q.enough {
			return true
		}
	}
	return false
}

// ready lets what was heard act on readiness.
func (t *turn) ready() {
	if t.prospect == nil || !t.heard.any {
		return
	}
	h, by := t.heard, 0.0
	for _, e := range []struct {
		heard bool
		by    float64
	}{
		{h.asked == aboutChange || h.asked == aboutGoal, readyEvoked},
		{h.asked == aboutNext && !h.premature, readyPlanned},
		{h.premature, readyPremature},
		{h.changeReflected, readyReflected},
		{h.affirmation, readyAffirmed},
		{h.answered, readyAnswered},
		{h.confrontation, readyConfronted},
		{h.advice && !h.allowed, readyAdvised},
	} {
		if e.heard {
			by += e.by
		}
	}
	if by > 0 {
		by *= t.temper.gain * (0.4 + 1.2*t.memory.Trust) * (1 - t.memory.Resistance/2)
	}
	t.memory.Readiness = within(t.memory.Readiness+by, 0, 1)
}

// heardOneself lets a client learn what it wants from what it hears itself say (Miller & Rose 2009; Bem 1972).
func (t *turn) heardOneself() {
	if t.prospect == nil {
		return
	}
	if t.speech.Text() == "" { // worded elsewhere: what was told is all that is known of it
		for _, it := range t.told {
			switch it.kind {
			case reason, step:
				t.memory.Readiness += readySaidFor
			case doubt:
				t.memory.Readiness += readySaidAgainst
			}
		}
	}
	for _, piece := range t.speech.Pieces() {
		switch piece.Act {
		case "change_talk":
			t.memory.Readiness += readySaidFor
		case "sustain_talk":
			t.memory.Readiness += readySaidAgainst
		}
	}
	t.memory.Readiness = within(t.memory.Readiness, 0, 1)
}

// wonder asks what this client came to find out, or asks again; it says whether it did.
func (t *turn) wonder() bool {
	m := t.memory
	if t.prospect == nil || m.Bye || t.heard.asked == aboutRisk || m.Trust < askingFrom {
		return false
	}
	for i := range t.prospect.questions {
		switch {
		case m.answered(i):
		case i < m.Questions:
			return m.Waiting > 0 && (m.Waiting > 1 || t.luck.Float64() < 0.5) && t.say("question.again", "ask_again", nil)
		case m.Turns == 0 && !t.heard.question:
			return false
		default:
			q := item{saying: t.prospect.questions[i].saying, kind: reason}
			if t.say("question", "ask", &q) {
				m.Questions = i + 1
				return true
			}
			return false
		}
	}
	return false
}

// asked takes note of questions that were asked in words this mind did not choose.
func (t *turn) asked(said language.Stems) {
	if t.prospect == nil {
		return
	}
	for i, q := range t.prospect.questions {
		if i >= t.memory.Questions && q.own.Overlap(said) >= toldShare {
			t.memory.Questions = i + 1
		}
	}
}

// wants says whether a word belongs to a question of the client's, or to what would answer it.
func (p *prospect) wants(stem string) bool {
	if p == nil {
		return false
	}
	return slices.ContainsFunc(p.questions, func(q question) bool { return has(q.own, stem) || has(q.answer, stem) })
}

// own says something of the client's own for or against a change, or what it could do, whose gate is open.
func (t *turn) own(k kind) bool { return t.prospect != nil && t.tellNext(true, k) }

// isChange says whether something belongs to what a client might change.
func isChange(k kind) bool { return slices.Contains([]kind{reason, doubt, step}, k) }
