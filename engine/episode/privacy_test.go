package episode_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Nobody knows what they may not know. Every string in a field that the contracts mark as private carries a canary that
// names its owner, in the scenario and in every turn; then whatever is handed to a role or an evaluator is searched.
func TestPrivacy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scenario := anyScenario(t)
		scenario.Objective = &vignettev1.Objective{}
		scenario.Source = &vignettev1.Source{}
		plant(scenario.ProtoReflect(), "study", vignettev1.Privacy_PRIVACY_STUDY, false)
		plant(scenario.Objective.ProtoReflect(), "role-"+scenario.GetFocal(), vignettev1.Privacy_PRIVACY_ROLE, true)
		for _, role := range scenario.GetRoles() {
			fill(role)
			plant(role.ProtoReflect(), "role-"+role.GetId(), vignettev1.Privacy_PRIVACY_ROLE, false)
			plant(role.ProtoReflect(), "study", vignettev1.Privacy_PRIVACY_STUDY, false)
			role.Reward = []*vignettev1.RewardTerm{{Evaluator: evaluatorName, Dimension: "length"}}
			role.Agent = canary("study")
		}
		needs := rapid.SliceOfDistinct(rapid.SampledFrom([]vignettev1.Need{
			vignettev1.Need_NEED_OBJECTIVE, vignettev1.Need_NEED_MENTAL_STATES, vignettev1.Need_NEED_INTENDED_ACTS, vignettev1.Need_NEED_ROLE_CARDS,
		}), rapid.ID).Draw(t, "needs")
		scenario.Evaluators = []*vignettev1.EvaluatorUse{{Name: evaluatorName, Role: scenario.GetFocal()}}
		scenario.Probes = nil

		act := anyTurn(t, scenario)
		marked := map[float64]bool{}
		w := &world{
			// No two bids are the same, so that one that turns up anywhere is known for what it is.
			bid: func(string, int) float64 {
				bid := 0.5 + float64(len(marked)+1)/(1<<20)
				marked[bid] = true
				return bid
			},
			act: func(role string, index int) *vignettev1.Turn {
				turn := act(role, index)
				turn.MentalState, turn.Provenance = &vignettev1.MentalState{}, &vignettev1.Provenance{}
				turn.Acts = []*vignettev1.IntendedAct{{Span: &vignettev1.Span{}}}
				turn.AgentState, turn.Appraisal = []byte(canary("role-"+role)), appraisal(role, index)
				plant(turn.MentalState.ProtoReflect(), "role-"+role, vignettev1.Privacy_PRIVACY_ROLE, true)
				plant(turn.Acts[0].ProtoReflect(), "role-"+role, vignettev1.Privacy_PRIVACY_ROLE, true)
				plant(turn.Provenance.ProtoReflect(), "study", vignettev1.Privacy_PRIVACY_STUDY, true)
				return turn
			},
			observed: func(role string, o *vignettev1.Observation) {
				if bid, told := numbers(o, marked); told {
					t.Fatalf("role %q is told the bid %v", role, bid)
				}
				found := canaries(o)
				delete(found, canary("role-"+role))
				if len(found) > 0 {
					t.Fatalf("role %q is told %v", role, found)
				}
			},
			transcript: func(_ *vignettev1.EvaluatorUse, r *vignettev1.EvaluateRequest) {
				if bid, told := numbers(r, marked); told {
					t.Fatalf("the evaluator is told the bid %v", bid)
				}
				found := canaries(r)
				if found[canary("study")] {
					t.Fatalf("the evaluator is told what belongs to the study")
				}
				if r.GetObjective() != nil && !slices.Contains(needs, vignettev1.Need_NEED_OBJECTIVE) {
					t.Fatalf("the evaluator is told the objective it did not ask for")
				}
				for _, card := range r.GetRoleCards() {
					if card.GetPolicy() != nil || card.GetObjective() != nil || card.GetScript() != nil {
						t.Fatalf("a role card tells a judge the policy that is compared, the script or the objective")
					}
				}
				if len(needs) == 0 && len(found) > 0 {
					t.Fatalf("the evaluator declared no need and is told %v", found)
				}
			},
		}
		w.play(t, episode.New(newPlan(scenario, needs...)))
	})
}

// appraisal carries canaries in its state or, every other turn, in all the rest of it.
func appraisal(role string, index int) *vignettev1.Appraisal {
	a := &vignettev1.Appraisal{}
	message := a.ProtoReflect()
	if index%2 == 0 {
		state := &vignettev1.MentalState{}
		a.Outcome, message = &vignettev1.Appraisal_State{State: state}, state.ProtoReflect()
	}
	plant(message, "role-"+role, vignettev1.Privacy_PRIVACY_ROLE, true)
	return a
}

