package erasure_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/engine/erasure"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// books records what is asked of the log and of the calls, in order, and fails at one of them.
type books struct {
	asked  []string
	fails  string
	stones []*vignettev1.Tombstone
	event  *vignettev1.EpisodeEvent
}

var errDown = errors.New("down")

func (b *books) ask(what string, n int) (int, error) {
	b.asked = append(b.asked, what)
	if what == b.fails {
		return 0, errDown
	}
	return n, nil
}

func (b *books) Forget(_ context.Context, run, episode string, shred bool) (int, error) {
	return b.ask("forget "+run+" "+episode+shredded(shred), 2)
}

func (b *books) ForgetRun(_ context.Context, run string, shred bool) (int, error) {
	return b.ask("forget "+run+shredded(shred), 5)
}

func (b *books) EraseEpisode(_ context.Context, run, episode string, event *vignettev1.EpisodeEvent, shred bool) (int, error) {
	b.event, b.stones = event, append(b.stones, event.GetDeleted())
	return b.ask("erase "+run+" "+episode+shredded(shred), 20)
}

func (b *books) EraseRun(_ context.Context, run string, stone *vignettev1.Tombstone, shred bool) (int, error) {
	b.stones = append(b.stones, stone)
	return b.ask("erase "+run+shredded(shred), 50)
}

func (b *books) EraseNotes(context.Context, string, string, *vignettev1.Note, bool) (int, error) {
	return 0, errors.New("nobody erases single notes here")
}

func (b *books) Tombstone(context.Context, string) (*vignettev1.Tombstone, error) {
	return nil, errDown
}

func shredded(shred bool) string {
	if shred {
		return ", shredded"
	}
	return ""
}

type noon struct{}

func (noon) Now() time.Time                             { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }
func (noon) Sleep(context.Context, time.Duration) error { return nil }

// Answers go before what shows that there were some, so that what is cut off can be seen and done again; the tombstone says when
// and why.
func TestErasure(t *testing.T) {
	for _, test := range []struct {
		name    string
		fails   string
		shred   bool
		episode string
		asked   []string
		report  erasure.Report
	}{
		{"run", "", false, "", []string{"forget r", "erase r"}, erasure.Report{Entries: 50, Answers: 5}},
		{"episode", "", true, "e", []string{"forget r e, shredded", "erase r e, shredded"}, erasure.Report{Entries: 20, Answers: 2}},
		{"answers cannot be deleted", "forget r", false, "", []string{"forget r"}, erasure.Report{}},
		{"the log cannot be written", "erase r e", false, "e", []string{"forget r e", "erase r e"}, erasure.Report{Answers: 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := &books{fails: test.fails}
			e := erasure.Eraser{Log: b, Calls: b, Clock: noon{}, NewID: func() string { return "id" }, Shred: test.shred}
			var report erasure.Report
			var err error
			if test.episode != "" {
				report, err = e.Episode(t.Context(), "r", test.episode, "asked for")
			} else {
				report, err = e.Run(t.Context(), "r", "asked for")
			}
			if errors.Is(err, errDown) != (test.fails != "") {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(test.asked, b.asked); diff != "" {
				t.Errorf("asked, -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(test.report, report); diff != "" {
				t.Errorf("report, -want +got:\n%s", diff)
			}
			for _, stone := range b.stones {
				if stone.GetReason() != "asked for" || !stone.GetTime().AsTime().Equal(noon{}.Now()) {
					t.Errorf("tombstone %v", stone)
				}
			}
			if test.episode != "" && (b.event.GetId() != "id" || b.event.GetSchemaVersion() != 1 || b.event.GetEpoch() < 1) {
				t.Errorf("event %v", b.event)
			}
		})
	}
}
