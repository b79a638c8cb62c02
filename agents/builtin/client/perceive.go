package client

import (
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// heard is what a client makes of what was said to it since it last spoke. It is made of text alone: the client never sees
// policies, acts or scores.
type heard struct {
	// any is false when nothing was said.
	any bool

	greeting, closing, farewell, apology            bool
	affirmation, validation, reassurance            bool
	advice, allowed, permission, confrontation      bool
	information, summary, parrot, reflected, missed bool
	// yielding says that it was left to the client what it tells.
	yielding bool
	// named says that a feeling was named that is felt; ignored that nothing said before was taken up.
	named, ignored bool
	open, closed   int
	// asked is what the last question was about; question says that there was one.
	question bool
	asked    subjectOf
	// polar says that the last question can be answered with yes or no, factual that it asks for a fact of life.
	polar, factual bool
	// toldSomething says that the client told something in its last turn, takenUp that this was taken up; askedBefore that the
	// question was asked before.
	toldSomething, takenUp, askedBefore bool
	// unmet says that what was told came to nothing, and not for the first time in a row.
	unmet bool
	// confused says that what was said belongs to somebody else.
	confused bool
	// echoed says that the whole turn was the client's own, said back; heaped that it had words in a heap, which are no sentence.
	echoed, heaped bool
	stems          language.Stems
	// statements are the content words of each sentence that asks nothing.
	statements []language.Stems

	// What follows is for clients with a change in mind (change.go). answered says that something they wanted to know was told,
	// waiting for how many turns it was not; changeReflected that their own change talk was said back; premature that they were asked
	// for a plan too early; stalled that nothing has moved for a while.
	answered, changeReflected, premature, stalled bool
	waiting                                       int
	// from is who spoke last, or asked last: whom an answer is for.
	from string
}

// Shares of a sentence's content words that come from the client's own words. Chosen: at a third of them one feels
// understood, nearly all of them in a row of five or more is an echo.
const (
	reflectedShare = 0.34
	parrotShare    = 0.95
	parrotWords    = 6
)

// ground is what can be taken up of a client: the content words of its last turn and of its last few, the words for what it
// feels and for those feelings that it has spoken of.
type ground struct{ last, said, felt, shown language.Stems }

// listen reads what others said since turn index since.
func listen(obs *vignettev1.Observation, since int32, own ground) heard {
	h := heard{stems: language.Stems{}}
	for _, turn := range obs.GetTurns() {
		if turn.GetIndex() < since || turn.GetRole() == obs.GetSelf().GetId() {
			continue
		}
		action := turn.GetAction()
		switch action.GetKind() {
		case vignettev1.ActionKind_ACTION_KIND_SPEAK, vignettev1.ActionKind_ACTION_KIND_LEAVE:
			h.any = h.any || action.GetText() != ""
			asked := h.question
			h.hear(language.Read(action.GetText()), own)
			if !asked || h.from == "" {
				h.from = turn.GetRole() // Whoever asked first is owed the answer.
			}
		}
		if action.GetKind() == vignettev1.ActionKind_ACTION_KIND_LEAVE && alone(obs) {
			h.farewell = true
		}
	}
	h.missed = h.missed && !h.validation
	h.ignored = h.passesOver(own.said)
	return h
}

// alone says whether there is nobody left who helps: the counselors have left, or where there was none everybody has.
func alone(obs *vignettev1.Observation) bool {
	helpers, others := 0, 0
	gone := true
	for _, other := range obs.GetOthers() {
		if !other.GetLeft() {
			others++
		}
		if other.GetKind() == vignettev1.AgentKind_AGENT_KIND_COUNSELOR {
			helpers++
			gone = gone && other.GetLeft()
		}
	}
	return others == 0 || helpers > 0 && gone
}

// passesOver says whether what was said leaves aside all that the client spoke of: it has content, none of it the client's,
// and neither receives nor asks on.
func (h *heard) passesOver(said language.Stems) bool {
	if !h.any || len(said) == 0 || len(h.stems) < 2 || h.stems.Shared(said) > 0 || h.open > 0 || h.asked != aboutNothing {
		return false
	}
	return !h.reflected && !h.missed && !h.summary && !h.validation && !h.affirmation && !h.greeting && !h.closing && !h.apology && !h.permission &&
		(h.closed > 0 || h.advice || h.reassurance || h.information)
}

// hear takes in one turn, sentence by sentence.
func (h *heard) hear(text *language.Text, own ground) {
	for _, sentence := range text.Sentences {
		h.stems.Add(sentence.Tokens)
		if heap(sentence.Tokens) {
			h.heaped = true
			continue
		}
		h.marks(sentence.Tokens)
		form := language.FormOf(sentence.Tokens)
		invited := form == language.NoQuestion && invites(sentence.Tokens)
		if form != language.NoQuestion || invited {
			if form == language.PolarQuestion && hearLeadIn.StartsWith(sentence.Tokens) {
				h.reflects(sentence.Tokens, own) // "So you stayed at home?" is said back, and asks whether it was heard aright.
			}
			h.asks(sentence.Tokens, form, invited)
			if form == language.PolarQuestion || form == language.TagQuestion || form == language.WhQuestion && hearWhyNot.In(sentence.Tokens) {
				h.suggests(sentence.Tokens)
			}
			continue
		}
		h.statements = append(h.statements, language.StemsOf(sentence.Tokens))
		h.suggests(sentence.Tokens)
		h.reflects(sentence.Tokens, own)
	}
}

// invites says whether a sentence asks to go on without being a question: "Tell me more about that."
func invites(tokens []language.Token) bool {
	return hearInvitation.StartsWith(tokens)
}

var hearInvitation = language.NewPhrases("tell me", "say more", "go on", "help me understand", "walk me through", "describe", "i wonder what|how|if|whether", "i am curious|wondering", "i would like to hear|understand|know", "take your time")

// marks notes what can be told from phrases alone.
func (h *heard) marks(tokens []language.Token) {
	h.greeting = h.greeting || hearGreeting.StartsWith(tokens)
	h.closing = h.closing || hearClosing.In(tokens)
	h.farewell = h.farewell || hearFarewell.In(tokens)
	h.apology = h.apology || hearApology.In(tokens)
	h.affirmation = h.affirmation || hearAffirmation.Asserted(tokens)
	h.validation = h.validation || hearValidation.In(tokens)
	h.permission = h.permission || hearPermission.In(tokens)
	h.summary = h.summary || hearSummary.In(tokens)
	h.yielding = h.yielding || hearYielding.In(tokens)
	h.reassurance = h.reassurance || hearReassurance.In(tokens)
	h.confrontation = h.confrontation || hearConfrontation.In(tokens)
	h.information = h.information || hearInformation.In(tokens)
}

// asks notes a question.
func (h *heard) asks(tokens []language.Token, form language.QuestionForm, invited bool) {
	open := invited || form.IsOpen() || looksOpen.In(tokens)
	if open {
		h.open++
	} else {
		h.closed++
	}
	subject := subjectIn(tokens)
	if h.question && (subject == aboutNothing || subject == aboutSession) && h.asked != aboutNothing {
		return
	}
	h.question, h.asked = true, subject
	h.polar = !open && (form == language.PolarQuestion || form == language.TagQuestion)
	h.factual = h.polar && asksFact.In(tokens)
}

// hearWhyNot is advice in the form of an open question.
var hearWhyNot = language.NewPhrases("why do you not", "why do not you", "how about", "what about")

// looksOpen are polite beginnings that have the form of a closed question and are meant as open ones.
var looksOpen = language.NewPhrases("can|could|would|will you ?please tell|say|describe|walk|share|explain|help", "can|could you give me", "do you want to tell|say", "would you like to tell|say|talk")

// asksFact are yes-or-no questions about facts of life that no note may hold; a plain yes could be a lie.
var asksFact = language.NewPhrases("do you live|drink|smoke|work|have|take|go|get|own|know|ever|eat|exercise", "did you do|bring|fill|find|go|call|sleep|take|have|make|start", "have you seen|told|got|been|made|tried|had",
	"are you taking|married|on|eating|working|seeing", "did it|that start", "is it about|because", "was it always")

func subjectIn(tokens []language.Token) subjectOf {
	for _, cue := range topicCues {
		if cue.phrases.In(tokens) {
			return cue.subject
		}
	}
	return aboutNothing
}

// suggests notes advice, and whether it was allowed: asked for in the same breath.
func (h *heard) suggests(tokens []language.Token) {
	if !hearAdvice.In(tokens) && !hearOrder.StartsWith(tokens) || hearConfrontation.In(tokens) || hearReported.In(tokens) {
		return
	}
	h.advice = true
	h.allowed = h.allowed || h.permission || hearPermission.In(tokens)
}

// reflects notes a sentence that says back what the client said, or what it feels. What would fit anybody says nothing back: words
// of talking and feeling count where they are those of the turn before, and a feeling that was never spoken of is a guess.
func (h *heard) reflects(tokens []language.Token, own ground) {
	content := language.StemsOf(tokens)
	if len(content) == 0 || len(own.said) == 0 || !hearReflection.In(tokens) {
		return
	}
	overlap, shared := content.Overlap(own.said), content.Shared(own.said)
	named, other := namesFeeling(tokens, own.felt)
	shown, _ := namesFeeling(tokens, own.shown)
	h.named = h.named || named
	switch {
	case overlap >= parrotShare && len(content) >= parrotWords:
		h.parrot = true
	case shown, own.has(content) && (overlap >= reflectedShare || shared >= 3 || shared >= 1 && hearLeadIn.In(tokens)):
		h.reflected = true
	case other && !named:
		h.missed = true
	}
}

// has says whether one of some words is the client's own: out of its last turn, or of its own matter.
func (g ground) has(words language.Stems) bool {
	return words.Shared(g.last) > 0 || ofMatter(words, g.said)
}

// manyMeanings are words that name a feeling only after a word that leads to one: "you feel down", not "write that down".
var (
	manyMeanings = words("down low small stuck alone empty exposed tired drained torn calm hurt mad glad trapped useless")
	leadsToOne   = words("feel feels feeling felt you're are were so really very simply just and quite seem seems sound sounds get")
)

// namesFeeling says whether a sentence names a feeling that is felt, or one that is not.
func namesFeeling(tokens []language.Token, felt language.Stems) (named, other bool) {
	for i, token := range tokens {
		if !adjectives[token.Norm] || language.Negated(tokens, i) || manyMeanings[token.Norm] && (i == 0 || !leadsToOne[tokens[i-1].Norm]) {
			continue
		}
		if felt.Has(token.Norm) {
			named = true
		} else {
			other = true
		}
	}
	return named, other
}
