package practise

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// form is something to fill in: fields of words, and fields of choices from a list.
type form struct {
	title  string
	fields []*formField
	at     int
}

// formField is one field: words, or where there are options what is chosen of them.
type formField struct {
	name, label string
	words       textinput.Model
	options     []string
	chosen      []bool
	on          int // the option that the keys are on
}

func wordsField(name, label string) *formField {
	input := textinput.New()
	input.Prompt, input.CharLimit = "", 2000
	return &formField{name: name, label: label, words: input}
}

func choiceField(name, label string, enum protoreflect.EnumDescriptor) *formField {
	f := &formField{name: name, label: label}
	for i := range enum.Values().Len() {
		if value := enum.Values().Get(i); value.Number() != 0 {
			f.options = append(f.options, enumname.Short(value))
		}
	}
	f.chosen = make([]bool, len(f.options))
	return f
}

func newForm(title string, fields ...*formField) *form {
	f := &form{title: title, fields: fields}
	f.move(0)
	return f
}

// measuresForm asks how the trainee is.
func measuresForm(moment vignettev1.PracticeMoment) *form {
	fields := []*formField{wordsField("distress", "Distress now, 0 (none) to 100 (the worst)"), wordsField("sure", "How sure you are that you can do it, 0 to 100"), choiceField("emotions", "What you feel", vignettev1.Emotion_EMOTION_UNSPECIFIED.Descriptor())}
	if moment == vignettev1.PracticeMoment_PRACTICE_MOMENT_BEFORE {
		return newForm("Before you begin", append(fields, wordsField("objective", "What you set out to do"))...)
	}
	return newForm("Before you go", append(fields, wordsField("reached", "How far you reached your objective, 0 to 100"), wordsField("objective", "What you make of it"))...)
}

// formulationForm is the exercise of a formulation.
func formulationForm() *form {
	labels := map[string]string{
		"situation": "Situation", "automatic_thoughts": "Automatic thoughts", "emotions": "Emotions", "behaviors": "Behaviours", "core_beliefs": "Core beliefs",
		"intermediate_beliefs": "Rules and assumptions", "coping_strategies": "Coping strategies", "relevant_history": "Relevant history",
	}
	out := make([]*formField, len(fields))
	for i, name := range fields {
		switch name {
		case "emotions":
			out[i] = choiceField(name, labels[name], vignettev1.Emotion_EMOTION_UNSPECIFIED.Descriptor())
		case "core_beliefs":
			out[i] = choiceField(name, labels[name], vignettev1.CoreBelief_CATEGORY_UNSPECIFIED.Descriptor())
		default:
			out[i] = wordsField(name, labels[name])
		}
	}
	return newForm("How the client's thoughts hang together", out...)
}

// move goes to another field.
func (f *form) move(by int) {
	f.fields[f.at].words.Blur()
	f.at = (f.at + by + len(f.fields)) % len(f.fields)
	if f.fields[f.at].options == nil {
		f.fields[f.at].words.Focus()
	}
}

// key takes a key that is not one of the window's.
func (f *form) key(msg tea.KeyPressMsg) tea.Cmd {
	field := f.fields[f.at]
	switch msg.String() {
	case "tab", "down", "enter":
		f.move(1)
		return nil
	case "shift+tab", "up":
		f.move(-1)
		return nil
	}
	if field.options == nil {
		var cmd tea.Cmd
		field.words, cmd = field.words.Update(msg)
		return cmd
	}
	switch msg.String() {
	case "left":
		field.on = (field.on - 1 + len(field.options)) % len(field.options)
	case "right":
		field.on = (field.on + 1) % len(field.options)
	case "space":
		field.chosen[field.on] = !field.chosen[field.on]
	}
	return nil
}

// value is what a field holds.
func (f *formField) value() string {
	if f.options == nil {
		return strings.TrimSpace(f.words.Value())
	}
	var names []string
	for i, name := range f.options {
		if f.chosen[i] {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// view draws as much of the form as has room, the field that is filled in among it.
func (f *form) view(width, height int) string {
	lines := []string{bold.Render(f.title), ""}
	first, last := 0, 0
	for i, field := range f.fields {
		mark := "  "
		if i == f.at {
			mark, first = "> ", len(lines)
		}
		lines = append(lines, truncate(mark+field.label, width))
		if field.options == nil {
			field.words.SetWidth(max(10, width-6))
			lines = append(lines, "    "+field.words.View())
			if i == f.at {
				last = len(lines)
			}
			continue
		}
		var options []string
		for j, name := range field.options {
			text := " " + name + " "
			if field.chosen[j] {
				text = "[" + name + "]"
			}
			if i == f.at && j == field.on {
				text = reverse.Render(text)
			}
			options = append(options, text)
		}
		lines = append(lines, strings.Split(indent(wrap(strings.Join(options, " "), width-6), "    "), "\n")...)
		if i == f.at {
			last = len(lines)
		}
	}
	room := max(3, height-1)
	from := 0
	if len(lines) > room {
		from = min(max(0, last-room), len(lines)-room)
		from = min(from, first)
	}
	lines = lines[from:min(len(lines), from+room)]
	return strings.Join(append(lines, faint.Render(truncate("Ctrl+S hand in · Esc without · Tab next · Shift+Tab back · ←→ Space choose", width))), "\n")
}

// measures is what the form says of the trainee.
func (f *form) measures(moment vignettev1.PracticeMoment) (*vignettev1.Measures, error) {
	var parts []string
	objective := ""
	for _, field := range f.fields {
		switch value := field.value(); {
		case value == "":
		case field.name == "objective":
			objective = value
		case field.name == "emotions":
			for name := range strings.SplitSeq(value, ",") {
				parts = append(parts, name+"=1")
			}
		default:
			parts = append(parts, field.name+"="+value)
		}
	}
	measures, err := ParseMeasures(moment, strings.Join(parts, " "))
	if err != nil {
		return nil, err
	}
	for _, emotion := range measures.GetEmotions() {
		emotion.Intensity = nil // Chosen from a list: how strongly was not asked.
	}
	measures.Objective = objective
	return measures, nil
}

// formulation is what the form says of the client.
func (f *form) formulation() (*vignettev1.Formulation, error) {
	out := &vignettev1.Formulation{}
	for _, field := range f.fields {
		if value := field.value(); value != "" && slices.Contains(fields, field.name) {
			if err := setField(out, field.name, value); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
