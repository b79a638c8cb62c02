package node

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/broker/natsrpc"
	"github.com/vignette-sim/vignette/engine/environment"
	"github.com/vignette-sim/vignette/engine/practice"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/models"
	"github.com/vignette-sim/vignette/models/policy"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Directory finds agents and evaluators on the wire by their names. A name is all it takes: whether anybody answers to
// it shows in the call. It is safe for concurrent use.
type Directory struct {
	conn      *nats.Conn
	namespace string
	options   []natsrpc.ClientOption

	mu      sync.Mutex
	clients map[string]*natsrpc.Client
}

// newDirectory returns the directory of a connection; watcher is told of all calls, and may be nil.
func newDirectory(conn *nats.Conn, namespace string, watcher stats.Handler) *Directory {
	d := &Directory{conn: conn, namespace: namespace, clients: map[string]*natsrpc.Client{}}
	if watcher != nil {
		d.options = append(d.options, natsrpc.WithClientStats(watcher))
	}
	return d
}

// Agent returns a client for an agent.
func (d *Directory) Agent(name string) vignettev1.AgentServiceClient {
	return vignettev1.NewAgentServiceClient(d.client(name))
}

// Evaluator returns a client for an evaluator.
func (d *Directory) Evaluator(name string) vignettev1.EvaluatorServiceClient {
	return vignettev1.NewEvaluatorServiceClient(d.client(name))
}

// Models returns a client for the model gateway that somebody hosts; see [Node.HostModels].
func (d *Directory) Models() vignettev1.ModelServiceClient {
	return vignettev1.NewModelServiceClient(d.client(models.AgentName))
}

// Engine returns a client for the engine that somebody hosts; see [Node.HostEngine].
func (d *Directory) Engine() vignettev1.RunServiceClient {
	return vignettev1.NewRunServiceClient(d.client(runs.EngineName))
}

// Player returns a client for the process that plays a run, which knows of that run alone; see [runs.Player].
func (d *Directory) Player(run string) vignettev1.RunServiceClient {
	return vignettev1.NewRunServiceClient(d.client(runs.PlayerName(run)))
}

// Feedback returns a client for the campaigns that somebody hosts; see [Node.HostFeedback].
func (d *Directory) Feedback() vignettev1.FeedbackServiceClient {
	return vignettev1.NewFeedbackServiceClient(d.client(campaign.AgentName))
}

// Practice returns a client for the practice that somebody hosts; see [Node.HostPractice].
func (d *Directory) Practice() vignettev1.PracticeServiceClient {
	return vignettev1.NewPracticeServiceClient(d.client(practice.AgentName))
}

// Environments returns a client for the environments that somebody hosts; see [Node.HostEnvironment].
func (d *Directory) Environments() vignettev1.EnvironmentServiceClient {
	return vignettev1.NewEnvironmentServiceClient(d.client(environment.AgentName))
}

// Policies returns a client for whoever asks policies under training.
func (d *Directory) Policies() vignettev1.PolicyServiceClient {
	return vignettev1.NewPolicyServiceClient(d.client(policy.AgentName))
}

func (d *Directory) client(name string) grpc.ClientConnInterface {
	d.mu.Lock()
	defer d.mu.Unlock()
	if client, ok := d.clients[name]; ok {
		return client
	}
	client, err := natsrpc.NewClient(d.conn, d.namespace, name, d.options...)
	if err != nil {
		return unreachable{status.Error(codes.InvalidArgument, fmt.Sprintf("agent name %q: %v", name, err))}
	}
	d.clients[name] = client
	return client
}

// shortcut makes unary calls go straight to a server in this process; see [natsrpc.Client.Shortcut].
func (d *Directory) shortcut(server *natsrpc.Server) error {
	client, ok := d.client(server.Agent()).(*natsrpc.Client)
	if !ok {
		return fmt.Errorf("agent %q cannot be reached", server.Agent())
	}
	return client.Shortcut(server)
}

func (d *Directory) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []error
	for _, client := range d.clients {
		all = append(all, client.Close())
	}
	d.clients = map[string]*natsrpc.Client{}
	return errors.Join(all...)
}

// unreachable answers every call with the error that kept it from being made.
type unreachable struct{ err error }

func (u unreachable) Invoke(context.Context, string, any, any, ...grpc.CallOption) error {
	return u.err
}

func (u unreachable) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, u.err
}
