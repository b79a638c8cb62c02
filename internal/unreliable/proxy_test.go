package unreliable_test

import (
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/vignette-sim/vignette/internal/unreliable"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// between is a proxy before a server, a client behind it and one beside it.
func between(t *testing.T) (p *unreliable.Proxy, behind, beside *nats.Conn) {
	t.Helper()
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server is not ready")
	}
	if p, err = unreliable.Listen(srv.Addr().String(), "precious"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, dial(t, p.Addr()), dial(t, srv.Addr().String())
}

func dial(t *testing.T, address string) *nats.Conn {
	t.Helper()
	closed := make(chan struct{})
	nc, err := nats.Connect("nats://"+address, nats.ReconnectWait(time.Millisecond), nats.MaxReconnects(-1), nats.ClosedHandler(func(*nats.Conn) { close(closed) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close(); <-closed })
	return nc
}

func subscribe(t *testing.T, nc *nats.Conn) *nats.Subscription {
	t.Helper()
	sub, err := nc.SubscribeSync("s")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	return sub
}

func publish(t *testing.T, nc *nats.Conn, text string) {
	t.Helper()
	if err := nc.Publish("s", []byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
}

func wantNext(t *testing.T, sub *nats.Subscription, text string) {
	t.Helper()
	msg, err := sub.NextMsg(10 * time.Second)
	if err != nil || string(msg.Data) != text {
		t.Fatalf("got %v, %v; want %q", msg, err, text)
	}
}

func TestRepeat(t *testing.T) {
	p, behind, beside := between(t)
	sub := subscribe(t, beside)
	publish(t, behind, "once")
	p.Repeat(true)
	publish(t, behind, "twice")
	p.Repeat(false)
	publish(t, behind, "once more")
	for _, text := range []string{"once", "twice", "twice", "once more"} {
		wantNext(t, sub, text)
	}
	if n := p.Stats().Repeated; n != 1 {
		t.Errorf("repeated %d", n)
	}
}

func TestLose(t *testing.T) {
	p, behind, beside := between(t)
	sub := subscribe(t, behind)
	p.Lose(true)
	publish(t, beside, "something precious")
	publish(t, beside, "something cheap")
	wantNext(t, sub, "something cheap")
	p.Lose(false)
	publish(t, beside, "precious again")
	wantNext(t, sub, "precious again")
	if n := p.Stats().Lost; n != 1 {
		t.Errorf("lost %d", n)
	}
}

func TestCut(t *testing.T) {
	p, behind, beside := between(t)
	back := behind.StatusChanged(nats.CONNECTED)
	defer behind.RemoveStatusListener(back)
	sub := subscribe(t, behind)
	if n := p.Cut(); n != 1 {
		t.Fatalf("cut %d", n)
	}
	<-back
	if err := behind.Flush(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		t.Fatal(err)
	}
	publish(t, beside, "after")
	wantNext(t, sub, "after")
}

// What is held back comes later and in its order.
func TestDelay(t *testing.T) {
	p, behind, beside := between(t)
	sub := subscribe(t, beside)
	p.Delay(50 * time.Millisecond)
	begun := time.Now()
	publish(t, behind, "first")
	publish(t, behind, "second")
	wantNext(t, sub, "first")
	wantNext(t, sub, "second")
	if took := time.Since(begun); took < 50*time.Millisecond { // a lower bound: a busy machine cannot make it shorter
		t.Errorf("took %v", took)
	}
	if p.Stats().Delayed == 0 {
		t.Error("nothing was delayed")
	}
}
