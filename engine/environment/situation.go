package environment

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// situation finds the scenario that an item asks for, nil when it asks for none.
func situation(item *vignettev1.ResetItem) (*vignettev1.Scenario, error) {
	switch {
	case item.GetScenario() != nil:
		scenario := proto.CloneOf(item.GetScenario())
		scenarios.Normalize(scenario)
		if err := scenarios.Validate(scenario); err != nil {
			return nil, unfit(context.Background(), err)
		}
		return scenario, nil
	case item.GetLibrary() != "":
		library, err := scenarios.Library()
		if err != nil {
			return nil, err
		}
		for _, scenario := range library {
			if scenario.GetId() == item.GetLibrary() {
				return scenario, nil
			}
		}
		return nil, refuse(codes.InvalidArgument, ReasonRequest, "library: there is no scenario %q; 'vignette scenarios' lists them", item.GetLibrary())
	}
	return nil, nil
}

// seated is a scenario in which somebody outside plays a role ("" is the focal one), and that role's id. Factors go: one episode is
// one cell of a design.
func seated(scenario *vignettev1.Scenario, id string, timing vignettev1.RewardTiming) (*vignettev1.Scenario, string, error) {
	scenario = proto.CloneOf(scenario)
	if id == "" {
		id = scenario.GetFocal()
	}
	i := slices.IndexFunc(scenario.GetRoles(), func(r *vignettev1.Role) bool { return r.GetId() == id })
	if i < 0 {
		ids := make([]string, len(scenario.GetRoles()))
		for j, role := range scenario.GetRoles() {
			ids[j] = role.GetId()
		}
		return nil, "", refuse(codes.InvalidArgument, ReasonRequest, "role: scenario %q has no role %q; it has %s", scenario.GetId(), id, strings.Join(ids, ", "))
	}
	role := scenario.GetRoles()[i]
	role.Agent, role.Script, role.Policy, scenario.Factors = scenarios.ExternalAgent, nil, nil, nil
	if timing == vignettev1.RewardTiming_REWARD_TIMING_ON_TURN {
		askEachTurn(scenario, role)
	}
	return scenario, id, nil
}

// askEachTurn has the evaluators that a role is rewarded by asked after each of its turns.
func askEachTurn(scenario *vignettev1.Scenario, role *vignettev1.Role) {
	for _, use := range scenario.GetEvaluators() {
		pays := slices.ContainsFunc(role.GetReward(), func(t *vignettev1.RewardTerm) bool { return t.GetEvaluator() == use.GetName() })
		if pays && use.GetRole() == role.GetId() {
			use.When = vignettev1.EvaluationTime_EVALUATION_TIME_EACH_TURN
		}
	}
}

// freshness is how long it is taken for granted that whoever plays and scores is who they were. Chosen: a restart with another
// version is in the manifests of the next minute.
const freshness = time.Minute

// maxSketches is how many situations are kept prepared.
const maxSketches = 64

// sketches are situations that have been prepared: agents and evaluators are asked who they are once a minute, not once an episode.
type sketches struct {
	mu   sync.Mutex
	made map[[sha256.Size]byte]*sketch
}

type sketch struct {
	mu      sync.Mutex // held while it is made: others wait for it rather than make it too
	planner *planning.Planner
	at      time.Time
}

// get returns the sketch of a situation.
func (s *sketches) get(ctx context.Context, runner *runs.Runner, scenario *vignettev1.Scenario, models map[string]string) (*planning.Planner, error) {
	design := &vignettev1.Manifest{Scenarios: []*vignettev1.Scenario{scenario}, Models: models}
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(design)
	if err != nil {
		return nil, err
	}
	made := s.at(sha256.Sum256(data))
	made.mu.Lock()
	defer made.mu.Unlock()
	now := runner.Clock.Now()
	if made.planner != nil && now.Sub(made.at) < freshness {
		return made.planner, nil
	}
	planner, err := runner.Sketch(ctx, runs.Design{Scenarios: design.GetScenarios(), Models: models, Outside: true})
	if err != nil {
		return nil, unfit(ctx, err)
	}
	made.planner, made.at = planner, now
	return planner, nil
}

func (s *sketches) at(key [sha256.Size]byte) *sketch {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.made[key]; found != nil {
		return found
	}
	if len(s.made) >= maxSketches {
		clear(s.made)
	}
	made := &sketch{}
	s.made[key] = made
	return made
}
