package practise

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/inert"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	leastWidth  = 40
	leastHeight = 16
	twoColumns  = 110 // from this width on, what is beside the conversation stands beside it, and else below
	tall        = 30  // from this height on there are three lines to write in, and else two
	talkLines   = 6   // what the conversation keeps at least where both are one below the other
)

// View implements tea.Model.
func (w *window) View() tea.View {
	view := tea.NewView(w.draw())
	view.AltScreen, view.WindowTitle = true, "vignette practice"
	return view
}

func (w *window) draw() string {
	if w.width < leastWidth || w.height < leastHeight {
		return "The window is too small; 80x24 is enough."
	}
	body := w.height - 1 // the head
	switch w.mode {
	case filling:
		return clip(w.head()+"\n"+w.form.view(w.width, body-1)+"\n"+w.statusLine(), w.height)
	case reading:
		return w.head() + "\n" + w.reading(body-1) + "\n" + w.statusLine()
	}
	footer := w.footer()
	inputLines := 2
	if w.height >= tall {
		inputLines = 3
	}
	body -= lipgloss.Height(footer) + inputLines + 2
	w.input.SetWidth(w.width - 2)
	w.input.SetHeight(inputLines)
	middle := ""
	if w.width >= twoColumns {
		left := w.width * 3 / 5
		right := w.width - left - 3
		w.fill(&w.talk, w.conversation(left), left, body, true)
		w.fill(&w.side, wrapAll(w.beside, right), right, body, false)
		bar := strings.TrimSuffix(strings.Repeat(" │ \n", body), "\n")
		middle = lipgloss.JoinHorizontal(lipgloss.Top, w.talk.View(), bar, w.side.View())
	} else {
		below := min(max(4, body-talkLines-1), lipgloss.Height(wrapAll(w.beside, w.width)))
		w.fill(&w.talk, w.conversation(w.width), w.width, body-below-1, true)
		w.fill(&w.side, wrapAll(w.beside, w.width), w.width, below, false)
		more := ""
		if w.side.TotalLineCount() > below {
			more = " Ctrl+↑↓ more "
		}
		middle = w.talk.View() + "\n" + faint.Render(rule(more, w.width)) + "\n" + w.side.View()
	}
	return w.head() + "\n" + middle + "\n" + faint.Render(rule(w.inputLabel(), w.width)) + "\n" + w.input.View() + "\n" + w.statusLine() + "\n" + footer
}

// reading is as much of what is read as has room.
func (w *window) reading(height int) string {
	text := strings.Join(w.page, "\n")
	if !w.columned() {
		text = wrapAll(w.page, w.width)
	}
	lines := strings.Split(text, "\n")
	w.offset = min(w.offset, max(0, len(lines)-height))
	lines = lines[w.offset:min(len(lines), w.offset+height)]
	for len(lines) < height {
		lines = append(lines, "")
	}
	return strings.Join(lines, "\n")
}

// columned says whether what is read is laid out for the width already.
func (w *window) columned() bool { return len(w.page) > 0 && strings.HasPrefix(w.page[0], sideBySide) }

// fill puts text into a view; one that followed the end goes on following it.
func (w *window) fill(v *viewport.Model, text string, width, height int, follow bool) {
	atEnd := v.AtBottom() || v.TotalLineCount() == 0
	v.SetWidth(width)
	v.SetHeight(max(1, height))
	v.SetContent(text)
	if follow && atEnd {
		v.GotoBottom()
	}
}

func (w *window) head() string {
	session := w.desk.Session
	left := inert.Line(session.GetTitle())
	right := "simulated, not care"
	if phase := session.GetPhase(); phase != vignettev1.PracticePhase_PRACTICE_PHASE_TALKING {
		right = enumname.Of(phase) + " · " + right
	}
	room := w.width - lipgloss.Width(right) - 2
	left = truncate(left, room)
	return reverse.Render(pad(" "+left, w.width-lipgloss.Width(right)-1) + right + " ")
}

func (w *window) inputLabel() string {
	switch {
	case w.mode == retrying:
		return " turn " + itoa(w.retry) + " again: Enter says it, Esc does not "
	case w.busy != "":
		return " " + w.busy + " … "
	case w.desk.Session.GetEnded() != "":
		return " the conversation is over: Ctrl+X ends with the report, Ctrl+R tries a turn again "
	case w.desk.Session.GetPhase() == vignettev1.PracticePhase_PRACTICE_PHASE_PAUSED:
		return " paused: Ctrl+P goes on "
	}
	return " you "
}

func (w *window) statusLine() string {
	return truncate(inert.Line(w.status), w.width)
}

// footer are the keys, in as many lines as they need.
func (w *window) footer() string {
	var parts []string
	for _, name := range order {
		what := keys[name].what
		switch {
		case name == "ctrl+q":
			what = "close"
		case name == "ctrl+o" && !w.desk.Session.GetFormulation():
			continue
		case name == "ctrl+n" && len(w.desk.Session.GetBranches()) < 2, name == "ctrl+b" && len(w.desk.Session.GetBranches()) < 2:
			continue
		case (name == "ctrl+g" || name == "ctrl+y") && w.last == nil:
			continue
		case name == "ctrl+d" && w.desk.Session.GetPractice().GetGiven() < vignettev1.HelpLevel_HELP_LEVEL_CO_DRAFTING:
			continue
		case (name == "ctrl+f" || name == "ctrl+t") && w.desk.Session.GetPractice().GetGiven() < vignettev1.HelpLevel_HELP_LEVEL_ON_REQUEST:
			continue
		case name == "ctrl+r" && w.desk.Session.GetPractice().GetExam():
			continue
		}
		parts = append(parts, keyName(name)+"\u00a0"+what)
	}
	return faint.Render(wrap(strings.Join(parts, "  "), w.width))
}

// conversation is what was said, wrapped.
func (w *window) conversation(width int) string {
	var out []string
	for _, turn := range w.desk.Session.GetTurns() {
		name := speaker(turn)
		out = append(out, bold.Render(itoa(turn.GetIndex())+" "+name), indent(wrap(actionText(turn.GetAction()), width-2), "  "))
		if felt := feltText(turn.GetFelt()); felt != "" {
			out = append(out, faint.Render(indent(wrap("felt: "+felt, width-2), "  ")))
		}
	}
	if w.words != "" {
		out = append(out, indent(wrap(inert.Line(w.words)+" …", width-2), "  "))
	}
	if len(out) == 0 {
		out = append(out, faint.Render("You begin."))
	}
	return strings.Join(out, "\n")
}

// wrap wraps inert text at blanks.
func wrap(text string, width int) string { return lipgloss.Wrap(text, max(8, width), "") }

func wrapAll(lines []string, width int) string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = wrap(line, width)
		if i == 0 && line != "" {
			out[i] = bold.Render(out[i])
		}
	}
	return strings.Join(out, "\n")
}

func indent(text, by string) string {
	return by + strings.ReplaceAll(text, "\n", "\n"+by)
}

// pad makes a line as wide as a column.
func pad(text string, width int) string {
	if n := width - lipgloss.Width(text); n > 0 {
		return text + strings.Repeat(" ", n)
	}
	return text
}

func truncate(text string, width int) string {
	if lipgloss.Width(text) <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && lipgloss.Width(string(runes))+1 > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// rule is a line across, with a label in it.
func rule(label string, width int) string {
	label = truncate(label, width-4)
	return "──" + label + strings.Repeat("─", max(0, width-2-lipgloss.Width(label)))
}

func clip(text string, height int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[:min(len(lines), height)], "\n")
}

func itoa(n int32) string { return strconv.Itoa(int(n)) }
