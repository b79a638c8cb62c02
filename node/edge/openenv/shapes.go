package openenv

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/environment"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Codes of errors, as OpenEnv has them.
const (
	invalidJSON     = "INVALID_JSON"
	unknownType     = "UNKNOWN_TYPE"
	validationError = "VALIDATION_ERROR"
	executionError  = "EXECUTION_ERROR"
	capacityReached = "CAPACITY_REACHED"
	factoryError    = "FACTORY_ERROR"
	sessionError    = "SESSION_ERROR"
)

// fault is an error as clients are told it.
type fault struct {
	Message string `json:"message"`
	Code    string `json:"code"`
}

func (f *fault) Error() string { return f.Message }

func faultf(code, format string, args ...any) *fault {
	return &fault{Message: fmt.Sprintf(format, args...), Code: code}
}

// faultOf is an item's error in OpenEnv's words. Beginning says that an episode was to begin.
func faultOf(refused *vignettev1.EnvironmentError, beginning bool) *fault {
	code := executionError
	switch refused.GetReason() {
	case environment.ReasonRequest:
		code = validationError
	case environment.ReasonCapacity:
		code = capacityReached
	case environment.ReasonEnvironment:
		code = sessionError
	case environment.ReasonPartner:
		if beginning {
			code = factoryError
		}
	}
	return &fault{Message: refused.GetMessage(), Code: code}
}

// resetData is what a reset may say. All of it may be left away; what follows episode_id is ours.
type resetData struct {
	Seed      *uint64 `json:"seed"`
	EpisodeID string  `json:"episode_id"`
	Scenario  string  `json:"scenario"`
	Role      string  `json:"role"`
	Reward    string  `json:"reward"`
	MaxSteps  int32   `json:"max_steps"`
}

// actionData is an action. With one required field, text alone is an action too.
type actionData struct {
	Text      *string         `json:"text"`
	Kind      string          `json:"kind"`
	To        []string        `json:"to"`
	Addressee string          `json:"addressee"`
	TurnIndex *int32          `json:"turn_index"`
	Metadata  json.RawMessage `json:"metadata"` // OpenEnv's clients may send it; nothing is done with it
}

// read reads JSON strictly: an unknown field is a fault that names it.
func read(data []byte, into any) *fault {
	if len(bytes.TrimSpace(data)) == 0 || string(data) == "null" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("something follows it")
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) {
		return faultf(invalidJSON, "this is no JSON: %v", err)
	}
	return faultf(validationError, "%s", strings.TrimPrefix(err.Error(), "json: "))
}

// timings are the values of a reset's reward.
var timings = map[string]vignettev1.RewardTiming{
	"": vignettev1.RewardTiming_REWARD_TIMING_UNSPECIFIED, "outcome": vignettev1.RewardTiming_REWARD_TIMING_ON_OUTCOME,
	"turn": vignettev1.RewardTiming_REWARD_TIMING_ON_TURN,
}

// item is a reset for the service, where the defaults are the server's.
func (d resetData) item(defaults Defaults, at string) (*vignettev1.ResetItem, *fault) {
	timing, known := timings[d.Reward]
	if !known {
		return nil, faultf(validationError, "reward: %q is none of outcome, turn", d.Reward)
	}
	item := &vignettev1.ResetItem{Environment: at, Role: d.Role, Seed: d.Seed, Label: d.EpisodeID, Timing: timing, MaxSteps: d.MaxSteps}
	if d.Scenario != "" {
		item.Situation = &vignettev1.ResetItem_Library{Library: d.Scenario}
	}
	if at != "" {
		return item, nil
	}
	if item.Situation == nil {
		if defaults.Scenario == "" {
			return nil, faultf(validationError, "scenario: say which one of the library is played, in the reset or when the server is started")
		}
		item.Situation = &vignettev1.ResetItem_Library{Library: defaults.Scenario}
		if item.GetRole() == "" {
			item.Role = defaults.Role
		}
	}
	if timing == vignettev1.RewardTiming_REWARD_TIMING_UNSPECIFIED {
		item.Timing = timings[defaults.Reward]
	}
	if item.GetMaxSteps() == 0 {
		item.MaxSteps = defaults.MaxSteps
	}
	return item, nil
}

// readAction reads an action: an object, or text alone.
func readAction(data []byte) (*vignettev1.Action, *int32, *fault) {
	var action actionData
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '"' {
		var text string
		if err := read(trimmed, &text); err != nil {
			return nil, nil, err
		}
		action.Text = &text
	} else if err := read(data, &action); err != nil {
		return nil, nil, err
	}
	if action.Text == nil {
		return nil, nil, faultf(validationError, "text: this is missing (it takes the words that are said)")
	}
	kind := vignettev1.ActionKind_ACTION_KIND_SPEAK
	if action.Kind != "" {
		found := false
		for _, name := range actionKinds {
			if name == action.Kind {
				kind, found = vignettev1.ActionKind(vignettev1.ActionKind_value["ACTION_KIND_"+strings.ToUpper(name)]), true
			}
		}
		if !found {
			return nil, nil, faultf(validationError, "kind: %q is none of %s", action.Kind, strings.Join(actionKinds, ", "))
		}
	}
	return &vignettev1.Action{Kind: kind, Text: *action.Text, To: action.To, Addressee: action.Addressee}, action.TurnIndex, nil
}

