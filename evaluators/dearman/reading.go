package dearman

import (
	"slices"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/language/classify"
)

// What sentences and utterances are read by, as features. Their names are in the trained file: whoever changes one trains again.

// readSentence fills a bag with what a sentence is read by: its words and pairs of words and how its clauses begin, with figures, days
// and the words of the objective made alike, what the rules found in it, its form and its tie to the objective, and what stands around it.
func (m *moment) readSentence(bag *classify.Bag, i int, f *findings) {
	bag.Reset()
	s := m.sentences[i]
	start, end := s.Tokens[0].Start, s.Tokens[len(s.Tokens)-1].End
	add := func(name classify.Name, value float64) { bag.Put(name, value, start, end) }
	bag.Words("w", m.written(s), 2)
	addBeginnings(bag, m.written(s))
	for k := describe; k <= negotiate; k++ {
		for _, h := range f[k].Hits {
			if h.Level > utterance.None && h.Span.Start < end && h.Span.End > start {
				bag.Put(ruleNames[k][h.Level], 1, h.Span.Start, h.Span.End)
			}
		}
	}
	for _, fault := range s.Faults {
		add(faultNames[fault.Kind], 1)
	}
	m.addForm(add, s)
	m.addAround(bag, i)
	figures := 0
	for i := range s.Tokens {
		if s.Tokens[i].Kind == language.Number || utterance.Dating[s.Tokens[i].Norm] {
			figures++
		}
	}
	add(figuresName, upTo(figures, 4)/2)
	add(pastName, yes(past(s.Tokens)))
	denied := denies(s.Tokens)
	add(refusingName, yes(m.matter.refusing()))
	add(refusingDeniedName, yes(m.matter.refusing() && denied))
	add(askingDeniedName, yes(!m.matter.refusing() && denied))
	add(resistedName, yes(m.other.resists))
	add(firstName, yes(i == 0))
	add(lastName, yes(i == len(m.sentences)-1))
	add(lengthName, upTo(len(s.Tokens), 40)/20)
}

// addBeginnings adds the words that clauses begin with: what is asked, ordered or refused is mostly said there.
func addBeginnings(bag *classify.Bag, tokens []language.Token) {
	begins := true
	for i := range tokens {
		switch {
		case tokens[i].Kind == language.Punct || joins[tokens[i].Norm]:
			begins = true
		case begins && tokens[i].IsWord():
			bag.WordsFrom("begins", tokens[i:], 3)
			begins = false
		}
	}
}

// joins are words that join clauses.
var joins = utterance.Words("but and so or")

// addForm adds the form of a sentence and its tie to the objective, each by itself and with what changes its meaning: a question tied to the
// objective asks where a mere mention does not, and what asks for something in one objective may refuse in another.
func (m *moment) addForm(add func(classify.Name, float64), s *sentence) {
	add(formNames[s.Form], 1)
	add(tieNames[s.tie], 1)
	add(tiedFormNames[s.tie][s.Form], 1)
	if m.matter.refusing() {
		add(refusingFormNames[s.Form], 1)
		add(refusingTieNames[s.tie], 1)
	}
	if ownFeeling(s.Tokens) {
		add(feelsName, 1)
		add(feelsTieNames[s.tie], 1)
	}
	if n := language.CountWords(s.Tokens); n <= short {
		add(shortNames[n], 1)
		add(shortTieNames[s.tie][n], 1)
	}
}

// addAround adds the sentences before and after: "Sunday." asks after "One more shift?", and only names what is talked of before a story.
func (m *moment) addAround(bag *classify.Bag, i int) {
	for side, at := range [...]int{i - 1, i + 1} {
		if at < 0 || at >= len(m.sentences) {
			continue
		}
		s, names := m.sentences[at], &aroundNames[side]
		bag.Put(names.form[s.Form], 1, 0, 0)
		bag.Put(names.tie[s.tie], 1, 0, 0)
		bag.WordsWorth(names.words, m.written(s), 1, aroundWorth)
	}
}

// aroundWorth is the value of a word of the sentence before or after, beside 1 for one of the sentence itself.
const aroundWorth = 0.5

// short is how many words a sentence has at most that says little more than a name.
const short = 3

var (
	ruleNames  = namesOfRules()
	faultNames = namesOf("", "fault:attack", "fault:judgement", "fault:sarcasm", "fault:threat", "fault:giving in")
	formNames  = namesOf("form:0", "form:1", "form:2", "form:3", "form:4", "form:5", "form:6", "form:7")
	tieNames   = namesOf("tie:none", "tie:loose", "tie:close")
	shortNames = namesOf("short:0", "short:1", "short:2", "short:3")

	tiedFormNames     = [][]classify.Name{prefixed("untied ", formNames), prefixed("loose ", formNames), prefixed("close ", formNames)}
	shortTieNames     = [][]classify.Name{prefixed("untied ", shortNames), prefixed("loose ", shortNames), prefixed("close ", shortNames)}
	refusingFormNames = prefixed("refusing ", formNames)
	refusingTieNames  = prefixed("refusing ", tieNames)
	feelsTieNames     = prefixed("feels ", tieNames)

	aroundNames = [...]namedAround{namesAround("before"), namesAround("after")}

	figuresName, pastName, lengthName = classify.Named("figures"), classify.Named("past"), classify.Named("length")
	refusingName, refusingDeniedName  = classify.Named("refusing"), classify.Named("refusing, denied")
	askingDeniedName, resistedName    = classify.Named("asking, denied"), classify.Named("resisted")
	firstName, lastName               = classify.Named("first"), classify.Named("last")
	feelsName                         = classify.Named("feels")
)

