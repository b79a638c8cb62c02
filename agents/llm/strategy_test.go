package llm

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const poor, good = "I need it. You have to give it to me.", "The audit takes all of Thursday. I'd like to leave at two."

// planted is a model that says the good line where its strategy brought it there, and the poor one else: told by the last message
// what it thought, or lucky in the third draw.
func planted(request *vignettev1.CompleteRequest) played {
	last := request.GetMessages()[len(request.GetMessages())-1].GetContent()
	_, step, _ := strings.Cut(request.GetPurpose(), ": ")
	if answer, ok := map[string]string{
		"think": `{"notes": "hidden-canary"}`, "checklist": `{"items": ["Is it asked for plainly?", "Is it fair?"]}`, "explore": `{"advice": ["push", "hidden-canary", "beg"]}`,
		"audience": `{"audience": [{"who": "the boss", "weight": 1}, {"who": "a passer-by", "weight": 0.1}]}`, "choose": `{"thought": "hidden-canary", "choice": 3}`,
		"read": `{"critique": "hidden-canary", "stands": false}`,
	}[step]; ok {
		return answered(answer)
	}
	switch fine := strings.Contains(last, good); {
	case step == "check" && fine:
		return answered(`{"marks": [{"why": "hidden-canary", "met": true}, {"why": "", "met": true}]}`)
	case step == "check":
		return answered(`{"marks": [{"why": "hidden-canary", "met": false}, {"why": "", "met": true}]}`)
	case step == "simulate" && fine:
		return answered(`{"reactions": [{"reaction": "hidden-canary", "favour": 8}, {"reaction": "", "favour": 1}]}`)
	case step == "simulate":
		return answered(`{"reactions": [{"reaction": "", "favour": 3}, {"reaction": "", "favour": 10}]}`)
	case strings.Contains(last, "hidden-canary") || strings.Contains(last, "this is missing") || request.GetAccount().GetSample().GetAsk() == 2:
		return answered(says(persona, good))
	}
	return answered(says(persona, poor))
}

// evaluator gives the good line more; it needs what it is told to.
type evaluator struct {
	vignettev1.EvaluatorServiceClient
	needs []vignettev1.Need
	asked []*vignettev1.EvaluateRequest
}

func (e *evaluator) Describe(context.Context, *vignettev1.EvaluatorServiceDescribeRequest, ...grpc.CallOption) (*vignettev1.EvaluatorServiceDescribeResponse, error) {
	return &vignettev1.EvaluatorServiceDescribeResponse{Description: &vignettev1.EvaluatorDescription{
		Needs: e.needs, Dimensions: []*vignettev1.DimensionSpec{{Id: "x.plain", Max: 1, Turn: true}, {Id: "x.kind", Max: 4, Turn: true}, {Id: "x.whole", Max: 1, Episode: true}},
	}}, nil
}

func (e *evaluator) Evaluate(_ context.Context, in *vignettev1.EvaluateRequest, _ ...grpc.CallOption) (*vignettev1.EvaluateResponse, error) {
	e.asked = append(e.asked, in)
	value := 0.0
	if in.GetTurns()[len(in.GetTurns())-1].GetAction().GetText() == good {
		value = 1
	}
	return &vignettev1.EvaluateResponse{Scores: []*vignettev1.Score{
		{Dimension: "x.plain", TurnIndex: in.TurnIndex, Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: value}}},
		{Dimension: "x.kind", TurnIndex: in.TurnIndex, Outcome: &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE}}},
	}}, nil
}

