package agreement

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// families has the dimensions that the layouts label, with the labels they have here.
func families() *vignettev1.EvaluatorDescription {
	spec := func(scale vignettev1.Scale, id string, labels ...string) *vignettev1.DimensionSpec {
		return &vignettev1.DimensionSpec{Id: id, Scale: scale, Labels: labels, Max: float64(len(labels)), Turn: true}
	}
	const nominal, codes, ordinal = vignettev1.Scale_SCALE_NOMINAL, vignettev1.Scale_SCALE_CODES, vignettev1.Scale_SCALE_ORDINAL
	return &vignettev1.EvaluatorDescription{Name: "all", Dimensions: []*vignettev1.DimensionSpec{
		spec(nominal, "mi.main", "question", "reflection", "therapist_input", "other"), spec(codes, "mi.behaviours", "question", "reflection", "therapist_input"),
		spec(nominal, "mi.question", "closed", "open"), spec(nominal, "mi.reflection", "simple", "complex"),
		spec(nominal, "mi.input", "information", "advice", "options", "negotiation"), spec(ordinal, "mi.client", "sustain", "neutral", "change"),
		spec(ordinal, "empathy.emotional_reactions", "none", "weak", "strong"), spec(ordinal, "empathy.explorations", "none", "weak", "strong"),
		spec(codes, "support.strategies", "question", "providing_suggestions", "others"),
		spec(codes, "bolt.therapist", "planning", "reflection_needs"), spec(codes, "bolt.client", "gained_insight"),
	}}
}

// told writes labels line by line: who is in which group, what was said before, and what each rater says.
func told(labels *Labels) string {
	var out strings.Builder
	for _, u := range labels.Utterances {
		turns := u.Request.GetTurns()
		fmt.Fprintf(&out, "%s (%s) ", u.ID, u.Group)
		for _, turn := range turns {
			fmt.Fprintf(&out, "%s: %s ", turn.GetRole(), turn.GetAction().GetText())
		}
		for _, r := range u.Ratings {
			fmt.Fprintf(&out, "| %s", r.Rater)
			for _, id := range slices.Sorted(maps.Keys(r.labels)) {
				l := r.labels[id]
				fmt.Fprintf(&out, " %s=", id)
				if l.inapplicable {
					out.WriteString("n/a")
					continue
				}
				for _, d := range labels.dimensions {
					for i, place := range l.places {
						if d.spec.GetId() != id {
							break
						}
						fmt.Fprint(&out, strings.Repeat("+", min(i, 1)), d.spec.GetLabels()[place])
					}
				}
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}

const annomiHeader = "mi_quality,transcript_id,utterance_id,interlocutor,utterance_text,annotator_id,therapist_input_exists,therapist_input_subtype,reflection_exists,reflection_subtype,question_exists,question_subtype,main_therapist_behaviour,client_talk_type\n"

// The files are ours, in the layouts of those that are published.
func TestConverters(t *testing.T) {
	for name, tc := range map[string]struct{ format, file, text, want string }{
		"AnnoMI, two raters": {"annomi", "talk.csv", annomiHeader +
			"high,7,0,therapist,\"So it bites. What helps?\",a,False,n/a,True,simple,True,open,question,n/a\n" +
			"high,7,0,therapist,\"So it bites. What helps?\",b,False,n/a,False,n/a,True,open,question,n/a\n" +
			"high,7,1,client,I walk.,a,n/a,n/a,n/a,n/a,n/a,n/a,n/a,change\n", `7-0 (7) therapist: So it bites. What helps? | a mi.behaviours=question+reflection mi.input=n/a mi.main=question mi.question=open mi.reflection=simple| b mi.behaviours=question mi.input=n/a mi.main=question mi.question=open mi.reflection=n/a
7-1 (7) therapist: So it bites. What helps? client: I walk. | a mi.client=change
`},
		"BOLT, several behaviours of one text": {"bolt", "train.csv", "prompt,completion\nlet us plan what you need,Planning\nah i see now,Gained Insights\nlet us plan what you need,Reflections on Needs\n",
			"row-1 () therapist: let us plan what you need |  bolt.therapist=planning+reflection_needs\nrow-2 () client: ah i see now |  bolt.client=gained_insight\n"},
		"EPITOME": {"epitome", "emotional-reactions-mine.csv", "sp_id,rp_id,seeker_post,response_post,level,rationales\ns1,r1,All gone.,That makes me sad.,2,That makes me sad.\ns1,r2,All gone.,Why?,0,\n",
			"line-2 (s1) seeker: All gone. helper: That makes me sad. |  empathy.emotional_reactions=strong\nline-3 (s1) seeker: All gone. helper: Why? |  empathy.emotional_reactions=none\n"},
		"ESConv": {"esconv", "talks.json", `[{"dialog": [{"speaker": "seeker", "content": "Hi", "annotation": {}}, {"speaker": "supporter", "content": "Hello. What is it?\n", "annotation": {"strategy": "Question"}},
			{"speaker": "sys", "content": "Hm.", "annotation": {"strategy": "Others"}}]}]`,
			"talk-1-2 (talk-1) seeker: Hi helper: Hello. What is it? |  support.strategies=question\ntalk-1-3 (talk-1) seeker: Hi helper: Hello. What is it? helper: Hm. |  support.strategies=\n"},
	} {
		read, err := Format(tc.format)
		if err != nil {
			t.Fatal(err)
		}
		labels, err := read(strings.NewReader(tc.text), tc.file, families(), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(tc.want, told(labels)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestConvertersSayWhatIsWrong(t *testing.T) {
	for _, tc := range []struct{ format, file, text, want string }{
		{"annomi", "a.csv", "transcript_id,utterance_id\n1,2\n", "there is no column interlocutor"},
		{"bolt", "a.csv", "prompt,completion\nhello,Waving\n", `a.csv:2:1: completion: "Waving" is no behaviour of BOLT`},
		{"bolt", "a.csv", "text,label\n", "there is no column prompt"},
		{"bolt", "a.csv", "prompt,completion\n\"hello,Planning\n", "this is no CSV"},
		{"epitome", "levels.csv", "seeker_post,response_post,level\na,b,1\n", "which mechanism"},
		{"epitome", "explorations.csv", "seeker_post,response_post,level\na,b,3\n", `"3" is no level`},
		{"esconv", "a.json", "{}", "this is no list of conversations"},
		{"esconv", "a.json", `[{"dialog": [{"speaker": "supporter", "content": "x", "annotation": {"strategy": "Humming"}}]}]`, `"Humming" is no strategy`},
		{"esconv", "a.json", `[{"dialog": [{"speaker": "dog", "content": "x"}]}]`, `"dog" is nobody`},
	} {
		read, err := Format(tc.format)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read(strings.NewReader(tc.text), tc.file, families(), nil); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", tc.format, err, tc.want)
		}
	}
	if _, err := Format("tarot"); err == nil || !strings.Contains(err.Error(), "jsonl, annomi, bolt") {
		t.Errorf("another format: %v", err)
	}
	read, _ := Format("bolt")
	if _, err := read(strings.NewReader("prompt,completion\nhello,Planning\n"), "a.csv", judge(), nil); err == nil || !strings.Contains(err.Error(), "BOLT labels nothing that evaluator") {
		t.Errorf("labels of another family: %v", err)
	}
}
