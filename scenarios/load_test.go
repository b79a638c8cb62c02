package scenarios_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func load(t *testing.T, file string) *vignettev1.Scenario {
	t.Helper()
	s, err := scenarios.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What a file leaves out is filled in on load.
func TestLoadNormalizes(t *testing.T) {
	s := load(t, "testdata/base.yaml")
	want := struct {
		Turns               vignettev1.TurnTaking
		Silences            int32
		Role, Name          string
		Agent               string
		ProbeRole           string
		EvaluatorRole       string
		FactorRole, Level   string
		PersonaFromFile     string
		NumberAsText, Words string
	}{
		vignettev1.TurnTaking_TURN_TAKING_ALTERNATING, 2, "mother", "Samira", "", "daughter", "daughter", "focal", "0.2", "samira", "17", "where,call",
	}
	got := want
	got.Turns, got.Silences = s.TurnTaking, s.Stop.MaxSilences
	got.Role, got.Name, got.Agent = s.Roles[1].Id, s.Roles[1].Name, s.Roles[1].Agent
	got.ProbeRole, got.EvaluatorRole = s.Probes[0].Role, s.Evaluators[0].Role
	got.FactorRole, got.Level = s.Factors[0].Role, s.Factors[0].Levels[0].Name
	got.PersonaFromFile = s.Roles[1].Persona.Id
	got.NumberAsText = s.Roles[0].Persona.Identity.Social[0].Value
	got.Words = strings.Join(s.Roles[1].Stance.Interests[0].Words, ",")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again := proto.CloneOf(s)
	scenarios.Normalize(again)
	if diff := cmp.Diff(s, again, protocmp.Transform()); diff != "" {
		t.Errorf("normalizing twice changes something:\n%s", diff)
	}
}

func TestDefaultsOfOtherShapes(t *testing.T) {
	s := &vignettev1.Scenario{
		Roles: []*vignettev1.Role{{Id: "a", Reward: []*vignettev1.RewardTerm{{Evaluator: "e", Dimension: "d"}}}, {Id: "b"}, {Id: "c"}},
		Stop:  &vignettev1.StopRules{MaxTurns: 3},
	}
	scenarios.Normalize(s)
	if s.Language != "en" || s.TurnTaking != vignettev1.TurnTaking_TURN_TAKING_ROUND_ROBIN || s.Stop.MaxSilences != 3 || s.Roles[0].Reward[0].GetWeight() != 1 {
		t.Errorf("defaults: %v", s)
	}
}

// The same scenario however the file was saved.
func TestFormsOfTheSameFile(t *testing.T) {
	text := read(t, "base.yaml")
	want := load(t, "testdata/base.yaml")
	for name, data := range map[string]string{
		"byte order mark":     "\ufeff" + text,
		"Windows line ends":   strings.ReplaceAll(text, "\n", "\r\n"),
		"old Mac line ends":   strings.ReplaceAll(text, "\n", "\r"),
		"said to be one":      "kind: scenario\n" + text,
		"start of a document": "---\n" + text + "...\n",
		"full enum names":     strings.ReplaceAll(text, "kind: persona", "kind: AGENT_KIND_PERSONA"),
		"anchors and aliases": strings.Replace(strings.Replace(text, "words: [where, call]", "words: &w [where, call]", 1), "    goal: Get the car", "    goal: &g Get the car", 1),
		"a merge":             strings.Replace(text, "policy: {modality: assertive, skill: 0.7}", "policy:\n      <<: {skill: 0.1, modality: assertive}\n      skill: 0.7", 1),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := scenarios.LoadFS(fstest.MapFS{"a.yaml": {Data: []byte(data)}, "personas/mother.yaml": {Data: []byte(read(t, "personas/mother.yaml"))}}, "a.yaml")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	good := "{\n\t\"id\": \"x\",\t\"roles\": [\n\t\t{\"id\": \"a\", \"kind\": \"client\", \"persona\": {\"id\": \"p\", \"name\": \"Zo\\u00eb \\ud83d\\ude00\"}},\n\t\t{\"id\": \"b\", \"kind\": \"counselor\", \"persona\": {\"id\": \"q\", \"name\": \"B\"}}],\n\t\"focal\": \"b\", \"stop\": {\"max_turns\": 4}}"
	s, err := scenarios.Read("x.json", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if s.Roles[0].Name != "Zoë 😀" {
		t.Errorf("name %q", s.Roles[0].Name)
	}
	for name, c := range map[string]struct{ data, want string }{
		"a wrong value": {strings.Replace(good, `"client"`, `"cleint"`, 1), `x.json:3:23: roles[0].kind: "cleint" is not one of the values it can have (did you mean "client"? allowed: persona, client, counselor)`},
		"twice":         {strings.Replace(good, `"focal": "b"`, `"focal": "b", "focal": "b"`, 1), `x.json:5:16: focal: this is given twice (the first is in line 5; keep one)`},
		"cut off":       {good[:40], `this cannot be read as JSON: the file ends too early (check commas, quotes and brackets)`},
		"two values":    {good + "{}", `this cannot be read as JSON: there is something after the end of the value`},
		"a comma":       {strings.Replace(good, `"stop"`, `, "stop"`, 1), `x.json:5:18: the name of a field is expected here, in double quotes (there may be a comma too many before it)`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scenarios.Read("x.json", []byte(c.data))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// Files that are not what they should be, or mean harm.
func TestHostileFiles(t *testing.T) {
	bomb := "id: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		prev := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+prev+",", 10), ",") + "]\n"
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"too large":              {bytes.Repeat([]byte("# x\n"), 1<<18+1), "1048580 bytes; at most 1048576"},
		"binary":                 {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), "not a text file"},
		"UTF-16":                 {[]byte("\xff\xfei\x00d\x00"), "saved as UTF-16"},
		"Latin-1":                {[]byte("id: x\nname: Zo\xeb\n"), "x.yaml:2:1: this line is not in UTF-8"},
		"a control character":    {[]byte("id: x\x1b[31m\n"), "invisible control character"},
		"empty":                  {nil, "the file is empty"},
		"comments only":          {[]byte("# nothing\n"), "the file is empty"},
		"a text":                 {[]byte("hello"), "stands where a group of fields is expected"},
		"a list":                 {[]byte("- a\n- b\n"), "a list stands where a group of fields is expected"},
		"aliases of aliases":     {[]byte(bomb), "more than 100000 values"},
		"an alias of itself":     {[]byte("id: &a [*a]\n"), "*a stands for nothing"},
		"merges of merges":       {[]byte("a: &a {x: 1}\nb: &b {<<: [*a, *a]}\nid: {<<: *b}\n"), "there is no field"},
		"a merge of a text":      {[]byte("id: x\nstop: {<<: 5}\n"), "<< can only bring in a group of fields"},
		"brackets":               {[]byte(strings.Repeat("[", 1<<19)), "nested too deeply"},
		"braces":                 {[]byte(strings.Repeat("{a: ", 1<<17)), "nested too deeply"},
		"dashes":                 {[]byte(strings.Repeat("- ", 1<<18)), "nested too deeply"},
		"question marks":         {[]byte(strings.Repeat("? ", 1<<18)), "nested too deeply"},
		"anchors":                {[]byte(strings.Repeat("&a ", 1<<18)), "nested too deeply"},
		"stairs":                 {[]byte(stairs(1000)), "nested too deeply"},
		"very many fields":       {[]byte(strings.Repeat("a: 1\n", 200000)), "more than 20000 fields"},
		"a complex key":          {[]byte("? [a]\n: b\n"), "invalid key"},
		"very many mistakes":     {[]byte(strings.Repeat("zz: 1\n", 1000)), "there are more problems than these"},
		"a persona in an upload": {[]byte("id: x\nroles:\n  - {id: a, kind: client, persona: /etc/passwd.yaml}\n"), "cannot be read from another file here"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scenarios.Read("x.yaml", c.data)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %.500v\nwant %s", err, c.want)
			}
		})
	}
}

func stairs(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// A scenario reads nothing outside its own folder.
func TestPersonaFilesStayInside(t *testing.T) {
	outside, inside := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret.yaml")
	write(t, secret, "id: secret\nname: Secret\n")
	if err := os.Symlink(secret, filepath.Join(inside, "link.yaml")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	for _, ref := range []string{secret, "../" + filepath.Base(outside) + "/secret.yaml", "link.yaml", "a/../../x.yaml", `..\x.yaml`, "file:///x.yaml"} {
		file := filepath.Join(inside, "s.yaml")
		write(t, file, strings.Replace(read(t, "base.yaml"), "personas/mother.yaml", "'"+ref+"'", 1))
		_, err := scenarios.Load(file)
		if err == nil || !strings.Contains(err.Error(), "folder of the scenario") {
			t.Errorf("%s: %v", ref, err)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLoadFileTellsKindsApart(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		text string
		want proto.Message
	}{
		"said":     {"kind: persona\nid: a\nname: A\n", &vignettev1.Persona{}},
		"seen":     {"id: a\nname: A\n", &vignettev1.Persona{}},
		"scenario": {strings.Replace(read(t, "base.yaml"), "persona: personas/mother.yaml", "persona: {id: m, name: M}", 1), &vignettev1.Scenario{}},
	} {
		file := filepath.Join(dir, name+".yaml")
		write(t, file, c.text)
		got, err := scenarios.LoadFile(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if g, w := got.ProtoReflect().Descriptor().Name(), c.want.ProtoReflect().Descriptor().Name(); g != w {
			t.Errorf("%s: a %s, not a %s", name, g, w)
		}
	}
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	one := strings.Replace(read(t, "base.yaml"), "persona: personas/mother.yaml", "persona: p/mother.yaml", 1)
	write(t, filepath.Join(dir, "2.yaml"), strings.Replace(one, "borrow-the-car", "second", 1))
	write(t, filepath.Join(dir, "1.yml"), one)
	write(t, filepath.Join(dir, "someone.yaml"), "kind: persona\nid: z\nname: Z\n")
	write(t, filepath.Join(dir, ".hidden.yaml"), "nonsense")
	write(t, filepath.Join(dir, "notes.txt"), "nonsense")
	write(t, filepath.Join(dir, "p/mother.yaml"), read(t, "personas/mother.yaml"))
	write(t, filepath.Join(dir, "p/a.yaml"), "id: a\nname: Same\n")

	found, err := scenarios.FindAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"borrow-the-car", "second"}, ids(found)); diff != "" {
		t.Errorf("scenarios (-want +got):\n%s", diff)
	}
	personas, err := scenarios.LoadPersonas(filepath.Join(dir, "p"))
	if err != nil || len(personas) != 2 || personas[0].Id != "a" {
		t.Errorf("personas: %v, %v", personas, err)
	}
	write(t, filepath.Join(dir, "p/b.yaml"), "id: a\nname: Other\n")
	if _, err := scenarios.LoadPersonas(filepath.Join(dir, "p")); err == nil || !strings.Contains(err.Error(), `"a" is the id in `) {
		t.Errorf("one id twice: %v", err)
	}
	if _, err := scenarios.FindAll(dir, filepath.Join(dir, "2.yaml")); err == nil || !strings.Contains(err.Error(), `"second" is the id of a scenario from`) {
		t.Errorf("one scenario twice: %v", err)
	}
}

func ids(all []*vignettev1.Scenario) []string {
	var out []string
	for _, s := range all {
		out = append(out, s.Id)
	}
	return out
}

func TestLibrary(t *testing.T) {
	shipped, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	if len(shipped) == 0 {
		t.Fatal("nothing ships")
	}
	for _, s := range shipped {
		found, err := scenarios.Find(s.Id)
		if err != nil || !proto.Equal(found, s) {
			t.Errorf("%s is not found by its id: %v", s.Id, err)
		}
		if text, err := scenarios.LibraryFile(s.Id); err != nil || !bytes.Contains(text, []byte(s.Id)) {
			t.Errorf("%s has no text: %v", s.Id, err)
		}
	}
	shipped[0].Id = "changed"
	if again, _ := scenarios.Library(); again[0].Id == "changed" {
		t.Error("who changes a scenario changes the library")
	}
}

func TestFindSaysWhatThereIs(t *testing.T) {
	_, err := scenarios.Find("ask-for-leav")
	if err == nil || !strings.Contains(err.Error(), `ask-for-leav: there is no such file and no scenario of that name (did you mean "ask-for-leave"? scenarios that ship: `) {
		t.Errorf("%v", err)
	}
	if _, err := scenarios.Find("testdata/nothing.yaml"); err == nil || !strings.Contains(err.Error(), "there is no such file") {
		t.Errorf("%v", err)
	}
	if s, err := scenarios.Find("testdata/base.yaml"); err != nil || s.Id != "borrow-the-car" {
		t.Errorf("%v, %v", s, err)
	}
}
