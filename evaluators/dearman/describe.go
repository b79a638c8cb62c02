package dearman

import (
	"strings"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// Describe: what happened or is the case, such that anybody present would agree.

var (
	// Opinions and guesses are not what somebody saw.
	opinions = utterance.Phrases(
		`i think; i feel like; i feel that; i believe; i guess; i suppose; i assume; in my opinion; it seems; it feels;
		probably; maybe; perhaps; you think; you feel; you know; you want; i bet; you must; you would think; i wonder;
		i hope; i wish; it is obvious; obviously; clearly; i know; i am sure|certain|confident|such; thank|thanks;
		that is ?not true|right|fair|wrong; i understand; i get that; i hear; i see that|why|how|your;
		i realise|realize; difficult; tricky; hard; tough; ideal; may be; looks; sounds; love|loves|trust you|me|him|her; are|be|am friends|family|brothers|sisters|adults|fond`,
	)
	// What would be is not what is.
	unreal = utterance.Phrases(
		`would; could; should; can; if; can you|we|i; will; let us; please; need to|you; have to; want;
		am ?still asking; am ?also|still willing|happy|glad|ready|prepared; am going to; am sorry; am afraid; am open`,
	)
	// What could not be done in the past is a fact.
	inability = utterance.Phrases(
		`i|we could not|hardly|barely sleep|get|find|reach|use|work|make|finish|leave|open|hear|see|come|go|eat;
		i can not sleep|breathe|hear|walk|reach`,
	)
	// What somebody who asks cannot do is one too; of somebody who refuses it is the refusal.
	unable = utterance.Phrases(`i|we|he|she|they|it can not ?even ?seem ?to get|put|find|reach|use|see|hear|park|walk|sit|open|work|pay|drive|study|eat|focus|concentrate|breathe|wash|cook`)

	// Verbs of what can be seen and heard, in the forms used to tell it.
	observed = utterance.Words(`said told asked wrote texted called emailed sent saw heard noticed found came went left arrived took borrowed
		paid used ate broke closed opened promised agreed cancelled canceled changed missed played shouted yelled
		interrupted moved worked covered stayed got brought spent made gave put started stopped happened received
		returned charged signed ordered booked waited lent bought cooked cleaned washed forgot been had has have
		scheduled assigned due planned posted shared read parked drove walked slept woke studied finished handed lost
		ran began hung talked spoke given taken done gone`)
	nominals = utterance.Words(`i we you he she they it there that this these those the a an my our your his her their its someone somebody
		everyone everybody nobody both who mum mom dad each all some most many two three one every`)
	finite = utterance.Words("am is are was were has have had do does did been 'm 're 's")
)

const (
	whyDescribed = "states what happened or is the case, and no more"
	whySketched  = "states a fact, but vaguely; say what, when or how often"
	whyJudged    = "judges instead of saying what happened"
)

func judgeDescribe(m *moment) utterance.Finding {
	f := utterance.Finding{Note: "Nothing here says what happened or is the case"}
	for _, s := range m.sentences {
		if s.Broken || s.Has(utterance.Attack, utterance.Judgement, utterance.Sarcasm, utterance.Threat, utterance.Capitulation) || s.Form != language.NoQuestion &&
			!reminds.StartsWith(s.Tokens) {
			continue
		}
		understanding := understands.StartsWith(s.Tokens)
		for _, c := range clauses(s) {
			understanding = understanding && (c.First == 0 || s.Tokens[c.First-1].Norm != "but")
			if understanding {
				continue
			}
			if h, ok := describeClause(m, s, c); ok {
				f.Add(h)
			}
		}
	}
	if f.Level == utterance.None {
		if h, ok := m.circumstance(); ok {
			f.Add(h)
		}
	}
	if because, ok := m.fault(utterance.Attack, utterance.Judgement); ok && f.Level == utterance.None {
		because.Why = whyJudged
		f.Add(because)
	}
	if because, ok := m.lastFault(utterance.Capitulation); ok {
		f.Cap(utterance.Weak, because)
	}
	return f
}

// circumstance finds a feeling that is told with what goes with it: "I feel helpless, sitting here", "I'm tired when I
// come home".
func (m *moment) circumstance() (utterance.Hit, bool) {
	for _, s := range m.sentences {
		if s.Broken || s.Form != language.NoQuestion || len(s.Faults) > 0 || language.CountWords(s.Tokens) < felt {
			continue
		}
		for i := 3; i+1 < len(s.Tokens); i++ {
			norm, before := s.Tokens[i].Norm, s.Tokens[i-1]
			_, gerund := language.BaseOfGerund(norm)
			gerund = gerund && norm != "being" && (before.Norm == "," || feelings[before.Norm])
			if gerund || habitual[norm] && utterance.Subjects[s.Tokens[i+1].First()] {
				if _, ok := namedFeeling(m, s); !ok {
					break
				}
				return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, utterance.At(i, len(s.Tokens))), Why: "mentions what it is about in passing; say it by itself"}, true
			}
		}
	}
	return utterance.Hit{}, false
}

