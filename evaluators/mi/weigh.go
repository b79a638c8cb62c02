package mi

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

var (
	// guesses open what takes up the other's meaning.
	guesses = cueOf(3, "takes up what the other said or means", `it ?almost ?really ?just ?also sounds like|as; sounds ?to ?me like|as; ?it seems ?to ?me like|as|that; ?it looks ?to ?me like|as; what i am hearing; i am hearing; i hear ?you ?that ?how; you are saying|telling; what you are saying; you feel|felt; you are feeling; you are worried|concerned|afraid|scared|frustrated|angry|tired|torn|hoping|wondering|thinking|trying|looking|starting|beginning|willing|ready|not; i get the feeling|sense|impression; i am sensing|getting|picking; i sense; so for you; part of you; on ?the one hand; in other words; kind|sort of like; let me ?just ?make ?see ?if ?i sure|i ?understand|have|if; you mentioned|said|told|talked|described|shared|noticed|found; if i ?am understand|understanding|hear|heard; a part of you; it feels like; it is like; i can see|hear|tell ?that ?how you; you would like|rather|love|prefer; you want|wanna|wish|hope; you do not want|feel|like|think|see|know; what i heard; at the same time; strikes me; for you; important to you; matters to you; you really; you have ?also ?already ?really ?been ?got been|tried|noticed|thought|got|done|made|had|started|come|decided|found`)
	yours   = cueOf(2, "says how it is with the other", `you|your|you're|you've|you'd|yourself`)

	advises   = cueOf(4, "tells the other what to do", `you ?really ?just ?definitely ?might|may|probably should|ought|must; you ?really ?do ?just need to; you have ?got to; you have gotta; you gotta; you might|may|could want|consider|try|think ?to; i would recommend|suggest|advise|encourage|like you|that; i recommend|suggest|advise|encourage; i am going to recommend|suggest|encourage|ask; my advice|recommendation|suggestion; it would be ?a ?really ?very ?better good|best|helpful|better|useful|important|great ?idea ?for ?if ?to; you had better; if i were you; why do not you|we; how about you|we|trying; what if you|we; try to|and|not; make sure you|to|that; think about|of it|whether|how|doing|what; consider; you could ?also ?maybe ?just ?always try|do|start|use|take|go|make|put|talk|find|get|keep|call|ask|set|write; do not|never let|forget|do|be|give|drink|smoke|worry; i think you should|could|need|might|would; one thing you|that|i; the best thing|way; the other thing; it is important|best|better to|that|for you; i want you to; i need you to; you can ?also ?always ?just try|start|use|take|call|do`)
	orders    = cueOf(4, "gives an order", `you have to; you must; you need to stop|quit|take|get|do|understand|listen|start; you will have to; stop doing|drinking|smoking|it|that; you are going to have|need to; i need you to; i want you to; you got to; you better; you cannot|can not keep|just|continue|do|go`)
	warns     = cueOf(4, "warns", `if you do not|keep|continue ?_ ?_ ?_ ?_ ?_ ?_ ?_ you will|are|could|might|may; could|will|going to ?_ kill|hurt|ruin|cost|suspend|expel you; you will end up; you are likely to; get you suspended|expelled|arrested|fired; will only get worse; you could have killed|caused|died; your problems will; you could lose|die|end|get`)
	confronts = cueOf(4, "argues or blames", `what were you thinking; come on; you are ?just ?in making excuses|denial|kidding|lying|wrong|not listening|being; that is no excuse; excuses; how could you; you should have known; do not you care|see|realize|think; you know better; your fault; i do not believe you|that|it; are not you ashamed; do you want to|realize die|end; you promised; i ?have ?already told you; that is not true|good|acceptable; not acceptable; your behavior|behaviour is`)
	concerned = cueOf(3, "raises a concern of one's own", `i am ?a ?little ?bit ?really ?very ?also concerned|worried|afraid; i worry|fear; my concern|worry is; what concerns|worries me; it concerns|worries me`)

	informs  = cueOf(3, "gives information", `there is|are|was|were|has ?also ?been ?a ?some ?lot ?lots ?many ?different ?of; research|studies|study|evidence|guidelines|statistics|data; percent|percentage; doctors|physicians|experts|scientists; people who; a lot of people|folks|women|men|patients|students|parents; many|most|some people|folks|women|men|patients|students|parents; we have ?found ?also ?a ?some ?lot; we know|offer|use|recommend|provide|do|usually|also|give; it is called; what we|it|that|this|they do|does|is|means|says; causes|increases|reduces|raises|leads|affects|contains|prevents|lowers|damages; can|may|might|will cause|increase|reduce|raise|lead|affect|help|make|damage|lower|happen; the risk|effects|average|recommended|guideline|reason|program|law|policy|rules|medication|medications|medicine|treatment|nicotine|alcohol; risk of; for example; such as; things like; one of the things; as far as; in general; usually|typically|generally; it is ?defined ?called ?considered ?recommended as|that|by; this is a|an|the|information|called|what|how; my role|job; it does; the way it|this|that works; based on; means that; i know that; you will be|get|have|receive|need|feel|notice|see; your doctor|insurance|results|score|blood|levels|test|liver|body|lungs|heart`)
	ownPlan  = cueOf(2, "says what the speaker will do", `i will; i am going to|gonna; i can ?also ?certainly ?definitely give|help|show|get|tell|send|refer|write|check|call|set|put|share|offer; we can|could|will|would|are|might ?going ?gonna ?definitely ?also ?certainly ?always; i would|could be|like to|happy|help|give; i have ?got ?a ?some ?also; let me; let us; i think|believe|know|guess; i had|was|did|do|work|am; we are|do|need|want|try|use`)
	offers   = cueOf(3, "offers to choose from", `options; option; choices; alternatives; some people ?like ?find|try|prefer|choose; a couple|few|number|variety|range of ?different things|ways|options|products|choices|approaches; either ?_ ?_ ?_ ?_ ?_ or; another ?thing|way|option|possibility|idea; different approaches|ways|products|medications|kinds|types|options|strategies; lots of|different ways; products; could be ?_ ?_ ?_ or; things you could|can; ideas; medications`)
	bargains = cueOf(3, "works towards something to be agreed on", `goal; goals; let us ?say|plan|set|try|make|do|see|start; we will ?meet|see|check|follow|set|work|get|talk|come|plan; would you be willing|open|interested; are you willing; plan; next week|time|step|steps|visit|appointment|month; follow up; come back; work on; so you will; you are willing|going to; i can help|work; if and when; we could work|meet|set|start|talk; how about we; what if we; together; agree|agreed|agreement; deal`)

	seeks         = phrasesOf(`is|would it ?be okay|ok|all|alright|fine|helpful|useful right|if|with|for|to; is|would that ?be okay|ok|all|alright|helpful|useful; do|would you mind if; can|could|may i ?maybe ?just ?also share|tell|give|offer|show|make|suggest; would you like ?me ?to ?some ?more hear|know|suggestions|information|ideas|share|tell|talk; are you interested|open|willing; what do you already know; what do you make|think of|about that|this|it; how does that sound|fit; what are your thoughts; would you be willing|interested|open; is that something you; if it is okay|ok|all; if you do not mind; what do you think would|will|might|could work|help|be|happen; where would you like to|us`)
	asksForAdvice = phrasesOf(`what should|can|could|do i|you ?do|suggest|recommend|think; do you think i should; what would you do|suggest|recommend; any advice|suggestions|ideas|tips; can|could you help|tell|give|show|explain ?me; how do|can|should i; is there anything|something i|that; what do you recommend|suggest|think; should i; what kind of; i do not know what to do`)
	assentsWith   = utterance.Words("yes yeah yep yup sure okay ok alright all right please of course absolutely definitely mm-hmm mhm fine go ahead that that's would be is great good i'd like uh-huh no not at")

	feelings = phrasesOf(`feel~; worried|worry|worries; scar~; afraid; angry; frustrat~; sad; hurt; lonely; tired; overwhelm~; anxious; stress~; guilty; ashamed; proud; excited; happy; hop~; torn; stuck; confus~; nervous; upset; disappoint~; confident; determined; strong; courage; important; matters; value~; care|cares|caring; meaning~; trapped; pressure; betrayed; struggl~; hard|harder|difficult|tough; love|loves; respect; control; safe|safer; ready; motivat~; isolated; motivator; freedom; independent; part of you; on ?the one hand; on the other hand; at the same time; even though; but; because; as if; kind|sort of like; almost like; it is like; really; would|could be; more than; not ?just ?only; driving; in a way; rather than; instead of; and yet; while; willing; realiz~; wonder~; deep~`)
)

