package practise

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func session() *vignettev1.PracticeSession {
	speak := func(text string) *vignettev1.Action {
		return &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}
	}
	return &vignettev1.PracticeSession{
		Session: "s", Title: "A very long title of a scenario that does not fit into a window of eighty columns at all", Phase: vignettev1.PracticePhase_PRACTICE_PHASE_TALKING, Yours: true,
		Practice: &vignettev1.Practice{Given: vignettev1.HelpLevel_HELP_LEVEL_CO_DRAFTING}, Part: &vignettev1.PracticePart{Name: "Ines"},
		Measures: []*vignettev1.Measures{{Moment: vignettev1.PracticeMoment_PRACTICE_MOMENT_BEFORE}},
		Branches: []*vignettev1.PracticeBranch{{Branch: "a"}, {Branch: "b", Off: "a", Current: true}}, Formulation: true,
		Turns: []*vignettev1.PracticeTurn{
			{Index: 0, Mine: true, Action: speak("Hello \x1b[31mred\x1b[0m \u202egnirts 李 🙂. " + strings.Repeat("many words ", 40))},
			{Index: 1, Name: "Gwen", Action: speak("No."), Felt: &vignettev1.MentalState{Distress: proto.Float64(40)}},
		},
	}
}

func feedback() *vignettev1.PracticeFeedback {
	return &vignettev1.PracticeFeedback{
		Reason: strings.Repeat("a reason ", 30), Rewording: "Better words.", Confidence: proto.Float64(0.5),
		Skills: []*vignettev1.SkillFound{{Title: "Assert", Label: "strong", Spans: []*vignettev1.Span{{Quote: "\x1b]0;title\x07words"}}}},
	}
}

// In every mode and size what is drawn fits the window, and text from elsewhere is inert.
func TestWindowFits(t *testing.T) {
	for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 140, Height: 45}, {Width: 40, Height: 16}, {Width: 110, Height: 24}} {
		for name, mode := range map[string]func(*window){
			"talking": func(*window) {}, "feedback": func(w *window) { w.feedback(feedback()) }, "retry": func(w *window) { w.beginRetry() },
			"form": func(w *window) { w.formulate(); w.form.at = 7 }, "measures": func(w *window) { w.ask(vignettev1.PracticeMoment_PRACTICE_MOMENT_AFTER) },
			"keys": func(w *window) { w.help() }, "end": func(w *window) { w.end() },
			"notice": func(w *window) {
				w.notice(&vignettev1.RiskNotice{Help: &vignettev1.LocalHelp{Text: strings.Repeat("\x1b[2Jplease ", 60)}})
			},
			"columns": func(w *window) {
				turns := w.desk.Session.GetTurns()
				w.width = size.Width
				w.read(w.columns(&vignettev1.CompareBranchesResponse{Original: turns, Retry: turns}))
			},
		} {
			w := newWindow(context.Background(), &Desk{Session: session()})
			w.Update(size)
			mode(w)
			for range 3 { // the first drawing settles what scrolls
				w.draw()
			}
			drawn := w.draw()
			if height := lipgloss.Height(drawn); height > size.Height {
				t.Errorf("%s at %dx%d is %d lines high", name, size.Width, size.Height, height)
			}
			for _, line := range strings.Split(drawn, "\n") {
				if width := lipgloss.Width(line); width > size.Width {
					t.Errorf("%s at %dx%d has a line of %d: %q", name, size.Width, size.Height, width, ansi.Strip(line))
				}
			}
			if plain := ansi.Strip(drawn); strings.ContainsAny(plain, "\x07\u202e") || strings.Contains(drawn, "\x1b[31m") || strings.Contains(drawn, "\x1b[2J") || strings.Contains(drawn, "\x1b]0") {
				t.Errorf("%s at %dx%d is not inert", name, size.Width, size.Height)
			}
		}
	}
}

// One's part makes room once one talks, and comes back when it is asked for; feedback that stands there stays.
func TestPartMakesRoom(t *testing.T) {
	spoken := func(w *window) {
		w.update(&vignettev1.PracticeUpdate{Update: &vignettev1.PracticeUpdate_Turn{Turn: &vignettev1.PracticeTurn{Index: 2, Mine: true, Action: &vignettev1.Action{Text: "And?"}}}})
	}
	w := newWindow(context.Background(), &Desk{Session: session()})
	whole := len(w.beside)
	if spoken(w); len(w.beside) >= whole || !strings.Contains(strings.Join(w.beside, "\n"), "Ctrl+L") {
		t.Errorf("beside the conversation stands %q", w.beside)
	}
	w = newWindow(context.Background(), &Desk{Session: session()})
	w.feedback(feedback())
	said := strings.Join(w.beside, "\n")
	if spoken(w); strings.Join(w.beside, "\n") != said {
		t.Errorf("feedback is gone: %q", w.beside)
	}
}

// What is typed as measures and as a formulation is read, or refused with what would be right.
func TestTyped(t *testing.T) {
	m, err := ParseMeasures(vignettev1.PracticeMoment_PRACTICE_MOMENT_BEFORE, "distress=60 sure=30 shame=0.5 objective=say it = plainly")
	if err != nil || m.GetDistress() != 60 || m.GetSelfEfficacy() != 30 || m.GetObjective() != "say it = plainly" || m.GetEmotions()[0].GetEmotion() != vignettev1.Emotion_EMOTION_SHAME || m.Reached != nil {
		t.Errorf("%v, %v", m, err)
	}
	f, err := ParseFormulation("situation=in the car; emotions=shame, anxiety; core_beliefs=helpless")
	if err != nil || f.GetSituation() != "in the car" || len(f.GetEmotions()) != 2 || len(f.GetCoreBeliefs()) != 1 {
		t.Errorf("%v, %v", f, err)
	}
	for text, want := range map[string]string{"distress": "NAME=NUMBER", "anger=much": "NAME=NUMBER", "wrath=1": "anxiety"} {
		if _, err := ParseMeasures(vignettev1.PracticeMoment_PRACTICE_MOMENT_BEFORE, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for text, want := range map[string]string{"where=here": "automatic_thoughts", "emotions=wrath": "anxiety", "core_beliefs=bad": "unlovable"} {
		if _, err := ParseFormulation(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