// felt is how many words a feeling with its circumstance has at least.
const felt = 7

// understands begins what is the case for the other, as the speaker sees it.
var understands = utterance.Phrases(`i know|understand|see|hear|get|realise|realize|appreciate ?that ?how you|it|things|work|your; i get it|that; i hear|see|appreciate|understand you|that|your|it; that sounds; it must; it sounds`)

// reminds asks in order to state.
var reminds = utterance.Phrases(`did you know|notice|see; do you remember; remember when|how|that; you remember`)

// opensWithin is how many words into a clause its verb stands at most: "a room that you can lock" is there.
const opensWithin = 6

func describeClause(m *moment, s *sentence, c utterance.Place) (utterance.Hit, bool) {
	tokens := s.Tokens[c.First:c.Last]
	stems := language.Stems{}
	addContent(stems, tokens)
	// A clause that says little else than one of the objective's facts states it, whatever its verb.
	known := len(stems) >= 3 && mostly(stems, m.matter.facts)
	fragment := !states(tokens) && !known
	if len(stems) == 0 || fragment && (!counts(tokens) || stems.Shared(m.matter.facts) == 0 || stems.Shared(m.matter.compromises)+stems.Shared(m.matter.request) > 0 || len(m.sentences) == 1) {
		return utterance.Hit{}, false
	}
	if m.other.resists && !known && m.offersIn(tokens, stems) || credits.StartsWith(tokens) {
		return utterance.Hit{}, false
	}
	if opinions.In(tokens) || ownFeeling(tokens) || m.acts(s.Tokens[max(0, c.First-1):c.Last]) {
		return utterance.Hit{}, false
	}
	if at, ok := unreal.First(tokens); ok && at.First < opensWithin && !inability.In(tokens) && (m.matter.refusing() || !unable.In(tokens)) {
		return utterance.Hit{}, false
	}
	t := m.tie(tokens, stems)
	concrete := isConcrete(tokens)
	h := utterance.Hit{Span: m.cover(s, c), Level: utterance.Weak, Why: whySketched}
	switch {
	case t == untied && len(m.matter.facts) > 0 && !m.tiedElsewhere():
		return utterance.Hit{}, false
	case fragment && stems.Shared(m.matter.facts) < 2:
		return h, true
	case stems.Shared(m.matter.facts) >= 2, concrete && (t != untied || stems.Shared(m.matter.facts) > 0), concrete && s.tie == closely, concrete && m.tiedElsewhere() && len(m.matter.facts) == 0:
		h.Level, h.Why = utterance.Strong, whyDescribed
	case t == untied && !concrete:
		return utterance.Hit{}, false
	case t == closely && len(stems) >= 3 && len(m.matter.all) > 0 && stems.Shared(m.matter.all) >= 2:
		h.Level, h.Why = utterance.Strong, whyDescribed
	}
	if c.First > 0 && habitual[s.Tokens[c.First-1].Norm] && h.Level == utterance.Strong {
		h.Level, h.Why = utterance.Weak, "mentions a fact in passing; say it by itself"
	}
	return h, true
}

// offersIn says whether a clause makes an offer.
func (m *moment) offersIn(tokens []language.Token, stems language.Stems) bool {
	return offerCue.Phrases.In(tokens) || openCue.Phrases.In(tokens) || stems.Shared(m.matter.compromises) >= 2 && tomorrow.In(tokens)
}

// habitual begin a clause that says when something is so, not that it was.
var habitual = utterance.Words("when while whenever")

// acts says whether words do something else than state: ask, refuse, promise.
func (m *moment) acts(tokens []language.Token) bool {
	if m.matter.refusing() && (refusalCue.Phrases.In(tokens) || softNoCue.Phrases.In(tokens)) {
		return true
	}
	if _, ok := m.doesNot(tokens); ok && m.matter.refusing() {
		return true
	}
	return directCue.Phrases.In(tokens) || gainCue.Phrases.In(tokens)
}

// tiedElsewhere says whether some sentence of the utterance is about the matter: then a fact beside it is too.
func (m *moment) tiedElsewhere() bool {
	for _, s := range m.sentences {
		if s.tie == closely && !s.Broken {
			return true
		}
	}
	return false
}

// isConcrete says whether words place a thing in time, count it, or tell what was seen or heard.
func isConcrete(tokens []language.Token) bool {
	for i, token := range tokens {
		if token.Kind == language.Number || utterance.Dating[strings.TrimSuffix(token.Norm, "'s")] && !standsIn(tokens, i) {
			return true
		}
	}
	return false
}

