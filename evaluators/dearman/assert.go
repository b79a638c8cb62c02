package dearman

import (
	"strings"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// Assert: asks for what is wanted, or says no, so that it cannot be missed.

var (
	directCue = utterance.CueOf(utterance.Strong, "asks for it directly",
		`could|can|will|would you; can|could|may|might i; can|could|may we; please;
		i|we would ?really|also|very|still|just ?much like _; i|we ?still|just|only|really want|need _;
		?i ?am still|simply|only|just asking; i am asking; what i am asking; i am ?still|also|simply|only|just requesting; i ask that|you|for;
		i want you; i want to ask|request|be|have|get|work|leave|take|use|see|keep|know;
		i want to do|go|stop|start|spend|change|make|come|pay|return|book|sit|talk;
		i want a|the|my|our|your|some|more|it|this|that|them; i need you;
		i need to|a|the|my|your|us|it|some|more|that|this; i need;
		i would ?really|greatly|truly|also appreciate ?it if|you; i would ?really prefer; my request is;
		what i need|want|would; what i am asking|after; is|would it ?be possible;
		would it be ok|okay|alright|all|fine|acceptable if|right|for; is it ok|okay|alright|possible if|for|that;
		would you mind; would you be willing|able|open|ok|okay|up|prepared|interested; are you willing|able;
		i am here to ask; i ask; i request; let us; i expect; i would be grateful if; it is important to me that you;
		i propose; i am asking|begging you|for; all i|we want|need|ask|am; i|we need|want someone|somebody|him|her|them|an; it|this|that wants|needs a|an|doing|sorting|fixing;
		can|could we have|get|see|book|sort|fix|make; i|we am|are going to need; i would|will have|take the; you need to get|send|pay|fix|book|let; i have to insist; i insist;
		sort|get|let|give me|us out|some|a|it|this|the|have|stay|go; let me|us _; are you going to; any chance you|of; would you please; put me down|in|through; book me;
		i still|really|do|just|therefore need|want|would; what i am after; is what i am|want|need ?after; i ?hereby ask|request _; please _;
		i would ask|urge you; i am after; is my request; the ask is; do me a favour and; be so kind ?as ?to; kindly _; pls|plz _`,
	)
	hintCue = utterance.CueOf(utterance.Weak, "only hints at what is wanted",
		`it would be ?so|really|very|just nice|great|good|cool|lovely; would|might ?just|really ?have|be|been|not ?so ?really|very|much ?more nice|nicer|great|good|better|beter|cool|lovely|ideal|brilliant|helpful|fairer|kinder|worth|considered|possible;
		be ?so|really ?very good|great|nice|lovely|brilliant if; how would it be; ought to; it|that would be|about time|the|good|great; would be the|a thing|way|idea|start|option|relief; find|finds its way; whether _ ?_ ?_ ?_ might|could|can|would;
		might _ ?_ ?_ ?_ be|have|go|come|stop|start; in case you; i am only|just saying; no harm in;
		it would be ?so|really|very|just wonderful|helpful|awesome|amazing|better|easier;
		maybe you|we|i could|can|should|might; i was|am ?just|kind|kinda|sort wondering|hoping;
		i wonder|wondered if|whether; i guess i; i kind|sort of want|need|would|wanted|hoped;
		somebody|someone|anybody|one should|needs|could|has|ought; it needs to; i wish; do you think you|we|i;
		do not you think; you should; you need to; you must; you ought; you could; we should; we need to;
		we have to; we could; should ?really|also be|come|get|have|stop|go|do|start|change; something has|needs to;
		things have|need to; is there any|a way|chance; there is a|any way|chance; any chance;
		i just thought|wondered; i do not suppose; i was thinking; i thought maybe|you|we|i; if you could;
		if it is not too; you do|would|could not ?happen ?to fancy|feel|like|have|mind|suppose|know; fancy a|doing|taking|giving|coming; if somebody|someone|anybody|anyone had|could|would|were|happened; i would hope; i hope; it is time; i have to ask; i might need; i may need;
		if you could|can|would|get|got|made|had; if we could|can|get|got|had; if there was|were|is; if it is not; right now it is; is it|there ?perhaps|maybe|possibly a|an|any|anyone|someone|something|no;
		it is _ i am; same question|answer|thing; you skipped|missed|dodged|forgot|changed; does not ?really sit|work|suit|help; about _ ?_ thing;
		any news|joy|luck|word|idea|update; it would|could help; would love|like|prefer; i am hoping; not what i; still waiting; still here; what about the|that|this|my|your;
		a quick _ ?_ saves; you would be ?such ?a doing|helping|star|angel|life; before it ?gets|is; it can not|will not wait; being the only one; would you not; would not _ ?_ be better;
		could use some|a; not sure if you|i; would not mind; it is about time; would be nice; i just want;
		you can not keep; this can not go|continue; this has to; that has to; can we ?please talk|discuss|chat|speak;
		could we talk|discuss|chat|speak; i want to talk|discuss|speak; i would like to talk|discuss|speak|bring;
		i need to talk|speak`,
	)
	agreeCue = utterance.CueOf(utterance.Strong, "asks whether the other agrees",
		`does|would|will|could that|this|it ?also work|suit|sound|be|seem|do|help; ?so we are|were agreed; we agree|agreed; are we; is it agreed|settled|done;
		is that|this|it ?something ok|okay|fair|fine|acceptable|alright;
		is that|this|it doable|possible|reasonable|agreeable; is that|this|it something you|we;
		deal; you good|ok|okay|fine|happy|cool|alright with; ok|okay|fine|alright with you; a yes|no; yes or no; we leave|call|say; are we good|ok|sorted|clear;
		agreed; what do you reckon|think|say; you up for; can you make that|it; shall we|i _; fair; can we agree; do we have|agree;
		are you ok|okay|willing|open|on|able|fine|good|up with|to|board|for; would|do you agree;
		how does|would that|this sound|work; does that sound|seem; can i count|rely|depend; is it a deal;
		what do you say; can|could you do|live|agree|accept|commit|manage that|with|to|it|this; are we agreed;
		can we settle|commit; will you agree|do|commit; would you be ok|okay|fine|comfortable|alright with; so do we;
		have we got; can you see yourself; do you think that works|would|could|is; is there a day|time`,
	)
	// Requests about the talking itself, and questions for information, ask for nothing yet.
	preliminary = utterance.Phrases(
		`can|could|may i ?please|just talk|speak|say|ask|tell|add|finish|interrupt;
		can|could|may i have a minute|word|moment|second; can|could i get a word;
		could|can|would|will you ?please|just|maybe tell|explain|say|repeat|clarify|elaborate|describe;
		could|can|would|will you ?please|just|maybe remind|believe|imagine|see|hear|listen|understand|know;
		could|can|would|will you ?please|just let me finish|explain|say; can|could|would you help me understand;
		can not you see; i need to tell|say|ask; i want to tell|say|understand|thank|know; i want to make sure;
		i would like to say|tell|know|understand|thank|explain|add|start; what i want to say; let us see|be|talk;
		let us not|say; please tell|explain|listen|understand|know|hear; please let me finish|explain|say;
		please do not get|be|take; please; let me|us know|see|think|finish|explain|say|tell|ask|guess|get|put|check|speak|talk|be|just|start|add|go|look;
		let us know|see|think|talk|be|go|start; i need to understand|know|think|go; i ?really|just need help;
		do not get|take|worry|misunderstand|know|think|want|need|have|feel|see|understand|mind|like|care;
		i do not want|know|think|like|care|mind|need|feel; i want you to know|understand|see;
		i need you to know|understand|see|listen|hear; could|can i help; can i be honest; will you be;
		would you be surprised; can|could|would you imagine|please imagine; do you have a|time|minute|moment;
		i would like a word; you should see|hear|have`,
	)
	begging = utterance.Phrases(
		`please please please; i am begging; i beg you; just this once; pleeease; please i am begging`,
	)
)

var (
	refusalCue = utterance.CueOf(utterance.Strong, "says no, and clearly",
		`i ?just|really|simply|still|also|honestly can not; i|we ?just|really|simply|still|also|honestly will|shall not; i shall not; i will never;
		i am ?just|really|simply|still|also not going|able|available|willing|comfortable|taking;
		i am ?just|really|simply|still|also not doing|coming|lending|signing|joining|accepting;
		i am ?just|really|simply|still|also not interested|staying|giving|paying|driving|hosting;
		i am ?just|really|simply|still|also not working|buying|moving|selling|sharing|changing; i am unable;
		i do not feel comfortable; i do not want to; i have to say no; i am saying no; i need|have|want to decline;
		i decline; i am declining; i am going to decline|pass; i am going to say no;
		i am going to have to say|decline|pass; my answer is ?still no; the answer is ?still no; it is a no;
		that is a no; it is still no; no thank|thanks; that does not work for me; this does not work for me;
		it does not work for me; that will not work for me; i would not be able; i will have to say no|decline|pass;
		i said no; i am going to pass; i will pass; i must decline; i must say no; i refuse; i do not lend;
		i do not do; please|pls do not _; do not ?you put|count|sign|book|expect|plan ?on me; i could not do; not this time; i choose not to; i have decided not; i decided not;
		please do not ask; please stop asking; please ask someone|somebody; i will not be; i am not in a position;
		is not something i can|am|want|will|do; i have none to; still no; so no; is|are|be a ?clear|firm|hard no;
		no from me; no i; count me out; leave me out; i am out; it is ?still no; so it is no; is still no; is no; nothing doing; not happening; not going to happen; no means no; i would have to say|decline|refuse;
		my answer; i have said no; i can not have|take|host|let|do|come|give|lend; not with me|mine; i will not have|take|host|let|do|come|give; no way; it is not going to|on; i am not on; i am not up for; i am passing|pass|bowing|backing|stepping|opting|sitting|staying on|out|back|this|down; i am turning it|this|that|you down; give|giving it|this a miss; stick|sticking|staying|stay with no; i am done with|doing; going to somebody|someone else; i do not want him|her|them|it|that|this|any|another|more; not mine to; that|this is not for me; no go; hard pass; _ will not work|happen; i would say no; i am staying out; i draw the line; off limits; out of the question; i do not have the|time|room|capacity|money`,
	)
	softNoCue = utterance.CueOf(utterance.Weak, "says no, but so that it can be missed",
		`i do not think i can|could|will|am|want|should|would; prefer|rather|maybe not|pass ?to; not my idea of|cup; is|am ?already|pretty|fully booked|full; is not looking; more out than; count me out more than; i would not count; could get tight; bit much; not ?be ?quite the right; i do not think that|it|this would|will|works|is;
		i would rather not; i would prefer not; i would love|like to; it would ?just ?only be a|too|so; i am not sure|certain|convinced i|if|that|about|whether|there|what|how|it; i ?just wonder|wondered if|whether; maybe another|next|some|later; someone|somebody|anyone else this|next ?time|year|week; i would ?probably|rather tend|lean; more towards not; nah i|not;
		another time; some other time; i might not; i may not; it is not a good|great time; this is not a good|great;
		i probably can|will|should|would|could not; i do not know if|whether|about; i wish i could;
		i would love to but; i would if i; it is a bit|little difficult|hard|tricky; i have a lot on|going|to;
		i am ?really|pretty|quite|kind|a ?of|bit|little busy|tired|swamped|stretched|tied; i have plans;
		i have got plans|a lot|something; tricky|difficult|tough|complicated|hard for me; we will see;
		i was kind|sort of hoping; i was planning; i was going to; i had planned; i already have;
		can you ask|find someone|somebody; have you asked; is there anyone|someone|anybody|nobody;
		maybe you|someone could|can; is not ?so|very|really|exactly|quite|that perfect|ideal|great|good|easy|convenient|possible|best; not ?so|very|really|exactly|the perfect|ideal|great|convenient|best|easy;
		maybe|perhaps it is|we|not|_ could|can|might; would|could|might not _ ?_ be|prefer|rather better|best|happier|easier; only lets|allows; i would like|love to help; i would hate to miss|lose;
		better off with|in|without|at|somewhere; i am a bit|little; i have a|an|one|the|my _; might ?even be best|better; i need my; not sure it|this|that|about; i do not like to|the;
		let me think; let me see; i will have to check|see|think; could|will see how|what|if; nearer the time; not the best with|at|for; i guess not;
		i should probably; i kind|sort of need; not really; i am not really; i would need to`,
	)
	bareNo = utterance.Phrases(`no; nope; absolutely not; certainly not`)
)

func judgeAssert(m *moment) utterance.Finding {
	f := utterance.Finding{Note: "Nothing is asked for"}
	if m.matter.refusing() {
		f.Note = "Nobody could tell from this that the answer is no"
	}
	for i, s := range m.sentences {
		if s.Broken {
			continue
		}
		h, ok := m.assertedIn(s, i == 0)
		if m.matter.refusing() {
			if at, asks := agreeCue.In(s.Tokens); asks && s.Form != language.WhQuestion && (m.other.agreed || m.onTable() && m.late) && s.Form != language.NoQuestion {
				h, ok = utterance.Hit{Level: utterance.Strong, Span: m.cover(s, at), Why: agreeCue.Why}, true
			}
		}
		if !ok {
			continue
		}
		switch {
		case s.Has(utterance.Attack, utterance.Sarcasm):
			h.Level--
			h.Why += ", but in an attack"
		case s.Has(utterance.Judgement):
			h.Level = min(h.Level, utterance.Weak)
			h.Why += ", but in a judgement"
		}
		if !s.Has(utterance.Capitulation) {
			f.Add(h)
		}
	}
	if h, ok := m.hemsAndHaws(); f.Level == utterance.None && ok {
		f.Add(h)
	}
	if because, ok := m.lastFault(utterance.Capitulation); ok {
		f.Cap(utterance.None, because)
		if len(f.Hits) == 0 {
			f.Add(because)
		}
	}
	return f
}

// assertedIn finds what a sentence asks for, or the no in it of whom the objective has refuse.
func (m *moment) assertedIn(s *sentence, first bool) (utterance.Hit, bool) {
	if m.matter.refusing() {
		return refusalIn(m, s, first)
	}
	return requestIn(m, s)
}

// hemsAndHaws finds words of doubt around the matter: a wish, or a no, that does not come out.
func (m *moment) hemsAndHaws() (utterance.Hit, bool) {
	if m.faulty() || m.other.agreed {
		return utterance.Hit{}, false
	}
	doubts, hits := m.doubts()
	if m.matter.refusing() && doubts > 0 && (m.anywhere(hintedCue.Phrases) || m.anywhere(softTopic)) || doubts > 1 && !m.matter.refusing() && m.topicAsQuestion() {
		return utterance.Hit{Level: utterance.Weak, Span: hits[0].Span, Why: "goes round what is wanted without saying it"}, true
	}
	return utterance.Hit{}, false
}

var softTopic = utterance.Phrases(`for me; a|bit|little|quite|rather ?bit|little mad|busy|full|much|packed|tricky|hectic|crazy|tight; not the best|easiest`)

// topicAsQuestion says whether a question consists of the matter's name and little else: "the photos?"
func (m *moment) topicAsQuestion() bool {
	for _, s := range m.sentences {
		if s.Form != language.NoQuestion && s.tie == closely {
			return true
		}
	}
	return false
}

// lastFault finds a fault that stands in the last third of the utterance: what is taken back at the end is taken back;
// "never mind the weather" at the beginning is not.
func (m *moment) lastFault(kind utterance.FaultKind) (utterance.Hit, bool) {
	for _, s := range m.sentences[len(m.sentences)*2/3:] {
		for _, f := range s.Faults {
			if f.Kind == kind {
				return utterance.Hit{Span: m.cover(s, f.At), Why: f.Why}, true
			}
		}
	}
	if len(m.sentences) < 3 {
		return m.fault(kind)
	}
	return utterance.Hit{}, false
}

// requestIn finds a request. A hint before it makes it a hint: "I was wondering if you could".
func requestIn(m *moment, s *sentence) (utterance.Hit, bool) {
	if !m.concerns(s) {
		return utterance.Hit{}, false
	}
	if at, ok := agreeCue.In(s.Tokens); ok && s.Form != language.NoQuestion {
		h := utterance.Hit{Level: utterance.Weak, Span: m.cover(s, at), Why: agreeCue.Why + ", without saying to what"}
		if s.tie == closely || m.tiedElsewhere() || m.onTable() {
			h.Level, h.Why = utterance.Strong, agreeCue.Why
		}
		return h, true
	}
	if at, ok := s.Find(pressing); ok && s.Form != language.NoQuestion && m.onTable() {
		return utterance.Hit{Level: utterance.Strong, Span: m.cover(s, at), Why: "asks when or which, and so that it be done"}, true
	}
	if s.Form == language.WhQuestion || s.Form == language.MeasureQuestion {
		return utterance.Hit{}, false
	}
	hinted, isHint := firstRequest(s, hintCue)
	direct, isDirect := firstRequest(s, directCue)
	switch {
	case isDirect && (!isHint || direct.First < hinted.First || overlaps(direct, hinted) && longer(direct, hinted)):
		if at, ok := s.Find(begging); ok {
			return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, at), Why: "begs for it"}, true
		}
		return utterance.Hit{Level: utterance.Strong, Span: m.cover(s, direct), Why: directCue.Why}, true
	case isHint && (s.Form != language.NoQuestion || !openCue.Phrases.In(s.Tokens)):
		return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, hinted), Why: hintCue.Why}, true
	case condition.In(s.Tokens) && promises(s):
		return utterance.Hit{Level: utterance.Weak, Span: m.whole(s), Why: "names what is wanted as a condition, without asking for it"}, true
	case orders(s) && (dealt.In(s.Tokens) || m.other.resists && s.stems.Shared(m.matter.compromises) >= 2):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: "asks for it, and says what for"}, true
	case len(m.sentences) > 1 && orders(s) && isConcrete(s.Tokens) && !s.Has(utterance.Threat, utterance.Attack, utterance.Sarcasm, utterance.Judgement) && s.tie == closely:
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: "says plainly what to do and when"}, true
	case orders(s) && m.talksOf(s):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: "says plainly what to do"}, true
	case orders(s):
		return utterance.Hit{Level: utterance.Weak, Span: m.whole(s), Why: "orders something, though not plainly what is wanted"}, true
	case m.directs(s), m.asksSomebody(s):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: "says plainly who is to do what"}, true
	case m.bans(s):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: "says plainly what is not to be"}, true
	case len(m.sentences) > 1 && concreteOrder(s):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: "says plainly what to do and when"}, true
	case m.names(s), m.onTable() && !ownFeeling(s.Tokens) && m.restates(s):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: "says in so many words what is wanted"}, true
	case s.Form != language.NoQuestion && (doubtful.In(s.Tokens) || m.verbless(s)):
		return utterance.Hit{Level: utterance.Weak, Span: m.whole(s), Why: hintCue.Why}, true
	}
	return utterance.Hit{}, false
}

