package evaluators_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/evaluators"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// scripted answers what it is told to.
type scripted struct {
	answer []*vignettev1.Score
	err    error
}

func (scripted) Describe() *vignettev1.EvaluatorDescription {
	return &vignettev1.EvaluatorDescription{
		Method:    "llm",
		Model:     "some/model",
		Version:   "prompt-3",
		Languages: []string{"en", "pt-BR"},
		Dimensions: []*vignettev1.DimensionSpec{
			{Id: "warmth", Min: 0, Max: 1, Labels: []string{"none", "strong"}, Turn: true, Episode: true},
			{Id: "outcome", Min: -5, Max: 5, Episode: true},
		},
	}
}

func (s scripted) Evaluate(context.Context, *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	return s.answer, s.err
}

// request has two roles; "O'Malley 李" says "Grüße, Zoë." in turns 0 and 2.
func request() *vignettev1.EvaluateRequest {
	speak := func(index int32, role, text string) *vignettev1.PerceivedTurn {
		return &vignettev1.PerceivedTurn{Index: index, Role: role, Action: &vignettev1.Action{
			Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}}
	}
	return &vignettev1.EvaluateRequest{
		Episode:      "run1-7",
		Language:     "en-GB",
		Role:         "O'Malley 李",
		Participants: []*vignettev1.Participant{{Id: "O'Malley 李"}, {Id: "a.b"}},
		Turns: []*vignettev1.PerceivedTurn{
			speak(0, "O'Malley 李", "Grüße, Zoë."), speak(1, "a.b", "Hello."), speak(2, "O'Malley 李", "Grüße, Zoë."),
		},
	}
}

func value(dimension string, number float64, label string) *vignettev1.Score {
	return &vignettev1.Score{Dimension: dimension, Outcome: &vignettev1.Score_Value{
		Value: &vignettev1.ScoreValue{Number: number, Label: label}}}
}

func at(turn int32, s *vignettev1.Score) *vignettev1.Score {
	s.TurnIndex = proto.Int32(turn)
	return s
}

func spanned(s *vignettev1.Score, turn, start, end int32, quote string) *vignettev1.Score {
	s.Spans = append(s.Spans, &vignettev1.CodedSpan{TurnIndex: turn, Code: "warmth",
		Span: &vignettev1.Span{Start: start, End: end, Quote: quote}})
	return s
}

// line is a score in short: where, value or reason, and its id.
func line(s *vignettev1.Score) string {
	where := "episode"
	if s.TurnIndex != nil {
		where = "turn " + string(rune('0'+s.GetTurnIndex()))
	}
	what := strings.ToLower(strings.TrimPrefix(s.GetMissing().GetReason().String(), "MISSING_REASON_"))
	if s.GetValue() != nil {
		what = strings.TrimSpace("value " + s.GetValue().GetLabel())
	}
	return s.GetDimension() + " " + where + ": " + what
}

func lines(scores []*vignettev1.Score) []string {
	var out []string
	for _, s := range scores {
		out = append(out, line(s))
	}
	return out
}