// standsIn says whether the word at i is "one" in place of a noun: "the one you know", "another one", "one of them".
func standsIn(tokens []language.Token, i int) bool {
	if tokens[i].Norm != "one" {
		return false
	}
	return i > 0 && beforeOne[tokens[i-1].Norm] || i+1 == len(tokens) || !tokens[i+1].IsWord() || afterOne[tokens[i+1].Norm]
}

var (
	beforeOne = utterance.Words("the this that another any every no like which other last first next good only each")
	afterOne  = utterance.Words("of is that you who which like i we he she they it would could can was")
)

// verbless is how many words a fact told without a verb has at most.
const verbless = 6

// counts says whether words begin with a number of things or a date: then a fact may be told without a verb ("Nine days without heat").
func counts(tokens []language.Token) bool {
	if language.CountWords(tokens) > verbless {
		return false
	}
	for _, token := range tokens {
		if finite[token.First()] {
			return false
		}
	}
	for i, token := range tokens {
		if token.IsWord() || token.Kind == language.Number {
			return token.Kind == language.Number || token.Norm == "no" || utterance.Dating[token.Norm] && !standsIn(tokens, i)
		}
	}
	return false
}

// credits give the other its due, or put a case.
var credits = utterance.Phrases(`you did; you have been; fair ?enough you; hypothetically; suppose; supposing; imagine; say; let us say; i was ?sort|kind ?of hoping|thinking|planning|wondering`)

// states says whether words make a statement in the present or past: a subject and, close behind it, a finite verb.
func states(tokens []language.Token) bool {
	for i, token := range tokens {
		if i+1 < len(tokens) && noun(&tokens[i]) && finiteAfterNoun(tokens[i+1:]) {
			return true
		}
		subject, verb := token.Parts()
		if !nominals[subject] {
			continue
		}
		if finite[verb] {
			return true
		}
		for j := i + 1; j < len(tokens) && j <= i+5; j++ {
			norm := tokens[j].First()
			if finite[norm] || observed[norm] {
				return true
			}
			if _, ok := language.BaseOfPast(norm); ok || j == i+1 && thirdSubject(token.Norm) && strings.HasSuffix(norm, "ed") {
				return true
			}
			if _, ok := language.BaseOfThird(norm); ok && j > i+1 || thirdSubject(token.Norm) && isThird(norm) {
				return true
			}
			if (token.Norm == "i" || token.Norm == "we" || token.Norm == "you" || token.Norm == "they") && language.IsVerb(norm) {
				return true
			}
		}
	}
	return false
}

// noun says whether a word may be the noun that a verb belongs to: "the switch", "Jordan".
func noun(token *language.Token) bool {
	return token.Kind == language.Word && !token.IsStopWord() && !language.IsAuxiliary(token.Norm) && !utterance.Subjects[token.Norm]
}

// finiteAfterNoun says whether a finite verb follows, perhaps behind an adverb: "still is", "never came".
func finiteAfterNoun(tokens []language.Token) bool {
	for _, token := range tokens[:min(2, len(tokens))] {
		norm := token.First()
		if finite[norm] || observed[norm] {
			return true
		}
		if _, ok := language.BaseOfPast(norm); ok {
			return true
		}
		if !adverbs[norm] {
			return false
		}
	}
	return false
}

var adverbs = utterance.Words("still never always just only also even all both really actually already once twice then")

func thirdSubject(norm string) bool { return norm == "he" || norm == "she" || norm == "it" }

func isThird(norm string) bool {
	_, ok := language.BaseOfThird(norm)
	return ok
}

// clauseStarts begin a clause that can state something of its own.
var clauseStarts = utterance.Words("but because since and so while when although though which where who after before")

// quotes stand within a clause.
var quotes = utterance.Words(`' " “ ”`)

// datingStarts begin a clause only before a subject: "since I moved", but not "since Monday".
var datingStarts = utterance.Words("since after before")

func startsClause(tokens []language.Token, i int) bool {
	norm := tokens[i].Norm
	if datingStarts[norm] && (i+1 == len(tokens) || !utterance.Subjects[tokens[i+1].First()] && tokens[i+1].Norm != "you") {
		return false
	}
	return clauseStarts[norm]
}

// clauses splits a sentence at its commas and conjunctions.
func clauses(s *sentence) []utterance.Place {
	var out []utterance.Place
	start := 0
	for i, token := range s.Tokens {
		breaks := token.Kind == language.Punct && !quotes[token.Norm]
		if !breaks && !startsClause(s.Tokens, i) {
			continue
		}
		if i > start {
			out = append(out, utterance.At(start, i))
		}
		start = i + 1
	}
	if start < len(s.Tokens) {
		out = append(out, utterance.At(start, len(s.Tokens)))
	}
	return out
}
