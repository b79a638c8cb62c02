// Command check opens every kind of page of a running server in Chromium, wide and narrow, light and dark, and fails on what the
// browser's console calls an error, on what a policy forbids, on a page wider than its window, and on a focus that cannot be seen. It
// follows the list of runs live while one is played. Pictures of what it saw stay in a folder to be looked at.
//
// It speaks the browser's own protocol (https://chromedevtools.github.io/devtools-protocol/) over a WebSocket.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	var v visit
	flag.StringVar(&v.browser, "browser", "chromium", "the browser")
	flag.StringVar(&v.site, "site", "", "where the pages are, a URL")
	flag.StringVar(&v.program, "program", "./vignette", "the program, to play a run while pages are open")
	flag.StringVar(&v.data, "data", "", "its data directory")
	flag.StringVar(&v.pictures, "pictures", "", "folder for pictures; empty: none are kept")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := v.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "web check:", err)
		os.Exit(1)
	}
}

// visit is one visit to all pages.
type visit struct{ browser, site, program, data, pictures string }

// look is how a page is looked at.
type look struct {
	name          string
	width, height int
	scheme        string
}

var looks = []look{{"wide", 1440, 900, "light"}, {"wide-dark", 1440, 900, "dark"}, {"phone", 390, 844, "light"}, {"phone-dark", 390, 844, "dark"}}

func (v *visit) run(ctx context.Context) error {
	paths, err := v.paths(ctx)
	if err != nil {
		return err
	}
	b, err := start(ctx, v.browser)
	if err != nil {
		return err
	}
	defer b.stop()
	var wrong []error
	for _, l := range looks {
		for _, p := range paths {
			if err := v.open(ctx, b, l, p); err != nil {
				wrong = append(wrong, fmt.Errorf("%s, %s: %w", p.path, l.name, err))
			}
		}
	}
	if err := v.live(ctx, b); err != nil {
		wrong = append(wrong, fmt.Errorf("the list of runs, live: %w", err))
	}
	if err := control(ctx, b, v.site); err != nil {
		wrong = append(wrong, err)
	}
	if len(wrong) == 0 {
		fmt.Printf("%d pages, %d looks each, and the list of runs live: nothing in the console, nothing wider than its window\n", len(paths), len(looks))
	}
	return errors.Join(wrong...)
}

// page is a page to be opened.
type page struct {
	name, path string
	missing    bool // it answers 404, which the console tells
}

// paths finds a run and an episode to look at and lists the pages.
func (v *visit) paths(ctx context.Context) ([]page, error) {
	var list struct{ Runs []struct{ Run string } }
	if err := v.json(ctx, "/api/runs", &list); err != nil {
		return nil, err
	}
	if len(list.Runs) == 0 {
		return nil, errors.New("there is no run to look at")
	}
	run := list.Runs[0].Run
	var page1 struct{ Episodes []struct{ Episode string } }
	if err := v.json(ctx, "/api/runs/"+run+"/episodes", &page1); err != nil {
		return nil, err
	}
	if len(page1.Episodes) < 2 {
		return nil, fmt.Errorf("run %s has %d episodes, too few to compare", run, len(page1.Episodes))
	}
	one, other := page1.Episodes[0].Episode, page1.Episodes[1].Episode
	out := []page{
		{"home", "/", false}, {"runs", "/runs", false}, {"run", "/runs/" + run, false}, {"episodes", "/runs/" + run + "/episodes", false}, {"report", "/runs/" + run + "/report", false},
		{"episode", "/episodes/" + one, false}, {"episode-private", "/episodes/" + one + "?private=1", false}, {"compare", "/compare?a=" + one + "&b=" + other, false},
		{"scenarios", "/scenarios?q=friend", false}, {"scenario", "/scenarios/refuse-a-loan", false}, {"validate", "/validate?from=refuse-a-loan", false}, {"new-run", "/runs/new", false}, {"campaigns", "/rate", false}, {"new-campaign", "/rate/new?run=" + run, false}, {"missing", "/nowhere", true},
	}
	if len(list.Runs) > 1 { // Whoever else wrote a scenario: attacks, where the script brought one.
		other := list.Runs[1].Run
		if err := v.json(ctx, "/api/runs/"+other+"/episodes", &page1); err != nil || len(page1.Episodes) == 0 {
			return nil, errors.Join(fmt.Errorf("run %s has no episode", other), err)
		}
		out = append(out, page{"other-run", "/runs/" + other, false}, page{"other-report", "/runs/" + other + "/report", false}, page{"other-episode", "/episodes/" + page1.Episodes[0].Episode, false})
	}
	return out, nil
}

func (v *visit) json(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.site+path, nil)
	if err != nil {
		return err
	}
	got, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		return err
	}
	if got.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", path, got.Status)
	}
	return json.Unmarshal(body, into)
}

