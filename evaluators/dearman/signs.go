package dearman

import (
	"math"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// Signs are what an utterance as a whole is weighed by, beside the rules' verdict and what its sentences read like (hybrid.go).

// sign is something in an utterance that speaks for or against a level.
type sign struct {
	name string
	read func(m *moment, f *findings) float64
}

type findings = [skills]utterance.Finding

// upTo bounds a count: the fourth of a kind tells little.
func upTo(n, most int) float64 { return float64(min(n, most)) }

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// rank is the rules' verdict on a skill, 0-2.
func rank(s skill) func(*moment, *findings) float64 {
	return func(_ *moment, f *findings) float64 { return float64(max(f[s].Level, utterance.None)) }
}

func hitsAt(s skill, level utterance.Level) func(*moment, *findings) float64 {
	return func(_ *moment, f *findings) float64 {
		n := 0
		for _, h := range f[s].Hits {
			if h.Level == level {
				n++
			}
		}
		return upTo(n, 4)
	}
}

func hasFault(kinds ...utterance.FaultKind) func(*moment, *findings) float64 {
	return func(m *moment, _ *findings) float64 {
		_, ok := m.fault(kinds...)
		return yes(ok)
	}
}

func givesIn(m *moment, _ *findings) float64 {
	_, ok := m.lastFault(utterance.Capitulation)
	return yes(ok)
}

func counted(cue utterance.Cue, most int) func(*moment, *findings) float64 {
	return func(m *moment, _ *findings) float64 {
		n := 0
		for _, s := range m.sentences {
			n += len(cue.Phrases.Find(s.Said))
		}
		return upTo(n, most)
	}
}

// figures counts the figures and dates in what is told: in sentences that neither ask nor say what would be.
func figures(m *moment, _ *findings) float64 {
	n := 0
	for _, s := range m.sentences {
		if s.Broken || s.Form != language.NoQuestion {
			continue
		}
		for _, c := range clauses(s) {
			tokens := s.Tokens[c.First:c.Last]
			if unreal.In(tokens) || offerCue.Phrases.In(tokens) || m.acts(tokens) {
				continue
			}
			for i, token := range tokens {
				if token.Kind == language.Number || utterance.Dating[token.Norm] && !standsIn(tokens, i) {
					n++
				}
			}
		}
	}
	return upTo(n, 6)
}

// told counts the clauses that say in the past what happened.
func told(m *moment, _ *findings) float64 {
	n := 0
	for _, s := range m.sentences {
		if s.Broken || s.Form != language.NoQuestion || len(s.Faults) > 0 {
			continue
		}
		for _, c := range clauses(s) {
			if past(s.Tokens[c.First:c.Last]) {
				n++
			}
		}
	}
	return upTo(n, 4)
}

func past(tokens []language.Token) bool {
	if unreal.In(tokens) || ownFeeling(tokens) {
		return false
	}
	for _, token := range tokens {
		norm := token.First()
		if norm == "was" || norm == "were" || norm == "had" || norm == "did" || observed[norm] && norm != "has" && norm != "have" {
			return true
		}
		if _, ok := language.BaseOfPast(norm); ok {
			return true
		}
	}
	return false
}

// known counts the evidence of Describe that names the matter, or what was said about it, in words of content.
func known(m *moment, f *findings) float64 {
	n := 0
	for _, h := range f[describe].Hits {
		if h.Level > utterance.None && contentOf(h.Span.Quote).Shared(m.matter.all) > 0 {
			n++
		}
	}
	return upTo(n, 3)
}

// perSentence is a count by sentence: two figures in two sentences are the point of them, in ten they may be by the way.
func perSentence(read func(*moment, *findings) float64) func(*moment, *findings) float64 {
	return func(m *moment, f *findings) float64 {
		return min(2, read(m, f)/float64(max(1, len(m.sentences))))
	}
}

// retorts says whether the utterance begins with the other's words as a question or an exclamation, or with a reaction to them.
func retorts(m *moment, _ *findings) float64 {
	if len(m.sentences) == 0 || !m.other.spoke {
		return 0
	}
	s := m.sentences[0]
	end := s.Tokens[len(s.Tokens)-1].Norm
	if end != "?" && end != "!" {
		return yes(reaction.StartsWith(s.Tokens))
	}
	for _, token := range language.Words(s.Tokens) {
		if !token.IsStopWord() && m.other.said.has(token.Norm) {
			return 1
		}
	}
	return yes(reaction.StartsWith(s.Tokens))
}

// asides counts marks of going off to something else: words that announce it, chat, brackets, and questions that neither
// name what is wanted nor ask for it.
func asides(m *moment, _ *findings) float64 {
	n := 0
	for _, s := range m.sentences {
		n += len(asideCue.Find(s.Tokens))
		if strayQuestion(m, s) {
			n++
		}
		if s.Tokens[0].Norm == "(" {
			n++
		}
	}
	return upTo(n, 4)
}

func strayQuestion(m *moment, s *sentence) bool {
	return s.Form != language.NoQuestion && s.stems.Shared(m.matter.all) == 0 && language.CountWords(s.Tokens) > 3 && !agreeCue.Phrases.In(s.Tokens) &&
		!openCue.Phrases.In(s.Tokens) && !m.substance(s)
}

// startsAstray says whether the first sentence of some length answers the other and has nothing to do with what is wanted.
func startsAstray(m *moment, _ *findings) float64 {
	for _, s := range m.sentences {
		if language.CountWords(s.Tokens) < 4 {
			continue
		}
		return yes(m.other.spoke && s.stems.Shared(m.matter.all) == 0 && !m.substance(s) && !empathyCue.In(s.Tokens))
	}
	return 0
}

// talk is the length of an utterance that does nothing for the objective.
func talk(m *moment, f *findings) float64 { return empty(m, f) * long(m, f) }

func endsAstray(m *moment, _ *findings) float64 {
	return yes(len(m.sentences) > 1 && strayQuestion(m, m.sentences[len(m.sentences)-1]))
}

// others is the share of sentences about somebody who is neither speaker nor listener, and not about what is wanted.
func others(m *moment, _ *findings) float64 {
	n := 0
	for _, s := range m.sentences {
		if s.stems.Shared(m.matter.all) == 0 && thirdCue.In(s.Tokens) && !m.substance(s) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(m.sentences)))
}

