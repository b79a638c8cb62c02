package interview_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/design"
	"github.com/vignette-sim/vignette/scenarios/interview"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write the golden files anew; read the difference before you commit it")

func written(t testing.TB, form *interview.Form, given interview.Answers) ([]byte, string) {
	t.Helper()
	answers, err := form.Complete(given)
	if err != nil {
		t.Fatal(err)
	}
	data, id, err := form.Write(answers)
	if err != nil {
		t.Fatal(err)
	}
	return data, id
}

// The files as somebody finds them on their disk.
func TestFilesGolden(t *testing.T) {
	for name, c := range map[string]struct {
		form  *interview.Form
		given interview.Answers
	}{
		"situation-ask": {interview.Situation(), interview.Answers{
			"who": {"Gwen, my manager"}, "me": {"Ines"}, "where": {"in the back office, Friday after closing"}, "want": {"I'd like to leave at two on Tuesdays"},
			"say": {"Tuesdays are difficult, I need two people on the desk", "Who answers the phones?"}, "matters": {"I need the phones covered until we close", "I have to be able to plan"},
			"facts": {"My father can't drive any more"}, "feelings": {"I feel torn: he needs me"}, "gain": {"You could plan the rota weeks ahead"}, "give": {"I could stay longer on Mondays"}}},
		"situation-refuse": {interview.Situation(), interview.Answers{
			"kind": {"refuse"}, "who": {"Rory, a friend"}, "want": {"I'm not going to lend you the money"}, "say": {"I need you to lend me fifteen hundred pounds", "I thought we were friends"}}},
		"scenario-change":     {interview.Scenario(), interview.Answers{"kind": {"change"}}},
		"scenario-understand": {interview.Scenario(), interview.Answers{"kind": {"understand"}, "title": {"A first hour"}}},
		"persona": {interview.Persona(), interview.Answers{"name": {"Ruth Adler"}, "introduction": {"a teacher who arrives out of breath"}, "age": {"44"}, "occupation": {"teacher"},
			"life": {"I mark until midnight"}, "remembers": {"We moved five times", "Nobody came to the play", "I wasn't there when he died"}, "believes": {"I am a burden to everybody"}, "style": {"reserved"}}},
		"persona-of-a-name": {interview.Persona(), interview.Answers{"name": {"Zoë O'Malley"}}},
	} {
		t.Run(name, func(t *testing.T) {
			data, id := written(t, c.form, c.given)
			if !strings.Contains(string(data), "id: "+id+"\n") {
				t.Errorf("the id %q is not in the file", id)
			}
			file := filepath.Join("testdata", name+".golden.yaml")
			if *update {
				if err := os.WriteFile(file, data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(data)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A situation has a partner, an objective, and three difficulties that a run can play.
func TestSituationHasThreeDifficulties(t *testing.T) {
	data, _ := written(t, interview.Situation(), interview.Answers{"who": {"Gwen"}, "want": {"I want a room."}, "say": {"No."}, "me": {"Gwen"}})
	s, err := scenarios.Read("x.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	factors := make([]string, 0, 3)
	for _, level := range s.GetFactors()[0].GetLevels() {
		factors = append(factors, level.GetName())
	}
	if diff := cmp.Diff([]string{"easy", "middle", "hard"}, factors); diff != "" {
		t.Error(diff)
	}
	d, err := design.New(&vignettev1.Manifest{Scenarios: []*vignettev1.Scenario{s}, Factors: s.GetFactors(), Repeats: 1})
	if err != nil || d.Len() != 3 {
		t.Fatalf("%v", err)
	}
	if s.GetRoles()[0].GetId() == s.GetRoles()[1].GetId() || s.GetRoles()[0].GetPersona().GetId() == s.GetRoles()[1].GetPersona().GetId() {
		t.Error("two people of one name are one")
	}
}

// Whatever is answered, the file can be read and says it: no answer can break out of its place.
func TestAnyAnswersMakeAFile(t *testing.T) {
	answer := rapid.OneOf(
		rapid.StringMatching(`[A-Za-z ,.'!?:#&*-]{1,40}`),
		rapid.String(),
		rapid.SampledFrom([]string{
			"yes", "null", "12", "- x", "a: b", "# x", "{a: b}", "[x]", "x, y", `say "no"`, "it's", `a\b`, "{{.ID}}", "{{", "O'Malley", "李 雷", "focal", "...", "!", "%", "\u2028x", "x\u2029y", "\ufeffx",
			"null, null", "true", "'", `"`, "x #y", "é, é", "---", "&a", "*a", "<<", "a\u0085b",
		}))
	for _, name := range []string{"situation", "scenario", "persona"} {
		form, ok := interview.Of(name)
		if !ok {
			t.Fatalf("there is no form %s", name)
		}
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			given := interview.Answers{}
			for _, q := range form.Questions {
				if !q.Asked(given) || (q.Optional || q.Default != nil) && rapid.Bool().Draw(t, "skip "+q.ID) {
					if q.Asked(given) && q.Default != nil {
						given[q.ID] = q.Default(given)
					}
					continue
				}
				n := 1
				if q.Many {
					n = rapid.IntRange(1, 3).Draw(t, "n")
				}
				for range n {
					text := strings.TrimSpace(answer.Draw(t, q.ID))
					if len(q.Choices) > 0 {
						text = rapid.SampledFrom(q.Choices).Draw(t, q.ID)
					}
					if q.Number {
						text = "7"
					}
					if q.Check(text) == nil {
						given[q.ID] = append(given[q.ID], text)
					}
				}
			}
			answers, err := form.Complete(given)
			var missing *interview.MissingError
			if errors.As(err, &missing) {
				return // All that was drawn for it was refused.
			}
			if err != nil {
				t.Fatal(err)
			}
			data, _, err := form.Write(answers)
			if err != nil {
				t.Fatal(err)
			}
			if name == "situation" {
				s, err := scenarios.Read("x.yaml", data)
				if err != nil {
					t.Fatal(err)
				}
				if got := letters(s.GetObjective().GetRequest()); got != letters(answers.One("want")) {
					t.Errorf("wanted %q, and the file says %q", answers.One("want"), s.GetObjective().GetRequest())
				}
			}
		}))
	}
}

// letters is what of a text a frame leaves as it is.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// A wrong answer says what would be right, and a missing one what was asked.
func TestAnswersAreChecked(t *testing.T) {
	situation := interview.Situation()
	for name, c := range map[string]struct {
		given interview.Answers
		want  string
	}{
		"nothing":         {nil, "who has no answer: Who is the other?"},
		"a choice":        {interview.Answers{"kind": {"aks"}}, `kind: "aks" is none of the answers; did you mean "ask"? allowed: ask, refuse`},
		"a line break":    {interview.Answers{"who": {"a\nb"}}, "who: the answer has characters that are no text"},
		"no text":         {interview.Answers{"who": {"a\xff"}}, "who: the answer has characters that are no text"},
		"too long a name": {interview.Answers{"who": {strings.Repeat("x", 101)}}, "who: the answer has 101 characters; at most 100, please"},
		"blank":           {interview.Answers{"who": {"  "}}, "who: the answer is empty"},
		"two of one":      {interview.Answers{"who": {"a", "b"}}, "who: 2 answers are too many"},
		"too many":        {interview.Answers{"who": {"a"}, "want": {"b"}, "say": slices.Repeat([]string{"x"}, 21)}, "say: 21 answers are too many"},
	} {
		if _, err := situation.Complete(c.given); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := interview.Scenario().Complete(interview.Answers{"turns": {"twelve"}}); err == nil || !strings.Contains(err.Error(), `turns: "twelve" is no whole number from 1 to 1000`) {
		t.Errorf("turns: %v", err)
	}
	if _, ok := interview.Of("rubrik"); ok {
		t.Error("there is a form that nobody wrote")
	}
}

// Proposals hold together: whoever wants something of their own is proposed nothing that belongs to the example.
func TestProposalsHoldTogether(t *testing.T) {
	form := interview.Scenario()
	if _, err := form.Complete(interview.Answers{}); err != nil {
		t.Errorf("the example alone: %v", err)
	}
	var missing *interview.MissingError
	if _, err := form.Complete(interview.Answers{"want": {"I'd like the window mended."}}); !errors.As(err, &missing) || missing.Question.ID != "say" {
		t.Errorf("with a wish of one's own and nothing else: %v", err)
	}
	got, err := form.Complete(interview.Answers{"want": {"I'd like the window mended."}, "say": {"After Christmas."}})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"matters", "facts", "feelings", "gain", "give"} {
		if len(got[id]) > 0 {
			t.Errorf("%s is %q, of the example", id, got[id])
		}
	}
}
