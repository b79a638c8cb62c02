package runs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
)

// branches forks and plays, and returns the branches as the log has them.
func (b *bench) branches(fork runs.Fork) (*planning.Planner, []*episode.State, error) {
	planner, err := b.PrepareFork(context.Background(), fork)
	if err != nil {
		return nil, nil, err
	}
	if err := b.Play(context.Background(), planner, runs.Options{Workers: 2}); err != nil {
		return nil, nil, err
	}
	states, err := b.states(planner)
	return planner, states, err
}

func (b *bench) states(planner *planning.Planner) (states []*episode.State, err error) {
	for item, err := range projection.NewReader(b.stage.Log).Episodes(context.Background(), planner) {
		if err = errors.Join(err, item.Unreadable); err != nil {
			return nil, err
		}
		states = append(states, item.State)
	}
	return states, nil
}

// origin plays a design and returns its planner and episodes.
func (b *bench) origin(t *testing.T) (*planning.Planner, []*episode.State) {
	t.Helper()
	status, states := b.play(t, design(2), runs.Options{})
	planner, err := projection.NewReader(b.stage.Log).Run(context.Background(), status.GetRun())
	if err != nil {
		t.Fatal(err)
	}
	return planner, states
}

func texts(state *episode.State) (out []string) {
	for _, turn := range state.Turns() {
		out = append(out, turn.GetAction().GetText())
	}
	return out
}

// A fork that is not reseeded goes on as the original did: left alone, and when told to say what was said.
func TestSameWordsGoOnTheSame(t *testing.T) {
	b := newBench(t)
	planner, states := b.origin(t)
	rapid.Check(t, func(r *rapid.T) {
		index := rapid.IntRange(0, len(states)-1).Draw(r, "episode")
		turn := rapid.IntRange(0, 5).Draw(r, "turn")
		fork := runs.Fork{Origin: planner, Index: index, Turn: turn}
		if rapid.Bool().Draw(r, "say it again") {
			fork.Say = states[index].Turns()[turn].GetAction().GetText()
		}
		asked := b.agent.asked.Load()
		_, got, err := b.branches(fork)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(texts(states[index]), texts(got[0])); diff != "" {
			r.Errorf("-original +fork:\n%s", diff)
		}
		wanted := 6 - turn
		if fork.Say != "" {
			wanted--
		}
		if n := int(b.agent.asked.Load() - asked); n != wanted {
			r.Errorf("asked for %d turns, want %d: those copied are not asked for", n, wanted)
		}
		for i, copied := range got[0].Turns()[:turn] {
			if copied.GetOrigin() != states[index].Turns()[i].GetId() || copied.GetId() != episode.TurnID(got[0].Plan().Episode, i) {
				r.Errorf("turn %d is %q with origin %q", i, copied.GetId(), copied.GetOrigin())
			}
		}
		if got[0].Origin() != states[index].Plan().Episode {
			r.Errorf("origin %q", got[0].Origin())
		}
	})
}

// Several branches draw anew, each for itself, and the same seed gives the same ones. Who plays is who played.
func TestBranchesDrawAnew(t *testing.T) {
	b := newBench(t)
	planner, states := b.origin(t)
	fork := runs.Fork{Origin: planner, Index: 3, Turn: 2, Branches: 3, Seed: 1}
	forked, got, err := b.branches(fork)
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{strings.Join(texts(states[3]), "|"): true}
	for _, state := range got {
		if diff := cmp.Diff(texts(states[3])[:2], texts(state)[:2]); diff != "" {
			t.Errorf("the beginning, -original +branch:\n%s", diff)
		}
		if diff := cmp.Diff(states[3].Plan().Luck, state.Plan().Luck); diff != "" {
			t.Errorf("luck, -original +branch:\n%s", diff)
		}
		if sample := state.Sample(); sample.GetBranchSeed() == 0 || sample.GetRepeat() != states[3].Plan().Cell.GetRepeat() {
			t.Errorf("answers on record are asked for as %v", sample)
		}
		met[strings.Join(texts(state), "|")] = true
	}
	if len(met) != 4 {
		t.Errorf("%d different conversations, want the original and 3 more", len(met))
	}
	if _, again, err := b.branches(fork); err != nil || again[2].Digest() != got[2].Digest() {
		t.Errorf("the same seed gave another branch: %v", err)
	}
	// A branch of a branch keeps the branch's draws unless it is reseeded.
	_, deeper, err := b.branches(runs.Fork{Origin: forked, Index: 1, Turn: 4})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(texts(got[1]), texts(deeper[0])); diff != "" {
		t.Errorf("-branch +branch of it:\n%s", diff)
	}
}

func TestForkSays(t *testing.T) {
	b := newBench(t)
	planner, states := b.origin(t)
	_, got, err := b.branches(runs.Fork{Origin: planner, Turn: 1, Say: "Something else."})
	if err != nil {
		t.Fatal(err)
	}
	said, was := got[0].Turns()[1], states[0].Turns()[1]
	if said.GetAction().GetText() != "Something else." || said.GetRole() != was.GetRole() || said.GetProvenance().GetAgent() != episode.ForkAgent || said.GetOrigin() != "" {
		t.Errorf("turn 1 is %v", said)
	}
	if len(got[0].Turns()) != 6 {
		t.Errorf("%d turns", len(got[0].Turns()))
	}
}

func TestForkRefuses(t *testing.T) {
	b := newBench(t)
	planner, _ := b.origin(t)
	for turn, want := range map[int]string{-1: "turns count from 0", 6: "over after 6 turns", 7: "forked at turn 0 to 6"} {
		if _, err := b.PrepareFork(context.Background(), runs.Fork{Origin: planner, Turn: turn}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("turn %d: %v, want %q", turn, err, want)
		}
	}
}

// A fork that was cut off while it copied is finished by Resume: nothing is copied twice.
func TestForkIsResumed(t *testing.T) {
	b := newBench(t)
	planner, states := b.origin(t)
	for cut := int64(1); cut < 5; cut++ {
		t.Run(fmt.Sprint("after event ", cut), func(t *testing.T) {
			forked, err := b.PrepareFork(context.Background(), runs.Fork{Origin: planner, Turn: 3})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			var ids atomic.Int64
			cutter := *b.Runner
			cutter.NewID = func() string {
				if ids.Add(1) == cut {
					cancel()
				}
				return fmt.Sprintf("c%d-%08d", cut, ids.Load())
			}
			if err := cutter.Play(ctx, forked, runs.Options{}); err == nil {
				t.Fatal("a cut-off fork returned no error")
			}
			if _, err := b.resumed(t, forked, runs.Options{}); err != nil {
				t.Fatal(err)
			}
			got, err := b.states(forked)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(texts(states[0]), texts(got[0]), protocmp.Transform()); diff != "" {
				t.Errorf("-original +fork:\n%s", diff)
			}
		})
	}
}
