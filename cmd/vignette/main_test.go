package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// asProgram makes this test binary behave as the program, so that tests run the real thing in processes of its own.
const asProgram = "VIGNETTE_TEST_AS_PROGRAM"

// Tests wait for programs, which wait for files and each other, so there are twice as many at a time as processors, unless -parallel
// says how many.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(execute(os.Args[1:]))
	}
	flag.Parse()
	if given := flag.Lookup("test.parallel"); given.Value.String() == given.DefValue {
		_ = given.Value.Set(strconv.Itoa(2 * runtime.GOMAXPROCS(0))) // a number is one
	}
	os.Exit(m.Run())
}

// program is a vignette command with a data directory of its own.
type program struct {
	t   *testing.T
	dir string
	env []string // beside that of the test, which does not name endpoints or directories
	// patience is how long a command may take; 0 means two minutes.
	patience time.Duration
}

func newProgram(t *testing.T) *program {
	t.Helper()
	return &program{t: t, dir: t.TempDir()}
}

func (p *program) command(args ...string) *exec.Cmd {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(p.patience, 2*time.Minute))
	p.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), asProgram+"=1", "NO_COLOR=1", "VIGNETTE_DATA=", "VIGNETTE_NATS=", "VIGNETTE_GRPC_TOKEN=", "VIGNETTE_BRIDGE_TOKEN=", "VIGNETTE_CONFIG=", "OPENAI_API_KEY=", "OPENAI_BASE_URL=", "COLUMNS=")
	cmd.Env = append(cmd.Env, p.env...)
	return cmd
}

