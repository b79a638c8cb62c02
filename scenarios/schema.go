package scenarios

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// SchemaKinds are the kinds of file that have a schema.
var SchemaKinds = []string{kindScenario, kindPersona, kindRubric, kindStudy}

// Schema is the JSON Schema (draft 2020-12) of scenario, persona or rubric files, for editors: it completes names, shows what the
// contracts say about a field, and marks most of what [Load] would refuse. What only Load knows are the relations between
// fields (does the focal role exist?) and other files. It accepts the short forms: a persona, a rubric or a script by the name of its
// file, a level or a line of a script by its value alone, and includes.
func Schema(kind string) ([]byte, error) {
	message := messages[kind]
	if kind == kindStudy {
		message = &vignettev1.Study{}
	}
	if message == nil {
		return nil, fmt.Errorf("there is no schema of %q; %s", kind, protoyaml.DidYouMean(kind, SchemaKinds))
	}
	schema := protoyaml.Schema(message.ProtoReflect().Descriptor(), protoyaml.SchemaOptions{
		ID:      "urn:vignette:v1:" + kind,
		Title:   "Vignette " + kind,
		Kind:    kind,
		Comment: vignettev1.Comment,
		Short: map[protoreflect.FullName]any{
			fullName[*vignettev1.Persona]():     map[string]any{"type": "string", "pattern": `\.([yY][aA]?[mM][lL]|[jJ][sS][oO][nN])$`},
			fullName[*vignettev1.Rubric]():      map[string]any{"type": "string", "pattern": `\.([yY][aA]?[mM][lL]|[jJ][sS][oO][nN])$`},
			fullName[*vignettev1.RubricLevel](): map[string]any{"type": []any{"string", "number", "boolean"}},
			fullName[*vignettev1.Script]():      map[string]any{"type": "string", "minLength": 1},
			fullName[*vignettev1.ScriptLine]():  map[string]any{"type": []any{"string", "number", "boolean"}},
			fullName[*vignettev1.Level]():       map[string]any{"type": []any{"string", "number", "boolean"}},
		},
		Filled: []protoreflect.FullName{
			fullName[*vignettev1.Level]() + ".name",
			fullName[*vignettev1.EvaluatorUse]() + ".name", // or its rubric's id
			fullName[*vignettev1.Script]() + ".lines",      // or a file has them
		},
	})
	data, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	return append(data, '\n'), nil
}
