package attribution_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/attribution"
)

// World plays episodes of ten turns in which turn 4 decides: where "x" says the key word there, the score is .4 higher (the reward .8 of
// its range of 2). Half of what x draws there is the key word.
type world struct {
	t       *testing.T
	planner *planning.Planner
	fork    runs.Fork
	origin  *episode.State
}

const (
	turns, decisive = 10, 4
	key             = "Here is the key."
)

func person(name string) *vignettev1.Persona { return &vignettev1.Persona{Id: name, Name: name} }

func newWorld(t *testing.T) *world {
	t.Helper()
	spec := &vignettev1.DimensionSpec{Id: "w", Max: 1, Episode: true, Turn: true}
	planner, err := planning.New(&vignettev1.Manifest{
		Run: "r", Repeats: 1, Seed: 1,
		Evaluators: []*vignettev1.EvaluatorDescription{{Name: "e", Method: "builtin", Dimensions: []*vignettev1.DimensionSpec{spec}}},
		Scenarios: []*vignettev1.Scenario{{
			Id: "s", Title: "s", Setting: "A room.", Language: "en", Focal: "x", Stop: &vignettev1.StopRules{MaxTurns: turns}, TurnTaking: vignettev1.TurnTaking_TURN_TAKING_ALTERNATING,
			Objective:  &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, Statement: "Open the door."},
			Roles:      []*vignettev1.Role{{Id: "x", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: person("Ada"), Reward: []*vignettev1.RewardTerm{{Evaluator: "e", Dimension: "w"}}}, {Id: "y", Persona: person("Ben"), Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA}},
			Evaluators: []*vignettev1.EvaluatorUse{{Name: "e", Role: "x"}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, planner: planner}
	w.origin = w.play(nil, rand.New(rand.NewPCG(1, 1)), true)
	return w
}

// play plays an episode that begins with some texts; with the key word in its place where it is told to.
func (w *world) play(prefix []string, draw *rand.Rand, keyed bool) *episode.State {
	w.t.Helper()
	plan, err := w.planner.Plan(0)
	if err != nil {
		w.t.Fatal(err)
	}
	state := episode.New(plan)
	apply := func(event *vignettev1.EpisodeEvent) {
		event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(draw.Uint64())
		if err := state.Apply(event); err != nil {
			w.t.Fatal(err)
		}
	}
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: plan.Episode, Cell: plan.Cell}}})
	score := 0.3 + 0.05*draw.NormFloat64()
	for i := range turns {
		text := fmt.Sprintf("Words %d.", draw.IntN(1000))
		if i == decisive && (keyed || draw.IntN(2) == 0) {
			text = key
		}
		if i < len(prefix) {
			text = prefix[i]
		}
		if i == decisive && text == key {
			score += 0.4
		}
		apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{
			Index: int32(i), Role: []string{"x", "y"}[i%2], Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}}}})
	}
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_MAX_TURNS}}})
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Evaluated{Evaluated: &vignettev1.Evaluated{Evaluator: "e", Role: "x", Scores: []*vignettev1.Score{scoreOf(score, nil)}}}})
	complete, ok := state.Decide().(episode.Complete)
	if !ok {
		w.t.Fatalf("the machine wants %T", state.Decide())
	}
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: vignettev1.Validity_VALIDITY_OK, Rewards: complete.Rewards}}})
	return state
}

func scoreOf(x float64, turn *int32) *vignettev1.Score {
	return &vignettev1.Score{Evaluator: "e", Dimension: "w", Role: "x", TurnIndex: turn, Provenance: &vignettev1.Provenance{Agent: "e", Mind: "builtin"},
		Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: min(max(x, 0), 1)}}}
}

func (w *world) PrepareFork(_ context.Context, fork runs.Fork) (*planning.Planner, error) {
	w.fork = fork
	return w.planner, nil
}

func (w *world) Play(_ context.Context, _ *planning.Planner, options runs.Options) error {
	var prefix []string
	for _, turn := range w.origin.Turns()[:w.fork.Turn] {
		prefix = append(prefix, turn.GetAction().GetText())
	}
	for branch := range w.fork.Branches {
		options.Each(branch, w.play(prefix, rand.New(rand.NewPCG(w.fork.Seed, uint64(100*w.fork.Turn+branch))), false))
	}
	return nil
}

