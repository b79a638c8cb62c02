package campaign

import (
	"context"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Sheet are all items of a campaign as raters see them in other programs: blind as here, in one order and with one order of sides for
// everybody. Nothing is kept for anybody, and no consequence is in it unless the campaign asks in hindsight alone.
func (s *Service) Sheet(ctx context.Context, id string) ([]*vignettev1.ShownItem, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []*vignettev1.ShownItem
	stage := b.stages()[0]
	for _, item := range b.order(everybody) {
		sides, err := s.sides(ctx, b, item.GetId(), stage, b.swapped(item.GetId(), everybody))
		if err != nil {
			return nil, err
		}
		out = append(out, &vignettev1.ShownItem{Item: item.GetId(), Stage: stage, Pass: 1, Sides: sides, Calibration: item.GetCalibration()})
	}
	return out, nil
}
