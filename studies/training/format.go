package training

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Format is a shape that trainers load.
type Format string

// Formats.
const (
	// SFT is TRL's conversational language modelling: {"messages": [...]}.
	SFT Format = "sft"
	// Turns is TRL's prompt and completion, a row for each of the learner's turns.
	Turns Format = "sft-turns"
	// DPO is TRL's preference with an explicit prompt.
	DPO Format = "dpo"
	// Reward is TRL's preference for reward models: whole conversations, with a margin.
	Reward Format = "reward"
	// KTO is TRL's unpaired preference: {"prompt", "completion", "label"}.
	KTO Format = "kto"
	// PRM is TRL's stepwise supervision, in plain strings.
	PRM Format = "prm"
	// GRPO are prompts for online methods, a row for each of the learner's turns.
	GRPO Format = "grpo"
	// Verl are verl's columns, as Parquet.
	Verl Format = "verl"
	// OpenRLHF is a preference as OpenRLHF loads it: {"chosen", "rejected", "margin"}.
	OpenRLHF Format = "openrlhf"
	// Sotopia is Sotopia's EpisodeLog.
	Sotopia Format = "sotopia"
)

// Formats are all of them.
func Formats() []Format {
	return []Format{SFT, Turns, DPO, Reward, KTO, PRM, GRPO, Verl, OpenRLHF, Sotopia}
}

// OfPairs says whether a format is made of pairs of episodes.
func (f Format) OfPairs() bool { return f == DPO || f == Reward || f == OpenRLHF }

// Binary says whether a format is no text.
func (f Format) Binary() bool { return f == Verl }

type sftRow struct {
	Messages []Message `json:"messages"`
}

type completionRow struct {
	Prompt     []Message `json:"prompt"`
	Completion []Message `json:"completion"`
}

type ktoRow struct {
	Prompt     []Message `json:"prompt"`
	Completion []Message `json:"completion"`
	Label      bool      `json:"label"`
	// Simulated is there where the row rests on ratings that simulated annotators made up.
	Simulated bool `json:"simulated_annotators,omitempty"`
}

type prmRow struct {
	Prompt      string    `json:"prompt"`
	Completions []string  `json:"completions"`
	Labels      []float64 `json:"labels"`
}

type prmBoolRow struct {
	Prompt      string   `json:"prompt"`
	Completions []string `json:"completions"`
	Labels      []bool   `json:"labels"`
}

type grpoRow struct {
	Prompt    []Message `json:"prompt"`
	Scenario  string    `json:"scenario"`
	Episode   string    `json:"episode"`
	TurnIndex int32     `json:"turn_index"`
}

type dpoRow struct {
	Prompt   []Message `json:"prompt"`
	Chosen   []Message `json:"chosen"`
	Rejected []Message `json:"rejected"`
	// Simulated is there where the row rests on ratings that simulated annotators made up.
	Simulated bool `json:"simulated_annotators,omitempty"`
}

type rewardRow struct {
	Chosen   []Message `json:"chosen"`
	Rejected []Message `json:"rejected"`
	Margin   float64   `json:"margin"`
	// Simulated is there where the row rests on ratings that simulated annotators made up.
	Simulated bool `json:"simulated_annotators,omitempty"`
}

type verlRow struct {
	DataSource  string      `parquet:"data_source"`
	Prompt      []Message   `parquet:"prompt,list"`
	Ability     string      `parquet:"ability"`
	RewardModel verlReward  `parquet:"reward_model"`
	ExtraInfo   verlContext `parquet:"extra_info"`
}

type verlReward struct {
	Style       string `parquet:"style"`
	GroundTruth string `parquet:"ground_truth"`
}

type verlContext struct {
	Split             string          `parquet:"split"`
	Index             int64           `parquet:"index"`
	InteractionKwargs verlInteraction `parquet:"interaction_kwargs"`
}

type verlInteraction struct {
	Name     string `parquet:"name"`
	Scenario string `parquet:"scenario"`
	Episode  string `parquet:"episode"`
}

