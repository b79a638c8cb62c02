package scenarios_test

import (
	"fmt"

	"github.com/vignette-sim/vignette/scenarios"
)

func ExampleRead() {
	s, err := scenarios.Read("borrow.yaml", []byte(`
id: borrow
roles:
  - {id: asker, kind: persona, persona: {id: ada, name: Ada}}
  - {id: owner, kind: persona, persona: {id: ben, name: Ben}}
focal: asker
stop: {max_turns: 8}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Roles[1].Name, s.TurnTaking, s.Stop.MaxSilences)
	// Output: Ben TURN_TAKING_ALTERNATING 2
}

// All that is wrong is said at once, each with its line and what would be right.
func ExampleProblems() {
	_, err := scenarios.Read("borrow.yaml", []byte(`
id: borrow
roles:
  - {id: asker, kind: persona, persona: {id: ada, name: Ada}}
  - {id: owner, kind: client, persona: {id: ben, nmae: Ben}}
focal: askre
stop: {max_turns: many}
`))
	fmt.Println(err)
	// Output:
	// borrow.yaml:5:50: roles[1].persona.nmae: there is no field "nmae" here (did you mean "name"?)
	// borrow.yaml:6:8: focal: "askre" is not the id of a role (did you mean "asker"? allowed: asker, owner)
	// borrow.yaml:7:19: stop.max_turns: the text "many" stands where a whole number from 1 to 1000 is expected (write a number, for instance 10)
}
