package workqueue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/broker/internal/stream"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// DefaultPatience is how long a worker may be silent before its episodes go to others. Chosen: longer than a busy machine keeps a
// process waiting, short enough that nobody waits long for the episodes of one that was killed.
const DefaultPatience = 10 * time.Second

// answerTimeout bounds one question to the server.
const answerTimeout = 5 * time.Second

// Config says where the queue is.
type Config struct {
	// Namespace is the first token of its subjects.
	Namespace string
	// Replicas is how many servers keep a copy when stream and bucket are created, 1 to 5; 0 means 1.
	Replicas int
	// Patience is how long a worker may be silent before its episodes go to others; 0 means [DefaultPatience]. It is fixed for a
	// run by whoever makes its consumer.
	Patience time.Duration
}

// Queue is the work queue. It is safe for concurrent use.
type Queue struct {
	nc     *nats.Conn
	js     jetstream.JetStream
	orders jetstream.KeyValue
	config Config

	mu        sync.Mutex
	consumers map[string]jetstream.Consumer
}

// Open opens the queue, creating what is missing of it.
func Open(ctx context.Context, nc *nats.Conn, config Config) (*Queue, error) {
	if config.Patience == 0 {
		config.Patience = DefaultPatience
	}
	config.Replicas = max(1, config.Replicas)
	q := &Queue{nc: nc, config: config, consumers: map[string]jetstream.Consumer{}}
	var err error
	if q.js, err = jetstream.New(nc); err != nil {
		return nil, fmt.Errorf("work queue: %w", err)
	}
	if err := stream.Settle(ctx, nc, q.openStream); err != nil {
		return nil, fmt.Errorf("work queue: open stream %s: %w", q.stream(), err)
	}
	if err := stream.Settle(ctx, nc, q.openBucket); err != nil {
		return nil, fmt.Errorf("work queue: open bucket %s: %w", q.bucket(), err)
	}
	return q, nil
}

func (q *Queue) openStream(ctx context.Context) error {
	_, err := q.js.Stream(ctx, q.stream())
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = q.js.CreateStream(ctx, q.streamConfig())
	}
	return err
}

func (q *Queue) openBucket(ctx context.Context) (err error) {
	q.orders, err = q.js.KeyValue(ctx, q.bucket())
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		q.orders, err = q.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: q.bucket(), Description: "Runs to be played, and episodes that are tried no more", Replicas: q.config.Replicas,
		})
	}
	return err
}

func (q *Queue) bucket() string { return q.config.Namespace + "-orders" }
func (q *Queue) stream() string { return q.config.Namespace + "-work" }
func (q *Queue) subject(run, place string) string {
	return q.config.Namespace + ".work." + run + "." + place
}
func (q *Queue) rested(run string) string { return q.config.Namespace + ".rested." + run }
func orderKey(run string) string          { return "order." + run }
func parkedKey(run, place string) string  { return "parked." + run + "." + place }
func placeOf(subject string) (place int, ok bool) {
	return atoi(subject[strings.LastIndexByte(subject, '.')+1:])
}
func atoi(text string) (n int, ok bool) { n, err := strconv.Atoi(text); return n, err == nil && n >= 0 }

// streamConfig: an episode is in the queue once. It is refused while it is there, be it waiting or in somebody's hand.
func (q *Queue) streamConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:                 q.stream(),
		Description:          "Episodes to be played",
		Subjects:             []string{q.subject("*", "*")},
		Storage:              jetstream.FileStorage,
		Retention:            jetstream.WorkQueuePolicy,
		Discard:              jetstream.DiscardNew,
		DiscardNewPerSubject: true,
		MaxMsgsPerSubject:    1,
		Replicas:             q.config.Replicas,
	}
}

// SetOrder says that a run is to be played, and how; it takes the place of what was said before.
func (q *Queue) SetOrder(ctx context.Context, order *vignettev1.WorkOrder) error {
	data, err := proto.Marshal(order)
	if err != nil {
		return err
	}
	err = insist(ctx, answerTimeout, func(ctx context.Context) error {
		_, err := q.orders.Put(ctx, orderKey(order.GetRun()), data)
		return err
	})
	if err != nil {
		return fmt.Errorf("work queue: order run %s: %w", order.GetRun(), err)
	}
	return nil
}

// Order returns the order of a run, nil when there is none.
func (q *Queue) Order(ctx context.Context, run string) (*vignettev1.WorkOrder, error) {
	entry, err := q.orders.Get(ctx, orderKey(run))
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("work queue: order of run %s: %w", run, err)
	}
	order := &vignettev1.WorkOrder{}
	if err := proto.Unmarshal(entry.Value(), order); err != nil {
		return nil, fmt.Errorf("work queue: order of run %s: %w", run, err)
	}
	return order, nil
}

