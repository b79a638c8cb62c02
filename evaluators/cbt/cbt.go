// Package cbt finds by rules the thinking traps in somebody's words: the cognitive distortions of Burns (1980, Feeling Good)
// after Beck (1976), as a set of codes per turn, with the words quoted. It is used on the one who tells (`role: client`). Phrases
// and wording are ours. English. Measured against nobody's labels yet.
//
// A trap is a form of words here: "everybody hates me" has the form of overgeneralising whether or not it is true. Which core
// belief stands behind it, and how well a counselor works, rules do not say; the judge of this family does.
package cbt

import (
	"github.com/vignette-sim/vignette/evaluators/cues"
)

// Name is the name the evaluator is hosted under, Version that of its rules, Traps its dimension: codes of turns.
const (
	Name    = "cbt"
	Version = "rules-1"
	Traps   = "cbt.thinking_traps"
)

// The traps.
const (
	AllOrNothing    = "all_or_nothing"
	Overgeneralise  = "overgeneralising"
	MentalFilter    = "mental_filter"
	Disqualify      = "disqualifying_the_positive"
	MindReading     = "mind_reading"
	FortuneTelling  = "fortune_telling"
	Catastrophise   = "catastrophising"
	EmotionalReason = "emotional_reasoning"
	Should          = "should_statements"
	Labelling       = "labelling"
	Personalise     = "personalising"
)

// Labels are the traps.
var Labels = []string{AllOrNothing, Overgeneralise, MentalFilter, Disqualify, MindReading, FortuneTelling, Catastrophise, EmotionalReason, Should, Labelling, Personalise}

// New returns the evaluator. It needs nothing but the transcript.
func New() *cues.Evaluator {
	return cues.New(Version, "Thinking traps by rules, as codes with the words quoted: the form of a thought, not whether it is true.",
		cues.Dimension{
			Spec: cues.Codes(Traps, "Thinking traps", "Burns (1980), Feeling Good, after Beck (1976); wording ours",
				"Which thinking traps the words have the form of: all or nothing, overgeneralising, mental filter, disqualifying the positive, mind reading, "+
					"fortune telling, catastrophising, emotional reasoning, should statements, labelling, personalising.", Labels...),
			Rules: []cues.Rule{
				cues.Asserts(AllOrNothing, `a complete|total failure|disaster|waste; completely|totally|utterly useless|worthless|ruined|hopeless|wrong; either i _ or; if it is not perfect; if i am not perfect; all or nothing; it was all for nothing`),
				cues.Says(Overgeneralise, `i always|never ?get|manage|do|am|fail|mess|end|say|ruin|have; everybody|everyone always|hates|leaves|thinks|laughs; nobody|noone ever|likes|cares|loves|wants; no one ever|likes|cares|loves|wants;
					nothing ever|works|helps|goes; everything i do|touch|try; it always|never happens|goes|works|ends; every single time; story of my life`),
				cues.Says(MentalFilter, `all i can see|think; the only thing i|that; i can only see|think; one mistake and; i keep going over the one; all that stays`),
				cues.Says(Disqualify, `it does not count; that does not count; does not mean anything; anybody|anyone could have|do; just luck|lucky; only luck; they were just|only being nice; he|she was just|only being nice; they have to say that`),
				cues.Asserts(MindReading, `they|he|she|everybody|everyone ?all ?must|probably think|thinks i; they|he|she must hate|think|find; i know what they|he|she think|thinks; i can tell ?that they|he|she; thinks i am; think i am; they are|were all judging|laughing`),
				cues.Asserts(FortuneTelling, `i will never; it will never; things will never; it is going to go wrong; i am going to fail; i will fail; i will end up; nothing will ever; i know it will|won't; it is bound to; it won't work`),
				cues.Asserts(Catastrophise, `the end of the world; the worst thing; my life is over; i could not bear|stand; i can't bear|stand; it would be a disaster|catastrophe; everything is ruined; i would lose everything; i will lose everything; i will die`),
				cues.Asserts(EmotionalReason, `i feel ?like|so ?a stupid|useless|worthless|guilty so i; i feel like a failure|burden|fraud|loser|idiot; i feel it so it; because i feel ?so it|i must; i feel guilty so; it feels true; feels hopeless so`),
				cues.Asserts(Should, `i should ?have|be|not|never|always; i shouldn't; i must not|be|always|never; i ought; i have to be|always; they|he|she|people should`),
				cues.Asserts(Labelling, `i am ?just|such|really a|an ?total|complete|real failure|loser|idiot|fool|burden|fraud|coward|monster; i am a terrible|bad|awful|lousy mother|father|person|friend|wife|husband|teacher; i am ?so|just|completely|totally worthless|useless|stupid|pathetic|unlovable|a failure`),
				cues.Asserts(Personalise, `it is ?all|always my fault; it was ?all my fault; because of me; i am to blame; i made them|him|her; if i had only; if only i had; i let everybody|everyone|them|him|her down; i ruined`),
			},
		})
}
