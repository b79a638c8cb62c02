package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// trainee practises through the plain mode of the real program, and checks what it is told.
type trainee struct {
	t       *testing.T
	p       *program
	name    string
	session *vignettev1.PracticeSession
	write   func(line string)
	read    func() (string, bool)
	close   func()
}

// sit starts the program.
func (tr *trainee) sit(args ...string) {
	tr.t.Helper()
	cmd := tr.p.command(append([]string{"practice", "--json"}, args...)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		tr.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tr.t.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		tr.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	tr.write = func(line string) { fmt.Fprintln(in, line) }
	tr.close = func() {
		in.Close()
		for lines.Scan() {
		}
		if err := cmd.Wait(); err != nil {
			tr.t.Errorf("%s: %v: %s", tr.name, err, errs.String())
		}
	}
	tr.read = func() (string, bool) { ok := lines.Scan(); return lines.Text(), ok }
	tr.until("the session", func(u *vignettev1.PracticeUpdate) bool { return u.GetSession() != nil })
}

// until reads updates up to one.
func (tr *trainee) until(what string, is func(*vignettev1.PracticeUpdate) bool) *vignettev1.PracticeUpdate {
	tr.t.Helper()
	for {
		line, ok := tr.read()
		if !ok {
			tr.t.Fatalf("%s: the program ended before %s", tr.name, what)
		}
		update := &vignettev1.PracticeUpdate{}
		if err := protojson.Unmarshal([]byte(line), update); err != nil {
			tr.t.Fatalf("%s: %v in %s", tr.name, err, line)
		}
		if f := update.GetFeedback(); f != nil {
			tr.check(f)
		}
		if s := update.GetSession(); s != nil {
			tr.session = s
		}
		if is(update) {
			return update
		}
	}
}

// check holds feedback to what it is about: the words that it quotes stand where it says.
func (tr *trainee) check(f *vignettev1.PracticeFeedback) {
	tr.t.Helper()
	text := []rune(f.GetText())
	for _, skill := range f.GetSkills() {
		for _, span := range skill.GetSpans() {
			if int(span.GetEnd()) > len(text) || string(text[span.GetStart():span.GetEnd()]) != span.GetQuote() {
				tr.t.Errorf("%s: %s quotes %q, which does not stand at %d of %q", tr.name, skill.GetSkill(), span.GetQuote(), span.GetStart(), f.GetText())
			}
		}
	}
	if f.GetReason() == "" || len(f.GetMissing()) > 0 {
		tr.t.Errorf("%s: feedback without a reason, or with somebody missing: %v", tr.name, f)
	}
}

// lines are what a trainee could say in a session: of the objective what there is, and what helpers say.
func (tr *trainee) lines() []string {
	objective := tr.session.GetPart().GetObjective()
	lines := append([]string{objective.GetRequest()}, objective.GetFacts()...)
	lines = append(append(lines, objective.GetFeelings()...), objective.GetCompromises()...)
	if objective.GetRequest() == "" {
		lines = []string{"What brings you here today?", "It sounds like that has been hard for you.", "Do you sleep?", "You should talk to somebody about it.", "What would you like to be different?"}
	}
	return lines
}

// A scripted trainee plays twenty sessions through the plain mode: it talks, tries turns again, goes away and comes back, and finishes.
func TestPracticeTwentySessions(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty sessions in processes of their own")
	}
	t.Parallel()
	p := newProgram(t)
	p.start("serve", "--json", "--grpc", "127.0.0.1:0", "--web", "none") // all sessions are in one directory
	scenarios := []string{"ask-for-leave", "refuse-a-loan", "cbt-intake", "one-glass-fewer", "share-the-dishes", "deposit-back", "night-chat", "family-talk", "no-extra-sunday", "repair-the-heating"}
	for i := range 20 {
		tr := &trainee{t: t, p: p, name: fmt.Sprintf("session %d", i)}
		tr.sit(scenarios[i%len(scenarios)], "--help-level", "live", "--trainee", "scripted", "--seed", fmt.Sprint(i))
		said := 0
		for _, line := range tr.lines() {
			if said == 4 || !tr.session.GetYours() {
				break
			}
			before := len(tr.session.GetTurns())
			tr.write(line)
			tr.until("the answer", func(u *vignettev1.PracticeUpdate) bool { return u.GetSession() != nil })
			if got := tr.session.GetTurns(); len(got) <= before || got[before].GetAction().GetText() != line || got[before].GetFeedback() == nil {
				t.Fatalf("%s: turn %d is %v", tr.name, before, got[before:])
			}
			said++
			if said == 2 {
				id := tr.session.GetSession()
				tr.write(fmt.Sprintf("/retry %d %s", before, line))
				same := tr.until("the comparison", func(u *vignettev1.PracticeUpdate) bool { return u.GetComparison() != nil }).GetComparison()
				if same.GetOriginal().GetAnswered().GetAction().GetText() != same.GetRetry().GetAnswered().GetAction().GetText() {
					t.Errorf("%s: the same words got another answer: %v", tr.name, same)
				}
				tr.until("the session", func(u *vignettev1.PracticeUpdate) bool { return u.GetSession() != nil })
				tr.close()
				tr.sit("--resume", id)
			}
		}
		if said < 2 {
			t.Fatalf("%s: nothing could be said in %s: %v", tr.name, scenarios[i%len(scenarios)], tr.session)
		}
		tr.write("/finish")
		line, _ := tr.read()
		report := &vignettev1.PracticeReport{}
		if err := protojson.Unmarshal([]byte(line), report); err != nil || len(report.GetProfile()) == 0 || len(report.GetComparisons()) != 1 {
			t.Errorf("%s: report %s, %v", tr.name, line, err)
		}
		tr.close()
	}
	progress := &vignettev1.GetProgressResponse{}
	if err := protojson.Unmarshal([]byte(p.must("practice", "--progress", "--trainee", "scripted", "--json")), progress); err != nil || len(progress.GetSessions()) != 20 || progress.GetNext() == nil {
		t.Errorf("progress %v, %v", progress, err)
	}
}

