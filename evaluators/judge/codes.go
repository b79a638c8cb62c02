package judge

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// maxCodes is how many pieces of text one answer may code.
const maxCodes = 100

// isCodes says whether a dimension codes pieces of text, any number of them.
func isCodes(spec *vignettev1.DimensionSpec) bool {
	return spec.GetScale() == vignettev1.Scale_SCALE_CODES
}

// codesSchema is the form of a verdict that codes pieces of text.
func codesSchema(spec *vignettev1.DimensionSpec) (json.RawMessage, error) {
	labels, err := json.Marshal(map[string]any{"type": "string", "enum": spec.GetLabels()})
	if err != nil {
		return nil, fmt.Errorf("dimension %q: %w", spec.GetId(), err)
	}
	code, err := objectSchema([]member{{"label", labels}, {"quote", text}})
	if err != nil {
		return nil, err
	}
	list := fmt.Appendf(nil, `{"type":"array","items":%s}`, code)
	return objectSchema([]member{{"reason", text}, {"codes", list}, {"confidence", sure}})
}

// coding reads a verdict that codes pieces of text. One code that does not hold costs the dimension: which of the others were
// meant cannot be known.
func (o occasion) coding(spec *vignettev1.DimensionSpec, key string, raw json.RawMessage, texts []said) reading {
	given, spans, err := readCoding(spec, raw, texts)
	if err != nil {
		return reading{key: key, score: o.without(spec, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, fmt.Sprintf("%s: %v", key, err))}
	}
	score := &vignettev1.Score{
		Dimension: spec.GetId(), TurnIndex: o.index(), Spans: spans,
		Outcome:    evaluators.Value(float64(different(spans))),
		Confidence: proto.Float64(given.confidence), Rationale: clip(given.reason),
	}
	return reading{key: key, score: score, reason: given.reason, above: len(spans) > 0}
}

func readCoding(spec *vignettev1.DimensionSpec, raw json.RawMessage, texts []said) (given rating, spans []*vignettev1.CodedSpan, err error) {
	members, err := object(raw)
	if err != nil {
		return given, nil, err
	}
	if err := exactly(members, []string{"reason", "codes", "confidence"}); err != nil {
		return given, nil, err
	}
	var sure *float64
	var codes []json.RawMessage
	if err := errors.Join(pick(members, "reason", &given.reason), pick(members, "codes", &codes), pick(members, "confidence", &sure)); err != nil {
		return given, nil, err
	}
	given.reason = strings.TrimSpace(given.reason)
	switch {
	case sure == nil || *sure < 0 || *sure > 1:
		return given, nil, fmt.Errorf("confidence %s is outside 0 to 1", members["confidence"])
	case codes == nil:
		return given, nil, errors.New("codes: null is no list")
	case len(codes) > maxCodes:
		return given, nil, fmt.Errorf("%d codes are more than the %d that are taken", len(codes), maxCodes)
	case given.reason == "":
		return given, nil, errors.New("it has no reason")
	}
	given.confidence = *sure
	for i, each := range codes {
		span, err := readCode(spec, each, texts)
		if err != nil {
			return given, nil, fmt.Errorf("codes[%d]: %w", i, err)
		}
		spans = append(spans, span)
	}
	return given, spans, nil
}

func readCode(spec *vignettev1.DimensionSpec, raw json.RawMessage, texts []said) (*vignettev1.CodedSpan, error) {
	members, err := object(raw)
	if err != nil {
		return nil, err
	}
	if err := exactly(members, []string{"label", "quote"}); err != nil {
		return nil, err
	}
	var label, quote string
	if err := errors.Join(pick(members, "label", &label), pick(members, "quote", &quote)); err != nil {
		return nil, err
	}
	if !slices.Contains(spec.GetLabels(), label) {
		return nil, fmt.Errorf("label %q is none of %q", label, spec.GetLabels())
	}
	turn, span, found := locate(texts, quote)
	if !found {
		return nil, fmt.Errorf("it quotes %q, which was not said there", clipTo(quote, 200))
	}
	return &vignettev1.CodedSpan{TurnIndex: turn, Span: span, Code: spec.GetId(), Label: label}, nil
}

// different is how many different labels some spans have.
func different(spans []*vignettev1.CodedSpan) int {
	seen := map[string]bool{}
	for _, span := range spans {
		seen[span.GetLabel()] = true
	}
	return len(seen)
}
