package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The projection may be deleted, spoilt and made anew: runs, show and export say the same.
func TestProjectionIsDisposable(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("run", "ask-for-leave", "--repeats", "2")
	read := func() string { return p.must("runs") + p.must("show", "last") + p.must("export", "last") }
	want := read()
	file := filepath.Join(p.dir, ".vignette", "projection.sqlite")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the projection is %v, %v; want a file for its owner alone", info, err)
	}
	for name, harm := range map[string]func() error{
		"deleted": func() error { return os.Remove(file) },
		"spoilt":  func() error { return os.WriteFile(file, []byte("nonsense, and much of it"), 0o600) },
		"a folder": func() error {
			if err := os.Remove(file); err != nil {
				return err
			}
			return os.Mkdir(file, 0o700)
		},
	} {
		if err := harm(); err != nil {
			t.Fatal(err)
		}
		if got := read(); got != want {
			t.Errorf("%s: the commands say something else:\n%s", name, got)
		}
		if err := os.RemoveAll(file); err != nil {
			t.Fatal(err)
		}
		p.must("runs")
	}
	if out := p.must("doctor", "--rebuild"); !strings.Contains(out, "2 episodes") {
		t.Errorf("doctor --rebuild says\n%s", out)
	}
}