// offTopic is the share of words in sentences that share no word of content with the objective and do nothing for it.
func offTopic(m *moment, _ *findings) float64 {
	far, all := 0, 0
	for _, s := range m.sentences {
		n := language.CountWords(s.Tokens)
		all += n
		if s.stems.Shared(m.matter.all) == 0 && !m.substance(s) {
			far += n
		}
	}
	return float64(far) / float64(max(1, all))
}

func named(m *moment, _ *findings) float64 { return upTo(m.stems.Shared(m.matter.request), 3) }

func long(m *moment, _ *findings) float64 { return math.Log2(float64(m.words)+1) / 6 }

func doubted(m *moment, _ *findings) float64 {
	points, _ := m.doubts()
	return upTo(points, 8)
}

func doubtedMuch(m *moment, _ *findings) float64 {
	points, _ := m.doubts()
	return yes(points > 2)
}

func doubtless(m *moment, _ *findings) float64 {
	points, _ := m.doubts()
	return yes(points == 0)
}

func loud(m *moment, _ *findings) float64 {
	n := 0
	for _, s := range m.sentences {
		if s.Tokens[len(s.Tokens)-1].Norm == "!" {
			n++
		}
	}
	return upTo(n, 3)
}

func empty(m *moment, f *findings) float64 {
	return yes(moves(*f) == utterance.None && f[describe].Level <= utterance.None)
}

func moved(_ *moment, f *findings) float64 { return float64(moves(*f)) }

// alternatives counts the ways that an utterance sets side by side.
func alternatives(m *moment, _ *findings) float64 {
	n := 0
	for _, s := range m.sentences {
		n += len(eitherCue.Find(s.Tokens))
	}
	return upTo(n, 4)
}

func hands(m *moment, _ *findings) float64 { return yes(m.anywhere(handsOver)) }

var (
	reaction  = utterance.Phrases(`ha; haha; hah; oh here; oh please; well well; lovely; says the; and whose; typical; not true; look who; who; funny; blimey; goodness; awww; aww; spare me`)
	asideCue  = utterance.Phrases(`by the way; btw; incidentally; speaking of; that reminds me; did i tell; have you seen|heard|read|tried|been; how is your|the; how are your|the; remember when|that; i should add; do not get me started; did you ever; lol; haha; hehe; saw you; any good; you know what; ps; p s; i see ?you ?have; blimey; omg; typical; says the|that; who knows; as it happens; funny; used to`)
	thirdCue  = utterance.Phrases(`he; she; they; his; her; their; my _; your _; those; that lot; them`)
	eitherCue = utterance.Phrases(`or i|we|you|he|she|they|maybe|perhaps|could|if|a|the|just|from|only|half|ask|let|take|on|else|somebody|someone|another|something|one|some; either; the first; the second; the third; option; instead; failing that; alternatively; half; in two|three|steps|parts|pieces|instalments|installments; at first; to begin|start with; somebody|someone else`)
	handsOver = utterance.Phrases(`which one|of|would|do|suits|shall|is; what would|suits|works|do you; your pick|call|choice; you pick|choose|decide|tell|say; tell me which|what; choose one|what; pick one|a|the; what is your; what do you; would|could one|any|either of; whichever; your own version|idea|proposal; how do you want; or what do you`)
)

