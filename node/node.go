package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"

	"github.com/nats-io/nats.go"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/broker/natsrpc"
	"github.com/vignette-sim/vignette/broker/workqueue"
	"github.com/vignette-sim/vignette/engine/environment"
	"github.com/vignette-sim/vignette/engine/practice"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/models"
	"github.com/vignette-sim/vignette/node/edge"
	"github.com/vignette-sim/vignette/node/edge/openenv"
	"github.com/vignette-sim/vignette/node/telemetry"
	"github.com/vignette-sim/vignette/studies/figures"
	"github.com/vignette-sim/vignette/web"
)

// Config says what to open: a data directory, or a NATS cluster.
type Config struct {
	// Dir is the data directory; it is created when missing. Not touched when NATS names a cluster.
	Dir string
	// Join makes Open work with the process that has the directory open, if there is one, instead of failing.
	Join bool
	// NATS names a cluster to use instead of the server in the data directory. The zero value names none.
	NATS NATS
	// Namespace is the first token of every subject; empty means "vignette".
	Namespace string
	// SyncAlways makes the server in the data directory, if this process becomes its owner, write to the disk before it
	// acknowledges: what is recorded then survives the loss of power. See docs/operations.md.
	SyncAlways bool
	// Calibrations is a directory of models that calibrate evaluators, which [Node.HostBuiltin] hosts by their names. Empty, or a
	// directory that is not there: none.
	Calibrations string
	// Replicas is how many servers of a cluster keep a copy of each stream that this node has to make, 1, 3 or 5; 0 means 3 where the
	// cluster is known to have as many servers, else 1. Streams that are there stay as they are.
	Replicas int
	// ServesOnly is for a node that hosts an agent and nothing else on a cluster: it asks for no log and no queue, to which its
	// credentials may give it no right. Only [Node.Builtin], [Node.Host], [Node.ServeGRPC] and [Node.Directory] are for it then.
	ServesOnly bool
	// Version is the version of the program, told by every service it hosts.
	Version string
	// Logger takes what the process has to say; nil discards it.
	Logger *slog.Logger
	// Telemetry lets others watch the process; nil lets nobody. It stays the caller's to close.
	Telemetry *telemetry.Telemetry
}

// NATS says where a cluster is and who we are to it. [broker.Config] describes the fields.
type NATS struct {
	URL         string
	Credentials string
	NKey        string
	CA          string
	Cert, Key   string
}

// Node is a running process. Close it. It is for one goroutine, apart from what its methods return.
type Node struct {
	config Config
	broker *broker.Broker
	log    episodelog.Log
	index  *projection.Index // nil on a cluster
	// stopKeeping ends what keeps the index up to date; nil where nothing does.
	stopKeeping func(context.Context)
	calls       calllog.Log
	queue       *workqueue.Queue // nil where it may not be used
	queueErr    error            // why
	gateway     *models.Gateway
	directory   *Directory
	engine      *runs.Service
	practice    *practice.Service

	environments *environment.Service

	edges  []interface{ Stop(context.Context) error }
	hosted []hosted
}

// hosted is a service on the wire and the connection it is served on.
type hosted struct {
	server *natsrpc.Server
	conn   *nats.Conn
}

// stop lets calls in flight finish, unless the connection is gone, before or meanwhile: then their answers have no way
// out, which their callers have learned already.
func (h hosted) stop(ctx context.Context) error {
	if !h.conn.IsConnected() {
		h.server.Stop()
		return nil
	}
	err := h.server.GracefulStop(ctx)
	if err == nil || ctx.Err() == nil && !h.conn.IsConnected() {
		return nil
	}
	return fmt.Errorf("stop %q: %w", h.server.Agent(), err)
}

// Open opens the data directory and its server, or joins the process that has it open, or connects to the cluster. It
// hosts nothing yet; see [Node.HostBuiltin].
//
// The error is a [broker.InUseError] when another process has the directory open and may not or cannot be joined.
func Open(ctx context.Context, config Config) (*Node, error) {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	b, err := broker.Open(ctx, broker.Config{
		Dir: config.Dir, Join: config.Join, Namespace: config.Namespace, Logger: config.Logger, SyncAlways: config.SyncAlways,
		URL: config.NATS.URL, Credentials: config.NATS.Credentials, NKey: config.NATS.NKey,
		CA: config.NATS.CA, Cert: config.NATS.Cert, Key: config.NATS.Key,
	})
	if err != nil {
		return nil, err
	}
	return newNode(ctx, config, b)
}

