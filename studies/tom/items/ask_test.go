package items_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/tom/items"
)

var update = flag.Bool("update", false, "write golden files anew; read the difference before you commit it")

// gateway is one that answers as it is told to, and counts how many it is asked at once.
type gateway struct {
	vignettev1.ModelServiceClient
	answer func(*vignettev1.CompleteRequest) (*vignettev1.Completion, error)

	mu        sync.Mutex
	requests  []*vignettev1.CompleteRequest
	now, most int
}

func (g *gateway) Complete(_ context.Context, request *vignettev1.CompleteRequest, _ ...grpc.CallOption) (*vignettev1.CompleteResponse, error) {
	g.mu.Lock()
	g.requests = append(g.requests, request)
	g.now++
	g.most = max(g.most, g.now)
	g.mu.Unlock()
	completion, err := g.answer(request)
	g.mu.Lock()
	g.now--
	g.mu.Unlock()
	return &vignettev1.CompleteResponse{Completion: completion}, err
}

func (g *gateway) Resolve(_ context.Context, request *vignettev1.ResolveRequest, _ ...grpc.CallOption) (*vignettev1.ResolveResponse, error) {
	if request.GetModel() == "nobody" {
		return nil, status.Error(codes.NotFound, `no endpoint has the model "nobody"`)
	}
	return &vignettev1.ResolveResponse{}, nil
}

type noClock struct{}

func (noClock) Now() time.Time                             { return time.Time{} }
func (noClock) Sleep(context.Context, time.Duration) error { return nil }

func says(json string) *vignettev1.Completion {
	return &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_ANSWERED, Json: json}
}

// where answers from where things are: it chooses what has a word in it.
func where(word string) func(*vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
	return func(request *vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
		for _, line := range strings.Split(request.GetMessages()[0].GetContent(), "\n") {
			if letter, choice, ok := strings.Cut(line, ") "); ok && len(letter) == 1 && strings.Contains(choice, word) {
				return says(fmt.Sprintf(`{"thought": "t", "answer": %q}`, letter)), nil
			}
		}
		return nil, status.Error(codes.Internal, "no such choice")
	}
}

func stories(t *testing.T, n int) []*items.Item {
	t.Helper()
	var text strings.Builder
	for i := range n {
		text.WriteString(strings.ReplaceAll(row, "Ines", fmt.Sprintf("Ines %d", i)))
	}
	return read(t, items.BigToM, text.String())
}

