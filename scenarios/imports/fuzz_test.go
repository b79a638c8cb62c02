package imports_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
	"github.com/vignette-sim/vignette/scenarios/imports"
)

// fuzz imports whatever the bytes are: no panic, errors that are lists of problems, and what can be imported comes back as it
// was.
func fuzz(f *testing.F, name, file, fixtures string) {
	format, err := imports.Find(name)
	if err != nil {
		f.Fatal(err)
	}
	seeds, err := filepath.Glob(filepath.Join("testdata", fixtures))
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no fixtures %s: %v", fixtures, err)
	}
	for _, seed := range seeds {
		data, err := os.ReadFile(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("[{}]"))
	f.Add([]byte(`[{"profile":5,"persona":[],"basic_profile":{},"memory":{"items":[null]}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		files := []foreign.File{{Name: file, Data: data}}
		b, err := format.Import(files)
		if err != nil {
			var problems scenarios.Problems
			if !errors.As(err, &problems) || len(problems) == 0 || problems[0].File == "" {
				t.Fatalf("the error is %#v", err)
			}
			return
		}
		out, _, err := imports.Export(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(values(t, files), values(t, out)); diff != "" && len(b.Personas)+len(b.Scenarios) > 0 {
			t.Fatalf("(-source +export):\n%s", diff)
		}
	})
}

func FuzzConsistentMI(f *testing.F) {
	fuzz(f, "patienthub", "consistentMI.json", "patienthub/consistentMI.json")
}
func FuzzPatientAct(f *testing.F) {
	fuzz(f, "patienthub", "patientAct.json", "patienthub/patientAct.json")
}
func FuzzAdaptiveVP(f *testing.F) {
	fuzz(f, "patienthub", "adaptiveVP.json", "patienthub/adaptiveVP.json")
}
func FuzzCars(f *testing.F) { fuzz(f, "patienthub", "cars.json", "patienthub/cars.json") }
func FuzzMindVoyager(f *testing.F) {
	fuzz(f, "patienthub", "mindVoyager.json", "patienthub/mindVoyager.json")
}
func FuzzAnnaAgent(f *testing.F) {
	fuzz(f, "patienthub", "annaAgent.json", "patienthub/annaAgent.json")
}
func FuzzSimPatient(f *testing.F) {
	fuzz(f, "patienthub", "simPatient.json", "patienthub/simPatient.json")
}
func FuzzClientCast(f *testing.F) {
	fuzz(f, "patienthub", "clientCast.json", "patienthub/clientCast.json")
}
func FuzzPsyche(f *testing.F) { fuzz(f, "patienthub", "psyche.json", "patienthub/psyche.json") }
func FuzzInteractiveAgents(f *testing.F) {
	fuzz(f, "interactive-agents", "posts.json", "interactive-agents/*.json")
}
func FuzzCharacterChat(f *testing.F) {
	fuzz(f, "characterchat", "people.json", "characterchat/*.json")
}
func FuzzDailyDilemmas(f *testing.F) {
	fuzz(f, "dailydilemmas", "dilemmas.csv", "dailydilemmas/*.csv")
}
func FuzzRLHS(f *testing.F) { fuzz(f, "rlhs", "environments.json", "rlhs/*.json") }
