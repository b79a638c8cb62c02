package mi_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/mi"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// request is a conversation about a role: lines begin with "T: " for the counselor and "C: " for the client.
func request(role string, lines ...string) *vignettev1.EvaluateRequest {
	req := &vignettev1.EvaluateRequest{Episode: "e", Language: "en", Role: role, Participants: []*vignettev1.Participant{
		{Id: "T", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR}, {Id: "C", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT},
	}}
	for i, line := range lines {
		speaker, text, _ := strings.Cut(line, ": ")
		action := &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}
		if text == "" {
			action.Kind = vignettev1.ActionKind_ACTION_KIND_SILENT
		}
		req.Turns = append(req.Turns, &vignettev1.PerceivedTurn{Index: int32(i), Role: speaker, Action: action})
	}
	return req
}

func evaluate(t testing.TB, req *vignettev1.EvaluateRequest) []*vignettev1.Score {
	t.Helper()
	scores, err := mi.New().Evaluate(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return scores
}

// ofLast is the score of the last turn on a dimension.
func ofLast(t testing.TB, req *vignettev1.EvaluateRequest, dimension string) *vignettev1.Score {
	t.Helper()
	last := req.GetTurns()[len(req.GetTurns())-1].GetIndex()
	for _, score := range evaluate(t, req) {
		if score.GetDimension() == dimension && score.TurnIndex != nil && score.GetTurnIndex() == last {
			return score
		}
	}
	t.Fatalf("no score on %s", dimension)
	return nil
}

func labelOf(score *vignettev1.Score) string {
	if score.GetValue() == nil {
		return "-"
	}
	return score.GetValue().GetLabel()
}

func codesOf(score *vignettev1.Score) string {
	var codes []string
	for _, span := range score.GetSpans() {
		codes = append(codes, span.GetLabel())
	}
	return strings.Join(codes, " ")
}

func TestCounselor(t *testing.T) {
	const before = "C: I end up at the betting shop every Friday, and then the rent is gone."
	for _, tc := range []struct {
		name, text                        string
		main, question, reflection, input string
		misc, miti                        string
	}{
		{"open question", "What would you like to be different?", "question", "open", "-", "-", "OQ", "Q"},
		{"closed question", "Do you go there alone?", "question", "closed", "-", "-", "CQ", "Q"},
		{"asks for an amount", "How often do you go?", "question", "closed", "-", "-", "CQ", "Q"},
		{"asks without asking", "Tell me about a usual Friday.", "question", "open", "-", "-", "OQ", "Q"},
		{"asks in a statement", "You went there yesterday?", "question", "closed", "-", "-", "CQ", "Q"},
		{"gives words back", "The rent is gone.", "reflection", "-", "simple", "-", "SR", "SR"},
		{"adds a meaning", "It sounds like part of you dreads Fridays, because you can already see the whole month slipping away from you.", "reflection", "-", "complex", "-", "CR", "CR"},
		{"a tag asks nothing", "So the rent is gone. Is that right?", "reflection", "-", "simple", "-", "SR FI", "SR"},
		{"informs", "Research on gambling has found that most people lose more than they win, and that losses are remembered less well.", "therapist_input", "-", "-", "information", "GI", "GI"},
		{"advises", "You should give your card to your sister on Fridays.", "therapist_input", "-", "-", "advice", "ADW", "Persuade"},
		{"orders", "You have to stop going there.", "therapist_input", "-", "-", "advice", "DI", "Persuade"},
		{"confronts", "Come on, that is no excuse.", "therapist_input", "-", "-", "information", "CO", "Confront"},
		{"seeks", "Would it be okay if I told you what has helped others?", "question", "closed", "-", "-", "CQ", "Q Seek"},
		{"affirms", "That's really impressive.", "other", "-", "-", "-", "AF", "AF"},
		{"leaves it to the client", "It's entirely up to you.", "other", "-", "-", "-", "EC", "Emphasize"},
		{"nods", "Mm-hmm.", "other", "-", "-", "-", "FA", ""},
		{"only hums", "Mm.", "other", "-", "-", "-", "FA", ""},
		{"greets", "Hello, nice to see you.", "other", "-", "-", "-", "FI", ""},
		{"reflects, then asks", "So Fridays are the worst. What happens before you go in?", "question", "open", "simple", "-", "SR OQ", "SR Q"},
	} {
		req := request("T", before, "T: "+tc.text)
		got := []string{
			labelOf(ofLast(t, req, mi.Main)), labelOf(ofLast(t, req, mi.Question)), labelOf(ofLast(t, req, mi.Reflection)), labelOf(ofLast(t, req, mi.Input)),
			codesOf(ofLast(t, req, mi.MISC)), codesOf(ofLast(t, req, mi.MITI)),
		}
		want := []string{tc.main, tc.question, tc.reflection, tc.input, tc.misc, tc.miti}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", tc.name, tc.text, diff)
		}
	}
}