// talksOf says whether a sentence speaks of what is wanted, or stands where nothing else can be meant.
func (m *moment) talksOf(s *sentence) bool {
	return s.stems.Shared(m.matter.request) > 0 || m.onTable() && s.tie != untied || m.namesWish()
}

// namesWish says whether some other sentence speaks of what is wanted.
func (m *moment) namesWish() bool { return m.stems.Shared(m.matter.request) > 0 }

// directs says whether a sentence tells the other what they will do: "You redo those brakes", "From June you take the Sundays".
func (m *moment) directs(s *sentence) bool {
	if s.Form != language.NoQuestion || s.stems.Shared(m.matter.request) == 0 || unsure.In(s.Tokens) || s.Has(utterance.Judgement) {
		return false
	}
	for i, token := range s.Tokens[:max(0, len(s.Tokens)-2)] {
		if token.Norm != "you" && token.Norm != "you'll" || i > 0 && supposing[s.Tokens[i-1].Norm] {
			continue
		}
		next := s.Tokens[i+1].Norm
		if next == "and" && s.Tokens[i+2].Norm == "i" {
			return true
		}
		return (language.IsVerb(next) || strings.HasPrefix(next, "re")) && !notDirected[next] && !observed[next] &&
			(token.Norm == "you'll" || objects[s.Tokens[i+2].Norm] || utterance.Determiners[s.Tokens[i+2].Norm] || those[s.Tokens[i+2].Norm])
	}
	return false
}

