package llm

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var update = flag.Bool("update", false, "write golden files anew; read the difference before you commit it")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// golden holds a text to a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	got += "\n"
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with -update)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// played is what a scripted model does when it is asked.
type played struct {
	completion *vignettev1.Completion
	// frames come before the final one when the answer is streamed; nil means the text in pieces.
	frames []*vignettev1.CompleteStreamResponse
	err    error
	// open leaves a stream without a final frame.
	open bool
}

// script is a ModelService that plays what it is told and writes down what it was asked. With none left it asks next.
type script struct {
	vignettev1.ModelServiceClient
	mu       sync.Mutex
	plays    []played
	next     func(*vignettev1.CompleteRequest) played
	requests []*vignettev1.CompleteRequest
	streamed int
	// reader answers what is asked of a reader; without it such questions are as all others. readings are those questions.
	reader   func(*vignettev1.CompleteRequest) played
	readings []*vignettev1.CompleteRequest
}

// read is what a reader answers.
func read(quote, trust, resistance string) played {
	raw, err := json.Marshal(map[string]string{"quote": quote, "trust": trust, "resistance": resistance})
	if err != nil {
		panic(err)
	}
	return answered(string(raw))
}

// reads is a reader that quotes what was said last and always says the same.
func reads(trust, resistance string) func(*vignettev1.CompleteRequest) played {
	return func(request *vignettev1.CompleteRequest) played {
		_, latest, _ := strings.Cut(request.GetMessages()[1].GetContent(), "# The latest words")
		_, quote, _ := strings.Cut(latest, "⟦")
		quote, _, _ = strings.Cut(quote, "⟧")
		return read(quote, trust, resistance)
	}
}

func (s *script) take(request *vignettev1.CompleteRequest) played {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reader != nil && strings.HasPrefix(request.GetPurpose(), "appraisal") {
		s.readings = append(s.readings, proto.CloneOf(request))
		return s.reader(request)
	}
	s.requests = append(s.requests, proto.CloneOf(request))
	if len(s.plays) == 0 {
		if s.next == nil {
			panic("the model was asked more often than the test has answers")
		}
		return s.next(request)
	}
	p := s.plays[0]
	s.plays = s.plays[1:]
	return p
}

func (s *script) Complete(_ context.Context, in *vignettev1.CompleteRequest, _ ...grpc.CallOption) (*vignettev1.CompleteResponse, error) {
	p := s.take(in)
	if p.err != nil {
		return nil, p.err
	}
	return &vignettev1.CompleteResponse{Completion: p.completion}, nil
}

func (s *script) CompleteStream(_ context.Context, in *vignettev1.CompleteStreamRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[vignettev1.CompleteStreamResponse], error) {
	p := s.take(in.GetRequest())
	s.streamed++
	if p.err != nil && p.frames == nil {
		return nil, p.err
	}
	frames := p.frames
	if frames == nil {
		for _, r := range p.completion.GetText() {
			frames = append(frames, deltaFrame(string(r)))
		}
	}
	if p.completion != nil && !p.open {
		frames = append(frames, &vignettev1.CompleteStreamResponse{Frame: &vignettev1.CompleteStreamResponse_Final{Final: p.completion}})
	}
	return &frameStream{frames: frames, err: p.err}, nil
}

type frameStream struct {
	grpc.ClientStream
	frames []*vignettev1.CompleteStreamResponse
	err    error
}

func (f *frameStream) Recv() (*vignettev1.CompleteStreamResponse, error) {
	if len(f.frames) == 0 {
		if f.err != nil {
			return nil, f.err
		}
		return nil, io.EOF
	}
	frame := f.frames[0]
	f.frames = f.frames[1:]
	return frame, nil
}

func deltaFrame(text string) *vignettev1.CompleteStreamResponse {
	return &vignettev1.CompleteStreamResponse{Frame: &vignettev1.CompleteStreamResponse_Delta{Delta: text}}
}

func discardFrame(why string) *vignettev1.CompleteStreamResponse {
	return &vignettev1.CompleteStreamResponse{Frame: &vignettev1.CompleteStreamResponse_Discard{Discard: why}}
}

// answered is an answer in JSON.
func answered(raw string) played {
	return played{completion: &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_ANSWERED, Text: raw, Json: raw, Rung: vignettev1.Rung_RUNG_JSON_SCHEMA}}
}

// inPlain is an answer in free text.
func inPlain(text string) played {
	return played{completion: &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_ANSWERED, Text: text}}
}

func outcome(o vignettev1.Outcome) played {
	return played{completion: &vignettev1.Completion{Outcome: o, Detail: "canary-detail"}}
}

// says is an answer of a kind's form that says something; set changes fields.
func says(kind vignettev1.AgentKind, words string, set ...any) string {
	values := map[string]any{
		"thought": "Better be careful.", "felt": []any{map[string]any{"emotion": "anxiety", "intensity": 0.6}}, "distress": 55,
		"expressed": []any{map[string]any{"emotion": "calm", "intensity": 0.5}}, "expressed_distress": 20, "trust": 0.4, "resistance": 0.3,
		"willingness": 0.5, "ambivalence": nil, "others": []any{}, "intent": "see what comes", "action": "speak", "to": []any{}, "addressee": "", "say": words,
	}
	for i := 0; i < len(set); i += 2 {
		values[set[i].(string)] = set[i+1]
	}
	var parts []string
	for _, field := range turnForms[kind].fields {
		value, err := json.Marshal(values[field])
		if err != nil {
			panic(err)
		}
		parts = append(parts, `"`+field+`": `+string(value))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// taken records what a mind sends while it answers.
type taken struct {
	watched bool
	// log is what came, in order.
	log   []string
	state *vignettev1.MentalState
	said  strings.Builder
	// appraisal is what came beside the state, before it.
	appraisal *vignettev1.Appraisal
}

func (r *taken) Appraise(appraisal *vignettev1.Appraisal) error {
	if len(r.log) > 0 || r.appraisal != nil {
		panic("an appraisal comes once, and before anything else")
	}
	r.appraisal = appraisal
	return nil
}

func (r *taken) Commit(state *vignettev1.MentalState, _ []*vignettev1.IntendedAct) error {
	r.log, r.state = append(r.log, "commit"), state
	return nil
}

func (r *taken) Say(words string) error {
	if len(r.log) == 0 || r.log[len(r.log)-1] != "say" {
		r.log = append(r.log, "say")
	}
	r.said.WriteString(words)
	return nil
}

func (r *taken) Discard(string) error {
	r.said.Reset()
	r.log = append(r.log, "discard")
	return nil
}

func (r *taken) Watched() bool { return r.watched }
