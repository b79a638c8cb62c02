// Package browser goes through the pages in Chromium, as people do. An error in the console, a violation of the content security policy,
// a request to anywhere else, or a serious finding of axe is a failure.
package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// program is the binary under test; the check script builds it.
var program = os.Getenv("VIGNETTE_BINARY")

// shots is where pictures of pages go, "" takes none.
var shots = os.Getenv("VIGNETTE_SHOTS")

// site is a server with something on it.
type site struct {
	data, url string
	args      []string
	process   *exec.Cmd
}

// vignette runs a command on the site's data.
func (s *site) vignette(t *testing.T, stdin string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, append(args, "--data", s.data)...)
	command.Stdin = strings.NewReader(stdin)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("vignette %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// serve starts the server and returns when it says where it is.
func (s *site) serve(t *testing.T, address string) {
	t.Helper()
	s.process = exec.Command(program, append([]string{"serve", "--json", "--grpc", "127.0.0.1:0", "--web", address, "--data", s.data}, s.args...)...)
	var said bytes.Buffer
	s.process.Stderr = &said
	out, err := s.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var launch struct{ Web string }
	if err == nil {
		err = json.Unmarshal(line, &launch)
	}
	if err != nil {
		t.Fatalf("the server does not launch: %v\n%s", err, said.String())
	}
	s.url = launch.Web
}

func (s *site) kill(t *testing.T) {
	t.Helper()
	if err := s.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.process.Wait()
}

func open(t *testing.T, args ...string) *site {
	t.Helper()
	if program == "" {
		t.Skip("VIGNETTE_BINARY names no program: run tools/browser/check")
	}
	s := &site{data: t.TempDir(), args: args}
	s.vignette(t, "", "run", "ask-for-leave", "--repeats", "6", "--vary", "focal.policy.skill=0.2,0.9", "--seed", "3")
	s.vignette(t, "", "run", "hostile.yaml")
	return s
}

func (s *site) up(t *testing.T) *site {
	t.Helper()
	s.serve(t, "127.0.0.1:0")
	t.Cleanup(func() {
		_ = s.process.Process.Signal(os.Interrupt)
		_ = s.process.Wait()
	})
	return s
}

// get reads JSON.
func (s *site) get(t *testing.T, path string, into any) {
	t.Helper()
	response, err := http.Get(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatalf("%s: %d %v", path, response.StatusCode, err)
	}
}

// objects are the runs, newest first, and the first episode of each.
func (s *site) objects(t *testing.T) (runs, episodes []string) {
	t.Helper()
	var list struct{ Runs []struct{ Run string } }
	s.get(t, "/api/v1/runs", &list)
	for _, r := range list.Runs {
		var lines struct{ Episodes []struct{ Episode string } }
		s.get(t, "/api/v1/runs/"+r.Run+"/episodes", &lines)
		runs, episodes = append(runs, r.Run), append(episodes, lines.Episodes[0].Episode)
	}
	return runs, episodes
}

// tab is a window of a browser, and what went wrong in it.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string

	mu       sync.Mutex
	wrong    []string
	expected string // what the console may say, because a test wants it
}

var allocator context.Context

func TestMain(m *testing.M) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true))
	if path := os.Getenv("CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	var cancel context.CancelFunc
	allocator, cancel = chromedp.NewExecAllocator(context.Background(), options...)
	code := m.Run()
	cancel()
	os.Exit(code)
}

func (s *site) tab(t *testing.T) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(allocator)
	ctx, stop := context.WithTimeout(ctx, 6*time.Minute)
	b := &tab{t: t, ctx: ctx, url: s.url}
	t.Cleanup(func() { stop(); cancel() })
	host, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	err = chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.note("exception: " + e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
				b.note(fmt.Sprintf("console: %v", e.Args))
			}
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError || e.Entry.Source == log.EntrySourceSecurity {
				b.note(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
			}
		case *network.EventRequestWillBeSent:
			if asked, err := url.Parse(e.Request.URL); err != nil || asked.Host != host.Host && asked.Scheme != "data" {
				b.note("a request to elsewhere: " + e.Request.URL)
			}
		case *page.EventJavascriptDialogOpening:
			b.note("a dialog: " + e.Message)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err1 := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, err2 := chromedp.Call(ctx, log.Enable, cdp.Empty{})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *tab) note(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.expected == "" || !strings.Contains(text, b.expected) {
		b.wrong = append(b.wrong, text)
	}
}

