package practise

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textarea"
	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/vignette-sim/vignette/internal/inert"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var (
	bold    = lipgloss.NewStyle().Bold(true)
	faint   = lipgloss.NewStyle().Faint(true)
	reverse = lipgloss.NewStyle().Reverse(true)
)

// Open opens the window and returns when the trainee closes it. Desk.Session is then how the session stood last.
func Open(ctx context.Context, desk *Desk) error {
	w := newWindow(ctx, desk)
	program := tea.NewProgram(w, tea.WithContext(ctx))
	w.send = program.Send
	_, err := program.Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// mode is what the keys are for.
type mode int

const (
	talking   mode = iota
	retrying       // the words in the field are for a turn that is tried again
	filling        // a form
	reading        // a text over the whole window: report, help, comparison, notice
	finishing      // a question whether to end
)

// window is the state of the window. Calls are made beside it, on copies of the desk, and come back as messages.
type window struct {
	ctx  context.Context
	desk *Desk
	send func(tea.Msg)

	width, height int
	talk, side    viewport.Model
	input         textarea.Model

	mode   mode
	retry  int32 // the turn that is tried again
	form   *form
	hand   func(*form) tea.Cmd // what becomes of the form
	skip   func() tea.Cmd      // what happens without it
	page   []string            // what is read
	offset int                 // its first line that is shown, once wrapped
	busy   string              // what is waited for
	words  string              // a partner's words as they come
	status string              // the last thing that went wrong or was done
	beside []string            // what stands beside the conversation
	last   *vignettev1.PracticeFeedback
	shown  int32 // the turn that feedback was asked about
}

func newWindow(ctx context.Context, desk *Desk) *window {
	w := &window{ctx: ctx, desk: desk, talk: viewport.New(), side: viewport.New(), input: textarea.New(), width: 80, height: 24}
	w.input.Placeholder, w.input.ShowLineNumbers, w.input.Prompt, w.input.CharLimit = "What you say", false, "> ", 20000
	w.input.Focus()
	w.beside = partLines(desk.Session)
	if desk.Session.GetRisk() != nil {
		w.notice(desk.Session.GetRisk())
	} else if len(desk.Session.GetMeasures()) == 0 && desk.lastMine() < 0 && desk.Session.GetYours() {
		w.ask(vignettev1.PracticeMoment_PRACTICE_MOMENT_BEFORE)
	}
	return w
}

// Messages of calls that came back.
type (
	updateMsg struct{ update *vignettev1.PracticeUpdate }
	doneMsg   struct {
		session *vignettev1.PracticeSession
		err     error
		said    string
		then    func(*window) tea.Cmd
	}
)

// Init implements tea.Model.
func (w *window) Init() tea.Cmd { return textarea.Blink }

// call makes a call beside the window.
func (w *window) call(what string, do func(*Desk) (said string, then func(*window) tea.Cmd, err error)) tea.Cmd {
	w.busy, w.status = what, ""
	desk := *w.desk
	return func() tea.Msg {
		said, then, err := do(&desk)
		return doneMsg{desk.Session, err, said, then}
	}
}

// Update implements tea.Model.
func (w *window) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		w.width, w.height = msg.Width, msg.Height
		return w, nil
	case updateMsg:
		w.update(msg.update)
		return w, nil
	case doneMsg:
		return w, w.done(msg)
	case tea.KeyPressMsg:
		return w, w.key(msg)
	}
	var cmd tea.Cmd
	w.input, cmd = w.input.Update(msg)
	return w, cmd
}

func (w *window) update(u *vignettev1.PracticeUpdate) {
	switch update := u.GetUpdate().(type) {
	case *vignettev1.PracticeUpdate_Turn:
		w.words = ""
		turns := w.desk.Session.GetTurns()
		if int(update.Turn.GetIndex()) == len(turns) {
			w.desk.Session.Turns = append(turns, update.Turn)
			if slices.Equal(w.beside, partLines(w.desk.Session)) { // Who talks wants room for what is said.
				w.beside = foldedPart(w.desk.Session)
			}
		}
	case *vignettev1.PracticeUpdate_Words:
		if update.Words.GetTakenBack() {
			w.words = ""
		}
		w.words += update.Words.GetText()
	case *vignettev1.PracticeUpdate_Feedback:
		w.feedback(update.Feedback)
	case *vignettev1.PracticeUpdate_Risk:
		w.notice(update.Risk)
	}
}