var (
	supposing   = utterance.Words("if when while because since as before after until whether what how where that than once why but though although")
	notDirected = utterance.Words("know have need want like love mean think say see get feel find hear understand remember start begin look seem always never really")
	those       = utterance.Words("those these up out back on over again")
)

// asksSomebody says whether a question asks for something of whoever it names: "Would Your Highness put it away?"
func (m *moment) asksSomebody(s *sentence) bool {
	if s.Form != language.PolarQuestion || firstIsPreliminary(s) {
		return false
	}
	words := language.Words(s.Tokens)
	for len(words) > 2 && beforeOrder[words[0].Norm] {
		words = words[1:]
	}
	return len(words) > 3 && asking[words[0].Norm] && !impersonal[words[1].Norm] && m.namesWish()
}

var (
	asking     = utterance.Words("would will could can won't")
	impersonal = utterance.Words("it that this there i we he she they one")
)

// bans says whether a sentence says what is not to be, in the objective's words and without a verb: "No treadmill before seven."
func (m *moment) bans(s *sentence) bool {
	words := language.Words(s.Tokens)
	return s.Form == language.NoQuestion && len(words) > 1 && (words[0].Norm == "no" || words[0].Norm == "not") &&
		s.stems.Shared(m.matter.request) > 0 && !states(s.Tokens) && len(words) <= 10
}

