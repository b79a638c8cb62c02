package scenarios

import (
	"fmt"
	"os"
	"path/filepath"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// SaveScenarios writes each scenario, with its personas in it, into a file of its own in dir; all else is as with
// [SavePersonas].
func SaveScenarios(dir string, all []*vignettev1.Scenario) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder for scenarios: %w", err)
	}
	var files []string
	for _, s := range all {
		data, err := Marshal(s)
		if err != nil {
			return files, fmt.Errorf("scenario %q: %w", s.Id, err)
		}
		file := filepath.Join(dir, FileName(s.Id))
		if err := writeNew(file, data); err != nil {
			return files, fmt.Errorf("scenario %q: %w", s.Id, err)
		}
		files = append(files, file)
	}
	return files, nil
}

// SaveNew writes a file that is not there yet, with the folder it lies in. A file that exists with other content is never
// overwritten: that is an error.
func SaveNew(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("make the folder of %s: %w", file, err)
	}
	return writeNew(file, data)
}