// A model that answers from where things are is right wherever beliefs are true, and wrong wherever they are false: the difference
// shows it, accuracy over both does not.
func TestDifference(t *testing.T) {
	list := stories(t, 10)
	g := &gateway{answer: where("shed")}
	study := &items.Study{Models: g, Clock: noClock{}, Model: "m", Workers: 4}
	answers, err := study.Ask(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	if g.most > 4 {
		t.Errorf("%d were asked at once where 4 may be", g.most)
	}
	conditions := items.Count(list, answers, 1)
	if len(conditions) != 4 || conditions[3].Name != items.Everything {
		t.Fatalf("conditions %v", conditions)
	}
	for _, c := range conditions {
		if *c.False.Accuracy != 0 || *c.True.Accuracy != 1 || c.Difference.Value != -1 || c.Neither != nil || c.True.Chance != 0.5 {
			t.Errorf("%s: %+v, %+v, %+v", c.Name, c.False, c.True, c.Difference)
		}
		if c.Difference.Pairs != c.False.N || c.Difference.CI95 != nil {
			t.Errorf("%s: %+v of %d", c.Name, c.Difference, c.False.N)
		}
	}
}

// Whatever is no choice is missing, by its reason, and is not taken for wrong.
func TestMissingIsNotWrong(t *testing.T) {
	list := stories(t, 4)[:8]
	answers := []struct {
		completion *vignettev1.Completion
		err        error
		missing    string
	}{
		{says(`{"answer": "a"}`), nil, ""},
		{&vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_REFUSED, Detail: "I would rather not."}, nil, "refused"},
		{&vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_TRUNCATED}, nil, "truncated"},
		{&vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_MALFORMED}, nil, "malformed"},
		{says(`{"answer": "c"}`), nil, "malformed"}, {says(`{"answer": ""}`), nil, "malformed"}, {says(`the second`), nil, "malformed"},
		{nil, status.Error(codes.Aborted, "the endpoint went away"), "failed"},
	}
	next := 0
	g := &gateway{answer: func(*vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
		next++
		return answers[next-1].completion, answers[next-1].err
	}}
	got, err := (&items.Study{Models: g, Clock: noClock{}, Model: "m", Workers: 1}).Ask(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	missing := 0
	for i, answer := range got {
		if answer.Missing != answers[i].missing || (answer.Choice < 0) != (answer.Missing != "") {
			t.Errorf("item %d: %+v, want %q", i, answer, answers[i].missing)
		}
		if answer.Missing != "" {
			missing++
		}
	}
	all := items.Count(list, got, 1)
	last := all[len(all)-1]
	if n := last.False.Answered + last.True.Answered; n != len(list)-missing || last.Difference != nil {
		t.Errorf("%d answered of %d with %d missing; difference %+v", n, len(list), missing, last.Difference)
	}
	if last.True.Missing["failed"]+last.False.Missing["failed"] != 1 || last.True.Missing["malformed"]+last.False.Missing["malformed"] != 4 {
		t.Errorf("missing %v, %v", last.True.Missing, last.False.Missing)
	}
}

// What would befall every item ends the study.
func TestEnds(t *testing.T) {
	for _, code := range []codes.Code{codes.FailedPrecondition, codes.NotFound, codes.InvalidArgument} {
		g := &gateway{answer: func(*vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
			return nil, status.Error(code, "no")
		}}
		if _, err := (&items.Study{Models: g, Clock: noClock{}, Model: "m"}).Ask(t.Context(), stories(t, 20)); status.Code(errors.Unwrap(err)) != code {
			t.Errorf("%s: %v", code, err)
		}
		if len(g.requests) > 16 {
			t.Errorf("%s: asked %d times", code, len(g.requests))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g := &gateway{answer: where("shed")}
	if _, err := (&items.Study{Models: g, Clock: noClock{}, Model: "m"}).Ask(ctx, stories(t, 3)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct{ model, strategy, want string }{
		{"m", "", ""}, {"m", "far", ""}, {"nobody", "", "no endpoint has the model"}, {"m", "clever", `there is no strategy "clever"; there are ["plain" "far"]`},
	} {
		err := (&items.Study{Models: &gateway{}, Model: test.model, Strategy: test.strategy}).Check(t.Context())
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// The prompts as a model reads them, and the forms of their answers.
func TestPrompts(t *testing.T) {
	list := stories(t, 1)
	hashes := map[string]bool{}
	for _, strategy := range items.Strategies() {
		g := &gateway{answer: where("shed")}
		if _, err := (&items.Study{Models: g, Clock: noClock{}, Model: "m", Strategy: strategy}).Ask(t.Context(), list[:1]); err != nil {
			t.Fatal(err)
		}
		asked := g.requests[0]
		got := asked.GetMessages()[0].GetContent() + "\n=== form\n" + asked.GetForm().GetSchema() + "\n"
		file := filepath.Join("testdata", strategy+".golden")
		if *update {
			if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(file, []byte(got), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v (write it with -update)", err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s, -want +got:\n%s", strategy, diff)
		}
		if asked.GetPromptHash() != items.PromptHash(strategy) || len(asked.GetPromptHash()) != 64 {
			t.Errorf("%s has the hash %q", strategy, asked.GetPromptHash())
		}
		hashes[asked.GetPromptHash()] = true
	}
	if len(hashes) != 2 || items.PromptHash("clever") != "" {
		t.Errorf("hashes %v", hashes)
	}
}
