package transcript_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/protoyaml"
	"github.com/vignette-sim/vignette/scenarios/transcript"
)

const annomiHeader = "mi_quality,transcript_id,topic,utterance_id,interlocutor,utterance_text,annotator_id\n"

const exportLine = `{"run":"r","episode":"e1","roles":[{"id":"h","name":"Ada","kind":"counselor"},{"id":"c","name":"Ruth","kind":"client"}],` +
	`"turns":[{"role":"h","action":"speak","to":[],"text":"Hello."},{"role":"c","action":"silent","to":[],"text":""},` +
	`{"role":"h","action":"speak","to":["c"],"addressee":"c","text":"Still here?"},{"role":"h","action":"speak","to":[],"text":"Well."},{"role":"c","action":"leave","to":[],"text":"Bye."}]}` + "\n"

// told writes a conversation so that it can be compared.
func told(c *transcript.Conversation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%s]", c.ID)
	for _, turn := range c.Turns {
		fmt.Fprintf(&b, " %s/%s", turn.Speaker, enumname.Of(turn.Line.GetKind()))
		if to := turn.Line.GetTo(); len(to) > 0 {
			fmt.Fprintf(&b, ">%s", strings.Join(to, "+"))
		}
		fmt.Fprintf(&b, ":%q", turn.Line.GetText())
	}
	return b.String()
}

