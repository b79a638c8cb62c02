package node_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// What helpers say to somebody, with what is to be gained by other words.
var helpers = []struct{ heard, said string }{
	{"I can't sleep since the school trip. I keep seeing that boy at the bus stop.", "You should drink less coffee."},
	{"I can't sleep since the school trip. I keep seeing that boy at the bus stop.", "Do you worry about it?"},
	{"My wife made the appointment, not me.", "Why don't you talk to her?"},
	{"I have a beer after work, and then I have another one.", "You have to stop drinking."},
	{"I have a beer after work, and then I have another one.", "Do you drink every day? How much? Since when?"},
	{"Nobody at work has noticed, and I'm so tired of pretending.", "You need to tell your boss."},
	{"Nobody at work has noticed, and I'm so tired of pretending.", "Okay. What else?"},
	{"My sister never had to try, and I had to work for every mark.", "Are you jealous of her?"},
	{"My sister never had to try, and I had to work for every mark.", "Let's talk about your job now."},
	{"I know that it harms me, but it's the only thing that helps in the evening.", "That's just an excuse."},
	{"I know that it harms me, but it's the only thing that helps in the evening.", "If I were you, I'd go for a walk instead."},
	{"I sit in the car for ten minutes before I go in.", "Is it the noise?"},
	{"I sit in the car for ten minutes before I go in.", "You could listen to music."},
	{"He left without a word, and I still cook for two.", "Have you told your friends?"},
	{"He left without a word, and I still cook for two.", "You must get over it."},
	{"I shouted at my son and he just looked at the floor.", "Did you apologise to him?"},
	{"I shouted at my son and he just looked at the floor.", "You need to control yourself."},
	{"Everything I touch goes wrong.", "Did something happen?"},
	{"They've finally noticed that I can't look after children.", "Try to relax a bit."},
	{"They've finally noticed that I can't look after children.", "What did they say?"},
	{"I used to play the cello every evening, and now it stands in the corner.", "You should start again."},
	{"I used to play the cello every evening, and now it stands in the corner.", "When was that?"},
	{"I don't know whether I want to be here.", "Do you want to stop?"},
	{"I don't know whether I want to be here.", "You have to want it, or it won't work."},
	{"My mother calls five times a day, and I pick up every time.", "You should turn off your phone."},
}

// What speakers say in scenes of the library.
var speakers = map[string][]string{
	"ask-for-leave":      {plainRequest, rudeWords, "I wonder if maybe I could leave early sometimes?", "My father had a stroke in August.", "Sorry to bother you, it's probably stupid, but could I go at two on Tuesdays?"},
	"refuse-a-loan":      {"No, I won't lend you money.", "I'm so sorry, I feel terrible, maybe next time?", "You always want money.", "I can't do that.", "I don't want to lend you anything, but I can help you with the forms."},
	"share-the-dishes":   {"You never do the dishes.", "Could you do the dishes?", "I'd like us to share the dishes.", "I feel annoyed when I come home to a full sink.", "Maybe we could do something about the kitchen?"},
	"deposit-back":       {"I want my deposit back.", "You're a thief.", "Could you send me the deposit, please?", "I moved out three months ago.", "I hope it's not too much trouble, but I'd like my money."},
	"repair-the-heating": {"The heating is broken.", "Please repair the heating.", "You don't care about your tenants.", "It's cold, and I'm worried about my daughter.", "I would like the heating repaired this week."},
}

