package agreement

import (
	"fmt"
	"io"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Reading takes labels from a file as [Read] does.
type Reading func(r io.Reader, name string, description *vignettev1.EvaluatorDescription, dimensions []string) (*Labels, error)

// Format returns the reading of a format by its name: "jsonl" (or "") for [Read], "goemotions" for [ReadGoEmotions].
func Format(name string) (Reading, error) {
	switch name {
	case "", "jsonl":
		return Read, nil
	case "goemotions":
		return ReadGoEmotions, nil
	}
	return nil, fmt.Errorf("there is no format %q; there is: jsonl, goemotions", name)
}
