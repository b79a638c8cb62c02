package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every format can be written of a run, by people who only say which; what is left out is said, and no file is empty.
func TestExportFormats(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("run", "ask-for-leave", "cbt-intake", "--vary", "focal.policy.skill=0.2,0.9", "--repeats", "2", "--json")
	for _, format := range exportFormats() {
		file := filepath.Join(p.dir, format)
		p.must("export", "last", "--format", format, "-o", file)
		if info, err := os.Stat(file); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, %v", format, info, err)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(p.must("export", "last", "--format", "dpo", "--pairs", "clients")), "\n") {
		var row map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &row); err != nil || len(row) != 3 || row["prompt"] == nil || row["chosen"] == nil || row["rejected"] == nil {
			t.Errorf("%v: %s", err, line)
		}
	}
}

// Branches of a conversation are compared with each other and with the one they were forked from.
func TestExportForks(t *testing.T) {
	p := newProgram(t)
	episode := records(t, p.must("run", "ask-for-leave", "--json"))[1]["episode"].(string)
	p.must("fork", episode, "--turn", "2", "--branches", "4", "--json")
	out := p.must("export", "last", "--format", "dpo", "--pairs", "forks", "--all-pairs")
	if strings.Count(out, "\n") < 3 {
		t.Errorf("of five branches:\n%s", out)
	}
}

// Scenarios are kept apart, a card goes with the files, and nothing is written over.
func TestExportSplit(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("run", "--json")
	p.must("export", "last", "--format", "kto", "--split", "scenario", "--test", "0.4", "-o", filepath.Join(p.dir, "data"))
	entries, err := os.ReadDir(filepath.Join(p.dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if !slices.Equal(names, []string{"README.md", "test.jsonl", "train.jsonl"}) {
		t.Errorf("there is %v", names)
	}
	if _, stderr, code := p.run("export", "last", "--format", "kto", "--split", "scenario", "-o", filepath.Join(p.dir, "data")); code != exitFailed || !strings.Contains(stderr, "name a new directory") {
		t.Errorf("over files that are there it ends with %d: %s", code, stderr)
	}
}

func TestExportMistakes(t *testing.T) {
	p := newProgram(t)
	p.must("run", "ask-for-leave", "--json")
	for want, args := range map[string][]string{
		"there is: jsonl":               {"--format", "tsv"},
		"has everything in it":          {"--clear"},
		"for csv and parquet":           {"--format", "sft", "--table", "turns"},
		"is for --format kto":           {"--format", "sft", "--threshold", "1"},
		"for formats of pairs":          {"--format", "sft", "--pairs", "forks"},
		"name a directory":              {"--format", "sft", "--split", "scenario"},
		"not by \"turn\"":               {"--format", "sft", "--split", "turn", "-o", "x"},
		"no pairs of \"luck\"":          {"--format", "dpo", "--pairs", "luck"},
		"it has ":                       {"--format", "sft", "--perspective", "zoe"},
		"1 x nobody to compare with":    {"--format", "dpo"},
		"1 x it has no score joy":       {"--format", "kto", "--by", "joy"},
		"1 x nobody rated it on warmth": {"--format", "kto", "--by", "ratings:warmth"},
	} {
		stdout, stderr, code := p.run(append([]string{"export", "last"}, args...)...)
		if code == 0 || !strings.Contains(stderr, want) || stdout != "" {
			t.Errorf("%v ends with %d, says %q, writes %q; want %q", args, code, stderr, stdout, want)
		}
	}
}
