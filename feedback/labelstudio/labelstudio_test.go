package labelstudio

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write golden files anew")

func rubric() *vignettev1.Codebook {
	return &vignettev1.Codebook{
		Title: `How "good" & <kind>?`, Codebook: "Judge the client.\n\nNot your own taste.",
		Scales: []*vignettev1.RatingScale{
			{Id: "client.satisfied", Question: "How satisfied?", Min: 1, Max: 3, Labels: []string{"not", "partly", "fully"}, EvidenceForExtremes: true, Borderline: []string{"a polite thank you is 2"}},
			{Id: "warm", Question: "How warm?", Min: 0, Max: 5},
		},
	}
}

func item() *vignettev1.ShownItem {
	return &vignettev1.ShownItem{Item: "i01", Sides: []*vignettev1.ShownConversation{{Setting: "A room.", Turns: []*vignettev1.ShownTurn{
		{Index: 0, Speaker: "Counselor", Text: "What brings you here?"}, {Index: 1, Speaker: "Client", Text: "I 😀 can't sleep. Since May."},
	}}}}
}

func pairOf() (*vignettev1.Codebook, *vignettev1.ShownItem) {
	r, i := rubric(), item()
	r.Unit = vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR
	i.Sides = append(i.Sides, &vignettev1.ShownConversation{Setting: "A room.", Turns: []*vignettev1.ShownTurn{{Index: 0, Speaker: "Counselor", Text: "You again?"}}})
	return r, i
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// Configurations are XML whatever the rubric says, and every control names an object that is there.
func TestConfig(t *testing.T) {
	pairs, _ := pairOf()
	spans, after := rubric(), rubric()
	spans.Unit, after.Arm = vignettev1.CampaignUnit_CAMPAIGN_UNIT_SPAN, vignettev1.CampaignArm_CAMPAIGN_ARM_HINDSIGHT_ONLY
	for name, r := range map[string]*vignettev1.Codebook{"episode.xml": rubric(), "pair.xml": pairs, "span.xml": spans, "hindsight.xml": after} {
		text, err := Config(r)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, text)
		names, wanted := map[string]bool{}, map[string]bool{}
		for d := xml.NewDecoder(strings.NewReader(text)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			for _, attr := range start.Attr {
				switch attr.Name.Local {
				case "name":
					if names[attr.Value] {
						t.Errorf("%s: two tags are called %s", name, attr.Value)
					}
					names[attr.Value] = true
				case "toName", "whenTagName":
					wanted[attr.Value] = true
				}
			}
		}
		for each := range wanted {
			if !names[each] {
				t.Errorf("%s: there is no tag %s", name, each)
			}
		}
	}
}

// Every value that a configuration asks for is in the tasks, and nothing else but what was shown.
func TestTasks(t *testing.T) {
	r, i := pairOf()
	r.Arm = vignettev1.CampaignArm_CAMPAIGN_ARM_HINDSIGHT_ONLY
	i.Sides[0].Futures = []*vignettev1.ShownFuture{{Lines: []string{"day 1: sleeps"}}, {Lines: []string{"day 1: lies awake"}}}
	tasks, err := Tasks("run.0a", r, []*vignettev1.ShownItem{i})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(tasks, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "tasks.json", string(text)+"\n")
	config, err := Config(r)
	if err != nil {
		t.Fatal(err)
	}
	for field := range strings.SplitSeq(config, `value="$`) {
		if name, _, ok := strings.Cut(field, `"`); ok && !strings.HasPrefix(field, "<View") && tasks[0].Data[name] == nil {
			t.Errorf("the configuration shows $%s, which the task has not", name)
		}
	}
	r.Arm = vignettev1.CampaignArm_CAMPAIGN_ARM_WITHIN
	if _, err := Tasks("run.0a", r, nil); !errors.Is(err, ErrTwice) {
		t.Errorf("a campaign that asks twice: %v", err)
	}
}

// export is a file as Label Studio writes it, of one task with one annotation.
func export(results string, head ...string) string {
	more := `"id": 55, "completed_by": 7,`
	if len(head) > 0 {
		more = head[0]
	}
	return fmt.Sprintf(`[
  {
    "id": 17, "inner_id": 1, "project": 83, "meta": {}, "total_annotations": 1,
    "data": {"campaign": "run.0a", "item": "i01"},
    "annotations": [
      {%s "was_cancelled": false, "ground_truth": false, "lead_time": 4.2881,
       "created_at": "2026-01-09T21:52:49.513742Z", "updated_at": "2026-01-09T22:16:08.746926Z",
       "result": [%s]}
    ],
    "predictions": [{"id": 1, "model_version": "m", "result": []}]
  }
]`, more, results)
}