// fine fails where something went wrong since it was asked last.
func (b *tab) fine(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, text := range b.wrong {
		b.t.Errorf("%s: %s", where, text)
	}
	b.wrong = nil
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatalf("%v (at %s)", err, b.where())
	}
}

func (b *tab) where() string {
	at, _ := chromedp.Run(b.ctx, chromedp.Location())
	return at
}

// eval is the value of an expression on the page.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.200s: %v (at %s)", expression, err, b.where())
	}
	return value
}

// patience is how long a page may take until something holds on a busy machine.
const patience = 90 * time.Second

// until waits until something holds, over pages that come and go.
func (b *tab) until(expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && holds {
			return
		}
		b.do(chromedp.Sleep(50 * time.Millisecond))
	}
	b.t.Fatalf("%s never holds at %s:\n%s", expression, b.where(), eval[string](b, `document.body.innerText.slice(0, 1500)`))
}

// ready waits for an element.
func (b *tab) ready(selector string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.querySelector(%q) !== null && document.readyState === 'complete'", selector))
}

// click clicks on an element as a mouse does.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.ready(selector)
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// fill puts a value into a field.
func (b *tab) fill(selector, value string) {
	b.t.Helper()
	b.ready(selector)
	b.do(chromedp.SetValue(chromedp.CSS(selector), value))
}

// enter types into a field.
func (b *tab) enter(selector, keys string) {
	b.t.Helper()
	b.ready(selector)
	b.do(chromedp.SendKeys(chromedp.CSS(selector), keys))
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url + path))
	b.ready("main h1")
}

// press presses keys with nothing focused that takes text.
func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		b.do(chromedp.KeyEvent(key))
	}
}

// text is the text of what a selector finds.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

// look sets the size of the window and the colours.
func (b *tab) look(width int64, colours string) {
	b.t.Helper()
	_, err1 := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 600})
	_, err2 := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: colours}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	if err := errors.Join(err1, err2); err != nil {
		b.t.Fatal(err)
	}
}

// shoot takes a picture where pictures are wanted.
func (b *tab) shoot(name string) {
	b.t.Helper()
	if shots == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(shots, name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

type finding struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		FailureSummary string
	}
}

// axe holds the page to axe's rules: serious and critical findings are failures.
func (b *tab) axe(where string) {
	b.t.Helper()
	source, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		b.t.Fatal(err)
	}
	eval[bool](b, string(source)+"; true")
	for _, f := range eval[[]finding](b, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations)`) {
		if f.Impact != "serious" && f.Impact != "critical" {
			b.t.Logf("%s: axe, %s: %s (%s)", where, f.Impact, f.Help, f.ID)
			continue
		}
		for _, n := range f.Nodes[:min(len(f.Nodes), 3)] {
			b.t.Errorf("%s: axe, %s: %s (%s)\n%.300s\n%s", where, f.Impact, f.Help, f.ID, n.HTML, n.FailureSummary)
		}
	}
}

// narrow fails where the page is wider than its window.
func (b *tab) narrow(where string) {
	b.t.Helper()
	wide := eval[[]string](b, `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, nav, pre, figure, .hidden, textarea")).slice(0, 5).map(e => e.outerHTML.slice(0, 120))`)
	if len(wide) > 0 {
		b.t.Errorf("%s is wider than its window: %q", where, wide)
	}
}

// focus fails where the first thing that Tab leads to cannot be seen to have the focus.
func (b *tab) focus(where string) {
	b.t.Helper()
	if !eval[bool](b, `document.querySelector("a[href], button, input, textarea, select, [tabindex='0']") !== null`) {
		return // A page to print has nothing to press.
	}
	b.press(kb.Tab)
	seen := eval[string](b, `(() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
		return e !== document.body && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 && r.top >= 0 && r.left >= 0 && r.width > 0 ? "" : e.tagName; })()`)
	if seen != "" {
		b.t.Errorf("%s: after Tab the focus is on %s and cannot be seen", where, seen)
	}
}