func TestRead(t *testing.T) {
	for _, tc := range []struct{ name, file, data, want string }{
		{"an export, turn for turn", "x.jsonl", exportLine, `[e1] h/speak:"Hello." c/silent:"" h/speak>c:"Still here?" h/speak:"Well." c/leave:"Bye."`},
		{"text", "x.txt", "Ada: Hello.\n\nRuth: Hi.\n  How are you?\r\nDr. Meier: Fine: as ever.\n", `[] Ada/speak:"Hello." Ruth/speak:"Hi. How are you?" Dr. Meier/speak:"Fine: as ever."`},
		{"text: utterances in a row are one turn, empty ones none", "x.txt", "A: One.\nA: Two.\nB:\nA: Three.\nB: Yes.\n", `[] A/speak:"One. Two. Three." B/speak:"Yes."`},
		{"text: what is not said", "x.txt", "A: (silent)\nB: (nods)\nB: Go on (please).\nA: I have to go. (leaves)\nB: (leaves)", `[] A/silent:"" B/nonverbal:"nods" B/speak:"Go on (please)." A/leave:"I have to go." B/leave:""`},
		{"text with a byte order mark", "x.txt", "\ufeffZoë: Ja.\n", `[] Zoë/speak:"Ja."`},
		{"messages", "x.jsonl", `{"role":"therapist","text":"Hello."}` + "\n\n" + `{"role":"client","content":"Hi."}` + "\n" + `{"role":"client","text":" Well. "}` + "\n" + `{"role":"client","text":""}`,
			`[] therapist/speak:"Hello." client/speak:"Hi. Well."`},
		{"messages of two conversations, in a list", "x.json", `[{"conversation":"a","role":"A","text":"1"},{"conversation":"b","role":"B","text":"2"},{"conversation":"a","role":"B","text":"3"}]`,
			`[a] A/speak:"1" B/speak:"3" | [b] B/speak:"2"`},
		{"captions", "x.vtt", "WEBVTT - a talk\n\nNOTE by hand\nnot: said\n\n1\n00:01.000 --> 00:02.000\n<v Ada>Hello &amp; <i>welcome</i>.</v>\n\n00:03.000 --> 00:04.000\n<v.loud Ada>Sit down.\nHere.\n\n00:05.000 --> 00:06.000\n<v Ruth>Yes.</v> <v Ada>Good.",
			`[] Ada/speak:"Hello & welcome. Sit down. Here." Ruth/speak:"Yes." Ada/speak:"Good."`},
		{"captions with names before a colon", "x.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nAda: Hello.\n\n00:03.000 --> 00:04.000\nRuth: At ten: yes.", `[] Ada/speak:"Hello." Ruth/speak:"At ten: yes."`},
		{"voices in a text file", "x.txt", "<v Ada>Hello.\n<v Ruth>Hi.\n", `[] Ada/speak:"Hello." Ruth/speak:"Hi."`},
		{"annomi: each utterance once, in a row joined, empty ones left out", "x.csv", annomiHeader +
			"high,7,a,0,therapist,Hello.,1\nhigh,7,a,0,therapist,Hello.,2\nhigh,7,a,1,therapist,\"How are you,\nthen?\",1\nhigh,7,a,2,client,,1\nhigh,7,a,3,client,Fine.,1\nlow,9,b,0,client,Hm.,1\n",
			`[7] therapist/speak:"Hello. How are you,` + `\nthen?" client/speak:"Fine." | [9] client/speak:"Hm."`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			read, err := transcript.Read(tc.file, []byte(tc.data))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range read {
				got = append(got, told(c))
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, " | ")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	for _, tc := range []struct{ name, file, data, want string }{
		{"another form", "x.docx", "x", "x.docx: this is no file that conversations are read from"},
		{"nothing", "x.txt", " \n", "x.txt: there is no conversation"},
		{"not UTF-8", "x.txt", "A: a\nB: \xff\n", "x.txt:2:1: this is not UTF-8 text"},
		{"no name", "x.txt", "A: Yes.\nand then\n", "x.txt:2:1: this line does not say who speaks"},
		{"goes on with nothing", "x.txt", "  and then\n", "x.txt:1:1: this line goes on with a line before it"},
		{"an empty name", "x.txt", ": Yes.\n", "x.txt:1:1: there is no name before the colon"},
		{"a whisper", "x.txt", "A: Yes.\nA: (to B) No.\n", "x.txt:2:1: a whisper cannot be told"},
		{"too long", "x.txt", "A: Yes.\nB: " + strings.Repeat("x", transcript.MaxText+1), "x.txt:2:1: the turn has 20001 characters"},
		{"too many", "x.txt", strings.Repeat("A: a\nB: b\n", 501), "x.txt:1001:1: the conversation has more than 1000 turns"},
		{"not JSON", "x.jsonl", exportLine + "{\n", "x.jsonl:2:1: this line is not the JSON of an episode"},
		{"no episode", "x.jsonl", `{"type":"launch"}`, "x.jsonl:1:1: this line is not an episode"},
		{"somebody else", "x.jsonl", `{"episode":"e","roles":[],"turns":[{"role":"z","action":"speak","text":"a"}]}`, `x.jsonl:1:1: turn 0 is by "z"`},
		{"no such action", "x.jsonl", `{"episode":"e","roles":[{"id":"z"}],"turns":[{"role":"z","action":"sing","text":"a"}]}`, `turn 0 has the action "sing"`},
		{"words missing", "x.jsonl", `{"episode":"e","roles":[{"id":"z"}],"turns":[{"role":"z","action":"speak"}]}`, "turn 0 has no words"},
		{"an instruction", "x.jsonl", `{"role":"system","text":"Be kind."}`, "x.jsonl:1:1: this is an instruction to a model"},
		{"a message and an episode", "x.jsonl", `{"role":"a","text":"b"}` + "\n" + exportLine, "x.jsonl:2:1: this message does not say who speaks"},
		{"a message without text", "x.json", `[{"role":"a","text":"b"},{"role":"a"}]`, "x.json:1:1: message 2: this message has no text"},
		{"a caption of nobody", "x.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHello.", "x.vtt:4:1: this line does not say who speaks"},
		{"no such column", "x.csv", "a,b\n", "x.csv:1:1: there is no column transcript_id"},
		{"ragged", "x.csv", annomiHeader + "high,1,a,0,client,Hm.,1\nhigh,1\n", "x.csv:3:1: this is not CSV"},
		{"another speaker", "x.csv", annomiHeader + "high,1,a,0,judge,Hm.,1\n", `x.csv:2:1: the interlocutor is "judge"`},
		{"one id, two texts", "x.csv", annomiHeader + "high,1,a,0,client,Hm.,1\nhigh,1,a,0,client,Ah.,1\n", "x.csv:3:1: utterance 0 of transcript 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := transcript.Read(tc.file, []byte(tc.data))
			var problems protoyaml.Problems
			if !errors.As(err, &problems) || !strings.Contains(problems[0].String(), tc.want) {
				t.Errorf("err = %v, want %q", err, tc.want)
			}
		})
	}
}

func TestPick(t *testing.T) {
	many := []*transcript.Conversation{{ID: "e1"}, {ID: "3"}, {ID: "e3"}}
	for _, tc := range []struct {
		from        []*transcript.Conversation
		which, want string
		err         string
	}{
		{many[:1], "", "e1", ""}, {many, "e3", "e3", ""}, {many, "1", "e1", ""},
		{many, "3", "3", ""}, // An id comes before a position.
		{many, "", "", "the file holds 3 conversations"}, {many, "4", "", `has the id "4"`}, {many, "0", "", `has the id "0"`},
		{[]*transcript.Conversation{{ID: "a"}, {ID: "a"}}, "a", "", `2 conversations of the file have the id "a"`},
	} {
		got, err := transcript.Pick(tc.from, tc.which)
		switch {
		case (err == nil) != (tc.err == ""), err != nil && !strings.Contains(err.Error(), tc.err):
			t.Errorf("%q: err = %v, want %q", tc.which, err, tc.err)
		case err == nil && got.ID != tc.want:
			t.Errorf("%q: picked %q, want %q", tc.which, got.ID, tc.want)
		}
	}
}

// What speakers are is told by their names, or by who reads the file.
func TestKindsOfSpeakers(t *testing.T) {
	for _, file := range []struct{ name, data string }{
		{"x.txt", "Therapist: Hello.\nClient: Hi.\nDana: Me too.\n"},
		{"x.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Therapist>Hello.</v>\n<v Client>Hi.</v>\n<v Dana>Me too.</v>"},
		{"x.jsonl", `{"role":"Therapist","text":"Hello."}` + "\n" + `{"role":"Client","text":"Hi."}` + "\n" + `{"role":"Dana","text":"Me too."}`},
	} {
		read, err := transcript.Read(file.name, []byte(file.data))
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			as   map[string]string
			want []string
			says string
		}{
			{nil, []string{"counselor", "client", ""}, ""},
			{map[string]string{"dana": "Client"}, []string{"counselor", "client", "client"}, ""},
			{map[string]string{"Jo": "client"}, []string{"counselor", "client", "client"}, `nobody in the file goes by "Jo"`},
			{map[string]string{"Dana": "boss"}, []string{"counselor", "client", "client"}, `"boss" is no kind`},
		} {
			err := transcript.Cast(read, step.as)
			if (err == nil) != (step.says == "") || err != nil && !strings.Contains(err.Error(), step.says) {
				t.Errorf("%s %v: %v, want %q", file.name, step.as, err, step.says)
			}
			var got []string
			for _, s := range read[0].Speakers {
				got = append(got, s.Kind)
			}
			if diff := cmp.Diff(step.want, got); diff != "" {
				t.Errorf("%s %v (-want +got):\n%s", file.name, step.as, diff)
			}
		}
	}
}

