package interpersonal

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// moment is all that one utterance is judged by.
type moment struct {
	text      string
	sentences []*utterance.Sentence
	words     int
	// objective is what the speaker is after; nil where the evaluator is not told.
	objective *vignettev1.Objective
	// heard are the words of what the others said last; nil before they have said anything.
	heard utterance.WordSet
	// empty says why the words show no skill whatever they are; empty when they may.
	empty string
}

// listener follows a conversation.
type listener struct {
	objective *vignettev1.Objective
	heard     utterance.WordSet
}

func newListener(req *vignettev1.EvaluateRequest) *listener {
	return &listener{objective: req.GetObjective()}
}

// hear takes in what somebody else did.
func (l *listener) hear(action *vignettev1.Action) {
	if !utterance.Speaks(action) {
		return
	}
	l.heard = utterance.WordsIn(action.GetText())
}

// read reads a turn of the role; nil when nothing was said.
func (l *listener) read(action *vignettev1.Action) *moment {
	if !utterance.Speaks(action) {
		return nil
	}
	refusing := l.objective.GetKind() == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE
	m := &moment{text: action.GetText(), sentences: utterance.Read(action.GetText(), refusing), objective: l.objective, heard: l.heard}
	broken := 0
	for _, s := range m.sentences {
		if s.Broken {
			broken++
		}
		m.words += language.CountWords(s.Said)
	}
	switch {
	case broken == len(m.sentences):
		m.empty = "The words are in no order of English"
	case m.words > parroted && m.heard != nil && m.repeats():
		m.empty = "Gives the other's words back and no more"
	}
	return m
}

// parroted is how many words a repetition has at least; shorter ones are a way to listen ("Tired?").
const parroted = 3

// repeats says whether all words were the other's.
func (m *moment) repeats() bool {
	for _, s := range m.sentences {
		for _, token := range s.Said {
			if token.IsWord() && !m.heard[token.Norm] {
				return false
			}
		}
	}
	return true
}

func (m *moment) length() int {
	if m == nil {
		return 0
	}
	return m.words
}

// social are the words of greetings, goodbyes and nods.
var social = utterance.Words(`hi hello hey bye goodbye see you later soon tomorrow then good morning afternoon evening night ok okay yes yeah
	yep no alright all right take care again well oh mm hmm mhm uh huh cheers`)

// ritual says whether the utterance is a greeting, a goodbye or a nod, perhaps with a name.
func (m *moment) ritual() bool {
	others := 0
	for _, s := range m.sentences {
		for _, token := range s.Said {
			if token.IsWord() && !social[token.Norm] {
				others++
			}
		}
	}
	return others == 0 || others == 1 && m.words > 1 && m.words <= 4
}

// find is the first place of a cue in a sentence that reads like one, as evidence.
func (m *moment) find(c utterance.Cue) (utterance.Hit, bool) {
	for _, s := range m.sentences {
		if at, ok := c.In(s.Tokens); ok && !s.Broken {
			return m.hit(c, s, at), true
		}
	}
	return utterance.Hit{}, false
}

func (m *moment) hit(c utterance.Cue, s *utterance.Sentence, at utterance.Place) utterance.Hit {
	return utterance.Hit{Level: c.Level, Span: language.Cover(m.text, s.Tokens[at.First:at.Last]), Why: c.Why}
}

// all are all places of a cue.
func (m *moment) all(c utterance.Cue) []utterance.Hit {
	var hits []utterance.Hit
	for _, s := range m.sentences {
		for _, match := range c.Phrases.Find(s.Tokens) {
			hits = append(hits, m.hit(c, s, utterance.At(match.First, match.Last)))
		}
	}
	return hits
}

// fault is the first fault of one of some kinds, as evidence.
func (m *moment) fault(kinds ...utterance.FaultKind) (utterance.Hit, bool) {
	for _, s := range m.sentences {
		for _, f := range s.Faults {
			for _, kind := range kinds {
				if f.Kind == kind {
					return utterance.Hit{Span: language.Cover(m.text, s.Tokens[f.At.First:f.At.Last]), Why: f.Why}, true
				}
			}
		}
	}
	return utterance.Hit{}, false
}

// spoilt is the finding of a fault.
func spoilt(because utterance.Hit) utterance.Finding {
	f := utterance.Finding{}
	f.Add(because)
	return f
}
