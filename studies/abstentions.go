package studies

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// abstentions are the scores of evaluators that abstained, by name.
type abstentions map[string]*abstained

type abstained struct{ abstained, scores int }

func (a abstentions) add(f *vignettev1.EpisodeFigures) {
	for _, own := range f.GetAbstentions() {
		each := a[own.GetEvaluator()]
		if each == nil {
			each = &abstained{}
			a[own.GetEvaluator()] = each
		}
		each.abstained += int(own.GetAbstained())
		each.scores += int(own.GetScores())
	}
}

// warnings say who abstained, and how often: what is left is what was easy to judge.
func (a abstentions) warnings() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if each := a[name]; each.abstained > 0 {
			out = append(out, fmt.Sprintf("%s abstained from %d of %d scores, being less sure than abstain_below asks for: what is left is what was easy to judge",
				name, each.abstained, each.scores))
		}
	}
	return out
}

// abstentionFigures says who was asked to abstain below some confidence, and how often that happened; sorted by name.
func abstentionFigures(state *episode.State) []*vignettev1.AbstentionFigure {
	all := map[string]*vignettev1.AbstentionFigure{}
	for _, use := range state.Plan().Scenario.GetEvaluators() {
		if use.GetAbstainBelow() > 0 {
			all[use.GetName()] = &vignettev1.AbstentionFigure{Evaluator: use.GetName()}
		}
	}
	for _, score := range state.Scores() {
		own, reason := all[score.GetEvaluator()], score.GetMissing().GetReason()
		if own == nil || reason == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE {
			continue
		}
		own.Scores++
		if reason == vignettev1.MissingReason_MISSING_REASON_ABSTAINED {
			own.Abstained++
		}
	}
	var out []*vignettev1.AbstentionFigure
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[name])
	}
	return out
}
