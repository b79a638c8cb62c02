package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// minds human plays transcripts and tells rows, as a program reads them and as people do; nothing is kept unless it is asked for.
func TestMinds(t *testing.T) {
	p := newProgram(t)
	text := "mi_quality,transcript_id,utterance_id,interlocutor,utterance_text,annotator_id,therapist_input_subtype,reflection_exists,question_exists,question_subtype\n"
	for i := range 6 {
		text += fmt.Sprintf("high,1,%d,therapist,What was that like for you?,1,n/a,False,True,open\nhigh,1,%d,client,It was hard.,1,n/a,n/a,n/a,n/a\n", 2*i, 2*i+1)
	}
	write(t, filepath.Join(p.dir, "sessions.csv"), text)
	all := records(t, p.must("minds", "human", "sessions.csv", "--json", "--seed", "3"))
	if all[0]["type"] != "launch" || all[0]["seed"] != 3.0 {
		t.Errorf("first %v, want launch with seed 3", all[0])
	}
	done := all[len(all)-1]
	if done["type"] != "done" || done["reports"] != 1.0 || done["episodes"] != 9.0 {
		t.Errorf("last %v, want done with 1 report and 9 episodes", done)
	}
	ear := 0
	for _, row := range ofType(all, "row") {
		if row["table"] == "human.ear" && row["keys"].(map[string]any)["code"] == "question, open" {
			ear++
			if values := row["values"].(map[string]any); values["turns"].(map[string]any)["value"] != 6.0 {
				t.Errorf("turns %v, want 6", values["turns"])
			}
		}
	}
	if ear != 1 {
		t.Errorf("%d rows on open questions, want 1", ear)
	}
	page := p.must("minds", "human", "sessions.csv")
	if !strings.Contains(page, "The clients' ear and people's labels") || strings.Contains(page, "NaN") {
		t.Errorf("the page:\n%s", page)
	}
	if left, err := filepath.Glob(filepath.Join(p.dir, ".vignette*")); err != nil || len(left) > 0 {
		t.Errorf("%v was left behind, %v", left, err)
	}
}

func TestMindsUsage(t *testing.T) {
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "other.csv"), "a,b\n1,2\n")
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"minds", "human"}, exitUsage, "--help"},
		{[]string{"minds", "dose", "--episodes", "0"}, exitUsage, "--episodes"},
		{[]string{"minds", "dose", "--workers", "0"}, exitUsage, "--workers"},
		{[]string{"minds", "dose", "more"}, exitUsage, "--help"},
		{[]string{"minds", "human", "nowhere.csv"}, exitFailed, "nowhere.csv"},
		{[]string{"minds", "human", "other.csv"}, exitFailed, "transcript_id"},
	} {
		_, errs, code := p.run(test.args...)
		if code != test.code || !strings.Contains(errs, test.says) {
			t.Errorf("vignette %s: exit %d (want %d), says %q (want %q)", strings.Join(test.args, " "), code, test.code, errs, test.says)
		}
	}
}
