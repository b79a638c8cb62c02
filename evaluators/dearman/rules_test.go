package dearman

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func levelsOf(objective string, context []string, text string) [skills]utterance.Level {
	findings, _ := last(conversation(objectives[objective], context, text))
	var out [skills]utterance.Level
	for s := range skills {
		out[s] = findings[s].Level
	}
	return out
}

// Each rule has something that looks like it and is not.
func TestWhatIsNot(t *testing.T) {
	pushback := []string{"> I'd like you to turn the music down after ten.", "< No, I don't see why I should."}
	tests := []struct {
		name      string
		objective string
		context   []string
		text      string
		skill     skill
		atMost    utterance.Level
	}{
		{"a judgement is no description", "cooking", nil, "You never cook dinner and you always leave it to me.", describe, utterance.None},
		{"an opinion is no description", "cooking", nil, "I think you believe cooking dinner is beneath you.", describe, utterance.None},
		{"a wish is no description", "cooking", nil, "You could cook dinner on Mondays.", describe, utterance.None},
		{"a fact about something else", "cooking", nil, "The train was twenty minutes late on Tuesday.", describe, utterance.None},
		{"a fact inside a judgement", "cooking", nil, "You never cook, I cooked dinner six times last week.", describe, utterance.Weak},
		{"an insult is no feeling", "quiet", nil, "I feel furious, you idiot.", express, utterance.None},
		{"a view of the other is no feeling", "quiet", nil, "I feel that you play the music on purpose.", express, utterance.None},
		{"a feeling that no list has", "quiet", nil, "I feel cold and tired when the music is on.", express, utterance.Strong},
		{"what was not done to one is felt", "quiet", nil, "I feel not taken seriously.", express, utterance.Strong},
		{"a denied feeling is none", "quiet", nil, "I'm not angry about the music.", express, utterance.None},
		{"regret in a refusal is no feeling", "lend", nil, "I'm afraid I can't lend you the money.", express, utterance.None},
		{"readiness to help is no feeling", "lend", nil, "I'm happy to go through your bills.", express, utterance.None},
		{"the other's feeling is not one's own", "quiet", nil, "You must feel annoyed about the music.", express, utterance.None},
		{"sarcasm expresses nothing", "quiet", nil, "Oh great, I'm so happy about your music.", express, utterance.None},
		{"asking for a word asks for nothing", "raise", nil, "Can I talk to you for a minute about my salary?", assert, utterance.Weak},
		{"an order away from the matter asks for nothing", "quiet", nil, "Get used to it.", assert, utterance.None},
		{"asking why asks for nothing", "quiet", nil, "Could you tell me why the music is on?", assert, utterance.None},
		{"a hint is weak", "raise", nil, "It would be nice to get a raise.", assert, utterance.Weak},
		{"taken back", "raise", nil, "Could I get a raise? Actually, never mind.", assert, utterance.None},
		{"a request for something else", "extension", nil, "Could you pass the salt?", assert, utterance.None},
		{"wanting to help is no refusal", "lend", nil, "I wish I could lend you the money.", assert, utterance.Weak},
		{"no problem is no refusal", "lend", nil, "No problem, the money is on its way.", assert, utterance.None},
		{"a threat is no gain", "quiet", nil, "If you don't turn the music down, I'll call the police.", reinforce, utterance.None},
		{"a loss is no gain", "quiet", nil, "If you go on with the music, we will never be friends.", reinforce, utterance.None},
		{"understanding is no gain", "raise", nil, "I understand that you have to keep the budget.", reinforce, utterance.None},
		{"thanks are weak", "raise", nil, "I would really appreciate a raise.", reinforce, utterance.Weak},
		{"nothing to negotiate yet", "quiet", nil, "What if you use headphones after ten?", negotiate, utterance.NotApplicable},
		{"giving way is no deal", "quiet", pushback, "Alright, forget it, I'll use earplugs.", negotiate, utterance.None},
		{"insisting is no deal", "quiet", pushback, "I want the music down after ten.", negotiate, utterance.None},
		{"a wish for a deal is weak", "quiet", pushback, "Surely we can find some middle ground on the music.", negotiate, utterance.Weak},
		{"a fight is not the objective", "quiet", pushback, "You're pathetic, turn the music down.", mindful, utterance.None},
		{"a judgement turns from the objective", "quiet", pushback, "You never turn the music down.", mindful, utterance.Weak},
		{"another subject", "quiet", nil, "Did you hear that the lift is broken again?", mindful, utterance.None},
		{"begging is not confident", "raise", nil, "Please, please, I'm begging you for a raise, I know I'm annoying.", confident, utterance.None},
		{"an apology is weak", "raise", nil, "Sorry, I'd like a raise of eight percent.", confident, utterance.Weak},
		{"shouting is not confident", "quiet", nil, "Shut up and turn the music down.", confident, utterance.Weak},
	}
	// What the rules see and the models are known to miss.
	missed := []string{"no problem is no refusal", "asking why asks for nothing", "shouting is not confident", "a denied feeling is none"}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			req := conversation(objectives[test.objective], test.context, test.text)
			if findings, _ := lastByRules(req); findings[test.skill].Level > test.atMost {
				t.Errorf("%s by rules is %d, want at most %d", dimensions[test.skill].title, findings[test.skill].Level, test.atMost)
			}
			findings, _ := last(req)
			f := findings[test.skill]
			switch miss := slices.Contains(missed, test.name); {
			case miss && f.Level <= test.atMost:
				t.Error("this is a known miss and comes right: take it off the list")
			case !miss && f.Level > test.atMost:
				t.Errorf("%s of %q is %d, want at most %d (%s)", dimensions[test.skill].title, test.text, f.Level, test.atMost, f.Rationale())
			}
		})
	}
}

