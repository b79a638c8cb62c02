package utterance

import (
	"github.com/vignette-sim/vignette/internal/language"
)

// FaultKind is a way in which a sentence works against skill.
type FaultKind uint8

const (
	// Attack belittles the other.
	Attack FaultKind = iota + 1
	// Judgement says what the other always or never does, or is.
	Judgement
	// Sarcasm says the opposite of what is meant.
	Sarcasm
	// Threat announces harm unless.
	Threat
	// Capitulation takes the objective back.
	Capitulation
)

// Fault is a fault with its words.
type Fault struct {
	Kind FaultKind
	// At is where its words are, Why what they do: it goes on after a quotation.
	At  Place
	Why string
}

// Has says whether a sentence has a fault of one of some kinds.
func (s *Sentence) Has(kinds ...FaultKind) bool {
	for _, f := range s.Faults {
		for _, kind := range kinds {
			if f.Kind == kind {
				return true
			}
		}
	}
	return false
}

type faultCue struct {
	kind FaultKind
	Cue
}

var faultCues = []faultCue{
	// Contempt and name-calling that need no adjective.
	{Attack, CueOf(None, "attacks the other",
		`what is wrong with you; what the hell is wrong; are you stupid|deaf|blind|crazy|kidding|insane|dumb; shut up;
		shut your mouth; grow up; get lost; go to hell; screw you; damn you; you disgust me; you make me sick;
		i hate you; how dare you; you people always|never|just|make|think|and; nobody likes you; no one likes you; you are the worst; you are a joke;
		you are impossible; who do you think you are; i do not care what you;
		do not be stupid|ridiculous|dramatic|such; get over yourself; what kind of _ are you;
		what kind of _ does that; you are the problem; you are just like your; i am sick of you;
		you are unbelievable|unreal|priceless|impossible|something|kidding; do not even go|start; do not you dare; see how you like; how would you like it;
		spare me; poor you|baby|thing; boo hoo; cry me; do your own job|work|homework; what is your problem; the lot of you; guess which|who; freeload|freeloading|sponge off|on; give me a break; get real; get a grip|life; you make me laugh|sick; you have got a|some nerve|cheek; the cheek|nerve|gall|audacity;
		call|calls yourself a; some friend|father|mother|boss|landlord|manager you; you can talk; you of all people; serves you right; sod off|you|this;
		piss off; bog off; bugger off; stuff your|it|you; bloody useless; nonsense you; i hope you choke|rot|fail|lose|never|fall|end; ask yourself|your;
		sick and tired of you|your; you ?absolute|total|smug|lazy|stupid|silly ?clipboard quack|cowboy|witch|clown|donkey|muppet|numpty|prat|twit|plonker|pillock|wally|cow|toad|snake|weasel|rat; you smug _; could run|do this|it _ better than you; you moron|idiot|jerk|loser|liar|fool|coward|hypocrite|pig|brat;
		stop being so|such; you are full of; use your brain; get it through your`,
	)},
	// What somebody always or never does is a judgement, not an event; nor are motives seen.
	{Judgement, CueOf(None, "judges the other instead of saying what happened",
		`you ?guys|all|people|lot|two always; you ?guys|all|people|lot|two never; you constantly; you are always;
		you are never; you are constantly; you only ever|call|come|want|talk|show|help|listen|do;
		you do not ?even care; you just|only care about; you only think about; you obviously; you clearly do|are|have;
		your fault; you should have known; you just want; you just like; you act like; you acted like;
		you treat me like; typical of you; all you do; all you care|think; every single time you; like you always;
		as you always; you refuse to; you can not even; you could not be bothered; you could not care less;
		you do not give a; you do not respect; you have no respect; you have no clue; you do not know anything|nothing|the; you did not even; for once in; for once; better friends|people; nobody|no one ?here ?ever ?_ ?_ ?_ lifts|helps|cares|listens|bothers|thinks;  you have no idea what|about; you made no effort;
		you ruin|ruined; you have never; you do not listen; you think you are; you think only; how could you;
		it is ?all your fault|problem|own|doing|mess|job; because of you; you treat us|people|them|everyone|everybody like;
		is|was this|that how you treat|speak|talk|behave; you get a kick|thrill; you enjoy making|watching|seeing; you love making|watching;
		you lot; you promise|promised everyone|people; hiding|hide behind; you lost; you have ?always ?only ever; you think i am|you|that;
		you make|made me beg|chase|feel|wait; all you ever; you would not know|understand|care; you expect everyone|everybody`,
	)},
	// Set phrases of mock praise. They are read at the sentence as a whole, without its commas.
	{Sarcasm, CueOf(None, "is sarcastic",
		`oh great; oh wonderful; oh fantastic; oh perfect; oh lovely; oh brilliant; oh sure; oh please; oh how;
		just great; just perfect; well done you; well is|isn't that; thanks for nothing; thanks a lot for nothing;
		yeah right; yeah sure; must be nice; how nice of|for you; says the|you _ who|with|himself|herself; says you; shall i _ ?_ too|as|then|instead;
		shall i salute|bow|kneel|curtsy|tell; oh well done; cheers for; cheers mate; lovely that|just|then; charming; funny how|that; hilarious;
		look who is; that is rich; pot kettle; whatever you say; yes sir|boss|master; very funny; nice|great to know|see you; ooh; bravo; how kind of you to finally; big surprise;
		what a surprise; well good for you; congratulations on; wow thanks|great|so|nice|amazing; so nice of you to;
		how convenient; how generous of; of course your majesty; your highness; mother of the year;
		father of the year; employee of the month; boss of the year; lucky me; silly me; my mistake for thinking;
		forgive me for thinking|asking|existing|being; god forbid; heaven forbid; far be it from; as if you; as if that; do not strain yourself;
		do not bother yourself; slow clap; nice one; real nice; real mature; very mature`,
	)},
	// Harm announced unless the other gives way.
	{Threat, CueOf(None, "threatens, which is not a reason to agree",
		`or else; you will regret; you will be sorry; you are going to regret; you will pay for; i will make sure you;
		i will make you; i will tell everyone|everybody|people|your|hr|mom|dad|mum; i will report you; i will sue;
		i am going to report; i am going to sue; i am going to tell everyone|everybody|your; do not make me;
		you better; you had better; you would better; last warning; watch out; i am warning you;
		i will never speak|talk|forgive|help|trust; i will stop speaking|talking; we are done; we are through;
		you will see what happens; you will lose me; you can forget about; do not expect me to ever;
		there will be consequences; i swear ?down|to ?god i will; and i will remember|tell|make|see; i will remember that|this|the; or i swear;
		or i will|am|quit|leave; or i am telling|leaving|calling|reporting|going|done;
		or you will not|never|be|lose|find|regret|see`,
	)},
	// Taking it back.
	{Capitulation, CueOf(None, "takes it back",
		`never mind; nevermind; forget it; forget i; forget about it; forget that i; forget what i said;
		pretend i did not; i should not have asked; i should not have said; i should not have brought; sorry i asked;
		sorry i brought; i will just deal|cope|manage|handle|live; i will just do it;
		i can just deal|cope|manage|live; i will figure it|something out; i will find another way;
		whatever you want|say|think|like|prefer|decide; if you insist; it is|was not that important;
		it is not important; it is not a big deal; it is no big deal; it is fine really; maybe|perhaps you are ?both right; i give up; you win;
		you are right i should; you are right it is; have it your way; i guess it can wait; it does not really matter;
		i do not really need; it was a silly|stupid|dumb idea; fine whatever; ok whatever; okay whatever;
		i guess i will|can just; i guess i have to; i guess that is that; let us drop it; let us forget it;
		we can forget it; i will let it go; i take it back; i will go on|keep|carry on|doing|coming|sitting|cleaning; do what you have|like|want; i will pay for it; but never mind; put me down again; i will take him|her|it|them of course; do not worry about it|that|this|the|me;
		i will just stay|work|cover|go|take|wait|leave; i will stick|make with|do ?with; i would not want that; i can not have that; i will get over it; i can live without; i will not bring it up again;
		i will not ask again; it was nothing; i will leave it; i will leave you to|alone|be; leave it then; can wait; i will sort it out myself; i will sort it myself; i will manage|cope|survive|live;
		it is|was just me; do not cry; i give in; i will ?just carry on; keep going|doing then; go|do without it; put up with it; leave me|things|it where|as i|they|it; it is no ?real bother|matter|hardship; you have got me; all right he|she|they|you|it can|is|will; as you like|wish|please; suit yourself;
		scrap|skip that|it; pretend i; just this once then; okay okay; if i must; no no you are right`,
	)},
}

