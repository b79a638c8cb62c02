package scoring

import (
	"slices"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Row is what the scores of one dimension come to over conversations.
type Row struct {
	Evaluator string `json:"evaluator"`
	Dimension string `json:"dimension"`
	// Per is "turn" or "episode".
	Per string `json:"per"`
	// N is how many have a value, Inapplicable to how many the dimension does not apply.
	N            int `json:"n"`
	Inapplicable int `json:"not_applicable"`
	// Missing is how many have no value for another reason, by reason.
	Missing map[string]int `json:"missing"`
	// Mean is over those that have a value; nil without any, and where labels have no order.
	Mean *float64 `json:"mean"`
	// Labels is how many have which label, where labels have no order.
	Labels map[string]int `json:"labels,omitempty"`
}

// Table is the rows of some scores, in the order in which dimensions come up.
type Table struct {
	rows   []*Row
	values map[*Row][]float64
}

// Add takes scores of an evaluator in.
func (t *Table) Add(description *vignettev1.EvaluatorDescription, scores []*vignettev1.Score) {
	for _, score := range scores {
		row := t.row(description.GetName(), score)
		switch missing := score.GetMissing(); {
		case missing.GetReason() == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE:
			row.Inapplicable++
		case score.GetValue() == nil:
			row.Missing[enumname.Of(missing.GetReason())]++
		default:
			row.N++
			if ordered(description, score.GetDimension()) {
				t.values[row] = append(t.values[row], score.GetValue().GetNumber())
			} else if label := score.GetValue().GetLabel(); label != "" {
				if row.Labels == nil {
					row.Labels = map[string]int{}
				}
				row.Labels[label]++
			}
		}
	}
}

func (t *Table) row(evaluator string, score *vignettev1.Score) *Row {
	per := perOf(score)
	for _, row := range t.rows {
		if row.Evaluator == evaluator && row.Dimension == score.GetDimension() && row.Per == per {
			return row
		}
	}
	row := &Row{Evaluator: evaluator, Dimension: score.GetDimension(), Per: per, Missing: map[string]int{}}
	if t.values == nil {
		t.values = map[*Row][]float64{}
	}
	t.rows = append(t.rows, row)
	return row
}

// perOf says whether a score is of a turn or of the episode.
func perOf(score *vignettev1.Score) string {
	if score.TurnIndex != nil {
		return "turn"
	}
	return "episode"
}

// ordered says whether the numbers of a dimension have more and less; places in a list have not.
func ordered(description *vignettev1.EvaluatorDescription, dimension string) bool {
	return slices.ContainsFunc(description.GetDimensions(), func(spec *vignettev1.DimensionSpec) bool {
		return spec.GetId() == dimension && spec.GetScale() != vignettev1.Scale_SCALE_NOMINAL
	})
}

// Rows are what was added comes to.
func (t *Table) Rows() []Row {
	var out []Row
	for _, row := range t.rows {
		if mean, err := stats.Mean(t.values[row]); err == nil {
			row.Mean = &mean
		}
		out = append(out, *row)
	}
	return out
}
