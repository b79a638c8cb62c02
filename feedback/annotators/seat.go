package annotators

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/vignette-sim/vignette/feedback/campaign"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Seat is an annotator who rates in a campaign, as people do: item by item, through FeedbackService.
type Seat struct {
	Annotator
	// Rater is the name under which it rates.
	Rater string
	// Seed of its chance. What it says of an item hangs on seed, name and item, and not on what it rated before.
	Seed uint64
}

// Panel is several annotators at one campaign.
type Panel struct {
	Seats    []Seat
	Campaign *vignettev1.Campaign
	// Foresight and Hindsight are what it takes for the truth in each stage.
	Foresight, Hindsight Truth
}

// Truth is what episodes are worth by some measure.
type Truth struct {
	// Measure is its name; it is declared with every rating.
	Measure string
	// Worth is that of an episode, 0-1: 0 is the lowest there is and 1 the highest. An episode without one is skipped.
	Worth map[string]float64
}

// Tally is what a panel did.
type Tally struct{ Rated, Skipped int }

// Rate has each of the panel rate one item after the other, in turns, until there is nothing left for anybody.
func (p Panel) Rate(ctx context.Context, feedback vignettev1.FeedbackServiceClient) (Tally, error) {
	var done Tally
	for _, seat := range p.Seats {
		if err := seat.Check(); err != nil {
			return done, fmt.Errorf("%s: %w", seat.Rater, err)
		}
	}
	for busy := true; busy; {
		busy = false
		for _, seat := range p.Seats {
			next, err := feedback.NextItem(ctx, &vignettev1.NextItemRequest{Campaign: p.Campaign.GetId(), Rater: seat.Rater})
			if err != nil {
				return done, err
			}
			if next.GetItem() == nil {
				continue
			}
			busy = true
			rating, err := p.rating(seat, next.GetItem())
			if err != nil {
				return done, err
			}
			if err := save(ctx, feedback, rating); err != nil {
				return done, err
			}
			if rating.GetSkip() != 0 {
				done.Skipped++
			} else {
				done.Rated++
			}
		}
	}
	return done, nil
}

// save records a rating as the next version of what the rater said of the item.
func save(ctx context.Context, feedback vignettev1.FeedbackServiceClient, r *vignettev1.Rating) error {
	before, err := feedback.ListRatings(ctx, &vignettev1.ListRatingsRequest{Campaign: r.GetCampaign(), Rater: r.GetRater(), History: true})
	if err != nil {
		return err
	}
	r.Version = 1
	for _, old := range before.GetRatings() {
		if old.GetItem() == r.GetItem() && old.GetStage() == r.GetStage() && old.GetPass() == r.GetPass() {
			r.Version = old.GetVersion() + 1
		}
	}
	_, err = feedback.SaveRating(ctx, &vignettev1.SaveRatingRequest{Rating: r})
	return err
}

// rating is what a seat says of an item.
func (p Panel) rating(seat Seat, shown *vignettev1.ShownItem) (*vignettev1.Rating, error) {
	i := slices.IndexFunc(p.Campaign.GetItems(), func(item *vignettev1.CampaignItem) bool { return item.GetId() == shown.GetItem() })
	if i < 0 {
		return nil, fmt.Errorf("campaign %s has no item %s", p.Campaign.GetId(), shown.GetItem())
	}
	item, truth := p.Campaign.GetItems()[i], p.Foresight
	if shown.GetStage() == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT {
		truth = p.Hindsight
	}
	r := &vignettev1.Rating{
		Campaign: p.Campaign.GetId(), Item: shown.GetItem(), Rater: seat.Rater, Stage: shown.GetStage(), Pass: shown.GetPass(),
		Simulated: &vignettev1.SimulatedRater{Measure: truth.Measure, Bias: seat.Bias, Noise: seat.Noise, Sharpness: seat.Sharpness, FirstSide: seat.FirstSide, Seed: seat.Seed},
	}
	worths, ok := truth.of(item, campaign.Swapped(p.Campaign, item.GetId(), seat.Rater))
	if !ok {
		r.Skip, r.Remark = vignettev1.SkipReason_SKIP_REASON_OTHER, "it has no "+truth.Measure
		return r, nil
	}
	for _, scale := range p.Campaign.GetRubric().GetScales() {
		r.Values = append(r.Values, seat.answer(scale, worths, shown, seat.luck(shown, scale)))
	}
	return r, nil
}

// of are the worths of an item's episodes as they are shown; false where one is missing.
func (t Truth) of(item *vignettev1.CampaignItem, swapped bool) ([]float64, bool) {
	episodes := []string{item.GetEpisode()}
	if item.GetOtherEpisode() != "" {
		episodes = append(episodes, item.GetOtherEpisode())
	}
	if swapped {
		slices.Reverse(episodes)
	}
	var out []float64
	for _, id := range episodes {
		worth, ok := t.Worth[id]
		if !ok {
			return nil, false
		}
		out = append(out, worth)
	}
	return out, true
}

// luck is the chance of one answer.
func (s Seat) luck(shown *vignettev1.ShownItem, scale *vignettev1.RatingScale) *rand.Rand {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%d\x00%d\x00%s", s.Seed, s.Rater, shown.GetItem(), shown.GetStage(), shown.GetPass(), scale.GetId()))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
}

func (s Seat) answer(scale *vignettev1.RatingScale, worths []float64, shown *vignettev1.ShownItem, luck *rand.Rand) *vignettev1.ScaleRating {
	out := &vignettev1.ScaleRating{Scale: scale.GetId()}
	if scale.GetNominal() { // A worth is no kind.
		out.Answer = &vignettev1.ScaleRating_CannotTell{CannotTell: true}
		return out
	}
	low, high := int(scale.GetMin()), int(scale.GetMax())
	value := 0
	if len(worths) == 2 {
		value = s.Compare(worths[0], worths[1], low, high, luck)
	} else {
		value = s.Rate(float64(low)+worths[0]*float64(high-low), low, high, luck)
	}
	out.Answer = &vignettev1.ScaleRating_Value{Value: int32(value)}
	if scale.GetEvidenceForExtremes() && (value == low || value == high) {
		out.Evidence = evidence(shown)
	}
	return out
}

// evidence quotes the last words there are: a simulated annotator reads nothing.
func evidence(shown *vignettev1.ShownItem) []*vignettev1.Evidence {
	for _, turn := range slices.Backward(shown.GetSides()[0].GetTurns()) {
		if words := []rune(turn.GetText()); len(words) > 0 {
			return []*vignettev1.Evidence{{TurnIndex: turn.GetIndex(), Quote: string(words[:min(len(words), 80)])}}
		}
	}
	return nil
}

// Spread puts worths on 0-1, from the lowest to the highest there is. Where all are the same they are in the middle.
func Spread(worth map[string]float64) map[string]float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, w := range worth {
		low, high = min(low, w), max(high, w)
	}
	out := map[string]float64{}
	for id, w := range worth {
		out[id] = 0.5
		if high > low {
			out[id] = (w - low) / (high - low)
		}
	}
	return out
}
