package items_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/studies/tom/items"
)

// row is a story of ours in the columns of bigtom.
const row = "Ines leaves the kettle on the stove. Her brother carries it to the shed.;Ines sees him carry it.;Ines is in the bath and sees nothing.;Ines goes to the shed.;Ines goes to the stove.;" +
	"Does Ines believe that the kettle is in the shed or on the stove?;unused;Where will Ines go?;Ines believes that it is in the shed.;unused;Ines will go to the shed.;" +
	"Ines believes that it is on the stove.;unused;Ines will go to the stove.;noise;noise;noise;auto;0\n"

const tomi = `{"story": ["Ava entered the hall.", "The plum is in the tin_box.", "Ava left the hall.", "Ben moved the plum to the basket."], "question": "Where will Ava look for the plum?", "answer": "tin_box", "story_type": "false_belief", "question_type": "first_order_0_tom", "pair": "1"}
{"story": "Ava entered the hall. The plum is in the tin_box. Ben moved the plum to the basket.", "question": "Where will Ava look for the plum?", "answer": "Basket", "story_type": "true_belief", "question_type": "first_order_0_tom", "pair": "1"}
{"story": "The plum is in the tin_box. Ben moved the plum to the basket.", "question": "Where is the plum?", "answer": "basket", "story_type": "no_belief", "question_type": "reality"}
`

const t4d = "id,story,question,choices,answer,story_type\na,\"The plum is in the tin. Ava left. Ben moved it. Ava and Cleo plan to use the plum soon.\",Who gains most from being told?,Ava|Cleo|None,Ava,false_belief\n"

