package training

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var update = flag.Bool("update", false, "write golden files anew")

// canary stands in everything that the learner may not know.
const canary = "CANARY"

// played is an episode: Ann, who learns, with Ben and Cyd; what Ann says is given, her reward too.
func played(t *testing.T, id, skill string, reward float64, said ...string) *episode.State {
	t.Helper()
	cell := &vignettev1.Cell{Scenario: "s", Factors: []*vignettev1.FactorLevel{{Factor: "focal.policy.skill", Level: skill}}}
	persona := func(id, name string) *vignettev1.Persona {
		return &vignettev1.Persona{Id: id, Name: name, Introduction: name + " smiles.", Memories: []*vignettev1.Memory{{Text: name + " remembers " + canary + "."}}}
	}
	ann := persona("pa", "Ann")
	ann.Memories, ann.Source = nil, &vignettev1.Source{Format: "sotopia", License: "CC-BY-4.0"}
	plan := &episode.Plan{
		Run: "r", Episode: id, Cell: cell, Luck: map[string]uint64{"a": 1, "b": 2, "c": 3},
		Scenario: &vignettev1.Scenario{
			Id: "s", Focal: "a", Setting: "A kitchen.", Stop: &vignettev1.StopRules{MaxTurns: 12}, Description: canary,
			Objective: &vignettev1.Objective{Statement: "Get the window mended.", Facts: []string{"It has not closed since May."}},
			Roles: []*vignettev1.Role{
				{Id: "a", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: ann, Knowledge: []string{"Ben has a ladder."}, Policy: &vignettev1.Policy{Strategy: canary}},
				{Id: "b", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: persona("pb", "Ben"), Goal: canary, Knowledge: []string{canary}, Stance: &vignettev1.Stance{Position: canary}},
				{Id: "c", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: persona("pc", "Cyd"), Goal: canary},
			},
		},
	}
	state := episode.New(plan)
	n := 0
	apply := func(e *vignettev1.EpisodeEvent) {
		e.SchemaVersion, e.Epoch, e.Id = 1, 1, fmt.Sprint(n)
		n++
		if err := state.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	turn := int32(0)
	say := func(role, text string, to ...string) {
		apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{
			Id: episode.TurnID(id, int(turn)), Index: turn, Role: role, Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text, To: to},
			MentalState: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, InnerThought: canary}, Provenance: &vignettev1.Provenance{Mind: "builtin"},
		}}})
		turn++
	}
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: id, Cell: cell}}})
	var paid []*vignettev1.TurnReward
	for i, text := range said {
		if i > 0 { // The first has no reward of its own.
			paid = append(paid, &vignettev1.TurnReward{TurnIndex: turn, Outcome: &vignettev1.TurnReward_Value{Value: float64(i) / 2}})
		}
		say("a", text)
		say("b", fmt.Sprintf("Answer %d.", i+1))
		if i == 0 {
			say("c", canary+" whispered", "b")
		} else {
			say("c", "<b>Well</b>")
		}
	}
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_MAX_TURNS}}})
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: vignettev1.Validity_VALIDITY_OK, Rewards: []*vignettev1.Reward{{
		Role: "a", Outcome: &vignettev1.Reward_Value{Value: reward}, PerTurn: paid,
		Terms: []*vignettev1.RewardTermValue{
			{Evaluator: "x", Dimension: "x.one", Weight: 1, Outcome: &vignettev1.RewardTermValue_Value{Value: reward}},
			{Evaluator: "x", Dimension: "x.two", Weight: 1, Outcome: &vignettev1.RewardTermValue_Value{Value: -reward / 2}},
		},
	}}}}})
	return state
}

// library holds episodes in memory.
type library struct {
	states []*episode.State
	notes  map[string][]*vignettev1.Note
}

func (l library) Runs() []*vignettev1.Manifest {
	return []*vignettev1.Manifest{{Run: "r", ProgramVersion: "test", Agents: []*vignettev1.AgentDescription{{Name: "", Mind: "builtin"}}}}
}

