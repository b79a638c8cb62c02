package emotion_test

import (
	"context"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators/emotion"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// request is a talk in which the client felt the given distress in each of its turns; nil is untold.
func request(distress ...*float64) *vignettev1.EvaluateRequest {
	r := &vignettev1.EvaluateRequest{Role: "client"}
	for i, d := range distress {
		speak := func(index int32, role string) {
			r.Turns = append(r.Turns, &vignettev1.PerceivedTurn{Index: index, Role: role})
		}
		speak(int32(2*i), "counselor")
		speak(int32(2*i+1), "client")
		r.PrivateTurns = append(r.PrivateTurns,
			&vignettev1.PrivateTurn{Index: int32(2 * i), MentalState: &vignettev1.MentalState{Distress: proto.Float64(1)}},
			&vignettev1.PrivateTurn{Index: int32(2*i + 1), MentalState: &vignettev1.MentalState{
				Distress: d, Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED,
			}})
	}
	return r
}

func TestDistress(t *testing.T) {
	for _, tc := range []struct {
		name       string
		distress   []*float64
		wantChange *float64
		wantReason vignettev1.MissingReason
		wantTurns  int
	}{
		{"relief", []*float64{proto.Float64(70), proto.Float64(80), proto.Float64(45)}, proto.Float64(-25), 0, 3},
		{"untold in between", []*float64{proto.Float64(70), nil, proto.Float64(75)}, proto.Float64(5), 0, 2},
		{"one moment is no change", []*float64{proto.Float64(70)}, nil, vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, 1},
		{"never told", []*float64{nil, nil}, nil, vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, 0},
		{"zero is a value", []*float64{proto.Float64(0), proto.Float64(0)}, proto.Float64(0), 0, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			scores, err := emotion.New().Evaluate(context.Background(), request(tc.distress...))
			if err != nil {
				t.Fatal(err)
			}
			told, change := 0, (*vignettev1.Score)(nil)
			for _, score := range scores {
				switch {
				case score.GetDimension() == emotion.DistressChange:
					change = score
				case score.GetDimension() == emotion.FeltDistress && score.GetValue() != nil:
					told++
				}
			}
			switch {
			case told != tc.wantTurns:
				t.Errorf("%d turns have a distress, want %d", told, tc.wantTurns)
			case tc.wantChange == nil && change.GetMissing().GetReason() != tc.wantReason:
				t.Errorf("change = %v, want missing for %s", change, tc.wantReason)
			case tc.wantChange != nil && (change.GetValue() == nil || change.GetValue().GetNumber() != *tc.wantChange):
				t.Errorf("change = %v, want %v", change, *tc.wantChange)
			}
		})
	}
}

// With a model that plays a client the score is what it reported, and says so, whatever was computed beside it.
func TestReportIsScored(t *testing.T) {
	r := request(proto.Float64(20))
	r.PrivateTurns[1].MentalState.Source = vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED
	r.PrivateTurns[1].Appraisal = &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{
		State: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: proto.Float64(80)},
	}}
	scores, err := emotion.New().Evaluate(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got := scores[0]; got.GetValue().GetNumber() != 20 || got.GetRationale() != "as a language model reported about itself" {
		t.Errorf("score %v", got)
	}
	r.PrivateTurns[1].MentalState = nil
	if scores, _ = emotion.New().Evaluate(context.Background(), r); scores[0].GetValue() != nil {
		t.Errorf("without a report the computed state is scored in its place: %v", scores[0])
	}
}
