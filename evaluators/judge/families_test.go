package judge_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/emotion"
	"github.com/vignette-sim/vignette/evaluators/judge"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// opinion is the answer of a form that can be spoilt.
type opinion map[string]any

func (o opinion) json() string {
	raw, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func (o opinion) with(change func(opinion)) string {
	change(o)
	return o.json()
}

// heard is how turn 2 may be heard: worn out, and a little hope.
func heard() opinion {
	return opinion{"reason": "Says that it wears her out, and asks.", "valence": -0.4, "confidence": 0.75, "emotions": []any{
		map[string]any{"emotion": "sadness", "quote": "feel worn out", "intensity": 0.625},
		map[string]any{"emotion": "hope", "quote": "Could you have it repaired", "intensity": 0.25},
	}}
}

// guessed is how somebody may read what the tenant feels at turn 2.
func guessed() opinion {
	shares := map[string]any{}
	for number := range vignettev1.Emotion_name {
		if number != 0 {
			shares[strings.ToLower(strings.TrimPrefix(vignettev1.Emotion(number).String(), "EMOTION_"))] = 0.0
		}
	}
	shares["anger"], shares["hopelessness"] = 0.5, 0.5
	return opinion{"reason": "Cold for days.", "quote": "The heating has been off since Monday", "emotions": shares, "distress": 62.0, "confidence": 0.75}
}

// committed is the request for turn 2 with the states behind turns, full of words that no model may see.
func committed() *vignettev1.EvaluateRequest {
	req := one()
	state := func(distress float64, thought string) *vignettev1.MentalState {
		return &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: &distress, InnerThought: thought,
			Felt: []*vignettev1.EmotionIntensity{
				{Emotion: vignettev1.Emotion_EMOTION_ANGER, Intensity: proto.Float64(0.75)}, {Emotion: vignettev1.Emotion_EMOTION_SADNESS, Intensity: proto.Float64(0.25)},
			}}
	}
	req.PrivateTurns = []*vignettev1.PrivateTurn{
		{Index: 0, MentalState: state(40, "CANARY one")}, {Index: 1, MentalState: state(10, "CANARY two")}, {Index: 2, MentalState: state(50, "CANARY three")},
	}
	return req
}

