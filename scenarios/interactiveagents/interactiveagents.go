package interactiveagents

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// Format is the name of the format, in [vignettev1.Source] and as the name of the extension.
const Format = "interactive-agents"

// post is what a profile is called when it is made a record: a profile is one text.
const post = "post"

// called is the name of somebody whose profile gives none: "client".
const called = "来访者"

var profiles = foreign.Source[*vignettev1.Persona]{
	Format: Format,
	Noun:   "profile",
	Same:   true,
	Fields: []foreign.PersonField{{Paths: []string{post}, Read: read, Write: write}},
	Finish: func(r foreign.Record, _ int, p *vignettev1.Persona) {
		text, _ := r[post].(string)
		sum := sha256.Sum256([]byte(text))
		// Named by its words, so that its luck does not hang on its place in the file.
		p.Id = Format + "-" + hex.EncodeToString(sum[:4])
		p.Name, p.Language = called, "zh"
	},
}

// read parts the question from the story: the first space stands between them.
func read(from foreign.Part, p *vignettev1.Persona) error {
	text, err := foreign.Text(from, post)
	if err == nil && strings.TrimSpace(text) == "" {
		err = errors.New("this is empty; a profile is what somebody tells")
	}
	question, story, _ := strings.Cut(text, " ")
	foreign.Situation(p).Situation = question
	foreign.Model(p).RelevantHistory = story
	return err
}

func write(p *vignettev1.Persona, _, into foreign.Part) error {
	if n := len(p.GetCognitiveModel().GetSituations()); n > 1 {
		return fmt.Errorf("it has %d situations, and a profile holds one; make a persona of each", n)
	}
	into[post] = foreign.Situation(p).GetSituation()
	if story := p.GetCognitiveModel().GetRelevantHistory(); story != "" {
		into[post] = foreign.Situation(p).GetSituation() + " " + story
	}
	return nil
}

// Import reads files of profiles. An error is [scenarios.Problems].
func Import(files []foreign.File) (*foreign.Batch, error) {
	out := &foreign.Batch{}
	for _, file := range files {
		values, err := foreign.ParseValues(file.Data, file.Name, profiles.Noun)
		if err != nil {
			return nil, err
		}
		records := make([]foreign.Found, len(values))
		for i, v := range values {
			if _, ok := v.Value.(string); !ok {
				return nil, scenarios.Problems{{File: file.Name, Field: fmt.Sprintf("profile %d", i+1), Message: "this must be a text in quotes, not " + foreign.KindOf(v.Value)}}
			}
			records[i] = foreign.Found{Record: foreign.Record{post: v.Value}, Line: v.Line}
		}
		people, err := profiles.Import(records, file.Name)
		if err != nil {
			return nil, err
		}
		out.Personas = append(out.Personas, people...)
	}
	return out, nil
}

// Export writes the personas that came from there as one file.
func Export(b *foreign.Batch) ([]foreign.File, error) {
	people, err := b.From(Format)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	texts := make([]any, len(people))
	for i, p := range people {
		r, err := profiles.Export(p)
		if err != nil {
			return nil, err
		}
		texts[i] = r[post]
	}
	data, err := foreign.Encode(texts)
	return []foreign.File{{Name: Format + ".json", Data: data}}, err
}
