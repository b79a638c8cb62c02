package node_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/evaluators/dearman"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// floors are what the evaluator recovers of each act at least, a little under what it does: as recall (of the turns in which
// the speaker meant the act, those in which it is heard) and as Cohen's kappa of meant against heard.
var floors = map[string]struct{ recall, kappa float64 }{
	"dear_man.describe":  {0.95, 0.52},
	"dear_man.express":   {0.95, 0.50},
	"dear_man.assert":    {0.85, 0.13},
	"dear_man.reinforce": {0.95, 0.64},
	"dear_man.negotiate": {0.95, 0.62},
}

// heap is the most that the words of the same turns in random order recover, by kappa. They are the objective's own words, so
// that now and then something is left in them.
const heap = 0.2

// counts are turns by whether an act was meant (first) and heard.
type counts [2][2]float64

func (c counts) recall() float64 { return c[1][1] / max(1, c[1][0]+c[1][1]) }

func (c counts) kappa() float64 {
	n := c[0][0] + c[0][1] + c[1][0] + c[1][1]
	agreed := (c[0][0] + c[1][1]) / n
	chance := ((c[1][0]+c[1][1])*(c[0][1]+c[1][1]) + (c[0][0]+c[0][1])*(c[0][0]+c[1][0])) / (n * n)
	return (agreed - chance) / (1 - chance)
}

// What a builtin speaker meant, the evaluator finds in its words: a regression test of both, and no evidence that either is
// valid. Of the same words in a heap it finds nothing.
func TestSpeakersActsAreRecovered(t *testing.T) {
	said, heaped := map[string]*counts{}, map[string]*counts{}
	for act := range floors {
		said[act], heaped[act] = &counts{}, &counts{}
	}
	for _, state := range played(t) {
		for _, use := range state.Plan().Scenario.GetEvaluators() {
			if use.GetName() != dearman.Name {
				continue
			}
			request := state.Transcript(use, nil)
			tally(t, request, state.Turns(), said)
			for seed := range uint64(3) {
				tally(t, inHeaps(request, seed), state.Turns(), heaped)
			}
		}
	}
	for act, floor := range floors {
		got, salad := said[act], heaped[act]
		t.Logf("%-20s recall %.2f kappa %.2f; in a heap recall %.2f kappa %.2f; %v", act, got.recall(), got.kappa(), salad.recall(), salad.kappa(), *got)
		if got.recall() < floor.recall || got.kappa() < floor.kappa {
			t.Errorf("%s is recovered with recall %.2f and kappa %.2f, want at least %.2f and %.2f", act, got.recall(), got.kappa(), floor.recall, floor.kappa)
		}
		if salad.kappa() > heap {
			t.Errorf("%s is recovered from words in a heap with kappa %.2f, want at most %.2f", act, salad.kappa(), heap)
		}
	}
}

// played are episodes of the library's scenarios for asking and refusing, with speakers of three skills.
func played(t *testing.T) []*episode.State {
	t.Helper()
	n, ctx := open(t, t.TempDir()), context.Background()
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	var states []*episode.State
	for _, id := range []string{"ask-for-leave", "refuse-a-loan", "repair-the-heating", "share-the-dishes"} {
		scenario, err := scenarios.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, skill := range []float64{0.2, 0.6, 0.9} {
			variant := proto.CloneOf(scenario)
			variant.Id = fmt.Sprintf("%s-%.0f", id, 10*skill)
			for _, role := range variant.GetRoles() {
				if role.GetPolicy() != nil && role.GetId() == variant.GetFocal() {
					role.Policy.Skill = proto.Float64(skill)
				}
			}
			planner, err := n.Runner().Prepare(ctx, runs.Design{Scenarios: []*vignettev1.Scenario{variant}, Repeats: 6, Seed: 2})
			if err != nil {
				t.Fatal(err)
			}
			if err := n.Runner().Play(ctx, planner, runs.Options{Each: func(_ int, state *episode.State) { states = append(states, state) }}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return states
}

// tally counts, for each turn of the role, what was meant and what is heard.
func tally(t *testing.T, request *vignettev1.EvaluateRequest, turns []*vignettev1.Turn, into map[string]*counts) {
	t.Helper()
	scores, err := dearman.New().Evaluate(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	meant := map[string]bool{}
	for _, turn := range turns {
		for _, act := range turn.GetActs() {
			meant[fmt.Sprint(turn.GetIndex(), act.GetAct())] = true
		}
	}
	for _, score := range scores {
		c := into[score.GetDimension()]
		if c == nil || score.TurnIndex == nil || score.GetValue() == nil {
			continue
		}
		i, j := 0, 0
		if meant[fmt.Sprint(score.GetTurnIndex(), score.GetDimension())] {
			i = 1
		}
		if score.GetValue().GetNumber() > 0 {
			j = 1
		}
		c[i][j]++
	}
}

// inHeaps is a conversation in which the role says its words in random order; the order hangs on seed and turn alone.
func inHeaps(request *vignettev1.EvaluateRequest, seed uint64) *vignettev1.EvaluateRequest {
	heaps := proto.CloneOf(request)
	strip := strings.NewReplacer(".", "", ",", "", "?", "", "!", "", ";", "", ":", "")
	for _, turn := range heaps.GetTurns() {
		if turn.GetRole() != request.GetRole() {
			continue
		}
		words := strings.Fields(strings.ToLower(strip.Replace(turn.GetAction().GetText())))
		luck := rand.New(rand.NewPCG(seed, uint64(len(words))<<16|uint64(turn.GetIndex())))
		luck.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		turn.Action.Text = strings.Join(words, " ")
	}
	return heaps
}
