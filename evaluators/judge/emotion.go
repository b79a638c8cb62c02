package judge

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/emotion"
	"github.com/vignette-sim/vignette/evaluators/emotion/taxonomy"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ExpressedEmotionName is the name under which scenarios use the judge of expressed emotion. It has no rules to fall back on:
// evaluators/emotion reads the same dimensions by rules, and felt emotions too, which are nobody's to judge.
const ExpressedEmotionName = "expressed-emotion"

// mostEmotions is how many emotions one turn can express. Who finds more has ticked a list.
const mostEmotions = 6

var (
	emotionSystem   = prompt.Must(prompts, "prompts/emotion_system.tmpl", "prompts/fence.tmpl")
	emotionQuestion = prompt.Must(prompts, "prompts/emotion_question.tmpl", "prompts/turn.tmpl")
)

// ExpressedEmotion is the family of expressed emotions. The model names those of the clinical vocabulary that a turn expresses,
// each with its intensity and the words that show it, and the turn's valence; the basic emotion is that of the strongest by the
// table of evaluators/emotion/taxonomy, and the trajectory comes of the turns as by rules.
func ExpressedEmotion() Family {
	description := &vignettev1.EvaluatorDescription{
		Summary: "Expressed emotions as a language model reads them: which of the clinical vocabulary, how strong, with quoted evidence, and valence.",
	}
	for _, spec := range emotion.New().Describe().GetDimensions() {
		if definition := expressedDefinitions[spec.GetId()]; definition != "" {
			spec = proto.CloneOf(spec)
			spec.Definition = definition
			description.Dimensions = append(description.Dimensions, spec)
		}
	}
	return Family{Description: description, Episode: trajectory, turns: emotionForm}
}

// expressedDefinitions are the dimensions that are read, and what they mean here.
var expressedDefinitions = map[string]string{
	emotion.Expressed:  "Emotions the speaker expresses as his or her own, in the clinical vocabulary, each a span with its intensity, as a language model reads them.",
	emotion.Ekman:      "The one of Ekman's six emotions under which the strongest expressed emotion goes, or neutral where none is expressed.",
	emotion.Valence:    "How pleasant the turn is for who speaks, -1 to 1; 0 where nothing is expressed. As a language model reads it.",
	emotion.Intensity:  "How strong the strongest expressed emotion is, 0 (none is expressed) to 1. As a language model reads it.",
	emotion.Trajectory: "By how much the expressed valence rises from one turn of the role to its next: the slope of a line fitted to all turns that were read. Negative is a decline.",
}

func emotionForm(dimensions []*vignettev1.DimensionSpec) (*form, error) {
	system, err := emotionSystem.Render(struct {
		Emotions []string
		Most     int
	}{emotionNames, mostEmotions})
	if err != nil {
		return nil, err
	}
	which, err := json.Marshal(map[string]any{"type": "string", "enum": emotionNames})
	if err != nil {
		return nil, err
	}
	item, err := objectSchema([]member{{"emotion", which}, {"quote", text}, {"intensity", sure}})
	if err != nil {
		return nil, err
	}
	schema, err := objectSchema([]member{
		{"reason", text}, {"emotions", fmt.Appendf(nil, `{"type":"array","items":%s}`, item)},
		{"valence", json.RawMessage(`{"maximum":1,"minimum":-1,"type":"number"}`)}, {"confidence", sure},
	})
	if err != nil {
		return nil, err
	}
	f := &form{dimensions: dimensions, answer: emotions{}, system: system, schema: string(schema), question: emotionQuestion}
	return f.seal(emotionSystem, casePrompt, turnPrompt, emotionQuestion), nil
}

// emotionNames are the short names of the clinical vocabulary, in its order.
var emotionNames = func() []string {
	var names []string
	for number := range int32(len(vignettev1.Emotion_name)) {
		if number != 0 {
			names = append(names, short(vignettev1.Emotion(number)))
		}
	}
	return names
}()

// short is an emotion as answers name it.
func short(e vignettev1.Emotion) string { return enumname.Of(e) }

// emotions is the form of an answer that lists the emotions of a turn.
type emotions struct{}

// finding is an emotion that the model found, where it is said.
type finding struct {
	name      string
	intensity float64
	span      *vignettev1.Span
}

func (emotions) read(o occasion, raw string, texts []said) ([]*vignettev1.Score, error) {
	whole, err := object([]byte(raw))
	if err != nil {
		return nil, err
	}
	if err := exactly(whole, []string{"reason", "emotions", "valence", "confidence"}); err != nil {
		return nil, err
	}
	reason, confidence, err := readGround(whole)
	if err != nil {
		return o.none(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, err.Error()), nil
	}
	found, wrong := readFindings(whole["emotions"], texts)
	if errors.Is(wrong, errUnweighed) {
		return o.none(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, "emotions: "+wrong.Error()), nil
	}
	var scores []*vignettev1.Score
	for _, spec := range o.form.dimensions {
		var score *vignettev1.Score
		switch {
		case spec.GetId() == emotion.Valence:
			score = o.number(spec, "valence", whole["valence"])
		case wrong != nil:
			score = o.without(spec, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, "emotions: "+wrong.Error())
		default:
			score = o.expressed(spec, found)
		}
		if score.GetValue() != nil {
			score.Rationale, score.Confidence = clip(reason), proto.Float64(confidence)
		}
		scores = append(scores, score)
	}
	return scores, nil
}

// errUnweighed says that an answer ticks what it was to weigh. Nothing else in it was weighed then either, for all we know.
var errUnweighed = errors.New("so it weighed none of them")

