package coach

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/practice/risk"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Moment is a turn of the trainee and what evaluators found in it.
type Moment struct {
	// Skills is what is practised.
	Skills vignettev1.SkillSet
	// Index is the turn's, or of a draft the one it would have.
	Index int32
	// Draft says that the words were not said.
	Draft bool
	// Text is what the trainee said.
	Text string
	// Partner is the name of whoever spoke last before, Heard what they said; empty when nobody did.
	Partner, Heard string
	// Standing is where they stood then towards what the trainee asks for; unspecified where nothing is asked for.
	Standing vignettev1.Standing
	// Traps are thinking traps found in what was heard.
	Traps []*vignettev1.CodedSpan
	// Scores are those of this turn, each with its evaluator's name.
	Scores []*vignettev1.Score
	// Specs define the dimensions, by id.
	Specs map[string]*vignettev1.DimensionSpec
	// Sources are the evaluators that were asked, Missing those that could not be, and why.
	Sources []*vignettev1.FeedbackSource
	Missing []string
}

// Feedback is what is said about a moment.
func Feedback(m Moment) *vignettev1.PracticeFeedback {
	out := &vignettev1.PracticeFeedback{
		TurnIndex: m.Index, Draft: m.Draft, Text: m.Text, Skills: m.found(), Sources: m.Sources, Missing: m.Missing,
	}
	a := m.advise(out.GetSkills())
	out.Reason, out.Rewording, out.RewordingFor, out.Next = a.reason, a.rewording, a.rewordingFor, a.next
	out.Confidence = leastSure(out.GetSkills(), a.sure)
	return out
}

// Hint is what could be done in a turn that is not taken yet: what would be missing from nothing said.
func Hint(m Moment) *vignettev1.PracticeHint {
	m.Text, m.Scores = "", nil
	hint := &vignettev1.PracticeHint{TurnIndex: m.Index}
	if m.Skills == vignettev1.SkillSet_SKILL_SET_DEAR_MAN {
		return hint
	}
	a := m.advise(nil)
	hint.Next, hint.Starter = a.next, m.reflection()
	return hint
}

// advice is what is said beside the skills.
type advice struct {
	reason, rewording, rewordingFor string
	next                            *vignettev1.NextSkill
	sure                            *float64
}

func (m *Moment) advise(found []*vignettev1.SkillFound) advice {
	if m.Skills == vignettev1.SkillSet_SKILL_SET_DEAR_MAN {
		return m.adviseSpeaker()
	}
	return m.adviseHelper(found)
}

// leastSure is the confidence of the least sure of what is said, nil when none says.
func leastSure(found []*vignettev1.SkillFound, sure *float64) *float64 {
	for _, skill := range found {
		if skill.Confidence != nil && (sure == nil || skill.GetConfidence() < *sure) {
			sure = skill.Confidence
		}
	}
	return sure
}

// found are the skills in the words.
func (m *Moment) found() []*vignettev1.SkillFound {
	var out []*vignettev1.SkillFound
	for _, score := range m.Scores {
		if score.GetValue() == nil {
			continue
		}
		switch {
		case score.GetDimension() == codesOfMISC, score.GetDimension() == codesOfSupport:
			out = append(out, coded(score)...)
		case strings.HasPrefix(score.GetDimension(), "mi."):
			// The same words under other schemes.
		default:
			if skill := m.levelled(score); skill != nil {
				out = append(out, skill)
			}
		}
	}
	if m.helping() {
		if span, ok := risk.Asks(m.Text); ok {
			out = append(out, &vignettev1.SkillFound{
				Skill: "risk.asked", Title: "Asked about risk", Level: 1, Spans: []*vignettev1.Span{spanOf(span)}, Evaluator: "risk",
				Rationale:  "Asks in plain words. Asking does not put the thought into anybody's head, and it shows that it may be spoken of.",
				Definition: "Asks openly whether somebody thinks of suicide or of hurting themselves.",
			})
		}
	}
	slices.SortStableFunc(out, func(a, b *vignettev1.SkillFound) int { return cmp.Compare(firstOf(a), firstOf(b)) })
	return out
}

func (m *Moment) helping() bool { return m.Skills != vignettev1.SkillSet_SKILL_SET_DEAR_MAN }

func firstOf(skill *vignettev1.SkillFound) int32 {
	if len(skill.GetSpans()) == 0 {
		return 1 << 30
	}
	return skill.GetSpans()[0].GetStart()
}

