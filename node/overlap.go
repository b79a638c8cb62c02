package node

import (
	minds "github.com/vignette-sim/vignette/agents/builtin"
	"github.com/vignette-sim/vignette/evaluators/dearman"
	"github.com/vignette-sim/vignette/evaluators/interpersonal"
	"github.com/vignette-sim/vignette/evaluators/mi"
	"github.com/vignette-sim/vignette/evaluators/utterance"
)

// Overlap measures how far the builtin minds and the evaluators that read words know the phrases of those they hear, and as a
// reference how many of them people use. Emotion and theory of mind are not among them: they read states, not words.
func Overlap(human minds.Human) ([]minds.Row, error) {
	return minds.Overlap(readers, human)
}

// readers are the evaluators that read words, and what those of skill hear in common. Those that are tables of cues (empathy, support, CBT,
// screening, safety) are not counted yet: their phrases do not stand in lists that can be read from the source.
var readers = []minds.Judge{
	{Name: dearman.Name, Source: dearman.Source},
	{Name: "give, fast", Source: interpersonal.Source},
	{Name: mi.Name, Source: mi.Source},
	{Name: "evaluators of skill", Source: utterance.Source},
}

// Common lists the phrases that evaluators and builtin minds both listen for.
func Common() ([]minds.Twins, error) { return minds.Common(readers) }
