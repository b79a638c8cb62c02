package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// What the scored role wants is told by --objective or by the file, and where nobody tells it, that is said.
func TestScoreObjective(t *testing.T) {
	p := newProgram(t)
	const talk = `{"role": "Bo", "text": "Could you lend me the car on Sunday?"%s}
{"role": "Anna", "text": "You can't have it on Sunday."}
`
	write(t, filepath.Join(p.dir, "talk.jsonl"), strings.Replace(talk, "%s", "", 1))
	write(t, filepath.Join(p.dir, "told.jsonl"), strings.Replace(talk, "%s", `, "objective": "Anna wants to refuse to lend the car."`, 1))
	const unknown = "No objective is known"
	for _, test := range []struct {
		args []string
		said bool
	}{
		{[]string{"talk.jsonl", "--evaluator", "dear-man"}, true},
		{[]string{"talk.jsonl", "--evaluator", "dear-man", "--ablate"}, true},
		{[]string{"talk.jsonl", "--evaluator", "give"}, false},
		{[]string{"talk.jsonl", "--evaluator", "emotion,dear-man", "--objective", "Anna does not want to lend the car."}, false},
		{[]string{"told.jsonl", "--evaluator", "emotion,dear-man"}, false},
	} {
		if page := p.must(append([]string{"score", "--role", "Anna"}, test.args...)...); strings.Contains(page, unknown) != test.said {
			t.Errorf("%v: want it said that the objective is unknown %v:\n%s", test.args, test.said, page)
		}
	}
	write(t, filepath.Join(p.dir, "two.jsonl"), strings.Replace(talk, "%s", `, "objective": "Anna wants to refuse to lend the car."`, 1)+`{"role": "Bo", "text": "Please.", "objective": "Bo wants the car."}`)
	if _, stderr, code := p.run("score", "--role", "Anna", "two.jsonl", "--evaluator", "dear-man"); code == exitDone || !strings.Contains(stderr, "two.jsonl:3") || !strings.Contains(stderr, "Bo wants the car.") {
		t.Errorf("two objectives: exit %d, %s", code, stderr)
	}
	if _, stderr, code := p.run("score", "last", "--evaluator", "dear-man", "--objective", "Get it"); code != exitUsage || !strings.Contains(stderr, "--objective is for transcripts") {
		t.Errorf("an objective for an episode on record: exit %d, %s", code, stderr)
	}
}

// A score of zero has its number, as others have, and labels without order are counted.
func TestScoreJSON(t *testing.T) {
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "talk.txt"), "Bo: What is it?\nAnna: The sky is blue today.\n")
	zeros := 0
	for line := range strings.Lines(p.must("score", "talk.txt", "--role", "Anna", "--evaluator", "dear-man,emotion", "--objective", "Anna wants the car.", "--json")) {
		var record struct {
			Type  string
			Score struct {
				Dimension string
				Value     map[string]any
			}
			Dimensions []struct {
				Dimension string
				Labels    map[string]int
			}
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatal(err)
		}
		if value := record.Score.Value; record.Type == "score" && value != nil {
			number, there := value["number"]
			if !there {
				t.Errorf("a value without its number: %s", line)
			}
			if number == 0.0 {
				zeros++
			}
		}
		for _, d := range record.Dimensions {
			if (len(d.Labels) > 0) != (d.Dimension == "emotion.ekman") {
				t.Errorf("%s has the labels %v", d.Dimension, d.Labels)
			}
		}
	}
	if zeros == 0 {
		t.Error("no score is zero: the test says nothing")
	}
}
