package broker_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/internal/loopback"
)

func openMember(t *testing.T, cfg broker.MemberConfig) *broker.Member {
	t.Helper()
	m, err := broker.OpenMember(testContext(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return m
}

// What three members keep is there when any of them is gone, and the one that was gone catches up.
func TestMembersKeepEachOthersCopies(t *testing.T) {
	if testing.Short() {
		t.Skip("elections take seconds")
	}
	peers, dir := loopback.Addresses(t, 3), t.TempDir()
	config := func(i int) broker.MemberConfig {
		name := fmt.Sprintf("m%d", i)
		return broker.MemberConfig{Dir: filepath.Join(dir, name), Name: name, Listen: "127.0.0.1:0", ClusterListen: peers[i], Peers: peers}
	}
	var members []*broker.Member
	var urls []string
	for i := range 3 {
		members = append(members, openMember(t, config(i)))
		urls = append(urls, members[i].URL())
	}
	leader := 0
	for i, m := range members {
		if err := m.Ready(testContext(t)); err != nil {
			t.Fatal(err)
		}
		if m.Leads() {
			leader = i
		}
	}
	ctx := testContext(t)
	b := open(t, broker.Config{URL: strings.Join(urls, ",")})
	js, err := jetstream.New(b.Conn())
	if err != nil {
		t.Fatal(err)
	}
	// insist asks until there is an answer: a question may be lost with the leader that was to answer it.
	insist := func(ask func(context.Context) error) {
		t.Helper()
		for {
			once, cancel := context.WithTimeout(ctx, 2*time.Second)
			err := ask(once)
			cancel()
			if err == nil {
				return
			}
			if ctx.Err() != nil {
				t.Fatal(err)
			}
		}
	}
	publish := func(subject string) {
		t.Helper()
		insist(func(ctx context.Context) error { _, err := js.Publish(ctx, subject, nil); return err })
	}
	insist(func(ctx context.Context) error {
		_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "s", Subjects: []string{"s.>"}, Replicas: 3})
		return err
	})
	publish("s.1")
	if err := members[leader].Close(ctx); err != nil {
		t.Fatal(err)
	}
	if members[leader].URL() != urls[leader] || members[leader].ClusterAddr() != peers[leader] {
		t.Errorf("stopped, it says that it was at %q and %q", members[leader].URL(), members[leader].ClusterAddr())
	}
	publish("s.2")
	again := openMember(t, config(leader))
	if err := again.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	insist(func(ctx context.Context) error { // until it has what it missed
		stream, err := js.Stream(ctx, "s")
		if err != nil {
			return err
		}
		info := stream.CachedInfo()
		for _, r := range info.Cluster.Replicas {
			if !r.Current {
				return fmt.Errorf("%s is behind", r.Name)
			}
		}
		if info.State.NumSubjects != 2 || len(info.Cluster.Replicas) != 2 {
			return fmt.Errorf("%d subjects, %d more copies", info.State.NumSubjects, len(info.Cluster.Replicas))
		}
		return nil
	})
}

// Where somebody else listens a member cannot: it says so at once, and how to mend it.
func TestMemberWhereSomebodyListens(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port, own := taken.Addr().(*net.TCPAddr).Port, loopback.Addresses(t, 1)[0]
	for name, cfg := range map[string]broker.MemberConfig{
		"for clients": {Listen: taken.Addr().String()},
		"for members": {Listen: own, ClusterListen: taken.Addr().String(), Peers: []string{taken.Addr().String()}},
	} {
		cfg.Dir, cfg.Name = t.TempDir(), "a"
		_, err := broker.OpenMember(testContext(t), cfg)
		if err == nil || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), fmt.Sprint(port)) || !strings.Contains(err.Error(), "choose another address") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A server that anybody could reach wants to know who they are, and what is wrong is said before it starts.
func TestMemberRefuses(t *testing.T) {
	good := broker.MemberConfig{Dir: t.TempDir(), Name: "a", Listen: "127.0.0.1:0"}
	for reason, change := range map[string]func(*broker.MemberConfig){
		"beyond this machine":           func(c *broker.MemberConfig) { c.Listen = "0.0.0.0:4222" },
		"192.0.2.1:6222 is beyond":      func(c *broker.MemberConfig) { c.ClusterListen = "192.0.2.1:6222" },
		"one word without dots":         func(c *broker.MemberConfig) { c.Name = "a.b" },
		"a directory of its own":        func(c *broker.MemberConfig) { c.Dir = "" },
		"all three or none":             func(c *broker.MemberConfig) { c.Cert = "cert.pem" },
		"where it listens for them":     func(c *broker.MemberConfig) { c.Peers = []string{"127.0.0.1:6222"} },
		"want host:port":                func(c *broker.MemberConfig) { c.Listen = "localhost" },
		"want a port from 0 to 65535":   func(c *broker.MemberConfig) { c.Listen = "127.0.0.1:66666" },
		"none.conf, which says who may": func(c *broker.MemberConfig) { c.Auth = "none.conf" },
	} {
		cfg := good
		change(&cfg)
		m, err := broker.OpenMember(testContext(t), cfg)
		if err == nil {
			_ = m.Close(context.Background())
			t.Errorf("%+v was accepted", cfg)
			continue
		}
		if !strings.Contains(err.Error(), reason) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q, want one line with %q", err, reason)
		}
	}
	alone := openMember(t, good)
	if alone.ClusterAddr() != "" || !strings.HasPrefix(alone.URL(), "nats://127.0.0.1:") {
		t.Errorf("it is at %q for clients and %q for members", alone.URL(), alone.ClusterAddr())
	}
	if _, err := broker.OpenMember(testContext(t), good); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("the directory of a member that runs was opened: %v", err)
	}
}
