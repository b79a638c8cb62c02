package hindsight

import (
	"math/rand/v2"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Constants of what becomes of an agreement. "Chosen" means that the sign is known and the size is ours.
const (
	// keeps is how often on a day what was agreed is done by somebody who neither wants to nor minds; wants is how much more by somebody
	// wholly willing (Sheeran 2002, see habit and intended), likes how much more with full trust, minds how much less with full
	// resistance: what was got by pressure is taken back where one can (reactance: Brehm 1966). Sizes chosen.
	keeps, wants, likes, minds = 0.30, 0.50, 0.15, 0.40
	// comesRound is how often somebody wholly willing who did not agree comes back to it on their own, within the days looked at. Chosen.
	comesRound = 0.4
	// bond is how far in a day two people go from how they parted to how what was agreed is kept; strain is what being let down in a row
	// takes. Chosen.
	bond, strain = 0.04, 0.02
	// content is how much of the first impression of whoever asked is whether they got it, beside how they feel. Chosen.
	content = 0.5
)

// Kinds of events after an agreement.
const (
	agreementKept    = "agreement.kept"
	agreementLapsed  = "agreement.lapsed"
	agreementRevived = "agreement.revived"
	agreementNone    = "agreement.none"
	agreementLate    = "agreement.late"
)

// Agreement is what two people came to: whoever it mattered to asked for something or said no, and the other agreed, took the no,
// or did neither.
type Agreement struct {
	// Reached says that the other agreed, or took the no.
	Reached bool
	// Other is the other's last committed state, nil where it committed none.
	Other *vignettev1.MentalState
}

// keep is what becomes of what two people came to.
func keep(w World, days int, luck *rand.Rand, f *vignettev1.Future) {
	other := w.Agreement.Other
	late, lateDay, person := luck.Float64(), 1+luck.IntN(days), luckSpread*luck.NormFloat64()
	if other == nil || other.Willingness == nil {
		why := "the other told no willingness"
		for _, dimension := range []string{Kept, Relationship} {
			f.Outcomes = append(f.Outcomes, without(dimension, missingFor(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, why)))
		}
		return
	}
	from := 1
	if !w.Agreement.Reached {
		if from = days + 1; late < comesRound*other.GetWillingness() {
			from = lateDay
		}
	}
	k := keeping{world: w, future: f, chance: keeps + person + wants*other.GetWillingness() + likes*other.GetTrust() - minds*other.GetResistance(), footing: footing(other)}
	for day := 1; day <= days; day++ {
		k.day(day, from, luck.Float64())
	}
	if from > days {
		k.event(days, agreementNone, "nothing has changed")
	}
	f.Outcomes = append(f.Outcomes, with(Kept, float64(k.kept)/float64(days)), with(Relationship, k.footing))
}

// footing is how two people part, 0-1: trust where it is told, else the half of what resistance leaves.
func footing(other *vignettev1.MentalState) float64 {
	if other.Trust != nil {
		return other.GetTrust()
	}
	return (1 - other.GetResistance()) / 2
}

// keeping is one future of an agreement.
type keeping struct {
	world           World
	future          *vignettev1.Future
	chance, footing float64
	kept, gap       int
}

func (k *keeping) event(day int, kind, text string) {
	k.future.Events = append(k.future.Events, &vignettev1.FutureEvent{Day: int32(day), Role: k.world.Role, Kind: kind, Text: text})
}

// day goes through one day; from is the first on which there is something to keep.
func (k *keeping) day(day, from int, draw float64) {
	switch {
	case day < from:
		return
	case draw < min(max(k.chance, 0.02), 0.98):
		switch {
		case k.kept == 0 && from > 1:
			k.event(day, agreementLate, "the other one comes back to it unasked, and does it")
		case k.kept == 0:
			k.event(day, agreementKept, "the other one keeps to it, for the first time")
		case k.gap >= lapseAfter:
			k.event(day, agreementRevived, "the other one keeps to it again")
		}
		k.kept, k.gap, k.chance = k.kept+1, 0, k.chance+practice
		k.footing += bond * (1 - k.footing)
	default:
		if k.gap++; k.gap == lapseAfter {
			k.event(day, agreementLapsed, "the other one has not kept to it for days")
			k.footing -= strain
		}
		k.chance -= lapse
		k.footing -= bond * k.footing / 2
	}
	k.footing = min(max(k.footing, 0), 1)
}
