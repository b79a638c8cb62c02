// Package planning turns a manifest into the plans of its episodes: which scenario each cell plays, who plays with which
// luck, who judges. It is pure. Whoever plays a run and whoever reads it make the same plans.
package planning

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/design"
)

// Planner makes the plans of a run's episodes. It is safe for concurrent use; the manifest must not change.
type Planner struct {
	manifest   *vignettev1.Manifest
	design     *design.Design
	evaluators map[string]*vignettev1.EvaluatorDescription
	judges     map[judge]*vignettev1.EvaluatorDescription

	mu     sync.Mutex
	recent [recentScenarios]resolved
	oldest int

	indexOnce sync.Once
	index     map[string]int
}

// recentScenarios are kept resolved. Repeats of a cell follow one another, so workers side by side need few of them.
const recentScenarios = 64

type resolved struct {
	combination int
	scenario    *vignettev1.Scenario
}

// judge is an evaluator with the model it judges with, "" for its rules: where judges are varied one name has several.
type judge struct{ name, model string }

// New returns the planner of a manifest. The error says what is wrong with the design.
func New(manifest *vignettev1.Manifest) (*Planner, error) {
	d, err := design.New(manifest)
	if err != nil {
		return nil, err
	}
	p := &Planner{manifest: manifest, design: d, evaluators: map[string]*vignettev1.EvaluatorDescription{}, judges: map[judge]*vignettev1.EvaluatorDescription{}}
	for i := range p.recent {
		p.recent[i].combination = -1
	}
	for _, description := range manifest.GetEvaluators() {
		p.evaluators[description.GetName()] = description
		p.judges[judge{description.GetName(), description.GetModel()}] = description
	}
	return p, nil
}

// Manifest returns what is planned. Callers must not change it.
func (p *Planner) Manifest() *vignettev1.Manifest { return p.manifest }

// AsksModels says whether anybody who plays or judges says that a model thinks for it.
func (p *Planner) AsksModels() bool {
	for _, agent := range p.manifest.GetAgents() {
		if agent.GetMind() == "llm" {
			return true
		}
	}
	for _, evaluator := range p.manifest.GetEvaluators() {
		if evaluator.GetMethod() == "llm" {
			return true
		}
	}
	return false
}

// Models returns the models that play and judge in the run, each once, sorted. A level of a factor that brings one in is
// in it.
func (p *Planner) Models() []string {
	var models []string
	for i := 0; i < p.Len(); i += int(p.manifest.GetRepeats()) {
		scenario, err := p.Scenario(i)
		if err != nil {
			continue // Whoever plays it says so.
		}
		models = append(models, Models(scenario)...)
	}
	slices.Sort(models)
	return slices.Compact(models)
}

// Len returns the number of episodes.
func (p *Planner) Len() int { return p.design.Len() }

// Cell returns the cell at a place of the design, 0 to Len()-1.
func (p *Planner) Cell(i int) *vignettev1.Cell { return p.design.Cell(i) }

// Index returns the place of an episode in the design, or false if the design has no such episode.
func (p *Planner) Index(episodeID string) (int, bool) {
	p.indexOnce.Do(func() {
		p.index = make(map[string]int, p.Len())
		for i, cell := range p.design.Cells() {
			p.index[episode.ID(p.manifest.GetRun(), cell)] = i
		}
	})
	i, ok := p.index[episodeID]
	return i, ok
}

// Heard is the place of the episode whose conversation the one at a place scores: its own, unless a factor varies who judges and the place is
// not at its first level.
func (p *Planner) Heard(i int) int { return p.design.Heard(i) }

// Judged are the places of the other episodes that score the conversation of the one at a place; none where judges are not varied.
func (p *Planner) Judged(i int) []int { return p.design.Judged(i) }

// Conversations are the places whose conversations are played, every stride-th of them in order: all places, unless a factor varies who judges.
func (p *Planner) Conversations(stride int) iter.Seq[int] {
	return func(yield func(int) bool) {
		n := 0
		for i := range p.Len() {
			if p.Heard(i) != i {
				continue
			}
			if n%max(1, stride) == 0 && !yield(i) {
				return
			}
			n++
		}
	}
}

// evaluatorsOf are the descriptions of evaluators by name, as those describe themselves who judge in a resolved scenario.
func (p *Planner) evaluatorsOf(scenario *vignettev1.Scenario) map[string]*vignettev1.EvaluatorDescription {
	if len(p.judges) == len(p.evaluators) {
		return p.evaluators
	}
	out := maps.Clone(p.evaluators)
	for _, use := range scenario.GetEvaluators() {
		model := use.GetModel()
		if !isModel(model) {
			model = ""
		}
		if description := p.judges[judge{use.GetName(), model}]; description != nil {
			out[use.GetName()] = description
		}
	}
	return out
}

// Find returns the places of the episodes whose id begins with a text, at most limit of them.
func (p *Planner) Find(beginning string, limit int) []int {
	if i, ok := p.Index(beginning); ok {
		return []int{i}
	}
	var found []int
	for id, i := range p.index {
		if strings.HasPrefix(id, beginning) && len(found) < limit {
			found = append(found, i)
		}
	}
	return found
}

// Plan returns the plan of the episode at a place of the design, 0 to Len()-1.
func (p *Planner) Plan(i int) (*episode.Plan, error) {
	cell := p.design.Cell(i)
	scenario, err := p.scenario(i, cell)
	if err != nil {
		return nil, err
	}
	plan := &episode.Plan{
		Run:        p.manifest.GetRun(),
		Episode:    episode.ID(p.manifest.GetRun(), cell),
		Cell:       cell,
		Scenario:   scenario,
		Seed:       p.manifest.GetSeed(),
		Luck:       map[string]uint64{},
		Fork:       p.manifest.GetFork(),
		Evaluators: p.evaluatorsOf(scenario),
	}
	repeat := cell.GetRepeat()
	if plan.Fork != nil {
		repeat = plan.Fork.GetRepeat()
	}
	for _, role := range scenario.GetRoles() {
		persona := design.PersonaBefore(p.manifest, cell, role.GetId())
		plan.Luck[role.GetId()] = episode.RoleLuck(p.manifest.GetSeed(), scenario.GetId(), persona, repeat, role.GetId())
	}
	if err := plan.Check(); err != nil {
		return nil, fmt.Errorf("episode %s: %w", plan.Episode, err)
	}
	return plan, nil
}

// Scenario returns the scenario that the episode at a place of the design plays, resolved, with everybody cast. Callers must
// not change it.
func (p *Planner) Scenario(i int) (*vignettev1.Scenario, error) {
	return p.scenario(i, p.design.Cell(i))
}

// scenario resolves the scenario of a cell, or finds it among the recent ones: it is the same for all repeats.
func (p *Planner) scenario(i int, cell *vignettev1.Cell) (*vignettev1.Scenario, error) {
	combination := i / max(1, int(p.manifest.GetRepeats()))
	p.mu.Lock()
	for _, r := range p.recent {
		if r.combination == combination {
			p.mu.Unlock()
			return r.scenario, nil
		}
	}
	p.mu.Unlock()
	scenario, err := p.design.Scenario(cell)
	if err != nil {
		return nil, err
	}
	cast(scenario, p.manifest.GetModels())
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recent[p.oldest] = resolved{combination, scenario}
	p.oldest = (p.oldest + 1) % recentScenarios
	return scenario, nil
}
