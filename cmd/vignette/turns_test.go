package main

import (
	"fmt"
	"strings"
	"testing"
)

// A group that bids: bids are exported, shown only to those who ask for what is private, and whispers are marked.
func TestGroup(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("run", "house-meeting", "--repeats", "12", "--vary", "lena.policy.modality=assertive,aggressive")
	whispered := ""
	for _, e := range records(t, p.must("export", "last")) {
		turns, rounds := e["turns"].([]any), e["bids"].([]any)
		if more := len(rounds) - len(turns); more != 0 && !(more == 1 && e["end_reason"] == "no_bids") {
			t.Errorf("%d rounds of bids for %d turns, ended by %v", len(rounds), len(turns), e["end_reason"])
		}
		for i, turn := range turns {
			turn, bids := turn.(map[string]any), rounds[i].(map[string]any)["bids"].(map[string]any)
			if bids[turn["role"].(string)] == 0.0 {
				t.Errorf("turn %d was taken by somebody who bid nothing: %v", i, bids)
			}
			if to := turn["to"].([]any); len(to) > 0 && whispered == "" {
				whispered = e["episode"].(string)
			}
		}
	}
	if whispered == "" {
		t.Fatal("nobody whispered in 24 episodes")
	}
	if page := p.must("show", whispered); strings.Contains(page, "bids:") || !strings.Contains(page, "(to ") {
		t.Errorf("a page without what is private shows bids, or a whisper without saying to whom:\n%s", page)
	}
	if page := p.must("show", whispered, "--private"); !strings.Contains(page, "bids: Lena Marsh 0.95") {
		t.Errorf("what is private lacks the bids:\n%s", page)
	}
	// Who works how much beside whom changes nothing.
	var digests []any
	for _, workers := range []int{1, 5} {
		all := records(t, p.must("run", "house-meeting", "--json", "--repeats", "4", "--workers", fmt.Sprint(workers)))
		digests = append(digests, all[len(all)-1]["digest"])
	}
	if digests[0] != digests[1] || digests[0] == nil {
		t.Errorf("digests %v with 1 and 5 workers", digests)
	}
}