// The process that serves is killed in the middle of answers. All that was told to be recorded is there, and every session goes on with
// the same call.
func TestPracticeSurvivesKill(t *testing.T) {
	const sessions, turns = 12, 4
	p := newProgram(t)
	random := rand.New(rand.NewPCG(1, 2))
	engine := p.start("serve", "--json", "--grpc", "127.0.0.1:0", "--web", "none")
	client := vignettev1.NewPracticeServiceClient(dial(t, engine.launch["grpc"].(string)))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ids := make([]string, sessions)
	for i := range ids {
		started, err := client.StartSession(ctx, &vignettev1.StartSessionRequest{Library: "ask-for-leave", Seed: uint64(i), Help: vignettev1.HelpLevel_HELP_LEVEL_LIVE})
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = started.GetSession().GetSession()
	}
	said := func(i, turn int) string {
		return fmt.Sprintf("Session %d, turn %d: I'd like to leave at two on Tuesdays.", i, turn)
	}
	// say follows a turn and returns how many turns of the session were told to be recorded.
	say := func(client vignettev1.PracticeServiceClient, i, index int, told func(int32)) error {
		stream, err := client.Say(ctx, &vignettev1.SayRequest{Session: ids[i], TurnIndex: int32(index), Text: said(i, index)})
		for err == nil {
			var response *vignettev1.SayResponse
			if response, err = stream.Recv(); err == nil && response.GetUpdate().GetTurn() != nil {
				told(response.GetUpdate().GetTurn().GetIndex())
			}
		}
		if err.Error() == "EOF" {
			return nil
		}
		return err
	}
	acknowledged := make([]int, sessions) // turns that were told
	var count atomic.Int32
	limit := int32(sessions + random.IntN(sessions*turns)) // killed in the middle of the whole
	var wait sync.WaitGroup
	for i := range ids {
		wait.Go(func() {
			for index := 0; index < 2*turns; index += 2 {
				err := say(client, i, index, func(told int32) {
					acknowledged[i] = int(told) + 1
					if count.Add(1) == limit {
						_ = engine.cmd.Process.Kill()
					}
				})
				if err != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	if count.Load() < limit {
		t.Fatalf("%d turns were told, and the process was to be killed at %d", count.Load(), limit)
	}
	engine.wait()

	engine = p.start("serve", "--json", "--grpc", "127.0.0.1:0", "--web", "none")
	client = vignettev1.NewPracticeServiceClient(dial(t, engine.launch["grpc"].(string)))
	open := 0
	for i, id := range ids {
		got, err := client.GetSession(ctx, &vignettev1.GetSessionRequest{Session: id})
		if err != nil {
			t.Fatal(err)
		}
		found := got.GetSession().GetTurns()
		if len(found) < acknowledged[i] {
			t.Errorf("session %d: %d turns were told, %d are there", i, acknowledged[i], len(found))
		}
		last := len(found)
		if last%2 == 1 {
			open++
			last-- // The trainee's turn is there and its answer is not: the same call goes on.
		}
		if err := say(client, i, last, func(int32) {}); err != nil {
			t.Errorf("session %d goes on with %v", i, err)
		}
		got, err = client.GetSession(ctx, &vignettev1.GetSessionRequest{Session: id})
		if err != nil {
			t.Fatal(err)
		}
		for index, turn := range got.GetSession().GetTurns() {
			if int(turn.GetIndex()) != index || turn.GetMine() != (index%2 == 0) || turn.GetMine() && turn.GetAction().GetText() != said(i, index) {
				t.Errorf("session %d: turn %d is %v", i, index, turn)
			}
		}
		if n := len(got.GetSession().GetTurns()); n != last+2 {
			t.Errorf("session %d: %d turns after it went on from %d", i, n, last)
		}
	}
	t.Logf("killed after %d told turns; %d of %d sessions waited for an answer", limit, open, sessions)
}

// What is wrong is said in one line, with what to do.
func TestPracticeMistakes(t *testing.T) {
	p := newProgram(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{}, exitUsage, "vignette scenarios"},
		{[]string{"no-such-scenario"}, exitFailed, "no-such-scenario"},
		{[]string{"ask-for-leave", "--help-level", "much"}, exitUsage, "co_drafting"},
		{[]string{"ask-for-leave", "--role", "dentist"}, exitFailed, "receptionist, manager"},
		{[]string{"cbt-intake", "--difficulty", "0.5"}, exitFailed, "nobody"},
		{[]string{"ask-for-leave", "--arm", "simulation"}, exitFailed, "consent"},
		{[]string{"--resume", "gone"}, exitFailed, "no session"},
		{[]string{"--report", "last"}, exitFailed, "no session yet"},
		{[]string{"--list", "--progress"}, exitUsage, "one of them"},
	} {
		_, stderr, code := p.run(append([]string{"practice"}, c.args...)...)
		oneError(t, strings.Join(c.args, " "), stderr, code, c.code, c.want)
	}
}

// Escapes and markup in what is said and in a scenario of one's own do nothing, in lines and on the page of the report.
func TestPracticeIsInert(t *testing.T) {
	p := newProgram(t)
	const nasty = "Hello \x1b[31mred\x1b]0;title\x07 <script>alert(1)</script> \u202etxt"
	cmd := p.command("practice", "--ask", "I'd like <b>"+nasty+"</b> back.", "--with", "my brother", "--help-level", "live")
	cmd.Stdin = strings.NewReader(nasty + "\n/finish\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p.must("practice", "--report", "last", "--html", "report.html")
	page, err := os.ReadFile(filepath.Join(p.dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(page), "<script") || !strings.Contains(string(page), "&lt;script&gt;") || strings.ContainsAny(string(page), "\x1b\x07\u202e") {
		t.Errorf("the page is not inert:\n%s", page)
	}
	if strings.ContainsAny(string(out), "\x1b\x07\u202e") {
		t.Errorf("lines are not inert: %q", out)
	}
}
