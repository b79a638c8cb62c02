package dearman

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// Express: what the speaker feels about it, owned ("I feel ...").

// Feelings somebody says to have. Passive ones ("ignored", "taken for granted") say what the other did as well as what it
// is like; speakers mean them as feelings and listeners take them so.
var (
	unpleasant = utterance.Words(`afraid alone angry annoyed anxious ashamed bitter bothered bummed burned burnt concerned confused crushed
		demoralized demoralised depressed desperate devastated disappointed discouraged disheartened distressed
		drained embarrassed exhausted fed-up frightened frustrated furious guilty heartbroken flustered frazzled
		helpless hopeless humiliated hurt insecure invisible irritated isolated jealous let-down lonely lost mad
		miserable nervous overburdened overloaded overwhelmed panicked panicky powerless pressured rattled regretful
		rejected resentful restless sad scared shaken shocked small sore stressed stuck tense terrified threatened
		torn trapped troubled uncomfortable uneasy unhappy unappreciated unheard unimportant unloved unsafe unseen
		unsettled unsupported unwanted upset used vulnerable weary worn worried worthless wounded ignored dismissed
		disrespected excluded overlooked neglected undervalued belittled abandoned betrayed blamed criticized
		criticised misunderstood patronized patronised pushed rushed squeezed stretched disconnected distant defensive
		cross vexed livid fuming jittery knackered shattered skint peeved miffed hacked humiliated rattled
		unnerved spooked petrified panicking panicked stung gutting low ill sick blue numb lousy rotten rubbish
		poorly wobbly edgy rundown wrecked destroyed finished broken worse raw fragile outraged bored homesick
		sheepish ashamed ridiculous silly rough exposed intimidated tired strained apprehensive dismayed aggravated exasperated dejected gutted agitated bad
		terrible awful horrible conflicted mortified heavy dread weird prickly awkward gloomy grumpy jumpy teary tearful
		rubbed crazy mental flat hollow empty dreadful fraught twitchy sour bruised wary wretched pathetic-feeling
		disgusted appalled perturbed baffled resigned puzzled wounded mortified hot bothered livid peeved wound ratty
		desolate forgotten voiceless cornered ganged swamped snowed smothered suffocated drowning`)
	pleasant = utterance.Words(`calm comfortable confident content delighted eager excited glad grateful happy hopeful joyful loved optimistic
		pleased proud reassured relieved respected safe satisfied secure thankful thrilled touched valued appreciated
		okay ok peaceful heard seen included supported buzzing chuffed stoked pumped psyched elated overjoyed
		made-up better lighter relaxed moved honoured honored lucky blessed keen fond chuffed tickled cared overjoyed
		ecstatic inspired encouraged refreshed welcome`)
	// phrasal are feelings of two words.
	phrasal = map[string]utterance.WordSet{
		"put": utterance.Words("out upon"), "made": utterance.Words("up"), "let": utterance.Words("down"), "left": utterance.Words("out behind"), "worn": utterance.Words("out down thin"),
		"wound": utterance.Words("up"), "knocked": utterance.Words("back sideways out"), "done": utterance.Words("in"), "freaked": utterance.Words("out"), "burnt": utterance.Words("out"),
		"burned": utterance.Words("out"), "stressed": utterance.Words("out"), "snowed": utterance.Words("under"), "choked": utterance.Words("up"), "cut": utterance.Words("up"),
		"broken": utterance.Words("up"), "shaken": utterance.Words("up"), "fed": utterance.Words("up"), "torn": utterance.Words("up apart between"), "run": utterance.Words("down ragged"),
		"ground": utterance.Words("down"), "beaten": utterance.Words("down"), "weighed": utterance.Words("down"), "shut": utterance.Words("out"), "locked": utterance.Words("out"),
		"pushed": utterance.Words("aside around out"), "walked": utterance.Words("over"), "taken": utterance.Words("advantage for"), "on": utterance.Words("edge tenterhooks"),
		"in": utterance.Words("pieces bits knots"), "over": utterance.Words("the"), "dragged": utterance.Words("down"), "passed": utterance.Words("over"), "shoved": utterance.Words("aside"),
		"wiped": utterance.Words("out"), "washed": utterance.Words("out"), "strung": utterance.Words("out"), "ganged": utterance.Words("up"), "talked": utterance.Words("down over"),
		"brushed": utterance.Words("off aside"), "taken-for": utterance.Words("granted"), "caught": utterance.Words("between"), "stuck": utterance.Words("between"), "bent": utterance.Words("out"),
		"cast": utterance.Words("aside"), "cheesed": utterance.Words("off"), "ticked": utterance.Words("off"), "pissed": utterance.Words("off"), "hacked": utterance.Words("off"),
		"brassed": utterance.Words("off"), "browned": utterance.Words("off"), "miffed": utterance.Words("at about with"), "at": utterance.Words("sea"),
	}
	feelings = utterance.Union(unpleasant, pleasant)
	// betweenFeelings stand between "I feel" and the feeling. "Not" among them turns it round and is looked at apart.
	betweenFeelings = utterance.Union(utterance.Degrees, utterance.Words("not been being"))
)

