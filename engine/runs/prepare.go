package runs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// describeTimeout bounds the question who an agent is.
const describeTimeout = 10 * time.Second

// Design is what a run is asked to be.
type Design struct {
	// Scenarios to play, checked and normalized.
	Scenarios []*vignettev1.Scenario
	// Factors of the run, applied to every scenario.
	Factors []*vignettev1.Factor
	// Repeats of each cell; 0 means 1.
	Repeats int
	// Seed of all chance.
	Seed uint64
}

// Prepare checks a design, asks everybody it names who they are, writes the manifest and returns the planner of its
// episodes. Nothing has been played when it returns.
//
// Errors: what is wrong with the design, with hints; an agent or evaluator that does not answer or cannot do what the
// design asks of it; those of the log.
func (r *Runner) Prepare(ctx context.Context, design Design) (*planning.Planner, error) {
	planner, err := r.plan(ctx, design)
	if err != nil {
		return nil, err
	}
	if err := r.commit(ctx, planner); err != nil {
		return nil, err
	}
	return planner, nil
}

// plan is all of Prepare but the writing.
func (r *Runner) plan(ctx context.Context, design Design) (*planning.Planner, error) {
	manifest := &vignettev1.Manifest{
		SchemaVersion:  episode.SchemaVersion,
		Run:            r.newRunID(),
		CreatedAt:      timestamppb.New(r.Clock.Now()),
		Seed:           design.Seed,
		Repeats:        int32(max(1, design.Repeats)),
		Factors:        design.Factors,
		ProgramVersion: r.Version,
	}
	for _, scenario := range design.Scenarios {
		manifest.Scenarios = append(manifest.Scenarios, cast(scenario))
	}
	// The design is checked before anybody is asked anything.
	if _, err := planning.New(manifest); err != nil {
		return nil, err
	}
	if err := r.introduce(ctx, manifest); err != nil {
		return nil, err
	}
	if err := checkRewards(manifest); err != nil {
		return nil, err
	}
	planner, err := planning.New(manifest)
	if err != nil {
		return nil, err
	}
	// Every combination in full: a pair of levels that do not go together comes up now, not in the middle of the night.
	for i := 0; i < planner.Len(); i += int(manifest.GetRepeats()) {
		plan, err := planner.Plan(i)
		if err != nil {
			return nil, err
		}
		if err := checkKinds(plan.Scenario, manifest.GetAgents()); err != nil {
			return nil, err
		}
	}
	return planner, nil
}

// commit writes the manifest: from here on there is such a run.
func (r *Runner) commit(ctx context.Context, planner *planning.Planner) error {
	if _, err := r.Log.WriteManifest(ctx, planner.Manifest()); err != nil {
		return fmt.Errorf("write the manifest of run %s: %w", planner.Manifest().GetRun(), err)
	}
	return nil
}

// DefaultAgent is the name of the agent that plays a kind of role when a scenario names none.
func DefaultAgent(kind vignettev1.AgentKind) string { return "builtin-" + enumname.Of(kind) }

// cast fills in who plays the roles for which the scenario names nobody.
func cast(scenario *vignettev1.Scenario) *vignettev1.Scenario {
	scenario = proto.CloneOf(scenario)
	for _, role := range scenario.GetRoles() {
		if role.GetAgent() == "" {
			role.Agent = DefaultAgent(role.GetKind())
		}
	}
	return scenario
}

// introduce asks every agent and evaluator who they are, so that a run that cannot be played does not begin.
func (r *Runner) introduce(ctx context.Context, manifest *vignettev1.Manifest) error {
	for _, name := range agentNames(manifest) {
		description, err := r.describeAgent(ctx, name)
		if err != nil {
			return err
		}
		manifest.Agents = append(manifest.Agents, description)
	}
	for _, name := range evaluatorNames(manifest) {
		description, err := r.describeEvaluator(ctx, name)
		if err != nil {
			return err
		}
		manifest.Evaluators = append(manifest.Evaluators, description)
	}
	return nil
}

