package patientpsi

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	"google.golang.org/protobuf/reflect/protoreflect"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// field maps one field of a profile, or two that belong together, onto a persona and back. write puts into raw what a
// profile would hold that says what the persona says.
type field struct {
	names []string
	read  func(raw profile, p *vignettev1.Persona) error
	write func(p *vignettev1.Persona, raw profile) error
}

// fields is the whole mapping.
var fields = []field{
	{[]string{"id"}, readID, writeText("id", (*vignettev1.Persona).GetId)},
	{[]string{"name"}, readName, writeText("name", (*vignettev1.Persona).GetName)},
	{[]string{"type"}, readStyle, writeStyle},
	textField("history", func(m *vignettev1.CognitiveModel) *string { return &m.RelevantHistory }),
	beliefField("helpless_belief", vignettev1.CoreBelief_CATEGORY_HELPLESS),
	beliefField("unlovable_belief", vignettev1.CoreBelief_CATEGORY_UNLOVABLE),
	beliefField("worthless_belief", vignettev1.CoreBelief_CATEGORY_WORTHLESS),
	{[]string{"intermediate_belief", "intermediate_belief_depression"}, readRules, writeRules},
	linesField("coping_strategies", func(m *vignettev1.CognitiveModel) *[]string { return &m.CopingStrategies }),
	textField("situation", func(m *vignettev1.CognitiveModel) *string { return &situation(m).Situation }),
	linesField("auto_thought", func(m *vignettev1.CognitiveModel) *[]string { return &situation(m).AutomaticThoughts }),
	{[]string{"emotion"}, readEmotions, writeEmotions},
	linesField("behavior", func(m *vignettev1.CognitiveModel) *[]string { return &situation(m).Behaviors }),
}

func isField(name string) bool {
	for _, f := range fields {
		for _, n := range f.names {
			if n == name {
				return true
			}
		}
	}
	return false
}

// model is the persona's cognitive model, made when it is first needed.
func model(p *vignettev1.Persona) *vignettev1.CognitiveModel {
	if p.CognitiveModel == nil {
		p.CognitiveModel = &vignettev1.CognitiveModel{}
	}
	return p.CognitiveModel
}

// situation is the one situation of a profile.
func situation(m *vignettev1.CognitiveModel) *vignettev1.DiagramSituation {
	if len(m.Situations) == 0 {
		m.Situations = []*vignettev1.DiagramSituation{{}}
	}
	return m.Situations[0]
}

// text reads a field that holds one text; absent and null are the empty one.
func text(raw profile, name string) (string, error) {
	switch v := raw[name].(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	default:
		return "", fmt.Errorf("this must be a text in quotes, not %s", kindOf(v))
	}
}

// texts reads a field that holds a list of texts; one text stands for a list of one. Empty texts are passed over.
func texts(raw profile, name string) ([]string, error) {
	list, ok := raw[name].([]any)
	if !ok {
		one, err := text(raw, name)
		if err != nil {
			return nil, fmt.Errorf("this must be a list of texts, not %s", kindOf(raw[name]))
		}
		list = []any{one}
	}
	var out []string
	for i, v := range list {
		s, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("entry %d must be a text in quotes, not %s", i+1, kindOf(v))
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return out, nil
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(v)
	case float64:
		return fmt.Sprintf("the number %v", v)
	case string:
		return "a text"
	case []any:
		return "a list"
	}
	return "a group of fields"
}

