package tom_test

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators/tom"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// step is one exchange: what the client felt, and what the counselor, speaking next, took it to feel. Nil is untold.
type step struct{ felt, read *float64 }

// request is a talk that a counselor opens without having heard anything.
func request(steps ...step) *vignettev1.EvaluateRequest {
	r := &vignettev1.EvaluateRequest{Role: "counselor"}
	add := func(role string, state *vignettev1.MentalState) {
		index := int32(len(r.Turns))
		r.Turns = append(r.Turns, &vignettev1.PerceivedTurn{Index: index, Role: role})
		r.PrivateTurns = append(r.PrivateTurns, &vignettev1.PrivateTurn{Index: index, MentalState: state})
	}
	add("counselor", &vignettev1.MentalState{Others: []*vignettev1.ModelOfOther{{Role: "client", Distress: proto.Float64(50)}}})
	for _, s := range steps {
		add("client", &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: s.felt})
		add("counselor", &vignettev1.MentalState{Others: []*vignettev1.ModelOfOther{{Role: "client", Distress: s.read}}})
	}
	return r
}

func TestDistressError(t *testing.T) {
	f := proto.Float64
	for _, tc := range []struct {
		name   string
		steps  []step
		want   *float64
		reason vignettev1.MissingReason
	}{
		{"two readings", []step{{f(80), f(70)}, {f(60), f(90)}}, f(20), 0},
		{"right", []step{{f(80), f(80)}}, f(0), 0},
		{"one reading untold", []step{{f(80), nil}, {f(60), f(55)}}, f(5), 0},
		{"client tells nothing", []step{{nil, f(40)}}, nil, vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA},
		{"nobody answers", nil, nil, vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA},
	} {
		t.Run(tc.name, func(t *testing.T) {
			scores, err := tom.New().Evaluate(context.Background(), request(tc.steps...))
			if err != nil {
				t.Fatal(err)
			}
			if got := scores[0].GetMissing().GetReason(); got != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE {
				t.Errorf("before anybody has spoken: %v, want not applicable", scores[0].GetOutcome())
			}
			probed := len(tom.New().Describe().GetDimensions()) - 1
			whole := scores[len(scores)-1-probed]
			switch {
			case len(scores) != len(tc.steps)+2+probed:
				t.Errorf("%d scores for %d turns and the episode", len(scores), len(tc.steps)+1)
			case tc.want == nil && whole.GetMissing().GetReason() != tc.reason:
				t.Errorf("episode: %v, want missing for %s", whole.GetOutcome(), tc.reason)
			case tc.want != nil && (whole.GetValue() == nil || whole.GetValue().GetNumber() != *tc.want):
				t.Errorf("episode: %v, want %v", whole.GetOutcome(), *tc.want)
			}
		})
	}
}

// A reading is compared with what a model reported, and says so, whatever was computed beside it.
func TestReportIsComparedWith(t *testing.T) {
	r := request(step{proto.Float64(20), proto.Float64(30)})
	r.PrivateTurns[1].MentalState.Source = vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED
	r.PrivateTurns[1].Appraisal = &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{
		State: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: proto.Float64(80)},
	}}
	scores, err := tom.New().Evaluate(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got := scores[1]; got.GetValue().GetNumber() != 10 || !strings.Contains(got.GetRationale(), "as a language model reported about itself") {
		t.Errorf("score %v", got)
	}
}