// namedAround are the names of what stands on one side of a sentence.
type namedAround struct {
	words     string
	form, tie []classify.Name
}

func namesAround(side string) namedAround {
	return namedAround{side, prefixed(side+" ", formNames), prefixed(side+" ", tieNames)}
}

func namesOf(texts ...string) []classify.Name {
	names := make([]classify.Name, len(texts))
	for i, text := range texts {
		names[i] = classify.Named(text)
	}
	return names
}

// prefixed are names with something before them.
func prefixed(before string, names []classify.Name) []classify.Name {
	out := make([]classify.Name, len(names))
	for i, name := range names {
		out[i] = classify.Named(before + name.String())
	}
	return out
}

func namesOfRules() (names [skills][]classify.Name) {
	for s := range skills {
		for _, label := range utterance.Labels {
			names[s] = append(names[s], classify.Named("rule:"+dimensions[s].title+":"+label))
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
// Where there are none, the tokens themselves are returned.
func (m *moment) alike(tokens []language.Token) []language.Token {
	out, copied := tokens, false
	for i := range tokens {
		norm := m.kind(&tokens[i])
		if norm == "" {
			continue
		}
		if !copied {
			out, copied = slices.Clone(tokens), true
		}
		out[i].Norm, out[i].Kind = norm, language.Word
	}
	return out
}

// kind stands for a word in place of others of its kind; empty for words that stand for themselves.
func (m *moment) kind(token *language.Token) string {
	switch {
	case token.Kind == language.Number:
		return "#"
	case token.Kind != language.Word || token.IsStopWord():
	case weekdays[token.Norm]:
		return "#day"
	case len(m.matter.all) > 0 && !framing[token.Norm]:
		if _, ok := m.matter.all[language.Stem(token.Norm)]; ok {
			return "@"
		}
	}
	return ""
}

// weekdays are days and months, without those that are other words too.
var weekdays = utterance.Words(`monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays
	sundays january february april june july august september october november december`)

// readWhole fills a bag with what the level of a skill is weighed by: the rules' verdict, the signs, and how likely its sentences show
// it; for a state of mind those of all skills, and the words as they were said.
func (m *moment) readWhole(bag *classify.Bag, s skill, f *findings, said []likely) {
	add := func(name classify.Name, value float64) {
		if value != 0 {
			bag.Put(name, value, 0, 0)
		}
	}
	level, full := rank(s)(m, f), yes(f[s].Level == utterance.Strong)
	add(levelName, level)
	add(strongName, full)
	if !m.matter.plain {
		add(fullLevelName, level)
		add(fullStrongName, full)
		add(fullName, 1)
	}
	for i := range signs[s] {
		add(signNames[s][i], signs[s][i].read(m, f))
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

var (
	signNames               = namesOfSigns()
	levelName, strongName   = classify.Named("level"), classify.Named("strong")
	fullLevelName, fullName = classify.Named("full level"), classify.Named("full")
	fullStrongName          = classify.Named("full strong")
)

func namesOfSigns() (names [skills][]classify.Name) {
	for s := range skills {
		for _, each := range signs[s] {
			names[s] = append(names[s], classify.Named(each.name))
		}
	}
	return names
}

// wordWorth is the value of a word beside the verdicts: the less, the more it is penalised.
const wordWorth = 0.5

// addLikely adds how likely the two sentences that show a skill most show it, and how many do.
func addLikely(add func(classify.Name, float64), s skill, said []likely) {
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
func (m *moment) addPlaces(add func(classify.Name, float64), s skill, said []likely) {
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
	some, strong, anySome, anyStrong, secondSome, secondStrong, sum classify.Name
	share, firstSome, firstStrong, lastSome, lastStrong             classify.Name
}

func namesOfLikely() (names [skills]namedLikely) {
	for s := range skills {
		of := func(what string) classify.Name { return classify.Named(dimensions[s].title + ", " + what) }
		names[s] = namedLikely{
			some: of("most likely some"), strong: of("most likely strong"), anySome: of("any some"), anyStrong: of("any strong"),
			secondSome: of("second some"), secondStrong: of("second strong"), sum: of("sum"),
			share: of("share against"), firstSome: of("first some"), firstStrong: of("first strong"), lastSome: of("last some"), lastStrong: of("last strong"),
		}
	}
	return names
}
