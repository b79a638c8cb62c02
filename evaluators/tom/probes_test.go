package tom_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators/tom"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// probed is a talk in which the client felt shame, and was probed about after the counselor's answer.
func probed(answers ...*vignettev1.ProbeAnswer) *vignettev1.EvaluateRequest {
	r := request(step{proto.Float64(60), nil})
	client := r.PrivateTurns[1]
	client.MentalState.Felt = []*vignettev1.EmotionIntensity{{Emotion: vignettev1.Emotion_EMOTION_SHAME, Intensity: proto.Float64(0.8)}}
	client.MentalState.Others = []*vignettev1.ModelOfOther{{Role: "counselor", Felt: []*vignettev1.EmotionIntensity{{Emotion: vignettev1.Emotion_EMOTION_CALM, Intensity: proto.Float64(0.5)}}}}
	for _, spec := range []*vignettev1.ProbeSpec{
		{Id: "feels", Kind: vignettev1.ProbeKind_PROBE_KIND_EMOTION}, {Id: "distress", Kind: vignettev1.ProbeKind_PROBE_KIND_DISTRESS},
		{Id: "of me", Kind: vignettev1.ProbeKind_PROBE_KIND_EMOTION, Order: 2}, {Id: "next", Kind: vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT},
	} {
		spec.Role, spec.About = "counselor", "client"
		r.ProbeSpecs = append(r.ProbeSpecs, spec)
	}
	r.ProbeSpecs = append(r.ProbeSpecs, &vignettev1.ProbeSpec{Id: "oneself", Role: "counselor", Kind: vignettev1.ProbeKind_PROBE_KIND_EMOTION})
	for _, answer := range answers {
		answer.AfterTurns = 3
	}
	r.Probes = answers
	return r
}

func emotions(probe string, emotion vignettev1.Emotion, p float64) *vignettev1.ProbeAnswer {
	return &vignettev1.ProbeAnswer{Probe: probe, Answer: &vignettev1.ProbeAnswer_Emotions{Emotions: &vignettev1.EmotionDistribution{
		Emotions: []*vignettev1.EmotionIntensity{{Emotion: emotion, Intensity: &p}},
	}}}
}

func refusal(probe string) *vignettev1.ProbeAnswer {
	return &vignettev1.ProbeAnswer{Probe: probe, Answer: &vignettev1.ProbeAnswer_Refusal{Refusal: "I would rather not."}}
}

func scoresOf(t *testing.T, r *vignettev1.EvaluateRequest) map[string]*vignettev1.Score {
	t.Helper()
	scores, err := tom.New().Evaluate(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*vignettev1.Score{}
	for _, score := range scores {
		if score.TurnIndex == nil {
			out[score.GetDimension()] = score
		}
	}
	return out
}

func TestProbes(t *testing.T) {
	shame, joy := vignettev1.Emotion_EMOTION_SHAME, vignettev1.Emotion_EMOTION_JOY
	for _, test := range []struct {
		name    string
		answers []*vignettev1.ProbeAnswer
		want    map[string]float64
		missing map[string]vignettev1.MissingReason
	}{
		{"not asked", nil, nil, map[string]vignettev1.MissingReason{
			"tom.emotion_brier": vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, tom.ProbeDistressError: vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE,
		}},
		{"by hand", []*vignettev1.ProbeAnswer{emotions("feels", shame, 0.6)},
			map[string]float64{"tom.emotion_brier": 0.16 + 0.16, "tom.emotion_log": -math.Log(0.6), "tom.emotion_accuracy": 1}, nil},
		{"a refusal counts for nothing", []*vignettev1.ProbeAnswer{emotions("feels", joy, 1), refusal("feels")},
			map[string]float64{"tom.emotion_brier": 2, "tom.emotion_accuracy": 0}, nil},
		{"refused", []*vignettev1.ProbeAnswer{refusal("feels"), refusal("distress")}, nil, map[string]vignettev1.MissingReason{
			"tom.emotion_log": vignettev1.MissingReason_MISSING_REASON_REFUSED, tom.ProbeDistressError: vignettev1.MissingReason_MISSING_REASON_REFUSED,
		}},
		{"distress", []*vignettev1.ProbeAnswer{{Probe: "distress", Answer: &vignettev1.ProbeAnswer_Distress{Distress: 45}}}, map[string]float64{tom.ProbeDistressError: 15}, nil},
		{"second order", []*vignettev1.ProbeAnswer{emotions("of me", vignettev1.Emotion_EMOTION_CALM, 1)}, map[string]float64{"tom.second_order_brier": 0}, map[string]vignettev1.MissingReason{
			"tom.emotion_brier": vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE,
		}},
		{"oneself is no other", []*vignettev1.ProbeAnswer{emotions("oneself", joy, 1)}, nil, map[string]vignettev1.MissingReason{
			"tom.emotion_brier": vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE,
		}},
		{"acts untold", []*vignettev1.ProbeAnswer{{Probe: "next", Answer: &vignettev1.ProbeAnswer_Acts{Acts: &vignettev1.ActDistribution{}}}}, nil, map[string]vignettev1.MissingReason{
			"tom.next_act_brier": vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			scores := scoresOf(t, probed(test.answers...))
			for dimension, want := range test.want {
				if got := scores[dimension]; got.GetValue() == nil || math.Abs(got.GetValue().GetNumber()-want) > 1e-9 {
					t.Errorf("%s: %v, want %v", dimension, got.GetOutcome(), want)
				}
			}
			for dimension, want := range test.missing {
				if got := scores[dimension].GetMissing(); got.GetReason() != want || got.GetDetail() == "" {
					t.Errorf("%s: %v, want missing for %s", dimension, scores[dimension], want)
				}
			}
		})
	}
}

// Guesser and guessed that are one model are warned of; two models, or rules, are not.
func TestOneMindForBoth(t *testing.T) {
	for _, test := range []struct {
		counselor, client int32
		want              bool
	}{{1, 1, true}, {1, 2, false}, {0, 0, false}} {
		r := probed(emotions("feels", vignettev1.Emotion_EMOTION_SHAME, 0.6))
		for i, turn := range r.PrivateTurns {
			turn.ModelNumber = test.counselor
			if r.Turns[i].Role == "client" {
				turn.ModelNumber = test.client
			}
		}
		score := scoresOf(t, r)["tom.emotion_brier"]
		if got := strings.Contains(score.GetRationale(), "it was reading itself"); got != test.want {
			t.Errorf("models %d and %d: %q", test.counselor, test.client, score.GetRationale())
		}
	}
}
