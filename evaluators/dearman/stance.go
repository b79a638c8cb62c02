package dearman

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// stance is where the others stand, as far as their words show it.
type stance struct {
	// spoke says that somebody else has said anything yet.
	spoke bool
	// resists says that they have pushed back and not agreed since.
	resists bool
	// agreed says that they have agreed and not pushed back since.
	agreed bool
	// attacks says that their last turn attacked or judged.
	attacks bool
	// said are the words of their last turn.
	said *heard
	// diverts says that their last turn went to something else.
	diverts bool
}

// heard are words somebody else said. They are seldom asked for, and put in a set then.
type heard struct {
	sentences []*sentence
	words     utterance.WordSet
}

// has says whether a normalised word was heard; nobody's words have none.
func (h *heard) has(norm string) bool {
	if h == nil {
		return false
	}
	if h.words == nil {
		h.words = utterance.WordSet{}
		for _, s := range h.sentences {
			for i := range s.Tokens {
				if s.Tokens[i].IsWord() {
					h.words[s.Tokens[i].Norm] = true
				}
			}
		}
	}
	return h.words[norm]
}

// holds says whether all of some words, and at least one of content, were heard.
func (h *heard) holds(tokens []language.Token) bool {
	content := false
	for i := range tokens {
		if !tokens[i].IsWord() {
			continue
		}
		if !h.has(tokens[i].Norm) {
			return false
		}
		content = content || !tokens[i].IsStopWord()
	}
	return content
}

var (
	// Words that stand against what was asked. A bare "but" counts too: agreement needs none.
	againstCue = utterance.Phrases(
		`no way; no chance; absolutely not; certainly not; of course not; not really; out of the question; forget it;
		i|we can not; i|we could not; i|we will not; i|we would not; i|we do not think; i|we do not want;
		i|we do not see; i|we do not have; i|we do not know if|about|why; i|we do not like; i|we do not get why;
		i|we do not need; i|we do not do; i am not; we are not; i have not got; can not ?just|really _;
		that is|will not; it is|will not; this is|will not; that does not; it does not; that would not; it would not;
		there is no; there is not; nobody; no one else; not possible; impossible; not happening; not going to;
		not an option; not my problem|job|fault; not now; not again; not today; not this;
		why should|would|do|can|is|are|have; what about; how am|are|is|do i|we;
		who is|will|would going|cover|do|take|pay; i|we need you; i|we need everyone|everybody|all|it|that|this;
		you have to; you need to; you should; you must; you can not; you always; you never; you just want;
		you are just|being|too|so; too busy|much|expensive|late|many|short|hard|soon; short notice; short staffed;
		understaffed; unfortunately; afraid that|not|we|i|it|the|there|our|my|this; there is nothing;
		nothing i|we can; my hands are tied; what are friends; runs until; only if; as long as; not allowed;
		can not allow; seriously; come on; you promised; everyone|everybody else; i|we would rather; i|we prefer;
		hard to; difficult; not sure; i doubt; against the rules|policy; the policy; our policy; rules are rules;
		not fair; unfair; overreacting; exaggerating; making a big deal; big deal; calm down; so sensitive;
		what is the problem; i am sorry but|i; it is not that bad; get over it; deal with it; let it go; drop it;
		stop nagging; forget i|that; have not|did not|are not|is not|do not|can not|could not|would not you|it|he|she; under review; do not start; so what; and the|your|my; you know i|we|that|how;
		i do all|everything|most|enough; i have to|everyone; we have to; if i give|do|make|let|allow;
		is quite|perfectly|totally normal|fine; since when; you could have; you knew; i disagree; do not agree;
		makes no sense; maybe later|next|another; another time; some other time; we will see; let me think;
		i will think; have to think; i already; we already; same for everyone; i thought you; i thought we;
		after all i; you owe me; i did not; it was not; you did not; you are the one; ask someone|somebody else;
		i suppose not; i guess not; no can do; nope; sounds like a lot; that is a lot; i have too; i have a lot;
		that sounds complicated; what if everyone|everybody; you will|would have to; can|could|will|would we not;
		could|can|did|have you ?not ?even tried|try|done|do|ask|asked|check|checked|think|thought; no ifs; no buts;
		it is|was only|just; it does that; i|we never; i|we did not; skint; broke; desperate; final word; booked up|solid;
		not a big|great; what is so; my own|hands|mind; i worry; heart; like everyone|everybody|anyone else; the rest of us`,
	)
	againstStart = utterance.Phrases(`soon; later; eventually; maybe; perhaps; i might; no; but; well but; nah; nope; never; why; huh; ugh; really`)
	// Words of agreement.
	forCue = utterance.Phrases(
		`sounds good|fair|great|fine|reasonable; that works; works for me; i can do that; we can do that; no problem;
		i agree; we agree; of course; let us do that; let us try; happy to; glad to; i will do that; i will do it;
		i will make it work; yes|sure|okay|ok|course i will; it is a deal; fair enough; that is fair;
		i can live with; that is fine; that is okay|ok|alright; go ahead; you are right; consider it done;
		i understand and i will; i will arrange; we will arrange; makes sense; fine by me; i am in; all right then;
		thank you for telling`,
	)
	forStart = utterance.Phrases(
		`yes; yeah; yep; sure; ok; okay; alright; all right; deal; fine; agreed; absolutely; certainly; gladly;
		definitely; great; you have got it; you got it`,
	)
	insistCue = utterance.Phrases(
		`please; come on; just this once; just once; i really need; i need you; what if; you owe me; are you sure; but;
		i thought you; help me out; do me this|a favor|favour; pretty please; for me; only one; it is only;
		it is just; can you not; could you not; would you not; why not; everyone|everybody else`,
	)
	diversions = utterance.Phrases(
		`by the way; speaking of; what about your|the|that; and another thing; while we are at it; remember when;
		last time you; last week you; you also; you did not even; changing the subject; that reminds me; anyway;
		you are one to talk; look who is talking; you are not perfect; you do the same; and you; what about when you;
		what about you; how about you; since when do you; like you have never; and why; why have|did|do you not;
		how come you; so what; what does that have to do`,
	)
	agreeReject = utterance.Phrases(`but; however; except; only if; although; just not`)
)

