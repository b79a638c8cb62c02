package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Marshal writes a scenario, a persona or a rubric as YAML that reads back to the same: fields in the order of the contract, what
// is not set left out, enum values short, texts of several lines kept as lines, `kind:` at the top. What would be too
// large to be read again is an error.
func Marshal(m proto.Message) ([]byte, error) {
	var kind string
	switch m.(type) {
	case *vignettev1.Scenario:
		kind = kindScenario
	case *vignettev1.Persona:
		kind = kindPersona
	case *vignettev1.Rubric:
		kind = kindRubric
	default:
		return nil, fmt.Errorf("a %s has no file of its own", m.ProtoReflect().Descriptor().Name())
	}
	data, err := protoyaml.Marshal(m, kindKey+": "+kind)
	if err == nil && len(data) > MaxBytes {
		err = fmt.Errorf("the %s would fill %d bytes; files have at most %d", kind, len(data), MaxBytes)
	}
	return data, err
}

// FileName is the name of the file that holds the scenario or persona of this id. Ids may be in any script; characters
// that some file system gives a meaning to are written as %XX, so that different ids have different names.
func FileName(id string) string {
	var b strings.Builder
	for i, r := range id {
		if strings.ContainsRune(`/\:*?"<>|%`, r) || r < 0x20 || (r == '.' && i == 0) {
			fmt.Fprintf(&b, "%%%02X", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String() + ".yaml"
}

// SavePersonas writes each persona into a file of its own in dir, named by its id, and returns the files. dir is made
// when it is not there. A file that exists with other content is never overwritten: that is an error, and what was
// written before stays.
func SavePersonas(dir string, personas []*vignettev1.Persona) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder for personas: %w", err)
	}
	var files []string
	for _, p := range personas {
		data, err := Marshal(p)
		if err != nil {
			return files, fmt.Errorf("persona %q: %w", p.Id, err)
		}
		file := filepath.Join(dir, FileName(p.Id))
		if err := writeNew(file, data); err != nil {
			return files, fmt.Errorf("persona %q: %w", p.Id, err)
		}
		files = append(files, file)
	}
	return files, nil
}

// writeNew writes a file that is not there yet; the same content again is no error.
func writeNew(file string, data []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		if before, err := os.ReadFile(file); err == nil && bytes.Equal(before, data) {
			return nil
		}
		return fmt.Errorf("%s is there already with other content; choose another folder, or move it away", file)
	}
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close(), os.Remove(file))
	}
	return f.Close()
}