// What this file listens for is heard: a script in a page, which the policy forbids, does not run, and the console complains.
func TestComplaintsAreHeard(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.open("/runs")
	if eval[bool](b, `(() => { const s = document.createElement("script"); s.textContent = "window.ran = true"; document.body.append(s); return window.ran === true; })()`) {
		t.Error("a script within a page ran: the policy does not hold")
	}
	b.open("/runs") // What was complained of comes before this answer.
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.wrong) == 0 {
		t.Error("a script within a page was stopped and nothing was heard of it: these tests hear nothing")
	}
	b.wrong = nil
}

// A run that somebody plays in another process comes up on the open list.
func TestListIsLive(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.open("/runs")
	before := eval[int](b, `document.querySelectorAll("tbody tr").length`)
	s.vignette(t, "", "run", "ask-for-leave")
	b.until(fmt.Sprintf(`document.querySelectorAll("tbody tr").length === %d && document.querySelector("tbody tr").textContent.includes("over")`, before+1))
	b.fine("list")
}

// Every page, wide and narrow, light and dark.
func TestPages(t *testing.T) {
	s := open(t).up(t)
	runs, episodes := s.objects(t)
	campaign := s.campaign(t, runs[1], "episode")
	pair := s.campaign(t, runs[1], "pair")
	pages := map[string]string{
		"home": "/", "runs": "/runs", "new-run": "/runs/new", "run": "/runs/" + runs[1], "episodes": "/runs/" + runs[1] + "/episodes", "episode": "/episodes/" + episodes[1],
		"inside": "/episodes/" + episodes[1] + "?private=1", "hostile-run": "/runs/" + runs[0], "hostile": "/episodes/" + episodes[0] + "?private=1",
		"compare": "/compare?a=" + episodes[0] + "&b=" + episodes[1], "compare-runs": "/compare?a=" + runs[0] + "&b=" + runs[1], "scenarios": "/scenarios", "scenario": "/scenarios/ask-for-leave",
		"validate": "/validate?from=ask-for-leave", "campaigns": "/rate", "new-campaign": "/rate/new", "rate": "/rate/" + campaign, "pairs": "/rate/" + pair, "dashboard": "/rate/" + campaign + "/dashboard",
		"report": "/runs/" + runs[1] + "/report",
	}
	b := s.tab(t)
	for _, width := range []int64{1440, 390} {
		for _, colours := range []string{"light", "dark"} {
			b.look(width, colours)
			for name, path := range pages {
				where := fmt.Sprintf("%s, %d px, %s", name, width, colours)
				b.open(path)
				b.ready("main h1")
				b.axe(where)
				b.narrow(where)
				b.shoot(fmt.Sprintf("%s-%d-%s", name, width, colours))
				b.focus(where)
				harmed := eval[bool](b, `window.harmed !== undefined || document.querySelector("main script, main iframe, main img, main style, [onload], [onerror], [onmouseover]") !== null`)
				if harmed {
					t.Errorf("%s: text became markup", where)
				}
				b.fine(where)
			}
		}
	}
	b.open("/episodes/" + episodes[0])
	if said := b.text("#turn-1 .said"); said != `<script>window.harmed=1</script> Could I have "Friday" off?` {
		t.Errorf("what was said is shown as %q", said)
	}
}

// campaign opens a campaign as its form does.
func (s *site) campaign(t *testing.T, run, unit string) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.PostForm(s.url+"/rate", url.Values{"run": {run}, "text": {"title: How was it, by " + unit + "?\nunit: " + unit + "\noverlap: 3\ncodebook: Look at what is asked.\nscales:\n  - {id: good, question: How good was it?, min: 1, max: 5, labels: [bad, poor, fair, good, very good], evidence_for_extremes: true}\n  - {id: long, question: How long did it feel?, min: 0, max: 12}\n"}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	to := response.Header.Get("Location")
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("the campaign is not opened: %d", response.StatusCode)
	}
	return strings.TrimSuffix(strings.TrimPrefix(to, "/rate/"), "/dashboard")
}

