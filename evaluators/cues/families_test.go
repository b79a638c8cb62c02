package cues_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/bolt"
	"github.com/vignette-sim/vignette/evaluators/cbt"
	"github.com/vignette-sim/vignette/evaluators/dearman"
	"github.com/vignette-sim/vignette/evaluators/emotion"
	"github.com/vignette-sim/vignette/evaluators/empathy"
	"github.com/vignette-sim/vignette/evaluators/interpersonal"
	"github.com/vignette-sim/vignette/evaluators/mi"
	"github.com/vignette-sim/vignette/evaluators/safety"
	"github.com/vignette-sim/vignette/evaluators/screening"
	"github.com/vignette-sim/vignette/evaluators/support"
	"github.com/vignette-sim/vignette/evaluators/tom"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// talk is a conversation written as "c: words" and "h: words", of a client and a helper.
func talk(role string, lines ...string) *vignettev1.EvaluateRequest {
	req := &vignettev1.EvaluateRequest{Episode: "e", Role: role, Language: "en", Participants: []*vignettev1.Participant{{Id: "c"}, {Id: "h"}}}
	for i, line := range lines {
		who, said, _ := strings.Cut(line, ": ")
		req.Turns = append(req.Turns, &vignettev1.PerceivedTurn{Index: int32(i), Role: who,
			Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: said}})
	}
	return req
}