// share is the mean number over the skills that apply and how many do.
func share(levels [skills]utterance.Level) (sum float64, n int) {
	for _, l := range levels {
		if l != utterance.NotApplicable {
			sum += l.Number()
			n++
		}
	}
	return sum, n
}

// skilled are the utterances of the table that show at least two strategies well.
func skilled(t testing.TB) []labelled {
	var out []labelled
	for _, c := range readLabelled(t) {
		well := 0
		for s := range skills {
			if c.want[s] == utterance.Strong && !s.state() {
				well++
			}
		}
		if well >= 2 {
			out = append(out, c)
		}
	}
	return out
}

func meanShare(cases []labelled, change func(labelled) (objective, text string)) float64 {
	var sum float64
	n := 0
	for _, c := range cases {
		objective, text := change(c)
		s, k := share(levelsOf(objective, nil, text))
		sum, n = sum+s, n+k
	}
	return sum / float64(max(n, 1))
}

// Words of skill in random order, skilled sentences about something else, and warmth without content lose the benefit.
func TestControlsLoseTheBenefit(t *testing.T) {
	cases := skilled(t)
	if len(cases) < 20 {
		t.Fatalf("only %d skilled utterances", len(cases))
	}
	names := []string{"quiet", "raise", "lend", "shift", "cooking", "medication", "refund", "visits", "extension"}
	draw := rand.New(rand.NewPCG(11, 7))
	elsewhere := func(c labelled) string {
		for {
			if name := names[draw.IntN(len(names))]; name != c.objective && objectives[name].GetKind() == objectives[c.objective].GetKind() {
				return name
			}
		}
	}
	salad := func(text string) string {
		list := strings.Fields(strings.ToLower(strings.NewReplacer(".", "", ",", "", "?", "", ";", "").Replace(text)))
		draw.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return strings.Join(list, " ")
	}
	var pool []string
	for _, c := range cases {
		pool = append(pool, c.text)
	}
	original := meanShare(cases, func(c labelled) (string, string) { return c.objective, c.text })
	tests := []struct {
		name   string
		atMost float64
		change func(labelled) (string, string)
	}{
		{"salad of all skilled words, elsewhere", 0.08, func(c labelled) (string, string) {
			list := strings.Fields(salad(strings.Join(pool, " ")))
			return elsewhere(c), strings.Join(list[:20], " ")
		}},
		{"salad of the utterance, elsewhere", 0.12, func(c labelled) (string, string) { return elsewhere(c), salad(c.text) }},
		{"salad of the utterance, at home", 0.45, func(c labelled) (string, string) { return c.objective, salad(c.text) }},
		{"skilled sentences, elsewhere", 0.35, func(c labelled) (string, string) { return elsewhere(c), c.text }},
		{"a warm parrot", 0.1, func(c labelled) (string, string) {
			return c.objective, "I hear you, and that makes sense. That sounds hard. Thank you for sharing that with me."
		}},
		{"words of skill around blame", 0.25, func(c labelled) (string, string) {
			return c.objective, "I feel that you are a selfish idiot, and I would appreciate it if you would grow up and shut up."
		}},
	}
	t.Logf("as said: %.2f", original)
	for _, test := range tests {
		got := meanShare(cases, test.change)
		t.Logf("%s: %.2f", test.name, got)
		if got > test.atMost {
			t.Errorf("%s scores %.2f, want at most %.2f", test.name, got, test.atMost)
		}
	}
	if original < 0.55 {
		t.Errorf("as said they score %.2f: the controls prove nothing", original)
	}
}