// Each strategy asks what it should, comes to the line that was planted, and lets nothing of its thoughts out.
func TestStrategies(t *testing.T) {
	draft := func(strategy string, n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprintf("%s: draft %d", strategy, i+1))
		}
		return out
	}
	for name, test := range map[string]struct {
		purposes []string
		want     string
	}{
		Plain:                   {[]string{"turn"}, poor},
		ChainOfThought:          {[]string{"chain_of_thought: think", "turn"}, good},
		FaR:                     {[]string{"far: think", "turn"}, good},
		FaRWithoutForesight:     {[]string{"far_without_foresight: think", "turn"}, good},
		FaRWithoutReflection:    {[]string{"far_without_reflection: think", "turn"}, good},
		PerspectiveTaking:       {[]string{"perspective_taking: think", "turn"}, good},
		SelfRefine:              {[]string{"self_refine: checklist", "self_refine: draft 1", "self_refine: check", "self_refine: draft 2", "self_refine: check"}, good},
		SelfConsistency:         {append(draft("self_consistency", 5), "self_consistency: choose"), good},
		Critic:                  {[]string{"critic: draft 1", "critic: read", "critic: draft 2"}, good},
		ExploreGenerateSimulate: {[]string{"explore_generate_simulate: explore", "explore_generate_simulate: audience", "explore_generate_simulate: draft 1", "explore_generate_simulate: simulate", "explore_generate_simulate: draft 2", "explore_generate_simulate: simulate", "explore_generate_simulate: draft 3", "explore_generate_simulate: simulate"}, good},
		"best_of_4:x":           {draft("best_of_4", 4), good},
		"best_of_3:x/x.plain":   {draft("best_of_3", 3), good},
		"best_of_3:x/-x.plain":  {draft("best_of_3", 3), poor},
	} {
		t.Run(name, func(t *testing.T) {
			models, reply, judge := &script{next: planted}, &taken{watched: true}, &evaluator{needs: []vignettev1.Need{vignettev1.Need_NEED_OBJECTIVE}}
			obs := speakerScene(vignettev1.Modality_MODALITY_ASSERTIVE, much, conversation("dana", "boss", "Do you have a minute?", "If it's quick.")...)
			obs.Self.Policy.Strategy = name
			mind := New(persona, models, func(string) vignettev1.EvaluatorServiceClient { return judge })
			answer, err := mind.Respond(context.Background(), obs, reply)
			if err != nil {
				t.Fatal(err)
			}
			var purposes, hashes []string
			seen := map[string]bool{}
			for _, r := range models.requests {
				purposes, hashes = append(purposes, r.GetPurpose()), append(hashes, r.GetPromptHash())
				key := r.GetAccount().GetSample().String() + shown(r)
				if seen[key] && (r.GetPurpose() == "turn" || strings.Contains(r.GetPurpose(), ": draft ")) {
					t.Error("a question was put twice as the same draw")
				}
				seen[key] = true
			}
			if diff := cmp.Diff(test.purposes, purposes); diff != "" || answer.Action.GetText() != test.want {
				t.Errorf("said %q; questions (-want +got):\n%s", answer.Action.GetText(), diff)
			}
			if !slices.Contains(hashes, answer.PromptHash) || reply.state == nil || reply.log[0] != "commit" || slices.Contains(reply.log[1:], "commit") {
				t.Errorf("hash %s, state %v, log %v", answer.PromptHash, reply.state, reply.log)
			}
			if out := answer.Action.String() + reply.said.String() + reply.state.String() + string(answer.AgentState); strings.Contains(out, "hidden-canary") {
				t.Errorf("a hidden thought came out: %s", out)
			}
			if name != Plain && !strings.HasPrefix(name, "best") {
				golden(t, "strategy/"+name, tasks(models.requests))
			}
		})
	}
}

// tasks are what a strategy's questions say beside what every question says.
func tasks(requests []*vignettev1.CompleteRequest) string {
	var out []string
	for _, r := range requests {
		last := r.GetMessages()[len(r.GetMessages())-1].GetContent()
		if _, told, ok := strings.Cut(last, "Use null for a number you cannot tell."); ok {
			last = strings.TrimSpace(told)
		}
		out = append(out, "=== "+r.GetPurpose()+"\n"+last)
	}
	return strings.Join(out, "\n")
}

func TestStrategyErrors(t *testing.T) {
	for _, test := range []struct {
		name, want string
		needs      []vignettev1.Need
		code       codes.Code
		without    bool
	}{
		{"best_of_1:x", "there is no prompting strategy", nil, codes.InvalidArgument, false},
		{BestOf, "there is no prompting strategy", nil, codes.InvalidArgument, false},
		{"best_of_2:x/x.whole", `no dimension of turns "x.whole"`, nil, codes.InvalidArgument, false},
		{"best_of_2:x", "may not know", []vignettev1.Need{vignettev1.Need_NEED_MENTAL_STATES}, codes.InvalidArgument, false},
		{"best_of_2:x", "needs evaluators", nil, codes.FailedPrecondition, true},
	} {
		obs := speakerScene(vignettev1.Modality_MODALITY_ASSERTIVE, much)
		obs.Self.Policy.Strategy = test.name
		find := Evaluators(func(string) vignettev1.EvaluatorServiceClient { return &evaluator{needs: test.needs} })
		if test.without {
			find = nil
		}
		_, err := New(persona, &script{next: planted}, find).Respond(context.Background(), obs, &taken{})
		if status.Code(err) != test.code || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %v %q", test.name, err, test.code, test.want)
		}
	}
}
