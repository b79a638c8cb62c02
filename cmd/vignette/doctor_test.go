package main

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/internal/scripted/scriptedtest"
)

var update = flag.Bool("update", false, "write golden files anew")

// What differs from one machine, or one moment, to the next.
var moving = []struct {
	what *regexp.Regexp
	is   string
}{
	{regexp.MustCompile(`vignette 0\.[^,]*, go[^,]*, [a-z0-9]+/[a-z0-9]+`), "VERSION"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "ADDRESS"},
	{regexp.MustCompile(`\b\d+(\.\d+)?m?s\b`), "TIME"},
	{regexp.MustCompile(`data {6}[^;]*?\.vignette\s+will\s+be\s+made\s+by\s+the\s+first\s+run(;\s+[0-9.]+\s+GiB\s+free)?`), "data      DIR will be made by the first run"},
	{regexp.MustCompile(`/\S*/\.vignette\s+will\s+be\s+made\s+by\s+the\s+first\s+run(;\s+[0-9.]+\s+GiB\s+free)?`), "DIR will be made by the first run"},
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	for _, m := range moving {
		got = m.what.ReplaceAllString(got, m.is)
	}
	file := filepath.Join("testdata", "doctor", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want +got:\n%s", name, diff)
	}
}

func TestDoctorGolden(t *testing.T) {
	for _, test := range []struct {
		name   string
		script scripted.Config
		more   string // lines of the endpoint
		args   []string
		code   int
	}{
		{"good", scripted.Config{Models: []string{"tiny", "vectors"}, Dimensions: 8},
			"    capabilities: {seed: true}\n    limits: {requests_per_minute: 100}\n    models:\n      tiny: {input_price: 1, output_price: 2, context_tokens: 32000}\n", []string{"--embed", "vectors"}, exitDone},
		{"bare", scripted.Config{Models: []string{"tiny"}, Structured: "json_object"}, "", nil, exitDone},
		{"thinker", scripted.Config{Models: []string{"o3-mini"}, Reasoning: true}, "", nil, exitDone},
		{"key", scripted.Config{Models: []string{"tiny"}, Key: "another"}, "    key_variable: DOCTOR_KEY\n", nil, exitFailed},
		{"gateway", scripted.Config{Faults: scripted.Faults{BadGateway: 1}}, "", []string{"--model", "local/tiny"}, exitFailed},
		{"mistakes", scripted.Config{}, "    base_urll: x\n    limits: {concurrency: -1}\n", nil, exitFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, endpoint := newProgram(t), scriptedtest.Start(t, test.script)
			p.write("vignette.yaml", fmt.Sprintf("endpoints:\n  local:\n    base_url: %s\n%s", endpoint.URL(), test.more))
			for extension, args := range map[string][]string{"txt": nil, "ndjson": {"--json"}} {
				stdout, stderr, code := p.run(append(append([]string{"doctor"}, test.args...), args...)...)
				if code != test.code || stderr != "" {
					t.Errorf("exit %d: %s", code, stderr)
				}
				golden(t, test.name+"."+extension, stdout)
			}
		})
	}
	t.Run("nothing", func(t *testing.T) {
		p := newProgram(t)
		golden(t, "nothing.txt", p.must("doctor"))
		golden(t, "nothing.ndjson", p.must("doctor", "--json"))
	})
}

func (p *program) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// An endpoint that says back whatever it is sent does not bring the key to the terminal.
func TestDoctorTellsNoSecret(t *testing.T) {
	const key, password = "sk-canary/+=42", "s3cretpw"
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":{"message":"I got %s and %s"}}`, r.Header.Get("Authorization"), password)
	})}
	address := serveTest(t, server)
	for _, args := range [][]string{{"doctor", "--model", "m"}, {"doctor", "--model", "m", "--json"}} {
		cmd := newProgram(t).command(args...)
		cmd.Env = append(cmd.Env, "OPENAI_API_KEY="+key, "OPENAI_BASE_URL=http://me:"+password+"@"+address+"/v1")
		told, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(told, []byte("I got")) {
			t.Errorf("%v: %v\n%s", args, err, told)
		}
		for _, secret := range []string{"canary", password} {
			if bytes.Contains(told, []byte(secret)) {
				t.Errorf("%v tells %q:\n%s", args, secret, told)
			}
		}
	}
}

// A checkup can be broken off while an endpoint keeps it waiting. It says so, and nothing that was not found out.
func TestDoctorInterrupted(t *testing.T) {
	asked, end := make(chan struct{}, 1), make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-end:
		}
	})}
	address := serveTest(t, server)
	t.Cleanup(func() { close(end) })
	p := newProgram(t)
	p.write("vignette.yaml", "endpoints:\n  local:\n    base_url: http://"+address+"/v1\n")
	var stdout, stderr bytes.Buffer
	cmd := p.command("doctor")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its exit code tells
	if code := cmd.ProcessState.ExitCode(); code != exitFailed || !strings.Contains(stderr.String(), "interrupted after 1 call") || strings.Contains(stdout.String(), "PROBLEM") {
		t.Errorf("exit %d\n%s%s", code, &stdout, &stderr)
	}
}

func TestDoctorUsage(t *testing.T) {
	p := newProgram(t)
	p.write("vignette.yaml", "endpoints:\n  a: {base_url: \"http://127.0.0.1:1/v1\"}\n  b: {base_url: \"http://127.0.0.1:1/v1\"}\n")
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"doctor", "c"}, "there is no endpoint"},
		{[]string{"doctor", "a", "--model", "b/x"}, "not among those named"},
		{[]string{"doctor", "--model", "x"}, "write NAME/x"},
	} {
		stdout, stderr, code := p.run(test.args...)
		if code != exitUsage || !strings.Contains(stderr, test.says) || strings.Contains(stdout, "endpoint a") {
			t.Errorf("%v: exit %d\n%s%s", test.args, code, stdout, stderr)
		}
	}
}

func TestDoctorData(t *testing.T) {
	p := newProgram(t)
	p.write("file", "")
	p.must("run", "cbt-intake")
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitDone, ".vignette"},
		{[]string{"--data", "file"}, exitFailed, "is not a directory"},
		{[]string{"--data", "deep/er/still"}, exitDone, "will be made by the first run"},
		{[]string{"--nats", "nats://me:s3cretpw@127.0.0.1:1"}, exitDone, "kept on a NATS cluster"},
	} {
		stdout, stderr, code := p.run(append([]string{"doctor"}, test.args...)...)
		if code != test.code || !strings.Contains(stdout, test.says) || strings.Contains(stdout+stderr, "s3cretpw") {
			t.Errorf("%v: exit %d\n%s%s", test.args, code, stdout, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(p.dir, "deep")); !os.IsNotExist(err) {
		t.Errorf("a checkup made a data directory: %v", err)
	}
}

// Who has the data directory open is said, as long as it lives.
func TestDoctorOwner(t *testing.T) {
	p := newProgram(t)
	for pid, open := range map[int]bool{os.Getpid(): true, 1 << 30: false} {
		if err := os.MkdirAll(filepath.Join(p.dir, ".vignette"), 0o700); err != nil {
			t.Fatal(err)
		}
		p.write(".vignette/owner.pid", fmt.Sprintln(pid))
		if page := p.must("doctor"); strings.Contains(page, fmt.Sprintf("open in process %d", pid)) != open {
			t.Errorf("process %d:\n%s", pid, page)
		}
	}
}

// serveTest serves until the test ends, and returns where.
func serveTest(t *testing.T, server *http.Server) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return listener.Addr().String()
}
