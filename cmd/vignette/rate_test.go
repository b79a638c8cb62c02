package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Twenty items with the keyboard alone: numbers, a slip, the codebook, a skip, something taken back; what was rated before leaving is
// there when the rater comes again.
func TestRate(t *testing.T) {
	p := newProgram(t)
	p.must("run", "cbt-intake", "--repeats", "20")
	file := filepath.Join(p.dir, "r.yaml")
	text := "title: Satisfaction\ncodebook: Judge the client.\noverlap: 1\ncalibration: 1\nscales:\n  - {id: satisfaction, question: How satisfied?, min: 1, max: 5}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	rate := func(keys ...string) string {
		cmd := p.command("rate", "r.yaml", "--rater", "ann")
		cmd.Stdin = strings.NewReader(strings.Join(keys, "\n") + "\n")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	first := rate("?", "9", "4", "u", "w 99 x", "w 1 What brings you here?", "n short", "3", "s distressing", "q")
	for _, want := range []string{"Judge the client.", "give 1 to 5", "taken back", "there is no turn 99", "better words for turn 1", "noted", "calibration, on satisfaction: you are the first to rate this one", "It does not come to you again", "Everything so far is kept"} {
		if !strings.Contains(first, want) {
			t.Errorf("it does not say %q:\n%s", want, first)
		}
	}
	if strings.Contains(first, "policy") || strings.Contains(first, "builtin") {
		t.Errorf("the rater is told what is compared:\n%s", first)
	}
	rest := rate(strings.Fields(strings.Repeat("2 ", 18))...)
	if !strings.Contains(rest, "Nothing is left for you to rate") {
		t.Errorf("after 20 items there is more:\n%s", rest)
	}
	if !strings.Contains(rest, "item 3 of at most 20") || !strings.Contains(rest, "1 skipped") {
		t.Errorf("it does not say where one is:\n%s", rest)
	}
	campaign := strings.Fields(strings.SplitN(rest, ":", 2)[0])[1]
	page := p.must("rate", campaign, "--agreement")
	if !strings.Contains(page, "19 of 20 items complete, with all answers of 1 rater each; 1 rater so far") {
		t.Errorf("agreement says:\n%s", page)
	}
	mine := p.must("rate", "list", campaign, "--rater", "ann")
	if lines := strings.Split(strings.TrimSpace(mine), "\n"); len(lines) != 20 || !strings.Contains(mine, "skipped, distressing") || !strings.Contains(mine, "turn 1 better: What brings you here?") {
		t.Errorf("the list of one's own says:\n%s", mine)
	}
}

