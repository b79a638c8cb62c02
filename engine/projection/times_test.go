package projection

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Each part of an episode's time is what lies before the events it is about; what a fork copied takes none of it.
func TestTimesOfAnEpisode(t *testing.T) {
	plan := &episode.Plan{Scenario: &vignettev1.Scenario{Roles: []*vignettev1.Role{{Id: "a", Agent: "builtin-persona"}, {Id: "b", Agent: scenarios.ExternalAgent}}}}
	begun := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	turn := func(role string, latency time.Duration) *vignettev1.EpisodeEvent {
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Role: role, Latency: durationpb.New(latency)}}}
	}
	var c clock
	for _, e := range []struct {
		at    time.Duration
		event *vignettev1.EpisodeEvent
	}{
		{0, &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Started{}}},
		{-time.Hour, turn("a", time.Second)},                     // copied
		{100 * time.Millisecond, turn("a", 80*time.Millisecond)}, // 80 asked, 20 the program's own
		{30 * time.Second, turn("b", 29*time.Second)},            // somebody outside thought
		{31 * time.Second, &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Evaluated{}}},
		{2 * time.Minute, &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Claimed{}}}, // nobody played it
		{10 * time.Minute, turn("a", time.Second)},                                             // paused before it was asked
		{10*time.Minute + time.Millisecond, &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{}}},
	} {
		e.event.Time = timestamppb.New(begun.Add(e.at))
		c.add(plan, e.event)
	}
	us := func(d time.Duration) int64 { return d.Microseconds() }
	want := &vignettev1.EpisodeTimes{
		Wall: us(10*time.Minute + time.Millisecond), Agents: us(80*time.Millisecond + time.Second), Human: us(29*time.Second + 900*time.Millisecond),
		Evaluators: us(time.Second), Waiting: us(89*time.Second + 8*time.Minute - time.Second),
	}
	if diff := cmp.Diff(want, &c.times, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}
