package natsrpc_test

import (
	"context"
	"fmt"
	"log"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// The generated stubs of any gRPC service work over NATS as they are.
func Example() {
	broker, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true})
	if err != nil {
		log.Fatal(err)
	}
	broker.Start()
	defer broker.Shutdown()
	nc, err := nats.Connect("", nats.InProcessServer(broker), nats.ReconnectBufSize(-1))
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()

	srv, err := natsrpc.NewServer(nc, "example", "Zoë")
	if err != nil {
		log.Fatal(err)
	}
	healthv1.RegisterHealthServer(srv, health.NewServer())
	if err := srv.Start(); err != nil {
		log.Fatal(err)
	}

	cc, err := natsrpc.NewClient(nc, "example", "Zoë")
	if err != nil {
		log.Fatal(err)
	}
	defer cc.Close()
	ctx := context.Background()
	answer, err := healthv1.NewHealthClient(cc).Check(ctx, &healthv1.HealthCheckRequest{})
	fmt.Println(answer.GetStatus(), err)

	if err := srv.GracefulStop(ctx); err != nil {
		log.Fatal(err)
	}
	_, err = healthv1.NewHealthClient(cc).Check(ctx, &healthv1.HealthCheckRequest{})
	fmt.Println(status.Code(err) == codes.Unavailable)
	// Output:
	// SERVING <nil>
	// true
}

func ExampleEncodeName() {
	token, _ := natsrpc.EncodeName("my.agent v2")
	name, _ := natsrpc.DecodeName(token)
	fmt.Println(token, "=", name)
	// Output: my%2Eagent%20v2 = my.agent v2
}
