package speaker

import vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"

// All numbers of the speaker, in one place. None is measured: they are chosen by hand, so that skill shows in what is
// done rather than in the words it is done with, and so that each modality keeps its own faults (Linehan 1993 for what
// skill is: describe, express, assert, reinforce; mindful, confident, negotiate. Alberti and Emmons 1970 for the passive
// and the aggressive as the two ways to miss it).

// DefaultSkill is the skill of a policy that names none, as the contract says.
const DefaultSkill = 0.5

// Choosing what to do: chances in a turn, 0-1.
const (
	openWithRequest = 0.35 // of one who begins well: facts and request at once
	openWithFeeling = 0.6  // or facts and a feeling
	sayConfident    = 0.3  // a word of confidence before the first request
	addFeeling      = 0.5  // a feeling after the request, when asked for it
	noWithFact      = 0.5  // a reason before a first no
	noWithFeeling   = 0.6  // a feeling before a first no
	askNeedsAt      = 3    // pushbacks before asking what the other needs
	askNeeds        = 0.6
	negotiateAt     = 2 // pushbacks before anything is offered
	negotiateFirst  = 0.6
	expressFirst    = 0.7
	askView         = 0.5  // asking what the other thinks of a compromise
	restateShort    = 0.3  // saying the request again after a short turn
	restateMost     = 3    // but not more often than this
	acceptEarly     = 0.35 // an unskilled speaker takes the first offer this often, a fully skilled one never
	lastTurns       = 4    // turns left at which an offer is taken rather than lost
	sayBackChance   = 0.35
	nameChance      = 0.5 // naming what the other said, rather than plain words of understanding
	leadChance      = 0.4 // leading in to an author's sentence
	hesitate        = 0.5 // of somebody nervous without skill; none of a fully skilled one
	pointWords      = 2   // content words that make a last sentence the point of a turn
	longestPoint    = 10  // words a sentence may have to be said back; longer ones sound read out
	longestAsk      = 9   // words of the request that are taken up when it is made again
	tooVague        = 3   // vague turns after which even the unskilled get to the point
)

// What goes wrong when it goes wrong: upper ends of the shares of a draw, 0-1.
const (
	missFumble    = 0.5 // of those who have not asked yet
	missJudge     = 0.25
	missCram      = 0.42
	missBlunt     = 0.6
	missTrail     = 0.72
	missApologise = 0.84
	trailWithFact = 0.5
)

// The passive and the aggressive.
const (
	yieldMost    = 0.8  // a passive novice gives in at a pushback this often
	yieldLeast   = 0.1  // a passive expert still does
	meekNoBase   = 0.3  // a passive novice who is asked says no, softly, this often; an expert always
	attackMost   = 0.85 // an aggressive novice attacks in a turn this often
	attackLess   = 0.35 // how much of that skill takes away
	demandChance = 0.55 // a demand on top of it
	threatenPart = 0.25 // of the attacks, once there was a pushback
	insultPart   = 0.55 // upper end of the share of insults
)

// Moods, 0-1, and trust.
const (
	fade          = 0.7 // what is left of a mood after a turn
	startTrust    = 0.55
	startNerves   = 0.3 // anxiety before asking, its spread, and what neuroticism adds per unit
	nervesSpread  = 0.1
	nervesTrait   = 0.4
	startHope     = 0.35
	passiveNerves = 0.2
	passiveGuilt  = 0.3
	refusalGuilt  = 0.25
	startAnger    = 0.5 // of the aggressive
	angerGrows    = 0.25
	faintest      = 0.05
	startCalm     = 0.5
	angryCalm     = 0.1
	middle        = 0.5 // of a trait in the population, as the contract has it

	// Distress as a share of the scale, before it is put on SUDS 0-100.
	baseDistress = 0.15
	distressBad  = 0.65
	distressEase = 0.15
	distressCalm = 0.05

	baseResist    = 0.3
	resistAnger   = 0.5
	resistTrust   = 0.2
	baseBelief    = 0.4 // that the objective can be reached
	beliefHope    = 0.5
	beliefRelief  = 0.4
	beliefLetdown = 0.5
	sureness      = 0.4 // of the reading of the others, and what skill adds
	surenessSkill = 0.2

	// From here on a mood is thought of, or shows.
	thinkAnger   = 0.5
	thinkLetdown = 0.4
	thinkHope    = 0.45
	thinkGuilt   = 0.25
	thinkAnxiety = 0.3
	showRelief   = 0.2

	// Bidding for the next turn, 0-1.
	bidToRefuse = 0.3
	bidToAsk    = 0.95
	bidIdle     = 0.2
	bidAsked    = 0.9
	bidOpen     = 0.7
)

