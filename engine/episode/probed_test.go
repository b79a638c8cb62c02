package episode_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// An evaluator that needs probes is told what was asked with the answers, one that needs mental states who thinks alike; nobody is told
// which models think.
func TestWhatReadersOfMindsAreShown(t *testing.T) {
	for _, test := range []struct {
		needs  []vignettev1.Need
		specs  int
		models []int32
	}{
		{nil, 0, nil},
		{[]vignettev1.Need{vignettev1.Need_NEED_INTENDED_ACTS}, 0, []int32{0, 0, 0, 0, 0, 0, 0, 0}},
		{[]vignettev1.Need{vignettev1.Need_NEED_PROBES}, 1, nil},
		{[]vignettev1.Need{vignettev1.Need_NEED_MENTAL_STATES}, 0, []int32{1, 0, 1, 2, 1, 0, 1, 2}},
	} {
		scenario := twoRoles()
		scenario.Evaluators = []*vignettev1.EvaluatorUse{{Name: evaluatorName, Role: "a"}}
		scenario.Probes = []*vignettev1.ProbeSpec{{Id: "p", Role: "a", About: "b", Kind: vignettev1.ProbeKind_PROBE_KIND_DISTRESS, Every: 2}}
		asked := 0
		w := &world{
			act: func(role string, index int) *vignettev1.Turn {
				turn := says("hello %d")(role, index)
				turn.Provenance = &vignettev1.Provenance{Model: map[bool]string{true: "canary-one", false: "canary-two"}[role == "a"]}
				if index%4 == 1 {
					turn.Provenance = nil // a mind that asks no model
				}
				return turn
			},
			transcript: func(_ *vignettev1.EvaluatorUse, r *vignettev1.EvaluateRequest) {
				asked++
				if len(r.GetProbeSpecs()) != test.specs || (len(r.GetProbes()) > 0) != (test.specs > 0) {
					t.Errorf("with needs %v: probes %v, answers %v", test.needs, r.GetProbeSpecs(), r.GetProbes())
				}
				var models []int32
				for _, turn := range r.GetPrivateTurns() {
					models = append(models, turn.GetModelNumber())
				}
				if diff := cmp.Diff(test.models, models); diff != "" {
					t.Errorf("with needs %v, -want +got:\n%s", test.needs, diff)
				}
				if text, err := protojson.Marshal(r); err != nil || strings.Contains(string(text), "canary") {
					t.Errorf("with needs %v the evaluator is told a model's name (%v)", test.needs, err)
				}
			},
		}
		w.play(t, episode.New(newPlan(scenario, test.needs...)))
		if asked == 0 {
			t.Error("no evaluator was asked")
		}
	}
}
