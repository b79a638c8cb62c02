package ratings_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/vignette-sim/vignette/feedback/annotators"
	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/feedback/hindsight"
	"github.com/vignette-sim/vignette/feedback/ratings"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const foresight = vignettev1.RatingStage_RATING_STAGE_FORESIGHT

// study are episodes of policies with clients, and a campaign of them in some unit.
type study struct {
	record *campaign.Record
	cells  ratings.Cells
	worth  map[string]float64 // what is so, by episode
}

func newStudy(unit vignettev1.CampaignUnit, clients int, policies ...float64) *study {
	s := &study{cells: ratings.Cells{}, worth: map[string]float64{}, record: &campaign.Record{Campaign: &vignettev1.Campaign{Id: "r.00000000", Run: "r", Rubric: &vignettev1.Codebook{
		Unit: unit, Scales: []*vignettev1.RatingScale{{Id: "s", Min: 1, Max: 5}, {Id: "kind", Min: 1, Max: 3, Nominal: true}},
	}}}}
	luck := rand.New(rand.NewPCG(1, 2))
	for client := range clients {
		own := luck.NormFloat64() / 3
		var beside []string
		for i, policy := range policies {
			id := fmt.Sprintf("e%d-%d", client, i)
			s.cells[id] = &vignettev1.Cell{Scenario: []string{"one", "two"}[client%2], Repeat: int32(client), Factors: []*vignettev1.FactorLevel{{Factor: "focal.policy.skill", Level: fmt.Sprint(i)}}}
			s.worth[id] = policy + own
			if unit == vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR {
				for _, other := range beside {
					s.item(other, id)
				}
				beside = append(beside, id)
			} else {
				s.item(id, "")
			}
		}
	}
	return s
}

func (s *study) item(id, other string) {
	items := &s.record.Campaign.Items
	*items = append(*items, &vignettev1.CampaignItem{Id: fmt.Sprint("i", len(*items)), Episode: id, OtherEpisode: other})
}

func (s *study) rate(item *vignettev1.CampaignItem, rater string, value int, change ...func(*vignettev1.Rating)) {
	r := &vignettev1.Rating{Campaign: s.record.Campaign.GetId(), Item: item.GetId(), Rater: rater, Stage: foresight, Pass: 1, Version: 1,
		Values: []*vignettev1.ScaleRating{{Scale: "s", Answer: &vignettev1.ScaleRating_Value{Value: int32(value)}}}}
	for _, c := range change {
		c(r)
	}
	s.record.Standing = append(s.record.Standing, r)
}