func (r *Runner) describeAgent(ctx context.Context, name string) (*vignettev1.AgentDescription, error) {
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	response, err := r.Directory.Agent(name).Describe(ctx, &vignettev1.AgentServiceDescribeRequest{})
	if err != nil {
		return nil, absent("agent", name, err)
	}
	description := proto.CloneOf(response.GetDescription())
	if description == nil {
		return nil, fmt.Errorf("agent %q did not describe itself", name)
	}
	description.Name = name
	return description, nil
}

func (r *Runner) describeEvaluator(ctx context.Context, name string) (*vignettev1.EvaluatorDescription, error) {
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	response, err := r.Directory.Evaluator(name).Describe(ctx, &vignettev1.EvaluatorServiceDescribeRequest{})
	if err != nil {
		return nil, absent("evaluator", name, err)
	}
	description := proto.CloneOf(response.GetDescription())
	if len(description.GetDimensions()) == 0 {
		return nil, fmt.Errorf("evaluator %q declares no dimension", name)
	}
	description.Name = name
	for _, spec := range description.GetDimensions() {
		if !(spec.GetMin() < spec.GetMax()) {
			return nil, fmt.Errorf("evaluator %q declares %s from %v to %v; the range must have a width", name, spec.GetId(), spec.GetMin(), spec.GetMax())
		}
	}
	return description, nil
}

func absent(what, name string, err error) error {
	if status.Code(err) == codes.Unavailable {
		return fmt.Errorf("%s %q is not there: nobody serves that name; check its spelling in the scenario: %w", what, name, err)
	}
	return fmt.Errorf("ask %s %q who it is: %w", what, name, err)
}

// agentNames are the agents that any episode may need: those of the roles, and those that a factor puts there.
func agentNames(manifest *vignettev1.Manifest) []string {
	var names []string
	factors := slices.Clone(manifest.GetFactors())
	for _, scenario := range manifest.GetScenarios() {
		factors = append(factors, scenario.GetFactors()...)
		for _, role := range scenario.GetRoles() {
			names = append(names, role.GetAgent())
		}
	}
	for _, factor := range factors {
		if factor.GetField() != "agent" {
			continue
		}
		for _, level := range factor.GetLevels() {
			names = append(names, level.GetValue().GetStringValue())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func evaluatorNames(manifest *vignettev1.Manifest) []string {
	var names []string
	for _, scenario := range manifest.GetScenarios() {
		for _, use := range scenario.GetEvaluators() {
			names = append(names, use.GetName())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// checkKinds refuses roles whose agent cannot play their kind.
func checkKinds(scenario *vignettev1.Scenario, agents []*vignettev1.AgentDescription) error {
	for _, role := range scenario.GetRoles() {
		for _, agent := range agents {
			if agent.GetName() == role.GetAgent() && !slices.Contains(agent.GetKinds(), role.GetKind()) {
				return fmt.Errorf("scenario %q: role %q is of kind %s, which agent %q cannot play; set the role's agent to one that can",
					scenario.GetId(), role.GetId(), enumname.Of(role.GetKind()), agent.GetName())
			}
		}
	}
	return nil
}

// checkRewards refuses reward terms for dimensions that nobody scores: they would make every reward missing.
func checkRewards(manifest *vignettev1.Manifest) error {
	declared := map[string][]string{}
	for _, evaluator := range manifest.GetEvaluators() {
		for _, spec := range evaluator.GetDimensions() {
			declared[evaluator.GetName()] = append(declared[evaluator.GetName()], spec.GetId())
		}
	}
	for _, scenario := range manifest.GetScenarios() {
		for _, role := range scenario.GetRoles() {
			for _, term := range role.GetReward() {
				if !slices.Contains(declared[term.GetEvaluator()], term.GetDimension()) {
					return fmt.Errorf("scenario %q: role %q is rewarded for %s, which evaluator %q does not score; it scores %s",
						scenario.GetId(), role.GetId(), term.GetDimension(), term.GetEvaluator(),
						strings.Join(declared[term.GetEvaluator()], ", "))
				}
			}
		}
	}
	return nil
}
