package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// rehearsed is a session as the API has it.
type rehearsed struct {
	Session, Branch, Phase, Cursor string
	Turns                          []struct {
		Index  int
		Mine   bool
		Action struct{ Text string }
	}
	Branches []struct{ Branch string }
	Reviews  []struct {
		Supervisor string
		Override   *struct{ Original, Value float64 }
	}
}

func (h *house) begin(b *browser, body string) rehearsed {
	h.t.Helper()
	return h.session1(h.must(b.ask("POST", "/api/v1/practice", body), 201).body)
}

func (h *house) look(b *browser, session string) rehearsed {
	h.t.Helper()
	return h.session1(h.must(b.ask("GET", "/api/v1/practice/"+session, ""), 200).body)
}

func (h *house) session1(body string) rehearsed {
	h.t.Helper()
	var got struct{ Session rehearsed }
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		h.t.Fatal(err)
	}
	return got.Session
}

// told reads a stream of events to its end.
func (h *house) told(b *browser, path, body string) string {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "POST", h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := b.client.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		return fmt.Sprintf("%d %s", response.StatusCode, data)
	}
	return string(data)
}

// say says something and returns what was told of it.
func (h *house) say(b *browser, session string, index int, text string) string {
	h.t.Helper()
	body, err := json.Marshal(map[string]any{"turn_index": index, "text": text})
	if err != nil {
		h.t.Fatal(err)
	}
	return h.told(b, "/api/v1/practice/"+session+"/say", string(body))
}

// events reads the events of a page until one of a name, and returns the names of all and the id of the last.
func (h *house) events(b *browser, path, since, until string) (names []string, id string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", h.url+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Last-Event-ID", since)
	response, err := b.client.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case field == "id":
			id = value
		case field == "event":
			names = append(names, value)
		case lines.Text() == "" && len(names) > 0 && names[len(names)-1] == until:
			return names, id
		}
	}
	h.t.Fatalf("%s: ended without %s after %v", path, until, names)
	return nil, ""
}

const leave = "My father's rehabilitation is every Tuesday at three. I feel torn, because I want to be there for him. I'd like to leave at two on Tuesdays for ten weeks."

// A trainee chooses, begins, drafts, speaks, tries again and finishes; nothing is doubled when it is sent twice.
func TestPractise(t *testing.T) {
	h := build(t, true)
	tim := h.as("tim")
	if all, some := h.must(tim.ask("GET", "/practice", ""), 200).body, h.must(tim.ask("GET", "/practice?objective=refuse&difficulty=gentle&q=loan", ""), 200).body; strings.Count(all, "<article") < 20 || strings.Count(some, "<article") >= 3 {
		t.Errorf("the library has %d, what is refused gently %d", strings.Count(all, "<article"), strings.Count(some, "<article"))
	}
	form := url.Values{"scenario": {"ask-for-leave"}, "help": {"co_drafting"}, "seed": {"3"}}
	if got := h.must(tim.ask("POST", "/practice", form.Encode()), 400).body; !strings.Contains(got, "read that this is a simulation") || !strings.Contains(got, `value="co_drafting" checked`) {
		t.Errorf("unread: %.600s", got)
	}
	form.Set("read", "1")
	page := h.must(tim.ask("POST", "/practice", form.Encode()), 303).header.Get("Location")
	id := strings.TrimPrefix(page, "/practice/")
	if got := h.must(tim.ask("GET", page, ""), 200).body; !strings.Contains(got, "How are you now?") || !strings.Contains(got, "Look at my words first") {
		t.Error("the page lacks measures or drafts")
	}
	h.must(tim.ask("POST", page+"/measure", "moment=before&distress=60&emotion=anxiety&objective=stay+calm"), 303)
	h.must(tim.ask("POST", page+"/measure", "moment=before&distress=600"), 400)
	if got := h.must(tim.ask("POST", page+"/draft?part=1", "text="+url.QueryEscape(leave)), 200).body; !strings.Contains(got, "<mark") || strings.Contains(got, "<html") {
		t.Errorf("a draft is told as %.300s", got)
	}
	h.must(tim.ask("POST", page+"/hint?part=1", ""), 200)
	first := h.say(tim, id, 0, leave)
	again := h.say(tim, id, 0, leave)
	if !strings.Contains(first, "event: over") || !strings.Contains(again, "event: over") {
		t.Errorf("said: %.300s\nagain: %.300s", first, again)
	}
	now := h.look(tim, id)
	if len(now.Turns) != 2 || now.Turns[0].Action.Text != leave {
		t.Fatalf("turns: %+v", now.Turns)
	}
	if got := h.say(tim, id, 0, "Something else."); !strings.HasPrefix(got, "409") {
		t.Errorf("other words for a turn that is taken: %.200s", got)
	}
	if got := h.must(tim.ask("GET", page, ""), 200).body; strings.Count(got, `<mark data-skills=`) == 0 || !strings.Contains(got, "My father&#39;s rehabilitation") {
		t.Error("the words of feedback are not marked")
	}
	if got := h.must(tim.ask("POST", page+"/retry", "turn_index=0&text=You+never+let+anybody+go."), 303).header.Get("Location"); got != page+"/branches" {
		t.Errorf("trying again leads to %s", got)
	}
	if got := h.must(tim.ask("GET", page+"/branches", ""), 200).body; !strings.Contains(got, " let anybody go.") || !strings.Contains(got, "I feel torn") {
		t.Error("the branches do not stand side by side")
	}
	h.must(tim.ask("POST", page+"/switch", "branch="+id), 303)
	h.must(tim.ask("POST", page+"/pause", ""), 303)
	if got := h.must(tim.ask("POST", page+"/say", "turn_index=2&text=hello"), 409).body; !strings.Contains(got, "paused") || !strings.Contains(got, ">hello</textarea>") {
		t.Error("what was said into a pause is lost, or not told")
	}
	h.must(tim.ask("POST", page+"/resume", ""), 303)
	if got := h.must(tim.ask("POST", page+"/finish", ""), 303).header.Get("Location"); got != page+"/report" {
		t.Errorf("finishing leads to %s", got)
	}
	report := h.must(tim.ask("GET", page+"/report", ""), 200).body
	for _, want := range []string{"Against the objective", "Your skills", "And now: how are you?", ">60.0<", "anxiety"} {
		if !strings.Contains(report, want) {
			t.Errorf("the debrief lacks %q", want)
		}
	}
	printed := h.must(tim.ask("GET", page+"/print", ""), 200)
	if policy := printed.header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "sha256-") || !strings.Contains(printed.body, "I feel torn") {
		t.Errorf("printed under %q", policy)
	}
	if got := h.must(tim.ask("GET", "/practice/progress", ""), 200).body; !strings.Contains(got, "Asking the manager for Tuesday afternoons") {
		t.Error("progress does not tell of the session")
	}
}

