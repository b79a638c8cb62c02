package partner

import vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"

// All numbers of the partner, in one place. Those without a source are chosen: by hand, so that transcripts read as
// people do and so that partners differ more than speakers (between-person variance above the effect of skill, as
// client talk varies more with the client than with the helper in motivational interviewing process studies).
const (
	// Reading.
	echoWords     = 2    // chosen: as many content words of mine, handed back, make an echo
	echoShare     = 0.65 // chosen: and this share of the turn's content words
	staleShare    = 0.7  // chosen: a statement with this share of words heard before is no news
	oneHit        = 0.65 // chosen: how far one word of an interest meets it; two meet it fully
	statedOnly    = 0.7  // chosen: a fact that bears on an interest counts less than an offer that does
	shortSentence = 3    // chosen: so few words need no verb ("Not quite yet.")
	longestRun    = 4    // chosen: content words without any grammar between them; more is a heap
	leastGrammar  = 0.22 // chosen: share of grammatical words; English prose has about half
	longSentence  = 8    // chosen: from this many words a sentence needs words that join
	leastJoints   = 0.18 // chosen: share of joining words; English prose has about a third
	mostSignals   = 0.3  // chosen: share of signal phrases per word; more is a recital
	clearShare    = 0.5  // chosen: a turn with a smaller share of sentences that are sentences is not followed
	minAbout      = 1    // chosen: as many words of an interest make an objection one about it
	sameAsking    = 0.9  // chosen: a request with this share of the words of an earlier one is the same request

	// What moves willingness, before gain.
	creditRequest  = 0.04 // chosen: a clear request is respected
	creditWish     = 0.02 // chosen: half of it for one that is only wished for
	creditFact     = 0.035
	creditFeeling  = 0.04
	creditReason   = 0.01
	creditGain     = 0.03
	creditInterest = 0.62 // chosen: the largest; interests, not positions, decide (Fisher and Ury 1981)
	creditProposal = 0.05
	emptyProposal  = 0.2  // chosen: share of that for an offer that meets no interest of mine
	creditReflects = 0.03 // listening that shows (Gottman and Levenson 1988 for its absence); size chosen
	creditAsks     = 0.03 // asking what the other needs
	creditSteady   = 0.05 // chosen: staying with the matter, calmly, when I tried to get away from it (Linehan 1993: "broken record")
	offTopicShare  = 0.1  // chosen: what credits are worth when nothing in the turn is about the matter
	vagueShare     = 0.25 // chosen: what credits are worth before it is clear what is wanted
	unfitShare     = 0.3  // chosen: what they are worth when they pass by what I have just brought up (responsiveness: Reis et al. 2004)
	crammedFrom    = 5    // chosen: sentences from which a turn is too much to take in
	crammedShare   = 0.4
	habituation    = 0.5 // chosen: the n-th credit of a kind is worth 1/(1+0.5n)
	saturation     = 0.5 // chosen: the share of a credit that full willingness takes away
	stuckBelow     = 0.02

	// What attack and pressure do.
	costBlame     = 0.07
	costThreat    = 0.11
	costInsult    = 0.12
	costSarcasm   = 0.05
	costUltimatum = 0.08
	costDemand    = 0.05
	costJudge     = 0.05
	mostBlow      = 0.25 // chosen: what one turn can do at most, before touchiness
	costRepeat    = 0.01 // chosen: asking again in the same words, without giving anything
	costNag       = 0.02 // chosen: each time after the first
	costGrovel    = 0.01 // chosen: apologies when nothing was done, from the third on
	grovelFrom    = 3
	yieldShare    = 0.02 // chosen: apology gives a little trust, no willingness
	socialProof   = 0.04 // chosen: somebody else's yes

	// Trust and resistance, 0-1. Reactance: pressure raises resistance, autonomy lowers it (Brehm 1966).
	startTrust     = 0.5
	startResist    = 0.25
	hardResist     = 0.3 // chosen: what difficulty adds to that
	trustUp        = 0.06
	trustDown      = 0.12
	resistUp       = 0.13
	resistDown     = 0.05
	resistDrag     = 0.6 // share of a credit that full resistance takes away
	difficultyDrag = 0.5 // share of a credit that full difficulty takes away
	trustFloor     = 0.6 // chosen: share of a credit that is left without trust
	trustGain      = 0.8 // chosen: what full trust adds to that

	// Rupture, 0-1: after an attack all that follows is heard less, and repair is never whole (Safran and Muran 2000 for
	// ruptures and their repair; that bad is stronger than good: Baumeister et al. 2001). Sizes chosen.
	ruptureBlow   = 2.6  // rupture per unit of blow
	rupturePress  = 0.8  // and per unit of pressure
	ruptureDrag   = 0.85 // share of a credit that a full rupture takes away
	ruptureFade   = 0.93 // what is left of it after a turn in which nothing is done about it
	scarShare     = 0.35 // share of the worst rupture that no repair takes away
	repairSorry   = 0.6  // share of the mendable part that the first apology mends; each further one half as much
	repairHeard   = 0.2  // and being understood
	repairTrust   = 0.6  // trust won back, and resistance given up, per unit of repair
	ruptureTalks  = 0.25 // from here on it shows in what is said
	ruptureBars   = 0.6  // from here on there is no yes
	repairedBelow = 0.05 // least repair that is acknowledged

	// Feelings, 0-1, fade by this factor from turn to turn.
	fade        = 0.75
	angerBlow   = 4.0 // chosen: anger, and hurt, per unit of blow; anger per unit of pressure
	angerPress  = 3.0
	hurtBlow    = 2.5
	hopeGain    = 2.5
	reliefGain  = 2.0
	uneasy      = 0.08 // anxiety while a request hangs there that meets nothing
	letdown     = 0.15 // disappointment of one who asks and hears no
	hurtByNo    = 0.12
	annoyed     = 0.06 // anger when it stays unclear what is wanted
	nagged      = 0.05 // anger at being nagged
	calmMost    = 0.6
	calmLoss    = 0.5
	startCalm   = 0.5
	startWorry  = 0.12
	softAnger   = 0.4 // anger that shows in gestures and goodbyes
	thinkAnger  = 0.5
	noticedRise = 0.06 // a rise of willingness that is said aloud

	// Temperament.
	middle         = 0.5  // of a trait in the population, as the contract has it
	gainSpread     = 0.55 // chosen: standard deviation of log gain between partners
	stolidShare    = 0.2  // chosen within 10-30%: partners who respond little, as in counselling outcome studies
	stolidGain     = 0.22
	startMean      = 0.22
	startSpread    = 0.12
	startAgree     = 0.1 // chosen: what agreeableness and difficulty shift, per unit
	startLeast     = 0.03
	startMost      = 0.5
	gainAgree      = 0.4
	touchySpread   = 0.3
	touchyNeurotic = 0.6
	touchyAgree    = 0.3
	patienceLeast  = 3
	patienceSpan   = 3
	defaultReserve = 0.6
	defaultHard    = 0.5

	// Coercion works on some, in the moment: it is rewarded by compliance without willingness, which is what keeps it
	// alive (Patterson 1982; French and Raven 1959). The share is chosen, small, and only among those who are not hard.
	timidShare = 0.12
	timidBelow = 0.6 // difficulty from which nobody gives in to threats
	timidAfter = 2   // attacks before they do

	// Deciding.
	offerAt      = 0.65 // share of the reservation point at which an offer is made
	softAt       = 0.8  // share at which they say that they are coming round
	offerChance  = 0.65
	walkoutAnger = 0.85
	neverAt      = 0.995 // a reservation point from which nothing wins them
	leastMet     = 0.5   // chosen: interests met, as a share of the reservation point, without which there is no yes
	pushesPer    = 3.0   // pushbacks before any yes, per unit of difficulty
	hardFrom     = 0.5   // difficulty from which there are tactics
	hardChance   = 1.1   // chance of one in a turn, per unit of difficulty above that
	hardStays    = 0.8   // difficulty from which an answered objection is brought up all the same
	refuseAfter  = 4     // pushbacks before a last no
	neverAfter   = 4     // and of those whom nothing wins: they need not hear it all
	nounChance   = 0.5   // chosen: how often a reaction names what was said
	longTurn     = 3     // sentences from which somebody hard cuts in
	freeAgree    = 0.2   // difficulty per pushback is rounded up from here
	plainChance  = 0.35  // chosen: how often the author's sentence comes without a lead
	coldAnger    = 0.3   // anger from which there is no warm goodbye
	sameWords    = 0.99  // overlap that counts as all words

	// Bidding for the next turn, 0-1.
	bidToAsk       = 0.9
	bidIdle        = 0.2
	bidOverhearing = 0.4
	bidAsked       = 0.85
	bidSettled     = 0.35
	bidOpen        = 0.5
	bidAngry       = 0.3 // what full anger adds to that

	// Showing.
	faintest     = 0.05
	baseDistress = 18.0 // SUDS: mild tension of any disagreement
	distressBad  = 60.0
	distressMean = 0.3
	distressEase = 10.0
	distressCalm = 6.0
	surenessOf   = 0.4 // confidence in the reading of the other
	unmetBelief  = 0.5 // how much stronger the belief in an unmet interest is
	maxTopic     = 160 // stems remembered as part of the matter
	maxAsked     = 6   // requests remembered
)

