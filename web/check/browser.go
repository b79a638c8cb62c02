package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// browser is a Chromium of our own, with a fresh profile.
type browser struct {
	command *exec.Cmd
	profile string
	conn    *websocket.Conn

	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
	tabs    map[string]*tab // by session
	over    error
}

// reply is an answer to a call.
type reply struct {
	result json.RawMessage
	err    error
}

// tab is a page that is open.
type tab struct {
	browser         *browser
	target, session string

	loaded chan struct{}
	mu     sync.Mutex
	said   []string
}

// start starts the browser and connects to it.
func start(ctx context.Context, name string) (_ *browser, err error) {
	profile, err := os.MkdirTemp("", "vignette-browser")
	if err != nil {
		return nil, err
	}
	b := &browser{profile: profile, waiting: map[int]chan reply{}, tabs: map[string]*tab{}}
	defer func() {
		if err != nil {
			b.stop()
		}
	}()
	b.command = exec.CommandContext(ctx, name, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-port=0", "--user-data-dir="+profile, "about:blank")
	if err := b.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	address, err := b.address(ctx)
	if err != nil {
		return nil, err
	}
	if b.conn, _, err = websocket.Dial(ctx, address, nil); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", name, err)
	}
	b.conn.SetReadLimit(64 << 20) // pictures
	go b.listen(ctx)
	return b, nil
}

// address is where the browser listens; it writes that into its profile once it does.
func (b *browser) address(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		text, err := os.ReadFile(filepath.Join(b.profile, "DevToolsActivePort"))
		if port, path, ok := strings.Cut(strings.TrimSpace(string(text)), "\n"); err == nil && ok {
			return "ws://127.0.0.1:" + port + path, nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return "", errors.New("the browser does not say where it listens")
		}
	}
}

// stop ends the browser and takes its profile away.
func (b *browser) stop() {
	if b.conn != nil {
		_ = b.conn.CloseNow()
	}
	if b.command != nil && b.command.Process != nil {
		_ = b.command.Process.Kill()
		_ = b.command.Wait()
	}
	_ = os.RemoveAll(b.profile)
}

// message is what comes from the browser: an answer, or an event of a tab.
type message struct {
	ID        int             `json:"id"`
	Session   string          `json:"sessionId"`
	Method    string          `json:"method"`
	Params    json.RawMessage `json:"params"`
	Result    json.RawMessage `json:"result"`
	ErrorText *struct {
		Message string `json:"message"`
	} `json:"error"`
}

func (b *browser) listen(ctx context.Context) {
	for {
		_, data, err := b.conn.Read(ctx)
		var m message
		if err == nil {
			err = json.Unmarshal(data, &m)
		}
		b.mu.Lock()
		if err != nil {
			b.over = fmt.Errorf("the browser has gone: %w", err)
			for _, w := range b.waiting {
				w <- reply{err: b.over}
			}
			clear(b.waiting)
			b.mu.Unlock()
			return
		}
		waiting, t := b.waiting[m.ID], b.tabs[m.Session]
		delete(b.waiting, m.ID)
		b.mu.Unlock()
		switch {
		case waiting != nil && m.ErrorText != nil:
			waiting <- reply{err: errors.New(m.ErrorText.Message)}
		case waiting != nil:
			waiting <- reply{result: m.Result}
		case t != nil:
			t.hear(m)
		}
	}
}

