package projection_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// account is what the test makes of a run: a bit of each episode, and numbers that JSON has to carry.
type account struct {
	Lines []string
	Sum   float64
	None  *float64
	Zero  *float64
}

// accountOf makes it of what a reader says.
func accountOf(ctx context.Context, r *projection.Reader, planner *planning.Planner) (account, error) {
	a := account{Zero: new(float64)}
	for f, err := range r.Figures(ctx, planner, nil) {
		if err != nil {
			return a, err
		}
		a.Lines = append(a.Lines, fmt.Sprintf("%d %v %d %x %v", f.Index, f.Figures.GetPhase(), f.Figures.GetTurns(), f.Figures.GetDigest(), projection.EndingOf(f).Reward))
		a.Sum += math.Pi * float64(f.Index+1) / float64(f.Figures.GetTurns()+1)
	}
	return a, nil
}

// Whatever is written about a run, what is told of it is what the log says at that moment; it is made anew when anything was written and
// at no other time.
func TestKeptIsWhatTheLogSays(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	fromLog := projection.NewReader(h.log.Log)
	names := 0
	rapid.Check(t, func(rt *rapid.T) {
		planner := h.play(1)
		index := h.index("1")
		index.KeepFrom(1)
		reader, run := projection.NewIndexedReader(index), planner.Manifest().GetRun()
		look := func() (made bool) {
			got, err := projection.Kept(ctx, reader, planner, "account", func() (account, error) {
				made = true
				return accountOf(ctx, reader, planner)
			})
			if err != nil {
				rt.Fatal(err)
			}
			want, err := accountOf(ctx, fromLog, planner)
			if err != nil {
				rt.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("what is told differs from what is (-log +kept):\n%s", diff)
			}
			return made
		}
		if !look() {
			rt.Fatal("it was there before it was made")
		}
		var gone [2]bool
		for range rapid.IntRange(1, 4).Draw(rt, "changes") {
			place, name := rapid.IntRange(0, 1).Draw(rt, "place"), names
			names++
			id := episode.ID(run, planner.Cell(place))
			var err error
			changed := true
			switch change := rapid.SampledFrom([]string{"nothing", "note", "delete", "other run", "open again"}).Draw(rt, "change"); {
			case change == "note" && !gone[place]:
				_, err = h.log.AppendNote(ctx, run, id, &vignettev1.Note{SchemaVersion: 1, Id: fmt.Sprint("n", name), Note: &vignettev1.Note_Remark{Remark: "so"}})
			case change == "delete" && !gone[place]:
				gone[place] = true
				_, err = h.log.EraseEpisode(ctx, run, id, &vignettev1.EpisodeEvent{SchemaVersion: 1, Id: fmt.Sprint("d", name), Epoch: 1,
					Event: &vignettev1.EpisodeEvent_Deleted{Deleted: &vignettev1.Tombstone{Reason: "asked for"}}}, false)
			case change == "other run":
				h.play(1)
				changed = false
			case change == "open again":
				err = index.Close()
				index = h.index("1")
				index.KeepFrom(1)
				reader, changed = projection.NewIndexedReader(index), false
			default:
				changed = false
			}
			if err != nil {
				rt.Fatal(err)
			}
			if made := look(); made != changed {
				rt.Fatalf("changed %v, made anew %v", changed, made)
			}
		}
		if err := index.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}

// What another program, another build or nobody made is made; what cannot be written down is told all the same.
func TestKeptIsMadeAnew(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	planner := h.play(1)
	made := 0
	look := func(index *projection.Index, number float64) float64 {
		t.Helper()
		got, err := projection.Kept(ctx, projection.NewIndexedReader(index), planner, "number", func() (float64, error) {
			made++
			return number, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	small, first, second := h.index("1"), h.index("1"), h.index("2")
	first.KeepFrom(2)
	second.KeepFrom(2)
	for _, step := range []struct {
		name       string
		index      *projection.Index
		number     float64
		want, made float64
	}{
		{"a small run is not kept", small, 1, 1, 1},
		{"not a number is not kept", first, math.Inf(1), math.Inf(1), 2},
		{"made", first, 3, 3, 3},
		{"kept", first, 4, 3, 3},
		{"another program", second, 5, 5, 4},
		{"kept by it", second, 6, 5, 4},
		{"the first again", first, 7, 7, 5},
	} {
		if got := look(step.index, step.number); got != step.want || float64(made) != step.made {
			t.Errorf("%s: %v, made %d times; want %v, %v times", step.name, got, made, step.want, step.made)
		}
	}
	if _, err := projection.Kept(ctx, projection.NewIndexedReader(first), planner, "fails", func() (int, error) { return 0, errors.New("no") }); err == nil {
		t.Error("a failure is not told")
	}
}

// A run that changes while something is made of it is not kept as it was.
func TestKeptOfARunThatChanges(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	planner := h.play(1)
	index := h.index("1")
	index.KeepFrom(2)
	reader, run := projection.NewIndexedReader(index), planner.Manifest().GetRun()
	note := &vignettev1.Note{SchemaVersion: 1, Id: "n", Note: &vignettev1.Note_Remark{Remark: "so"}}
	for i, want := range []int{0, 1, 1} {
		got, err := projection.Kept(ctx, reader, planner, "count", func() (int, error) {
			if i == 0 {
				if _, err := h.log.AppendNote(ctx, run, episode.ID(run, planner.Cell(0)), note); err != nil {
					return 0, err
				}
			}
			return i, nil
		})
		if err != nil || got != want {
			t.Errorf("look %d: %d, %v; want %d", i, got, err, want)
		}
	}
}

// What became of episodes is the same with an index and without.
func TestEndings(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	planner := h.play(2)
	half := 0.5
	figure := func(state *episode.State) *vignettev1.EpisodeFigures {
		return &vignettev1.EpisodeFigures{Phase: state.Phase(), Validity: state.Completed().GetValidity(), Turns: int32(len(state.Turns())),
			Rewards: []*vignettev1.RewardFigure{{Role: "a", Focal: true, Value: map[bool]*float64{true: &half}[state.Plan().Cell.GetRepeat() == 0]}}}
	}
	index := projection.NewIndex(h.file, h.log, "1", figure, nil)
	defer func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	}()
	read := func(r *projection.Reader) (all []projection.Ending) {
		for e, err := range r.Endings(ctx, planner, figure) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
		return all
	}
	want := read(projection.NewReader(h.log.Log))
	if diff := cmp.Diff(want, read(projection.NewIndexedReader(index))); diff != "" {
		t.Errorf("endings differ (-log +index):\n%s", diff)
	}
	rewarded := 0
	for _, e := range want {
		if e.Reward != nil {
			rewarded++
		}
	}
	if rewarded != 2 || len(want) != 4 || want[0].Turns != 4 {
		t.Errorf("these are not the endings of what was played: %+v", want)
	}
}
