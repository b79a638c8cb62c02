package judge

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/verdict"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	// alike is how many dimensions with one and the same reason show that they were not judged one by one.
	alike = 4
	// maxText is how many characters of a reason or a suggestion are kept.
	maxText = 2000
)

// reading is a verdict as the model wrote it and the score it makes.
type reading struct {
	key    string
	score  *vignettev1.Score
	reason string
	// above says that it rates above the lowest level.
	above bool
}

// read makes scores of an answer, one for each dimension. An error says why the answer as a whole is none.
func (r ratings) read(o occasion, raw string, texts []said) ([]*vignettev1.Score, error) {
	whole, err := object([]byte(raw))
	if err != nil {
		return nil, err
	}
	parts := []string{"scores"}
	if r.rewording {
		parts = append(parts, "suggestion_for", "suggestion")
	}
	if err := exactly(whole, parts); err != nil {
		return nil, err
	}
	verdicts, err := object(whole["scores"])
	if err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	if err := exactly(verdicts, r.keys); err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	readings := make([]reading, len(r.keys))
	for i, spec := range o.form.dimensions {
		readings[i] = o.reading(spec, r.keys[i], verdicts[r.keys[i]], texts)
	}
	refuseAlike(readings)
	if r.rewording {
		if err := r.suggest(o, readings, whole["suggestion_for"], whole["suggestion"]); err != nil {
			return nil, err
		}
	}
	scores := make([]*vignettev1.Score, len(readings))
	for i, each := range readings {
		scores[i] = each.score
	}
	return scores, nil
}

// reading reads one verdict; what is wrong with it becomes its reason for having no value.
func (o occasion) reading(spec *vignettev1.DimensionSpec, key string, raw json.RawMessage, texts []said) reading {
	if isCodes(spec) {
		return o.coding(spec, key, raw, texts)
	}
	given, err := readRating(spec, raw)
	if err == nil {
		err = given.check(texts)
	}
	if err != nil {
		return reading{key: key, score: o.without(spec, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, fmt.Sprintf("%s: %v", key, err))}
	}
	return reading{key: key, score: o.score(spec, given), reason: given.reason, above: given.value != nil && !given.lowest}
}

func (o occasion) score(spec *vignettev1.DimensionSpec, given rating) *vignettev1.Score {
	if given.value == nil {
		why := cmp.Or(given.reason, "the model says that it does not apply here")
		score := o.without(spec, vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, why)
		score.Confidence = proto.Float64(given.confidence)
		return score
	}
	score := &vignettev1.Score{
		Dimension:  spec.GetId(),
		TurnIndex:  o.index(),
		Outcome:    &vignettev1.Score_Value{Value: given.value},
		Confidence: proto.Float64(given.confidence),
		Rationale:  clip(given.reason),
	}
	if given.span != nil {
		score.Spans = []*vignettev1.CodedSpan{{TurnIndex: given.turn, Span: given.span, Code: spec.GetId(), Label: given.value.GetLabel()}}
	}
	return score
}

// rating is what the model says of one dimension.
type rating struct {
	reason, quote string
	// value is nil when the dimension is not applicable.
	value      *vignettev1.ScoreValue
	lowest     bool
	confidence float64
	// Where the quotation was found, if it was.
	turn int32
	span *vignettev1.Span
}

func readRating(spec *vignettev1.DimensionSpec, raw json.RawMessage) (given rating, err error) {
	members, err := object(raw)
	if err != nil {
		return given, err
	}
	kind := "number"
	if len(spec.GetLabels()) > 0 {
		kind = "label"
	}
	if err := exactly(members, []string{"reason", "quote", kind, "confidence"}); err != nil {
		return given, err
	}
	var sure *float64
	if err := errors.Join(pick(members, "reason", &given.reason), pick(members, "quote", &given.quote), pick(members, "confidence", &sure)); err != nil {
		return given, err
	}
	if sure == nil || *sure < 0 || *sure > 1 {
		return given, fmt.Errorf("confidence %s is outside 0 to 1", members["confidence"])
	}
	given.confidence = *sure
	given.reason = strings.TrimSpace(given.reason)
	if kind == "label" {
		return given, given.readLabel(spec, members)
	}
	return given, given.readNumber(spec, members)
}