// saidOfOneself are feelings that "I am" says; with the others it says something else ("I am lost", "I'm happy to").
var saidOfOneself = utterance.Minus(feelings, `used lost bad small safe pushed stuck okay ok heard seen happy glad confident content left worn
	distant secure better hopeless rubbish ridiculous silly moved lucky welcome finished broke flat hot empty low included
	supported broken resigned useless forgotten raw rough exposed mental wound cared silly useless drowning`)

var (
	whyNamed = "names the speaker's own feeling"
	iFeel    = utterance.Frame{Level: utterance.Strong, Why: whyNamed, Between: betweenFeelings, Fillers: feelings, Phrasal: phrasal, Opening: utterance.Phrases(
		`i feel; i felt; i would ?just ?only ?always feel; i will feel; i am feeling; i was feeling; i have been feeling; i have felt; i do feel; i do not feel;
		i did not feel; i start|started to feel|feeling; i end|ended up feeling;
		i still|often|also|really|just|honestly feel; makes|made|making me feel; me feel;
		leaves|left|leaving me feeling; i started feeling; to feel; and feel|felt; i can not help feeling; feeling`,
	)}
	iAm = utterance.Frame{Level: utterance.Strong, Why: whyNamed, Between: utterance.Union(utterance.Degrees, utterance.Words("not")), Fillers: saidOfOneself, Phrasal: phrasal, Opening: utterance.Phrases(
		`i am; i was; i have been; i get|got|go|went ?_ and; i get|got|go|went; i become|became; i end|ended up; left|leaves|leaving me; we are both|all`,
	)}
	// What one would be is what one is, put politely.
	iWould = utterance.Frame{Level: utterance.Strong, Why: whyNamed, Between: utterance.Union(utterance.Degrees, utterance.Words("be")), Phrasal: phrasal,
		Fillers: utterance.Minus(saidOfOneself, "grateful thankful comfortable willing interested delighted pleased keen better worse"), Opening: utterance.Phrases(
			`i would|will be; i would ?just|really feel`,
		)}
	gaveMe = utterance.Frame{Level: utterance.Strong, Why: whyNamed, Between: utterance.Union(utterance.Degrees, utterance.Words("such a an the proper real right dreadful awful terrible nasty bad")),
		Fillers: utterance.Words("fright scare shock fit fits pang pangs chills creeps palpitations nightmares"), Opening: utterance.Phrases(
			`gave|gives|giving me; i had|got|get|have; i am having`,
		)}
	madeMe = utterance.Frame{Level: utterance.Strong, Why: whyNamed, Between: utterance.Degrees, Fillers: feelings, Opening: utterance.Phrases(
		`it|that|this|which makes|made|is|was making me; makes|made me; it|that|this|which leaves|left me;
		leaves|left me; it|that|this gets|got me; keeps me; kept me; has me; had me`,
	)}
	statedCue = utterance.CueOf(utterance.Strong, whyNamed,
		`it|that|this|which ?really|still|just hurts|hurt|scares|scared|worries|worried|frustrates ?me|us;
		it|that|this|which ?really|still|just frustrated|upsets|upset|saddens|saddened|frightens|annoys ?me|us;
		it|that|this|which ?really|still|just annoyed|stresses|stressed ?me|us;
		it|that|this|which ?really|still|just disappoints|disappointed|overwhelms|overwhelmed ?me|us;
		it|that|this|which ?really|still|just exhausts|embarrasses|embarrassed ?me|us;
		it|that|this|which ?really|still|just terrifies|pains|angers|angered ?me|us; hurt|hurts my feelings; i go|went|turn|turned cold|red|white|numb|hot|pale; my heart|stomach|chest|throat|skin|nerves|gut|tummy _; my blood ?is|was|ran|runs|went boiling|boils|cold|boil|up; weight|load|stone|burden|rock|millstone off my|me; that|it is ?such ?a ?huge|massive|big|real|great relief|weight; what a relief|shame|disappointment; a relief to;
		breaks|broke my heart; i ?really|just|still|do|also worry; i ?really|just|do|have|am|was|always|still|started|start|had ?been ?to fear|feared|fearing|dread|dreaded|dreading|resent|resented|resenting|miss|missed|missing|regret|regretted|envy|envied; i have ?been worried|worrying;
		i am at my wits|limit|breaking|end|capacity; i have been dreading; i feel taken for granted; i feel left out;
		i feel let down; i felt let down|left|taken; i feel|felt not ?being ?really taken|seen|heard|valued|respected|wanted|listened|included;
		i do|did not feel ?really taken|listened|believed;
		i feel put|shut|pushed|torn|worn|burned down|out|up|aside|over|under|on|between;
		i feel burnt|fed|stressed|singled|looked|walked|talked down|out|up|aside|over|under|on|between;
		i am torn|burned|burnt|worn|stressed|freaked|fed between|out|up; i was worn|stressed|freaked out;
		i am at a loss; i am losing sleep; i lie awake; i cried;
		i am ?so|really|very scared|afraid|worried|nervous|anxious of|about|that; my heart sinks|sank;
		my stomach drops|turns|knots|ties; makes|made me cry; wears|wearing me down|out; weighs|weighing on me;
		i am|was|feel ?so|really|just|all wiped|worn|stressed|freaked|knocked|burnt out; fed up; i am ?absolutely|so|really|just fed up;
		i am|was ?so ?very|really|quite|all cross ?and|with|about; in knots|bits|pieces|tears; on edge|tenterhooks|pins; at my wits|limit|lowest;
		i am|was|have ?been beside myself; on my knees|last; i am sick of|with; i am tired and; i am so tired|cross|sick|low;
		my stomach|heart|head|chest|hands is|are|was ?all turning|churning|pounding|racing|spinning|heavy|tight|shaking;
		breaks|hurts|kills|terrifies|worries|upsets|eats|stings|crushes|gutted me; it hurts; keeps|kept|keeping me up|awake;
		takes|lifted|took|lifts|off ?such ?a|the weight|load|stone|burden ?is ?_ ?_ off|from; weight off my|me;
		off|from|on my chest|shoulders|mind; i can finally|now breathe|relax|sleep; i can breathe; how relieved|worried|scared|sad|happy|angry|upset i am|was;
		you have no idea how relieved|worried|scared|sad|happy|angry|upset|much; what a relief; i can not wait; can not stop worrying|crying;
		i worry about|that; i am|was worried|scared|frightened|terrified|afraid sick|stiff; i have been worrying|panicking|dreading|crying;
		i would ?really ?absolutely hate to; i would ?really|just ?feel|be ?so ?absolutely gutted|devastated|heartbroken|crushed|mortified;
		i would ?just|really feel ?so|really|quite left|lonely|sad|guilty|awful|terrible|embarrassed|ashamed|hurt|out|anxious;
		i would be ?so happy|sad|upset|embarrassed|ashamed|miserable|heartbroken; feel|feels ?really ?so horrible|terrible|awful|rotten|lousy;
		i am|was at the end of; i have had enough; can not cope; i am losing ?my sleep|mind|it; does my head in; does me in; stresses me; scares me; worries me; hurts me; upsets me; frustrates me; drives me crazy|mad|nuts;
		i think it|that|this ?is ?just|only ?only ?so fair|unfair|stinks|ridiculous|wrong|outrageous|terrible|awful|right|unacceptable|absurd|rubbish|great; i find it|that|this ?_ ?_ unfair|ridiculous|outrageous|wrong|unacceptable|awful|terrible|important; i am ?absolutely|totally|actually|just|so|proper|really boiling|fuming|livid|seething|shaking|gutted|steaming|done|raging; gets|get|getting|got on my nerves|wick|tits; i could howl|scream|cry|weep; at the end of my; end of my tether; running on fumes; in over my head; cheesed|pissed|ticked|naffed off; sick to my stomach; i hate it|that|this|sitting|doing|being|when|how;
		i ?really enjoy|love spending|being|having|our`,
	)
	hintedCue = utterance.CueOf(utterance.Weak, "hints at a feeling without naming it",
		`hard for|on me; difficult for me; tough for|on me; not easy for me; rough for|on me; a lot for|on me;
		it has been a lot; bothers|bothered|bothering me; i am struggling; i have been struggling; i struggle;
		i do not like; i did not like; i can not stand; i can not take;
		matters|matter|mattered|important ?so|a|lot|very|really ?much|lot to me; means a lot to me; i care about;
		gets|getting|got to me; getting|wearing on me; i feel like i am|have|can|do|never|always|did;
		i feel as if|though i; it feels like i|a|we; it feels ?really|very|so unfair|wrong|one|lonely|heavy|bad;
		feels ?really unfair|lonely|bad|wrong|awful; a lot on my plate|mind; too much for me; i am not okay|ok|fine;
		i could use some; i do not enjoy; not great for me; i am having a hard|tough|rough;
		it has been hard|tough|rough|difficult|exhausting|stressful|a;
		it is hard|tough|rough|exhausting|stressful|frustrating|upsetting|disappointing|draining|embarrassing;
		it was hard|tough|rough|exhausting|stressful|frustrating|upsetting|disappointing|embarrassing|hurtful;
		that was hard|frustrating|upsetting|disappointing|hurtful|embarrassing;
		that is hard|frustrating|upsetting|disappointing|hurtful|stressful;
		it|that|this|which ?actually|really|kind|sort ?of stings|stung|hurt|smarts; i hate doing|having|being|this;
		gets|getting|got|brings|bringing me down; not|never ?very ?so ?really nice|pleasant|fun|great|good|pretty for me; not nice;
		does not ?really|quite sit ?well|right; not happy|thrilled|delighted|keen|comfortable|easy;
		panicking|stressing|worrying|fretting; makes|made me ?feel ?so|a|all|quite|_ ugh|argh|weird|funny|odd|small|ill|sick|mad|cross|bit;
		i am ?so|just|kind|a|about ?of|bit ?you ?know finished|done|over|drained; ?kind ?sort ?of|a|so|bit mortifying|cringe|awkward|gutting;
		it would be ?so sick|amazing|awesome|brilliant|lush|ace|class; would|could|want|wanted ?to ?just cry|scream|weep|burst; getting|gets|got on top of|my; gets|got|getting under my; i would hate; i could do without;
		climbing the walls; pulling my hair; tearing my hair; in a state; running on empty; hardly|barely slept|sleep|ate|eat; did not sleep|eat; lucky to have; the best|worst with|at; knot|knots|butterflies|lump|pit in my; going ?_ crazy|mad|spare|mental|bananas; killing me; hot under; i ?really|so want this; wears thin; weighs|weighing; i feel for;
		i would feel ?so|much|a ?lot better|worse|happier|calmer|easier; a bit|little|touch low|down|fed|sad|lost|stressed|worried|tired|cross;
		bit|sort|kind|somewhat|slightly|little|tad|touch|rather|teeny ?of ?a ?bit ?of ?a annoying|pain|bummer|much|rich|shame|sad|worry|downer|drag|bother|nuisance|unsatisfactory|uncomfortable|awkward|peeved|unhappy|irritating|tiresome|sickener|disappointing|stressed|bitter|jealous|wistful|miffed|irked;
		not ideal; not ?so ?exactly ?very ?really ?quite|all ?that nice|pleasant|ideal|thrilled|keen|happy|great|fun|brilliant|lovely|cool|super|comfortable|amused|overjoyed|wild|easy; that is wearing; is wearing; so so; so-so; not quite how|what i; not my idea of; do not|dont like it|that; less than thrilled|happy|ideal|pleased; could be better;
		i have had it|better; had it a|for while|now; bothers me; not much fun; wears on; under pressure|stress; at sea; a bit|little|lot much for; sick and tired; had it with; not feeling|doing great|good|well`,
	)
	// trying are circumstances that are told by what they do to whoever is in them.
	trying = utterance.Frame{Level: utterance.Weak, Why: "hints at a feeling without naming it", Between: utterance.Union(utterance.Degrees, utterance.Words("been being all getting")),
		Fillers: utterance.Words(`hard tough rough awkward mortifying embarrassing humiliating depressing exhausting gutting unbearable stressful upsetting
			heartbreaking frustrating cringe gutting draining tiring annoying worrying scary frightening painful disappointing
			discouraging demoralising demoralizing isolating unsettling infuriating maddening miserable rotten rubbish pants horrid
			grim awful dreadful horrible hurtful unfair lonely nerve-racking soul-destroying downer blow strain shame worry struggle
			kick slap headache burden killer weird overwhelming intense sad`), Opening: utterance.Phrases(
			`it|that|this|which is|was|feels|felt|gets|got|has ?been|been; it|that|this would be; being|having|doing _ ?_ ?_ ?_ ?_ ?_ ?_ ?_ is|feels; feels|felt|been; it|this|that is ?just; kind|sort|bit|pretty|super|so|really ?of`,
		)}
	// played down are feelings that are made small in the same breath ("a bit disappointed", "kind of stressed").
	playedDown = utterance.Phrases(`a ?teeny ?tiny bit|little|touch|tad; not ?exactly|so|very|really|quite|all|that thrilled|keen|happy|impressed|overjoyed|delighted|comfortable|best|easy; kind|sort of; kinda; sorta; bit; slightly; somewhat; best; all that; much`)

	// Idioms with the words of feelings that name none: regret in a refusal, readiness to help.
	politeFeelings = utterance.Phrases(
		`i am afraid i|we|it|that|not|so|there|my|this; i am afraid; i am sorry;
		i am happy|glad|okay|ok|comfortable to|with; i would be happy|glad|okay|ok|comfortable; i feel like you;
		i feel that you; i feel you; i was lost; i get lost; i am used to; i got used; i am used; i would feel;
		i would be; would make me; if i feel|felt; feel free; how do i feel; i am bad|lost at|with; i feel bad for you`,
	)
	iFeelYou = utterance.Phrases(`i feel like you; i feel that you; i feel you; i feel as if|though you`)
	fearful  = utterance.Phrases(`i am afraid of; i am afraid that i will; i am really|so|very afraid`)
)

