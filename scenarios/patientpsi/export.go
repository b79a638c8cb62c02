package patientpsi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Export writes personas as a list of profiles, fields sorted by name. A field that was not edited since its import is
// written as the source wrote it. What a profile has no place for (memories, traits, strengths of beliefs) is left
// out; it is an error when a cognitive model holds what cannot be told apart afterwards: a core belief without
// category, or more than one situation.
func Export(personas []*vignettev1.Persona) ([]byte, error) {
	profiles := make([]profile, len(personas))
	for i, p := range personas {
		raw, err := exportOne(p)
		if err != nil {
			return nil, fmt.Errorf("persona %q: %w", p.GetId(), err)
		}
		profiles[i] = raw
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(profiles); err != nil {
		return nil, fmt.Errorf("write profiles: %w", err)
	}
	return out.Bytes(), nil
}

func exportOne(p *vignettev1.Persona) (profile, error) {
	kept := p.GetExtensions()[Format].AsMap()
	verbatim, _ := kept["verbatim"].(map[string]any)
	absent := map[any]bool{}
	if names, ok := kept["absent"].([]any); ok {
		for _, name := range names {
			absent[name] = true
		}
	}
	raw := profile{}
	if unmapped, ok := kept["unmapped"].(map[string]any); ok {
		for name, v := range unmapped {
			raw[name] = v
		}
	}
	for _, f := range fields {
		written := profile{}
		if err := f.write(p, written); err != nil {
			return nil, err
		}
		if source := f.source(verbatim, absent); source != nil && f.unchanged(source, written) {
			written = source
		}
		for name, v := range written {
			raw[name] = v
		}
	}
	return raw, nil
}

// source is the field as the source wrote it, when that was kept.
func (f field) source(verbatim map[string]any, absent map[any]bool) profile {
	kept := false
	for _, name := range f.names {
		_, there := verbatim[name]
		kept = kept || there || absent[name]
	}
	if !kept {
		return nil
	}
	return f.of(verbatim)
}

// unchanged tells whether a field still is what was read from the source: reading the source again and writing that
// gives what the persona gives now.
func (f field) unchanged(source, written profile) bool {
	p, again := &vignettev1.Persona{}, profile{}
	if f.read(source, p) != nil || f.write(p, again) != nil {
		return false
	}
	return reflect.DeepEqual(again, written)
}

// of is the part of a profile that belongs to a field.
func (f field) of(raw profile) profile {
	part := profile{}
	for _, name := range f.names {
		if v, there := raw[name]; there {
			part[name] = v
		}
	}
	return part
}
