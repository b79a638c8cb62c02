package design_test

import (
	"fmt"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/design"
)

func Example() {
	s, err := scenarios.Read("intake.yaml", []byte(`
id: intake
roles:
  - {id: trainee, kind: counselor, persona: {id: ada, name: Ada}}
  - {id: client, kind: client, persona: {id: ben, name: Ben}}
focal: trainee
stop: {max_turns: 8}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	run := &vignettev1.Manifest{Scenarios: []*vignettev1.Scenario{s}, Repeats: 2}
	factor, err := design.ParseVary("client.persona.style=plain,upset", run.Scenarios)
	if err != nil {
		fmt.Println(err)
		return
	}
	run.Factors = append(run.Factors, factor)
	plan, err := design.New(run)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, cell := range plan.Cells() {
		played, err := plan.Scenario(cell)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(i, cell.Factors[0].Level, cell.Repeat, played.Roles[1].Persona.Style)
	}
	// Output:
	// 0 plain 0 CONVERSATIONAL_STYLE_PLAIN
	// 1 plain 1 CONVERSATIONAL_STYLE_PLAIN
	// 2 upset 0 CONVERSATIONAL_STYLE_UPSET
	// 3 upset 1 CONVERSATIONAL_STYLE_UPSET
}