func (w *window) done(msg doneMsg) tea.Cmd {
	w.busy, w.words = "", ""
	if msg.session != nil {
		w.desk.Session = msg.session
	}
	w.status = msg.said
	if msg.err != nil {
		w.status = "! " + inert.Line(msg.err.Error())
	}
	w.talk.GotoBottom()
	if msg.then != nil && msg.err == nil {
		return msg.then(w)
	}
	return nil
}

func (w *window) feedback(f *vignettev1.PracticeFeedback) {
	w.last, w.shown, w.beside = f, f.GetTurnIndex(), feedbackLines(f)
	w.side.GotoTop()
}

func (w *window) notice(notice *vignettev1.RiskNotice) {
	w.read(append(append([]string{"PLEASE READ", ""}, riskLines(notice)...), "", "Enter: I have read it, go on · Ctrl+X: end here · Ctrl+Q: close, the session stands still"))
}

func (w *window) read(lines []string) {
	w.mode, w.status, w.page, w.offset = reading, "", lines, 0
}

// ask asks how the trainee is.
func (w *window) ask(moment vignettev1.PracticeMoment) {
	w.mode, w.form = filling, measuresForm(moment)
	after := func(*window) tea.Cmd { return nil }
	if moment == vignettev1.PracticeMoment_PRACTICE_MOMENT_AFTER {
		after = (*window).finish
	}
	w.skip = func() tea.Cmd { return after(w) }
	w.hand = func(f *form) tea.Cmd {
		measures, err := f.measures(moment)
		if err != nil {
			w.mode, w.status = filling, "! "+err.Error()
			return nil
		}
		return w.call("recording", func(d *Desk) (string, func(*window) tea.Cmd, error) {
			return "Recorded.", after, d.Measure(w.ctx, measures)
		})
	}
}

func (w *window) finish() tea.Cmd {
	return w.call("scoring the conversation", func(d *Desk) (string, func(*window) tea.Cmd, error) {
		report, err := d.Finish(w.ctx, "")
		return "", func(w *window) tea.Cmd {
			w.read(append(reportLines(report), "", "Ctrl+Q closes."))
			return nil
		}, err
	})
}

// key takes a key.
func (w *window) key(msg tea.KeyPressMsg) tea.Cmd {
	name := msg.String()
	switch {
	case name == "ctrl+q" || name == "ctrl+c":
		return tea.Quit
	case w.busy != "":
		return w.scroll(msg)
	case w.mode == filling:
		return w.formKey(msg)
	case w.mode == finishing:
		w.mode, w.status = talking, "" // the question is gone, whatever the answer
		switch name {
		case "y":
			w.ask(vignettev1.PracticeMoment_PRACTICE_MOMENT_AFTER)
		case "l":
			return w.call("leaving", func(d *Desk) (string, func(*window) tea.Cmd, error) {
				return "", func(*window) tea.Cmd { return tea.Quit }, d.Leave(w.ctx)
			})
		}
		return nil
	case w.mode == reading:
		return w.readingKey(msg)
	}
	if do, known := keys[name]; known {
		return do.do(w)
	}
	if strings.HasPrefix(name, "pg") || name == "ctrl+up" || name == "ctrl+down" {
		return w.scroll(msg)
	}
	var cmd tea.Cmd
	w.input, cmd = w.input.Update(msg)
	return cmd
}

func (w *window) formKey(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "esc":
		w.mode, w.status = talking, ""
		return w.skip()
	case "ctrl+s":
		w.mode, w.status = talking, ""
		return w.hand(w.form)
	}
	return w.form.key(msg)
}

