package labelstudio

import (
	"errors"
	"fmt"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Task is one item of a campaign, as Label Studio imports it.
type Task struct {
	Data map[string]any `json:"data"`
}

// Paragraph is one turn.
type Paragraph struct {
	Speaker string `json:"speaker"`
	Text    string `json:"text"`
}

// ErrTwice says that a campaign cannot be carried to Label Studio.
var ErrTwice = errors.New("the campaign asks twice, and Label Studio shows everything at once: raters would know what came of it before they say what they expect. Open one with arm: foresight and another with arm: hindsight_only, or rate here")

// Tasks are items as everybody sees them. What is in a task is what was shown: no policy, no model, no name and no id of an episode.
func Tasks(campaign string, rubric *vignettev1.Codebook, items []*vignettev1.ShownItem) ([]Task, error) {
	if asksTwice(rubric) {
		return nil, ErrTwice
	}
	sides := sidesOf(rubric)
	out := make([]Task, len(items))
	for i, item := range items {
		data := map[string]any{"campaign": campaign, "item": item.GetItem()}
		for side, shown := range item.GetSides() {
			data[sided("setting", side, sides)] = shown.GetSetting()
			data[sided(talkTag, side, sides)] = paragraphs(shown)
			if stageOf(rubric) == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT {
				data[sided("futures", side, sides)] = futures(shown)
			}
			if rubric.GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_SPAN {
				data["words"] = shown.GetWords()
			}
		}
		out[i] = Task{data}
	}
	return out, nil
}

// paragraphs are turns with their numbers, from 1; the one that is rated is marked.
func paragraphs(shown *vignettev1.ShownConversation) []Paragraph {
	out := make([]Paragraph, len(shown.GetTurns()))
	for i, turn := range shown.GetTurns() {
		mark := ""
		if shown.TurnIndex != nil && shown.GetTurnIndex() == turn.GetIndex() {
			mark = "> "
		}
		out[i] = Paragraph{fmt.Sprintf("%s%d %s", mark, turn.GetIndex()+1, turn.GetSpeaker()), turn.GetText()}
	}
	return out
}

func futures(shown *vignettev1.ShownConversation) string {
	var out []string
	for i, future := range shown.GetFutures() {
		if len(shown.GetFutures()) > 1 {
			out = append(out, fmt.Sprintf("One way it may go (%d of %d):", i+1, len(shown.GetFutures())))
		}
		out = append(out, future.GetLines()...)
	}
	return strings.Join(out, "\n")
}
