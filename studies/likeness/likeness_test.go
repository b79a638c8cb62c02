package likeness_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/likeness"
)

// talk is a conversation written as "c: words" and "h: words" about c, a client; h is a counselor.
func talk(lines ...string) *vignettev1.EvaluateRequest {
	req := &vignettev1.EvaluateRequest{Episode: "e", Role: "c", Language: "en", Participants: []*vignettev1.Participant{
		{Id: "c", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT}, {Id: "h", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR},
	}}
	for i, line := range lines {
		who, said, _ := strings.Cut(line, ": ")
		action := &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: said}
		if said == "" {
			action = &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SILENT}
		}
		req.Turns = append(req.Turns, &vignettev1.PerceivedTurn{Index: int32(i), Role: who, Action: action})
	}
	return req
}

// reader says what was written down for a dimension and a turn.
type reader map[string]map[int32]*vignettev1.Score

func (r reader) ask(_ context.Context, _ string, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	var scores []*vignettev1.Score
	for dimension, turns := range r {
		for index, score := range turns {
			if req.GetTurns()[index].GetRole() == req.GetRole() {
				score = proto.CloneOf(score)
				score.Dimension, score.TurnIndex = dimension, proto.Int32(index)
				scores = append(scores, score)
			}
		}
	}
	return scores, nil
}

func value(number float64, label string) *vignettev1.Score {
	return &vignettev1.Score{Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: number, Label: label}}}
}

func felt(intensities map[string]float64) *vignettev1.Score {
	score := value(float64(len(intensities)), "")
	for label, x := range intensities {
		score.Spans = append(score.Spans, &vignettev1.CodedSpan{Label: label, Intensity: proto.Float64(x)})
	}
	return score
}

func TestDescribe(t *testing.T) {
	conversation := talk("h: What is it?", "c: I lost my job.", "h: Since May.", "c: I'm glad you ask, and I'm sad.", "c: ")
	f, err := likeness.Describe(t.Context(), reader{
		"mi.main":           {0: value(0, "question"), 2: value(1, "reflection")},
		"mi.client":         {1: value(0, "neutral"), 3: value(1, "change")},
		"emotion.valence":   {1: value(-.5, ""), 3: value(.1, "")},
		"emotion.expressed": {1: felt(nil), 3: felt(map[string]float64{"joy": .6, "sadness": .4, "surprise": .9})},
	}.ask, conversation)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"turns": 4, "words_per_turn": 5.5, "words_per_turn_sd": math.Sqrt(4.5), "partner_words_per_turn": 2.5, "share_of_words": 11.0 / 16,
		"counselor_question": .5, "counselor_reflection": .5, "counselor_other": 0, "client_change": .5, "client_sustain": 0,
		"valence": -.2, "valence_2": -.5, "valence_4": .1, "self_reference": 100 * 4.0 / 11,
		"feelings_named": 1.5, "positive_affect": .3, "negative_affect": .2,
	} {
		if got, ok := f[name]; !ok || math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	// What cannot be told is missing, and not zero: no word in the first part, fewer than 100 words, no trajectory.
	for _, name := range []string{"valence_1", "tells_more", "distinct_words", "valence_slope"} {
		if x, ok := f[name]; ok {
			t.Errorf("%s is %v", name, x)
		}
	}
	if _, err := likeness.Describe(t.Context(), reader{}.ask, talk("h: Hello?", "c: ")); err == nil || !strings.Contains(err.Error(), `"c" says nothing`) {
		t.Errorf("a silent role: %v", err)
	}
	broken := errors.New("gone")
	if _, err := likeness.Describe(t.Context(), func(context.Context, string, *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
		return nil, broken
	}, conversation); !errors.Is(err, broken) {
		t.Errorf("a reader that fails: %v", err)
	}
}

func TestCompare(t *testing.T) {
	var human, simulated []likeness.Features
	for i := range 20 {
		human = append(human, likeness.Features{"turns": float64(i), "valence": float64(i % 5), "self_reference": 3})
		simulated = append(simulated, likeness.Features{"turns": float64(i) + 100, "valence": float64(i % 5)})
	}
	r := likeness.Compare(human, simulated, 1)
	if r.Human != 20 || r.Simulated != 20 || len(r.Rows) != 3 {
		t.Fatalf("%+v", r)
	}
	rows := map[string]likeness.Row{}
	for _, row := range r.Rows {
		rows[row.Feature] = row
	}
	if row := rows["turns"]; *row.Difference != 100 || *row.More != 1 || !(row.DifferenceCI[0] < 100 && row.DifferenceCI[0] > 95) {
		t.Errorf("longer by 100: %+v", row)
	}
	if row := rows["valence"]; *row.Difference != 0 || *row.More != .5 || !(row.MoreCI[0] < .5 && row.MoreCI[1] > .5) {
		t.Errorf("alike: %+v", row)
	}
	if row := rows["self_reference"]; row.SimulatedN != 0 || row.Simulated != nil || row.Difference != nil || row.More != nil || *row.Human != 3 {
		t.Errorf("on one side only: %+v", row)
	}
	if few := likeness.Compare(human[:2], simulated, 1).Rows[0]; few.DifferenceCI != nil || few.Difference == nil {
		t.Errorf("an interval of two conversations: %+v", few)
	}
}