// What several skills are weighed by is read once for all of them.
const (
	keptFigures = iota
	keptTold
	keptAsides
	keptOthers
	keptOffTopic
	keptHedges
	keptEnds
	keptRetorts
	keptSigns
)

// signsRead are the signs that were read already.
type signsRead struct {
	values [keptSigns]float64
	have   [keptSigns]bool
}

// once reads a sign when it is first asked for. It may depend on the utterance only, not on findings.
func once(slot int, read func(*moment, *findings) float64) func(*moment, *findings) float64 {
	return func(m *moment, f *findings) float64 {
		if !m.signs.have[slot] {
			m.signs.values[slot], m.signs.have[slot] = read(m, f), true
		}
		return m.signs.values[slot]
	}
}

// signs of each skill. Their names are those of features in the trained file.
var signs = [skills][]sign{
	describe: {
		{"strong hits", hitsAt(describe, utterance.Strong)},
		{"weak hits", hitsAt(describe, utterance.Weak)},
		{"figures", once(keptFigures, figures)},
		{"told", once(keptTold, told)},
		{"known", known},
		{"share of figures", perSentence(once(keptFigures, figures))},
		{"share of facts", perSentence(hitsAt(describe, utterance.Strong))},
		{"share told", perSentence(once(keptTold, told))},
		{"off topic", once(keptOffTopic, offTopic)},
		{"asides", once(keptAsides, asides)},
		{"others", once(keptOthers, others)},
		{"retorts", once(keptRetorts, retorts)},
		{"ends astray", once(keptEnds, endsAstray)},
		{"gives in", givesIn},
		{"attack", hasFault(utterance.Attack, utterance.Judgement, utterance.Sarcasm)},
		{"long", long},
		{"moved", moved},
	},
	express:   plainSigns,
	assert:    plainSigns,
	reinforce: plainSigns,
	negotiate: {
		{"strong hits", hitsAt(negotiate, utterance.Strong)},
		{"weak hits", hitsAt(negotiate, utterance.Weak)},
		{"alternatives", alternatives},
		{"hands over", hands},
		{"figures", once(keptFigures, figures)},
		{"gives in", givesIn},
		{"attack", hasFault(utterance.Attack, utterance.Judgement, utterance.Sarcasm)},
		{"doubts", doubted},
		{"long", long},
	},
	mindful: {
		{"assert", rank(assert)},
		{"describe", rank(describe)},
		{"reinforce", rank(reinforce)},
		{"negotiate", rank(negotiate)},
		{"express", rank(express)},
		{"empty", empty},
		{"attack", hasFault(utterance.Attack)},
		{"sarcasm", hasFault(utterance.Sarcasm)},
		{"judgement", hasFault(utterance.Judgement)},
		{"threat", hasFault(utterance.Threat)},
		{"gives in", givesIn},
		{"retorts", once(keptRetorts, retorts)},
		{"asides", once(keptAsides, asides)},
		{"ends astray", once(keptEnds, endsAstray)},
		{"starts astray", startsAstray},
		{"talk", talk},
		{"others", once(keptOthers, others)},
		{"off topic", once(keptOffTopic, offTopic)},
		{"named", named},
		{"loud", loud},
		{"doubts", doubted},
		{"long", long},
	},
	confident: {
		{"assert", rank(assert)},
		{"doubts", doubted},
		{"many doubts", doubtedMuch},
		{"doubtless", doubtless},
		{"sorry", counted(sorryCue, 4)},
		{"hedges", once(keptHedges, counted(hedgeCue, 5))},
		{"small", counted(belittles, 3)},
		{"gives in", givesIn},
		{"empty", empty},
		{"attack", hasFault(utterance.Attack, utterance.Sarcasm)},
		{"threat", hasFault(utterance.Threat)},
		{"long", long},
	},
}

var plainSigns = []sign{
	{"attack", hasFault(utterance.Attack, utterance.Sarcasm)},
	{"threat", hasFault(utterance.Threat)},
	{"judgement", hasFault(utterance.Judgement)},
	{"gives in", givesIn},
	{"doubts", doubted},
	{"long", long},
	{"off topic", once(keptOffTopic, offTopic)},
	{"hedges", once(keptHedges, counted(hedgeCue, 5))},
	{"empty", empty},
}
