package models

import (
	"fmt"
	"hash/fnv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// target is what a model's name stands for.
type target struct {
	endpoint     *endpoint.Endpoint
	settings     *vignettev1.Endpoint
	name         string // of the endpoint
	model        string // there
	known        *vignettev1.ModelSettings
	capabilities *vignettev1.EndpointCapabilities
}

// resolve reads the grammar of a model's name: "MODEL" and "A/B" are models of the default endpoint, unless A is an
// endpoint.
func (g *Gateway) resolve(name string) (*target, error) {
	at, model := g.settings.Default, name
	if before, after, ok := strings.Cut(name, "/"); ok && g.settings.Endpoints[before] != nil {
		at, model = before, after
	}
	switch {
	case len(g.settings.Endpoints) == 0:
		return nil, refuse(reasonModel, "model %q cannot be asked: no endpoint is configured; set %s, or %s for one without a key, or write %s",
			name, KeyVariable, BaseURLVariable, FileName)
	case at == "":
		return nil, refuse(reasonModel, "model %q: several endpoints are configured and none is the default; write NAME/%s with one of %s, or set default_endpoint",
			name, name, strings.Join(g.settings.Names(), ", "))
	case model == "":
		return nil, refuse(reasonModel, "model %q: the name of the model is missing after the endpoint's", name)
	}
	settings := g.settings.Endpoints[at]
	t := &target{endpoint: g.endpoints[at], settings: settings, name: at, model: model, known: settings.GetModels()[model]}
	t.capabilities = &vignettev1.EndpointCapabilities{}
	proto.Merge(t.capabilities, settings.GetCapabilities())
	proto.Merge(t.capabilities, t.known.GetCapabilities())
	return t, nil
}

// parameters are those of a call, and where it says nothing those of the model, then of the endpoint. An endpoint that takes a
// seed is told one for each draw, so that it draws as often as it is asked to, and the same again.
func (t *target) parameters(asked *vignettev1.ModelParameters, sample *vignettev1.ModelSample) *vignettev1.ModelParameters {
	effective := &vignettev1.ModelParameters{}
	for _, p := range []*vignettev1.ModelParameters{t.settings.GetParameters(), t.known.GetParameters(), asked} {
		if len(p.GetStop()) > 0 {
			effective.Stop = nil // a list replaces the list before it
		}
		proto.Merge(effective, p)
	}
	if effective.Seed == nil && t.capabilities.GetSeed() {
		effective.Seed = proto.Int64(seedOf(sample))
	}
	return effective
}

// seedOf is another number for another draw, within what every endpoint takes: 31 bits.
func seedOf(sample *vignettev1.ModelSample) int64 {
	h := fnv.New32a()
	fmt.Fprint(h, sample.GetSeed(), " ", sample.GetRepeat(), " ", sample.GetBranchSeed(), " ", sample.GetAsk())
	return int64(h.Sum32() >> 1)
}

// rung is where the ladder begins for this model.
func (t *target) rung() vignettev1.Rung {
	switch t.capabilities.GetStructured() {
	case vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_JSON_OBJECT:
		return vignettev1.Rung_RUNG_JSON_OBJECT
	case vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_NONE:
		return vignettev1.Rung_RUNG_EXTRACTED
	default:
		return vignettev1.Rung_RUNG_JSON_SCHEMA
	}
}

// priced says whether costs are known.
func (t *target) priced() bool {
	return t.known != nil && t.known.InputPrice != nil && t.known.OutputPrice != nil
}

// perMillion is what prices are per.
const perMillion = 1e6

// cost is what tokens cost, or nil when a price is not known.
func (t *target) cost(usage *vignettev1.ModelUsage) *float64 {
	if !t.priced() {
		return nil
	}
	cached := t.known.GetInputPrice()
	if t.known.CachedInputPrice != nil {
		cached = t.known.GetCachedInputPrice()
	}
	cost := (float64(usage.GetPromptTokens()-usage.GetCachedTokens())*t.known.GetInputPrice() +
		float64(usage.GetCachedTokens())*cached + float64(usage.GetCompletionTokens())*t.known.GetOutputPrice()) / perMillion
	return &cost
}

func (t *target) String() string { return fmt.Sprintf("%s/%s", t.name, t.model) }
