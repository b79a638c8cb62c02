// Package support finds by rules the eight strategies of emotional support conversations (ESConv: Liu et al. 2021, Towards
// Emotional Support Dialog Systems, after Hill's helping skills) as a set of codes per turn, with the words quoted. Phrases and
// wording are ours. English. Measured against nobody's labels yet.
//
// "Others" is what a turn is when none of the seven is found, as in ESConv; it has no words of its own, so here it is no code:
// such a turn has the number 0.
package support

import (
	"github.com/vignette-sim/vignette/evaluators/cues"
)

// Name is the name the evaluator is hosted under, Version that of its rules, Strategies its dimension: codes of turns.
const (
	Name       = "support"
	Version    = "rules-1"
	Strategies = "support.strategies"
)

// The strategies. Others is for judges and labels; rules say it by finding none.
const (
	Question    = "question"
	Restatement = "restatement"
	Reflection  = "reflection_of_feelings"
	Disclosure  = "self_disclosure"
	Affirmation = "affirmation_and_reassurance"
	Suggestion  = "providing_suggestions"
	Information = "information"
	Others      = "others"
)

// Labels are the strategies in the order of ESConv.
var Labels = []string{Question, Restatement, Reflection, Disclosure, Affirmation, Suggestion, Information, Others}

// New returns the evaluator. It needs nothing but the transcript.
func New() *cues.Evaluator {
	return cues.New(Version, "The strategies of emotional support (ESConv) by rules, as codes with the words quoted. A readable baseline.",
		cues.Dimension{
			Spec: cues.Codes(Strategies, "Support strategies", "ESConv: Liu et al. (2021), after Hill (2009), Helping Skills; wording ours",
				"Which strategies a turn uses: question, restatement of what was said, reflection of feelings, self-disclosure, affirmation and reassurance, "+
					"suggestions, information, others (greetings and what else there is).", Labels...),
			Rules: []cues.Rule{
				cues.Asks(Question, `what|how|why|when|where|who|which; do|does|did|are|were|is|was|have|has|can|could|would|will you|it|that|they|he|she|there|anybody|anyone|somebody`),
				cues.Says(Restatement, `so you; you said|say; what i hear; if i understand; you are saying; you mean that; in other words; as you put it; you mentioned; to sum up`),
				cues.Says(Reflection, `you feel|felt; you are feeling; you sound|seem ?so|very|really|quite _; you must be|feel; it sounds like you are; that must be|feel|have been; it must be|feel|have been`),
				cues.Says(Disclosure, `i have been there; i went through; i have had|felt the same|similar; i felt the same|like; happened to me; when i was; in my own; i struggled; i know it from; i too have|had|felt`),
				cues.Says(Affirmation, `you are doing; you have done|come|managed; you did ?a|the|really|so well|great|good|right; well done; that took|takes courage; you are ?so|very|really strong|brave|not alone;
					you can do; it will get|be; you deserve; proud of; good for you; not your fault; you have every right; it is okay|ok|alright|normal|natural to; i believe in you`),
				cues.Says(Suggestion, `you could|should|might|may ?also|perhaps|maybe|always want|try|talk|take|ask|write|go|see|start|make|do|think|consider|look|find|call|speak; have you tried|thought|considered;
					why don't you; why not try; how about; what about trying|talking|going|taking; i would|suggest|recommend|advise you|that|try|talking; try to|and|talking|going|writing|taking; it might|may|could help; if i were you`),
				cues.Says(Information, `research|studies|study shows|show|says|suggests|suggest; there is|are evidence|services|groups|therapists|hotlines|apps|people who; it is known; on average; statistics; according to; for most people; many people find; the symptoms; is called; is a form of; is defined`),
			},
		})
}
