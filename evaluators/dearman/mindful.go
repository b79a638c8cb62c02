package dearman

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// Mindful: keeps to the objective, comes back to it after a diversion, and is not drawn into an attack.

var (
	returnCue = utterance.CueOf(utterance.Strong, "comes back to the point",
		`back to; come|coming back to; get|getting back to; return to; as i said; like i said; as i mentioned;
		i hear you and; i hear that|what; that is a separate|different|another;
		we can talk|discuss about|that|it ?that|it ?another|later|separately|some; stay|stick with|on|to;
		focus|focusing on; right now i|we|am; for now; i am still asking;
		i still|do need|want|would|feel|think|believe|hope|can|say|mean; still;
		my question|request|point|answer|concern is|was|still|remains; what i am asking; the point|question|issue is;
		one thing at a; be that as it may; regardless; either way; even so; that said; coming here; i want to stay;
		happy to talk about that`,
	)
	defendCue = utterance.CueOf(utterance.Weak, "defends instead of going on",
		`that is not true; i do not always; i never said; i did not say; i do not do that; i never do that;
		you started; i am not the one; so do you; you do it too; look who is; what about when you; what about you;
		you are one to; you did it|that first; at least i;
		i am not lazy|selfish|dramatic|needy|overreacting|sensitive; how is that my; that was not my fault;
		it is not my fault`,
	)
)

// judgeMindful judges from what the utterance does, too: what moves the matter on keeps to it, words about the objective
// that do nothing for it only stay near.
func judgeMindful(m *moment, shown, moved utterance.Level) utterance.Finding {
	if f, ok := m.leaves(moved); ok {
		return f
	}
	f := utterance.Finding{Note: "This is about something other than the objective"}
	for _, s := range m.sentences {
		if h, ok := keepsTo(m, s); ok {
			f.Add(h)
		}
	}
	if f.Level == utterance.None && (moved > utterance.None || shown > utterance.None && !m.onTable() && m.aside() < crowded) {
		f = utterance.Finding{Level: max(moved, utterance.Weak), Note: "Does something for the objective, without naming it"}
	}
	if shown == utterance.None && f.Level == utterance.Strong && !m.taken() {
		f = utterance.Finding{Level: utterance.Weak, Note: "Speaks of the objective without doing anything for it"}
	}
	if f.Level == utterance.Strong && moved == utterance.None && m.other.resists && shown < utterance.Strong {
		f = utterance.Finding{Level: utterance.Weak, Note: "Answers the pushback, without coming back to what is wanted"}
	}
	if because, ok := m.fault(utterance.Judgement); ok {
		because.Why += ", which turns from the objective to the other's character"
		f.Cap(utterance.Weak, because)
	}
	if s, at, ok := m.firstIn(defendCue.Phrases); ok && (m.other.attacks || m.other.resists) {
		f.Cap(utterance.Weak, utterance.Hit{Span: m.cover(s, at), Why: defendCue.Why})
	}
	if doubts, hits := m.doubts(); doubts > doubtWeak && moved < utterance.Strong {
		because := hits[0]
		because.Why = "and more of that kind bury what it is about"
		f.Cap(utterance.Weak, because)
	}
	if f.Level == utterance.Strong && (m.aside() >= crowded || m.wanders() || m.chats()) {
		f = utterance.Finding{Level: utterance.Weak, Note: "Part of this is about the objective, part of it about something else"}
	}
	return f
}

// crowded is the share of an utterance's words about something else from which on the objective is not kept to. Chosen.
const crowded = 0.34

// leaves says whether the utterance leaves the objective: for a fight, to give in, or for another subject.
func (m *moment) leaves(moved utterance.Level) (utterance.Finding, bool) {
	left := func(because utterance.Hit) (utterance.Finding, bool) {
		f := utterance.Finding{}
		f.Add(because)
		return f, true
	}
	if because, ok := m.fault(utterance.Attack, utterance.Sarcasm, utterance.Threat); ok {
		because.Why += ", which leaves the objective for a fight"
		return left(because)
	}
	if because, ok := m.lastFault(utterance.Capitulation); ok {
		because.Why += ", and with it the objective is gone"
		return left(because)
	}
	if s, at, why := m.baited(); s != nil && moved < utterance.Strong {
		return left(utterance.Hit{Span: m.cover(s, at), Why: why})
	}
	if moved > utterance.None {
		return utterance.Finding{}, false
	}
	if because, ok := m.fault(utterance.Judgement); ok && m.other.resists {
		because.Why += ", and answers with it"
		return left(because)
	}
	if m.chats() || m.aside() >= crowded {
		return utterance.Finding{Note: "Goes off to another subject"}, true
	}
	return utterance.Finding{}, false
}

// aside is the share of the words in sentences about something else, 0-1.
func (m *moment) aside() float64 {
	if m.far != nil {
		return *m.far
	}
	far, all := 0, 0
	for _, s := range m.sentences {
		n := language.CountWords(s.Tokens)
		all += n
		if m.digresses(s, n) {
			far += n
		}
	}
	share := float64(far) / float64(max(all, 1))
	m.far = &share
	return share
}

// digresses says whether a sentence of n words is about something else: a remark that shares nothing with the matter, or a
// question that neither asks for what is wanted nor for a way to it.
func (m *moment) digresses(s *sentence, n int) bool {
	if n < 3 || s.tie == closely || empathyCue.In(s.Tokens) || m.substance(s) {
		return false
	}
	if s.Form != language.NoQuestion {
		return s.tie == untied && !openCue.Phrases.In(s.Tokens) && !agreeCue.Phrases.In(s.Tokens)
	}
	return s.tie == untied && n > 3 && !returnCue.Phrases.In(s.Tokens)
}

