package conductor

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// askBids asks several roles at once how much they want to speak next. When any of them cannot be had, none counts: the
// error is that of the first in order, whose role is returned with it. An error that stops the run rather than the
// episode comes before all others.
func (p *play) askBids(ctx context.Context, roles []string) (bids *vignettev1.Bids, who string, err error) {
	bids = &vignettev1.Bids{TurnIndex: int32(len(p.state.Turns())), Bids: make([]*vignettev1.RoleBid, len(roles))}
	failures := make([]error, len(roles))
	var asked sync.WaitGroup
	for i, role := range roles {
		bids.Bids[i] = &vignettev1.RoleBid{Role: role}
		if p.external(role) {
			bids.Bids[i].Bid = p.externalBid(role)
			continue
		}
		// Built here, one after the other: a state is not made to be read by many at once.
		request := &vignettev1.BidRequest{Observation: p.observe(role, "bid")}
		asked.Go(func() { bids.Bids[i].Bid, failures[i] = p.askBid(ctx, role, request) })
	}
	asked.Wait()
	for i, failure := range failures {
		if failure == nil {
			continue
		}
		if p.interrupted(ctx, failure) != nil {
			return nil, roles[i], failure
		}
		if err == nil {
			who, err = roles[i], failure
		}
	}
	if err != nil {
		return nil, who, err
	}
	return bids, "", nil
}

// askBid asks one role.
func (p *play) askBid(ctx context.Context, role string, request *vignettev1.BidRequest) (float64, error) {
	agent := agentOf(p.state.Plan().Scenario, role)
	var bid float64
	ctx, told := p.asks(ctx, "bid", role, agent, int(request.GetObservation().GetTurnIndex()))
	attempts, err := p.retry(ctx, func(ctx context.Context) error {
		response, err := p.Directory.Agent(agent).Bid(ctx, request)
		bid = response.GetBid()
		return err
	})
	told(attempts, err)
	if err == nil {
		if wrong := episode.CheckBid(bid); wrong != nil {
			err = status.Error(codes.Internal, wrong.Error())
		}
	}
	if err != nil {
		return 0, fmt.Errorf("agent %q, role %q, bid for turn %d: %w", agent, role, request.GetObservation().GetTurnIndex(), err)
	}
	return bid, nil
}
