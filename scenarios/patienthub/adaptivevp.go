package patienthub

import (
	"fmt"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// adaptiveVP are patients on a ward, of four difficult types, for nurses to practise with.
var adaptiveVP = source{
	Format: prefix + "adaptiveVP",
	Noun:   "profile",
	ID: func(r foreign.Record) string {
		if n, ok := r["id"].(float64); ok {
			return foreign.Number(n)
		}
		return ""
	},
	Same: true,
	Fields: []foreign.PersonField{
		foreign.Name(unnamed, []string{"name"}),
		{Paths: []string{"type", "type-text"}, Read: readKind, Write: writeKind},
		foreign.Social("gender", "gender"), foreign.Social("age", "age"), foreign.Social("religion", "religion"),
		foreign.Social("height", "height"), foreign.Social("weight", "weight"), foreign.Social("social history", "social history"),
		foreign.TextOf("situation", happened),
		foreign.LineOf("Chief complaint", thoughts),
		foreign.MemoryOf("first_statement", "first-statement", 1, 0),
		foreign.MemoryOf("Main symptom", "main-symptom", factImportance, 0.1),
		foreign.TextOf("History of present illness", history),
		foreign.Personal("past medical history", "past medical history"),
		foreign.Personal("past surgical history & date", "past surgical history"),
		foreign.Personal("family medical history", "family medical history"),
		foreign.Personal("allergies", "allergies"), foreign.Personal("immunization", "immunization"),
		foreign.Personal("medication", "medication"), foreign.Personal("primary diagnosis", "diagnosis"),
		foreign.Personal("communication_summary", "way of talking"),
	},
	Finish: func(r foreign.Record, n int, p *vignettev1.Persona) { identify(p, "adaptiveVP", p.Name) },
}

// kinds are the types of patients, by number from 1, and the style that is nearest to each.
var kinds = []struct {
	name  string
	style vignettev1.ConversationalStyle
}{
	{"Dependent", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING},
	{"Authoritarian", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE},
	{"Aggressive", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET},
	{"Non-cooperative", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED},
}

func readKind(from foreign.Part, p *vignettev1.Persona) error {
	name, err := foreign.Text(from, "type-text")
	if err != nil || name == "" {
		return err
	}
	var names []string
	for _, kind := range kinds {
		if strings.EqualFold(kind.name, name) {
			p.Style = kind.style
			return nil
		}
		names = append(names, kind.name)
	}
	return fmt.Errorf("type-text is %q; types are %s", name, strings.Join(names, ", "))
}

func writeKind(p *vignettev1.Persona, _, into foreign.Part) error {
	if p.GetStyle() == vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UNSPECIFIED {
		return nil
	}
	for i, kind := range kinds {
		if kind.style == p.GetStyle() {
			into["type"], into["type-text"] = float64(i+1), kind.name
			return nil
		}
	}
	return fmt.Errorf("no type of patient has the style %s; styles that have one are pleasing, verbose, upset and reserved", short(p.GetStyle()))
}