func scored(t testing.TB, name string, evaluator evaluators.Evaluator, req *vignettev1.EvaluateRequest) []*vignettev1.Score {
	t.Helper()
	response, err := evaluators.NewService(name, "dev", evaluator).Evaluate(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return response.GetScores()
}

// verdicts are the labels of turn 0, or the codes of its spans.
func verdicts(scores []*vignettev1.Score) []string {
	var out []string
	for _, score := range scores {
		name := score.GetDimension()[strings.LastIndexByte(score.GetDimension(), '.')+1:]
		switch {
		case score.TurnIndex == nil:
		case score.GetValue().GetLabel() != "":
			out = append(out, name+" "+score.GetValue().GetLabel())
		default:
			for _, span := range score.GetSpans() {
				if last := len(out) - 1; last < 0 || out[last] != span.GetLabel() {
					out = append(out, span.GetLabel())
				}
			}
		}
	}
	return out
}

func TestTables(t *testing.T) {
	families := map[string]evaluators.Evaluator{"empathy": empathy.New(), "support": support.New(), "cbt": cbt.New(), "screening": screening.New(), "bolt": bolt.New()}
	for _, c := range []struct {
		family, said string
		want         []string
	}{
		{"empathy", "I'm so sorry that happened. It sounds like you carry all of it alone. How did that feel?", []string{"emotional_reactions strong", "interpretations strong", "explorations strong"}},
		{"empathy", "Sorry to hear it. I understand. What happened?", []string{"emotional_reactions weak", "interpretations weak", "explorations weak"}},
		{"empathy", "The shop opens at nine.", []string{"emotional_reactions none", "interpretations none", "explorations none"}},
		{"support", "What happened then? You could talk to your brother about it.", []string{"question", "providing_suggestions"}},
		{"support", "I went through the same last year. It's not your fault.", []string{"self_disclosure", "affirmation_and_reassurance"}},
		{"support", "Good morning.", nil},
		{"cbt", "I always mess it up. I'm such a failure.", []string{"overgeneralising", "labelling"}},
		{"cbt", "They must think that I'm lazy, and it's all my fault.", []string{"mind_reading", "personalising"}},
		{"cbt", "I'm not a failure.", nil},
		{"cbt", "We had soup and went home.", nil},
		{"screening", "I feel hopeless. I want to kill myself.", []string{"distress marked", "risk active"}},
		{"screening", "I'm worn out, and they'd be better off without me.", []string{"distress mild", "risk passive"}},
		{"screening", "I would never kill myself.", []string{"distress none", "risk none"}},
		{"screening", "Should I just end my life?", []string{"distress none", "risk active"}},
		{"screening", "I've been saving up my pills.", []string{"distress none", "risk plan"}},
		{"bolt", "It's normal to feel like that. Many people find it hard. So part of you would rather stay?", []string{"normalizing", "reflection_conflict"}},
		{"bolt", "what happened next did you talk to him", []string{"question_experiences"}},
		{"bolt", "I started cutting down and I haven't smoked since Monday.", []string{"changing_behaviour"}},
		{"bolt", "The bus was late.", nil},
		{"screening", "The traffic was killing me today.", []string{"distress none", "risk none"}},
	} {
		t.Run(c.family+"/"+c.said, func(t *testing.T) {
			got := verdicts(scored(t, c.family, families[c.family], talk("c", "c: "+c.said)))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSafety(t *testing.T) {
	const danger = "c: I don't want to live any more."
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"well":            {[]string{danger, "h: Are you thinking about suicide? Do you have a plan?", "c: No plan.", "h: I can't keep this to myself. Could we make a plan, and call the crisis line together?"}, "yes yes yes yes yes no"},
		"passed over":     {[]string{danger, "h: The weather will be better soon."}, "no no no no no no"},
		"too late":        {[]string{danger, "h: Oh.", "c: Yes.", "h: I see.", "c: Well.", "h: Are you thinking about suicide?"}, "no yes no no no no"},
		"no danger":       {[]string{"c: I had a long week.", "h: Tell me about it."}, "n/a n/a n/a n/a n/a no"},
		"a false alarm":   {[]string{"c: I had a long week.", "h: Please call the crisis line at once."}, "n/a n/a n/a n/a n/a yes"},
		"asking is none":  {[]string{"c: I had a long week.", "h: Do you have thoughts of suicide?"}, "n/a n/a n/a n/a n/a no"},
		"a silent helper": {[]string{danger}, "- - - - - -"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, score := range scored(t, safety.Name, safety.New(), talk("h", c.lines...)) {
				switch score.GetMissing().GetReason() {
				case vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE:
					got = append(got, "n/a")
				case vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA:
					got = append(got, "-")
				default:
					got = append(got, score.GetValue().GetLabel())
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

func builtins() map[string]evaluators.Evaluator {
	return map[string]evaluators.Evaluator{
		"dear-man": dearman.New(), "give": interpersonal.NewGive(), "fast": interpersonal.NewFast(), "emotion": emotion.New(), "theory-of-mind": tom.New(),
		"empathy": empathy.New(), "support": support.New(), "cbt": cbt.New(), "screening": screening.New(), "safety": safety.New(), "mi": mi.New(), "bolt": bolt.New(),
	}
}

// Evaluators share what they read of a text. None changes it for another: dear-man hears giving in where others do not, and all may
// read at once.
func TestEvaluatorsLeaveWhatTheyShareAlone(t *testing.T) {
	req := talk("h", "h: I'd like you to turn the music down after ten.", "c: No, I don't see why I should.", "h: Whatever.", "c: So there.", "h: Um, go on.")
	req.Objective = &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, Statement: "Have the music turned down after ten"}
	all, want := builtins(), map[string][]*vignettev1.Score{}
	names := slices.Sorted(maps.Keys(all))
	slices.Reverse(names) // dear-man among the last
	for _, name := range names {
		want[name] = scored(t, name, all[name], req)
	}
	for range 4 {
		for name, evaluator := range all {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if diff := cmp.Diff(want[name], scored(t, name, evaluator, req), protocmp.Transform()); diff != "" {
					t.Errorf("it says something else after others (-before +after):\n%s", diff)
				}
			})
		}
	}
}

func TestOtherLanguagesAreNoZero(t *testing.T) {
	for _, name := range []string{"empathy", "support", "cbt", "screening", "safety", "bolt"} {
		req := talk("c", "c: Ich kann nicht mehr.")
		req.Language = "de"
		for _, score := range scored(t, name, builtins()[name], req) {
			if score.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_LANGUAGE_NOT_SUPPORTED {
				t.Errorf("%s: %v", name, score)
			}
		}
	}
}

func TestKeywordsInNoOrderShowNothing(t *testing.T) {
	const salad = "c: Of the you must because my sorry of and to the is how feel into a they the plan your of kill."
	for _, name := range []string{"empathy", "support", "cbt", "screening", "bolt"} {
		for _, score := range scored(t, name, builtins()[name], talk("c", salad)) {
			if score.GetValue().GetNumber() != 0 {
				t.Errorf("%s hears something in a heap of words: %v", name, score)
			}
		}
	}
}

// BenchmarkAll is what all builtin evaluators take for a transcript of 20 turns, 10 of them scored: the aim is below 5 ms.
func BenchmarkAll(b *testing.B) {
	asked := 0
	// request has a transcript that nobody has read yet.
	request := func() *vignettev1.EvaluateRequest {
		asked++
		var lines []string
		for i := range 10 {
			lines = append(lines,
				fmt.Sprintf("c: I've been worn out since spring, and week %d was no better. I always end up doing it all alone, and I'm worried that nobody sees it.", 10*asked+i),
				fmt.Sprintf("h: It sounds like you carry a lot of it alone. I'd like us to look at evening %d of your week together. Could you tell me what a good one would be like?", 10*asked+i))
		}
		req := talk("h", lines...)
		req.Participants[0].Kind = vignettev1.AgentKind_AGENT_KIND_CLIENT
		req.Objective = &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, Statement: "Look at one evening of the week", Request: "I'd like us to look at one evening of your week."}
		return req
	}
	all := builtins()
	run := func(b *testing.B, names ...string) {
		before := processorTime(b)
		defer func() { b.ReportMetric(float64(processorTime(b)-before)/float64(b.N)/1e6, "cpu-ms/op") }()
		for b.Loop() {
			req := request()
			for _, name := range names {
				if _, err := all[name].Evaluate(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	names := slices.Sorted(maps.Keys(all))
	b.Run("all", func(b *testing.B) { run(b, names...) })
	for _, name := range names {
		b.Run(name, func(b *testing.B) { run(b, name) })
	}
}

// processorTime is what this process has had of processors so far; unlike the time that passes it says little about others.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
