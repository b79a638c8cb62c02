package broker

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// DefaultNamespace is the first token of every subject when [Config.Namespace] is empty.
const DefaultNamespace = "vignette"

// MaxPayload is the largest message the embedded server takes, in bytes, headers included. A cluster named by
// [Config.URL] has a limit of its own (max_payload, 1 MiB unless configured).
const MaxPayload = 8 << 20

// Config says what to open: a data directory, or with URL a cluster. One of Dir and URL is required.
type Config struct {
	// Dir is the data directory. It is created with mode 0700 when it is missing (its parents too). One process at a
	// time owns it; see Join. With URL it is neither created nor locked, only told by [Broker.Dir].
	Dir string

	// Join makes Open connect to the process that has the directory open, if there is one, instead of failing. It waits
	// up to [JoinPatience] for an owner that is just starting. When nobody has the directory open, this process becomes
	// the owner.
	Join bool

	// URL is a NATS cluster to use instead of an embedded server: nats://host:4222 or tls://host:4222, several separated
	// by commas. A user and password, or a token, may stand before the host (nats://user:password@host, nats://token@host);
	// they are never logged and in no error.
	URL string

	// Credentials is a NATS credentials file (a JWT and its seed, *.creds). Only with URL.
	Credentials string

	// NKey is a file with an nkey seed. Only with URL.
	NKey string

	// CA is a PEM file with the authorities that the cluster's certificate is checked against, in the place of the
	// system's. Only with URL.
	CA string

	// Cert and Key are PEM files with a client certificate and its key; both or neither. Only with URL.
	Cert, Key string

	// InboxPrefix is the first part of every subject that this process receives answers on: one or more subject tokens
	// joined by dots. A cluster that gives each credential a prefix of its own keeps credentials from reading each
	// other's answers. Empty means NATS's own default, "_INBOX".
	InboxPrefix string

	// Namespace is the first token of every subject: letters, digits, '_' and '-'. It keeps two installations on one
	// cluster apart. Empty means [DefaultNamespace].
	Namespace string

	// Logger receives what the server has to say (its warnings and errors at their own level, its notices at debug) and
	// when a connection is lost. Nil discards everything.
	Logger *slog.Logger

	// SyncAlways makes the embedded server fsync before it acknowledges a write. A killed process loses nothing either
	// way; this is for power loss, and costs a factor of ten in writes per second. Without it the server syncs every few
	// seconds.
	SyncAlways bool
}

func (c Config) withDefaults() (Config, error) {
	if c.Namespace == "" {
		c.Namespace = DefaultNamespace
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("broker: %w", err)
	}
	if c.Dir == "" {
		return c, nil
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return c, fmt.Errorf("broker: data directory %s: %w", c.Dir, err)
	}
	c.Dir = dir
	return c, nil
}

func (c Config) check() error {
	switch {
	case c.URL == "" && c.Dir == "":
		return errors.New("neither a data directory nor the URL of a NATS cluster is given")
	case c.URL == "" && c.Credentials+c.NKey+c.CA+c.Cert+c.Key != "":
		return errors.New("credentials, nkeys and certificates are for a NATS cluster, but no URL is given (--nats)")
	case (c.Cert == "") != (c.Key == ""):
		return errors.New("a client certificate and its key go together: give both or neither")
	case c.Credentials != "" && c.NKey != "":
		return errors.New("give a credentials file or an nkey seed file, not both")
	case strings.ContainsAny(c.InboxPrefix, "*> \t\r\n") || strings.HasPrefix(c.InboxPrefix, ".") || strings.HasSuffix(c.InboxPrefix, "."):
		return fmt.Errorf("inbox prefix %q: want subject tokens joined by dots, without wildcards", c.InboxPrefix)
	}
	return natsrpc.CheckNamespace(c.Namespace)
}
