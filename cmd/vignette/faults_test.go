package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/mattn/go-runewidth"

	"github.com/vignette-sim/vignette/internal/scripted"
)

// oneError checks that a command said what is wrong in one line, with what helps, and ended with a code.
func oneError(t *testing.T, what, stderr string, code, wantCode int, wants ...string) {
	t.Helper()
	trimmed := strings.TrimSpace(stderr)
	if code != wantCode || strings.Count(trimmed, "\n") != 0 || !strings.HasPrefix(trimmed, "vignette: ") {
		t.Errorf("%s: exit %d, want %d with one line:\n%s", what, code, wantCode, stderr)
	}
	for _, want := range wants {
		if !strings.Contains(stderr, want) {
			t.Errorf("%s: %q is not in: %s", what, want, stderr)
		}
	}
}

// A disk that runs full in the middle of a run costs nothing that was told, and with more room the run goes on.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	disk, grow := smallDisk(t, "2m")
	data := filepath.Join(disk, "data")
	stdout, stderr, code := p.run("run", "--tag", "dear-man", "--repeats", "7", "--json", "--data", data)
	oneError(t, "a full disk", stderr, code, exitFailed, "no room left", "make room", "run --resume")
	told := map[any]any{}
	all := records(t, stdout)
	for _, r := range ofType(all, "episode") {
		told[r["episode"]] = r["turns"]
	}
	grow("64m")
	found := 0
	for _, e := range records(t, p.must("export", "last", "--data", data)) {
		if turns, ok := told[e["episode"]]; ok {
			found++
			if e["phase"] != "completed" || float64(len(e["turns"].([]any))) != turns {
				t.Errorf("episode %v was told with %v turns; it is %v with %d", e["episode"], turns, e["phase"], len(e["turns"].([]any)))
			}
		}
	}
	if found != len(told) || found == 0 {
		t.Fatalf("%d of %d episodes that were told are there", found, len(told))
	}
	done := last(t, p.must("run", "--resume", "last", "--json", "--data", data))
	if counts := done["episodes"].(map[string]any); counts["ok"] != counts["total"] || done["digest"] == "" {
		t.Errorf("after there was room: %v", counts)
	}
	if done["type"] != "done" || all[len(all)-1]["type"] != "done" {
		t.Error("no done record")
	}
}

// A disk on which not even a beginning can be made says so at once.
func TestDiskFullFromTheStart(t *testing.T) {
	p := newProgram(t)
	disk, _ := smallDisk(t, "32k")
	filler, err := os.Create(filepath.Join(disk, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = filler.Write(make([]byte, 4096))
	}
	filler.Close()
	_, stderr, code := p.run("run", "ask-for-leave", "--data", filepath.Join(disk, "data"))
	oneError(t, "no space", stderr, code, exitFailed, "no space left on device", "--data")
}

// A directory that cannot be written to, or is none, is named, with what to do.
func TestUnusableDirectory(t *testing.T) {
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "file"), "x")
	for _, args := range [][]string{{"run", "ask-for-leave"}, {"runs"}, {"restore", "file"}} {
		_, stderr, code := p.run(append(args, "--data", "file")...)
		oneError(t, "a file for a directory", stderr, code, exitFailed, "file")
	}
	disk, readOnly := readOnlyDisk(t)
	p.must("run", "ask-for-leave", "--data", filepath.Join(disk, "data"))
	readOnly()
	for _, args := range [][]string{{"run", "ask-for-leave"}, {"runs"}, {"show", "last"}, {"rm", "last", "--yes"}} {
		_, stderr, code := p.run(append(args, "--data", filepath.Join(disk, "data"))...)
		oneError(t, "read-only", stderr, code, exitFailed, "make it writable", "--data")
	}
	_, stderr, code := p.run("run", "ask-for-leave", "--data", filepath.Join(disk, "another"))
	oneError(t, "read-only, to be made", stderr, code, exitFailed, "make it writable", "--data")
}