func TestCoverage(t *testing.T) {
	tests := []struct {
		name  string
		turns []utterance.Level
		want  float64
	}{
		{"never", []utterance.Level{utterance.None, utterance.None, utterance.None}, 0},
		{"once, well", []utterance.Level{utterance.None, utterance.Strong, utterance.None}, 1},
		{"always, well", []utterance.Level{utterance.Strong, utterance.Strong, utterance.Strong}, 1},
		{"once, weakly", []utterance.Level{utterance.Weak}, 0.5},
		{"twice, weakly", []utterance.Level{utterance.Weak, utterance.None, utterance.Weak}, 0.625},
		{"weakly, then well", []utterance.Level{utterance.Weak, utterance.Strong}, 1},
	}
	for _, test := range tests {
		if got := utterance.Coverage(numbers(test.turns)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	many := make([]utterance.Level, 50)
	for i := range many {
		many[i] = utterance.Weak
	}
	if got := utterance.Coverage(numbers(many)); got >= 0.75+1e-9 {
		t.Errorf("weak fifty times: %v, want less than 0.75", got)
	}
}

func numbers(turns []utterance.Level) []float64 {
	out := make([]float64, len(turns))
	for i, l := range turns {
		out[i] = l.Number()
	}
	return out
}

// Spread over two turns five strategies come to full coverage, crammed into one they do not; a state of mind is not heard
// any less for it.
func TestCrowdedTurnIsHeardInPart(t *testing.T) {
	turn := func(shown ...skill) (out [skills]utterance.Level) {
		for _, s := range shown {
			out[s] = utterance.Strong
		}
		return out
	}
	var spread, crammed record
	spread.add(turn(describe, express, assert, mindful), true)
	spread.add(turn(reinforce, negotiate, mindful), true)
	crammed.add(turn(describe, express, assert, reinforce, negotiate, mindful), true)
	for s := range skills {
		want := 0.6
		switch s {
		case mindful:
			want = 1
		case confident:
			want = 0
		}
		if got := crammed.score(s).GetValue().GetNumber(); got != want {
			t.Errorf("crammed: %s is %v, want %v", dimensions[s].id, got, want)
		}
		if got := spread.score(s).GetValue().GetNumber(); s != confident && got != 1 {
			t.Errorf("spread: %s is %v, want 1", dimensions[s].id, got)
		}
	}
}

func episode(objective *vignettev1.Objective, turns ...string) *vignettev1.EvaluateRequest {
	n := len(turns) - 1
	return conversation(objective, turns[:n], strings.TrimPrefix(turns[n], "> "))
}

func evaluate(t testing.TB, req *vignettev1.EvaluateRequest) []*vignettev1.Score {
	t.Helper()
	scores, err := New().Evaluate(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return scores
}

// ofEpisode are the numbers of the episode by skill; NaN where there is none.
func ofEpisode(t testing.TB, req *vignettev1.EvaluateRequest) [skills]float64 {
	var out [skills]float64
	for s := range skills {
		out[s] = math.NaN()
		for _, score := range evaluate(t, req) {
			if score.TurnIndex == nil && score.GetDimension() == dimensions[s].id && score.GetValue() != nil {
				out[s] = score.GetValue().GetNumber()
			}
		}
	}
	return out
}

// Saying everything in every turn is worth no more than saying each thing once.
func TestCrammingDoesNotPay(t *testing.T) {
	all := "> Last week the music was on past midnight three times. I feel worn out. Please turn the music down after ten. Then we both have peace."
	once := ofEpisode(t, episode(objectives["quiet"],
		"> Last week the music was on past midnight three times.", "< I see.",
		"> I feel worn out by the music.", "< Hm.",
		"> Please turn the music down after ten.", "< Let me see.",
		"> If you keep the music down after ten, we'll both have peace."))
	crammed := ofEpisode(t, episode(objectives["quiet"], all, "< I see.", all, "< Hm.", all, "< Let me see.", all))
	for s := range skills {
		if crammed[s] > once[s]+1e-9 {
			t.Errorf("%s: crammed %v, once %v", dimensions[s].title, crammed[s], once[s])
		}
	}
	if once[describe] != 1 || once[express] != 1 || once[assert] != 1 || once[reinforce] != 1 {
		t.Errorf("each said once, well: %v", once)
	}
}

func TestNegotiateAppliesFromPushbackToAgreement(t *testing.T) {
	scores := evaluate(t, episode(objectives["quiet"],
		"> Please turn the music down after ten.", "< No, it's my flat and I don't want to.",
		"> What if you use headphones after ten?", "< Okay, deal. I can do that.",
		"> I'm glad we settled the music, and I'd like to thank you with a cake on Sunday."))
	var got []string
	for _, score := range scores {
		if score.GetDimension() != dimensions[negotiate].id || score.TurnIndex == nil {
			continue
		}
		if score.GetMissing() != nil {
			got = append(got, "n/a")
		} else {
			got = append(got, score.GetValue().GetLabel())
		}
	}
	if diff := cmp.Diff([]string{"n/a", "strong", "n/a"}, got); diff != "" {
		t.Errorf("negotiate by turn (-want +got):\n%s", diff)
	}
}

// A sentence of hesitation alone, which nobody ends with a mark, adds nothing and takes nothing away.
func TestHesitationAlone(t *testing.T) {
	const request = "I'd like you to turn the music down after ten."
	for _, c := range []struct{ text, as string }{
		{"um", "Um."},
		{"Hmm", "Hmm."},
		{"Uh,\n\n" + request, request},
		{request + " Uh", request},
	} {
		if diff := cmp.Diff(levelsOf("quiet", nil, c.as), levelsOf("quiet", nil, c.text)); diff != "" {
			t.Errorf("%q beside %q (-want +got):\n%s", c.text, c.as, diff)
		}
	}
}

func TestWhatDoesNotApply(t *testing.T) {
	act := func(kind vignettev1.ActionKind, text string) *vignettev1.EvaluateRequest {
		req := episode(objectives["quiet"], "> x")
		req.Turns[0].Action = &vignettev1.Action{Kind: kind, Text: text}
		return req
	}
	support := proto.CloneOf(objectives["quiet"])
	support.Kind = vignettev1.ObjectiveKind_OBJECTIVE_KIND_SUPPORT
	tests := []struct {
		name string
		req  *vignettev1.EvaluateRequest
		turn vignettev1.MissingReason
		all  vignettev1.MissingReason
	}{
		{"a gesture", act(vignettev1.ActionKind_ACTION_KIND_NONVERBAL, "asks please turn the music down with a look"), reasonNA, reasonLittle},
		{"silence", act(vignettev1.ActionKind_ACTION_KIND_SILENT, ""), reasonNA, reasonLittle},
		{"leaving without a word", act(vignettev1.ActionKind_ACTION_KIND_LEAVE, ""), reasonNA, reasonLittle},
		{"a greeting", episode(objectives["quiet"], "> Hi, how are you?"), reasonNA, reasonNA},
		{"an objective to support", episode(support, "> Please turn the music down."), reasonNA, reasonNA},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			scores := evaluate(t, test.req)
			if len(scores) != 2*int(skills) {
				t.Fatalf("%d scores", len(scores))
			}
			for _, score := range scores {
				want := test.all
				if score.TurnIndex != nil {
					want = test.turn
				}
				if score.GetMissing().GetReason() != want {
					t.Errorf("%s (turn %v): %v, want %v", score.GetDimension(), score.TurnIndex, score.GetOutcome(), want)
				}
			}
		})
	}
}

const (
	reasonNA     = vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE
	reasonLittle = vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA
)

// One turn asked for is scored as it is within the episode.
func TestOneTurnIsScoredAsInTheEpisode(t *testing.T) {
	req := episode(objectives["quiet"], "> Please turn the music down after ten.", "< No, why should I?", "> What if you use headphones after ten?", "< Fine.", "> Thank you.")
	all := evaluate(t, req)
	for _, index := range []int32{0, 2, 4} {
		one := proto.CloneOf(req)
		one.TurnIndex = proto.Int32(index)
		var want []*vignettev1.Score
		for _, score := range all {
			if score.TurnIndex != nil && score.GetTurnIndex() == index {
				want = append(want, score)
			}
		}
		if diff := cmp.Diff(want, evaluate(t, one), protocmp.Transform()); diff != "" {
			t.Errorf("turn %d (-episode +alone):\n%s", index, diff)
		}
	}
}

func TestSuggestions(t *testing.T) {
	pushback := []string{"> I'd like you to turn the music down after ten.", "< No, I don't see why I should."}
	tests := []struct {
		name    string
		context []string
		text    string
		skill   skill
		want    string
	}{
		{"a hint becomes the request", nil, "The music was on until two on Tuesday. It would be nice if the music was quieter.", assert,
			"The music was on until two on Tuesday. I'd like you to turn the music down after ten."},
		{"an attack is left out", nil, "Shut up. I can't sleep with that music.", mindful,
			"I can't sleep with that music. I'd like you to turn the music down after ten."},
		{"giving in is taken back", nil, "The music is loud at night. Never mind.", mindful,
			"The music is loud at night. I'd like you to turn the music down after ten."},
		{"hedges go", nil, "Sorry, um, maybe, I guess, could you turn the music down after ten?", confident,
			"Could you turn the music down after ten?"},
		{"facts come first", nil, "Please turn the music down after ten.", describe,
			"The music was on past midnight on three nights last week. Please turn the music down after ten."},
		{"an offer is due", pushback, "I'm still asking you to turn the music down after ten.", negotiate,
			"I'm still asking you to turn the music down after ten. I could live with loud music until midnight on Fridays and Saturdays."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			req := conversation(objectives["quiet"], test.context, test.text)
			got := map[string]string{}
			for _, score := range evaluate(t, req) {
				if score.GetSuggestion() != "" && score.GetTurnIndex() == int32(len(test.context)) {
					got[score.GetDimension()] = score.GetSuggestion()
				}
			}
			if diff := cmp.Diff(map[string]string{dimensions[test.skill].id: test.want}, got); diff != "" {
				t.Errorf("suggestion (-want +got):\n%s", diff)
			}
		})
	}
}