func TestEvaluateHoldsAnswersToTheContract(t *testing.T) {
	full := func(change func([]*vignettev1.Score)) []*vignettev1.Score {
		answer := []*vignettev1.Score{at(0, value("warmth", 1, "strong")), at(2, value("warmth", 0, "none")), value("warmth", 0.4, ""), value("outcome", -5, "")}
		change(answer)
		return answer
	}
	tests := []struct {
		name   string
		answer []*vignettev1.Score
		want   []string
		detail string // part of a detail
	}{
		{name: "all is well", answer: full(func([]*vignettev1.Score) {}),
			want: []string{"warmth turn 0: value strong", "warmth turn 2: value none", "warmth episode: value", "outcome episode: value"}},
		{name: "nothing answered",
			want: []string{"warmth turn 0: not_answered", "warmth turn 2: not_answered", "warmth episode: not_answered", "outcome episode: not_answered"}},
		{name: "out of range", answer: full(func(s []*vignettev1.Score) { s[3] = value("outcome", 10, "") }), detail: "10 is outside",
			want: []string{"warmth turn 0: value strong", "warmth turn 2: value none", "warmth episode: value", "outcome episode: invalid_answer"}},
		{name: "not a number", answer: full(func(s []*vignettev1.Score) { s[3] = value("outcome", math.NaN(), "") }), detail: "NaN is outside",
			want: []string{"warmth turn 0: value strong", "warmth turn 2: value none", "warmth episode: value", "outcome episode: invalid_answer"}},
		{name: "a label nobody declared", answer: full(func(s []*vignettev1.Score) { s[0] = at(0, value("warmth", 1, "boiling")) }), detail: `"boiling"`,
			want: []string{"warmth turn 0: invalid_answer", "warmth turn 2: value none", "warmth episode: value", "outcome episode: value"}},
		{name: "neither value nor reason", answer: full(func(s []*vignettev1.Score) { s[0] = at(0, &vignettev1.Score{Dimension: "warmth"}) }), detail: "neither",
			want: []string{"warmth turn 0: invalid_answer", "warmth turn 2: value none", "warmth episode: value", "outcome episode: value"}},
		{name: "a true quotation, counted in code points", answer: full(func(s []*vignettev1.Score) { spanned(s[0], 0, 7, 10, "Zoë") }),
			want: []string{"warmth turn 0: value strong", "warmth turn 2: value none", "warmth episode: value", "outcome episode: value"}},
		{name: "a false quotation", answer: full(func(s []*vignettev1.Score) { spanned(s[0], 0, 7, 10, "Joe") }), detail: `quotes "Joe" where turn 0 says "Zoë"`,
			want: []string{"warmth turn 0: invalid_answer", "warmth turn 2: value none", "warmth episode: value", "outcome episode: value"}},
		{name: "a span counted in bytes", answer: full(func(s []*vignettev1.Score) { spanned(s[0], 0, 9, 13, "Zoë.") }), detail: "turn 0 has 11 characters",
			want: []string{"warmth turn 0: invalid_answer", "warmth turn 2: value none", "warmth episode: value", "outcome episode: value"}},
		{name: "a span in no turn", answer: full(func(s []*vignettev1.Score) { spanned(s[2], 9, 0, 1, "G") }), detail: "turn 9, which there is not",
			want: []string{"warmth turn 0: value strong", "warmth turn 2: value none", "warmth episode: invalid_answer", "outcome episode: value"}},
		{name: "an impossible confidence", answer: full(func(s []*vignettev1.Score) { s[1].Confidence = proto.Float64(95) }), detail: "confidence",
			want: []string{"warmth turn 0: value strong", "warmth turn 2: invalid_answer", "warmth episode: value", "outcome episode: value"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			response, err := evaluators.NewService("judge", "v1", scripted{answer: test.answer}).Evaluate(context.Background(), request())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, lines(response.GetScores())); diff != "" {
				t.Errorf("scores (-want +got):\n%s", diff)
			}
			var details []string
			for _, s := range response.GetScores() {
				details = append(details, s.GetMissing().GetDetail())
			}
			if !strings.Contains(strings.Join(details, "\n"), test.detail) {
				t.Errorf("no detail says %q: %q", test.detail, details)
			}
		})
	}
}

func TestEvaluateSignsScores(t *testing.T) {
	mine := at(2, value("warmth", 1, "strong"))
	mine.Id, mine.Evaluator, mine.Role = "x", "somebody", "a.b"
	mine.Provenance = &vignettev1.Provenance{Agent: "somebody", PromptHash: "abc"}
	req := request()
	req.TurnIndex = proto.Int32(2)
	response, err := evaluators.NewService("judge", "v1", scripted{answer: []*vignettev1.Score{mine}}).Evaluate(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	want := []*vignettev1.Score{{
		Id:         "run1-7-sce3bd7983302",
		Evaluator:  "judge",
		Dimension:  "warmth",
		Role:       "O'Malley 李",
		TurnIndex:  proto.Int32(2),
		Outcome:    &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: 1, Label: "strong"}},
		Provenance: &vignettev1.Provenance{Agent: "judge", Mind: "llm", Model: "some/model", Version: "v1+prompt-3", PromptHash: "abc"},
	}}
	if diff := cmp.Diff(want, response.GetScores(), protocmp.Transform()); diff != "" {
		t.Errorf("scores (-want +got):\n%s", diff)
	}
	if mine.GetId() != "x" {
		t.Error("the evaluator's own message was changed")
	}
}

