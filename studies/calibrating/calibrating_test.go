package calibrating_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/evaluators/calibrated/calibration"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/agreement"
	"github.com/vignette-sim/vignette/studies/calibrating"
)

var described = &vignettev1.EvaluatorDescription{Name: "planted", Version: "v1+rules-1", Dimensions: []*vignettev1.DimensionSpec{
	{Id: "planted.warmth", Labels: []string{"none", "weak", "strong"}, Max: 1, Turn: true},
}}

// planted are examples of an evaluator that says one level too many wherever it can, or of one whose word has nothing to do with the
// labels (noise); it shows in how sure it is, and nowhere else, whether weak is strong.
func planted(seed uint64, groups, each int, noise bool) []agreement.Example {
	draw := rand.New(rand.NewPCG(seed, 7))
	names := described.GetDimensions()[0].GetLabels()
	var out []agreement.Example
	for g := range groups {
		for i := range each {
			label := draw.IntN(3)
			said := min(2, label+1)
			if draw.Float64() < 0.1 || noise {
				said = draw.IntN(3)
			}
			sure := 0.2 + 0.3*float64(label) + 0.05*draw.Float64()
			if noise {
				sure = draw.Float64()
			}
			score := &vignettev1.Score{Dimension: "planted.warmth", Confidence: &sure, Outcome: &vignettev1.Score_Value{
				Value: &vignettev1.ScoreValue{Number: float64(said) / 2, Label: names[said]}}}
			out = append(out, agreement.Example{ID: fmt.Sprint(g, "-", i), Cluster: fmt.Sprint(g), Label: label, Said: said, Scores: map[string]*vignettev1.Score{"planted.warmth": score}})
		}
	}
	return out
}

func TestFitMendsWhatIsPlanted(t *testing.T) {
	model, err := calibrating.Fit(described, described.GetDimensions()[0], planted(1, 20, 20, false), calibrating.Options{Name: "mended", Seed: 1, Labels: 200, Resamples: 200})
	if err != nil {
		t.Fatal(err)
	}
	held := model.Fit.HeldOut
	if !held.Improves() || *held.After < 0.9 || *held.Before > 0.7 || held.N != 200 || held.Groups != 10 {
		t.Errorf("held out: %+v, before %v, after %v", held, *held.Before, *held.After)
	}
	if !model.Fit.CrossValidated.Improves() || model.Rules != "rules-1" || model.Fit.Labels != 200 {
		t.Errorf("cross-validated %+v; rules %q", model.Fit.CrossValidated, model.Rules)
	}
	dir := t.TempDir()
	if _, err := model.Write(dir); err != nil {
		t.Fatal(err)
	}
	kept, err := calibration.ReadAll(dir)
	if err != nil || len(kept) != 1 || kept[0].Version() != model.Version() {
		t.Errorf("kept %v, %v", kept, err)
	}
}

// Where there is nothing to be had, it is not said to help.
func TestFitOfNoise(t *testing.T) {
	helped := 0
	for seed := range uint64(8) {
		model, err := calibrating.Fit(described, described.GetDimensions()[0], planted(seed, 12, 12, true), calibrating.Options{Name: "noise", Seed: seed, Labels: 72, Resamples: 100})
		if err != nil {
			t.Fatal(err)
		}
		if model.Fit.HeldOut.Improves() {
			helped++
		}
	}
	if helped > 2 {
		t.Errorf("said to help in %d of 8 studies of noise", helped)
	}
}

func TestFitRefuses(t *testing.T) {
	few := planted(1, 2, 5, false)
	alike := planted(1, 10, 5, false)
	for i := range alike {
		alike[i].Label = 1
	}
	for want, examples := range map[string][]agreement.Example{"takes at least 20": few, "all 40 labels are the same": alike} {
		_, err := calibrating.Fit(described, described.GetDimensions()[0], examples, calibrating.Options{Name: "x"})
		if err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(want, "all 40 ")) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
