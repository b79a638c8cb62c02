package agreement

import (
	"fmt"
	"io"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Reading takes labels from a file as [Read] does.
type Reading func(r io.Reader, name string, description *vignettev1.EvaluatorDescription, dimensions []string) (*Labels, error)

// formats are the layouts that can be read, by name; the first is what files have by default.
var formats = []struct {
	name string
	read Reading
}{
	{"jsonl", Read},
	{"annomi", converted("AnnoMI", annomiRecords)},
	{"bolt", converted("BOLT", boltRecords)},
	{"goemotions", ReadGoEmotions},
	{"epitome", converted("EPITOME", epitomeRecords)},
	{"esconv", converted("ESConv", esconvRecords)},
}

// Formats are the names of the layouts that can be read.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Format returns the reading of a layout by its name; "" is "jsonl", that of [Read].
func Format(name string) (Reading, error) {
	for i, f := range formats {
		if f.name == name || name == "" && i == 0 {
			return f.read, nil
		}
	}
	return nil, fmt.Errorf("there is no format %q; there is: %s", name, strings.Join(Formats(), ", "))
}
