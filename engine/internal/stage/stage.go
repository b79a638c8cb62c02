// Package stage is where the engine's tests play: a real broker in a temporary directory, a real log, and services that
// a test puts on the wire.
package stage

import (
	"context"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/broker/natsrpc"
	"github.com/vignette-sim/vignette/broker/workqueue"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Stage is a broker with whatever a test serves on it. It is a conductor's Directory.
type Stage struct {
	// Log is the episode log.
	Log episodelog.Log

	t      testing.TB
	broker *broker.Broker

	mu      sync.Mutex
	clients map[string]*natsrpc.Client
}

// Open opens a stage that is closed with the test.
func Open(t testing.TB) *Stage {
	t.Helper()
	ctx := context.Background()
	b, err := broker.OpenTemporary(ctx, broker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	log, err := episodelog.Open(ctx, b.Conn(), episodelog.Config{Namespace: b.Namespace()})
	if err != nil {
		t.Fatal(err)
	}
	return &Stage{Log: log, t: t, broker: b, clients: map[string]*natsrpc.Client{}}
}

// Queue opens the work queue, with a patience of a quarter of a second.
func (s *Stage) Queue() *workqueue.Queue {
	s.t.Helper()
	queue, err := workqueue.Open(context.Background(), s.broker.Conn(), workqueue.Config{Namespace: s.broker.Namespace(), Patience: 250 * time.Millisecond})
	if err != nil {
		s.t.Fatal(err)
	}
	return queue
}

// Serve puts a service on the wire under a name.
func (s *Stage) Serve(name string, register func(grpc.ServiceRegistrar)) {
	s.t.Helper()
	server, err := natsrpc.NewServer(s.broker.Conn(), s.broker.Namespace(), name)
	if err != nil {
		s.t.Fatal(err)
	}
	register(server)
	if err := server.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(server.Stop)
}

// Agent returns a client for an agent.
func (s *Stage) Agent(name string) vignettev1.AgentServiceClient {
	return vignettev1.NewAgentServiceClient(s.client(name))
}

// Evaluator returns a client for an evaluator.
func (s *Stage) Evaluator(name string) vignettev1.EvaluatorServiceClient {
	return vignettev1.NewEvaluatorServiceClient(s.client(name))
}

// Models returns a client for the model gateway.
func (s *Stage) Models() vignettev1.ModelServiceClient {
	return vignettev1.NewModelServiceClient(s.client(ModelsName))
}

// ModelsName is the name under which a test serves models.
const ModelsName = "models"

// Conn returns a connection to whatever is served under a name.
func (s *Stage) Conn(name string) grpc.ClientConnInterface { return s.client(name) }

func (s *Stage) client(name string) *natsrpc.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	if client, ok := s.clients[name]; ok {
		return client
	}
	client, err := natsrpc.NewClient(s.broker.Conn(), s.broker.Namespace(), name)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	s.clients[name] = client
	s.t.Cleanup(func() {
		if err := client.Close(); err != nil {
			s.t.Error(err)
		}
	})
	return client
}
