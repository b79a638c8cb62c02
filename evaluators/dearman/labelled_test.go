package dearman

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// labelled is one line of testdata/labelled.txt.
type labelled struct {
	line      int
	objective string
	context   []string // "< " the other, "> " the speaker
	text      string
	want      [skills]utterance.Level
	miss      bool // the rules are known to get it wrong
}

const skillLetters = "dearnmc"

func readLabelled(t testing.TB) []labelled {
	t.Helper()
	file, err := os.Open("testdata/labelled.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var out []labelled
	var objective string
	var context []string
	scanner := bufio.NewScanner(file)
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Text()
		switch {
		case strings.HasPrefix(line, "#"):
		case line == "":
			context = nil
		case strings.HasPrefix(line, "objective "):
			objective = strings.TrimPrefix(line, "objective ")
			if objectives[objective] == nil {
				t.Fatalf("line %d: no objective %q", n, objective)
			}
		case strings.HasPrefix(line, "< "), strings.HasPrefix(line, "> "):
			context = append(context[:len(context):len(context)], line)
		default:
			line, miss := strings.CutPrefix(line, "~ ")
			codes, text, ok := strings.Cut(line, " : ")
			if !ok {
				t.Fatalf("line %d: no colon", n)
			}
			out = append(out, labelled{line: n, objective: objective, context: context, text: text, want: parseLabels(t, n, codes), miss: miss})
		}
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func parseLabels(t testing.TB, line int, codes string) [skills]utterance.Level {
	t.Helper()
	var want [skills]utterance.Level
	fields := strings.Fields(codes)
	if len(fields) != int(skills) {
		t.Fatalf("line %d: %d labels", line, len(fields))
	}
	for s, field := range fields {
		if field[0] != skillLetters[s] {
			t.Fatalf("line %d: label %d is %q", line, s, field)
		}
		want[s] = utterance.Level(strings.Index("-012", field[1:])) - 1
	}
	return want
}

func conversation(objective *vignettev1.Objective, context []string, text string) *vignettev1.EvaluateRequest {
	req := &vignettev1.EvaluateRequest{
		Episode:      "e",
		Language:     "en",
		Role:         "me",
		Objective:    objective,
		Participants: []*vignettev1.Participant{{Id: "me"}, {Id: "you"}},
	}
	for i, line := range append(context[:len(context):len(context)], "> "+text) {
		role := "me"
		if line[0] == '<' {
			role = "you"
		}
		req.Turns = append(req.Turns, &vignettev1.PerceivedTurn{Index: int32(i), Role: role, Action: &vignettev1.Action{
			Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: line[2:]}})
	}
	return req
}

// last judges the last turn of a conversation, which is the role's.
func last(req *vignettev1.EvaluateRequest) ([skills]utterance.Finding, *moment) {
	m := lastMoment(req)
	return judge(m), m
}

// lastByRules judges it by the rules alone.
func lastByRules(req *vignettev1.EvaluateRequest) ([skills]utterance.Finding, *moment) {
	m := lastMoment(req)
	return judgeByRules(m), m
}

// lastMoment is what the last turn of a conversation is judged by.
func lastMoment(req *vignettev1.EvaluateRequest) *moment {
	l := newListener(req)
	turns := req.GetTurns()
	for _, turn := range turns[:len(turns)-1] {
		if turn.GetRole() == req.GetRole() {
			l.say(turn.GetAction().GetText())
		} else {
			l.hear(turn.GetAction())
		}
	}
	return l.say(turns[len(turns)-1].GetAction().GetText())
}

// The contexts of the table have pushback only where the speaker has spoken, so a first "< " line is preceded by an
// unstated request; "opening" supplies it.
func withOpening(c labelled) []string {
	if len(c.context) == 0 || c.context[0][0] == '>' || objectives[c.objective].GetKind() == refuse {
		return c.context
	}
	return append([]string{"> " + objectives[c.objective].GetRequest()}, c.context...)
}

func TestLabelledUtterances(t *testing.T) {
	cases := readLabelled(t)
	if len(cases) < 120 {
		t.Fatalf("%d utterances, want at least 120", len(cases))
	}
	var agree, total [skills]int
	for _, c := range cases {
		findings, _ := lastByRules(conversation(objectives[c.objective], withOpening(c), c.text))
		var wrong []string
		for s := range skills {
			total[s]++
			if findings[s].Level == c.want[s] {
				agree[s]++
				continue
			}
			wrong = append(wrong, fmt.Sprintf("%s is %d, want %d (%s)", dimensions[s].title, findings[s].Level, c.want[s], findings[s].Rationale()))
		}
		switch {
		case c.miss && len(wrong) == 0:
			t.Errorf("line %d %q is marked as a known miss and comes right: take the mark off", c.line, c.text)
		case !c.miss && len(wrong) > 0:
			t.Errorf("line %d %q:\n\t%s", c.line, c.text, strings.Join(wrong, "\n\t"))
		}
	}
	for s := range skills {
		t.Logf("%-10s %d of %d", dimensions[s].title, agree[s], total[s])
	}
}
