package models_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	openai "github.com/sashabaranov/go-openai"

	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/broker/natsrpc"
	"github.com/vignette-sim/vignette/internal/scripted"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// BenchmarkGateway asks a scripted endpoint in another process by a bare loop over go-openai (the floor), and through the gateway
// as minds do, with every answer put on record and every call in the books: in the gateway's process, as in a run, and in another
// one, over the wire.
//
//	go test -run '^$' -bench Gateway -benchtime 10000x ./models
func BenchmarkGateway(b *testing.B) {
	for _, load := range []struct {
		concurrency int
		latency     time.Duration
	}{{100, 50 * time.Millisecond}, {500, 500 * time.Millisecond}} {
		name := fmt.Sprintf("concurrency=%d/latency=%s", load.concurrency, load.latency)
		url := serveElsewhere(b, load.latency)
		b.Run(name+"/floor", func(b *testing.B) {
			config := openai.DefaultConfig("")
			config.BaseURL = url
			config.HTTPClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: load.concurrency}}
			client := openai.NewClientWithConfig(config)
			pour(b, load.concurrency, func(i int) error {
				_, err := client.CreateChatCompletion(context.Background(), openai.ChatCompletionRequest{
					Model: "m", Messages: []openai.ChatCompletionMessage{{Role: "system", Content: persona}, {Role: "user", Content: question(i)}},
				})
				return err
			})
		})
		ways := []struct {
			name string
			way  []acquaintance
		}{{"gateway", []acquaintance{(*natsrpc.Client).Shortcut}}, {"gateway over the wire", nil}}
		for _, w := range ways {
			b.Run(name+"/"+w.name, func(b *testing.B) {
				h := open(b, scripted.Config{})
				h.log = indexed(b, h)
				models := h.serve(b, &vignettev1.Endpoint{
					BaseUrl: url, Limits: &vignettev1.EndpointLimits{Start: int32(load.concurrency), Concurrency: int32(load.concurrency)},
				}, w.way...)
				pour(b, load.concurrency, func(i int) error {
					_, err := models.Complete(context.Background(), &vignettev1.CompleteRequest{
						Model: "m", Account: &vignettev1.ModelAccount{Run: "r", Episode: fmt.Sprint("e", i%100), Sample: &vignettev1.ModelSample{Seed: uint64(b.N)}},
						Messages: []*vignettev1.ChatMessage{
							{Role: vignettev1.ChatRole_CHAT_ROLE_SYSTEM, Content: persona},
							{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: question(i)},
						},
					})
					return err
				})
			})
		}
	}
}

// indexed is the log that a gateway has beside its server.
func indexed(b *testing.B, h *house) calllog.Log {
	b.Helper()
	conn, err := h.broker.Connect(context.Background(), "gateway", nats.NoEcho())
	if err != nil {
		b.Fatal(err)
	}
	log, err := calllog.OpenIndexed(context.Background(), conn, calllog.Config{Namespace: h.broker.Namespace()})
	if err != nil {
		b.Fatal(err)
	}
	return log
}

// persona is a prompt of the size that a role's has.
var persona = strings.Repeat("You are Ruth Amadi, a teacher, and you do not sleep well these days. ", 30)

func question(i int) string { return fmt.Sprintf("Question %d: how was your week?", i) }

// pour makes b.N calls, so many at a time, and reports what they took of this process.
func pour(b *testing.B, concurrency int, call func(int) error) {
	b.Helper()
	debug.FreeOSMemory() // what came before is not ours
	stop, peak := watchMemory(b)
	before, begun := cpu(b), time.Now()
	var next atomic.Int64
	var wait sync.WaitGroup
	b.ResetTimer()
	for range min(concurrency, b.N) {
		wait.Go(func() {
			for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
				if err := call(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	elapsed, used := time.Since(begun), cpu(b)-before
	stop()
	b.ReportMetric(float64(b.N)/elapsed.Seconds(), "calls/s")
	b.ReportMetric(float64(used.Microseconds())/float64(b.N), "cpu-us/call")
	b.ReportMetric(float64(peak.Load())/(1<<20), "peak-RSS-MiB")
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// watchMemory follows how much of the machine's memory this process has, in bytes, until stopped.
func watchMemory(b *testing.B) (stop func(), peak *atomic.Int64) {
	b.Helper()
	peak, done, over := &atomic.Int64{}, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			peak.Store(max(peak.Load(), resident()))
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-over }, peak
}

// resident is the size of this process in memory, 0 where the system does not tell.
func resident() int64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(data), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// serveElsewhere runs a scripted endpoint in a process of its own and returns its base URL.
func serveElsewhere(b *testing.B, latency time.Duration) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), "serve")
	build := exec.Command("go", "build", "-o", program, "../internal/scripted/serve")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		b.Fatal(err)
	}
	server := exec.Command(program, "--addr", "127.0.0.1:0", "--latency", latency.String())
	out, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(line)
}