func (v *rating) readLabel(spec *vignettev1.DimensionSpec, members map[string]json.RawMessage) error {
	var label string
	if err := pick(members, "label", &label); err != nil {
		return err
	}
	if label == notApplicable {
		return nil
	}
	i := slices.Index(spec.GetLabels(), label)
	if i < 0 {
		return fmt.Errorf("label %q is none of %q", label, spec.GetLabels())
	}
	v.value, v.lowest = &vignettev1.ScoreValue{Number: numberOf(spec, i), Label: label}, i == 0
	return nil
}

func (v *rating) readNumber(spec *vignettev1.DimensionSpec, members map[string]json.RawMessage) error {
	var number *float64
	if err := pick(members, "number", &number); err != nil {
		return err
	}
	if number == nil {
		return nil
	}
	value := &vignettev1.ScoreValue{Number: *number}
	if wrong := verdict.Wrong(spec, value); wrong != "" {
		return errors.New(wrong)
	}
	v.value, v.lowest = value, *number == spec.GetMin()
	return nil
}

// check looks for the reason and for the evidence, and keeps where it is.
func (v *rating) check(texts []said) error {
	if v.value == nil {
		return nil
	}
	if v.reason == "" {
		return errors.New("it has no reason")
	}
	turn, span, found := locate(texts, v.quote)
	switch blank := strings.TrimSpace(v.quote) == ""; {
	case found:
		v.turn, v.span = turn, span
	case v.lowest, blank && v.value.GetLabel() == "":
	case blank:
		return fmt.Errorf("%q without words that show it", v.value.GetLabel())
	default:
		return fmt.Errorf("it quotes %q, which was not said there", clipTo(v.quote, 200))
	}
	return nil
}

// refuseAlike takes back verdicts that share their reason with too many others. Low verdicts may: "nothing was said about
// it" is true of many things at once.
func refuseAlike(readings []reading) {
	same := map[string][]int{}
	for i, r := range readings {
		if r.above {
			reason := strings.ToLower(strings.Join(strings.Fields(r.reason), " "))
			same[reason] = append(same[reason], i)
		}
	}
	for _, these := range same {
		if len(these) < alike {
			continue
		}
		for _, i := range these {
			score := readings[i].score
			readings[i].score = &vignettev1.Score{Dimension: score.GetDimension(), TurnIndex: score.TurnIndex,
				Outcome: evaluators.Without(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER,
					fmt.Sprintf("%s: one and the same reason is given for %d dimensions, so they were not judged one by one", readings[i].key, len(these)))}
		}
	}
}

// suggest puts the rewording to the verdict it is for. Where that has no value, or nothing is said differently, there is
// nothing to better.
func (r ratings) suggest(o occasion, readings []reading, which, wording json.RawMessage) error {
	var key, text string
	if err := errors.Join(into("suggestion_for", which, &key), into("suggestion", wording, &text)); err != nil {
		return err
	}
	i := slices.Index(r.keys, key)
	if i < 0 && key != noSuggestion {
		return fmt.Errorf("suggestion_for: %q is no dimension", key)
	}
	text = strings.TrimSpace(text)
	if i < 0 || readings[i].score.GetValue() == nil || text == strings.TrimSpace(o.turn.GetAction().GetText()) {
		return nil
	}
	readings[i].score.Suggestion = clip(text)
	return nil
}

// none is a score without a value for each dimension.
func (o occasion) none(reason vignettev1.MissingReason, detail string) []*vignettev1.Score {
	var out []*vignettev1.Score
	for _, spec := range o.form.dimensions {
		out = append(out, o.without(spec, reason, detail))
	}
	return out
}

func (o occasion) without(spec *vignettev1.DimensionSpec, reason vignettev1.MissingReason, detail string) *vignettev1.Score {
	return &vignettev1.Score{Dimension: spec.GetId(), TurnIndex: o.index(), Outcome: evaluators.Without(reason, verdict.Shorten(detail))}
}

func (o occasion) index() *int32 {
	if o.turn == nil {
		return nil
	}
	return proto.Int32(o.turn.GetIndex())
}

func clip(text string) string { return clipTo(text, maxText) }

func clipTo(text string, most int) string {
	if points := []rune(text); len(points) > most {
		return string(points[:most-1]) + "…"
	}
	return text
}
