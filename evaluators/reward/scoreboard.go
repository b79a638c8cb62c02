package reward

import vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"

// wholeEpisode stands where a turn index would, for scores of the episode.
const wholeEpisode int32 = -1

// address is where a term looks for its score.
type address struct{ evaluator, dimension string }

// scoreboard is scores by address, role and turn.
type scoreboard map[address]map[string]map[int32]*vignettev1.Score

func arrange(scores []*vignettev1.Score) scoreboard {
	board := scoreboard{}
	for _, score := range scores {
		at := address{score.GetEvaluator(), score.GetDimension()}
		if board[at] == nil {
			board[at] = map[string]map[int32]*vignettev1.Score{}
		}
		if board[at][score.GetRole()] == nil {
			board[at][score.GetRole()] = map[int32]*vignettev1.Score{}
		}
		turn := wholeEpisode
		if score.TurnIndex != nil {
			turn = score.GetTurnIndex()
		}
		known := board[at][score.GetRole()][turn]
		if known == nil || known.GetValue() == nil && score.GetValue() != nil {
			board[at][score.GetRole()][turn] = score
		}
	}
	return board
}

// find returns the score about the role or, for an episode, about the only other role the evaluator scored.
func (b scoreboard) find(at address, role string, turn int32) *vignettev1.Score {
	roles := b[at]
	if turns, ok := roles[role]; ok || turn != wholeEpisode {
		return turns[turn]
	}
	if len(roles) != 1 {
		return nil
	}
	for _, turns := range roles {
		return turns[turn]
	}
	return nil
}
