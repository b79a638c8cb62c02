package campaign

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// opened are the campaigns that are in the log up to a sequence, as they came.
type opened struct {
	fed       uint64
	campaigns []*vignettev1.CampaignSummary
}

// feed reads what has come to the log since it was read last.
func (o *opened) feed(ctx context.Context, log episodelog.Feed) error {
	extent, err := log.Extent(ctx)
	if err != nil {
		return err
	}
	if extent.Last <= o.fed {
		return nil
	}
	for entry, err := range log.Since(ctx, o.fed, extent.Last) {
		var corrupt *episodelog.CorruptError
		if err != nil && !errors.As(err, &corrupt) {
			return err
		}
		c := entry.Note.GetCampaign()
		if c == nil || slices.ContainsFunc(o.campaigns, func(known *vignettev1.CampaignSummary) bool { return known.GetCampaign() == c.GetId() }) {
			continue
		}
		o.campaigns = append(o.campaigns, &vignettev1.CampaignSummary{
			Campaign: c.GetId(), Run: c.GetRun(), Title: c.GetRubric().GetTitle(), Unit: c.GetRubric().GetUnit(), Arm: c.GetRubric().GetArm(),
			Items: int32(len(c.GetItems())), OpenedAt: entry.Note.GetTime(),
		})
	}
	o.fed = extent.Last
	return nil
}

// ListCampaigns implements FeedbackServiceServer. What was deleted is not listed.
func (s *Service) ListCampaigns(ctx context.Context, request *vignettev1.ListCampaignsRequest) (*vignettev1.ListCampaignsResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.opened.feed(ctx, s.log); err != nil {
		return nil, status.Errorf(codes.Unavailable, "the log cannot be read: %v", err)
	}
	out := &vignettev1.ListCampaignsResponse{}
	for _, known := range slices.Backward(s.opened.campaigns) {
		if _, err := s.reader.Run(ctx, known.GetRun()); errors.Is(err, projection.ErrNotFound) {
			continue
		}
		b, err := s.book(ctx, known.GetCampaign())
		if status.Code(err) == codes.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		summary := &vignettev1.CampaignSummary{
			Campaign: known.GetCampaign(), Run: known.GetRun(), Title: known.GetTitle(), Unit: known.GetUnit(), Arm: known.GetArm(), Items: known.GetItems(),
			OpenedAt: timestamppb.New(known.GetOpenedAt().AsTime()),
		}
		for _, r := range b.given {
			if r != b.standing(taskOf(r)) {
				continue
			}
			summary.Given++
			if r.GetRater() == request.GetRater() {
				summary.Done++
			}
		}
		out.Campaigns = append(out.Campaigns, summary)
	}
	return out, nil
}
