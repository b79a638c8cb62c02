package workqueue

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Item is an episode in a worker's hand. It is laid down by one of Done, Return and Park; one that somebody else has
// been given meanwhile is just let go.
type Item struct {
	// Run is the run's id.
	Run string
	// Place is the episode's place in the run's design.
	Place int
	// Forgiven is the epoch up to which takeovers do not count as tries.
	Forgiven int64
	// Deliveries is how often it was handed out, this time included.
	Deliveries int

	queue *Queue
	msg   jetstream.Msg
}

// Hold says that the item is being worked on, again and again until the context ends.
func (i *Item) Hold(ctx context.Context) {
	tick := time.NewTicker(i.queue.config.Patience / 4)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = i.msg.InProgress() // fails while the connection is gone; then the item may go to somebody else
		case <-ctx.Done():
			return
		}
	}
}

// Done takes the episode out of the queue, which has come to rest, and tells those who watch. When the server does not hear of it
// the episode is handed out once more, to be found at rest.
func (i *Item) Done(ctx context.Context) error {
	if err := i.msg.DoubleAck(ctx); err != nil {
		return fmt.Errorf("work queue: lay down %d of run %s: %w", i.Place, i.Run, err)
	}
	return i.queue.nc.Publish(i.queue.rested(i.Run), []byte(strconv.Itoa(i.Place)))
}

// Return puts the episode back, to be handed out after a while.
func (i *Item) Return(after time.Duration) error { return i.msg.NakWithDelay(after) }

// Park takes the episode out of the queue and keeps the reason. It is kept first: an episode is never in neither place.
func (i *Item) Park(ctx context.Context, parked *vignettev1.ParkedEpisode) error {
	data, err := proto.Marshal(parked)
	if err != nil {
		return err
	}
	if _, err := i.queue.orders.Put(ctx, parkedKey(i.Run, strconv.Itoa(i.Place)), data); err != nil {
		return fmt.Errorf("work queue: park %d of run %s: %w", i.Place, i.Run, err)
	}
	return i.Done(ctx)
}

// Parked returns the episodes of a run that are tried no more, by their place.
func (q *Queue) Parked(ctx context.Context, run string) ([]*vignettev1.ParkedEpisode, error) {
	keys, err := q.keys(ctx, parkedKey(run, "*"))
	if err != nil {
		return nil, err
	}
	var all []*vignettev1.ParkedEpisode
	for _, key := range keys {
		entry, err := q.orders.Get(ctx, key)
		if err != nil {
			return nil, fmt.Errorf("work queue: %s: %w", key, err)
		}
		parked := &vignettev1.ParkedEpisode{}
		if err := proto.Unmarshal(entry.Value(), parked); err != nil {
			return nil, fmt.Errorf("work queue: %s: %w", key, err)
		}
		all = append(all, parked)
	}
	slices.SortFunc(all, func(a, b *vignettev1.ParkedEpisode) int { return int(a.GetPlace() - b.GetPlace()) })
	return all, nil
}

// Unpark puts the parked episodes of a run back into the queue, with what they were tried in vain forgiven, and returns how many
// there were.
func (q *Queue) Unpark(ctx context.Context, run string) (int, error) {
	all, err := q.Parked(ctx, run)
	if err != nil {
		return 0, err
	}
	for n, parked := range all {
		if err := q.Add(ctx, run, &vignettev1.WorkItem{Place: parked.GetPlace(), Forgiven: parked.GetEpoch()}); err != nil {
			return n, err
		}
		if err := q.orders.Purge(ctx, parkedKey(run, strconv.Itoa(int(parked.GetPlace())))); err != nil {
			return n, err
		}
	}
	return len(all), nil
}

// ParkedCounts returns how many episodes are parked, by run; runs without any are not in it.
func (q *Queue) ParkedCounts(ctx context.Context) (map[string]int, error) {
	keys, err := q.keys(ctx, parkedKey("*", "*"))
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, key := range keys {
		counts[strings.Split(key, ".")[1]]++
	}
	return counts, nil
}
