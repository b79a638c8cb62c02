package dearman

import (
	"math"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// Weighing evidence. The rules of a skill find its evidence; how much of it there has to be, and what speaks against it in the
// rest of the utterance, is a matter of degree. So for some skills the level is decided by a sum: each sign below, 0 and more,
// times its weight (weights.go), held against two thresholds. The rules' own verdict is the first sign. That is done where the
// objective is one plain statement: the rules then know little of what the talk is about, and take too much for it. Where
// facts, gains and compromises are given they know, and decide.

// sign is something in an utterance that speaks for or against a level.
type sign struct {
	name string
	// says goes on behind "weighed down by" and "borne out by".
	says string
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

func strong(s skill) func(*moment, *findings) float64 {
	return func(_ *moment, f *findings) float64 { return yes(f[s].Level == utterance.Strong) }
}

// inFull is a sign that counts only where the objective says more than one sentence: the rules know more then.
func inFull(read func(*moment, *findings) float64) func(*moment, *findings) float64 {
	return func(m *moment, f *findings) float64 {
		if m.matter.plain {
			return 0
		}
		return read(m, f)
	}
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
		norm := utterance.FirstPart(token.Norm)
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
		if !language.IsStopWord(token.Norm) && m.other.said[token.Norm] {
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
	return s.Form != language.NoQuestion && s.stems.Shared(m.matter.all) == 0 && len(language.Words(s.Tokens)) > 3 && !agreeCue.Phrases.In(s.Tokens) &&
		!openCue.Phrases.In(s.Tokens) && !m.substance(s)
}

// startsAstray says whether the first sentence of some length answers the other and has nothing to do with what is wanted.
func startsAstray(m *moment, _ *findings) float64 {
	for _, s := range m.sentences {
		if len(language.Words(s.Tokens)) < 4 {
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
		n := len(language.Words(s.Tokens))
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

func plainly(m *moment, _ *findings) float64 { return yes(m.matter.plain) }

var (
	reaction  = utterance.Phrases(`ha; haha; hah; oh here; oh please; well well; lovely; says the; and whose; typical; not true; look who; who; funny; blimey; goodness; awww; aww; spare me`)
	asideCue  = utterance.Phrases(`by the way; btw; incidentally; speaking of; that reminds me; did i tell; have you seen|heard|read|tried|been; how is your|the; how are your|the; remember when|that; i should add; do not get me started; did you ever; lol; haha; hehe; saw you; any good; you know what; ps; p s; i see ?you ?have; blimey; omg; typical; says the|that; who knows; as it happens; funny; used to`)
	thirdCue  = utterance.Phrases(`he; she; they; his; her; their; my _; your _; those; that lot; them`)
	eitherCue = utterance.Phrases(`or i|we|you|he|she|they|maybe|perhaps|could|if|a|the|just|from|only|half|ask|let|take|on|else|somebody|someone|another|something|one|some; either; the first; the second; the third; option; instead; failing that; alternatively; half; in two|three|steps|parts|pieces|instalments|installments; at first; to begin|start with; somebody|someone else`)
	handsOver = utterance.Phrases(`which one|of|would|do|suits|shall|is; what would|suits|works|do you; your pick|call|choice; you pick|choose|decide|tell|say; tell me which|what; choose one|what; pick one|a|the; what is your; what do you; would|could one|any|either of; whichever; your own version|idea|proposal; how do you want; or what do you`)
)

// weighed are the skills whose level is weighed, with their signs. The order is that of the weights.
var weighed = map[skill][]sign{
	describe: {
		{"level", "", rank(describe)},
		{"strong", "", strong(describe)},
		{"level, in full", "", inFull(rank(describe))},
		{"strong, in full", "", inFull(strong(describe))},
		{"plain", "", plainly},
		{"strong hits", "several facts", hitsAt(describe, utterance.Strong)},
		{"weak hits", "general statements", hitsAt(describe, utterance.Weak)},
		{"figures", "figures and dates", figures},
		{"told", "what happened", told},
		{"known", "what names the matter", known},
		{"share of figures", "how much of it is figures and dates", perSentence(figures)},
		{"share of facts", "how much of it is facts", perSentence(hitsAt(describe, utterance.Strong))},
		{"share told", "how much of it tells what happened", perSentence(told)},
		{"off topic", "how much is about something else", offTopic},
		{"asides", "asides", asides},
		{"others", "how much is about others", others},
		{"retorts", "an answer to a diversion", retorts},
		{"ends astray", "a change of subject at the end", endsAstray},
		{"gives in", "giving in", givesIn},
		{"attack", "an attack", hasFault(utterance.Attack, utterance.Judgement, utterance.Sarcasm)},
		{"long", "its length", long},
		{"moved", "what is done for the objective", moved},
	},
	mindful: {
		{"level", "", rank(mindful)},
		{"strong", "", strong(mindful)},
		{"level, in full", "", inFull(rank(mindful))},
		{"strong, in full", "", inFull(strong(mindful))},
		{"assert", "what is asked or refused", rank(assert)},
		{"describe", "the facts", rank(describe)},
		{"reinforce", "the gain", rank(reinforce)},
		{"negotiate", "the offer", rank(negotiate)},
		{"express", "the feeling", rank(express)},
		{"empty", "that nothing is done for the objective", empty},
		{"attack", "an attack", hasFault(utterance.Attack)},
		{"sarcasm", "sarcasm", hasFault(utterance.Sarcasm)},
		{"judgement", "a judgement", hasFault(utterance.Judgement)},
		{"threat", "a threat", hasFault(utterance.Threat)},
		{"gives in", "giving in", givesIn},
		{"retorts", "a retort to the other's words", retorts},
		{"asides", "asides", asides},
		{"ends astray", "a change of subject at the end", endsAstray},
		{"starts astray", "a beginning about something else", startsAstray},
		{"talk", "talk that does nothing for the objective", talk},
		{"others", "how much is about others", others},
		{"off topic", "how much is about something else", offTopic},
		{"named", "what names the matter", named},
		{"loud", "exclamations", loud},
		{"doubts", "doubts", doubted},
		{"long", "its length", long},
		{"plain", "how little the objective says", plainly},
	},
	confident: {
		{"level", "", rank(confident)},
		{"strong", "", strong(confident)},
		{"level, in full", "", inFull(rank(confident))},
		{"strong, in full", "", inFull(strong(confident))},
		{"assert", "what is asked or refused", rank(assert)},
		{"doubts", "doubts", doubted},
		{"many doubts", "many doubts", doubtedMuch},
		{"doubtless", "that there is no doubt in it", doubtless},
		{"sorry", "apologies", counted(sorryCue, 4)},
		{"hedges", "hedges", counted(hedgeCue, 5)},
		{"small", "making oneself small", counted(belittles, 3)},
		{"gives in", "giving in", givesIn},
		{"empty", "that nothing is stood for", empty},
		{"attack", "an attack", hasFault(utterance.Attack, utterance.Sarcasm)},
		{"threat", "a threat", hasFault(utterance.Threat)},
		{"long", "its length", long},
		{"plain", "how little the objective says", plainly},
	},
	negotiate: {
		{"level", "", rank(negotiate)},
		{"strong", "", strong(negotiate)},
		{"level, in full", "", inFull(rank(negotiate))},
		{"strong, in full", "", inFull(strong(negotiate))},
		{"plain", "", plainly},
		{"strong hits", "several offers", hitsAt(negotiate, utterance.Strong)},
		{"weak hits", "a search for a way", hitsAt(negotiate, utterance.Weak)},
		{"alternatives", "ways set side by side", alternatives},
		{"hands over", "that the choice is the other's", hands},
		{"figures", "figures and dates", figures},
		{"gives in", "giving in", givesIn},
		{"attack", "an attack", hasFault(utterance.Attack, utterance.Judgement, utterance.Sarcasm)},
		{"doubts", "doubts", doubted},
		{"long", "its length", long},
	},
}

// signs are what a skill is weighed by in an utterance.
func (m *moment) signs(s skill, f *findings) []float64 {
	list := weighed[s]
	out := make([]float64, len(list))
	for i, each := range list {
		out[i] = each.read(m, f)
	}
	return out
}

// weigh decides the level of a skill by the sum of its signs, and says what told where that is not the rules' verdict.
func (m *moment) weigh(s skill, all *findings) {
	f := &all[s]
	w, ok := weights[s]
	if !ok || f.Level < utterance.None || !m.matter.plain || s == negotiate && m.words < roomy {
		return
	}
	values := m.signs(s, all)
	level := w.level(values)
	if level > f.Level && !s.state() && !f.Shown() {
		h, ok := m.witness(s)
		if !ok {
			return // nothing could be quoted for it
		}
		f.Add(h)
	}
	if level == f.Level {
		return
	}
	because := weighed[s][w.told(weighed[s], values, level > f.Level)].says
	if level < f.Level {
		f.Lower(level, "Taken as a whole it is less than its words, for "+because)
		return
	}
	f.Raise(level, "Taken as a whole it is more than each of its words, for "+because)
}

// roomy is how many words an utterance has at least in which offers stand beside so much else that they are weighed. Chosen by how
// well utterances of other lengths came out.
const roomy = 25

// witness finds words for a strategy in which the rules found none: of Negotiate ways set side by side or a choice handed
// over, of Describe what is told with figures or in the past.
func (m *moment) witness(s skill) (utterance.Hit, bool) {
	for _, each := range m.sentences {
		if each.Broken || len(each.Faults) > 0 {
			continue
		}
		switch {
		case s == negotiate && (eitherCue.In(each.Tokens) || handsOver.In(each.Tokens)):
			return utterance.Hit{Level: utterance.Weak, Span: m.whole(each), Why: "sets ways side by side"}, true
		case s == describe && each.Form == language.NoQuestion && (isConcrete(each.Tokens) || past(each.Tokens)) && !unreal.In(each.Tokens):
			return utterance.Hit{Level: utterance.Weak, Span: m.whole(each), Why: whySketched}, true
		}
	}
	return utterance.Hit{}, false
}

// scale is how the signs of a skill are weighed: the sum against the threshold of weak and the one of strong.
type scale struct {
	weights      []float64
	weak, strong float64
}

func (w scale) sum(values []float64) float64 {
	sum := 0.0
	for i, v := range values {
		sum += w.weights[i] * v
	}
	return sum
}

func (w scale) level(values []float64) utterance.Level {
	switch sum := w.sum(values); {
	case sum >= w.strong:
		return utterance.Strong
	case sum >= w.weak:
		return utterance.Weak
	}
	return utterance.None
}

// own is how many of the signs are the rules' own verdict, at least.
const own = 2

// told is the sign that tells most, for a level above the rules' or for one below.
func (w scale) told(list []sign, values []float64, up bool) int {
	best, at := math.Inf(-1), own
	for i := own; i < len(values); i++ {
		points := w.weights[i] * values[i]
		if !up {
			points = -points
		}
		if says := list[i].says; says != "" && values[i] > 0 && points > best {
			best, at = points, i
		}
	}
	return at
}
