package ratings

import (
	"slices"

	"github.com/vignette-sim/vignette/feedback/hindsight"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// rate fits answers on a scale.
func (f *Fit) rate(answers []answer, cells Cells) {
	names := make([]string, len(f.Raters))
	for i, r := range f.Raters {
		names[i] = r.Name
	}
	var items []*vignettev1.CampaignItem
	var rated []stats.Rated
	given := map[string]int{}
	for _, a := range answers { // They come item by item.
		if len(items) == 0 || items[len(items)-1] != a.item {
			items = append(items, a.item)
		}
		given[a.item.GetId()]++
		rated = append(rated, stats.Rated{Thing: len(items) - 1, Rater: slices.Index(names, a.rater), Value: a.value})
	}
	model, err := stats.FitRatings(rated, len(items), len(names), 0.95)
	if err != nil {
		f.Undefined = why(err, names)
		return
	}
	f.Sigma, f.Freedom = model.Sigma, model.Freedom
	for i, bias := range model.Raters {
		f.Raters[i].Bias = estimate(bias)
	}
	low, high := float64(f.On.GetMin()), float64(f.On.GetMax())
	for i, item := range items {
		e := model.Things[i]
		f.Worths = append(f.Worths, Worth{
			Item: item, Episode: item.GetEpisode(), Value: *estimate(e), Share: (min(max(e.Value, low), high) - low) / (high - low), Answers: given[item.GetId()],
		})
	}
	for _, by := range []hindsight.By{hindsight.ByPolicy, hindsight.ByScenario} {
		f.Groups = append(f.Groups, f.groups(by, cells)...)
	}
}

// estimate is an effect of the model; without error there is no interval to tell.
func estimate(e stats.Effect) *hindsight.Estimate {
	ci := e.CI
	return &hindsight.Estimate{Value: e.Value, CI95: &ci}
}

// groups are means of worths by policy or scenario, by name, and what they are less than the first with the same clients.
func (f *Fit) groups(by hindsight.By, cells Cells) []Group {
	values := map[string]map[string][]float64{}
	var names []string
	for _, w := range f.Worths {
		cell := cells[w.Episode]
		name := cell.GetScenario()
		if by == hindsight.ByPolicy {
			name = hindsight.PolicyOf(cell)
		}
		if values[name] == nil {
			values[name], names = map[string][]float64{}, append(names, name)
		}
		client := hindsight.ClientOf(cell)
		values[name][client] = append(values[name][client], w.Value.Value)
	}
	slices.Sort(names)
	var out []Group
	for i, name := range names {
		g := Group{By: by, Name: name, Clients: len(values[name]), Mean: mean(f.Seed, values[name])}
		for _, of := range values[name] {
			g.Items += len(of)
		}
		if i > 0 && by == hindsight.ByPolicy {
			g.Less = f.less(values[name], values[names[0]])
		}
		out = append(out, g)
	}
	return out
}

// less is the mean difference with clients that both have; nil where there are none.
func (f *Fit) less(of, from map[string][]float64) *hindsight.Estimate {
	differences := map[string][]float64{}
	for client, values := range of {
		if others := from[client]; others != nil {
			a, _ := stats.Mean(values)
			b, _ := stats.Mean(others)
			differences[client] = []float64{a - b}
		}
	}
	if len(differences) == 0 {
		return nil
	}
	out := mean(f.Seed, differences)
	return &out
}
