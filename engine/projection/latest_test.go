package projection_test

import (
	"context"
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// The last run is the newest that is no session of practice, with an index and without; where there are only sessions, the newest of them.
func TestLatest(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	with, without := projection.NewIndexedReader(h.index("1")), projection.NewReader(h.log.Log)
	holds := func(want string) {
		t.Helper()
		for name, reader := range map[string]*projection.Reader{"with an index": with, "without": without} {
			got, err := reader.Run(ctx, projection.Latest)
			if want == "" && !errors.Is(err, projection.ErrNotFound) || want != "" && (err != nil || got.Manifest().GetRun() != want) {
				t.Errorf("%s: the last is %v, %v; want %q", name, got, err, want)
			}
		}
	}
	holds("")
	played := h.play(1).Manifest()
	add := func(run string, practice *vignettev1.Practice) {
		t.Helper()
		m := proto.CloneOf(played)
		m.Run, m.Practice = run, practice
		if _, err := h.log.WriteManifest(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	holds(played.GetRun())
	add("session", &vignettev1.Practice{Role: "a"})
	add("retry", &vignettev1.Practice{Role: "a", Session: "session"})
	holds(played.GetRun())
	add("another", nil)
	holds("another")
}

func TestLatestOfSessions(t *testing.T) {
	h, other := newHouse(t), newHouse(t)
	m := proto.CloneOf(other.play(1).Manifest())
	m.Run, m.Practice = "session", &vignettev1.Practice{Role: "a"}
	if _, err := h.log.WriteManifest(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	for _, reader := range []*projection.Reader{projection.NewIndexedReader(h.index("1")), projection.NewReader(h.log.Log)} {
		if got, err := reader.Run(context.Background(), projection.Latest); err != nil || got.Manifest().GetRun() != "session" {
			t.Errorf("the last is %v, %v", got, err)
		}
	}
}