func evaluateAs(t testing.TB, name string, family judge.Family, m *model, req *vignettev1.EvaluateRequest) []*vignettev1.Score {
	t.Helper()
	response, err := evaluators.NewService(name, "dev", judge.New(family, m)).Evaluate(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return response.GetScores()
}

func TestExpressedEmotion(t *testing.T) {
	for _, tc := range []struct {
		name   string
		answer opinion
		want   []string
	}{
		{"two emotions", heard(), []string{"emotion.expressed turn 2: 2", "emotion.ekman turn 2: 4 sadness", "emotion.valence turn 2: -0.4", "emotion.intensity turn 2: 0.625"}},
		{"none is neutral, which is a value", opinion{"reason": "Asks.", "valence": 0, "confidence": 1, "emotions": []any{}},
			[]string{"emotion.expressed turn 2: 0", "emotion.ekman turn 2: 6 neutral", "emotion.valence turn 2: 0", "emotion.intensity turn 2: 0"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := &model{answer: answering(tc.answer.json())}
			scores := evaluateAs(t, "llm-expressed-emotion", judge.ExpressedEmotion(), m, one())
			if diff := cmp.Diff(tc.want, lines(scores)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, score := range scores {
				if score.GetConfidence() == 0 || score.GetRationale() == "" || score.GetProvenance().GetPromptHash() != m.asked[0].GetPromptHash() {
					t.Errorf("%s does not say how sure, why or by which prompt: %v", score.GetDimension(), score)
				}
			}
		})
	}
	scores := evaluateAs(t, "e", judge.ExpressedEmotion(), &model{answer: answering(heard().json())}, one())
	var spans []string
	for _, span := range append(scores[0].GetSpans(), scores[1].GetSpans()...) {
		spans = append(spans, fmt.Sprint(span.GetCode(), " ", span.GetLabel(), " ", span.GetIntensity(), " ", span.GetSpan().GetQuote()))
	}
	want := []string{"emotion.expressed sadness 0.625 feel worn out", "emotion.expressed hope 0.25 Could you have it repaired", "emotion.ekman sadness 0.625 feel worn out"}
	if diff := cmp.Diff(want, spans); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

// The judge measures what the rules measure: the same dimensions with the same labels on the same ranges.
func TestExpressedEmotionIsTheRulesFamily(t *testing.T) {
	rules := map[string]*vignettev1.DimensionSpec{}
	for _, spec := range emotion.New().Describe().GetDimensions() {
		rules[spec.GetId()] = spec
	}
	described := judge.New(judge.ExpressedEmotion(), nil).Describe()
	if len(described.GetDimensions()) != 5 || len(described.GetNeeds()) != 0 {
		t.Errorf("%d dimensions, needs %v", len(described.GetDimensions()), described.GetNeeds())
	}
	for _, spec := range described.GetDimensions() {
		own := proto.CloneOf(rules[spec.GetId()])
		own.Definition = spec.GetDefinition()
		if !proto.Equal(own, spec) || spec.GetDefinition() == rules[spec.GetId()].GetDefinition() {
			t.Errorf("%v\nis not, but for its definition,\n%v", spec, rules[spec.GetId()])
		}
	}
}

// Every emotion of the vocabulary goes under one of Ekman's six, whichever row of the table it is looked up in.
func TestEveryEmotionIsBasic(t *testing.T) {
	for name := range guessed()["emotions"].(map[string]any) {
		answer := opinion{"reason": "So.", "valence": 0, "confidence": 1, "emotions": []any{map[string]any{"emotion": name, "quote": "worn out", "intensity": 1}}}
		scores := evaluateAs(t, "e", judge.ExpressedEmotion(), &model{answer: answering(answer.json())}, one())
		if label := scores[1].GetValue().GetLabel(); label == "" || label == "neutral" {
			t.Errorf("%s is %q", name, label)
		}
	}
}

// A turn that could not be read leaves a hole in the trajectory; one without words does not.
func TestTrajectoryOfAJudge(t *testing.T) {
	valence := map[string]float64{"Hello": -0.5, "Friday": 0.25}
	m := &model{}
	m.answer = func(question *vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
		for word, v := range valence {
			if strings.Contains(last(question), word) {
				return answering(opinion{"reason": "So.", "valence": v, "confidence": 1, "emotions": []any{}}.json())(question)
			}
		}
		return ending(vignettev1.Outcome_OUTCOME_REFUSED, "")(question)
	}
	got := lines(evaluateAs(t, "e", judge.ExpressedEmotion(), m, request()))
	if last := got[len(got)-1]; last != "emotion.trajectory episode: 0.75" {
		t.Errorf("%s, want a rise of 0.75", last)
	}
	delete(valence, "Friday")
	got = lines(evaluateAs(t, "e", judge.ExpressedEmotion(), m, request()))
	if last := got[len(got)-1]; last != "emotion.trajectory episode: dependency_missing: the valence of turn 2 is missing" {
		t.Errorf("%s, want it missing", last)
	}
}

func TestReader(t *testing.T) {
	m := &model{answer: answering(guessed().json())}
	scores := evaluateAs(t, "llm-reader", judge.Reader(), m, committed())
	// Felt .75 anger, .25 sadness; read .5 anger, .5 hopelessness: .0625 + .0625 + .25. Two have the largest share, one is right.
	want := []string{"tom.judge_brier turn 2: 0.375", "tom.judge_hit turn 2: 0.5", "tom.judge_distress_error turn 2: 12"}
	if diff := cmp.Diff(want, lines(scores)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := "Read as hopelessness 0.50, anger 0.50; it felt anger 0.75, sadness 0.25, computed by the simulation. Cold for days."; scores[0].GetRationale() != want {
		t.Errorf("rationale %q, want %q", scores[0].GetRationale(), want)
	}
	if span := scores[2].GetSpans()[0]; span.GetTurnIndex() != 0 || span.GetSpan().GetQuote() != "The heating has been off since Monday" {
		t.Errorf("it rests on %v, want words of an earlier turn of the one who is read", span)
	}
	for _, message := range m.asked[0].GetMessages() {
		if strings.Contains(message.GetContent(), "CANARY") || strings.Contains(message.GetContent(), "some/") {
			t.Errorf("the model is shown what it is scored against:\n%s", message.GetContent())
		}
	}
}

// Nobody is asked what cannot be scored, and half of what is committed is scored by half.
func TestReaderNeedsStates(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*vignettev1.MentalState)
		asked  int
		want   []string
	}{
		{"nothing committed", func(s *vignettev1.MentalState) { s.Felt, s.Distress = nil, nil }, 0, []string{"neither feelings", "neither feelings", "neither feelings"}},
		{"no feelings", func(s *vignettev1.MentalState) { s.Felt = nil }, 1, []string{"no feelings", "no feelings", ""}},
		{"feelings without strength", func(s *vignettev1.MentalState) { s.Felt[1].Intensity = nil }, 1, []string{"no feelings with intensities", "no feelings", ""}},
		{"no distress", func(s *vignettev1.MentalState) { s.Distress = nil }, 1, []string{"", "", "no distress"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			req := committed()
			tc.change(req.GetPrivateTurns()[2].GetMentalState())
			m := &model{answer: answering(guessed().json())}
			scores := evaluateAs(t, "r", judge.Reader(), m, req)
			for i, want := range tc.want {
				missing := scores[i].GetMissing()
				if want == "" && missing != nil || want != "" && (missing.GetReason() != vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING || !strings.Contains(missing.GetDetail(), want)) {
					t.Errorf("%s, want %q", line(scores[i]), want)
				}
			}
			if len(m.asked) != tc.asked {
				t.Errorf("asked %d times, want %d", len(m.asked), tc.asked)
			}
		})
	}
}

func TestReaderMeans(t *testing.T) {
	req := committed()
	req.TurnIndex = nil
	m := &model{}
	m.answer = func(question *vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
		return answering(guessed().json())(question)
	}
	scores := lines(evaluateAs(t, "r", judge.Reader(), m, req))
	// Turn 0 at 40, turn 2 at 50, both read at 62; turn 4 is a silence.
	if !strings.Contains(strings.Join(scores, "\n"), "tom.judge_distress_error episode: 17") {
		t.Errorf("%s, want a mean of 17", strings.Join(scores, "\n"))
	}
	m.answer = func(question *vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
		if strings.Contains(last(question), "Hello") {
			return ending(vignettev1.Outcome_OUTCOME_REFUSED, "")(question)
		}
		return answering(guessed().json())(question)
	}
	scores = lines(evaluateAs(t, "r", judge.Reader(), m, req))
	if !strings.Contains(strings.Join(scores, "\n"), "tom.judge_distress_error episode: dependency_missing: turn 0 has no value: the model refused to judge") {
		t.Errorf("%s, want the mean missing", strings.Join(scores, "\n"))
	}
}

// The truth scores 0, nothing scores worse than all on one wrong emotion, and a reader is never better off in expectation by saying
// something else than what it believes.
func TestBrierIsProper(t *testing.T) {
	names := []string{"anger", "sadness", "hope"}
	score := func(t *rapid.T, shares, truth []float64) float64 {
		answer := guessed()
		req := committed()
		state := req.GetPrivateTurns()[2].GetMentalState()
		state.Felt = nil
		for name := range answer["emotions"].(map[string]any) {
			answer["emotions"].(map[string]any)[name] = 0.0
		}
		for i, name := range names {
			answer["emotions"].(map[string]any)[name] = shares[i]
			state.Felt = append(state.Felt, &vignettev1.EmotionIntensity{Intensity: &truth[i],
				Emotion: vignettev1.Emotion(vignettev1.Emotion_value["EMOTION_"+strings.ToUpper(name)])})
		}
		response, err := evaluators.NewService("r", "dev", judge.New(judge.Reader(), &model{answer: answering(answer.json())})).Evaluate(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if response.GetScores()[0].GetValue() == nil {
			t.Fatalf("%s", line(response.GetScores()[0]))
		}
		return response.GetScores()[0].GetValue().GetNumber()
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(what string) []float64 {
			a, b := rapid.Float64Range(0, 1).Draw(t, what), rapid.Float64Range(0, 1).Draw(t, what)
			return []float64{min(a, b), max(a, b) - min(a, b), 1 - max(a, b)}
		}
		belief, said := draw("belief"), draw("said")
		honest, other := 0.0, 0.0
		for i, p := range belief { // the emotion that is felt is drawn from the belief
			truth := []float64{0, 0, 0}
			truth[i] = 1
			honest, other = honest+p*score(t, belief, truth), other+p*score(t, said, truth)
		}
		if honest > other+1e-9 {
			t.Fatalf("saying %v when believing %v scores %v, saying what is believed %v", said, belief, other, honest)
		}
		if got := score(t, belief, belief); math.Abs(got) > 1e-9 {
			t.Fatalf("the truth scores %v", got)
		}
	})
}

func TestQuestionsOfFamilies(t *testing.T) {
	for name, family := range map[string]judge.Family{"expressed_emotion": judge.ExpressedEmotion(), "reader": judge.Reader()} {
		t.Run(name, func(t *testing.T) {
			m := &model{answer: ending(vignettev1.Outcome_OUTCOME_REFUSED, "")}
			evaluateAs(t, name, family, m, committed())
			var words strings.Builder
			for _, message := range m.asked[0].GetMessages() {
				fmt.Fprintf(&words, "=== %s droppable=%t\n%s\n", message.GetRole(), message.GetDroppable(), message.GetContent())
			}
			golden(t, name+"_question.golden", words.String())
			golden(t, name+"_schema.golden", strings.NewReplacer("},", "},\n", "],", "],\n").Replace(m.asked[0].GetForm().GetSchema())+"\n")
		})
	}
}

// Whatever a model answers, each dimension has a value that holds or a reason, and what is no JSON object has no value at all.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{heard().json(), guessed().json(), honest().json(), `{"reason":"a","emotions":[],"valence":1e400,"confidence":-0}`, "null", "{}"} {
		f.Add(seed)
	}
	m := &model{}
	families := map[string]judge.Family{"d": judge.DearMan(), "e": judge.ExpressedEmotion(), "r": judge.Reader()}
	services := map[string]vignettev1.EvaluatorServiceServer{}
	for name, family := range families {
		services[name] = evaluators.NewService(name, "dev", judge.New(family, m))
	}
	req := committed()
	f.Fuzz(func(t *testing.T, answer string) {
		m.answer, m.asked = answering(answer), nil
		for name, service := range services {
			response, err := service.Evaluate(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			for _, score := range response.GetScores() {
				spec := specOf(families[name], score.GetDimension())
				number := score.GetValue().GetNumber()
				switch {
				case score.GetValue() == nil && score.GetMissing() == nil:
					t.Fatalf("%v has neither value nor reason", score)
				case score.GetValue() != nil && !json.Valid([]byte(answer)):
					t.Fatalf("%v comes of what is no JSON", score)
				case score.GetValue() != nil && !(number >= spec.GetMin() && number <= spec.GetMax()):
					t.Fatalf("%v is outside %v to %v", score, spec.GetMin(), spec.GetMax())
				case strings.Contains(score.GetMissing().GetDetail(), "declared range"):
					t.Fatalf("%v had to be refused by the service", score)
				}
			}
		}
	})
}

func specOf(family judge.Family, id string) *vignettev1.DimensionSpec {
	for _, spec := range family.Description.GetDimensions() {
		if spec.GetId() == id {
			return spec
		}
	}
	return nil
}
