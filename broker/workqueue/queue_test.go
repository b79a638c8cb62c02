package workqueue_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/workqueue"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// checks is how many histories of a queue are tried.
const checks = "15"

func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", checks); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func openBroker(t testing.TB) *broker.Broker {
	t.Helper()
	b, err := broker.OpenTemporary(testContext(t), broker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return b
}

// open opens the queue as one worker does.
func open(t testing.TB, b *broker.Broker, patience time.Duration) *workqueue.Queue {
	t.Helper()
	nc, err := b.Connect(testContext(t), "worker")
	if err != nil {
		t.Fatal(err)
	}
	q, err := workqueue.Open(testContext(t), nc, workqueue.Config{Namespace: b.Namespace(), Patience: patience})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func items(places ...int) []*vignettev1.WorkItem {
	var all []*vignettev1.WorkItem
	for _, place := range places {
		all = append(all, &vignettev1.WorkItem{Place: int32(place)})
	}
	return all
}

// need ends a test that cannot go on.
type failer interface {
	Helper()
	Fatalf(string, ...any)
}

func need(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// takeSome takes an item that must be there; the server may need a moment to have it ready.
func takeSome(t failer, ctx context.Context, q *workqueue.Queue, run string) *workqueue.Item {
	t.Helper()
	for {
		item, err := q.Take(ctx, run)
		need(t, err)
		if item != nil {
			return item
		}
		need(t, ctx.Err())
	}
}

// model is what must be true of a queue of one run, whoever takes, lays down, forgets or takes over.
type model struct {
	added, done, parked map[int]bool
	held                map[int]*workqueue.Item // in the hand of somebody who is alive
	stale               []*workqueue.Item       // in that of somebody who has been taken for dead
}

// Whatever happens to the items of a run, in the end each was done or parked; none was in two hands at once, none came back that was done.
func TestNothingIsLostOrDoneTwice(t *testing.T) {
	b := openBroker(t)
	workers := []*workqueue.Queue{open(t, b, time.Hour), open(t, b, time.Hour), open(t, b, time.Hour)}
	ctx := testContext(t)
	var runs atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		run := fmt.Sprintf("r%d", runs.Add(1))
		m := model{added: map[int]bool{}, done: map[int]bool{}, parked: map[int]bool{}, held: map[int]*workqueue.Item{}}
		worker := func() *workqueue.Queue { return rapid.SampledFrom(workers).Draw(t, "worker") }
		anyHeld := func() *workqueue.Item {
			if len(m.held) == 0 {
				t.Skip("nothing is held")
			}
			return m.held[rapid.SampledFrom(slices.Sorted(maps.Keys(m.held))).Draw(t, "place")]
		}
		took := func(item *workqueue.Item) {
			switch {
			case !m.added[item.Place]:
				t.Fatalf("place %d was never put in", item.Place)
			case m.done[item.Place] || m.parked[item.Place]:
				t.Fatalf("place %d came back after it was laid down", item.Place)
			case m.held[item.Place] != nil:
				t.Fatalf("place %d is in two hands", item.Place)
			}
			m.held[item.Place] = item
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				place := rapid.IntRange(0, 5).Draw(t, "place")
				if m.done[place] || m.parked[place] {
					t.Skip("an episode at rest is not added again")
				}
				need(t, worker().Add(ctx, run, items(place, place)...)) // twice: it is in the queue once
				m.added[place] = true
			},
			"take": func(t *rapid.T) {
				item, err := worker().Take(ctx, run)
				need(t, err)
				if item != nil {
					took(item)
				}
			},
			"done": func(t *rapid.T) {
				item := anyHeld()
				need(t, item.Done(ctx))
				delete(m.held, item.Place)
				m.done[item.Place] = true
			},
			"return": func(t *rapid.T) {
				item := anyHeld()
				need(t, item.Return(0))
				delete(m.held, item.Place)
			},
			"park": func(t *rapid.T) {
				item := anyHeld()
				need(t, item.Park(ctx, &vignettev1.ParkedEpisode{Place: int32(item.Place), Reason: "poison", Epoch: 3}))
				delete(m.held, item.Place)
				m.parked[item.Place] = true
			},
			"unpark": func(t *rapid.T) {
				n, err := worker().Unpark(ctx, run)
				need(t, err)
				if n != len(m.parked) {
					t.Fatalf("unparked %d, want %d", n, len(m.parked))
				}
				m.parked = map[int]bool{}
			},
			"take over": func(t *rapid.T) {
				need(t, worker().Recall(ctx, run))
				for place, item := range m.held {
					m.stale = append(m.stale, item)
					delete(m.held, place)
				}
			},
			"a zombie returns": func(t *rapid.T) {
				if len(m.stale) == 0 {
					t.Skip("nobody was taken for dead")
				}
				item := m.stale[0]
				m.stale = m.stale[1:]
				if m.held[item.Place] != nil {
					t.Skip("what it returns would be its successor's") // the log decides then, not the queue
				}
				need(t, item.Return(0))
			},
			"": func(t *rapid.T) {
				parked, err := worker().Parked(ctx, run)
				need(t, err)
				var places []int
				for _, p := range parked {
					places = append(places, int(p.GetPlace()))
				}
				if diff := cmp.Diff(slices.Sorted(maps.Keys(m.parked)), places); diff != "" {
					t.Fatalf("parked (-want +got):\n%s", diff)
				}
			},
		})
		for _, item := range m.held {
			need(t, item.Return(0))
			delete(m.held, item.Place)
		}
		for { // everybody has gone, and somebody works on what is left
			left, err := workers[0].Left(ctx, run)
			need(t, err)
			if left == 0 {
				break
			}
			item := takeSome(t, ctx, workers[0], run)
			took(item)
			need(t, item.Done(ctx))
			delete(m.held, item.Place)
			m.done[item.Place] = true
		}
		for place := range m.added {
			if !m.done[place] && !m.parked[place] {
				t.Fatalf("place %d is lost", place)
			}
		}
		need(t, workers[0].Erase(ctx, run))
	})
}