// An evaluator that needs mental states is shown appraisals beside them, where they are and as they are; one that does not is
// shown neither.
func TestAppraisalsGoWithMentalStates(t *testing.T) {
	for _, test := range []struct {
		needs  []vignettev1.Need
		states bool
	}{
		{[]vignettev1.Need{vignettev1.Need_NEED_MENTAL_STATES}, true}, {[]vignettev1.Need{vignettev1.Need_NEED_INTENDED_ACTS}, false}, {nil, false},
	} {
		scenario := twoRoles()
		scenario.Evaluators = []*vignettev1.EvaluatorUse{{Name: evaluatorName, Role: scenario.GetFocal()}}
		shown := 0
		w := &world{
			act: func(role string, index int) *vignettev1.Turn {
				turn := says("hello %d")(role, index)
				turn.MentalState, turn.Appraisal = &vignettev1.MentalState{InnerThought: "reported"}, appraisal(role, index)
				return turn
			},
			transcript: func(_ *vignettev1.EvaluatorUse, r *vignettev1.EvaluateRequest) {
				for _, turn := range r.GetPrivateTurns() {
					if (turn.GetAppraisal() != nil) != test.states || (turn.GetMentalState() != nil) != test.states {
						t.Errorf("with needs %v turn %d is shown as %v", test.needs, turn.GetIndex(), turn)
					}
					if test.states && !canaries(turn.GetAppraisal())[canary("role-"+r.GetTurns()[turn.GetIndex()].GetRole())] {
						t.Errorf("turn %d is shown the appraisal %v", turn.GetIndex(), turn.GetAppraisal())
					}
					shown++
				}
			},
		}
		w.play(t, episode.New(newPlan(scenario, test.needs...)))
		if test.states && shown == 0 {
			t.Error("no evaluator was asked")
		}
	}
}

// A whisper reaches those it is meant for, and nobody else.
func TestWhisper(t *testing.T) {
	scenario := twoRoles()
	scenario.TurnTaking = vignettev1.TurnTaking_TURN_TAKING_ROUND_ROBIN
	scenario.Roles = append(scenario.Roles, &vignettev1.Role{Id: "c", Persona: &vignettev1.Persona{Id: "pc", Name: "Cy"}})
	heard := map[string]bool{}
	w := &world{
		act: func(role string, index int) *vignettev1.Turn {
			turn := says("out loud %d")(role, index)
			if index == 0 {
				turn.Action.Text, turn.Action.To = "for Cy alone", []string{"c"}
			}
			return turn
		},
		observed: func(role string, o *vignettev1.Observation) {
			for _, turn := range o.GetTurns() {
				if turn.GetAction().GetText() == "for Cy alone" {
					heard[role] = true
				}
			}
		},
	}
	w.play(t, episode.New(newPlan(scenario)))
	if !heard["a"] || !heard["c"] || heard["b"] {
		t.Errorf("heard by %v; want its speaker a and c, not b", heard)
	}
}

func TestAddressingNobodyIsRefused(t *testing.T) {
	for _, tc := range []struct {
		name      string
		to        []string
		addressee string
		want      string // "" is allowed
	}{
		{"a whisper", []string{"b"}, "", ""},
		{"a whisper that says whom it is for", []string{"b", "c"}, "c", ""},
		{"a remark for one", nil, "c", ""},
		{"a whisper to nobody there is", []string{"nobody"}, "", `whispered to "nobody", who does not take part`},
		{"a whisper to oneself", []string{"b", "a"}, "", `whispered to "a", who is the one who acts`},
		{"a whisper to one who has left", []string{"d"}, "", `whispered to "d", who has left; ` + "`to`" + ` takes the ids of others who are present (["b" "c"])`},
		{"a remark for nobody there is", nil, "nobody", `meant for "nobody", who does not take part`},
		{"a remark for oneself", nil, "a", `meant for "a", who is the one who acts`},
		{"a remark for one who has left", nil, "d", `meant for "d", who has left`},
		{"a whisper past whom it is for", []string{"b"}, "c", `whoever it is meant for must perceive it`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			state := episode.New(newPlan(fourRoles()))
			w := &world{act: func(role string, index int) *vignettev1.Turn {
				turn := says("hello %d")(role, index)
				switch index {
				case 3: // d
					turn.Action.Kind = vignettev1.ActionKind_ACTION_KIND_LEAVE
				case 4: // a
					turn.Action.To, turn.Action.Addressee = tc.to, tc.addressee
				}
				return turn
			}}
			for range 5 { // begin, and four turns
				if err := state.Apply(w.carryOut(state, state.Decide())); err != nil {
					t.Fatal(err)
				}
			}
			err := state.Apply(w.carryOut(state, state.Decide()))
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want %q", err, tc.want)
			}
		})
	}
}

func fourRoles() *vignettev1.Scenario {
	scenario := twoRoles()
	scenario.TurnTaking = vignettev1.TurnTaking_TURN_TAKING_ROUND_ROBIN
	for _, id := range []string{"c", "d"} {
		scenario.Roles = append(scenario.Roles, &vignettev1.Role{
			Id: id, Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "p" + id, Name: strings.ToUpper(id)},
		})
	}
	return scenario
}