// readingKey takes a key while a text is read. A notice is left by Enter alone.
func (w *window) readingKey(msg tea.KeyPressMsg) tea.Cmd {
	if w.desk.Session.GetRisk() != nil || w.desk.Session.GetPaused() == vignettev1.PauseReason_PAUSE_REASON_RISK {
		switch msg.String() {
		case "enter":
			w.mode = talking
			w.input.Reset()
			return w.call("going on", func(d *Desk) (string, func(*window) tea.Cmd, error) { return "", nil, d.Resume(w.ctx, true) })
		case "ctrl+x":
			w.mode = talking
			return w.finish()
		}
		return w.scroll(msg)
	}
	switch msg.String() {
	case "esc", "enter", "q":
		if w.desk.over() {
			return tea.Quit
		}
		w.mode = talking
		return nil
	}
	return w.scroll(msg)
}

func (w *window) scroll(msg tea.KeyPressMsg) tea.Cmd {
	if w.mode == reading {
		by := map[string]int{"pgup": -w.height / 2, "pgdown": w.height / 2, "up": -1, "down": 1}
		w.offset = max(0, w.offset+by[msg.String()]) // the end is known where it is drawn
		return nil
	}
	switch msg.String() {
	case "pgup":
		w.talk.HalfPageUp()
	case "pgdown":
		w.talk.HalfPageDown()
	case "ctrl+up":
		w.side.ScrollUp(1)
	case "ctrl+down":
		w.side.ScrollDown(1)
	}
	return nil
}

// key is what a key of the conversation does.
type key struct {
	name, what string
	do         func(*window) tea.Cmd
}

var keys map[string]key

// order is that in which the keys are shown.
var order = []string{"enter", "ctrl+f", "ctrl+t", "ctrl+d", "ctrl+r", "ctrl+b", "ctrl+n", "ctrl+g", "ctrl+y", "ctrl+o", "ctrl+p", "ctrl+x", "ctrl+q", "f1"}

func init() {
	keys = map[string]key{}
	for _, k := range []key{
		{"enter", "say", (*window).say},
		{"ctrl+f", "feedback", (*window).askFeedback},
		{"ctrl+t", "hint", (*window).hint},
		{"ctrl+d", "draft", (*window).draft},
		{"ctrl+r", "retry", (*window).beginRetry},
		{"ctrl+b", "beside", (*window).compare},
		{"ctrl+n", "branch", (*window).nextBranch},
		{"ctrl+g", "disagree", (*window).disagree},
		{"ctrl+y", "trust?", (*window).trust},
		{"ctrl+o", "formulate", (*window).formulate},
		{"ctrl+p", "pause", (*window).pause},
		{"ctrl+x", "end", (*window).end},
		{"f1", "keys", (*window).help},
		{"esc", "", (*window).escape},
		{"ctrl+l", "", func(w *window) tea.Cmd { w.beside = partLines(w.desk.Session); return nil }},
	} {
		keys[k.name] = k
	}
}

func (w *window) say() tea.Cmd {
	text := w.input.Value()
	if strings.TrimSpace(text) == "" {
		w.status = "Write something first; /silent says nothing on purpose."
		return nil
	}
	if strings.TrimSpace(text) == "/silent" {
		text = ""
	}
	retry, turn := w.mode == retrying, w.retry
	w.mode = talking
	w.input.Reset()
	update := func(u *vignettev1.PracticeUpdate) { w.send(updateMsg{u}) }
	if retry {
		// What comes is of another branch: nothing is shown before it is whole.
		return w.call("trying turn "+fmt.Sprint(turn)+" again", func(d *Desk) (string, func(*window) tea.Cmd, error) {
			var comparison *vignettev1.PracticeComparison
			var feedback *vignettev1.PracticeFeedback
			err := d.Retry(w.ctx, turn, text, func(u *vignettev1.PracticeUpdate) {
				if c := u.GetComparison(); c != nil {
					comparison = c
				}
				if f := u.GetFeedback(); f != nil {
					feedback = f
				}
				if u.GetRisk() != nil {
					update(u)
				}
			})
			return "", func(w *window) tea.Cmd {
				if feedback != nil {
					w.feedback(feedback)
				}
				if comparison != nil {
					w.beside = append(append(sideLines("Original", comparison.GetOriginal()), ""), sideLines("Retry: you go on here", comparison.GetRetry())...)
					if feedback != nil {
						w.beside = append(append(w.beside, ""), feedbackLines(feedback)...)
					}
				}
				return nil
			}, err
		})
	}
	return w.call("waiting for the answer", func(d *Desk) (string, func(*window) tea.Cmd, error) { return "", nil, d.Say(w.ctx, text, update) })
}