// Rows of the learner's conversation in a format that is made of single episodes. The error says why there are none.
func rowsOf(f Format, c *Conversation, state *episode.State, worth Worth, o Options) ([]any, error) {
	if len(c.Steps) == 0 {
		return nil, fmt.Errorf("the learner said nothing")
	}
	switch f {
	case SFT:
		return []any{sftRow{c.upToLearner()}}, nil
	case Turns:
		return eachStep(c, func(s Step) any {
			return completionRow{c.Messages[:s.Message], c.Messages[s.Message : s.Message+1]}
		}), nil
	case KTO:
		if worth.Missing != "" {
			return nil, fmt.Errorf("%s", worth.Missing)
		}
		first := c.Steps[0].Message
		return []any{ktoRow{c.Messages[:first], c.upToLearner()[first:], worth.Value >= o.Threshold, worth.Raters == Simulated}}, nil
	case PRM:
		return stepsOf(c, state, o)
	case GRPO:
		return eachStep(c, func(s Step) any {
			return grpoRow{c.Messages[:s.Message], state.Plan().Cell.GetScenario(), c.Episode, s.Turn}
		}), nil
	}
	return nil, fmt.Errorf("format %s is not made of single episodes", f)
}

func eachStep(c *Conversation, row func(Step) any) []any {
	out := make([]any, len(c.Steps))
	for i, s := range c.Steps {
		out[i] = row(s)
	}
	return out
}

// stepsOf are the learner's turns as labelled steps: what others said stands at the beginning of the step that answers it. A turn
// without a reward of its own is part of the next step that has one; what is left at the end is not told.
func stepsOf(c *Conversation, state *episode.State, o Options) ([]any, error) {
	paid := map[int32]float64{}
	for _, reward := range state.Completed().GetRewards() {
		for _, turn := range reward.GetPerTurn() {
			if value, ok := turn.GetOutcome().(*vignettev1.TurnReward_Value); ok && reward.GetRole() == c.Learner {
				paid[turn.GetTurnIndex()] = value.Value
			}
		}
	}
	row, pending, from := prmRow{Prompt: c.Messages[0].Content}, []string{}, 1
	for _, step := range c.Steps {
		for _, m := range c.Messages[from : step.Message+1] {
			if m.Content == opening {
				continue // A stage direction for chat templates.
			}
			pending = append(pending, map[string]string{user: "Other", assistant: "You"}[m.Role]+": "+m.Content)
		}
		from = step.Message + 1
		value, ok := paid[step.Turn]
		if !ok {
			continue
		}
		row.Completions, row.Labels, pending = append(row.Completions, strings.Join(pending, "\n")), append(row.Labels, value), nil
	}
	if len(row.Labels) == 0 {
		return nil, fmt.Errorf("no turn of the learner has a reward of its own")
	}
	if o.FloatLabels {
		return []any{row}, nil
	}
	bools := prmBoolRow{Prompt: row.Prompt, Completions: row.Completions}
	for _, label := range row.Labels {
		bools.Labels = append(bools.Labels, label > 0)
	}
	return []any{bools}, nil
}

// rowOf is a preference in a format that is made of pairs.
func rowOf(f Format, p *Preference) any {
	if f == DPO {
		return dpoRow{p.Prompt, p.Chosen, p.Rejected, p.Raters == Simulated}
	}
	return rewardRow{slices.Concat(p.Prompt, p.Chosen), slices.Concat(p.Prompt, p.Rejected), p.Margin, p.Raters == Simulated}
}

// verlOf is a row for verl: the prompt of the learner's first words, and how the episode is found again.
func verlOf(c *Conversation, state *episode.State, worth Worth, split string, index int) (verlRow, error) {
	if len(c.Steps) == 0 {
		return verlRow{}, fmt.Errorf("the learner said nothing")
	}
	truth := ""
	if worth.Missing == "" {
		truth = fmt.Sprintf("%g", worth.Value)
	}
	scenario := state.Plan().Cell.GetScenario()
	return verlRow{
		DataSource: "vignette/" + scenario, Prompt: c.Messages[:c.Steps[0].Message], Ability: "conversation",
		RewardModel: verlReward{"rule", truth}, ExtraInfo: verlContext{split, int64(index), verlInteraction{"vignette", scenario, c.Episode}},
	}, nil
}

