package associations_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/associations"
)

func coder() *vignettev1.EvaluatorDescription {
	return &vignettev1.EvaluatorDescription{Name: "coder", Dimensions: []*vignettev1.DimensionSpec{
		{Id: "talk.codes", Labels: []string{"warm", "cold", "never"}, Scale: vignettev1.Scale_SCALE_CODES, Turn: true},
		{Id: "talk.whole", Max: 1, Episode: true},
	}}
}

// turns are scores of ten turns, of which some have the codes.
func turns(warm, cold int) (scores []*vignettev1.Score) {
	for i := range 10 {
		score := &vignettev1.Score{Dimension: "talk.codes", TurnIndex: proto.Int32(int32(i)), Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{}}}
		if i < warm {
			score.Spans = append(score.Spans, &vignettev1.CodedSpan{Label: "warm"}, &vignettev1.CodedSpan{Label: "warm"})
		}
		if i < cold {
			score.Spans = append(score.Spans, &vignettev1.CodedSpan{Label: "cold"})
		}
		scores = append(scores, score)
	}
	return scores
}

// In each of two scenarios warmth goes with satisfaction; between them it goes the other way, which is the scenarios' doing. Coldness
// goes with nothing.
func TestAssociationsAreWithinScenarios(t *testing.T) {
	var s associations.Study
	draw := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		warm, scenario, base := draw.IntN(4), "easy", .8
		if i%2 == 1 {
			warm, scenario, base = warm+6, "hard", .0
		}
		came := map[string]float64{associations.Satisfaction: base + .05*float64(warm%6) + .02*draw.Float64()}
		s.Add(scenario, fmt.Sprint("client ", i), came, coder(), turns(warm, draw.IntN(9)))
	}
	got := s.Of(associations.Satisfaction, 1)
	if len(got) != 2 {
		t.Fatalf("a code that never comes has no association: %+v", got)
	}
	if a := got[0]; a.Code != "warm" || *a.R < .9 || !a.Clear() || a.N != 60 || a.Clients != 60 || a.Level != .975 {
		t.Errorf("%+v, %v", a, a.R)
	}
	if a := got[1]; a.Code != "cold" || a.Clear() {
		t.Errorf("%+v", a)
	}
	if none := s.Of("distress_change", 1); len(none) != 0 {
		t.Errorf("an outcome nobody told: %+v", none)
	}
}

// Of studies in which nothing goes with anything, few say that something does.
func TestFalseAlarms(t *testing.T) {
	alarms, studies := 0, 60
	for n := range studies {
		var s associations.Study
		draw := rand.New(rand.NewPCG(7, uint64(n)))
		for i := range 40 {
			s.Add("one", fmt.Sprint(i), map[string]float64{associations.Satisfaction: draw.Float64()}, coder(), turns(draw.IntN(10), draw.IntN(10)))
		}
		for _, a := range s.Of(associations.Satisfaction, uint64(n)) {
			if a.Clear() {
				alarms++
				break
			}
		}
	}
	t.Logf("%d of %d studies raise an alarm", alarms, studies)
	if alarms > 9 {
		t.Errorf("%d of %d studies of noise find something", alarms, studies)
	}
}