// list is a list as JSON values have it.
func list(texts []string) []any {
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

func readID(raw profile, p *vignettev1.Persona) (err error) {
	if p.Id, err = text(raw, "id"); err == nil && p.Id == "" {
		err = errors.New("this is missing; files and seeds are named by it")
	}
	return err
}

func readName(raw profile, p *vignettev1.Persona) (err error) {
	if p.Name, err = text(raw, "name"); err == nil && p.Name == "" {
		err = errors.New("this is missing")
	}
	return err
}

func writeText(name string, get func(*vignettev1.Persona) string) func(*vignettev1.Persona, profile) error {
	return func(p *vignettev1.Persona, raw profile) error {
		raw[name] = get(p)
		return nil
	}
}

// textField maps a text onto a text. A text without content is none.
func textField(name string, at func(*vignettev1.CognitiveModel) *string) field {
	return field{
		names: []string{name},
		read: func(raw profile, p *vignettev1.Persona) error {
			s, err := text(raw, name)
			if err == nil && s != "" {
				*at(model(p)) = s
			}
			return err
		},
		write: func(p *vignettev1.Persona, raw profile) error {
			if err := oneSituation(p); err != nil {
				return err
			}
			raw[name] = *at(copyOf(p))
			return nil
		},
	}
}

// linesField maps a text onto a list that holds it as one entry: a profile writes running text, and cutting it into
// sentences would be a guess. Several entries are written one in a line.
func linesField(name string, at func(*vignettev1.CognitiveModel) *[]string) field {
	return field{
		names: []string{name},
		read: func(raw profile, p *vignettev1.Persona) error {
			s, err := text(raw, name)
			if err == nil && s != "" {
				*at(model(p)) = []string{s}
			}
			return err
		},
		write: func(p *vignettev1.Persona, raw profile) error {
			raw[name] = strings.Join(*at(copyOf(p)), "\n")
			return nil
		},
	}
}

// copyOf is the cognitive model to look into without changing the persona.
func copyOf(p *vignettev1.Persona) *vignettev1.CognitiveModel {
	m := p.GetCognitiveModel()
	return &vignettev1.CognitiveModel{RelevantHistory: m.GetRelevantHistory(), CopingStrategies: m.GetCopingStrategies(), Situations: m.GetSituations()}
}

func oneSituation(p *vignettev1.Persona) error {
	if n := len(p.GetCognitiveModel().GetSituations()); n > 1 {
		return fmt.Errorf("it has %d situations, and a profile holds one; make a persona of each", n)
	}
	return nil
}

func beliefField(name string, category vignettev1.CoreBelief_Category) field {
	return field{
		names: []string{name},
		read: func(raw profile, p *vignettev1.Persona) error {
			beliefs, err := texts(raw, name)
			for _, b := range beliefs {
				m := model(p)
				m.CoreBeliefs = append(m.CoreBeliefs, &vignettev1.CoreBelief{Category: category, Text: b})
			}
			return err
		},
		write: func(p *vignettev1.Persona, raw profile) error {
			var mine []string
			for _, b := range p.GetCognitiveModel().GetCoreBeliefs() {
				switch b.Category {
				case category:
					mine = append(mine, b.Text)
				case vignettev1.CoreBelief_CATEGORY_UNSPECIFIED:
					return fmt.Errorf("the core belief %q has no category, and a profile needs one", b.Text)
				}
			}
			raw[name] = list(mine)
			return nil
		},
	}
}

// marker separates, inside one text, the rules of ordinary times from those in a depression.
const marker = "[during depression]"

var markerPattern = regexp.MustCompile(`(?i)\[during depression\]`)

// readRules splits the intermediate beliefs at the marker; a separate field for those in a depression is read as well.
func readRules(raw profile, p *vignettev1.Persona) error {
	all, err := text(raw, "intermediate_belief")
	if err != nil {
		return err
	}
	separate, err := text(raw, "intermediate_belief_depression")
	if err != nil {
		return fmt.Errorf("intermediate_belief_depression: %w", err)
	}
	before, during := all, ""
	if at := markerPattern.FindStringIndex(all); at != nil {
		before, during = all[:at[0]], all[at[1]:]
	}
	if s := strings.TrimSpace(before); s != "" {
		model(p).IntermediateBeliefs = []string{s}
	}
	for _, s := range []string{during, separate} {
		if s = strings.TrimSpace(s); s != "" {
			model(p).IntermediateBeliefsWhenDepressed = append(model(p).IntermediateBeliefsWhenDepressed, s)
		}
	}
	return nil
}

func writeRules(p *vignettev1.Persona, raw profile) error {
	s := strings.Join(p.GetCognitiveModel().GetIntermediateBeliefs(), "\n")
	if during := p.GetCognitiveModel().GetIntermediateBeliefsWhenDepressed(); len(during) > 0 {
		s = strings.TrimPrefix(s+"\n"+marker+"\n"+strings.Join(during, "\n"), "\n")
	}
	raw["intermediate_belief"] = s
	return nil
}

// readStyle takes the style of a profile that offers one. Several are a choice somebody has still to make.
func readStyle(raw profile, p *vignettev1.Persona) error {
	offered, err := texts(raw, "type")
	if err != nil || len(offered) != 1 {
		return err
	}
	values := vignettev1.ConversationalStyle(0).Descriptor().Values()
	for i := range values.Len() {
		if v := values.Get(i); v.Number() != 0 && enumname.Short(v) == offered[0] {
			p.Style = vignettev1.ConversationalStyle(v.Number())
		}
	}
	return nil
}

func writeStyle(p *vignettev1.Persona, raw profile) error {
	if v := enumValue(p.GetStyle()); v != nil && v.Number() != 0 {
		raw["type"] = []any{enumname.Short(v)}
	}
	return nil
}

func enumValue(e protoreflect.Enum) protoreflect.EnumValueDescriptor {
	return e.Descriptor().Values().ByNumber(e.Number())
}