// dealt goes on behind an order with what comes of it: "give me the morning and you'll have it by noon".
var dealt = utterance.Phrases(`and i|we will|can; and you|we|they will|would|are|have|get|can; and ?then you|we|i; and it is|will; so ?that you|we|i|he|she|they|it`)

// doubtful questions ask as if they did not.
var doubtful = utterance.Phrases(`maybe; perhaps; possibly; any chance; by any chance; somehow; at some point; just a|an|one|some`)

// concreteOrder says whether a clause behind the first is an order with a time or a number: "..., pick him up at nine".
func concreteOrder(s *sentence) bool {
	if s.Form != language.NoQuestion || len(s.Faults) > 0 {
		return false
	}
	for i := 2; i+2 < len(s.Tokens); i++ {
		clause := s.Tokens[i+1:]
		if s.Tokens[i].Norm == "," && language.IsVerb(clause[0].Norm) && !notOrders[clause[0].Norm] && (utterance.Determiners[clause[1].Norm] || objects[clause[1].Norm]) && isConcrete(clause) {
			return true
		}
	}
	return false
}

var objects = utterance.Words("me him her us them it this that")

// verbless says whether a question only names what is wanted: "And my shifts, from the tenth?"
func (m *moment) verbless(s *sentence) bool {
	return s.tie == closely && s.stems.Shared(m.matter.request) > 0 && !states(s.Tokens) && s.Form == language.PolarQuestion && language.CountWords(s.Tokens) <= 8
}