func (s *study) fit(t *testing.T) *ratings.Fit {
	t.Helper()
	f, err := ratings.Of(s.record, s.cells, ratings.Question{Scale: "s", Stage: foresight, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// covered says whether an interval holds what is so.
func covered(e hindsight.Estimate, truth float64) bool {
	return e.CI95 != nil && e.CI95.Low <= truth && truth <= e.CI95.High
}

// The biases of annotators whose faults are known are found again, policies are told apart, and a policy that only severe raters saw is not
// taken for a worse one.
func TestScalesAreFreedOfBias(t *testing.T) {
	s := newStudy(vignettev1.CampaignUnit_CAMPAIGN_UNIT_EPISODE, 60, 2.8, 3.2)
	bias := map[string]float64{"lenient": 0.7, "fair": 0, "severe": -0.7}
	luck := rand.New(rand.NewPCG(3, 4))
	for i, item := range s.record.Campaign.GetItems() {
		raters := []string{"fair", "lenient"}
		if i%2 == 1 { // The better policy meets the severe one.
			raters = []string{"fair", "severe"}
		}
		for _, rater := range raters {
			s.rate(item, rater, (annotators.Annotator{Bias: bias[rater], Noise: 0.5}).Rate(s.worth[item.GetEpisode()], 1, 5, luck))
		}
	}
	f := s.fit(t)
	for _, r := range f.Raters {
		if r.Ratings == 0 || math.Abs(r.Bias.Value-bias[r.Name]) > 0.2 || !covered(*r.Bias, bias[r.Name]) {
			t.Errorf("%s has the bias %+v; it is %v", r.Name, *r.Bias, bias[r.Name])
		}
	}
	if math.Abs(f.Sigma-0.58) > 0.1 { // Noise of .5, and rounding adds 1/12 to the variance (Sheppard 1898).
		t.Errorf("a single rating is off by %v", f.Sigma)
	}
	var policies []ratings.Group
	for _, g := range f.Groups {
		if g.By == hindsight.ByPolicy {
			policies = append(policies, g)
		}
	}
	if len(policies) != 2 || policies[0].Less != nil || policies[1].Clients != 60 || !covered(*policies[1].Less, 0.4) || policies[1].Less.CI95.Low <= 0 {
		t.Errorf("policies are %+v, the difference %+v; the second is .4 better", policies, policies[1].Less)
	}
	naive := map[bool][]float64{}
	for _, r := range s.record.Standing {
		if r.GetRater() != "fair" {
			naive[r.GetRater() == "severe"] = append(naive[r.GetRater() == "severe"], float64(r.GetValues()[0].GetValue()))
		}
	}
	if sum(naive[true]) >= sum(naive[false]) {
		t.Error("plain means do not mislead here: the test shows nothing")
	}
	for _, w := range f.Worths {
		if w.Share < 0 || w.Share > 1 || w.Answers != 2 || w.Value.CI95 == nil {
			t.Fatalf("%+v", w)
		}
	}
}

func sum(xs []float64) float64 {
	out := 0.0
	for _, x := range xs {
		out += x
	}
	return out
}

// Strengths of policies are found again in pairs, whichever side was shown first; the better of a client has the better odds.
func TestPairsGiveStrengths(t *testing.T) {
	s := newStudy(vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR, 80, 0, 1, 2)
	luck := rand.New(rand.NewPCG(5, 6))
	annotator := annotators.Annotator{Sharpness: 1, FirstSide: 0.5}
	for i, item := range s.record.Campaign.GetItems() {
		for j, rater := range []string{"ann", "ben"} {
			first, second := s.worth[item.GetEpisode()], s.worth[item.GetOtherEpisode()]
			swapped := (i+j)%2 == 1
			if swapped {
				first, second = second, first
			}
			s.rate(item, rater, annotator.Compare(first, second, 1, 5, luck), func(r *vignettev1.Rating) { r.Swapped = swapped })
		}
	}
	f := s.fit(t)
	if len(f.Strengths) != 3 || f.Strengths[0].Scenario != "" || f.Strengths[1].Scenario != "one" || f.Strengths[0].Answers != 480 {
		t.Fatalf("strengths %+v", f.Strengths)
	}
	all := f.Strengths[0].Policies
	for i, p := range all { // Ties count half, which draws strengths together; order and rough size are there.
		if i > 0 && (p.CI95 == nil || p.CI95.Low <= 0 || p.Log < 0.5*float64(i) || p.Log > 1.3*float64(i) || p.SE <= 0 || p.SE > 0.3) {
			t.Errorf("policy %+v, interval %v; it is %d", p, p.CI95, i)
		}
	}
	if f.FirstSide == nil || f.FirstSide.Value < 0.52 || f.FirstSide.CI95 == nil {
		t.Errorf("the habit of place is %+v", f.FirstSide)
	}
	better := 0
	odds := map[string]float64{}
	for _, w := range f.Worths {
		odds[w.Episode] = w.Share
	}
	for client := range 80 {
		if odds[fmt.Sprintf("e%d-2", client)] > odds[fmt.Sprintf("e%d-0", client)] {
			better++
		}
	}
	if len(odds) != 240 || better < 60 {
		t.Errorf("with %d of 80 clients the best policy has the better odds; %d episodes", better, len(odds))
	}
}

// What is not fitted is said, with names, and is not zero.
func TestNoFit(t *testing.T) {
	apart := newStudy(vignettev1.CampaignUnit_CAMPAIGN_UNIT_EPISODE, 4, 2)
	for i, item := range apart.record.Campaign.GetItems() {
		rater := []string{"ann", "ben"}[i/2]
		apart.rate(item, rater, 2)
		apart.rate(item, rater, 3, func(r *vignettev1.Rating) { r.Rater += "'s twin" })
	}
	if f := apart.fit(t); !strings.Contains(f.Undefined, "raters ann and ben have rated nothing in common") || f.Worths != nil || f.Raters[0].Bias != nil {
		t.Errorf("raters apart: %q, %v", f.Undefined, f.Worths)
	}
	one := newStudy(vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR, 3, 0, 1)
	for _, item := range one.record.Campaign.GetItems() {
		one.rate(item, "ann", 1)
	}
	f := one.fit(t)
	if !strings.Contains(f.Strengths[0].Undefined, "focal.policy.skill=0 never won over focal.policy.skill=1") {
		t.Errorf("one policy never wins: %+v", f.Strengths[0])
	}
	if len(f.Worths) != 6 || math.Abs(f.Worths[0].Share+f.Worths[1].Share-1) > 1e-6 || f.Worths[0].Share >= f.Worths[1].Share {
		t.Errorf("odds are %+v", f.Worths)
	}
	for _, q := range []ratings.Question{{Scale: "x", Stage: foresight}, {Scale: "kind", Stage: foresight}, {Scale: "s", Stage: vignettev1.RatingStage_RATING_STAGE_HINDSIGHT}} {
		if _, err := ratings.Of(one.record, one.cells, q); err == nil {
			t.Errorf("%+v is fitted", q)
		}
	}
}

// What does not count is counted by reason; people and simulated annotators are never mixed.
func TestWhatCounts(t *testing.T) {
	s := newStudy(vignettev1.CampaignUnit_CAMPAIGN_UNIT_EPISODE, 4, 2)
	items := s.record.Campaign.GetItems()
	items[3].Calibration = true
	for _, item := range items {
		s.rate(item, "ann", 2)
		s.rate(item, "ben", 3)
		s.rate(item, "machine", 5, func(r *vignettev1.Rating) { r.Simulated = &vignettev1.SimulatedRater{Measure: "reward"} })
	}
	s.rate(items[0], "ann", 5, func(r *vignettev1.Rating) { r.Pass = 2 })
	s.rate(items[0], "eve", 0, func(r *vignettev1.Rating) {
		r.Skip, r.Values = vignettev1.SkipReason_SKIP_REASON_DISTRESSING, nil
	})
	s.rate(&vignettev1.CampaignItem{Id: "i2"}, "eve", 4)
	delete(s.cells, items[2].GetEpisode())
	f := s.fit(t)
	if f.Ratings != 4 || len(f.Worths) != 2 || len(f.Raters) != 2 || fmt.Sprint(f.Left) != "map[made up by simulated annotators:4 of episodes that are not there any more:3 of items that came again:1 of the calibration round:2 skipped, or without a number:1]" {
		t.Errorf("%d ratings, left out %v, %v", f.Ratings, f.Left, f.Raters)
	}
	scores := f.Scores("panel", items[0].GetEpisode(), "counselor", 1)
	if len(scores) != 1 || scores[0].GetDimension() != "rated.s" || scores[0].GetProvenance().GetMind() != ratings.People || scores[0].GetValue().GetNumber() != 0.375 || ratings.Spec("rated.s").GetMax() != 1 || ratings.Spec("dear_man.assert") != nil {
		t.Errorf("noted is %v", scores)
	}
	s.record.Standing = s.record.Standing[2:3]
	if f := s.fit(t); f.Ratings != 0 || !strings.Contains(f.Undefined, "simulated annotators") {
		t.Errorf("with simulated annotators alone: %q", f.Undefined)
	}
}

// Gaps are of the same rater and item at both times, by hand; a policy that is preferred before and not after flips.
func TestGaps(t *testing.T) {
	const hind = vignettev1.RatingStage_RATING_STAGE_HINDSIGHT
	s := newStudy(vignettev1.CampaignUnit_CAMPAIGN_UNIT_EPISODE, 2, 0, 1)
	s.record.Campaign.Rubric.Arm = vignettev1.CampaignArm_CAMPAIGN_ARM_WITHIN
	after := func(r *vignettev1.Rating) { r.Stage = hind }
	for i, both := range [][4]int{{5, 4, 1, 2}, {2, 2, 4, 4}, {3, 3, 3, 3}, {2, 4, 2, 4}} { // ann and ben before, ann and ben after
		item := s.record.Campaign.GetItems()[i]
		s.rate(item, "ann", both[0])
		s.rate(item, "ben", both[1])
		s.rate(item, "ann", both[2], after)
		s.rate(item, "ben", both[3], after)
	}
	s.rate(s.record.Campaign.GetItems()[0], "cem", 5) // Never looked again.
	gaps, flips, err := ratings.Gaps(s.record, s.cells, map[string]string{"e0-0": "p", "e0-1": "p", "e1-0": "q", "e1-1": "q"}, ratings.Question{Scale: "s", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, g := range gaps {
		got += fmt.Sprintf("%s %s: %d items, %d clients, %.2f %.2f %.2f, %d flips\n", g.By.Title(), g.Name, g.Items, g.Clients, g.Foresight.Value, g.Hindsight.Value, g.Gap.Value, g.Flips)
	}
	want := `policy focal.policy.skill=0: 2 items, 2 clients, 3.75 2.25 1.50, 1 flips
policy focal.policy.skill=1: 2 items, 2 clients, 2.50 3.50 -1.00, 1 flips
scenario one: 2 items, 1 clients, 3.25 2.75 0.50, 2 flips
scenario two: 2 items, 1 clients, 3.00 3.00 0.00, 0 flips
persona p: 2 items, 1 clients, 3.25 2.75 0.50, 2 flips
persona q: 2 items, 1 clients, 3.00 3.00 0.00, 0 flips
`
	if got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if len(flips) != 1 || flips[0] != (ratings.Flip{Foreseen: "focal.policy.skill=0", Seen: "focal.policy.skill=1", Clients: 1, Of: 2}) {
		t.Errorf("flips are %+v", flips)
	}
	s.record.Campaign.Rubric.Unit = vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR
	if turned, of, err := ratings.Turned(s.record, s.cells, ratings.Question{Scale: "s"}); err != nil || turned != 2 || of != 4 {
		t.Errorf("%d of %d pairs turned, %v", turned, of, err)
	}
}
