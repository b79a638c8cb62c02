package hindsight

import (
	"math/rand/v2"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Judge is somebody who says how satisfied they are.
type Judge string

// Judges.
const (
	// Itself is the one to whom things happen: client or customer. It judges by its own committed state.
	Itself Judge = "hindsight-itself"
	// Onlooker reads the conversation and nothing private.
	Onlooker Judge = "hindsight-onlooker"
)

// Judges are those who judge by rules, in the order of tables.
func Judges() []Judge { return []Judge{Itself, Onlooker} }

var allJudges = []Judge{Itself, Onlooker, ItselfByModel, OnlookerByModel}

// Title is what a judge is called on a page.
func (j Judge) Title() string { return strings.TrimPrefix(string(j), "hindsight-") }

const (
	// LowestSatisfaction and HighestSatisfaction bound the one scale of foresight and hindsight, as in RLHS.
	LowestSatisfaction, HighestSatisfaction = 1.0, 5.0
	// carried is how much of the first impression is left in hindsight. Chosen.
	carried = 0.25
	// wavering is how much a judgement made again differs by itself, of the scale's width. Chosen.
	wavering = 0.05
)

// foresee is how a judge finds a conversation when nothing has come of it yet: 0 to 1.
func (j Judge) foresee(w World, state *episode.State) (float64, *vignettev1.Missing) {
	if j == Onlooker {
		return warmth(state)
	}
	if w.Agreement != nil {
		return w.Agreement.pleases(w.own()), nil
	}
	if w.own() == nil || w.own().Trust == nil {
		return 0, missingFor(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, w.Role+" told no trust")
	}
	if w.own().Distress == nil {
		return w.own().GetTrust(), nil
	}
	return trusting*w.own().GetTrust() + (1-trusting)*(1-w.own().GetDistress()/100), nil
}

// pleases is how whoever asked or refused takes what the two came to, 0-1; what it feels counts where it tells it.
func (a *Agreement) pleases(own *vignettev1.MentalState) float64 {
	got := 0.0
	if a.Reached {
		got = 1
	}
	if own == nil || own.Distress == nil {
		return got
	}
	return content*got + (1-content)*(1-own.GetDistress()/100)
}

// trusting is how much of a first impression trust makes, beside ease. Chosen.
const trusting = 0.7

// kindness is what sounds kind to an onlooker.
var kindness = language.NewPhrases("glad", "thank you", "thanks", "wonderful", "lovely", "of course", "i understand", "i hear", "that makes sense", "it sounds", "happy to", "take your time", "with you", "appreciate", "courage")

// warmth is the share of the focal role's turns that sound kind, 0.2 to 1: nobody finds a conversation wholly bad for want of kind words.
func warmth(state *episode.State) (float64, *vignettev1.Missing) {
	turns, kind := 0.0, 0.0
	for _, turn := range state.Turns() {
		if turn.GetRole() != state.Plan().Scenario.GetFocal() || turn.GetAction().GetText() == "" {
			continue
		}
		turns++
		if len(kindness.Find(language.Tokens(turn.GetAction().GetText()))) > 0 {
			kind++
		}
	}
	if turns == 0 {
		return 0, missingFor(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "the focal role said nothing")
	}
	return 0.2 + 0.8*kind/turns, nil
}

// look is what a judgement becomes when something of the future is seen, 0 to 1: what came of it, and a rest of the impression. Who
// sees nothing judges again and wavers.
func look(impression float64, seen []*vignettev1.Future, luck *rand.Rand) float64 {
	sway := wavering * luck.NormFloat64()
	sum, n := 0.0, 0.0
	for _, future := range seen {
		if fared, ok := howItFared(future); ok {
			sum, n = sum+fared, n+1
		}
	}
	if n == 0 {
		return min(max(impression+sway, 0), 1)
	}
	return min(max(carried*impression+(1-carried)*sum/n+sway, 0), 1)
}

// howItFared is how well things went in a future, 0 to 1, as far as it is seen.
func howItFared(f *vignettev1.Future) (float64, bool) {
	sum, n := 0.0, 0.0
	for _, o := range f.GetOutcomes() {
		value, ok := o.GetOutcome().(*vignettev1.FutureOutcome_Value)
		if !ok {
			continue
		}
		if spec := dimension(o.GetDimension()); spec != nil && o.GetDimension() != Followed {
			share := (value.Value - spec.GetMin()) / (spec.GetMax() - spec.GetMin())
			if o.GetDimension() == DistressAfter {
				share = 1 - share
			}
			sum, n = sum+share, n+1
		}
	}
	if n > 0 {
		return sum / n, true
	}
	for _, e := range f.GetEvents() { // The numbers are not shown: what happened must do.
		switch e.GetKind() {
		case choiceMet:
			return 1, true
		case choiceUnmet:
			return 0, true
		}
	}
	return 0, false
}

// scale puts 0 to 1 on the scale.
func scale(x float64) float64 {
	return LowestSatisfaction + (HighestSatisfaction-LowestSatisfaction)*x
}
