package episodelog

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
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// laggingStream plays a stream whose leader has one event, while the replica that answers direct gets has it only from the
// given get on.
func laggingStream(t *testing.T, l *log, caughtUp int64) (gets *atomic.Int64) {
	t.Helper()
	const subject = "ns.log.r.e.play"
	event, err := proto.Marshal(&vignettev1.EpisodeEvent{SchemaVersion: 1, Id: "e1"})
	if err != nil {
		t.Fatal(err)
	}
	answer := func(on string, handle nats.MsgHandler) {
		if _, err := l.nc.Subscribe(on, handle); err != nil {
			t.Fatal(err)
		}
	}
	answer("$JS.API.STREAM.MSG.GET."+l.name, func(m *nats.Msg) {
		last, _ := json.Marshal(map[string]any{"message": message{Subject: subject, Sequence: 1, Data: event, Time: time.Now()}})
		_ = m.Respond(last)
	})
	gets = &atomic.Int64{}
	answer("$JS.API.DIRECT.GET."+l.name, func(m *nats.Msg) {
		if gets.Add(1) < caughtUp {
			_ = l.nc.PublishMsg(&nats.Msg{Subject: m.Reply, Header: nats.Header{"Status": {"404"}}})
			return
		}
		_ = l.nc.PublishMsg(&nats.Msg{Subject: m.Reply, Data: event, Header: nats.Header{
			jetstream.SequenceHeader: {"1"}, jetstream.SubjectHeader: {subject}, jetstream.TimeStampHeaer: {time.Now().Format(time.RFC3339Nano)},
		}})
		_ = l.nc.PublishMsg(&nats.Msg{Subject: m.Reply, Header: nats.Header{"Status": {"204"}, lastSequenceHeader: {"1"}}})
	})
	return gets
}

// connectWithoutJetStream leaves JetStream's subjects to the test.
func connectWithoutJetStream(t *testing.T) *nats.Conn {
	t.Helper()
	srv, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
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
			l := &log{nc: connectWithoutJetStream(t), name: "ns-log", subjects: subjects{prefix: "ns.log."}, answer: test.patience}
			gets := laggingStream(t, l, test.caughtUp)
			entries, err := l.Play(context.Background(), "r", "e")
			if !errors.Is(err, test.want) || (err == nil) != (len(entries) == 1) {
				t.Errorf("%d entries, %v", len(entries), err)
			}
			if gets.Load() != 3 {
				t.Errorf("asked %d times, want 3", gets.Load())
			}
		})
	}
}
