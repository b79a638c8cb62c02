package scripted

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var someFaults = Faults{
	RateLimit: .05, RateLimitBare: .01, ServerError: .03, BadGateway: .02, StreamError: .02, Malformed: .02, WrongSchema: .1, Cut: .04, Stall: .01,
	Refusal: .02, Filter: .01, Empty: .02, Length: .03,
}

// The draws are hashes, so what is counted here is always the same.
func TestFaultsHaveTheirShare(t *testing.T) {
	const n = 20000
	count := map[Fault]int{}
	for i := range n {
		var q digest
		binary.LittleEndian.PutUint64(q[:], uint64(i/4))
		count[someFaults.pick(luck(7, q, i%4).Float64())]++
	}
	left := 1.0
	for _, c := range someFaults.chances() {
		left -= c.p
		if share := float64(count[c.fault]) / n; math.Abs(share-c.p) > 4*math.Sqrt(c.p/n) {
			t.Errorf("%s: share %.4f, want about %.4f", c.fault, share, c.p)
		}
	}
	if share := float64(count[None]) / n; math.Abs(share-left) > 0.015 {
		t.Errorf("no fault: share %.4f, want about %.4f", share, left)
	}
}

func TestPick(t *testing.T) {
	f := Faults{RateLimit: .25, Length: .5}
	for u, want := range map[float64]Fault{0: RateLimit, .2499: RateLimit, .25: Length, .7499: Length, .75: None, .9999: None} {
		if got := f.pick(u); got != want {
			t.Errorf("pick(%v) is %q, want %q", u, got, want)
		}
	}
}

func TestLuckHangsOnAll(t *testing.T) {
	var a, b digest
	b[31] = 1
	base := luck(1, a, 0).Uint64()
	for name, other := range map[string]uint64{
		"seed": luck(2, a, 0).Uint64(), "question": luck(1, b, 0).Uint64(), "repetition": luck(1, a, 1).Uint64(), "purpose": words(1, a).Uint64(),
	} {
		if other == base {
			t.Errorf("luck does not hang on the %s", name)
		}
	}
	if luck(1, a, 0).Uint64() != base {
		t.Error("the same luck is not the same")
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]Config{
		"structured": {Structured: "yaml"}, "reasoning field": {ReasoningField: "thoughts"}, "latency": {Latency: -1}, "dimensions": {Dimensions: 1 << 20},
		"negative": {Faults: Faults{Cut: -.1}}, "above one": {Faults: Faults{Cut: 1.1}}, "sum": {Faults: Faults{Cut: .6, Stall: .6}}, "NaN": {Faults: Faults{Cut: math.NaN()}},
	} {
		if c.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := (Config{Faults: someFaults, Structured: "ignored"}).Check(); err != nil {
		t.Error(err)
	}
}

func TestWindow(t *testing.T) {
	type taken struct {
		Wait time.Duration
		Left int
	}
	w, start := newWindow(2), time.Unix(1000, 0)
	var got []taken
	for _, at := range []time.Duration{0, 10, 20, 59, 60, 61, 70, 70, 200} {
		wait, left := w.take(start.Add(at * time.Second))
		got = append(got, taken{wait, left})
	}
	want := []taken{{0, 1}, {0, 0}, {40 * time.Second, 0}, {1 * time.Second, 0}, {0, 0}, {9 * time.Second, 0}, {0, 0}, {50 * time.Second, 0}, {0, 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Speakers must not sound alike: what is said repeats itself as rarely as chance has it.
func TestUtterancesVary(t *testing.T) {
	seen, asking := map[string]bool{}, 0
	const n = 2000
	for i := range n {
		var q digest
		binary.LittleEndian.PutUint64(q[:], uint64(i))
		text := utterance(words(1, q))
		seen[text] = true
		if text[len(text)-1] == '?' {
			asking++
		}
	}
	if len(seen) < n-10 {
		t.Errorf("only %d of %d are different", len(seen), n)
	}
	if asking < n/10 || asking > n/2 {
		t.Errorf("%d of %d end with a question", asking, n)
	}
}