func TestPeers(t *testing.T) {
	for _, tc := range []struct{ text, codes string }{
		{"Hi, my name is Ines and I'm a listener here.", "introduction"},
		{"I went through the same when I lost my job.", "self_disclosure"},
		{"Did you watch the game last night?", "chit_chat"},
		{"You're so pathetic.", "inappropriate"},
		{"Oh, stop whining.", "inappropriate"},
		{"What happened then?", "open_question"},
		{"You should tell your sister.", "persuade"},
		{"You lost the rent again, and you feel ashamed of it.", "reflection"},
		{"Mm-hmm.", ""},
	} {
		if got := codesOf(ofLast(t, request("T", "C: I lost the rent again.", "T: "+tc.text), mi.Peer)); got != tc.codes {
			t.Errorf("%q: %s, want %s", tc.text, got, tc.codes)
		}
	}
	allowed := request("T", "C: I go there every Friday. What should I do?", "T: You could try to meet a friend on Fridays instead.")
	if got := codesOf(ofLast(t, allowed, mi.Peer)); got != "persuade_with_permission" {
		t.Errorf("advice that was asked for: %s", got)
	}
}

// Advice is with permission when it was asked for, or when asking for permission was answered with yes.
func TestPermission(t *testing.T) {
	const advice = "T: You could try to meet a friend on Fridays instead."
	for name, tc := range map[string]struct {
		lines []string
		want  string
	}{
		"unasked":     {[]string{"C: I go there every Friday.", advice}, "ADW"},
		"asked for":   {[]string{"C: I go there every Friday. What should I do?", advice}, "ADP"},
		"allowed":     {[]string{"T: Would it be okay if I shared an idea?", "C: Sure, go ahead.", advice}, "ADP"},
		"not allowed": {[]string{"T: Would it be okay if I shared an idea?", "C: I have heard enough ideas this week.", advice}, "ADW"},
	} {
		if got := codesOf(ofLast(t, request("T", tc.lines...), mi.MISC)); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestClient(t *testing.T) {
	for _, tc := range []struct {
		name, before, text, talk, code string
	}{
		{"commits", "Okay.", "I will stop going there on Fridays.", "change", "C+"},
		{"needs", "Okay.", "I have to stop, it can't go on like this.", "change", "N+"},
		{"has begun", "Okay.", "I cut down to one evening a month.", "change", "TS+"},
		{"does not want to", "Okay.", "I don't want to quit, I like gambling.", "sustain", "D-"},
		{"cannot", "Okay.", "I just can't stop.", "sustain", "A-"},
		{"sees no problem", "Okay.", "It's not a big deal, everybody does it.", "sustain", "R-"},
		{"tells", "Okay.", "The shop is next to the station.", "neutral", ""},
		{"nods", "Okay.", "Mm-hmm.", "neutral", ""},
		{"hums", "Okay.", "Mm.", "neutral", ""},
		{"answers for change", "What would help you stay away?", "A longer way home.", "change", "O+"},
		{"answers against it", "What do you like about it?", "The noise and the company.", "sustain", "O-"},
		{"says yes to change", "So you're going to stop this week.", "Yes.", "change", "O+"},
	} {
		req := request("C", "T: "+tc.before, "C: "+tc.text)
		codes, _, _ := strings.Cut(codesOf(ofLast(t, req, mi.ClientMISC)), " ")
		if got := labelOf(ofLast(t, req, mi.Client)); got != tc.talk || codes != tc.code {
			t.Errorf("%s: %q is %s (%s), want %s (%s)", tc.name, tc.text, got, codes, tc.talk, tc.code)
		}
	}
}

func TestSummary(t *testing.T) {
	lines := []string{
		"T: What brings you here?", "C: I want to stop gambling.",
		"T: It sounds like part of you is tired of losing, because it keeps costing you what really matters to you.", "C: I just can't stop.",
		"T: You can't stop. That's really impressive.", "C: I will stop on Fridays.",
		"T: You should give your card to your sister.", "C: The shop is next to the station.",
	}
	got := map[string]float64{}
	for _, score := range evaluate(t, request("T", lines...)) {
		if score.TurnIndex == nil {
			got[score.GetDimension()] = score.GetValue().GetNumber()
			if !strings.Contains(score.GetRationale(), " of ") && !strings.Contains(score.GetRationale(), " to ") {
				t.Errorf("%s does not say of what: %q", score.GetDimension(), score.GetRationale())
			}
		}
	}
	want := map[string]float64{mi.ReflectionToQuestion: 2, mi.ComplexShare: 0.5, mi.OpenShare: 1, mi.AdherentShare: 0.5, mi.ConsistentShare: 0.8, mi.ChangeShare: 2. / 3}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("measures (-want +got):\n%s", diff)
	}
}

// A measure that nothing stands behind has no value: no question makes no ratio, and certainly no zero.
func TestMissingIsNotZero(t *testing.T) {
	for name, tc := range map[string]struct {
		req  *vignettev1.EvaluateRequest
		want vignettev1.MissingReason
	}{
		"nods only":    {request("T", "C: I go there.", "T: Mm-hmm."), vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE},
		"says nothing": {request("T", "C: I go there."), vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA},
		"is silent":    {request("T", "C: I go there.", "T: "), vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA},
	} {
		for _, score := range evaluate(t, tc.req) {
			if score.TurnIndex == nil && score.GetMissing().GetReason() != tc.want {
				t.Errorf("%s: %s is %v, want %v", name, score.GetDimension(), score.GetOutcome(), tc.want)
			}
		}
	}
}

func TestOtherLanguages(t *testing.T) {
	req := request("T", "C: Ich gehe jeden Freitag hin.", "T: Was würde Ihnen helfen?")
	req.Language = "de"
	response, err := evaluators.NewService(mi.Name, "dev", mi.New()).Evaluate(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if len(response.GetScores()) == 0 {
		t.Fatal("no scores")
	}
	for _, score := range response.GetScores() {
		if score.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_LANGUAGE_NOT_SUPPORTED {
			t.Errorf("%s is %v", score.GetDimension(), score.GetOutcome())
		}
	}
}

// skilled are lines whose words, in no order, must lose all codes.
var skilled = []string{
	"It sounds like you are tired of losing the rent and you want the Friday back for your daughter, and at the same time it is the only evening that belongs to you.",
	"What would you like to be different about the Friday, and how would you know that it is going well for you and for the children?",
	"You should give the card to your sister and I would recommend that you go home by the other street, because the research of the clinic has found that it helps.",
}

func TestSaladHasNoCodes(t *testing.T) {
	draw := rand.New(rand.NewPCG(5, 8))
	strip := strings.NewReplacer(".", "", ",", "", "?", "")
	said, heaped := 0, 0
	for _, line := range skilled {
		words := strings.Fields(strings.ToLower(strip.Replace(line)))
		for range 20 {
			draw.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
			if codesOf(ofLast(t, request("T", "C: I go there.", "T: "+strings.Join(words, " ")), mi.Behaviours)) != "" {
				heaped++
			}
		}
		if codesOf(ofLast(t, request("T", "C: I go there.", "T: "+line), mi.Behaviours)) != "" {
			said++
		}
	}
	if said != len(skilled) || heaped > 3 {
		t.Errorf("%d of %d lines have codes, and %d of 60 heaps of their words", said, len(skilled), heaped)
	}
}

var phrasebook = strings.Fields(`i you we it sounds like what would help ? . , - stop stop-stop quit can't won't want should the a research mm yeah okay 🙂 Ärger
	" … — feel good to is that right`)

// Whatever is said, the contract holds: one score a dimension and turn, quotations that are there, the same twice.
func TestContractHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lines []string
		for range rapid.IntRange(1, 6).Draw(t, "turns") {
			speaker := rapid.SampledFrom([]string{"T: ", "C: "}).Draw(t, "speaker")
			lines = append(lines, speaker+strings.Join(rapid.SliceOfN(rapid.SampledFrom(phrasebook), 0, 15).Draw(t, "words"), " "))
		}
		for _, role := range []string{"T", "C"} {
			req := request(role, lines...)
			own, err := mi.New().Evaluate(context.Background(), req)
			if err != nil {
				t.Fatal(err)
			}
			settled, err := evaluators.NewService(mi.Name, "dev", mi.New()).Evaluate(context.Background(), req)
			if err != nil {
				t.Fatal(err)
			}
			if len(own) != len(settled.GetScores()) {
				t.Fatalf("%d scores, %d settled", len(own), len(settled.GetScores()))
			}
			for _, score := range settled.GetScores() {
				switch score.GetMissing().GetReason() {
				case vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, vignettev1.MissingReason_MISSING_REASON_NOT_ANSWERED:
					t.Fatalf("%s: %v", score.GetDimension(), score.GetMissing())
				}
			}
			again, _ := mi.New().Evaluate(context.Background(), req)
			if diff := cmp.Diff(own, again, protocmp.Transform()); diff != "" {
				t.Fatalf("two verdicts on one conversation:\n%s", diff)
			}
		}
	})
}

// FuzzMI looks for texts that make the rules panic or quote what was not said.
func FuzzMI(f *testing.F) {
	f.Add("I can't stop.", skilled[0])
	f.Add("", "🙂 - mm")
	f.Add("\xff\xfe", "w-what \x80 do you")
	f.Fuzz(func(t *testing.T, client, counselor string) {
		for role, said := range map[string]string{"T": counselor, "C": client} {
			for _, score := range evaluate(t, request(role, "T: "+counselor, "C: "+client, "T: "+counselor)) {
				for _, span := range score.GetSpans() {
					if !strings.Contains(string([]rune(said)), span.GetSpan().GetQuote()) {
						t.Fatalf("%s quotes %q", score.GetDimension(), span.GetSpan().GetQuote())
					}
				}
			}
		}
	})
}
