package scenarios

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Problem is one thing that is wrong in a file: where, what, and what would be right.
type Problem = protoyaml.Problem

// Problems are all that is wrong, in the order of the file. Everything this package returns as an error about a file
// is of this type.
type Problems = protoyaml.Problems

// MaxBytes is the largest file that is read, 1 MiB.
const MaxBytes = protoyaml.MaxBytes

// Load reads a scenario from a file, with the personas it names, fills in defaults and checks everything.
// An error is always [Problems].
func Load(file string) (*vignettev1.Scenario, error) {
	return openAndRead(file, func(r *reader, name string) (*vignettev1.Scenario, error) { return r.scenario(name) })
}

// LoadPersona reads a persona from a file. An error is always [Problems].
func LoadPersona(file string) (*vignettev1.Persona, error) {
	return openAndRead(file, func(r *reader, name string) (*vignettev1.Persona, error) { return r.persona(name) })
}

// LoadRubric reads a rubric from a file. An error is always [Problems].
func LoadRubric(file string) (*vignettev1.Rubric, error) {
	return openAndRead(file, func(r *reader, name string) (*vignettev1.Rubric, error) { return r.rubric(name) })
}

// LoadFile reads a file of any kind; the result is a *Scenario, a *Persona, a *Rubric or a *Study. An error is always [Problems].
func LoadFile(file string) (proto.Message, error) {
	return openAndRead(file, func(r *reader, name string) (proto.Message, error) {
		root, err := r.parse(name)
		if err != nil {
			return nil, err
		}
		switch guessKind(root) {
		case kindPersona:
			return r.persona(name)
		case kindRubric:
			return r.rubric(name)
		case kindStudy:
			s, err := r.study(name)
			if err != nil {
				return nil, err
			}
			return s.Study, nil
		}
		return r.scenario(name)
	})
}

// LoadFS reads a scenario from a file system; the personas it names may lie anywhere in it.
func LoadFS(fsys fs.FS, name string) (*vignettev1.Scenario, error) {
	return (&reader{fsys: fsys}).scenario(name)
}

// Read reads a scenario from bytes, for instance from an upload. name is used in messages only, except that a name
// ending in .json is read as JSON. Other files cannot be named in it.
func Read(name string, data []byte) (*vignettev1.Scenario, error) {
	return (&reader{data: data}).scenario(name)
}

// ReadPersona reads a persona from bytes; see [Read].
func ReadPersona(name string, data []byte) (*vignettev1.Persona, error) {
	return (&reader{data: data}).persona(name)
}

// ReadRubric reads a rubric from bytes; see [Read].
func ReadRubric(name string, data []byte) (*vignettev1.Rubric, error) {
	return (&reader{data: data}).rubric(name)
}

// ReadStudy reads a study from bytes; see [Read]. Scenarios and personas that it names must ship: it lies in no folder.
func ReadStudy(name string, data []byte) (*Study, error) {
	return (&reader{data: data}).study(name)
}

// LoadPersonas reads personas from a file, or from all files of a directory (not of those below it) in the order of
// their names. Two personas with one id are an error.
func LoadPersonas(name string) ([]*vignettev1.Persona, error) {
	files, err := filesOf(name)
	if err != nil {
		return nil, err
	}
	return loadEach(files, LoadPersona, (*vignettev1.Persona).GetId)
}

// LoadDir reads all scenarios of a directory (not of those below it) in the order of their file names; files that hold
// personas, rubrics, fragments or lists to be included are passed over. Two scenarios with one id are an error.
func LoadDir(dir string) ([]*vignettev1.Scenario, error) {
	files, err := filesOf(dir)
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, holdsNoScenario)
	if len(files) == 0 {
		return nil, Problems{{File: dir, Message: "there is no scenario in this folder", Hint: "scenario files end in .yaml, .yml or .json"}}
	}
	return loadEach(files, Load, (*vignettev1.Scenario).GetId)
}

// holdsNoScenario tells files beside scenarios. One that cannot be read counts as a scenario, so that it is told about.
func holdsNoScenario(file string) bool {
	kind, err := openAndRead(file, func(r *reader, name string) (string, error) {
		root, err := r.parse(name)
		if err != nil {
			return kindScenario, nil
		}
		return guessKind(root), nil
	})
	return err == nil && kind != kindScenario
}

// CheckFile checks a file of any kind and says which it holds: "scenario", "persona", "rubric", "study" or "fragment". Of a fragment only the
// YAML is checked, since it means something only where it is included. An error is always [Problems].
func CheckFile(file string) (kind string, err error) {
	return openAndRead(file, func(r *reader, name string) (string, error) {
		root, err := r.parse(name)
		if err != nil {
			return "", err
		}
		switch kind := guessKind(root); kind {
		case kindFragment:
			return kind, nil
		case kindPersona:
			_, err := r.persona(name)
			return kind, err
		case kindRubric:
			_, err := r.rubric(name)
			return kind, err
		case kindStudy:
			_, err := r.study(name)
			return kind, err
		default:
			_, err := r.scenario(name)
			return kind, err
		}
	})
}

