package ratings

import (
	"fmt"
	"math"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Version of the rules by which ratings are fitted here.
const Version = "ratings-1"

// Minds of those whose ratings a score rests on, in its provenance.
const (
	People    = "human"
	Simulated = "simulated"
)

const prefix = "rated."

// After ends the dimension of what was said after consequences were shown.
const After = ".hindsight"

// Dimension is the dimension of what a fit came to: "rated.SCALE", "rated.SCALE.hindsight" in hindsight.
func (f *Fit) Dimension() string {
	if f.Stage == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT {
		return prefix + f.Scale + After
	}
	return prefix + f.Scale
}

// Spec describes a dimension of ratings, nil where it is none. Its values are 0-1 on whatever scale: shares of the way from its lowest to
// its highest number, of pairs the chance of being preferred to an average episode of the same client.
func Spec(dimension string) *vignettev1.DimensionSpec {
	if !strings.HasPrefix(dimension, prefix) {
		return nil
	}
	return &vignettev1.DimensionSpec{
		Id: dimension, Title: dimension, Max: 1, Turn: true, Episode: true, Scale: vignettev1.Scale_SCALE_NUMBER,
		Definition: "What raters said, raters' biases taken out: 0 is the scale's lowest number, 1 its highest. Of pairs: the chance of being preferred.",
	}
}

// Scores are what a fit says of an episode, for a role, under a name; none where it says nothing. Words within turns have none: what they
// are worth is not what a turn is worth.
func (f *Fit) Scores(name, episode, role string, revision int) []*vignettev1.Score {
	if f.Campaign.GetRubric().GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_SPAN {
		return nil
	}
	mind := People
	if f.Simulated {
		mind = Simulated
	}
	var out []*vignettev1.Score
	for _, w := range f.Worths {
		if w.Episode != episode {
			continue
		}
		score := &vignettev1.Score{
			Id: fmt.Sprintf("%s-%s-%s-r%d", episode, name, f.Dimension(), revision), Evaluator: name, Dimension: f.Dimension(), Role: role,
			Outcome:    &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: math.Round(1e6*w.Share) / 1e6}},
			Rationale:  f.rationale(w),
			Provenance: &vignettev1.Provenance{Agent: name, Mind: mind, Version: Version},
		}
		if w.Item.TurnIndex != nil {
			score.Id += fmt.Sprintf("-t%d", w.Item.GetTurnIndex())
			score.TurnIndex = w.Item.TurnIndex
		}
		out = append(out, score)
	}
	return out
}

func (f *Fit) rationale(w Worth) string {
	by := "raters"
	if f.Simulated {
		by = "simulated annotators, no people"
	}
	how := fmt.Sprintf("%.2f on %d to %d, biases of raters taken out", w.Value.Value, f.On.GetMin(), f.On.GetMax())
	if f.Campaign.GetRubric().GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR {
		how = fmt.Sprintf("log odds of %.2f to be preferred to an average episode of the same client", w.Value.Value)
	}
	interval := ""
	if w.Value.CI95 != nil {
		interval = fmt.Sprintf(" (95%% interval %.2f to %.2f)", w.Value.CI95.Low, w.Value.CI95.High)
	}
	return fmt.Sprintf("%s%s, by %d answers of %s in campaign %s", how, interval, w.Answers, by, f.Campaign.GetId())
}