func judgeExpress(m *moment) utterance.Finding {
	f := utterance.Finding{Note: "The speaker's own feeling is not named"}
	for _, s := range m.sentences {
		if s.Broken || s.Has(utterance.Attack, utterance.Sarcasm, utterance.Threat) || s.Form == language.WhQuestion {
			continue
		}
		if h, ok := expressSentence(m, s); ok {
			f.Add(h)
		}
	}
	if f.Level == utterance.None {
		if because, ok := m.fault(utterance.Attack, utterance.Sarcasm, utterance.Capitulation); ok {
			because.Why = because.Why + ", which expresses no feeling"
			f.Add(because)
		} else if s, at, ok := m.firstIn(iFeelYou); ok {
			f.Add(utterance.Hit{Span: m.cover(s, at), Why: "is a view of the other, not a feeling"})
		}
	}
	return f
}

func expressSentence(m *moment, s *sentence) (utterance.Hit, bool) {
	if h, ok := namedFeeling(m, s); ok {
		switch {
		case s.Has(utterance.Judgement):
			h.Level, h.Why = utterance.Weak, "names a feeling, but inside a judgement"
		case s.Has(utterance.Capitulation):
			h.Level, h.Why = utterance.Weak, "names a feeling, but gives in with it"
		case mild[lastWord(h.Span.Quote)]:
			h.Level, h.Why = utterance.Weak, "hints at a feeling without naming it"
		case regret[lastWord(h.Span.Quote)] && m.anywhere(sorryCue.Phrases):
			h.Level, h.Why = utterance.Weak, "names a feeling, but as an apology"
		case playedDown.In(language.Tokens(h.Span.Quote)):
			h.Level, h.Why = utterance.Weak, "names a feeling, but plays it down"
		}
		return h, true
	}
	if at, ok := hintedCue.In(s.Tokens); ok && !s.Has(utterance.Judgement) {
		return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, at), Why: hintedCue.Why}, true
	}
	if at, ok := trying.In(s.Tokens); ok && !s.Has(utterance.Judgement) && !empathyCue.In(s.Tokens) && !othersCase.In(s.Tokens) && !language.Negated(s.Tokens, at.Last-1) {
		return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, at), Why: trying.Why}, true
	}
	if at, ok := bareFeeling(s); ok {
		h := utterance.Hit{Level: utterance.Strong, Span: m.cover(s, at), Why: whyNamed}
		if playedDown.In(s.Tokens) {
			h.Level = utterance.Weak
		}
		return h, true
	}
	return utterance.Hit{}, false
}

