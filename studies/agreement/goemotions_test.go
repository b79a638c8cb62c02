package agreement

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The fixture is ours; numbers are those of GoEmotions' label file.
func TestGoEmotionsToJSONL(t *testing.T) {
	var out strings.Builder
	err := GoEmotionsToJSONL(strings.NewReader("What a lovely \"garden\".\t0,18\tc1\r\nHm.\t27\tc2\nGross and sad.\t11,25\tc3\n"), "dev.tsv", &out)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"c1","role":"writer","text":"What a lovely \"garden\".","labels":{"emotion.ekman":["joy"],"emotion.goemotions":["admiration","love"]}}
{"id":"c2","role":"writer","text":"Hm.","labels":{"emotion.ekman":["neutral"],"emotion.goemotions":["neutral"]}}
{"id":"c3","role":"writer","text":"Gross and sad.","labels":{"emotion.ekman":["disgust","sadness"],"emotion.goemotions":["disgust","sadness"]}}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	for text, message := range map[string]string{
		"no tabs":       "dev.tsv:1:1: it has 1 fields (a line is a text",
		"a\t28\tc":      `"28" is no number of a label`,
		"a\tjoy\tc":     `"joy" is no number of a label`,
		"a\t1\tc\nb\tx": "dev.tsv:2:1: it has 2 fields",
	} {
		if err := GoEmotionsToJSONL(strings.NewReader(text), "dev.tsv", &strings.Builder{}); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("%q: %v, want %s", text, err, message)
		}
	}
}
