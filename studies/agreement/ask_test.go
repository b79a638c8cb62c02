package agreement_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/agreement"
)

// critic is an evaluator that remembers what it was asked and says what a function says.
type critic struct {
	vignettev1.UnimplementedEvaluatorServiceServer
	needs []vignettev1.Need
	says  func(*vignettev1.EvaluateRequest) (*vignettev1.Score, error)

	mu    sync.Mutex
	asked []*vignettev1.EvaluateRequest
}

func (c *critic) Describe(context.Context, *vignettev1.EvaluatorServiceDescribeRequest) (*vignettev1.EvaluatorServiceDescribeResponse, error) {
	return &vignettev1.EvaluatorServiceDescribeResponse{Description: &vignettev1.EvaluatorDescription{
		Name: "critic", Method: "builtin", Version: "1", Needs: c.needs,
		Dimensions: []*vignettev1.DimensionSpec{{Id: "skill.warmth", Max: 1, Labels: []string{"none", "strong"}, Turn: true, Episode: true}},
	}}, nil
}

func (c *critic) Evaluate(_ context.Context, request *vignettev1.EvaluateRequest) (*vignettev1.EvaluateResponse, error) {
	c.mu.Lock()
	c.asked = append(c.asked, request)
	c.mu.Unlock()
	score, err := c.says(request)
	if err != nil {
		return nil, err
	}
	score.Dimension, score.TurnIndex = "skill.warmth", request.TurnIndex
	return &vignettev1.EvaluateResponse{Scores: []*vignettev1.Score{score}}, nil
}

func says(label string) *vignettev1.Score {
	return &vignettev1.Score{Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Label: label}}}
}

// patience counts waits and does not wait.
type patience struct {
	mu    sync.Mutex
	waits []time.Duration
}

func (*patience) Now() time.Time { return time.Unix(0, 0) }

func (p *patience) Sleep(ctx context.Context, d time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waits = append(p.waits, d)
	return ctx.Err()
}