// mild words say that something is felt, and little of what; words of regret beside an apology belong to it.
var (
	mild   = utterance.Words("weird odd funny keen fond welcome off strange")
	regret = utterance.Words("bad awful terrible horrible")
)

func lastWord(quote string) string {
	tokens := language.Words(language.Tokens(quote))
	if len(tokens) == 0 {
		return ""
	}
	return tokens[len(tokens)-1].Norm
}

// namedFeeling finds a feeling the speaker says to have. A denied unpleasant one ("I'm not angry") is none; a denied
// pleasant one ("I don't feel safe") is.
func namedFeeling(m *moment, s *sentence) (utterance.Hit, bool) {
	if at, ok := statedCue.In(s.Tokens); ok && !language.Negated(s.Tokens, at.First) {
		return utterance.Hit{Level: utterance.Strong, Span: m.cover(s, at), Why: whyNamed}, true
	}
	for _, each := range []*utterance.Frame{&iFeel, &iAm, &madeMe, &iWould, &gaveMe} {
		at, ok := each.In(s.Tokens)
		if !ok || idiom(s.Tokens[at.First:min(at.Last+1, len(s.Tokens))]) {
			continue
		}
		last := at.Last - 1
		if language.Negated(s.Tokens, last) && unpleasant[s.Tokens[last].Norm] {
			continue
		}
		return utterance.Hit{Level: each.Level, Span: m.cover(s, at), Why: each.Why}, true
	}
	if at, ok := glad.In(s.Tokens); ok && (at.Last == len(s.Tokens) || !offering[s.Tokens[at.Last].Norm]) && !language.Negated(s.Tokens, at.Last-1) {
		return utterance.Hit{Level: utterance.Strong, Span: m.cover(s, at), Why: whyNamed}, true
	}
	if at, ok := unlistedFeeling(s); ok {
		return utterance.Hit{Level: utterance.Strong, Span: m.cover(s, at), Why: whyNamed}, true
	}
	if at, ok := notPleased.In(s.Tokens); ok {
		return utterance.Hit{Level: utterance.Strong, Span: m.cover(s, at), Why: whyNamed}, true
	}
	return utterance.Hit{}, false
}