// names says whether a sentence is what is wanted and little else, without a verb: "Saturday, from the start."
func (m *moment) names(s *sentence) bool {
	if s.Form != language.NoQuestion || !m.onTable() || len(s.stems) < 2 && !isConcrete(s.Tokens) || states(s.Tokens) || s.stems.Shared(m.matter.compromises) > s.stems.Shared(m.matter.request) {
		return false
	}
	shared := s.stems.Shared(m.matter.request)
	return shared > 0 && 10*shared >= 6*len(s.stems)
}

// restates says whether a sentence says how it will be, in the words of the objective: "The weekend stays with me."
func (m *moment) restates(s *sentence) bool {
	switch shared := s.stems.Shared(m.matter.own); {
	case s.Form != language.NoQuestion || unsure.In(s.Tokens):
		return false
	case unchanged.In(s.Tokens):
		return true
	case shared >= 1 && stays.In(s.Tokens):
		return true
	default:
		return shared >= 2 && 10*shared >= 6*len(m.matter.own) && denies(s.Tokens) == m.matter.negated
	}
}

var (
	unsure    = utterance.Phrases(`if; would; could; might; maybe; perhaps; wonder; hope; think`)
	unchanged = utterance.Phrases(`that|this|it|nothing|answer has|have not changed|moved; nothing has|is changed|changing; no change; _ stands; still stands; stays|remains the same|as|where`)
	stays     = utterance.Phrases(`stay|stays|staying|remain|remains|stand|stands|keep|keeps|belongs|belong`)
)

