package scenarios_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// line is a text of one line that is not empty; block may have several.
func line() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("aZ ë李'\":#-.?0{}[]&*!|>%@`,😀")), 1, 20, -1)
}

func block() *rapid.Generator[string] {
	return rapid.OneOf(line(), rapid.Map(rapid.SliceOfN(line(), 2, 4), func(l []string) string { return strings.Join(l, "\n") }))
}

func persona(t *rapid.T, id string) *vignettev1.Persona {
	p := &vignettev1.Persona{Id: id, Name: line().Draw(t, "name"), Introduction: block().Draw(t, "introduction")}
	if rapid.Bool().Draw(t, "traits") {
		p.Traits = &vignettev1.Traits{BigFive: &vignettev1.BigFive{Openness: proto.Float64(rapid.Float64Range(0, 1).Draw(t, "openness"))}, Mbti: "INFP"}
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "memories") {
		p.Memories = append(p.Memories, &vignettev1.Memory{Id: fmt.Sprint(i), Text: block().Draw(t, "text"), Importance: rapid.Float64Range(0, 1).Draw(t, "importance")})
	}
	if rapid.Bool().Draw(t, "model") {
		p.CognitiveModel = &vignettev1.CognitiveModel{
			RelevantHistory: block().Draw(t, "history"),
			CoreBeliefs:     []*vignettev1.CoreBelief{{Category: vignettev1.CoreBelief_CATEGORY_HELPLESS, Text: line().Draw(t, "belief"), Strength: proto.Float64(0)}},
			Situations: []*vignettev1.DiagramSituation{{Situation: line().Draw(t, "situation"),
				Emotions: []*vignettev1.EmotionIntensity{{Emotion: vignettev1.Emotion_EMOTION_GUILT, Words: line().Draw(t, "words")}}}},
		}
	}
	return p
}

func scenario(t *rapid.T) *vignettev1.Scenario {
	s := &vignettev1.Scenario{Id: line().Draw(t, "id"), Setting: block().Draw(t, "setting"), Focal: "r0", Stop: &vignettev1.StopRules{MaxTurns: int32(rapid.IntRange(1, 1000).Draw(t, "turns"))}}
	kinds := []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_PERSONA, vignettev1.AgentKind_AGENT_KIND_CLIENT, vignettev1.AgentKind_AGENT_KIND_COUNSELOR}
	for i := range rapid.IntRange(2, 8).Draw(t, "roles") {
		s.Roles = append(s.Roles, &vignettev1.Role{
			Id: fmt.Sprintf("r%d", i), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Persona: persona(t, fmt.Sprintf("p%d", i)),
			Goal: block().Draw(t, "goal"), Knowledge: rapid.SliceOfN(block(), 0, 3).Draw(t, "knowledge"),
			Policy: &vignettev1.Policy{Skill: proto.Float64(rapid.Float64Range(0, 1).Draw(t, "skill"))},
		})
	}
	if rapid.Bool().Draw(t, "scored") {
		s.Evaluators = []*vignettev1.EvaluatorUse{{Name: line().Draw(t, "evaluator")}}
		s.Roles[1].Reward = []*vignettev1.RewardTerm{{Evaluator: s.Evaluators[0].Name, Dimension: "d", Optional: true}}
	}
	if rapid.Bool().Draw(t, "varied") {
		s.Factors = []*vignettev1.Factor{
			{Role: "focal", Field: "persona", Levels: []*vignettev1.Level{{Persona: persona(t, "x")}, {Name: "other", Persona: persona(t, "y")}}},
			{Field: "setting", Levels: []*vignettev1.Level{{Value: structpb.NewStringValue(line().Draw(t, "level"))}, {Name: "  2", Value: structpb.NewNullValue()}}},
		}
	}
	scenarios.Normalize(s)
	return s
}

func TestScenariosRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := scenario(t)
		data, err := scenarios.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := scenarios.Read("x.yaml", data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Fatalf("(-written +read):\n%s\n%s", diff, data)
		}
	})
}

func TestPersonasRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := persona(t, line().Draw(t, "id"))
		data, err := scenarios.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := scenarios.ReadPersona("x.yaml", data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Fatalf("(-written +read):\n%s\n%s", diff, data)
		}
	})
}

// What is written looks like what a person would write.
func TestMarshalIsReadable(t *testing.T) {
	data, err := scenarios.Marshal(load(t, "testdata/base.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/marshal.golden", data)
}

func TestSavePersonas(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	people := []*vignettev1.Persona{{Id: "1-1", Name: "Ada"}, {Id: "a/b:c", Name: "Ada"}, {Id: "..", Name: "Ada"}, {Id: "李", Name: "Ada"}}
	files, err := scenarios.SavePersonas(dir, people)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"1-1.yaml", "a%2Fb%3Ac.yaml", "%2E..yaml", "李.yaml"}
	for i, f := range files {
		if filepath.Dir(f) != dir || filepath.Base(f) != want[i] {
			t.Errorf("file %s, want %s", f, want[i])
		}
		if p, err := scenarios.LoadPersona(f); err != nil || !proto.Equal(p, people[i]) {
			t.Errorf("%s: %v, %v", f, p, err)
		}
	}
	if _, err := scenarios.SavePersonas(dir, people); err != nil {
		t.Errorf("the same again: %v", err)
	}
	people[0].Name = "Somebody else"
	if _, err := scenarios.SavePersonas(dir, people); err == nil || !strings.Contains(err.Error(), "already with other content") {
		t.Errorf("overwriting: %v", err)
	}
	if data, _ := os.ReadFile(files[0]); !strings.Contains(string(data), "Ada") {
		t.Errorf("the file was changed: %s", data)
	}
}