// levelled is a skill of a dimension with levels, nil where it was not found and nothing speaks against it.
func (m *Moment) levelled(score *vignettev1.Score) *vignettev1.SkillFound {
	spec := m.Specs[score.GetDimension()]
	level := LevelOf(score, spec)
	if level <= 0 && (len(score.GetSpans()) == 0 || strategies[score.GetDimension()]) {
		return nil // Words that judge ("you always ...") are quoted for Describe at none.
	}
	skill := &vignettev1.SkillFound{
		Skill: score.GetDimension(), Title: cmp.Or(spec.GetTitle(), score.GetDimension()), Level: level, Label: score.GetValue().GetLabel(),
		Rationale: toYou.Replace(score.GetRationale()), Against: level <= 0, Evaluator: score.GetEvaluator(), Confidence: score.Confidence, Definition: spec.GetDefinition(),
	}
	for _, span := range score.GetSpans() {
		switch {
		case level <= 0:
			skill.Spans = append(skill.Spans, span.GetSpan())
		case !lessens(span, spec):
			skill.Spans = append(skill.Spans, clauseFrom(m.Text, span.GetSpan()))
		case !strategies[score.GetDimension()]:
			skill.Lessening = append(skill.Lessening, span.GetSpan())
		}
	}
	return skill
}

// clauseFrom is a span to the end of its clause: evaluators quote the words that told them ("I'd like to"), and a reader wants to see what
// they say ("I'd like to leave at two on Tuesdays").
func clauseFrom(text string, span *vignettev1.Span) *vignettev1.Span {
	runes := []rune(text)
	end := int(span.GetEnd())
	if span.GetStart() < 0 || span.GetStart() >= span.GetEnd() || end > len(runes) {
		return span
	}
	for _, token := range language.Tokens(text) {
		if token.Start < end {
			continue
		}
		if token.Kind == language.Punct || clauseStarts[token.Norm] || token.End-int(span.GetStart()) > longestQuote {
			break
		}
		end = token.End
	}
	return &vignettev1.Span{Start: span.GetStart(), End: int32(end), Quote: string(runes[span.GetStart():end])}
}

// clauseStarts are words that most often begin another clause.
var clauseStarts = map[string]bool{"and": true, "but": true, "so": true, "because": true, "or": true, "then": true}

// lessens says whether words speak against what they are quoted for: they have the lowest of its levels.
func lessens(span *vignettev1.CodedSpan, spec *vignettev1.DimensionSpec) bool {
	return len(spec.GetLabels()) > 0 && span.GetLabel() == spec.GetLabels()[0]
}

// strategies are skills whose absence works against nobody, whatever words an evaluator quotes to explain it: "I see that" reinforces
// nothing, and harms nothing. What attacks, gives in or makes small is seen by the others, and what judges by Describe.
var strategies = map[string]bool{expresses: true, reinforces: true, negotiates: true}

// LevelOf is a score on 0-1 of its dimension's range.
func LevelOf(score *vignettev1.Score, spec *vignettev1.DimensionSpec) float64 {
	low, high := spec.GetMin(), spec.GetMax()
	if !(high > low) {
		low, high = 0, 1
	}
	return min(1, max(0, (score.GetValue().GetNumber()-low)/(high-low)))
}

// coded are the skills of a dimension of codes: one for each code, with all its words.
func coded(score *vignettev1.Score) []*vignettev1.SkillFound {
	var out []*vignettev1.SkillFound
	for _, span := range score.GetSpans() {
		c, known := codes[span.GetLabel()]
		if !known {
			continue
		}
		i := slices.IndexFunc(out, func(s *vignettev1.SkillFound) bool { return s.GetSkill() == c.skill })
		if i < 0 {
			out = append(out, &vignettev1.SkillFound{
				Skill: c.skill, Title: c.title, Level: 1, Against: c.against, Evaluator: score.GetEvaluator(), Confidence: score.Confidence,
				Rationale: c.means, Definition: c.means,
			})
			i = len(out) - 1
		}
		out[i].Spans = append(out[i].Spans, span.GetSpan())
	}
	return out
}

func spanOf(span language.Span) *vignettev1.Span {
	return &vignettev1.Span{Start: int32(span.Start), End: int32(span.End), Quote: span.Quote}
}