// givingWithin is how many words may stand before it ("Oh, um, okay").
const givingWithin = 3

// Giving is how somebody gives in who meant to refuse.
var Giving = CueOf(None, "gives in",
	`okay okay; ok ok; all right|alright he|she|they|you|it can|is; ok|okay|fine|alright|right he|she|they|you can; you can then;
	all right i|we; ok|okay|fine|alright|sure i will|can|guess; fine i will; all right i will|can; i guess i can|could|will;
	i suppose i can|could|will; yes i will|can; sure no problem; of course i will|can; i can probably; i will do it;
	i will try to make it work; ok just this once; okay just this once; fine just this once; well okay; well ok;
	ok then; okay then; if you really need me; take|have|keep|use it|them|him|her then; take|have the whole|lot; send me the ?_ form|forms|paperwork|details|link|contract|keys; go on then; fine|ok|okay|alright|right send|bring|leave|drop|hand|pass|put|give it|them|me|him|her|the|that; put me down; count|sign me in|up; i will sort it|something; i guess that|it is fine|ok|okay|alright; i guess so`,
)

// Name-calling and judgement by adjective: "you are so selfish". The first is contempt, the second a judgement.
var (
	youAre = Phrases(
		`you are ?being|acting; you were ?being; you can be; you _ are; you sound; that is|was; this is|was; how;
		your are`,
	)
	youOnly = Phrases(
		`you are ?being|acting|such; you were ?being|such; you can be ?such; you have become ?such; you _ are`,
	)
	contempt = Words(`idiot idiotic stupid moron moronic pathetic loser liar dumb jerk worthless useless disgusting monster psycho
		lunatic coward hypocrite brat brats crooks thieves liars idiots morons jerks vultures scammers scum losers
		crazy insane fool bully tyrant bitch asshole dick bastard creep leech parasite clown joke nightmare`)
	verdicts = Words(`lazy selfish rude unfair unreasonable inconsiderate irresponsible thoughtless careless disrespectful
		controlling dramatic cheap mean cruel heartless unreliable lame hopeless ungrateful immature childish
		ridiculous stubborn arrogant lousy terrible awful horrible impossible cold insensitive manipulative petty
		stingy greedy slob messy sloppy unprofessional incompetent clueless dishonest nosy bossy needy clingy absurd
		outrageous unbelievable disgraceful shameful`)
)