// OpenTemporary opens a node on a directory that goes away with it. Config.Dir and Config.Join do not matter, Config.NATS must be
// empty.
func OpenTemporary(ctx context.Context, config Config) (*Node, error) {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	b, err := broker.OpenTemporary(ctx, broker.Config{Namespace: config.Namespace, Logger: config.Logger})
	if err != nil {
		return nil, err
	}
	return newNode(ctx, config, b)
}

// newNode makes a node of a broker, which is closed with it, or at once when it cannot be used.
func newNode(ctx context.Context, config Config, b *broker.Broker) (*Node, error) {
	n := &Node{config: config, broker: b}
	if err := n.connect(ctx); err != nil {
		return nil, errors.Join(err, n.Close(context.WithoutCancel(ctx)))
	}
	return n, nil
}

// connect gives the log and the callers connections of their own, so that neither waits behind the other's traffic.
func (n *Node) connect(ctx context.Context) error {
	if !n.config.ServesOnly || n.broker.Embedded() {
		if err := n.openLogs(ctx); err != nil {
			return err
		}
	}
	callConn, err := n.broker.Connect(ctx, "calls")
	if err != nil {
		return err
	}
	n.directory = newDirectory(callConn, n.broker.Namespace(), n.config.Telemetry.Client())
	if n.queue != nil {
		n.config.Telemetry.Watch(n.queue)
	}
	return nil
}

func (n *Node) openLogs(ctx context.Context) error {
	logConn, err := n.broker.Connect(ctx, "episode-log")
	if err != nil {
		return err
	}
	replicas := n.replicas()
	if n.log, err = episodelog.Open(ctx, logConn, episodelog.Config{Namespace: n.broker.Namespace(), Replicas: replicas}); err != nil {
		return err
	}
	if n.calls, err = calllog.Open(ctx, logConn, calllog.Config{Namespace: n.broker.Namespace(), Replicas: replicas}); err != nil {
		return err
	}
	// Whoever only serves an agent may have no right to the queue, and needs none.
	queueConn, err := n.broker.Connect(ctx, "work-queue")
	if err != nil {
		return err
	}
	if n.queue, n.queueErr = workqueue.Open(ctx, queueConn, workqueue.Config{Namespace: n.broker.Namespace(), Replicas: replicas}); n.queueErr != nil {
		n.config.Logger.Info("the work queue cannot be used here; runs begun here are played by this process alone", "error", n.queueErr)
	}
	if n.broker.Embedded() {
		n.index = projection.NewIndex(filepath.Join(n.broker.Dir(), indexFile), n.log, n.config.Version, figures.Of, n.config.Logger)
		if n.broker.Owner() {
			n.stopKeeping = keepIndex(n.index)
		}
	}
	return nil
}

// usualReplicas is how many copies are kept where there are as many servers: one may be lost, and the others know what is true.
const usualReplicas = 3

func (n *Node) replicas() int {
	switch {
	case n.broker.Embedded():
		return 1
	case n.config.Replicas > 0:
		return n.config.Replicas
	case len(n.broker.Conn().Servers()) >= usualReplicas: // those that were named, and those that the server names
		return usualReplicas
	}
	return 1
}

// indexFile is the projection in the data directory. It may be deleted at any time.
const indexFile = "projection.sqlite"

// Log returns the episode log.
func (n *Node) Log() episodelog.Log { return n.log }

// Queue returns the work queue, or why it cannot be used here.
func (n *Node) Queue() (*workqueue.Queue, error) { return n.queue, n.queueErr }

// Directory returns the way to all agents and evaluators on the wire.
func (n *Node) Directory() *Directory { return n.directory }

// Dir returns the data directory as an absolute path, "" when the node works on a cluster.
func (n *Node) Dir() string {
	if !n.broker.Embedded() {
		return ""
	}
	return n.broker.Dir()
}

// Host serves one agent or evaluator on the wire under a name; register puts its service on the server. Summary says in a
// line what it is for, to whoever lists what is on the wire.
//
// Others may host the same name, in this process or elsewhere: each call goes to one of them, and since an agent keeps
// nothing about a conversation it does not matter to which.
func (n *Node) Host(ctx context.Context, name, summary string, register Registration) error {
	conn, err := n.broker.Connect(ctx, "host "+name)
	if err != nil {
		return fmt.Errorf("host %q: %w", name, err)
	}
	options := []natsrpc.ServerOption{natsrpc.WithLogger(n.config.Logger), natsrpc.WithDiscovery(n.config.Version, summary)}
	if handler := n.config.Telemetry.Server(); handler != nil {
		options = append(options, natsrpc.WithServerStats(handler))
	}
	server, err := natsrpc.NewServer(conn, n.broker.Namespace(), name, options...)
	if err != nil {
		return fmt.Errorf("host %q: %w", name, err)
	}
	register(server)
	if err := server.Start(); err != nil {
		return fmt.Errorf("host %q: %w", name, err)
	}
	n.hosted = append(n.hosted, hosted{server, conn})
	return nil
}

