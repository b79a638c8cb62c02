package patienthub

import (
	"path/filepath"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// source is a format of profiles.
type source = foreign.Source[*vignettev1.Persona]

// Formats are the nine formats. A format's name is "patienthub/" and the name of its system.
func Formats() []foreign.Source[*vignettev1.Persona] {
	return []source{consistentMI, patientAct, adaptiveVP, cars, mindVoyager, annaAgent, simPatient, clientCast, psyche}
}

// prefix begins the name of every format here.
const prefix = "patienthub/"

// Of is the format of a file by its name: "cars.json", "patientAct-first8.json". ok is false when it names none.
func Of(file string) (format foreign.Source[*vignettev1.Persona], ok bool) {
	base := strings.ToLower(filepath.Base(filepath.ToSlash(file)))
	for _, f := range Formats() {
		system := strings.ToLower(strings.TrimPrefix(f.Format, prefix))
		if rest, found := strings.CutPrefix(base, system); found && (rest == "" || strings.ContainsAny(rest[:1], ".-_")) {
			return f, true
		}
	}
	return format, false
}

// unnamed is what a client is called whose profile gives no name.
const unnamed = "Client"

// identify gives a persona the id that follows from its format and some words of its profile.
func identify(p *vignettev1.Persona, system string, words ...string) {
	p.Id = system + "-" + foreign.Slug(words...)
	p.Id = strings.TrimSuffix(p.Id, "-")
}

// clipped is a number as a share of a scale from least to most, held to 0-1.
func clipped(x, least, most float64) float64 {
	return min(max((x-least)/(most-least), 0), 1)
}

// Paths into the persona that several formats fill.
func history(p *vignettev1.Persona) *string    { return &foreign.Model(p).RelevantHistory }
func coping(p *vignettev1.Persona) *[]string   { return &foreign.Model(p).CopingStrategies }
func rules(p *vignettev1.Persona) *[]string    { return &foreign.Model(p).IntermediateBeliefs }
func happened(p *vignettev1.Persona) *string   { return &foreign.Situation(p).Situation }
func thoughts(p *vignettev1.Persona) *[]string { return &foreign.Situation(p).AutomaticThoughts }

// lines maps a list of texts onto one text with a line for each.
func lines(path string, at func(*vignettev1.Persona) *string) foreign.PersonField {
	return foreign.PersonField{
		Paths: []string{path},
		Read: func(from foreign.Part, p *vignettev1.Persona) error {
			list, err := foreign.Texts(from, path)
			if len(list) > 0 {
				*at(p) = strings.Join(list, "\n")
			}
			return err
		},
		Write: func(p *vignettev1.Persona, _, into foreign.Part) error {
			var list []string
			if text := *at(p); text != "" {
				list = strings.Split(text, "\n")
			}
			into[path] = foreign.List(list)
			return nil
		},
	}
}

// short is the name of a style in a file of ours.
func short(style vignettev1.ConversationalStyle) string { return enumname.Of(style) }

// Import reads files of profiles, each in the format that its name says. An error is [scenarios.Problems].
func Import(files []foreign.File) (*foreign.Batch, error) {
	out := &foreign.Batch{}
	for _, file := range files {
		format, ok := Of(file.Name)
		if !ok {
			return nil, scenarios.Problems{{File: filepath.Base(filepath.ToSlash(file.Name)), Message: "the name of this file says none of PatientHub's formats",
				Hint: "name it by its format, such as cars.json, or say which it is: --from " + prefix + "cars; formats are " + strings.Join(names(), ", ")}}
		}
		records, err := foreign.Parse(file.Data, file.Name, format.Noun)
		if err != nil {
			return nil, err
		}
		people, err := format.Import(records, file.Name)
		if err != nil {
			return nil, err
		}
		out.Personas = append(out.Personas, people...)
	}
	return out, nil
}

func names() []string {
	var out []string
	for _, f := range Formats() {
		out = append(out, strings.TrimPrefix(f.Format, prefix))
	}
	return out
}

// Export writes the personas that came from there as one file for each format, named by it.
func Export(b *foreign.Batch) ([]foreign.File, error) {
	var files []foreign.File
	for _, format := range Formats() {
		people, err := b.From(format.Format)
		if err != nil {
			return nil, err
		}
		records, err := format.ExportAll(people)
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
		files = append(files, foreign.File{Name: strings.TrimPrefix(format.Format, prefix) + ".json", Data: data})
	}
	return files, nil
}
