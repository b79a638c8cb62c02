package minds

import (
	"fmt"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// outcome is something measured in a session.
type outcome string

// Outcomes. All are of the one who is talked to: the client, or the partners (their mean, where there are several).
const (
	// distressChange is felt distress in the last turn less that in the first, SUDS points.
	distressChange outcome = "distress change"
	// trustGain is trust in the last turn less that in the first.
	trustGain outcome = "trust gain"
	// lastTrust is trust in the last turn.
	lastTrust outcome = "trust at the end"
	// depth is how much of a client's model was told, 0-1: the parts disclosed on purpose (acts disclose.*), each weighing as
	// deep as it lies (see outcomes.Depth), over the same sum for all that the persona's file holds.
	depth outcome = "depth told"
	// lateDepth is what of that was told in the second half of the client's turns: by then it knows whom it talks to.
	lateDepth outcome = "depth told late"
	// deepest is how deep the deepest part told lies, 1-5; 0 when nothing was told.
	deepest outcome = "deepest part"
	// changeShare is change talk over change and sustain talk, by intended acts; missing where there was neither.
	changeShare outcome = "change share"
	// changeRate is change talk per turn of the client.
	changeRate outcome = "change talk per turn"
	// agreed is the share of partners who agreed, or took the no.
	agreed outcome = "agreed"
	// willingness is that of the last turn.
	willingness outcome = "willingness"
)

var (
	clientOutcomes = []outcome{distressChange, trustGain, depth, lateDepth, deepest, changeShare, changeRate}
	// variedOutcomes are those whose variance is taken apart.
	variedOutcomes  = map[string][]outcome{"clients": {distressChange, trustGain, lastTrust, depth, deepest, changeShare, changeRate}, "partners": {agreed, willingness, distressChange}}
	partnerOutcomes = []outcome{agreed, willingness, distressChange}
)

// session is what is kept of an episode.
type session struct {
	// client says who was talked to, and in which luck: the same in all arms.
	client string
	// scenario, repeat and style are parts of that.
	scenario, style string
	repeat          int32
	// others are the names of those who are talked to.
	others []string
	// levels are those of the factors, by field.
	levels   map[string]string
	outcomes map[outcome]float64
	lines    []line
	// plan is the scenario that was played, shared by sessions.
	plan *vignettev1.Scenario
	// persona is that of the client, nil for partners.
	persona *vignettev1.Persona
}

// line is a turn with words.
type line struct {
	role, text string
	// part is who speaks: "client", "counselor", "speaker" or "partner".
	part string
	acts []string
}

// sessionOf measures an episode.
func sessionOf(state *episode.State) *session {
	plan := state.Plan()
	s := &session{
		plan: plan.Scenario, scenario: plan.Cell.GetScenario(), repeat: plan.Cell.GetRepeat(), levels: map[string]string{}, outcomes: map[outcome]float64{},
	}
	s.client = fmt.Sprintf("%s/%d", s.scenario, s.repeat)
	for _, level := range plan.Cell.GetFactors() {
		_, field, _ := strings.Cut(level.GetFactor(), ".")
		s.levels[field] = level.GetLevel()
	}
	parts := map[string]string{}
	var others []string
	for _, role := range plan.Scenario.GetRoles() {
		part := partOf(plan.Scenario, role)
		parts[role.GetId()] = part
		switch part {
		case "client":
			s.persona, s.style = role.GetPersona(), enumname.Of(role.GetPersona().GetStyle())
			others, s.others = append(others, role.GetId()), append(s.others, role.GetName())
		case "partner":
			others, s.others = append(others, role.GetId()), append(s.others, role.GetName())
		}
	}
	for _, turn := range state.Turns() {
		l := line{role: turn.GetRole(), text: turn.GetAction().GetText(), part: parts[turn.GetRole()]}
		for _, act := range turn.GetActs() {
			l.acts = append(l.acts, act.GetAct())
		}
		if l.text != "" {
			s.lines = append(s.lines, l)
		}
	}
	s.measureStates(state, others)
	if s.persona != nil {
		s.measureClient()
	} else {
		s.measurePartners(state, others)
	}
	return s
}

func partOf(scenario *vignettev1.Scenario, role *vignettev1.Role) string {
	switch {
	case role.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT:
		return "client"
	case role.GetKind() == vignettev1.AgentKind_AGENT_KIND_COUNSELOR:
		return "counselor"
	case role.GetId() == scenario.GetFocal():
		return "speaker"
	}
	return "partner"
}

// measureStates takes what others committed, first and last.
func (s *session) measureStates(state *episode.State, others []string) {
	var distress, trust, trusting, willing []float64
	for _, role := range others {
		var first, last *vignettev1.MentalState
		for _, turn := range state.Turns() {
			if turn.GetRole() == role && turn.GetMentalState() != nil {
				if first == nil {
					first = turn.GetMentalState()
				}
				last = turn.GetMentalState()
			}
		}
		if first == nil {
			continue
		}
		if first.Distress != nil && last.Distress != nil {
			distress = append(distress, last.GetDistress()-first.GetDistress())
		}
		if first.Trust != nil && last.Trust != nil {
			trust, trusting = append(trust, last.GetTrust()-first.GetTrust()), append(trusting, last.GetTrust())
		}
		if last.Willingness != nil {
			willing = append(willing, last.GetWillingness())
		}
	}
	s.set(distressChange, distress)
	s.set(trustGain, trust)
	s.set(lastTrust, trusting)
	s.set(willingness, willing)
}

// set keeps a mean; what nobody has stays missing.
func (s *session) set(o outcome, values []float64) {
	if len(values) > 0 {
		s.outcomes[o] = average(values)
	}
}

func average(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func (s *session) measureClient() {
	told, early, lowest, change, sustain, turns := 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
	half := s.clientTurns() / 2
	for _, l := range s.lines {
		if l.part != "client" {
			continue
		}
		if turns == float64(half) {
			early = told
		}
		turns++
		for _, act := range l.acts {
			switch act {
			case "change_talk":
				change++
			case "sustain_talk":
				sustain++
			default:
				if part, ok := strings.CutPrefix(act, "disclose."); ok {
					told += outcomes.Depth(part)
					lowest = max(lowest, outcomes.Depth(part))
				}
			}
		}
	}
	whole := modelWeight(s.persona)
	s.outcomes[depth] = min(1, told/whole)
	s.outcomes[lateDepth] = min(1, (told-early)/whole)
	s.outcomes[deepest] = lowest
	if turns > 0 {
		s.outcomes[changeRate] = change / turns
	}
	if change+sustain > 0 {
		s.outcomes[changeShare] = change / (change + sustain)
	}
}

// clientTurns is how often the client spoke.
func (s *session) clientTurns() int {
	n := 0
	for _, l := range s.lines {
		if l.part == "client" {
			n++
		}
	}
	return n
}

// modelWeight is what the depths of all that a persona could tell add up to, at least 1.
func modelWeight(persona *vignettev1.Persona) float64 {
	model := persona.GetCognitiveModel()
	sum := outcomes.Depth("memory") * float64(len(persona.GetMemories()))
	for _, sentence := range language.Sentences(model.GetRelevantHistory()) {
		if strings.HasPrefix(sentence.Quote, "Recent events") {
			sum += outcomes.Depth("recent")
		} else {
			sum += outcomes.Depth("history")
		}
	}
	sum += outcomes.Depth("coping") * float64(len(model.GetCopingStrategies()))
	sum += outcomes.Depth("intermediate_belief") * float64(len(model.GetIntermediateBeliefs())+len(model.GetIntermediateBeliefsWhenDepressed()))
	sum += outcomes.Depth("core_belief") * float64(len(model.GetCoreBeliefs()))
	for _, situation := range model.GetSituations() {
		sum += outcomes.Depth("situation") + outcomes.Depth("feeling")*float64(len(situation.GetEmotions()))
		sum += outcomes.Depth("automatic_thought")*float64(len(situation.GetAutomaticThoughts())) + outcomes.Depth("behavior")*float64(len(situation.GetBehaviors()))
	}
	return max(1, sum)
}

// measurePartners says how many agreed: by what they meant to do, not by their words.
func (s *session) measurePartners(state *episode.State, others []string) {
	yes := make([]float64, len(others))
	for _, turn := range state.Turns() {
		for i, role := range others {
			if turn.GetRole() != role {
				continue
			}
			for _, act := range turn.GetActs() {
				if act.GetAct() == "partner.agree" || act.GetAct() == "partner.confirm" {
					yes[i] = 1
				}
			}
		}
	}
	s.set(agreed, yes)
}
