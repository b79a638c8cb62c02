package interpersonal

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// fastSkills are the skills of FAST, in its order.
func fastSkills() []skill {
	return []skill{
		{"fast.fair", "Fair", "Is fair to the other and to oneself. Strong: what both need has its place (each is named, or something is given for what is asked). " +
			"Weak: one's own needs, or the other's, without running either down. None: runs the other down, or oneself, or neither's needs are named.", false, judgeFair, fairer},
		{"fast.no_apologies", "No apologies", "Does not apologise for asking, refusing, having an opinion or being there. Strong: no such apology. Weak: one. " +
			"None: more, or an apology for existing. Regret for what one has done, and sympathy, are no such apology.", true, judgeApologies, unapologetic},
		{"fast.stick_to_values", "Stick to values", "Holds to what one wants or believes. Strong: says plainly what one will and will not do, or what matters and why. " +
			"Weak: holds to it, but hedged. None: gives it up to please. Not applicable where nothing is at stake.", true, judgeValues, firmer},
		{"fast.truthful", "Truthful", "Says it as it is: no exaggeration, no excuse, no acting helpless. Strong: none of these. Weak: one exaggeration. " +
			"None: more, a pretext, or helplessness put on.", true, judgeTruthful, truer},
	}
}

var (
	own = utterance.CueOf(utterance.Weak, "has a place for what the speaker needs",
		`i need|want|feel|prefer|would|care|can|could|will|am|have; my _; for me; works for me; matters to me; important to me; i do not`)
	others = utterance.CueOf(utterance.Weak, "has a place for what the other needs",
		`you need|want|feel|would|have|are|could|get|can; your _; for you; works for you; suits you; matters to you; important to you; on your side; from your side`)
	mutual = utterance.CueOf(utterance.Strong, "has a place for both",
		`both of us; for us both; we both; each of us; meet you|me|in halfway|half|the; halfway; fair to|for both|us|everyone; in exchange; in return; take turns; half each; fair share; we could|can ?both|each; works for both|us; if you _ ?_ ?_ ?_ ?_ ?_ ?_ i will|can|could|would;
		i will _ ?_ ?_ ?_ ?_ ?_ ?_ if you; you _ ?_ ?_ ?_ and i; i understand _ ?_ ?_ ?_ ?_ ?_ and i; as much yours as mine; equally`)
	selfBlame = utterance.CueOf(utterance.None, "runs the speaker down",
		`i am such a|an; i am ?so|just|being ?being stupid|silly|useless|terrible|awful|pathetic|hopeless|worthless|selfish|needy; it is all my fault; i always ruin|mess; i do not deserve; i am a ?bad|terrible|horrible|failure|burden|nuisance|idiot; what do i know; i do not matter; ignore me; my needs do not`)
)

func judgeFair(m *moment) utterance.Finding {
	if because, ok := m.fault(utterance.Attack, utterance.Sarcasm, utterance.Threat, utterance.Judgement); ok {
		return spoilt(because)
	}
	if because, ok := m.find(selfBlame); ok {
		return spoilt(because)
	}
	if because, ok := m.fault(utterance.Capitulation); ok {
		because.Why = "gives one's own side up"
		return spoilt(because)
	}
	f := utterance.Finding{Note: "Neither side's needs are named"}
	if h, ok := m.find(mutual); ok {
		f.Add(h)
		return f
	}
	mine, ok := m.find(own)
	if ok {
		f.Add(mine)
	}
	theirs, also := m.find(others)
	if also {
		f.Add(theirs)
	}
	if ok && also && len(m.sentences) > 0 && m.words >= bothSides {
		f.Level = utterance.Strong
		for i := range f.Hits {
			f.Hits[i].Level = utterance.Strong
		}
	}
	return f
}

// bothSides is how many words it takes at least to name two sides: "Can I have your pen?" names none.
const bothSides = 10

var (
	sorries = utterance.CueOf(utterance.None, "apologises",
		`sorry; apologies; i apologise|apologize; my apologies; forgive me; pardon me; excuse me for; i hate to ask|bother|be; i feel bad|guilty|terrible|awful for|about asking|saying; my bad; do not be mad|angry|upset|cross`)
	existing = utterance.CueOf(utterance.None, "apologises for being there",
		`sorry for ?even existing|being|bothering|asking|taking|everything|all; sorry to bother|ask|trouble|be|bring; i am always in; sorry i am; i should not even; sorry sorry; so so sorry`)
	// due are apologies for what one has done, and sympathy.
	due = utterance.Phrases(`sorry ?that i was|did|broke|forgot|missed|lost|said|hurt|kept|shouted|yelled|snapped|left|came|made|got|spilled|hit|let; sorry for what|my|being late|rude|unfair|short|snapping|shouting|yelling|breaking|forgetting|missing|losing;
		sorry about|for your|yesterday|last|earlier|the delay|loss|mess|noise|mistake; sorry to hear; sorry you|that|it|for you|he|she; you should|will be sorry; not sorry; i am not sorry; say|said sorry; an apology; sorry for your`)
)

