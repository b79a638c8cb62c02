package scenarios_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

const (
	replayedScenario = `
id: again
focal: helper
objective: {statement: Understand Ruth., kind: understand}
roles:
  - id: helper
    kind: counselor
    persona: {id: ada, name: Ada}
    AGENT
    SCRIPT
  - id: ruth
    kind: client
    persona: {id: ruth, name: Ruth}
stop: {max_turns: 6}
`
	talk  = "Ada: Hello.\nRuth: Hi.\nAda: How are you?\n"
	talks = `{"episode":"e1","roles":[{"id":"a","name":"Ada","kind":"counselor"},{"id":"b","name":"Bo","kind":"client"}],"turns":[{"role":"a","action":"speak","text":"One."}]}` + "\n" +
		`{"episode":"e2","roles":[{"id":"a","name":"Ada","kind":"counselor"},{"id":"b","name":"Bo","kind":"client"}],"turns":[{"role":"a","action":"speak","text":"Two.","to":["b"]},{"role":"b","action":"silent","text":""}]}` + "\n"
)

func loadReplayed(agent, script string) (*vignettev1.Scenario, error) {
	text := strings.NewReplacer("AGENT", agent, "SCRIPT", script).Replace(replayedScenario)
	return scenarios.LoadFS(fstest.MapFS{
		"x/again.yaml":     {Data: []byte(text)},
		"x/in/talk.txt":    {Data: []byte(talk)},
		"x/in/talks.jsonl": {Data: []byte(talks)},
		"x/in/broken.txt":  {Data: []byte("Ada: Hello.\nwell\n")},
		"y/talk.txt":       {Data: []byte(talk)},
	}, "x/again.yaml")
}

