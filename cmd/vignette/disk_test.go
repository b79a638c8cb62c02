package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// readOnlyByMode takes the right to write away from a directory and all below it, which holds for everybody but root.
func readOnlyByMode(t *testing.T) (dir string, readOnly func()) {
	t.Helper()
	dir = t.TempDir()
	set := func(mode fs.FileMode) {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return err
			}
			return os.Chmod(path, mode)
		})
		if err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() { set(0o700) })
	return dir, func() { set(0o500) }
}
