package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
)

// What a model reports and what was computed stand beside each other, each with its source.
func TestInside(t *testing.T) {
	state := func(source vignettev1.StateSource, distress float64) *vignettev1.MentalState {
		return &vignettev1.MentalState{Source: source, Distress: &distress}
	}
	reported := state(vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED, 20)
	for _, test := range []struct {
		name string
		turn *vignettev1.Turn
		want string
	}{
		{"nothing told", &vignettev1.Turn{}, ""},
		{"computed", &vignettev1.Turn{
			MentalState: state(vignettev1.StateSource_STATE_SOURCE_COMPUTED, 0), Acts: []*vignettev1.IntendedAct{{Act: "greet"}},
		}, "  [computed] distress 0\n  means: greet\n"},
		{"both", &vignettev1.Turn{MentalState: reported, Appraisal: &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{
			State: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: proto.Float64(61), Trust: proto.Float64(0)},
		}}}, "  [self_reported] distress 20\n  [computed] distress 61, trust 0.00\n"},
		{"unavailable", &vignettev1.Turn{MentalState: reported, Appraisal: &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_Unavailable{
			Unavailable: "the rules read English only",
		}}}, "  [self_reported] distress 20\n  [appraisal] unavailable: the rules read English only\n"},
		{"read", &vignettev1.Turn{Appraisal: &vignettev1.Appraisal{
			Outcome:  &vignettev1.Appraisal_State{State: state(vignettev1.StateSource_STATE_SOURCE_READ, 5)},
			Evidence: []string{"Das klingt\x1b schwer."},
		}}, "  [read] distress 5\n  read from: Das klingt\uFFFD schwer.\n"},
	} {
		var out bytes.Buffer
		(&page{w: &out, width: 100}).inside(test.turn, "  ")
		if diff := cmp.Diff(test.want, out.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// How far reports are from what was computed is said where there is something to compare, and what is missing is no zero.
func TestGapOnThePage(t *testing.T) {
	for _, test := range []struct {
		gap  studies.Gap
		want string
		json *jsonGap
	}{
		{studies.Gap{}, "", nil},
		{
			studies.Gap{Distress: proto.Float64(12.34), Turns: 1},
			"\n  The distress that models reported about themselves is 12.3 SUDS points from what was computed for them, on average over 1 turn.\n",
			&jsonGap{DistressGap: proto.Float64(12.34), Turns: 1},
		},
		{
			studies.Gap{Unavailable: 3}, "\n  In 3 turns of a client there was no report or nothing computed to hold against it.\n",
			&jsonGap{Unavailable: 3},
		},
	} {
		var out bytes.Buffer
		(&page{w: &out, width: 200}).gap(test.gap)
		if diff := cmp.Diff(test.want, out.String()); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.gap, diff)
		}
		if diff := cmp.Diff(test.json, gapRecord(test.gap)); diff != "" {
			t.Errorf("%+v in JSON (-want +got):\n%s", test.gap, diff)
		}
	}
}

// A number is shown as fine as its range is small; codes are shown by name, and none of them not at all.
func TestNumberOf(t *testing.T) {
	coded := &vignettev1.Score{Spans: []*vignettev1.CodedSpan{{Code: "d", Label: "anxiety"}, {Code: "d", Label: "shame"}, {Code: "d", Label: "anxiety"}}}
	number := func(x float64) *vignettev1.Score {
		return &vignettev1.Score{Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: x}}}
	}
	for _, test := range []struct {
		name  string
		spec  *vignettev1.DimensionSpec
		score *vignettev1.Score
		want  string
	}{
		{"distress", &vignettev1.DimensionSpec{Max: 100}, number(66.6), "67"},
		{"valence", &vignettev1.DimensionSpec{Min: -1, Max: 1}, number(-0.451), "-0.45"},
		{"not -0.00", &vignettev1.DimensionSpec{Min: -1, Max: 1}, number(-0.001), "0.00"},
		{"nobody knows", nil, number(3), "3"},
		{"codes", &vignettev1.DimensionSpec{Max: 18, Scale: vignettev1.Scale_SCALE_CODES}, coded, "anxiety, shame"},
		{"no code", &vignettev1.DimensionSpec{Max: 18, Scale: vignettev1.Scale_SCALE_CODES}, number(0), ""},
	} {
		if got := numberOf(test.spec, test.score); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// A reward says what it is made of, what each term pays for and who scored it; what is missing says why.
func TestTermsOnThePage(t *testing.T) {
	var out bytes.Buffer
	(&page{w: &out, width: 200}).terms(&vignettev1.Reward{Terms: []*vignettev1.RewardTermValue{
		{Evaluator: "judge", Dimension: "d.one", Weight: 2, PaysProcess: true, PaysOutcome: true, Outcome: &vignettev1.RewardTermValue_Value{Value: 0.5},
			Sources: []*vignettev1.Provenance{{Agent: "judge", Mind: "llm", Model: "m/1", Version: "dev+prompt-1", PromptHash: "0123456789abcdef"}, {Agent: "rita", Mind: "human"}},
			Members: make([]*vignettev1.EnsembleValue, 2), Disagreement: proto.Float64(0.25)},
		{Evaluator: "judge", Dimension: "d.two", Weight: -1, PaysProcess: true, Outcome: &vignettev1.RewardTermValue_Missing{Missing: &vignettev1.Missing{
			Reason: vignettev1.MissingReason_MISSING_REASON_REFUSED}}},
	}})
	want := `    2 x d.one = +0.50 (process and outcome), by judge (llm m/1, dev+prompt-1, prompt 0123456789ab), rita (human); of 2 evaluators, which differ by 0.25 (SD)
    -1 x d.two = refused (process)
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
