package persona_test

import (
	"math"
	"testing"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const seeds = 60

// outcomes are the partners' last willingness over seeds.
func outcomes(t *testing.T, s *vignettev1.Scenario, instead func(seed uint64) map[string]func(*stage) string) []float64 {
	t.Helper()
	var all []float64
	for seed := range uint64(seeds) {
		st := play(t, s, seed, lines(instead, seed))
		for _, role := range s.GetRoles() {
			if role.GetStance() != nil {
				all = append(all, st.willingness(role.GetId()))
			}
		}
	}
	return all
}

func lines(instead func(uint64) map[string]func(*stage) string, seed uint64) map[string]func(*stage) string {
	if instead == nil {
		return nil
	}
	return instead(seed)
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

func deviation(xs []float64) float64 {
	m, sum := mean(xs), 0.0
	for _, x := range xs {
		sum += (x - m) * (x - m)
	}
	return math.Sqrt(sum / float64(len(xs)-1))
}

// TestSkillIsFelt: partners are more willing after skilled talk than after unskilled, and least after attack.
func TestSkillIsFelt(t *testing.T) {
	for _, id := range ours {
		t.Run(id, func(t *testing.T) {
			s := library(t, id)
			skilled := outcomes(t, with(s, vignettev1.Modality_MODALITY_ASSERTIVE, 0.9), nil)
			clumsy := outcomes(t, with(s, vignettev1.Modality_MODALITY_ASSERTIVE, 0.2), nil)
			harsh := outcomes(t, with(s, vignettev1.Modality_MODALITY_AGGRESSIVE, 0.9), nil)
			t.Logf("willingness: skilled %.3f (sd %.3f), clumsy %.3f (sd %.3f), harsh %.3f", mean(skilled), deviation(skilled), mean(clumsy), deviation(clumsy), mean(harsh))
			if mean(skilled) < mean(clumsy)+0.05 {
				t.Errorf("skill 0.9 gives %.3f, skill 0.2 gives %.3f", mean(skilled), mean(clumsy))
			}
			effect, within := (mean(skilled)-mean(clumsy))/2, (deviation(skilled)*deviation(skilled)+deviation(clumsy)*deviation(clumsy))/2
			if within < effect*effect {
				t.Errorf("variance between partners is %.4f, that of skill %.4f: partners must differ more", within, effect*effect)
			}
			if mean(harsh) > mean(clumsy)-0.05 {
				t.Errorf("aggressive gives %.3f, clumsy assertive %.3f", mean(harsh), mean(clumsy))
			}
		})
	}
}

// TestParrot: handing the partner's words back moves nothing.
func TestParrot(t *testing.T) {
	s := library(t, "ask-for-leave")
	var all []float64
	for seed := range uint64(seeds) {
		st := play(t, s, seed, map[string]func(*stage) string{"receptionist": func(st *stage) string {
			if len(st.turns) == 0 {
				return s.GetObjective().GetRequest()
			}
			return "I understand. " + language.SwapPersons(st.turns[len(st.turns)-1].GetAction().GetText())
		}})
		all = append(all, st.willingness("manager"))
	}
	request := mean(outcomes(t, s, fixed(s.GetObjective().GetRequest(), "Well.", "Hm.", "So.", "Let me see.", "Right then.", "One moment.", "Ah.")))
	if got := mean(all); got > request+0.03 {
		t.Errorf("a parrot gives willingness %.3f, the request alone %.3f", got, request)
	}
}

// fixed plays given lines in order, the last again and again.
func fixed(lines ...string) func(uint64) map[string]func(*stage) string {
	return func(uint64) map[string]func(*stage) string {
		return map[string]func(*stage) string{"receptionist": func(st *stage) string { return lines[min(len(st.turns)/2, len(lines)-1)] }}
	}
}