const (
	satisfied = `{"id": "a", "from_name": "s1_client_satisfied", "to_name": "conversation", "type": "choices", "origin": "manual", "value": {"choices": ["3"]}}`
	partly    = `{"id": "a", "from_name": "s1_client_satisfied", "to_name": "conversation", "type": "choices", "value": {"choices": ["2 partly"]}}`
	warm      = `{"id": "b", "from_name": "s2_warm", "to_name": "conversation", "type": "choices", "value": {"choices": ["cannot_tell"]}}`
	marked    = `{"id": "c", "from_name": "e1_client_satisfied", "to_name": "conversation", "type": "paragraphlabels",
        "value": {"start": "1", "end": "1", "startOffset": 5, "endOffset": 16, "paragraphlabels": ["shows client.satisfied"]}}`
	rewrite = `{"id": "d", "from_name": "rewrite", "to_name": "conversation", "type": "textarea", "value": {"text": ["1: What is it like?", "2 : I can't."]}}`
	remark  = `{"id": "e", "from_name": "remark", "to_name": "conversation", "type": "textarea", "value": {"text": ["short"]}}`
)

func read(text string, change ...func(*Source)) (*Import, error) {
	from := Source{File: "f.json", Campaign: "run.0a", Rubric: rubric(), Items: []*vignettev1.ShownItem{item()}}
	for _, c := range change {
		c(&from)
	}
	return Read(from, []byte(text))
}

