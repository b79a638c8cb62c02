package mi

import (
	"strings"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// talk is AnnoMI's type of a client's talk, in the order of the labels.
const (
	sustain = iota
	neutral
	change
)

// lean is a piece of client language: towards change (positive points) or away from it.
type lean struct {
	points int
	// code is MISC 2.5's letter for its kind; the sign is its direction.
	code string
	span language.Span
	why  string
}

// sign is the code with its direction: "C+", "R-".
func (l lean) sign() string {
	if l.points < 0 {
		return l.code + "-"
	}
	return l.code + "+"
}

// verdictOnTalk is what a client's utterance was heard as.
type verdictOnTalk struct {
	leans []lean
	// ruled is where the rules say it leads, talk what the trained weights make of that and of the words.
	ruled, talk int
}

// kindOfTalk is a kind of change or sustain talk with what is listened for.
type kindOfTalk struct {
	code   string
	points int
	why    string
	phrases
}

// aims are verbs of what clients come to change, for tables of phrases.
const aims = "stop|quit|cut|change|reduce|lower|limit|avoid|improve|exercise|lose|cutting|quitting|stopping|changing|reducing|losing"

// habits are what is to be changed, as clients name it.
const habits = "drinking|smoking|drugs|alcohol|cigarettes|weed|pot|gambling|vaping|eating|partying|using"

var talks = []kindOfTalk{
	{"C", 3, "commits to a change", phrasesOf(`i will ?definitely ?really ?just ?certainly try|start|stay|commit|` + aims + `; i am ?definitely ?really ?just going to try|start|stay|work|` + aims + `; i am gonna try|start|work|` + aims + `;
		i am not going to drink|smoke|use|party; i am not gonna drink|smoke|use|party; i promise; give it|that a try|shot|go; i am determined|committed; i have decided to|that|not; i decided to ` + aims + `; i will do it|that|my; i will give|think|make|keep|work|talk|call|do|dedicate; i am done with|` + habits + `; sign me up; let us start|try|do; i am gonna have to; i am going to talk|make|ask|tell|call|see|get|take|throw|put|check|sign|join; i will ?definitely not drink|smoke|use|miss|skip|bring|buy|forget; make an appointment; from now on; i am not doing that again`)},
	{"TS", 3, "tells of steps taken", phrasesOf(`i ?have ?already ?actually ?finally stopped|quit|reduced; i ?have ?already ?actually cut back|down|out; i was able to; i have been trying|working|cutting|going|doing|using|taking|exercising|sober|clean|eating|walking|good|better; i have not had|smoked|drank|drunk|used|touched|been drinking|smoking; i am down to|two|three|from; i did what we|you|i; i have lost|started|managed|tried; i started ?_ going|doing|exercising|taking|eating|to; i tried to ` + aims + `; i ?have tried ?_ ` + aims + `; been doing ?pretty ?really well|good|better; it has been going well|good|better; i threw|marked|joined|signed; i ?have ?been try|trying ?really ?very hard|not not|to; i felt ?so ?really proud; i ?have ?already called|signed|talked to; out of trouble; i stayed sober|clean|away|home`)},
	{"D", 2, "wants a change", phrasesOf(`i ?really ?do ?definitely ?just want|wanna|like|love|wish|hope to ?be ?able ?to ` + aims + `|be|get|feel|make|try|live|stay; i wanna ` + aims + `|be|get|feel|make|try|do; i would ?really ?definitely love|like to; i would consider; i ?just ?really do not want|wanna to be|lose|hurt|end|die|go|get|live|keep|feel|have; i do not wanna be|lose|hurt|end|die|go|get|live|keep|feel|have; i ?really ?definitely do not want ?any|it|that|them; i hope so; i want my ?_ back; i wish i could|was|were|did|had; i would not mind; i want things|it|this|that to; i definitely want|wanna; i would do anything; i will do anything; i would like ?some|your help; i need ?some|your help; i do not want to be|go back; do not want to hurt|ruin|damage|lose|end|die; so that i can; right path|track; on top of; turn my life|it|things around`)},
	{"A", 2, "can change, or sees how", phrasesOf(`i ?think ?i can|could|might ?definitely ?probably ?maybe ?also ?just ?still ?be ?able ?to try|start|do|handle|manage|find|use|` + aims + `; i am ?pretty ?more ?very ?quite confident; i know i can; i am able to; anything is possible; maybe i can|could|should|will; maybe just|having|going|getting|starting|less|not|trying; instead of ` + habits + `|going|having; do not have to drink|smoke|use; i could just|go|maybe|ask|get|talk; it is ?very ?definitely possible|feasible|doable; i have done it before; i know how to`)},
	{"R", 2, "gives a reason for change", phrasesOf(`it is ?not ?really ?so ?obviously ?very bad|good|healthy|unhealthy|dangerous for; it is killing|hurting|affecting|costing|ruining; bad for me|my|you|your|them|us|the; my health|lungs|liver; get my kids back; be healthier|happier; save ?some|a ?lot ?of money; it would help|be good|nice|better|great; i am ?really ?just ?a ?little ?bit worried|concerned|scared|afraid about|that|of|for; i feel ?so ?really bad|guilty|terrible|awful|ashamed; i am ashamed|disappointed|embarrassed; did not end well; not fair to|on; hurting|harming|damaging|ruining|destroying my|them|him|her|me; want to be there for; it is ?really ?very ?so important; affect|affects|affecting me|my|them|him|her; wake|woke up feeling|with; hangover|hungover; short of breath; cannot breathe; blacked|passed out; i have a problem; i am worried; my doctor said|told|wants|says; it is not ?really worth|cool|fair|healthy; i regret; not proud|happy; it hurts|hinders|affects|costs|scares|bothers|worries; i ?just ?really do not like how|being|feeling|what|where|that|the amount|way; lose|losing my|him|her|them job|kids|family|license|her|wife|husband; sick|tired of; for my|the kids|children|baby|family|health|daughter|son; good example|role; trust back; my future; out of hand|control; gain|gained|gaining ?_ weight`)},
	{"N", 3, "needs to change", phrasesOf(`i ?really ?do ?definitely ?probably ?just need|have|ought|got to ?start ?really do|get|make|be|find|figure|work|watch|start|try|` + aims + `; i ?really ?do ?definitely ?probably should ?not ?be ?really ` + aims + `|start|get|do|eat|drink|smoke|try|be; i need help; something has|needs to; cannot keep|go|continue ?on doing|like|living|this; i have got to; i gotta`)},
	{"O", 2, "asks for a way", seeksHelp},
	{"O", 2, "takes to what was said", phrasesOf(`that is ?a ?really ?very good|great point|idea; now that i think|put; makes sense; good|great idea|point; that would be ?really good|great|helpful|nice; that could help|work; i am ?definitely ?really willing|ready|interested|open; i am starting to|think|see; really helps|helped; come to think; more aware; open to|my eyes; i guess|suppose i could|should|can; i could see; that sounds ?like ?a ?pretty ?really good|great|reasonable|doable; did not ?really think|realize|realise; good|nice to know; i would ?really appreciate|be open|willing; i am ?kind ?of ?really excited; i would really`)},
}

// dreads are wants to be spared what going on as it is would bring: they have the form of not wanting, and lead towards change.
var dreads = []kindOfTalk{
	{"D", 2, "does not want what comes of it", phrasesOf(`i ?just ?really ?definitely do not ?ever ?even want|wanna ?to lose|losing my|her|him|them|it|everything|control|you|the; i ?just ?really ?definitely do not ?ever ?even want|wanna ?to be|become|becoming|end|die|dying|hurt|hurting|forget|forgetting|wake|waking|fall|falling|let|feel|feeling|get|getting|have|keep|ruin|go|live _ ?up|that|like|this|back|sick|worse|my|him|her|them|down|in|a|another|an;
		i ?just ?really do not like|enjoy ?_ who|how|that|what|being|feeling|forgetting|waking|losing|having ?_ ?i ?am|feel|feels|makes|have; i am ?so ?just ?really sick|tired|fed of|up; i hate that|what|how|being|feeling|when|it; i do not want ?_ ?_ to see|know|find|grow|have|think; i cannot keep|go doing|on|living`)},
}

// pleas are reasons for change and steps towards it whatever it is about, said of what it does to body, purse, peace and others.
var pleas = []kindOfTalk{
	{"R", 2, "says what it costs", phrasesOf(`makes|made|making me ?feel ?really ?so bad|sick|tired|guilty|anxious|depressed|worse|terrible|awful|ashamed; costs|cost|costing ?me ?_ ?a|so|too money|lot|much|fortune; waste|wasting of|my money|time|life|it; getting|got|gotten ?_ worse; out of breath|shape|hand; my ?_ wife|husband|kids|mom|mother|dad|family|doctor|girlfriend|boyfriend|daughter|son|parents is|are|gets|was|wants|want|would ?really ?so ?very worried|upset|scared|me|mad|angry|disappointed; set|setting a ?good|better|bad example; heart|lung|liver attack|disease|cancer|problems; in|into trouble; i would feel|be ?a ?lot ?so ?much better|healthier|happier|proud; more energy|money|time; it scares|scared|worries|bothers me; i miss my|being|having|playing|going; it is not who i; i ?do ?really ?want ?would ?like ?to be around|healthy|there for|again|when`)},
	{"A", 2, "has means or an idea", phrasesOf(`i could ?probably ?maybe ?always ?just ?definitely ?also ?try ?to walk|ask|go|call|talk|use|put|set|eat|leave|take|do|write|keep|replace|switch; i ?think ?i can do|manage|handle|try|make ?it ?that; maybe ?i|we ?can ?could ?should ?try ?to instead|start|put|set|ask|just ?a; that is|would ?be ?something i can|could|can do; i am capable|able; nine|eight|seven|ten out of; pretty|very|quite sure|confident|likely; whatever it takes; one day|step at a`)},
	{"TS", 2, "tells of steps taken", phrasesOf(`i ?have ?already ?been ?just ?actually signed|joined|called|bought|downloaded|talked|asked|told|threw|replaced|switched|made up|out|the|my|to|a|an|them|him|her|it ?_ ?about ?for ?with; i ?have ?not ?had a|any|one drink|cigarette|smoke|sip ?in ?for ?since; i have been doing|keeping|writing|going|walking|eating|taking|working|trying|sticking ?_ ?really ?better|well|more|less|regularly|every; have ?been staying|stayed away|home|clean|sober; i stopped|quit|cut ?_ ?_ ?_ for|last|since|when; days|weeks|months sober|clean|without`)},
}

// excuses are reasons for going on as it is whatever it is about.
var excuses = []kindOfTalk{
	{"R", 2, "sees nothing that has to change", phrasesOf(`i do not ?really ?even see|think|feel|have|believe ?that ?it ?i ?there ?is ?am ?have ?as ?a ?an ?any problem|issue|addicted|addict|alcoholic|concern|reason; does not ?really bother|affect|hurt|matter ?me ?to; there is nothing wrong; what is the point|problem|harm|big; they|she|he|everyone|people|you ?all are|is ?just ?really overreacting|exaggerating|nagging; they|people worry too; none of your|their|his|her; i am ?doing ?perfectly ?totally ?just fine|healthy|good with|the|as|right; only|just ?a few|couple|one|two|three drinks|beers|cigarettes|glasses; only|just on|at weekends|parties; everybody|everyone ?else ?_ does|do|is|drinks; i can|could stop|quit whenever|anytime|any; i can control|handle it|myself|my; my only|one ?_ vice|pleasure|escape|fun|break|way; the only thing|way ?that ?i helps|help|can|makes|works|have; it is ?just ?only ?a ?my habit|routine|culture|fun|weed|beer|wine|social|life; keeps me from|awake|going; takes the edge; reward myself; i look forward`)},
	{"A", 2, "cannot see how to change", phrasesOf(`i ?have ?already tried ?_ everything|that|it|before|many|a ?_ ?times ?but; it will|would|does|did ?just not ?_ work|help|last|matter|change; it never works|lasts|helps; i always go|end|come|fail|give; too late|old|stressed|stressful|much going|expensive|far; i do not ?really have ?the|any|enough ?time time|energy|willpower|money|strength|anyone|support|control; i could ?just not ?even do|stop|help|say|sleep|quit; i give up; no matter what; stressful|stress right|at|job|time; withdrawal|withdrawals; gain weight; i am|get ?too ?so hooked|addicted|weak; i have no|not ?any willpower|choice|time|energy; all my friends; hard habit`)},
	{"D", 2, "would rather not", phrasesOf(`i am not ?really ?even ?quite ?just ready|interested|willing|planning; i do not ?really ?even care ?about; i do not ?really ?even want to be here; i would ?really ?much rather|hate to|keep|just|drink|smoke|stay; i ?still ?just ?really ?do enjoy|love it|having|drinking|smoking; i miss it|smoking|drinking|partying; i ?am only|just came|here because; i did not|do not ask|choose|need ?to ?be ?this ?for; not for me`)},
}

var stays = []kindOfTalk{
	{"C", 3, "commits to going on as it is", phrasesOf(`i am ?really ?definitely ?totally not ?really ?definitely ?totally going|gonna to|do|` + aims + `|give|go; i am ?just going to|gonna keep; i will not|never ?ever ` + aims + `|give|do|go; i am never going|gonna ?to ` + aims + `; i will keep; i am not quitting|stopping|changing|giving; no way`)},
	{"D", 3, "wants to go on as it is", phrasesOf(`i ?really ?just ?honestly do not ?really ?even want|wanna|need|care to ` + aims + `|give|go|talk|do|take|hear; i do not ?really wanna ` + aims + `|give|talk|take|hear; i do not ?really need help|your|any|a|this; i ?really ?do ?just like|love|enjoy ` + habits + `|it|my ?_|to drink|smoke|party|eat|taste|cigarettes; i like the taste|feeling|buzz; it is ?just ?so ?really fun; not ?really interested|ready; i would rather not|keep; do not ?really want to right|now; do not feel like; i am not sure i want|can; do not know if i want; i do not ?really want to right|quit|stop`)},
	{"A", 3, "cannot see how to change", phrasesOf(`i ?just ?really can|could not ?really ?just ?even ` + aims + `|afford|imagine|resist|seem|give|function|sleep|relax|cope|control|help; i ?just ?really do not ?really know if|how i|to; it is ?just ?so ?really ?very ?too ?pretty ?kind ?of hard|difficult|tough|impossible; that is ?going ?gonna ?to ?be ?so ?really ?pretty ?just hard|tough|difficult; it is ?always ?been hard|difficult|tough; do not have ?the ?any ?enough ?that ?much time|money|energy|willpower; too hard|busy|tired; nothing works; every time i try; always end|ended up; a struggle; so hard to; i get ?so bored; not given any; no choice; seems ?really ?so hard|impossible; backfire; i have failed; never works|worked; i cannot see; cannot ?just help|stop; no time|willpower; no idea how; not easy`)},
	{"R", 2, "gives a reason for going on as it is", phrasesOf(`helps|relaxes|calms|keeps me; helps ?me ?to relax|sleep|cope|unwind|forget; it is ?really ?just ?actually ?probably not ?that ?even ?really ?a ?such ?as bad|big|problem|much|deal|fault; not ?that ?a ?really ?such ?big bad|problem|deal; the big deal; i ?just ?really do not ?really see the|any|what|why|how; everyone|everybody ?else ?_ drinks|smokes|does|drink|smoke|do|drinking|smoking; my friends|family ?all drink|smoke|do|love|are drinking|smoking|drink; i am ?doing ?just fine; not an|some ?a alcoholic|addict; i do not have a ?_ problem; i do not think ?that ?it ?i ?there ?is ?have ?am ?a ?an ?_ problem|bad|alcoholic|addict; i ?do ?not ?even only ?_ drink|smoke|use|have; i do not ?even ?really drink|smoke|use ?that much|often|a; a lot of fun; makes|made me feel good|better|relaxed|normal|confident; the only reason; off my back|case; do not see ?it ?as a; to relax; crave|craving|cravings; peer pressure; not hurting anyone|anybody; works for me; fit in; social thing; made|forced me to come|be; it is my life|body|choice|business; nothing wrong; no problems; my fault; for me to do; bored; unlucky; singled out; blamed|blame|blaming me|for|it; small|silly|stupid stuff; once or twice; all my life; smoking|drinking|using for ?about ?over ?_ years; have ?never had a|an|any problem|problems|accident|issue; i have always; quite|pretty|really fun; have fun; it is ?totally ?perfectly ?completely ?just normal|legal|natural; a bit of fun; nobody|no one got|gets hurt; used to it; i deserve; it is how i; who i am; way i am; ganging|nagging|picking; feels ?so ?really good; keeps ?me|my calm|going|sane|mind|weight; with a glass|coffee|drink`)},
	{"N", 3, "needs it to stay as it is", phrasesOf(`i need a|my|that|the cigarette|drink|smoke|cigarettes|beer|wine|fix; i do not need ?to ` + aims + `|help|your|be; i do not have to ` + aims + `|drink; why should i; leave me alone; no reason to; live without|do without`)},
}

// A counselor's words by what they draw: their answers belong to it.
var (
	evokesChange = phrasesOf(`what would|could|might|will help|make|work|happen|change|be|take|need; what ?do|would|could|can|will|are you ?think ?you ?could|can|might|want|like|gonna|going ?to do|change|try|differently|different; what ?do|would you ?_ want|like|wanna to|work|change|see|do; why do|would|did you want|wanna ?to; what makes|made you|it want|so|important|confident|decide; what steps|goal|goals; first|next step|steps; good reasons; reasons to|for|you; concerns about|do|you; concerns you|about; worries you; are|would you ?be ?_ willing|ready; how important|confident|ready; why ?did|do|are ?you ?_ ?_ not ?a lower|zero|one|two|three|something|less; instead of a|one|two|zero; your plan|goal; going to|gonna do|make|work; downside|downsides; not so good; less good; how ?could|might|would|will|can you ?_ ?_ go|make|handle|get|do|start|cut|avoid; how committed; who could|can|would|will help|support; benefits of ` + aims + `|not; get out of it; what have you tried|done; on a scale; scale of|from; number would you`)
	evokesStay   = phrasesOf(`what do you like|enjoy|love|get; good things|thing|side about|of; what gets|get|stands in|the your|the|way; what makes it ?so hard|difficult|tough; barriers|obstacles; what is stopping|keeping|holding; the upside|pros; why not a|higher; what keeps you; benefits of ` + habits + `|it; what does it do for; get in the|your way; hard about; difficult about`)
	answersShort = utterance.Words("yes yeah yep yup sure okay ok alright right mm-hmm mhm uh-huh exactly definitely absolutely true of course i think so guess do am would will can could that's that is sounds good great fine maybe probably uh um well oh and it for totally correct promise please")
)

var (
	// denies open an answer that says no, unsure one that says nothing.
	denies = phrasesOf(`no; nope; nah; not really|at|particularly|especially|so|that; none; nothing; never; i do not think so`)
	unsure = phrasesOf(`i do not know; i am not sure; i have no idea; who knows; hard to say`)
	// worries ask whether there is anything to worry about.
	worries = phrasesOf(`concern|concerns|concerned; worry|worries|worried|worrying; problem|problems; bothers|bother; downside|downsides; negative|negatives; consequences; regret|regrets; not so good|great; affect|affects|affected|affecting you|your|the`)
)

// seeksHelp are questions by which clients lean towards change; other questions of theirs lean nowhere.
var seeksHelp = phrasesOf(`what should|can|could i do|try|start; where should|do ?you ?think i ?should start|begin; how do|can|should|would i quit|stop|start|get|do|go|cut|change; can|could you help me; are|is there anything|something|things|ways|any i|to|that; do you think i should; what do you suggest|recommend|think i; what ?else ?are ?my options`)

// hearClient codes an utterance of a client.
func hearClient(t *turn, h *history) *verdictOnTalk {
	v := readLeans(t, h)
	v.talk = neutral
	if !t.broken() {
		v.decide(t, h)
	}
	return v
}

// readLeans is what the rules find.
func readLeans(t *turn, h *history) *verdictOnTalk {
	v := &verdictOnTalk{ruled: neutral}
	if t.broken() {
		return v
	}
	sum := 0
	for _, u := range t.units {
		if u.broken || u.marked && u.words > 3 && !seeksHelp.in(u) {
			continue
		}
		for _, l := range leansOf(t, u) {
			v.leans = append(v.leans, l)
			sum += l.points
		}
	}
	sum += v.answer(t, h)
	if sum > -decided && sum < decided && continues(t, h) {
		sum += v.drawn(t, decided*(h.talk-neutral), "goes on with what was said before")
	}
	switch {
	case sum >= decided:
		v.ruled = change
	case sum <= -decided:
		v.ruled = sustain
	}
	return v
}

// decided is how many points it takes for talk to have a direction.
const decided = 2

// leansOf is what a unit has of each kind of change and sustain talk. Where two overlap the one away from change counts: "I
// don't want to stop" holds "want to stop".
func leansOf(t *turn, u *unit) []lean {
	var leans []lean
	taken := map[int]bool{}
	take := func(kinds []kindOfTalk, direction int) {
		for _, k := range kinds {
			match, ok := k.First(u.tokens)
			if !ok || taken[match.First] {
				continue
			}
			for i := match.First; i < match.Last; i++ {
				taken[i] = true
			}
			leans = append(leans, lean{points: direction * k.points, code: k.code, span: language.Cover(t.text, u.tokens[match.First:match.Last]), why: k.why})
		}
	}
	take(dreads, 1)
	take(stays, -1)
	take(excuses, -1)
	take(talks, 1)
	take(pleas, 1)
	return leans
}

// answer is what the counselor's last words add: a short answer says yes or no to them, and a question draws its answer.
func (v *verdictOnTalk) answer(t *turn, h *history) int {
	if h.other == nil {
		return 0
	}
	if t.words <= 5 && allWords(t, answersShort) {
		return v.assent(t, h)
	}
	asked := h.other.units
	if denies.begins(t.units[0]) {
		if evokesChange.in(asked...) || worries.in(asked...) {
			return v.drawn(t, -2, "says no to it")
		}
		return 0
	}
	if unsure.begins(t.units[0]) && len(t.units) == 1 {
		return 0 // "I don't know" leads nowhere
	}
	switch {
	case evokesStay.in(asked...):
		return v.drawn(t, -2, "answers a question for it")
	case evokesChange.in(asked...) && t.words > 2:
		return v.drawn(t, 2, "answers a question for it")
	}
	return 0
}

// drawn adds what an utterance has from where it stands.
func (v *verdictOnTalk) drawn(t *turn, points int, why string) int {
	if points != 0 {
		v.leans = append(v.leans, lean{points: points, code: "O", span: language.Cover(t.text, t.units[0].tokens), why: why})
	}
	return points
}

// continues says whether a client goes on with the sentence before: it begins with a dash, and the counselor only nodded or was cut
// off. A new sentence after a nod is a thought of its own.
func continues(t *turn, h *history) bool {
	return h.own != nil && h.other != nil && t.fragment
}

// assent is what saying yes to the counselor's words says.
func (v *verdictOnTalk) assent(t *turn, h *history) int {
	if strings.HasSuffix(strings.TrimSpace(h.other.text), "-") {
		return 0
	}
	said := h.other.mirror()
	sum := 0
	for _, u := range said.units {
		for _, l := range leansOf(said, u) {
			sum += l.points
		}
	}
	direction := 0
	switch {
	case sum >= 3:
		direction = 2
	case sum <= -3:
		direction = -2
	default:
		return 0
	}
	v.leans = append(v.leans, lean{points: direction, code: "O", span: language.Cover(t.text, t.units[0].tokens), why: "says yes to it"})
	return direction
}
