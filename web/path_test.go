package web_test

import (
	"strings"
	"testing"
)

// order fails where a page does not have all texts, one after the other.
func order(t *testing.T, page string, texts ...string) {
	t.Helper()
	at := 0
	for _, text := range texts {
		i := strings.Index(page[at:], text)
		if i < 0 {
			t.Errorf("the page lacks %q there, or has it too early", text)
			return
		}
		at += i + len(text)
	}
}

// The one user of a server without accounts goes the trainee's way: the brief is folded and the aim said, what came of it comes first in the
// debrief, and what supervisors do is a step aside.
func TestTraineesPath(t *testing.T) {
	h := build(t, false)
	b := h.browser()
	page := h.must(b.ask("POST", "/practice", "scenario=ask-for-leave&help=live&read=1&seed=3"), 303).header.Get("Location")
	id := strings.TrimPrefix(page, "/practice/")
	begun := h.must(b.ask("GET", page, ""), 200).body
	order(t, begun, "You try to reach:", `<details class="card brief"><summary>`, `id="turns"`, "8 turns of yours left", "nothing can be said", `action="/practice/`+id+`/finish"`, `id="text"`)
	h.say(b, id, 0, leave)
	h.say(b, id, 2, "Bilal could come in early on Tuesdays and cover the desk and the phones, so that you can plan the rota ahead.")
	if got := h.must(b.ask("POST", page+"/hint?part=1", ""), 200).body; strings.Contains(got, "Try: .") {
		t.Errorf("a hint without a name: %s", got)
	}
	h.must(b.ask("POST", page+"/finish", ""), 303)
	report := h.must(b.ask("GET", page+"/report", ""), 200).body
	order(t, report, "What came of it", "Against the objective", "Your skills", "And now: how are you?", "As supervisor")
	if !strings.Contains(report, `href="/practice/progress"`) {
		t.Error("no way leads from the debrief to progress")
	}
	for _, path := range []string{page, page + "/report"} {
		if got := h.must(b.ask("GET", path, ""), 200).body; strings.Contains(got, "/review") {
			t.Errorf("%s shows a supervisor's fields to the trainee", path)
		}
		if got := h.must(b.ask("GET", path+"?as=supervisor", ""), 200).body; !strings.Contains(got, "/review") {
			t.Errorf("%s has no fields for the supervisor", path)
		}
	}
	to := h.must(b.ask("POST", page+"/review", "what=comment&turn_index=0&text=Clear."), 303).header.Get("Location")
	if to != page+"?as=supervisor#turn-1" {
		t.Errorf("a comment leads to %s", to)
	}
	if got := h.must(b.ask("GET", "/practice/progress", ""), 200).body; !strings.Contains(got, "Asking the manager for Tuesday afternoons") || !strings.Contains(got, "target") {
		t.Error("progress names no title, or no target")
	}
}

// A campaign is opened over a run of the list, newest first; sessions of practice are not in it.
func TestRunsToRate(t *testing.T) {
	h := build(t, false)
	b := h.browser()
	page := h.must(b.ask("GET", "/rate/new", ""), 200).body
	if strings.Count(page, `name="run"`) != 1 || !strings.Contains(page, `value="`+h.study+`" required checked`) || !strings.Contains(page, "3 episodes") {
		t.Errorf("runs to choose from: %.2000s", page)
	}
	newer := h.play(short(t), 2, nil)
	page = h.must(b.ask("GET", "/rate/new", ""), 200).body
	order(t, page, `value="`+newer+`" required checked`, "2 episodes", `value="`+h.study+`" required>`, "3 episodes")
	page = h.must(b.ask("GET", "/rate/new?run="+h.study, ""), 200).body
	order(t, page, `value="`+newer+`" required>`, `value="`+h.study+`" required checked`)
	if got := h.must(b.ask("GET", "/rate", ""), 200).body; strings.Count(got, "/rate/new") != 1 {
		t.Error("a campaign can be opened in two places of one page")
	}
}

// People find a situation by the words they have for it.
func TestSearch(t *testing.T) {
	h := build(t, false)
	b := h.browser()
	for _, path := range []string{"/practice?q=boss+leave", "/scenarios?q=boss+leave"} {
		if got := h.must(b.ask("GET", path, ""), 200).body; !strings.Contains(got, "Asking the manager for Tuesday afternoons") {
			t.Errorf("%s does not find it", path)
		}
	}
}
