package ratings

import (
	"maps"
	"math"
	"slices"

	"github.com/vignette-sim/vignette/feedback/hindsight"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// lean is which side of a pair an answer prefers: 1 the first episode, 0 the second, 0.5 neither.
func (f *Fit) lean(a answer) float64 {
	switch middle := float64(f.On.GetMin()+f.On.GetMax()) / 2; {
	case a.value > middle:
		return 1
	case a.value < middle:
		return 0
	}
	return 0.5
}

// duel is how often people preferred the first of two over the second; alike counts half.
type duel struct {
	first, second string
	client        string
	won, of       float64
}

// compare fits pairs.
func (f *Fit) compare(answers []answer, cells Cells) {
	f.firstSide(answers)
	byScenario := map[string][]duel{}
	var all []duel
	for _, a := range answers {
		cell := cells[a.item.GetEpisode()]
		d := duel{hindsight.PolicyOf(cell), hindsight.PolicyOf(cells[a.item.GetOtherEpisode()]), hindsight.ClientOf(cell), f.lean(a), 1}
		if d.first == d.second {
			f.Left[samePolicy]++
			continue
		}
		all = append(all, d)
		byScenario[cell.GetScenario()] = append(byScenario[cell.GetScenario()], d)
	}
	if len(all) > 0 {
		f.Strengths = append(f.Strengths, f.strengths("", all))
		if len(byScenario) > 1 {
			for _, scenario := range slices.Sorted(maps.Keys(byScenario)) {
				f.Strengths = append(f.Strengths, f.strengths(scenario, byScenario[scenario]))
			}
		}
	}
	f.odds(answers, cells)
}

// firstSide is how often what stood first is preferred.
func (f *Fit) firstSide(answers []answer) {
	first, n := 0, 0
	for _, a := range answers {
		lean := f.lean(a)
		if lean == 0.5 {
			continue
		}
		n++
		if (lean == 1) != a.swapped {
			first++
		}
	}
	if n == 0 {
		return
	}
	f.FirstSide = &hindsight.Estimate{Value: float64(first) / float64(n)}
	if ci, err := stats.WilsonInterval(first, n, 0.95); err == nil {
		f.FirstSide.CI95 = &ci
	}
}

// strengths are those of policies that were compared, with intervals over clients.
func (f *Fit) strengths(scenario string, duels []duel) Strengths {
	out := Strengths{Scenario: scenario, Answers: len(duels)}
	names := map[string]bool{}
	clients := map[string][]duel{}
	for _, d := range duels {
		names[d.first], names[d.second] = true, true
		clients[d.client] = append(clients[d.client], d)
	}
	policies := slices.Sorted(maps.Keys(names))
	worths, err := stats.BradleyTerry(wins(policies, duels))
	if err != nil {
		out.Undefined = why(err, policies)
		return out
	}
	grouped := make([][]duel, 0, len(clients))
	for _, client := range slices.Sorted(maps.Keys(clients)) {
		grouped = append(grouped, clients[client])
	}
	for i, policy := range policies {
		s := Strength{Policy: policy, Worth: worths[i]}
		if i > 0 {
			s.CI95 = f.interval(policies, grouped, i)
		}
		out.Policies = append(out.Policies, s)
	}
	return out
}

// resamples is how often clients are drawn again for an interval of strengths: each draw is a fit.
const resamples = 400

func (f *Fit) interval(policies []string, clients [][]duel, of int) *stats.Interval {
	ci, err := stats.Bootstrap{Seed: f.Seed, Resamples: resamples}.Interval(len(clients), func(drawn []int) (float64, error) {
		var sample []duel
		for _, i := range drawn {
			sample = append(sample, clients[i]...)
		}
		worths, err := stats.BradleyTerry(wins(policies, sample))
		if err != nil {
			return 0, err
		}
		return worths[of].Log, nil
	})
	if err != nil {
		return nil
	}
	return &ci
}

func wins(names []string, duels []duel) [][]float64 {
	out := make([][]float64, len(names))
	for i := range out {
		out[i] = make([]float64, len(names))
	}
	for _, d := range duels {
		i, j := slices.Index(names, d.first), slices.Index(names, d.second)
		out[i][j] += d.won
		out[j][i] += d.of - d.won
	}
	return out
}

// prior is how often each episode is taken to have won, and to have lost, against an average one before anybody compared it: one answer in
// all, that is neither for nor against. It keeps the odds of what never lost finite.
const prior = 0.5

// odds are those of each episode against an average one of the same client. Strengths of episodes hang together within a client
// alone, where all are measured from that average.
func (f *Fit) odds(answers []answer, cells Cells) {
	byClient := map[string][]answer{}
	for _, a := range answers {
		client := hindsight.ClientOf(cells[a.item.GetEpisode()])
		byClient[client] = append(byClient[client], a)
	}
	found := map[string]Worth{}
	for _, of := range byClient {
		maps.Copy(found, f.oddsOf(of))
	}
	seen := map[string]bool{}
	for _, item := range f.Campaign.GetItems() {
		for _, id := range []string{item.GetEpisode(), item.GetOtherEpisode()} {
			if w, ok := found[id]; ok && !seen[id] {
				seen[id] = true
				f.Worths = append(f.Worths, w)
			}
		}
	}
}

func (f *Fit) oddsOf(answers []answer) map[string]Worth {
	average, episodes, given := "", []string{""}, map[string]int{}
	var duels []duel
	for _, a := range answers {
		first, second := a.item.GetEpisode(), a.item.GetOtherEpisode()
		duels = append(duels, duel{first: first, second: second, won: f.lean(a), of: 1})
		for _, id := range []string{first, second} {
			if given[id]++; given[id] == 1 {
				episodes = append(episodes, id)
				duels = append(duels, duel{first: id, second: average, won: prior, of: 2 * prior})
			}
		}
	}
	worths, err := stats.BradleyTerry(wins(episodes, duels))
	if err != nil { // With the average everything is connected; an error is one of this package.
		f.Undefined = why(err, episodes)
		return nil
	}
	out := map[string]Worth{}
	for i, id := range episodes[1:] {
		w := worths[i+1]
		const reach = 1.959963984540054
		ci := stats.Interval{Low: w.Log - reach*w.SE, High: w.Log + reach*w.SE, Level: 0.95}
		out[id] = Worth{Item: &vignettev1.CampaignItem{Episode: id}, Episode: id, Value: hindsight.Estimate{Value: w.Log, CI95: &ci}, Share: 1 / (1 + math.Exp(-w.Log)), Answers: given[id]}
	}
	return out
}
