package library_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/library"
)

// A row says what was measured, what is missing, and how hard that makes it.
func TestRows(t *testing.T) {
	result := func(agreed, reward *float64) library.Result {
		return library.Result{Episodes: 20, Valid: 20, Agreed: agreed, Reward: reward}
	}
	x := proto.Float64
	for name, c := range map[string]struct {
		novice, skilled library.Result
		want            string
	}{
		"easy":          {result(x(.5), x(.5)), result(x(.9), x(.75)), "| 0.50 → 0.90 | +0.50 → +0.75 | easy |"},
		"middle":        {result(x(.2), x(-.5)), result(x(.5), x(.75)), "| 0.20 → 0.50 | -0.50 → +0.75 | middle |"},
		"hard":          {result(x(0), x(.5)), result(x(.4), x(.5)), "| 0.00 → 0.40 | +0.50 → +0.50 | hard |"},
		"no partner":    {result(nil, x(.1)), result(nil, x(.2)), "| – | +0.10 → +0.20 | – |"},
		"a reward lost": {result(x(.5), nil), result(x(.9), x(.2)), "| 0.50 → 0.90 | – → +0.20 | easy |"},
	} {
		t.Run(name, func(t *testing.T) {
			record := &library.Record{Repeats: 20, Seed: 1, Scenarios: map[string]*library.Entry{"s": {Novice: c.novice, Skilled: c.skilled}}}
			page, err := library.Page(record, []*vignettev1.Scenario{{Id: "s", Title: "A | B"}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), c.want) || !strings.Contains(string(page), `A \| B`) {
				t.Errorf("want %s in\n%s", c.want, page)
			}
		})
	}
}

func TestPageRefusesWhatWasNotMeasured(t *testing.T) {
	_, err := library.Page(&library.Record{}, []*vignettev1.Scenario{{Id: "new"}}, nil)
	if err == nil || err.Error() != "scenario new has not been measured" {
		t.Errorf("%v", err)
	}
}
