package runs_test

import (
	"context"
	"strings"
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
)

// A run with more repeats and levels asks for the new cells alone, and comes to what the whole design comes to.
func TestExtension(t *testing.T) {
	whole := design(4)
	whole.Factors = []*vignettev1.Factor{skills(0.2, 0.5, 0.9)}
	want := undisturbed(t, whole)
	b := newBench(t)
	planner, _ := b.origin(t)
	before := b.agent.asked.Load()
	extended, err := b.PrepareExtension(context.Background(), planner, 4, whole.Factors)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Play(context.Background(), extended, runs.Options{}); err != nil {
		t.Fatal(err)
	}
	got, err := projection.NewReader(b.stage.Log).Status(context.Background(), extended)
	if err != nil || got.GetDigest() != want || got.GetTotal() != 12 {
		t.Errorf("extended to %v, %v; want digest %s", got, err, want)
	}
	if asked := b.agent.asked.Load() - before; asked != 8*6 {
		t.Errorf("asked for %d turns, want those of 8 new episodes", asked)
	}
}

func TestExtensionRefuses(t *testing.T) {
	b := newBench(t)
	planner, _ := b.origin(t)
	other := skills(0.2)
	other.Field = "policy.modality"
	for want, extend := range map[string]func() (*planning.Planner, error){
		"not 1": func() (*planning.Planner, error) { return b.PrepareExtension(context.Background(), planner, 1, nil) },
		"does not vary": func() (*planning.Planner, error) {
			return b.PrepareExtension(context.Background(), planner, 0, []*vignettev1.Factor{other})
		},
	} {
		if _, err := extend(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A run that was begun and not finished is found by a second one of the same design, and by no other.
func TestUnfinishedTwin(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	first, err := b.Prepare(ctx, design(2))
	if err != nil {
		t.Fatal(err)
	}
	reader := projection.NewReader(b.stage.Log)
	for repeats, want := range map[int]string{2: first.Manifest().GetRun(), 3: ""} {
		planner, err := b.Prepare(ctx, design(repeats))
		if err != nil {
			t.Fatal(err)
		}
		if twin, err := reader.UnfinishedTwin(ctx, planner.Manifest()); err != nil || twin.GetRun() != want {
			t.Errorf("%d repeats: %v, %v; want %q", repeats, twin, err, want)
		}
	}
}