func (w *window) askFeedback() tea.Cmd {
	turn := w.desk.lastMine()
	if turn < 0 {
		w.status = "You have said nothing yet."
		return nil
	}
	return w.call("looking at your words", func(d *Desk) (string, func(*window) tea.Cmd, error) {
		all, err := d.Feedback(w.ctx, turn)
		return "", func(w *window) tea.Cmd {
			for _, f := range all {
				w.feedback(f)
			}
			return nil
		}, err
	})
}

func (w *window) hint() tea.Cmd {
	return w.call("thinking of a hint", func(d *Desk) (string, func(*window) tea.Cmd, error) {
		hint, err := d.Hint(w.ctx)
		return "", func(w *window) tea.Cmd {
			w.beside = []string{"Hint", nextText(hint.GetNext())}
			if hint.GetStarter() != "" {
				w.beside = append(w.beside, "You could begin: "+inert.Line(hint.GetStarter()))
			}
			return nil
		}, err
	})
}

func (w *window) draft() tea.Cmd {
	text := w.input.Value()
	if strings.TrimSpace(text) == "" {
		w.status = "Write a draft first."
		return nil
	}
	return w.call("looking at your draft", func(d *Desk) (string, func(*window) tea.Cmd, error) {
		got, err := d.Draft(w.ctx, text)
		return "", func(w *window) tea.Cmd {
			if got.GetRisk() != nil {
				w.notice(got.GetRisk())
			} else {
				w.feedback(got.GetFeedback())
			}
			return nil
		}, err
	})
}

// beginRetry takes the trainee's last turn to be tried again; once more, the one before.
func (w *window) beginRetry() tea.Cmd {
	turns := w.desk.Session.GetTurns()
	before := int32(len(turns))
	if w.mode == retrying {
		before = w.retry
	}
	for i := before - 1; i >= 0; i-- {
		if turns[i].GetMine() && turns[i].GetAction().GetText() != "" {
			w.mode, w.retry, w.status = retrying, i, ""
			w.input.SetValue(inert.Text(turns[i].GetAction().GetText()))
			return nil
		}
	}
	w.status = "There is no earlier turn of yours to try again."
	return nil
}

func (w *window) escape() tea.Cmd {
	if w.mode == retrying {
		w.mode = talking
		w.input.Reset()
	}
	w.status = ""
	return nil
}

func (w *window) compare() tea.Cmd {
	return w.call("setting the branches side by side", func(d *Desk) (string, func(*window) tea.Cmd, error) {
		got, err := d.Compare(w.ctx, "", "")
		return "", func(w *window) tea.Cmd {
			w.read(w.columns(got))
			return nil
		}, err
	})
}

const sideBySide = "Side by side"

// columns are two branches side by side from the turn where they part.
func (w *window) columns(c *vignettev1.CompareBranchesResponse) []string {
	width := (w.width - 5) / 2
	column := func(name string, turns []*vignettev1.PracticeTurn, side *vignettev1.BranchSide) []string {
		lines := []string{bold.Render(name)}
		for _, turn := range turns {
			lines = append(lines, "", bold.Render(speaker(turn)))
			lines = append(lines, strings.Split(wrap(actionText(turn.GetAction()), width), "\n")...)
			if felt := feltText(turn.GetFelt()); felt != "" {
				lines = append(lines, strings.Split(faint.Render(wrap(felt, width)), "\n")...)
			}
		}
		if change := changeText(side.GetChange()); change != "" {
			lines = append(lines, "")
			lines = append(lines, strings.Split(wrap("Moved: "+change, width), "\n")...)
		}
		return lines
	}
	left, right := column("Original", c.GetOriginal(), c.GetComparison().GetOriginal()), column("Retry", c.GetRetry(), c.GetComparison().GetRetry())
	out := []string{truncate(fmt.Sprintf(sideBySide+" from turn %d · Esc back · ↑↓ scroll", c.GetComparison().GetTurn()), w.width), ""}
	for i := range max(len(left), len(right)) {
		cell := func(lines []string) string {
			if i < len(lines) {
				return lines[i]
			}
			return ""
		}
		out = append(out, pad(cell(left), width)+" │ "+cell(right))
	}
	return out
}

