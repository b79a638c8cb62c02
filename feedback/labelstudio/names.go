package labelstudio

import (
	"fmt"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Format is what ratings that were brought in from Label Studio say they come from.
const Format = "label-studio"

// Names of tags beside those of scales.
const (
	skipTag    = "skip"
	remarkTag  = "remark"
	rewriteTag = "rewrite"
	talkTag    = "conversation"
)

// cannotTell is the choice beside a scale's numbers.
const cannotTell = "cannot_tell"

// reason is why somebody skips: as it is written in annotations, as raters read it, and as it is here.
type reason struct {
	alias, text string
	skip        vignettev1.SkipReason
}

var reasons = []reason{
	{"cannot-tell", "The conversation does not tell", vignettev1.SkipReason_SKIP_REASON_CANNOT_TELL},
	{"does-not-apply", "The question does not apply", vignettev1.SkipReason_SKIP_REASON_DOES_NOT_APPLY},
	{"distressing", "I do not want to read this", vignettev1.SkipReason_SKIP_REASON_DISTRESSING},
	{"not-blind", "I know the people, or what is compared", vignettev1.SkipReason_SKIP_REASON_NOT_BLIND},
	{"other", "Something else (say it in the remark)", vignettev1.SkipReason_SKIP_REASON_OTHER},
}

// scaleTag is the name of a scale's choices: its place keeps it unique whatever letters its id has.
func scaleTag(i int, scale *vignettev1.RatingScale) string {
	return fmt.Sprintf("s%d_%s", i+1, plain(scale.GetId()))
}

// evidenceTag is the name of the labels for words that show a scale's extremes, on one side.
func evidenceTag(i int, scale *vignettev1.RatingScale, side, sides int) string {
	return sided(fmt.Sprintf("e%d_%s", i+1, plain(scale.GetId())), side, sides)
}

// sided is a name for one side; where there is one side alone it stays.
func sided(name string, side, sides int) string {
	if sides == 1 {
		return name
	}
	return fmt.Sprintf("%s_%d", name, side+1)
}

func plain(id string) string {
	return strings.Map(func(c rune) rune {
		if c == '.' || c == '-' {
			return '_'
		}
		return c
	}, id)
}

// sidesOf is how many conversations an item of a campaign has.
func sidesOf(rubric *vignettev1.Codebook) int {
	if rubric.GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR {
		return 2
	}
	return 1
}

// asksTwice says whether a campaign asks before and after consequences.
func asksTwice(rubric *vignettev1.Codebook) bool {
	return rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_WITHIN || rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_RERATE
}

// stageOf is the one in which a campaign asks.
func stageOf(rubric *vignettev1.Codebook) vignettev1.RatingStage {
	if rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_HINDSIGHT_ONLY {
		return vignettev1.RatingStage_RATING_STAGE_HINDSIGHT
	}
	return vignettev1.RatingStage_RATING_STAGE_FORESIGHT
}