// stage is a study of a critic on a node of its own.
func stage(t *testing.T, c *critic) (*agreement.Study, *patience) {
	t.Helper()
	n, err := node.OpenTemporary(t.Context(), node.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := n.Host(t.Context(), "critic", "a test", func(r grpc.ServiceRegistrar) { vignettev1.RegisterEvaluatorServiceServer(r, c) }); err != nil {
		t.Fatal(err)
	}
	clock := &patience{}
	return &agreement.Study{Directory: n.Directory(), Clock: clock, Evaluator: "critic", Known: []string{"critic"}}, clock
}

const talk = `{"id": "1", "objective": "Get help", "context": [{"role": "you", "text": "Yes?"}], "role": "me", "text": "Hello.", "labels": {"warmth": "strong"}}
{"id": "2", "objective": "Get help", "role": "me", "text": "Go away.", "labels": {"warmth": "none"}}`

func ask(t *testing.T, study *agreement.Study, text string) (*agreement.Report, error) {
	t.Helper()
	description, err := study.Describe(t.Context())
	if err != nil {
		return nil, err
	}
	labels, err := agreement.Read(strings.NewReader(text), "labels.jsonl", description, nil)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := study.Ask(t.Context(), description, labels)
	if err != nil {
		return nil, err
	}
	return agreement.Compare(description, labels, answers, agreement.Options{Resamples: 100}), nil
}

// The evaluator is asked over the wire, about one turn after its context, and sees an objective only if it needs one.
func TestAsk(t *testing.T) {
	for _, needs := range [][]vignettev1.Need{nil, {vignettev1.Need_NEED_OBJECTIVE}} {
		t.Run(fmt.Sprint(needs), func(t *testing.T) {
			c := &critic{needs: needs, says: func(r *vignettev1.EvaluateRequest) (*vignettev1.Score, error) {
				if r.GetEpisode() == "2" {
					return says("none"), nil
				}
				return says("strong"), nil
			}}
			study, _ := stage(t, c)
			told := 0
			study.Progress = func(done, total int) {
				if told++; total != 2 || done != told {
					t.Errorf("%d of %d done, told %d times", done, total, told)
				}
			}
			report, err := ask(t, study, talk)
			if err != nil {
				t.Fatal(err)
			}
			if a := report.Dimensions["skill.warmth"]; a.N != 2 || *a.Kappa != 1 || report.Evaluator != "critic" || report.Model != nil || told != 2 {
				t.Errorf("report %+v, %+v", report, a)
			}
			for _, r := range c.asked {
				last := r.GetTurns()[len(r.GetTurns())-1]
				if r.GetTurnIndex() != last.GetIndex() || last.GetRole() != r.GetRole() || (r.GetObjective() != nil) != (len(needs) > 0) {
					t.Errorf("request %v", r)
				}
			}
		})
	}
}

// One utterance that fails is missing with its reason and keeps nobody else from being scored.
func TestAskCountsFailures(t *testing.T) {
	study, _ := stage(t, &critic{says: func(r *vignettev1.EvaluateRequest) (*vignettev1.Score, error) {
		if r.GetEpisode() == "2" {
			return nil, status.Error(codes.Internal, "it broke")
		}
		return says("strong"), nil
	}})
	report, err := ask(t, study, talk)
	if err != nil {
		t.Fatal(err)
	}
	a := report.Dimensions["skill.warmth"]
	if a.Answered != 1 || a.Missing["evaluator_failed"] != 1 || a.MissingDetail["evaluator_failed"] != "it broke" || *a.Accuracy != 0.5 {
		t.Errorf("answered %d, missing %v %v", a.Answered, a.Missing, a.MissingDetail)
	}
}

// An evaluator that sheds load is asked again when it says; one that stays away, or a budget that is spent, ends the study.
func TestAskAgain(t *testing.T) {
	busy := true
	study, clock := stage(t, &critic{says: func(*vignettev1.EvaluateRequest) (*vignettev1.Score, error) {
		if busy {
			busy = false
			return nil, status.Error(codes.Unavailable, "busy")
		}
		return says("strong"), nil
	}})
	study.Workers = 1
	if report, err := ask(t, study, talk); err != nil || report.Dimensions["skill.warmth"].Answered != 2 || len(clock.waits) != 1 {
		t.Errorf("report %v, %v, waits %v", report, err, clock.waits)
	}
	away, _ := stage(t, &critic{says: func(*vignettev1.EvaluateRequest) (*vignettev1.Score, error) {
		return nil, status.Error(codes.Unavailable, "gone")
	}})
	if _, err := ask(t, away, talk); err == nil || !strings.Contains(err.Error(), `evaluator "critic" cannot be asked`) {
		t.Errorf("error %v", err)
	}
	poor, _ := stage(t, &critic{says: func(*vignettev1.EvaluateRequest) (*vignettev1.Score, error) {
		spent, err := status.New(codes.ResourceExhausted, "the budget is spent").WithDetails(&errdetails.ErrorInfo{Domain: "models", Reason: "BUDGET"})
		if err != nil {
			return nil, err
		}
		return nil, spent.Err()
	}})
	if _, err := ask(t, poor, talk); err == nil || !strings.Contains(err.Error(), "the budget is spent; what was answered is on record") {
		t.Errorf("error %v", err)
	}
}

// When the context ends, asking ends.
func TestAskStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	study, _ := stage(t, &critic{says: func(*vignettev1.EvaluateRequest) (*vignettev1.Score, error) {
		cancel()
		return says("strong"), nil
	}})
	description, err := study.Describe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	labels, err := agreement.Read(strings.NewReader(talk), "labels.jsonl", description, nil)
	if err != nil {
		t.Fatal(err)
	}
	study.Workers = 1
	if _, err := study.Ask(ctx, description, labels); err != context.Canceled {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestDescribeSaysWhatToDo(t *testing.T) {
	study, _ := stage(t, &critic{})
	for _, test := range []struct{ evaluator, model, want string }{
		{"crtic", "", `evaluator "crtic" is not there: nobody serves that name; did you mean "critic"?`},
		{"critic", "some-model", `evaluator "critic" has no judge that asks a model; leave --model away`},
		{"critic", "client=some-model", `--model "client=some-model" gives no model to evaluator "critic"`},
		{"critic", "boss=some-model", `"boss" is no kind, role or evaluator here`},
	} {
		changed := &agreement.Study{Directory: study.Directory, Clock: study.Clock, Known: study.Known, Evaluator: test.evaluator, Model: test.model}
		if _, err := changed.Describe(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s by %s: %v\nwant %s", test.evaluator, test.model, err, test.want)
		}
	}
	builtin := &agreement.Study{Directory: study.Directory, Clock: study.Clock, Evaluator: "critic", Model: "builtin"}
	if description, err := builtin.Describe(t.Context()); err != nil || description.GetModel() != "" {
		t.Errorf("by rules: %v, %v", description, err)
	}
}
