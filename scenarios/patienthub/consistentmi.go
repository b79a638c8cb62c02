package patienthub

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// consistentMI are clients of motivational interviewing who keep to a stage, beliefs and plans.
var consistentMI = source{
	Format: prefix + "consistentMI",
	Noun:   "profile",
	ID: func(r foreign.Record) string {
		if n, ok := r["idx"].(float64); ok {
			return foreign.Number(n)
		}
		return ""
	},
	Same: true, // One person is there once for each thing that may move them.
	Fields: []foreign.PersonField{
		foreign.TextOf("topic", func(p *vignettev1.Persona) *string { return &foreign.Change(p).Target }),
		{Paths: []string{"initial_stage"}, Read: readStage, Write: writeStage},
		foreign.Spoken("Personas", readFacts, writeFacts),
		foreign.Spoken("Beliefs",
			func(p *vignettev1.Persona, said []string) { foreign.Change(p).Doubts = said },
			func(p *vignettev1.Persona) []string { return p.GetChange().GetDoubts() }),
		foreign.Spoken("Acceptable Plans",
			func(p *vignettev1.Persona, said []string) { foreign.Change(p).Steps = said },
			func(p *vignettev1.Persona) []string { return p.GetChange().GetSteps() }),
		{Paths: []string{"Motivation"}, Read: readMotivation, Write: writeMotivation},
		{Paths: []string{"suggestibilities"}, Read: readSuggestibility, Write: writeSuggestibility},
		foreign.Personal("Behavior", "behavior"),
	},
	Finish: func(r foreign.Record, n int, p *vignettev1.Persona) {
		id, _ := r["idx"].(float64)
		p.Name = unnamed
		identify(p, "consistentMI", foreign.Number(id))
		// How easily somebody is moved goes with agreeableness; the scale is the profile's, 1 to 5.
		if ratings := suggestibility(p); len(ratings) > 0 {
			sum := 0.0
			for _, x := range ratings {
				sum += x
			}
			foreign.Traits(p).BigFive = &vignettev1.BigFive{Agreeableness: proto.Float64(clipped(sum/float64(len(ratings)), 1, 5))}
		}
	},
}

// stages are the stages of change as the format writes them.
var stages = []vignettev1.StageOfChange{
	vignettev1.StageOfChange_STAGE_OF_CHANGE_PRECONTEMPLATION, vignettev1.StageOfChange_STAGE_OF_CHANGE_CONTEMPLATION,
	vignettev1.StageOfChange_STAGE_OF_CHANGE_PREPARATION, vignettev1.StageOfChange_STAGE_OF_CHANGE_ACTION,
	vignettev1.StageOfChange_STAGE_OF_CHANGE_MAINTENANCE,
}

func readStage(from foreign.Part, p *vignettev1.Persona) error {
	name, err := foreign.Text(from, "initial_stage")
	if err != nil || name == "" {
		return err
	}
	for _, stage := range stages {
		if strings.EqualFold(enumname.Of(stage), name) {
			foreign.Change(p).Stage = stage
			return nil
		}
	}
	return fmt.Errorf("%q is no stage of change; stages are Precontemplation, Contemplation, Preparation, Action, Maintenance", name)
}

func writeStage(p *vignettev1.Persona, _, into foreign.Part) error {
	into["initial_stage"] = ""
	if stage := p.GetChange().GetStage(); stage != vignettev1.StageOfChange_STAGE_OF_CHANGE_UNSPECIFIED {
		into["initial_stage"] = language.Capitalise(enumname.Of(stage))
	}
	return nil
}

// What is said of the person is told by them with a little trust, like anything somebody would tell in a first session.
const (
	factImportance  = 0.5
	factSensitivity = 0.25
)

func readFacts(p *vignettev1.Persona, said []string) {
	for i, text := range said {
		p.Memories = append(p.Memories, &vignettev1.Memory{Id: fmt.Sprintf("persona-%d", i+1), Text: text, Importance: factImportance, Sensitivity: factSensitivity})
	}
}

func writeFacts(p *vignettev1.Persona) []string {
	var out []string
	for _, m := range p.GetMemories() {
		out = append(out, m.GetText())
	}
	return out
}

// readMotivation takes the sentence at the end of a list of ever narrower headings.
func readMotivation(from foreign.Part, p *vignettev1.Persona) error {
	list, err := foreign.Texts(from, "Motivation")
	if n := len(list); n > 0 {
		foreign.Change(p).Reasons = []string{language.SwapPersons(list[n-1])}
	}
	return err
}

func writeMotivation(p *vignettev1.Persona, was, into foreign.Part) error {
	list, err := foreign.Texts(was, "Motivation")
	if err != nil {
		return err
	}
	var headings []string
	last := ""
	if n := len(list); n > 0 {
		headings, last = list[:n-1], list[n-1]
	}
	for _, reason := range p.GetChange().GetReasons() {
		if reason != language.SwapPersons(last) {
			reason = language.SwapPersons(reason)
		} else {
			reason = last
		}
		headings = append(headings, reason)
	}
	into["Motivation"] = foreign.List(headings)
	return nil
}

const suggestible = "suggestibility, 1 to 5"

func readSuggestibility(from foreign.Part, p *vignettev1.Persona) error {
	v := from["suggestibilities"]
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("this must be a list of numbers, not %s", foreign.KindOf(v))
	}
	for i, item := range list {
		x, ok := item.(float64)
		if !ok {
			return fmt.Errorf("entry %d must be a number from 1 to 5, not %s", i+1, foreign.KindOf(item))
		}
		foreign.Identity(p).Personal = append(foreign.Identity(p).Personal, &vignettev1.Attribute{Key: suggestible, Value: foreign.Number(x)})
	}
	return nil
}

func writeSuggestibility(p *vignettev1.Persona, _, into foreign.Part) error {
	out := []any{}
	for _, x := range suggestibility(p) {
		out = append(out, x)
	}
	into["suggestibilities"] = out
	return nil
}

// suggestibility are the ratings; what is no number is passed over.
func suggestibility(p *vignettev1.Persona) []float64 {
	var out []float64
	for _, a := range p.GetIdentity().GetPersonal() {
		if x, err := strconv.ParseFloat(a.GetValue(), 64); a.GetKey() == suggestible && err == nil {
			out = append(out, x)
		}
	}
	return out
}
