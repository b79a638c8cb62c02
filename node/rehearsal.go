package node

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"

	"github.com/nats-io/nuid"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/models"
)

// OpenRehearsal opens a node that keeps nothing and asks nobody: in place of every endpoint that the settings describe, a
// scripted one answers, in this process. Roles, judges, prompts, prices and books are the true ones, so what is played on
// it shows what the same would take. Where no endpoint is described, one without a key is taken to be there.
func OpenRehearsal(ctx context.Context, config Config, settingsFile string) (*Node, error) {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	settings, err := models.Load(settingsFile, os.Getenv)
	if err == nil && len(settings.Endpoints) == 0 {
		settings, err = models.Load(settingsFile, imagined)
	}
	if err != nil {
		return nil, err
	}
	b, err := broker.OpenTemporary(ctx, broker.Config{Namespace: config.Namespace, Logger: config.Logger})
	if err != nil {
		return nil, err
	}
	n, err := newNode(ctx, config, b)
	if err != nil {
		return nil, err
	}
	if err := n.rehearse(ctx, settings); err != nil {
		_ = n.Close(context.WithoutCancel(ctx)) // What kept it from opening is what matters.
		return nil, err
	}
	return n, nil
}

// imagined is an environment in which there is an endpoint. Nobody connects to it.
func imagined(name string) string {
	if name == models.BaseURLVariable {
		return "http://rehearsal.invalid/v1"
	}
	return os.Getenv(name)
}

func (n *Node) rehearse(ctx context.Context, settings *models.Settings) error {
	log, err := n.gatewayLog(ctx)
	if err != nil {
		return err
	}
	n.gateway, err = models.New(models.Config{
		Settings: settings, Log: log, NewID: nuid.Next, Transport: onPremises{scripted.New(scripted.Config{LooseSchemas: true})},
	})
	if err != nil {
		return err
	}
	if err := n.serveGateway(ctx); err != nil {
		return err
	}
	if err := n.HostBuiltin(ctx); err != nil {
		return err
	}
	return n.hostModelMinds(ctx)
}

// onPremises carries requests to a handler in this process.
type onPremises struct{ handler http.Handler }

// RoundTrip implements [http.RoundTripper].
func (o onPremises) RoundTrip(request *http.Request) (*http.Response, error) {
	answer := &recorded{header: http.Header{}, status: http.StatusOK}
	o.handler.ServeHTTP(answer, request)
	return &http.Response{
		Status: http.StatusText(answer.status), StatusCode: answer.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.header, Body: io.NopCloser(&answer.body), ContentLength: int64(answer.body.Len()), Request: request,
	}, nil
}

// recorded is a response that is being written.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorded) Header() http.Header         { return r.header }
func (r *recorded) WriteHeader(status int)      { r.status = status }
func (r *recorded) Write(p []byte) (int, error) { return r.body.Write(p) }
func (r *recorded) Flush()                      {}