func (w *window) nextBranch() tea.Cmd {
	branches := w.desk.Session.GetBranches()
	if len(branches) < 2 {
		w.status = "There is one branch only; Ctrl+R tries a turn again."
		return nil
	}
	next := 0
	for i, b := range branches {
		if b.GetCurrent() {
			next = (i + 1) % len(branches)
		}
	}
	return w.call("changing the branch", func(d *Desk) (string, func(*window) tea.Cmd, error) {
		return "You go on in branch " + branchLine(next, branches[next]), nil, d.Switch(w.ctx, branches[next].GetBranch())
	})
}

func (w *window) disagree() tea.Cmd {
	if w.last == nil || w.last.GetDraft() {
		w.status = "There is no feedback on a turn that you could disagree with."
		return nil
	}
	turn := w.shown
	return w.call("recording", func(d *Desk) (string, func(*window) tea.Cmd, error) {
		return fmt.Sprintf("Recorded: you do not agree with the feedback on turn %d.", turn), nil, d.Disagree(w.ctx, turn, "")
	})
}

func (w *window) trust() tea.Cmd {
	if w.last == nil {
		w.status = "There was no feedback yet."
		return nil
	}
	w.beside = sourceLines(w.last)
	return nil
}

func (w *window) formulate() tea.Cmd {
	if !w.desk.Session.GetFormulation() {
		w.status = "Nobody here has a cognitive model to formulate."
		return nil
	}
	w.mode, w.form, w.skip = filling, formulationForm(), func() tea.Cmd { return nil }
	w.hand = func(f *form) tea.Cmd {
		formulation, err := f.formulation()
		if err != nil {
			w.mode, w.status = filling, "! "+err.Error()
			return nil
		}
		return w.call("comparing", func(d *Desk) (string, func(*window) tea.Cmd, error) {
			scored, err := d.Formulate(w.ctx, formulation)
			return "", func(w *window) tea.Cmd {
				w.read(append([]string{"Esc back · ↑↓ scroll"}, formulationLines(scored)...))
				return nil
			}, err
		})
	}
	return nil
}

func (w *window) pause() tea.Cmd {
	if w.desk.Session.GetPhase() == vignettev1.PracticePhase_PRACTICE_PHASE_PAUSED || w.desk.Session.GetFailed() != "" {
		return w.call("going on", func(d *Desk) (string, func(*window) tea.Cmd, error) {
			return "It goes on.", nil, d.Resume(w.ctx, false)
		})
	}
	return w.call("pausing", func(d *Desk) (string, func(*window) tea.Cmd, error) {
		return "It stands still. Ctrl+P goes on.", nil, d.Pause(w.ctx)
	})
}

func (w *window) end() tea.Cmd {
	w.mode = finishing
	w.status = "End, and see the report? y yes · l leave without it · other keys: no"
	return nil
}

func (w *window) help() tea.Cmd {
	lines := []string{"Keys", ""}
	for _, name := range order {
		switch what := keyHelp[name]; what {
		case "":
		default:
			lines = append(lines, fmt.Sprintf("%-8s %s", keyName(name), what))
		}
	}
	w.read(append(lines, "", "Esc back"))
	return nil
}

// keyHelp says what the keys are for.
var keyHelp = map[string]string{
	"enter": "say it (Alt+Enter: a new line; /silent: say nothing)", "ctrl+f": "feedback on your last turn", "ctrl+t": "a hint for the next turn",
	"ctrl+d": "feedback on what stands in the field, before you say it", "ctrl+r": "try your last turn again; again: the one before; Esc: not",
	"ctrl+b": "this branch beside the one it comes off", "ctrl+n": "go on in the next branch", "ctrl+g": "you do not agree with the feedback shown",
	"ctrl+y": "how far the feedback was measured to agree with people", "ctrl+o": "formulation of the client", "ctrl+p": "pause, and go on",
	"ctrl+x": "end, with the report; or leave", "ctrl+q": "close the window: the session is kept", "f1": "this page; PgUp PgDn scroll the conversation, Ctrl+↑↓ what is beside it; Ctrl+L your part",
}

func keyName(name string) string {
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return "^" + strings.ToUpper(rest)
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
