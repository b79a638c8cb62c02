package runs

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
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
	// Models say who is played and judged by which model where the scenarios do not; see [planning.ParseModels]. Who is
	// not in it is played by rules.
	Models map[string]string
	// Extends is the run it goes beyond, "" when it stands on its own; see [Runner.PrepareExtension].
	Extends string
	// Outside says that somebody outside plays the roles whose agent is [scenarios.ExternalAgent]; see [Runner.Attend]. Without it
	// such a role is refused: a batch would wait for it for good.
	Outside bool
	// Practice says what session of practice the run is, nil when it is none.
	Practice *vignettev1.Practice
	// Study is the study file that it is of, nil where there is none. Its design says which combinations are played.
	Study *vignettev1.Study
	// Sources say where the scenarios were read from, as far as that is known.
	Sources []*vignettev1.ScenarioSource
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
		Models:         design.Models,
		ProgramVersion: r.Version,
		Extends:        design.Extends,
		Sources:        design.Sources,
		Practice:       design.Practice,
		Study:          design.Study,
	}
	for _, factor := range design.Factors {
		manifest.Factors = append(manifest.Factors, proto.CloneOf(factor))
	}
	for _, scenario := range design.Scenarios {
		manifest.Scenarios = append(manifest.Scenarios, proto.CloneOf(scenario))
	}
	// The design is checked before anybody is asked anything.
	planner, err := planning.New(manifest)
	if err != nil {
		return nil, err
	}
	if err := r.appointJudges(ctx, manifest); err != nil {
		return nil, err
	}
	needed, err := survey(planner)
	if err != nil {
		return nil, err
	}
	if err := needed.checkModels(manifest.GetModels()); err != nil {
		return nil, err
	}
	if parts := needed.agents[scenarios.ExternalAgent]; len(parts) > 0 && !design.Outside {
		return nil, fmt.Errorf("scenario %q: role %q is played by somebody outside (agent: %s), for whom a batch cannot wait; practise it, or take agent: out of the role",
			parts[0].scenario, parts[0].role, scenarios.ExternalAgent)
	}
	if err := r.introduce(ctx, manifest, needed); err != nil {
		return nil, err
	}
	if err := r.resolveModels(ctx, needed.models); err != nil {
		return nil, err
	}
	if err := checkRewards(manifest); err != nil {
		return nil, err
	}
	if err := needed.checkKinds(manifest.GetAgents()); err != nil {
		return nil, err
	}
	// Once more and in full, now that it is known who judges what.
	if planner, err = planning.New(manifest); err != nil {
		return nil, err
	}
	return planner, checkPlans(planner)
}

// checkPlans makes the plan of every combination.
func checkPlans(planner *planning.Planner) error {
	for i := 0; i < planner.Len(); i += int(planner.Manifest().GetRepeats()) {
		if _, err := planner.Plan(i); err != nil {
			return err
		}
	}
	return nil
}

// commit writes the manifest: from here on there is such a run.
func (r *Runner) commit(ctx context.Context, planner *planning.Planner) error {
	if _, err := r.Log.WriteManifest(ctx, planner.Manifest()); err != nil {
		return fmt.Errorf("write the manifest of run %s: %w", planner.Manifest().GetRun(), err)
	}
	return nil
}

// introduce asks every agent and evaluator who they are, so that a run that cannot be played does not begin.
func (r *Runner) introduce(ctx context.Context, manifest *vignettev1.Manifest, needed *needs) error {
	for _, name := range slices.Sorted(maps.Keys(needed.agents)) {
		if name == scenarios.ExternalAgent {
			manifest.Agents = append(manifest.Agents, outside())
			continue
		}
		description, err := r.describeAgent(ctx, name)
		if err != nil {
			return err
		}
		manifest.Agents = append(manifest.Agents, description)
	}
	for _, use := range needed.judges {
		description, err := r.describeEvaluator(ctx, use)
		if err != nil {
			return err
		}
		manifest.Evaluators = append(manifest.Evaluators, description)
	}
	return nil
}

// outside describes whoever plays from outside: nobody on the wire answers to that name.
func outside() *vignettev1.AgentDescription {
	return &vignettev1.AgentDescription{
		Name: scenarios.ExternalAgent, Mind: "external", Summary: "Somebody outside: a person or a policy.",
		Kinds: []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_PERSONA, vignettev1.AgentKind_AGENT_KIND_CLIENT, vignettev1.AgentKind_AGENT_KIND_COUNSELOR},
	}
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

func (r *Runner) describeEvaluator(ctx context.Context, use *vignettev1.EvaluatorUse) (*vignettev1.EvaluatorDescription, error) {
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	name := use.GetName()
	response, err := r.Directory.Evaluator(planning.EvaluatorAgent(use)).Describe(ctx, &vignettev1.EvaluatorServiceDescribeRequest{Rubric: use.GetRubric()})
	if err != nil {
		return nil, absent("evaluator", name, err)
	}
	description := proto.CloneOf(response.GetDescription())
	if len(description.GetDimensions()) == 0 {
		return nil, fmt.Errorf("evaluator %q declares no dimension", name)
	}
	description.Name = name // as the scenario calls it, by whichever method it judges
	if use.GetModel() != "" && use.GetModel() != planning.Builtin {
		description.Model = use.GetModel()
	}
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

// checkRewards refuses reward terms for dimensions that nobody scores, which would make every reward missing, and for labels
// without an order, whose numbers are places in a list.
func checkRewards(manifest *vignettev1.Manifest) error {
	declared, unordered := map[string][]string{}, map[[2]string]bool{}
	for _, evaluator := range manifest.GetEvaluators() {
		for _, spec := range evaluator.GetDimensions() {
			declared[evaluator.GetName()] = append(declared[evaluator.GetName()], spec.GetId())
			unordered[[2]string{evaluator.GetName(), spec.GetId()}] = spec.GetScale() == vignettev1.Scale_SCALE_NOMINAL
		}
	}
	for _, scenario := range manifest.GetScenarios() {
		for _, role := range scenario.GetRoles() {
			for _, term := range role.GetReward() {
				for _, at := range scoresOf(term) {
					if !slices.Contains(declared[at[0]], at[1]) {
						return fmt.Errorf("scenario %q: role %q is rewarded for %s, which evaluator %q does not score; it scores %s",
							scenario.GetId(), role.GetId(), at[1], at[0], cmp.Or(strings.Join(declared[at[0]], ", "), "nothing here: list it under evaluators"))
					}
					if unordered[at] {
						return fmt.Errorf("scenario %q: role %q is rewarded for %s, whose labels have no order; take a dimension that has more and less",
							scenario.GetId(), role.GetId(), at[1])
					}
				}
			}
		}
	}
	return nil
}

// scoresOf are the evaluators and dimensions that a reward term rests on, its own first.
func scoresOf(term *vignettev1.RewardTerm) [][2]string {
	out := [][2]string{{term.GetEvaluator(), term.GetDimension()}}
	for _, member := range term.GetEnsemble().GetMembers() {
		out = append(out, [2]string{member.GetEvaluator(), cmp.Or(member.GetDimension(), term.GetDimension())})
	}
	return out
}