// A researcher starts a run, sees it come to its end, and reads an episode with the keyboard.
func TestWatch(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.look(1440, "light")
	b.open("/runs")
	b.click(`a[href="/runs/new"]`)
	b.ready(`input[value="refuse-a-loan"]`)
	b.click(`input[value="refuse-a-loan"]`)
	b.fill("#repeats", "0")
	b.click(`form[action="/runs"] button.primary`)
	b.expected = "status of 400" // A mistake is refused, and what was filled in stays.
	b.ready(`[role="alert"]`)
	if text := b.text(`[role="alert"]`); !strings.Contains(text, "Repeats") {
		t.Errorf("the mistake is told as %q", text)
	}
	kept := eval[bool](b, `document.querySelector('input[value="refuse-a-loan"]').checked`)
	if !kept {
		t.Error("what was chosen is gone")
	}
	b.fill("#repeats", "30")
	b.click(`form[action="/runs"] button.primary`)
	b.until(`document.querySelector("[data-status]") !== null`)
	b.until(`/All \d+ episodes came to an end/.test(document.querySelector("[data-status]")?.textContent ?? "")`)
	b.until(`document.querySelector("#fates") !== null && document.querySelectorAll("tbody tr").length > 5`)
	b.click(`.cards article a`)
	b.ready("#turn-2")
	b.press("j", "j")
	here := eval[string](b, `document.querySelector(".here").id + " " + document.activeElement.getAttribute("href")`)
	if here != "turn-2 #turn-2" {
		t.Errorf("j j leads to %q", here)
	}
	b.press("k")
	b.click(`.switch a[href="?private=1"]`)
	b.ready("dl.inside")
	b.open(strings.TrimPrefix(b.where(), b.url) + "#turn-3")
	if !eval[bool](b, `document.querySelector(":target").id === "turn-3"`) {
		t.Error("a link to a turn does not lead to it")
	}
	b.click(`a[rel="next"]`)
	b.ready(`a[rel="prev"]`)
	b.fine("watch")
}

// A mistake in a scenario is told with its line; mended, it can be played.
func TestValidator(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.open("/validate?from=ask-for-leave")
	b.ready("#text")
	eval[any](b, `document.querySelector("#text").value = document.querySelector("#text").value.replace("kind: persona", "kind: persno")`)
	b.click("main button.primary")
	b.ready(".problems li")
	if text := b.text(".problems"); !strings.Contains(text, "Line ") || !strings.Contains(text, "persno") {
		t.Errorf("told: %q", text)
	}
	eval[any](b, `document.querySelector("#text").value = document.querySelector("#text").value.replace("persno", "persona")`)
	b.click("main button.primary")
	b.until(`/can be played/.test(document.body.innerText)`)
	b.fine("validator")
}

// A rater rates with the keyboard alone: numbers, words marked as evidence, a draft that is kept, a step back.
func TestRate(t *testing.T) {
	s := open(t).up(t)
	runs, _ := s.objects(t)
	campaign := s.campaign(t, runs[1], "episode")
	b := s.tab(t)
	b.look(1440, "light")
	b.open("/rate/" + campaign)
	b.ready(".question.here")
	first := b.text("#read")
	b.press("5")
	b.until(`document.querySelector('[name="scale.good"][value="5"]').checked`)
	b.until(`document.querySelectorAll(".question")[1].classList.contains("here")`)
	b.press("1", "2")
	b.until(`document.querySelector('[name="scale.long"][value="12"]').checked`)
	b.expected = "status of 400" // An extreme wants words.
	b.press(kb.Enter)
	b.until(`document.querySelector('[role="alert"]') !== null`)
	b.ready(".question.here")
	b.expected = ""
	// Words are marked with keys: the second turn, its first three words.
	b.press("m", kb.ArrowDown)
	for range 2 {
		b.do(chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(kb.ModifierShift)))
	}
	marked := eval[string](b, `getSelection().toString()`)
	if len(strings.Fields(marked)) < 2 {
		t.Errorf("marked is %q", marked)
	}
	b.press("e")
	b.until(`document.querySelector('[name="words.good"]').value !== ""`)
	b.until(`/Draft kept/.test(document.querySelector("#kept").textContent)`)
	b.do(chromedp.Reload())
	b.ready(".question.here")
	draft := eval[string](b, `document.querySelector('[name="words.good"]').value + "|" + document.querySelector("input:checked").value`)
	if draft != strings.TrimSpace(marked)+"|5" {
		t.Errorf("the draft came back as %q", draft)
	}
	b.press(kb.Enter)
	b.until(`/1 rated/.test(document.body.innerText)`)
	if second := b.text("#read"); second == first {
		t.Error("the same item came again")
	}
	b.press("u")
	b.until(`/0 rated/.test(document.body.innerText)`)
	b.ready(".question.here") // Keys are heard from then on.
	b.press("?")
	b.until(`document.querySelector("#codebook").open`)
	for done := range 3 {
		b.ready(".question.here")
		b.press("3", "t", kb.Enter)
		b.until(fmt.Sprintf(`/%d rated/.test(document.body.innerText)`, done+1))
	}
	b.ready(".question.here")
	b.press("s")
	b.until(`document.activeElement.id === "skip"`)
	b.fill("#skip", "distressing")
	b.click(`button[name="skipping"]`)
	b.until(`/4 rated/.test(document.body.innerText)`)
	b.open("/rate/" + campaign + "/dashboard")
	if text := b.text("main"); !strings.Contains(text, "skipped") {
		t.Error("the dashboard does not tell of skips")
	}
	b.fine("rate")
}

