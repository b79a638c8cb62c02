package endpoint

import (
	"context"
	"errors"
	"fmt"

	openai "github.com/sashabaranov/go-openai"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Embed turns texts into vectors, one per text and in their order. Errors and effort are as with [Endpoint.Ask].
func (e *Endpoint) Embed(ctx context.Context, model string, texts []string) ([]*vignettev1.Embedding, *vignettev1.ModelUsage, Effort, error) {
	c := e.newCall(model)
	var (
		vectors []*vignettev1.Embedding
		usage   *vignettev1.ModelUsage
	)
	expected := 0
	if e.limiter.CountsTokens() {
		expected = int(tokens(characters(texts)))
	}
	err := c.persist(ctx, expected, func(ctx context.Context) (spent *vignettev1.ModelUsage, f *failure) {
		vectors, spent, f = c.embed(ctx, texts)
		if f == nil {
			usage = spent
		}
		return spent, f
	})
	return vectors, usage, c.effort, err
}

// embed asks for the vectors once.
func (c *call) embed(ctx context.Context, texts []string) ([]*vignettev1.Embedding, *vignettev1.ModelUsage, *failure) {
	a := c.endpoint.newAttempt(ctx)
	defer a.close()
	var front fields
	front.rest(c.endpoint.extra)
	a.front = front.json
	request := openai.EmbeddingRequestStrings{Input: texts, Model: openai.EmbeddingModel(c.model)}
	resp, err := a.client().CreateEmbeddings(a.ctx, request)
	c.sent(a)
	var vectors []*vignettev1.Embedding
	if err == nil {
		vectors, err = inOrder(resp.Data, len(texts))
	}
	if err != nil && isComplaint(a.answer) {
		a.complaint = a.head(a.answer)
	}
	usage := counted(&resp.Usage)
	if usage == nil && a.worked(err) && a.complaint == nil {
		usage = estimated(characters(texts), 0)
	}
	if err != nil {
		return nil, usage, a.failed(err)
	}
	return vectors, usage, nil
}

// inOrder puts vectors into the order of their texts. Each text must have one.
func inOrder(data []openai.Embedding, texts int) ([]*vignettev1.Embedding, error) {
	if len(data) != texts {
		return nil, fmt.Errorf("%d vectors for %d texts", len(data), texts)
	}
	vectors := make([]*vignettev1.Embedding, texts)
	for _, d := range data {
		if d.Index < 0 || d.Index >= texts || vectors[d.Index] != nil {
			return nil, errors.New("the vectors are not numbered as the texts are")
		}
		if len(d.Embedding) == 0 {
			return nil, fmt.Errorf("vector %d is empty", d.Index)
		}
		vectors[d.Index] = &vignettev1.Embedding{Values: d.Embedding}
	}
	return vectors, nil
}

// Models asks once which models the endpoint has. It takes no slot: it is for people who wait for a list, not for a run.
func (e *Endpoint) Models(ctx context.Context) ([]string, error) {
	c := e.newCall("")
	a := e.newAttempt(ctx)
	defer a.close()
	list, err := a.client().ListModels(a.ctx)
	if err == nil && list.Models == nil {
		err = errors.New("the answer lists no models")
	}
	if ctx.Err() != nil && err != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		f := a.failed(err)
		return nil, c.failed(f.final(), f.status, f.message)
	}
	names := make([]string, len(list.Models))
	for i, m := range list.Models {
		names[i] = m.ID
	}
	return names, nil
}