// pressing questions take it as agreed that something will be done and ask when, or which.
var pressing = utterance.Phrases(
	`when can|could|will|would|are|is|do|does you|we|i|he|she|they|it|somebody|someone|the|a|an; when's somebody|someone|the|he|she|it|they;
	when can|could|will|would|are|is|do|does somebody|someone|anybody|anyone|your; by when; the rest when; how fast|quickly; what|which day|time|date; how soon; monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|morning|now or;
	so by|on|this|next|tomorrow; then by|on|this|next|tomorrow; by|on monday|tuesday|wednesday|thursday|friday|saturday|sunday then`,
)

// implied is a request that nobody made, but that the gain or the offer lets guess.
func (m *moment) implied(reinforced, negotiated utterance.Finding) (utterance.Hit, bool) {
	if m.other.agreed || m.matter.refusing() && m.matter.plain {
		return utterance.Hit{}, false
	}
	for _, h := range append(reinforced.Hits, negotiated.Hits...) {
		if h.Level == utterance.Strong || h.Level == utterance.Weak && tomorrow.In(language.Tokens(h.Span.Quote)) && !openCue.Phrases.In(language.Tokens(h.Span.Quote)) {
			return utterance.Hit{Level: utterance.Weak, Span: h.Span, Why: "lets guess what is wanted, without asking for it"}, true
		}
	}
	return utterance.Hit{}, false
}

// asksForAWay is a question for a way to what is wanted: it can be heard as asking for it.
func (m *moment) asksForAWay() (utterance.Hit, bool) {
	if m.matter.refusing() || m.other.agreed {
		return utterance.Hit{}, false
	}
	for _, s := range m.sentences {
		if at, ok := openCue.In(s.Tokens); ok && s.Form != language.NoQuestion && !s.Broken && !firstIsPreliminary(s) {
			return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, at), Why: "asks for a way, which lets guess what is wanted"}, true
		}
	}
	return utterance.Hit{}, false
}

