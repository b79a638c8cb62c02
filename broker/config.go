package broker

import (
	"fmt"
	"log/slog"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// DefaultNamespace is the first token of every subject when [Config.Namespace] is empty.
const DefaultNamespace = "vignette"

// MaxPayload is the largest message the embedded server takes, in bytes, headers included.
const MaxPayload = 8 << 20

// Config says what to open. Only Dir is required.
type Config struct {
	// Dir is the data directory. It is created with mode 0700 when it is missing (its parents too). One process at a
	// time may have it open.
	Dir string

	// Namespace is the first token of every subject: letters, digits, '_' and '-'. It keeps two installations on one
	// cluster apart. Empty means [DefaultNamespace].
	Namespace string

	// Logger receives what the server has to say: its warnings and errors at their own level, its notices (start,
	// recovery, shutdown) at debug. Nil discards everything.
	Logger *slog.Logger

	// SyncAlways makes the server fsync before it acknowledges a write. A killed process loses nothing either way; this
	// is for power loss, and costs a factor of ten in writes per second. Without it the server syncs every few seconds.
	SyncAlways bool

	// Loopback makes the server listen on 127.0.0.1 at a random port as well, see [Broker.URL]. Clients must present
	// a token that is drawn anew at each start.
	Loopback bool
}

func (c Config) withDefaults() (Config, error) {
	if c.Dir == "" {
		return c, fmt.Errorf("broker: no data directory given")
	}
	if c.Namespace == "" {
		c.Namespace = DefaultNamespace
	}
	if err := natsrpc.CheckNamespace(c.Namespace); err != nil {
		return c, fmt.Errorf("broker: %w", err)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}
