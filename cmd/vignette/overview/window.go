package overview

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/mattn/go-runewidth"
)

var (
	bold    = lipgloss.NewStyle().Bold(true)
	faint   = lipgloss.NewStyle().Faint(true)
	reverse = lipgloss.NewStyle().Reverse(true)
)

// Gather makes a snapshot.
type Gather func(context.Context) (Snapshot, error)

// Open opens the window, which shows a new snapshot again and again, and returns when it is closed.
func Open(ctx context.Context, gather Gather, every time.Duration) error {
	w := &window{ctx: ctx, gather: gather, every: every, width: 80, height: 24}
	_, err := tea.NewProgram(w, tea.WithContext(ctx)).Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

type window struct {
	ctx    context.Context
	gather Gather
	every  time.Duration

	width, height int
	now           Snapshot
	err           error
	known         bool   // there has been a snapshot
	chosen        string // the run whose details are shown; "" is the first
}

type (
	gatheredMsg struct {
		snapshot Snapshot
		err      error
	}
	againMsg struct{}
)

func (w *window) look() tea.Msg {
	snapshot, err := w.gather(w.ctx)
	return gatheredMsg{snapshot, err}
}

// Init implements tea.Model.
func (w *window) Init() tea.Cmd { return w.look }

// Update implements tea.Model.
func (w *window) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		w.width, w.height = msg.Width, msg.Height
	case gatheredMsg:
		if w.err = msg.err; msg.err == nil {
			w.now, w.known = msg.snapshot, true
		}
		return w, tea.Tick(w.every, func(time.Time) tea.Msg { return againMsg{} })
	case againMsg:
		return w, w.look
	case tea.KeyPressMsg:
		switch msg.String() {
		case "q", "esc", "ctrl+c":
			return w, tea.Quit
		case "up", "k":
			w.choose(-1)
		case "down", "j":
			w.choose(1)
		}
	}
	return w, nil
}

// at is the place of the chosen run.
func (w *window) at() int {
	for i, r := range w.now.Runs {
		if r.ID == w.chosen {
			return i
		}
	}
	return 0
}

func (w *window) choose(by int) {
	if n := len(w.now.Runs); n > 0 {
		w.chosen = w.now.Runs[max(0, min(n-1, w.at()+by))].ID
	}
}

// View implements tea.Model.
func (w *window) View() tea.View {
	view := tea.NewView(strings.Join(w.lines(), "\n"))
	view.AltScreen = true
	return view
}

// detailLines is how much room the details of the chosen run have at most: a title and three of each kind.
const detailLines = 8

// lines are the window's lines, as many as it is high.
func (w *window) lines() []string {
	clock := ""
	if w.known {
		clock = w.now.Time.Local().Format("15:04:05")
	}
	title := "vignette top  " + map[bool]string{true: w.now.Headline(), false: "looking ..."}[w.known]
	title = runewidth.Truncate(title, max(0, w.width-len(clock)-1), "…")
	out := []string{bold.Render(title) + strings.Repeat(" ", max(1, w.width-runewidth.StringWidth(title)-len(clock))) + faint.Render(clock), ""}
	out = append(out, faint.Render(header(w.width)))
	room := max(1, w.height-len(out)-2-detailLines)
	at := w.at()
	first := max(0, min(at-room+1, len(w.now.Runs)-room))
	for i := first; i < min(len(w.now.Runs), first+room); i++ {
		text := row(w.now.Runs[i], w.width)
		if i == at {
			text = reverse.Render(text + strings.Repeat(" ", max(0, w.width-runewidth.StringWidth(text))))
		}
		out = append(out, text)
	}
	if more := len(w.now.Runs) - room; more > 0 {
		out = append(out, faint.Render(fmt.Sprintf("  %d more", more)))
	}
	if at < len(w.now.Runs) {
		if lines := details(w.now.Runs[at], w.width, 3); len(lines) > 0 {
			out = append(append(out, ""), lines...)
		}
	}
	foot := faint.Render("up/down: choose a run   q: close")
	if w.err != nil {
		foot = runewidth.Truncate("! "+w.err.Error(), w.width, "…")
	}
	for len(out) < w.height-1 {
		out = append(out, "")
	}
	return append(out[:max(0, min(len(out), w.height-1))], foot)
}
