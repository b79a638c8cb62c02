package calibrating_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/agreement"
	"github.com/vignette-sim/vignette/studies/calibrating"
)

// How calibrating on 200 labels of AnnoMI does on the other transcripts, over many drawings of labels: the table of docs/judges.md.
func TestAnnoMIOverSeeds(t *testing.T) {
	if os.Getenv("VIGNETTE_ALL") == "" {
		t.Skip("takes minutes: set VIGNETTE_ALL=1")
	}
	n, err := node.OpenTemporary(t.Context(), node.Config{Version: "dev"})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close(context.WithoutCancel(t.Context()))
	if err := n.HostBuiltin(t.Context()); err != nil {
		t.Fatal(err)
	}
	const seeds = 24
	for _, dimension := range []string{"mi.client", "mi.main"} {
		description, spec, examples := annomi(t, n, dimension)
		var gains, claimed []float64
		improved, worse, tilted, own := 0, 0, 0, 0
		for seed := range uint64(seeds) {
			model, err := calibrating.Fit(description, spec, examples, calibrating.Options{Name: "x", Seed: seed + 1, Labels: 200, Resamples: 500})
			if err != nil {
				t.Fatal(err)
			}
			held := model.Fit.HeldOut
			gains = append(gains, *held.Gain)
			if model.Fit.CrossValidated.Improves() {
				claimed = append(claimed, *held.Gain)
			}
			if held.Improves() {
				improved++
			}
			if held.GainCI[1] < 0 {
				worse++
			}
			if model.Tilt != 0 {
				tilted++
			}
			if model.Own {
				own++
			}
			t.Logf("%s seed %2d: own labels %v, tilt %.1f penalty %.3f, before %.2f after %.2f gain %+.2f [%+.2f, %+.2f]; cross-validated gain %+.2f %v", dimension, seed+1, model.Own, model.Tilt, model.Fit.Penalty,
				*held.Before, *held.After, *held.Gain, held.GainCI[0], held.GainCI[1], *model.Fit.CrossValidated.Gain, model.Fit.CrossValidated.Improves())
		}
		mean, _ := stats.Mean(gains)
		said, _ := stats.Mean(claimed)
		slices.Sort(gains)
		t.Logf("%s: mean gain %+.3f, least %+.2f, most %+.2f; own labels %d, tilted %d; improved %d, worse %d of %d; where cross-validation says that it improves (%d): mean %+.3f",
			dimension, mean, gains[0], gains[seeds-1], own, tilted, improved, worse, seeds, len(claimed), said)
	}
}

// annomi are the examples of a dimension of the part of AnnoMI that rules were developed with; the test is passed over where it is not.
func annomi(t *testing.T, n *node.Node, dimension string) (*vignettev1.EvaluatorDescription, *vignettev1.DimensionSpec, []agreement.Example) {
	t.Helper()
	dir := os.Getenv("VIGNETTE_TESTDATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	path := filepath.Join(dir, "annomi-dev", "annomi-dev.csv")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skip("no published data: $VIGNETTE_TESTDATA names their folder")
	}
	study := &agreement.Study{Directory: n.Directory(), Clock: n.Runner().Clock, Evaluator: "mi", Known: node.Evaluators()}
	description, err := study.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	read, err := agreement.Format("annomi")
	if err != nil {
		t.Fatal(err)
	}
	labels, err := read(strings.NewReader(string(text)), path, description, []string{dimension})
	if err != nil {
		t.Fatal(err)
	}
	answers, err := study.Ask(t.Context(), description, labels)
	if err != nil {
		t.Fatal(err)
	}
	examples, spec, _, err := agreement.Examples(labels, answers, dimension)
	if err != nil {
		t.Fatal(err)
	}
	return description, spec, examples
}
