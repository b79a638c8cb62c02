package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func TestChangedScenariosAreTold(t *testing.T) {
	library, err := scenarios.Find("ask-for-leave")
	if err != nil {
		t.Fatal(err)
	}
	text, err := scenarios.Marshal(library)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, now, want string
	}{
		{"as it was", string(text), ""},
		{"another text", strings.Replace(string(text), library.GetTitle(), "Another title", 1), "has changed"},
		{"gone", "", "can no longer be read"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "s.yaml")
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			read, err := scenarios.FindAll(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(read[0].GetEvaluators()) > 0 {
				read[0].Evaluators[0].Model = "appointed"
			}
			manifest := &vignettev1.Manifest{Run: "r", Scenarios: read, Sources: sourcesOf([]string{path})}
			if err := os.WriteFile(path, []byte(tc.now), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := changed(manifest, manifest.Sources[0]); tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}
