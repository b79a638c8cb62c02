package outcome

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// acts are the recorded acts that each act of a probe stands for: whole ids, or their last part. What is in no row (greetings,
// small talk) is none of them.
var acts = map[vignettev1.ProbeAct]string{
	vignettev1.ProbeAct_PROBE_ACT_DISCLOSE: `disclose elaborate answer link take_away position tell_interest upset tell hint
		dear_man.describe dear_man.express`,
	vignettev1.ProbeAct_PROBE_ACT_DEFLECT: `withhold deflect change_topic guilt wait let_drop hedge interrupt`,
	vignettev1.ProbeAct_PROBE_ACT_AGREE:   `confirm consider permit change_talk agree soften give_in_to_threat accept yield respect_no`,
	vignettev1.ProbeAct_PROBE_ACT_REFUSE: `pushback correct sustain_talk refuse object call_out_echo judge blame threaten confrontation
		confront`,
	vignettev1.ProbeAct_PROBE_ACT_ASK: `ask ask_again ask_view ask_needs clarify prompt not_follow open demand question_open question_closed
		question risk scale strength evidence dear_man.assert dear_man.mindful`,
	vignettev1.ProbeAct_PROBE_ACT_OFFER: `offer offer_with_permission advice advise_without_permission inform dear_man.negotiate dear_man.reinforce`,
	vignettev1.ProbeAct_PROBE_ACT_ACKNOWLEDGE: `acknowledge repair thank react calm listen encourage apologise take_back
		reflection_simple reflection_complex reflection_feeling reflect summary validate affirm emphasise_autonomy reassure reassurance`,
	vignettev1.ProbeAct_PROBE_ACT_LEAVE: `close goodbye walk_out parted`,
}

var actOf = func() map[string]vignettev1.ProbeAct {
	byID := map[string]vignettev1.ProbeAct{}
	for act, ids := range acts {
		for _, id := range strings.Fields(ids) {
			byID[id] = act
		}
	}
	return byID
}()

// ActOf is the act of a probe that a recorded act is: by its whole id, its first part ("disclose.core_belief"), or its last one
// ("mi.summary"). Unspecified where it is none of them.
func ActOf(recorded string) vignettev1.ProbeAct {
	if act, known := actOf[recorded]; known {
		return act
	}
	first, _, _ := strings.Cut(recorded, ".")
	if act, known := actOf[first]; known {
		return act
	}
	return actOf[recorded[strings.LastIndexByte(recorded, '.')+1:]]
}

// MainAct is what a turn mostly was: the act whose words are most of it, counted in code points, the first of several; without
// words of their own acts count alike. Nil where the turn tells no acts and was neither a silence nor a leaving.
func MainAct(turn Turn) Shares {
	switch turn.Action {
	case vignettev1.ActionKind_ACTION_KIND_SILENT:
		return Shares{enumname.Of(vignettev1.ProbeAct_PROBE_ACT_SILENT): 1}
	case vignettev1.ActionKind_ACTION_KIND_LEAVE:
		return Shares{enumname.Of(vignettev1.ProbeAct_PROBE_ACT_LEAVE): 1}
	}
	if len(turn.Acts) == 0 {
		return nil
	}
	words, order := map[vignettev1.ProbeAct]int32{}, []vignettev1.ProbeAct{}
	for _, recorded := range turn.Acts {
		act := ActOf(recorded.GetAct())
		if _, met := words[act]; !met {
			order = append(order, act)
		}
		words[act] += 1 + recorded.GetSpan().GetEnd() - recorded.GetSpan().GetStart()
	}
	main := order[0]
	for _, act := range order {
		if words[act] > words[main] {
			main = act
		}
	}
	if main == vignettev1.ProbeAct_PROBE_ACT_UNSPECIFIED {
		return Shares{None: 1}
	}
	return Shares{enumname.Of(main): 1}
}

// nextAct is what somebody did in its first turn from an index on. Where a role tells no acts in any turn, its leavings and
// silences are not taken for all that it does.
func nextAct(role string, from int32, turns []Turn) (Shares, *Missing) {
	tells := false
	for _, turn := range turns {
		tells = tells || turn.Role == role && len(turn.Acts) > 0
	}
	if !tells {
		return nil, untold("what %s meant to do", role)
	}
	for _, turn := range turns {
		if turn.Role != role || turn.Index < from {
			continue
		}
		if came := MainAct(turn); came != nil {
			return came, nil
		}
		return nil, untold("what %s meant to do in turn %d", role, turn.Index)
	}
	return nil, missing(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "%s did nothing more", role)
}
