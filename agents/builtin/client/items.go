package client

import (
	"fmt"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// kind is what part of the cognitive model an item is.
type kind uint8

// The parts of a cognitive model and the memories, in the order in which they are usually told.
const (
	situation kind = iota + 1
	feeling
	recent
	thought
	behavior
	coping
	rule
	history
	memoir
	core
	// What speaks for and against a change, and what could be done.
	reason
	doubt
	step
)

// kindNames are the names of parts in acts ("disclose.core_belief") and in the wording files.
var kindNames = map[kind]string{
	situation: "situation", feeling: "feeling", recent: "recent", thought: "automatic_thought", behavior: "behavior", coping: "coping",
	rule: "intermediate_belief", history: "history", memoir: "memory", core: "core_belief",
	reason: "reason_for_change", doubt: "doubt_about_change", step: "step",
}

// item is one thing a client may tell, once.
type item struct {
	saying
	// id names the item in the agent's state; it depends on the persona only.
	id   string
	kind kind
	// column is the situation of the diagram it belongs to, -1 for none.
	column int
	// gate is the trust it takes to tell it.
	gate float64
	// emotion and words are set for feelings.
	emotion vignettev1.Emotion
	words   []string
	// stems are its content words, to see whether somebody speaks of it.
	stems language.Stems
	// strength is how strongly a belief is held, 0-1.
	strength float64
}

// itemsOf lists all that a persona has to tell. The order is fixed, so that ids are.
func itemsOf(card *vignettev1.RoleCard) []item {
	persona := card.GetPersona()
	model := persona.GetCognitiveModel()
	l := lister{voice: voiceOf(card)}
	for i, s := range model.GetSituations() {
		l.column = i
		l.situation(i, s)
	}
	l.column = -1
	l.history(model.GetRelevantHistory())
	for i, note := range model.GetCopingStrategies() {
		l.notes(coping, fmt.Sprintf("coping.%d", i), note, false)
	}
	for i, note := range model.GetIntermediateBeliefs() {
		l.notes(rule, fmt.Sprintf("rule.%d", i), note, false)
	}
	for i, note := range model.GetIntermediateBeliefsWhenDepressed() {
		l.notes(rule, fmt.Sprintf("low.%d", i), note, false)
	}
	for i, belief := range model.GetCoreBeliefs() {
		l.core(i, belief)
	}
	for i, m := range persona.GetMemories() {
		l.memory(i, m)
	}
	l.change(card.GetChange())
	return l.items
}

// voiceOf learns names and pronouns from a role card.
func voiceOf(card *vignettev1.RoleCard) voice {
	persona := card.GetPersona()
	gender := ""
	for _, fact := range persona.GetIdentity().GetSocial() {
		switch language.Normalise(fact.GetKey()) {
		case "gender", "sex", "pronouns":
			gender = fact.GetValue()
		}
	}
	model := persona.GetCognitiveModel()
	texts := []string{model.GetRelevantHistory()}
	texts = append(texts, model.GetCopingStrategies()...)
	for _, s := range model.GetSituations() {
		texts = append(append(texts, s.GetSituation()), s.GetBehaviors()...)
	}
	return newVoice([]string{persona.GetName(), card.GetName()}, gender, texts)
}

// lister collects items.
type lister struct {
	voice  voice
	items  []item
	column int
}

func (l *lister) add(k kind, id string, s saying) *item {
	stems := language.Stems{}
	for _, text := range []string{s.clause, s.noun, s.quote} {
		stems.Add(language.Tokens(text))
	}
	l.items = append(l.items, item{saying: s, id: id, kind: k, gate: gates[k], column: l.column, stems: stems, strength: unknownStrength})
	return &l.items[len(l.items)-1]
}

// notes adds the notes of one field, each an item of its own.
func (l *lister) notes(k kind, id, field string, past bool) {
	for i, note := range splitNotes(field) {
		_, note = cutLabel(note)
		l.add(k, fmt.Sprintf("%s.%d", id, i), l.voice.speak(note, past))
	}
}

func (l *lister) situation(i int, s *vignettev1.DiagramSituation) {
	first := len(l.items)
	l.notes(situation, fmt.Sprintf("situation.%d", i), s.GetSituation(), false)
	for k := first; k < len(l.items); k++ {
		l.items[k].gate += laterSituation * float64(i)
	}
	for k, felt := range s.GetEmotions() {
		it := l.add(feeling, fmt.Sprintf("feeling.%d.%d", i, k), saying{})
		it.emotion = felt.GetEmotion()
		it.words = feelingWords(felt)
		it.strength = unknownIntensity
		if felt.Intensity != nil {
			it.strength = felt.GetIntensity()
		}
		it.stems.Add(language.Tokens(strings.Join(it.words, " ")))
	}
	for k, note := range s.GetAutomaticThoughts() {
		l.notes(thought, fmt.Sprintf("thought.%d.%d", i, k), note, false)
	}
	for k, note := range s.GetBehaviors() {
		l.notes(behavior, fmt.Sprintf("behavior.%d.%d", i, k), note, false)
	}
}

// history adds what lies behind; a sentence that leans on the one before is told with it, and what a heading calls recent is told early.
func (l *lister) history(field string) {
	first := len(l.items)
	for i, note := range splitNotes(field) {
		label, note := cutLabel(note)
		s := l.voice.speak(note, true)
		if len(l.items) > first && label == "" && s.clause != "" && leansBack(s.clause) && l.lean(s) {
			continue
		}
		k := history
		if heading := language.Normalise(label); strings.Contains(heading, "precipit") || strings.Contains(heading, "current") || strings.Contains(heading, "recent") || strings.Contains(heading, "present") {
			k = recent
		}
		l.add(k, fmt.Sprintf("history.%d", i), s)
	}
}

// longestClause is how many words a clause may have when another is joined to it. Chosen: longer ones are hard to say.
const longestClause = 32

// lean joins a clause to the last item, unless that would be too long.
func (l *lister) lean(s saying) bool {
	last := &l.items[len(l.items)-1]
	if last.clause == "" || len(strings.Fields(last.clause))+len(strings.Fields(s.clause)) > longestClause {
		return false
	}
	last.clause += ", and " + s.clause
	last.past, last.now, last.verb, last.doing = "", "", "", ""
	last.quote = language.Finish(language.Capitalise(last.clause))
	last.settle()
	last.stems.Add(language.Tokens(s.clause))
	return true
}

func (l *lister) core(i int, belief *vignettev1.CoreBelief) {
	first := len(l.items)
	l.notes(core, fmt.Sprintf("core.%d", i), belief.GetText(), false)
	for k := first; k < len(l.items) && belief.Strength != nil; k++ {
		l.items[k].strength = belief.GetStrength()
	}
}

// memory adds what a persona remembers.
func (l *lister) memory(i int, m *vignettev1.Memory) {
	l.whole(memoir, "memory", i, m.GetText()).gate = m.GetSensitivity()
}

// whole adds a text of whole sentences in the first person, told as it stands.
func (l *lister) whole(k kind, id string, i int, text string) *item {
	text = tidy(text)
	s := saying{quote: language.Finish(language.Capitalise(text))}
	if spans := language.Sentences(text); len(spans) == 1 {
		s = l.voice.speak(text, false)
	}
	return l.add(k, fmt.Sprintf("%s.%d", id, i), s)
}

// feelingWords returns the adjectives for a feeling: the source's own words as far as they are plain adjectives, else
// those of the vocabulary.
func feelingWords(felt *vignettev1.EmotionIntensity) []string {
	var own []string
	for _, word := range strings.FieldsFunc(felt.GetWords(), func(r rune) bool { return r == ',' || r == ';' || r == '/' }) {
		word = language.Normalise(strings.TrimSpace(word))
		if adjectives[word] {
			own = append(own, word)
		}
	}
	if len(own) > 0 {
		return own
	}
	return defaultWords[felt.GetEmotion()]
}
