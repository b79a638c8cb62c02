package campaign

import (
	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ReadRubric reads a rubric file: YAML that maps one to one onto vignette.v1.Rubric. The error is every problem there is, with line,
// field and what would be right.
func ReadRubric(file string, data []byte) (*vignettev1.Codebook, error) {
	root, err := protoyaml.Parse(file, data)
	if err != nil {
		return nil, err
	}
	rubric := &vignettev1.Codebook{}
	d := protoyaml.NewDocument(file, root, nil)
	d.Decode(rubric)
	d.Check(rubric)
	return rubric, d.Err()
}