// A directory that somebody holds who cannot be joined is named, with what to do.
func TestOccupiedDirectory(t *testing.T) {
	t.Parallel() // it waits, and does nothing
	p := newProgram(t)
	data := filepath.Join(p.dir, ".vignette")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	lock := flock.New(filepath.Join(data, "lock"))
	if held, err := lock.TryLock(); err != nil || !held {
		t.Fatal(held, err)
	}
	defer lock.Close()
	_, stderr, code := p.run("run", "ask-for-leave")
	oneError(t, "occupied", stderr, code, exitFailed, "in use by", "stop that process", "--data")
}

// Endpoints that cannot be used: the run is on record, says why, and can be gone on with.
func TestUnusableEndpoint(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + free.Addr().String() + "/v1"
	free.Close()
	_, keyed := withEndpoint(t, scripted.Config{Key: "the right one"})
	now := time.Now()
	expired, expiredCA := tlsServer(t, now.Add(-48*time.Hour), now.Add(-24*time.Hour))
	early, earlyCA := tlsServer(t, now.Add(24*time.Hour), now.Add(48*time.Hour)) // as one sees it whose clock is in the past
	for _, test := range []struct {
		name, url, ca string
		wants         []string
	}{
		{"unreachable", nobody, "", []string{"connection refused"}},
		{"wrong key", keyed.URL(), "", []string{"key"}},
		{"expired certificate", expired + "/v1", expiredCA, []string{"certificate has expired or is not yet valid"}},
		{"clock in the past", early + "/v1", earlyCA, []string{"certificate has expired or is not yet valid"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t)
			p.env = []string{"OPENAI_API_KEY=wrong", "OPENAI_BASE_URL=" + test.url, "SSL_CERT_FILE=" + test.ca}
			_, stderr, code := p.run("run", "cbt-intake", "--model", "client=tiny", "--json")
			oneError(t, "run", stderr, code, exitFailed, append(test.wants, "doctor' checks the endpoint", "--resume")...)
			if strings.Contains(stderr, "rpc error") || strings.Contains(stderr, "wrong") && test.name != "wrong key" {
				t.Errorf("the line is not for people, or tells the key: %s", stderr)
			}
			episodes := records(t, p.must("export", "last"))
			if episodes[0]["phase"] != "failed" || len(episodes[0]["turns"].([]any)) == 0 {
				t.Errorf("the episode is %v with %v; want failed, with the turns before", episodes[0]["phase"], episodes[0]["turns"])
			}
			out, _, code := p.run("doctor")
			if code != exitFailed || !strings.Contains(out, "PROBLEM") || !strings.Contains(out, "->") {
				t.Errorf("doctor: exit %d\n%s", code, out)
			}
		})
	}
}

