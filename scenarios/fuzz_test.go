package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/scenarios"
)

// Whatever the bytes are: no panic, no hang; an error is a list of problems, and what loads can be written and loaded
// again to the same. Run it with -fuzzminimizetime 5x: the seeds are long, and shrinking each of their variants takes
// all the time otherwise.
func FuzzLoad(f *testing.F) {
	seeds, _ := filepath.Glob("library/*.yaml")
	for _, file := range append(seeds, "testdata/base.yaml", "testdata/personas/mother.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, false)
	}
	f.Add([]byte(`{"id":"x","roles":[{"id":"a","kind":"client","persona":{"id":"p","name":"P"}}],"stop":{"max_turns":3}}`), true)
	f.Add([]byte("a: &x {b: [*x, 'it''s', \"\\u00e9\"]}\n<<: *x\n"), false)
	f.Add([]byte("a: |+\n  x\n\n\nb: >-\n  y\n"), false)
	f.Fuzz(func(t *testing.T, data []byte, asJSON bool) {
		name := "x.yaml"
		if asJSON {
			name = "x.json"
		}
		s, err := scenarios.Read(name, data)
		if err != nil {
			if problems, ok := err.(scenarios.Problems); !ok || len(problems) == 0 {
				t.Fatalf("the error is %#v", err)
			}
			return
		}
		written, err := scenarios.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := scenarios.Read("again.yaml", written)
		if err != nil {
			t.Fatalf("what was written does not load: %v\n%s", err, written)
		}
		if diff := cmp.Diff(s, again, protocmp.Transform()); diff != "" {
			t.Fatalf("(-first +again):\n%s", diff)
		}
	})
}
