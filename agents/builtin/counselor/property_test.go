package counselor_test

import (
	"context"
	"math"
	"regexp"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/agents/builtin/client"
	"github.com/vignette-sim/vignette/agents/builtin/counselor"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// broken are pairs of words that only a faulty transformation makes.
var broken = regexp.MustCompile(`(?i)\b(you feels|you am|you is|you was|you has|you keeps|i is|i are|i has|i feels|i avoids|me am|my my|your your|the the|a a|an an|to to|that that that)\b|[{}\[\]|]|  |undefined|<nil>|\.\.\.\.|,,|\?\.|!\.|,\.|\. ,`)

// TestSessionsHoldWhatIsPromised plays many sessions of all styles, modalities and skills and holds for every turn: it is not
// empty, repeats no sentence, stays under its style's cap, is whole English, obeys the contract, and quotes its acts right.
func TestSessionsHoldWhatIsPromised(t *testing.T) {
	caps := map[string]int{"plain": 5, "upset": 3, "verbose": 8, "reserved": 3, "tangent": 5, "pleasing": 5}
	for style, number := range styles {
		for mode, modality := range modalities {
			for i, skill := range []float64{0, 0.3, 0.6, 1} {
				s := intake(t, number, modality, skill, uint64(i)+11)
				if i == 3 {
					s.max = 90
				}
				s.play(t)
				seen := map[string]map[string]int{"client": {}, "counselor": {}}
				for _, turn := range s.turns {
					check(t, turn, seen[turn.GetRole()])
					if n := len(language.Sentences(turn.GetAction().GetText())); turn.GetRole() == "client" && n > caps[style] {
						t.Errorf("%s: %d sentences, at most %d: %q", style, n, caps[style], turn.GetAction().GetText())
					}
				}
				if t.Failed() {
					t.Fatalf("%s with %s at skill %g:\n%s", style, mode, skill, s.transcript())
				}
			}
		}
	}
}

func check(t *testing.T, turn *vignettev1.Turn, seen map[string]int) {
	t.Helper()
	text := turn.GetAction().GetText()
	if strings.TrimSpace(text) == "" {
		t.Errorf("turn %d is empty", turn.GetIndex())
	}
	if found := broken.FindString(strings.NewReplacer("of you ", "", "in you ", "").Replace(text)); found != "" {
		t.Errorf("turn %d has %q: %q", turn.GetIndex(), found, text)
	}
	for _, sentence := range language.Sentences(text) {
		if before, again := seen[sentence.Quote]; again {
			t.Errorf("turn %d says again what turn %d said: %q", turn.GetIndex(), before, sentence.Quote)
		}
		seen[sentence.Quote] = int(turn.GetIndex())
		first := []rune(strings.TrimLeft(sentence.Quote, `"“'(`))
		if len(first) > 0 && strings.ToUpper(string(first[0])) != string(first[0]) {
			t.Errorf("turn %d: sentence without a capital: %q", turn.GetIndex(), sentence.Quote)
		}
	}
	for _, message := range []proto.Message{turn.GetAction(), turn.GetMentalState()} {
		if err := protovalidate.Validate(message); err != nil {
			t.Errorf("turn %d: %v", turn.GetIndex(), err)
		}
	}
	for _, act := range turn.GetActs() {
		span := language.Slice(text, int(act.GetSpan().GetStart()), int(act.GetSpan().GetEnd()))
		if span.Quote != act.GetSpan().GetQuote() || span.Quote == "" {
			t.Errorf("turn %d: act %s quotes %q at the place of %q", turn.GetIndex(), act.GetAct(), act.GetSpan().GetQuote(), span.Quote)
		}
	}
}

func TestSameLuckSameSession(t *testing.T) {
	play := func(style string) []*vignettev1.Turn {
		return intake(t, styles[style], modalities["mi"], 0.7, 5).play(t).turns
	}
	if diff := cmp.Diff(play("plain"), play("plain"), protocmp.Transform()); diff != "" {
		t.Errorf("two sessions with the same luck differ (-first +second):\n%s", diff)
	}
	texts := map[string]string{}
	for style := range styles {
		var b strings.Builder
		for _, turn := range play(style) {
			if turn.GetRole() == "client" {
				b.WriteString(turn.GetAction().GetText())
			}
		}
		for other, text := range texts {
			if text == b.String() {
				t.Errorf("styles %s and %s say the same", style, other)
			}
		}
		texts[style] = b.String()
	}
}

// depth is how much a client told: the trust it takes to tell each kind of thing, summed over what was told.
var depth = map[string]float64{
	"disclose.situation": 0.1, "disclose.feeling": 0.2, "disclose.recent": 0.3, "disclose.automatic_thought": 0.3, "disclose.behavior": 0.3,
	"disclose.coping": 0.4, "disclose.intermediate_belief": 0.5, "disclose.history": 0.5, "disclose.memory": 0.5, "disclose.core_belief": 0.6,
}

func told(s *session) float64 {
	sum := 0.0
	for _, turn := range s.turns {
		for _, act := range turn.GetActs() {
			sum += depth[act.GetAct()]
		}
	}
	return sum
}

// TestSkillOpens compares the same clients, with the same luck, under a skilled and an unskilled counselor of each modality.
func TestSkillOpens(t *testing.T) {
	const clients = 50
	for name, modality := range modalities {
		var deep [2]float64
		var trust [2]float64
		for i, skill := range []float64{0.05, 0.95} {
			for seed := range uint64(clients) {
				s := intake(t, styles["plain"], modality, skill, 100+seed).play(t)
				deep[i] += told(s) / clients
				for k := len(s.turns) - 1; k >= 0; k-- {
					if s.turns[k].GetRole() == "client" {
						trust[i] += s.turns[k].GetMentalState().GetTrust() / clients
						break
					}
				}
			}
		}
		t.Logf("%s: depth %.2f -> %.2f, trust %.2f -> %.2f", name, deep[0], deep[1], trust[0], trust[1])
		if deep[1] <= deep[0]+0.3 || trust[1] <= trust[0]+0.1 {
			t.Errorf("%s: skill changes depth %.2f to %.2f and trust %.2f to %.2f", name, deep[0], deep[1], trust[0], trust[1])
		}
	}
}

// TestCounselorReadsFeelings says that a skilled counselor's picture of what the client feels has more to do with what it felt.
func TestCounselorReadsFeelings(t *testing.T) {
	hits := func(skill float64) float64 {
		right, all := 0.0, 0.0
		for seed := range uint64(30) {
			s := intake(t, styles["plain"], modalities["cbt"], skill, 300+seed).play(t)
			for i := 2; i < len(s.turns); i += 2 {
				felt := map[vignettev1.Emotion]bool{}
				for _, f := range s.turns[i-1].GetMentalState().GetFelt() {
					felt[f.GetEmotion()] = true
				}
				all++
				for _, f := range s.turns[i].GetMentalState().GetOthers()[0].GetFelt() {
					if felt[f.GetEmotion()] {
						right++
						break
					}
				}
			}
		}
		return right / all
	}
	if low, high := hits(0), hits(1); high < low+0.2 || high < 0.5 {
		t.Errorf("share of turns in which a feeling was read right: %.2f without skill, %.2f with", low, high)
	}
}

// TestClientsDiffer holds the published order of sizes: clients differ among themselves, and some respond little.
func TestClientsDiffer(t *testing.T) {
	const clients = 200
	var trusts []float64
	for seed := range uint64(clients) {
		s := intake(t, styles["plain"], modalities["mi"], 1, 1000+seed).play(t)
		last := s.turns[len(s.turns)-1]
		if last.GetRole() != "client" {
			last = s.turns[len(s.turns)-2]
		}
		trusts = append(trusts, last.GetMentalState().GetTrust())
	}
	low, mean, square := 0.0, 0.0, 0.0
	for _, x := range trusts {
		mean += x / clients
		square += x * x / clients
		if x < 0.45 {
			low += 1.0 / clients
		}
	}
	spread := math.Sqrt(square - mean*mean)
	t.Logf("trust after a skilled session: mean %.2f, sd %.2f, share under .45: %.2f", mean, spread, low)
	if low < 0.05 || low > 0.4 || spread < 0.07 {
		t.Errorf("share of clients who hardly open %.2f (want .05 to .40), sd %.2f", low, spread)
	}
}

func TestPolicyNeverReachesTheClient(t *testing.T) {
	s := intake(t, styles["plain"], modalities["mi"], 1, 1)
	s.step(t)
	plain := s.observation(s.roles[1])
	told := proto.Clone(plain).(*vignettev1.Observation)
	skill := 1.0
	told.Self.Policy = &vignettev1.Policy{Modality: modalities["directive"], Skill: &skill}
	answer := func(obs *vignettev1.Observation) string {
		a, err := client.New().Respond(context.Background(), obs, &recorder{turn: &vignettev1.Turn{}})
		if err != nil {
			t.Fatal(err)
		}
		return a.Action.GetText()
	}
	if a, b := answer(plain), answer(told); a != b {
		t.Errorf("a client's policy changed its words: %q and %q", a, b)
	}
}

func TestBrokenStateIsRefused(t *testing.T) {
	s := intake(t, styles["plain"], modalities["mi"], 1, 1)
	for i, mind := range []interface {
		Bid(context.Context, *vignettev1.Observation) (float64, error)
	}{counselor.New(), client.New()} {
		for _, state := range []string{"{", "null and void", `{"v":99}`, `{"v":1,"turns":-1}`, `{"v":1,"heard":"x"}`} {
			obs := s.observation(s.roles[i])
			obs.AgentState = []byte(state)
			if _, err := mind.Bid(context.Background(), obs); status.Code(err) != codes.InvalidArgument {
				t.Errorf("%s with state %q: %v, want InvalidArgument", s.roles[i].GetId(), state, err)
			}
		}
	}
}

func TestProbesAndBidsChangeNothing(t *testing.T) {
	s := intake(t, styles["plain"], modalities["cbt"], 0.9, 4)
	for range 8 {
		s.step(t)
	}
	for i, id := range []string{"counselor", "client"} {
		obs := s.observation(s.roles[i])
		before := proto.Clone(obs)
		bid, err := s.minds[id].Bid(context.Background(), obs)
		if err != nil || bid < 0 || bid > 1 {
			t.Errorf("%s bids %g, %v", id, bid, err)
		}
		for _, about := range []string{"", s.roles[1-i].GetId()} {
			for i := range 2 * int32(vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT) {
				kind, order := vignettev1.ProbeKind(i/2+1), i%2+1
				answer, err := s.minds[id].Probe(context.Background(), obs, &vignettev1.ProbeSpec{
					Id: "p", Role: id, About: about, Kind: kind, Order: order, Statement: "I can't be trusted.",
				})
				if err != nil || answer.GetAnswer() == nil {
					t.Errorf("%s about %q, probe %s: %v, %v", id, about, kind, answer, err)
					continue
				}
				answer.Probe, answer.Role = "p", id
				if err := protovalidate.Validate(answer); err != nil {
					t.Errorf("%s about %q, probe %s: %v", id, about, kind, err)
				}
				sum := 0.0
				for _, e := range answer.GetEmotions().GetEmotions() {
					sum += e.GetIntensity()
				}
				for _, act := range answer.GetActs().GetActs() {
					sum += act.GetProbability()
				}
				if sum > 1 {
					t.Errorf("%s about %q: probabilities sum to %g", id, about, sum)
				}
			}
		}
		if !proto.Equal(before, obs) {
			t.Errorf("%s changed its observation", id)
		}
	}
}

func TestOnlyWhatIsAllowed(t *testing.T) {
	for _, kind := range []vignettev1.ActionKind{
		vignettev1.ActionKind_ACTION_KIND_NONVERBAL, vignettev1.ActionKind_ACTION_KIND_SILENT, vignettev1.ActionKind_ACTION_KIND_ACT, vignettev1.ActionKind_ACTION_KIND_LEAVE,
	} {
		s := intake(t, styles["plain"], modalities["mi"], 1, 1)
		s.step(t)
		for i, id := range []string{"counselor", "client"} {
			obs := s.observation(s.roles[i])
			obs.Allowed = []vignettev1.ActionKind{kind}
			answer, err := s.minds[id].Respond(context.Background(), obs, &recorder{turn: &vignettev1.Turn{}})
			if err != nil {
				t.Fatal(err)
			}
			if answer.Action.GetKind() != kind || protovalidate.Validate(answer.Action) != nil {
				t.Errorf("%s did %v where only %s is allowed", id, answer.Action, kind)
			}
		}
	}
}

func BenchmarkTurn(b *testing.B) {
	for i, id := range []string{"counselor", "client"} {
		b.Run(id, func(b *testing.B) {
			s := intake(b, styles["plain"], modalities["cbt"], 0.9, 4)
			for range 10 {
				s.step(b)
			}
			obs := s.observation(s.roles[i])
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.minds[id].Respond(context.Background(), obs, &recorder{turn: &vignettev1.Turn{}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
