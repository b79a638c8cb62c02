package partner

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

	// What moves willingness, before gain.
	creditRequest  = 0.04 // chosen: a clear request is respected
	creditFact     = 0.035
	creditFeeling  = 0.04
	creditReason   = 0.01
	creditGain     = 0.03
	creditInterest = 0.55 // chosen: the largest; interests, not positions, decide (Fisher and Ury 1981)
	creditProposal = 0.05
	creditReflects = 0.02
	creditAsks     = 0.03 // asking what the other needs
	offTopicShare  = 0.1  // chosen: what credits are worth when nothing in the turn is about the matter
	vagueShare     = 0.5  // chosen: what credits are worth before it is clear what is wanted
	crammedFrom    = 5    // chosen: sentences from which a turn is too much to take in
	crammedShare   = 0.5
	habituation    = 0.5 // chosen: the n-th credit of a kind is worth 1/(1+0.5n)

	// What attack and pressure do.
	costBlame   = 0.07
	costThreat  = 0.11
	costInsult  = 0.12
	costSarcasm = 0.05
	costDemand  = 0.05
	costRepeat  = 0.01 // saying the request again without giving anything
	yieldShare  = 0.02 // apology gives a little trust, no willingness

	// Trust and resistance, 0-1. Reactance: pressure raises resistance, autonomy lowers it (Brehm 1966).
	trustUp        = 0.05
	trustDown      = 0.12
	resistUp       = 0.13
	resistDown     = 0.05
	resistDrag     = 0.6 // share of a credit that full resistance takes away
	difficultyDrag = 0.5 // share of a credit that full difficulty takes away

	// Feelings, 0-1, fade by this factor from turn to turn.
	fade = 0.75

	// Temperament.
	gainSpread     = 0.55 // chosen: standard deviation of log gain between partners
	stolidShare    = 0.18 // chosen within 10-30%: partners who respond little, as in counselling outcome studies
	stolidGain     = 0.35
	startMean      = 0.22
	startSpread    = 0.12
	defaultReserve = 0.6
	defaultHard    = 0.5

	// Deciding.
	offerAt      = 0.65 // share of the reservation point at which an offer is made
	softAt       = 0.8  // share at which they say that they are coming round
	walkoutAnger = 0.85
	baseDistress = 18.0 // SUDS: mild tension of any disagreement
	maxTopic     = 160  // stems remembered as part of the matter
)
