package imports

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/characterchat"
	"github.com/vignette-sim/vignette/scenarios/dailydilemmas"
	"github.com/vignette-sim/vignette/scenarios/foreign"
	"github.com/vignette-sim/vignette/scenarios/interactiveagents"
	"github.com/vignette-sim/vignette/scenarios/patienthub"
	"github.com/vignette-sim/vignette/scenarios/patientpsi"
	"github.com/vignette-sim/vignette/scenarios/rlhs"
	"github.com/vignette-sim/vignette/scenarios/sotopia"
)

// Format is a published format.
type Format struct {
	// Name is what it is called on the command line.
	Name string
	// Title says what it is, in a line; empty for a member of a family, such as patienthub/cars.
	Title string
	// Takes says by its name whether a file of a folder may be of this format.
	Takes func(file string) bool
	// Import reads files. An error is [scenarios.Problems]: file, record, field and what would be right.
	Import func(files []foreign.File) (*foreign.Batch, error)
	// Export writes what came from this format, and passes over the rest. No files means that nothing did.
	Export func(b *foreign.Batch) ([]foreign.File, error)
}

// Formats are all formats, by name.
func Formats() []Format {
	all := []Format{
		{patientpsi.Format, "PATIENT-Psi: cognitive models of patients", endsIn(".json"), importPatientPsi, exportPatientPsi},
		{"patienthub", "PatientHub: simulated clients in nine formats, told by the names of the files", ofPatientHub, patienthub.Import, patienthub.Export},
		{sotopia.Format, "Sotopia: agents, environments, relationships, combinations", endsIn(".jsonl"), sotopia.Import, sotopia.Export},
		{interactiveagents.Format, "Interactive Agents: posts of people who seek help, in Chinese", endsIn(".json"), interactiveagents.Import, interactiveagents.Export},
		{characterchat.Format, "CharacterChat: people of sixteen types in seventeen fields", endsIn(".json", ".jsonl"), characterchat.Import, characterchat.Export},
		{dailydilemmas.Format, "DailyDilemmas: everyday dilemmas, two actions and the values they touch", ofDilemmas, dailydilemmas.Import, dailydilemmas.Export},
		{rlhs.Format, "RLHS: things to choose, their features and prices", endsIn(".json"), rlhs.Import, rlhs.Export},
	}
	for _, source := range patienthub.Formats() {
		all = append(all, Format{source.Format, "", ofPatientHub, func(files []foreign.File) (*foreign.Batch, error) {
			return importAs(source, files)
		}, nothing})
	}
	slices.SortFunc(all, func(a, b Format) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Find finds a format by its name. The error says what there is.
func Find(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if strings.EqualFold(f.Name, name) {
			return f, nil
		}
		if f.Title != "" {
			names = append(names, f.Name)
		}
	}
	return Format{}, fmt.Errorf("%q is no format; %s", name, protoyaml.DidYouMean(name, names))
}

// Export writes personas and scenarios in the formats they came from, each file once. left are the ids of those that came from
// none.
func Export(b *foreign.Batch) (files []foreign.File, left []string, err error) {
	for _, f := range Formats() {
		written, err := f.Export(b)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, written...)
	}
	for _, p := range b.Personas {
		if !ours(p.GetSource().GetFormat()) {
			left = append(left, p.GetId())
		}
	}
	for _, s := range b.Scenarios {
		if !ours(s.GetSource().GetFormat()) {
			left = append(left, s.GetId())
		}
	}
	return files, left, nil
}

// ours says whether a source's format is one of these, or a part of one.
func ours(format string) bool {
	name, _, _ := strings.Cut(format, "/")
	_, err := Find(name)
	return err == nil
}

func endsIn(endings ...string) func(string) bool {
	return func(file string) bool {
		return slices.Contains(endings, strings.ToLower(filepath.Ext(file))) && !strings.EqualFold(filepath.Base(file), "provenance.json")
	}
}

func ofPatientHub(file string) bool {
	_, ok := patienthub.Of(file)
	return ok
}

// ofDilemmas leaves out the table of values, which has no dilemmas.
func ofDilemmas(file string) bool {
	return endsIn(".csv")(file) && !strings.EqualFold(filepath.Base(file), "values.csv")
}

func importPatientPsi(files []foreign.File) (*foreign.Batch, error) {
	return importAs(patientpsi.Profiles, files)
}

func exportPatientPsi(b *foreign.Batch) ([]foreign.File, error) {
	people, err := b.From(patientpsi.Format)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	data, err := patientpsi.Export(people)
	return []foreign.File{{Name: "profiles.json", Data: data}}, err
}

func importAs(source foreign.Source[*vignettev1.Persona], files []foreign.File) (*foreign.Batch, error) {
	out := &foreign.Batch{}
	for _, file := range files {
		records, err := foreign.Parse(file.Data, file.Name, source.Noun)
		if err != nil {
			return nil, err
		}
		people, err := source.Import(records, file.Name)
		if err != nil {
			return nil, err
		}
		out.Personas = append(out.Personas, people...)
	}
	return out, nil
}

// nothing exports nothing: what a part of a family imported, the family exports.
func nothing(*foreign.Batch) ([]foreign.File, error) { return nil, nil }