// Turns that neither push back nor agree: they listen, greet or invite the speaker to go on.
var (
	listening = utterance.Phrases(
		`tell me ?more|about|what; go on; go ahead; what do you mean; what is|has ?it|happened|up|wrong; i see; i hear you;
		i am listening|here; how can|may i; what can i do|get for; what do|would you need|want|like; how are|is; how do;
		what is on your mind; did you eat|sleep; take your time; let me see; i understand; sounds hard; that sounds;
		thank|thanks you|for; i am sorry to`,
	)
	refusalToAnswer = utterance.Phrases(`says nothing; no answer; silence; silent; ignores; shrugs; sighs; sniffs; rolls; turns away; walks off`)
)

// hear takes a turn of somebody else into account. Whoever has been asked for something, or refused something, and neither
// agrees nor just listens has pushed back: with a reason, an excuse, a doubt, another subject, half a yes. Before the role
// has spoken only words against it are pushback: there may have been nothing yet to push against.
func (st *stance) hear(said *moment, refusing, spokenBefore bool) {
	st.spoke, st.said = true, &heard{sentences: said.sentences}
	_, st.attacks = said.fault(utterance.Attack, utterance.Judgement, utterance.Sarcasm, utterance.Threat)
	st.diverts = said.anywhere(diversions) || said.unrelated()
	against := said.against() || st.attacks
	switch {
	case said.words == 0:
		st.keepsSilent(spokenBefore)
	case said.agrees() && (!against || refusing && !said.asks() && !said.anywhere(insistCue)):
		st.resists, st.agreed = false, true
	case against && (spokenBefore || !refusing), refusing && (said.anywhere(insistCue) || said.objects()):
		st.resists, st.agreed = true, false
	case said.ritualOnly():
	case !spokenBefore && said.argues():
		st.resists = true
	case spokenBefore && !st.agreed && (said.asks() || !said.anywhere(listening)):
		st.resists = true
	}
}

