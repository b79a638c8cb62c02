package judge_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators/judge"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var field = map[string]judge.Family{
	"empathy": judge.Empathy(), "support": judge.Support(), "screening": judge.Screening(), "safety": judge.Safety(), "cbt": judge.CBT(),
	"social": judge.Social(), "alliance": judge.Alliance(), "fidelity": judge.Fidelity(),
}

// upright answers whatever is asked with the highest level, quoting the tenant; change spoils each verdict.
func upright(family judge.Family, change func(spec *vignettev1.DimensionSpec, verdict map[string]any)) *model {
	return &model{answer: func(question *vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
		var schema struct {
			Properties struct {
				Scores struct{ Required []string }
			}
		}
		if err := json.Unmarshal([]byte(question.GetForm().GetSchema()), &schema); err != nil {
			return nil, err
		}
		scores := map[string]any{}
		for _, key := range schema.Properties.Scores.Required {
			at := slices.IndexFunc(family.Description.GetDimensions(), func(spec *vignettev1.DimensionSpec) bool { return strings.HasSuffix(spec.GetId(), "."+key) })
			spec := family.Description.GetDimensions()[at]
			verdict := map[string]any{"reason": "About " + key + ".", "confidence": 0.5}
			switch labels := spec.GetLabels(); {
			case spec.GetScale() == vignettev1.Scale_SCALE_CODES:
				verdict["codes"] = []any{map[string]any{"label": labels[0], "quote": "feel worn out"}}
			case len(labels) > 0:
				verdict["label"], verdict["quote"] = labels[len(labels)-1], "feel worn out"
			default:
				verdict["number"], verdict["quote"] = spec.GetMax(), "feel worn out"
			}
			if change != nil {
				change(spec, verdict)
			}
			scores[key] = verdict
		}
		raw, err := json.Marshal(map[string]any{"scores": scores})
		return &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_ANSWERED, Json: string(raw)}, err
	}}
}

// carded is the talk without its first turn of the tenant, and with the cards of both.
func carded() *vignettev1.EvaluateRequest {
	req := request()
	req.Turns = req.GetTurns()[1:]
	req.RoleCards = []*vignettev1.RoleCard{
		{Id: "tenant", Goal: "To be warm", Persona: &vignettev1.Persona{Id: "zoe", Name: "Zoë", Memories: []*vignettev1.Memory{{Id: "m", Text: "I grew up by the sea."}}}},
		{Id: "landlord", Goal: "CANARY"},
	}
	return req
}

func TestFamiliesOfTheField(t *testing.T) {
	for name, family := range field {
		t.Run(name, func(t *testing.T) {
			for _, spec := range family.Description.GetDimensions() {
				if spec.GetSource() == "" || spec.GetDefinition() == "" {
					t.Errorf("%s has no source or no definition", spec.GetId())
				}
			}
			for _, score := range evaluateAs(t, name, family, upright(family, nil), carded()) {
				if score.GetValue() == nil && score.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE {
					t.Errorf("an honest verdict is refused: %v", score)
				}
			}
			lie := upright(family, func(spec *vignettev1.DimensionSpec, verdict map[string]any) {
				if _, ok := verdict["number"]; ok {
					verdict["number"] = spec.GetMax() + 1
				} else if _, ok := verdict["label"]; ok {
					verdict["label"] = "superb"
				} else {
					verdict["codes"] = []any{map[string]any{"label": "superb", "quote": "feel worn out"}}
				}
			})
			for _, score := range evaluateAs(t, name, family, lie, carded()) {
				if score.GetValue() != nil {
					t.Errorf("a lie became a number: %v", score)
				}
			}
		})
	}
}

func TestTheCardOfTheRatedRoleAlone(t *testing.T) {
	m := upright(field["fidelity"], nil)
	evaluateAs(t, "fidelity", field["fidelity"], m, carded())
	shown := m.asked[0].String()
	if strings.Contains(shown, "CANARY") || !strings.Contains(shown, "I grew up by the sea.") || strings.Contains(shown, "Get the heating") {
		t.Errorf("the judge is shown %s", shown)
	}
	m = upright(field["alliance"], nil)
	evaluateAs(t, "alliance", field["alliance"], m, carded())
	if shown := m.asked[0].String(); strings.Contains(shown, "grew up") {
		t.Errorf("a family that needs no card is shown one: %s", shown)
	}
	without := carded()
	without.RoleCards = without.GetRoleCards()[1:]
	for _, score := range evaluateAs(t, "fidelity", field["fidelity"], &model{answer: failing(nil)}, without) {
		if score.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING {
			t.Errorf("without a card: %v", score)
		}
	}
}

func TestTheHighestTurnAndOneThatIsLost(t *testing.T) {
	family := field["empathy"]
	req := request()
	req.Turns = append(req.GetTurns(), &vignettev1.PerceivedTurn{Index: 5, Role: "tenant", Action: &vignettev1.Action{
		Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "I feel worn out, still."}})
	weak := upright(family, func(_ *vignettev1.DimensionSpec, verdict map[string]any) { verdict["label"] = "weak" })
	// In turn 0 the quotation was not said: that verdict is lost, and the two of turns 2 and 5 cannot be known to be the highest.
	for label, m := range map[string]*model{"weak": weak, "strong": upright(family, nil)} {
		scores := evaluateAs(t, "empathy", family, m, proto.CloneOf(req))
		for _, score := range scores {
			if score.TurnIndex != nil {
				continue
			}
			known := score.GetValue().GetLabel() == "strong"
			lost := score.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING
			if label == "strong" && !known || label == "weak" && !lost {
				t.Errorf("%s everywhere else: %v", label, score)
			}
		}
	}
}
