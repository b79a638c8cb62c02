package client

// All numbers of the simulation, with their source or the word "chosen". Trust, resistance and the like are 0-1, distress is
// SUDS 0-100.

// gates are the trust it takes to tell each part of the model. The order (present trouble before its meaning, core beliefs
// last) is that of CBT intakes (Beck 2020, ch. 5-6) and PATIENT-Psi's rule to reveal gradually; the numbers are chosen.
var gates = map[kind]float64{
	situation: 0.10, feeling: 0.22, recent: 0.28, thought: 0.32, behavior: 0.34, coping: 0.40, rule: 0.47, history: 0.45, memoir: 0.50, core: 0.60,
	doubt: 0.20, reason: 0.30, step: 0.38,
}

const (
	// laterSituation is how much more trust each further situation takes: people stay with the first for a while. Chosen.
	laterSituation = 0.3
	// askedEases is how much less trust it takes to tell what one is asked about. Chosen.
	askedEases = 0.08
	// unknownStrength is how strongly a belief is held when the model does not say. Chosen: core beliefs are held firmly.
	unknownStrength = 0.8
	// unknownIntensity is how strong an emotion is when the model does not say. Chosen.
	unknownIntensity = 0.7

	// baseTrust and trustSpread describe a stranger's first trust over clients. Chosen, with the spread wide: clients
	// differ more than counselors do (Baldwin, Wampold & Imel 2007 find most alliance variance between clients). Within 0.05 and
	// 0.54 a fifth come with next to none and a quarter as open as a stranger is.
	baseTrust   = 0.32
	trustSpread = 0.34
	// littleShare is the share of clients who respond little to whatever is done, beside those whom the spread of the gain makes so:
	// together 10-30%, as in outcome studies; littleGain is what is left of their response. Chosen.
	littleShare = 0.05
	littleGain  = 0.35
	// gainSpread is how much clients differ in how fast they respond, as a share of the gain. Chosen.
	gainSpread = 0.62
	// touchSpread is how much they differ in how hard they are hit by what closes people up, as a share of it. Chosen.
	touchSpread = 0.9
	// fullLoss is the trust at which a loss counts in full; who trusts little has little to lose. Chosen.
	fullLoss = 0.45
	// reserveSpread is how much more or less trust than others somebody takes to tell anything. Chosen.
	reserveSpread = 0.23
	// strangersGate is the trust below which nobody, however open, tells what they believe about themselves, or a memory that needs
	// as much. Chosen: above any first trust.
	strangersGate = 0.60
	// leanSpread is how much somebody leans to talk for change, or against it, whatever is asked. Chosen.
	leanSpread = 0.34
	// driftSpread is how many SUDS a turn somebody's distress goes its own way: people get better and worse for reasons that are
	// not in the room. Chosen.
	driftSpread = 0.45

	baseResistance = 0.25
	baseDistress   = 35
	// distressOfFelt is how much SUDS the strongest painful emotion adds. Chosen: 0.8 gives 71.
	distressOfFelt  = 45
	baseAmbivalence = 0.6
)

const (
	// How eagerly somebody tells something unasked: hardly at a stranger's trust, readily at a friend's. Chosen.
	eagerBase, eagerTrust, eagerResistance = 0.20, 0.80, 0.35
	// eagerReserve is how much of somebody's reserve goes into that. Chosen.
	eagerReserve = 1.5
	// onTheirMind is how often somebody with a change in mind comes to talk of it. Chosen.
	onTheirMind = 0.45
	// volunteered is how often, in a turn that asks nothing, somebody comes to talk of changing by themselves. Chosen.
	volunteered = 0.06
	// briefUntil is the trust below which a closed question gets a short answer. Chosen.
	briefUntil = 0.45
	// showsFeelings is how often a feeling is shown and not named. Chosen.
	showsFeelings = 0.4
)

// effect is what one act of a counselor does to a client in one turn, before the client's own responsiveness.
type effect struct{ trust, resistance, distress float64 }

