package episodelog

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/broker"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// deafDialer makes connections that can be made deaf: what the server says is thrown away, what we say arrives.
type deafDialer struct {
	deaf atomic.Bool

	mu   sync.Mutex
	conn net.Conn
}

func (d *deafDialer) Dial(network, address string) (net.Conn, error) {
	conn, err := net.Dial(network, address)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn = conn
	return deafConn{conn, d}, err
}

// recover ends the deafness with a new connection, as the old one has lost its place in the protocol.
func (d *deafDialer) recover() {
	d.mu.Lock()
	defer d.mu.Unlock()
	_ = d.conn.Close()
	d.deaf.Store(false)
}

type deafConn struct {
	net.Conn
	dialer *deafDialer
}

func (c deafConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !c.dialer.deaf.Load() {
			return n, err
		}
	}
}

// TestWriteSurvivesLostAck loses the acknowledgement of a write that has happened. The write is sent again on the next
// connection, the server refuses it, and what is there turns out to be it.
func TestWriteSurvivesLostAck(t *testing.T) {
	event := &vignettev1.EpisodeEvent{SchemaVersion: 1, Id: "e1"}
	manifest := &vignettev1.Manifest{SchemaVersion: 1, Run: "r", Seed: 7}
	for _, test := range []struct {
		name  string
		write func(context.Context, *log) (uint64, error)
		there func(context.Context, Log) bool
		again func(context.Context, Log) error
		want  error
	}{
		{
			name:  "event",
			write: func(ctx context.Context, l *log) (uint64, error) { return l.Append(ctx, "r", "ep", event, 0) },
			there: func(ctx context.Context, l Log) bool {
				last, err := l.LastSequence(ctx, "r", "ep")
				return err == nil && last == 1
			},
			again: func(ctx context.Context, l Log) error {
				_, err := l.Append(ctx, "r", "ep", &vignettev1.EpisodeEvent{Id: "e2"}, 0)
				return err
			},
			want: ErrConflict,
		},
		{
			name:  "manifest",
			write: func(ctx context.Context, l *log) (uint64, error) { return l.WriteManifest(ctx, manifest) },
			there: func(ctx context.Context, l Log) bool {
				m, err := l.Manifest(ctx, "r")
				return err == nil && proto.Equal(m, manifest)
			},
			again: func(ctx context.Context, l Log) error { _, err := l.WriteManifest(ctx, manifest); return err },
			want:  ErrExists,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			b, err := broker.Open(ctx, broker.Config{Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = b.Close(context.Background()) }()
			observer, err := Open(ctx, b.Conn(), Config{Namespace: b.Namespace()})
			if err != nil {
				t.Fatal(err)
			}
			dialer := &deafDialer{}
			nc, err := nats.Connect(b.URL(), nats.SetCustomDialer(dialer), nats.ReconnectWait(time.Millisecond), nats.ReconnectBufSize(-1))
			if err != nil {
				t.Fatal(err)
			}
			closed := make(chan struct{})
			nc.SetClosedHandler(func(*nats.Conn) { close(closed) })
			defer func() { nc.Close(); <-closed }()
			opened, err := Open(ctx, nc, Config{Namespace: b.Namespace()})
			if err != nil {
				t.Fatal(err)
			}
			l := opened.(*log)
			l.stream.SetAnswerTimeout(300 * time.Millisecond)

			dialer.deaf.Store(true)
			go func() {
				for !test.there(ctx, observer) && ctx.Err() == nil {
				}
				dialer.recover()
			}()
			if seq, err := test.write(ctx, l); err != nil || seq != 1 {
				t.Fatalf("got %d, %v; want 1", seq, err)
			}
			if err := test.again(ctx, l); !errors.Is(err, test.want) {
				t.Errorf("another write: %v, want %v", err, test.want)
			}
		})
	}
}