// firstIsPreliminary says whether a sentence begins with a request about the talking: "Could you tell me why?"
func firstIsPreliminary(s *sentence) bool { return preliminary.StartsWith(s.Tokens) }

// firstRequest finds the first place of a cue that is more than a preliminary.
func firstRequest(s *sentence, c utterance.Cue) (utterance.Place, bool) {
	for _, match := range c.Phrases.Find(s.Tokens) {
		at := utterance.At(match.First, match.Last)
		if !isPreliminary(s, at) && !idlePlease(s, at) && !isReason(s, at) {
			return at, true
		}
	}
	return utterance.Place{}, false
}

// isReason says whether what is wanted is only why something is felt or the case: "I feel torn, because I want to be there for him."
func isReason(s *sentence, at utterance.Place) bool {
	return at.First > 0 && s.Tokens[at.First-1].Norm == "because" && s.Tokens[at.First].Norm == "i"
}

// idlePlease says whether a single "please" asks for nothing: it does where a verb follows it ("please turn it down") or
// where it closes a sentence that has one ("the refund, please").
func idlePlease(s *sentence, at utterance.Place) bool {
	if at.Last-at.First != 1 || s.Tokens[at.First].Norm != "please" {
		return false
	}
	if at.Last < len(s.Tokens) && s.Tokens[at.Last].IsWord() {
		next := s.Tokens[at.Last].Norm
		return !language.IsVerb(next) && !orderStarts[next] && !refundLike(s, at.Last)
	}
	return at.First == 0
}

// orderStarts begin an order beside the verbs that are known.
var orderStarts = utterance.Words("be do don't just also let never stop")

// refundLike says whether the word at i is used as a verb though it is not known as one: an object follows it.
func refundLike(s *sentence, i int) bool {
	if i+1 >= len(s.Tokens) || s.Tokens[i].IsStopWord() {
		return false
	}
	next := s.Tokens[i+1].Norm
	return utterance.Determiners[next] || next == "me" || next == "us" || next == "it" || next == "this" || next == "that"
}

// notOrders are verbs that begin a sentence without ordering anything.
var notOrders = utterance.Words(`excuse forgive pardon spare thank hope guess love like wish miss let look listen see wait mean think believe say imagine suppose remember
	trust know feel change work help sound`)

// orders says whether a sentence is an imperative: it begins with the base form of a verb, with
// "don't" and one, or with a word and "me" ("refund me").
func orders(s *sentence) bool {
	list := language.Words(s.Tokens)
	if s.Form != language.NoQuestion || len(list) < 2 {
		return false
	}
	for len(list) > 2 && beforeOrder[list[0].Norm] {
		list = list[1:]
	}
	first := list[0].Norm
	if finite[list[1].First()] || idioms.StartsWith(s.Tokens) || list[1].Norm == "me" && (first == "tell" || first == "ask") {
		return false
	}
	if first == "don't" || first == "just" || first == "never" || first == "stop" {
		return language.IsVerb(list[1].Norm) && !notOrders[list[1].Norm] || first == "stop"
	}
	return language.IsVerb(first) && !notOrders[first] || list[1].Norm == "me" && !language.IsStopWord(first)
}

// idioms have the form of an order and order nothing.
var idioms = utterance.Phrases(`do not get me; do not start; do not worry; do not even; do not come to|with|at; get used; get over; give me strength|a break; have a; take care; take your; do what you; call me; tell me; ask any|anyone|me|him|her; go on; go ahead; keep it; keep the; never mind; ring any; do tell; do not mind; do not know; pick any`)

// beforeOrder may stand before an imperative.
var beforeOrder = utterance.Words("so then please well ok okay right and but no now come maybe perhaps or next time just")

func overlaps(a, b utterance.Place) bool { return a.First < b.Last && b.First < a.Last }

func longer(a, b utterance.Place) bool { return a.Last-a.First > b.Last-b.First }

// isPreliminary says whether what looks like a request only opens the talk or asks for information.
func isPreliminary(s *sentence, at utterance.Place) bool {
	for _, match := range preliminary.Find(s.Tokens) {
		if match.First == at.First && (match.Last > at.Last || match.Last-match.First > 1 && match.Last == at.Last) {
			return true
		}
	}
	return false
}

