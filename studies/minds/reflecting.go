package minds

import (
	"context"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// receiving are the acts of a counselor that give back what was said, or keep the frame of a session.
var receiving = []string{"reflection_simple", "reflection_feeling", "reflection_complex", "summary", "greet", "close"}

// reflects is a counselor who reflects, as well as the builtin one of skill 1 does, and does nothing else: its own sentences with
// all but the reflections taken out. It never asks, informs or offers. Some situations need more than that.
func (s *Stage) reflects(ctx context.Context, obs *vignettev1.Observation) (string, []byte, error) {
	final, err := s.skilled(ctx, obs)
	if err != nil {
		return "", nil, err
	}
	var kept []string
	for _, act := range final.GetActs() {
		_, name, _ := strings.Cut(act.GetAct(), ".")
		for _, receives := range receiving {
			if quote := act.GetSpan().GetQuote(); name == receives && !endsAsking(quote) {
				kept = append(kept, quote)
			}
		}
	}
	if len(kept) == 0 {
		return pick(obs, hums), final.GetAgentState(), nil
	}
	return strings.Join(kept, " "), final.GetAgentState(), nil
}

func endsAsking(text string) bool {
	spans := language.Sentences(text)
	return len(spans) > 0 && language.IsQuestion(spans[len(spans)-1].Quote)
}