func TestScript(t *testing.T) {
	sum := func(text string) string {
		s := sha256.Sum256([]byte(text))
		return hex.EncodeToString(s[:])
	}
	speak := vignettev1.ActionKind_ACTION_KIND_SPEAK
	for _, tc := range []struct {
		name, script string
		want         *vignettev1.Script
	}{
		{"lines in place", "script: {lines: [Hello., {kind: silent}, {text: How are you?, to: [ruth]}]}", &vignettev1.Script{Lines: []*vignettev1.ScriptLine{
			{Kind: speak, Text: "Hello."}, {Kind: vignettev1.ActionKind_ACTION_KIND_SILENT}, {Kind: speak, Text: "How are you?", To: []string{"ruth"}},
		}}},
		{"a file, and whose lines is known by the name", "script: in/talk.txt", &vignettev1.Script{
			File: "in/talk.txt", Sha256: sum(talk), Role: "Ada", Lines: []*vignettev1.ScriptLine{{Kind: speak, Text: "Hello."}, {Kind: speak, Text: "How are you?"}},
		}},
		{"a file beyond the folder of this one, still in that of all", "script: ../y/talk.txt", &vignettev1.Script{
			File: "../y/talk.txt", Sha256: sum(talk), Role: "Ada", Lines: []*vignettev1.ScriptLine{{Kind: speak, Text: "Hello."}, {Kind: speak, Text: "How are you?"}},
		}},
		{"somebody else's lines", "script: {file: in/talk.txt, role: ruth}", &vignettev1.Script{
			File: "in/talk.txt", Sha256: sum(talk), Role: "Ruth", Lines: []*vignettev1.ScriptLine{{Kind: speak, Text: "Hi."}},
		}},
		{"an episode by its position, and whose lines is known by the kind", "script: {file: in/talks.jsonl, episode: 1, role: counselor}", &vignettev1.Script{
			File: "in/talks.jsonl", Sha256: sum(talks), Episode: "e1", Role: "a", Lines: []*vignettev1.ScriptLine{{Kind: speak, Text: "One."}},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := loadReplayed("agent: replay", tc.script)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, s.Roles[0].Script, protocmp.Transform()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			// Written down, it is whole in itself: it reads back without the file.
			text, err := scenarios.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			again, err := scenarios.Read("again.yaml", text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(s, again, protocmp.Transform()); diff != "" {
				t.Errorf("written and read again:\n%s", diff)
			}
		})
	}
}

func TestScriptProblems(t *testing.T) {
	for _, tc := range []struct{ name, agent, script, want string }{
		{"no script", "agent: replay", "", `x/again.yaml:9:12: roles[0].agent: the agent replay plays from a script, and there is none (add script:`},
		{"another agent", "agent: mine", "script: in/talk.txt", `roles[0].script: only the agent replay plays from a script, and this role is played by "mine" (add agent: replay`},
		{"no agent", "", "script: in/talk.txt", "this role is played by the default agent of its kind"},
		{"a model", "agent: replay\n    policy: {model: m}", "script: in/talk.txt", "roles[0].policy.model: a replayed role says what its script says; no model plays it"},
		{"no such file", "agent: replay", "script: in/none.txt", "x/again.yaml:10:13: roles[0].script: x/in/none.txt: there is no such file"},
		{"outside", "agent: replay", "script: ../../talk.txt", `roles[0].script: "../../talk.txt" does not lie in the folder of the scenario`},
		{"absolute", "agent: replay", "script: /etc/passwd", `does not lie in the folder of the scenario`},
		{"a broken file", "agent: replay", "script: in/broken.txt", "x/again.yaml:10:13: roles[0].script: x/in/broken.txt:2:1: this line does not say who speaks (write Name: words"},
		{"which episode", "agent: replay", "script: {file: in/talks.jsonl}", "roles[0].script: the file holds 2 conversations (say which: episode: and its id or its position from 1; ids are e1, e2)"},
		{"no such episode", "agent: replay", "script: {file: in/talks.jsonl, episode: e9}", `no conversation of the file has the id "e9" (ids are e1, e2`},
		{"nobody of that name", "agent: replay", "script: {file: in/talk.txt, role: zoe}", `nobody in the conversation goes by "zoe" (name one of those who speak there: Ada, Ruth)`},
		{"nothing said", "agent: replay", "script: {file: in/talks.jsonl, episode: e1, role: b}", `"b" says nothing in the conversation`},
		{"both", "agent: replay", "script: {file: in/talk.txt, lines: [Hello.]}", "roles[0].script: there are both a file and lines"},
		{"an empty script", "agent: replay", "script: {lines: []}", "roles[0].script.lines"},
		{"a whisper to nobody there is", "agent: replay", "script: {file: in/talks.jsonl, episode: e2}", `roles[0].script.lines[0].to[0]: "b" is not the id of a role (`},
		{"a whisper to oneself", "agent: replay", "script: {lines: [{text: Hm., to: [helper]}]}", `"helper" is the one who speaks`},
		{"past whom it is for", "agent: replay", "script: {lines: [{text: Hm., addressee: zoe}]}", `lines[0].addressee: "zoe" is not the id of a role`},
		{"too much", "agent: replay", "script: {lines: [" + strings.Repeat("\""+strings.Repeat("x", 19000)+"\", ", 14) + "]}", "the script has 266000 bytes of text; at most 262144 can be played"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := loadReplayed(tc.agent, tc.script)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v\nwant %s", err, tc.want)
			}
		})
	}
	if _, err := scenarios.Read("x.yaml", []byte(strings.NewReplacer("AGENT", "agent: replay", "SCRIPT", "script: talk.txt").Replace(replayedScenario))); err == nil ||
		!strings.Contains(err.Error(), "cannot be read from another file here") {
		t.Errorf("read from bytes: %v", err)
	}
}

// A study may put other agents in the place of what was recorded: their levels take the script away.
func TestAgentLevelTakesTheScriptAway(t *testing.T) {
	s, err := loadReplayed("agent: replay", "script: in/talk.txt")
	if err != nil {
		t.Fatal(err)
	}
	f := &vignettev1.Factor{Role: "helper", Field: "agent"}
	for agent, scripted := range map[string]bool{"replay": true, "builtin-counselor": false} {
		changed := proto.CloneOf(s)
		if err := scenarios.Apply(changed, f, &vignettev1.Level{Name: agent, Value: structpb.NewStringValue(agent)}); err != nil {
			t.Fatal(err)
		}
		if got := changed.Roles[0].Script != nil; got != scripted {
			t.Errorf("with agent %s it has a script: %v, want %v", agent, got, scripted)
		}
		if err := scenarios.Validate(changed); err != nil {
			t.Errorf("with agent %s: %v", agent, err)
		}
	}
}