// weigh codes a statement as reflection or input, by points.
func weigh(f finding, t *turn, u *unit, h *history) finding {
	reflected, how := reflectionPoints(t, u, h)
	put, c, what, kind := inputPoints(t, u, h)
	switch {
	case max(reflected, put) < threshold:
		return slight(f, u)
	case reflected >= put:
		f.code, f.why = depth(u, h), how
	default:
		f.code, f.why, f.input = c, what, kind
	}
	return f
}

// threshold is how many points it takes to be heard as more than talk.
const threshold = 1

func slight(f finding, u *unit) finding {
	switch {
	case affirms.in(u):
		f.code, f.why = affirm, "says something good of the other"
	case supports.in(u):
		f.code, f.why = support, "is sympathetic"
	case structures.in(u):
		f.code, f.why = structure, "says what comes next"
	default:
		f.code, f.why = filler, "says nothing in particular"
	}
	return f
}

func reflectionPoints(t *turn, u *unit, h *history) (points int, why string) {
	why = "says how it is with the other"
	theirs := yours.in(u)
	if guesses.in(u) {
		points, why = points+guesses.points, guesses.why
	}
	switch {
	case yours.begins(u):
		points += 3
	case theirs:
		points += 1
	}
	if h.other == nil {
		return points - 2, why
	}
	if u.first() == "so" {
		points++
	}
	switch overlap := h.overlap(u); {
	case overlap >= 0.6:
		points, why = points+2, "gives back what the other said"
	case overlap >= 0.3:
		points++
	}
	if u.words <= 12 && !theirs && !ownPlan.in(u) && len(language.StemsOf(u.tokens)) > 0 {
		points++ // a few words about what is talked about
	}
	if t.fragment && h.read != nil && h.read.main == reflection {
		points += 2
	}
	return points, why
}