// Orders returns the runs that are to be played, in the order of their ids, which is that of their beginning.
func (q *Queue) Orders(ctx context.Context) ([]*vignettev1.WorkOrder, error) {
	keys, err := q.keys(ctx, "order.*")
	if err != nil {
		return nil, err
	}
	var all []*vignettev1.WorkOrder
	for _, key := range keys {
		order, err := q.Order(ctx, strings.TrimPrefix(key, "order."))
		if err != nil {
			return nil, err
		}
		if order != nil { // taken away meanwhile
			all = append(all, order)
		}
	}
	return all, nil
}

func (q *Queue) keys(ctx context.Context, filter string) ([]string, error) {
	lister, err := q.orders.ListKeysFiltered(ctx, filter)
	if err != nil {
		return nil, fmt.Errorf("work queue: %w", err)
	}
	var keys []string
	for key := range lister.Keys() {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys, ctx.Err()
}

// pending is how many items are on their way to the server at once.
const pending = 512

// errSubjectFull is the server's code for a subject that holds as much as it may: the item is there already. It uses the same code
// for a disk that is full, and tells them apart in words alone.
const errSubjectFull = 10077

// Add puts episodes of a run into the queue. Those that are in it already stay as they are.
func (q *Queue) Add(ctx context.Context, run string, items ...*vignettev1.WorkItem) error {
	for chunk := range slices.Chunk(items, pending) {
		var futures []jetstream.PubAckFuture
		for _, item := range chunk {
			data, err := proto.Marshal(item)
			if err != nil {
				return err
			}
			future, err := q.js.PublishAsync(q.subject(run, strconv.Itoa(int(item.GetPlace()))), data)
			if err != nil {
				return fmt.Errorf("work queue: add to run %s: %w", run, err)
			}
			futures = append(futures, future)
		}
		for _, future := range futures {
			select {
			case <-future.Ok():
			case err := <-future.Err():
				if !isThere(err) {
					return fmt.Errorf("work queue: add to run %s: %w", run, err)
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

func isThere(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && api.ErrorCode == errSubjectFull && strings.Contains(api.Description, "per subject")
}

// consumer returns the durable consumer of a run, made when there is none.
func (q *Queue) consumer(ctx context.Context, run string) (jetstream.Consumer, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if c := q.consumers[run]; c != nil {
		return c, nil
	}
	c, err := q.js.Consumer(ctx, q.stream(), run)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		c, err = q.js.CreateOrUpdateConsumer(ctx, q.stream(), jetstream.ConsumerConfig{
			Durable: run, FilterSubject: q.subject(run, "*"), AckPolicy: jetstream.AckExplicitPolicy,
			AckWait: q.config.Patience, MaxAckPending: -1, MaxDeliver: -1, Replicas: q.config.Replicas,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("consumer: %w", err)
	}
	q.consumers[run] = c
	return c, nil
}

func (q *Queue) forget(run string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.consumers, run)
}

// Take returns an episode of a run that nobody holds, or nil when there is none now.
func (q *Queue) Take(ctx context.Context, run string) (*Item, error) {
	item, err := q.take(ctx, run)
	if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrConsumerDeleted) { // somebody recalled the run
		item, err = q.take(ctx, run)
	}
	if err != nil {
		return nil, fmt.Errorf("work queue: take from run %s: %w", run, err)
	}
	return item, nil
}

func (q *Queue) take(ctx context.Context, run string) (*Item, error) {
	c, err := q.consumer(ctx, run)
	if err != nil {
		return nil, err
	}
	batch, err := c.FetchNoWait(1)
	if err != nil {
		return nil, err
	}
	for msg := range batch.Messages() {
		return q.item(run, msg)
	}
	if err := batch.Error(); err != nil {
		q.forget(run) // it may have been made anew by somebody
		return nil, err
	}
	return nil, nil
}

func (q *Queue) item(run string, msg jetstream.Msg) (*Item, error) {
	meta, err := msg.Metadata()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", msg.Subject(), err)
	}
	place, ok := placeOf(msg.Subject())
	work := &vignettev1.WorkItem{}
	if err := proto.Unmarshal(msg.Data(), work); err != nil || !ok || int(work.GetPlace()) != place {
		// Nobody can play it, now or later.
		return nil, errors.Join(fmt.Errorf("%s holds no episode: %w", msg.Subject(), err), msg.Term())
	}
	return &Item{queue: q, msg: msg, Run: run, Place: place, Forgiven: work.GetForgiven(), Deliveries: int(meta.NumDelivered)}, nil
}

// Left returns how many episodes of a run wait or are in somebody's hand.
func (q *Queue) Left(ctx context.Context, run string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	for again := false; ; again = true {
		c, err := q.consumer(ctx, run)
		if err != nil {
			return 0, fmt.Errorf("work queue: run %s: %w", run, err)
		}
		info, err := c.Info(ctx)
		if err == nil {
			return int(info.NumPending) + info.NumAckPending, nil
		}
		q.forget(run)
		if again || !errors.Is(err, jetstream.ErrConsumerNotFound) { // else somebody recalled the run
			return 0, fmt.Errorf("work queue: consumer of run %s: %w", run, err)
		}
	}
}

// Standing is how many episodes of a run wait, and how many are in somebody's hand; zeroes when nobody has looked for any yet. Unlike
// [Queue.Left] it changes nothing.
func (q *Queue) Standing(ctx context.Context, run string) (waiting, held int, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	c, err := q.js.Consumer(ctx, q.stream(), run)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("work queue: consumer of run %s: %w", run, err)
	}
	info := c.CachedInfo() // just asked for
	return int(info.NumPending), info.NumAckPending, nil
}

// Recall takes a run's episodes out of all hands, so that they can be taken at once. It is for whoever knows that nobody is left who
// holds any; else somebody loses what it is about to record.
func (q *Queue) Recall(ctx context.Context, run string) error {
	q.forget(run)
	err := q.js.DeleteConsumer(ctx, q.stream(), run)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return nil
	}
	return err
}

// Close says that a run is at rest: its order and its consumer go. What is parked stays.
func (q *Queue) Close(ctx context.Context, run string) error {
	order := insist(ctx, answerTimeout, func(ctx context.Context) error { return q.orders.Purge(ctx, orderKey(run)) })
	consumer := insist(ctx, answerTimeout, func(ctx context.Context) error { return q.Recall(ctx, run) })
	if err := errors.Join(order, consumer); err != nil {
		return fmt.Errorf("work queue: close run %s: %w", run, err)
	}
	return nil
}

// insist asks what may be asked twice until there is an answer: servers that are changing their leader may leave a question without one,
// and whoever waited for it would wait until the end of ctx.
func insist(ctx context.Context, patience time.Duration, ask func(context.Context) error) error {
	for {
		once, cancel := context.WithTimeout(ctx, patience)
		err := ask(once)
		cancel()
		if err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
}

// Erase takes all of a run out of the queue.
func (q *Queue) Erase(ctx context.Context, run string) error {
	stream, err := q.js.Stream(ctx, q.stream())
	if err != nil {
		return err
	}
	all := []error{stream.Purge(ctx, jetstream.WithPurgeSubject(q.subject(run, "*"))), q.Close(ctx, run)}
	keys, err := q.keys(ctx, parkedKey(run, "*"))
	for _, key := range keys {
		all = append(all, q.orders.Purge(ctx, key))
	}
	return errors.Join(append(all, err)...)
}

// Watch calls a function with the place of each episode of a run that comes to rest in some worker, until the returned function is
// called. One may be missed: whoever must know reads the log.
func (q *Queue) Watch(run string, rested func(place int)) (end func() error, err error) {
	sub, err := q.nc.Subscribe(q.rested(run), func(msg *nats.Msg) {
		if place, ok := atoi(string(msg.Data)); ok {
			rested(place)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("work queue: watch run %s: %w", run, err)
	}
	return sub.Unsubscribe, nil
}

// Follow calls a function with each order there is, and with each that is given or changed from now on; with a nil order when that of
// a run is taken away. It returns when the context ends, or with why it cannot go on.
func (q *Queue) Follow(ctx context.Context, told func(run string, order *vignettev1.WorkOrder)) error {
	watcher, err := q.orders.Watch(ctx, "order.*")
	if err != nil {
		return fmt.Errorf("work queue: follow orders: %w", err)
	}
	defer func() { _ = watcher.Stop() }()
	for {
		select {
		case entry, open := <-watcher.Updates():
			switch {
			case !open:
				return errors.New("work queue: the orders can be followed no more")
			case entry == nil: // all there were have been told
			case entry.Operation() != jetstream.KeyValuePut:
				told(strings.TrimPrefix(entry.Key(), "order."), nil)
			default:
				order := &vignettev1.WorkOrder{}
				if err := proto.Unmarshal(entry.Value(), order); err != nil {
					return fmt.Errorf("work queue: %s: %w", entry.Key(), err)
				}
				told(order.GetRun(), order)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