func judgeApologies(m *moment) utterance.Finding {
	f := utterance.Finding{Level: utterance.Strong, Note: "No apology that was not due"}
	var needless []utterance.Hit
	for _, s := range m.sentences {
		excused := due.Find(s.Tokens)
		for _, match := range sorries.Phrases.Find(s.Tokens) {
			if !covered(excused, match) {
				needless = append(needless, m.hit(sorries, s, utterance.At(match.First, match.Last)))
			}
		}
		if at, ok := existing.In(s.Tokens); ok && len(excused) == 0 {
			f.Cap(utterance.None, m.hit(existing, s, at))
		}
	}
	switch len(needless) {
	case 0:
	case 1:
		f.Cap(utterance.Weak, needless[0])
	default:
		f.Cap(utterance.None, needless[0])
	}
	return f
}

func covered(by []language.Match, match language.Match) bool {
	for _, b := range by {
		if match.First >= b.First && match.First < b.Last {
			return true
		}
	}
	return false
}

var (
	stands = utterance.CueOf(utterance.Strong, "says plainly what the speaker wants, will or will not do, or what matters",
		`i will not; i can not; i am not going to|willing|able|doing|comfortable; i do not want|lend|do|work|accept|agree|think it; my answer is; the answer is; i need; i want; i would like; i expect; i am asking; i believe; it is important|matters to me; it matters; that matters; i care about; i value; i promised; i have decided|made; i said no; so no; no i;
		i stand|stick by|to|with; i still want|need|think|believe|say|would; that is not right|fair|okay|ok|who; it would not be right|fair|honest; i keep|kept my; honesty|fairness|family|respect is|matters; could|can|will|would you; please; i disagree; i prefer`)
	hedges = utterance.CueOf(utterance.None, "hedges",
		`maybe; perhaps; i guess; i suppose; sort of; kind of; kinda; sorta; possibly; i do not know; i am not sure; if that is ok|okay|alright|all; if you want; or whatever; or something; i was ?just wondering; if it is not too much; no pressure; only if you; if you do not mind`)
	pleases = utterance.CueOf(utterance.None, "gives it up to please",
		`whatever you want|say|think|like|prefer; you decide; i do not mind really; i will do anything; anything you want|say; if it makes you happy; i just want you to be happy; as long as you are happy; i did not mean it; you are probably right`)
)

func judgeValues(m *moment) utterance.Finding {
	for _, cue := range []utterance.Cue{pleases} {
		if because, ok := m.find(cue); ok {
			return spoilt(because)
		}
	}
	if because, ok := m.fault(utterance.Capitulation); ok {
		return spoilt(because)
	}
	h, ok := m.find(stands)
	if !ok {
		return utterance.Inapplicable("Nothing is asked, refused or held to here")
	}
	f := utterance.Finding{}
	f.Add(h)
	if because, ok := m.find(hedges); ok {
		f.Cap(utterance.Weak, because)
	}
	return f
}

var (
	exaggerates = utterance.CueOf(utterance.None, "exaggerates",
		`you|he|she|they|we|i always|never; every single time|day|one; all the time; everybody|everyone|nobody|no one ?in ?this ?_ knows|thinks|says|agrees|cares|likes|else|does; a million|thousand|hundred times; literally dying|starving|dead|killing; the worst ever|in; worst day|thing|_ ever|of; forever; for ages; in my whole life; totally ruined|destroyed; completely impossible|useless; hours and hours; the end of the world`)
	pretends = utterance.CueOf(utterance.None, "acts helpless",
		`i ?just can not do anything|it|this without you; i will die|collapse if; i can not cope|live|manage without you; i am helpless; only you can; i have no choice|idea|clue at; i am too stupid|dumb|weak|old to; i can not do anything right; you have to save|rescue me; there is nothing i can`)
	excuses = utterance.CueOf(utterance.None, "makes up a pretext",
		`let us ?just say; just tell them|him|her i|that; i will ?just ?say i am sick|ill|busy; pretend; my phone ?must died|have|was; my dog ate; i ?totally|completely would but; i swear i never; make something up; nobody will know|notice; white lie; tell them i|that i am sick|ill; between you and me`)
	noEver = utterance.Phrases(`never mind; always welcome|happy|glad|good|been; never again; as always; you always have been; forever grateful`)
)

func judgeTruthful(m *moment) utterance.Finding {
	f := utterance.Finding{Level: utterance.Strong, Note: "Says it without exaggeration, pretext or acting helpless"}
	for _, cue := range []utterance.Cue{pretends, excuses} {
		if because, ok := m.find(cue); ok {
			f.Cap(utterance.None, because)
			return f
		}
	}
	var found []utterance.Hit
	for _, h := range m.all(exaggerates) {
		if !noEver.In(language.Tokens(h.Span.Quote)) {
			found = append(found, h)
		}
	}
	switch len(found) {
	case 0:
	case 1:
		f.Cap(utterance.Weak, found[0])
	default:
		f.Cap(utterance.None, found[0])
	}
	return f
}