func inputPoints(t *turn, u *unit, h *history) (points int, c code, why string, kind int) {
	c, why, kind = information, "gives information", givesInformation
	best := cue{}
	for _, each := range []struct {
		cue
		code
		kind int
	}{
		{informs, information, givesInformation}, {ownPlan, information, givesInformation}, {offers, information, givesOptions}, {bargains, information, negotiates},
		{concerned, concern, givesInformation}, {advises, advice, givesAdvice}, {orders, direct, givesAdvice}, {warns, warn, givesInformation}, {confronts, confront, givesInformation},
	} {
		if !each.in(u) {
			continue
		}
		points += each.points
		if each.points >= best.points {
			best, c, why, kind = each.cue, each.code, each.why, each.kind
		}
	}
	switch {
	case u.words < 7 || yours.in(u):
	case u.words >= 12:
		points += 2
	default:
		points++
	}
	if t.fragment && h.read != nil && h.read.main == input {
		points += 2
	}
	return points, c, why, kind
}

// depth tells complex reflections from simple ones: what adds meaning, feeling or a link to what was said, from what stays with
// its words.
func depth(u *unit, h *history) code {
	points := 0
	if feelings.in(u) {
		points++
	}
	if u.words >= 15 {
		points++
	}
	if h.overlap(u) < 0.4 {
		points++
	}
	if u.words <= 6 {
		points--
	}
	if points >= 2 {
		return complexReflect
	}
	return simpleReflection
}

func assents(t *turn) bool {
	return t.words > 0 && t.words <= 6 && allWords(t, assentsWith)
}

func allWords(t *turn, set utterance.WordSet) bool {
	for _, u := range t.units {
		if !allIn(u.tokens, set) {
			return false
		}
	}
	return true
}
