package tom

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/evaluators/tom/outcome"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Study gathers answers to probes. The zero value is ready to use; it is not safe for concurrent use.
type Study struct {
	run      string
	answers  []*answer
	episodes map[string]bool
	leftOut  map[string]int
	alike    map[string]bool
}

// answer is one answer to a probe and what came of it.
type answer struct {
	place   int // of its episode in the design
	episode string
	arm     string
	// ask is what is asked for: the kind, with "second_order_" before it where it is of second order.
	ask  string
	kind vignettev1.ProbeKind
	// probe is the scenario's probe; other whom it is about: the persona, since that is whose mind is read.
	probe, other string
	after        int32
	said, came   outcome.Shares
	missing      *vignettev1.Missing
	// before is what came about a turn of the other's earlier; nil where nobody knows.
	before outcome.Shares
	// heard is what the other said last.
	heard string
}

// known says whether an answer can be scored.
func (a *answer) known() bool { return a.missing == nil }

// Add takes in the episode at a place of the design, in any order. Episodes that are not valid are counted and left out.
func (s *Study) Add(place int, state *episode.State) {
	if state.Phase() == vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED {
		return
	}
	plan := state.Plan()
	s.run = plan.Run
	if state.Completed().GetValidity() != vignettev1.Validity_VALIDITY_OK {
		add(&s.leftOut, fate(state))
		return
	}
	if s.episodes == nil {
		s.episodes = map[string]bool{}
	}
	s.episodes[plan.Episode] = true
	turns, specs := turnsOf(state), map[string]*vignettev1.ProbeSpec{}
	for _, spec := range plan.Scenario.GetProbes() {
		if outcome.Reads(spec) && outcome.Labels(spec.GetKind()) != nil {
			specs[spec.GetId()] = spec
			s.noteAlike(state, spec)
		}
	}
	for _, said := range state.Probes() {
		if spec := specs[said.GetProbe()]; spec != nil {
			s.answers = append(s.answers, answerOf(place, state, turns, spec, said))
		}
	}
}

func add(counts *map[string]int, key string) {
	if *counts == nil {
		*counts = map[string]int{}
	}
	(*counts)[key]++
}

// fate is what became of an episode that is not valid.
func fate(state *episode.State) string {
	switch {
	case state.Failed() != nil:
		return "failed"
	case state.Completed() == nil:
		return "unfinished"
	}
	return enumname.Of(state.Completed().GetValidity())
}

func answerOf(place int, state *episode.State, turns []outcome.Turn, spec *vignettev1.ProbeSpec, said *vignettev1.ProbeAnswer) *answer {
	plan := state.Plan()
	a := &answer{
		place: place, episode: plan.Episode, arm: armOf(plan, spec.GetRole()), ask: askOf(spec), kind: spec.GetKind(),
		probe: plan.Scenario.GetId() + "\n" + spec.GetId(), other: personaOf(plan.Scenario, spec.GetAbout()), after: said.GetAfterTurns(),
		heard: lastWords(state, spec.GetAbout(), said.GetAfterTurns()),
	}
	a.came, _, a.missing = outcome.Of(spec, a.after, turns)
	if forecast, missing := outcome.Forecast(spec, said); missing != nil {
		a.missing = missing // that nothing was said goes before that nothing is known
	} else {
		a.said = forecast
	}
	a.before = earlier(spec, a.after, turns)
	return a
}

// askOf is what a probe asks for.
func askOf(spec *vignettev1.ProbeSpec) string {
	if outcome.SecondOrder(spec) {
		return "second_order_" + enumname.Of(spec.GetKind())
	}
	return enumname.Of(spec.GetKind())
}

// earlier is what came about one turn of the other's before: what it felt then, or what it did last.
func earlier(spec *vignettev1.ProbeSpec, after int32, turns []outcome.Turn) outcome.Shares {
	var last *outcome.Turn
	for i := range turns {
		if turns[i].Role == spec.GetAbout() && turns[i].Index < after {
			last = &turns[i]
		}
	}
	switch {
	case last == nil:
		return nil
	case spec.GetKind() == vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT:
		return outcome.MainAct(*last)
	}
	came, _, _ := outcome.Of(spec, last.Index, turns)
	return came
}

// everybody is the arm of a run that does not vary how the asked role is played.
const everybody = "all"

// armOf is what is compared: the levels of the factors that vary the asked role. What varies the other is whose mind is read.
func armOf(plan *episode.Plan, role string) string {
	var levels []string
	for _, level := range plan.Cell.GetFactors() {
		name := level.GetFactor()
		focal := role == plan.Scenario.GetFocal() && strings.HasPrefix(name, scenarios.Focal+".")
		if focal || strings.HasPrefix(name, role+".") {
			levels = append(levels, name[strings.LastIndexByte(name, '.')+1:]+"="+level.GetLevel())
		}
	}
	return cmp.Or(strings.Join(levels, " "), everybody)
}

func personaOf(scenario *vignettev1.Scenario, role string) string {
	for _, r := range scenario.GetRoles() {
		if r.GetId() == role {
			return cmp.Or(r.GetPersona().GetId(), scenario.GetId()+"\n"+role)
		}
	}
	return role
}

func lastWords(state *episode.State, role string, after int32) string {
	for _, turn := range slices.Backward(state.Turns()) {
		if turn.GetIndex() < after && turn.GetRole() == role {
			return turn.GetAction().GetText()
		}
	}
	return ""
}

func turnsOf(state *episode.State) []outcome.Turn {
	var turns []outcome.Turn
	for _, turn := range state.Turns() {
		turns = append(turns, outcome.Turn{
			Index: turn.GetIndex(), Role: turn.GetRole(), Action: turn.GetAction().GetKind(), State: turn.GetMentalState(), Acts: turn.GetActs(),
		})
	}
	return turns
}

// noteAlike keeps that a role was asked about another that the same language model plays.
func (s *Study) noteAlike(state *episode.State, spec *vignettev1.ProbeSpec) {
	models := map[string]string{}
	for _, turn := range state.Turns() {
		models[turn.GetRole()] = turn.GetProvenance().GetModel()
	}
	if model := models[spec.GetRole()]; model != "" && model == models[spec.GetAbout()] {
		if s.alike == nil {
			s.alike = map[string]bool{}
		}
		s.alike[model] = true
	}
}
