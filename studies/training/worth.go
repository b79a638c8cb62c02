package training

import (
	"fmt"
	"math"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/feedback/hindsight"
	"github.com/vignette-sim/vignette/feedback/ratings"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Worth is what an episode is worth to the learner: a value, or why there is none.
type Worth struct {
	Value   float64
	Missing string
	// Votes are the single opinions the value was made of, by whose they are: terms of a reward, raters. Two episodes are compared vote by
	// vote where both have one.
	Votes map[string]float64
	// Raters says on whose ratings the value rests: "", where on nobody's, [People], or [Simulated] where any of it was made up.
	Raters string
}

// Who rates, on cards.
const (
	People    = "people"
	Simulated = "simulated annotators"
)

// ratersOf is on whose ratings something rests that comes from several sources.
func ratersOf(so, from string) string {
	switch {
	case so == Simulated || from == ratings.Simulated:
		return Simulated
	case so == People || from == ratings.People:
		return People
	}
	return ""
}

// Measure says what an episode is worth to a role.
type Measure interface {
	// Of is the worth of an episode; notes are those on it, oldest first.
	Of(state *episode.State, role string, notes []*vignettev1.Note) Worth
	// NeedsNotes says whether notes are looked at.
	NeedsNotes() bool
	// Name is how the measure is called on a card.
	Name() string
}

// MeasureOf is the measure of a name: "reward"; "ratings:SCALE", the mean of what people said; "simulated:SCALE", of
// what simulated annotators made up; else a dimension, as the episode or a
// note on it has it ("dear_man.assert", "hindsight.goal"), or one evaluator's ("hindsight-itself:hindsight.satisfaction").
func MeasureOf(name string) (Measure, error) {
	evaluator, rest, named := strings.Cut(name, ":")
	switch {
	case name == "reward":
		return byReward{}, nil
	case name == "":
		return nil, fmt.Errorf("a measure has no name; say reward, ratings:SCALE, simulated:SCALE, a dimension or EVALUATOR:DIMENSION")
	case evaluator == "ratings" || evaluator == "simulated":
		return &byRatings{
			scale: rest, simulated: evaluator == "simulated", items: map[string]*vignettev1.CampaignItem{}, campaigns: map[string]*vignettev1.Campaign{}, compared: map[opinion]*vignettev1.Rating{},
		}, nil
	case named:
		return byDimension{evaluator, rest}, nil
	}
	return byDimension{"", name}, nil
}

type byReward struct{}

func (byReward) Name() string     { return "reward" }
func (byReward) NeedsNotes() bool { return true } // Rewards may have been composed anew.

func (byReward) Of(state *episode.State, role string, notes []*vignettev1.Note) Worth {
	rewards := state.Completed().GetRewards()
	for _, note := range notes {
		if again := note.GetRewarded(); again != nil {
			rewards = again.GetRewards()
		}
	}
	for _, reward := range rewards {
		if reward.GetRole() != role {
			continue
		}
		if reward.GetMissing() != nil {
			return Worth{Missing: strings.TrimSpace("no reward: " + reward.GetMissing().GetDetail())}
		}
		w := Worth{Value: reward.GetValue(), Votes: map[string]float64{}}
		for _, term := range reward.GetTerms() {
			if _, ok := term.GetOutcome().(*vignettev1.RewardTermValue_Value); ok {
				w.Votes[term.GetEvaluator()+" "+term.GetDimension()] = term.GetValue() * sign(term.GetWeight())
			}
			for _, source := range term.GetSources() {
				w.Raters = ratersOf(w.Raters, source.GetMind())
			}
		}
		return w
	}
	return Worth{Missing: "the role has no reward"}
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

type byDimension struct{ evaluator, dimension string }

func (b byDimension) Name() string {
	if b.evaluator == "" {
		return b.dimension
	}
	return b.evaluator + ":" + b.dimension
}
func (byDimension) NeedsNotes() bool { return true }

// Of takes the newest score of the dimension for the role, or for nobody in particular. Several evaluators' are a mean, each with a vote.
func (b byDimension) Of(state *episode.State, role string, notes []*vignettev1.Note) Worth {
	newest := map[string]*vignettev1.Score{}
	take := func(scores []*vignettev1.Score) {
		for _, score := range scores {
			if score.TurnIndex == nil && score.GetDimension() == b.dimension && (score.GetRole() == role || score.GetRole() == "") && (b.evaluator == "" || score.GetEvaluator() == b.evaluator) {
				newest[score.GetEvaluator()] = score
			}
		}
	}
	take(state.Scores())
	for _, note := range notes {
		take(note.GetRescored().GetScores())
	}
	w := Worth{Votes: map[string]float64{}, Missing: "it has no score " + b.Name()}
	sum := 0.0
	for evaluator, score := range newest {
		if score.GetMissing() != nil {
			w.Missing = strings.TrimSpace(b.Name() + " is missing: " + score.GetMissing().GetDetail())
			continue
		}
		w.Votes[evaluator] = score.GetValue().GetNumber()
		sum += score.GetValue().GetNumber()
		w.Raters = ratersOf(w.Raters, score.GetProvenance().GetMind())
	}
	if len(w.Votes) > 0 {
		w.Value, w.Missing = sum/float64(len(w.Votes)), ""
	}
	return w
}

// Learner is a measure that has to see all notes of a run before it is asked.
type Learner interface{ Learn(*vignettev1.Note) }

type byRatings struct {
	scale string
	// simulated takes what simulated annotators made up, and nothing that people said.
	simulated bool
	// foresight takes what was said before consequences alone.
	foresight bool
	items     map[string]*vignettev1.CampaignItem
	campaigns map[string]*vignettev1.Campaign
	// compared are ratings as they stand, for pairs.
	compared map[opinion]*vignettev1.Rating
}

// opinion is what one rating is: an edit takes its place.
type opinion struct {
	campaign, item, rater string
	stage                 vignettev1.RatingStage
}

func (b *byRatings) Name() string {
	if b.simulated {
		return "simulated:" + b.scale
	}
	return "ratings:" + b.scale
}
func (*byRatings) NeedsNotes() bool { return true }

// whose are the ratings that are taken.
func (b *byRatings) whose() string {
	if b.simulated {
		return Simulated
	}
	return People
}

// takes says whether a rating is by those that are asked for.
func (b *byRatings) takes(r *vignettev1.Rating) bool { return (r.GetSimulated() != nil) == b.simulated }

// Learn takes in what items of campaigns are, and what was said of pairs.
func (b *byRatings) Learn(note *vignettev1.Note) {
	if c := note.GetCampaign(); c != nil {
		b.campaigns[c.GetId()] = c
	}
	if r := note.GetRated(); r.GetVersion() > 0 && r.GetPass() == 1 && b.takes(r) {
		key := opinion{r.GetCampaign(), r.GetItem(), r.GetRater(), r.GetStage()}
		if b.compared[key].GetVersion() <= r.GetVersion() {
			b.compared[key] = r
		}
	}
	for _, item := range note.GetCampaign().GetItems() {
		b.items[note.GetCampaign().GetId()+" "+item.GetId()] = item
	}
}

// Of is the mean over raters of what they say of the whole episode, each rater's last word: hindsight where they gave it, the first pass.
func (b *byRatings) Of(_ *episode.State, _ string, notes []*vignettev1.Note) Worth {
	type key struct {
		item, rater string
		stage       vignettev1.RatingStage
	}
	standing := map[key]*vignettev1.Rating{}
	for _, note := range notes {
		r := note.GetRated()
		item := b.items[r.GetCampaign()+" "+r.GetItem()]
		if b.foresight && r.GetStage() != vignettev1.RatingStage_RATING_STAGE_FORESIGHT {
			continue
		}
		if r.GetVersion() > 0 && r.GetPass() == 1 && b.takes(r) && item != nil && item.TurnIndex == nil && item.GetOtherEpisode() == "" {
			standing[key{r.GetItem(), r.GetRater(), r.GetStage()}] = r
		}
	}
	votes, stage := map[string]float64{}, map[string]vignettev1.RatingStage{}
	for k, r := range standing {
		if r.GetWithdrawn() || r.GetSkip() != 0 || k.stage < stage[k.rater] {
			continue
		}
		for _, v := range r.GetValues() {
			if _, ok := v.GetAnswer().(*vignettev1.ScaleRating_Value); ok && v.GetScale() == b.scale {
				votes[k.rater], stage[k.rater] = float64(v.GetValue()), k.stage
			}
		}
	}
	if len(votes) == 0 {
		return Worth{Missing: map[bool]string{true: "no simulated annotator rated it on ", false: "nobody rated it on "}[b.simulated] + b.scale}
	}
	sum := 0.0
	for _, v := range votes {
		sum += v
	}
	return Worth{Value: sum / float64(len(votes)), Votes: votes, Raters: b.whose()}
}

// before is the measure of the same in foresight, for flips: raters' own, or else the one concerned's.
func before(m Measure) Measure {
	switch of := m.(type) {
	case *byRatings:
		earlier := *of
		earlier.foresight = true
		return &earlier
	case byDimension:
		if earlier, ok := strings.CutSuffix(of.dimension, ratings.After); ok && ratings.Spec(of.dimension) != nil {
			return byDimension{of.evaluator, earlier}
		}
	}
	return byDimension{string(hindsight.Itself), hindsight.Foresight}
}

// strength is how far single opinions share the verdict that one episode is better than another, -1 to 1: the mean of their signs. NaN
// where none compares the two.
func strength(better, worse Worth) float64 {
	sum, n := 0.0, 0.0
	for whose, v := range better.Votes {
		if other, ok := worse.Votes[whose]; ok {
			sum, n = sum+sign(v-other), n+1
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / n
}
