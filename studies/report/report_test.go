package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// run is a study of two arms: the second's reward is higher by gain, and of the first some episodes fail.
func run(t *testing.T, clients int, gain float64, fails int, name string) *Builder {
	t.Helper()
	b := New(&vignettev1.Manifest{
		Run: "r1", Seed: 4, Repeats: int32(clients), ProgramVersion: "test", Scenarios: []*vignettev1.Scenario{{Id: "s"}}, Agents: []*vignettev1.AgentDescription{{Name: "a", Mind: "builtin"}},
		Factors: []*vignettev1.Factor{{Role: "focal", Field: "skill", Levels: []*vignettev1.Level{{Name: "low"}, {Name: "high"}}}},
	})
	for i := range 2 * clients {
		high, repeat := i%2 == 1, i/2
		level := map[bool]string{true: "high", false: "low"}[high]
		cell := &vignettev1.Cell{Scenario: "s", Repeat: int32(repeat), Factors: []*vignettev1.FactorLevel{{Factor: "focal.skill", Level: level}}}
		state := episode.New(&episode.Plan{Run: "r1", Episode: fmt.Sprintf("e%d", i), Cell: cell, Luck: map[string]uint64{"a": 1, "b": 2}, Scenario: &vignettev1.Scenario{
			Id: "s", Focal: "a", Stop: &vignettev1.StopRules{MaxTurns: 4}, Roles: []*vignettev1.Role{
				{Id: "a", Persona: &vignettev1.Persona{Id: "pa", Name: name}}, {Id: "b", Persona: &vignettev1.Persona{Id: "pb", Name: "Bo"}},
			}}})
		n := 0
		apply := func(e *vignettev1.EpisodeEvent) {
			e.SchemaVersion, e.Epoch, e.Id = 1, 1, fmt.Sprint(n)
			n++
			if err := state.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: state.Plan().Episode, Cell: cell}}})
		if !high && repeat < fails {
			apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Failed{Failed: &vignettev1.EpisodeFailed{Message: "gone"}}})
			b.Add(i, state)
			continue
		}
		for turn := range int32(4) {
			role := []string{"a", "b"}[turn%2]
			distress := 60 - float64(turn) - float64(repeat)
			apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{
				Id: episode.TurnID(state.Plan().Episode, int(turn)), Index: turn, Role: role, Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "<script>alert(1)</script>"},
				MentalState: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: &distress},
			}}})
		}
		reward := 0.01 * float64(repeat%5)
		if high {
			reward += gain + 0.02*float64(repeat%3)
		}
		apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_MAX_TURNS}}})
		apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: vignettev1.Validity_VALIDITY_OK, Rewards: []*vignettev1.Reward{{
			Role: "a", Outcome: &vignettev1.Reward_Value{Value: reward}}}}}})
		b.Add(i, state)
	}
	return b
}

func TestReport(t *testing.T) {
	r := run(t, 12, 0.3, 3, "Ann").Report()
	if r.Started != 24 || r.Valid != 21 || len(r.Arms) != 2 || r.Arms[0].Fates["failed"] != 3 || r.Arms[0].Started != 12 {
		t.Errorf("begun %d, valid %d, arms %+v", r.Started, r.Valid, r.Arms)
	}
	e := r.Effects[0]
	if e.Outcome != "reward" || e.Difference == nil || *e.Difference < 0.3 || *e.Difference > 0.36 || e.Low == nil || e.Pairs != 9 || e.Planned != 12 {
		t.Errorf("effect %+v", e)
	}
	if len(r.Arms[1].Distress) != 2 || r.Arms[1].Distress[0].N != 12 || r.Arms[1].Distress[0].Mean <= r.Arms[1].Distress[1].Mean {
		t.Errorf("distress %+v", r.Arms[1].Distress)
	}
	if len(r.LookAt) != 3 || r.LookAt[0].Arm != "focal.skill high" || r.LookAt[1].Arm != "focal.skill low" {
		t.Errorf("look at %+v", r.LookAt)
	}
}

