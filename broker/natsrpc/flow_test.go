package natsrpc

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/metadata"
	"pgregory.net/rapid"
)

// Frames that come twice or in any order are applied once, in theirs.
func TestInboundPutsFramesInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const first = 1
		n := rapid.IntRange(1, 50).Draw(t, "frames")
		var numbers, want []uint64
		for i := range uint64(n) {
			want = append(want, first+i)
			numbers = append(numbers, first+i)
			if rapid.Bool().Draw(t, "twice") {
				numbers = append(numbers, first+i)
			}
		}
		in := newInbound(DefaultWindow, first)
		var got []uint64
		for _, number := range rapid.Permutation(numbers).Draw(t, "order") {
			if !in.accept(frame{number: number}, func(f *frame) { got = append(got, f.number) }) {
				t.Fatal("the gap was given up")
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		if in.gap() {
			t.Fatal("a frame is said to be missing")
		}
	})
}

func TestInboundGivesUpOnLostFrames(t *testing.T) {
	in := newInbound(DefaultWindow, 1)
	for number := uint64(2); number < maxEarly+2; number++ {
		if !in.accept(frame{number: number}, nil) {
			t.Fatalf("gave up at frame %d", number)
		}
	}
	if !in.gap() {
		t.Error("no frame is said to be missing")
	}
	if in.accept(frame{number: maxEarly + 2}, nil) {
		t.Error("the gap may grow without bound")
	}
}

// With a gate on one side and an inbound on the other, what is unread never exceeds the window and one message, and a
// writer whose reader reads is never stuck.
func TestCreditBoundsWhatIsUnread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		window := rapid.IntRange(1, 5000).Draw(t, "window")
		const largest = 3000
		in := newInbound(window, 1)
		var g gate
		g.grant(uint64(window))
		var unread uint64
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			size := rapid.IntRange(0, largest).Draw(t, "size")
			if rapid.Bool().Draw(t, "write") {
				if ok, _ := g.enter(size); ok {
					in.push(make([]byte, size))
					unread += cost(size)
				} else if unread == 0 {
					t.Fatal("the writer is stuck though all is read")
				}
			} else if message, outcome, grant := in.take(); outcome == tookMessage {
				unread -= cost(len(message))
				g.grant(grant)
			}
			if limit := uint64(window) + cost(largest); unread > limit {
				t.Fatalf("%d bytes unread, window %d", unread, window)
			}
		}
	})
}

func TestGateWakesWaiter(t *testing.T) {
	var g gate
	ok, raised := g.enter(1)
	if ok {
		t.Fatal("entered without credit")
	}
	g.grant(10)
	g.grant(5) // old news
	<-raised
	if ok, _ := g.enter(1); !ok {
		t.Error("refused with credit")
	}
	if ok, _ := g.enter(1); ok {
		t.Error("entered beyond the credit")
	}
}

func TestFrameRoundTrip(t *testing.T) {
	want := frame{
		parts: partOpen | partStatus | partMessage, number: 7, credit: 1 << 40, status: []byte{8, 3},
		timeout: 1500 * 1000, heartbeat: 2000 * 1000 * 1000,
	}
	md := metadata.MD{"k": {"v", ""}, "raw-bin": {"\x00\xff"}}
	raw := appendFrame(nil, &want)
	raw = appendPairs(raw, fieldMetadata, md)
	raw = appendPairs(raw, fieldTrailer, metadata.MD{"t": {"1"}})
	got, err := decodeFrame(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(md, got.pairs(fieldMetadata)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(metadata.MD{"t": {"1"}}, got.pairs(fieldTrailer)); diff != "" {
		t.Error(diff)
	}
	want.raw, want.hasMetadata, want.hasTrailer = raw, true, true
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(frame{})); diff != "" {
		t.Error(diff)
	}
}

// Whatever comes from the wire, decoding it ends, and so does reading metadata from what was accepted.
func FuzzDecodeFrame(f *testing.F) {
	f.Add(appendPairs(appendFrame(nil, &frame{parts: partOpen, number: 1}), fieldMetadata, metadata.MD{"k": {"v"}}))
	f.Add([]byte{})
	f.Add([]byte{0x2a, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decodeFrame(data)
		if err != nil {
			return
		}
		got.pairs(fieldMetadata)
		got.pairs(fieldTrailer)
		if got.timeout < 0 || got.heartbeat < 0 {
			t.Errorf("negative duration in %+v", got)
		}
	})
}
