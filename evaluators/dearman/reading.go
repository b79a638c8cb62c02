package dearman

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/language/linear"
)

// What sentences and utterances are read by, as features. Their names are in the trained file: whoever changes one trains again.

// readSentence fills a bag with what a sentence is read by: its words and pairs of words, with figures, days and the words of the
// objective made alike, what the rules found in it, and its form.
func (m *moment) readSentence(bag *linear.Bag, i int, f *findings) {
	bag.Reset()
	s := m.sentences[i]
	start, end := s.Tokens[0].Start, s.Tokens[len(s.Tokens)-1].End
	add := func(name string, value float64) { bag.Add(name, value, start, end) }
	bag.Words("w", m.written(s), 2)
	for k := describe; k <= negotiate; k++ {
		for _, h := range f[k].Hits {
			if h.Level > utterance.None && h.Span.Start < end && h.Span.End > start {
				bag.Add(ruleNames[k][h.Level], 1, h.Span.Start, h.Span.End)
			}
		}
	}
	for _, fault := range s.Faults {
		add(faultNames[fault.Kind], 1)
	}
	add(formNames[s.Form], 1)
	add(tieNames[s.tie], 1)
	figures := 0
	for i := range s.Tokens {
		if s.Tokens[i].Kind == language.Number || utterance.Dating[s.Tokens[i].Norm] {
			figures++
		}
	}
	add("figures", upTo(figures, 4)/2)
	add("past", yes(past(s.Tokens)))
	denied := denies(s.Tokens)
	add("refusing", yes(m.matter.refusing()))
	add("refusing, denied", yes(m.matter.refusing() && denied))
	add("asking, denied", yes(!m.matter.refusing() && denied))
	add("resisted", yes(m.other.resists))
	add("first", yes(i == 0))
	add("last", yes(i == len(m.sentences)-1))
	add("length", upTo(len(s.Tokens), 40)/20)
}

var (
	ruleNames  = namesOfRules()
	faultNames = [...]string{"", "fault:attack", "fault:judgement", "fault:sarcasm", "fault:threat", "fault:giving in"}
	formNames  = [...]string{"form:0", "form:1", "form:2", "form:3", "form:4", "form:5", "form:6", "form:7"}
	tieNames   = [...]string{"tie:none", "tie:loose", "tie:close"}
)

func namesOfRules() (names [skills][]string) {
	for s := range skills {
		for _, label := range utterance.Labels {
			names[s] = append(names[s], "rule:"+dimensions[s].title+":"+label)
		}
	}
	return names
}

// written and spoken are the words of a sentence made alike.
func (m *moment) written(s *sentence) []language.Token {
	if s.told == nil {
		s.told = m.alike(s.Tokens)
	}
	return s.told
}

func (m *moment) spoken(s *sentence) []language.Token {
	switch {
	case s.spoken != nil:
	case fluent(s.Sentence):
		s.spoken = m.written(s)
	default:
		s.spoken = m.alike(s.Said)
	}
	return s.spoken
}

// alike makes figures, days and the words of the objective alike: what they are does not matter to a skill, that they are there does.
func (m *moment) alike(tokens []language.Token) []language.Token {
	out := make([]language.Token, len(tokens))
	copy(out, tokens)
	for i := range out {
		token := &out[i]
		switch {
		case token.Kind == language.Number:
			token.Norm, token.Kind = "#", language.Word
		case weekdays[token.Norm]:
			token.Norm = "#day"
		case token.Kind == language.Word && len(m.matter.all) > 0 && !token.IsStopWord() && !framing[token.Norm]:
			if _, ok := m.matter.all[language.Stem(token.Norm)]; ok {
				token.Norm = "@"
			}
		}
	}
	return out
}

// weekdays are days and months, without those that are other words too.
var weekdays = utterance.Words(`monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays
	sundays january february april june july august september october november december`)

// readWhole fills a bag with what the level of a skill is weighed by: the rules' verdict, the signs, and how likely its sentences show
// it; for a state of mind those of all skills, and the words as they were said.
func (m *moment) readWhole(bag *linear.Bag, s skill, f *findings, said []likely) {
	add := func(name string, value float64) {
		if value != 0 {
			bag.Add(name, value, 0, 0)
		}
	}
	level, full := rank(s)(m, f), yes(f[s].Level == utterance.Strong)
	add("level", level)
	add("strong", full)
	if !m.matter.plain {
		add("full level", level)
		add("full strong", full)
		add("full", 1)
	}
	for _, each := range signs[s] {
		add(each.name, each.read(m, f))
	}
	if !s.state() {
		addLikely(add, s, said)
		return
	}
	for k := range skills {
		addLikely(add, k, said)
		if k.state() {
			m.addPlaces(add, k, said)
		}
	}
	for _, each := range m.sentences {
		bag.WordsWorth("w", m.spoken(each), 2, wordWorth)
	}
}

// wordWorth is the value of a word beside the verdicts: the less, the more it is penalised.
const wordWorth = 0.5

// addLikely adds how likely the two sentences that show a skill most show it, and how many do.
func addLikely(add func(string, float64), s skill, said []likely) {
	names := &likelyNames[s]
	var some, strong [2]float64
	sum := 0.0
	for i := range said {
		some = upper(some, said[i][s].some)
		strong = upper(strong, said[i][s].strong)
		sum += said[i][s].some
	}
	add(names.some, 2*some[0])
	add(names.strong, 2*strong[0])
	add(names.anySome, yes(some[0] > 0.5))
	add(names.anyStrong, yes(strong[0] > 0.5))
	add(names.secondSome, some[1])
	add(names.secondStrong, strong[1])
	add(names.sum, min(sum, 3))
}

// upper are the two largest of three numbers, the largest first.
func upper(two [2]float64, x float64) [2]float64 {
	switch {
	case x > two[0]:
		return [2]float64{x, two[0]}
	case x > two[1]:
		return [2]float64{two[0], x}
	}
	return two
}

// addPlaces adds how much of an utterance speaks against a state of mind, and whether its ends do.
func (m *moment) addPlaces(add func(string, float64), s skill, said []likely) {
	names, last := &likelyNames[s], len(said)-1
	share, words := 0.0, 0.0
	for i, each := range m.sentences {
		share += said[i][s].some * float64(len(each.Tokens))
		words += float64(len(each.Tokens))
	}
	add(names.share, share/words)
	add(names.firstSome, said[0][s].some)
	add(names.firstStrong, said[0][s].strong)
	add(names.lastSome, said[last][s].some)
	add(names.lastStrong, said[last][s].strong)
}

// likelyNames are the names of features about what sentences are likely to show.
var likelyNames = namesOfLikely()

type namedLikely struct {
	some, strong, anySome, anyStrong, secondSome, secondStrong, sum string
	share, firstSome, firstStrong, lastSome, lastStrong             string
}

func namesOfLikely() (names [skills]namedLikely) {
	for s := range skills {
		title := dimensions[s].title
		names[s] = namedLikely{
			some: title + ", most likely some", strong: title + ", most likely strong",
			anySome: title + ", any some", anyStrong: title + ", any strong",
			secondSome: title + ", second some", secondStrong: title + ", second strong", sum: title + ", sum",
			share: title + ", share against", firstSome: title + ", first some", firstStrong: title + ", first strong",
			lastSome: title + ", last some", lastStrong: title + ", last strong",
		}
	}
	return names
}