// The page has every number of the JSON that it shows, and nothing that runs or is fetched.
func TestPage(t *testing.T) {
	b := run(t, 12, 0.3, 3, "<img src=x onerror=alert(1)>")
	r := b.Report()
	r.Command = "vignette run s"
	var examples []Example
	state := episode.New(&episode.Plan{Scenario: &vignettev1.Scenario{Id: "s", Roles: []*vignettev1.Role{{Id: "a", Persona: &vignettev1.Persona{Name: "<b>"}}}}, Cell: &vignettev1.Cell{Scenario: "s"}})
	examples = append(examples, Example{r.LookAt[0], state})
	var page bytes.Buffer
	if err := Write(&page, r, examples); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	for _, never := range []string{"<script", "http://", "https://", "<img", "NaN", "ZgotmplZ", "%!"} {
		if strings.Contains(text, never) {
			t.Errorf("the page has %q in it", never)
		}
	}
	for _, want := range []string{figure(*r.Effects[0].Difference), "9 of 12 valid", "vignette run s", "3 failed", "24 episodes", r.Question} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
	if n := len(regexp.MustCompile(`<svg`).FindAllString(text, -1)); n < 4 {
		t.Errorf("%d pictures", n)
	}
}

// Nothing to compare, nothing to show: the page says so and does not break.
func TestPageOfLittle(t *testing.T) {
	b := New(&vignettev1.Manifest{Run: "r", Scenarios: []*vignettev1.Scenario{{Id: "s"}}})
	var page bytes.Buffer
	if err := Write(&page, b.Report(), nil); err != nil || !strings.Contains(page.String(), "as written") {
		t.Errorf("%v:\n%s", err, page.String())
	}
}

func TestTicks(t *testing.T) {
	for _, s := range []scale{{low: 0, high: 1}, {low: -0.3, high: 0.9}, {low: 0, high: 100}, {low: 1, high: 10}, {low: 5, high: 5}, {low: -0.001, high: 0.002}} {
		if n := len(s.ticks()); n < 1 || n > 8 {
			t.Errorf("%+v has %d ticks: %v", s, n, s.ticks())
		}
	}
}

// Scenarios weigh other things: the best episode is the one farthest above its own scenario, and of two that are alike the one whose other
// agreed.
func TestLookAt(t *testing.T) {
	b := New(&vignettev1.Manifest{Run: "r"})
	add := func(scenario string, repeat int32, reward, agreed float64) {
		at := &vignettev1.Cell{Scenario: scenario, Repeat: repeat}
		b.played = append(b.played, played{arm: "as written", at: at, reward: &reward, agreed: &agreed})
	}
	add("easy", 0, 0.9, 1)
	add("easy", 1, 0.8, 0)
	add("hard", 0, -0.6, 1)
	add("hard", 1, 0, 0)
	add("hard", 2, 0, 1)
	add("hard", 3, -0.6, 0)
	got := b.lookAt()
	want := []Look{
		{Why: "best", Scenario: "hard", Reward: 0, Agreed: new(1.0)}, {Why: "worst", Scenario: "hard", Reward: -0.6, Agreed: new(0.0)},
	}
	for i := range want {
		if got[i].Scenario != want[i].Scenario || got[i].Reward != want[i].Reward || *got[i].Agreed != *want[i].Agreed || got[i].Beyond == nil {
			t.Errorf("%s is %+v", want[i].Why, got[i])
		}
	}
	if got, want := (Arm{Asked: 4, Agreed: 2.5}).Settled(), "2.5 of 4"; got != want {
		t.Errorf("settled %q, want %q", got, want)
	}
	if s := got[1].Settled(); s != "the other did not agree" {
		t.Error(s)
	}
}

// Whether the others agreed is found in figures under the name that outcomes have it by.
func TestAgreedIsAnOutcome(t *testing.T) {
	f := &vignettev1.EpisodeFigures{Outcomes: []*vignettev1.OutcomeFigure{{Kind: string(outcomes.Willingness), Value: 0.2}, {Kind: string(outcomes.Agreement), Value: 1}}}
	if got := projection.Agreed(f); got == nil || *got != 1 {
		t.Errorf("agreed %v", got)
	}
}
