package minds

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var about = cmpopts.EquateApprox(0, 1e-9)

// The laboratory has clients in all six styles, and no two with one id.
func TestCast(t *testing.T) {
	scenes, err := clientScenarios(8)
	if err != nil {
		t.Fatal(err)
	}
	styles, ids := map[vignettev1.ConversationalStyle]bool{}, map[string]bool{}
	for _, scene := range scenes {
		if ids[scene.GetId()] || scene.GetStop().GetMaxTurns() != 8 {
			t.Errorf("scenario %s comes twice or has %d turns", scene.GetId(), scene.GetStop().GetMaxTurns())
		}
		ids[scene.GetId()] = true
		styles[scene.GetRoles()[1].GetPersona().GetStyle()] = true
		if w := modelWeight(scene.GetRoles()[1].GetPersona()); w < 20 {
			t.Errorf("%s has little to tell: %v", scene.GetId(), w)
		}
	}
	if len(scenes) < 9 || len(styles) != 6 {
		t.Errorf("%d clients in %d styles; want 9 or more in 6", len(scenes), len(styles))
	}
	partners, err := partnerScenarios()
	if err != nil || len(partners) < 3 {
		t.Errorf("%d scenarios with partners, %v; want 3 or more", len(partners), err)
	}
}

// A model of one situation (1) with a feeling (2) and a thought (3), two sentences of history (4 + 2 for the recent one), a core
// belief (5) and a memory (4).
func TestModelWeight(t *testing.T) {
	persona := &vignettev1.Persona{
		CognitiveModel: &vignettev1.CognitiveModel{
			RelevantHistory: "I grew up alone.\nRecent events: I lost my job.",
			CoreBeliefs:     []*vignettev1.CoreBelief{{Text: "I'm no good."}},
			Situations:      []*vignettev1.DiagramSituation{{Situation: "x", AutomaticThoughts: []string{"y"}, Emotions: []*vignettev1.EmotionIntensity{{}}}},
		},
		Memories: []*vignettev1.Memory{{Id: "m", Text: "z"}},
	}
	if got := modelWeight(persona); got != 21 {
		t.Errorf("weight %v, want 21", got)
	}
	s := &session{persona: persona, outcomes: map[outcome]float64{}, lines: []line{
		{part: "client", acts: []string{"greet", "disclose.situation", "disclose.feeling"}},
		{part: "counselor", acts: []string{"change_talk"}},
		{part: "client", acts: []string{"disclose.core_belief", "change_talk", "sustain_talk"}},
	}}
	s.measureClient()
	want := map[outcome]float64{depth: 8.0 / 21, lateDepth: 5.0 / 21, deepest: 5, changeRate: 0.5, changeShare: 0.5}
	if diff := cmp.Diff(want, s.outcomes, about); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// Nobody who spoke neither for nor against change has a share of change talk.
func TestMissingIsNotZero(t *testing.T) {
	s := &session{persona: &vignettev1.Persona{}, outcomes: map[outcome]float64{}, lines: []line{{part: "client", acts: []string{"greet"}}}}
	s.measureClient()
	if _, ok := s.outcomes[changeShare]; ok {
		t.Error("a share of nothing has a value")
	}
	if cell := collect([]*session{s}, changeShare, nil).estimate(1); cell.Value != nil || cell.CI95 != nil {
		t.Errorf("a mean of nothing is %v", *cell.Value)
	}
}

func arm(client, modality string, x float64) *session {
	s := &session{client: client, levels: map[string]string{}, outcomes: map[outcome]float64{depth: x}}
	if modality != "" {
		s.levels[modalityField] = modality
	}
	return s
}

func TestDifferences(t *testing.T) {
	base := []*session{arm("a", "mi", 1), arm("a", "cbt", 3), arm("b", "mi", 5)}
	tests := []struct {
		name string
		arm  []*session
		want values
	}{
		{"modality by modality", []*session{arm("a", "mi", 2), arm("a", "cbt", 2)}, values{"a": {1, -1}}},
		{"an arm without modalities", []*session{arm("a", "", 4)}, values{"a": {2}}},
		{"nobody to compare with", []*session{arm("c", "mi", 4)}, values{}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, differences(test.arm, base, depth), about); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if diff := cmp.Diff(values{"a": {4 - 4.5}}, differences([]*session{arm("a", "mi", 4)}, []*session{arm("a", "", 4.5)}, depth), about); diff != "" {
		t.Errorf("a base without modalities (-want +got):\n%s", diff)
	}
}

func TestSlopes(t *testing.T) {
	var sessions []*session
	for _, skill := range []float64{0, 0.5, 1} {
		s := arm("a", "mi", 2+3*skill)
		s.levels[skillField] = skillName(skill)
		sessions = append(sessions, s)
	}
	lonely := arm("b", "mi", 9)
	lonely.levels[skillField] = "1"
	if diff := cmp.Diff(values{"a": {3}}, slopes(append(sessions, lonely), depth, []float64{0, 0.5, 1}), about); diff != "" {
		t.Errorf("slopes (-want +got):\n%s", diff)
	}
}

func TestMasked(t *testing.T) {
	facts := language.StemsOf(language.Tokens("I lost my job in the bakery. Ruth"))
	for text, want := range map[string]string{
		"Well, Ruth, you lost 2 jobs!":      "well _ you _",
		"What was that like for you?":       "what was that like for you",
		"The bakery. The bakeries' owners.": "the _ the _ owners",
	} {
		if got := strings.Join(masked(text, facts), " "); got != want {
			t.Errorf("masked(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestTwins(t *testing.T) {
	line := func(scenario, text string) *utterance {
		words := strings.Fields(text)
		return &utterance{session: &session{scenario: scenario}, words: words, grams: grams(words)}
	}
	list := []*utterance{
		line("a", "and what does that do to you when it comes in the night again"),
		line("a", "and what does that do to you when it comes in the night again"),
		line("b", "and what does that do to you when it comes in the night"),
		line("b", "and what would that do to us if it went in a day"),
		line("c", "yes"),
	}
	findTwins(list)
	var got []bool
	for _, u := range list {
		got = append(got, u.twin)
	}
	if diff := cmp.Diff([]bool{true, true, true, false, false}, got); diff != "" {
		t.Errorf("twins (-want +got):\n%s", diff)
	}
	same := []*utterance{line("a", "yes I do"), line("a", "yes I do")}
	if findTwins(same); same[0].twin {
		t.Error("saying the same to one client again makes no twin")
	}
}

// A reply fits the question it answers better than another one.
func TestFit(t *testing.T) {
	tests := []struct{ reply, own, other string }{
		{"I feel ashamed then.", "What do you feel when that happens?", "Did you sleep well?"},
		{"No, I lie awake half the night.", "Do you sleep at all?", "What goes through your mind?"},
		{"It goes back a long way. When I was nine, my father laughed at me.", "Where do you think that comes from?", "How badly does it hit you?"},
		{"So your father laughed at your spelling.", "My father went through my exercise books and laughed at my spelling.", "I count the class list five times."},
	}
	for _, test := range tests {
		if own, other := fit(test.reply, test.own), fit(test.reply, test.other); own <= other {
			t.Errorf("%q fits %q (%.2f) no better than %q (%.2f)", test.reply, test.own, own, test.other, other)
		}
	}
}

// A line of somebody's own session is never drawn.
func TestPoolIsForeign(t *testing.T) {
	lines := func(to, text string) *session {
		return &session{others: []string{to}, levels: map[string]string{modalityField: "mi"}, lines: []line{{part: "counselor", text: text}}}
	}
	p := newPool([]*session{lines("Ruth", "own"), lines("Ben", "foreign")})
	for luck := range uint64(50) {
		obs := &vignettev1.Observation{
			Self:   &vignettev1.RoleCard{Policy: &vignettev1.Policy{Modality: vignettev1.Modality_MODALITY_MI}},
			Others: []*vignettev1.Participant{{Name: "Ruth"}}, Chance: &vignettev1.Chance{Turn: luck},
		}
		if text, _, err := p.utter(t.Context(), obs); text != "foreign" || err != nil {
			t.Fatalf("%q, %v", text, err)
		}
	}
}

func TestReadAnnoMI(t *testing.T) {
	const head = "mi_quality,transcript_id,utterance_id,interlocutor,utterance_text,annotator_id,therapist_input_subtype,reflection_exists,question_exists,question_subtype\n"
	got, err := readAnnoMI(strings.NewReader(head +
		"high,7,0,therapist,\"Hello, how are you?\",1,n/a,False,True,open\n" +
		"high,7,0,therapist,\"Hello, how are you?\",2,advice,True,False,n/a\n" +
		"high,7,1,client,Fine.,1,n/a,n/a,n/a,n/a\n" +
		"low,9,0,therapist,You should rest.,3,advice,False,False,n/a\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].quality != "high" || len(got[0].turns) != 2 || !got[0].turns[0].labels[labelOpen] || got[0].turns[0].labels[labelAdvice] || !got[1].turns[0].labels[labelAdvice] {
		t.Errorf("read %+v", got)
	}
	if s := share(got[0].lines(5), labelQuestion); s != 1 {
		t.Errorf("share of questions %v, want 1", s)
	}
	for name, text := range map[string]string{"empty": "", "no rows": head, "other columns": "a,b\n1,2\n", "torn": head + "high,7\n"} {
		if _, err := readAnnoMI(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzReadAnnoMI(f *testing.F) {
	f.Add("mi_quality,transcript_id,utterance_id,interlocutor,utterance_text,annotator_id,therapist_input_subtype,reflection_exists,question_exists,question_subtype\nhigh,7,0,therapist,\"a\nb\",1,n/a,False,True,open\n")
	f.Add("a,b\n1,2\n")
	f.Fuzz(func(t *testing.T, text string) {
		transcripts, err := readAnnoMI(strings.NewReader(text))
		if err == nil && len(transcripts) == 0 {
			t.Error("no transcripts and no error")
		}
		for _, transcript := range transcripts {
			if len(transcript.lines(3)) > 3 {
				t.Error("more lines than wanted")
			}
		}
	})
}
