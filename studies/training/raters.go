package training

import (
	"cmp"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// pairs are those that raters compared side by side: each item of a campaign whose unit is pairs. The margin is how far the mean answer
// is from the middle of the scale, which means alike, in the scale's own unit; each rater is one opinion.
func (b *byRatings) pairs(choice Choice, takes map[string]bool) ([]Pair, Left) {
	left := Left{}
	var out []Pair
	for _, id := range sorted(b.campaigns) {
		c := b.campaigns[id]
		scale := b.scaleOf(c)
		for _, item := range c.GetItems() {
			if item.GetOtherEpisode() == "" || scale == nil {
				continue
			}
			if !takes[item.GetEpisode()] || !takes[item.GetOtherEpisode()] {
				left["a pair with an episode that is not taken"]++
				continue
			}
			pair, why := verdict(item, b.leanings(c, item, scale), choice)
			pair.Raters = b.whose()
			if why != "" {
				left[why]++
				continue
			}
			out = append(out, pair)
		}
	}
	if len(out) == 0 && len(left) == 0 {
		left["no campaign has pairs on "+b.scale]++
	}
	return out, left
}

func sorted[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (b *byRatings) scaleOf(c *vignettev1.Campaign) *vignettev1.RatingScale {
	for _, scale := range c.GetRubric().GetScales() {
		if scale.GetId() == b.scale && !scale.GetNominal() {
			return scale
		}
	}
	return nil
}

// leanings say of each rater how far they lean to the item's first episode, whichever side it was shown on: hindsight where they gave it.
// In the order of raters, so that a mean does not hang on chance.
func (b *byRatings) leanings(c *vignettev1.Campaign, item *vignettev1.CampaignItem, scale *vignettev1.RatingScale) []float64 {
	var given []*vignettev1.Rating
	for key, r := range b.compared {
		if key.campaign == c.GetId() && key.item == item.GetId() && !r.GetWithdrawn() && r.GetSkip() == 0 {
			given = append(given, r)
		}
	}
	slices.SortFunc(given, func(x, y *vignettev1.Rating) int {
		return cmp.Or(cmp.Compare(x.GetRater(), y.GetRater()), cmp.Compare(y.GetStage(), x.GetStage()))
	})
	var out []float64
	last, heard := "", false
	for _, r := range given {
		if heard && r.GetRater() == last {
			continue
		}
		for _, v := range r.GetValues() {
			if _, ok := v.GetAnswer().(*vignettev1.ScaleRating_Value); !ok || v.GetScale() != scale.GetId() {
				continue
			}
			lean := float64(v.GetValue()) - float64(scale.GetMin()+scale.GetMax())/2
			if r.GetSwapped() {
				lean = -lean
			}
			out, last, heard = append(out, lean), r.GetRater(), true
		}
	}
	return out
}

// verdict makes a pair of what raters say, or says why not.
func verdict(item *vignettev1.CampaignItem, leanings []float64, choice Choice) (Pair, string) {
	if len(leanings) == 0 {
		return Pair{}, "nobody compared them"
	}
	mean, votes := 0.0, 0.0
	for _, lean := range leanings {
		mean, votes = mean+lean/float64(len(leanings)), votes+sign(lean)/float64(len(leanings))
	}
	p := Pair{Chosen: item.GetEpisode(), Rejected: item.GetOtherEpisode(), Margin: mean}
	if mean < 0 {
		p, votes = Pair{Chosen: p.Rejected, Rejected: p.Chosen, Margin: -mean}, -votes
	}
	return p.judged(votes, choice)
}