// What tells of danger is not said and not kept; the session stands still and shows where to turn until it is read.
func TestDanger(t *testing.T) {
	h := build(t, true)
	tim := h.as("tim")
	s := h.begin(tim, `{"library": "ask-for-leave"}`)
	const words = "I want to kill myself tonight"
	if got := h.say(tim, s.Session, len(s.Turns), words); !strings.Contains(got, `"risk"`) {
		t.Fatalf("told: %.400s", got)
	}
	page := h.must(tim.ask("GET", "/practice/"+s.Session, ""), 200).body
	if !strings.Contains(page, "Please stop for a moment") || !strings.Contains(page, "I have read this") || strings.Contains(page, words) {
		t.Error("the notice is not shown, or the words are kept")
	}
	if got := h.look(tim, s.Session); len(got.Turns) != len(s.Turns) || got.Phase != "PRACTICE_PHASE_PAUSED" {
		t.Errorf("it stands at %+v", got)
	}
	h.must(tim.ask("POST", "/practice/"+s.Session+"/resume", ""), 409)
	h.must(tim.ask("POST", "/practice/"+s.Session+"/resume", "notice_read=1"), 303)
	if got := h.look(tim, s.Session); got.Phase != "PRACTICE_PHASE_TALKING" {
		t.Errorf("after reading it stands at %s", got.Phase)
	}
}

// A page that comes back with the id of its last event is told what it has not, and a program too.
func TestSessionIsLive(t *testing.T) {
	h := build(t, true)
	tim := h.as("tim")
	s := h.begin(tim, `{"library": "ask-for-leave", "help": "HELP_LEVEL_LIVE"}`)
	live := "/practice/" + s.Session + "/live"
	names, at := h.events(tim, live, "", "stand")
	if len(names) != 1+len(s.Turns) || at == "" {
		t.Fatalf("at first %v, %q", names, at)
	}
	h.say(tim, s.Session, len(s.Turns), leave)
	names, later := h.events(tim, live, at, "stand")
	if len(names) != 3+len(s.Turns) || later == at {
		t.Errorf("after a turn and its answer: %v, from %s to %s", names, at, later)
	}
	names, _ = h.events(tim, "/api/v1/practice/"+s.Session+"/events", at, "update")
	if len(names) != 1 {
		t.Errorf("a program is told %v", names)
	}
}

