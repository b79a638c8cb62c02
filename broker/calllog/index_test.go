package calllog_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/calllog"
)

func key(i int) string { return fmt.Sprintf("%016x%048x", uint64(i+1)*0x9e3779b97f4a7c15, i) }

// await looks for an answer that has been kept elsewhere, which may not be seen at once.
func await(t *testing.T, l calllog.Log, key string) {
	t.Helper()
	for {
		_, err := l.Answer(t.Context(), key)
		if err == nil {
			return
		}
		if !errors.Is(err, calllog.ErrNotFound) {
			t.Fatal(err)
		}
	}
}

// An index never takes for absent what is there: what was there before, what others keep and what it keeps itself.
func TestIndexMissesNothing(t *testing.T) {
	plain, openIndexed := openBeside(t)
	ctx := context.Background()
	const each = 50
	keep := func(l calllog.Log, from int) {
		for i := from; i < from+each; i++ {
			if _, err := l.Keep(ctx, key(i), answer(fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		}
	}
	keep(plain, 0)
	var wait sync.WaitGroup
	wait.Go(func() { keep(plain, each) }) // while the index is made
	first := openIndexed()
	second := openIndexed()
	wait.Go(func() { keep(first, 2*each) })
	wait.Go(func() { keep(second, 3*each) })
	wait.Wait()
	for name, l := range map[string]calllog.Log{"first": first, "second": second, "reopened": openIndexed()} {
		t.Run(name, func(t *testing.T) {
			for i := range 4 * each {
				await(t, l, key(i))
			}
			if _, err := l.Answer(ctx, key(4*each)); !errors.Is(err, calllog.ErrNotFound) {
				t.Errorf("an answer that nobody kept: %v", err)
			}
		})
	}
}

func TestIndexAfterForgetting(t *testing.T) {
	_, openIndexed := openBeside(t)
	l, ctx := openIndexed(), context.Background()
	if _, err := l.Keep(ctx, key(1), answer("x")); err != nil {
		t.Fatal(err)
	}
	if err := l.Book(ctx, call("1", "r", "e", key(1))); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Forget(ctx, "r", "e", false); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := l.Answer(ctx, key(1)); !errors.Is(err, calllog.ErrNotFound) {
		t.Errorf("after forgetting: %v", err)
	}
	if _, err := l.Keep(ctx, key(1), answer("again")); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Answer(ctx, key(1)); err != nil || got.GetCompletion().GetText() != "again" {
		t.Errorf("%v, %v", got, err)
	}
}

// Where something may have been missed, everything is looked up.
func TestIndexThatLostItsConnection(t *testing.T) {
	ctx := context.Background()
	b, err := broker.Open(ctx, broker.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	connected := make(chan struct{})
	// Over a socket, since a connection within the process cannot be cut.
	nc, err := nats.Connect(b.URL(), nats.NoEcho(), nats.ReconnectHandler(func(*nats.Conn) { close(connected) }), nats.ReconnectWait(1))
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	nc.SetClosedHandler(func(*nats.Conn) { close(closed) })
	defer func() { nc.Close(); <-closed }()
	cfg := calllog.Config{Namespace: b.Namespace()}
	indexed, err := calllog.OpenIndexed(ctx, nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := calllog.Open(ctx, b.Conn(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.ForceReconnect(); err != nil {
		t.Fatal(err)
	}
	if _, err := plain.Keep(ctx, key(1), answer("missed")); err != nil {
		t.Fatal(err)
	}
	<-connected
	if _, err := indexed.Answer(ctx, key(1)); err != nil {
		t.Errorf("an answer that was kept while the connection was away: %v", err)
	}
}

func TestIndexWantsNoEcho(t *testing.T) {
	b, err := broker.OpenTemporary(t.Context(), broker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	if _, err := calllog.OpenIndexed(t.Context(), b.Conn(), calllog.Config{Namespace: b.Namespace()}); err == nil {
		t.Error("a connection that echoes will do")
	}
}

// An answer that the server has taken and not yet stored when an index is made is missed by neither way in which an index learns of keys.
func TestIndexWhileTheServerIsBehind(t *testing.T) {
	ctx := context.Background()
	b, err := broker.OpenTemporary(ctx, broker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	cfg := calllog.Config{Namespace: b.Namespace()}
	plain, err := calllog.Open(ctx, b.Conn(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	nc, err := b.Connect(ctx, "indexed", nats.NoEcho())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	data, err := proto.Marshal(answer(strings.Repeat("long ", 10_000)))
	if err != nil {
		t.Fatal(err)
	}
	const behind = 500
	for i := range behind { // Nobody waits for an acknowledgement.
		if err := b.Conn().Publish(b.Namespace()+".answers."+key(i), data); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Conn().Flush(); err != nil {
		t.Fatal(err)
	}
	indexed, err := calllog.OpenIndexed(ctx, nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	await(t, plain, key(behind-1))
	for i := range behind {
		if _, err := indexed.Answer(ctx, key(i)); err != nil {
			t.Fatalf("answer %d of %d: %v", i, behind, err)
		}
	}
}
