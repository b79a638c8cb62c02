package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestParseAge(t *testing.T) {
	day := 24 * time.Hour
	for text, want := range map[string]time.Duration{"30d": 30 * day, "8w": 56 * day, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute} {
		if got, err := parseAge(text); got != want || err != nil {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "d", "30", "0d", "-3d", "1.5d", "99999999d", "13036w", "a month", "-1h", "0s"} {
		if got, err := parseAge(text); err == nil || !strings.Contains(err.Error(), "30d") {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

// Runs of the age itself are old enough, the oldest comes first, and those that do not say or cannot be read are left alone.
func TestMadeBefore(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	runs := func(yield func(*vignettev1.RunStatus, error) bool) {
		for _, r := range []struct {
			run string
			age time.Duration
			err error
		}{{"new", time.Hour - 1, nil}, {"just", time.Hour, nil}, {"unread", 3 * time.Hour, errors.New("torn")}, {"old", 2 * time.Hour, nil}} {
			if !yield(&vignettev1.RunStatus{Run: r.run, CreatedAt: timestamppb.New(now.Add(-r.age)), Total: 2}, r.err) {
				return
			}
		}
		yield(&vignettev1.RunStatus{Run: "undated"}, nil)
	}
	old, unread := madeBefore(runs, now.Add(-time.Hour))
	var names []string
	for _, d := range old {
		names = append(names, d.run)
	}
	if diff := cmp.Diff([]string{"old", "just"}, names); diff != "" {
		t.Errorf("old runs (-want +got):\n%s", diff)
	}
	if unread == nil || !strings.Contains(unread.Error(), "run unread cannot be read: torn") {
		t.Errorf("of what cannot be read: %v", unread)
	}
}

func TestRmOlderThan(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("run", "ask-for-leave", "--json")
	p.must("run", "share-the-dishes", "--json")
	if _, stderr, code := p.run("rm", "--older-than", "1d", "--yes"); code != exitDone || !strings.Contains(stderr, "no run is older than 1d") {
		t.Errorf("of nothing: exit %d, %s", code, stderr)
	}
	if _, stderr, code := p.run("rm", "--older-than", "1ms"); code != exitUsage || !strings.Contains(stderr, "--yes") {
		t.Errorf("unasked: exit %d, %s", code, stderr)
	}
	if _, stderr, code := p.run("rm", "last", "--older-than", "1ms", "--yes"); code != exitUsage || !strings.Contains(stderr, "not both") {
		t.Errorf("with a name: exit %d, %s", code, stderr)
	}
	if _, stderr, code := p.run("rm", "--yes"); code != exitUsage || !strings.Contains(stderr, "--older-than") {
		t.Errorf("with nothing: exit %d, %s", code, stderr)
	}
	if deleted := records(t, p.must("rm", "--older-than", "1ms", "--yes", "--json", "--reason", "kept long enough")); len(deleted) != 2 || deleted[0]["entries"].(float64) < 5 {
		t.Errorf("deleted %v", deleted)
	}
	if left := records(t, p.must("runs", "--json")); len(left) != 0 {
		t.Errorf("runs left: %v", left)
	}
}
