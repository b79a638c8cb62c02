package persona_test

import (
	"math"
	"math/rand/v2"
	"strings"
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

// TestPlacebos: what only looks like skill moves nobody.
func TestPlacebos(t *testing.T) {
	s := library(t, "ask-for-leave")
	idle := mean(outcomes(t, s, fixed("Well.", "Hm.", "So.", "Let me see.", "Right then.", "One moment.", "Ah.", "Mm.")))
	skilled := mean(outcomes(t, with(s, vignettev1.Modality_MODALITY_ASSERTIVE, 0.9), nil))
	for name, lines := range map[string]func(uint64) map[string]func(*stage) string{
		"keyword salad":       salad,
		"other conversation":  fromElsewhere(t, "refuse-a-loan"),
		"benefits with blame": blamed(s),
		"warm words only": fixed("I understand, and I feel with you.", "Thank you for saying that, it means a lot.", "I hear you and I appreciate you.", "I can see that this matters to you.",
			"Would that work for you?", "I respect your feelings and needs.", "I understand why you say that.", "I feel that we both want what is best."),
	} {
		// A placebo may have a fifth of the gain of skilled talk: words in common are not always chance.
		got := mean(outcomes(t, s, lines))
		t.Logf("%s: %.3f (nothing %.3f, skilled %.3f)", name, got, idle, skilled)
		if got-idle > 0.2*(skilled-idle) {
			t.Errorf("%s gives willingness %.3f; saying nothing gives %.3f, skilled talk %.3f", name, got, idle, skilled)
		}
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

// salad is words of skill and of the partner's interests in any order.
func salad(seed uint64) map[string]func(*stage) string {
	words := strings.Fields("I feel because request would like benefit you compromise could understand cover desk phones plan rota ahead fair hours Monday thank appreciate need offer Bilal advance notice we together willing try others evenings respect")
	r := rand.New(rand.NewPCG(seed, 7))
	return map[string]func(*stage) string{"receptionist": func(*stage) string {
		var line []string
		for range 18 {
			line = append(line, words[r.IntN(len(words))])
		}
		return strings.Join(line, " ") + "."
	}}
}

// fromElsewhere plays the skilled lines of another scenario.
func fromElsewhere(t *testing.T, id string) func(uint64) map[string]func(*stage) string {
	return func(seed uint64) map[string]func(*stage) string {
		other := with(library(t, id), vignettev1.Modality_MODALITY_ASSERTIVE, 0.9)
		var lines []string
		for _, turn := range play(t, other, seed, nil).turns {
			if turn.GetRole() == other.GetFocal() && turn.GetAction().GetText() != "" {
				lines = append(lines, turn.GetAction().GetText())
			}
		}
		return fixed(lines...)(seed)
	}
}

// blamed puts every benefit and compromise beside a reproach.
func blamed(s *vignettev1.Scenario) func(uint64) map[string]func(*stage) string {
	lines := []string{s.GetObjective().GetRequest()}
	for _, text := range append(append([]string(nil), s.GetObjective().GetBenefits()...), s.GetObjective().GetCompromises()...) {
		lines = append(lines, text+" You never think about anybody but yourself.")
	}
	return fixed(lines...)
}
