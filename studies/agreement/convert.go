package agreement

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// record is a line in the form that [Read] takes.
type record struct {
	ID      string         `json:"id"`
	Group   string         `json:"group,omitempty"`
	Rater   string         `json:"rater,omitempty"`
	Context []said         `json:"context,omitempty"`
	Role    string         `json:"role"`
	Text    string         `json:"text"`
	Labels  map[string]any `json:"labels"`
}

// maxForeign bounds files of other layouts, which are read as a whole.
const maxForeign = 256 << 20

// converted is the reading of a layout that is converted to records line for line. All layouts label several dimensions; those
// that the evaluator does not score are left out, and it is an error if that leaves none.
func converted(layout string, convert func(data []byte, name string) ([]record, error)) Reading {
	return func(r io.Reader, name string, description *vignettev1.EvaluatorDescription, dimensions []string) (*Labels, error) {
		data, err := io.ReadAll(io.LimitReader(r, maxForeign+1))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if len(data) > maxForeign {
			return nil, Problems{{File: name, Message: fmt.Sprintf("the file is longer than %d bytes", maxForeign), Hint: "split it"}}
		}
		records, err := convert(bytes.TrimPrefix(data, []byte("\ufeff")), name)
		if err != nil {
			return nil, err
		}
		return readRecords(records, layout, name, description, dimensions)
	}
}

// readRecords hands records on with the labels that the evaluator can be compared with. Records that are left without any go too.
func readRecords(records []record, layout, name string, description *vignettev1.EvaluatorDescription, dimensions []string) (*Labels, error) {
	declared, err := ofTurns(description)
	if err != nil {
		return nil, err
	}
	var lines bytes.Buffer
	out := json.NewEncoder(&lines)
	out.SetEscapeHTML(false)
	labelled := map[string]bool{}
	for _, each := range records {
		kept := map[string]any{}
		for id, label := range each.Labels {
			labelled[id] = true
			if named(declared, id) != nil {
				kept[id] = label
			}
		}
		if each.Labels = kept; len(kept) == 0 {
			continue
		}
		if err := out.Encode(each); err != nil {
			return nil, fmt.Errorf("convert %s: %w", name, err)
		}
	}
	if lines.Len() == 0 && len(records) > 0 {
		return nil, Problems{{
			File: name, Message: fmt.Sprintf("%s labels nothing that evaluator %q scores turn by turn", layout, description.GetName()),
			Hint: fmt.Sprintf("the file labels %s; the evaluator scores %s", strings.Join(sortedKeys(labelled), ", "), strings.Join(idsOf(declared), ", ")),
		}}
	}
	return Read(&lines, name, description, dimensions)
}

func sortedKeys(set map[string]bool) []string {
	var out []string
	for key := range set {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// remembered is how many turns before an utterance are its context in layouts that have whole conversations. No evaluator here
// looks further back than a few turns; models are not shown an hour for every sentence.
const remembered = 12

// before are the turns that lead up to the next.
func before(turns []said) []said {
	return slices.Clone(turns[max(0, len(turns)-remembered):])
}
