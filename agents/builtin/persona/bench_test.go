package persona_test

import (
	"context"
	"testing"

	"github.com/vignette-sim/vignette/agents/builtin/persona"
)

// BenchmarkTurn is one turn late in a conversation, both parts in turn.
func BenchmarkTurn(b *testing.B) {
	s := library(b, "ask-for-leave")
	st := play(b, s, 3, nil)
	st.turns = st.turns[:10]
	mind, observations := persona.New(), 2
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		role := s.GetRoles()[i%observations]
		obs := st.observe(role)
		obs.AgentState = nil
		for _, turn := range st.turns[:9] {
			if turn.GetRole() == role.GetId() {
				obs.AgentState = turn.GetAgentState()
			}
		}
		if _, err := mind.Respond(context.Background(), obs, &keeper{}); err != nil {
			b.Fatal(err)
		}
	}
}
