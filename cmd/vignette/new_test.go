package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// piped runs a command with answers on its standard input.
func (p *program) piped(input string, args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	var out, errs bytes.Buffer
	cmd := p.command(args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// Somebody's own situation, answered through a pipe: the file is right, and can be played at three difficulties.
func TestNewSituation(t *testing.T) {
	p := newProgram(t)
	answers := strings.Join([]string{
		"ask", "Gwen, my manager", "Ines", "", "I'd like to leave at two on Tuesdays", "I need two people on the desk", "Who answers the phones?", "",
		"I need the phones covered", "", "My father can't drive any more", "", "I feel torn", "", "", "I could stay longer on Mondays", "",
	}, "\n") + "\n"
	out, errs, code := p.piped(answers, "new", "situation")
	if code != exitDone || out != "asking-gwen.yaml\n" {
		t.Fatalf("exit %d, wrote %q\n%s", code, out, errs)
	}
	if !strings.Contains(errs, "Who is the other?") || !strings.Contains(errs, "vignette run asking-gwen.yaml") {
		t.Errorf("asked\n%s", errs)
	}
	p.must("validate", "asking-gwen.yaml")
	done := records(t, p.must("run", "asking-gwen.yaml", "--json"))
	if counts := done[len(done)-1]["episodes"].(map[string]any); counts["ok"] != 3.0 {
		t.Errorf("counts %v, want 3 ok", counts)
	}
}

// Every kind of scenario is right and plays, without a question asked.
func TestNewScenarioPlays(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, kind := range []string{"ask", "refuse", "understand", "support", "change"} {
		p.must("new", "scenario", "--kind", kind, "--title", kind, "--yes")
		p.must("validate", kind+".yaml")
		done := records(t, p.must("run", kind+".yaml", "--json"))
		if counts := done[len(done)-1]["episodes"].(map[string]any); counts["ok"] != 1.0 {
			t.Errorf("%s: counts %v, want 1 ok", kind, counts)
		}
	}
	p.must("new", "scenario", "--from", "ask-for-leave")
	if out := p.must("validate", "ask-for-leave.yaml"); !strings.Contains(out, "ok") {
		t.Error(out)
	}
	p.must("new", "scenario", "--from", "ask-for-leave", "--title", "Asking for Fridays")
	copied, err := os.ReadFile(filepath.Join(p.dir, "asking-for-fridays.yaml"))
	if err != nil || !bytes.Contains(copied, []byte("id: asking-for-fridays\ntitle: Asking for Fridays\n")) || !bytes.Contains(copied, []byte("# Who takes part")) {
		t.Errorf("the copy is %v\n%.300s", err, copied)
	}
	p.must("validate", "asking-for-fridays.yaml")
	p.must("new", "persona", "--name", "Ruth Adler", "--remembers", "We moved five times.", "--yes", "-o", filepath.Join("people", "ruth.yaml"))
	p.must("validate", "people")
	p.must("run", "cbt-intake", "--vary", "client.persona=people")
}

// What goes wrong when something is made anew, and that nothing that is there is lost.
func TestNewRefuses(t *testing.T) {
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "ruth.yaml"), "mine")
	for name, c := range map[string]struct {
		input string
		args  []string
		code  int
		want  string
	}{
		"a file that is there":            {"", []string{"new", "persona", "--name", "Ruth", "--yes"}, exitFailed, "ruth.yaml is there already; name another with -o, or overwrite it with --force"},
		"a file that is there, piped":     {"\n\n\n\n\n\n\n\n", []string{"new", "persona", "--name", "Ruth"}, exitFailed, "ruth.yaml is there already"},
		"a missing answer":                {"", []string{"new", "persona", "--yes"}, exitUsage, "--name is missing: What are they called?"},
		"answers that end too early":      {"ask\nGwen\n", []string{"new", "situation"}, exitUsage, "--want is missing: What do you want?"},
		"a wrong answer":                  {"aks\n", []string{"new", "situation"}, exitFailed, `line 1 of the answers: kind: "aks" is none of the answers; did you mean "ask"?`},
		"an empty answer":                 {"ask\n\n", []string{"new", "situation"}, exitFailed, "line 2 of the answers: who: this needs an answer"},
		"a wrong flag":                    {"", []string{"new", "scenario", "--kind", "negotiate", "--yes"}, exitUsage, `--kind: "negotiate" is none of the answers; allowed: ask, refuse`},
		"a very long line":                {strings.Repeat("x", longestLine+1), []string{"new", "persona"}, exitFailed, "line 1 of the answers cannot be read"},
		"nothing in the library":          {"", []string{"new", "scenario", "--from", "ask-for-leav"}, exitUsage, `did you mean "ask-for-leave"?`},
		"something else than there is":    {"", []string{"new", "rubrik"}, exitUsage, "unknown command"},
		"a folder that cannot be made":    {"", []string{"new", "persona", "--name", "R", "--yes", "-o", filepath.Join("ruth.yaml", "x.yaml")}, exitFailed, "ruth.yaml"},
		"a directory in the file's place": {"", []string{"new", "persona", "--name", "R", "--yes", "--force", "-o", "."}, exitFailed, "write .: is a directory"},
	} {
		out, errs, code := p.piped(c.input, c.args...)
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d, want %d\n%s%s\nwant %s", name, code, c.code, out, errs, c.want)
		}
	}
	if data, err := os.ReadFile(filepath.Join(p.dir, "ruth.yaml")); err != nil || string(data) != "mine" {
		t.Errorf("the file that was there is %q, %v", data, err)
	}
	if entries, err := os.ReadDir(p.dir); err != nil || len(entries) != 1 {
		t.Errorf("files were left behind: %v, %v", entries, err)
	}
	p.must("new", "persona", "--name", "Ruth", "--yes", "--force")
	p.must("validate", "ruth.yaml")
}

// A study that is written is right, says what it takes, and is played at once, whatever is varied and however it is asked.
func TestNewStudy(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, vary := range []string{"skill", "stimulus", "strategy", "temperature", "identity"} {
		p.must("new", "study", "--vary", vary, "--question", `Does "`+vary+`" matter: yes, or #no?`, "--yes", "-o", vary+".yaml")
	}
	p.must("validate", "skill.yaml", "stimulus.yaml", "strategy.yaml", "temperature.yaml", "identity.yaml")
	p.must("new", "study", "--repeats", "1", "--hypothesis", "It does.", "--scenario", "ask-for-leave", "--yes", "-o", "small.yaml")
	if done := last(t, p.must("run", "small.yaml", "--json")); done["episodes"].(map[string]any)["ok"] != 2.0 {
		t.Errorf("episodes %v", done["episodes"])
	}
	if _, stderr, code := p.run("new", "study", "--scenario", "ask-for-live", "--yes"); code == exitDone || !strings.Contains(stderr, `did you mean "ask-for-leave"`) {
		t.Errorf("exit %d, %q", code, stderr)
	}
}