// A mouse does what the keys do.
func TestRateWithTheMouse(t *testing.T) {
	s := open(t).up(t)
	runs, _ := s.objects(t)
	campaign := s.campaign(t, runs[1], "pair")
	b := s.tab(t)
	b.look(1440, "light")
	b.open("/rate/" + campaign)
	b.ready(".question.here")
	sides := eval[int](b, `document.querySelectorAll(".read.two > section").length`)
	if sides != 2 {
		t.Errorf("a pair has %d sides", sides)
	}
	eval[any](b, `getSelection().selectAllChildren(document.querySelector("section:nth-child(2) .words"))`)
	b.press("e")
	b.until(`document.querySelector('[name="words.good"]').value !== ""`)
	b.click(`[name="scale.good"][value="1"]`)
	b.click(`[name="scale.long"][value="t"]`)
	b.click("#save")
	b.until(`/1 rated/.test(document.body.innerText)`)
	b.fine("mouse")
}

// A server that was killed is back, and the page goes on by itself.
func TestKilledServer(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.open("/runs/new")
	b.ready(`input[value="refuse-a-loan"]`)
	b.click(`input[value="refuse-a-loan"]`)
	b.fill("#repeats", "4000")
	b.click(`form[action="/runs"] button.primary`)
	b.until(`document.querySelector("progress")?.value > 5`)
	b.expected = "ERR_" // The connection is lost, and the console says so.
	run := b.where()[strings.LastIndex(b.where(), "/")+1:]
	s.kill(t)
	address := strings.TrimPrefix(s.url, "http://")
	eval[any](b, `window.stayed = true`)
	s.serve(t, address)
	var now struct {
		Status struct{ Total, Unfinished int }
	}
	s.get(t, "/api/v1/runs/"+run, &now)
	want := now.Status.Total - now.Status.Unfinished
	b.until(fmt.Sprintf(`document.querySelector("progress").value === %d && window.stayed`, want))
	b.fine("killed")
}

// With accounts one logs in, sees what one may, and is out after logging out.
func TestLogin(t *testing.T) {
	t.Setenv("VIGNETTE_GRPC_TOKEN", "a token of thirty-two characters")
	s := open(t, "--accounts")
	s.vignette(t, "correct horse battery\n", "account", "add", "root", "--role", "admin")
	s.vignette(t, "correct horse battery\n", "account", "add", "ann", "--role", "rater")
	s.up(t)
	b := s.tab(t)
	for _, width := range []int64{1440, 390} {
		b.look(width, "dark")
		b.open("/scenarios?tag=work")
		b.ready("#password")
		b.enter("#name", "ann")
		b.enter("#password", "wrong"+kb.Enter)
		b.expected = "status of 401"
		b.ready(`[role="alert"]`)
		b.axe("login")
		b.shoot(fmt.Sprintf("login-%d", width))
		b.enter("#password", "correct horse battery"+kb.Enter)
		b.until(`location.pathname === "/scenarios" && location.search === "?tag=work"`)
		if text := b.text(".top"); strings.Contains(text, "Runs") {
			t.Error("a rater is shown the way to runs")
		}
		b.click(`form[action="/logout"] button`)
		b.until(`location.pathname === "/login"`)
		b.open("/rate")
		b.until(`location.pathname === "/login"`)
		b.enter("#name", "root")
		b.enter("#password", "correct horse battery"+kb.Enter)
		b.until(`location.pathname === "/rate"`)
		for _, path := range []string{"/accounts", "/trail", "/account"} {
			b.open(path)
			b.ready("main h1")
			b.axe(path)
			b.narrow(path)
			b.shoot(fmt.Sprintf("%s-%d", path[1:], width))
		}
		b.click(`form[action="/logout"] button`)
		b.until(`location.pathname === "/login"`)
	}
	b.fine("login")
}

