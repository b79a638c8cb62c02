package ratings

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/feedback/hindsight"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Question says what is fitted of a campaign.
type Question struct {
	// Scale is the id of one of its scales.
	Scale string
	// Stage is before or after consequences.
	Stage vignettev1.RatingStage
	// Simulated fits what simulated annotators made up; else what people said.
	Simulated bool
	// Seed of the intervals' resampling.
	Seed uint64
}

// Fit is what ratings come to.
type Fit struct {
	Question
	Campaign *vignettev1.Campaign
	On       *vignettev1.RatingScale
	// Ratings is how many answers were fitted, Left how many were not, by reason.
	Ratings int
	Left    map[string]int
	// Undefined says why there is no fit, in a phrase; then there are neither worths nor groups.
	Undefined string
	// Raters are those whose answers were fitted, by name. Of pairs they have no bias.
	Raters []Rater
	// Worths are of what was rated, in the campaign's order.
	Worths []Worth
	// Groups are means of worths, by policy and by scenario; for pairs there are strengths in their place.
	Groups []Group
	// Strengths are those of policies where pairs were compared: over all scenarios (""), and in each.
	Strengths []Strengths
	// Sigma is the standard deviation of a single rating, in points of the scale, and Freedom its degrees of freedom.
	Sigma   float64
	Freedom int
	// FirstSide is, for pairs, the share of answers that are not "alike" which prefer what stood first, 0.5 where places do not matter;
	// nil where there is none.
	FirstSide *hindsight.Estimate
}

// Rater is who rated.
type Rater struct {
	Name    string
	Ratings int
	// Bias is how many points of the scale they are above the mean of all raters, on whatever it is; nil where none can be told.
	Bias *hindsight.Estimate
}

// Worth is what a thing that was rated is worth.
type Worth struct {
	Item    *vignettev1.CampaignItem
	Episode string
	// Value is on the scale, of pairs the log odds of being preferred to an average episode of the same client.
	Value hindsight.Estimate
	// Share is the same from 0 to 1: the place on the scale, kept within it, of pairs the chance to be preferred.
	Share float64
	// Answers is how many it rests on.
	Answers int
}

// Group is a mean over episodes.
type Group struct {
	By    hindsight.By
	Name  string
	Items int
	// Clients is with how many clients.
	Clients int
	// Mean is on the scale; Less the difference from the first group with the same clients, nil for that one and where there are none.
	Mean hindsight.Estimate
	Less *hindsight.Estimate
}

// Strengths are those of policies in one scenario, or "" for all.
type Strengths struct {
	Scenario string
	Answers  int
	// Undefined says why there are none.
	Undefined string
	Policies  []Strength
}

// Strength is how strong a policy is when people compare.
type Strength struct {
	Policy string
	stats.Worth
	// CI95 of Log is over clients; nil for the first policy, from which others are measured, and where it cannot be had.
	CI95 *stats.Interval
}

// Cells are the cells of episodes, by id. An episode that is not there any more has none, and its ratings are left out.
type Cells map[string]*vignettev1.Cell

// answer is one number that somebody gave.
type answer struct {
	item  *vignettev1.CampaignItem
	rater string
	value float64
	// swapped says that a pair was shown the other way round.
	swapped bool
}

// scaleIn is the scale that is asked about; the error says why the question does not fit the campaign.
func (q Question) scaleIn(record *campaign.Record) (*vignettev1.RatingScale, error) {
	scale := record.Scale(q.Scale)
	switch {
	case scale == nil:
		return nil, fmt.Errorf("campaign %s has no scale %q; it has %s", record.Campaign.GetId(), q.Scale, strings.Join(scaleIDs(record.Campaign), ", "))
	case scale.GetNominal():
		return nil, fmt.Errorf("the numbers of %q name kinds without an order; nothing on it is worth more", q.Scale)
	case !slices.Contains(record.Stages(), q.Stage):
		return nil, fmt.Errorf("campaign %s did not ask in %s", record.Campaign.GetId(), StageName(q.Stage))
	}
	return scale, nil
}

