package client

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/agents"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// drinker is a client with a change in mind.
func drinker(stage vignettev1.StageOfChange) *vignettev1.RoleCard {
	return &vignettev1.RoleCard{
		Id: "c", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Persona: &vignettev1.Persona{Id: "p", Name: "Dennis"},
		Change: &vignettev1.Change{
			Target: "drink less", Stage: stage,
			Reasons:   []string{"I'd like to hear the alarm without hating the day.", "My daughter smells my breath."},
			Doubts:    []string{"It's the only hour that's mine."},
			Steps:     []string{"I could buy three bottles and not the crate."},
			Questions: []*vignettev1.OpenQuestion{{Text: "Will they take my licence away?", Words: []string{"court", "judge", "licence", "months"}}},
		},
	}
}

// session lets a client hear lines one after the other, and returns its states and turns.
func session(t *testing.T, card *vignettev1.RoleCard, seed uint64, lines ...string) (states []*vignettev1.MentalState, turns []*agents.Answer) {
	t.Helper()
	obs := &vignettev1.Observation{Self: card, Chance: &vignettev1.Chance{Episode: seed}}
	for i, line := range lines {
		speak := &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: line}
		obs.Turns = append(obs.Turns, &vignettev1.PerceivedTurn{Index: int32(2 * i), Role: "h", Action: speak})
		obs.TurnIndex, obs.Chance.Turn = int32(2*i+1), seed<<8+uint64(i)
		kept := &committed{}
		answer, err := New().Respond(context.Background(), obs, kept)
		if err != nil {
			t.Fatal(err)
		}
		states, turns = append(states, kept.state), append(turns, answer)
		obs.Turns = append(obs.Turns, &vignettev1.PerceivedTurn{Index: int32(2*i + 1), Role: "c", Action: answer.Action})
		obs.AgentState = answer.AgentState
	}
	return states, turns
}

func acts(answer *agents.Answer) []string {
	var names []string
	for _, act := range answer.Acts {
		names = append(names, act.GetAct())
	}
	return names
}

func TestStageOfChangeIsWhereTheCardSays(t *testing.T) {
	for name := range vignettev1.StageOfChange_name {
		stage := vignettev1.StageOfChange(name)
		want := stage
		if stage == vignettev1.StageOfChange_STAGE_OF_CHANGE_UNSPECIFIED {
			want = vignettev1.StageOfChange_STAGE_OF_CHANGE_CONTEMPLATION
		}
		at := 0
		for seed := range uint64(100) {
			if states, _ := session(t, drinker(stage), seed, "Hello."); states[0].GetStageOfChange() == want {
				at++
			}
		}
		if at < 80 {
			t.Errorf("a client that begins in %s is there in %d of 100 episodes", want, at)
		}
	}
	card := drinker(0)
	card.Change = nil
	if states, _ := session(t, card, 1, "Hello.", "What would you like to change?"); states[1].GetStageOfChange() != 0 {
		t.Error("a client with no change in mind is in a stage of change")
	}
}

// readiness is how ready clients are on average after some lines.
func readiness(t *testing.T, lines ...string) float64 {
	t.Helper()
	sum := 0.0
	const clients = 60
	for seed := range uint64(clients) {
		_, turns := session(t, drinker(vignettev1.StageOfChange_STAGE_OF_CHANGE_CONTEMPLATION), seed, lines...)
		memory, err := recall(&vignettev1.Observation{AgentState: turns[len(turns)-1].AgentState}, temperament{})
		if err != nil {
			t.Fatal(err)
		}
		sum += memory.Readiness
	}
	return sum / clients
}

func TestReadinessGrowsByBeingAskedAndShrinksUnderPressure(t *testing.T) {
	evoked := readiness(t, "Hello, what would you like to talk about?", "It makes sense that you are torn. What would you like to change?", "That's understandable. What speaks for changing it?", "What would be better if it were different?")
	left := readiness(t, "Hello.", "I see.", "All right.", "Mm.")
	pushed := readiness(t, "Hello.", "You have to stop drinking.", "You're just making excuses.", "You should throw the bottles away.")
	if !(evoked > left+0.03 && left > pushed+0.03) {
		t.Errorf("readiness is %.3f after being asked, %.3f after nothing and %.3f under pressure", evoked, left, pushed)
	}
}

