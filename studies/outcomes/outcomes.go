package outcomes

import (
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Kind is a thing that may come of an episode for somebody.
type Kind string

// Kinds of outcome, all of a role that is not focal.
const (
	// DistressChange is felt distress in the last turn that tells it less that in the first, -100 to 100 SUDS points (Wolpe
	// 1969): negative is relief.
	DistressChange Kind = "distress_change"
	// Willingness is that to do what is asked, in the last turn that tells it, 0-1.
	Willingness Kind = "willingness"
	// Agreement is 1 when the role meant to agree at some point, or took the no, and 0 when it meant other things only.
	Agreement Kind = "agreement"
	// ChangeTalk is the share of change talk in change and sustain talk, 0-1, by what the role meant to do (Magill et al. 2018).
	ChangeTalk Kind = "change_talk_share"
	// Disclosure is how deep the deepest part of itself lies that the role meant to tell, 1-5 (see [Depth]); 0 when it told
	// none.
	Disclosure Kind = "disclosure_depth"
)

// Kinds are all kinds, in the order in which they are shown.
func Kinds() []Kind { return []Kind{DistressChange, Willingness, Agreement, ChangeTalk, Disclosure} }

// Better is 1 where more of it is what the other would want or the focal role is after, and -1 where less is.
func (k Kind) Better() float64 {
	if k == DistressChange {
		return -1
	}
	return 1
}

// Title is what a kind is called on a page.
func (k Kind) Title() string { return strings.ReplaceAll(string(k), "_", " ") }

// Outcome is what came of an episode for a role: a value, or why there is none.
type Outcome struct {
	Role string
	Kind Kind
	// Value is nil where it is not known.
	Value *float64
	// Missing says why, in a phrase.
	Missing string
	// Source is where a value comes from: that of the mental state ("computed", "self_reported", "human_reported", "read"), or
	// "intended_acts".
	Source string
}

// intended is the source of outcomes that are read from intended acts.
const intended = "intended_acts"

// depths are how deep what people tell of themselves lies: what happened, what was felt, what was thought and done, what lies
// behind it, what one believes of oneself. The order is that of CBT intakes; the numbers are ranks.
var depths = map[string]float64{
	"situation": 1, "feeling": 2, "recent": 2, "automatic_thought": 3, "behavior": 3, "coping": 4, "history": 4, "intermediate_belief": 4, "memory": 4, "core_belief": 5,
}

// Depth is how deep a part of somebody's story lies ("core_belief"), 1-5; 0 for what is no such part.
func Depth(part string) float64 { return depths[part] }

// Of returns every kind of outcome for every role but the focal one, in role order.
func Of(state *episode.State) []Outcome {
	var out []Outcome
	scenario := state.Plan().Scenario
	for _, role := range scenario.GetRoles() {
		if role.GetId() == scenario.GetFocal() {
			continue
		}
		own := turnsOf(state, role.GetId())
		for _, kind := range Kinds() {
			outcome := measure(kind, own)
			outcome.Role, outcome.Kind = role.GetId(), kind
			out = append(out, outcome)
		}
	}
	return out
}

// Mean is an outcome of an episode as one number, with its source: the mean over the roles that have it. False where none has.
func Mean(state *episode.State, kind Kind) (value float64, source string, ok bool) {
	n := 0.0
	for _, outcome := range Of(state) {
		if outcome.Kind != kind || outcome.Value == nil {
			continue
		}
		n++
		value += (*outcome.Value - value) / n
		source = outcome.Source
	}
	return value, source, n > 0
}

func turnsOf(state *episode.State, role string) []*vignettev1.Turn {
	var out []*vignettev1.Turn
	for _, turn := range state.Turns() {
		if turn.GetRole() == role {
			out = append(out, turn)
		}
	}
	return out
}

func measure(kind Kind, turns []*vignettev1.Turn) Outcome {
	switch kind {
	case DistressChange:
		return distressChange(turns)
	case Willingness:
		return willingness(turns)
	case Agreement:
		return agreement(turns)
	case ChangeTalk:
		return changeTalk(turns)
	}
	return disclosure(turns)
}

func known(value float64, source string) Outcome { return Outcome{Value: &value, Source: source} }

func distressChange(turns []*vignettev1.Turn) Outcome {
	var told []*vignettev1.MentalState
	for _, turn := range turns {
		if turn.GetMentalState() != nil && turn.GetMentalState().Distress != nil {
			told = append(told, turn.GetMentalState())
		}
	}
	switch len(told) {
	case 0:
		return Outcome{Missing: "it told no distress"}
	case 1:
		return Outcome{Missing: "it told its distress once; a change needs two turns"}
	}
	last := told[len(told)-1]
	return known(last.GetDistress()-told[0].GetDistress(), enumname.Of(last.GetSource()))
}

func willingness(turns []*vignettev1.Turn) Outcome {
	for i := len(turns) - 1; i >= 0; i-- {
		if state := turns[i].GetMentalState(); state != nil && state.Willingness != nil {
			return known(state.GetWillingness(), enumname.Of(state.GetSource()))
		}
	}
	return Outcome{Missing: "it told no willingness"}
}

// acts count what a role meant to do, by act; nil when it never said what it meant.
func acts(turns []*vignettev1.Turn) map[string]float64 {
	var out map[string]float64
	for _, turn := range turns {
		for _, act := range turn.GetActs() {
			if out == nil {
				out = map[string]float64{}
			}
			out[act.GetAct()]++
		}
	}
	return out
}

// partner is what the acts of conversation partners begin with.
const partner = "partner."

func agreement(turns []*vignettev1.Turn) Outcome {
	asked := false
	for act := range acts(turns) {
		asked = asked || strings.HasPrefix(act, partner)
		if act == partner+"agree" || act == partner+"confirm" {
			return known(1, intended)
		}
	}
	if !asked {
		return Outcome{Missing: "it is not known to be asked for anything"}
	}
	return known(0, intended)
}

func changeTalk(turns []*vignettev1.Turn) Outcome {
	meant := acts(turns)
	change, sustain := meant["change_talk"], meant["sustain_talk"]
	if change+sustain == 0 {
		return Outcome{Missing: "it is known for neither change talk nor sustain talk"}
	}
	return known(change/(change+sustain), intended)
}

// disclosure is known where a role says what it means to do and is one that tells of itself: partners have acts of their own.
func disclosure(turns []*vignettev1.Turn) Outcome {
	meant := acts(turns)
	deepest, partners := 0.0, false
	for act := range meant {
		partners = partners || strings.HasPrefix(act, partner)
		if part, ok := strings.CutPrefix(act, "disclose."); ok {
			deepest = max(deepest, Depth(part))
		}
	}
	if meant == nil || partners {
		return Outcome{Missing: "what it meant to tell of itself is not known"}
	}
	return known(deepest, intended)
}