// othersCase says that something is hard for somebody else.
var othersCase = utterance.Phrases("sounds; must; for you; you have; your")

// bareFeeling finds a feeling that is said without a subject: "A bit let down, that's all", "So frustrated."
func bareFeeling(s *sentence) (utterance.Place, bool) {
	for i, token := range s.Tokens {
		norm := token.Norm
		switch {
		case !token.IsWord():
			return utterance.Place{}, false
		case saidOfOneself[norm] && !bareNever[norm], phrasal[norm] != nil && i+1 < len(s.Tokens) && phrasal[norm][s.Tokens[i+1].Norm]:
			last := i + 1
			if !saidOfOneself[norm] {
				last++
			}
			return utterance.At(0, last), s.Form == language.NoQuestion && (last == len(s.Tokens) || !s.Tokens[last].IsWord() || afterFeeling[s.Tokens[last].Norm])
		case !utterance.Degrees[norm] && norm != "just":
			return utterance.Place{}, false
		}
	}
	return utterance.Place{}, false
}

var (
	afterFeeling = utterance.Words("about by with that to at because over when of is too though like lol")
	// bareNever say other things without "I am".
	bareNever = utterance.Words("sick sore sad awkward weird awful horrible terrible bad low tense relaxed crazy keen ill heavy rough blue lousy rotten ridiculous raw mad calm cross proud excited")
)

