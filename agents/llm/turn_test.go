package llm

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	refused   = vignettev1.Outcome_OUTCOME_REFUSED
	filtered  = vignettev1.Outcome_OUTCOME_FILTERED
	truncated = vignettev1.Outcome_OUTCOME_TRUNCATED
	emptied   = vignettev1.Outcome_OUTCOME_EMPTY
	malformed = vignettev1.Outcome_OUTCOME_MALFORMED
)

// fine and other are words that nothing is wrong with.
const (
	fine  = "I don't know. It was just a look he gave me."
	other = "Nobody said a word, and I went down to the props."
)

func opening() *vignettev1.Observation {
	return clientScene("en", 1, conversation("helper", "client", "Hello, I'm Jonas. What brings you here today?")...)
}

func clientSays(words string, set ...any) played { return answered(says(counseled, words, set...)) }

func TestTurns(t *testing.T) {
	flip := "Jonas: And how was that for you?"
	for _, test := range []struct {
		name     string
		plays    []played
		purposes []string
		// want is the text of the action, log what came unwatched, reason that of an error.
		want   string
		kind   vignettev1.ActionKind
		reason string
		// stated says whether a mental state was committed.
		stated bool
	}{
		{"straight", []played{clientSays(fine)}, []string{"turn"}, fine, speak, "", true},
		{"finding, then well", []played{clientSays(flip), clientSays(fine)}, []string{"turn", "turn: role flip"}, fine, speak, "", true},
		{"finding twice stays", []played{clientSays(flip), clientSays(flip)}, []string{"turn", "turn: role flip"}, flip, speak, "", true},
		{"finding twice is mended", []played{clientSays("*sighs* " + fine), clientSays("Nora: " + fine)}, []string{"turn", "turn: narration"}, fine, speak, "", true},
		{"finding, then a refusal", []played{clientSays("*sighs* " + fine), outcome(refused)}, []string{"turn", "turn: narration"}, fine, speak, "", true},
		{"finding, then no form", []played{clientSays("*sighs* " + fine), outcome(malformed)}, []string{"turn", "turn: narration"}, fine, speak, "", true},
		{"refusal, then well", []played{outcome(refused), clientSays(fine)}, []string{"turn", "turn: refused"}, fine, speak, "", true},
		{"refusal, finding, well", []played{outcome(refused), clientSays(flip), clientSays(fine)}, []string{"turn", "turn: refused", "turn: role flip"}, fine, speak, "", true},
		{"refusal, finding, finding", []played{outcome(refused), clientSays(flip), clientSays(flip)}, []string{"turn", "turn: refused", "turn: role flip"}, flip, speak, "", true},
		{"refusal twice", []played{outcome(refused), outcome(refused)}, []string{"turn", "turn: refused"}, "", 0, "MODEL_REFUSED", false},
		{"refusal, then a cut", []played{outcome(refused), outcome(truncated)}, []string{"turn", "turn: refused"}, "", 0, "MODEL_TRUNCATED", false},
		{"filter twice", []played{outcome(filtered), outcome(filtered)}, []string{"turn", "turn: filtered"}, "", 0, "MODEL_FILTERED", false},
		{"cut twice", []played{outcome(truncated), outcome(truncated)}, []string{"turn", "turn: cut"}, "", 0, "MODEL_TRUNCATED", false},
		{"nothing twice", []played{outcome(emptied), outcome(emptied)}, []string{"turn", "turn: empty"}, "", 0, "MODEL_EMPTY", false},
		{"no form, then words", []played{outcome(malformed), inPlain(" " + fine + "\n")}, []string{"turn", "turn: words"}, fine, speak, "", false},
		{"no form, finding, well", []played{outcome(malformed), inPlain(flip), inPlain(fine)}, []string{"turn", "turn: words", "turn: role flip"}, fine, speak, "", false},
		{"no form, refusal, words", []played{outcome(malformed), outcome(refused), inPlain(fine)}, []string{"turn", "turn: words", "turn: refused"}, fine, speak, "", false},
		{"refusal, no form, words", []played{outcome(refused), outcome(malformed), inPlain(fine)}, []string{"turn", "turn: refused", "turn: words"}, fine, speak, "", false},
		{"refusal, no form, bad words", []played{outcome(refused), outcome(malformed), inPlain("Nora: " + fine)}, []string{"turn", "turn: refused", "turn: words"}, fine, speak, "", false},
		{"refusal, no form, no words", []played{outcome(refused), outcome(malformed), outcome(emptied)}, []string{"turn", "turn: refused", "turn: words"}, "", 0, "MODEL_EMPTY", false},
		{"no form at all", []played{outcome(malformed), outcome(malformed)}, []string{"turn", "turn: words"}, "", 0, "MODEL_MALFORMED", false},
		{"JSON without a field", []played{answered(`{"say": "Hi"}`), inPlain(fine)}, []string{"turn", "turn: words"}, fine, speak, "", false},
		{"no words twice become silence", []played{clientSays(""), clientSays(" ")}, []string{"turn", "turn: wordless"}, "", silent, "", true},
		{"silence", []played{clientSays("unsaid", "action", "silent")}, []string{"turn"}, "", silent, "", true},
		{"a gesture", []played{clientSays("*looks away*", "action", "nonverbal")}, []string{"turn"}, "looks away", nonverbal, "", true},
		{"an impossible state is none", []played{clientSays(fine, "distress", 140)}, []string{"turn"}, fine, speak, "", false},
		{"fences are taken out", []played{clientSays("⟦" + fine + "⟧")}, []string{"turn"}, fine, speak, "", true},
	} {
		for _, watched := range []bool{false, true} {
			name := test.name + map[bool]string{true: ", watched"}[watched]
			t.Run(name, func(t *testing.T) {
				models, reply := &script{plays: slices.Clone(test.plays)}, &taken{watched: watched}
				obs := opening()
				answer, err := New(counseled, models, nil).Respond(context.Background(), obs, reply)
				checkRequests(t, obs, models.requests, test.purposes)
				if len(models.plays) > 0 {
					t.Errorf("%d answers were not asked for", len(models.plays))
				}
				if test.reason != "" {
					checkAborted(t, err, test.reason)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if answer.Action.GetText() != test.want || answer.Action.GetKind() != test.kind {
					t.Errorf("did %v, want %v %q", answer.Action, test.kind, test.want)
				}
				if (reply.state != nil) != test.stated || len(reply.log) == 0 || reply.log[0] != "commit" || slices.Contains(reply.log[1:], "commit") {
					t.Errorf("state %v after %v", reply.state, reply.log)
				}
				if said := reply.said.String(); said != "" && said != test.want {
					t.Errorf("said %q, the turn is %q", said, test.want)
				}
				if !watched && len(reply.log) != 1 {
					t.Errorf("nobody watches, and there came %v", reply.log)
				}
				last := models.requests[len(models.requests)-1]
				if answer.Model != "m-1" || len(answer.PromptHash) != 64 || test.reason == "" && test.purposes[len(test.purposes)-1] != "turn: narration" && answer.PromptHash != last.GetPromptHash() {
					t.Errorf("model %q, prompt %q", answer.Model, answer.PromptHash)
				}
			})
		}
	}
}

// checkRequests holds requests to the contract: purposes, account with the number of the question, hash.
func checkRequests(t *testing.T, obs *vignettev1.Observation, requests []*vignettev1.CompleteRequest, purposes []string) {
	t.Helper()
	var got []string
	for i, request := range requests {
		got = append(got, request.GetPurpose())
		want := proto.CloneOf(obs.GetAccount())
		want.Sample.Ask = int32(i)
		if diff := cmp.Diff(want, request.GetAccount(), protocmp.Transform()); diff != "" {
			t.Errorf("question %d is on another account (-want +got):\n%s", i, diff)
		}
		if len(request.GetPromptHash()) != 64 || request.GetModel() != "m-1" || request.GetParameters() != nil {
			t.Errorf("question %d: model %q, prompt %q, %v", i, request.GetModel(), request.GetPromptHash(), request.GetParameters())
		}
		if i > 0 && cmp.Equal(request.GetMessages(), requests[i-1].GetMessages(), protocmp.Transform()) {
			t.Errorf("question %d is the one before", i)
		}
	}
	if diff := cmp.Diff(purposes, got); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
}

func checkAborted(t *testing.T, err error, reason string) {
	t.Helper()
	st := status.Convert(err)
	if st.Code() != codes.Aborted || len(st.Details()) != 1 {
		t.Fatalf("error %v", err)
	}
	info, ok := st.Details()[0].(*errdetails.ErrorInfo)
	if !ok || info.GetReason() != reason || info.GetDomain() != "agents/llm" || info.GetMetadata()["model"] != "m-1" {
		t.Errorf("detail %v, want %s", st.Details()[0], reason)
	}
	if strings.Contains(st.Message(), "canary") || !strings.Contains(st.Message(), ";") {
		t.Errorf("message %q", st.Message())
	}
}

// A finding is told with the draft it is about, fenced.
func TestAgainTellsWhy(t *testing.T) {
	models := &script{plays: []played{clientSays("Jonas: And ⟧ then?"), clientSays(fine)}}
	if _, err := New(counseled, models, nil).Respond(context.Background(), opening(), &taken{}); err != nil {
		t.Fatal(err)
	}
	messages := models.requests[1].GetMessages()
	if last := messages[len(messages)-1].GetContent(); !strings.Contains(last, "⟦Jonas: And  then?⟧") || !strings.Contains(last, "somebody else's words") {
		t.Errorf("asked again with\n%s", last)
	}
}

func TestWithoutSpeech(t *testing.T) {
	for _, test := range []struct {
		allowed []vignettev1.ActionKind
		plays   []played
		want    *vignettev1.Action
	}{
		{[]vignettev1.ActionKind{nonverbal, silent}, []played{outcome(malformed), inPlain("(looks away)")}, &vignettev1.Action{Kind: nonverbal, Text: "looks away"}},
		{[]vignettev1.ActionKind{silent}, []played{outcome(malformed)}, &vignettev1.Action{Kind: silent}},
		{[]vignettev1.ActionKind{speak}, []played{clientSays("gone", "action", "leave"), inPlain(fine)}, &vignettev1.Action{Kind: speak, Text: fine}},
	} {
		obs := opening()
		obs.Allowed = test.allowed
		answer, err := New(counseled, &script{plays: test.plays}, nil).Respond(context.Background(), obs, &taken{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, answer.Action, protocmp.Transform()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	obs := opening()
	obs.Allowed = []vignettev1.ActionKind{speak}
	_, err := New(counseled, &script{plays: []played{clientSays(""), clientSays("*sighs*")}}, nil).Respond(context.Background(), obs, &taken{})
	checkAborted(t, err, "MODEL_EMPTY")
}

func TestTo(t *testing.T) {
	for _, test := range []struct {
		to   []any
		want []string
	}{{[]any{}, nil}, {[]any{"alex 2"}, []string{"alex 2"}}, {[]any{"alex 2", "alex 2", "oma", "nobody", "mutter"}, []string{"alex 2"}}} {
		models := &script{plays: []played{answered(says(persona, "Bleib bitte hier.", "to", test.to))}}
		answer, err := New(persona, models, nil).Respond(context.Background(), table(), &taken{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(answer.Action.GetTo(), test.want) {
			t.Errorf("to %v: %v, want %v", test.to, answer.Action.GetTo(), test.want)
		}
	}
	answer, err := New(counseled, &script{plays: []played{clientSays(fine, "to", []any{"helper"})}}, nil).Respond(context.Background(), opening(), &taken{})
	if err != nil || answer.Action.GetTo() != nil {
		t.Errorf("between two people, to is %v (%v)", answer.Action.GetTo(), err)
	}
}

// Whom it speaks to is taken over where there is a choice, and where the one named is there to hear it.
func TestAddressee(t *testing.T) {
	for _, test := range []struct {
		to              []any
		addressee, want string
	}{
		{[]any{}, "", ""}, {[]any{}, "alex 2", "alex 2"}, {[]any{}, "oma", ""}, {[]any{}, "mutter", ""}, {[]any{"alex 2"}, "alex 2", ""},
	} {
		models := &script{plays: []played{answered(says(persona, "Bleib bitte hier.", "to", test.to, "addressee", test.addressee))}}
		answer, err := New(persona, models, nil).Respond(context.Background(), table(), &taken{})
		if err != nil {
			t.Fatal(err)
		}
		if got := answer.Action.GetAddressee(); got != test.want {
			t.Errorf("to %v, for %q: addressee %q, want %q", test.to, test.addressee, got, test.want)
		}
	}
	answer, err := New(counseled, &script{plays: []played{clientSays(fine, "addressee", "helper")}}, nil).Respond(context.Background(), opening(), &taken{})
	if err != nil || answer.Action.GetAddressee() != "" {
		t.Errorf("between two people, the addressee is %q (%v)", answer.Action.GetAddressee(), err)
	}
}

func TestWhatIsReported(t *testing.T) {
	full := []any{
		"others", []any{
			map[string]any{"role": "helper", "felt": []any{map[string]any{"emotion": "calm", "intensity": 0.7}}, "distress": 10, "confidence": 0.4},
			map[string]any{"role": "somebody", "felt": []any{}, "distress": nil, "confidence": nil},
		},
		"trust", nil, "thought", "He will see through me.", "intent", "say little",
	}
	models, reply := &script{plays: []played{clientSays(fine, full...)}}, &taken{}
	if _, err := New(counseled, models, nil).Respond(context.Background(), opening(), reply); err != nil {
		t.Fatal(err)
	}
	want := &vignettev1.MentalState{
		Source: vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED, Felt: []*vignettev1.EmotionIntensity{feel(vignettev1.Emotion_EMOTION_ANXIETY, 0.6, "")},
		Distress: proto.Float64(55), Expressed: []*vignettev1.EmotionIntensity{feel(vignettev1.Emotion_EMOTION_CALM, 0.5, "")}, ExpressedDistress: proto.Float64(20),
		Resistance: proto.Float64(0.3), Willingness: proto.Float64(0.5), Intent: "say little", InnerThought: "He will see through me.",
		Others: []*vignettev1.ModelOfOther{{Role: "helper", Felt: []*vignettev1.EmotionIntensity{feel(vignettev1.Emotion_EMOTION_CALM, 0.7, "")}, Distress: proto.Float64(10), Confidence: proto.Float64(0.4)}},
	}
	if diff := cmp.Diff(want, reply.state, protocmp.Transform()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestImpossibleStates(t *testing.T) {
	emotion := func(name string, intensity float64) any {
		return map[string]any{"emotion": name, "intensity": intensity}
	}
	other := func(role string, distress float64) any {
		return map[string]any{"role": role, "felt": []any{}, "distress": distress, "confidence": nil}
	}
	for name, test := range map[string]struct {
		set      []any
		possible bool
	}{
		"as it is":                      {nil, true},
		"distress below none":           {[]any{"distress", -1}, false},
		"trust beyond full":             {[]any{"trust", 1.2}, false},
		"an emotion nobody knows":       {[]any{"felt", []any{emotion("bliss", 0.5)}}, false},
		"an intensity beyond full":      {[]any{"expressed", []any{emotion("joy", 1.5)}}, false},
		"an emotion with two strengths": {[]any{"felt", []any{emotion("joy", 0.5), emotion("joy", 0.6)}}, false},
		"an emotion said twice":         {[]any{"felt", []any{emotion("joy", 0.5), emotion("joy", 0.5)}}, true},
		"two readings of one person":    {[]any{"others", []any{other("helper", 5), other("helper", 9)}}, false},
		"a reading out of range":        {[]any{"others", []any{other("helper", 105)}}, false},
		"a long thought":                {[]any{"thought", strings.Repeat("ä", 5000)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			reply := &taken{}
			if _, err := New(counseled, &script{plays: []played{clientSays(fine, test.set...)}}, nil).Respond(context.Background(), opening(), reply); err != nil {
				t.Fatal(err)
			}
			if (reply.state != nil) != test.possible {
				t.Errorf("committed %v", reply.state)
			}
		})
	}
}

func TestWhatCannotBePlayed(t *testing.T) {
	for _, test := range []struct {
		policy *vignettev1.Policy
		code   codes.Code
		says   string
	}{
		{nil, codes.FailedPrecondition, "--model"},
		{&vignettev1.Policy{Model: "builtin"}, codes.FailedPrecondition, "--model"},
		{&vignettev1.Policy{Model: "m", Strategy: "clever"}, codes.InvalidArgument, `"plain"`},
	} {
		obs := opening()
		obs.Self.Policy = test.policy
		mind := New(counseled, &script{}, nil)
		_, err := mind.Respond(context.Background(), obs, &taken{})
		_, probeErr := mind.Probe(context.Background(), obs, &vignettev1.ProbeSpec{Kind: vignettev1.ProbeKind_PROBE_KIND_OPEN})
		_, bidErr := mind.Bid(context.Background(), obs)
		for _, err := range []error{err, probeErr, bidErr} {
			if status.Code(err) != test.code || !strings.Contains(status.Convert(err).Message(), test.says) {
				t.Errorf("%v: %v, want %v with %s", test.policy, err, test.code, test.says)
			}
		}
	}
	obs := opening()
	obs.AgentState = []byte("not ours")
	if _, err := New(counseled, &script{}, nil).Respond(context.Background(), obs, &taken{}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("a broken agent state: %v", err)
	}
}

// Errors of ModelService keep their code and details.
func TestErrorsArePassedOn(t *testing.T) {
	budget, err := status.New(codes.ResourceExhausted, "the run has spent 5.00 of 5.00").WithDetails(&errdetails.ErrorInfo{Reason: "BUDGET", Domain: "models"})
	if err != nil {
		t.Fatal(err)
	}
	for _, watched := range []bool{false, true} {
		for _, p := range []played{{err: budget.Err()}, {err: budget.Err(), frames: []*vignettev1.CompleteStreamResponse{deltaFrame(`{"thought": "I`)}}} {
			_, err := New(counseled, &script{plays: []played{p}}, nil).Respond(context.Background(), opening(), &taken{watched: watched})
			st := status.Convert(err)
			if st.Code() != codes.ResourceExhausted || !strings.Contains(st.Message(), budget.Message()) || !strings.Contains(st.Message(), `"client"`) {
				t.Errorf("%v", err)
			}
			if diff := cmp.Diff(budget.Proto().GetDetails(), st.Proto().GetDetails(), protocmp.Transform()); diff != "" {
				t.Errorf("details (-want +got):\n%s", diff)
			}
		}
	}
	_, err = New(counseled, &script{plays: []played{{err: context.DeadlineExceeded}}}, nil).Respond(context.Background(), opening(), &taken{})
	if status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("a deadline: %v", err)
	}
	unfinished := played{frames: []*vignettev1.CompleteStreamResponse{deltaFrame("{")}, open: true}
	if _, err = New(counseled, &script{plays: []played{unfinished}}, nil).Respond(context.Background(), opening(), &taken{watched: true}); status.Code(err) != codes.Internal {
		t.Errorf("a stream without an end: %v", err)
	}
}

func TestStreaming(t *testing.T) {
	whole := says(counseled, " I don't know\u00a0– \"just\" a look. \n")
	text := "I don't know\u00a0– \"just\" a look."
	final := answered(whole).completion
	pieces := func(raw string) []*vignettev1.CompleteStreamResponse {
		var frames []*vignettev1.CompleteStreamResponse
		for _, r := range raw {
			frames = append(frames, deltaFrame(string(r)))
		}
		return frames
	}
	reordered := `{"say": "` + fine + `", ` + says(counseled, fine)[1:]
	for _, test := range []struct {
		name  string
		plays []played
		log   []string
		said  string
		want  string
		// distress is that of the committed state.
		distress float64
	}{
		{"as it comes", []played{{completion: final}}, []string{"commit", "say"}, text, text, 55},
		{"in one piece", []played{{completion: final, frames: []*vignettev1.CompleteStreamResponse{deltaFrame(whole)}}}, []string{"commit", "say"}, text, text, 55},
		{"recorded, without pieces", []played{{completion: final, frames: []*vignettev1.CompleteStreamResponse{}}}, []string{"commit"}, "", text, 55},
		{"fenced", []played{{completion: final, frames: pieces("```json\n" + whole + "\n```")}}, []string{"commit", "say"}, text, text, 55},
		{"an attempt is taken back", []played{{completion: final, frames: slices.Concat(pieces(says(counseled, "Well, I sup", "distress", 70)), []*vignettev1.CompleteStreamResponse{discardFrame("cut")}, pieces(whole))}},
			[]string{"commit", "say", "discard", "say"}, text, text, 70},
		{"taken back before words", []played{{completion: final, frames: slices.Concat(pieces(whole[:40]), []*vignettev1.CompleteStreamResponse{discardFrame("cut")}, pieces(whole))}},
			[]string{"commit", "say"}, text, text, 55},
		{"mended by the gateway", []played{{completion: answered(says(counseled, fine, "distress", 90)).completion, frames: pieces(whole)}}, []string{"commit", "say", "discard"}, "", fine, 55},
		{"words first", []played{{completion: answered(says(counseled, fine)).completion, frames: pieces(reordered)}}, []string{"commit"}, "", fine, 55},
		{"prose first", []played{{completion: final, frames: pieces("Sure: " + whole)}}, []string{"commit"}, "", text, 55},
		{"a finding", []played{clientSays("Jonas: I see.", "distress", 80), clientSays(fine)}, []string{"commit", "say", "discard", "say"}, fine, fine, 80},
		{"mended here", []played{clientSays("*sighs* I see."), clientSays("*sighs* " + fine)}, []string{"commit", "say", "discard", "say", "discard"}, "", fine, 55},
		{"no form after words", []played{{completion: outcome(malformed).completion, frames: pieces(whole)}, inPlain(fine)}, []string{"commit", "say", "discard"}, "", fine, 55},
		{"refused after words", []played{{completion: outcome(refused).completion, frames: pieces(whole)}, clientSays(fine)}, []string{"commit", "say", "discard", "say"}, fine, fine, 55},
		{"silence is not said", []played{clientSays("unsaid", "action", "silent")}, []string{"commit"}, "", "", 55},
	} {
		t.Run(test.name, func(t *testing.T) {
			models, reply := &script{plays: test.plays}, &taken{watched: true}
			answer, err := New(counseled, models, nil).Respond(context.Background(), opening(), reply)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.log, reply.log); diff != "" {
				t.Errorf("frames (-want +got):\n%s", diff)
			}
			if reply.said.String() != test.said || answer.Action.GetText() != test.want {
				t.Errorf("said %q, turn %q; want %q, %q", reply.said.String(), answer.Action.GetText(), test.said, test.want)
			}
			if reply.state.GetDistress() != test.distress {
				t.Errorf("committed %v", reply.state)
			}
		})
	}
}

func TestProbes(t *testing.T) {
	emotion := vignettev1.ProbeKind_PROBE_KIND_EMOTION
	distress, nextAct := vignettev1.ProbeKind_PROBE_KIND_DISTRESS, vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT
	refuses := func(why string) *vignettev1.ProbeAnswer { return &vignettev1.ProbeAnswer{Answer: refusal(why)} }
	for _, test := range []struct {
		name     string
		kind     vignettev1.ProbeKind
		plays    []played
		want     *vignettev1.ProbeAnswer
		purposes []string
	}{
		{"emotion", emotion, []played{answered(`{"thought": "t", "emotions": [{"emotion": "shame", "probability": 0.7}, {"emotion": "hope", "probability": 0.3}]}`)},
			&vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Emotions{Emotions: &vignettev1.EmotionDistribution{Emotions: []*vignettev1.EmotionIntensity{
				feel(vignettev1.Emotion_EMOTION_SHAME, 0.7, ""), feel(vignettev1.Emotion_EMOTION_HOPE, 0.3, "")}}}}, []string{"probe"}},
		{"more than 1, then well", emotion, []played{answered(`{"thought": "t", "emotions": [{"emotion": "shame", "probability": 0.7}, {"emotion": "hope", "probability": 0.7}]}`), answered(`{"thought": "t", "emotions": []}`)},
			&vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Emotions{Emotions: &vignettev1.EmotionDistribution{}}}, []string{"probe", "probe: sum"}},
		{"more than 1 twice", emotion, slices.Repeat([]played{answered(`{"thought": "t", "emotions": [{"emotion": "shame", "probability": 0.7}, {"emotion": "hope", "probability": 0.7}]}`)}, 2),
			refuses("the model gave no answer of the form asked for"), []string{"probe", "probe: sum"}},
		{"cannot tell", emotion, []played{answered(`{"thought": "t", "emotions": null}`)}, refuses("the model cannot tell"), []string{"probe"}},
		{"distress", distress, []played{answered(`{"thought": "t", "distress": 62}`)}, &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Distress{Distress: 62}}, []string{"probe"}},
		{"distress of none is told", distress, []played{answered(`{"thought": "t", "distress": 0}`)}, &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Distress{}}, []string{"probe"}},
		{"distress cannot tell", distress, []played{answered(`{"thought": "t", "distress": null}`)}, refuses("the model cannot tell"), []string{"probe"}},
		{"belief", vignettev1.ProbeKind_PROBE_KIND_BELIEF, []played{answered(`{"thought": "t", "probability": 0.25}`)}, &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Probability{Probability: 0.25}}, []string{"probe"}},
		{"next act", nextAct, []played{answered(`{"thought": "t", "acts": [{"act": "disclose", "probability": 0.6}, {"act": "leave", "probability": 0.1}]}`)},
			&vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Acts{Acts: &vignettev1.ActDistribution{Acts: []*vignettev1.ActProbability{
				{Act: vignettev1.ProbeAct_PROBE_ACT_DISCLOSE, Probability: 0.6}, {Act: vignettev1.ProbeAct_PROBE_ACT_LEAVE, Probability: 0.1}}}}}, []string{"probe"}},
		{"an act twice", nextAct, slices.Repeat([]played{answered(`{"thought": "t", "acts": [{"act": "ask", "probability": 0.1}, {"act": "ask", "probability": 0.1}]}`)}, 2),
			refuses("the model gave no answer of the form asked for"), []string{"probe", "probe: malformed"}},
		{"next acts sum to more", nextAct, slices.Repeat([]played{answered(`{"thought": "t", "acts": [{"act": "ask", "probability": 0.9}, {"act": "leave", "probability": 0.9}]}`)}, 2),
			refuses("the model gave no answer of the form asked for"), []string{"probe", "probe: sum"}},
		{"open", vignettev1.ProbeKind_PROBE_KIND_OPEN, []played{answered(`{"thought": "t", "text": " Tired. "}`)}, &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Text{Text: "Tired."}}, []string{"probe"}},
		{"refused, then well", distress, []played{outcome(refused), answered(`{"thought": "t", "distress": 5}`)}, &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Distress{Distress: 5}}, []string{"probe", "probe: refused"}},
		{"refused", distress, []played{outcome(refused), outcome(refused)}, refuses("the model refused to play"), []string{"probe", "probe: refused"}},
		{"no form", distress, []played{outcome(malformed), outcome(malformed)}, refuses("the model gave no answer of the form asked for"), []string{"probe", "probe: malformed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			obs, models := opening(), &script{plays: test.plays}
			before := proto.CloneOf(obs)
			got, err := New(counseled, models, nil).Probe(context.Background(), obs, &vignettev1.ProbeSpec{Id: "p", Kind: test.kind, About: "helper"})
			if err != nil {
				t.Fatal(err)
			}
			test.want.Source = vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED
			if diff := cmp.Diff(test.want, got, protocmp.Transform()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkRequests(t, obs, models.requests, test.purposes)
			if !proto.Equal(before, obs) {
				t.Error("the probe changed the observation")
			}
		})
	}
}

func TestBids(t *testing.T) {
	obs, models := opening(), &script{plays: []played{outcome(emptied), answered(`{"thought": "t", "bid": 0.75}`)}}
	bid, err := New(counseled, models, nil).Bid(context.Background(), obs)
	if err != nil || bid != 0.75 {
		t.Errorf("bid %v, %v", bid, err)
	}
	checkRequests(t, obs, models.requests, []string{"bid", "bid: empty"})
	_, err = New(counseled, &script{plays: []played{outcome(refused), outcome(refused)}}, nil).Bid(context.Background(), obs)
	checkAborted(t, err, "MODEL_REFUSED")
}
