package patienthub

import (
	"fmt"
	"math"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

const castBasic = "basic_profile/"

// unclear are the words of the format for what a transcript did not tell.
var unclear = []string{"Not Specified", "-1"}

// clientCast are clients profiled from transcripts: a basic profile, the five factors, items of questionnaires.
var clientCast = source{
	Format: prefix + "clientCast",
	Noun:   "profile",
	Same:   true,
	Fields: []foreign.PersonField{
		foreign.Name(unnamed, []string{castBasic + "name"}, unclear...),
		foreign.Social(castBasic+"gender", "gender", unclear...), foreign.Social(castBasic+"age", "age", unclear...),
		foreign.Social(castBasic+"occupation", "occupation", unclear...),
		foreign.Personal(castBasic+"topic", "topic", unclear...),
		foreign.TextOf(castBasic+"situation", happened), foreign.Feelings(castBasic + "emotion"),
		foreign.MemoryOf(castBasic+"reasons", "reasons", 1, 0.1), foreign.MemoryOf(castBasic+"problem", "problem", 1, 0.3),
		foreign.Personal(castBasic+"emotion_trigger", "trigger", "No emotional trigger"),
		foreign.Personal(castBasic+"feeling_expression", "shows feelings"),
		foreign.Personal(castBasic+"emotional_fluctuation", "changes of mood"),
		foreign.Personal(castBasic+"resistance", "resistance"),
		factor("Openness", func(f *vignettev1.BigFive) **float64 { return &f.Openness }),
		factor("Conscientiousness", func(f *vignettev1.BigFive) **float64 { return &f.Conscientiousness }),
		factor("Extraversion", func(f *vignettev1.BigFive) **float64 { return &f.Extraversion }),
		factor("Agreeableness", func(f *vignettev1.BigFive) **float64 { return &f.Agreeableness }),
		factor("Neuroticism", func(f *vignettev1.BigFive) **float64 { return &f.Neuroticism }),
	},
	Finish: func(r foreign.Record, n int, p *vignettev1.Persona) { identify(p, "clientCast", p.Name) },
}

// factor maps a percentage onto one of the five factors.
func factor(name string, at func(*vignettev1.BigFive) **float64) foreign.PersonField {
	path := "big_five/" + name + "/score_percent"
	return foreign.PersonField{
		Paths: []string{path},
		Read: func(from foreign.Part, p *vignettev1.Persona) error {
			if from[path] == nil {
				return nil
			}
			percent, ok := from[path].(float64)
			if !ok || percent < 0 || percent > 100 {
				return fmt.Errorf("this must be a number from 0 to 100, not %s", foreign.KindOf(from[path]))
			}
			t := foreign.Traits(p)
			if t.BigFive == nil {
				t.BigFive = &vignettev1.BigFive{}
			}
			share := percent / 100
			*at(t.BigFive) = &share
			return nil
		},
		Write: func(p *vignettev1.Persona, _, into foreign.Part) error {
			into[path] = nil
			if five := p.GetTraits().GetBigFive(); five != nil && *at(five) != nil {
				// Percentages have no digits beyond what a share of 1 keeps.
				into[path] = math.Round(**at(five)*1e11) / 1e9
			}
			return nil
		},
	}
}
