package evaluators_test

import (
	"context"
	"fmt"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/dearman"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// One utterance is judged against what the speaker wants.
func ExampleNewService() {
	service := evaluators.NewService(dearman.Name, "dev", dearman.New())
	response, err := service.Evaluate(context.Background(), &vignettev1.EvaluateRequest{
		Episode:      "example",
		Role:         "tenant",
		Participants: []*vignettev1.Participant{{Id: "tenant"}, {Id: "landlord"}},
		TurnIndex:    new(int32),
		Objective: &vignettev1.Objective{
			Kind:      vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK,
			Statement: "Get the heating repaired this week",
			Request:   "I'd like the heating repaired by Friday.",
			Facts:     []string{"The heating has been off since Monday."},
		},
		Turns: []*vignettev1.PerceivedTurn{{Role: "tenant", Action: &vignettev1.Action{
			Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK,
			Text: "The heating has been off since Monday. It would be nice if somebody looked at it.",
		}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, score := range response.GetScores()[:3] {
		fmt.Println(score.GetDimension(), score.GetValue().GetLabel()+":", score.GetRationale())
		if score.GetSuggestion() != "" {
			fmt.Println("  try:", score.GetSuggestion())
		}
	}
	// Output:
	// dear_man.describe strong: “The heating has been off since Monday” states what happened or is the case, and no more.
	// dear_man.express none: The speaker's own feeling is not named.
	// dear_man.assert weak: “It would be nice” only hints at what is wanted.
	//   try: The heating has been off since Monday. I'd like the heating repaired by Friday.
}
