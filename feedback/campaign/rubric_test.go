package campaign

import (
	"strings"
	"testing"
)

const rubricFile = `title: Satisfaction
unit: episode
arm: within
overlap: 2
scales:
  - {id: satisfaction, question: How satisfied is the client?, min: 1, max: 5, evidence_for_extremes: true}
`

func TestReadRubric(t *testing.T) {
	got, err := ReadRubric("r.yaml", []byte(rubricFile))
	if err != nil || got.GetScales()[0].GetMax() != 5 {
		t.Errorf("%v, %v", got, err)
	}
	_, err = ReadRubric("r.yaml", []byte(strings.Replace(strings.Replace(rubricFile, "max: 5", "max: 0", 1), "overlap", "overlaps", 1)))
	for _, want := range []string{"r.yaml:4", "overlap", "max must be greater than min"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}

func FuzzReadRubric(f *testing.F) {
	f.Add([]byte(rubricFile))
	f.Add([]byte("title: [\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if rubric, err := ReadRubric("r.yaml", data); err == nil && len(rubric.GetScales()) == 0 {
			t.Error("a rubric without scales is taken")
		}
	})
}
