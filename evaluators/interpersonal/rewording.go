package interpersonal

import (
	"strings"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// Suggestions keep the speaker's own sentences, leave out what works against the skill, and add at most one sentence. None is
// made where nothing would be left of what was said.

// fairly are the sentences without faults, and without some phrases where there are any to cut.
func (m *moment) fairly(cut *language.Phrases) []string {
	var kept []string
	for _, s := range m.sentences {
		if len(s.Faults) > 0 || s.Broken {
			continue
		}
		text := s.Quote
		if cut != nil {
			text = s.Without(m.text, cut)
		}
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// said joins sentences to a suggestion; empty when it is what was said, or would be an addition to nothing.
func (m *moment) said(sentences ...string) string {
	text := language.Join(sentences...)
	if language.Normalise(text) == language.Normalise(language.Join(m.text)) {
		return ""
	}
	return text
}

// with is what was said, with a sentence before it.
func (m *moment) with(sentence string) string {
	kept := m.fairly(nil)
	if len(kept) == 0 {
		return m.asked(sentence)
	}
	return m.said(append([]string{sentence}, kept...)...)
}

// asked is a sentence and what is wanted; empty where that is not known.
func (m *moment) asked(sentence string) string {
	if request := m.objective.GetRequest(); request != "" {
		return m.said(sentence, request)
	}
	return ""
}

func gentler(m *moment) string {
	if kept := m.fairly(nil); len(kept) > 0 {
		if text := m.said(kept...); text != "" {
			return text
		}
		return m.said(append(kept, "Would that be all right with you?")...)
	}
	return m.asked("")
}

func asker(m *moment) string {
	kept := m.fairly(nil)
	if len(kept) == 0 {
		return ""
	}
	return m.said(append(kept, "How do you see it?")...)
}

func validator(m *moment) string { return m.with("I can see that this isn't easy for you") }
func easer(m *moment) string     { return m.with("I'm glad that we can talk about it") }

func fairer(m *moment) string {
	kept := m.fairly(selfBlame.Phrases)
	if len(kept) == 0 {
		return m.asked("")
	}
	return m.said(append(kept, "I'd like to find something that is fair to both of us.")...)
}

// apologetic are the apologies that can be cut and leave a sentence.
var apologetic = utterance.Phrases(`i am ?so|really|very|terribly sorry but; sorry but; i am ?so|really|very|terribly sorry; sorry to bother|ask|trouble you ?but; sorry for asking ?but; i hate to ask ?but; sorry; apologies; my apologies; forgive me`)

func unapologetic(m *moment) string {
	kept := m.fairly(apologetic)
	if len(kept) == 0 {
		return m.asked("")
	}
	return m.said(kept...)
}

func firmer(m *moment) string {
	if m.objective.GetRequest() != "" && !strings.Contains(m.text, m.objective.GetRequest()) {
		return m.said(append(m.fairly(hedges.Phrases), m.objective.GetRequest())...)
	}
	return m.said(m.fairly(hedges.Phrases)...)
}

func truer(m *moment) string {
	var kept []string
	for _, s := range m.sentences {
		if len(s.Faults) > 0 || s.Broken || exaggerates.Phrases.In(s.Tokens) || pretends.Phrases.In(s.Tokens) || excuses.Phrases.In(s.Tokens) {
			continue
		}
		kept = append(kept, s.Quote)
	}
	if len(kept) == 0 {
		return m.asked("")
	}
	return m.said(kept...)
}