// run runs a command to its end.
func (p *program) run(args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	var out, errs bytes.Buffer
	cmd := p.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// must runs a command that has to succeed.
func (p *program) must(args ...string) string {
	p.t.Helper()
	stdout, stderr, code := p.run(args...)
	if code != exitDone {
		p.t.Fatalf("vignette %s: exit %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

type record map[string]any

func records(t *testing.T, ndjson string) []record {
	t.Helper()
	var out []record
	scanner := bufio.NewScanner(strings.NewReader(ndjson))
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		var r record
		if err := json.Unmarshal(scanner.Bytes(), &r); err != nil {
			t.Fatalf("not a line of JSON: %v\n%s", err, scanner.Text())
		}
		out = append(out, r)
	}
	return out
}

func ofType(records []record, kind string) []record {
	var out []record
	for _, r := range records {
		if r["type"] == kind {
			out = append(out, r)
		}
	}
	return out
}

// The first thing a stranger does, as a program reads it: a launch record, a record per episode, a done record whose
// numbers add up; and the same again with another number of workers.
func TestStarterStudy(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	all := records(t, p.must("run", "--json", "--workers", "8"))
	for _, r := range all {
		if r["type"] == nil {
			t.Fatalf("a line without a type: %v", r)
		}
	}
	if all[0]["type"] != "launch" || all[len(all)-1]["type"] != "done" {
		t.Fatalf("first %v, last %v; want launch and done", all[0]["type"], all[len(all)-1]["type"])
	}
	done := all[len(all)-1]
	counts := done["episodes"].(map[string]any)
	sum := counts["ok"].(float64) + counts["invalid"].(float64) + counts["failed"].(float64) + counts["unfinished"].(float64)
	episodes := ofType(all, "episode")
	if total := counts["total"].(float64); total < 20 || sum != total || len(episodes) != int(total) || counts["ok"] != counts["total"] {
		t.Errorf("counts %v with %d episode records; want 20 or more, all ok, adding up", counts, len(episodes))
	}
	compared := done["comparisons"].([]any)
	if len(compared) != 1 || compared[0].(map[string]any)["pairs"] != counts["total"].(float64)/2 {
		t.Fatalf("comparisons %v; want novice and skilled in pairs", compared)
	}
	if reward := compared[0].(map[string]any)["reward"].(map[string]any); reward["difference"].(float64) <= 0 || reward["ci95"] == nil || reward["over"] != "scenarios" {
		t.Errorf("the reward's difference is %v; want one above 0 with an interval over scenarios", reward)
	}
	n := 0.0
	for _, group := range done["groups"].([]any) {
		g := group.(map[string]any)
		if g["factors"].(map[string]any)["scenario"] == "" || len(g["dimensions"].(map[string]any)) == 0 {
			t.Errorf("group %v has no scenario or no dimension", g)
		}
		n += g["n"].(float64)
	}
	if n != counts["total"].(float64) {
		t.Errorf("the groups have %v episodes, the run %v", n, counts["total"])
	}
	again := records(t, p.must("run", "--json", "--workers", "1"))
	if a, b := done["digest"], again[len(again)-1]["digest"]; a != b || a == "" {
		t.Errorf("digest %v with 8 workers, %v with 1", a, b)
	}

	runs := records(t, p.must("runs", "--json"))
	if len(runs) != 2 || runs[1]["digest"] != done["digest"] || runs[1]["run"] != done["run"] {
		t.Errorf("runs lists %v; want both, newest first, with the digest", runs)
	}
	shown := records(t, p.must("show", "--json", done["run"].(string)))
	if last := shown[len(shown)-1]; last["digest"] != done["digest"] || len(shown) != len(episodes)+1 {
		t.Errorf("show has %d records and digest %v", len(shown), last["digest"])
	}
}

// What people see names the skilled and the novice, shows an excerpt, and says what to do next.
func TestStarterStudyForPeople(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	out := p.must("run")
	for _, want := range []string{"focal.policy.skill", "0.2", "0.9", "(excerpt)", "builtin minds", "0.9 against 0.2", "45 pairs", "reward in", "9 scenarios", "digest ", "Next:", "vignette show"} {
		if !strings.Contains(out, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("escape sequences in output that is not a terminal")
	}
}

// kill -9 in the middle of a run: everything that was told is there afterwards, and the rest is marked for what it is.
func TestKilledRunLosesNothing(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	cmd := p.command("run", "--json", "--repeats", "2000")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	told := map[string]float64{}
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 1<<20)
	for len(told) < 40 && scanner.Scan() {
		var r record
		if err := json.Unmarshal(scanner.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if r["type"] == "episode" {
			told[r["episode"].(string)] = r["turns"].(float64)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()

	found, phases := 0, map[any]int{}
	for _, e := range records(t, p.must("export", "last")) {
		phases[e["phase"]]++
		turns := e["turns"].([]any)
		for i, turn := range turns {
			if turn.(map[string]any)["index"].(float64) != float64(i) {
				t.Errorf("episode %v: turn %d has index %v", e["episode"], i, turn.(map[string]any)["index"])
			}
		}
		if n, ok := told[e["episode"].(string)]; ok {
			found++
			if e["phase"] != "completed" || n != float64(len(turns)) {
				t.Errorf("episode %v was told complete with %v turns, is %v with %d", e["episode"], n, e["phase"], len(turns))
			}
		}
	}
	if found != len(told) || phases["planned"] == 0 {
		t.Errorf("%d of %d episodes that were told are there; phases %v", found, len(told), phases)
	}
	shown := records(t, p.must("show", "last", "--json"))
	counts := shown[len(shown)-1]["episodes"].(map[string]any)
	if counts["unfinished"].(float64) == 0 || shown[len(shown)-1]["digest"] != "" {
		t.Errorf("show says %v with digest %v; want unfinished ones and no digest", counts, shown[len(shown)-1]["digest"])
	}
}

// Names are for people; ids are what things hang on. Any of them works.
func TestOddNames(t *testing.T) {
	p := newProgram(t)
	data, err := os.ReadFile(filepath.Join("testdata", "odd-names.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "odd.yaml"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	done := records(t, p.must("run", "odd.yaml", "--json", "--vary", "dr.o'malley.policy.skill=0.3,0.8"))
	counts := done[len(done)-1]["episodes"].(map[string]any)
	if counts["ok"] != 2.0 {
		t.Fatalf("counts %v, want 2 ok: %v", counts, done)
	}
	for _, e := range records(t, p.must("export", "last")) {
		spoken := map[string]bool{}
		for _, turn := range e["turns"].([]any) {
			spoken[turn.(map[string]any)["role"].(string)] = true
		}
		for _, role := range []string{"dr.o'malley", "second alex", "李"} {
			if !spoken[role] {
				t.Errorf("role %q never took a turn: %v", role, spoken)
			}
		}
	}
	page := p.must("show", records(t, p.must("export", "last"))[0]["episode"].(string))
	for _, want := range []string{"Alex (second alex)", "O'Malley-Zoë 李"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not tell %q apart:\n%s", want, page)
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, tc := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"run", "--repeats", "0"}, exitUsage, "--repeats is 0; it must be at least 1"},
		{[]string{"run", "--wrkers", "3"}, exitUsage, "see 'vignette run --help'"},
		{[]string{"run", "ask-for-leaf"}, exitUsage, "ask-for-leave"},
		{[]string{"run", "--vary", "focal.policy.skil=0.1"}, exitUsage, "skill"},
		{[]string{"run", "cbt-intake", "--strategy", "focal=chain_of_thougt"}, exitUsage, "level chain_of_thougt: there is no prompting strategy"},
		{[]string{"run", "--vary", "nobody.policy.skill=0.1"}, exitUsage, "nobody"},
		{[]string{"run", "--tag", "wrok"}, exitUsage, "tags there are: "},
		{[]string{"run", "ask-for-leave", "--tag", "work"}, exitUsage, "not both"},
		{[]string{"run", "--resume", "last", "--tag", "work"}, exitUsage, "leave --tag away"},
		{[]string{"scenarios", "--tag", "x", "--tag", "y"}, exitUsage, "all the tags"},
		{[]string{"brief", "ask-for-leaf"}, exitUsage, "did you mean \"ask-for-leave\""},
		{[]string{"brief", "--file", "x"}, exitUsage, "'vignette scenarios' lists"},
		{[]string{"runs"}, exitFailed, "there is nothing in .vignette yet"},
		{[]string{"show"}, exitUsage, "see 'vignette show --help'"},
		{[]string{"export", "last", "--format", "xml"}, exitUsage, "there is: jsonl"},
		{[]string{"import", "x.json", "-o", "d"}, exitUsage, "--from is missing"},
		{[]string{"import", "--from", "patient-psi", "gone.json", "-o", "d"}, exitFailed, "gone.json"},
		{[]string{"validate", "gone.yaml"}, exitFailed, "1 of 1 file is wrong"},
		{[]string{"frobnicate"}, exitUsage, "unknown command"},
	} {
		stdout, stderr, code := p.run(tc.args...)
		if code != tc.code || !strings.Contains(stdout+stderr, tc.want) {
			t.Errorf("vignette %s: exit %d, want %d\n%s%swant %q", strings.Join(tc.args, " "), code, tc.code, stdout, stderr, tc.want)
		}
		if lines := strings.Count(stderr, "\n"); lines > 6 {
			t.Errorf("vignette %s: %d lines on standard error:\n%s", strings.Join(tc.args, " "), lines, stderr)
		}
	}
}

// A second command on the same data directory works beside the first, and neither changes what the other gets.
func TestSecondProcessJoins(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	alone := records(t, newProgram(t).must("run", "ask-for-leave", "--json"))
	first := p.start("run", "--json", "--repeats", "2000")
	if listed := records(t, p.must("runs", "--json")); len(listed) != 1 || listed[0]["run"] != first.launch["run"] {
		t.Errorf("runs lists %v; want %v", listed, first.launch["run"])
	}
	beside := records(t, p.must("run", "ask-for-leave", "--json"))
	if a, b := alone[len(alone)-1], beside[len(beside)-1]; a["digest"] != b["digest"] || a["digest"] == "" {
		t.Errorf("digest %v alone, %v beside another run", a["digest"], b["digest"])
	}
	if code := first.interrupt(); code != exitFailed {
		t.Errorf("the interrupted run ended with %d, want %d for its unfinished episodes", code, exitFailed)
	}
	if listed := records(t, p.must("runs", "--json")); len(listed) != 2 {
		t.Errorf("afterwards there are %d runs, want 2", len(listed))
	}
}

// The first Ctrl-C lets the episodes in flight come to their end; the exit code says that not all was played.
func TestInterruptedRunSaysHowFarItGot(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	cmd := p.command("run", "--json", "--repeats", "2000")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 16<<20)
	for n := 0; scanner.Scan(); n++ {
		lines.Write(append(scanner.Bytes(), '\n'))
		if n == 20 {
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait()
	all := records(t, lines.String())
	done := all[len(all)-1]
	if done["type"] != "done" || cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(stderr.String(), "unfinished") {
		t.Fatalf("exit %d, last record %v\n%s", cmd.ProcessState.ExitCode(), done, stderr.String())
	}
	for _, e := range records(t, p.must("export", "last")) {
		if e["phase"] != "completed" && e["phase"] != "planned" {
			t.Errorf("episode %v was left %v", e["episode"], e["phase"])
		}
	}
}

// A transcript can hold anything; a page shows it without letting it touch the terminal.
func TestPagesAreInert(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"plain", "plain"},
		{"\x1b[31mred\x1b[0m", "\uFFFD[31mred\uFFFD[0m"},
		{"a\u202Eb", "a\uFFFDb"},
		{"bell\a", "bell\uFFFD"},
		{"Zoë 李\n", "Zoë 李\n"},
	} {
		if got := printable(tc.in); got != tc.want {
			t.Errorf("printable(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}
