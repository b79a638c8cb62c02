package scoring_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/transcript"
	"github.com/vignette-sim/vignette/studies/scoring"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// evaluator counts the words of each turn of the role, or fails.
type evaluator struct {
	vignettev1.EvaluatorServiceClient
	failure error
}

func (e evaluator) Evaluator(string) vignettev1.EvaluatorServiceClient { return e }

func (e evaluator) Describe(context.Context, *vignettev1.EvaluatorServiceDescribeRequest, ...grpc.CallOption) (*vignettev1.EvaluatorServiceDescribeResponse, error) {
	return &vignettev1.EvaluatorServiceDescribeResponse{Description: description()}, e.failure
}

func (e evaluator) Evaluate(_ context.Context, req *vignettev1.EvaluateRequest, _ ...grpc.CallOption) (*vignettev1.EvaluateResponse, error) {
	response := &vignettev1.EvaluateResponse{}
	for _, turn := range req.GetTurns() {
		if turn.GetRole() == req.GetRole() {
			response.Scores = append(response.Scores, &vignettev1.Score{Dimension: "words", TurnIndex: proto.Int32(turn.GetIndex()),
				Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: float64(len(strings.Fields(turn.GetAction().GetText())))}}})
		}
	}
	return response, e.failure
}

func description() *vignettev1.EvaluatorDescription {
	return &vignettev1.EvaluatorDescription{Name: "words", Dimensions: []*vignettev1.DimensionSpec{{Id: "words", Max: 5, Turn: true}}}
}

// noWait is a clock that does not let anybody wait.
type noWait struct{}

func (noWait) Now() time.Time                             { return time.Time{} }
func (noWait) Sleep(context.Context, time.Duration) error { return nil }

func talk(t *testing.T, role string) *vignettev1.EvaluateRequest {
	t.Helper()
	read, err := transcript.Read("talk.txt", []byte("Jo: What is it?\nRuth: One two three.\nJo: I see.\nRuth: One two three four five six.\n"))
	if err != nil {
		t.Fatal(err)
	}
	request, err := scoring.OfTranscript(read[0], "talk-1", "en", role)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func scorer(failure error) *scoring.Scorer {
	return &scoring.Scorer{Directory: evaluator{failure: failure}, Clock: noWait{}, Use: &vignettev1.EvaluatorUse{Name: "words"}, Known: []string{"words"}}
}

func scoredAs(t *testing.T, failure error, request *vignettev1.EvaluateRequest) []scoring.Row {
	t.Helper()
	scores, err := scorer(failure).Score(t.Context(), description(), request)
	if err != nil {
		t.Fatal(err)
	}
	var table scoring.Table
	table.Add(description(), scores)
	return table.Rows()
}

func TestScoreHoldsAnswersToWhatWasDeclared(t *testing.T) {
	want := []scoring.Row{{Evaluator: "words", Dimension: "words", Per: "turn", N: 1, Mean: proto.Float64(3), Missing: map[string]int{"invalid_answer": 1}}}
	if diff := cmp.Diff(want, scoredAs(t, nil, talk(t, "Ruth"))); diff != "" {
		t.Errorf("six words are more than the range has (-want +got):\n%s", diff)
	}
}

func TestFailureIsNoZero(t *testing.T) {
	want := []scoring.Row{{Evaluator: "words", Dimension: "words", Per: "turn", Missing: map[string]int{"evaluator_failed": 2}}}
	if diff := cmp.Diff(want, scoredAs(t, status.Error(codes.Internal, "broken"), talk(t, "Ruth"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := scorer(status.Error(codes.Unavailable, "gone")).Describe(t.Context()); err == nil || !strings.Contains(err.Error(), "nobody serves that name") {
		t.Errorf("an evaluator that is not there: %v", err)
	}
}

func TestOnlyLeavesOneRolesWords(t *testing.T) {
	whole := talk(t, "Ruth")
	before := proto.CloneOf(whole)
	alone := scoring.Only(whole, "Jo")
	for _, turn := range alone.GetTurns() {
		if said := turn.GetAction().GetText(); (said != "") != (turn.GetRole() == "Jo") {
			t.Errorf("turn %d of %s says %q", turn.GetIndex(), turn.GetRole(), said)
		}
	}
	if !proto.Equal(before, whole) {
		t.Error("the request itself was changed")
	}
}

func TestWhoseDoingIsScored(t *testing.T) {
	read, err := transcript.Read("talk.txt", []byte("Jo: Hello.\nRuth: Hello.\n"))
	if err != nil {
		t.Fatal(err)
	}
	for role, want := range map[string]string{"": "Jo, Ruth", "Ann": `"Ann"`} {
		if _, err := scoring.OfTranscript(read[0], "x", "en", role); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("role %q: %v", role, err)
		}
	}
}