// glad are pleasant feelings that are an offer where "to" follows.
var (
	glad     = utterance.Frame{Level: utterance.Strong, Why: whyNamed, Between: utterance.Degrees, Fillers: utterance.Words("glad happy pleased thrilled delighted content"), Opening: utterance.Phrases(`i am; i was; we are; i have been`)}
	offering = utterance.Words("to with for if")
)

// unlistedFeeling finds "I feel" before a word that is no feeling of the lists but can hardly be anything else: nothing
// that it could belong to follows.
func unlistedFeeling(s *sentence) (utterance.Place, bool) {
	for _, match := range iFeelAny.Find(s.Tokens) {
		i := match.Last
		for i < len(s.Tokens) && utterance.Degrees[s.Tokens[i].Norm] && s.Tokens[i].Norm != "like" && s.Tokens[i].Norm != "that" {
			i++
		}
		if i >= len(s.Tokens) || s.Tokens[i].Kind != language.Word || s.Tokens[i].IsStopWord() || notFelt[s.Tokens[i].Norm] {
			continue
		}
		if i+1 == len(s.Tokens) || !s.Tokens[i+1].IsWord() || afterFeeling[s.Tokens[i+1].Norm] || joining[s.Tokens[i+1].Norm] || utterance.Prepositions[s.Tokens[i+1].Norm] || whenEver[s.Tokens[i+1].Norm] {
			return utterance.At(match.First, i+1), true
		}
	}
	return utterance.Place{}, false
}

