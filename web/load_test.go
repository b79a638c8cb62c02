package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// BenchmarkPages asks for the pages of a run of VIGNETTE_EPISODES episodes (2,000 unless it says otherwise) and of an episode of 400 turns,
// over a loopback connection. An operation is a page, read to its end; first-ms is until its first byte, bytes is what came. What is asked
// for first, before the run was ever folded for a page, is told apart.
func BenchmarkPages(b *testing.B) {
	h := build(b, false)
	run := h.play(four(b, 4), episodes(b), nil)
	long := h.play(four(b, 400), 1, nil)
	if got := h.must(h.as("").ask("GET", "/episodes/"+h.episodes[long], ""), 200).body; strings.Count(got, `id="turn-`) != 400 {
		b.Fatalf("the long episode shows %d turns, want 400", strings.Count(got, `id="turn-`))
	}
	last := (episodes(b) + 49) / 50
	for _, page := range []struct{ name, path string }{
		{"run/first", "/runs/" + run}, {"run/again", "/runs/" + run}, {"episodes/first", "/runs/" + run + "/episodes"}, {"episodes/last", "/runs/" + run + "/episodes?page=" + strconv.Itoa(last)},
		{"episodes/best", "/runs/" + run + "/episodes?order=best"}, {"runs", "/runs"}, {"episode/400-turns", "/episodes/" + h.episodes[long]}, {"episode/400-turns-private", "/episodes/" + h.episodes[long] + "?private=1"},
	} {
		b.Run(page.name, func(b *testing.B) {
			var first time.Duration
			var size int64
			for b.Loop() {
				begun := time.Now()
				response, err := http.Get(h.url + page.path)
				if err != nil {
					b.Fatal(err)
				}
				body := bufio.NewReader(response.Body)
				if _, err := body.Peek(1); err != nil || response.StatusCode != http.StatusOK {
					b.Fatalf("%s: %d %v", page.path, response.StatusCode, err)
				}
				first = time.Since(begun)
				if size, err = io.Copy(io.Discard, body); err != nil {
					b.Fatal(err)
				}
				response.Body.Close()
			}
			b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
			b.ReportMetric(float64(size), "bytes")
		})
	}
	http.DefaultClient.CloseIdleConnections()
}

// BenchmarkOpenPages holds 300 live pages open, a third of them on the list of runs, a third on one session of practice and a third on a session each, and
// says what memory the process takes for them, both ends of each connection in it: growth of heap and stacks after a collection.
func BenchmarkOpenPages(b *testing.B) {
	const open = 300
	h := build(b, false)
	one := h.begin(h.as(""), `{"library": "ask-for-leave"}`)
	paths := make([]string, open)
	for i := range paths {
		switch i % 3 {
		case 0:
			paths[i] = "/runs/live"
		case 1:
			paths[i] = "/practice/" + one.Session + "/live"
		default:
			paths[i] = "/practice/" + h.begin(h.as(""), `{"library": "ask-for-leave"}`).Session + "/live"
		}
	}
	for b.Loop() {
		before := inUse()
		pages := make([]net.Conn, 0, open)
		for _, path := range paths {
			pages = append(pages, h.follow(path))
		}
		grown := inUse() - before
		for _, page := range pages {
			page.Close()
		}
		b.ReportMetric(float64(grown)/(1<<20), "MiB")
		b.ReportMetric(float64(grown)/open/(1<<10), "KiB/page")
	}
}

// follow opens a live page on a connection of its own, and returns once its first event has come.
func (h *house) follow(path string) net.Conn {
	h.t.Helper()
	address := strings.TrimPrefix(h.url, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		h.t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, address)
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "event: ") {
			return conn
		}
	}
	h.t.Fatalf("%s tells nothing", path)
	return nil
}

// inUse is the memory that heap and stacks take once what is garbage is gone.
func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

func episodes(b *testing.B) int {
	text := os.Getenv("VIGNETTE_EPISODES")
	if text == "" {
		return 2000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("VIGNETTE_EPISODES is %q, not a number of episodes", text)
	}
	return n
}

// four is the scenario of examples/scale, with another number of turns.
func four(b *testing.B, turns int32) *vignettev1.Scenario {
	b.Helper()
	scenario := short(b)
	scenario.Stop.MaxTurns = turns
	return scenario
}