// A rewording keeps what is asked for, and somebody who did not suggest it finds it better: for helpers the evaluators of empathy and
// of support, which the coach's rules do not go by; for speakers the simulated partner, who shares no rules with the evaluator.
func TestRewordings(t *testing.T) {
	n := open(t, t.TempDir())
	s := practise(t, n)
	better, worse, kept, all := 0, 0, 0, 0
	count := func(name, said, reworded, by string, before, after float64) {
		all++
		keeps := language.Overlap(said, reworded) >= 0.5 || strings.Contains(reworded, said)
		gained := after > before
		if gained {
			better++
		}
		if after < before {
			worse++
		}
		if keeps {
			kept++
		}
		if !gained || !keeps {
			t.Logf("%s: %q\n      as %q\n      %s %.2f after %.2f, kept %v", name, said, reworded, by, after, before, keeps)
		}
	}
	for i, c := range helpers {
		f := s.rewordHelper(t, n, c.heard, c.said)
		if f.GetRewording() == "" {
			t.Logf("helper %d: %q after %q has no rewording: %s", i, c.said, c.heard, f.GetReason())
			continue
		}
		before, after := s.judged(n, c.heard, c.said), s.judged(n, c.heard, f.GetRewording())
		count(fmt.Sprintf("helper %d", i), c.said, f.GetRewording(), "empathy and support", before, after)
	}
	for library, lines := range speakers {
		for i, said := range lines {
			session := s.start(&vignettev1.StartSessionRequest{Library: library, Help: vignettev1.HelpLevel_HELP_LEVEL_LIVE, Seed: 5})
			h := s.say(session, said)
			if len(h.feedback) != 1 || h.feedback[0].GetRewording() == "" {
				t.Logf("%s %d: %q has no rewording", library, i, said)
				continue
			}
			again := s.retry(session.GetSession(), len(session.GetTurns()), h.feedback[0].GetRewording())
			before, after := moved(h), moved(again)
			count(fmt.Sprintf("%s %d", library, i), said, h.feedback[0].GetRewording(), "the partner stands at", before, after)
		}
	}
	t.Logf("of %d rewordings %d are better to somebody else, %d worse, %d keep what is said", all, better, worse, kept)
	if all < 40 || better < all*3/4 || kept < all*3/4 {
		t.Errorf("of %d rewordings %d are better to somebody else and %d keep what is said; want three quarters of each", all, better, kept)
	}
}

// moved is how a partner stands after an answer: willingness less resistance and distress, -2 to 1.
func moved(h *heard) float64 {
	felt := h.turns[len(h.turns)-1].GetFelt()
	return felt.GetWillingness() - felt.GetResistance() - felt.GetDistress()/100
}

// rewordHelper is the feedback on a helper's words after somebody else's: a session in which the client's line is replayed.
func (s *rehearsal) rewordHelper(t *testing.T, _ *node.Node, heard, said string) *vignettev1.PracticeFeedback {
	t.Helper()
	session := s.start(&vignettev1.StartSessionRequest{
		Scenario: counseling(heard), Help: vignettev1.HelpLevel_HELP_LEVEL_LIVE, Skills: vignettev1.SkillSet_SKILL_SET_MI,
	})
	h := s.say(session, said)
	if len(h.feedback) != 1 {
		t.Fatalf("feedback %v", h.feedback)
	}
	return h.feedback[0]
}

// counseling is a scene in which a client says one thing and then nothing.
func counseling(line string) *vignettev1.Scenario {
	return &vignettev1.Scenario{
		Id: "one-line", Focal: "counselor", Stop: &vignettev1.StopRules{MaxTurns: 6},
		Objective: &vignettev1.Objective{Statement: "Understand.", Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_UNDERSTAND},
		Roles: []*vignettev1.Role{
			{
				Id: "client", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Agent: "replay", Persona: &vignettev1.Persona{Id: "c", Name: "Kim"},
				Script: &vignettev1.Script{Lines: []*vignettev1.ScriptLine{{Text: line}, {Text: "Hm."}, {Text: "Yes."}}},
			},
			{Id: "counselor", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR, Persona: &vignettev1.Persona{Id: "h", Name: "Jo"}},
		},
	}
}

// judged is what the evaluators of empathy and support make of a helper's words together, each dimension on 0-1.
func (s *rehearsal) judged(n *node.Node, heard, said string) float64 {
	sum := 0.0
	for _, name := range []string{"empathy", "support"} {
		response, err := n.Directory().Evaluator(name).Evaluate(context.Background(), &vignettev1.EvaluateRequest{
			Role: "counselor", TurnIndex: proto.Int32(1), Language: "en",
			Participants: []*vignettev1.Participant{{Id: "client", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT}, {Id: "counselor", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR}},
			Turns: []*vignettev1.PerceivedTurn{
				{Index: 0, Role: "client", Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: heard}},
				{Index: 1, Role: "counselor", Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: said}},
			},
		})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, score := range response.GetScores() {
			if strings.HasPrefix(score.GetDimension(), "empathy.") {
				sum += score.GetValue().GetNumber() / 2
				continue
			}
			for _, span := range score.GetSpans() { // of codes, those that support without advising
				if label := span.GetLabel(); label != "providing_suggestions" && label != "information" {
					sum += 0.5
				}
			}
		}
	}
	return sum
}
