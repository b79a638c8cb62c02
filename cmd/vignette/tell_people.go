package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// excerptTurns is how much of a conversation is shown at the end of a run.
const excerptTurns = 6

// peopleTeller shows a progress line while a run goes and a table at its end.
type peopleTeller struct {
	out      *page
	progress *os.File // nil when nobody watches
	begun    time.Time
	drawn    time.Time
}

func newPeopleTeller(out io.Writer, progress *os.File) *peopleTeller {
	t := &peopleTeller{out: newPage(out), begun: time.Now()}
	if term.IsTerminal(int(progress.Fd())) {
		t.progress = progress
	}
	return t
}

func (t *peopleTeller) launch(planner *planning.Planner) {
	manifest := planner.Manifest()
	t.out.paragraph(t.out.bold("run "+manifest.GetRun())+"  ", "  ", fmt.Sprintf("%s of %s, seed %d",
		plural(planner.Len(), "episode", "episodes"), plural(len(manifest.GetScenarios()), "scenario", "scenarios"), manifest.GetSeed()))
	t.out.note("", mindsNote(planner))
	t.out.printf("\n")
}

// mindsNote says what the people in a run are, wherever their words are shown.
func mindsNote(planner *planning.Planner) string {
	manifest := planner.Manifest()
	var notes, others []string
	builtin := false
	for _, agent := range manifest.GetAgents() {
		switch agent.GetMind() {
		case "builtin":
			builtin = true
		case "llm":
		default:
			others = append(others, fmt.Sprintf("%s (%s)", line(agent.GetName()), line(agent.GetMind())))
		}
	}
	if builtin {
		notes = append(notes, "builtin minds: rules, seeded, offline, English; a simulation, not people")
	}
	if models := planner.Models(); len(models) > 0 {
		notes = append(notes, fmt.Sprintf("language models (%s); what they say they feel is a self-report", line(strings.Join(models, ", "))))
	}
	return "played by " + strings.Join(append(notes, others...), "; also by ") + judgesNote(manifest)
}

// judgesNote says which evaluators judge with a model and which by rules, where any has a model: a run may name one for all,
// and not all can have one.
func judgesNote(manifest *vignettev1.Manifest) string {
	var judges, rules []string
	for _, evaluator := range manifest.GetEvaluators() {
		if evaluator.GetMethod() == "llm" {
			judges = append(judges, fmt.Sprintf("%s (%s)", line(evaluator.GetName()), line(evaluator.GetModel())))
		} else {
			rules = append(rules, line(evaluator.GetName()))
		}
	}
	wanted := manifest.GetModels()[planning.ForEvaluators]
	switch {
	case len(judges) == 0 && (wanted == "" || wanted == planning.Builtin), len(judges)+len(rules) == 0:
		return ""
	case len(judges) == 0:
		return "; judged by rules, having no judge: " + strings.Join(rules, ", ")
	case len(rules) == 0:
		return "; judged with a model: " + strings.Join(judges, ", ")
	}
	return "; judged with a model: " + strings.Join(judges, ", ") + "; by rules, having no judge: " + strings.Join(rules, ", ")
}

const redraw = 100 * time.Millisecond

func (t *peopleTeller) episode(_ int, _ *episode.State, status *vignettev1.RunStatus, spent projection.Spent) {
	now := time.Now()
	if t.progress == nil || now.Sub(t.drawn) < redraw {
		return
	}
	t.drawn = now
	done := status.GetTotal() - status.GetUnfinished()
	elapsed := now.Sub(t.begun)
	left := time.Duration(float64(elapsed) / float64(max(1, done)) * float64(status.GetUnfinished())).Round(time.Second)
	asked := ""
	if spent.Calls > 0 {
		asked = fmt.Sprintf("  %s tokens  cost %s", tokens(spent.PromptTokens+spent.CompletionTokens), money(spent))
	}
	text := fmt.Sprintf("%d/%d episodes  %s left%s  %.0f turns/s  %d invalid  %d failed",
		done, status.GetTotal(), left, asked, float64(status.GetTurns())/elapsed.Seconds(), status.GetInvalid(), status.GetFailed())
	fmt.Fprintf(t.progress, "\r\x1b[K%s", fitted(t.progress, text))
}

// fitted is a line that stays on its line of a terminal, so that it can be drawn over: what matters most stands first in it.
func fitted(terminal *os.File, text string) string {
	width, _, err := term.GetSize(int(terminal.Fd()))
	if err != nil || width < 2 {
		return text
	}
	return runewidth.Truncate(text, width-1, "…")
}

func (t *peopleTeller) done(result runResult) {
	if t.progress != nil {
		fmt.Fprint(t.progress, "\r\x1b[K")
	}
	elapsed := time.Since(t.begun)
	t.out.results(result, true)
	t.out.spending(result.spending)
	if result.shown != nil {
		t.out.printf("\n")
		t.out.excerpt(result.shown, excerptTurns)
	}
	status := result.status
	t.out.printf("\n%s\n", counts(status))
	t.out.printf("%s in %s, %.0f turns/s\n", plural(int(status.GetTurns()), "turn", "turns"), elapsed.Round(time.Millisecond), float64(status.GetTurns())/elapsed.Seconds())
	if status.GetDigest() != "" {
		t.out.printf("digest %s\n", status.GetDigest())
	}
	t.out.printf("\n%s\n", t.out.dim("Next:"))
	if result.shown != nil {
		t.out.next("show "+result.shown.Plan().Episode, "the whole conversation above")
	}
	t.out.next("show "+status.GetRun(), "every scenario's table, all episodes")
	t.out.next("export "+status.GetRun(), "everything, one episode a line")
	t.out.next("scenarios", "what else there is to play")
}

// nextWidth is how wide the commands that one may type next are, before it is said what they do.
const nextWidth = 34

// next writes a command that one may type next, and what it does: beside it or, where that does not fit, below.
func (p *page) next(command, what string) {
	typed := "  " + invocation() + " " + command
	if width := runewidth.StringWidth(invocation()) + 3 + nextWidth; width+runewidth.StringWidth(what)+2 <= p.width {
		p.printf("%s  %s\n", runewidth.FillRight(typed, width), p.dim(what))
		return
	}
	p.printf("%s\n", typed)
	p.paragraph("      ", "      ", what)
}

// invocation is how this program was called, so that what is printed can be typed: `go run` leaves no program behind.
func invocation() string {
	if path, err := os.Executable(); err == nil && strings.Contains(path, "go-build") {
		return "go run ./cmd/vignette"
	}
	return "vignette"
}

// counts says what became of a run's episodes.
func counts(status *vignettev1.RunStatus) string {
	parts := []string{fmt.Sprintf("%s: %d ok", plural(int(status.GetTotal()), "episode", "episodes"), status.GetOk())}
	for _, c := range []struct {
		n    int32
		what string
	}{{status.GetInvalid(), "invalid"}, {status.GetFailed(), "failed"}, {status.GetUnfinished(), "unfinished"}, {status.GetDeleted(), "deleted"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	return strings.Join(parts, ", ")
}
