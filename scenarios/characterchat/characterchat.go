package characterchat

import (
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// Format is the name of the format, in [vignettev1.Source] and as the name of the extension.
const Format = "characterchat"

// The two shapes of a record.
var (
	flat   = shape(Format, "")
	nested = shape(Format+"/profile", "profile/")
)

// How much trust it takes to tell of each side of one's life. Chosen: work and home are small talk, love is not.
const (
	aboutWork    = 0.2
	aboutHome    = 0.2
	aboutFriends = 0.3
	aboutFamily  = 0.4
	aboutLove    = 0.5
)

const importance = 0.5

func shape(format, at string) foreign.Source[*vignettev1.Persona] {
	return foreign.Source[*vignettev1.Persona]{
		Format: format,
		Noun:   "character",
		Same:   true,
		Fields: []foreign.PersonField{
			foreign.Name("Somebody", []string{at + "name"}),
			foreign.Type("mbti"),
			foreign.Social(at+"gender", "gender"), foreign.Social(at+"age", "age"),
			foreign.Social(at+"region", "region"), foreign.Social(at+"job", "occupation"),
			foreign.Personal(at+"tone", "way of talking"), foreign.Personal(at+"personality", "personality"),
			foreign.Personal(at+"advantages_and_disadvantages", "strengths and weaknesses"), foreign.Personal(at+"hobby", "hobby"),
			foreign.TextOf(at+"growth_experience", func(p *vignettev1.Persona) *string { return &foreign.Model(p).RelevantHistory }),
			foreign.MemoryOf(at+"family_relationship", "family", importance, aboutFamily),
			foreign.MemoryOf(at+"working_conditions", "work", importance, aboutWork),
			foreign.MemoryOf(at+"social_relationship", "friends", importance, aboutFriends),
			foreign.MemoryOf(at+"emotional_state", "love", importance, aboutLove),
			foreign.MemoryOf(at+"living_conditions", "home", importance, aboutHome),
			foreign.TextOf(at+"recent_worry_or_anxiety", func(p *vignettev1.Persona) *string { return &foreign.Situation(p).Situation }),
			foreign.LineOf(at+"additional_information", func(p *vignettev1.Persona) *[]string { return &foreign.Identity(p).LifeContext }),
		},
		Finish: func(_ foreign.Record, _ int, p *vignettev1.Persona) {
			p.Id = Format + "-" + foreign.Slug(p.GetTraits().GetMbti(), p.GetName())
		},
	}
}

// Import reads files of characters. An error is [scenarios.Problems].
func Import(files []foreign.File) (*foreign.Batch, error) {
	out := &foreign.Batch{}
	for _, file := range files {
		records, err := foreign.Parse(file.Data, file.Name, flat.Noun)
		if err != nil {
			return nil, err
		}
		source := flat
		if len(records) > 0 {
			if _, is := records[0].Record["profile"].(map[string]any); is {
				source = nested
			}
		}
		people, err := source.Import(records, file.Name)
		if err != nil {
			return nil, err
		}
		out.Personas = append(out.Personas, people...)
	}
	return out, nil
}

// Export writes the personas that came from there as one file for each shape.
func Export(b *foreign.Batch) ([]foreign.File, error) {
	var files []foreign.File
	for _, source := range []struct {
		foreign.Source[*vignettev1.Persona]
		file string
	}{{flat, "characterchat.json"}, {nested, "characterchat-profile.json"}} {
		people, err := b.From(source.Format)
		if err != nil {
			return nil, err
		}
		records, err := source.ExportAll(people)
		if err != nil {
			return nil, err
		}
		if len(records) == 0 {
			continue
		}
		data, err := foreign.Encode(records)
		if err != nil {
			return nil, err
		}
		files = append(files, foreign.File{Name: source.file, Data: data})
	}
	return files, nil
}