func TestSpeakerOf(t *testing.T) {
	c := &transcript.Conversation{Speakers: []transcript.Speaker{
		{ID: "h", Name: "Alex", Kind: "counselor"}, {ID: "c", Name: "Ruth", Kind: "client"}, {ID: "d", Name: "Alex", Kind: "client"},
	}}
	for _, tc := range []struct {
		names []string
		want  string
		err   string
	}{
		{[]string{"c"}, "c", ""}, {[]string{"ruth"}, "c", ""}, {[]string{"counselor"}, "h", ""}, {[]string{"x", "", "counselor"}, "h", ""},
		{[]string{"Alex"}, "", `2 speakers of the conversation go by "Alex"`}, {[]string{"client"}, "", "name one by their id: h, c, d"},
		{[]string{"y"}, "", `nobody in the conversation goes by "y"`},
	} {
		got, err := c.SpeakerOf(tc.names...)
		if (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) || got.ID != tc.want {
			t.Errorf("%q: %q, %v; want %q, %q", tc.names, got.ID, err, tc.want, tc.err)
		}
	}
}

// What raters wrote is kept beside each utterance, and each utterance once.
func TestReadAnnoMI(t *testing.T) {
	sessions, err := transcript.ReadAnnoMI("x.csv", []byte(annomiHeader+
		"high,7,a,0,therapist,Hello.,1\nhigh,7,a,0,therapist,Hello.,2\nhigh,7,a,1,client,,1\nlow,9,b,0,client,Hm.,3\n"), "topic")
	if err != nil {
		t.Fatal(err)
	}
	if len(sessions) != 2 || sessions[0].Quality != "high" || sessions[1].Line != 5 || len(sessions[0].Utterances) != 2 {
		t.Fatalf("read %+v", sessions)
	}
	first := sessions[0].Utterances[0]
	if rating, ok := first.By("2"); !ok || rating.Labels["topic"] != "a" || len(first.Ratings) != 2 || first.Speaker != transcript.Therapist {
		t.Errorf("first utterance %+v", first)
	}
	if _, ok := first.By("3"); ok {
		t.Error("a rater of another session is found")
	}
	if _, err := transcript.ReadAnnoMI("x.csv", []byte(annomiHeader), "topic"); err == nil || !strings.Contains(err.Error(), "no conversation") {
		t.Errorf("err = %v", err)
	}
	if _, err := transcript.ReadAnnoMI("x.csv", []byte(annomiHeader), "reflection_exists"); err == nil || !strings.Contains(err.Error(), "no column reflection_exists") {
		t.Errorf("err = %v", err)
	}
}

