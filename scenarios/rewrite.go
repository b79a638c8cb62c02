package scenarios

import (
	"fmt"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ErrNotKept says that a file cannot be changed as wanted and keep its comments; [Marshal] writes it anew.
var ErrNotKept = protoyaml.ErrNotKept

// Rewrite is the text of a YAML file, changed so that it holds m, a scenario or a persona. Lines that need not change do not,
// comments among them. name is used in messages, and personas and files that the text names are looked for beside it; nothing
// is written. The result has been read again and holds m; when that cannot be had the error is [ErrNotKept].
func Rewrite(name string, data []byte, m proto.Message) ([]byte, error) {
	if strings.EqualFold(filepath.Ext(name), ".json") {
		return nil, fmt.Errorf("%s: JSON has no comments to be kept: %w", name, ErrNotKept)
	}
	return openAndRead(name, func(r *reader, base string) ([]byte, error) {
		r.instead = map[string][]byte{base: data}
		root, err := r.parse(base)
		if err != nil {
			return nil, err
		}
		from, err := r.same(m, base)
		if err != nil {
			return nil, err
		}
		to := proto.Clone(m)
		if s, ok := to.(*vignettev1.Scenario); ok {
			Normalize(s)
		}
		// What defaults fill in is not written out, unless what they come from changes.
		for _, from := range []proto.Message{from, r.asWritten(root, base, m)} {
			out, err := protoyaml.Rewrite(data, root, from, to)
			if err != nil {
				continue
			}
			r.instead[base] = out
			if again, err := r.same(m, base); err == nil && proto.Equal(again, to) {
				return out, nil
			}
		}
		return nil, fmt.Errorf("%s: %w", name, ErrNotKept)
	})
}

// asWritten is what a file says without any default. It has been read before, so nothing in it is wrong.
func (r *reader) asWritten(root *protoyaml.Node, name string, m proto.Message) proto.Message {
	r.included = 0
	from := m.ProtoReflect().New().Interface()
	d := protoyaml.NewDocument(r.call(name), root.Without(kindKey), r.expander(name))
	d.Including(r.include)
	d.Decode(from)
	if s, ok := from.(*vignettev1.Scenario); ok {
		r.scripts(s, name, d)
	}
	return from
}

// same reads a file as the kind of message that m is.
func (r *reader) same(m proto.Message, name string) (proto.Message, error) {
	r.included = 0
	switch m.(type) {
	case *vignettev1.Scenario:
		return r.scenario(name)
	case *vignettev1.Persona:
		return r.persona(name)
	}
	return nil, fmt.Errorf("a %s has no file of its own", m.ProtoReflect().Descriptor().Name())
}