// CheckFiles lists the files that stand for a name in a check: itself, or for a folder all YAML and JSON files in it and
// below it, sorted. Hidden files and folders are passed over. An error is always [Problems].
func CheckFiles(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, Problems{unreadable(name, err)}
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	var files []string
	err = filepath.WalkDir(name, func(at string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return Problems{unreadable(at, err)}
		case at != name && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
		case !e.IsDir() && isDocument(at):
			files = append(files, at)
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = Problems{{File: name, Message: "there is no file in this folder that could be read", Hint: "files end in .yaml, .yml or .json"}}
	}
	return files, err
}

// loadEach loads files, collects the problems of all, and refuses one id given twice.
func loadEach[M any](files []string, load func(string) (M, error), id func(M) string) ([]M, error) {
	var out []M
	var problems Problems
	first := map[string]string{}
	for _, file := range files {
		m, err := load(file)
		if err != nil {
			problems = append(problems, asProblems(file, err)...)
			continue
		}
		if before, twice := first[id(m)]; twice {
			problems = append(problems, Problem{File: file, Field: "id", Message: fmt.Sprintf("%q is the id in %s too", id(m), before), Hint: "ids must differ within a run"})
			continue
		}
		first[id(m)] = file
		out = append(out, m)
	}
	return out, problems.Err()
}

func asProblems(file string, err error) Problems {
	var ps Problems
	if errors.As(err, &ps) {
		return ps
	}
	return Problems{{File: file, Message: err.Error()}}
}

// filesOf lists the YAML and JSON files of a directory by name; a file is a list of itself.
func filesOf(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, Problems{unreadable(name, err)}
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	entries, err := os.ReadDir(name) // sorted by name
	if err != nil {
		return nil, Problems{unreadable(name, err)}
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && isDocument(e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			files = append(files, filepath.Join(name, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, Problems{{File: name, Message: "there is no file in this folder that could be read", Hint: "files end in .yaml, .yml or .json"}}
	}
	return files, nil
}

// isDocument tells by its name a file that may hold a scenario or a persona.
func isDocument(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// openAndRead gives a reader the folder of a file and nothing outside it.
func openAndRead[M any](file string, read func(r *reader, name string) (M, error)) (M, error) {
	var none M
	dir, name := filepath.Split(file)
	root, err := os.OpenRoot(filepath.Clean("./" + dir))
	if filepath.IsAbs(file) {
		root, err = os.OpenRoot(filepath.Clean(dir))
	}
	if err != nil {
		return none, Problems{unreadable(file, err)}
	}
	defer root.Close()
	return read(&reader{fsys: root.FS(), dir: dir}, name)
}

// reader reads the files of one folder.
type reader struct {
	fsys fs.FS
	dir  string // how messages call the folder
	data []byte // instead of a file system: the one file there is

	instead map[string][]byte // what files hold, by name, whatever the file system has

	files    map[string]string // names in the file system, by how messages call the files that were read
	included int               // how many files were included
}

// call is how messages call a file of the folder.
func (r *reader) call(name string) string {
	if r.dir == "" {
		return name
	}
	return filepath.Join(r.dir, filepath.FromSlash(name))
}

func (r *reader) parse(name string) (*protoyaml.Node, error) {
	data := r.data
	if r.fsys != nil {
		var problem *Problem
		if data, problem = r.bytes(name, MaxBytes); problem != nil {
			return nil, Problems{*problem}
		}
	}
	if r.files == nil {
		r.files = map[string]string{}
	}
	r.files[r.call(name)] = name
	return protoyaml.Parse(r.call(name), data)
}

// bytes reads a file: a regular one (a named pipe would never end) and not beyond the limit.
func (r *reader) bytes(name string, most int) ([]byte, *Problem) {
	if data, ok := r.instead[name]; ok {
		return data, nil
	}
	info, err := fs.Stat(r.fsys, name)
	if err != nil {
		p := unreadable(r.call(name), err)
		return nil, &p
	}
	if !info.Mode().IsRegular() {
		return nil, &Problem{File: r.call(name), Message: "this is not a file", Hint: "name a file"}
	}
	f, err := r.fsys.Open(name)
	if err != nil {
		p := unreadable(r.call(name), err)
		return nil, &p
	}
	defer f.Close()
	// One byte more than allowed is enough to see that it is too much.
	data, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err != nil {
		p := unreadable(r.call(name), err)
		return nil, &p
	}
	if info.Size() > int64(most) {
		return nil, &Problem{File: r.call(name), Message: fmt.Sprintf("the file has %d bytes; at most %d are read", info.Size(), most), Hint: "split it, or leave out what is not part of it"}
	}
	return data, nil
}

// unreadable says in plain words why a file cannot be opened.
func unreadable(file string, err error) Problem {
	p := Problem{File: file, Message: "the file cannot be read: " + err.Error()}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.Message, p.Hint = "there is no such file", "check the name, and the folder you are in"
	case errors.Is(err, fs.ErrPermission):
		p.Message, p.Hint = "this file may not be read by you", "check its permissions"
	case strings.Contains(err.Error(), "path escapes"):
		p.Message, p.Hint = "this is a link to a place outside the folder of the scenario", "copy the file into the folder"
	}
	return p
}