// Words that show an extreme are found whatever their case, asked for again where they do not stand there, and one can go back; after the
// last item the last rating can still be taken back, and comes at once.
func TestRateEvidence(t *testing.T) {
	p := newProgram(t)
	p.must("run", "cbt-intake", "--json")
	file := filepath.Join(p.dir, "r.yaml")
	text := "title: Met\noverlap: 1\nscales:\n  - {id: met, question: How far?, min: 1, max: 3, labels: [not, partly, fully], evidence_for_extremes: true}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := p.command("rate", "r.yaml", "--rater", "ann")
	cmd.Stdin = strings.NewReader(strings.Join([]string{"n tired", "3", "1 nowhere to be found", "b", "1", `1 "SO,"`, "u", "2", ""}, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"1 not · 2 partly · 3 fully", "do not stand in turn 1", "which says: ", "kept: met 1 not (turn 1: “So,”); remark: tired", "taken back: met 1 not (turn 1: “So,”); remark: tired", "Enter keeps 1", "kept: met 2 partly; remark: tired", "Nothing is left"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
}

// rated rates r.yaml as ann with the lines that are typed.
func rated(p *program, lines ...string) string {
	p.t.Helper()
	out, said, code := p.piped(strings.Join(lines, "\n")+"\n", "rate", "r.yaml", "--rater", "ann")
	if code != 0 {
		p.t.Fatalf("rate ends with %d: %s%s", code, out, said)
	}
	return out
}

// refused is what a command that must fail says.
func refused(p *program, args ...string) string {
	p.t.Helper()
	out, said, code := p.run(args...)
	if code == 0 {
		p.t.Fatalf("%q is not refused: %s", args, out)
	}
	return said
}

// Before and after: what came of it is shown only once the rater goes on, until then they can take their answers back; the conversation is
// not written out twice, a line of what came of it is evidence, and what is deleted is told by item and time.
func TestRateBeforeAndAfter(t *testing.T) {
	p := newProgram(t)
	p.must("run", "ask-for-leave")
	p.must("hindsight", "last")
	file := filepath.Join(p.dir, "r.yaml")
	text := "title: Good\narm: within\noverlap: 1\nscales:\n  - {id: good, question: How good was it?, min: 1, max: 3, evidence_for_extremes: true}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := rated(p, "2", "u", "t", "what", "", "3", "+1 nowhere to be found", "+1", "s", "x", "u", "")
	for _, want := range []string{
		"before anything is known of what came of it", "From then on these answers stay as they are", "taken back: good 2", "kept: good cannot tell",
		`"what" is none of these`, "The same conversation as before", "What came of it (simulated)", "Knowing what came of it: How good was it?",
		"do not stand in line +1, which says: ", "kept: good 3", `"s" is neither`, "taken back: good 3",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	before, after, _ := strings.Cut(out, "kept: good cannot tell")
	if strings.Contains(before, "(simulated)") || strings.Contains(strings.SplitN(after, "Enter goes on", 2)[0], "(simulated)") {
		t.Errorf("what came of it is shown before the rater goes on:\n%s", out)
	}
	campaign := strings.Fields(strings.SplitN(out, ":", 2)[0])[1]
	if said := refused(p, "rate", "delete", campaign, "--rater", "ann", "--item", "no-such-item", "--yes"); !strings.Contains(said, "ann has no rating of an item") {
		t.Errorf("an item that is not there: %s", said)
	}
	if said := refused(p, "rate", "delete", campaign, "--rater", "bob", "--all", "--yes"); !strings.Contains(said, "those who have: ann") {
		t.Errorf("somebody who has not rated: %s", said)
	}
	if said := refused(p, "rate", "delete", campaign, "--rater", "ann", "--all"); !strings.Contains(said, "--yes") {
		t.Errorf("deleted without asking: %s", said)
	}
	if gone := p.must("rate", "delete", campaign, "--rater", "ann", "--all", "--yes"); !strings.Contains(gone, "2 ratings of ann deleted") {
		t.Errorf("deletion says: %s", gone)
	}
}

// What was typed last is what u takes back: an answer of the item first, and only where there is none the item before it. Words of the
// scale are answers, and what was said before is kept with Enter.
func TestRateTakesBackTheLast(t *testing.T) {
	p := newProgram(t)
	p.must("run", "cbt-intake", "--repeats", "2")
	text := "title: Good\noverlap: 1\nscales:\n  - {id: good, question: How good?, min: 1, max: 3, labels: [bad, fair, good]}\n  - {id: long, question: How long?, min: 1, max: 3}\n"
	if err := os.WriteFile(filepath.Join(p.dir, "r.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := rated(p, "bad", "u", "FAIR", "3", "u", "", "2", "s", "5", "the heating", "")
	for _, want := range []string{
		"taken back: good 1 bad", "kept: good 2 fair; long 3", "taken back: good 2 fair; long 3", "Enter keeps 2", "kept: good 2 fair; long 2",
		"what is it?", "kept: skipped, other; remark: the heating",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	if strings.Count(out, "Good: item 1 of at most 2") != 2 {
		t.Errorf("the item does not come again once:\n%s", out)
	}
	if wrong := refused(p, "rate", "list", "r.yaml", "--rater", "ann"); !strings.Contains(wrong, "(Good)") {
		t.Errorf("it does not say which campaigns there are: %s", wrong)
	}
}

// Answers of a rating that was taken back are offered again each, also after one of them was taken back while it was mended.
func TestRateKeepsWhatWasSaid(t *testing.T) {
	p := newProgram(t)
	p.must("run", "cbt-intake")
	text := "title: Good\noverlap: 1\nscales:\n  - {id: good, question: How good?, min: 1, max: 5}\n  - {id: long, question: How long?, min: 1, max: 5}\n  - {id: warm, question: How warm?, min: 1, max: 5}\n"
	if err := os.WriteFile(filepath.Join(p.dir, "r.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	rated(p, "5", "q")
	if out := rated(p, "u", "", "u", "2", "q"); !strings.Contains(out, "Enter keeps 5") {
		t.Errorf("what a draft said is not offered again:\n%s", out)
	}
	out := rated(p, "u", "2", "3", "4", "u", "", "", "u", "u", "", "", "t", "")
	for _, want := range []string{"kept: good 2; long 3; warm 4", "Enter keeps 2", "Enter keeps 3", "Enter keeps 4", "taken back: long 3", "taken back: good 2", "kept: good 2; long 3; warm cannot tell"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
}

// Whoever presses Ctrl-C hears that everything is kept, and it is.
func TestRateInterrupted(t *testing.T) {
	p := newProgram(t)
	p.must("run", "cbt-intake")
	file := filepath.Join(p.dir, "r.yaml")
	text := "title: Good\nscales:\n  - {id: good, question: How good?, min: 1, max: 3}\n  - {id: long, question: How long?, min: 1, max: 3}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := p.command("rate", "r.yaml", "--rater", "ann")
	keys, err1 := cmd.StdinPipe()
	said, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	if _, err := io.WriteString(keys, "2\n"); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for one := make([]byte, 1); !strings.Contains(out.String(), "How long?") || !strings.HasSuffix(out.String(), "keys] "); {
		if _, err := said.Read(one); err != nil {
			t.Fatalf("%v after %s", err, out.String())
		}
		out.Write(one)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, err1 := io.ReadAll(said)
	if err := errors.Join(err1, cmd.Wait()); err != nil || !strings.Contains(string(rest), "Everything so far is kept") {
		t.Errorf("it ends with %v and %q", err, rest)
	}
	if again := rated(p, "3", ""); !strings.Contains(again, "so far you said: good 2") || !strings.Contains(again, "kept: good 2; long 3") {
		t.Errorf("the answer before it is gone:\n%s", again)
	}
}
