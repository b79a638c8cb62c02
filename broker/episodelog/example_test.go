package episodelog_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/episodelog"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// A worker writes one event after another; one that missed an event cannot.
func Example() {
	ctx := context.Background()
	b, err := broker.OpenTemporary(ctx, broker.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = b.Close(ctx) }()
	l, err := episodelog.Open(ctx, b.Conn(), episodelog.Config{Namespace: b.Namespace()})
	if err != nil {
		log.Fatal(err)
	}

	first, err := l.Append(ctx, "run-1", "episode-1", &vignettev1.EpisodeEvent{Id: "a"}, 0)
	fmt.Println(first, err)
	second, err := l.Append(ctx, "run-1", "episode-1", &vignettev1.EpisodeEvent{Id: "b"}, first)
	fmt.Println(second, err)
	_, err = l.Append(ctx, "run-1", "episode-1", &vignettev1.EpisodeEvent{Id: "c"}, first)
	fmt.Println(errors.Is(err, episodelog.ErrConflict))

	for entry, err := range l.Run(ctx, "run-1") {
		fmt.Println(entry.Episode, entry.Kind, entry.Event.GetId(), err)
	}
	// Output:
	// 1 <nil>
	// 2 <nil>
	// true
	// episode-1 play a <nil>
	// episode-1 play b <nil>
}
