package formulation_test

import (
	"math"
	"testing"

	"github.com/vignette-sim/vignette/engine/practice/formulation"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func model() *vignettev1.CognitiveModel {
	emotions := func(all ...vignettev1.Emotion) (out []*vignettev1.EmotionIntensity) {
		for _, e := range all {
			out = append(out, &vignettev1.EmotionIntensity{Emotion: e})
		}
		return out
	}
	return &vignettev1.CognitiveModel{
		CoreBeliefs: []*vignettev1.CoreBelief{
			{Category: vignettev1.CoreBelief_CATEGORY_HELPLESS, Text: "I can't cope."}, {Category: vignettev1.CoreBelief_CATEGORY_HELPLESS, Text: "I am weak."},
			{Category: vignettev1.CoreBelief_CATEGORY_WORTHLESS, Text: "I am worth nothing."},
		},
		CopingStrategies: []string{"I check the doors."},
		Situations: []*vignettev1.DiagramSituation{
			{Situation: "The train stood still in the tunnel.", AutomaticThoughts: []string{"I will faint."}, Emotions: emotions(vignettev1.Emotion_EMOTION_ANXIETY, vignettev1.Emotion_EMOTION_SHAME)},
			{Situation: "The letter from the bank arrived.", AutomaticThoughts: []string{"We lose the house."}, Emotions: emotions(vignettev1.Emotion_EMOTION_SADNESS)},
		},
	}
}

func TestScore(t *testing.T) {
	for name, c := range map[string]struct {
		in   *vignettev1.Formulation
		want map[string]float64 // -1: nothing handed in
	}{
		"half of the emotions, by hand 2*1/(1+2)": {
			&vignettev1.Formulation{Situation: "The train stood still in the tunnel.", Emotions: []vignettev1.Emotion{vignettev1.Emotion_EMOTION_ANXIETY}},
			map[string]float64{"situation": 1, "automatic_thoughts": -1, "emotions": 2.0 / 3, "core_beliefs": -1, "coping_strategies": -1},
		},
		"too many, by hand 2*1/(3+1), of the situation that is nearest": {
			&vignettev1.Formulation{Situation: "a letter came from the bank", Emotions: []vignettev1.Emotion{vignettev1.Emotion_EMOTION_SADNESS, vignettev1.Emotion_EMOTION_ANGER, vignettev1.Emotion_EMOTION_JOY}},
			map[string]float64{"emotions": 0.5},
		},
		"wrong beliefs are 0 and none are not": {
			&vignettev1.Formulation{CoreBeliefs: []vignettev1.CoreBelief_Category{vignettev1.CoreBelief_CATEGORY_UNLOVABLE}},
			map[string]float64{"core_beliefs": 0, "emotions": -1},
		},
		"both families": {
			&vignettev1.Formulation{CoreBeliefs: []vignettev1.CoreBelief_Category{vignettev1.CoreBelief_CATEGORY_WORTHLESS, vignettev1.CoreBelief_CATEGORY_HELPLESS}},
			map[string]float64{"core_beliefs": 1},
		},
	} {
		got := map[string]float64{}
		scored := formulation.Score(c.in, model())
		for _, f := range scored.GetFields() {
			got[f.GetField()] = -1
			if f.Score != nil {
				got[f.GetField()] = f.GetScore()
			}
		}
		for field, want := range c.want {
			if is, there := got[field]; !there || math.Abs(is-want) > 1e-9 {
				t.Errorf("%s: %s is %v, want %v", name, field, is, want)
			}
		}
		if _, there := got["relevant_history"]; there {
			t.Errorf("%s: a field without a reference is scored", name)
		}
	}
}
