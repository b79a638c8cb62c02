package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"google.golang.org/grpc"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// Config says what to open.
type Config struct {
	// Dir is the data directory; it is created when missing.
	Dir string
	// Namespace is the first token of every subject; empty means "vignette".
	Namespace string
	// Version is the version of the program, told by every service it hosts.
	Version string
	// Logger takes what the process has to say; nil discards it.
	Logger *slog.Logger
}

// Node is a running process. Close it.
type Node struct {
	config    Config
	broker    *broker.Broker
	log       episodelog.Log
	directory *Directory
	servers   []*natsrpc.Server
}

// Open opens the data directory and its broker. It hosts nothing yet; see [Node.HostBuiltin].
//
// The error is a [broker.InUseError] when another process has the directory open.
func Open(ctx context.Context, config Config) (*Node, error) {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	b, err := broker.Open(ctx, broker.Config{Dir: config.Dir, Namespace: config.Namespace, Logger: config.Logger})
	if err != nil {
		return nil, err
	}
	n := &Node{config: config, broker: b}
	if err := n.connect(ctx); err != nil {
		return nil, errors.Join(err, n.Close(context.WithoutCancel(ctx)))
	}
	return n, nil
}

// connect gives the log and the callers connections of their own, so that neither waits behind the other's traffic.
func (n *Node) connect(ctx context.Context) error {
	logConn, err := n.broker.Connect(ctx, "episode-log")
	if err != nil {
		return err
	}
	if n.log, err = episodelog.Open(ctx, logConn, episodelog.Config{Namespace: n.broker.Namespace()}); err != nil {
		return err
	}
	callConn, err := n.broker.Connect(ctx, "calls")
	if err != nil {
		return err
	}
	n.directory = newDirectory(callConn, n.broker.Namespace())
	return nil
}

// Log returns the episode log.
func (n *Node) Log() episodelog.Log { return n.log }

// Directory returns the way to all agents and evaluators on the wire.
func (n *Node) Directory() *Directory { return n.directory }

// Host serves one agent or evaluator under a name; register puts its service on the server.
func (n *Node) Host(ctx context.Context, name string, register func(grpc.ServiceRegistrar)) error {
	conn, err := n.broker.Connect(ctx, "host "+name)
	if err != nil {
		return fmt.Errorf("host %q: %w", name, err)
	}
	server, err := natsrpc.NewServer(conn, n.broker.Namespace(), name, natsrpc.WithLogger(n.config.Logger))
	if err != nil {
		return fmt.Errorf("host %q: %w", name, err)
	}
	register(server)
	if err := server.Start(); err != nil {
		return fmt.Errorf("host %q: %w", name, err)
	}
	n.servers = append(n.servers, server)
	return nil
}

// Close stops what the node hosts, letting running calls end, and closes the data directory. It is safe to call more
// than once.
func (n *Node) Close(ctx context.Context) error {
	var all []error
	for _, server := range n.servers {
		if err := server.GracefulStop(ctx); err != nil {
			all = append(all, fmt.Errorf("stop %q: %w", server.Agent(), err))
		}
	}
	n.servers = nil
	if n.directory != nil {
		all = append(all, n.directory.close())
		n.directory = nil
	}
	return errors.Join(append(all, n.broker.Close(ctx))...)
}