// Effects of what was heard. Signs follow the MI process literature (Magill et al. 2018; Miller & Rose 2009: consistent
// skill opens, confrontation closes); sizes are chosen so that twenty turns of consistent skill lead from a stranger's
// trust to where core beliefs are told, for a client who responds.
var (
	onReflection    = effect{0.135, -0.022, -3.0}
	onFeelingNamed  = effect{0.040, -0.010, -1.5}
	onMissed        = effect{-0.025, 0.020, 1.0}
	onParrot        = effect{-0.010, 0.010, 0}
	onOpen          = effect{0.065, -0.010, 0}
	onClosed        = effect{-0.004, 0.008, 0}
	onAffirmation   = effect{0.045, -0.015, -1.0}
	onValidation    = effect{0.085, -0.025, -2.5}
	onPermission    = effect{0.025, -0.030, 0}
	onAdvice        = effect{-0.042, 0.090, 1.5}
	onAdviceAllowed = effect{0.005, 0.005, -0.5}
	onConfrontation = effect{-0.110, 0.160, 6.0}
	onReassurance   = effect{-0.020, 0.020, 0.5}
	onIgnored       = effect{-0.032, 0.030, 1.0}
	onConfused      = effect{-0.050, 0.030, 1.0}
	onUnmet         = effect{-0.020, 0.020, 0.8}
	onApology       = effect{0.060, -0.080, -2.0}
	onInformation   = effect{0.005, 0.005, 0}
	onRiskInquiry   = effect{0.010, 0, 1.0}
	onSummary       = effect{0.055, -0.010, -1.0}
	onGreeting      = effect{0.010, -0.005, 0}
	// onAnswered is for somebody who came to find something out and is told; onWaiting, times the turns it has waited, for
	// somebody who is not; onStalled for somebody who looks for a way and is only understood. Chosen.
	onAnswered = effect{0.080, -0.050, -6.0}
	onWaiting  = effect{-0.018, 0.022, 1.6}
	onStalled  = effect{-0.025, 0.030, 1.5}
)

// Readiness for a change. It grows by talking for it and shrinks under pressure (Miller & Rose 2009; Amrhein et al. 2003), slowly:
// a session moves somebody by about one stage. Sizes chosen.
const (
	readinessSpread  = 0.06
	preparedFrom     = 0.50
	readyEvoked      = 0.035
	readyPlanned     = 0.040
	readyReflected   = 0.030
	readyAffirmed    = 0.010
	readyAnswered    = 0.050
	readyPremature   = -0.015
	readyConfronted  = -0.050
	readyAdvised     = -0.020
	readySaidFor     = 0.015
	readySaidAgainst = -0.010

	// answersFrom is how many of the words that show an answer must be in one statement. Chosen: one is chance.
	answersFrom = 2
	// patience is how many turns of waiting count, one more each turn. Chosen.
	patience = 3
	// dwelling is how many turns in a row may only say back and comfort before that goes nowhere. Chosen.
	dwelling = 3
	// askingFrom is the trust it takes to ask what one came for: almost none. Chosen.
	askingFrom = 0.06

	// Rates of change and sustain talk of somebody with a change in mind: readiness speaks with trust. Chosen.
	changeTalkReady = 0.50
	sustainUnready  = 0.35
)

const (
	// repeatKeeps is what is left of a gain when the same thing is done again in the next turn: reflecting forever leads
	// nowhere. Chosen.
	repeatKeeps = 0.6
	// What is left of good words that do not land: comfort for nothing, a question that was asked before, one that passes by what
	// was just told. Chosen.
	hollow, askedAgain, passedBy = 0.2, 0.15, 0.35
	// How far somebody feels that the helper is with them: the share of their turns that was met, the last ones more. attuning is how
	// much a turn that meets or passes by counts (half of it where only more was said of something told, or a question was asked
	// before), estranging one that takes them for somebody else or names a feeling they do not
	// have, respecting one that leaves it to them to tell after they would not. attunedFirst is what a stranger is given in advance;
	// between attunedFrom and attunedFull the rest follows. Chosen, between how often skilled lines meet what was just told (in nearly
	// half of such turns) and how often those of another session do (4%).
	attuning, estranging, respecting       = 0.30, 0.50, 0.15
	attunedFirst, attunedFrom, attunedFull = 0.40, 0.20, 0.36
	// Whoever has met them before is given more time: each turn that did adds earnedEach to the least that is left, up to earnedMost. Chosen.
	earnedEach, earnedMost = 0.03, 0.30
	// unattunedGain is what is left of good words from somebody who is not with them, unattunedEager of the wish to tell more;
	// unattunedHolds is how often a question is then not answered. Chosen.
	unattunedGain, unattunedEager, unattunedHolds = 0.10, 0.10, 0.95
	// unattunedGate is how much more trust it takes then to tell anything. Chosen.
	unattunedGate = 0.40
	// painOfTelling is how much SUDS rises when something is told, times the gate of what is told: distress may rise
	// while pain is disclosed. Chosen.
	painOfTelling = 7
	// calmPerTurn is the share by which distress goes back to the client's own level each turn. Chosen.
	calmPerTurn = 0.05

	// Rates of change and sustain talk when the talk is about change. Consistent skill goes with more of both, inconsistent
	// skill with sustain talk (Magill et al. 2018: r .55, .40, .16). The rates are chosen in that order of size.
	changeTalkBase  = 0.20
	changeTalkTrust = 0.60
	sustainBase     = 0.15
	sustainTrust    = 0.25
	sustainResist   = 0.45
)