// adviseSpeaker goes by the evaluator that knows the objective: it says which skill would help most now, and words it.
func (m *Moment) adviseSpeaker() advice {
	if m.Standing == vignettev1.Standing_STANDING_AGREED {
		if thanks.In(language.Tokens(m.Text)) {
			return advice{reason: m.lead() + "You thanked them. There is nothing left to ask for: settle what is open, or finish."}
		}
		done := (&Request{Objective: &vignettev1.Objective{}, Standing: m.Standing, Partner: m.Partner}).closing(cmp.Or(m.Partner, "The other"))
		return advice{reason: m.lead() + done.why, next: &vignettev1.NextSkill{Skill: done.skill, Title: titles[done.skill], Why: "Who is thanked knows that the yes was worth something."}}
	}
	chosen := m.judging()
	if chosen == nil {
		chosen = m.weakest()
	}
	if chosen == nil {
		return advice{reason: m.lead() + "All that this moment asks for is there. Keep to it."}
	}
	spec := m.Specs[chosen.GetDimension()]
	title := cmp.Or(spec.GetTitle(), chosen.GetDimension())
	a := advice{
		reason: m.lead() + title + ": " + language.Finish(toYou.Replace(cmp.Or(chosen.GetRationale(), chosen.GetMissing().GetDetail()))),
		next:   &vignettev1.NextSkill{Skill: chosen.GetDimension(), Title: title, Why: whySpeaker[chosen.GetDimension()]},
		sure:   chosen.Confidence,
	}
	if chosen.GetSuggestion() == "" {
		chosen = cmp.Or(m.weakest(), chosen) // A judgement is left out of what is suggested for another skill, too.
	}
	if a.rewording = chosen.GetSuggestion(); a.rewording != "" {
		a.rewordingFor = chosen.GetDimension()
	}
	return a
}

// thanks are words of thanks, English.
var thanks = language.NewPhrases("thank|thanks|grateful|appreciate")

// toYou says to the trainee what an evaluator says of a speaker.
var toYou = strings.NewReplacer("The speaker's", "Your", "the speaker's", "your", "The speaker is", "You are", "the speaker is", "you are")

// resisted says that something was said against what the trainee asks for: before that, and after a question, there is nothing to
// meet halfway, whatever an evaluator of single turns takes for a no.
func (m *Moment) resisted() bool {
	switch m.Standing {
	case vignettev1.Standing_STANDING_UNASKED, vignettev1.Standing_STANDING_ASKED, vignettev1.Standing_STANDING_QUESTIONED:
		return false
	}
	return true
}

// judging is the score of Describe where words judge instead of describing; nil where none do. Whoever is judged defends themselves, so that
// it comes first, whatever else would help.
func (m *Moment) judging() *vignettev1.Score {
	for _, score := range m.Scores {
		if score.GetDimension() == describes && score.GetValue() != nil && LevelOf(score, m.Specs[describes]) <= 0 && len(score.GetSpans()) > 0 {
			return score
		}
	}
	return nil
}

// weakest is the score that carries a suggestion, else the lowest one that is not full; nil when all are.
func (m *Moment) weakest() *vignettev1.Score {
	var lowest *vignettev1.Score
	for _, score := range m.Scores {
		if score.GetDimension() == negotiates && !m.resisted() {
			continue
		}
		if score.GetSuggestion() != "" {
			return score
		}
		if score.GetValue() == nil {
			continue
		}
		level := LevelOf(score, m.Specs[score.GetDimension()])
		if level < 1 && (lowest == nil || level < LevelOf(lowest, m.Specs[lowest.GetDimension()])) {
			lowest = score
		}
	}
	return lowest
}

// lead says what the turn answered.
func (m *Moment) lead() string {
	quote := lastClause(m.Heard)
	if quote == "" {
		return ""
	}
	return fmt.Sprintf("%s had said “%s” ", m.Partner, quote)
}

// lastClause is the last sentence of some words, shortened.
func lastClause(text string) string {
	sentences := language.Sentences(text)
	if len(sentences) == 0 {
		return ""
	}
	return shorten(sentences[len(sentences)-1].Quote)
}

const longestQuote = 90

func shorten(text string) string {
	runes := []rune(text)
	if len(runes) <= longestQuote {
		return text
	}
	cut := string(runes[:longestQuote])
	if i := strings.LastIndex(cut, " "); i > 0 {
		cut = cut[:i]
	}
	return cut + " …"
}

// adviseHelper goes by what helpers do: what works against them first, then what the moment lacks.
func (m *Moment) adviseHelper(found []*vignettev1.SkillFound) advice {
	for _, problem := range []func([]*vignettev1.SkillFound) (advice, bool){m.pushes, m.crowds, m.passesOver, m.closes, m.stays} {
		if a, ok := problem(found); ok {
			return a
		}
	}
	return advice{reason: m.lead() + "You take it up and leave room. Go on like this.", next: m.nextOf(affirms)}
}

func (m *Moment) nextOf(c code) *vignettev1.NextSkill {
	return &vignettev1.NextSkill{Skill: c.skill, Title: c.title, Why: c.why}
}

