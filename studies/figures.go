package studies

import (
	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Figures is an episode in the numbers that tables are made of: a hundredth of its size. What comes of it for others than the focal
// role is not among them; see package outcomes.
func Figures(state *episode.State) *vignettev1.EpisodeFigures {
	f := &vignettev1.EpisodeFigures{
		Phase: state.Phase(), Validity: state.Completed().GetValidity(), Turns: int32(len(state.Turns())), Failure: state.Failed().GetMessage(),
	}
	for _, reward := range state.Completed().GetRewards() {
		figure := &vignettev1.RewardFigure{Role: reward.GetRole(), Focal: reward.GetRole() == state.Plan().Scenario.GetFocal()}
		if value, ok := reward.GetOutcome().(*vignettev1.Reward_Value); ok {
			figure.Value = &value.Value
		}
		f.Rewards = append(f.Rewards, figure)
	}
	report(f, state)
	if f.GetValidity() == vignettev1.Validity_VALIDITY_OK {
		f.Columns, f.Judges, f.Abstentions = columnFigures(state), judgeFigures(state), abstentionFigures(state)
	}
	return f
}

// columnFigures takes one number per dimension: the score of the episode, or where an evaluator scores turns only, their
// mean. Labels without an order, and sets of codes, have none.
func columnFigures(state *episode.State) []*vignettev1.ColumnFigure {
	numbers := map[string]*mean{}
	var columns []string
	for _, score := range state.Scores() {
		if !averages(state.Plan(), score) {
			continue
		}
		column := columnOf(state.Plan(), score)
		if numbers[column] == nil {
			numbers[column] = &mean{}
			columns = append(columns, column)
		}
		numbers[column].add(score)
	}
	out := make([]*vignettev1.ColumnFigure, len(columns))
	for i, column := range columns {
		out[i] = &vignettev1.ColumnFigure{Column: column}
		if value, ok := numbers[column].value(); ok {
			out[i].Value = &value
		} else {
			out[i].Inapplicable = numbers[column].inapplicable()
		}
	}
	return out
}
