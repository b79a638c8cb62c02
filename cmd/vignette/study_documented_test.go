package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// The study in the documentation is one that is right.
func TestDocumentedStudy(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "studies.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(doc)
	if block == nil {
		t.Fatal("docs/studies.md has no yaml block")
	}
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "study.yaml"), string(block[1]))
	p.must("validate", "study.yaml")
}
