package natsrpc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	testMethod = "/test.v1.Service/Method"
	testBeat   = 20 * time.Millisecond // where a call is to be given up
)

// byHand is a client, and on the other side nothing but a NATS connection on which the test plays the server.
type byHand struct {
	t       *testing.T
	nc      *nats.Conn
	client  *Client
	opening *nats.Subscription
	control *nats.Subscription
}

func newByHand(t *testing.T, heartbeat time.Duration) *byHand {
	t.Helper()
	srv, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	connect := func() *nats.Conn {
		nc, err := nats.Connect("", nats.InProcessServer(srv), nats.ReconnectBufSize(-1))
		if err != nil {
			t.Fatal(err)
		}
		closed := make(chan struct{})
		nc.SetClosedHandler(func(*nats.Conn) { close(closed) })
		t.Cleanup(func() { nc.Close(); <-closed })
		return nc
	}
	h := &byHand{t: t, nc: connect()}
	h.opening = h.subscribe("ns.rpc.agent.test.v1.Service.Method")
	h.control = h.subscribe("ns.call.agent.>")
	if h.client, err = NewClient(connect(), "ns", "agent", WithHeartbeat(heartbeat)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.client.Close() })
	return h
}

func (h *byHand) subscribe(subject string) *nats.Subscription {
	h.t.Helper()
	sub, err := h.nc.SubscribeSync(subject)
	if err == nil {
		err = h.nc.Flush()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return sub
}

// receive returns the next frame with the wanted part, and its message.
func (h *byHand) receive(sub *nats.Subscription, want part) (frame, *nats.Msg) {
	h.t.Helper()
	for {
		msg, err := sub.NextMsg(10 * time.Second)
		if err != nil {
			h.t.Fatalf("wait for a frame with part %b: %v", want, err)
		}
		f, err := decodeFrame(msg.Data)
		if err != nil {
			h.t.Fatal(err)
		}
		if f.has(want) {
			return f, msg
		}
	}
}

func (h *byHand) send(subject, reply string, f frame) {
	h.t.Helper()
	raw := appendFrame(nil, &f)
	if f.has(partMessage) {
		raw = append(raw, appendFrameBytes(f.message)...)
	}
	if err := publish(h.nc, subject, reply, raw); err != nil {
		h.t.Fatal(err)
	}
}

func appendFrameBytes(message []byte) []byte {
	b := []byte{byte(fieldMessage)<<3 | 2, byte(len(message))}
	return append(b, message...)
}

// call makes a unary call in the background.
func (h *byHand) call(ctx context.Context) <-chan error {
	result := make(chan error, 1)
	go func() { result <- h.client.Invoke(ctx, testMethod, &emptypb.Empty{}, &emptypb.Empty{}) }()
	return result
}

func (h *byHand) stream(ctx context.Context) grpc.ClientStream {
	h.t.Helper()
	s, err := h.client.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, testMethod)
	if err == nil {
		err = s.SendMsg(&emptypb.Empty{})
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func (h *byHand) wantCode(result <-chan error, want codes.Code) {
	h.t.Helper()
	select {
	case err := <-result:
		if status.Code(err) != want {
			h.t.Errorf("got %v, want %v", err, want)
		}
	case <-time.After(10 * time.Second):
		h.t.Fatal("the call does not end")
	}
}

// A server that took the call and then hangs, connection and all, is given up.
func TestSilentServerIsGivenUp(t *testing.T) {
	h := newByHand(t, testBeat)
	result := h.call(context.Background())
	h.receive(h.opening, partOpen)
	h.wantCode(result, codes.Unavailable)
}

// A server that was heard of once is probed, and told that nobody waits when it is given up.
func TestSilentInstanceIsProbed(t *testing.T) {
	h := newByHand(t, testBeat)
	result := h.call(context.Background())
	_, opening := h.receive(h.opening, partOpen)
	h.send(opening.Reply, "ns.call.agent.instance."+callKey(opening.Reply), frame{parts: partAlive})
	h.receive(h.control, partAlive)
	h.receive(h.control, partCancel)
	h.wantCode(result, codes.Unavailable)
}

// An instance that no longer has the call says so, for instance because its last frame was lost.
func TestForgottenCallEnds(t *testing.T) {
	h := newByHand(t, 5*testBeat)
	result := h.call(context.Background())
	_, opening := h.receive(h.opening, partOpen)
	srv, err := NewServer(h.nc, "ns", "agent")
	if err != nil {
		t.Fatal(err)
	}
	srv.receive(&nats.Msg{Subject: srv.instance + callKey(opening.Reply), Reply: opening.Reply})
	select {
	case err := <-result:
		if status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), "does not know the call") {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the call does not end")
	}
}

// A disowning frame that overtakes the call's last frame does no harm.
func TestDisowningOvertakesTheEnd(t *testing.T) {
	h := newByHand(t, DefaultHeartbeat)
	s := h.stream(context.Background())
	_, opening := h.receive(h.opening, partOpen)
	h.send(opening.Reply, "", frame{parts: partStatus, status: encodeStatus(disownedStatus)})
	h.send(opening.Reply, "", frame{number: 1, parts: partStatus})
	if err := s.RecvMsg(&emptypb.Empty{}); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

// A cancel can get lost or overtake its opening. The first frame of the server then brings another.
func TestLostCancelIsRepeated(t *testing.T) {
	h := newByHand(t, DefaultHeartbeat)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	result := h.call(ctx)
	_, opening := h.receive(h.opening, partOpen)
	cancel()
	h.wantCode(result, codes.Canceled)
	_, first := h.receive(h.control, partCancel)
	if want := "ns.call.agent.all." + callKey(opening.Reply); first.Subject != want {
		t.Errorf("cancel went to %s, want %s", first.Subject, want)
	}
	instance := "ns.call.agent.instance." + callKey(opening.Reply)
	h.send(opening.Reply, instance, frame{parts: partAlive})
	if _, second := h.receive(h.control, partCancel); second.Subject != instance {
		t.Errorf("cancel went to %s, want %s", second.Subject, instance)
	}
}

// Frames that come twice, out of order or malformed: the first two do no harm, the third ends the call.
func TestFramesOutOfOrder(t *testing.T) {
	h := newByHand(t, DefaultHeartbeat)
	s := h.stream(context.Background())
	_, opening := h.receive(h.opening, partOpen)
	instance := "ns.call.agent.instance." + callKey(opening.Reply)
	ended := frame{number: 3, parts: partStatus}
	for _, f := range []frame{
		{number: 2, parts: partMessage}, ended, {number: 2, parts: partMessage}, {number: 1, parts: partHeader}, {number: 1, parts: partHeader},
	} {
		h.send(opening.Reply, instance, f)
	}
	if err := s.RecvMsg(&emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	if err := s.RecvMsg(&emptypb.Empty{}); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestLostFrameIsNoticed(t *testing.T) {
	h := newByHand(t, testBeat)
	s := h.stream(context.Background())
	_, opening := h.receive(h.opening, partOpen)
	instance := "ns.call.agent.instance." + callKey(opening.Reply)
	h.send(opening.Reply, instance, frame{number: 2, parts: partMessage})
	result := make(chan error, 1)
	go func() { result <- s.RecvMsg(&emptypb.Empty{}) }()
	stop := make(chan struct{})
	defer close(stop)
	go func() { // the server lives, but its first frame is gone
		for {
			select {
			case <-stop:
				return
			case <-time.After(testBeat / 2):
				_ = publish(h.nc, opening.Reply, instance, appendFrame(nil, &frame{parts: partAlive}))
			}
		}
	}()
	h.wantCode(result, codes.Unavailable)
}

func TestMalformedFrameEndsCall(t *testing.T) {
	h := newByHand(t, DefaultHeartbeat)
	result := h.call(context.Background())
	_, opening := h.receive(h.opening, partOpen)
	if err := h.nc.Publish(opening.Reply, []byte("not a frame")); err != nil {
		t.Fatal(err)
	}
	h.wantCode(result, codes.Internal)
}

// NATS says that nobody got an opening also when the replica it chose was just leaving. It is sent once more, and only once.
func TestUnservedOpeningIsSentAgain(t *testing.T) {
	h := newByHand(t, DefaultHeartbeat)
	noResponders := func(reply string) {
		t.Helper()
		if err := h.nc.PublishMsg(&nats.Msg{Subject: reply, Header: nats.Header{"Status": {"503"}}}); err != nil {
			t.Fatal(err)
		}
	}
	unary := h.call(context.Background())
	_, first := h.receive(h.opening, partOpen)
	noResponders(first.Reply)
	_, second := h.receive(h.opening, partOpen)
	if second.Reply != first.Reply || !bytes.Equal(second.Data, first.Data) {
		t.Error("the second opening is another one")
	}
	noResponders(second.Reply)
	h.wantCode(unary, codes.Unavailable)

	s := h.stream(context.Background())
	_, first = h.receive(h.opening, partOpen)
	noResponders(first.Reply)
	if _, second = h.receive(h.opening, partOpen); !bytes.Equal(second.Data, first.Data) {
		t.Error("the second opening of a stream is another one")
	}
	h.send(second.Reply, "", frame{number: 1, parts: partStatus})
	if err := s.RecvMsg(&emptypb.Empty{}); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}
