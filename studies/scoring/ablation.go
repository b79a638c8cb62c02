package scoring

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Without is the same conversation with the words of everybody but one role.
func Without(request *vignettev1.EvaluateRequest, role string) *vignettev1.EvaluateRequest {
	return silence(request, func(turn *vignettev1.PerceivedTurn) bool { return turn.GetRole() == role })
}

// Shown is what an evaluator is shown of a conversation.
type Shown int

const (
	// Whole is all of it.
	Whole Shown = iota
	// Participant is the words of the role that is scored, and nobody else's.
	Participant
	// Others is the words of everybody else.
	Others
)

// Views are all ways to show a conversation, in the order of reports.
var Views = []Shown{Whole, Participant, Others}

// Of is what of a conversation is shown.
func (s Shown) Of(request *vignettev1.EvaluateRequest) *vignettev1.EvaluateRequest {
	switch s {
	case Participant:
		return Only(request, request.GetRole())
	case Others:
		return Without(request, request.GetRole())
	}
	return request
}

// Ablation sets side by side what an evaluator says of the same conversations shown whole, with the words of the scored role
// alone, and without them. What stays the same without those words feeds on the prompts, not on the person (Burdisso et al. 2024).
type Ablation struct {
	tables map[Shown]*Table
	// values by evaluator, dimension and whether of a turn; then by what was scored.
	values map[Shown]map[unitKey]map[string]float64
}

type unitKey struct{ evaluator, dimension, per string }

// Add takes the scores of one conversation in, shown in one way.
func (a *Ablation) Add(description *vignettev1.EvaluatorDescription, conversation string, shown Shown, scores []*vignettev1.Score) {
	if a.tables == nil {
		a.tables, a.values = map[Shown]*Table{}, map[Shown]map[unitKey]map[string]float64{}
	}
	if a.tables[shown] == nil {
		a.tables[shown], a.values[shown] = &Table{}, map[unitKey]map[string]float64{}
	}
	a.tables[shown].Add(description, scores)
	for _, score := range scores {
		if score.GetValue() == nil || !ordered(description, score.GetDimension()) {
			continue
		}
		key := unitKey{description.GetName(), score.GetDimension(), perOf(score)}
		if a.values[shown][key] == nil {
			a.values[shown][key] = map[string]float64{}
		}
		unit := conversation
		if score.TurnIndex != nil {
			unit = fmt.Sprintf("%s\n%d", conversation, score.GetTurnIndex())
		}
		a.values[shown][key][unit] = score.GetValue().GetNumber()
	}
}

// AblationRow is one dimension, shown in three ways.
type AblationRow struct {
	Evaluator string `json:"evaluator"`
	Dimension string `json:"dimension"`
	Per       string `json:"per"`
	// Whole, Participant and Others are what it says in each; Row's n is how many have a value.
	Whole       Row `json:"whole"`
	Participant Row `json:"participant_only"`
	Others      Row `json:"others_only"`
	// How far what is said of a part goes with what is said of the whole, over what has a value in both; nil where that is
	// undefined: fewer than two, or no variance.
	ParticipantR *float64 `json:"participant_only_r"`
	OthersR      *float64 `json:"others_only_r"`
	// Same are the shares of them that have the same value.
	ParticipantSame *float64 `json:"participant_only_same"`
	OthersSame      *float64 `json:"others_only_same"`
}

// Rows are what was added comes to, in the order in which dimensions came up.
func (a *Ablation) Rows() []AblationRow {
	var out []AblationRow
	if a.tables[Whole] == nil {
		return nil
	}
	for _, whole := range a.tables[Whole].Rows() {
		row := AblationRow{Evaluator: whole.Evaluator, Dimension: whole.Dimension, Per: whole.Per, Whole: whole}
		key := unitKey{whole.Evaluator, whole.Dimension, whole.Per}
		row.Participant, row.ParticipantR, row.ParticipantSame = a.beside(key, Participant)
		row.Others, row.OthersR, row.OthersSame = a.beside(key, Others)
		out = append(out, row)
	}
	return out
}

// beside is what is said of a part, and how it goes with what is said of the whole.
func (a *Ablation) beside(key unitKey, shown Shown) (Row, *float64, *float64) {
	part := Row{Evaluator: key.evaluator, Dimension: key.dimension, Per: key.per, Missing: map[string]int{}}
	if a.tables[shown] == nil {
		return part, nil, nil
	}
	for _, row := range a.tables[shown].Rows() {
		if row.Evaluator == key.evaluator && row.Dimension == key.dimension && row.Per == key.per {
			part = row
		}
	}
	var xs, ys []float64
	same := 0.0
	for unit, x := range a.values[Whole][key] {
		if y, ok := a.values[shown][key][unit]; ok {
			xs, ys = append(xs, x), append(ys, y)
			if x == y {
				same++
			}
		}
	}
	if len(xs) == 0 {
		return part, nil, nil
	}
	same /= float64(len(xs))
	r, err := stats.Pearson(xs, ys)
	if err != nil {
		return part, nil, &same
	}
	return part, &r, &same
}

// silence is a conversation in which what some did and said becomes silence, and what lay behind it is left out.
func silence(request *vignettev1.EvaluateRequest, silenced func(*vignettev1.PerceivedTurn) bool) *vignettev1.EvaluateRequest {
	request = proto.CloneOf(request)
	kept := map[int32]bool{}
	for _, turn := range request.GetTurns() {
		if !silenced(turn) {
			kept[turn.GetIndex()] = true
			continue
		}
		turn.Action = &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SILENT}
	}
	var private []*vignettev1.PrivateTurn
	for _, turn := range request.GetPrivateTurns() {
		if kept[turn.GetIndex()] {
			private = append(private, turn)
		}
	}
	request.PrivateTurns = private
	return request
}
