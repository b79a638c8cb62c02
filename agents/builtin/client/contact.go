package client

import (
	"github.com/vignette-sim/vignette/internal/language"
)

// contact takes back what was only in the words. Skill lands where it is about the one it is for: beside a reproach it is not
// heard, about something else it is not for this client, and a whole turn said back is an echo, not a listener.
func (h *heard) contact(sheet *sheet, own ground) {
	switch {
	case !h.any:
	case h.confrontation:
		h.disown()
	case h.elsewhere(sheet, own.said):
		h.disown()
		h.confused = true
		if h.asked != aboutRisk { // Whoever asks that is answered, wherever they come from.
			h.asked = aboutNothing
		}
	case h.returnsAll(own.last):
		h.disown()
		h.parrot, h.echoed = true, true
	}
}

// disown leaves of what was heard only what it asks and demands.
func (h *heard) disown() {
	h.reflected, h.named, h.affirmation, h.validation, h.summary, h.permission, h.yielding = false, false, false, false, false, false, false
	h.open = 0
}

// Counts of content words. Chosen: one strange word may be a figure of speech, two that meet nothing are another matter.
const (
	strangeWords = 2
	strangeShare = 3
)

// elsewhere says whether a turn is about something that is not this client's: it has words that neither belong to this client's
// world nor to talk about talking, and hardly any that were said here.
func (h *heard) elsewhere(sheet *sheet, said language.Stems) bool {
	if len(said) == 0 {
		return false // nothing was said yet that could be passed by
	}
	strange, shared := 0, 0
	for stem := range h.stems {
		switch {
		case has(said, stem):
			shared++
		case !has(talk, stem) && !sheet.holds(stem):
			strange++
		}
	}
	return strange >= strangeWords && strange >= strangeShare*shared
}

func has(stems language.Stems, stem string) bool {
	_, ok := stems[stem]
	return ok
}

// Shares and counts for a whole turn said back. Chosen: a listener chooses, an echo does not.
const (
	echoedShare = 0.8
	echoedWords = 3
	// echoedLong is how many words of content make a turn too long to be given back whole, even before a question.
	echoedLong = 8
)

// returnsAll says whether a turn gives back nearly all that the client said last, and hardly anything else.
func (h *heard) returnsAll(last language.Stems) bool {
	if len(last) < echoedWords || h.question && len(last) < echoedLong || last.Overlap(h.stems) < echoedShare {
		return false
	}
	own := 0
	for stem := range h.stems {
		if !has(talk, stem) || has(last, stem) {
			own++
		}
	}
	return float64(last.Shared(h.stems)) >= echoedShare*float64(own)
}

