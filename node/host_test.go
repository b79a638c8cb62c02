package node_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/node/edge"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// A second node on a directory works with what the first one hosts, and learns when it is alone.
func TestJoin(t *testing.T) {
	dir := t.TempDir()
	owner := open(t, dir)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := owner.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	joined, err := node.Open(ctx, node.Config{Dir: dir, Join: true})
	if err != nil {
		t.Fatal(err)
	}
	register, summary, err := joined.Builtin("counselor", "another")
	if err != nil || summary == "" {
		t.Fatal(summary, err)
	}
	if err := joined.Host(ctx, "another", summary, register); err != nil {
		t.Fatal(err)
	}
	for name, asks := range map[string]*node.Node{"builtin-client": joined, "another": owner} {
		got, err := asks.Directory().Agent(name).Describe(ctx, &vignettev1.AgentServiceDescribeRequest{})
		if err != nil || got.GetDescription().GetName() != name {
			t.Errorf("%s, asked from the other side: %v, %v", name, got, err)
		}
	}
	ended, end := context.WithCancel(ctx)
	end()
	if owner.Orphaned(ended) || joined.Orphaned(ended) {
		t.Error("orphaned while the owner is there")
	}
	if err := owner.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if !joined.Orphaned(ctx) {
		t.Error("not orphaned though the owner is gone")
	}
	if err := joined.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestUnknownBuiltin(t *testing.T) {
	n := open(t, t.TempDir())
	if _, _, err := n.Builtin("therapist", "x"); err == nil || !strings.Contains(err.Error(), strings.Join(node.Kinds(), ", ")) {
		t.Errorf("err = %v, want one that lists what there is", err)
	}
}

// What is hosted on the wire is served over HTTP/2 too, and a node that closes lets runs in flight finish on both.
func TestEngineOnBothTransports(t *testing.T) {
	n := open(t, t.TempDir())
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	register, err := n.HostEngine(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var unprotected *edge.UnprotectedError
	if _, err := n.ServeGRPC(edge.Config{Address: ":0"}, register); !errors.As(err, &unprotected) {
		t.Errorf("beyond loopback: %v, want an UnprotectedError", err)
	}
	server, err := n.ServeGRPC(edge.Config{Address: "127.0.0.1:0"}, register)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := grpc.NewClient(server.Addr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	scenario, err := scenarios.Find("ask-for-leave")
	if err != nil {
		t.Fatal(err)
	}
	var streams []grpc.ServerStreamingClient[vignettev1.StartRunResponse]
	for _, client := range []vignettev1.RunServiceClient{n.Directory().Engine(), vignettev1.NewRunServiceClient(conn)} {
		stream, err := client.StartRun(ctx, &vignettev1.StartRunRequest{Scenarios: []*vignettev1.Scenario{scenario}, Repeats: 5000})
		if err != nil {
			t.Fatal(err)
		}
		if first, err := stream.Recv(); err != nil || first.GetLaunched() == nil {
			t.Fatalf("launched %v, %v", first, err)
		}
		streams = append(streams, stream)
	}
	stopped := make(chan error)
	go func() { stopped <- n.Stop(ctx) }()
	for i, stream := range streams {
		var done *vignettev1.RunStatus
		for done == nil {
			update, err := stream.Recv()
			if err != nil {
				t.Fatalf("stream %d ended with %v, not with what became of its run", i, err)
			}
			done = update.GetDone()
		}
		if done.GetUnfinished() == 0 || done.GetFailed() > 0 {
			t.Errorf("run %d ended with %v", i, done)
		}
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
