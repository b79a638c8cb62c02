// Command serve runs a scripted model endpoint as a process of its own, for tests and measurements that must not share one
// with what they test. Its first line on stdout is the endpoint's URL; at the end, on SIGINT or SIGTERM, it prints the
// endpoint's statistics as JSON. It listens on loopback only.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/vignette-sim/vignette/internal/scripted"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	addr      string
	questions bool
	config    scripted.Config
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var models string
	c := &o.config
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.addr, "addr", "127.0.0.1:0", "loopback `address` to listen on")
	flags.BoolVar(&o.questions, "questions", false, "tell of each question how often it came, in the statistics")
	flags.Uint64Var(&c.Seed, "seed", 0, "what all chance hangs on")
	flags.StringVar(&models, "models", "", "`names` of the models there are, with commas between; empty for any")
	flags.StringVar(&c.Key, "key", "", "key that is asked for; empty for any or none")
	flags.DurationVar(&c.Latency, "latency", 0, "time before the first byte of an answer, within 20% either way")
	flags.DurationVar(&c.Pace, "pace", 0, "time between two chunks of a stream")
	flags.IntVar(&c.ContextTokens, "context-tokens", 0, "largest prompt and answer together; 0 for no limit")
	flags.IntVar(&c.RequestsPerMinute, "requests-per-minute", 0, "requests in any minute; 0 for no limit")
	flags.DurationVar(&c.RetryAfter, "retry-after", 0, "what an injected 429 asks to wait; 0 for 20ms")
	flags.StringVar(&c.Structured, "structured", "json_schema", "json_schema, json_object, none or ignored")
	flags.BoolVar(&c.LooseSchemas, "loose-schemas", false, "drop the conditions on strict schemas")
	flags.BoolVar(&c.Reasoning, "reasoning", false, "show reasoning beside the answer")
	flags.StringVar(&c.ReasoningField, "reasoning-field", "reasoning_content", "reasoning_content or reasoning")
	flags.IntVar(&c.Dimensions, "dimensions", 0, "dimensions of an embedding; 0 for 256")
	for _, fault := range []struct {
		name string
		p    *float64
	}{
		{"rate-limit", &c.Faults.RateLimit}, {"rate-limit-bare", &c.Faults.RateLimitBare}, {"server-error", &c.Faults.ServerError},
		{"bad-gateway", &c.Faults.BadGateway}, {"stream-error", &c.Faults.StreamError}, {"malformed", &c.Faults.Malformed},
		{"wrong-schema", &c.Faults.WrongSchema}, {"cut", &c.Faults.Cut}, {"stall", &c.Faults.Stall}, {"refusal", &c.Faults.Refusal},
		{"filter", &c.Faults.Filter}, {"empty", &c.Faults.Empty}, {"length", &c.Faults.Length},
	} {
		flags.Float64Var(fault.p, fault.name, 0, "`probability` of this fault, 0..1")
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag", flags.Arg(0))
	}
	if models != "" {
		c.Models = strings.Split(models, ",")
	}
	return o, c.Check()
}

// listen listens on loopback, and nowhere else.
func listen(addr string) (net.Listener, error) {
	at, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, err
	}
	if !at.IP.IsLoopback() {
		return nil, fmt.Errorf("%s is not on loopback", addr)
	}
	return net.ListenTCP("tcp", at)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	listener, err := listen(o.addr)
	if err != nil {
		return err
	}
	endpoint := scripted.New(o.config)
	server := &http.Server{Handler: endpoint, ReadHeaderTimeout: 10 * time.Second}
	fmt.Fprintf(stdout, "http://%s/v1\n", listener.Addr())
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	endpoint.Close()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if server.Shutdown(last) != nil {
		server.Close() // a client that does not read is not waited for
	}
	<-served
	return report(stdout, endpoint.Stats(), o.questions)
}

// report prints statistics; of the questions only how many there were and how many were answered again, unless all are
// asked for.
func report(out io.Writer, stats scripted.Stats, questions bool) error {
	summary := struct {
		scripted.Stats
		Distinct      int `json:"distinct_questions"`
		AnsweredAgain int `json:"questions_answered_again"`
	}{stats, len(stats.Questions), len(stats.AnsweredAgain())}
	if !questions {
		summary.Questions = nil
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(summary)
}