// Whoever is silent for too long loses an item to the next, and whoever says that it is at work does not.
func TestSilenceLosesAnItem(t *testing.T) {
	b := openBroker(t)
	first, second := open(t, b, time.Second), open(t, b, time.Second)
	ctx := testContext(t)
	need(t, first.Add(ctx, "r", items(1, 2)...))
	holding, letGo := context.WithCancel(ctx)
	held, silent := takeSome(t, ctx, first, "r"), takeSome(t, ctx, first, "r")
	ended := make(chan struct{})
	go func() { held.Hold(holding); close(ended) }()
	defer func() { letGo(); <-ended }()
	for range 2 { // two silences long
		item := takeSome(t, ctx, second, "r")
		if item.Place != silent.Place || item.Deliveries < 2 {
			t.Fatalf("got place %d, delivery %d; want %d, which nobody speaks for", item.Place, item.Deliveries, silent.Place)
		}
	}
}

// What is forgiven travels with an item that is tried again, and the counts are by run.
func TestUnparkForgives(t *testing.T) {
	b := openBroker(t)
	q, ctx := open(t, b, time.Hour), testContext(t)
	need(t, q.Add(ctx, "r", items(4)...))
	parked := &vignettev1.ParkedEpisode{Place: 4, Episode: "e", Tries: 5, Reason: "poison", Epoch: 7}
	need(t, takeSome(t, ctx, q, "r").Park(ctx, parked))
	all, err := q.Parked(ctx, "r")
	if err != nil || len(all) != 1 || !proto.Equal(all[0], parked) {
		t.Fatalf("parked %v, %v", all, err)
	}
	if counts, err := q.ParkedCounts(ctx); err != nil || !maps.Equal(counts, map[string]int{"r": 1}) {
		t.Errorf("counts %v, %v", counts, err)
	}
	if n, err := q.Unpark(ctx, "r"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if item := takeSome(t, ctx, q, "r"); item.Forgiven != 7 || item.Place != 4 {
		t.Errorf("place %d with %d forgiven", item.Place, item.Forgiven)
	}
}

// Whoever follows hears of each order there is, of changes, and of the end; whoever watches, of what comes to rest.
func TestOrdersAreFollowed(t *testing.T) {
	b := openBroker(t)
	q, other, ctx := open(t, b, time.Hour), open(t, b, time.Hour), testContext(t)
	need(t, q.SetOrder(ctx, &vignettev1.WorkOrder{Run: "r"}))
	type news struct {
		run, halted string
		gone        bool
	}
	heard := make(chan news, 10)
	following, end := context.WithCancel(ctx)
	over := make(chan error, 1)
	go func() {
		over <- other.Follow(following, func(run string, o *vignettev1.WorkOrder) { heard <- news{run, o.GetHalted(), o == nil} })
	}()
	want := func(n news) {
		t.Helper()
		select {
		case got := <-heard:
			if got != n {
				t.Errorf("heard %+v, want %+v", got, n)
			}
		case <-ctx.Done():
			t.Fatalf("did not hear %+v", n)
		}
	}
	want(news{run: "r"})
	need(t, q.SetOrder(ctx, &vignettev1.WorkOrder{Run: "r", Halted: "by hand"}))
	want(news{run: "r", halted: "by hand"})
	rested := make(chan int, 1)
	unwatch, err := other.Watch("r", func(place int) { rested <- place })
	need(t, err)
	need(t, q.Add(ctx, "r", items(3)...))
	need(t, takeSome(t, ctx, q, "r").Done(ctx))
	if place := <-rested; place != 3 {
		t.Errorf("place %d came to rest", place)
	}
	need(t, unwatch())
	need(t, q.Close(ctx, "r"))
	want(news{run: "r", gone: true})
	end()
	if err := <-over; err != context.Canceled {
		t.Errorf("ended with %v", err)
	}
	if order, err := q.Order(ctx, "r"); order != nil || err != nil {
		t.Errorf("order %v, %v", order, err)
	}
}
