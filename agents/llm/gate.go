package llm

import (
	"github.com/vignette-sim/vignette/agents/builtin/client"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// gate is what a client may tell now, by the rules of the built-in client. Numbers stay on this side: the model reads words.
type gate struct {
	// Trust is "guarded", "warming" or "open".
	Trust string
	// Bristling says that the client feels pushed.
	Bristling bool
	// Open may be told; Locked says that there is more.
	Open   []client.Disclosure
	Locked bool

	appraisal *client.Appraisal
}

// Where trust gets another word. Chosen by the gates of the built-in client: below the first the trouble at hand
// is told, from there on what lies behind it, and from the second on core beliefs.
const (
	warmFrom = 0.45
	openFrom = 0.60
	// bristlingFrom is the resistance from which a client shows that it feels pushed. Chosen.
	bristlingFrom = 0.5
)

// gateOf appraises a conversation from its client's side. It is nil for others, and where the rules do not know the
// language.
func gateOf(obs *vignettev1.Observation) (*gate, error) {
	if obs.GetSelf().GetKind() != vignettev1.AgentKind_AGENT_KIND_CLIENT || !isEnglish(languageOf(obs)) {
		return nil, nil
	}
	appraisal, err := client.Appraise(obs)
	if err != nil {
		return nil, err
	}
	g := &gate{Trust: "guarded", Bristling: appraisal.Resistance() >= bristlingFrom, Open: appraisal.Open(), Locked: appraisal.Locked() > 0, appraisal: appraisal}
	switch trust := appraisal.Trust(); {
	case trust >= openFrom:
		g.Trust = "open"
	case trust >= warmFrom:
		g.Trust = "warming"
	}
	return g, nil
}

// after is the agent state for the next turn: the memory of the rules and nothing else. What the model reports about itself
// never gets there.
func (g *gate) after(action *vignettev1.Action) ([]byte, error) {
	if g == nil {
		return nil, nil
	}
	return g.appraisal.After(action)
}
