package dearman

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// Confident: says it without apologising for it, hedging it or making oneself small.

var (
	hedgeCue = utterance.CueOf(utterance.None, "hedges",
		`maybe; perhaps; i guess; i suppose; sort of; kind of; kinda; sorta; i do not know; i am not sure; probably;
		possibly; i could be wrong; i might be wrong; i may be wrong; it is just|only that; i just thought;
		i was just|only; only if you; if you want; if that is ok|okay|alright|all|fine|possible;
		if it is ok|okay|alright|not|all|possible; if that makes; does that make sense; um; uh; erm; er;
		you know what i mean; or something; or whatever; or not; a little bit; if you do not mind; i do not mean to;
		i was wondering; i was ?just|only thinking; how to say; hypothetically; you know me; i do not mean to; that is all i am; i swear; whenever you|though|suits|works|is; some time|how; is it|that ok|okay;
		if you are busy; a bit you know; when you get|have a; or something like that; i would not want; it might be; might even; could be; what do i know; i hope that is|it; like i said maybe; somehow; dunno; any use; not that i am|was|can; a thing for me; would not know; if i am honest with myself; what with`,
	)
	sorryCue = utterance.CueOf(utterance.None, "apologises for it",
		`sorry; apologies; apologise|apologize; excuse me for; forgive me; pardon`,
	)
	belittles = utterance.CueOf(utterance.None, "makes the speaker small",
		`i hate to ask|bother|bring; i hate doing|asking; i am ?probably|just|being ?being daft|silly|annoying|stupid|cheeky|paranoid; nuisance|pest|burden; sick of me; no rush|stress|hurry|bother|biggie; no worries if; i am no expert|good; not that i am; whenever though|suits|really;
		i am just|only an|a ?_ old|silly|little; it is only the|a|me; only me; me again; i do not like|want to make trouble|trouble|bother|be|ask; i am going|droning|rambling on; i know i am going|rambling; you must be|think;
		i do not mean to press|push|bother|be|nag|moan; too much trouble|bother|hassle|to; i am terrible|awful|useless|hopeless|rubbish|bad; i am a terrible|bad|awful|useless; you are|will ?probably|going ?to ?say no; probably nothing;
		sorry sorry; sorry for all; but who is not; you are ?probably right; i suppose it; it does not matter; do not worry about me; that is all i am saying; sorry to bother|ask|trouble|bring; sorry for asking|bothering;
		it is ?probably|really|just|so|a|kind ?of stupid|silly|dumb|nothing|ridiculous|bother;
		this is ?probably|really|just|so|a|kind ?of stupid|silly|dumb|nothing|ridiculous;
		this sounds|might|may ?sound stupid|silly|dumb|crazy|ridiculous;
		i know i am ?being|just|so|probably|too annoying|difficult|being|silly|stupid;
		i know i am ?being|just|so|probably|too a|too|needy|sensitive|pain|bother;
		i am ?probably|just ?just|being wrong|overreacting|silly|stupid|dramatic|sensitive|difficult; i should not ask|complain|be;
		i have no right; who am i to; i am such a|an; i am a bad|terrible|horrible|rubbish|lousy _; i am a burden|mess|bother|nuisance;
		i am no good; i am bad at this; you can say no; feel free to say no; no pressure; if it is not too much;
		if it is no trouble; i do not deserve; i do not want to be a|any;
		i do not want to bother|impose|trouble|cause|burden|make; i am not important; it does not matter what i;
		it is my fault; it is all my; i am so so sorry; i am really really sorry; i am terribly|awfully sorry;
		please do not be mad|angry|upset; do not be mad|angry|upset; please do not hate; do not hate me; i am begging;
		i beg; please please; i feel bad|guilty|stupid|silly asking|for; i know it is a lot; i know this is a lot;
		i know you are ?probably|really|so|very too; you probably do not; you will probably|think say|i;
		you are probably|going right|to; ignore me; do not mind me; my bad`,
	)
	empathicSorry = utterance.Phrases(
		`sorry to hear; sorry that you|happened|it|your; sorry for your; sorry about your; sorry you are|have|had|feel;
		you should|will|are be|going sorry; you will be sorry; be sorry; say|said|says sorry; an apology; not sorry;
		better safe than sorry`,
	)
)

// Points of doubt: up to doubtWeak the utterance is weak, beyond it none.
const (
	doubtHedge     = 1
	doubtBelittles = 2
	doubtWeak      = 2
)

func judgeConfident(m *moment, stands, moved, kept utterance.Level) utterance.Finding {
	if because, ok := m.lastFault(utterance.Capitulation); ok {
		f := utterance.Finding{}
		f.Add(because)
		return f
	}
	force, forced := m.fault(utterance.Attack, utterance.Sarcasm, utterance.Threat)
	if forced && moved == utterance.None {
		f := utterance.Finding{}
		force.Why += "; force is not confidence"
		f.Add(force)
		return f
	}
	doubts, hits := m.doubts()
	f := utterance.Finding{Hits: hits}
	switch {
	case doubts > doubtWeak:
		return f
	case stands == utterance.None:
		f.Note = "Nothing is stood for here"
		return f
	case doubts > 0 || stands == utterance.Weak && kept == utterance.None:
		f.Level, f.Note = utterance.Weak, "Said plainly, but not for what is wanted"
		return f
	}
	f.Level, f.Note = utterance.Strong, "Said plainly, without apology, hedging or making oneself small"
	if forced {
		force.Why += "; force is not confidence"
		f.Cap(utterance.Weak, force)
	}
	return f
}

// doubts counts what makes the utterance smaller. Several hedges of one sentence count each: that is what makes them many.
func (m *moment) doubts() (int, []utterance.Hit) {
	if m.doubt != nil {
		return m.doubt.points, m.doubt.hits
	}
	m.doubt = &doubt{}
	m.doubt.points, m.doubt.hits = m.findDoubts()
	return m.doubt.points, m.doubt.hits
}

// doubt is what makes an utterance smaller, once it was looked for.
type doubt struct {
	points int
	hits   []utterance.Hit
}

func (m *moment) findDoubts() (int, []utterance.Hit) {
	points := 0
	var hits []utterance.Hit
	for _, s := range m.sentences {
		taken := make([]bool, len(s.Said))
		for _, each := range []struct {
			utterance.Cue
			points int
		}{{belittles, doubtBelittles}, {sorryCue, doubtHedge}, {hedgeCue, doubtHedge}} {
			for _, match := range each.Phrases.Find(s.Said) {
				if taken[match.First] || taken[match.Last-1] || exempt(s, match) {
					continue
				}
				for i := match.First; i < match.Last; i++ {
					taken[i] = true
				}
				points += each.points
				hits = append(hits, utterance.Hit{Span: language.Cover(m.text, s.Said[match.First:match.Last]), Why: each.Why})
			}
		}
	}
	return points, hits
}

// exempt are apologies that show sympathy.
func exempt(s *sentence, match language.Match) bool {
	for _, kind := range empathicSorry.Find(s.Said) {
		if match.First >= kind.First && match.First < kind.Last {
			return true
		}
	}
	return false
}
