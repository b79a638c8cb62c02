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

// state is what a page shows and what it is at, for whoever reads why something failed.
const state = `[
	document.querySelector("main")?.innerText.slice(0, 1500),
	"loaded " + Math.round(performance.now()) + " ms ago; focus on " + (document.activeElement?.outerHTML ?? "").slice(0, 120),
	"checked: " + [...document.querySelectorAll("input:checked")].map(e => e.name + "=" + e.value).join(" ") + "; open: " + [...document.querySelectorAll("details[open]")].map(e => e.id || e.className).join(" "),
	"status: " + [...document.querySelectorAll("[role=status], [role=alert]")].map(e => e.textContent.trim()).join(" | "),
].join("\n")`

// until waits until something holds, over pages that come and go.
func (b *tab) until(expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && holds {
			return
		}
		b.do(chromedp.Sleep(50 * time.Millisecond))
	}
	b.t.Fatalf("%s never holds at %s:\n%s", expression, b.where(), eval[string](b, state))
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

// text is the text of what a selector finds, painted or not: turns are painted as they come into view (content-visibility),
// and innerText is empty until then.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf("document.querySelector(%q).textContent", selector))
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

// whole takes a picture of all of the page, however long, where pictures are wanted.
func (b *tab) whole(name string) {
	b.t.Helper()
	if shots == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(shots, name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// harmless fails where text became markup.
func (b *tab) harmless(where string) {
	b.t.Helper()
	if eval[bool](b, `window.harmed !== undefined || document.querySelector("main script, main iframe, main img, main style, [onload], [onerror], [onmouseover]") !== null`) {
		b.t.Errorf("%s: text became markup", where)
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
