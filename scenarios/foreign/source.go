package foreign

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Message is what records become.
type Message interface {
	*vignettev1.Persona | *vignettev1.Scenario
	proto.Message
	GetId() string
	GetExtensions() map[string]*structpb.Struct
}

// Source is one published format of records, each of which becomes one message.
type Source[M Message] struct {
	// Format is its name, in [vignettev1.Source] and as the name of the extension.
	Format string
	// Noun is what messages call a record ("profile").
	Noun string
	// ID is the id a record has in its source, for messages and for [vignettev1.Source]; "" when it has none. nil means none.
	ID func(Record) string
	// Fields is the whole mapping.
	Fields []Field[M]
	// Finish fills in what a record does not say and a message must have, such as an id, after the fields were read. What it
	// sets no field may write. n is the record's place, from 1. nil means nothing.
	Finish func(r Record, n int, m M)
	// Same says that records may come to have the same id; the second is then called id-2, and so on. Otherwise it is an error.
	Same bool
}

// Import takes records of a file, in their order. file is its name, for messages and for [vignettev1.Source]; only its last
// element is kept. An error is [scenarios.Problems]; all records are looked at.
func (s Source[M]) Import(records []Found, file string) ([]M, error) {
	file = filepath.Base(filepath.ToSlash(file))
	var out []M
	var problems scenarios.Problems
	first := map[string]int{}
	for i, found := range records {
		m, ps := s.one(found.Record, i+1, file)
		if ps == nil {
			ps = s.unique(m, i, first)
		}
		for _, p := range ps {
			p.File, p.Line, p.Field = file, found.Line, s.where(found.Record, i)+p.Field
			if p.Line > 0 {
				p.Column = 1
			}
			problems = append(problems, p)
		}
		out = append(out, m)
	}
	if problems != nil {
		return nil, problems.Err()
	}
	return out, nil
}

// where is how messages call a record.
func (s Source[M]) where(r Record, i int) string {
	at := fmt.Sprintf("%s %d", s.Noun, i+1)
	if id := s.id(r); id != "" {
		at += fmt.Sprintf(" (id %s)", id)
	}
	return at + ": "
}

func (s Source[M]) id(r Record) string {
	if s.ID == nil {
		return ""
	}
	return s.ID(r)
}

// unique holds the ids of a file apart.
func (s Source[M]) unique(m M, i int, first map[string]int) scenarios.Problems {
	before, twice := first[m.GetId()]
	switch {
	case twice && !s.Same:
		return scenarios.Problems{{Field: "id", Message: fmt.Sprintf("%s %d has this id too", s.Noun, before+1), Hint: "ids must differ"}}
	case twice:
		base := m.GetId()
		for n := 2; twice; n++ {
			setID(m, fmt.Sprintf("%s-%d", base, n))
			_, twice = first[m.GetId()]
		}
	}
	first[m.GetId()] = i
	return nil
}

// one takes one record.
func (s Source[M]) one(r Record, n int, file string) (M, scenarios.Problems) {
	var none M
	m := none.ProtoReflect().New().Interface().(M)
	if problems := read(s.Fields, r, m); problems != nil {
		return m, problems
	}
	if s.Finish != nil {
		s.Finish(r, n, m)
	}
	if err := s.Keep(r, m); err != nil {
		return m, scenarios.Problems{{Field: s.Noun, Message: err.Error()}}
	}
	setSource(m, &vignettev1.Source{Format: s.Format, Id: clip(s.id(r), 256), File: file})
	var broken scenarios.Problems
	if err := validate(m); errors.As(err, &broken) {
		return m, broken
	}
	return m, nil
}

// Read takes a record into a message that other records have a part in too. Problems name the field and nothing else.
func (s Source[M]) Read(r Record, m M) scenarios.Problems { return read(s.Fields, r, m) }

// Keep keeps in a message what exporting it would not bring back of a record.
func (s Source[M]) Keep(r Record, m M) error {
	kept, err := keep(s.Fields, r, m)
	if err != nil || kept == nil {
		return err
	}
	switch m := any(m).(type) {
	case *vignettev1.Persona:
		m.Extensions = with(m.Extensions, s.Format, kept)
	case *vignettev1.Scenario:
		m.Extensions = with(m.Extensions, s.Format, kept)
	}
	return nil
}

func with(extensions map[string]*structpb.Struct, name string, kept *structpb.Struct) map[string]*structpb.Struct {
	if extensions == nil {
		extensions = map[string]*structpb.Struct{}
	}
	extensions[name] = kept
	return extensions
}

// Export is the record of a message. A value that was not edited since its import is as the source wrote it.
func (s Source[M]) Export(m M) (Record, error) {
	r, err := write(s.Fields, m, m.GetExtensions()[s.Format])
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", strings.ToLower(string(m.ProtoReflect().Descriptor().Name())), m.GetId(), err)
	}
	return r, nil
}

// ExportAll is the records of messages, in their order.
func (s Source[M]) ExportAll(messages []M) ([]any, error) {
	out := make([]any, len(messages))
	for i, m := range messages {
		r, err := s.Export(m)
		if err != nil {
			return nil, err
		}
		out[i] = r
	}
	return out, nil
}

func setID[M Message](m M, id string) {
	switch m := any(m).(type) {
	case *vignettev1.Persona:
		m.Id = id
	case *vignettev1.Scenario:
		m.Id = id
	}
}

func setSource[M Message](m M, source *vignettev1.Source) {
	switch m := any(m).(type) {
	case *vignettev1.Persona:
		m.Source = source
	case *vignettev1.Scenario:
		m.Source = source
	}
}

func validate[M Message](m M) error {
	switch m := any(m).(type) {
	case *vignettev1.Persona:
		return scenarios.ValidatePersona(m)
	case *vignettev1.Scenario:
		scenarios.Normalize(m)
		return scenarios.Validate(m)
	}
	return nil
}

// clip cuts a text to a number of code points.
func clip(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}
