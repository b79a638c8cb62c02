package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// A relation stands in a line with what it means; what is undefined says why, on the page and for programs.
func TestMismatchOnThePage(t *testing.T) {
	estimate := outcomes.Correlation{Value: proto.Float64(-0.5), CI95: &stats.Interval{Low: -0.75, High: -0.25}}
	none := outcomes.Correlation{Undefined: "the reward is constant within each scenario"}
	relations := []outcomes.Relation{
		{Kind: outcomes.DistressChange, N: 30, Clients: 15, Pearson: estimate, Spearman: estimate, Sources: []string{"self_reported"}},
		{Kind: outcomes.Willingness, N: 8, Clients: 4, Unpaired: 2, Pearson: none, Spearman: none, Sources: []string{"computed"}},
	}
	var out bytes.Buffer
	(&page{w: &out, width: 200}).mismatch(relations)
	want := `
Objective mismatch
  The focal role's reward with the others' own outcome, within scenarios: Pearson r, Spearman rho, 95% CI.
  distress change  r -0.50 [-0.75, -0.25], rho -0.50 [-0.75, -0.25], n 30: more reward goes with relief (by models' self-report)
  willingness      undefined: the reward is constant within each scenario
  What somebody felt is no measure of what an evaluator scored, nor the reverse: neither validates the other.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	out.Reset()
	few := outcomes.Correlation{Undefined: "1 episodes have both, it takes 5"}
	(&page{w: &out, width: 200}).mismatch([]outcomes.Relation{{Kind: outcomes.DistressChange, Pearson: few, Spearman: few}, {Kind: outcomes.Willingness, Pearson: few, Spearman: few}})
	if got := strings.SplitN(out.String(), "\n", 4)[3]; got != "  undefined: 1 episodes have both, it takes 5\n" {
		t.Errorf("undefined alike:\n%s", got)
	}
	raw, err := json.Marshal(mismatchRecords(relations))
	if err != nil {
		t.Fatal(err)
	}
	wantJSON := `[{"outcome":"distress_change","n":30,"clients":15,"unpaired":0,"pearson":{"value":-0.5,"ci95":[-0.75,-0.25]},"spearman":{"value":-0.5,"ci95":[-0.75,-0.25]},"sources":["self_reported"],"meaning":"more reward goes with relief"},` +
		`{"outcome":"willingness","n":8,"clients":4,"unpaired":2,"pearson":{"value":null,"ci95":null,"undefined":"the reward is constant within each scenario"},"spearman":{"value":null,"ci95":null,"undefined":"the reward is constant within each scenario"},"sources":["computed"],"meaning":"undefined: the reward is constant within each scenario"}]`
	if diff := cmp.Diff(wantJSON, string(raw)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	out.Reset()
	if (&page{w: &out, width: 200}).mismatch(nil); !bytes.Contains(out.Bytes(), []byte("undefined: no role but the focal one")) {
		t.Errorf("nothing to relate: %s", out.String())
	}
}
