package persona_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var update = flag.Bool("update", false, "write the golden transcripts anew")

var ours = []string{"ask-for-leave", "refuse-a-loan", "family-talk", "repair-the-heating", "share-the-dishes"}

var modalities = []vignettev1.Modality{
	vignettev1.Modality_MODALITY_ASSERTIVE, vignettev1.Modality_MODALITY_PASSIVE, vignettev1.Modality_MODALITY_AGGRESSIVE,
}

// TestTranscripts holds whole conversations, so that a change in behaviour can be read in a diff.
func TestTranscripts(t *testing.T) {
	for _, id := range ours {
		for _, skill := range []float64{0.2, 0.9} {
			for _, modality := range modalities {
				name := fmt.Sprintf("%s_%s_%.1f", id, strings.ToLower(strings.TrimPrefix(modality.String(), "MODALITY_")), skill)
				t.Run(name, func(t *testing.T) {
					got := play(t, with(library(t, id), modality, skill), 11, nil).transcript()
					file := filepath.Join("testdata", name+".txt")
					if *update {
						if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
							t.Fatal(err)
						}
						return
					}
					want, err := os.ReadFile(file)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(string(want), got); diff != "" {
						t.Errorf("transcript changed (-want +got); read it, and if it is better: go test -update\n%s", diff)
					}
				})
			}
		}
	}
}

// TestConversationsHold plays any scenario with any policy and luck, and holds what must be true of every conversation.
func TestConversationsHold(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		id := rapid.SampledFrom(ours).Draw(r, "scenario")
		modality := rapid.SampledFrom(modalities).Draw(r, "modality")
		skill := rapid.Float64Range(0, 1).Draw(r, "skill")
		seed := rapid.Uint64().Draw(r, "seed")
		s := with(library(t, id), modality, skill)
		s.Stop.MaxTurns = int32(rapid.IntRange(2, 40).Draw(r, "max_turns"))
		st := play(t, s, seed, nil)
		if again := play(t, s, seed, nil); st.transcript() != again.transcript() {
			r.Fatalf("the same luck gave another conversation:\n%s\n%s", st.transcript(), again.transcript())
		}
		holds(r, st)
	})
}

type failer interface{ Fatalf(string, ...any) }

func holds(t failer, st *stage) {
	said := map[string]bool{}
	for _, turn := range st.turns {
		action := turn.GetAction()
		if err := protovalidate.Validate(action); err != nil {
			t.Fatalf("turn %d: %v", turn.GetIndex(), err)
		}
		if err := protovalidate.Validate(turn.GetMentalState()); err != nil {
			t.Fatalf("turn %d: %v", turn.GetIndex(), err)
		}
		for _, sentence := range language.Sentences(action.GetText()) {
			key := turn.GetRole() + "\n" + strings.ToLower(strings.Trim(sentence.Quote, " .!?…"))
			if said[key] {
				t.Fatalf("turn %d says again %q:\n%s", turn.GetIndex(), sentence.Quote, st.transcript())
			}
			said[key] = true
		}
		for _, act := range turn.GetActs() {
			if span := act.GetSpan(); span != nil {
				if got := language.Slice(action.GetText(), int(span.GetStart()), int(span.GetEnd())).Quote; got != span.GetQuote() || got == "" {
					t.Fatalf("turn %d: act %s points at %q, quotes %q", turn.GetIndex(), act.GetAct(), got, span.GetQuote())
				}
			}
		}
		lower := strings.ToLower(action.GetText())
		for _, leak := range []string{"%", "??", "..", " ,", "  ", "assertive", "aggressive", "passive", "skill", "modality", "policy", "dear man", "willingness", "stance", "objective", "builtin"} {
			if strings.Contains(lower, leak) {
				t.Fatalf("turn %d says %q: %s", turn.GetIndex(), leak, action.GetText())
			}
		}
		if len(turn.GetAgentState()) == 0 || len(turn.GetAgentState()) > 16<<10 {
			t.Fatalf("turn %d: agent state of %d bytes", turn.GetIndex(), len(turn.GetAgentState()))
		}
	}
}

// TestStrangeNames plays with names that are alike, in other scripts, and with dots and quotes in ids.
func TestStrangeNames(t *testing.T) {
	s := with(library(t, "family-talk"), vignettev1.Modality_MODALITY_ASSERTIVE, 0.9)
	ids := []string{"a.b", "O'Malley-Zoë 李", "role \"3\""}
	for i, role := range s.GetRoles() {
		role.Id, role.Name = ids[i], "Alex"
	}
	s.GetRoles()[2].Name = "李 娜"
	s.Focal = ids[0]
	st := play(t, s, 5, nil)
	holds(t, st)
	if len(st.turns) < 9 {
		t.Errorf("ended after %d turns", len(st.turns))
	}
}

// TestOthersMayBegin lets the parents speak before the one who wants something.
func TestOthersMayBegin(t *testing.T) {
	s := with(library(t, "family-talk"), vignettev1.Modality_MODALITY_ASSERTIVE, 0.9)
	roles := s.GetRoles()
	s.Roles = []*vignettev1.Role{roles[1], roles[2], roles[0]}
	for seed := range uint64(20) {
		st := play(t, s, seed, nil)
		holds(t, st)
		for _, role := range roles[1:] {
			if !strings.Contains(st.transcript(), role.GetStance().GetPosition()) {
				t.Fatalf("%s never says where they stand:\n%s", role.GetId(), st.transcript())
			}
		}
	}
}

// TestLongRun lets a conversation go on far beyond its material where only speech is allowed: nothing may be empty.
func TestLongRun(t *testing.T) {
	st := play(t, with(library(t, "ask-for-leave"), vignettev1.Modality_MODALITY_ASSERTIVE, 0.5), 3, nil)
	st.turns, st.states = nil, map[string][]byte{}
	for i := range 80 {
		role := st.scenario.GetRoles()[i%2]
		obs := st.observe(role)
		obs.Allowed = []vignettev1.ActionKind{vignettev1.ActionKind_ACTION_KIND_SPEAK}
		turn := respond(t, obs)
		if turn.GetAction().GetKind() != vignettev1.ActionKind_ACTION_KIND_SPEAK || turn.GetAction().GetText() == "" {
			t.Fatalf("turn %d: %v", i, turn.GetAction())
		}
		turn.Role, turn.Index = role.GetId(), int32(i)
		st.states[role.GetId()] = turn.GetAgentState()
		st.turns = append(st.turns, turn)
	}
}