// Of fits what was said in a campaign. It fails where the question does not fit the campaign.
func Of(record *campaign.Record, cells Cells, q Question) (*Fit, error) {
	scale, err := q.scaleIn(record)
	if err != nil {
		return nil, err
	}
	f := &Fit{Question: q, Campaign: record.Campaign, On: scale, Left: map[string]int{}}
	answers := f.answers(record, cells)
	if f.Ratings = len(answers); f.Ratings == 0 {
		f.Undefined = "nobody rated anything that counts"
		if !q.Simulated && f.Left[made] > 0 {
			f.Undefined = "all ratings were made up by simulated annotators; they are fitted on request, and apart from what people said"
		}
		return f, nil
	}
	if record.Campaign.GetRubric().GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR {
		f.compare(answers, cells)
	} else {
		f.rate(answers, cells)
	}
	return f, nil
}

func scaleIDs(c *vignettev1.Campaign) []string {
	var out []string
	for _, scale := range c.GetRubric().GetScales() {
		out = append(out, scale.GetId())
	}
	return out
}

// StageName is a stage in a word.
func StageName(stage vignettev1.RatingStage) string {
	return strings.ToLower(strings.TrimPrefix(stage.String(), "RATING_STAGE_"))
}

// Reasons why answers are left out.
const (
	made       = "made up by simulated annotators"
	said       = "said by people"
	round      = "of the calibration round"
	again      = "of items that came again"
	noNumber   = "skipped, or without a number"
	notThere   = "of episodes that are not there any more"
	samePolicy = "of pairs under one policy"
)

// answers are those that count, in the order of items and then of raters' names.
func (f *Fit) answers(record *campaign.Record, cells Cells) []answer {
	place := map[string]int{}
	for i, item := range record.Campaign.GetItems() {
		place[item.GetId()] = i
	}
	var out []answer
	for _, r := range record.Standing {
		i, known := place[r.GetItem()]
		if !known || r.GetStage() != f.Stage {
			continue
		}
		item := record.Campaign.GetItems()[i]
		value, ok := campaign.Sided(r, f.On)
		switch {
		case (r.GetSimulated() != nil) != f.Simulated:
			f.Left[map[bool]string{true: said, false: made}[f.Simulated]]++
		case r.GetPass() != 1:
			f.Left[again]++
		case item.GetCalibration():
			f.Left[round]++
		case !ok:
			f.Left[noNumber]++
		case cells[item.GetEpisode()] == nil || item.GetOtherEpisode() != "" && cells[item.GetOtherEpisode()] == nil:
			f.Left[notThere]++
		default:
			out = append(out, answer{item, r.GetRater(), value, r.GetSwapped()})
		}
	}
	slices.SortStableFunc(out, func(a, b answer) int {
		return cmp.Or(cmp.Compare(place[a.item.GetId()], place[b.item.GetId()]), cmp.Compare(a.rater, b.rater))
	})
	count := map[string]int{}
	for _, a := range out {
		count[a.rater]++
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		f.Raters = append(f.Raters, Rater{Name: name, Ratings: count[name]})
	}
	return out
}

// why is the reason for an error of stats, with names.
func why(err error, names []string) string {
	var apart *stats.ApartError
	if errors.As(err, &apart) {
		return apart.Named(names)
	}
	return err.Error()
}

// mean is a mean over clients with its interval.
func mean(seed uint64, byClient map[string][]float64) hindsight.Estimate {
	var clusters [][]float64
	for _, client := range slices.Sorted(maps.Keys(byClient)) {
		clusters = append(clusters, byClient[client])
	}
	value, err := stats.Mean(slices.Concat(clusters...))
	if err != nil {
		return hindsight.Estimate{}
	}
	out := hindsight.Estimate{Value: value}
	if ci, err := (stats.Bootstrap{Seed: seed}).MeanInterval(clusters); err == nil {
		out.CI95 = &ci
	}
	return out
}