// check holds scores to what they promise: spans that quote the text, labels that fit numbers, one of everything.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, req *vignettev1.EvaluateRequest, scores []*vignettev1.Score) {
	t.Helper()
	texts := map[int32][]rune{}
	own := 0
	for _, turn := range req.GetTurns() {
		texts[turn.GetIndex()] = []rune(turn.GetAction().GetText())
		if turn.GetRole() == req.GetRole() {
			own++
		}
	}
	if len(scores) != (own+1)*int(skills) {
		t.Fatalf("%d scores for %d turns", len(scores), own)
	}
	for _, score := range scores {
		if (score.GetValue() == nil) == (score.GetMissing() == nil) {
			t.Fatalf("neither a value nor a reason, or both: %v", score)
		}
		if n := score.GetValue().GetNumber(); n < 0 || n > 1 {
			t.Fatalf("%v is no number for %s", n, score.GetDimension())
		}
		if utf8.RuneCountInString(score.GetRationale()) > 8000 || utf8.RuneCountInString(score.GetSuggestion()) > 8000 {
			t.Fatalf("%s says too much", score.GetDimension())
		}
		for _, coded := range score.GetSpans() {
			text, span := texts[coded.GetTurnIndex()], coded.GetSpan()
			if span.GetStart() < 0 || span.GetEnd() <= span.GetStart() || int(span.GetEnd()) > len(text) {
				t.Fatalf("span %v of a text of %d", span, len(text))
			}
			if said := string(text[span.GetStart():span.GetEnd()]); said != span.GetQuote() {
				t.Fatalf("span quotes %q, the turn says %q", span.GetQuote(), said)
			}
		}
	}
}