// shift is what an answer does to moods and trust.
var shift = map[answer]struct {
	mood  [moods]float64
	trust float64
}{
	agreement:  {[moods]float64{anxiety: -0.3, anger: -0.3, hope: 0.3, relief: 0.7, calm: 0.3}, 0.15},
	offered:    {[moods]float64{anxiety: -0.05, hope: 0.25}, 0.05},
	softer:     {[moods]float64{anxiety: -0.1, hope: 0.3, relief: 0.1}, 0.05},
	objection:  {[moods]float64{anxiety: 0.1, hope: -0.1, letdown: 0.1}, 0},
	query:      {[moods]float64{anxiety: 0.08}, 0},
	unclear:    {[moods]float64{anxiety: 0.08}, 0},
	attack:     {[moods]float64{anxiety: 0.2, anger: 0.3, hope: -0.2}, -0.1},
	shamed:     {[moods]float64{anxiety: 0.1, anger: 0.1, guilt: 0.3, hope: -0.1}, -0.05},
	finalNo:    {[moods]float64{hope: -0.3, letdown: 0.5, anger: 0.1}, -0.05},
	strayed:    {[moods]float64{anger: 0.05}, 0},
	brushedOff: {[moods]float64{anger: 0.08, letdown: 0.08}, -0.02},
	closing:    {[moods]float64{relief: 0.2, calm: 0.2}, 0.02},
	departed:   {[moods]float64{letdown: 0.4, anger: 0.1, hope: -0.4}, -0.15},
}

// taken is what the others are taken to feel by the kind of their last answer, and their distress (SUDS).
var taken = map[answer]struct {
	felt     []feeling
	distress float64
}{
	agreement:  {[]feeling{{vignettev1.Emotion_EMOTION_RELIEF, 0.5}, {vignettev1.Emotion_EMOTION_CALM, 0.4}}, 15},
	offered:    {[]feeling{{vignettev1.Emotion_EMOTION_HOPE, 0.4}, {vignettev1.Emotion_EMOTION_CALM, 0.3}}, 25},
	softer:     {[]feeling{{vignettev1.Emotion_EMOTION_HOPE, 0.5}, {vignettev1.Emotion_EMOTION_CALM, 0.3}}, 22},
	objection:  {[]feeling{{vignettev1.Emotion_EMOTION_ANXIETY, 0.5}, {vignettev1.Emotion_EMOTION_CALM, 0.2}}, 35},
	query:      {[]feeling{{vignettev1.Emotion_EMOTION_ANXIETY, 0.4}, {vignettev1.Emotion_EMOTION_CALM, 0.3}}, 30},
	unclear:    {[]feeling{{vignettev1.Emotion_EMOTION_CALM, 0.4}, {vignettev1.Emotion_EMOTION_ANXIETY, 0.2}}, 25},
	attack:     {[]feeling{{vignettev1.Emotion_EMOTION_ANGER, 0.7}, {vignettev1.Emotion_EMOTION_HURT, 0.3}}, 60},
	shamed:     {[]feeling{{vignettev1.Emotion_EMOTION_HURT, 0.5}, {vignettev1.Emotion_EMOTION_ANXIETY, 0.4}}, 45},
	finalNo:    {[]feeling{{vignettev1.Emotion_EMOTION_DISAPPOINTMENT, 0.4}, {vignettev1.Emotion_EMOTION_ANGER, 0.3}}, 40},
	strayed:    {[]feeling{{vignettev1.Emotion_EMOTION_ANXIETY, 0.3}}, 30},
	remark:     {[]feeling{{vignettev1.Emotion_EMOTION_CALM, 0.4}}, 20},
	brushedOff: {[]feeling{{vignettev1.Emotion_EMOTION_ANXIETY, 0.4}}, 32},
	closing:    {[]feeling{{vignettev1.Emotion_EMOTION_CALM, 0.5}, {vignettev1.Emotion_EMOTION_RELIEF, 0.3}}, 15},
	departed:   {[]feeling{{vignettev1.Emotion_EMOTION_ANGER, 0.7}}, 65},
}
