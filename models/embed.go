package models

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Embed implements ModelServiceServer. It records like Complete: the same texts are asked for once.
func (g *Gateway) Embed(ctx context.Context, request *vignettev1.EmbedRequest) (*vignettev1.EmbedResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	t, err := g.resolve(request.GetModel())
	if err != nil {
		return nil, err
	}
	q := &question{target: t, account: request.GetAccount(), purpose: "embed", parameters: &vignettev1.ModelParameters{}}
	for _, text := range request.GetTexts() {
		q.messages = append(q.messages, &vignettev1.ChatMessage{Content: text})
	}
	q.sent = q.messages
	q.put = func(ctx context.Context) (*vignettev1.ModelAnswer, endpoint.Effort, error) {
		vectors, usage, effort, err := t.endpoint.Embed(ctx, t.model, request.GetTexts())
		return &vignettev1.ModelAnswer{
			SchemaVersion: calllog.SchemaVersion, Time: timestamppb.New(g.now()), Endpoint: t.name, Request: effort.Request, Embeddings: vectors,
			Completion: &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_ANSWERED, Usage: usage},
		}, effort, err
	}
	q.begun = g.now()
	answer, call, err := g.answer(ctx, q)
	if call.GetAttempts() > 0 || call.GetRecorded() {
		if bookErr := g.bookOnce(ctx, call, q.begun); bookErr != nil {
			return nil, bookErr
		}
	}
	if err != nil {
		return nil, final(err)
	}
	return &vignettev1.EmbedResponse{Embeddings: answer.GetEmbeddings(), Usage: answer.GetCompletion().GetUsage(), Recorded: call.GetRecorded()}, nil
}