// widths says how wide a page and its window are, and what stands out of it.
const widths = `(() => { const r = document.documentElement; const out = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > r.clientWidth + 1 &&
	!e.closest(".scroll, pre, textarea, .wide, .top nav, svg, .hidden, .skip")).slice(0, 3).map(e => e.tagName + "." + e.getAttribute("class")); return {page: r.scrollWidth, window: r.clientWidth, out}; })()`

// focused says whether what has the focus can be seen to have it.
const focused = `(() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
	return {is: e.tagName, seen: e !== document.body && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 && r.top >= 0 && r.left >= 0 && r.width > 0}; })()`

func (v *visit) open(ctx context.Context, b *browser, l look, p page) error {
	t, err := b.tab(ctx, l)
	if err != nil {
		return err
	}
	defer t.close(ctx)
	if err := t.open(ctx, v.site+p.path); err != nil {
		return err
	}
	var w struct {
		Page, Window int
		Out          []string
	}
	if err := t.evaluate(ctx, widths, &w); err != nil {
		return err
	}
	if v.pictures != "" {
		if err := t.picture(ctx, filepath.Join(v.pictures, p.name+"-"+l.name+".png")); err != nil {
			return err
		}
	}
	var wrong []error
	if w.Page > w.Window {
		wrong = append(wrong, fmt.Errorf("it is %d px wide in a window of %d: %s", w.Page, w.Window, strings.Join(w.Out, ", ")))
	}
	if w.Window != l.width {
		wrong = append(wrong, fmt.Errorf("the window is %d px wide, not %d: what was seen says nothing", w.Window, l.width))
	}
	if !strings.HasSuffix(p.name, "report") { // It has nothing to press.
		if err := t.press(ctx, "Tab"); err != nil {
			return err
		}
		var f struct {
			Is   string
			Seen bool
		}
		if err := t.evaluate(ctx, focused, &f); err != nil {
			return err
		}
		if !f.Seen {
			wrong = append(wrong, fmt.Errorf("after Tab the focus is on %s and cannot be seen", f.Is))
		}
	}
	for _, said := range t.complaints() {
		if p.missing && strings.Contains(said, "404") {
			continue
		}
		wrong = append(wrong, fmt.Errorf("the console says: %s", said))
	}
	return errors.Join(wrong...)
}

// live opens the list of runs, plays one from another process, and waits until it is on the page.
func (v *visit) live(ctx context.Context, b *browser) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	t, err := b.tab(ctx, looks[0])
	if err != nil {
		return err
	}
	defer t.close(ctx)
	if err := t.open(ctx, v.site+"/runs"); err != nil {
		return err
	}
	var before int
	if err := t.evaluate(ctx, `document.querySelectorAll("tbody tr").length`, &before); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, v.program, "run", "ask-for-leave", "--data", v.data)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("vignette run: %w: %s", err, out)
	}
	more := fmt.Sprintf(`new Promise(done => { const look = () => { const rows = document.querySelectorAll("tbody tr");
		if (rows.length === %d && rows[0].textContent.includes("over")) done(true); else requestAnimationFrame(look); }; look(); })`, before+1)
	var shown bool
	if err := t.evaluate(ctx, more, &shown); err != nil {
		return fmt.Errorf("the run that was played does not come up: %w", err)
	}
	if said := t.complaints(); len(said) > 0 {
		return fmt.Errorf("the console says: %s", strings.Join(said, "; "))
	}
	return nil
}

// control sees that complaints are heard: a script in the page, which the policy forbids, has to be one.
func control(ctx context.Context, b *browser, site string) error {
	t, err := b.tab(ctx, looks[0])
	if err != nil {
		return err
	}
	defer t.close(ctx)
	if err := t.open(ctx, site+"/"); err != nil {
		return err
	}
	const inline = `(() => { const s = document.createElement("script"); s.textContent = "window.ran = true"; document.body.append(s); return window.ran === true; })()`
	var ran bool
	if err := t.evaluate(ctx, inline, &ran); err != nil {
		return err
	}
	if ran {
		return errors.New("a script within a page ran: the policy does not hold")
	}
	var done bool
	if err := t.evaluate(ctx, "true", &done); err != nil { // What was complained of comes before this answer.
		return err
	}
	if len(t.complaints()) == 0 {
		return errors.New("a script within a page was stopped and nothing was heard of it: this check hears nothing")
	}
	return nil
}

func (t *tab) picture(ctx context.Context, file string) error {
	var shot struct{ Data string }
	if err := t.call(ctx, "Page.captureScreenshot", map[string]any{"format": "png"}, &shot); err != nil {
		return err
	}
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
