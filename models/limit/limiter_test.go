package limit_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/models/limit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// crowd keeps callers busy until the context ends: each asks for a slot, holds it for as long as hold says, and gives it
// back with what hold returns. It returns when all are done.
func crowd(ctx context.Context, l *limit.Limiter, callers, tokens int, hold func() (limit.Result, int)) {
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for {
				slot, err := l.Acquire(ctx, tokens)
				if err != nil {
					return
				}
				slot.Release(hold())
			}
		})
	}
	all.Wait()
}

func second(result limit.Result) func() (limit.Result, int) {
	return func() (limit.Result, int) {
		time.Sleep(time.Second)
		return result, 0
	}
}

// Slots double with each round trip up to the limit.
func TestSlotsDouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.New(limit.Config{Max: 300})
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { crowd(ctx, l, 1000, 0, second(limit.Answered)) })
		var got []int
		time.Sleep(time.Second / 2)
		for range 6 {
			got = append(got, l.Slots())
			time.Sleep(time.Second)
		}
		cancel()
		all.Wait()
		if diff := cmp.Diff([]int{20, 40, 80, 160, 300, 300}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// What is not in use does not grow: one call after the other says nothing about a hundred at once.
func TestUnusedSlotsDoNotGrow(t *testing.T) {
	l := limit.New(limit.Config{Start: 4})
	for range 100 {
		slot, err := l.Acquire(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		slot.Release(limit.Answered, 0)
	}
	if got := l.Slots(); got != 4 {
		t.Errorf("%d slots, want 4", got)
	}
}

// All requests under way together shrink the slots once, whatever their number; the next crowd shrinks them again.
func TestSlotsShrinkOncePerRound(t *testing.T) {
	l := limit.New(limit.Config{Start: 100})
	var got []int
	for range 3 {
		var slots []limit.Slot
		for range l.Slots() {
			slot, err := l.Acquire(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			slots = append(slots, slot)
		}
		for _, slot := range slots {
			slot.Release(limit.TooMany, 0)
		}
		got = append(got, l.Slots())
	}
	if diff := cmp.Diff([]int{80, 64, 51}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSlotsNeverFallBelowOne(t *testing.T) {
	l := limit.New(limit.Config{Start: 2})
	for range 50 {
		slot, err := l.Acquire(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		slot.Release(limit.TooMany, 0)
	}
	if got := l.Slots(); got != 1 {
		t.Errorf("%d slots, want 1", got)
	}
}

// After a 429 the slots grow by about one a round trip.
func TestSlotsGrowByOneAfterTooMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.New(limit.Config{Start: 50})
		slot, err := l.Acquire(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		slot.Release(limit.TooMany, 0)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second+time.Second/2)
		defer cancel()
		crowd(ctx, l, 200, 0, second(limit.Answered))
		if got := l.Slots(); got < 58 || got > 61 {
			t.Errorf("%d slots after 20 round trips from 40, want about 60", got)
		}
	})
}

// An endpoint that bears 70 at once is found out, and kept busy.
func TestSlotsFindWhatAnEndpointBears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bears = 70
		l := limit.New(limit.Config{})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		var mu sync.Mutex
		inside, answered, turned := 0, 0, 0
		crowd(ctx, l, 500, 0, func() (limit.Result, int) {
			mu.Lock()
			if inside == bears {
				turned++
				mu.Unlock()
				time.Sleep(50 * time.Millisecond)
				return limit.TooMany, 0
			}
			inside++
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			inside--
			answered++
			return limit.Answered, 0
		})
		if full := bears * 600; answered < full*85/100 {
			t.Errorf("%d answers in ten minutes, want at least 85%% of %d", answered, full)
		}
		if turned > answered/20 {
			t.Errorf("%d of %d were turned away", turned, turned+answered)
		}
	})
}

func TestRequestsAreSpreadOverTheMinute(t *testing.T) {
	for _, perMinute := range []float64{3, 60, 600, 20_000} {
		synctest.Test(t, func(t *testing.T) {
			l := limit.New(limit.Config{RequestsPerMinute: perMinute})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			var sent moments
			crowd(ctx, l, 1000, 0, func() (limit.Result, int) {
				sent.add(1)
				return second(limit.Answered)()
			})
			// Twenty slots a second is where it starts, so the first half minute is not all its own.
			sent.check(t, perMinute, 1)
		})
	}
}

func TestTokensAreSpreadOverTheMinute(t *testing.T) {
	const perMinute, used = 100_000, 900
	for name, estimate := range map[string]int{"too low": 200, "right": used, "too high": 2000} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := limit.New(limit.Config{TokensPerMinute: perMinute})
				if !l.CountsTokens() {
					t.Error("tokens are not counted")
				}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				var sent moments
				crowd(ctx, l, 4, estimate, func() (limit.Result, int) {
					sent.add(used)
					time.Sleep(time.Second)
					return limit.Answered, used
				})
				sent.check(t, perMinute, 6*used)
			})
		})
	}
}

// moments are when something was sent, and how much.
type moments struct {
	mu      sync.Mutex
	times   []time.Time
	amounts []float64
}

func (m *moments) add(amount float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.times = append(m.times, time.Now())
	m.amounts = append(m.amounts, amount)
}

