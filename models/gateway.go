package models

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// AgentName is the name under which the gateway is found on the wire.
const AgentName = "models"

// Config is what a gateway is made of.
type Config struct {
	// Settings are the endpoints.
	Settings *Settings
	// Log takes answers and calls.
	Log calllog.Log
	// NewID returns a new unique id.
	NewID func() string
	// Now is the time; nil means the machine's.
	Now func() time.Time
	// Booked is told of every call once it is in the books, with the context it was asked in; it must be quick and safe for
	// concurrent use. May be nil.
	Booked func(ctx context.Context, call *vignettev1.ModelCall)
	// Transport carries requests; nil means a pooled one of each endpoint's own.
	Transport http.RoundTripper
}

// Gateway is ModelService. It is safe for concurrent use. Close it.
type Gateway struct {
	vignettev1.UnimplementedModelServiceServer
	settings  *Settings
	endpoints map[string]*endpoint.Endpoint
	log       calllog.Log
	newID     func() string
	now       func() time.Time
	ownID     string
	booked    func(context.Context, *vignettev1.ModelCall)

	forms   forms
	floors  floors
	flights flights
	ledger  *ledger
}

// New makes a gateway. The error says which endpoint's settings cannot be used.
func New(config Config) (*Gateway, error) {
	g := &Gateway{
		settings: config.Settings, endpoints: map[string]*endpoint.Endpoint{}, log: config.Log,
		newID: config.NewID, now: config.Now, ownID: config.NewID() + "-", booked: config.Booked,
	}
	if g.now == nil {
		g.now = time.Now
	}
	g.ledger = &ledger{books: config.Log, own: g.ownID, runs: map[string]*spending{}}
	for name, settings := range config.Settings.Endpoints {
		made, err := endpoint.New(endpoint.Config{Name: name, Settings: settings, Key: config.Settings.keys[name].reveal(), Transport: config.Transport})
		if err != nil {
			g.Close()
			return nil, fmt.Errorf("endpoint %q: %w", name, err)
		}
		g.endpoints[name] = made
	}
	return g, nil
}

// Close lets go of connections. Calls under way fail.
func (g *Gateway) Close() {
	g.ledger.close()
	for _, e := range g.endpoints {
		e.Close()
	}
}

// Complete implements ModelServiceServer.
func (g *Gateway) Complete(ctx context.Context, request *vignettev1.CompleteRequest) (*vignettev1.CompleteResponse, error) {
	completion, err := g.complete(ctx, request, watcher{})
	if err != nil {
		return nil, err
	}
	return &vignettev1.CompleteResponse{Completion: completion}, nil
}

// CompleteStream implements ModelServiceServer.
func (g *Gateway) CompleteStream(request *vignettev1.CompleteStreamRequest, stream grpc.ServerStreamingServer[vignettev1.CompleteStreamResponse]) error {
	ctx, cancel := context.WithCancelCause(stream.Context())
	defer cancel(nil)
	send := func(frame *vignettev1.CompleteStreamResponse) {
		if err := stream.Send(frame); err != nil {
			cancel(err) // Nobody listens any more; the question need not be answered.
		}
	}
	said := false
	completion, err := g.complete(ctx, request.GetRequest(), watcher{
		delta: func(text string) {
			said = true
			send(&vignettev1.CompleteStreamResponse{Frame: &vignettev1.CompleteStreamResponse_Delta{Delta: text}})
		},
		discard: func(reason string) {
			if said {
				said = false
				send(&vignettev1.CompleteStreamResponse{Frame: &vignettev1.CompleteStreamResponse_Discard{Discard: reason}})
			}
		},
	})
	if err != nil {
		return err
	}
	return stream.Send(&vignettev1.CompleteStreamResponse{Frame: &vignettev1.CompleteStreamResponse_Final{Final: completion}})
}

// stackRoom is what a call needs of its stack, about: an HTTP client and JSON stand at its deep end.
const stackRoom = 12 << 10

// deepen lets the stack grow now, while there is next to nothing on it to move. A call has a goroutine of its own, whose stack
// would else be moved several times on the way down, which took 6% of all it does.
//
//go:noinline
func deepen(at int) byte {
	var room [stackRoom]byte
	return room[at%stackRoom]
}

