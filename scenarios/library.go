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

//go:embed library/*.yaml library/personas/*.yaml library/studies/*.yaml
var libraryFiles embed.FS

const (
	libraryDir  = "library"
	personasDir = "library/personas"
	studiesDir  = "library/studies"
)

// library and libraryPersonas are read once; what ships is checked by a test, so an error here is a broken build.
var (
	library = sync.OnceValues(func() ([]*vignettev1.Scenario, error) {
		return shelf(libraryDir, (*reader).scenario, (*vignettev1.Scenario).GetId)
	})
	libraryPersonas = sync.OnceValues(func() ([]*vignettev1.Persona, error) {
		return shelf(personasDir, (*reader).persona, (*vignettev1.Persona).GetId)
	})
)

// shelf reads all files of a folder that ships, in the order of their names, which are their ids.
func shelf[M any](dir string, read func(*reader, string) (M, error), id func(M) string) ([]M, error) {
	entries, err := fs.ReadDir(libraryFiles, dir) // sorted by name
	if err != nil {
		return nil, fmt.Errorf("list what ships: %w", err)
	}
	var out []M
	var problems Problems
	for _, e := range entries {
		if e.IsDir() {
			continue // Personas, which scenarios name by their files.
		}
		name := path.Join(dir, e.Name())
		m, err := read(&reader{fsys: libraryFiles}, name)
		if err != nil {
			problems = append(problems, asProblems(name, err)...)
			continue
		}
		if id(m)+path.Ext(e.Name()) != e.Name() {
			problems = append(problems, Problem{File: name, Field: "id", Message: fmt.Sprintf("the id is %q", id(m)), Hint: "in the library a file is named by its id"})
		}
		out = append(out, m)
	}
	return out, problems.Err()
}

// Library is the scenarios that ship with the program, by id. The caller may change them.
func Library() ([]*vignettev1.Scenario, error) {
	return copies(library())
}

// Personas is the personas that ship with the program, by id. The caller may change them.
func Personas() ([]*vignettev1.Persona, error) {
	return copies(libraryPersonas())
}

func copies[M proto.Message](shipped []M, err error) ([]M, error) {
	if err != nil {
		return nil, err
	}
	out := make([]M, len(shipped))
	for i, m := range shipped {
		out[i] = proto.CloneOf(m)
	}
	return out, nil
}

// LibraryFile is the text of a scenario that ships, comments included, to look at or to begin an own one from.
// The error is [fs.ErrNotExist] when there is none of that id.
func LibraryFile(id string) ([]byte, error) {
	return libraryFiles.ReadFile(path.Join(libraryDir, id+".yaml"))
}

// PersonaFile is the same for a persona.
func PersonaFile(id string) ([]byte, error) {
	return libraryFiles.ReadFile(path.Join(personasDir, id+".yaml"))
}

// FindPersonas turns what somebody typed into personas: a file or a folder that exists (see [LoadPersonas]), else the id of
// one that ships, or its file as the library's scenarios name it (personas/ID.yaml). An error is always [Problems].
func FindPersonas(name string) ([]*vignettev1.Persona, error) {
	id := shelfID(name)
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) || looksLikePath(id) {
		return LoadPersonas(name)
	}
	shipped, err := Personas()
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(shipped))
	for i, p := range shipped {
		if ids[i] = p.Id; p.Id == id {
			return []*vignettev1.Persona{p}, nil
		}
	}
	return nil, Problems{notFound(name, "persona", ids)}
}

// shelfID is the id of the persona that a scenario of the library names by its file; any other name stays what it is.
func shelfID(name string) string {
	if id, ok := strings.CutPrefix(name, path.Base(personasDir)+"/"); ok {
		return strings.TrimSuffix(id, ".yaml")
	}
	return name
}

// orShelf is where to read a persona that a scenario names by its file: from that file, or where there is none, from the one
// of the library that is called so. A scenario of the library that was copied to another folder keeps its people.
func (r *reader) orShelf(file, ref string) (*reader, string) {
	shipped := path.Join(libraryDir, ref)
	if _, err := fs.Stat(r.fsys, file); !errors.Is(err, fs.ErrNotExist) || path.Dir(shipped) != personasDir {
		return r, file
	}
	if _, err := fs.Stat(libraryFiles, shipped); err != nil {
		return r, file
	}
	return &reader{fsys: libraryFiles}, shipped
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
	return nil, Problems{notFound(name, "scenario", ids)}
}

// notFound says what there is instead. What looks like a path is taken for one.
func notFound(name, what string, ids []string) Problem {
	p := Problem{File: name, Message: "there is no such file and no " + what + " of that name"}
	if looksLikePath(name) {
		p.Message = "there is no such file"
	}
	p.Hint = plurals[what] + " that ship: " + strings.Join(ids, ", ")
	if near := protoyaml.Nearest(name, ids); near != "" {
		p.Hint = fmt.Sprintf("did you mean %q? %s", near, p.Hint)
	}
	return p
}

var plurals = map[string]string{"scenario": "scenarios", "persona": "personas", "study": "studies"}

func looksLikePath(name string) bool { return isDocument(name) || strings.ContainsAny(name, `/\`) }
