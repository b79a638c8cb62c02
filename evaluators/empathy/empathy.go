// Package empathy judges by rules how a helper's words take up what somebody has said: the three mechanisms of EPITOME (Sharma,
// Miner, Atkins and Althoff 2020, A Computational Approach to Understanding Empathy Expressed in Text-Based Mental Health
// Support): emotional reactions, interpretations, explorations, each none (0), weak (1), strong (2). Phrases and wording are ours.
// English. Measured against nobody's labels yet.
package empathy

import (
	"github.com/vignette-sim/vignette/evaluators/cues"
)

// Name is the name the evaluator is hosted under, Version that of its rules.
const (
	Name    = "empathy"
	Version = "rules-1"
)

// Dimensions, 0 to 2.
const (
	Reactions       = "empathy.emotional_reactions"
	Interpretations = "empathy.interpretations"
	Explorations    = "empathy.explorations"
)

const source = "EPITOME: Sharma, Miner, Atkins and Althoff (2020); levels as there, wording ours"

const none, weak, strong = "none", "weak", "strong"

// New returns the evaluator. It needs nothing but the transcript.
func New() *cues.Evaluator {
	return cues.New(Version, "Empathy in three mechanisms by rules (EPITOME): emotional reactions, interpretations, explorations. A readable baseline.",
		cues.Dimension{Spec: cues.Levels(Reactions, "Emotional reactions", source,
			"Warmth, compassion or concern in answer to what was said. Strong: the helper's own feeling is named; weak: it is only to be heard, in a stock phrase.", none, weak, strong),
			Rules: []cues.Rule{
				cues.Says(strong, `i am ?so|really|very sorry you|that; it saddens me; it makes me sad|glad|happy; i feel for you; i feel ?so|really sad|sorry|moved|glad;
					my heart goes; i am ?so|really glad|moved|touched|saddened|worried; i am thinking of you; it hurts to hear`),
				cues.Says(weak, `i am sorry; sorry to hear; hang in there; everything will be; take care of yourself; i hope you|things|it; you are not alone; i care;
					sending you; i am here`),
			}},
		cues.Dimension{Spec: cues.Levels(Interpretations, "Interpretations", source,
			"Shows what the helper understood of the other's feelings and experience. Strong: it is said in so many words; weak: that it was understood is claimed.", none, weak, strong),
			Rules: []cues.Rule{
				cues.Says(strong, `you feel|felt; you are feeling; it sounds like|as; sounds like you; you sound ?so|very|really _; it seems ?that|like|as you; that must be|feel|have; this must be|feel|have;
					it must be|feel|have; no wonder; you must be|feel|have; part of you; i went through; i have been there; the same happened to me; when i was in; so you are; what you are saying is; you are torn`),
				cues.Says(weak, `i understand; i get that; i can imagine; i see what you; i hear you; i hear what; makes sense; i know how; i can see that; i can see why; i know what you mean`),
			}},
		cues.Dimension{Spec: cues.Levels(Explorations, "Explorations", source,
			"Asks about what was not said yet. Strong: about a feeling or an experience in particular; weak: in general.", none, weak, strong),
			Rules: []cues.Rule{
				cues.Asks(strong, `how did|do|does|are|were you|that|it feel|feeling|take; what was that like; what is that|it like; what did|does that|it mean; what goes|went through your;
					are|were|do|did you feeling|feel; what are you ?most afraid; what worries|hurts|scares|troubles you; when did you ?first; how long have you; what makes you|it; since when`),
				cues.Says(strong, `tell me more about|of; say more about`),
				cues.Asks(weak, `what happened; what is wrong; what is going on; why; how so; how come; are you okay|ok|alright; what else; anything else; do you want to talk`),
				cues.Says(weak, `tell me more; go on; say more`),
			}},
	)
}
