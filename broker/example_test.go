package broker_test

import (
	"context"
	"fmt"
	"log"

	"github.com/vignette-sim/vignette/broker"
)

func ExampleOpen() {
	ctx := context.Background()
	b, err := broker.OpenTemporary(ctx, broker.Config{}) // or Open, with Config.Dir
	if err != nil {
		log.Fatal(err)
	}
	_, err = broker.Open(ctx, broker.Config{Dir: b.Dir()})
	_, inUse := err.(*broker.InUseError)
	fmt.Println(b.Conn().IsConnected(), inUse)
	fmt.Println(b.Close(ctx))
	// Output:
	// true true
	// <nil>
}
