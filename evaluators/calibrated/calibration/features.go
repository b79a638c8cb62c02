package calibration

import (
	"fmt"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Kinds of feature, each between 0 and 1.
const (
	HasLabel      = "label"          // the score has this label
	HasCode       = "code"           // one of its spans has this code
	Number        = "number"         // its number, on the declared range
	Inapplicable  = "not_applicable" // the dimension does not apply
	HasConfidence = "confidence"     // how sure the evaluator says it is; 0 where it does not say
)

// Feature is one thing that is read off an evaluator's scores of a turn.
type Feature struct {
	Dimension string `json:"dimension"`
	Kind      string `json:"kind"`
	Label     string `json:"label,omitempty"`
	// Min and Max are the range of a number.
	Min float64 `json:"min,omitempty"`
	Max float64 `json:"max,omitempty"`
}

func (f Feature) String() string { return strings.TrimSuffix(f.Dimension+":"+f.Kind+":"+f.Label, ":") }

// FeaturesOf are those that can be read off the scores of single turns that an evaluator declares.
func FeaturesOf(description *vignettev1.EvaluatorDescription) []Feature {
	var out []Feature
	for _, spec := range description.GetDimensions() {
		if !spec.GetTurn() {
			continue
		}
		add := func(kind, label string) {
			f := Feature{Dimension: spec.GetId(), Kind: kind, Label: label}
			if kind == Number {
				f.Min, f.Max = spec.GetMin(), spec.GetMax()
			}
			out = append(out, f)
		}
		kind := HasLabel
		if spec.GetScale() == vignettev1.Scale_SCALE_CODES {
			kind = HasCode
		}
		for _, l := range spec.GetLabels() {
			add(kind, l)
		}
		if kind == HasLabel && spec.GetScale() != vignettev1.Scale_SCALE_NOMINAL && spec.GetMax() > spec.GetMin() {
			add(Number, "")
		}
		add(Inapplicable, "")
		add(HasConfidence, "")
	}
	return out
}

// Lacking is the error for scores from which not all features can be read: missing is not zero.
type Lacking struct {
	Dimension string
	Missing   *vignettev1.Missing // nil where there is no score at all
}

func (l *Lacking) Error() string {
	if l.Missing == nil {
		return fmt.Sprintf("there is no score on %s, which the model reads", l.Dimension)
	}
	return fmt.Sprintf("%s, which the model reads, is missing: %s", l.Dimension, l.Missing.GetDetail())
}

// Values reads features off the scores of a turn, by dimension. The error is a [*Lacking].
func Values(features []Feature, scores map[string]*vignettev1.Score) ([]float64, error) {
	out := make([]float64, len(features))
	for i, f := range features {
		score := scores[f.Dimension]
		if score == nil {
			return nil, &Lacking{Dimension: f.Dimension}
		}
		missing := score.GetMissing()
		if missing != nil && missing.GetReason() != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE {
			return nil, &Lacking{f.Dimension, missing}
		}
		out[i] = f.value(score, missing != nil)
	}
	return out, nil
}

func (f Feature) value(score *vignettev1.Score, inapplicable bool) float64 {
	yes := false
	switch {
	case f.Kind == Inapplicable:
		yes = inapplicable
	case inapplicable:
	case f.Kind == HasLabel:
		yes = score.GetValue().GetLabel() == f.Label
	case f.Kind == HasCode:
		yes = hasCode(score, f.Label)
	case f.Kind == Number:
		return (score.GetValue().GetNumber() - f.Min) / (f.Max - f.Min)
	case f.Kind == HasConfidence:
		return score.GetConfidence()
	}
	if yes {
		return 1
	}
	return 0
}

// hasCode says whether a span names a code: as a label of the dimension, or as a code of its family.
func hasCode(score *vignettev1.Score, code string) bool {
	for _, span := range score.GetSpans() {
		name := span.GetCode()
		if name == score.GetDimension() {
			name = span.GetLabel()
		}
		if name == code || name[strings.LastIndexByte(name, '.')+1:] == code {
			return true
		}
	}
	return false
}