func TestEvaluateInAnotherLanguage(t *testing.T) {
	for language, supported := range map[string]bool{"en": true, "EN-us": true, "": true, "pt": true, "de": false, "eng": false} {
		req := request()
		req.Language = language
		answer := []*vignettev1.Score{at(0, value("warmth", 1, "strong"))}
		response, err := evaluators.NewService("judge", "v1", scripted{answer: answer}).Evaluate(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		if len(response.GetScores()) != 4 {
			t.Fatalf("%q: %d scores, want all 4", language, len(response.GetScores()))
		}
		for _, s := range response.GetScores() {
			refused := s.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_LANGUAGE_NOT_SUPPORTED
			if refused == supported {
				t.Errorf("%q: %s", language, line(s))
			}
		}
	}
}

func TestEvaluateRefuses(t *testing.T) {
	tests := []struct {
		name    string
		change  func(*vignettev1.EvaluateRequest)
		answer  []*vignettev1.Score
		err     error
		code    codes.Code
		message string
	}{
		{name: "no role", change: func(r *vignettev1.EvaluateRequest) { r.Role = "" }, code: codes.InvalidArgument, message: "role"},
		{name: "a role that does not take part", change: func(r *vignettev1.EvaluateRequest) { r.Role = "nobody" }, code: codes.InvalidArgument, message: `role: "nobody" does not take part (participants: "O'Malley 李", "a.b")`},
		{name: "a turn of nobody", change: func(r *vignettev1.EvaluateRequest) { r.Turns[1].Role = "ghost" }, code: codes.InvalidArgument, message: `turns[1].role: "ghost"`},
		{name: "turns out of order", change: func(r *vignettev1.EvaluateRequest) { r.Turns[2].Index = 1 }, code: codes.InvalidArgument, message: "turns[2].index: 1 does not come after 1"},
		{name: "the other's turn", change: func(r *vignettev1.EvaluateRequest) { r.TurnIndex = proto.Int32(1) }, code: codes.InvalidArgument, message: "turn 1 is not one of role"},
		{name: "a broken action", change: func(r *vignettev1.EvaluateRequest) { r.Turns[0].Action.Text = "" }, code: codes.InvalidArgument, message: "turns[0].action"},
		{name: "an undeclared dimension", answer: []*vignettev1.Score{value("charm", 1, "")}, code: codes.Internal, message: `scores[0]: dimension "charm" is not declared (declared: warmth, outcome)`},
		{name: "the evaluator sheds load", err: status.Error(codes.Unavailable, "busy"), code: codes.Unavailable, message: "busy"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			req := request()
			if test.change != nil {
				test.change(req)
			}
			_, err := evaluators.NewService("judge", "v1", scripted{answer: test.answer, err: test.err}).Evaluate(context.Background(), req)
			if status.Code(err) != test.code || !strings.Contains(status.Convert(err).Message(), test.message) {
				t.Errorf("got %v; want %s with %q", err, test.code, test.message)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	response, err := evaluators.NewService("judge", "v1", scripted{}).Describe(context.Background(), &vignettev1.EvaluatorServiceDescribeRequest{})
	want := scripted{}.Describe()
	want.Name, want.Version = "judge", "v1+prompt-3"
	if diff := cmp.Diff(want, response.GetDescription(), protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("description (-want +got), %v:\n%s", err, diff)
	}
}