// baited says whether an utterance takes up the other's words to throw them back ("Obsessed?", "Soon. Lovely."), or
// answers in heat. It returns the sentence that shows it, or nil.
func (m *moment) baited() (*sentence, utterance.Place, string) {
	loud := 0
	for i, s := range m.sentences {
		n := language.CountWords(s.Tokens)
		if n == 0 {
			continue
		}
		whole := utterance.At(0, len(s.Tokens))
		if s.Tokens[len(s.Tokens)-1].Norm == "!" {
			loud++
		}
		if i == 0 && n <= echoed && s.Said[0].Norm != "no" && len(m.sentences) > 1 && m.other.said.holds(s.Tokens) && !ritualWords(s.Tokens) {
			return s, whole, "throws the other's words back, which starts a fight"
		}
		if loud > 0 && s.Has(utterance.Judgement) {
			return s, whole, "is said in anger, which leaves the objective for a fight"
		}
		if loud > 1 && len(m.sentences) <= 2*loud {
			return s, whole, "is shouted, which leaves the objective for a fight"
		}
	}
	return nil, utterance.Place{}, ""
}

// echoed is how many words an echo of the other's words has at most.
const echoed = 3

func ritualWords(tokens []language.Token) bool {
	for _, token := range tokens {
		if ritual[token.Norm] && token.Norm != "soon" && token.Norm != "later" {
			return true
		}
	}
	return false
}

// chat goes off to tell or hear news.
var chat = utterance.Phrases(
	`by the way; did i tell you; have i told you; did you ?ever hear|see|find|know|watch|read; guess what|who; you should see|have|hear; you will never guess;
	speaking of; that reminds me; oh my days|god; anyway how|what|did; how is your|the|my; have you seen|heard|read; you would have liked|loved|laughed;
	remember when|the|that; come and see|look|try; funny story; i was reading|watching; what she|he said|did;
	what are you doing|making|eating|watching|having; you would not believe; what about your|those|the; was it _ again`,
)

func (m *moment) chats() bool {
	for _, s := range m.sentences {
		if chat.In(s.Tokens) && (s.tie != closely || s.Form != language.NoQuestion) && !m.substance(s) {
			return true
		}
	}
	return false
}

// wanders says whether the utterance ends away from the matter: with a remark or a question about something else.
func (m *moment) wanders() bool {
	if len(m.sentences) < 2 {
		return false
	}
	last := m.sentences[len(m.sentences)-1]
	if language.CountWords(last.Tokens) < 4 || last.stems.Shared(m.matter.all) > 0 || m.substance(last) {
		return false
	}
	return chat.In(last.Tokens) || len(last.stems) > 0 && last.Form != language.NoQuestion && !agreeCue.Phrases.In(last.Tokens) && aside.In(last.Tokens) ||
		last.tie == untied && aside.StartsWith(last.Tokens)
}

// aside is about somebody or something that is neither speaker nor listener.
var aside = utterance.Phrases(`my _; your _; his _; her _; he; she; they; the _`)

// keepsTo says how far a sentence is about the objective.
func keepsTo(m *moment, s *sentence) (utterance.Hit, bool) {
	switch {
	case s.Broken, s.tie == loose && s.Has(utterance.Judgement):
		return utterance.Hit{}, false
	case m.answers(s) && !s.Has(utterance.Judgement):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: "answers what was asked"}, true
	case s.tie == untied && m.other.resists && m.offers(s):
		return utterance.Hit{Level: utterance.Weak, Span: m.whole(s), Why: "stays near the objective"}, true
	case s.tie == closely && (len(m.matter.all) > 0 || m.substance(s)):
		why := "keeps to the objective"
		if at, ok := returnCue.In(s.Tokens); ok && (m.other.diverts || m.other.attacks) {
			return utterance.Hit{Level: utterance.Strong, Span: m.cover(s, at), Why: returnCue.Why}, true
		}
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: why}, true
	case s.tie == loose && m.substance(s):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: "keeps to the objective"}, true
	case s.tie == loose:
		return utterance.Hit{Level: utterance.Weak, Span: m.whole(s), Why: "stays near the objective"}, true
	}
	return utterance.Hit{}, false
}

// taken says whether the utterance takes up what the other said before it goes on.
func (m *moment) taken() bool { return m.other.spoke && m.anywhere(empathyCue) }

// answers says whether a sentence refuses what somebody has just asked.
func (m *moment) answers(s *sentence) bool {
	if !m.matter.refusing() || !m.other.spoke {
		return false
	}
	_, ok := refusalIn(m, s, s == m.sentences[0])
	return ok
}

func (m *moment) offers(s *sentence) bool {
	_, ok := offerIn(m, s)
	return ok
}

// substance says whether a sentence does one of the things a strategy does.
func (m *moment) substance(s *sentence) bool {
	if s.does == nil {
		does := m.doesSomething(s)
		s.does = &does
	}
	return *s.does
}

func (m *moment) doesSomething(s *sentence) bool {
	if _, ok := m.assertedIn(s, false); ok {
		return true
	}
	if _, ok := namedFeeling(m, s); ok {
		return true
	}
	if _, ok := gainIn(m, s); ok {
		return true
	}
	if _, ok := offerIn(m, s); ok {
		return true
	}
	return len(m.matter.all) == 0 && states(s.Tokens) && isConcrete(s.Tokens)
}
