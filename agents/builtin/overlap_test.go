package builtin

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/vignette-sim/vignette/internal/language"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// files is a small mind: lists made in each of the ways there are, wording in both.
var files = fstest.MapFS{
	"x/ear.go": {Data: []byte(`package x
var hear = language.NewPhrases("it sounds", "you feel|felt", "it sounds")
var noticed = map[int][]string{1: {"please"}, 2: {"thank|thanks"}}
var other = []string{"not a phrase"}
`)},
	"x/judge.go": {Data: []byte("package x\nvar c = cueOf(strong, \"why it counts\", `i feel; i am\n  sad`, `hm`)\nvar f = frame{why: \"x\", opening: phrases(`if you;`)}\n")},
	"x/ear_test.go": {Data: []byte(`package x
var hear = NewPhrases("in a test")`)},
	"x/say.go": {Data: []byte(`package x
var lines = []string{"That's fine%s.", "lower case.", "No end"}
var heard = language.NewPhrases("That's a phrase.")
func say() string { return "Not in a variable." }`)},
	"y/wording/a.txt": {Data: []byte("// A remark: not said.\n# greet\nany: Hello {name}, [come in|sit down|rest], [please|now].\nmi: Welcome.\n")},
}

func TestPhrases(t *testing.T) {
	got, err := ear{"x", files, "x", []string{"noticed"}}.phrases()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"it sounds", "you feel|felt", "please", "thank|thanks", "i feel", "i am sad", "hm", "if you", "That's a phrase."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got, err := (ear{"x", files, "nowhere", nil}).phrases(); err == nil {
		t.Errorf("a directory without phrases has %v", got)
	}
	broken := fstest.MapFS{"x/a.go": {Data: []byte("package")}}
	if _, err := (ear{"x", broken, "x", nil}).phrases(); err == nil {
		t.Error("a file that does not parse is passed over")
	}
}

func TestLines(t *testing.T) {
	got, err := linesIn(files, "x")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"That's fine … ."}, got); diff != "" {
		t.Errorf("lines in Go, -want +got:\n%s", diff)
	}
	if got, err = framesIn(files, "y/wording"); err != nil {
		t.Fatal(err)
	}
	want := []string{"Hello  … , come in, please.", "Hello  … , sit down, now.", "Hello  … , rest, please.", "Welcome."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frames, -want +got:\n%s", diff)
	}
}

// What is found is found inside a longer phrase too; what stands in two lines is in neither.
func TestLook(t *testing.T) {
	for _, test := range []struct {
		phrases []string
		texts   []string
		want    Found
	}{
		{[]string{"you feel", "feel", "nothing", "so sad"}, []string{"You feel low.", "And so", "sad"}, Found{Share: 0.5, Rate: 1000. / 6}},
		{[]string{"you feel|felt"}, []string{"You felt that; you feel it."}, Found{Share: 1, Rate: 2000. / 6}},
		{[]string{"hm"}, []string{"Well then."}, Found{}},
	} {
		if diff := cmp.Diff(test.want, look(test.phrases, joined(test.texts))); diff != "" {
			t.Errorf("%q in %q, -want +got:\n%s", test.phrases, test.texts, diff)
		}
	}
}

func TestSample(t *testing.T) {
	texts := strings.Split(strings.Repeat("One two three.|", 20)+"Four five six.", "|")
	sample, ok := sampleOf(texts, 30)
	if n := wordsOf(sample); !ok || n < 30 || n > 32 {
		t.Errorf("%d words, %v", n, ok)
	}
	if again, _ := sampleOf(texts, 30); !cmp.Equal(sample, again, cmp.AllowUnexported(language.Token{})) {
		t.Error("another draw is another sample")
	}
	if _, ok := sampleOf(texts, 1000); ok {
		t.Error("there are not so many words")
	}
}

// Without people there is a dash, and no zero.
func TestPrint(t *testing.T) {
	var out bytes.Buffer
	rows := []Row{
		{Ear: "client", Voice: "counselor", Phrases: 10, Words: 200, InVoice: Found{0.5, 12.4}},
		{Ear: "partner", Voice: "speaker", Phrases: 4, Words: 100, InVoice: Found{0, 0}, InHuman: &Found{0.25, 3}, InAllHuman: &Found{0, 0}, HumanWords: 900},
	}
	if err := Print(&out, rows); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{"client counselor 10 200 50% - - 0 12 -", "partner speaker 4 100 0% 25% 0% 900 0 0"} {
		if got := strings.Join(strings.Fields(lines[i+1]), " "); got != want {
			t.Errorf("row %d is %q, want %q", i, got, want)
		}
	}
}

// A list that an evaluator takes over from a mind is seen.
func TestCommon(t *testing.T) {
	known, err := ears[0].phrases()
	if err != nil {
		t.Fatal(err)
	}
	copied := fstest.MapFS{"judge.go": {Data: []byte("package judge\nvar p = language.NewPhrases(`" + strings.Join(known[:40], "`, `") + "`, `quite its own`)\n")}}
	twins, err := Common([]Judge{{"judge", copied}})
	if err != nil {
		t.Fatal(err)
	}
	if got := twins[0]; got.One != "judge" || got.Other != "client" || len(got.Phrases) != 40 || got.Of != len(known) {
		t.Errorf("twins %+v", got)
	}
}