func (l library) Episodes(context.Context) iter.Seq2[*episode.State, error] {
	return func(yield func(*episode.State, error) bool) {
		for _, state := range l.states {
			if !yield(state, nil) {
				return
			}
		}
	}
}

func (l library) Episode(_ context.Context, id string) (*episode.State, error) {
	for _, state := range l.states {
		if state.Plan().Episode == id {
			return state, nil
		}
	}
	return nil, errors.New("none")
}

func (l library) Notes(_ context.Context, state *episode.State) ([]*vignettev1.Note, error) {
	return l.notes[state.Plan().Episode], nil
}

func usual(f Format) Options {
	return Options{Format: f, Perspective: "focal", Measure: byReward{}, Choice: Choice{Source: Clients}}
}

func exported(t *testing.T, from library, o Options) (string, *Card) {
	t.Helper()
	var out bytes.Buffer
	card, err := Export(t.Context(), from, o, func(string) (io.Writer, error) { return &out, nil })
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), card
}

func two(t *testing.T) library {
	return library{states: []*episode.State{
		played(t, "good", "0.9", 0.5, "Could you mend it by Friday?", "I'd hold the ladder."), played(t, "poor", "0.2", -0.25, "The window, well.", "Never mind."),
	}}
}

// The shapes are what trainers load: a change here is a change for all of them. Nothing private of anybody but the learner is in any.
func TestFormats(t *testing.T) {
	for _, f := range Formats() {
		t.Run(string(f), func(t *testing.T) {
			out, card := exported(t, two(t), usual(f))
			if f == Sotopia {
				out = strings.ReplaceAll(out, canary+" whispered", "whispered") // The log of all that was said.
			}
			if strings.Contains(out, canary) {
				t.Error("something private is in it")
			}
			if card.Total() == 0 || len(card.Left) > 0 || card.Sources["sotopia"] != "CC-BY-4.0" {
				t.Errorf("card %+v", card)
			}
			if f == Verl {
				checkVerl(t, out)
				return
			}
			var indented bytes.Buffer
			for line := range strings.Lines(out) {
				if err := json.Indent(&indented, []byte(line), "", "  "); err != nil {
					t.Fatal(err)
				}
			}
			golden := filepath.Join("testdata", string(f)+".json")
			if *update {
				if err := os.WriteFile(golden, indented.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), indented.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func checkVerl(t *testing.T, out string) {
	t.Helper()
	rows, err := parquet.Read[verlRow](strings.NewReader(out), int64(len(out)))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].DataSource != "vignette/s" || rows[0].Prompt[0].Role != system || rows[0].Prompt[1].Content != opening || rows[0].RewardModel != (verlReward{"rule", "0.5"}) ||
		rows[1].ExtraInfo.Index != 1 || rows[1].ExtraInfo.InteractionKwargs.Episode != "poor" {
		t.Errorf("rows %+v", rows)
	}
}

// Messages take turns, beginning with the user, whoever spoke first; several of others are one.
func TestConversation(t *testing.T) {
	for _, role := range []string{"a", "b", "c"} {
		c, err := ConversationOf(two(t).states[0], role)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range c.Messages {
			if want := []string{system, user, assistant}[min(i, 2-i%2)]; i < 2 && m.Role != want || i >= 2 && (m.Role == user) != (i%2 == 1) {
				t.Errorf("%s: message %d is %s", role, i, m.Role)
			}
		}
		if whispers := strings.Contains(fmt.Sprint(c.Messages[1:]), "whispered"); whispers != (role != "a") {
			t.Errorf("%s has heard the whisper: %v", role, whispers)
		}
	}
	if _, err := ConversationOf(two(t).states[0], "zoe"); err == nil || !strings.Contains(err.Error(), "it has a, b, c") {
		t.Errorf("a role that is none: %v", err)
	}
}

// A learner is told what it is in its own person, and each fact in a line that reads as one.
func TestSystemText(t *testing.T) {
	for relation, want := range map[string]string{"the receptionist": "the receptionist", "your counselor": "the counselor", "the counselor your chef rang": "", "": ""} {
		if got := ownRelation(relation); got != want {
			t.Errorf("%q is %q of oneself, want %q", relation, got, want)
		}
	}
	text, err := systemText(&vignettev1.Observation{Self: &vignettev1.RoleCard{Name: "Jo", Relation: "your counselor", Persona: &vignettev1.Persona{
		Identity: &vignettev1.Identity{
			Social:   []*vignettev1.Attribute{{Key: "job_title", Value: "cook"}, {Value: "Likes to be asked."}},
			Personal: []*vignettev1.Attribute{{Key: "age", Value: "32"}},
		},
		CognitiveModel: &vignettev1.CognitiveModel{CoreBeliefs: []*vignettev1.CoreBelief{{Text: "I am in the way."}}, Situations: []*vignettev1.DiagramSituation{{Situation: "a call", AutomaticThoughts: []string{"They know."}}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	const want = "You are Jo, the counselor.\nAbout you:\n- job title: cook\n- Likes to be asked.\n- age: 32\n- core beliefs: I am in the way.\n- situations: situation: a call; automatic thoughts: They know."
	if diff := cmp.Diff(want, strings.TrimSpace(text)); diff != "" {
		t.Error(diff)
	}
}

func worth(v float64, votes ...float64) Worth {
	w := Worth{Value: v, Votes: map[string]float64{}}
	for i, vote := range votes {
		w.Votes[fmt.Sprint(i)] = vote
	}
	return w
}

func TestPairs(t *testing.T) {
	c := func(id, group string, w Worth) Candidate { return Candidate{Episode: id, Group: group, Worth: w} }
	many := []Candidate{
		c("1", "x", worth(0.1, 0, 0, 1)), c("2", "x", worth(0.9, 1, 1, 0)), c("3", "x", worth(0.5, 1, 0, 0)), c("4", "y", worth(1)),
		c("5", "z", worth(0.3, 0, 0, 1)), c("6", "z", worth(0.2, 1, 1, 0)), {Episode: "7", Group: "z", Worth: Worth{Missing: "no reward"}},
	}
	for name, tc := range map[string]struct {
		choice Choice
		want   []string
		left   Left
	}{
		"best with worst": {Choice{Source: Clients}, []string{"2>1", "5>6"}, Left{"nobody to compare with": 1, "no reward": 1}},
		"all of them":     {Choice{Source: Clients, All: true}, []string{"2>1", "3>1", "2>3", "5>6"}, Left{"nobody to compare with": 1, "no reward": 1}},
		"a margin":        {Choice{Source: Clients, Least: 0.3}, []string{"2>1"}, Left{"nobody to compare with": 1, "no reward": 1, "margin too small": 1}},
		"clear ones":      {Choice{Source: Clients, All: true, Clear: true}, []string{"2>1", "2>3"}, Left{"nobody to compare with": 1, "no reward": 1, "ambiguous": 1, "probably wrong": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			pairs, left := Pairs(many, tc.choice)
			var got []string
			for _, p := range pairs {
				got = append(got, p.Chosen+">"+p.Rejected)
			}
			if diff := cmp.Diff(tc.want, got) + cmp.Diff(tc.left, left); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Flips are pairs that hindsight turns round.
func TestFlips(t *testing.T) {
	with := func(id string, before, after float64) Candidate {
		return Candidate{Episode: id, Group: "x", Worth: worth(after), Before: worth(before)}
	}
	pairs, left := Pairs([]Candidate{with("warm", 5, 2), with("honest", 3, 4), with("both", 6, 6)}, Choice{Source: Flips})
	if len(pairs) != 1 || pairs[0].Chosen != "honest" || pairs[0].Rejected != "warm" || left["hindsight agrees with foresight"] != 2 {
		t.Errorf("%+v, left %v", pairs, left)
	}
}

func TestStrength(t *testing.T) {
	for _, tc := range []struct{ better, worse, want []float64 }{
		{[]float64{1, 1, 1}, []float64{0, 0, 0}, []float64{1}}, {[]float64{1, 0, 1}, []float64{0, 1, 0}, []float64{1. / 3}}, {[]float64{1}, []float64{1}, []float64{0}},
	} {
		if got := strength(worth(1, tc.better...), worth(0, tc.worse...)); got != tc.want[0] {
			t.Errorf("%v over %v: %v, want %v", tc.better, tc.worse, got, tc.want)
		}
	}
	if got := strength(worth(1), worth(0)); !math.IsNaN(got) {
		t.Errorf("no opinion is %v", got)
	}
}

// What differs first must be the learner's words.
func TestPreferenceParts(t *testing.T) {
	c := func(contents ...string) *Conversation {
		out := &Conversation{Messages: []Message{{system, contents[0]}}}
		for i, text := range contents[1:] {
			role := []string{user, assistant}[i%2]
			if role == assistant {
				out.Steps = append(out.Steps, Step{Message: i + 1})
			}
			out.Messages = append(out.Messages, Message{role, text})
		}
		return out
	}
	for name, tc := range map[string]struct {
		a, b *Conversation
		want string
	}{
		"the learner parts":    {c("k", "hi", "x", "u", "y"), c("k", "hi", "z"), ""},
		"somebody else parts":  {c("k", "hi", "x"), c("k", "ho", "z"), "somebody else's words"},
		"they know other":      {c("k", "hi", "x"), c("l", "hi", "z"), "does not know the same"},
		"one begins the other": {c("k", "hi", "x", "u", "y"), c("k", "hi", "x"), "beginning"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := PreferenceOf(Pair{}, tc.a, tc.b, false)
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error %v, want %q", err, tc.want)
			}
			if err == nil && (len(p.Prompt) != 2 || p.Chosen[0].Content != "x" || p.Rejected[0].Content != "z" || len(p.Chosen) != 1) {
				t.Errorf("%+v", p)
			}
		})
	}
}

// Ratings by people are worth what the raters last said of the whole; hindsight counts over foresight.
func TestRatings(t *testing.T) {
	rated := func(rater string, stage vignettev1.RatingStage, version int32, value int32, item string) *vignettev1.Note {
		return &vignettev1.Note{Note: &vignettev1.Note_Rated{Rated: &vignettev1.Rating{Campaign: "c", Item: item, Rater: rater, Stage: stage, Pass: 1, Version: version,
			Values: []*vignettev1.ScaleRating{{Scale: "s", Answer: &vignettev1.ScaleRating_Value{Value: value}}}}}}
	}
	before, after := vignettev1.RatingStage_RATING_STAGE_FORESIGHT, vignettev1.RatingStage_RATING_STAGE_HINDSIGHT
	zero := int32(0)
	notes := []*vignettev1.Note{
		{Note: &vignettev1.Note_Campaign{Campaign: &vignettev1.Campaign{Id: "c", Items: []*vignettev1.CampaignItem{{Id: "i"}, {Id: "turn", TurnIndex: &zero}}}}},
		rated("ann", before, 1, 5, "i"), rated("ann", after, 1, 2, "i"), rated("ben", before, 1, 1, "i"), rated("ben", before, 2, 4, "i"), rated("ben", before, 1, 1, "turn"),
	}
	m, err := MeasureOf("ratings:s")
	if err != nil {
		t.Fatal(err)
	}
	for _, note := range notes {
		m.(Learner).Learn(note)
	}
	if diff := cmp.Diff(Worth{Value: 3, Votes: map[string]float64{"ann": 2, "ben": 4}, Raters: People}, m.Of(nil, "", notes)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := m.Of(nil, "", notes[:1]); got.Missing == "" {
		t.Errorf("nobody rated it, and it is worth %v", got)
	}
}

// A split keeps whole scenarios apart; which, hangs on the seed alone.
func TestSplit(t *testing.T) {
	of := func(scenario string) *episode.State {
		return episode.New(&episode.Plan{Scenario: &vignettev1.Scenario{Id: scenario}, Cell: &vignettev1.Cell{Scenario: scenario}})
	}
	s := Split{By: "scenario", Test: 0.2, Validation: 0.1, Seed: 3}
	counts := map[string]int{}
	for i := range 2000 {
		state := of(fmt.Sprint(i))
		if s.of(state) != s.of(of(fmt.Sprint(i))) {
			t.Fatal("it is drawn anew")
		}
		counts[s.of(state)]++
	}
	for split, want := range map[string]float64{"test": 400, "validation": 200, "train": 1400} {
		if math.Abs(float64(counts[split])-want) > 60 {
			t.Errorf("%s has %d of 2000, want about %v", split, counts[split], want)
		}
	}
	for _, bad := range []Split{{By: "turn"}, {By: "scenario", Test: 1}, {By: "scenario", Test: -0.1}} {
		if bad.check() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestLeftOutIsCounted(t *testing.T) {
	from := two(t)
	from.states = append(from.states, episode.New(from.states[0].Plan()))
	o := usual(KTO)
	least := 0.0
	o.Least = &least
	out, card := exported(t, from, o)
	if strings.Count(out, "\n") != 1 || card.Episodes != 3 || card.Left["worth too little"] != 1 || card.Left["planned"] != 1 {
		t.Errorf("card %+v\n%s", card, out)
	}
	for _, want := range []string{"1 rows", "worth too little", "CC-BY-4.0", "focal.policy.skill=0.9", "builtin"} {
		if !strings.Contains(card.Markdown(), want) {
			t.Errorf("the card does not say %q:\n%s", want, card.Markdown())
		}
	}
}

// What people said of two side by side makes a pair, whichever side stood first; votes flag those they do not agree on.
func TestRatersPairs(t *testing.T) {
	rated := func(rater string, version, value int32, swapped bool) *vignettev1.Note {
		return &vignettev1.Note{Note: &vignettev1.Note_Rated{Rated: &vignettev1.Rating{Campaign: "c", Item: "i", Rater: rater, Pass: 1, Version: version, Swapped: swapped,
			Stage: vignettev1.RatingStage_RATING_STAGE_FORESIGHT, Values: []*vignettev1.ScaleRating{{Scale: "s", Answer: &vignettev1.ScaleRating_Value{Value: value}}}}}}
	}
	campaign := &vignettev1.Note{Note: &vignettev1.Note_Campaign{Campaign: &vignettev1.Campaign{Id: "c", Items: []*vignettev1.CampaignItem{{Id: "i", Episode: "good", OtherEpisode: "poor"}},
		Rubric: &vignettev1.Codebook{Scales: []*vignettev1.RatingScale{{Id: "s", Min: 1, Max: 5}}}}}}
	for name, tc := range map[string]struct {
		notes []*vignettev1.Note
		clear bool
		want  []Pair
		left  string
	}{
		"the first":     {[]*vignettev1.Note{rated("ann", 1, 5, false), rated("ben", 1, 2, true)}, true, []Pair{{Chosen: "good", Rejected: "poor", Raters: People, Margin: 1.5, Strength: proto.Float64(1)}}, ""},
		"the second":    {[]*vignettev1.Note{rated("ann", 1, 1, false)}, true, []Pair{{Chosen: "poor", Rejected: "good", Raters: People, Margin: 2, Strength: proto.Float64(1)}}, ""},
		"an edit":       {[]*vignettev1.Note{rated("ann", 1, 1, false), rated("ann", 2, 4, false)}, true, []Pair{{Chosen: "good", Rejected: "poor", Raters: People, Margin: 1, Strength: proto.Float64(1)}}, ""},
		"they disagree": {[]*vignettev1.Note{rated("ann", 1, 5, false), rated("ben", 1, 2, false)}, false, []Pair{{Chosen: "good", Rejected: "poor", Raters: People, Margin: 0.5, Strength: proto.Float64(0), Ambiguous: true}}, ""},
		"clear alone":   {[]*vignettev1.Note{rated("ann", 1, 5, false), rated("ben", 1, 2, false)}, true, nil, "ambiguous"},
		"evenly split": {[]*vignettev1.Note{rated("ann", 1, 1, false), rated("ben", 1, 4, false), rated("cem", 1, 2, true), rated("dan", 1, 1, false)}, false,
			[]Pair{{Chosen: "poor", Rejected: "good", Raters: People, Margin: 0.5, Strength: proto.Float64(0), Ambiguous: true}}, ""},
		"probably wrong": {[]*vignettev1.Note{rated("ann", 1, 1, false), rated("ben", 1, 1, false), rated("cem", 1, 4, false), rated("dan", 1, 4, false), rated("eva", 1, 4, false)}, true, nil, "probably wrong"},
		"alike":          {[]*vignettev1.Note{rated("ann", 1, 3, false)}, false, nil, "no difference"},
		"nobody":         {nil, false, nil, "nobody compared them"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := MeasureOf("ratings:s")
			if err != nil {
				t.Fatal(err)
			}
			for _, note := range append(tc.notes, campaign) { // The campaign's note may come last.
				m.(Learner).Learn(note)
			}
			got, left := m.(*byRatings).pairs(Choice{Source: Raters, Clear: tc.clear}, map[string]bool{"good": true, "poor": true})
			if tc.left != "" {
				if left[tc.left] != 1 || len(got) != 0 {
					t.Errorf("left out %v, pairs %v; want %q", left, got, tc.left)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}

	from := two(t)
	from.notes = map[string][]*vignettev1.Note{"good": {campaign, rated("ann", 1, 1, false)}}
	o := usual(Reward)
	o.Choice.Source = Raters
	if err := o.Check(); err == nil {
		t.Error("pairs of raters by the reward are taken")
	}
	o.Measure, _ = MeasureOf("ratings:s")
	out, card := exported(t, from, o)
	if !strings.Contains(out, `"margin":2`) || strings.Index(out, "Never mind") > strings.Index(out, "hold the ladder") || card.Total() != 1 {
		t.Errorf("the poor one is preferred by 2; got %s", out)
	}
}

// What simulated annotators made up is never taken for what people said, nor the other way round, and rows and cards declare it.
func TestSimulatedIsDeclared(t *testing.T) {
	rated := func(rater, item string, value int32, simulated bool) *vignettev1.Note {
		r := &vignettev1.Rating{Campaign: "c", Item: item, Rater: rater, Pass: 1, Version: 1, Stage: vignettev1.RatingStage_RATING_STAGE_FORESIGHT,
			Values: []*vignettev1.ScaleRating{{Scale: "s", Answer: &vignettev1.ScaleRating_Value{Value: value}}}}
		if simulated {
			r.Simulated = &vignettev1.SimulatedRater{Measure: "reward"}
		}
		return &vignettev1.Note{Note: &vignettev1.Note_Rated{Rated: r}}
	}
	campaign := &vignettev1.Note{Note: &vignettev1.Note_Campaign{Campaign: &vignettev1.Campaign{Id: "c", Items: []*vignettev1.CampaignItem{{Id: "g", Episode: "good"}, {Id: "p", Episode: "poor"}},
		Rubric: &vignettev1.Codebook{Scales: []*vignettev1.RatingScale{{Id: "s", Min: 1, Max: 5}}}}}}
	from := two(t)
	from.notes = map[string][]*vignettev1.Note{
		"good": {campaign, rated("ann", "g", 2, false), rated("simulated-1", "g", 5, true)},
		"poor": {rated("ann", "p", 4, false), rated("simulated-1", "p", 1, true)},
	}
	for _, tc := range []struct {
		by, first, raters string
		declared          bool
	}{{"ratings:s", "poor", People, false}, {"simulated:s", "good", Simulated, true}} {
		for _, format := range []Format{KTO, DPO, Reward, OpenRLHF} {
			o := usual(format)
			o.Measure, _ = MeasureOf(tc.by)
			o.Threshold = 3
			out, card := exported(t, from, o)
			if declared := strings.Contains(out, `"simulated_annotators":true`); declared != tc.declared {
				t.Errorf("%s by %s declares simulated annotators: %v\n%s", format, tc.by, declared, out)
			}
			if got := card.Raters; len(got) != 1 || got[tc.raters] == 0 {
				t.Errorf("%s by %s: the card counts %v", format, tc.by, got)
			}
			if warned := strings.Contains(card.Markdown(), "no human feedback"); warned != tc.declared || !strings.Contains(card.Markdown(), tc.raters) {
				t.Errorf("%s by %s: the card warns: %v", format, tc.by, warned)
			}
		}
		m, _ := MeasureOf(tc.by)
		m.(Learner).Learn(campaign)
		good, poor := m.Of(nil, "", from.notes["good"]), m.Of(nil, "", from.notes["poor"])
		if (good.Value > poor.Value) != (tc.first == "good") {
			t.Errorf("by %s good is %v and poor %v", tc.by, good, poor)
		}
	}
}

// Flips of raters are against what raters themselves expected, and not against what the one concerned did.
func TestFlipsOfRaters(t *testing.T) {
	rated := func(item string, stage vignettev1.RatingStage, value int32) *vignettev1.Note {
		return &vignettev1.Note{Note: &vignettev1.Note_Rated{Rated: &vignettev1.Rating{Campaign: "c", Item: item, Rater: "ann", Pass: 1, Version: 1, Stage: stage,
			Values: []*vignettev1.ScaleRating{{Scale: "s", Answer: &vignettev1.ScaleRating_Value{Value: value}}}}}}
	}
	const foresight, hindsight = vignettev1.RatingStage_RATING_STAGE_FORESIGHT, vignettev1.RatingStage_RATING_STAGE_HINDSIGHT
	campaign := &vignettev1.Note{Note: &vignettev1.Note_Campaign{Campaign: &vignettev1.Campaign{Id: "c", Items: []*vignettev1.CampaignItem{{Id: "g", Episode: "good"}, {Id: "p", Episode: "poor"}},
		Rubric: &vignettev1.Codebook{Scales: []*vignettev1.RatingScale{{Id: "s", Min: 1, Max: 5}}}}}}
	score := func(dimension string, x float64) *vignettev1.Note {
		return &vignettev1.Note{Note: &vignettev1.Note_Rescored{Rescored: &vignettev1.Evaluated{Evaluator: "panel", Scores: []*vignettev1.Score{{Evaluator: "panel", Dimension: dimension,
			Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: x}}, Provenance: &vignettev1.Provenance{Mind: "human"}}}}}}
	}
	for _, by := range []string{"ratings:s", "panel:rated.s.hindsight"} {
		for _, flip := range []bool{true, false} {
			expected := map[bool]int32{true: 5, false: 1}[flip]
			from := two(t)
			from.notes = map[string][]*vignettev1.Note{
				"good": {campaign, rated("g", foresight, 3), rated("g", hindsight, 4), score("rated.s", 0.5), score("rated.s.hindsight", 0.75)},
				"poor": {rated("p", foresight, expected), rated("p", hindsight, 2), score("rated.s", float64(expected-1)/4), score("rated.s.hindsight", 0.25)},
			}
			o := usual(DPO)
			o.Choice.Source = Flips
			o.Measure, _ = MeasureOf(by)
			_, card := exported(t, from, o)
			if card.Total() != map[bool]int{true: 1}[flip] || !flip && card.Left["hindsight agrees with foresight"] != 1 {
				t.Errorf("by %s, flipped %v: %d rows, left out %v", by, flip, card.Total(), card.Left)
			}
		}
	}
}