func read(t *testing.T, shape items.Shape, text string) []*items.Item {
	t.Helper()
	list, err := items.Read(strings.NewReader(text), "file", shape)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestBigToM(t *testing.T) {
	list := read(t, items.BigToM, row)
	if len(list) != 6 {
		t.Fatalf("%d items of one story, want 6", len(list))
	}
	for i, want := range []struct {
		id, ends, right string
		belief          items.Belief
	}{
		{"1-forward_belief-true", "sees him carry it.", "Ines believes that it is in the shed.", items.True},
		{"1-forward_belief-false", "sees nothing.", "Ines believes that it is on the stove.", items.False},
		{"1-forward_action-true", "sees him carry it.", "Ines will go to the shed.", items.True},
		{"1-forward_action-false", "sees nothing.", "Ines will go to the stove.", items.False},
		{"1-backward_belief-true", "goes to the shed.", "Ines believes that it is in the shed.", items.True},
		{"1-backward_belief-false", "goes to the stove.", "Ines believes that it is on the stove.", items.False},
	} {
		got := list[i]
		if got.ID != want.id || got.Belief != want.belief || !strings.HasSuffix(got.Story, want.ends) || got.Choices[got.Right] != want.right || len(got.Choices) != 2 {
			t.Errorf("item %d: %+v; want %+v", i, got, want)
		}
	}
	if diff := cmp.Diff(list[0].Choices, list[1].Choices); diff != "" || list[0].Pair != list[1].Pair {
		t.Errorf("versions of a story are put differently: %s", diff)
	}
}

func TestBigToMJSON(t *testing.T) {
	object := `{"7": {"context": "C.", "question": "Q?\nChoose one", "original_question": "Q?", "true_answer": "a) It is here.", "wrong_answer": "b) It is there.", "task_type": "0_forward_belief_false_belief"},
	"9": {"context": "D.", "question": "Q?", "true_answer": "It is there.", "wrong_answer": "It is here.", "task_type": "0_forward_belief_true_belief"}}`
	list := read(t, items.BigToM, object)
	if len(list) != 2 || list[0].ID != "7" || list[0].Condition != "forward_belief" || list[0].Belief != items.False || list[0].Choices[list[0].Right] != "It is here." {
		t.Errorf("%+v", list)
	}
	if list[0].Pair != list[1].Pair || list[1].Belief != items.True {
		t.Errorf("the versions %+v and %+v do not belong together", list[0], list[1])
	}
}

func TestToMiAndT4D(t *testing.T) {
	list := read(t, items.ToMi, tomi)
	var got []string
	for _, item := range list {
		got = append(got, strings.Join([]string{item.ID, item.Condition, string(item.Belief), item.Choices[item.Right]}, " "))
	}
	if diff := cmp.Diff([]string{"1 first_order_0_tom false tin_box", "2 first_order_0_tom true basket", "3 reality  basket"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	one := read(t, items.T4D, t4d)[0]
	if one.ID != "a" || one.Condition != "t4d" || one.Belief != items.False || len(one.Choices) != 3 || one.Choices[one.Right] != "Ava" {
		t.Errorf("%+v", one)
	}
}

// The right answer must not stand in one place, or a model that always says the first would look good.
func TestRightAnswersStandEverywhere(t *testing.T) {
	var text strings.Builder
	for i := range 200 {
		text.WriteString(strings.ReplaceAll(row, "kettle", "kettle "+strings.Repeat("x", i+1)))
	}
	first := 0
	for _, item := range read(t, items.BigToM, text.String()) {
		if item.Right == 0 {
			first++
		}
	}
	if first < 500 || first > 700 {
		t.Errorf("of 1200 right answers %d stand first", first)
	}
}

func TestMistakesSayWhere(t *testing.T) {
	for name, test := range map[string]struct {
		shape items.Shape
		text  string
		want  []string
	}{
		"too few columns":  {items.BigToM, row + "a;b\n", []string{"file:2: 2 columns where bigtom has 14"}},
		"an empty column":  {items.BigToM, strings.Replace(row, "Where will Ines go?", "", 1), []string{"file:1: column 8 is empty"}},
		"answers alike":    {items.BigToM, strings.Replace(row, "on the stove.;unused;Ines will", "in the shed.;unused;Ines will", 1), []string{`forward_belief: both versions have the answer`}},
		"a strange task":   {items.BigToM, `[{"context": "C", "question": "Q", "true_answer": "a", "wrong_answer": "b", "task_type": "x"}]`, []string{`file:1: task_type "x" is not like`}},
		"no choices":       {items.T4D, `{"story": "S.", "question": "Q?", "answer": "A"}`, []string{"there are 0 choices; give choices"}},
		"not a choice":     {items.T4D, `{"story": "S.", "question": "Q?", "answer": "A", "choices": ["B", "C"]}`, []string{`file:1: answer "A" is none of the choices ["B" "C"]`}},
		"several at once":  {items.ToMi, "{\"question\": \"Q\", \"answer\": \"a\", \"choices\": [\"a\", \"b\"]}\n{\"story\": \"S\", \"answer\": \"a\", \"choices\": [\"a\", \"b\"]}", []string{"file:1: story is missing", "file:2: question is missing"}},
		"a wrong header":   {items.ToMi, "story,question\nS,Q\n", []string{`file:1: the header has no column "answer"`}},
		"not JSON":         {items.ToMi, `[{"story": 3}]`, []string{"entry 1", "a story must be a text or a list of texts"}},
		"cut":              {items.ToMi, `[{"story": "S"`, []string{"file: entry 1"}},
		"nothing":          {items.ToMi, "", []string{"there are no items"}},
		"the same id":      {items.T4D, t4d + strings.SplitAfter(t4d, "\n")[1], []string{`two items have the id "a"`}},
		"an unknown shape": {"xml", "", []string{`there is no shape "xml"`}},
	} {
		_, err := items.Read(strings.NewReader(test.text), "file", test.shape)
		for _, want := range test.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; want %q", name, err, want)
			}
		}
	}
}

// What is read can be put and has one right answer, whatever the file.
func FuzzRead(f *testing.F) {
	f.Add([]byte(row), 0)
	f.Add([]byte(tomi), 1)
	f.Add([]byte(t4d), 2)
	f.Add([]byte(`{"1": {"context": "C", "question": "Q", "true_answer": "a", "wrong_answer": "b", "task_type": "backward_belief_true_belief"}}`), 0)
	f.Add([]byte("[{]"), 1)
	f.Fuzz(func(t *testing.T, text []byte, shape int) {
		list, err := items.Read(bytes.NewReader(text), "file", items.Shapes()[uint(shape)%3])
		if err != nil {
			return
		}
		for _, item := range list {
			if item.Story == "" || item.Question == "" || len(item.Choices) < 2 || item.Right < 0 || item.Right >= len(item.Choices) || item.Condition == "" {
				t.Errorf("%+v", item)
			}
		}
	})
}

// The published files can be read whole; they are the user's, and none of them is here.
func TestPublishedFiles(t *testing.T) {
	dir := os.Getenv("VIGNETTE_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	for _, test := range []struct {
		name string
		want int
	}{{"bigtom.csv", 1100}, {"bigtom_agree90.json", 249}} {
		in, err := os.Open(filepath.Join(dir, "bigtom", test.name))
		if errors.Is(err, fs.ErrNotExist) {
			t.Skipf("%s is not in %s: set VIGNETTE_TESTDATA to the published data", test.name, dir)
		}
		if err != nil {
			t.Fatal(err)
		}
		list, err := items.Read(in, test.name, items.BigToM)
		in.Close()
		if err != nil {
			t.Fatal(err)
		}
		pairs := map[string]map[items.Belief]bool{}
		for _, item := range list {
			if pairs[item.Pair] == nil {
				pairs[item.Pair] = map[items.Belief]bool{}
			}
			pairs[item.Pair][item.Belief] = true
		}
		whole := 0
		for _, versions := range pairs {
			if versions[items.True] && versions[items.False] {
				whole++
			}
		}
		t.Logf("%s: %d items, %d pairs", test.name, len(list), whole)
		if len(list) < test.want || whole == 0 {
			t.Errorf("%s: %d items and %d pairs", test.name, len(list), whole)
		}
	}
}