// A supervisor asks, reads, comments, sets a score beside another and signs off; the trainee sees it, and who looked. Nobody else does.
func TestSupervise(t *testing.T) {
	h := build(t, true)
	tim, sue, sam := h.as("tim"), h.as("sue"), h.as("sam")
	h.must(sue.ask("POST", "/practice/desk", "trainee=tim&scenario=ask-for-leave&help=live&note=Say+what+she+gains."), 303)
	h.must(sue.ask("POST", "/practice/desk", "trainee=tom&scenario=ask-for-leave"), 404)
	h.must(sam.ask("POST", "/practice/desk", "trainee=tim&scenario=ask-for-leave"), 404)
	library := h.must(tim.ask("GET", "/practice", ""), 200).body
	if !strings.Contains(library, "Say what she gains.") || strings.Contains(h.must(h.as("tom").ask("GET", "/practice", ""), 200).body, "Say what she gains.") {
		t.Error("an assignment is not where it belongs")
	}
	page := h.must(tim.ask("POST", "/practice", "scenario=ask-for-leave&assignment=1&help=live&read=1"), 303).header.Get("Location")
	id := strings.TrimPrefix(page, "/practice/")
	if desk := h.must(sue.ask("GET", "/practice/desk", ""), 200).body; !strings.Contains(desk, page) || strings.Contains(desk, "not begun") {
		t.Error("the desk does not tell that it was begun")
	}
	h.say(tim, id, 0, leave)
	h.must(sue.ask("GET", page, ""), 200)
	h.must(sue.ask("POST", page+"/review", "what=sign_off"), 409)
	h.must(sue.ask("POST", page+"/review", "what=comment&turn_index=0&text=Warm+and+clear."), 303)
	h.must(sue.ask("POST", page+"/review", "what=comment&turn_index=0&text=Warm+and+clear."), 303) // Sent twice.
	h.must(sue.ask("POST", page+"/review", "what=comment&turn_index=9&text=Where?"), 400)
	h.must(sue.ask("POST", page+"/say", "turn_index=2&text=Let+me"), 403)
	h.must(tim.ask("POST", page+"/finish", ""), 303)
	h.must(sue.ask("POST", page+"/review", "what=override&skill=dear_man.describe&value=0.25&text=One+fact+of+six."), 303)
	h.must(sue.ask("POST", page+"/review", "what=override&skill=dear_man.describe&value=7&text=Too+much."), 400)
	h.must(sue.ask("POST", page+"/review", "what=override&skill=dear_man.nothing&value=0&text=None."), 409)
	h.must(sue.ask("POST", page+"/review", "what=sign_off&text=Go+on."), 303)
	h.must(tim.ask("POST", page+"/review", "what=sign_off"), 403)
	h.must(sam.ask("GET", page, ""), 404)
	h.must(h.as("rex").ask("GET", page, ""), 404)
	if got := h.must(tim.ask("GET", page, ""), 200).body; strings.Count(got, "Warm and clear.") != 1 || !strings.Contains(got, "Who has looked at this") || !strings.Contains(got, "<b>sue</b>") {
		t.Error("the trainee does not see the comment once, or who looked")
	}
	report := h.must(tim.ask("GET", page+"/report", ""), 200).body
	for _, want := range []string{"Signed off by sue", "Go on.", "<b>0.25</b> says sue", "One fact of six."} {
		if !strings.Contains(report, want) {
			t.Errorf("the debrief lacks %q", want)
		}
	}
	original := -1.0
	for _, r := range h.look(tim, id).Reviews {
		if r.Override != nil {
			original = r.Override.Original
		}
	}
	if original < 0 || original == 0.25 {
		t.Errorf("the score that was given is recorded as %g", original)
	}
	viewers := h.must(tim.ask("GET", "/api/v1/practice/"+id+"/viewers", ""), 200).body
	if !strings.Contains(viewers, `"sue"`) || strings.Contains(viewers, `"sam"`) || strings.Contains(viewers, `"tim"`) {
		t.Errorf("looked: %s", viewers)
	}
}

// A situation of one's own is played; models and whole scenarios are for those who do research.
func TestOwnSituation(t *testing.T) {
	h := build(t, true)
	tim := h.as("tim")
	form := url.Values{"partner": {"my landlord"}, "request": {"I'd like you to repair the heating this week."}, "facts": {"It has been broken for three weeks.\n\nIt is cold."}, "help": {"live"}, "read": {"1"}}
	page := h.must(tim.ask("POST", "/practice", form.Encode()), 303).header.Get("Location")
	if got := h.must(tim.ask("GET", page, ""), 200).body; !strings.Contains(got, "my landlord") || !strings.Contains(got, "It is cold.") {
		t.Error("the situation is not in the brief")
	}
	form.Del("request")
	if got := h.must(tim.ask("POST", "/practice", form.Encode()), 400).body; !strings.Contains(got, "It has been broken") {
		t.Error("what was filled in is gone")
	}
	h.must(tim.ask("POST", "/api/v1/practice", `{"library": "ask-for-leave", "models": {"manager": "x/y"}}`), 403)
	if s := h.begin(tim, `{"library": "ask-for-leave", "trainee": "tom"}`); h.must(tim.ask("GET", "/practice/"+s.Session, ""), 200).status != 200 {
		t.Error("a session was begun in another's name")
	}
}

// The worksheet is kept as it was filled in where it cannot be taken, and stands beside the client's model where it was.
func TestWorksheet(t *testing.T) {
	h := build(t, true)
	tim := h.as("tim")
	s := h.begin(tim, `{"library": "cbt-intake"}`)
	page := "/practice/" + s.Session + "/formulation"
	if got := h.must(tim.ask("POST", page, "situation=In+class&emotion=anxiety"), 409).body; !strings.Contains(got, "In class") {
		t.Error("what was filled in is gone")
	}
	h.say(tim, s.Session, len(s.Turns), "What brings you here?")
	h.must(tim.ask("POST", page, "situation=In+class&emotion=anxiety&belief=helpless"), 303)
	if got := h.must(tim.ask("GET", page, ""), 200).body; !strings.Contains(got, "The client’s model · F1") {
		t.Error("the reference is not beside it")
	}
}