// call asks the browser something, for a tab where session names one.
func (b *browser) call(ctx context.Context, session, method string, params, into any) error {
	b.mu.Lock()
	if b.over != nil {
		b.mu.Unlock()
		return b.over
	}
	b.last++
	id, answer := b.last, make(chan reply, 1)
	b.waiting[id] = answer
	b.mu.Unlock()
	if params == nil {
		params = struct{}{}
	}
	data, err := json.Marshal(struct {
		ID      int    `json:"id"`
		Session string `json:"sessionId,omitempty"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{id, session, method, params})
	if err != nil {
		return err
	}
	if err := b.conn.Write(ctx, websocket.MessageText, data); err != nil {
		return err
	}
	select {
	case r := <-answer:
		if r.err != nil {
			return fmt.Errorf("%s: %w", method, r.err)
		}
		if into == nil {
			return nil
		}
		return json.Unmarshal(r.result, into)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// tab opens an empty tab that is looked at in some way.
func (b *browser) tab(ctx context.Context, l look) (*tab, error) {
	t := &tab{browser: b, loaded: make(chan struct{}, 1)}
	var made struct {
		Target string `json:"targetId"`
	}
	if err := b.call(ctx, "", "Target.createTarget", map[string]any{"url": "about:blank"}, &made); err != nil {
		return nil, err
	}
	var attached struct {
		Session string `json:"sessionId"`
	}
	if err := b.call(ctx, "", "Target.attachToTarget", map[string]any{"targetId": made.Target, "flatten": true}, &attached); err != nil {
		return nil, err
	}
	t.target, t.session = made.Target, attached.Session
	b.mu.Lock()
	b.tabs[t.session] = t
	b.mu.Unlock()
	for _, c := range []struct {
		method string
		params any
	}{
		{"Page.enable", nil}, {"Runtime.enable", nil}, {"Log.enable", nil}, {"Network.enable", nil},
		{"Emulation.setDeviceMetricsOverride", map[string]any{"width": l.width, "height": l.height, "deviceScaleFactor": 1, "mobile": l.width < 500}},
		{"Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": l.scheme}}}},
	} {
		if err := t.call(ctx, c.method, c.params, nil); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tab) call(ctx context.Context, method string, params, into any) error {
	return t.browser.call(ctx, t.session, method, params, into)
}

func (t *tab) close(ctx context.Context) {
	_ = t.browser.call(ctx, "", "Target.closeTarget", map[string]any{"targetId": t.target}, nil)
	t.browser.mu.Lock()
	delete(t.browser.tabs, t.session)
	t.browser.mu.Unlock()
}

// hear keeps what a page complains of: errors and warnings of scripts, of the network and of policies, and requests that go elsewhere.
func (t *tab) hear(m message) {
	var p struct {
		Type string `json:"type"`
		Args []struct {
			Value       any    `json:"value"`
			Description string `json:"description"`
		} `json:"args"`
		Entry struct {
			Level string `json:"level"`
			Text  string `json:"text"`
			URL   string `json:"url"`
		} `json:"entry"`
		Exception struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(m.Params, &p); err != nil {
		t.complain(m.Method + " cannot be read: " + err.Error())
		return
	}
	switch m.Method {
	case "Page.loadEventFired":
		select {
		case t.loaded <- struct{}{}:
		default:
		}
	case "Page.javascriptDialogOpening":
		t.complain("a dialog: " + p.Message)
	case "Runtime.exceptionThrown":
		t.complain(p.Exception.Text + " " + p.Exception.Exception.Description)
	case "Runtime.consoleAPICalled":
		if p.Type == "error" || p.Type == "warning" || p.Type == "assert" {
			var words []string
			for _, a := range p.Args {
				words = append(words, fmt.Sprint(a.Value, a.Description))
			}
			t.complain(strings.Join(words, " "))
		}
	case "Log.entryAdded":
		if p.Entry.Level == "error" || p.Entry.Level == "warning" {
			t.complain(p.Entry.Text + " " + p.Entry.URL)
		}
	}
}

func (t *tab) complain(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said = append(t.said, strings.TrimSpace(text))
}

// complaints are what the page complained of until now.
func (t *tab) complaints() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.said
}

// open opens a page and returns when it has loaded.
func (t *tab) open(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var gone struct {
		Error string `json:"errorText"`
	}
	if err := t.call(ctx, "Page.navigate", map[string]any{"url": url}, &gone); err != nil {
		return err
	}
	if gone.Error != "" {
		return fmt.Errorf("open %s: %s", url, gone.Error)
	}
	for {
		select {
		case <-t.loaded: // The empty page that was there before may have loaded only now.
			var there bool
			if err := t.evaluate(ctx, `location.href !== "about:blank" && document.readyState === "complete"`, &there); err != nil || there {
				return err
			}
		case <-ctx.Done():
			return fmt.Errorf("%s does not come to its end", url)
		}
	}
}

// evaluate evaluates an expression in the page, waiting for it where it is a promise.
func (t *tab) evaluate(ctx context.Context, expression string, into any) error {
	var got struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	if err := t.call(ctx, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &got); err != nil {
		return err
	}
	if got.Exception != nil {
		return errors.New(got.Exception.Text)
	}
	return json.Unmarshal(got.Result.Value, into)
}

// press presses a key.
func (t *tab) press(ctx context.Context, key string) error {
	for _, kind := range []string{"rawKeyDown", "keyUp"} {
		if err := t.call(ctx, "Input.dispatchKeyEvent", map[string]any{"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": 9}, nil); err != nil {
			return err
		}
	}
	return nil
}