func TestQuestionsAreAskedUntilTheyAreAnswered(t *testing.T) {
	const told = "No judge takes a licence for that; the court sends a letter and you have months to answer."
	for name, c := range map[string]struct {
		reply    string
		answered bool
	}{
		"answered":          {told, true},
		"reflected":         {"You're worried, and that takes a lot of strength.", false},
		"asked back":        {"What do you think the court will do, and the judge?", false},
		"its own words":     {"You want to know whether they will take your licence away.", false},
		"another's content": {"The train leaves at nine and the weather is fine.", false},
	} {
		t.Run(name, func(t *testing.T) {
			distress, again, asked := 0.0, 0, 0
			for seed := range uint64(40) {
				states, turns := session(t, drinker(vignettev1.StageOfChange_STAGE_OF_CHANGE_PREPARATION), seed,
					"Hello, what brings you here?", "How are you?", c.reply, "I see, you feel tense.", "That sounds hard.", "You feel anxious.")
				for _, turn := range turns {
					if slices.Contains(acts(turn), "ask") {
						asked++
					}
				}
				for _, turn := range turns[2:] {
					if slices.Contains(acts(turn), "ask_again") {
						again++
					}
				}
				distress += states[5].GetDistress() - states[1].GetDistress()
			}
			if asked < 30 {
				t.Errorf("40 clients asked %d questions", asked)
			}
			if c.answered && (again > 0 || distress > 0) || !c.answered && (again < 20 || distress < 0) {
				t.Errorf("40 clients asked again %d times, and their distress changed by %.0f SUDS in all", again, distress)
			}
		})
	}
}

func TestStepsComeOnlyToThoseWhoAreReady(t *testing.T) {
	says := func(stage vignettev1.StageOfChange) int {
		n := 0
		for seed := range uint64(40) {
			_, turns := session(t, drinker(stage), seed, "Hello, what brings you here?", "It makes sense that you're torn.",
				"What could be a first step?", "What is one thing you could do this week?")
			for _, turn := range turns {
				for _, act := range turn.Acts {
					if act.GetAct() == "change_talk" && strings.Contains(act.GetSpan().GetQuote(), "three bottles") {
						n++
					}
				}
			}
		}
		return n
	}
	early, late := says(vignettev1.StageOfChange_STAGE_OF_CHANGE_PRECONTEMPLATION), says(vignettev1.StageOfChange_STAGE_OF_CHANGE_ACTION)
	if early > 0 || late < 15 {
		t.Errorf("a step was named %d times in precontemplation and %d times in action", early, late)
	}
}

// What answers a client's own question is about nobody else, whatever words it takes.
func TestAnAnswerIsNotTakenForSomebodyElses(t *testing.T) {
	obs := telling("I sat at the table.", "The judge in the court decides about the licence, and that takes months.")
	obs.Self.Change = drinker(0).Change
	a, err := Appraise(obs)
	if err != nil {
		t.Fatal(err)
	}
	if a.turn.heard.confused || !a.turn.heard.answered {
		t.Errorf("heard %+v", a.turn.heard)
	}
}

// A client that is worded elsewhere learns from what it told, as one that words itself does.
func TestToldReasonsAreHeardByOneself(t *testing.T) {
	obs := telling("I sat at the table.", "What would you like to change?")
	obs.Self.Change = drinker(0).Change
	obs.Chance = average(obs)
	readiness := func(words string) float64 {
		a, err := Appraise(obs)
		if err != nil {
			t.Fatal(err)
		}
		a.turn.memory.Trust = 0.9
		if _, err := a.After(&vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: words}); err != nil {
			t.Fatal(err)
		}
		return a.turn.memory.Readiness
	}
	plain, reason, doubt := readiness("I don't know."), readiness("I'd like to hear the alarm and not hate the day."), readiness("It's the only hour that is mine.")
	if !(reason > plain && doubt < plain) {
		t.Errorf("readiness is %v after a reason, %v after nothing, %v after a doubt", reason, plain, doubt)
	}
}
