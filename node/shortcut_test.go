package node_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/internal/scripted/scriptedtest"
	"github.com/vignette-sim/vignette/node"
)

// listen counts what goes over NATS to the gateway of a data directory.
func listen(t *testing.T, dir string) func() int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "endpoint"))
	var endpoint struct{ URL, Token string }
	if err == nil {
		err = json.Unmarshal(data, &endpoint)
	}
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(endpoint.URL, nats.Token(endpoint.Token))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	sub, err := nc.SubscribeSync("vignette.rpc.models.>")
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() int {
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
		n, _, err := sub.Pending()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

// Minds beside the gateway ask it without the wire; those of another process over it.
func TestMindsBesideTheGatewayAskItByHand(t *testing.T) {
	if testing.Short() {
		t.Skip("plays scenarios")
	}
	endpoint := scriptedtest.Start(t, scripted.Config{Key: canaryKey})
	dir, file := t.TempDir(), settings(t, endpoint.URL(), "")
	s := openStudio(t, dir, file)
	heard := listen(t, dir)
	planner := s.prepare(t, study(t, 4))
	ctx := context.Background()
	if err := s.Runner().Play(ctx, planner, runs.Options{}); err != nil {
		t.Fatal(err)
	}
	calls := s.spending(t, planner).Total.Calls
	if n := heard(); n != 0 || calls < 50 {
		t.Errorf("%d calls, %d of them over the wire", calls, n)
	}

	joined, err := node.Open(ctx, node.Config{Dir: dir, Join: true, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := joined.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	if err := joined.HostModels(ctx, file); err != nil { // asks whether there is a gateway
		t.Fatal(err)
	}
	if n := heard(); n == 0 {
		t.Error("a process that joined does not ask over the wire")
	}
}