// numbers finds one of some numbers anywhere in a message.
func numbers(m proto.Message, sought map[float64]bool) (float64, bool) {
	var found float64
	told := false
	var look func(protoreflect.Message)
	visit := func(value protoreflect.Value) {
		switch v := value.Interface().(type) {
		case float64:
			if sought[v] {
				found, told = v, true
			}
		case protoreflect.Message:
			look(v)
		}
	}
	look = func(m protoreflect.Message) {
		m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
			switch {
			case field.IsMap():
			case field.IsList():
				for i := range value.List().Len() {
					visit(value.List().Get(i))
				}
			default:
				visit(value)
			}
			return true
		})
	}
	look(m.ProtoReflect())
	return found, told
}

func canary(owner string) string { return "canary<" + owner + ">" }

// canaries finds the canaries in a message, in strings and in bytes.
func canaries(m proto.Message) map[string]bool {
	found := map[string]bool{}
	walk(m.ProtoReflect(), func(text string) {
		for {
			i := strings.Index(text, "canary<")
			if i < 0 {
				return
			}
			end := strings.Index(text[i:], ">")
			found[text[i:i+end+1]] = true
			text = text[i+end+1:]
		}
	})
	return found
}

func walk(m protoreflect.Message, visit func(string)) {
	text, err := protojson.Marshal(m.Interface())
	if err != nil {
		panic(err)
	}
	unescaped := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(text))
	visit(unescaped)
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Kind() == protoreflect.BytesKind && !field.IsList():
			visit(string(value.Bytes()))
		case field.Kind() == protoreflect.MessageKind && field.IsList():
			for i := range value.List().Len() {
				walk(value.List().Get(i).Message(), visit)
			}
		case field.Kind() == protoreflect.MessageKind && !field.IsMap():
			walk(value.Message(), visit)
		}
		return true
	})
}

// plant puts a canary into every string that the contracts mark with the given privacy, and below it into every string
// there is. Inside tells that the message itself is already below such a field.
func plant(m protoreflect.Message, owner string, privacy vignettev1.Privacy, inside bool) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		options, _ := field.Options().(*descriptorpb.FieldOptions)
		marked := proto.GetExtension(options, vignettev1.E_Privacy).(vignettev1.Privacy)
		here := inside
		if marked != vignettev1.Privacy_PRIVACY_UNSPECIFIED {
			here = marked == privacy
		}
		if !here && (field.Kind() != protoreflect.MessageKind || !m.Has(field)) {
			continue
		}
		plantField(m, field, owner, privacy, here)
	}
}

func plantField(m protoreflect.Message, field protoreflect.FieldDescriptor, owner string, privacy vignettev1.Privacy, here bool) {
	text := protoreflect.ValueOfString(canary(owner))
	switch {
	case field.IsMap():
	case field.Kind() == protoreflect.StringKind && field.IsList():
		m.Mutable(field).List().Append(text)
	case field.Kind() == protoreflect.StringKind:
		m.Set(field, text)
	case field.Kind() == protoreflect.MessageKind && field.IsList():
		list := m.Mutable(field).List()
		if here && list.Len() == 0 && field.Message().FullName() != "vignette.v1.Role" {
			list.AppendMutable()
		}
		if field.Message().FullName() == "vignette.v1.Role" {
			return // Each role is planted with its own name.
		}
		for i := range list.Len() {
			plant(list.Get(i).Message(), owner, privacy, here)
		}
	case field.Kind() == protoreflect.MessageKind && field.Message().ParentFile().Package() == "vignette.v1":
		if here || m.Has(field) {
			plant(m.Mutable(field).Message(), owner, privacy, here)
		}
	}
}

// fill gives a role everything a role can have, so that there is somewhere to plant.
func fill(role *vignettev1.Role) {
	role.Policy, role.Stance, role.Script = &vignettev1.Policy{}, &vignettev1.Stance{}, &vignettev1.Script{Lines: []*vignettev1.ScriptLine{{}}}
	role.Persona = &vignettev1.Persona{
		Id: role.GetPersona().GetId(), Name: role.GetPersona().GetName(),
		Identity: &vignettev1.Identity{}, Traits: &vignettev1.Traits{}, CognitiveModel: &vignettev1.CognitiveModel{}, Source: &vignettev1.Source{},
	}
}

// The canary test is only as good as its planting: a role must find its own canaries in what it is told.
func TestPlantingReachesTheRole(t *testing.T) {
	scenario := twoRoles()
	for _, role := range scenario.GetRoles() {
		fill(role)
		plant(role.ProtoReflect(), "role-"+role.GetId(), vignettev1.Privacy_PRIVACY_ROLE, false)
	}
	own := 0
	walk(episode.New(newPlan(scenario)).Observe("a").GetSelf().ProtoReflect(), func(text string) {
		own = max(own, strings.Count(text, canary("role-a")))
	})
	if want := 25; own < want {
		t.Errorf("role a finds %d canaries of its own, want at least %d: planting has stopped reaching it", own, want)
	}
	if found := canaries(episode.New(newPlan(scenario)).Observe("b")); found[canary("role-a")] {
		t.Errorf("role b is told %v", found)
	}
}
