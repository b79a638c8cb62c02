package patientpsi

import (
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// Format is the name of the format, in [vignettev1.Source] and as the name of the extension.
const Format = "patient-psi"

// Profiles are the profiles of PATIENT-Psi.
var Profiles = foreign.Source[*vignettev1.Persona]{
	Format: Format,
	Noun:   "profile",
	ID:     func(r foreign.Record) string { id, _ := r["id"].(string); return id },
	Fields: fields,
}

// Import reads a file of profiles: a list of them, or a single one. file is its name, for the persona's source and for
// messages; only its last element is kept. Personas come in the order of the file, with the profile's id as their id
// (names need not differ). An error is [scenarios.Problems] and names profile and field; all profiles are looked at.
func Import(data []byte, file string) ([]*vignettev1.Persona, error) {
	records, err := foreign.Parse(data, file, Profiles.Noun)
	if err != nil {
		return nil, err
	}
	return Profiles.Import(records, file)
}

// Export writes personas as a list of profiles, fields sorted by name. A field that was not edited since its import is
// written as the source wrote it. What a profile has no place for (memories, traits, strengths of beliefs) is left
// out; it is an error when a cognitive model holds what cannot be told apart afterwards: a core belief without
// category, or more than one situation.
func Export(personas []*vignettev1.Persona) ([]byte, error) {
	records, err := Profiles.ExportAll(personas)
	if err != nil {
		return nil, err
	}
	return foreign.Encode(records)
}
