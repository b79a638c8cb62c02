package main

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// Rewards are composed anew from what is on record: unchanged they are the run's own; changed ones are printed, or noted beside
// it with who and how; the run stays what it was.
func TestReward(t *testing.T) {
	p := newProgram(t)
	ran := records(t, p.must("run", "ask-for-leave", "--repeats", "2", "--vary", "focal.policy.skill=0.2,0.9", "--json"))
	digest := ran[len(ran)-1]["digest"]

	same := records(t, p.must("reward", "last", "--json"))
	if len(same) != 5 {
		t.Fatalf("%d records, want one for each of 4 episodes and a last one", len(same))
	}
	for _, r := range same[:4] {
		if diff := cmp.Diff(r["on_record"], r["composed"]); diff != "" || r["on_record"] == nil {
			t.Errorf("unchanged, the reward of %v is another (-on record +composed):\n%s", r["episode"], diff)
		}
		for _, term := range r["composed"].(map[string]any)["terms"].([]any) {
			if sources := term.(map[string]any)["sources"].([]any); len(sources) != 1 || sources[0].(map[string]any)["method"] != "builtin" {
				t.Errorf("a term comes from %v", sources)
			}
		}
	}

	changed := records(t, p.must("reward", "last", "--weights", "dear_man.assert=9,dear_man.describe=0", "--json"))
	terms := changed[0]["composed"].(map[string]any)["terms"].([]any)
	if len(terms) != 6 || changed[4]["change"] != "dear_man.assert=9,dear_man.describe=0" || changed[4]["recorded"] != 0.0 {
		t.Errorf("%d terms; %v", len(terms), changed[4])
	}
	for _, revision := range []float64{1, 2} {
		noted := records(t, p.must("reward", "last", "--weights", "dear_man.assert=9", "--record", "--author", "ann", "--json"))
		if noted[0]["revision"] != revision || noted[4]["recorded"] != 4.0 {
			t.Errorf("revision %v of %v notes, want %v of 4", noted[0]["revision"], noted[4]["recorded"], revision)
		}
	}
	shown := p.must("show", changed[0]["episode"].(string))
	if !strings.Contains(shown, "composed anew, revision 2 by ann on ") || !strings.Contains(shown, "(dear_man.assert=9): reward of ") ||
		!strings.Contains(shown, "x dear_man.assert = ") {
		t.Errorf("the episode does not tell of its revisions:\n%s", shown)
	}
	again := records(t, p.must("show", "last", "--json"))
	if again[len(again)-1]["digest"] != digest {
		t.Error("notes changed the run")
	}
	page := p.must("reward", "last", "--fit", "willingness")
	for _, want := range []string{"composed from scores on record by reward-2: as stated", "Preferences: ", "fitted to willingness", "no weights: 4 episodes have everything, it takes "} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
}

func TestRewardRefuses(t *testing.T) {
	p := newProgram(t)
	p.must("run", "ask-for-leave")
	for args, want := range map[string]string{
		"last --weights assert":           "write DIMENSION=WEIGHT",
		"last --weights dear_man.charm=1": "nobody scores dear_man.charm in this run; there is: ",
		"last --fit happiness":            `"happiness" is no outcome; there is: distress_change`,
		"last --author ann":               "--author says who appends notes; add --record",
		"last --role nobody":              `there is no role "nobody" in this run`,
		"":                                "see 'vignette reward --help'",
	} {
		_, stderr, code := p.run(append([]string{"reward"}, strings.Fields(args)...)...)
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit %d, %q; want %d and %q", args, code, stderr, exitUsage, want)
		}
	}
	if _, stderr, code := p.run("reward", "nowhere"); code != exitFailed || !strings.Contains(stderr, `there is no run "nowhere"`) {
		t.Errorf("exit %d, %q", code, stderr)
	}
}

// The command's words for outcomes are those there are.
func TestRewardHelpNamesOutcomes(t *testing.T) {
	for _, kind := range outcomes.Kinds() {
		if !strings.Contains(newReward().Long, string(kind)) || !strings.Contains(newReward().Flag("fit").Usage, string(kind)) {
			t.Errorf("the help does not name %s", kind)
		}
	}
}

// Rewards are calibrated against how sure their judge was: what is printed is the formula, worked through again from the records.
func TestRewardByConfidence(t *testing.T) {
	t.Parallel()
	p, _ := withEndpoint(t, scripted.Config{Seed: 2, Answer: func(request scripted.Request) *scripted.Reply {
		if request.SchemaName != "ratings" {
			return nil
		}
		far, sure := drawn("far", string(request.Body)), drawn("sure", string(request.Body))
		return &scripted.Reply{Content: fmt.Sprintf(`{"scores": {"far": {"reason": "r", "quote": "", "number": %v, "confidence": %v}}}`, far, sure)}
	}})
	write(t, filepath.Join(p.dir, "door.yaml"), keyStudy)
	write(t, filepath.Join(p.dir, "opened.yaml"), openedRubric)
	p.must("run", "door.yaml", "--repeats", "7", "--seed", "5")
	var got []record
	for _, r := range records(t, p.must("reward", "last", "--confidence", "0.5", "--rate", "0.25", "--batch", "3", "--json")) {
		if r["type"] == "confident" {
			got = append(got, r)
		}
	}
	if len(got) != 7 {
		t.Fatalf("%d records, want 7", len(got))
	}
	baseline := 0.0
	for at := 0; at < 7; at += 3 {
		batch, mean := got[at:min(at+3, 7)], 0.0
		for _, r := range batch {
			mean += r["reward"].(float64) / float64(len(batch))
		}
		if at == 0 {
			baseline = mean
		}
		baseline = 0.25*mean + 0.75*baseline
		for _, r := range batch {
			x, sure := r["reward"].(float64), r["confidence"].(float64)
			want := min(1, max(-1, x+0.5*(x-baseline)*(sure-0.5)))
			if math.Abs(r["calibrated"].(float64)-want) > 1e-9 || math.Abs(r["baseline"].(float64)-baseline) > 1e-9 {
				t.Errorf("%v, want %v against %v", r, want, baseline)
			}
		}
	}
	if page := p.must("reward", "last", "--confidence", "0.5"); !strings.Contains(page, "Confidence: 7 of 7 rewards rest on scores that say how sure they are") {
		t.Errorf("page:\n%s", page)
	}
	for _, wrong := range [][]string{{"--confidence", "3"}, {"--rate", "0.1"}, {"--confidence", "1", "--rate", "0"}, {"--confidence", "1", "--batch", "0"}} {
		if _, stderr, code := p.run(append([]string{"reward", "last"}, wrong...)...); code != exitUsage {
			t.Errorf("%v: exit %d, %q", wrong, code, stderr)
		}
	}
}