func (w *world) measure(branches int) *attribution.Report {
	w.t.Helper()
	r, err := attribution.Measure(w.t.Context(), w, w.planner, w.origin, attribution.Options{Branches: branches, Seed: 3, Discount: 0.9})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// The decisive turn is found with what it is worth (.4 of the reward: the key word raises it by .8 and is drawn half of the time), and no
// other. A judge that sees it agrees with what was measured, one that likes the first turns does not, and each is reported with n.
func TestPlantedTurnPlayedThrough(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct {
		credit func(turn int, text string) float64
		sees   bool
	}{
		"sees it": {func(_ int, text string) float64 {
			if text == key {
				return 0.9
			}
			return noise(text) / 100
		}, true},
		"likes the first turns": {func(turn int, _ string) float64 { return 1 - float64(turn)/10 }, false},
	} {
		r := w.measure(40)
		judge := &attribution.Judge{Models: &reader{credit: test.credit}, Clock: noClock{}, Model: "m", Run: "j"}
		if err := judge.Attribute(t.Context(), r, w.origin); err != nil {
			t.Fatal(err)
		}
		r.Agree()
		top := r.Turns[0]
		for _, c := range r.Turns {
			if c.Decisive() != (c.Turn == decisive) {
				t.Errorf("%s: turn %d: %v %v", name, c.Turn, *c.Measured, *c.CI)
			}
			if *c.Judge > *top.Judge {
				top = c
			}
		}
		if c := r.Turns[2]; c.CI[0] > 0.4 || c.CI[1] < 0.4 {
			t.Errorf("%s: worth %v %v, planted .4", name, *c.Measured, *c.CI)
		}
		for _, a := range r.Agreements {
			t.Logf("%s: %s rho %.2f CI %.2f r %.2f n %d same top %v", name, a.With, show(a.Rho), *a.CI, show(a.R), a.N, *a.Top)
			if (a.With == "judge" || a.With == "contrast") && (a.Rho == nil || a.N != 5 || *a.Top != test.sees || (*a.R > 0.9) != test.sees) {
				t.Errorf("%s: %+v", name, a)
			}
		}
		if (top.Turn == decisive) != test.sees {
			t.Errorf("%s: the judge's top turn is %d", name, top.Turn)
		}
	}
}

func show(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}

// What a judge does not answer, answers twice or out of range is missing and said, never zero.
func TestJudgeThatAnswersBadly(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct {
		completion *vignettev1.Completion
		want       string
		credited   int
	}{
		"refuses":  {&vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_REFUSED}, "credit: refused", 0},
		"partial":  {answered(`{"turns": [{"turn": 0, "credit": 0.5, "probability": 0.5}, {"turn": 99, "credit": 1, "probability": 1}]}`), "credit: 4 turns", 1},
		"twice":    {answered(`{"turns": [{"turn": 0, "credit": 0.5, "probability": 0.1}, {"turn": 0, "credit": 0.1, "probability": 0.1}]}`), "credit: 5 turns", 0},
		"too much": {answered(`{"turns": [{"turn": 0, "credit": 7, "probability": 7}]}`), "credit: 5 turns", 0},
		"no form":  {answered(`[]`), "credit: 5 turns", 0},
	} {
		r := w.measure(2)
		judge := &attribution.Judge{Models: &reader{fixed: test.completion}, Clock: noClock{}, Model: "m", Run: "j"}
		if err := judge.Attribute(t.Context(), r, w.origin); err != nil {
			t.Fatal(err)
		}
		credited := 0
		for _, c := range r.Turns {
			if c.Judge != nil {
				credited++
			}
		}
		if credited != test.credited || !strings.Contains(strings.Join(r.Unanswered, "\n"), test.want) {
			t.Errorf("%s: %d credited, %q", name, credited, r.Unanswered)
		}
	}
}

// A step reward that pays for the turn is lost at the turn; one that pays for what comes before is lost elsewhere.
func TestAblate(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct {
		pays           func(own, before bool) bool
		own, elsewhere float64
	}{
		"the turn itself":        {func(own, _ bool) bool { return own }, 2, 0},
		"whoever spoke before x": {func(own, before bool) bool { return before }, 0, 2},
	} {
		ask := func(_ context.Context, _ *vignettev1.EvaluatorUse, request *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
			out := []*vignettev1.Score{scoreOf(0.5, nil)}
			before := true
			for _, turn := range request.GetTurns() {
				if turn.GetRole() != "x" {
					continue
				}
				own, x := turn.GetAction().GetText() != "", 0.0
				if test.pays(own, before) {
					x = 1
				}
				index := turn.GetIndex()
				out, before = append(out, scoreOf(x, &index)), own
			}
			return out, nil
		}
		r := w.measure(2)
		if err := attribution.Ablate(t.Context(), ask, r, w.origin); err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Turns[:4] { // The last turn has nobody after it.
			if *c.Ablated != 0 || *c.StepOwn != test.own || *c.StepElsewhere != test.elsewhere {
				t.Errorf("%s: turn %d: %v, own %v, elsewhere %v", name, c.Turn, *c.Ablated, *c.StepOwn, *c.StepElsewhere)
			}
		}
	}
}

// Reader is a model that credits turns by their texts, or always answers the same.
type reader struct {
	vignettev1.ModelServiceClient
	credit func(turn int, text string) float64
	fixed  *vignettev1.Completion
}

var own = regexp.MustCompile(`(?m)^\[(\d+)\] ⟦[^⟧]*⟧: ⟦([^⟧]*)⟧`)

func (r *reader) Complete(_ context.Context, request *vignettev1.CompleteRequest, _ ...grpc.CallOption) (*vignettev1.CompleteResponse, error) {
	if r.fixed != nil {
		return &vignettev1.CompleteResponse{Completion: r.fixed}, nil
	}
	text := request.GetMessages()[0].GetContent()
	var list []map[string]any
	for _, found := range own.FindAllStringSubmatch(text, -1) {
		var turn int
		fmt.Sscan(found[1], &turn)
		x := r.credit(turn, found[2])
		p := (x + 1) / 2
		if strings.Contains(text, "everything wrong") {
			p = 1 - p
		}
		list = append(list, map[string]any{"turn": turn, "why": "w", "credit": x, "probability": p})
	}
	said, err := json.Marshal(map[string]any{"turns": list})
	return &vignettev1.CompleteResponse{Completion: answered(string(said))}, err
}

func answered(text string) *vignettev1.Completion {
	return &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_ANSWERED, Json: text}
}

// noise is a number from 0 to 1 that hangs on a text.
func noise(text string) float64 {
	h := fnv.New32a()
	h.Write([]byte(text))
	return float64(h.Sum32()%1000) / 1000
}

type noClock struct{}

func (noClock) Now() time.Time                             { return time.Time{} }
func (noClock) Sleep(context.Context, time.Duration) error { return nil }