// tlsServer is an HTTPS server with a certificate of its own for a time, and the file of its authority.
func tlsServer(t *testing.T, from, until time.Time) (url, ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: from, NotAfter: until, IsCA: true,
		BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // that it is refused is what is wanted
	server.StartTLS()
	t.Cleanup(server.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL, ca
}

// On 40 columns nothing runs over the edge but what must not be broken: digests, and commands to be typed.
func TestNarrowTerminal(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.env = []string{"COLUMNS=40"}
	pages := map[string]string{"run": p.must("run", "ask-for-leave", "cbt-intake", "--repeats", "2", "--vary", "focal.policy.skill=0.2,0.9")}
	episode := records(t, p.must("export", "last"))[0]["episode"].(string)
	for _, args := range [][]string{{"runs"}, {"show", "last"}, {"show", episode}, {"show", episode, "--private"}, {"scenarios"}, {"brief", "ask-for-leave"}, {"backup", "b"}, {"doctor"}} {
		pages[strings.Join(args, " ")] = p.must(args...)
	}
	for name, page := range pages {
		for _, l := range strings.Split(page, "\n") {
			if runewidth.StringWidth(l) > 40 && !strings.HasPrefix(l, "digest ") && !strings.HasPrefix(l, "  "+invocation()+" ") {
				t.Errorf("%s: %d columns: %s", name, runewidth.StringWidth(l), l)
			}
		}
	}
	p.env = []string{"COLUMNS=200"}
	for _, l := range strings.Split(p.must("show", episode), "\n") {
		if runewidth.StringWidth(l) > maxWidth {
			t.Errorf("%d columns are too many to read: %s", runewidth.StringWidth(l), l)
		}
	}
}

// Whoever reads the output may go away: a run goes on and is on record, a page just ends.
func TestPipedToHead(t *testing.T) {
	p := newProgram(t)
	cmd := p.command("run", "ask-for-leave", "--repeats", "40", "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	out.Close()
	if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
		t.Errorf("the run ended with %v and said %q", err, stderr.String())
	}
	if counts := records(t, p.must("runs", "--json"))[0]["episodes"].(map[string]any); counts["ok"] != 40.0 {
		t.Errorf("on record: %v", counts)
	}
	for _, args := range [][]string{{"export", "last"}, {"show", "last"}, {"scenarios"}} {
		cmd := p.command(args...)
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		read.Close() // gone before the first word
		var stderr strings.Builder
		cmd.Stdout, cmd.Stderr = write, &stderr
		_ = cmd.Run() // ended by the signal, as any program in a pipe
		write.Close()
		if strings.Contains(stderr.String(), "panic") || strings.Count(stderr.String(), "\n") > 1 {
			t.Errorf("%v says %q", args, stderr.String())
		}
	}
	if counts := records(t, p.must("runs", "--json"))[0]["episodes"].(map[string]any); counts["ok"] != 40.0 {
		t.Errorf("afterwards on record: %v", counts)
	}
}

// Every command has an example, and its flags have words.
func TestEveryCommandHasHelp(t *testing.T) {
	for _, cmd := range newRoot().Commands() {
		if cmd.Example == "" || cmd.Short == "" || !strings.Contains(cmd.Example, "vignette "+cmd.Name()) {
			t.Errorf("%s: short %q, example %q", cmd.Name(), cmd.Short, cmd.Example)
		}
		for _, text := range []string{cmd.Long, cmd.Example} {
			for _, l := range strings.Split(text, "\n") {
				if len(l) > 110 {
					t.Errorf("%s: a line of %d columns in its help: %s", cmd.Name(), len(l), l)
				}
			}
		}
	}
}

// The first Ctrl-C waits for what is in flight, here for an answer that never comes; the second one stops at once, says how to go
// on, and leaves on record what was.
func TestSecondInterrupt(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	p := newProgram(t)
	p.env = []string{"OPENAI_API_KEY=k", "OPENAI_BASE_URL=http://" + silent.Addr().String() + "/v1"}
	cmd := p.command("run", "cbt-intake", "--model", "client=tiny", "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stdout, stderr := bufio.NewReader(out), bufio.NewReader(said)
	if _, err := stdout.ReadString('\n'); err != nil { // launched
		t.Fatal(err)
	}
	conn, err := silent.Accept() // and asked
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	interrupt := func() {
		t.Helper()
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
	}
	interrupt()
	for {
		l, err := stderr.ReadString('\n')
		if err != nil {
			t.Fatalf("the first Ctrl-C ended it: %v", err)
		}
		if strings.Contains(l, "Ctrl-C again stops at once") {
			break
		}
	}
	interrupt()
	rest, _ := io.ReadAll(stderr)
	_, _ = io.Copy(io.Discard, stdout)
	_ = cmd.Wait()
	oneError(t, "the second Ctrl-C", string(rest), cmd.ProcessState.ExitCode(), exitFailed, "unfinished", "run --resume")
	if e := records(t, p.must("export", "last"))[0]; e["phase"] != "unfinished" || len(e["turns"].([]any)) == 0 {
		t.Errorf("on record is %v with %v", e["phase"], e["turns"])
	}
}