// A trainee practises from the library to the debrief: words are streamed and recorded once, whatever is reloaded or killed among it; feedback
// marks the words; a turn is tried again; danger stops it.
func TestPractice(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.look(1440, "light")
	b.open("/practice?q=leave")
	b.shoot("practice-1440-light")
	b.click(`a[href="/practice/brief?scenario=ask-for-leave"]`)
	b.click(`input[name="help"][value="co_drafting"]`)
	b.click(`input[name="read"]`)
	b.click(`form[action="/practice"] button.primary`)
	b.ready("#say")
	id := b.where()[strings.LastIndex(b.where(), "/")+1:]
	b.click("details.card:nth-of-type(2) summary")
	b.enter("#distress", "60")
	eval[any](b, `document.querySelector('form[action$="/measure"] button').click()`)
	b.until(`document.querySelector("#distress") === null && document.querySelector("#say") !== null`)

	const words = "My father's rehabilitation is every Tuesday at three. I feel torn, because I want to be there for him. I'd like to leave at two on Tuesdays for ten weeks."
	b.enter("#text", words)
	b.do(chromedp.Reload()) // What is not said yet outlasts it.
	b.ready("#say")
	if kept := eval[string](b, `document.querySelector("#text").value`); kept != words {
		t.Errorf("after a reload there is %q", kept)
	}
	b.click("#draft")
	b.until(`document.querySelector("#beside mark") !== null`)
	b.shoot("draft-1440-light")
	b.click("#hint")
	b.until(`document.querySelector("#beside .note") !== null`)
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), kb.Enter)) // The keyboard alone says it.
	b.until(`document.querySelectorAll("#turns > .turn:not(.coming)").length === 2 && document.querySelector("#turn-1 mark") !== null`)
	b.until(`document.querySelector(".coming") === null && document.activeElement.id === "text" && !document.querySelector("#send").disabled`)
	if eval[string](b, `document.querySelector("#turns").getAttribute("aria-live")`) != "polite" {
		t.Error("new turns are not told to a screen reader")
	}

	// The server is killed while something is said: it comes back, and what was said is there once.
	b.expected = "ERR_"
	address := strings.TrimPrefix(s.url, "http://")
	s.kill(t)
	b.enter("#text", "Bilal could come in early on Tuesdays, and I could make up the hours on Monday evenings."+kb.Enter)
	b.until(`/connection is lost/.test(document.querySelector("#state").textContent)`)
	s.serve(t, address)
	b.until(`document.querySelectorAll("#turns > .turn:not(.coming)").length === 4 && document.querySelector(".coming") === null`)
	b.until(`!document.querySelector("#send").disabled`)
	var now struct {
		Session struct{ Turns []struct{ Mine bool } }
	}
	s.get(t, "/api/v1/practice/"+id, &now)
	if len(now.Session.Turns) != 4 {
		t.Errorf("%d turns are recorded, want 4", len(now.Session.Turns))
	}
	b.fine("talking")
	b.expected = ""

	for _, width := range []int64{1440, 390} {
		for _, colours := range []string{"light", "dark"} {
			b.look(width, colours)
			where := fmt.Sprintf("session, %d px, %s", width, colours)
			b.axe(where)
			b.narrow(where)
			b.shoot(fmt.Sprintf("session-%d-%s", width, colours))
		}
	}
	b.look(1440, "light")
	eval[any](b, `document.querySelector("#turn-1 .doing details").open = true`)
	b.fill("#again-1", "You never let anybody go.")
	eval[any](b, `document.querySelector("#turn-1 .doing details form button").click()`)
	b.until(`location.pathname.endsWith("/branches")`)
	b.click(`form[action$="/switch"] button`)
	b.until(`document.querySelectorAll("#turns > .turn").length === 4 && document.documentElement.dataset.alive === "practice"`)

	b.fine("practice")
}
