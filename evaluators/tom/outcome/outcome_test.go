package outcome_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/evaluators/tom/outcome"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	emotion  = vignettev1.ProbeKind_PROBE_KIND_EMOTION
	belief   = vignettev1.ProbeKind_PROBE_KIND_BELIEF
	nextAct  = vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT
	distress = vignettev1.ProbeKind_PROBE_KIND_DISTRESS
	speak    = vignettev1.ActionKind_ACTION_KIND_SPEAK
)

func feels(emotion vignettev1.Emotion, intensity float64) *vignettev1.EmotionIntensity {
	return &vignettev1.EmotionIntensity{Emotion: emotion, Intensity: &intensity}
}

// talk is one in which a client feels ashamed, then angry and anxious alike, and takes the counselor to be calm.
func talk() []outcome.Turn {
	shame := &vignettev1.MentalState{
		Felt:     []*vignettev1.EmotionIntensity{feels(vignettev1.Emotion_EMOTION_SHAME, 0.7), feels(vignettev1.Emotion_EMOTION_ANGER, 0.2)},
		Distress: proto.Float64(60), Beliefs: []*vignettev1.Belief{{Text: "I can't be trusted.", Strength: 0.8}, {Text: "Everybody will laugh at my spelling.", Strength: 0.2}},
		Others: []*vignettev1.ModelOfOther{{Role: "counselor", Felt: []*vignettev1.EmotionIntensity{feels(vignettev1.Emotion_EMOTION_CALM, 0.5)}}},
	}
	torn := &vignettev1.MentalState{Felt: []*vignettev1.EmotionIntensity{feels(vignettev1.Emotion_EMOTION_ANGER, 0.5), feels(vignettev1.Emotion_EMOTION_ANXIETY, 0.5)}}
	return []outcome.Turn{
		{Index: 0, Role: "counselor", Action: speak},
		{Index: 1, Role: "client", Action: speak, State: shame, Acts: []*vignettev1.IntendedAct{
			{Act: "confirm", Span: &vignettev1.Span{End: 5}}, {Act: "disclose.core_belief", Span: &vignettev1.Span{Start: 6, End: 40}}}},
		{Index: 2, Role: "counselor", Action: speak},
		{Index: 3, Role: "client", Action: speak, State: torn, Acts: []*vignettev1.IntendedAct{{Act: "greet"}}},
		{Index: 4, Role: "counselor", Action: speak},
		{Index: 5, Role: "client", Action: vignettev1.ActionKind_ACTION_KIND_LEAVE},
	}
}

