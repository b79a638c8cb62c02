package episode

import (
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Observe builds all that a role may know now. This is the only place where an observation is built, and it copies
// field by field: what is not copied here, no agent learns. The result shares messages with the state; it is to be sent,
// not changed.
func (s *State) Observe(role string) *vignettev1.Observation {
	scenario := s.plan.Scenario
	luck := s.plan.Luck[role]
	return &vignettev1.Observation{
		Episode:    s.plan.Episode,
		TurnIndex:  int32(len(s.turns)),
		Language:   scenario.GetLanguage(),
		Setting:    scenario.GetSetting(),
		Self:       s.roleCard(s.plan.role(role)),
		Others:     s.participants(role),
		Turns:      s.perceived(role),
		AgentState: s.agentState(role),
		Chance: &vignettev1.Chance{
			Episode: luck,
			Turn:    turnLuck(luck, len(s.turns), s.branchSeed),
		},
		TurnsLeft: scenario.GetStop().GetMaxTurns() - int32(len(s.turns)),
	}
}

// Transcript builds all that an evaluator may know: the transcript, and what it declared to need.
func (s *State) Transcript(use *vignettev1.EvaluatorUse, turn *int32) *vignettev1.EvaluateRequest {
	return s.TranscriptFor(use, turn, s.plan.Evaluators[use.GetName()].GetNeeds())
}

// TranscriptFor is the same for an evaluator that is asked later, and that the run knows nothing of: needs are those it declares.
func (s *State) TranscriptFor(use *vignettev1.EvaluatorUse, turn *int32, needs []vignettev1.Need) *vignettev1.EvaluateRequest {
	scenario := s.plan.Scenario
	request := &vignettev1.EvaluateRequest{
		Episode:      s.plan.Episode,
		Language:     scenario.GetLanguage(),
		Setting:      scenario.GetSetting(),
		Participants: s.participants(""),
		Role:         use.GetRole(),
		TurnIndex:    turn,
		Rubric:       use.GetRubric(),
		Samples:      use.GetSamples(),
		AbstainBelow: use.GetAbstainBelow(),
	}
	for _, t := range s.turns {
		request.Turns = append(request.Turns, perceive(t))
	}
	if slices.Contains(needs, vignettev1.Need_NEED_OBJECTIVE) {
		request.Objective = scenario.GetObjective()
	}
	if slices.Contains(needs, vignettev1.Need_NEED_PROBES) {
		request.Probes, request.ProbeSpecs = s.probes, scenario.GetProbes()
	}
	if slices.Contains(needs, vignettev1.Need_NEED_ROLE_CARDS) {
		for _, role := range scenario.GetRoles() {
			card := s.roleCard(role)
			card.Objective, card.Policy, card.Script = nil, nil, nil
			request.RoleCards = append(request.RoleCards, card)
		}
	}
	request.PrivateTurns = s.privateTurns(
		slices.Contains(needs, vignettev1.Need_NEED_MENTAL_STATES),
		slices.Contains(needs, vignettev1.Need_NEED_INTENDED_ACTS))
	return request
}

// roleCard is everything a role knows about itself. What an import kept and nobody mapped stays with the study.
func (s *State) roleCard(role *vignettev1.Role) *vignettev1.RoleCard {
	persona := role.GetPersona()
	card := &vignettev1.RoleCard{
		Id:       role.GetId(),
		Name:     DisplayName(role),
		Kind:     role.GetKind(),
		Relation: role.GetRelation(),
		Persona: &vignettev1.Persona{
			Id:             persona.GetId(),
			Name:           persona.GetName(),
			Introduction:   persona.GetIntroduction(),
			Language:       persona.GetLanguage(),
			Identity:       persona.GetIdentity(),
			Traits:         persona.GetTraits(),
			Memories:       persona.GetMemories(),
			CognitiveModel: persona.GetCognitiveModel(),
			Style:          persona.GetStyle(),
		},
		Policy:    role.GetPolicy(),
		Goal:      role.GetGoal(),
		Knowledge: role.GetKnowledge(),
		Stance:    role.GetStance(),
		Change:    changeOf(role),
		Script:    role.GetScript(),
	}
	if role.GetId() == s.plan.Scenario.GetFocal() {
		card.Objective = s.plan.Scenario.GetObjective()
	}
	return card
}

// changeOf is what a role might change: what the scenario says of it, else what its persona brings along.
func changeOf(role *vignettev1.Role) *vignettev1.Change {
	if own := role.GetChange(); own != nil {
		return own
	}
	return role.GetPersona().GetChange()
}

// participants are the roles as everybody knows them, without the one who looks.
func (s *State) participants(looking string) []*vignettev1.Participant {
	var out []*vignettev1.Participant
	for _, role := range s.plan.Scenario.GetRoles() {
		if role.GetId() == looking {
			continue
		}
		out = append(out, &vignettev1.Participant{
			Id:           role.GetId(),
			Name:         DisplayName(role),
			Kind:         role.GetKind(),
			Relation:     role.GetRelation(),
			Introduction: role.GetPersona().GetIntroduction(),
			Left:         s.left[role.GetId()],
		})
	}
	return out
}

// perceived are the turns a role was there for: its own, those meant for everybody, those meant for it.
func (s *State) perceived(role string) []*vignettev1.PerceivedTurn {
	out := make([]*vignettev1.PerceivedTurn, 0, len(s.turns))
	for _, turn := range s.turns {
		to := turn.GetAction().GetTo()
		if turn.GetRole() == role || len(to) == 0 || slices.Contains(to, role) {
			out = append(out, perceive(turn))
		}
	}
	return out
}

func perceive(turn *vignettev1.Turn) *vignettev1.PerceivedTurn {
	return &vignettev1.PerceivedTurn{Index: turn.GetIndex(), Role: turn.GetRole(), Action: turn.GetAction()}
}

// agentState is what the role's agent asked to be given back.
func (s *State) agentState(role string) []byte {
	for i := len(s.turns) - 1; i >= 0; i-- {
		if s.turns[i].GetRole() == role {
			return s.turns[i].GetAgentState()
		}
	}
	return nil
}

func (s *State) privateTurns(states, acts bool) []*vignettev1.PrivateTurn {
	if !states && !acts {
		return nil
	}
	out := make([]*vignettev1.PrivateTurn, 0, len(s.turns))
	models := map[string]int32{"": 0} // by number: who thinks alike is told, and not with what
	for _, turn := range s.turns {
		private := &vignettev1.PrivateTurn{Index: turn.GetIndex()}
		if states {
			private.MentalState, private.Appraisal = turn.GetMentalState(), turn.GetAppraisal()
			model := turn.GetProvenance().GetModel()
			if _, met := models[model]; !met {
				models[model] = int32(len(models))
			}
			private.ModelNumber = models[model]
		}
		if acts {
			private.Acts = turn.GetActs()
		}
		out = append(out, private)
	}
	return out
}
