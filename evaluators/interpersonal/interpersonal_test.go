package interpersonal_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/interpersonal"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var lend = &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE, Statement: "Say no to lending money", Request: "I won't lend you the money."}

// request is a conversation whose last turn is the role's; lines begin with "> " for the role and "< " for the other.
func request(lines ...string) *vignettev1.EvaluateRequest {
	req := &vignettev1.EvaluateRequest{
		Episode: "e", Language: "en", Role: "me", Objective: lend,
		Participants: []*vignettev1.Participant{{Id: "me"}, {Id: "you"}},
	}
	for i, line := range lines {
		role := "me"
		if line[0] == '<' {
			role = "you"
		}
		req.Turns = append(req.Turns, &vignettev1.PerceivedTurn{Index: int32(i), Role: role,
			Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: line[2:]}})
	}
	return req
}

// labels are those of the last turn by dimension, "-" where a skill does not apply.
func labels(t testing.TB, e *interpersonal.Evaluator, req *vignettev1.EvaluateRequest) map[string]string {
	t.Helper()
	last := req.GetTurns()[len(req.GetTurns())-1].GetIndex()
	out := map[string]string{}
	for _, score := range evaluate(t, e, req) {
		if score.TurnIndex == nil || score.GetTurnIndex() != last {
			continue
		}
		_, name, _ := strings.Cut(score.GetDimension(), ".")
		out[name] = "-"
		if score.GetValue() != nil {
			out[name] = score.GetValue().GetLabel()
		}
	}
	return out
}

