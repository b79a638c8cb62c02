package foreign

import (
	"fmt"
	"maps"
	"reflect"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/scenarios"
)

// maxDepth is how deep a value that is kept may nest: as deep as a file of ours may.
const maxDepth = 32

// Field maps one value of a record, or several that belong together, onto a message and back.
type Field[M proto.Message] struct {
	// Paths are the values it maps. No two fields share one, and none leads into another's.
	Paths []string
	// Read takes what the record has of Paths into the message. An error says what is wrong with the value and what would be
	// right.
	Read func(from Part, m M) error
	// Write puts into a part what a record would hold that says what the message says. It must depend on nothing but what Read
	// of the same field has set. It may change m, which is a copy. was is what the source had, for values that are more than
	// what is mapped of them (a list of records, of which one name is read); it may be empty.
	Write func(m M, was, into Part) error
}

// read takes a record into a message.
func read[M proto.Message](fields []Field[M], r Record, m M) scenarios.Problems {
	var problems scenarios.Problems
	for _, f := range fields {
		if err := f.Read(f.Of(r), m); err != nil {
			problems = append(problems, scenarios.Problem{Field: f.Paths[0], Message: err.Error()})
		}
	}
	return problems
}

// keep is everything of a record that exporting m alone would not bring back; nil when there is nothing.
func keep[M proto.Message](fields []Field[M], r Record, m M) (*structpb.Struct, error) {
	mapped, verbatim, absent := map[string]bool{}, Record{}, []any{}
	for _, f := range fields {
		written, err := f.written(m, nil)
		if err != nil {
			return nil, err
		}
		source := f.Of(r)
		for _, path := range f.Paths {
			mapped[path] = true
		}
		if reflect.DeepEqual(written, source) {
			continue
		}
		for _, path := range f.Paths {
			if v, there := source[path]; there {
				verbatim[path] = v
			} else if _, would := written[path]; would {
				absent = append(absent, path)
			}
		}
	}
	kept := Record{}
	if rest := without(r, mapped, ""); len(rest) > 0 {
		kept[keptUnmapped] = rest
	}
	if len(verbatim) > 0 {
		kept[keptVerbatim] = verbatim
	}
	if len(absent) > 0 {
		kept[keptAbsent] = absent
	}
	for _, part := range kept {
		if group, ok := part.(Record); ok {
			for name, v := range group {
				if deeper(v, maxDepth) {
					return nil, fmt.Errorf("%s is nested more than %d levels deep, which a file of ours cannot hold", name, maxDepth)
				}
			}
		}
	}
	if len(kept) == 0 {
		return nil, nil
	}
	return structpb.NewStruct(kept)
}

// The parts of an extension.
const (
	keptUnmapped = "unmapped"
	keptVerbatim = "verbatim"
	keptAbsent   = "absent"
)

// write is the record that a message and what was kept of its source make together.
func write[M proto.Message](fields []Field[M], m M, extension *structpb.Struct) (Record, error) {
	kept := extension.AsMap()
	verbatim, _ := kept[keptVerbatim].(map[string]any)
	absent := map[any]bool{}
	names, _ := kept[keptAbsent].([]any)
	for _, name := range names {
		absent[name] = true
	}
	r, _ := kept[keptUnmapped].(map[string]any)
	if r == nil {
		r = Record{}
	}
	for _, f := range fields {
		part, err := f.now(m, verbatim, absent)
		if err != nil {
			return nil, err
		}
		for path, v := range part {
			if err := put(r, path, v); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// now is what the record holds for a field: the source's own words as long as the message still says what was read there.
func (f Field[M]) now(m M, verbatim Record, absent map[any]bool) (Part, error) {
	source, kept := Part{}, false
	for _, path := range f.Paths {
		v, there := verbatim[path]
		if there {
			source[path] = v
		}
		kept = kept || there || absent[path]
	}
	written, err := f.written(m, source)
	if err != nil || !kept {
		return written, err
	}
	again := m.ProtoReflect().New().Interface().(M)
	if f.Read(source, again) == nil {
		if before, err := f.written(again, source); err == nil && reflect.DeepEqual(before, written) {
			return source, nil
		}
	}
	return written, nil
}

func (f Field[M]) written(m M, was Part) (Part, error) {
	into := Part{}
	if err := f.Write(proto.CloneOf(m), maps.Clone(was), into); err != nil {
		return nil, err
	}
	return into, nil
}

// Of is the part of a record that belongs to a field.
func (f Field[M]) Of(r Record) Part {
	part := Part{}
	for _, path := range f.Paths {
		if v, there := at(r, path); there {
			part[path] = v
		}
	}
	return part
}
