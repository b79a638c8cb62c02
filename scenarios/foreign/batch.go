package foreign

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// File is a file of a published format.
type File struct {
	// Name is its path or name, for messages.
	Name string
	// Data is what is in it.
	Data []byte
}

// Batch is what a format's files become.
type Batch struct {
	// Personas are people on their own.
	Personas []*vignettev1.Persona
	// Scenarios are situations, with the people in them.
	Scenarios []*vignettev1.Scenario
}

// From are the personas of a batch that come from a format, each once: those on their own, and those in scenarios that are not
// there on their own. It is an error when two scenarios hold one persona differently: which is meant cannot be told.
func (b *Batch) From(format string) ([]*vignettev1.Persona, error) {
	var out []*vignettev1.Persona
	alone, found := map[string]bool{}, map[string]*vignettev1.Persona{}
	for _, p := range b.Personas {
		if p.GetSource().GetFormat() == format {
			alone[p.GetId()] = true
			out = append(out, p)
		}
	}
	for _, s := range b.Scenarios {
		for _, role := range s.GetRoles() {
			p := role.GetPersona()
			before := found[p.GetId()]
			switch {
			case p.GetSource().GetFormat() != format || alone[p.GetId()]:
			case before == nil:
				found[p.GetId()] = p
				out = append(out, p)
			case !proto.Equal(before, p):
				return nil, fmt.Errorf("persona %q is in scenario %q other than in one before it; change it in all of them, or save it in a file of its own beside them, which then counts", p.GetId(), s.GetId())
			}
		}
	}
	return out, nil
}