// ServeGRPC serves registrations as plain gRPC over HTTP/2, with reflection and health, and returns where. A service
// there has no agent name, so one address serves one agent, and the engine beside it if asked to.
func (n *Node) ServeGRPC(config edge.Config, register ...Registration) (*edge.Server, error) {
	if config.Logger == nil {
		config.Logger = n.config.Logger
	}
	server, err := edge.Listen(config, register...)
	if err != nil {
		return nil, err
	}
	n.edges = append(n.edges, server)
	return server, nil
}

// ServeOpenEnv serves the environments of this node as trainers outside ask for them, and returns where; see [Node.HostEnvironment].
func (n *Node) ServeOpenEnv(config openenv.Config) (*openenv.Server, error) {
	config.Service, config.Version = n.Environments(0, config.Idle), n.config.Version
	if config.Logger == nil {
		config.Logger = n.config.Logger
	}
	server, err := openenv.Listen(config)
	if err != nil {
		return nil, err
	}
	n.edges = append(n.edges, server)
	return server, nil
}

// ServeWeb serves pages and JSON over HTTP on this node's log, asking the services that it, or another process of the directory, hosts.
func (n *Node) ServeWeb(config web.Config) (*web.Server, error) {
	config.Reader, config.Calls, config.Version = n.Reader(), n.calls, n.config.Version
	config.Mark = func(ctx context.Context) (uint64, error) {
		extent, err := n.log.Extent(ctx)
		return extent.Last, err
	}
	config.Engine, config.Player, config.Feedback = n.directory.Engine(), n.directory.Player, n.directory.Feedback()
	config.Practice = n.directory.Practice()
	if config.Logger == nil {
		config.Logger = n.config.Logger
	}
	server, err := web.Listen(config)
	if err != nil {
		return nil, err
	}
	n.edges = append(n.edges, server)
	return server, nil
}

// Orphaned waits until the process that owns the data directory has gone, and says whether it has: false means that the
// context ended first. An owner and a node on a cluster are never orphaned.
//
// Whoever opens the directory next becomes its owner, so an orphan that hosts something should close and open again.
func (n *Node) Orphaned(ctx context.Context) bool {
	if n.broker.Owner() || !n.broker.Embedded() {
		<-ctx.Done()
		return false
	}
	conn := n.broker.Conn()
	changes := conn.StatusChanged(nats.DISCONNECTED, nats.RECONNECTING, nats.CLOSED)
	defer conn.RemoveStatusListener(changes)
	if conn.Status() != nats.CONNECTED { // It went before anybody listened.
		return true
	}
	select {
	case <-changes:
		return true
	case <-ctx.Done():
		return false
	}
}

// Stop stops what the node hosts: it takes no new calls and starts no new episodes, and returns when those in progress have
// come to their end. When the context ends first they are cut off and the error says so.
func (n *Node) Stop(ctx context.Context) error {
	var all []error
	if n.engine != nil {
		all = append(all, n.engine.Close(ctx))
		n.engine = nil
	}
	if n.environments != nil {
		all = append(all, n.environments.Close(ctx))
		n.environments = nil
	}
	if n.practice != nil {
		all = append(all, n.practice.Close(ctx))
		n.practice = nil
	}
	for _, server := range slices.Backward(n.edges) {
		all = append(all, server.Stop(ctx))
	}
	n.edges = nil
	stopped := make([]error, len(n.hosted))
	var wait sync.WaitGroup
	for i, h := range n.hosted {
		wait.Go(func() { stopped[i] = h.stop(ctx) })
	}
	wait.Wait()
	n.hosted = nil
	n.closeModels()
	return errors.Join(append(all, stopped...)...)
}

// Close stops what the node hosts, like [Node.Stop], and closes the data directory. It is safe to call more than once.
func (n *Node) Close(ctx context.Context) error {
	all := []error{n.Stop(ctx)}
	if n.directory != nil {
		all = append(all, n.directory.close())
		n.directory = nil
	}
	if n.stopKeeping != nil {
		n.stopKeeping(ctx)
		n.stopKeeping = nil
	}
	if n.index != nil {
		all = append(all, n.index.Close())
	}
	return errors.Join(append(all, n.broker.Close(ctx))...)
}