var actionKinds = []string{"speak", "nonverbal", "act", "leave", "silent"}

// answer is what a reset or step is answered with.
type answer struct {
	Observation map[string]any `json:"observation"`
	Reward      *float64       `json:"reward"`
	Done        bool           `json:"done"`
}

// answerOf is a step in OpenEnv's words. There, only done says that an episode is over: how and why stands in the observation.
func answerOf(step *vignettev1.EnvironmentStep) (*answer, error) {
	raw, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(step.GetObservation())
	if err != nil {
		return nil, err
	}
	observation := map[string]any{}
	if err := json.Unmarshal(raw, &observation); err != nil {
		return nil, err
	}
	for _, list := range []string{"turns", "others"} {
		if observation[list] == nil {
			observation[list] = []any{}
		}
	}
	observation["text"] = step.GetText()
	observation["turn_index"], observation["turns_left"] = step.GetObservation().GetTurnIndex(), step.GetObservation().GetTurnsLeft()
	observation["episode"], observation["run"], observation["environment"] = step.GetEpisode(), step.GetRun(), step.GetEnvironment()
	observation["seed"] = seedOf(step.GetSeed())
	observation["terminated"], observation["truncated"] = step.GetTerminated(), step.GetTruncated()
	observation["stop_reason"] = nil
	if step.GetStopReason() != "" {
		observation["stop_reason"] = step.GetStopReason()
	}
	observation["reward_components"] = components(step.GetComponents())
	observation["episode_reward"] = step.EpisodeReward
	observation["reward_missing"] = nil
	if step.GetRewardMissing() != nil {
		observation["reward_missing"] = enumname.Of(step.GetRewardMissing().GetReason())
	}
	return &answer{Observation: observation, Reward: step.Reward, Done: step.GetTerminated() || step.GetTruncated()}, nil
}

// seedOf keeps seeds exact for clients whose numbers are floating: a large one is text.
func seedOf(seed uint64) any {
	if seed > 1<<53 {
		return fmt.Sprint(seed)
	}
	return seed
}

// component is one named part of a reward.
type component struct {
	Name    string   `json:"name"`
	Weight  float64  `json:"weight"`
	Value   *float64 `json:"value"`
	Missing *string  `json:"missing"`
	Turn    *int32   `json:"turn_index"`
}

func components(all []*vignettev1.RewardComponent) []component {
	out := make([]component, 0, len(all))
	for _, c := range all {
		named := component{Name: c.GetName(), Weight: c.GetWeight(), Value: c.Value, Turn: c.TurnIndex}
		if c.Value == nil {
			named.Missing = proto.String(enumname.Of(c.GetMissing()))
		}
		out = append(out, named)
	}
	return out
}

// schema describes actions, observations and the state, as JSON Schemas.
func schema() map[string]any {
	text := map[string]any{"type": "string"}
	count := map[string]any{"type": "integer", "minimum": 0, "maximum": math.MaxInt32}
	nullable := func(t string) map[string]any { return map[string]any{"type": []string{t, "null"}} }
	flag := map[string]any{"type": "boolean"}
	return map[string]any{
		"action": map[string]any{
			"type": "object", "required": []string{"text"}, "additionalProperties": false,
			"properties": map[string]any{
				"text":       map[string]any{"type": "string", "maxLength": 20000, "description": "The words said, or the gesture or deed; empty when silent."},
				"kind":       map[string]any{"enum": actionKinds, "default": "speak", "description": "What kind of action."},
				"to":         map[string]any{"type": "array", "items": text, "maxItems": 8, "description": "Ids of those who alone perceive it; empty: everybody."},
				"addressee":  map[string]any{"type": "string", "description": "Id of the one it is meant for; empty: nobody in particular."},
				"turn_index": map[string]any{"type": "integer", "minimum": 0, "description": "The observation's turn_index; the same step sent twice is then taken once."},
				"metadata":   map[string]any{"type": "object", "description": "Nothing is done with it."},
			},
		},
		"observation": map[string]any{
			"type": "object",
			"properties": map[string]any{
				"text":       map[string]any{"type": "string", "description": "What the others did since the last step; with several, a name before each."},
				"turn_index": count, "turns_left": map[string]any{"type": "integer"}, "language": text, "setting": text,
				"self": map[string]any{"type": "object"}, "others": map[string]any{"type": "array"}, "turns": map[string]any{"type": "array"},
				"terminated": flag, "truncated": flag, "stop_reason": nullable("string"), "episode_reward": nullable("number"),
				"reward_missing": nullable("string"), "reward_components": map[string]any{"type": "array"},
				"seed": map[string]any{"type": []string{"integer", "string"}}, "run": text, "episode": text, "environment": text,
			},
		},
		"state": map[string]any{
			"type":       "object",
			"properties": map[string]any{"episode_id": nullable("string"), "step_count": count, "run": nullable("string")},
		},
	}
}
