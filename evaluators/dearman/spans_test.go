package dearman

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// marked are the words in which a second reader found skills in one utterance of testdata/blind/fourth.jsonl.
type marked struct {
	ID    string
	Spans []struct{ Skill, Words string }
}

func readMarked(t testing.TB) []marked {
	t.Helper()
	file, err := os.Open("testdata/blind/fourth-spans.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var all []marked
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var m marked
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// shareByte says whether two stretches of a text share a byte.
func shareByte(a, b [2]int) bool { return a[0] < b[1] && b[0] < a[1] }

// byChance is how likely a stretch as long as one, anywhere in the text, shares a byte with any of others.
func byChance(length, text int, others [][2]int) float64 {
	hits, all := 0, 0
	for from := 0; from+length <= text; from++ {
		all++
		for _, o := range others {
			if shareByte([2]int{from, from + length}, o) {
				hits++
				break
			}
		}
	}
	if all == 0 {
		return 1
	}
	return float64(hits) / float64(all)
}

// The words that feedback quotes for a skill are those in which somebody else sees it: a second reader, a language model that saw
// neither the rules nor what they quote, marked 60 utterances of the fourth blind set. Of quotes of skills that the second reader
// found there at all, most lie where the marks are, more than quotes of the same length laid anywhere would; docs/evaluators.md has the table.
func TestSpansAgainstSecondReader(t *testing.T) {
	lines := map[string]rated{}
	for _, line := range readRated(t, "blind/fourth.jsonl") {
		lines[line.ID] = line
	}
	var quotes, same, met, all, both, meeting [skills]int
	var chance [skills]float64
	for _, m := range readMarked(t) {
		line := lines[m.ID]
		marks := map[string][][2]int{}
		for _, s := range m.Spans {
			at := strings.Index(line.Text, s.Words)
			if at < 0 {
				t.Fatalf("%s: %q does not stand in %q", m.ID, s.Words, line.Text)
			}
			marks[s.Skill] = append(marks[s.Skill], [2]int{at, at + len(s.Words)})
		}
		findings, _ := last(line.request(t))
		for s, f := range findings {
			there := marks[strings.ToLower(dimensions[s].title)]
			all[s] += len(there)
			found, shown, meets := make([]bool, len(there)), false, false
			for _, hit := range f.Hits {
				if hit.Level < utterance.Weak || len(there) == 0 {
					continue
				}
				quote := [2]int{hit.Span.Start, hit.Span.End}
				quotes[s]++
				chance[s] += byChance(quote[1]-quote[0], len(line.Text), there)
				lies := false
				for i, mark := range there {
					lies = lies || shareByte(quote, mark)
					found[i] = found[i] || shareByte(quote, mark)
				}
				shown = true
				if lies {
					meets = true
					same[s]++
				}
			}
			if shown {
				both[s]++
			}
			if meets {
				meeting[s]++
			}
			for _, yes := range found {
				if yes {
					met[s]++
				}
			}
		}
	}
	lie, laid, expected := 0, 0, 0.0
	for s := range quotes {
		lie, laid, expected = lie+same[s], laid+quotes[s], expected+chance[s]
		t.Logf("%-10s %d of %d turns: a quote meets a mark; %d of %d quotes do (%.0f%% by chance), %d of %d marks are met",
			dimensions[s].title, meeting[s], both[s], same[s], quotes[s], 100*chance[s]/float64(max(quotes[s], 1)), met[s], all[s])
	}
	t.Logf("all        %d of %d, %.0f%% by chance", lie, laid, 100*expected/float64(laid))
	turns, meets := 0, 0
	for s := range both {
		turns, meets = turns+both[s], meets+meeting[s]
	}
	if share := float64(meets) / float64(turns); share < 0.85 {
		t.Errorf("in %.2f of the turns a quote meets a mark", share)
	}
	if share := float64(lie) / float64(laid); share < expected/float64(laid)+0.15 {
		t.Errorf("%.2f of the quotes lie where the marks are, %.2f by chance", share, expected/float64(laid))
	}
}

// No words of understanding stand for a request, and no reason of a feeling does.
func TestNotQuotedForAssert(t *testing.T) {
	objective := &vignettev1.Objective{
		Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, Statement: "Get Tuesday afternoons off.", Request: "I'd like to leave at two on Tuesdays, to take my father to his rehabilitation.",
		Facts: []string{"My father had a stroke in August, and he can't drive any more."}, Benefits: []string{"You can plan the rota weeks ahead."},
	}
	for _, text := range []string{
		"I know you are busy on Tuesdays. I was hoping we could find something that works.",
		"I know you are busy on Tuesdays.",
		"I feel torn about Tuesdays, because I want to be there for my father.",
	} {
		l := newListener(&vignettev1.EvaluateRequest{Objective: objective})
		found, _ := l.judge(&vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text})
		for _, h := range found[assert].Hits {
			if h.Level > utterance.None && (strings.HasPrefix(h.Span.Quote, "I know") || strings.HasPrefix(h.Span.Quote, "I want")) {
				t.Errorf("%q: Assert quotes %q", text, h.Span.Quote)
			}
		}
	}
}

// What makes a speaker small is taken out of a suggestion whole, so that a sentence is left.
func TestRewordingLeavesSentences(t *testing.T) {
	objective := &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, Request: "I'd like to leave at two on Tuesdays."}
	for said, want := range map[string]string{
		"Sorry to bother you, could I ask for something?":         "Could I ask for something? I'd like to leave at two on Tuesdays.",
		"I'm so sorry to disturb you again. It's about the rota.": "It's about the rota. I'd like to leave at two on Tuesdays.",
		"Sorry for asking, but do you have a minute?":             "Do you have a minute? I'd like to leave at two on Tuesdays.",
	} {
		m := newListener(&vignettev1.EvaluateRequest{Objective: objective}).say(said)
		if got := m.reword(mindful); got != want {
			t.Errorf("%q is reworded %q, want %q", said, got, want)
		}
	}
}
