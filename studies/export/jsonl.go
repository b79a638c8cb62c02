package export

import (
	"encoding/json"
	"io"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// JSONL writes one episode a line, with everything in it: what was said, what was felt, what it was scored.
type JSONL struct {
	encoder *json.Encoder
	models  map[string]string
}

// NewJSONL returns a writer for the episodes of a run.
func NewJSONL(w io.Writer, manifest *vignettev1.Manifest) *JSONL {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	models := map[string]string{}
	for _, agent := range manifest.GetAgents() {
		models[agent.GetName()] = agent.GetMind()
		if agent.GetModel() != "" {
			models[agent.GetName()] = agent.GetModel()
		}
	}
	return &JSONL{encoder: encoder, models: models}
}

// Write writes one episode.
func (j *JSONL) Write(state *episode.State) error {
	plan := state.Plan()
	out := jsonEpisode{
		Run:      plan.Run,
		Episode:  plan.Episode,
		Scenario: plan.Cell.GetScenario(),
		Factors:  map[string]string{},
		Repeat:   plan.Cell.GetRepeat(),
		Phase:    enumname.Of(state.Phase()),
		Roles:    j.roles(plan.Scenario),
		Turns:    []jsonTurn{},
		Scores:   []jsonScore{},
		Rewards:  map[string]jsonReward{},
		Outcomes: outcomesOf(state),
	}
	for _, level := range plan.Cell.GetFactors() {
		out.Factors[level.GetFactor()] = level.GetLevel()
	}
	if completed := state.Completed(); completed != nil {
		validity := enumname.Of(completed.GetValidity())
		out.Validity, out.Detail = &validity, completed.GetDetail()
		for _, reward := range completed.GetRewards() {
			out.Rewards[reward.GetRole()] = rewardOf(reward)
		}
	}
	if failed := state.Failed(); failed != nil {
		out.Detail = failed.GetMessage()
	}
	if ended := state.Ended(); ended != nil {
		out.EndReason = enumname.Of(ended.GetReason())
	}
	for _, turn := range state.Turns() {
		out.Turns = append(out.Turns, turnOf(turn))
	}
	for _, bids := range state.Bids() {
		out.Bids = append(out.Bids, bidsOf(bids))
	}
	for _, score := range state.Scores() {
		if i := int(score.GetTurnIndex()); score.TurnIndex != nil && i < len(out.Turns) {
			out.Turns[i].Scores = append(out.Turns[i].Scores, scoreOf(score))
		} else {
			out.Scores = append(out.Scores, scoreOf(score))
		}
	}
	for _, answer := range state.Probes() {
		out.Probes = append(out.Probes, probeOf(answer))
	}
	return j.encoder.Encode(out)
}

func (j *JSONL) roles(scenario *vignettev1.Scenario) []jsonRole {
	var out []jsonRole
	for _, role := range scenario.GetRoles() {
		out = append(out, jsonRole{
			ID:      role.GetId(),
			Name:    episode.DisplayName(role),
			Kind:    enumname.Of(role.GetKind()),
			Agent:   role.GetAgent(),
			Model:   j.models[role.GetAgent()],
			Persona: role.GetPersona().GetId(),
			Focal:   role.GetId() == scenario.GetFocal(),
		})
	}
	return out
}