// check wants at least 95% of what is allowed, and in no sliding minute more than that and a burst.
func (m *moments) check(t *testing.T, perMinute, burst float64) {
	t.Helper()
	var most, inWindow, total float64
	first := 0
	for i, at := range m.times {
		total += m.amounts[i]
		inWindow += m.amounts[i]
		for at.Sub(m.times[first]) >= time.Minute {
			inWindow -= m.amounts[first]
			first++
		}
		most = max(most, inWindow)
	}
	if most > perMinute+burst {
		t.Errorf("%v in one minute, allowed are %v and a burst of %v", most, perMinute, burst)
	}
	if want := 0.95 * 10 * perMinute; total < want {
		t.Errorf("%v in ten minutes, want at least %v", total, want)
	}
}

// Who asked first goes first, with and without places in the minute.
func TestFirstComeFirstServed(t *testing.T) {
	for name, config := range map[string]limit.Config{"a slot": {Max: 1}, "the minute": {RequestsPerMinute: 100}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := limit.New(config)
				var mu sync.Mutex
				var got, want []int
				for i := range 100 {
					want = append(want, i)
					go func() {
						slot, err := l.Acquire(t.Context(), 0)
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						got = append(got, i)
						mu.Unlock()
						time.Sleep(time.Duration(i%7+1) * time.Millisecond)
						slot.Release(limit.Answered, 0)
					}()
					synctest.Wait()
				}
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				mu.Lock()
				defer mu.Unlock()
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestAcquireEndsWithItsContext(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	l := limit.New(limit.Config{Start: 1})
	if _, err := l.Acquire(gone, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// However callers come, end and give up, in the end every slot is free: as many as there are can be had at once, and not
// one more.
func TestNoSlotIsLost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type caller struct{ comes, patience, holds time.Duration }
		moment := rapid.Map(rapid.IntRange(0, 50), func(n int) time.Duration { return time.Duration(n) * time.Millisecond })
		callers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) caller {
			return caller{moment.Draw(t, "comes"), moment.Draw(t, "patience"), moment.Draw(t, "holds")}
		}), 1, 60).Draw(rt, "callers")
		results := rapid.SliceOfN(rapid.SampledFrom([]limit.Result{limit.Failed, limit.Answered, limit.TooMany}), 1, 8).Draw(rt, "results")
		config := limit.Config{
			Start:             rapid.IntRange(1, 5).Draw(rt, "start"),
			RequestsPerMinute: rapid.SampledFrom([]float64{0, 3000}).Draw(rt, "requests"),
			TokensPerMinute:   rapid.SampledFrom([]float64{0, 60_000}).Draw(rt, "tokens"),
		}
		slots, had := 0, 0
		synctest.Test(t, func(t *testing.T) {
			l := limit.New(config)
			var all sync.WaitGroup
			for i, c := range callers {
				all.Go(func() {
					time.Sleep(c.comes)
					ctx, cancel := context.WithTimeout(t.Context(), c.patience)
					defer cancel()
					if slot, err := l.Acquire(ctx, 10*i); err == nil {
						time.Sleep(c.holds)
						slot.Release(results[i%len(results)], 5*i)
					}
				})
			}
			all.Wait()
			slots = l.Slots()
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			var held []limit.Slot
			for {
				slot, err := l.Acquire(ctx, 0)
				if err != nil {
					break
				}
				held = append(held, slot)
			}
			had = len(held)
		})
		if had != slots {
			rt.Fatalf("%d slots could be had of %d", had, slots)
		}
	})
}

// A crowd that gives up does not leave gaps behind that hold up who comes after.
func TestPlacesGivenUpAreGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.New(limit.Config{Start: 50, RequestsPerMinute: 60})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		crowd(ctx, l, 50, 0, second(limit.Answered))
		begin := time.Now()
		if _, err := l.Acquire(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(begin); waited > 5*time.Second {
			t.Errorf("waited %v after 49 gave up", waited)
		}
	})
}

// Neither do some that give up one after the other.
func TestEachPlaceGivenUpIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.New(limit.Config{RequestsPerMinute: 60, TokensPerMinute: 60_000})
		begin := time.Now()
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			_, _ = l.Acquire(ctx, 1000)
			cancel()
		}
		if _, err := l.Acquire(t.Context(), 1000); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(begin); waited > 2*time.Second {
			t.Errorf("the second to have a place waited %v, and one comes free each second", waited)
		}
	})
}

func TestLimitsBeyondAllMeasure(t *testing.T) {
	l := limit.New(limit.Config{RequestsPerMinute: math.MaxFloat64, TokensPerMinute: math.MaxFloat64})
	for range 100 {
		slot, err := l.Acquire(t.Context(), 1_000_000)
		if err != nil {
			t.Fatal(err)
		}
		slot.Release(limit.Answered, 2_000_000)
	}
}

// BenchmarkAcquire is a slot had and given back when there are enough.
func BenchmarkAcquire(b *testing.B) {
	for _, bench := range []struct {
		name   string
		config limit.Config
	}{
		{"slots", limit.Config{}},
		{"slots and pace", limit.Config{RequestsPerMinute: 1e12, TokensPerMinute: 1e12}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			l := limit.New(bench.config)
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				slot, err := l.Acquire(ctx, 100)
				if err != nil {
					b.Fatal(err)
				}
				slot.Release(limit.Answered, 100)
			}
		})
	}
}
