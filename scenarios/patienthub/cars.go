package patienthub

import (
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// How much trust it takes to tell an attitude towards the session itself. Chosen: as much as for a rule one lives by.
const attitudeSensitivity = 0.5

// cars are clients with a cognitive conceptualization diagram of their life and one of the session.
var cars = source{
	Format: prefix + "cars",
	Noun:   "profile",
	ID:     func(r foreign.Record) string { name, _ := r["name"].(string); return name },
	Same:   true,
	Fields: []foreign.PersonField{
		foreign.Name(unnamed, []string{"name", "persona/name", "main_ccd/name"}),
		foreign.Social("persona/age", "age"), foreign.Social("persona/gender", "gender"), foreign.Social("persona/occupation", "occupation"),
		foreign.Personal("persona/family_background", "family background"),
		foreign.Personal("persona/interpersonal_relationships", "relationships"),
		foreign.Personal("persona/physical_condition", "physical condition"), foreign.Personal("persona/lifestyle", "lifestyle"),
		foreign.MemoryOf("persona/chief_complaint", "chief-complaint", 1, 0.1),
		foreign.LineOf("background", func(p *vignettev1.Persona) *[]string { return &foreign.Identity(p).LifeContext }),
		foreign.TextOf("main_ccd/relevant_history", history),
		foreign.Beliefs("main_ccd/core_beliefs", vignettev1.CoreBelief_CATEGORY_UNSPECIFIED),
		foreign.ListOf("main_ccd/intermediate_beliefs", rules), foreign.ListOf("main_ccd/coping_strategies", coping),
		foreign.TextOf("session_ccd/automatic_thought/situation", happened),
		foreign.LineOf("session_ccd/automatic_thought/cognition", thoughts),
		foreign.Feelings("session_ccd/automatic_thought/reaction"),
		foreign.MemoryOf("session_ccd/intermediate_belief/attitude", "attitude", factImportance, attitudeSensitivity),
		foreign.MemoryOf("session_ccd/intermediate_belief/rule", "rule", factImportance, attitudeSensitivity),
		foreign.MemoryOf("session_ccd/intermediate_belief/assumption", "assumption", factImportance, attitudeSensitivity),
		foreign.Personals("session_ccd/resistance_triggers", "resists"),
		foreign.Personals("preferences/positive", "likes"), foreign.Personals("preferences/negative", "dislikes"),
		foreign.Personals("client_characteristics/possible_responses_under_different_emotions", "way of responding"),
		foreign.Personals("client_characteristics/other_client_characteristics", "characteristic"),
	},
	Finish: func(_ foreign.Record, _ int, p *vignettev1.Persona) { identify(p, "cars", p.Name) },
}
