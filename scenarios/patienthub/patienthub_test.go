package patienthub_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
	"github.com/vignette-sim/vignette/scenarios/patienthub"
)

func values(t testing.TB, data []byte) []any {
	t.Helper()
	var v []any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// lossless imports a file and exports it again, also with our own files in between.
func lossless(t testing.TB, name string, data []byte) {
	t.Helper()
	format, ok := patienthub.Of(name)
	if !ok {
		t.Fatalf("%s names no format", name)
	}
	records, err := foreign.Parse(data, name, format.Noun)
	if err != nil {
		t.Fatal(err)
	}
	people, err := format.Import(records, name)
	if err != nil {
		t.Fatal(err)
	}
	files, err := scenarios.SavePersonas(t.TempDir(), people)
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		if people[i], err = scenarios.LoadPersona(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := format.ExportAll(people)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(values(t, data), got); diff != "" {
		t.Errorf("%s (-source +export):\n%s", name, diff)
	}
}

// Nothing is lost of the published profiles, from the user's own copy.
func TestPublishedProfiles(t *testing.T) {
	dir := os.Getenv("VIGNETTE_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "patienthub", "*.json"))
	seen := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "PROVENANCE.json") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(file), func(t *testing.T) { lossless(t, file, data) })
		format, _ := patienthub.Of(file)
		seen[format.Format] = true
	}
	if len(files) == 0 {
		t.Skip("no copy of the published profiles; set VIGNETTE_TESTDATA to the folder that holds patienthub/")
	}
	for _, format := range patienthub.Formats() {
		if !seen[format.Format] {
			t.Errorf("no file of %s was looked at", format.Format)
		}
	}
}
