package judge_test

import (
	"fmt"

	"github.com/vignette-sim/vignette/evaluators/judge"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// A family of one dimension gets a judge by giving its definition and a rubric.
func ExampleNew() {
	family := judge.Family{
		Description: &vignettev1.EvaluatorDescription{
			Summary: "Whether questions are open, as a language model reads them.",
			Dimensions: []*vignettev1.DimensionSpec{{
				Id: "talk.open_question", Title: "Open question", Min: 0, Max: 1, Labels: []string{"closed", "open"}, Turn: true,
				Definition: "Asks in a way that leaves the answer to the other.",
			}},
		},
		Rubric: "Open: \"What was that like?\" Closed: \"Was it bad?\" A turn without a question is not_applicable.",
	}
	var models vignettev1.ModelServiceClient // the gateway's, over the wire
	fmt.Println(judge.New(family, models).Describe().GetMethod())
	// Output: llm
}
