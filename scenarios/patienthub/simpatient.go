package patienthub

import (
	"strconv"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// simPatient are people who drink, between two sessions, with four ratings of how they see it.
var simPatient = source{
	Format: prefix + "simPatient",
	Noun:   "profile",
	Same:   true,
	Fields: []foreign.PersonField{
		foreign.Social("persona/age", "age"), foreign.Social("persona/gender", "gender"),
		foreign.Social("persona/ethnicity", "ethnicity"), foreign.Social("persona/occupation", "occupation"),
		foreign.Type("persona/mbti"),
		foreign.Personal("cognitive_model/patient_control", felt("control")),
		foreign.Personal("cognitive_model/patient_efficacy", felt("efficacy")),
		foreign.Personal("cognitive_model/patient_awareness", felt("awareness")),
		foreign.Personal("cognitive_model/patient_reward", felt("reward of drinking")),
		foreign.TextOf("between_session_event", happened),
	},
	Finish: func(_ foreign.Record, _ int, p *vignettev1.Persona) {
		p.Name = unnamed
		identify(p, "simPatient", foreign.SocialOf(p, "occupation"), foreign.SocialOf(p, "age"))
		p.Change = &vignettev1.Change{Target: "drink less", Stage: readiness(p)}
	},
}

// felt is the name of a rating from 0 to 10.
func felt(what string) string { return "sense of " + what + ", 0 to 10" }

// readiness is the stage that the ratings come to: the mean of control, efficacy and awareness, and of how little drinking
// gives. Chosen: the format leaves it to the model. Unspecified when a rating is missing.
func readiness(p *vignettev1.Persona) vignettev1.StageOfChange {
	sum := 0.0
	for _, what := range []string{"control", "efficacy", "awareness", "reward of drinking"} {
		x, err := strconv.ParseFloat(foreign.PersonalOf(p, felt(what)), 64)
		if err != nil {
			return vignettev1.StageOfChange_STAGE_OF_CHANGE_UNSPECIFIED
		}
		if what == "reward of drinking" {
			x = 10 - x
		}
		sum += x
	}
	switch mean := sum / 4; {
	case mean < 2.5:
		return vignettev1.StageOfChange_STAGE_OF_CHANGE_PRECONTEMPLATION
	case mean < 5:
		return vignettev1.StageOfChange_STAGE_OF_CHANGE_CONTEMPLATION
	case mean < 7.5:
		return vignettev1.StageOfChange_STAGE_OF_CHANGE_PREPARATION
	}
	return vignettev1.StageOfChange_STAGE_OF_CHANGE_ACTION
}