// argues says whether an utterance speaks about the matter before anybody has asked: who states, and neither asks nor
// greets, has a position.
func (m *moment) argues() bool {
	if m.words < 4 || len(m.matter.all) == 0 || m.anywhere(listening) {
		return false
	}
	if m.asks() || m.anywhere(directCue.Phrases) || m.anywhere(hintCue.Phrases) {
		return false
	}
	for _, s := range m.sentences {
		if s.tie == closely || (m.matter.refusing() || anyway.In(s.Tokens)) && states(s.Tokens) {
			return true
		}
	}
	return false
}

// anyway marks what is said as a reason.
var anyway = utterance.Phrases(`anyway; like everyone|everybody; the rules; rules are; have|has to; always; already; just; only; that is how|all|it`)

// keepsSilent takes into account that somebody else answered with nothing.
func (st *stance) keepsSilent(spokenBefore bool) {
	if spokenBefore && !st.agreed {
		st.resists = true
	}
}

// objects says whether an utterance asks for reasons or sets a no against a no.
func (m *moment) objects() bool {
	for _, s := range m.sentences {
		if s.Form == language.WhQuestion && !listening.In(s.Tokens) || againstCue.In(s.Tokens) || anyNo.In(s.Tokens) {
			return true
		}
	}
	return false
}

var anyNo = utterance.Phrases(`not; no; never; nothing; nobody; none`)

func (m *moment) anywhere(these *language.Phrases) bool {
	for _, s := range m.sentences {
		if these.In(s.Tokens) {
			return true
		}
	}
	return false
}

func (m *moment) agrees() bool {
	for i, s := range m.sentences {
		if i == 0 && forStart.StartsWith(s.Tokens) || forCue.Asserted(s.Tokens) {
			return !m.anywhere(agreeReject)
		}
	}
	return false
}

func (m *moment) against() bool {
	for _, s := range m.sentences {
		if againstCue.In(s.Tokens) || againstStart.StartsWith(s.Tokens) || agreeReject.In(s.Tokens) ||
			refusalToAnswer.In(s.Tokens) {
			return true
		}
	}
	return false
}

func (m *moment) asks() bool {
	for _, s := range m.sentences {
		if s.Form != language.NoQuestion {
			return true
		}
	}
	return false
}

// unrelated says whether an utterance of some length has nothing to do with the objective.
func (m *moment) unrelated() bool {
	if m.words < 6 || len(m.matter.all) == 0 {
		return false
	}
	for _, s := range m.sentences {
		if s.tie != untied {
			return false
		}
	}
	return true
}

// social are the words of greetings, goodbyes and nods. A sentence of nothing else shows no skill and lacks none.
var social = utterance.Words(`hi hello hey bye goodbye thanks thank you so very much ok okay alright all right see later soon tomorrow then good
	morning afternoon evening night have a nice great day weekend cheers sure yes yeah yep yup great perfect wonderful
	cool got it i will do take care talk again well and how are doing fine uh huh mm hmm mhm oh ah right exactly
	agreed indeed appreciate that it welcome please to speak with your time for today listening lovely excellent
	awesome super ciao`)

// openers and closers among them; nods alone are neither "good" nor "you".
var ritual = utterance.Words(`hi hello hey bye goodbye thanks thank ok okay alright right see later soon morning evening night cheers sure yes
	yeah yep yup great perfect wonderful cool care fine huh mm hmm mhm oh ah exactly agreed indeed welcome lovely
	excellent awesome ciao`)

// ritualOnly says whether the utterance is a greeting, a goodbye or a nod and nothing else.
func (m *moment) ritualOnly() bool {
	found := m.words == 0
	for _, s := range m.sentences {
		rites, others, total := 0, 0, 0
		for i := range s.Tokens {
			token := &s.Tokens[i]
			if !token.IsWord() {
				continue
			}
			total++
			first, second := token.Parts()
			for _, word := range [2]string{first, second} {
				if ritual[word] {
					rites++
				}
				if word != "" && !social[word] {
					others++
				}
			}
		}
		// One word of another kind in a short sentence is whom it is said to: "Thanks, doctor."
		if others > 1 || others == 1 && (rites == 0 || total > vocative) {
			return false
		}
		found = found || rites > 0
	}
	return found
}

// vocative is how many words a greeting with somebody's name may have.
const vocative = 5
