package dearman

import (
	"strings"
	"unicode/utf8"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// maxRewording is how long a suggestion may get, in characters: beyond it only the new sentence is suggested.
const maxRewording = 1500

// reword says the utterance again with more of a skill: the speaker's own sentences, without those that work against it
// and without hedges, and a sentence of the objective's own material. Empty when there is nothing to add or change.
func (m *moment) reword(s skill) string {
	kept := m.keptSentences(s)
	addition, ahead := m.addition(s)
	if addition != "" && m.matter.covered(addition, language.StemsOf(language.Tokens(strings.Join(kept, " ")))) {
		addition = ""
	}
	if addition == "" && s != mindful && s != confident {
		return ""
	}
	parts := append(kept, addition)
	if ahead {
		parts = append([]string{addition}, kept...)
	}
	text := language.Join(parts...)
	if utf8.RuneCountInString(text) > maxRewording {
		text = language.Join(addition)
	}
	if text == "" || language.Normalise(text) == language.Normalise(language.Join(m.text)) {
		return ""
	}
	return text
}

// addition is the sentence of the objective that a skill lacks, and whether it goes before what was said.
func (m *moment) addition(s skill) (sentence string, ahead bool) {
	objective := m.matter.objective
	switch s {
	case describe:
		return m.fresh(objective.GetFacts()), true
	case express:
		return m.fresh(objective.GetFeelings()), true
	case reinforce:
		return m.fresh(objective.GetBenefits()), false
	case negotiate:
		return m.fresh(objective.GetCompromises()), false
	case assert, mindful:
		return m.request(), false
	case confident:
		if len(m.keptSentences(confident)) == 0 {
			return m.request(), false
		}
	}
	return "", false
}

// request is what is wanted, as the speaker would say it.
func (m *moment) request() string {
	if request := m.matter.objective.GetRequest(); request != "" {
		return request
	}
	statement := language.Unstop(m.matter.objective.GetStatement())
	first, _, _ := strings.Cut(statement, " ")
	if !language.IsVerb(language.Normalise(first)) {
		return ""
	}
	return "I'd like to " + language.LowerFirst(statement)
}

// fresh is the first of some sentences that the utterance does not say already.
func (m *moment) fresh(sentences []string) string {
	if m.content == nil && len(sentences) > 0 {
		m.content = language.Stems{}
		for _, s := range m.sentences {
			m.content.Add(s.Said)
		}
	}
	for _, sentence := range sentences {
		if !m.matter.covered(sentence, m.content) {
			return sentence
		}
	}
	return ""
}

// covered says whether a text with some stems says most of a sentence of the objective. Most is seven in ten, chosen.
func (m *matter) covered(sentence string, text language.Stems) bool {
	stems, ok := m.sentences[sentence]
	if !ok {
		stems = language.StemsOf(language.Tokens(sentence))
		m.sentences[sentence] = stems
	}
	return stems.Overlap(text) >= 0.7
}

// keptSentences are the speaker's sentences without faults and hedges. Where Assert is to be reworded, the sentence that
// hints goes too: the request takes its place.
func (m *moment) keptSentences(reworded skill) []string {
	var kept []string
	for _, s := range m.sentences {
		if len(s.Faults) > 0 || s.Broken || reworded == assert && hintCue.Phrases.In(s.Tokens) {
			continue
		}
		if plain := s.Without(m.text, removable); plain != "" {
			kept = append(kept, plain)
		}
	}
	return kept
}

// removable are hedges that can be taken out of a sentence and leave a sentence.
var removable = utterance.Phrases(
	`maybe; perhaps; i guess; i suppose; kind of; sort of; kinda; sorta; um; uh; erm; probably; possibly;
	if that is ok|okay|alright; if it is ok|okay|alright; if that is all right; if it is not too much trouble;
	i am ?so|really sorry but; sorry but; if you do not mind; i was just wondering;
	sorry to|for bother|disturb|interrupt|trouble|ask|bothering|disturbing|interrupting|troubling|asking ?you ?again ?but;
	i am ?so|really sorry to|for bother|disturb|interrupt|trouble|ask|bothering|disturbing|interrupting|troubling|asking ?you ?again ?but;
	i hate to ask but; i am ?so|really sorry; sorry`,
)
