package judging

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed prompts/pair.tmpl
var files embed.FS

var question = prompt.Must(files, "prompts/pair.tmpl")

// PromptHash names the words judges are asked in.
func PromptHash() string { return question.Hash() }

const (
	usualWorkers = 16
	modelTimeout = 90 * time.Minute // the gateway has limits of its own
	formName     = "comparison"
	formSchema   = `{"type": "object", "properties": {"reason": {"type": "string"}, "answer": {"type": "string", "enum": ["first", "second", "tie"]}, ` +
		`"confidence": {"type": "number", "minimum": 0, "maximum": 1}}, "required": ["reason", "answer", "confidence"], "additionalProperties": false}`
)

// Study asks one model. Its fields must not change while it does.
type Study struct {
	// Models is the gateway; Clock waits where it sheds load.
	Models vignettev1.ModelServiceClient
	Clock  conductor.Clock
	// Model is whom to ask, in the grammar of `--model`.
	Model string
	// Run names this study in the books of calls, and Terms are on what terms models may be asked.
	Run   string
	Terms conductor.Terms
	// Number is how many readings of these anchors came before: each is asked anew.
	Number int
	// Samples is how often each order is put, from 1. More than once the temperature is 1, else 0.
	Samples int
	// Workers is how many questions are put at once; 0 means 16.
	Workers int
	// Progress is told how many questions of how many are done. May be nil.
	Progress func(done, total int)
}

// Verdict is one answer about an anchor. Choice is in terms of the anchor's texts, whichever came first.
type Verdict struct {
	Anchor string `json:"anchor"`
	// Swapped says that b was put first.
	Swapped    bool    `json:"swapped"`
	Sample     int     `json:"sample"`
	Choice     Choice  `json:"choice,omitempty"`
	Confidence float64 `json:"confidence"`
	// Missing is why there is no choice: refused, filtered, truncated, empty, malformed, failed; Detail says more.
	Missing string `json:"missing,omitempty"`
	Detail  string `json:"missing_detail,omitempty"`
}

// Check says whether the gateway knows the model.
func (s *Study) Check(ctx context.Context) error {
	_, err := s.Models.Resolve(ctx, &vignettev1.ResolveRequest{Model: s.Model})
	if status.Code(err) == codes.Unavailable {
		return fmt.Errorf("model %q cannot be asked: no endpoint is described; set $OPENAI_BASE_URL or write vignette.yaml", s.Model)
	}
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	return nil
}

// Ask puts every anchor in both orders, as often as Samples says. The error is the context's, or one that would befall all.
func (s *Study) Ask(ctx context.Context, anchors *Anchors) (*Reading, error) {
	samples := max(1, s.Samples)
	verdicts := make([]Verdict, 2*samples*len(anchors.List))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan int)
	var mu sync.Mutex
	var group sync.WaitGroup
	done := 0
	for range min(cmp.Or(s.Workers, usualWorkers), len(verdicts)) {
		group.Go(func() {
			for i := range todo {
				anchor := anchors.List[i/(2*samples)]
				verdict, err := s.askOne(ctx, anchor, Verdict{Anchor: anchor.ID, Swapped: i%2 == 1, Sample: i / 2 % samples})
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				verdicts[i] = verdict
				if done++; s.Progress != nil {
					s.Progress(done, len(verdicts))
				}
				mu.Unlock()
			}
		})
	}
feed:
	for i := range verdicts {
		select {
		case todo <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(todo)
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return &Reading{Format: format, Model: s.Model, Anchors: anchors.SHA256, PromptHash: question.Hash(), Number: s.Number, Samples: samples, Verdicts: verdicts}, nil
}

func (s *Study) askOne(ctx context.Context, anchor *Anchor, v Verdict) (Verdict, error) {
	request, err := s.request(anchor, v)
	if err != nil {
		return v, fmt.Errorf("anchor %s: %w", anchor.ID, err)
	}
	var completion *vignettev1.Completion
	_, err = conductor.Retry(ctx, s.Clock, modelTimeout, func(ctx context.Context) error {
		response, err := s.Models.Complete(ctx, request)
		completion = response.GetCompletion()
		return err
	})
	switch {
	case ctx.Err() != nil:
		return v, context.Cause(ctx)
	case err != nil && ends(err):
		return v, fmt.Errorf("anchor %s: %w", anchor.ID, err)
	case err != nil:
		v.Missing, v.Detail = "failed", status.Convert(err).Message()
		return v, nil
	}
	return v.read(completion), nil
}

// ends says whether an error would befall every other question too.
func ends(err error) bool {
	if _, spent := conductor.BudgetSpent(err); spent {
		return true
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.FailedPrecondition, codes.NotFound, codes.InvalidArgument, codes.PermissionDenied, codes.Unauthenticated, codes.Canceled:
		return true
	}
	return false
}

// read takes a completion for a verdict. What is none is missing, and never wrong.
func (v Verdict) read(completion *vignettev1.Completion) Verdict {
	if completion.GetOutcome() != vignettev1.Outcome_OUTCOME_ANSWERED {
		v.Missing, v.Detail = enumname.Of(completion.GetOutcome()), completion.GetDetail()
		return v
	}
	var said struct {
		Answer     string   `json:"answer"`
		Confidence *float64 `json:"confidence"`
	}
	err := json.Unmarshal([]byte(completion.GetJson()), &said)
	choices := map[string]Choice{"first": A, "second": B, "tie": Tie}
	if v.Swapped {
		choices["first"], choices["second"] = B, A
	}
	choice, known := choices[said.Answer]
	if err != nil || !known || said.Confidence == nil || !(*said.Confidence >= 0 && *said.Confidence <= 1) {
		v.Missing, v.Detail = enumname.Of(vignettev1.Outcome_OUTCOME_MALFORMED), "the answer is not first, second or tie with a confidence of 0 to 1"
		return v
	}
	v.Choice, v.Confidence = choice, *said.Confidence
	return v
}

func (s *Study) request(anchor *Anchor, v Verdict) (*vignettev1.CompleteRequest, error) {
	view := struct{ Question, Context, First, Second string }{cmp.Or(anchor.Question, UsualQuestion), anchor.Context, anchor.A, anchor.B}
	if v.Swapped {
		view.First, view.Second = anchor.B, anchor.A
	}
	text, err := question.Render(view)
	if err != nil {
		return nil, err
	}
	temperature := 0.0
	if s.Samples > 1 {
		temperature = 1
	}
	return &vignettev1.CompleteRequest{
		Model:      s.Model,
		Messages:   []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: text}},
		Parameters: &vignettev1.ModelParameters{Temperature: proto.Float64(temperature)},
		Form:       &vignettev1.AnswerForm{Name: formName, Schema: formSchema},
		Account: &vignettev1.ModelAccount{
			Run: s.Run, Task: "anchor", Who: "judges", Kind: "judge", Recorded: s.Terms.Recorded, MaxCost: s.Terms.MaxCost, MaxTokens: s.Terms.MaxTokens,
			Sample: &vignettev1.ModelSample{Repeat: int32(s.Number), BranchSeed: uint64(v.Sample)},
		},
		Purpose:    "judge: anchor",
		PromptHash: question.Hash(),
	}, nil
}