func TestOf(t *testing.T) {
	for _, test := range []struct {
		name   string
		spec   *vignettev1.ProbeSpec
		after  int32
		want   outcome.Shares
		reason vignettev1.MissingReason
	}{
		{"strongest", &vignettev1.ProbeSpec{Kind: emotion}, 3, outcome.Shares{"shame": 1}, 0},
		{"not what is felt later", &vignettev1.ProbeSpec{Kind: emotion}, 2, outcome.Shares{"shame": 1}, 0},
		{"two alike", &vignettev1.ProbeSpec{Kind: emotion}, 5, outcome.Shares{"anger": 0.5, "anxiety": 0.5}, 0},
		{"nobody has spoken", &vignettev1.ProbeSpec{Kind: emotion}, 1, nil, vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE},
		{"untold", &vignettev1.ProbeSpec{Kind: emotion}, 6, nil, vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING},
		{"held", &vignettev1.ProbeSpec{Kind: belief, Statement: "I can't be trusted."}, 3, outcome.Shares{outcome.Held: 1}, 0},
		{"denied", &vignettev1.ProbeSpec{Kind: belief, Statement: "I can be trusted."}, 3, outcome.Shares{outcome.NotHeld: 1}, 0},
		{"faint", &vignettev1.ProbeSpec{Kind: belief, Statement: "Everybody laughs at my spelling."}, 3, outcome.Shares{outcome.NotHeld: 1}, 0},
		{"no such belief", &vignettev1.ProbeSpec{Kind: belief, Statement: "Penguins swim."}, 3, nil, vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING},
		{"second order", &vignettev1.ProbeSpec{Kind: emotion, Order: 2}, 3, outcome.Shares{"calm": 1}, 0},
		{"second order untold", &vignettev1.ProbeSpec{Kind: emotion, Order: 2}, 5, nil, vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING},
		{"next act has most words", &vignettev1.ProbeSpec{Kind: nextAct}, 1, outcome.Shares{"disclose": 1}, 0},
		{"next act is none of them", &vignettev1.ProbeSpec{Kind: nextAct}, 3, outcome.Shares{outcome.None: 1}, 0},
		{"leaves", &vignettev1.ProbeSpec{Kind: nextAct}, 5, outcome.Shares{"leave": 1}, 0},
		{"nothing more", &vignettev1.ProbeSpec{Kind: nextAct}, 6, nil, vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE},
		{"no distribution", &vignettev1.ProbeSpec{Kind: distress}, 3, nil, vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.spec.Role, test.spec.About = "counselor", "client"
			came, _, none := outcome.Of(test.spec, test.after, talk())
			if none.GetReason() != test.reason || none != nil && none.GetDetail() == "" {
				t.Errorf("missing %v, want %s", none, test.reason)
			}
			if diff := cmp.Diff(test.want, came); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if x, _, none := outcome.Distress(&vignettev1.ProbeSpec{Role: "counselor", About: "client"}, 3, talk()); x != 60 || none != nil {
		t.Errorf("distress %v, %v", x, none)
	}
	if _, _, none := outcome.Distress(&vignettev1.ProbeSpec{Role: "counselor", About: "client"}, 5, talk()); none.GetReason() != vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING {
		t.Errorf("untold distress: %v", none)
	}
}

// Somebody who tells no acts is not taken for somebody who does nothing but leave.
func TestUntoldActs(t *testing.T) {
	turns := talk()
	for i := range turns {
		turns[i].Acts = nil
	}
	_, _, none := outcome.Of(&vignettev1.ProbeSpec{Role: "counselor", About: "client", Kind: nextAct}, 5, turns)
	if none.GetReason() != vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING {
		t.Errorf("%v, want a dependency missing", none)
	}
}

func TestActOf(t *testing.T) {
	for recorded, want := range map[string]vignettev1.ProbeAct{
		"disclose.core_belief": vignettev1.ProbeAct_PROBE_ACT_DISCLOSE, "mi.reflection_simple": vignettev1.ProbeAct_PROBE_ACT_ACKNOWLEDGE,
		"partner.refuse": vignettev1.ProbeAct_PROBE_ACT_REFUSE, "dear_man.assert": vignettev1.ProbeAct_PROBE_ACT_ASK,
		"speaker.confirm": vignettev1.ProbeAct_PROBE_ACT_AGREE, "greet": vignettev1.ProbeAct_PROBE_ACT_UNSPECIFIED, "": vignettev1.ProbeAct_PROBE_ACT_UNSPECIFIED,
	} {
		if got := outcome.ActOf(recorded); got != want {
			t.Errorf("%q is %s, want %s", recorded, got, want)
		}
	}
}

func TestForecast(t *testing.T) {
	emotions := func(list ...*vignettev1.EmotionIntensity) *vignettev1.ProbeAnswer {
		return &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Emotions{Emotions: &vignettev1.EmotionDistribution{Emotions: list}}}
	}
	said, none := outcome.Forecast(&vignettev1.ProbeSpec{Kind: emotion}, emotions(feels(vignettev1.Emotion_EMOTION_SHAME, 0.6)))
	if none != nil || said["shame"] != 0.6 || math.Abs(said[outcome.None]-0.4) > 1e-12 || len(said) != 19 {
		t.Errorf("%v, %v", said, none)
	}
	for name, test := range map[string]struct {
		kind   vignettev1.ProbeKind
		answer *vignettev1.ProbeAnswer
		reason vignettev1.MissingReason
	}{
		"too much":  {emotion, emotions(feels(vignettev1.Emotion_EMOTION_SHAME, 0.9), feels(vignettev1.Emotion_EMOTION_JOY, 0.9)), vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER},
		"nothing":   {distress, emotions(), vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER},
		"unknown":   {nextAct, emotions(feels(vignettev1.Emotion_EMOTION_SHAME, 0.9)), vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER},
		"a refusal": {emotion, &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Refusal{Refusal: "no"}}, vignettev1.MissingReason_MISSING_REASON_REFUSED},
	} {
		if said, none := outcome.Forecast(&vignettev1.ProbeSpec{Kind: test.kind}, test.answer); none.GetReason() != test.reason {
			t.Errorf("%s: %v, %v; want %s", name, said, none, test.reason)
		}
	}
}

// What a mind may answer by the contract is a forecast or a reason, and a forecast can be scored whatever came of it.
func TestForecastsCanBeScored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		answer := &vignettev1.ActDistribution{}
		left := 1.0
		for act := vignettev1.ProbeAct(1); act <= vignettev1.ProbeAct_PROBE_ACT_SILENT; act++ {
			p := rapid.Float64Range(0, left).Draw(t, "probability")
			left -= p
			answer.Acts = append(answer.Acts, &vignettev1.ActProbability{Act: act, Probability: p})
		}
		said, none := outcome.Forecast(&vignettev1.ProbeSpec{Kind: nextAct}, &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Acts{Acts: answer}})
		if none != nil {
			t.Fatal(none)
		}
		came := outcome.Shares{rapid.SampledFrom(outcome.Labels(nextAct)).Draw(t, "came"): 1}
		score, err := outcome.Compare(nextAct, said, came)
		if err != nil || score.Brier < 0 || score.Brier > 2 || score.Right < 0 || score.Right > 1 {
			t.Fatalf("%+v, %v", score, err)
		}
	})
}
