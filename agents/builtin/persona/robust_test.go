package persona_test

import (
	"testing"

	"buf.build/go/protovalidate"
	"pgregory.net/rapid"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// TestAnybodyMaySayAnything talks to sparse roles with any words: no panic, no empty turn, nothing said twice.
func TestAnybodyMaySayAnything(t *testing.T) {
	line := rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{
			"", "Yes.", "No.", "Why?", "What do you want?", "All right, you can have it.", "Forget it.", "I'd like to leave at two on Tuesdays.", "You never listen, you idiot!",
			"Bye, see you tomorrow.", "By the way, did you see the game?", "Could you at least do half?", "Whatever…", "我不知道", "Thank you so much!", "What would you need?",
		}),
	)
	rapid.Check(t, func(r *rapid.T) {
		s := library(t, rapid.SampledFrom(ours).Draw(r, "scenario"))
		s = with(s, rapid.SampledFrom(modalities).Draw(r, "modality"), rapid.Float64Range(0, 1).Draw(r, "skill"))
		human := rapid.SampledFrom(s.GetRoles()).Draw(r, "human").GetId()
		if rapid.Bool().Draw(r, "sparse") {
			s.Objective = &vignettev1.Objective{Statement: "x", Kind: s.GetObjective().GetKind(), Request: s.GetObjective().GetRequest()}
			for _, role := range s.GetRoles() {
				if role.GetStance() != nil {
					role.Stance = &vignettev1.Stance{Position: role.GetStance().GetPosition()}
				}
			}
		}
		s.Stop.MaxTurns = 24
		st := play(t, s, rapid.Uint64().Draw(r, "seed"), map[string]func(*stage) string{human: func(*stage) string { return line.Draw(r, "line") }})
		st.turns = own(st.turns)
		holds(r, st)
		for _, turn := range st.turns {
			if err := protovalidate.Validate(turn); err != nil && turn.GetAction().GetText() == "" && turn.GetAction().GetKind() == vignettev1.ActionKind_ACTION_KIND_SPEAK {
				r.Fatalf("turn %d: %v", turn.GetIndex(), err)
			}
		}
	})
}

// own are the turns a mind took.
func own(turns []*vignettev1.Turn) []*vignettev1.Turn {
	var list []*vignettev1.Turn
	for _, turn := range turns {
		if turn.GetMentalState() != nil {
			list = append(list, turn)
		}
	}
	return list
}
