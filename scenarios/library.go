package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed library/*.yaml library/personas/*.yaml
var libraryFiles embed.FS

const libraryDir = "library"

// library is read once; what ships is checked by a test, so an error here is a broken build.
var library = sync.OnceValues(func() ([]*vignettev1.Scenario, error) {
	entries, err := fs.ReadDir(libraryFiles, libraryDir) // sorted by name
	if err != nil {
		return nil, fmt.Errorf("list the scenarios that ship: %w", err)
	}
	var out []*vignettev1.Scenario
	var problems Problems
	for _, e := range entries {
		if e.IsDir() {
			continue // Personas, which scenarios name by their files.
		}
		name := path.Join(libraryDir, e.Name())
		s, err := LoadFS(libraryFiles, name)
		if err != nil {
			problems = append(problems, asProblems(name, err)...)
			continue
		}
		if s.Id+path.Ext(e.Name()) != e.Name() {
			problems = append(problems, Problem{File: name, Field: "id", Message: fmt.Sprintf("the id is %q", s.Id), Hint: "in the library a file is named by its scenario's id"})
		}
		out = append(out, s)
	}
	return out, problems.Err()
})

// Library is the scenarios that ship with the program, by id. The caller may change them.
func Library() ([]*vignettev1.Scenario, error) {
	shipped, err := library()
	if err != nil {
		return nil, err
	}
	out := make([]*vignettev1.Scenario, len(shipped))
	for i, s := range shipped {
		out[i] = proto.CloneOf(s)
	}
	return out, nil
}

// LibraryFile is the text of a scenario that ships, comments included, to look at or to begin an own one from.
// The error is [fs.ErrNotExist] when there is none of that id.
func LibraryFile(id string) ([]byte, error) {
	return libraryFiles.ReadFile(path.Join(libraryDir, id+".yaml"))
}

// Find turns what somebody typed into a scenario: the name of a file that exists, else the id of one that ships.
func Find(name string) (*vignettev1.Scenario, error) {
	found, err := FindAll(name)
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%s is a folder with %d scenarios; name one of its files", name, len(found))
	}
	return found[0], nil
}

// FindAll does the same for many names; the name of a folder stands for all scenarios in it. All that is wrong is
// reported together, and two scenarios with one id are an error: seeds and tables hang on it.
func FindAll(names ...string) ([]*vignettev1.Scenario, error) {
	var out []*vignettev1.Scenario
	var problems Problems
	first := map[string]string{}
	for _, name := range names {
		found, err := lookup(name)
		if err != nil {
			problems = append(problems, asProblems(name, err)...)
			continue
		}
		for _, s := range found {
			if before, twice := first[s.Id]; twice {
				problems = append(problems, Problem{File: name, Field: "id", Message: fmt.Sprintf("%q is the id of a scenario from %s too", s.Id, before), Hint: "ids must differ within a run"})
				continue
			}
			first[s.Id] = name
			out = append(out, s)
		}
	}
	return out, problems.Err()
}

func lookup(name string) ([]*vignettev1.Scenario, error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return LoadDir(name)
	case err == nil:
		s, err := Load(name)
		return []*vignettev1.Scenario{s}, err
	case !errors.Is(err, fs.ErrNotExist):
		return nil, Problems{unreadable(name, err)}
	}
	shipped, err := Library()
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(shipped))
	for i, s := range shipped {
		if ids[i] = s.Id; s.Id == name {
			return []*vignettev1.Scenario{s}, nil
		}
	}
	return nil, Problems{notFound(name, ids)}
}

// notFound says what there is instead. What looks like a path is taken for one.
func notFound(name string, ids []string) Problem {
	p := Problem{File: name, Message: "there is no such file and no scenario of that name"}
	if isDocument(name) || strings.ContainsAny(name, `/\`) {
		p.Message = "there is no such file"
	}
	p.Hint = "scenarios that ship: " + strings.Join(ids, ", ")
	if near := protoyaml.Nearest(name, ids); near != "" {
		p.Hint = fmt.Sprintf("did you mean %q? %s", near, p.Hint)
	}
	return p
}