// phrasebook mixes words of skill, faults, other scripts and marks, so that drawn texts reach the rules.
var phrasebook = strings.Split(`I feel|worried|and|you always|could you|turn the music down|after ten|or else|?|.|,|!|…|if you|don't|I'll|
we'd both have peace|that way you|what if|no|maybe|sorry|never mind|“|”|李|Zoë|🙂|é|‍|I’m|not|because|on Tuesday|you idiot|thanks|"|
I can't|lend you|the|of|a|I|it was|fine|;|—|forget it|please|what would work for you|I could live with|half of it`, "|")

func TestScoresHoldWhatTheyPromise(t *testing.T) {
	names := []string{"quiet", "lend", ""}
	rapid.Check(t, func(t *rapid.T) {
		turn := rapid.Custom(func(t *rapid.T) string {
			if rapid.IntRange(0, 4).Draw(t, "kind") == 0 {
				return rapid.String().Draw(t, "any text")
			}
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(phrasebook), 1, 25).Draw(t, "words"), " ")
		})
		objective := objectives[rapid.SampledFrom(names).Draw(t, "objective")]
		var lines []string
		for i, text := range rapid.SliceOfN(turn, 1, 6).Draw(t, "turns") {
			lines = append(lines, []string{"> ", "< "}[i%2]+text)
		}
		req := conversation(objective, lines, "I feel worried. Please turn it down.")
		scores, err := New().Evaluate(context.Background(), req)
		if err != nil {
			t.Fatalf("%v", err)
		}
		check(t, req, scores)
		again, _ := New().Evaluate(context.Background(), req)
		if diff := cmp.Diff(scores, again, protocmp.Transform()); diff != "" {
			t.Fatalf("two verdicts on one conversation:\n%s", diff)
		}
	})
}
