package studies

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Beyond these a judge is named. One answer in which everything is at the top may be honest, people do speak well; hundreds are
// not.
const (
	// fewScores is how many scores a judge gives before their sameness says anything, fewOccasions how many turns or episodes.
	fewScores, fewOccasions = 20, 10
	// together is how many dimensions have a value before it says anything that they have the same.
	together = 3
	// mostAlike is the share of occasions with one and the same value everywhere, above which dimensions are not told apart.
	mostAlike = 0.9
	// rounding is how far apart one and the same place may come out on two ranges.
	rounding = 1e-9
)

// judges are the evaluators of a run that do not go by rules, by name.
type judges map[string]*judge

// judge is what is kept of its scores: places on the declared ranges, 0 (lowest) to 1.
type judge struct {
	model     string
	low, high float64
	scores    int
	// occasions are turns and episodes with enough dimensions to compare, alike those with the same place in all.
	occasions, alike int
}

// occasion is a turn of a role, or its whole episode (-1), as one judge saw it.
type occasion struct {
	judge, role string
	turn        int32
}

// add takes in what judges did in an episode.
func (j judges) add(f *vignettev1.EpisodeFigures) {
	for _, own := range f.GetJudges() {
		each := j[own.GetJudge()]
		if each == nil {
			each = &judge{model: own.GetModel(), low: 1}
			j[own.GetJudge()] = each
		}
		each.low, each.high = min(each.low, own.GetLow()), max(each.high, own.GetHigh())
		each.scores += int(own.GetScores())
		each.occasions += int(own.GetOccasions())
		each.alike += int(own.GetAlike())
	}
}

// judgeFigures says what judges did in an episode, sorted by name. What rules say hangs on the words alone and is no matter of
// conduct.
func judgeFigures(state *episode.State) []*vignettev1.JudgeFigures {
	places := map[occasion][]float64{}
	all := map[string]*vignettev1.JudgeFigures{}
	for _, score := range state.Scores() {
		evaluator := state.Plan().Evaluators[score.GetEvaluator()]
		place, ok := placeOf(evaluator, score)
		if !ok || evaluator.GetMethod() == "builtin" {
			continue
		}
		at := occasion{score.GetEvaluator(), score.GetRole(), -1}
		if score.TurnIndex != nil {
			at.turn = score.GetTurnIndex()
		}
		places[at] = append(places[at], place)
		own := all[at.judge]
		if own == nil {
			own = &vignettev1.JudgeFigures{Judge: at.judge, Model: cmp.Or(score.GetProvenance().GetModel(), evaluator.GetModel()), Low: 1}
			all[at.judge] = own
		}
		own.Low, own.High = min(own.GetLow(), place), max(own.GetHigh(), place)
		own.Scores++
	}
	for at, values := range places {
		if len(values) < together {
			continue
		}
		all[at.judge].Occasions++
		if slices.Max(values)-slices.Min(values) < rounding {
			all[at.judge].Alike++
		}
	}
	var out []*vignettev1.JudgeFigures
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[name])
	}
	return out
}

// placeOf is where a value lies on its declared range; false where it has no value or no order.
func placeOf(evaluator *vignettev1.EvaluatorDescription, score *vignettev1.Score) (float64, bool) {
	if score.GetValue() == nil {
		return 0, false
	}
	for _, spec := range evaluator.GetDimensions() {
		width := spec.GetMax() - spec.GetMin()
		if spec.GetId() != score.GetDimension() || width <= 0 ||
			spec.GetScale() == vignettev1.Scale_SCALE_NOMINAL || spec.GetScale() == vignettev1.Scale_SCALE_CODES {
			continue
		}
		return (score.GetValue().GetNumber() - spec.GetMin()) / width, true
	}
	return 0, false
}

// warnings names judges whose scores tell nothing apart, over the whole run or within each turn.
func (j judges) warnings() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(j)) {
		each := j[name]
		switch {
		case each.scores >= fewScores && each.high-each.low < rounding:
			out = append(out, fmt.Sprintf("judge %s put all %d of its scores %s: it tells nothing apart", each.called(name), each.scores, where(each.low)))
		case each.occasions >= fewOccasions && float64(each.alike) > mostAlike*float64(each.occasions):
			out = append(out, fmt.Sprintf("judge %s gave all dimensions the same place on their ranges in %d of %d turns or episodes: it does not tell dimensions apart",
				each.called(name), each.alike, each.occasions))
		}
	}
	return out
}

func (j *judge) called(name string) string {
	if j.model == "" {
		return name
	}
	return fmt.Sprintf("%s (%s)", name, j.model)
}

func where(place float64) string {
	switch place {
	case 0:
		return "at the bottom of their ranges"
	case 1:
		return "at the top of their ranges"
	}
	return fmt.Sprintf("at one place of their ranges (%.2g of the way up)", place)
}