// sotopiaLog is Sotopia's EpisodeLog.
type sotopiaLog struct {
	PK            string        `json:"pk"`
	Environment   string        `json:"environment"`
	Agents        []string      `json:"agents"`
	Tag           string        `json:"tag"`
	Models        []string      `json:"models"`
	Messages      [][][3]string `json:"messages"`
	Reasoning     string        `json:"reasoning"`
	Rewards       []any         `json:"rewards"`
	RewardsPrompt string        `json:"rewards_prompt"`
}

// sotopiaDimensions are Sotopia's own names for its seven dimensions, by ours.
var sotopiaDimensions = map[string]string{
	"social.believability": "believability", "social.relationship": "relationship", "social.knowledge": "knowledge", "social.secret": "secret",
	"social.rules": "social_rules", "social.benefit": "financial_and_material_benefits", "social.goal": "goal",
}

// sotopiaOf is an episode as Sotopia logs it: a list of messages for each turn, by names, and for each agent its reward and the
// dimensions it has.
func sotopiaOf(state *episode.State, run string, models map[string]string) sotopiaLog {
	plan := state.Plan()
	out := sotopiaLog{PK: plan.Episode, Environment: plan.Cell.GetScenario(), Tag: run, Models: []string{"vignette"}, Messages: [][][3]string{}}
	names := map[string]string{}
	for _, role := range plan.Scenario.GetRoles() {
		names[role.GetId()] = episode.DisplayName(role)
		out.Agents, out.Models = append(out.Agents, role.GetPersona().GetId()), append(out.Models, models[role.GetAgent()])
	}
	for _, turn := range state.Turns() {
		to := "Environment"
		if whispered := turn.GetAction().GetTo(); len(whispered) == 1 {
			to = names[whispered[0]]
		}
		out.Messages = append(out.Messages, [][3]string{{names[turn.GetRole()], to, sotopiaAction(turn.GetAction())}})
	}
	for _, role := range plan.Scenario.GetRoles() {
		out.Rewards = append(out.Rewards, sotopiaReward(state, role.GetId()))
	}
	return out
}

func sotopiaAction(a *vignettev1.Action) string {
	switch a.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SPEAK:
		return fmt.Sprintf("said: %q", a.GetText())
	case vignettev1.ActionKind_ACTION_KIND_LEAVE:
		return "left the conversation"
	case vignettev1.ActionKind_ACTION_KIND_SILENT:
		return "did nothing"
	case vignettev1.ActionKind_ACTION_KIND_NONVERBAL:
		return "[non-verbal communication] " + a.GetText()
	}
	return "[" + enumname.Of(a.GetKind()) + "] " + a.GetText()
}

// sotopiaReward is [reward, dimensions] for an agent; the reward is null where there is none, and a dimension that is missing is not there.
func sotopiaReward(state *episode.State, role string) []any {
	dimensions := map[string]float64{}
	for _, score := range state.Scores() {
		if name := sotopiaDimensions[score.GetDimension()]; name != "" && score.TurnIndex == nil && score.GetRole() == role && score.GetValue() != nil {
			dimensions[name] = score.GetValue().GetNumber()
		}
	}
	if worth := (byReward{}).Of(state, role, nil); worth.Missing == "" {
		return []any{worth.Value, dimensions}
	}
	return []any{nil, dimensions}
}

// sink takes rows.
type sink interface {
	put(row any) error
	close() error
}

type lines struct{ encoder *json.Encoder }

func newLines(w io.Writer) lines {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return lines{encoder}
}

func (l lines) put(row any) error { return l.encoder.Encode(row) }
func (lines) close() error        { return nil }

type columns struct {
	writer *parquet.GenericWriter[verlRow]
}

func newColumns(w io.Writer) columns {
	return columns{parquet.NewGenericWriter[verlRow](w, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(rowGroup))}
}

// rowGroup is how many rows are held until they are written.
const rowGroup = 5000

func (c columns) put(row any) error {
	_, err := c.writer.Write([]verlRow{row.(verlRow)})
	return err
}
func (c columns) close() error { return c.writer.Close() }
