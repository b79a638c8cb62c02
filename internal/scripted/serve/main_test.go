package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	read, write := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"--seed", "1", "--models", "a,b", "--stall", "1"}, write, io.Discard)
		write.CloseWithError(err)
		done <- err
	}()
	out := bufio.NewReader(read)
	url, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url = strings.TrimSpace(url)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	resp, err := client.Get(url + "/models")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if !strings.Contains(string(body), `"id":"b"`) {
		t.Errorf("%s has models %s", url, body)
	}
	// A request that stalls does not hold up the end.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/chat/completions", strings.NewReader(`{"model":"b","stream":true,"messages":[{"role":"user","content":"x"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	connected := make(chan struct{})
	r.Body = &notified{r.Body, connected}
	go func() {
		defer close(ended)
		if resp, err := client.Do(r); err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}()
	<-connected
	interrupt()
	var stats map[string]any
	if err := json.NewDecoder(out).Decode(&stats); err != nil {
		t.Fatal(err)
	}
	if _, ok := stats["questions_answered_again"]; !ok || stats["questions"] != nil {
		t.Errorf("%v", stats)
	}
	io.Copy(io.Discard, out)
	if err := <-done; err != nil {
		t.Error(err)
	}
	<-ended
}

// notified tells when a body has been read to its end.
type notified struct {
	io.ReadCloser
	read chan struct{}
}

func (n *notified) Close() error {
	select {
	case <-n.read:
	default:
		close(n.read)
	}
	return n.ReadCloser.Close()
}

func TestParse(t *testing.T) {
	o, err := parse([]string{"--rate-limit", "0.05", "--latency", "50ms", "--structured", "none", "--questions", "--loose-schemas"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.config.Faults.RateLimit != 0.05 || o.config.Latency.Milliseconds() != 50 || o.config.Structured != "none" || !o.questions || !o.config.LooseSchemas {
		t.Errorf("%+v", o)
	}
	for _, args := range [][]string{{"--cut", "2"}, {"--structured", "xml"}, {"rest"}, {"--no-such-flag"}} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
	if _, err := parse([]string{"--help"}, io.Discard); err != flag.ErrHelp {
		t.Errorf("%v", err)
	}
}

func TestListenStaysOnLoopback(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0"} {
		if l, err := listen(addr); err == nil {
			l.Close()
			t.Errorf("listens on %s", addr)
		}
	}
}
