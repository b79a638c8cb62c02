package ratings

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/feedback/hindsight"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Gap is how ratings change once consequences are known, in one group: a rater's foresight less the same rater's hindsight on the same
// item, the mean over raters. Nobody's bias is in it, since it is the same before and after.
type Gap struct {
	By   hindsight.By
	Name string
	// Items were rated by somebody at both times, with so many clients.
	Items, Clients int
	// Foresight and Hindsight are means on the scale; Gap is above 0 for what sounded better than it was.
	Foresight, Hindsight, Gap hindsight.Estimate
	// Flips are items that lie on one side of the scale's middle before and on the other after.
	Flips int
}

// Flip is a pair of policies that change places.
type Flip struct {
	// Foreseen is preferred before, Seen after.
	Foreseen, Seen string
	// Clients is with how many clients they change places, Of with how many both were rated.
	Clients, Of int
}

// Gaps compare foresight with hindsight in a campaign that asked for both, by policy, scenario and persona; personas are those of
// episodes. Of pairs there are none: how many were preferred the other way round is what [Turned] says.
func Gaps(record *campaign.Record, cells Cells, personas map[string]string, q Question) ([]Gap, []Flip, error) {
	items, err := seenTwice(record, cells, q)
	if err != nil || record.Campaign.GetRubric().GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR {
		return nil, nil, err
	}
	scale := record.Scale(q.Scale)
	middle := float64(scale.GetMin()+scale.GetMax()) / 2
	var out []Gap
	for _, by := range []hindsight.By{hindsight.ByPolicy, hindsight.ByScenario, hindsight.ByPersona} {
		groups := map[string][]seen{}
		for _, s := range items {
			name := [...]string{hindsight.PolicyOf(s.cell), s.cell.GetScenario(), personas[s.item.GetEpisode()]}[by]
			groups[name] = append(groups[name], s)
		}
		for _, name := range slices.Sorted(maps.Keys(groups)) {
			out = append(out, gapOf(q.Seed, by, name, middle, groups[name]))
		}
	}
	return out, flips(items), nil
}

// Turned is how many pairs of those that were compared at both times are preferred the other way round in hindsight.
func Turned(record *campaign.Record, cells Cells, q Question) (turned, of int, err error) {
	items, err := seenTwice(record, cells, q)
	scale := record.Scale(q.Scale)
	middle := float64(scale.GetMin()+scale.GetMax()) / 2
	for _, s := range items {
		if (s.before-middle)*(s.after-middle) < 0 {
			turned++
		}
	}
	return turned, len(items), err
}

// seen is an item that was rated before and after by the same raters.
type seen struct {
	item          *vignettev1.CampaignItem
	cell          *vignettev1.Cell
	before, after float64
}

func seenTwice(record *campaign.Record, cells Cells, q Question) ([]seen, error) {
	values := map[vignettev1.RatingStage]map[string]float64{}
	var order []answer
	for _, stage := range record.Stages() {
		q.Stage = stage
		scale, err := q.scaleIn(record)
		if err != nil {
			return nil, err
		}
		values[stage] = map[string]float64{}
		order = (&Fit{Question: q, On: scale, Left: map[string]int{}}).answers(record, cells)
		for _, a := range order {
			values[stage][a.item.GetId()+"\n"+a.rater] = a.value
		}
	}
	var out []seen
	n := 0.0
	for _, a := range order {
		key := a.item.GetId() + "\n" + a.rater
		before, ok := values[vignettev1.RatingStage_RATING_STAGE_FORESIGHT][key]
		if !ok {
			continue
		}
		if len(out) == 0 || out[len(out)-1].item != a.item {
			out, n = append(out, seen{item: a.item, cell: cells[a.item.GetEpisode()]}), 0
		}
		n++
		last := &out[len(out)-1]
		last.before += (before - last.before) / n
		last.after += (a.value - last.after) / n
	}
	return out, nil
}

func gapOf(seed uint64, by hindsight.By, name string, middle float64, items []seen) Gap {
	g := Gap{By: by, Name: name, Items: len(items)}
	before, after, gap := map[string][]float64{}, map[string][]float64{}, map[string][]float64{}
	for _, s := range items {
		client := hindsight.ClientOf(s.cell)
		before[client], after[client], gap[client] = append(before[client], s.before), append(after[client], s.after), append(gap[client], s.before-s.after)
		if (s.before-middle)*(s.after-middle) < 0 {
			g.Flips++
		}
	}
	g.Clients, g.Foresight, g.Hindsight, g.Gap = len(gap), mean(seed, before), mean(seed, after), mean(seed, gap)
	return g
}

// flips are policies that change places with some client.
func flips(items []seen) []Flip {
	clients := map[string][]seen{}
	for _, s := range items {
		key := fmt.Sprint(hindsight.ClientOf(s.cell), s.item.TurnIndex != nil, s.item.GetTurnIndex())
		clients[key] = append(clients[key], s)
	}
	met, turned := map[[2]string]int{}, map[[2]string]int{}
	for _, with := range clients {
		for _, a := range with {
			for _, b := range with {
				pair := [2]string{hindsight.PolicyOf(a.cell), hindsight.PolicyOf(b.cell)}
				if pair[0] == pair[1] {
					continue
				}
				met[pair]++
				if a.before > b.before && a.after < b.after {
					turned[pair]++
				}
			}
		}
	}
	var out []Flip
	for pair, n := range turned {
		out = append(out, Flip{pair[0], pair[1], n, met[pair]})
	}
	slices.SortFunc(out, func(a, b Flip) int { return strings.Compare(a.Foreseen+"\n"+a.Seen, b.Foreseen+"\n"+b.Seen) })
	return out
}