func evaluate(t testing.TB, e *interpersonal.Evaluator, req *vignettev1.EvaluateRequest) []*vignettev1.Score {
	t.Helper()
	scores, err := e.Evaluate(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return scores
}

func TestGive(t *testing.T) {
	pushback := []string{"> I can't lend you the money.", "< I'm in a real mess, you could help me."}
	for _, tc := range []struct {
		name                                 string
		lines                                []string
		gentle, interested, validate, easily string
	}{
		{"validates and asks", append(pushback, "> I can see how worried you are about the rent. What does the landlord say?"), "strong", "strong", "strong", "none"},
		{"understands in general", append(pushback, "> I understand. I still won't lend you the money."), "strong", "none", "weak", "none"},
		{"argues the understanding away", append(pushback, "> I know you are short, but you earn more than I do."), "strong", "none", "weak", "none"},
		{"attacks", append(pushback, "> You're such a selfish idiot, what is wrong with you?"), "none", "none", "none", "none"},
		{"judges", append(pushback, "> You never pay anything back."), "weak", "none", "none", "none"},
		{"threatens", append(pushback, "> Stop asking or else I'll tell everyone."), "none", "none", "none", "none"},
		{"is sarcastic", append(pushback, "> Oh great, another loan, thanks a lot for nothing."), "none", "none", "none", "none"},
		{"is curt", append(pushback, "> You should sort it out with the bank."), "weak", "none", "none", "none"},
		{"is warm", append(pushback, "> I really value our friendship, and it's so good to see you. What would help?"), "strong", "strong", "none", "strong"},
		{"has nothing to answer yet", []string{"> I won't lend you the money this time."}, "strong", "-", "-", "none"},
		{"greets", []string{"> Hi, good morning!"}, "-", "-", "-", "-"},
	} {
		want := map[string]string{"gentle": tc.gentle, "interested": tc.interested, "validate": tc.validate, "easy_manner": tc.easily}
		if diff := cmp.Diff(want, labels(t, interpersonal.NewGive(), request(tc.lines...))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

func TestFast(t *testing.T) {
	for _, tc := range []struct {
		name                            string
		text                            string
		fair, apologies, values, truely string
	}{
		{"plain no", "I won't lend you the money. I need it for the rent.", "weak", "strong", "strong", "strong"},
		{"both sides", "I need my savings for the roof, and you need a plan for your bills. I won't lend it.", "strong", "strong", "strong", "strong"},
		{"in exchange", "I can't lend it, but I'll go through the bills with you in exchange for a coffee.", "strong", "strong", "strong", "strong"},
		{"one apology", "Sorry, I can't lend you the money.", "weak", "weak", "strong", "strong"},
		{"apologies on end", "Sorry, I'm so sorry, I can't lend you the money.", "weak", "none", "strong", "strong"},
		{"for existing", "Sorry for bothering you, I can't lend it.", "weak", "none", "strong", "strong"},
		{"due", "I'm sorry that I shouted. I can't lend you the money.", "weak", "strong", "strong", "strong"},
		{"sympathy", "I'm sorry to hear about the car. I won't lend you the money.", "weak", "strong", "strong", "strong"},
		{"hedged", "Maybe I can't lend it, I'm not sure.", "weak", "strong", "weak", "strong"},
		{"gives in", "Okay okay, whatever you want, I'll do it.", "none", "strong", "none", "strong"},
		{"runs itself down", "I can't lend it, I'm such a terrible friend.", "none", "strong", "strong", "strong"},
		{"exaggerates", "You always ask me.", "none", "strong", "-", "weak"},
		{"exaggerates twice", "You always ask me and everybody says it's too much, all the time.", "none", "strong", "-", "none"},
		{"acts helpless", "I can't do anything without you.", "weak", "strong", "strong", "none"},
		{"makes up a pretext", "Let's just say my account is frozen.", "weak", "strong", "-", "none"},
	} {
		want := map[string]string{"fair": tc.fair, "no_apologies": tc.apologies, "stick_to_values": tc.values, "truthful": tc.truely}
		if diff := cmp.Diff(want, labels(t, interpersonal.NewFast(), request("< Can you lend me the money?", "> "+tc.text))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// skilled is said well: the controls are made of it.
const skilled = "I can see how worried you are about the rent, and I really value that you ask me openly. I won't lend you the money, because I need it for the roof. What does the landlord say? I'll go through the bills with you in exchange for a coffee, so both of us can sleep."

// Words of skill in random order, and the other's words given back, show nothing.
func TestControlsLoseTheBenefit(t *testing.T) {
	const heard = "I am worried about the rent and I feel ashamed to ask you, because you always help me."
	draw := rand.New(rand.NewPCG(3, 9))
	salad := strings.Fields(strings.ToLower(strings.NewReplacer(".", "", ",", "", "?", "").Replace(skilled)))
	draw.Shuffle(len(salad), func(i, j int) { salad[i], salad[j] = salad[j], salad[i] })
	for _, e := range []*interpersonal.Evaluator{interpersonal.NewGive(), interpersonal.NewFast()} {
		whole := mean(t, e, skilled)
		for name, text := range map[string]string{"keyword salad": strings.Join(salad, " "), "a parrot": heard} {
			if got := mean(t, e, text, heard); got > 0.1 {
				t.Errorf("%s: %s scores %.2f, want at most 0.1 (%v)", e.Describe().GetSummary(), name, got, text)
			}
		}
		if whole < 0.8 {
			t.Errorf("%s: said well it scores %.2f: the controls prove nothing", e.Describe().GetSummary(), whole)
		}
	}
}

// mean is the mean number of a turn's skills that apply, after what the other said.
func mean(t testing.TB, e *interpersonal.Evaluator, text string, heard ...string) float64 {
	lines := []string{"< I could really use some help with the rent."}
	for _, h := range heard {
		lines = append(lines, "< "+h)
	}
	var sum, n float64
	for _, score := range evaluate(t, e, request(append(lines, "> "+text)...)) {
		if score.TurnIndex != nil && score.GetValue() != nil {
			sum, n = sum+score.GetValue().GetNumber(), n+1
		}
	}
	return sum / max(n, 1)
}

func TestEpisode(t *testing.T) {
	req := request("< Can you lend me the money?", "> I won't lend you the money.", "< I'm in a mess.", "> You're such a selfish idiot.", "< Why?",
		"> I can see how worried you are about the rent. What does the landlord say?")
	numbers := map[string]float64{}
	for _, e := range []*interpersonal.Evaluator{interpersonal.NewGive(), interpersonal.NewFast()} {
		for _, score := range evaluate(t, e, req) {
			if score.TurnIndex == nil && score.GetValue() != nil {
				numbers[score.GetDimension()] = score.GetValue().GetNumber()
			}
		}
	}
	for dimension, want := range map[string]float64{"give.gentle": 2. / 3, "give.validate": 1, "give.interested": 1, "fast.no_apologies": 1, "fast.stick_to_values": 1} {
		if got := numbers[dimension]; got != want {
			t.Errorf("%s is %v, want %v", dimension, got, want)
		}
	}
}

func TestSuggestions(t *testing.T) {
	for name, tc := range map[string]struct {
		e    *interpersonal.Evaluator
		text string
		want string
	}{
		"leaves the apology out": {interpersonal.NewFast(), "Sorry to bother you but I can't lend you the money. I need it for the roof.", "I can't lend you the money. I need it for the roof."},
		"leaves the attack out":  {interpersonal.NewGive(), "You're such an idiot. I won't lend you the money.", "I won't lend you the money."},
		"adds understanding":     {interpersonal.NewGive(), "I won't lend you the money, please. What did the bank say to you?", "I can see that this isn't easy for you. I won't lend you the money, please. What did the bank say to you?"},
	} {
		var got []string
		for _, score := range evaluate(t, tc.e, request("< Please help me with the rent.", "> "+tc.text)) {
			if score.GetSuggestion() != "" {
				got = append(got, score.GetSuggestion())
			}
		}
		if diff := cmp.Diff([]string{tc.want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestOtherLanguages(t *testing.T) {
	for name, e := range map[string]*interpersonal.Evaluator{interpersonal.GiveName: interpersonal.NewGive(), interpersonal.FastName: interpersonal.NewFast()} {
		req := request("> Ich leihe dir das Geld nicht.")
		req.Language = "de"
		response, err := evaluators.NewService(name, "dev", e).Evaluate(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		if len(response.GetScores()) == 0 {
			t.Errorf("%s: no scores", name)
		}
		for _, score := range response.GetScores() {
			if score.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_LANGUAGE_NOT_SUPPORTED {
				t.Errorf("%s: %s is %v", name, score.GetDimension(), score.GetOutcome())
			}
		}
	}
}

var phrasebook = strings.Fields(`i you we sorry please never always can't won't understand see that worried , . ? ! rent money need want what do
	think 🙂 Ärger fair both of us maybe idiot selfish thank "oh great" \u00a0 …`)

// Whatever is said, the contract holds: one score a dimension and turn, quotations that are there, the same twice.
func TestContractHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lines []string
		for i := range rapid.IntRange(1, 5).Draw(t, "turns") {
			words := rapid.SliceOfN(rapid.SampledFrom(phrasebook), 0, 20).Draw(t, "words")
			lines = append(lines, []string{"> ", "< "}[i%2]+strings.Join(words, " "))
		}
		req := request(lines...)
		for i, turn := range req.GetTurns() {
			if turn.GetAction().GetText() == "" {
				req.Turns[i].Action = &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SILENT}
			}
		}
		for name, e := range map[string]*interpersonal.Evaluator{interpersonal.GiveName: interpersonal.NewGive(), interpersonal.FastName: interpersonal.NewFast()} {
			own, err := e.Evaluate(context.Background(), req)
			if err != nil {
				t.Fatal(err)
			}
			settled, err := evaluators.NewService(name, "dev", e).Evaluate(context.Background(), req)
			if err != nil {
				t.Fatal(err)
			}
			if len(own) != len(settled.GetScores()) {
				t.Fatalf("%s: %d scores, %d settled", name, len(own), len(settled.GetScores()))
			}
			for _, score := range settled.GetScores() {
				switch score.GetMissing().GetReason() {
				case vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, vignettev1.MissingReason_MISSING_REASON_NOT_ANSWERED:
					t.Fatalf("%s: %s: %v", name, score.GetDimension(), score.GetMissing())
				}
			}
			again, _ := e.Evaluate(context.Background(), req)
			if diff := cmp.Diff(own, again, protocmp.Transform()); diff != "" {
				t.Fatalf("two verdicts on one conversation:\n%s", diff)
			}
		}
	})
}

// FuzzGiveAndFast looks for texts that make the rules panic or quote what was not said.
func FuzzGiveAndFast(f *testing.F) {
	f.Add("I'm worried.", skilled)
	f.Add("", "🙂 sorry sorry")
	f.Add("\xff\xfe", "I can see \x80 that you")
	f.Fuzz(func(t *testing.T, heard, said string) {
		for _, e := range []*interpersonal.Evaluator{interpersonal.NewGive(), interpersonal.NewFast()} {
			for _, score := range evaluate(t, e, request("< "+heard, "> "+said)) {
				for _, span := range score.GetSpans() {
					if !strings.Contains(said, span.GetSpan().GetQuote()) {
						t.Fatalf("%s quotes %q", score.GetDimension(), span.GetSpan().GetQuote())
					}
				}
			}
		}
	})
}
