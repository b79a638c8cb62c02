package judge

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed prompts
var prompts embed.FS

var (
	systemPrompt   = prompt.Must(prompts, "prompts/system.tmpl")
	casePrompt     = prompt.Must(prompts, "prompts/case.tmpl")
	turnPrompt     = prompt.Must(prompts, "prompts/turn.tmpl")
	questionPrompt = prompt.Must(prompts, "prompts/question.tmpl", "prompts/turn.tmpl")
)

// form is what is the same in every question about the same dimensions: how they are explained, and how the answer looks and is
// read.
type form struct {
	dimensions []*vignettev1.DimensionSpec
	// answer reads answers of this form.
	answer answer
	// system is the first message, question makes the last.
	system   string
	question *prompt.Template
	// heard is what may be quoted; nil is the turn, or of the whole all turns of the role.
	heard func(occasion) []said
	// idle says why nobody need be asked; nil never does.
	idle func(occasion) (vignettev1.MissingReason, string)
	// schema is a JSON Schema of the answer.
	schema string
	// hash is a hex sha256 over all words that do not come with a request.
	hash string
}

// answer reads what a model answered, one score for each dimension of the form. An error says why the answer as a whole is
// none; it is asked for once more then.
type answer interface {
	read(o occasion, raw string, texts []said) ([]*vignettev1.Score, error)
}

// seal names the words of a form that do not come with a request.
func (f *form) seal(templates ...*prompt.Template) *form {
	var parts []string
	for _, t := range templates {
		parts = append(parts, t.Hash())
	}
	f.hash = hashOf(append(parts, f.system, f.schema)...)
	return f
}

// explained is a dimension as the prompt has it.
type explained struct{ Key, Definition, Scale string }

// ratings is the form of an answer in which each dimension is rated by itself: a reason, words that show it, a label or number.
type ratings struct {
	// keys are what the dimensions are called in the answer, in their order.
	keys []string
	// rewording says that the answer has a suggestion.
	rewording bool
}

// turnsForm makes the form of the question about a turn; nil when no dimension is scored on turns.
func (f Family) turnsForm() (*form, error) {
	if f.turns != nil {
		return f.turns(f.ofTurns())
	}
	return newForm(f, f.ofTurns(), false)
}

// newForm makes the form in which some dimensions are rated, of turns or of the whole; nil when there are none.
func newForm(family Family, dimensions []*vignettev1.DimensionSpec, whole bool) (*form, error) {
	if len(dimensions) == 0 {
		return nil, nil
	}
	r := ratings{keys: keysOf(dimensions), rewording: family.Rewording && !whole}
	f := &form{dimensions: dimensions, answer: r, question: questionPrompt}
	data := struct {
		Dimensions                               []explained
		Rubric                                   string
		Whole, Rewording, Labels, Numbers, Codes bool
	}{Rubric: family.Rubric, Whole: whole, Rewording: r.rewording}
	for i, spec := range dimensions {
		data.Dimensions = append(data.Dimensions, explained{r.keys[i], family.definition(spec), scaleOf(spec)})
		data.Codes = data.Codes || isCodes(spec)
		data.Labels = data.Labels || len(spec.GetLabels()) > 0 && !isCodes(spec)
		data.Numbers = data.Numbers || len(spec.GetLabels()) == 0
	}
	var err error
	if f.system, err = systemPrompt.Render(data); err != nil {
		return nil, err
	}
	if f.schema, err = r.schemaOf(dimensions); err != nil {
		return nil, err
	}
	return f.seal(systemPrompt, casePrompt, turnPrompt, questionPrompt), nil
}

// keysOf are the last parts of the dimensions' ids, which are shorter to write, or the ids where those are not unique.
func keysOf(dimensions []*vignettev1.DimensionSpec) []string {
	var ids, short []string
	for _, spec := range dimensions {
		id := spec.GetId()
		ids = append(ids, id)
		short = append(short, id[strings.LastIndexByte(id, '.')+1:])
	}
	if slices.Contains(short, "") || slices.Contains(short, noSuggestion) || len(slices.Compact(slices.Sorted(slices.Values(short)))) < len(short) {
		return ids
	}
	return short
}

func scaleOf(spec *vignettev1.DimensionSpec) string {
	switch labels := spec.GetLabels(); {
	case isCodes(spec):
		return "codes: " + strings.Join(labels, ", ")
	case spec.GetScale() == vignettev1.Scale_SCALE_NOMINAL:
		return "one of: " + strings.Join(labels, ", ")
	case len(labels) > 0:
		return strings.Join(labels, " < ")
	}
	return fmt.Sprintf("%v to %v", spec.GetMin(), spec.GetMax())
}

func hashOf(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// noSuggestion is what suggestion_for says when there is no suggestion.
const noSuggestion = "none"

// member is a member of a JSON object whose order matters: a model writes an answer in the order of its schema, and is to
// reason before it rates.
type member struct {
	name   string
	schema json.RawMessage
}

// schemaOf is the schema of the answer, as strict endpoints want it: every member required and no other allowed.
func (r ratings) schemaOf(dimensions []*vignettev1.DimensionSpec) (string, error) {
	verdicts := make([]member, len(r.keys))
	for i, spec := range dimensions {
		verdict, err := verdictSchema(spec)
		if err != nil {
			return "", err
		}
		verdicts[i] = member{r.keys[i], verdict}
	}
	scores, err := objectSchema(verdicts)
	if err != nil {
		return "", err
	}
	members := []member{{"scores", scores}}
	if r.rewording {
		dimension, err := json.Marshal(map[string]any{"type": "string", "enum": append(slices.Clone(r.keys), noSuggestion)})
		if err != nil {
			return "", err
		}
		members = append(members, member{"suggestion_for", dimension}, member{"suggestion", text})
	}
	schema, err := objectSchema(members)
	return string(schema), err
}

var (
	text = json.RawMessage(`{"type":"string"}`)
	sure = json.RawMessage(`{"maximum":1,"minimum":0,"type":"number"}`)
)

func verdictSchema(spec *vignettev1.DimensionSpec) (json.RawMessage, error) {
	if isCodes(spec) {
		return codesSchema(spec)
	}
	kind, scale := "number", map[string]any{"type": []string{"number", "null"}, "minimum": spec.GetMin(), "maximum": spec.GetMax()}
	if labels := spec.GetLabels(); len(labels) > 0 {
		kind, scale = "label", map[string]any{"type": "string", "enum": append(slices.Clone(labels), notApplicable)}
	}
	rating, err := json.Marshal(scale)
	if err != nil {
		return nil, fmt.Errorf("dimension %q: %w", spec.GetId(), err)
	}
	return objectSchema([]member{{"reason", text}, {"quote", text}, {kind, rating}, {"confidence", sure}})
}

func objectSchema(members []member) (json.RawMessage, error) {
	var properties bytes.Buffer
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.name
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			properties.WriteByte(',')
		}
		fmt.Fprintf(&properties, "%s:%s", name, m.schema)
	}
	required, err := json.Marshal(names)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `{"type":"object","properties":{%s},"required":%s,"additionalProperties":false}`, properties.String(), required), nil
}