var (
	iFeelAny = utterance.Phrases(`i feel; i felt; i am feeling; i was feeling; i have been feeling; i have felt; i do feel; and feel|felt; leaves|left me feeling; makes|made me feel; i would feel; i will feel; to feel`)
	joining  = utterance.Words("and or but")
	whenEver = utterance.Words("when whenever every each already now again already tonight today these lately")
	// notFelt follow "I feel" without being felt.
	notFelt = utterance.Words("free bound strongly differently sure obliged certain able entitled justified inclined confident myself bad people everyone everybody guys management folks")
)

// notPleased are pleasant feelings that are said of oneself only when they are missing: "I'm happy to" is an offer.
var notPleased = utterance.Frame{Level: utterance.Strong, Why: whyNamed, Between: utterance.Degrees, Fillers: utterance.Words("happy okay ok comfortable confident glad safe pleased thrilled impressed keen best overjoyed delighted satisfied"),
	Opening: utterance.Phrases(`i am not; i was not; i have not been; i am no longer`)}

func idiom(tokens []language.Token) bool { return politeFeelings.In(tokens) && !fearful.In(tokens) }

// ownFeeling says whether words name a feeling, so that they are not taken for a fact.
func ownFeeling(tokens []language.Token) bool {
	for _, each := range []*utterance.Frame{&iFeel, &iAm, &madeMe, &iWould, &gaveMe} {
		if _, ok := each.In(tokens); ok {
			return true
		}
	}
	return statedCue.Phrases.In(tokens) || hintedCue.Phrases.In(tokens)
}

func (m *moment) firstIn(these *language.Phrases) (*sentence, utterance.Place, bool) {
	for _, s := range m.sentences {
		for _, match := range these.Find(s.Tokens) {
			return s, utterance.At(match.First, match.Last), true
		}
	}
	return nil, utterance.Place{}, false
}