// The published file is read whole: every transcript has turns of both sides, in turn.
func TestAnnoMI(t *testing.T) {
	name := filepath.Join(os.Getenv("VIGNETTE_TESTDATA"), "annomi-dev", "annomi-dev.csv")
	data, err := os.ReadFile(name)
	if os.Getenv("VIGNETTE_TESTDATA") == "" || errors.Is(err, os.ErrNotExist) {
		t.Skip("VIGNETTE_TESTDATA does not name a directory with annomi-dev/annomi-dev.csv")
	}
	if err != nil {
		t.Fatal(err)
	}
	conversations, err := transcript.Read(name, data)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(conversations); got != 34 {
		t.Errorf("%d transcripts, want 34", got)
	}
	for _, c := range conversations {
		for i := 1; i < len(c.Turns); i++ {
			if c.Turns[i].Speaker == c.Turns[i-1].Speaker {
				t.Errorf("transcript %s: turns %d and %d are by one speaker", c.ID, i-1, i)
			}
		}
		for _, kind := range []string{"counselor", "client"} {
			speaker, err := c.SpeakerOf(kind)
			if err != nil || len(c.Lines(speaker)) == 0 {
				t.Errorf("transcript %s has no line of a %s (%v)", c.ID, kind, err)
			}
		}
	}
}

// Whatever the bytes are: no panic; an error is a list of problems that name the file; and what is read keeps to the bounds.
func FuzzRead(f *testing.F) {
	f.Add("x.jsonl", []byte(exportLine))
	f.Add("x.txt", []byte("Ada: Hello.\n  And.\nRuth: (nods)\nAda: (leaves)\n"))
	f.Add("x.json", []byte(`[{"role":"therapist","name":"Ada","text":"Hello."},{"conversation":"b","role":"client","content":"Hi."}]`))
	f.Add("x.vtt", []byte("WEBVTT\n\n1\n00:01.000 --> 00:02.000\n<v Ada>Hello &amp; <v.x Ruth>hi</v>\n"))
	f.Add("x.csv", []byte(annomiHeader+"high,7,a,0,therapist,\"Hello, \"\"you\"\".\",1\n"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		read, err := transcript.Read(name, data)
		if err != nil {
			var problems protoyaml.Problems
			if !errors.As(err, &problems) || len(problems) == 0 || problems[0].File != name {
				t.Fatalf("error %v is no problem of %q", err, name)
			}
			return
		}
		for _, c := range read {
			if len(c.Turns) > transcript.MaxTurns {
				t.Fatalf("%d turns", len(c.Turns))
			}
			for _, turn := range c.Turns {
				text := turn.Line.GetText()
				if utf8.RuneCountInString(text) > transcript.MaxText || turn.Line.GetKind() == 0 {
					t.Fatalf("turn %v", turn.Line)
				}
				if _, err := c.SpeakerOf(turn.Speaker); err != nil && !strings.Contains(err.Error(), "go by") {
					t.Fatal(err)
				}
			}
		}
	})
}
