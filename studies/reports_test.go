package studies_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
)

const (
	selfReported = vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED
	computed     = vignettev1.StateSource_STATE_SOURCE_COMPUTED
)

func feels(source vignettev1.StateSource, distress *float64) *vignettev1.MentalState {
	return &vignettev1.MentalState{Source: source, Distress: distress}
}

func appraisedAt(distress *float64) *vignettev1.Appraisal {
	return &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{State: feels(computed, distress)}}
}

// spoken is an episode that holds turns with what lay behind them, as far as it got.
func spoken(t *testing.T, behind ...*vignettev1.Turn) *episode.State {
	t.Helper()
	cell := &vignettev1.Cell{Scenario: "s"}
	plan := &episode.Plan{Run: "r", Episode: episode.ID("r", cell), Cell: cell, Scenario: &vignettev1.Scenario{
		Id: "s", Focal: "a", Stop: &vignettev1.StopRules{MaxTurns: 100}, Roles: []*vignettev1.Role{{Id: "a"}, {Id: "b"}},
	}}
	state := episode.New(plan)
	events := []*vignettev1.EpisodeEvent{{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: plan.Episode, Cell: cell}}}}
	for i, turn := range behind {
		turn.Index, turn.Role = int32(i), []string{"a", "b"}[i%2]
		turn.Action = &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: fmt.Sprintf("This is number %d.", i)}
		events = append(events, &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: turn}})
	}
	for i, event := range events {
		event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(i)
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

// What is missing on either side is counted and is no zero; what nobody appraises does not count; the order does not matter.
func TestGap(t *testing.T) {
	at := proto.Float64
	unavailable := &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_Unavailable{Unavailable: "the rules read English only"}}
	first := spoken(t,
		&vignettev1.Turn{MentalState: feels(selfReported, at(40))},                                   // a counselor
		&vignettev1.Turn{MentalState: feels(selfReported, at(20)), Appraisal: appraisedAt(at(60.3))}, // 40.3
		&vignettev1.Turn{}, &vignettev1.Turn{MentalState: feels(selfReported, nil), Appraisal: appraisedAt(at(50))},
		&vignettev1.Turn{}, &vignettev1.Turn{MentalState: feels(selfReported, at(0)), Appraisal: unavailable},
	)
	second := spoken(t, &vignettev1.Turn{}, &vignettev1.Turn{MentalState: feels(selfReported, at(70)), Appraisal: appraisedAt(at(60))})
	builtin := spoken(t, &vignettev1.Turn{MentalState: feels(computed, at(1))}, &vignettev1.Turn{MentalState: feels(computed, at(70))})
	for name, order := range map[string][]*episode.State{"as planned": {first, second, builtin}, "backwards": {builtin, second, first}} {
		var reports studies.Reports
		for i, state := range order {
			reports.Add(i, state)
		}
		if diff := cmp.Diff(studies.Gap{Distress: at((40.3 + 10) / 2), Turns: 2, Unavailable: 2}, reports.Gap()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	var none studies.Reports
	none.Add(0, builtin)
	if diff := cmp.Diff(studies.Gap{}, none.Gap()); diff != "" {
		t.Errorf("computed states (-want +got):\n%s", diff)
	}
}
