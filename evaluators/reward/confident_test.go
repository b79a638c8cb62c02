package reward_test

import (
	"math"
	"testing"

	"github.com/vignette-sim/vignette/evaluators/reward"
)

// By hand: the mean of the first batch is .2, which is its baseline; then .5 * .6 + .5 * .2 = .4; then .5 * 0 + .5 * .4 = .2.
func TestConfident(t *testing.T) {
	c := reward.Confident{Weight: 1, Rate: 0.5}
	for i, step := range []struct {
		batch []reward.Sure
		want  []float64
	}{
		{[]reward.Sure{{0.6, 1}, {-0.2, 1}}, []float64{0.6 + 0.4*0.5, -0.2 - 0.4*0.5}},
		{[]reward.Sure{{0.6, 0}, {0.6, 0.5}}, []float64{0.6 - 0.2*0.5, 0.6}},
		{[]reward.Sure{{1, 1}, {-1, 1}}, []float64{1, -1}}, // kept within the range
	} {
		got, err := c.Batch(step.batch)
		if err != nil {
			t.Fatal(err)
		}
		for k := range got {
			if math.Abs(got[k]-step.want[k]) > 1e-12 {
				t.Errorf("batch %d: %v, want %v", i, got, step.want)
			}
		}
	}
	for _, wrong := range []reward.Confident{{Weight: 3, Rate: 1}, {Weight: 1}, {Weight: math.NaN(), Rate: 1}} {
		if _, err := wrong.Batch([]reward.Sure{{0, 0}}); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
	for _, wrong := range [][]reward.Sure{nil, {{2, 0}}, {{0, math.NaN()}}} {
		if _, err := c.Batch(wrong); err == nil {
			t.Errorf("%v is taken", wrong)
		}
	}
}
