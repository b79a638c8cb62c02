package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/vignette-sim/vignette/internal/loopback"
	"github.com/vignette-sim/vignette/internal/unreliable"
)

// ensemble is a cluster of three servers in processes of their own, each behind a network that can be made bad.
type ensemble struct {
	t       *testing.T
	field   *battlefield
	servers []*memberProcess
	conn    *nats.Conn // to the servers themselves
}

// memberProcess is one server of the cluster.
type memberProcess struct {
	args  []string
	proxy *unreliable.Proxy
	url   string
	*fighter
}

// convene starts a cluster for the processes of a battlefield; the directory of the last server may be on a disk of its own.
func convene(b *battlefield, lastDisk string) *ensemble {
	b.t.Helper()
	c := &ensemble{t: b.t, field: b}
	var urls, direct []string
	addresses := loopback.Addresses(b.t, 6)
	peers := addresses[:3]
	for i, listen := range addresses[3:] {
		name := fmt.Sprintf("server-%d", i)
		proxy, err := unreliable.Listen(listen, `"stream":"vignette-log"`)
		if err != nil {
			b.t.Fatal(err)
		}
		b.t.Cleanup(func() { _ = proxy.Close() }) // the listener is closed, or the test has failed before
		dir := filepath.Join(b.p.dir, name)
		if i == 2 && lastDisk != "" {
			dir = filepath.Join(lastDisk, name)
		}
		c.servers = append(c.servers, &memberProcess{proxy: proxy, url: "nats://" + listen, args: []string{
			"broker", "--name", name, "--data", dir, "--listen", listen, "--advertise", proxy.Addr(), "--cluster", peers[i],
			"--peers", strings.Join(peers, ","), "--json",
		}})
		urls, direct = append(urls, proxy.Addr()), append(direct, listen)
	}
	var ready []func()
	for _, s := range c.servers {
		ready = append(ready, c.launch(s))
	}
	for _, wait := range ready {
		wait()
	}
	b.p.env = append(b.p.env, "VIGNETTE_NATS="+strings.Join(urls, ","))
	var err error
	if c.conn, err = nats.Connect(strings.Join(direct, ","), nats.MaxReconnects(-1), nats.IgnoreDiscoveredServers(), nats.ReconnectWait(50*time.Millisecond)); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(c.conn.Close)
	return c
}

// launch starts a server; the returned function waits until it takes part.
func (c *ensemble) launch(s *memberProcess) (ready func()) {
	c.t.Helper()
	out := &lockedText{}
	f := c.field.start(out, s.args...)
	s.fighter = f
	return func() {
		c.t.Helper()
		for !strings.Contains(out.String(), `"type":"ready"`) {
			if f.isOver() {
				c.t.Fatalf("a server ended: %s", f.said.String())
			}
			time.Sleep(20 * time.Millisecond) // it says so when it is
		}
	}
}

// ask asks the cluster until it answers: it may be finding a leader.
func (c *ensemble) ask(question func(context.Context, jetstream.JetStream) bool) {
	c.t.Helper()
	js, err := jetstream.New(c.conn)
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	once := func() bool {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second) // a question may be lost with whoever was to answer it
		defer cancel()
		return question(ctx, js)
	}
	for !once() {
		if ctx.Err() != nil {
			c.t.Fatal("the cluster does not answer")
		}
		time.Sleep(50 * time.Millisecond) // an election takes as long as it takes
	}
}

// leader is the server that leads the log, and one that does not.
func (c *ensemble) leader() (leads, follows *memberProcess) {
	name := ""
	c.ask(func(ctx context.Context, js jetstream.JetStream) bool {
		stream, err := js.Stream(ctx, "vignette-log")
		if err == nil && stream.CachedInfo().Cluster != nil {
			name = stream.CachedInfo().Cluster.Leader
		}
		return name != ""
	})
	for _, s := range c.servers {
		if s.args[2] == name {
			leads = s
		} else {
			follows = s
		}
	}
	if leads == nil {
		c.t.Fatalf("nobody is called %q", name)
	}
	return leads, follows
}

// whole waits until every copy of every stream is as new as the others, so that the next server may be lost.
func (c *ensemble) whole() {
	c.t.Helper()
	missing := ""
	defer func() {
		if c.t.Failed() {
			c.t.Log(missing)
		}
	}()
	c.ask(func(ctx context.Context, js jetstream.JetStream) bool {
		n := 0
		lister := js.ListStreams(ctx)
		for info := range lister.Info() {
			n++
			if info.Cluster == nil || info.Cluster.Leader == "" || len(info.Cluster.Replicas) != 2 {
				missing = fmt.Sprintf("%s: %+v", info.Config.Name, info.Cluster)
				return false
			}
			for _, r := range info.Cluster.Replicas {
				if !r.Current {
					missing = fmt.Sprintf("%s: %+v", info.Config.Name, r)
					return false
				}
			}
		}
		if err := lister.Err(); err != nil {
			missing = err.Error()
			return false
		}
		return n > 0
	})
}