func TestRead(t *testing.T) {
	got, err := read(export(strings.Join([]string{warm, satisfied, marked, rewrite, remark}, ",")))
	if err != nil {
		t.Fatal(err)
	}
	updated := time.Date(2026, 1, 9, 22, 16, 8, 746926000, time.UTC)
	want := []*vignettev1.Rating{{
		Campaign: "run.0a", Item: "i01", Rater: "label-studio-7", Stage: vignettev1.RatingStage_RATING_STAGE_FORESIGHT, Pass: 1, Remark: "short", TimeSpent: durationpb.New(4288 * time.Millisecond),
		Values: []*vignettev1.ScaleRating{
			{Scale: "client.satisfied", Answer: &vignettev1.ScaleRating_Value{Value: 3}, Evidence: []*vignettev1.Evidence{{TurnIndex: 1, Quote: "can't sleep"}}},
			{Scale: "warm", Answer: &vignettev1.ScaleRating_CannotTell{CannotTell: true}},
		},
		Corrections: []*vignettev1.Correction{{TurnIndex: 0, Text: "What is it like?"}, {TurnIndex: 1, Text: "I can't."}},
		Imported:    &vignettev1.ImportedRating{Format: Format, Id: "55", Updated: timestamppb.New(updated)},
	}}
	if diff := cmp.Diff(want, got.Ratings, protocmp.Transform()); diff != "" || got.Predictions != 1 || got.Tasks != 1 {
		t.Errorf("%+v (-want +got):\n%s", got, diff)
	}

	for name, tc := range map[string]struct {
		text string
		skip vignettev1.SkipReason
		by   string
	}{
		"skipped for a reason": {export(`{"from_name": "skip", "type": "choices", "value": {"choices": ["distressing"]}}`), vignettev1.SkipReason_SKIP_REASON_DISTRESSING, "label-studio-7"},
		"by the button":        {strings.Replace(export(""), `"was_cancelled": false`, `"was_cancelled": true`, 1), vignettev1.SkipReason_SKIP_REASON_OTHER, "label-studio-7"},
		"a user as an object":  {export(partly+","+warm, `"unique_id": "u-1", "completed_by": {"id": 9, "email": "ann@example.org"},`), 0, "ann"},
		"nobody":               {export(partly+","+warm, `"id": "1001",`), 0, "cem"},
	} {
		got, err := read(tc.text, func(s *Source) { s.Raters = map[string]string{"9": "ann", "none": "cem"} })
		if err != nil || len(got.Ratings) != 1 || got.Ratings[0].GetSkip() != tc.skip || got.Ratings[0].GetRater() != tc.by || tc.skip != 0 && got.Ratings[0].Values != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// Words that go on in the next turn are those of the first; of pairs, words and better words are those of their side.
func TestReadSides(t *testing.T) {
	over := strings.Replace(marked, `"end": "1", "startOffset": 5, "endOffset": 16`, `"end": "1", "startOffset": 5, "endOffset": 3`, 1)
	over = strings.Replace(over, `"start": "1"`, `"start": 0`, 1)
	got, err := read(export(strings.Join([]string{satisfied, warm, over}, ",")))
	if err != nil || got.Ratings[0].GetValues()[0].GetEvidence()[0].GetQuote() != "brings you here?" {
		t.Errorf("%v, %v", got, err)
	}
	text := export(strings.Join([]string{satisfied, warm, strings.NewReplacer("e1_client_satisfied", "e1_client_satisfied_2", `"1"`, `"0"`, `"startOffset": 5, "endOffset": 16`, `"startOffset": 4, "endOffset": 9, "text": "again"`).Replace(marked),
		`{"from_name": "rewrite_2", "type": "textarea", "value": {"text": "1: Welcome back."}}`}, ","))
	got, err = read(text, func(s *Source) {
		var one *vignettev1.ShownItem
		s.Rubric, one = pairOf()
		s.Items = []*vignettev1.ShownItem{one}
	})
	if err != nil {
		t.Fatal(err)
	}
	e, c := got.Ratings[0].GetValues()[0].GetEvidence()[0], got.Ratings[0].GetCorrections()[0]
	if e.GetSide() != 1 || e.GetQuote() != "again" || c.GetSide() != 1 || c.GetText() != "Welcome back." {
		t.Errorf("evidence %v, correction %v", e, c)
	}
}

// Everything that is wrong is said at once, by line, task, annotation and field, and nothing is read then.
func TestReadRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"no JSON":        {"[\n{,", `f.json:2: this is no JSON`},
		"empty":          {"", `f.json:1: this is no JSON`},
		"an object":      {`{"data": {}}`, `f.json:1: this is no list of tasks; export from Label Studio as JSON`},
		"JSON-MIN":       {`[{"id": 1, "campaign": "run.0a", "item": "i01", "s2_warm": "3"}]`, `f.json:1: task 1: data has no campaign and item`},
		"no annotations": {`[{"id": 1, "data": {"campaign": "run.0a", "item": "i01"}}]`, `f.json:1: task 1: there are no annotations in it`},
		"a strange item": {`[{"id": 4, "data": {"campaign": "run.0a", "item": "i99"}, "annotations": []}]`, `f.json:1: task 4: data.item: campaign run.0a has no item "i99"`},
		"no id":          {export(partly+","+warm, `"completed_by": 7,`), `f.json:6: task 17, annotation: id: it has none`},
		"nobody":         {export(partly+","+warm, `"id": 55,`), `f.json:6: task 17, annotation 55: completed_by: it does not say who annotated; name them with --raters none=NAME`},
		"a strange user": {export(partly+","+warm, `"id": 55, "completed_by": "ann",`), `completed_by: "ann" is neither a user's number`},
		"off the scale":  {export(strings.Replace(satisfied, `"3"`, `"4"`, 1) + "," + warm), `f.json:8: task 17, annotation 55: result 1 (s1_client_satisfied): value.choices: "4" is not 1 to 3`},
		"two choices":    {export(strings.Replace(satisfied, `"3"`, `"1", "2"`, 1) + "," + warm), `it is one choice`},
		"twice":          {export(partly + "," + partly + "," + warm), `scale client.satisfied is answered twice`},
		"not answered":   {export(partly), `f.json:6: task 17, annotation 55: scale warm (s2_warm) is not answered, and the task is not skipped`},
		"an extreme":     {export(satisfied + "," + warm), `scale client.satisfied: 3 is an extreme, and no words are marked that show it (e1_client_satisfied)`},
		"no such turn":   {export(satisfied + "," + warm + "," + strings.Replace(marked, `"1"`, `"9"`, 1)), `value.start: "9" is no paragraph of the conversation, which has 2`},
		"no words":       {export(satisfied + "," + warm + "," + strings.Replace(marked, `"endOffset": 16`, `"endOffset": 5`, 1)), `there are no words in turn 2`},
		"a strange tag":  {export(`{"from_name": "tag", "type": "choices", "value": {"choices": ["x"]}}`), `result 1 (tag): the campaign's labeling configuration has no control of that name`},
		"a strange type": {export(`{"from_name": 3}`), `f.json:8: task 17, annotation 55: result 1: from_name: it is a number; a string is expected`},
		"better words":   {export(partly + "," + warm + "," + strings.Replace(rewrite, "1: What", "What", 1)), `"What is it like?" does not begin with the number of a turn and a colon`},
		"no such reason": {export(`{"from_name": "skip", "type": "choices", "value": {"choices": ["bored"]}}`), `value.choices: "bored" is no reason to skip`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(tc.text)
			if err == nil || got != nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, %v; want %q", got, err, tc.want)
			}
		})
	}
	_, err := read(export(strings.Replace(satisfied, `"3"`, `"4"`, 1) + "," + strings.Replace(warm, "cannot_tell", "9", 1)))
	if err == nil || strings.Count(err.Error(), "\n") != 3 { // and neither scale has an answer then
		t.Errorf("not all is said at once: %v", err)
	}
	got, err := read(strings.ReplaceAll(export(""), "run.0a", "run.0b"))
	if err != nil || got.Other != 1 || len(got.Ratings) != 0 {
		t.Errorf("another campaign's task: %+v, %v", got, err)
	}
}

// Whatever a file holds, reading ends with ratings that keep to the campaign or with an error, and with nothing else.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{export(satisfied + "," + warm + "," + marked), export(rewrite), "[]", `[{"data":[]}]`, `[{"data":{"campaign":"run.0a","item":"i01"},"annotations":[{"id":1,"result":{}}]}]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := read(text)
		if (got == nil) == (err == nil) {
			t.Fatalf("%v, %v", got, err)
		}
		if err != nil {
			return
		}
		for _, r := range got.Ratings {
			if r.GetItem() != "i01" || r.GetImported().GetId() == "" || r.GetRater() == "" || r.GetSkip() == 0 && len(r.GetValues()) != 2 {
				t.Fatalf("%v", r)
			}
		}
	})
}
