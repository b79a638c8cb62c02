package campaign

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// SaveRating implements FeedbackServiceServer.
func (s *Service) SaveRating(ctx context.Context, request *vignettev1.SaveRatingRequest) (*vignettev1.SaveRatingResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(ctx, request.GetRating().GetCampaign())
	if err != nil {
		return nil, err
	}
	r := proto.CloneOf(request.GetRating())
	if b.items[r.GetItem()] == nil {
		return nil, status.Errorf(codes.NotFound, "there is no item %q in campaign %s", r.GetItem(), r.GetCampaign())
	}
	r.Shown, r.Swapped = b.shown(r.GetStage()), b.swapped(r.GetItem(), sees(r))
	if r.GetVersion() > 0 {
		if old := b.history[taskOf(r)]; int(r.GetVersion()) <= len(old) && proto.Equal(old[r.GetVersion()-1], r) {
			return &vignettev1.SaveRatingResponse{Rating: r, Calibration: b.told(r)}, nil // Sent twice.
		}
	}
	if err := b.admits(r, s); err != nil {
		return nil, err
	}
	if r.GetVersion() > 0 && !r.GetWithdrawn() && r.GetSkip() == 0 {
		sides, err := s.sides(ctx, b, r.GetItem(), r.GetStage(), r.GetSwapped())
		if err != nil {
			return nil, err
		}
		shown := &vignettev1.ShownItem{Sides: sides}
		if err := cmp.Or(checkValues(b.campaign, r, shown), checkCorrections(r, shown)); err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
	}
	if err := s.record(ctx, b, r); err != nil {
		return nil, err
	}
	if r.GetWithdrawn() { // What was taken back comes next, whatever came in between.
		b.keep(taskOf(r), s.now().Add(b.lease()))
	}
	return &vignettev1.SaveRatingResponse{Rating: r, Calibration: b.told(r)}, nil
}

// everybody stands for all raters where they see a pair in the same order: in other programs.
const everybody = ""

// sees is by whose draw the sides of a rating were shown.
func sees(r *vignettev1.Rating) string {
	if r.GetImported() != nil {
		return everybody
	}
	return r.GetRater()
}

// told is what a rater is told of an item of the calibration round, once they have rated it.
func (b *book) told(r *vignettev1.Rating) []*vignettev1.CalibrationAnswer {
	item := b.items[r.GetItem()]
	if !item.GetCalibration() || r.GetVersion() == 0 || r.GetWithdrawn() || r.GetSkip() != 0 {
		return nil
	}
	var out []*vignettev1.CalibrationAnswer
	for _, scale := range b.campaign.GetRubric().GetScales() {
		answer := &vignettev1.CalibrationAnswer{Scale: scale.GetId()}
		for _, gold := range b.campaign.GetRubric().GetGold() {
			if isOf(gold, item) && gold.GetScale() == scale.GetId() {
				known := knownOf(gold, item, scale)
				if r.GetSwapped() {
					known = scale.GetMin() + scale.GetMax() - known
				}
				answer.Known, answer.Tolerance, answer.Reason = proto.Int32(known), gold.GetTolerance(), gold.GetReason()
			}
		}
		for _, other := range b.raters() {
			x, ok := b.value(task{r.GetItem(), other, r.GetStage(), 1}, scale)
			if other == r.GetRater() || !ok {
				continue
			}
			if r.GetSwapped() {
				x = float64(scale.GetMin()+scale.GetMax()) - x
			}
			answer.Others = append(answer.Others, int32(x))
		}
		slices.Sort(answer.Others)
		out = append(out, answer)
	}
	return out
}

// record writes a rating down and folds it in. Its note's id is a function of what it is, so that one written twice is one.
func (s *Service) record(ctx context.Context, b *book, r *vignettev1.Rating) error {
	parts := []string{"rating", r.GetCampaign(), r.GetItem(), r.GetRater(), r.GetStage().String(), fmt.Sprint(r.GetPass()), fmt.Sprint(r.GetVersion())}
	if r.GetVersion() == 0 { // Drafts have no order of their own; the newest counts.
		parts = append(parts, fmt.Sprint(s.now().UnixNano()))
	}
	sum := hashOf(parts...)
	id := "rating-" + hex.EncodeToString(sum[:12])
	if err := s.append(ctx, b.campaign, b.items[r.GetItem()].GetEpisode(), id, r.GetRater(), &vignettev1.Note{Note: &vignettev1.Note_Rated{Rated: r}}); err != nil {
		return err
	}
	b.apply(id, r)
	return nil
}