func (g *Gateway) complete(ctx context.Context, request *vignettev1.CompleteRequest, w watcher) (*vignettev1.Completion, error) {
	deepen(len(request.GetMessages()))
	if err := checkComplete(request); err != nil {
		return nil, err
	}
	t, err := g.resolve(request.GetModel())
	if err != nil {
		return nil, err
	}
	parameters := t.parameters(request.GetParameters(), request.GetAccount().GetSample())
	messages, dropped, ok := fit(request.GetMessages(), int(t.known.GetContextTokens()), int(parameters.GetMaxTokens()))
	if !ok {
		return nil, refuse(reasonContext, "model %s: what must be said takes about %d tokens, which its context of %d does not hold; shorten the persona, or use a model with a larger one",
			t, estimateAll(messages), t.known.GetContextTokens())
	}
	q := &question{
		target: t, messages: messages, sent: messages, parameters: parameters, form: request.GetForm(),
		account: request.GetAccount(), purpose: request.GetPurpose(), promptHash: request.GetPromptHash(), dropped: dropped, watcher: w,
	}
	var spent account
	var completion *vignettev1.Completion
	if q.form == nil {
		completion, err = g.put(ctx, q, &spent)
	} else {
		completion, err = g.structured(ctx, q, &spent)
	}
	if err != nil {
		return nil, final(err)
	}
	spent.close(completion, q.dropped)
	return completion, nil
}

// account adds up what the calls of one answer took.
type account struct {
	calls    []string
	usage    vignettev1.ModelUsage
	cost     float64
	unpriced bool
	asked    bool
}

func (a *account) add(call *vignettev1.ModelCall, answer *vignettev1.Completion) {
	a.calls = append(a.calls, call.GetId())
	usage := call.GetUsage()
	if call.GetRecorded() {
		usage = answer.GetUsage()
	} else {
		a.asked = true
		a.cost += call.GetCost()
		a.unpriced = a.unpriced || call.Cost == nil
	}
	a.usage.PromptTokens += usage.GetPromptTokens()
	a.usage.CachedTokens += usage.GetCachedTokens()
	a.usage.CompletionTokens += usage.GetCompletionTokens()
	a.usage.ReasoningTokens += usage.GetReasoningTokens()
	a.usage.Estimated = a.usage.Estimated || usage.GetEstimated()
}

func (a *account) close(c *vignettev1.Completion, dropped int) {
	c.Calls, c.DroppedMessages, c.Recorded = a.calls, int32(dropped), !a.asked
	c.Usage = proto.CloneOf(&a.usage)
	c.Cost = nil
	if !a.unpriced {
		c.Cost = &a.cost
	}
}

// Resolve implements ModelServiceServer.
func (g *Gateway) Resolve(_ context.Context, request *vignettev1.ResolveRequest) (*vignettev1.ResolveResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	t, err := g.resolve(request.GetModel())
	if err != nil {
		return nil, err
	}
	if variable := t.settings.GetKeyVariable(); variable != "" && g.settings.keys[t.name].reveal() == "" && t.settings.GetBaseUrl() == defaultBaseURL {
		return nil, refuse(reasonKey, "model %s: the key is missing: set %s", t, variable)
	}
	return &vignettev1.ResolveResponse{
		Endpoint: t.name, Model: t.model, ContextTokens: t.known.GetContextTokens(), Structured: g.floors.of(t), Priced: t.priced(),
	}, nil
}

// List implements ModelServiceServer.
func (g *Gateway) List(ctx context.Context, request *vignettev1.ModelServiceListRequest) (*vignettev1.ModelServiceListResponse, error) {
	response := &vignettev1.ModelServiceListResponse{}
	for _, name := range g.settings.Names() {
		settings := g.settings.Endpoints[name]
		info := &vignettev1.EndpointInfo{
			Name: name, BaseUrl: shown(settings.GetBaseUrl()), KeyVariable: settings.GetKeyVariable(), HasKey: g.settings.keys[name].reveal() != "",
			Default: name == g.settings.Default, ConfiguredModels: sortedKeys(settings.GetModels()), Concurrency: int32(g.endpoints[name].Concurrency()),
		}
		if request.GetRemote() {
			models, err := g.endpoints[name].Models(ctx)
			if err != nil {
				info.Error = err.Error()
			}
			info.RemoteModels = models
		}
		response.Endpoints = append(response.Endpoints, info)
	}
	return response, nil
}

// shown is an address without whatever name and password may be in it.
func shown(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	parsed.User, parsed.RawQuery = nil, ""
	return parsed.String()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