// refusalIn finds a refusal. "No" alone is one when it opens the utterance.
func refusalIn(m *moment, s *sentence, first bool) (utterance.Hit, bool) {
	soft, isSoft := softNoCue.In(s.Tokens)
	clear, isClear := refusalCue.In(s.Tokens)
	if !isClear {
		clear, isClear = notDoing(s)
	}
	if !isClear {
		clear, isClear = m.doesNot(s.Tokens)
	}
	if !isClear && !isSoft && m.restates(s) {
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: refusalCue.Why}, true
	}
	switch {
	case isClear && (!isSoft || clear.First <= soft.First && !overlaps(clear, soft)):
		if idleNo.In(s.Tokens) {
			return utterance.Hit{}, false
		}
		return utterance.Hit{Level: utterance.Strong, Span: m.cover(s, clear), Why: refusalCue.Why}, true
	case isSoft:
		return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, soft), Why: softNoCue.Why}, true
	case s.Form != language.NoQuestion && doubtful.In(s.Tokens) && anyNo.In(s.Tokens):
		return utterance.Hit{Level: utterance.Weak, Span: m.whole(s), Why: softNoCue.Why}, true
	case orders(s) && (yourself.In(s.Tokens) || dealt.In(s.Tokens) && s.stems.Shared(m.matter.request) > 0 && !m.other.agreed):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: "gives it back"}, true
	case first && m.aside() < crowded && bareNo.StartsWith(s.Tokens) && !idleNo.In(s.Tokens):
		at, _ := s.Find(bareNo)
		return utterance.Hit{Level: utterance.Strong, Span: m.cover(s, at), Why: refusalCue.Why}, true
	}
	return utterance.Hit{}, false
}

// yourself gives a task back.
var yourself = utterance.Phrases(`yourself; your own; on your own`)

// doesNot finds a refusal in what somebody does not do as a rule: "I don't sign for other people".
func (m *moment) doesNot(tokens []language.Token) (utterance.Place, bool) {
	for _, match := range never.Find(tokens) {
		if match.Last < len(tokens) && m.matter.request.Has(tokens[match.Last].Norm) {
			return utterance.At(match.First, match.Last+1), true
		}
	}
	return utterance.Place{}, false
}

var never = utterance.Phrases(`i|we do ?just|really|simply not; i|we never; i|we no longer; i|we did not`)

// notDoing finds refusals in any verb: "I'm not having him", "he isn't moving in", and "Not this Saturday".
func notDoing(s *sentence) (utterance.Place, bool) {
	if at, ok := bareNotDoing(s); ok {
		return at, true
	}
	for _, match := range isNot.Find(s.Tokens) {
		if match.Last >= len(s.Tokens) || idleDoing[s.Tokens[match.Last].Norm] {
			continue
		}
		if _, ok := language.BaseOfGerund(s.Tokens[match.Last].Norm); ok {
			return utterance.At(match.First, match.Last+1), true
		}
	}
	if s.Form == language.NoQuestion && notThis.StartsWith(s.Tokens) {
		return s.Find(notThis)
	}
	return utterance.Place{}, false
}

// bareNotDoing finds one without its subject: "Not writing it, though."
func bareNotDoing(s *sentence) (utterance.Place, bool) {
	for i, token := range s.Tokens {
		switch {
		case token.Norm == "not" && i+1 < len(s.Tokens):
			_, ok := language.BaseOfGerund(s.Tokens[i+1].Norm)
			return utterance.At(i, i+2), ok && !idleDoing[s.Tokens[i+1].Norm]
		case token.Norm != "still" && token.Norm != "just" && token.Norm != "and" && token.Norm != "but" && token.Norm != "so" && token.Norm != "definitely":
			return utterance.Place{}, false
		}
	}
	return utterance.Place{}, false
}

var (
	isNot     = utterance.Phrases(`i|we am|are ?just|really|simply|still|also not; he|she|it|they|that|this is|are ?just|really|simply|still|also not`)
	notThis   = utterance.Phrases(`not this|that|on|until|for|in|at|with|here|again; no to; no not`)
	idleDoing = utterance.Words(`saying asking being feeling getting trying looking thinking complaining blaming joking kidding lying hiding
		arguing fighting judging making talking enjoying helping morning evening nothing something anything`)
)

// idleNo are words of refusal that refuse nothing.
var idleNo = utterance.Phrases(
	`i can not believe|wait|imagine|stand|help|thank|stop|tell|say; i will not lie|pretend;
	i do not want to hurt|upset|disappoint|argue|fight|tell|spoil|press|push|nag|bother|sound|seem|pretend|lie; i do not want to be rude; i will not forget; i can not deny;
	no problem|rush|doubt|wonder|matter; no worries; i do not do that; i can not say no; i have a hard time saying no;
	can not i; i do not want to let`,
)