// admits says whether a rating may be given now.
func (b *book) admits(r *vignettev1.Rating, s *Service) error {
	t := taskOf(r)
	stages := b.stages()
	known := false
	for _, stage := range stages {
		known = known || stage == t.stage
	}
	if !known || t.pass == 2 && t.stage != stages[0] {
		return status.Errorf(codes.FailedPrecondition, "this campaign does not ask for %s", t.stage)
	}
	first := task{t.item, t.rater, stages[0], 1}
	if t.stage != stages[0] {
		if before := b.standing(first); before == nil || before.GetSkip() != 0 {
			return status.Error(codes.FailedPrecondition, "hindsight comes after foresight: rate the item in foresight first")
		}
	}
	if b.fixed(t) {
		return status.Error(codes.FailedPrecondition, "the rating before consequences is fixed: what came of it has been shown")
	}
	last := len(b.history[t])
	switch {
	case r.GetVersion() == 0:
		return nil
	case int(r.GetVersion()) != last+1:
		return status.Errorf(codes.Aborted, "this rating has version %d now; read it again and write version %d", last, last+1)
	case r.GetWithdrawn() && b.standing(t) == nil:
		return status.Error(codes.FailedPrecondition, "there is nothing to withdraw")
	case t.pass == 2 && b.standing(first) == nil:
		return status.Error(codes.FailedPrecondition, "an item comes again only after it was rated")
	case t == first && b.standing(t) == nil && r.GetSkip() == 0 && !r.GetWithdrawn() && r.GetImported() == nil && !b.free(b.items[t.item], t.rater, s.now()):
		return status.Error(codes.ResourceExhausted, "this item has all the ratings it needs: it was kept for you until its lease ended")
	}
	return nil
}

// fixed says whether what came of an item has been shown, after which its rating in foresight stays what it is.
func (b *book) fixed(t task) bool {
	after := task{t.item, t.rater, hindsight, 1}
	return t.stage == foresight && t.pass == 1 && len(b.stages()) > 1 && (b.drafts[after] != nil || len(b.history[after]) > 0)
}

// checkValues holds a rating to its scales: every one answered, by a number of it, with evidence where that is wanted.
func checkValues(c *vignettev1.Campaign, r *vignettev1.Rating, shown *vignettev1.ShownItem) error {
	answers := map[string]*vignettev1.ScaleRating{}
	for _, v := range r.GetValues() {
		if scaleOf(c, v.GetScale()) == nil || answers[v.GetScale()] != nil {
			return fmt.Errorf("values: there is no scale %q, or it is answered twice", v.GetScale())
		}
		answers[v.GetScale()] = v
	}
	for _, scale := range c.GetRubric().GetScales() {
		v := answers[scale.GetId()]
		if v == nil {
			return fmt.Errorf("values: scale %q is not answered; give a number, or say that it cannot be told", scale.GetId())
		}
		for _, e := range v.GetEvidence() {
			if !stands(shown, e) {
				return fmt.Errorf("values: scale %q: %q does not stand in %s", scale.GetId(), e.GetQuote(), missedIn(shown, e))
			}
		}
		if v.GetCannotTell() {
			continue
		}
		if v.GetValue() < scale.GetMin() || v.GetValue() > scale.GetMax() {
			return fmt.Errorf("values: scale %q: %d is not %d to %d", scale.GetId(), v.GetValue(), scale.GetMin(), scale.GetMax())
		}
		if extreme := v.GetValue() == scale.GetMin() || v.GetValue() == scale.GetMax(); extreme && scale.GetEvidenceForExtremes() && len(v.GetEvidence()) == 0 {
			return fmt.Errorf("values: scale %q: %d is an extreme; quote the words that show it", scale.GetId(), v.GetValue())
		}
	}
	return nil
}

// checkCorrections holds better words to turns that were shown.
func checkCorrections(r *vignettev1.Rating, shown *vignettev1.ShownItem) error {
	for _, c := range r.GetCorrections() {
		if int(c.GetSide()) >= len(shown.GetSides()) || !slices.ContainsFunc(shown.GetSides()[c.GetSide()].GetTurns(), func(t *vignettev1.ShownTurn) bool { return t.GetIndex() == c.GetTurnIndex() }) {
			return fmt.Errorf("corrections: there is no turn with index %d in what was shown", c.GetTurnIndex())
		}
	}
	return nil
}
