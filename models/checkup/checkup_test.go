package checkup_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/internal/scripted/scriptedtest"
	"github.com/vignette-sim/vignette/models/checkup"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const canary = "sk-canary-42"

// look returns what was found, a line per check, and all that was said.
func look(t *testing.T, s checkup.Subject) (found []string, said string, effort checkup.Effort) {
	t.Helper()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	s.Name, s.Key, s.Transport = "e", canary, transport
	effort = checkup.Run(context.Background(), s, func(f checkup.Finding) {
		found = append(found, f.Check+" "+string(f.Status))
		said += f.Detail + "\n" + f.Mend + "\n"
	})
	return found, said, effort
}

func TestRun(t *testing.T) {
	known := func(e *vignettev1.Endpoint) {
		e.Models = map[string]*vignettev1.ModelSettings{"m": {InputPrice: proto.Float64(1), OutputPrice: proto.Float64(2), ContextTokens: 8000}}
		e.Capabilities = &vignettev1.EndpointCapabilities{Seed: proto.Bool(true)}
		e.Limits = &vignettev1.EndpointLimits{RequestsPerMinute: 100}
	}
	good := []string{"reach ok", "models ok", "answer ok", "usage ok", "sampling ok", "stream ok", "form ok", "logprobs ok", "seed ok", "limits ok", "price ok", "context ok"}
	for _, test := range []struct {
		name   string
		script scripted.Config
		change func(*vignettev1.Endpoint)
		model  string
		want   []string
		says   []string
	}{
		{"all well", scripted.Config{Models: []string{"m"}, Key: canary}, known, "", good, nil},
		{"nothing configured", scripted.Config{Models: []string{"m"}}, nil, "", []string{
			"reach ok", "models ok", "answer ok", "usage ok", "sampling ok", "stream ok", "form ok", "logprobs ok", "seed note", "limits note", "price note", "context note",
		}, []string{`models: {"m": {input_price: N`, "capabilities: {seed: true}", "requests_per_minute: "}},
		{"JSON only", scripted.Config{Structured: "json_object"}, known, "m", with(good, "models note", "form note"), []string{"structured: json_object"}},
		{"no form at all", scripted.Config{Structured: "none"}, known, "m", with(good, "models note", "form note"), []string{"structured: none"}},
		{"a form that is not heeded", scripted.Config{Structured: "ignored"}, known, "m", with(good, "models note", "form note"), nil},
		{"shown reasoning", scripted.Config{Reasoning: true, Models: []string{"m"}}, known, "", []string{
			"reach ok", "models ok", "answer ok", "usage ok", "reasoning ok", "sampling ok", "stream ok", "form ok", "logprobs ok", "seed ok", "limits ok", "price ok", "context ok",
		}, []string{"reasoning_content"}},
		{"a reasoning model", scripted.Config{Models: []string{"o3-mini"}}, nil, "", []string{
			"reach ok", "models ok", "bound note", "answer ok", "usage ok", "sampling ok", "stream ok", "form ok", "logprobs note", "seed note", "limits note", "price note", "context note",
		}, []string{"max_completion_tokens", "by its name"}},
		{"a model that is not there", scripted.Config{Models: []string{"m"}}, nil, "other", []string{"reach ok", "models note", "answer problem", "price note", "context note"}, []string{"choose another model"}},
		{"a wrong key", scripted.Config{Key: "another"}, nil, "m", []string{"reach ok", "key problem", "price note", "context note"}, []string{"key_variable"}},
		{"a broken gateway", scripted.Config{Faults: scripted.Faults{BadGateway: 1}}, nil, "m", []string{"reach ok", "models note", "answer problem", "price note", "context note"}, []string{"HTTP 502"}},
		{"turned away", scripted.Config{Faults: scripted.Faults{RateLimit: 1}}, nil, "m", []string{"reach ok", "models note", "answer problem", "price note", "context note"}, []string{"HTTP 429"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			endpoint := scriptedtest.Start(t, test.script)
			settings := &vignettev1.Endpoint{BaseUrl: endpoint.URL()}
			if test.change != nil {
				test.change(settings)
			}
			found, said, effort := look(t, checkup.Subject{Settings: settings, Model: test.model})
			if diff := cmp.Diff(test.want, found); diff != "" {
				t.Errorf("-want +got:\n%s\n%s", diff, said)
			}
			for _, text := range test.says {
				if !strings.Contains(said, text) {
					t.Errorf("%q is not said in:\n%s", text, said)
				}
			}
			if strings.Contains(said, canary) {
				t.Error("the key is told")
			}
			if effort.Calls < 1 {
				t.Errorf("effort %+v", effort)
			}
		})
	}
}

// with is a list with other findings in place of those of the same checks.
func with(list []string, other ...string) []string {
	out := append([]string{}, list...)
	for _, finding := range other {
		check, _, _ := strings.Cut(finding, " ")
		for i, f := range out {
			if strings.HasPrefix(f, check+" ") {
				out[i] = finding
			}
		}
	}
	return out
}

func TestNotReached(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	expired := httptest.NewUnstartedServer(http.NotFoundHandler())
	expired.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(t, time.Now().Add(-time.Hour))}}
	expired.Config.ErrorLog = log.New(io.Discard, "", 0) // that it is refused is what is wanted
	expired.StartTLS()
	t.Cleanup(expired.Close)
	for url, want := range map[string]string{
		"http://" + address + "/v1":   "nothing listens there",
		"http://host.invalid/v1":      "no host",
		expired.URL + "/v1":           "certificate",
		"http://me:pass@127.0.0.1:1/": "nothing listens there",
	} {
		found, said, _ := look(t, checkup.Subject{Settings: &vignettev1.Endpoint{BaseUrl: url}})
		if len(found) != 1 || found[0] != "reach problem" || !strings.Contains(said, want) || strings.Contains(said, "pass@") {
			t.Errorf("%s: %v: %s", url, found, said)
		}
	}
}

func certificate(t *testing.T, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: until.Add(-time.Hour), NotAfter: until, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