// heap says whether words are no sentence: a long run of words that mean something, with none between them that joins them.
func heap(tokens []language.Token) bool {
	run, longest, words, plain := 0, 0, 0, 0
	for _, token := range tokens {
		if !token.IsWord() {
			continue
		}
		words++
		if language.IsStopWord(token.Norm) || language.IsAuxiliary(token.Norm) {
			plain++
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest >= heapedWords || words > 2*heapedWords && float64(plain) < joinedShare*float64(words)
}

// A sentence in English is about half grammar. Chosen: below a third of it in a long one, or five words in a row without any.
const (
	heapedWords = 5
	joinedShare = 0.34
)

// holds says whether a word belongs to what a client might speak of, or wants to know.
func (s *sheet) holds(stem string) bool {
	for i := range s.items {
		if has(s.items[i].stems, stem) {
			return true
		}
	}
	return s.prospect.wants(stem)
}

// talk are words of talking, feeling and helping, and of everyday life as anybody speaks of it: they are about nobody in
// particular.
var talk = language.StemsOf(language.Tokens(`say tell talk speak ask answer question hear listen word name call mean meaning mention describe explain express share
	think thought mind head idea opinion believe belief know understand understanding notice see look picture view sense figure guess wonder remember remind forget imagine decide decision choice choose
	feel feeling emotion mood inside heart body stomach chest breath sad angry anxious afraid scared ashamed guilty lonely alone hurt hopeless tired exhausted tense calm relieved hopeful happy proud grateful upset worried worry fear anger shame guilt sadness pain painful distress stress pressure
	hard difficult easy heavy strong strongly weak big small great bad good better best worse worst important clear real true right wrong sure certain possible honest new old different same close far deep long short
	come go start begin stop end finish keep continue carry hold leave stay stand sit take give bring get make put let happen change move turn grow learn teach find lose use try work help support matter need want hope wish like love care mind enjoy prefer
	time moment day week month year morning evening night today tomorrow yesterday now later hour minute past present future often sometimes usually always never again while first last next
	thing something anything nothing everything everyone somebody nobody anybody people person man woman friend family life world home place way side part piece point reason problem situation case example kind sort bit lot step goal plan scale number story experience event strength courage trust respect advice suggestion offer permission
	thoughts among gently plainly interrupt middle experiment mark strain fault
	questionnaire form paper homework appointment list rational rationally logic logical realistic advice exercise hobby habit
	thank thanks welcome hello goodbye sorry please glad appreciate honest honestly brave
	sleep eat drink food appetite energy health healthy sick ill illness safe safety suicide suicidal kill die death dead alive live living harm danger rest peace quiet noise loud
	zero one two three four five six seven eight nine ten hundred percent half once twice few several little less more most own else other another alone away back behind beside ahead across along around between through under over up down off out inside outside above below left right
	hand eye ear face foot arm leg skin voice tear smile silence pause pace hurry slow fast quick early late ready useful useless fair unfair careful strict harsh gentle kind cold warm open closed direct clear loud soft full empty free busy
	expect suppose accept refuse agree allow let push pull press hit touch reach catch throw fall break build fix hide show walk move sit lie wear pick spend act draw gather join bring send meet miss avoid protect bother fight shake weigh follow lead pass cross turn
	cause course point position view overview moment headline conclusion habit chance risk rule law truth lie secret promise excuse mistake blame luck trouble relief comfort worth value price goal task job
	understandable natural normal usual common rare strange odd interesting surprising serious heavy light high low whole main single double certain likely unlikely alike similar common
	sound seem appear fit belong lead cause face deal cope manage handle react respond reaction response behaviour habit rule evidence fact proof exception note list session meeting counselor client therapy help together open ready able okay fine perhaps maybe quite really just still even much many enough almost`))

// follow finds out whether what was heard follows from what went before. It is to be called once a turn.
func (t *turn) follow() {
	h, m := &t.heard, t.memory
	h.toldSomething = m.Lately > 0
	meets := h.meets(t.ground)
	h.takenUp = meets || h.named || h.summary || h.stems.Shared(t.ground.last) > 0
	if h.question && h.asked != aboutNothing && h.asked != aboutMore {
		h.askedBefore = m.Subjects&(1<<h.asked) != 0
		m.Subjects |= 1 << h.asked
	}
	if met, weight := h.shows(meets, m); weight > 0 {
		m.attune(met, weight)
		h.unmet = m.Unmet > 1
	}
}

// meets says whether what was heard is about what was just told, and not only kind: it gives it back, or speaks on of the very matter.
// The matter's words alone, in a heap or beside a reproach, meet nobody.
func (h *heard) meets(own ground) bool {
	if h.echoed || h.heaped || h.confrontation {
		return false
	}
	return h.reflected || h.answered || ofMatter(h.stems, own.said)
}

// ofMatter says whether one of some words was said, and is about something in particular.
func ofMatter(words, said language.Stems) bool {
	for stem := range words {
		if has(said, stem) && !has(talk, stem) {
			return true
		}
	}
	return false
}

// shows is what a turn shows of whether the helper is with one, 1 or 0, and how much that weighs; 0 where there was nothing to be met.
func (h *heard) shows(meets bool, m *memory) (met, weight float64) {
	switch {
	case h.confused, h.confrontation, h.missed && !h.reflected:
		return 0, estranging
	case meets:
		return 1, attuning
	case h.yielding && m.Withheld:
		return 1, respecting
	case h.asked == aboutRisk, h.closing:
		return 0, 0
	case h.toldSomething:
		return 0, attuning
	case m.SaidMore && !h.hums(), h.askedBefore && !asksOn[h.asked]:
		return 0, attuning / 2
	}
	return 0, 0
}

// asksOn are subjects of which there is always more to ask.
var asksOn = map[subjectOf]bool{aboutOpening: true, aboutFeelings: true, aboutThoughts: true, aboutSession: true, aboutLeave: true, aboutChange: true}

// hums says whether somebody only lets one go on: that passes by nothing that has been told already.
func (h *heard) hums() bool { return !h.question && len(h.stems) <= 1 }

// attune takes in whether the client was met, 1 or 0, and how much that says.
func (m *memory) attune(met, weight float64) {
	if m.Unmet++; met > 0 {
		m.Unmet = 0
		m.Met++
	}
	m.Attuned += weight * (met - m.Attuned)
}

// attuned is how far somebody still takes the helper to be with them, 0-1: what skilled words and questions do for them, and how
// readily they tell more, hangs on it.
func (m *memory) attuned() float64 {
	earned := min(attunedFrom+earnedEach*float64(m.Met), earnedMost)
	return within((max(m.Attuned, earned)-attunedFrom)/(attunedFull-attunedFrom), 0, 1)
}
