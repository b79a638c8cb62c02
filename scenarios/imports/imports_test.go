package imports_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
	"github.com/vignette-sim/vignette/scenarios/imports"
)

// collections are folders of files of each format, in testdata and among the published data.
var collections = []struct{ format, ours, published string }{
	{"patient-psi", "", "patient-psi/profiles.json"},
	{"patienthub", "patienthub", "patienthub"},
	{"interactive-agents", "interactive-agents", "interactive-agents"},
	{"characterchat", "characterchat", ""},
	{"dailydilemmas", "dailydilemmas", "dailydilemmas"},
	{"rlhs", "rlhs", "rlhs"},
}

// folder reads the files of a folder, or one file, that a format takes.
func folder(t testing.TB, format imports.Format, dir string) []foreign.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(dir) != "" {
		names = []string{dir}
	}
	var out []foreign.File
	for _, name := range names {
		if !format.Takes(name) {
			continue
		}
		data, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, foreign.File{Name: name, Data: data})
	}
	return out
}

// values are the records of files, each as the text of its JSON value, and how often it is there.
func values(t testing.TB, files []foreign.File) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, file := range files {
		for _, v := range valuesOf(t, file) {
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			out[string(text)]++
		}
	}
	return out
}

func valuesOf(t testing.TB, file foreign.File) []any {
	t.Helper()
	if strings.EqualFold(filepath.Ext(file.Name), ".csv") {
		rows, _, err := foreign.ParseTable(file.Data, file.Name)
		if err != nil {
			t.Fatal(err)
		}
		var out []any
		for _, row := range rows {
			out = append(out, row.Record)
		}
		return out
	}
	found, err := foreign.ParseValues(file.Data, file.Name, "record")
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	for _, v := range found {
		out = append(out, v.Value)
	}
	return out
}

// saved has a batch go through our own files.
func saved(t testing.TB, b *foreign.Batch) *foreign.Batch {
	t.Helper()
	out := &foreign.Batch{}
	for _, p := range b.Personas {
		data, err := scenarios.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		read, err := scenarios.ReadPersona("p.yaml", data)
		if err != nil {
			t.Fatal(err)
		}
		out.Personas = append(out.Personas, read)
	}
	for _, s := range b.Scenarios {
		data, err := scenarios.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		read, err := scenarios.Read("s.yaml", data)
		if err != nil {
			t.Fatal(err)
		}
		out.Scenarios = append(out.Scenarios, read)
	}
	return out
}

// lossless imports files and exports them again, by way of our own files.
func lossless(t testing.TB, format imports.Format, files []foreign.File) *foreign.Batch {
	t.Helper()
	b, err := format.Import(files)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Personas)+len(b.Scenarios) == 0 {
		t.Fatal("nothing was imported")
	}
	out, left, err := imports.Export(saved(t, b))
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("not written back: %v", left)
	}
	if diff := cmp.Diff(values(t, files), values(t, out)); diff != "" {
		t.Errorf("(-source +export):\n%s", diff)
	}
	return b
}

func TestNothingIsLost(t *testing.T) {
	for _, c := range collections {
		format, err := imports.Find(c.format)
		if err != nil {
			t.Fatal(err)
		}
		if c.ours != "" {
			t.Run(c.format, func(t *testing.T) { lossless(t, format, folder(t, format, filepath.Join("testdata", c.ours))) })
		}
	}
}

// Nothing is lost of the published data, from the user's own copy.
func TestPublishedData(t *testing.T) {
	dir := os.Getenv("VIGNETTE_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	for _, c := range collections {
		format, err := imports.Find(c.format)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(c.format, func(t *testing.T) {
			files := folder(t, format, filepath.Join(dir, c.published))
			if c.published == "" || len(files) == 0 {
				t.Skipf("no copy of the data of %s; set VIGNETTE_TESTDATA to the folder that holds them", c.format)
			}
			b := lossless(t, format, files)
			t.Logf("%d files, %d personas, %d scenarios", len(files), len(b.Personas), len(b.Scenarios))
		})
	}
}
