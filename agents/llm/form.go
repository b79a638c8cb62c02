package llm

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// form is the form of an answer: a JSON Schema from prompts/, strict as endpoints want it (every property required, nothing
// else allowed, null where a number may be unknown).
type form struct {
	name, schema string
	// source is the schema as it stands in its file, for the hash.
	source string
	// fields are the properties, in order.
	fields []string
}

// Forms of answers.
var (
	turnForms = map[vignettev1.AgentKind]form{
		vignettev1.AgentKind_AGENT_KIND_PERSONA:   formOf("persona"),
		vignettev1.AgentKind_AGENT_KIND_CLIENT:    formOf("client"),
		vignettev1.AgentKind_AGENT_KIND_COUNSELOR: formOf("counselor"),
	}
	probeForms = map[vignettev1.ProbeKind]form{
		vignettev1.ProbeKind_PROBE_KIND_EMOTION:  formOf("emotion"),
		vignettev1.ProbeKind_PROBE_KIND_DISTRESS: formOf("distress"),
		vignettev1.ProbeKind_PROBE_KIND_BELIEF:   formOf("belief"),
		vignettev1.ProbeKind_PROBE_KIND_OPEN:     formOf("open"),
		vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT: formOf("next_act"),
	}
	bidForm  = formOf("bid")
	readForm = formOf("reading")
)

// formOf reads a schema that is built in; it panics when there is none.
func formOf(name string) form {
	raw, err := files.ReadFile("prompts/" + name + ".schema.json")
	if err != nil {
		panic(err)
	}
	var schema struct {
		Required []string `json:"required"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		panic(fmt.Sprintf("prompts/%s.schema.json: %v", name, err))
	}
	return form{name: path.Base(name), schema: string(raw), source: string(raw), fields: schema.Required}
}

// foreseeing is the form with foresight, reflection or both in the place of a thought.
func (f form) foreseeing(foresee, reflect bool) form {
	ahead, err := files.ReadFile("prompts/far.schema.json")
	if err != nil {
		panic(err)
	}
	var fields, names string
	if foresee {
		fields, names = `"foresight": `+strings.TrimSpace(string(ahead)), `"foresight", `
	}
	if reflect {
		if foresee {
			fields += ", "
		}
		fields, names = fields+`"reflection": {"type": "string"}`, names+`"reflection", `
	}
	f.schema = strings.NewReplacer(`"thought": {"type": "string"}`, fields, `"required": ["thought", `, `"required": [`+names).Replace(f.schema)
	f.name, f.source = f.name+"_far", f.schema
	return f
}

// of puts the actions allowed now, and the ids of those present, into the places that a schema has for them.
func (f form) of(obs *vignettev1.Observation) form {
	f.schema = strings.NewReplacer(
		`["ACTIONS"]`, list(actionsOf(obs)), `["ROLES"]`, list(rolesOf(obs)), `["", "ROLES"]`, list(append([]string{""}, rolesOf(obs)...)),
	).Replace(f.schema)
	return f
}

// answer is the form as the gateway takes it.
func (f form) answer() *vignettev1.AnswerForm {
	return &vignettev1.AnswerForm{Name: f.name, Schema: f.schema}
}

func list(names []string) string {
	raw, err := json.Marshal(names)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

var allActions = []vignettev1.ActionKind{
	vignettev1.ActionKind_ACTION_KIND_SPEAK, vignettev1.ActionKind_ACTION_KIND_NONVERBAL, vignettev1.ActionKind_ACTION_KIND_ACT,
	vignettev1.ActionKind_ACTION_KIND_LEAVE, vignettev1.ActionKind_ACTION_KIND_SILENT,
}

// actionsOf are the names of the actions allowed now.
func actionsOf(obs *vignettev1.Observation) []string {
	var names []string
	for _, kind := range allActions {
		if agents.Allows(obs, kind) {
			names = append(names, enumname.Of(kind))
		}
	}
	return names
}

// rolesOf are the ids of those present. A list of choices may not be empty, so there is a stand-in for nobody.
func rolesOf(obs *vignettev1.Observation) []string {
	var ids []string
	for _, other := range present(obs) {
		ids = append(ids, other.GetId())
	}
	if len(ids) == 0 {
		return []string{"nobody"}
	}
	return ids
}

// reported is an answer of a turn's form. Kinds fill in the fields that their form has.
type reported struct {
	Thought           string          `json:"thought"`
	Felt              []feeling       `json:"felt"`
	Distress          *float64        `json:"distress"`
	Expressed         []feeling       `json:"expressed"`
	ExpressedDistress *float64        `json:"expressed_distress"`
	Trust             *float64        `json:"trust"`
	Resistance        *float64        `json:"resistance"`
	Willingness       *float64        `json:"willingness"`
	Ambivalence       *float64        `json:"ambivalence"`
	Others            []otherReported `json:"others"`
	Intent            string          `json:"intent"`
	Action            string          `json:"action"`
	To                []string        `json:"to"`
	Addressee         string          `json:"addressee"`
	Say               string          `json:"say"`
}

type feeling struct {
	Emotion   string  `json:"emotion"`
	Intensity float64 `json:"intensity"`
}

type otherReported struct {
	Role       string    `json:"role"`
	Felt       []feeling `json:"felt"`
	Distress   *float64  `json:"distress"`
	Confidence *float64  `json:"confidence"`
}

// sayField is where the words are. All that is committed before them stands before it.
const sayField = "say"

// read takes an answer apart. Without its say it is the head of one that is still coming.
func (f form) read(answer string, head bool) (*reported, error) {
	var found map[string]json.RawMessage
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		return nil, err
	}
	for _, field := range f.fields {
		if _, ok := found[field]; !ok && !(head && field == sayField) {
			return nil, fmt.Errorf("the answer has no field %q", field)
		}
	}
	r := new(reported)
	if err := json.Unmarshal([]byte(answer), r); err != nil {
		return nil, err
	}
	return r, nil
}

// action is what an answer says is done, or nil when that is nothing a role may do.
func (r *reported) action(obs *vignettev1.Observation) *vignettev1.Action {
	for _, kind := range allActions {
		if enumname.Of(kind) == r.Action && agents.Allows(obs, kind) {
			action := &vignettev1.Action{Kind: kind, To: addressed(obs, r.To)}
			if kind != vignettev1.ActionKind_ACTION_KIND_SILENT {
				action.Text = strings.TrimSpace(unfenced(r.Say))
			}
			agents.For(obs, action, r.Addressee)
			return action
		}
	}
	return nil
}

// addressed are those who alone perceive an action. Between two people that is everybody; ids that nobody present has are
// left out.
func addressed(obs *vignettev1.Observation, to []string) []string {
	here := rolesOf(obs)
	var ids []string
	for _, id := range to {
		if slices.Contains(here, id) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(here) < 2 || len(obs.GetOthers()) < 2 {
		return nil
	}
	return ids
}