// readGround reads why, and how sure, which every form has.
func readGround(whole map[string]json.RawMessage) (reason string, confidence float64, err error) {
	var sure *float64
	if err := errors.Join(pick(whole, "reason", &reason), pick(whole, "confidence", &sure)); err != nil {
		return "", 0, err
	}
	switch reason = strings.TrimSpace(reason); {
	case reason == "":
		return "", 0, errors.New("it has no reason")
	case sure == nil || *sure < 0 || *sure > 1:
		return "", 0, fmt.Errorf("confidence %s is outside 0 to 1", whole["confidence"])
	}
	return reason, *sure, nil
}

// readFindings reads the list. One wrong entry spoils it: which emotion is the strongest hangs on all of them.
func readFindings(raw json.RawMessage, texts []said) ([]finding, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || list == nil {
		return nil, fmt.Errorf("%s is no list", clipTo(string(raw), 80))
	}
	if len(list) > mostEmotions {
		return nil, fmt.Errorf("it names %d emotions in one turn, at most %d were asked for: %w", len(list), mostEmotions, errUnweighed)
	}
	var out []finding
	seen := map[string]bool{}
	for i, entry := range list {
		f, err := readFinding(entry, texts)
		switch {
		case err != nil:
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		case seen[f.name]:
			return nil, fmt.Errorf("entry %d: %q comes twice", i+1, f.name)
		}
		seen[f.name] = true
		out = append(out, f)
	}
	return out, nil
}

func readFinding(raw json.RawMessage, texts []said) (f finding, err error) {
	members, err := object(raw)
	if err != nil {
		return f, err
	}
	if err := exactly(members, []string{"emotion", "quote", "intensity"}); err != nil {
		return f, err
	}
	var quote string
	var intensity *float64
	if err := errors.Join(pick(members, "emotion", &f.name), pick(members, "quote", &quote), pick(members, "intensity", &intensity)); err != nil {
		return f, err
	}
	switch {
	case !slices.Contains(emotionNames, f.name):
		return f, fmt.Errorf("emotion %q is none of %q", f.name, emotionNames)
	case intensity == nil || !(*intensity > 0 && *intensity <= 1):
		return f, fmt.Errorf("intensity %s of %s is not above 0 and at most 1", members["intensity"], f.name)
	case strings.TrimSpace(quote) == "":
		return f, fmt.Errorf("%s without words that show it", f.name)
	}
	_, span, ok := locate(texts, quote)
	if !ok {
		return f, fmt.Errorf("%s quotes %q, which was not said there", f.name, clipTo(quote, 200))
	}
	f.intensity, f.span = *intensity, span
	return f, nil
}

// expressed makes a score of what was found. Nothing found is neutral, which is a value.
func (o occasion) expressed(spec *vignettev1.DimensionSpec, found []finding) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: spec.GetId(), TurnIndex: o.index()}
	var strongest *finding
	for i := range found {
		if strongest == nil || found[i].intensity > strongest.intensity {
			strongest = &found[i]
		}
	}
	value := &vignettev1.ScoreValue{}
	switch spec.GetId() {
	case emotion.Expressed:
		value.Number = float64(len(found))
		for _, f := range found {
			score.Spans = append(score.Spans, o.span(spec, f, f.name))
		}
	case emotion.Intensity:
		if strongest != nil {
			value.Number = strongest.intensity
		}
	case emotion.Ekman:
		value.Label = taxonomy.Neutral
		if strongest != nil {
			value.Label = ekmanOf(strongest.name)
			score.Spans = append(score.Spans, o.span(spec, *strongest, value.Label))
		}
		value.Number = float64(slices.Index(spec.GetLabels(), value.Label))
	}
	score.Outcome = &vignettev1.Score_Value{Value: value}
	return score
}

func (o occasion) span(spec *vignettev1.DimensionSpec, f finding, label string) *vignettev1.CodedSpan {
	return &vignettev1.CodedSpan{TurnIndex: o.turn.GetIndex(), Code: spec.GetId(), Label: label, Span: f.span, Intensity: proto.Float64(f.intensity)}
}

// ekmanOf is the basic emotion of one of the clinical vocabulary.
func ekmanOf(name string) string {
	for _, place := range taxonomy.All() {
		if short(place.Clinical) == name {
			return place.Ekman
		}
	}
	return taxonomy.Neutral
}

// number is a score that is a plain number of the answer, or what is wrong with it.
func (o occasion) number(spec *vignettev1.DimensionSpec, key string, raw json.RawMessage) *vignettev1.Score {
	x, err := readNumber(key, raw, spec.GetMin(), spec.GetMax())
	if err != nil {
		return o.without(spec, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, err.Error())
	}
	return &vignettev1.Score{Dimension: spec.GetId(), TurnIndex: o.index(), Outcome: evaluators.Value(x)}
}

func readNumber(key string, raw json.RawMessage, low, high float64) (float64, error) {
	var x *float64
	if err := into(key, raw, &x); err != nil {
		return 0, err
	}
	if x == nil || !(*x >= low && *x <= high) {
		return 0, fmt.Errorf("%s %s is outside %v to %v", key, raw, low, high)
	}
	return *x, nil
}

// trajectory is the slope of the valence over the turns of the role. A turn that could not be read leaves a hole in the line.
func trajectory(_ *vignettev1.EvaluateRequest, turns []*vignettev1.Score) []*vignettev1.Score {
	var valences []float64
	for _, score := range turns {
		switch {
		case score.GetDimension() != emotion.Valence:
		case score.GetValue() != nil:
			valences = append(valences, score.GetValue().GetNumber())
		case score.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE:
			return []*vignettev1.Score{{Dimension: emotion.Trajectory, Outcome: evaluators.Without(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
				fmt.Sprintf("the valence of turn %d is missing", score.GetTurnIndex()))}}
		}
	}
	return []*vignettev1.Score{emotion.ComposeTrajectory(valences)}
}
