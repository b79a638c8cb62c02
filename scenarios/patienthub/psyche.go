package patienthub

import (
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

const (
	psychePerson  = "MFC-Profile/Identifying data/"
	psycheSymptom = "MFC-Profile/Present illness/Symptom/"
	psychePast    = "MFC-Profile/Developmental~1social history/"
	psycheDanger  = "MFC-Profile/Impulsivity/"
	psycheLook    = "MFC-Behavior/"
)

// psyche are psychiatric patients: a profile, a history in their own words, and how they come across.
var psyche = source{
	Format: prefix + "psyche",
	Noun:   "profile",
	Same:   true,
	Fields: append([]foreign.PersonField{
		foreign.Social(psychePerson+"Age", "age"), foreign.Social(psychePerson+"Sex", "gender"),
		foreign.Social(psychePerson+"Marital status", "marital status"), foreign.Social(psychePerson+"Occupation", "occupation"),
		foreign.LineOf("MFC-Profile/Chief complaint", thoughts),
		foreign.TextOf(psycheSymptom+"Triggering factor", happened),
		foreign.TextOf("MFC-History", history),
		foreign.Feelings(psycheLook + "Mood"),
	}, psycheFacts()...),
	Finish: func(_ foreign.Record, _ int, p *vignettev1.Persona) {
		p.Name = unnamed
		identify(p, "psyche", foreign.SocialOf(p, "occupation"), foreign.SocialOf(p, "age"))
		p.Style = styleOf(foreign.PersonalOf(p, "Verbal productivity"))
	},
}

// psycheFacts are the facts that no part of a persona but their identity has a place for, each under its own name.
func psycheFacts() []foreign.PersonField {
	var fields []foreign.PersonField
	for _, group := range []struct {
		at    string
		as    string
		names []string
	}{
		{psycheSymptom, "symptom: ", []string{"Name", "Length", "Alleviating factor", "Exacerbating factor", "Stressor"}},
		{"MFC-Profile/Past psychiatric history/", "past psychiatric history: ", []string{"Presence", "Description"}},
		{"MFC-Profile/Past medical history/", "past medical history: ", []string{"Presence", "History"}},
		{"MFC-Profile/Current medication/", "medication: ", []string{"Medication name", "Duration", "Compliance", "Effect", "Side effect"}},
		{"MFC-Profile/Family history/", "family history: ", []string{"Diagnosis", "Substance use"}},
		{psychePast + "Childhood history/", "childhood: ", []string{"Home environment", "Members of family", "Social environment"}},
		{psychePast, "", []string{"School history", "Work history"}},
		{psycheDanger, "", []string{"Suicidal ideation", "Suicidal plan", "Suicidal attempt", "Self-mutilating behavior risk", "Homicide risk"}},
		{psycheLook, "", []string{"Affect", "Spontaneity", "Verbal productivity", "Tone of voice", "Insight", "Thought content"}},
	} {
		for _, name := range group.names {
			fields = append(fields, foreign.Personal(group.at+name, group.as+name))
		}
	}
	return fields
}