// pushes is when the words confront, direct, warn or advise unasked.
func (m *Moment) pushes(found []*vignettev1.SkillFound) (advice, bool) {
	i := slices.IndexFunc(found, func(s *vignettev1.SkillFound) bool { return s.GetAgainst() && len(s.GetSpans()) > 0 })
	if i < 0 {
		return advice{}, false
	}
	against := found[i]
	quote := shorten(against.GetSpans()[0].GetQuote())
	a := advice{sure: against.Confidence}
	switch against.GetSkill() {
	case "mi.confront", "mi.warn":
		a.reason = m.lead() + fmt.Sprintf("“%s” puts %s in the wrong, and who is put in the wrong defends themselves.", quote, cmp.Or(m.Partner, "the other"))
		a.next = m.nextOf(reflects)
		a.rewording, a.rewordingFor = m.insteadOf(against.GetSpans()), reflects.skill
	default:
		a.reason = m.lead() + fmt.Sprintf("“%s” tells what to do before it was asked for.", quote)
		a.next = m.nextOf(permits)
		a.rewording, a.rewordingFor = m.askFirst(against.GetSpans()), permits.skill
	}
	return a, true
}

// crowds is when several questions stand in one turn.
func (m *Moment) crowds([]*vignettev1.SkillFound) (advice, bool) {
	questions := m.questions()
	if len(questions) < 2 {
		return advice{}, false
	}
	return advice{
		reason:    m.lead() + fmt.Sprintf("You ask %d things at once; the first is lost by the last. One is enough.", len(questions)),
		next:      m.nextOf(opens),
		rewording: m.oneQuestion(questions), rewordingFor: opens.skill, sure: proto.Float64(0.8),
	}, true
}

// passesOver is when nothing of what was told is taken up.
func (m *Moment) passesOver(found []*vignettev1.SkillFound) (advice, bool) {
	reflection := m.reflection()
	if reflection == "" || has(found, reflects.skill, "mi.simple_reflection", "support.restatement", "support.reflection_of_feelings", "empathy.interpretations") {
		return advice{}, false
	}
	a := advice{next: m.nextOf(reflects), rewordingFor: reflects.skill, sure: proto.Float64(0.6)}
	a.reason = m.lead() + "Nothing of that is in your answer yet. Say back first what you understood."
	if len(m.Traps) > 0 {
		a.reason = fmt.Sprintf("%s said “%s”, which has the form of %s. Nothing of that is in your answer yet. Say it back before you ask what speaks for it and against it.",
			m.Partner, shorten(m.Traps[0].GetSpan().GetQuote()), strings.ReplaceAll(m.Traps[0].GetLabel(), "_", " "))
	}
	if m.Text != "" {
		a.rewording = language.Join(reflection, m.Text)
	}
	return a, true
}

// closes is when all that is asked can be answered with yes or no.
func (m *Moment) closes([]*vignettev1.SkillFound) (advice, bool) {
	questions := m.questions()
	if len(questions) != 1 || !questions[0].closed {
		return advice{}, false
	}
	a := advice{
		reason: m.lead() + fmt.Sprintf("“%s” can be answered with yes or no. Left open, it lets %s say what matters.", shorten(questions[0].Quote), cmp.Or(m.Partner, "the other")),
		next:   m.nextOf(opens), sure: proto.Float64(0.7),
	}
	if open := opened(questions[0].Sentence); open != "" {
		a.rewording, a.rewordingFor = replace(m.Text, questions[0].Span, open), opens.skill
	}
	return a, true
}

// stays is when what was said is said back and nothing is added.
func (m *Moment) stays(found []*vignettev1.SkillFound) (advice, bool) {
	if !has(found, "mi.simple_reflection", "support.restatement") || has(found, reflects.skill, "support.reflection_of_feelings") {
		return advice{}, false
	}
	return advice{reason: m.lead() + "You say it back as it was said. Go one step further: what may it mean, or feel like?", next: m.nextOf(reflects)}, true
}

func has(found []*vignettev1.SkillFound, skills ...string) bool {
	return slices.ContainsFunc(found, func(s *vignettev1.SkillFound) bool { return slices.Contains(skills, s.GetSkill()) && s.GetLevel() > 0 })
}

// Level is how well one skill that has levels was shown in a turn.
type Level struct {
	Skill, Title string
	Value        float64 // 0-1
	Quote        string  // the words that show it, "" where it was not shown
}

// Levels are the skills with levels that apply to a moment.
func Levels(m Moment) []Level {
	var out []Level
	for _, score := range m.Scores {
		spec := m.Specs[score.GetDimension()]
		if score.GetValue() == nil || strings.HasPrefix(score.GetDimension(), "mi.") || score.GetDimension() == codesOfSupport {
			continue
		}
		level := Level{Skill: score.GetDimension(), Title: cmp.Or(spec.GetTitle(), score.GetDimension()), Value: LevelOf(score, spec)}
		for _, span := range score.GetSpans() {
			if level.Value > 0 && !lessens(span, spec) {
				level.Quote = clauseFrom(m.Text, span.GetSpan()).GetQuote()
				break
			}
		}
		out = append(out, level)
	}
	return out
}