var intensifiers = Words(`a an the all such so really very just complete total absolute completely totally absolutely pretty kind of
	bit being acting too like`)

var faultFrames = []struct {
	kind FaultKind
	Frame
}{
	{Attack, Frame{Why: "calls the other names", Opening: youOnly, Between: Union(intensifiers, verdicts), Fillers: contempt}},
	{Attack, Frame{Why: "calls the other names", Opening: Phrases(`you`), Between: verdicts,
		Fillers: Minus(contempt, "joke bully fool leech nightmare")}},
	{Judgement, Frame{Why: "judges instead of saying what happened", Opening: youAre, Between: intensifiers, Fillers: verdicts}},
}

// youCalled opens a name for the other: "you lazy lump".
var youCalled = Phrases(`you ?absolute|total|complete|little lazy|selfish|rude|greedy|cheap|mean|cruel|heartless|ungrateful|stubborn|arrogant|nosy|bossy|stingy|smug|silly|old|miserable|spoilt|spoiled|two-faced|sad`)

// unlessYou opens a condition that is a threat when harm to the relation or the other follows.
var (
	unlessYou = Phrases(
		`if you do not; if you will not; if you can not; unless you; if you refuse; if this does not; if you keep;
		next time you`,
	)
	harm = Phrases(
		`i will|am _ ?_ report;
		i will report|tell|quit|leave|sue|call|complain|go|stop|cut|throw|lock|kick|take|make|end;
		i am leaving|done|going|telling|calling|moving|out|quitting; i am not going|coming|helping|inviting|doing;
		we are done|through|over|finished; you will be; you can forget|find; do not expect;
		i will not ever|be|help|come|speak|talk|do|lend|invite`,
	)
)

// faultsOf finds the faults of a sentence. They are looked for across its commas: "Oh, great".
func faultsOf(s *Sentence, refusing bool) []Fault {
	var room [64]language.Token // for most sentences; longer ones take memory
	var origins [64]int
	plain := bare(s.Tokens, room[:0], origins[:0])
	var found []Fault
	keep := func(kind FaultKind, why string, first, last int) {
		found = append(found, Fault{Kind: kind, Why: why, At: Place{plain.origin[first], plain.origin[last-1] + 1}})
	}
	for _, c := range faultCues {
		if c.kind == Judgement && harmless.In(plain.tokens) {
			continue
		}
		if match, ok := c.Phrases.First(plain.tokens); ok && (c.kind != Judgement || !language.Negated(plain.tokens, match.First)) {
			keep(c.kind, c.Why, match.First, match.Last)
		}
	}
	if refusing {
		if match, ok := Giving.Phrases.First(plain.tokens); ok && match.First <= givingWithin && !language.Negated(plain.tokens, match.First) {
			keep(Capitulation, Giving.Why, match.First, match.Last)
		}
	}
	for _, f := range faultFrames {
		if at, ok := f.In(s.Tokens); ok && !language.Negated(s.Tokens, at.Last-1) {
			found = append(found, Fault{Kind: f.kind, Why: f.Why, At: at})
		}
	}
	for _, match := range youCalled.Find(plain.tokens) {
		if match.Last < len(plain.tokens) && !plain.tokens[match.Last].IsStopWord() {
			keep(Attack, "calls the other names", match.First, match.Last+1)
		}
	}
	if condition, ok := unlessYou.First(plain.tokens); ok {
		if consequence, ok := harm.First(plain.tokens); ok {
			first, last := condition.First, consequence.Last
			if consequence.First < first {
				first, last = consequence.First, condition.Last
			}
			if first < last {
				keep(Threat, "threatens, which is not a reason to agree", first, last)
			}
		}
	}
	return found
}

// harmless sentences sound like judgements and promise or tell something: "so you never have to ring them".
var harmless = Phrases(
	`you never ?even ?again ?ever have|need|get|hear|see|find|worry; you will|would never; so ?that ?then you never|always; you have no idea how`,
)

// bareWords are the words of a sentence without its punctuation, and where each was.
type bareWords struct {
	tokens []language.Token
	origin []int
}

// bare appends them to what there is room for.
func bare(tokens, words []language.Token, origin []int) bareWords {
	for i := range tokens {
		if tokens[i].IsWord() {
			words, origin = append(words, tokens[i]), append(origin, i)
		}
	}
	return bareWords{words, origin}
}
