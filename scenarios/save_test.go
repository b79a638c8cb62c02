package scenarios_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func TestSaveScenarios(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	s, err := scenarios.Find("share-the-dishes")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // The same again is no error.
		files, err := scenarios.SaveScenarios(dir, []*vignettev1.Scenario{s})
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		read, err := scenarios.Load(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, read, protocmp.Transform()); diff != "" {
			t.Errorf("(-saved +read):\n%s", diff)
		}
	}
	s.Title += "."
	if _, err := scenarios.SaveScenarios(dir, []*vignettev1.Scenario{s}); err == nil || !strings.Contains(err.Error(), "is there already with other content") {
		t.Errorf("err = %v", err)
	}
}

func TestSaveNew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a", "b.json")
	if err := scenarios.SaveNew(file, []byte("1")); err != nil {
		t.Fatal(err)
	}
	if err := scenarios.SaveNew(file, []byte("2")); err == nil {
		t.Error("a file was overwritten")
	}
	if data, _ := os.ReadFile(file); string(data) != "1" {
		t.Errorf("the file holds %q", data)
	}
}