// replace kills a server and starts it again.
func (c *ensemble) replace(s *memberProcess, what string) {
	c.field.fault("kill -9 of "+what, func() {
		_ = s.cmd.Process.Kill()
		<-s.ended
		c.launch(s)()
		c.whole()
	})
}

// badness is how long a network is bad.
const badness = 700 * time.Millisecond

func (c *ensemble) cut() {
	s := c.servers[c.field.chance.IntN(3)]
	c.field.fault("network cut", func() { s.proxy.Cut() })
}

func (c *ensemble) delay() {
	c.field.fault("network delays by 300 ms", func() {
		for _, s := range c.servers {
			s.proxy.Delay(300 * time.Millisecond)
		}
		time.Sleep(badness) // the fault is that it lasts
		for _, s := range c.servers {
			s.proxy.Delay(0)
		}
	})
}

func (c *ensemble) repeat() {
	c.field.fault("network delivers twice", func() {
		for _, s := range c.servers {
			s.proxy.Repeat(true)
		}
		time.Sleep(badness) // the fault is that it lasts
		for _, s := range c.servers {
			s.proxy.Repeat(false)
		}
	})
}

// forget loses the acknowledgements of what was written to the log, and then the connections.
func (c *ensemble) forget() {
	c.field.fault("network loses acknowledgements, then the connections", func() {
		for _, s := range c.servers {
			s.proxy.Lose(true)
		}
		// It is no fault until it has struck: while nothing is being written there is nothing to lose.
		before, begun := c.lost(), time.Now()
		for time.Since(begun) < badness || c.lost() == before && time.Since(begun) < strikes {
			time.Sleep(50 * time.Millisecond) // until it has lasted and struck
		}
		for _, s := range c.servers {
			s.proxy.Cut()
			s.proxy.Lose(false)
		}
	})
}

// strikes bounds the wait for a write whose acknowledgement can be lost: the run may have ended.
const strikes = 10 * time.Second

// lost is how many acknowledgements the network has lost so far.
func (c *ensemble) lost() (n int) {
	for _, s := range c.servers {
		n += s.proxy.Stats().Lost
	}
	return n
}

// disk is a file system with an end.
type disk struct {
	dir  string
	grow func(size string)
}

// fill leaves the last server no room, for a while, and then starts it again with room.
func (c *ensemble) fill(d disk) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &fs); err != nil {
		c.t.Fatal(err)
	}
	used := (fs.Blocks - fs.Bfree) * uint64(fs.Bsize)
	s := c.servers[2]
	c.field.fault("disk of a server full for 2 s", func() {
		d.grow(fmt.Sprint(used + 4<<10))
		time.Sleep(2 * time.Second) // for what is written meanwhile to find no room
		if err := syscall.Statfs(d.dir, &fs); err != nil {
			c.t.Fatal(err)
		}
		if left := fs.Bfree * uint64(fs.Bsize); left > 0 {
			c.t.Logf("%d bytes were left on the disk: nothing was to be written in that time", left)
		}
		d.grow(roomy)
		_ = s.cmd.Process.Kill()
		<-s.ended
		c.launch(s)()
		c.whole()
	})
}

// roomy is how large the small disk is when it is not full; memory is used for what is on it alone.
const roomy = "900m"

// Whatever happens to the processes, servers, disks and networks of a cluster, in the end it is as if nothing had.
func TestClusterFaults(t *testing.T) {
	n := kills(t)
	t.Parallel()
	design := faulted(n)
	want := undisturbed(t, design)
	b := newBattlefield(t, uint64(n))
	dir, grow, err := mountSmall(t, roomy)
	if err != nil {
		t.Logf("SKIPPED in part: no disk runs full, for no small file system can be mounted here, which needs root: %v", err)
	}
	small := disk{dir, grow}
	c := convene(b, small.dir)
	b.begun = time.Now()
	b.fight(design)
	c.whole()
	others := []func(){
		c.cut, c.delay, c.repeat, c.forget,
		func() { _, s := c.leader(); c.replace(s, "a server that follows") },
		func() { s, _ := c.leader(); c.replace(s, "the server that leads the log") },
	}
	if small.dir != "" {
		others = append(others, func() { c.fill(small) })
	}
	for done, rounds := 0, max(1, n/40); done < n; {
		b.chance.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
		for _, do := range others {
			if b.late() {
				done = n
				break
			}
			b.between()
			do()
			done++
			for range max(0, n/rounds-len(others)) / len(others) {
				b.between()
				b.killSomebody()
				done++
			}
		}
	}
	lost := c.lost()
	b.done["acknowledgements of appends to the log that were lost"] = lost
	b.verdict(want)
	if lost == 0 {
		t.Error("no acknowledgement was lost")
	}
}