// feeling is an emotion and how strong it is taken to be; a guess is what somebody is taken to feel, with their distress
// (SUDS).
type (
	feeling struct {
		emotion   vignettev1.Emotion
		intensity float64
	}
	guess struct {
		felt     []feeling
		distress float64
	}
)

// What the counterpart is taken to feel by how they sound; chosen.
var (
	soundsAngry    = guess{[]feeling{{vignettev1.Emotion_EMOTION_ANGER, 0.7}}, 55}
	soundsTroubled = guess{[]feeling{{vignettev1.Emotion_EMOTION_ANXIETY, 0.6}, {vignettev1.Emotion_EMOTION_SADNESS, 0.3}}, 55}
	soundsHopeful  = guess{[]feeling{{vignettev1.Emotion_EMOTION_HOPE, 0.6}}, 30}
	soundsRelieved = guess{[]feeling{{vignettev1.Emotion_EMOTION_RELIEF, 0.6}}, 20}
	soundsShy      = guess{[]feeling{{vignettev1.Emotion_EMOTION_ANXIETY, 0.5}, {vignettev1.Emotion_EMOTION_GUILT, 0.3}}, 45}
	soundsCalm     = guess{[]feeling{{vignettev1.Emotion_EMOTION_CALM, 0.4}, {vignettev1.Emotion_EMOTION_HOPE, 0.2}}, 30}
)
