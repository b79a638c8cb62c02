package stream

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// laggingStream plays a stream whose leader has one event, while the replica that answers direct gets has it only from the
// given get on.
func laggingStream(t *testing.T, s *Stream, caughtUp int64) (gets *atomic.Int64) {
	t.Helper()
	const subject = "ns.log.r.e.play"
	event := []byte("e1")
	answer := func(on string, handle nats.MsgHandler) {
		if _, err := s.nc.Subscribe(on, handle); err != nil {
			t.Fatal(err)
		}
	}
	answer("$JS.API.STREAM.MSG.GET."+s.name, func(m *nats.Msg) {
		last, _ := json.Marshal(map[string]any{"message": Message{Subject: subject, Sequence: 1, Data: event, Time: time.Now()}})
		_ = m.Respond(last)
	})
	gets = &atomic.Int64{}
	answer("$JS.API.DIRECT.GET."+s.name, func(m *nats.Msg) {
		if gets.Add(1) < caughtUp {
			_ = s.nc.PublishMsg(&nats.Msg{Subject: m.Reply, Header: nats.Header{"Status": {"404"}}})
			return
		}
		_ = s.nc.PublishMsg(&nats.Msg{Subject: m.Reply, Data: event, Header: nats.Header{
			jetstream.SequenceHeader: {"1"}, jetstream.SubjectHeader: {subject}, jetstream.TimeStampHeaer: {time.Now().Format(time.RFC3339Nano)},
		}})
		_ = s.nc.PublishMsg(&nats.Msg{Subject: m.Reply, Header: nats.Header{"Status": {"204"}, lastSequenceHeader: {"1"}}})
	})
	return gets
}

// connectWithoutJetStream leaves JetStream's subjects to the test.
func connectWithoutJetStream(t *testing.T) *nats.Conn {
	t.Helper()
	return connect(t, serve(t, server.Options{}))
}

// serve runs a server that listens to this process only.
func serve(t *testing.T, options server.Options) *server.Server {
	t.Helper()
	options.DontListen, options.NoSigs, options.NoLog = true, true, true
	srv, err := server.NewServer(&options)
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	return srv
}

func connect(t *testing.T, srv *server.Server) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect("", nats.InProcessServer(srv))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func TestLaggingReplicaIsAskedAgain(t *testing.T) {
	for _, test := range []struct {
		name     string
		caughtUp int64
		patience time.Duration
		want     error
	}{
		{"catches up", 3, answerTimeout, nil},
		{"never catches up", 1 << 30, 2 * behindPause, errBehind},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := context.Background()
			s := &Stream{nc: connectWithoutJetStream(t), name: "ns-log", answer: test.patience}
			gets := laggingStream(t, s, test.caughtUp)
			last, err := s.Last(ctx, "ns.log.r.e.play")
			if err != nil {
				t.Fatal(err)
			}
			read := 0
			for _, scanErr := range s.Scan(ctx, "ns.log.r.e.play", last.Sequence) {
				if err = scanErr; err == nil {
					read++
				}
			}
			if !errors.Is(err, test.want) || (err == nil) != (read == 1) {
				t.Errorf("%d messages, %v", read, err)
			}
			if gets.Load() != 3 {
				t.Errorf("asked %d times, want 3", gets.Load())
			}
		})
	}
}
