package architecture_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/vignette-sim/vignette/"

// pure are parts of rooms that hold no service and no I/O; rooms above may import them though they may not import the
// room.
var pure = []string{"evaluators/reward", "evaluators/verdict", "evaluators/emotion/taxonomy", "evaluators/tom/outcome", "evaluators/calibrated/calibration"}

// rooms says what each room may import besides itself, from the bottom of the house to its top. A room that is not
// named here may not exist.
var rooms = []struct {
	room string
	may  []string
}{
	{"proto", nil},
	{"internal", nil},
	{"scenarios", []string{"proto", "internal"}},
	{"agents", []string{"proto", "internal"}},
	{"evaluators", []string{"proto", "internal"}},
	{"models", []string{"proto", "internal", "broker"}},
	{"broker", []string{"proto", "internal"}},
	{"engine", append([]string{"proto", "internal", "scenarios", "broker"}, pure...)},
	{"feedback", append([]string{"proto", "internal", "scenarios", "broker", "engine"}, pure...)},
	{"studies", append([]string{"proto", "internal", "scenarios", "broker", "engine", "feedback", "evaluators/emotion/expressed"}, pure...)},
	{"web", []string{"proto", "internal", "scenarios", "engine", "feedback", "studies"}},
	{"node", []string{"proto", "internal", "scenarios", "agents", "evaluators", "models", "broker", "engine", "feedback", "studies", "web"}},
	{"cmd", []string{"proto", "internal", "scenarios", "engine", "feedback", "studies", "web", "node", "broker"}},
}

// bare are packages that must stay free of wires and models, however far down.
var bare = map[string][]string{
	"engine/episode":              {"github.com/nats-io/", "github.com/sashabaranov/"},
	"proto/vignette/v1":           {"github.com/nats-io/", "github.com/sashabaranov/"},
	"evaluators/reward":           {"github.com/nats-io/", "github.com/sashabaranov/"},
	"evaluators/verdict":          {"github.com/nats-io/", "github.com/sashabaranov/"},
	"evaluators/tom/outcome":      {"github.com/nats-io/", "github.com/sashabaranov/", module + "evaluators/emotion"},
	"evaluators/emotion/taxonomy": {"github.com/nats-io/", "github.com/sashabaranov/", module + "internal/language"},
	"broker/natsrpc":              {module + "proto", module + "engine"},
}

// strangers word turns, hear them or score them, and know nothing of each other, however far down: no rule, no list. What
// agents/builtin measures is whether their lists came to be alike all the same.
var strangers = []string{
	"agents/builtin/client", "agents/builtin/counselor", "agents/builtin/persona/partner", "agents/builtin/persona/speaker", "agents/builtin/persona/bystander",
	"evaluators",
}

// between are packages of ours that strangers may have in common: contracts, what every mind is, the scene and the form of a
// persona's turn, and what knows English. None of them holds phrases to listen for, but the last.
var between = []string{
	"proto", "agents", "agents/builtin/persona/scene", "agents/builtin/persona/draft", "internal",
}

type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	EmbedFiles []string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,EmbedFiles,Imports,Deps", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("only %d packages found", len(all))
	}
	return all
}

// Imports run downward only.
func TestImportsRunDownward(t *testing.T) {
	for _, p := range packages(t) {
		room, _, _ := strings.Cut(p.ImportPath, "/")
		i := slices.IndexFunc(rooms, func(r struct {
			room string
			may  []string
		}) bool {
			return r.room == room
		})
		if i < 0 {
			t.Errorf("%s is in no room of the house; docs/architecture.md and this table say which there are", p.ImportPath)
			continue
		}
		for _, path := range p.Imports {
			target, ours := strings.CutPrefix(path, module)
			if ours && !within(target, append(rooms[i].may, room)) {
				t.Errorf("%s imports %s; %s may import %v", p.ImportPath, target, room, rooms[i].may)
			}
		}
	}
}

// The state machine and the contracts know no wire and no model, not even through others.
func TestPurePackagesStayBare(t *testing.T) {
	seen := 0
	for _, p := range packages(t) {
		banned, ok := bare[p.ImportPath]
		if !ok {
			continue
		}
		seen++
		for _, dep := range p.Deps {
			for _, ban := range banned {
				if strings.HasPrefix(dep, ban) {
					t.Errorf("%s depends on %s", p.ImportPath, dep)
				}
			}
		}
		if p.ImportPath == "engine/episode" && slices.Contains(p.Imports, "google.golang.org/grpc") {
			t.Errorf("%s imports a transport", p.ImportPath)
		}
	}
	if seen != len(bare) {
		t.Errorf("%d of %d packages found; has one moved?", seen, len(bare))
	}
}

// Who words, who hears and who scores are strangers.
func TestStrangers(t *testing.T) {
	listed := map[string][]pkg{}
	for _, p := range packages(t) {
		for _, stranger := range strangers {
			if within(p.ImportPath, []string{stranger}) {
				listed[stranger] = append(listed[stranger], p)
			}
		}
	}
	for _, stranger := range strangers {
		if len(listed[stranger]) == 0 {
			t.Errorf("%s is not there; has it moved?", stranger)
		}
		for _, p := range listed[stranger] {
			for _, dep := range p.Deps {
				target, ours := strings.CutPrefix(dep, module)
				room, _, _ := strings.Cut(target, "/")
				known := slices.Contains(between, target) || slices.Contains(between, room) && room != "agents"
				if ours && !known && !within(target, []string{stranger}) {
					t.Errorf("%s depends on %s; strangers may have %v in common", p.ImportPath, target, between)
				}
			}
		}
	}
}

// What strangers have in common holds no phrases to listen for and no words to say; internal/language alone knows English.
func TestNothingIsHeardInCommon(t *testing.T) {
	for _, p := range packages(t) {
		if !slices.Contains(between, p.ImportPath) {
			continue
		}
		if len(p.EmbedFiles) > 0 {
			t.Errorf("%s holds the files %v", p.ImportPath, p.EmbedFiles)
		}
		for _, name := range p.GoFiles {
			source, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(source), "NewPhrases(") {
				t.Errorf("%s/%s listens for phrases", p.ImportPath, name)
			}
		}
	}
}

// No two packages read the same file of words.
func TestNoListIsShared(t *testing.T) {
	owner := map[string]string{}
	for _, p := range packages(t) {
		if !within(p.ImportPath, []string{"agents", "evaluators"}) || p.ImportPath == "agents/builtin" {
			continue // agents/builtin holds the others' files to measure them, and no mind may import it
		}
		for _, name := range p.EmbedFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{filepath.Join(p.Dir, name), string(text)} {
				if other, taken := owner[key]; taken && other != p.ImportPath {
					t.Errorf("%s and %s both have %s", other, p.ImportPath, name)
				}
				owner[key] = p.ImportPath
			}
		}
	}
	if len(owner) == 0 {
		t.Error("nobody has a file of words")
	}
	const expressed = "evaluators/emotion/expressed"
	if !slices.Contains(slices.Collect(maps.Values(owner)), expressed) {
		t.Errorf("%s has no lists of its own; have they moved to where somebody else could read them?", expressed)
	}
}

func within(path string, rooms []string) bool {
	return slices.ContainsFunc(rooms, func(room string) bool { return path == room || strings.HasPrefix(path, room+"/") })
}
