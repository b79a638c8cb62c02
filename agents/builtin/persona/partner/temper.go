package partner

import (
	"math"
	"math/rand/v2"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// temper is what a partner is like all through an episode.
type temper struct {
	// gain multiplies what moves them.
	gain float64
	// start is willingness at the start.
	start float64
	// touchy multiplies what attacks do, and anger.
	touchy float64
	// patience is how many fruitless turns they bear.
	patience int
	// hardness is the stance's difficulty.
	hardness float64
	// timid says that they give in to threats.
	timid bool
}

// newTemper draws a temperament. Traits shift it: agreeable people warm up faster, anxious ones are hurt faster.
func newTemper(self *vignettev1.RoleCard, luck *rand.Rand) temper {
	traits := self.GetPersona().GetTraits().GetBigFive()
	agreeable, neurotic := trait(traits.GetAgreeableness(), traits != nil && traits.Agreeableness != nil), trait(traits.GetNeuroticism(), traits != nil && traits.Neuroticism != nil)
	hard := defaultHard
	if stance := self.GetStance(); stance != nil && stance.Difficulty != nil {
		hard = stance.GetDifficulty()
	}
	t := temper{hardness: hard}
	t.gain = math.Exp(gainSpread * luck.NormFloat64())
	if luck.Float64() < stolidShare {
		t.gain *= stolidGain
	}
	t.gain *= 1 + gainAgree*(agreeable-middle)
	t.start = clampTo(startMean+startSpread*luck.NormFloat64()+startAgree*(agreeable-middle)-startAgree*(hard-middle), startLeast, startMost)
	t.touchy = math.Exp(touchySpread*luck.NormFloat64()) * (1 + touchyNeurotic*(neurotic-middle) - touchyAgree*(agreeable-middle))
	t.patience = patienceLeast + luck.IntN(patienceSpan)
	t.timid = luck.Float64() < timidShare*(1+agreeable-middle+neurotic-middle) && hard < timidBelow
	return t
}

func trait(value float64, known bool) float64 {
	if !known {
		return middle
	}
	return value
}

func clampTo(x, lo, hi float64) float64 { return math.Max(lo, math.Min(hi, x)) }

func (t temper) begin(interests int) State {
	st := State{
		Phase: Open, Willingness: t.start, Trust: startTrust, Resistance: clamp(startResist + hardResist*(t.hardness-middle)), Met: make([]float64, interests),
	}
	st.Feelings[calm] = startCalm
	st.Feelings[anxiety] = clamp(startWorry * t.touchy)
	return st
}
