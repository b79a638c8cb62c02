package counselor_test

import (
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/builtin/client"
	"github.com/vignette-sim/vignette/agents/builtin/counselor"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

var update = flag.Bool("update", false, "write the golden transcripts anew")

// session plays a counselor and a client by calling the minds, without a network.
type session struct {
	roles []*vignettev1.Role
	minds map[string]agents.Mind
	state map[string][]byte
	turns []*vignettev1.Turn
	seed  uint64
	max   int
}

// intake is the shipped scenario, with a style, a modality and a skill.
func intake(t testing.TB, style vignettev1.ConversationalStyle, mode vignettev1.Modality, skill float64, seed uint64) *session {
	t.Helper()
	scenario, err := scenarios.Load("../../../scenarios/library/cbt-intake.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return newSession(scenario, style, mode, skill, seed)
}

func newSession(scenario *vignettev1.Scenario, style vignettev1.ConversationalStyle, mode vignettev1.Modality, skill float64, seed uint64) *session {
	scenario = proto.Clone(scenario).(*vignettev1.Scenario)
	s := &session{roles: scenario.GetRoles(), state: map[string][]byte{}, seed: seed, max: int(scenario.GetStop().GetMaxTurns())}
	s.minds = map[string]agents.Mind{"client": client.New(), "counselor": counselor.New()}
	for _, role := range s.roles {
		if role.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT {
			role.Persona.Style = style
		} else {
			role.Policy = &vignettev1.Policy{Modality: mode, Skill: &skill}
		}
	}
	return s
}

// luck is a number that depends on the seed and some words.
func (s *session) luck(words ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, s.seed, words)
	return h.Sum64()
}

func (s *session) observation(role *vignettev1.Role) *vignettev1.Observation {
	name := func(r *vignettev1.Role) string {
		if r.GetName() != "" {
			return r.GetName()
		}
		return r.GetPersona().GetName()
	}
	obs := &vignettev1.Observation{
		Episode: "e", TurnIndex: int32(len(s.turns)), TurnsLeft: int32(s.max - len(s.turns)), AgentState: s.state[role.GetId()],
		Self:   &vignettev1.RoleCard{Id: role.GetId(), Name: name(role), Kind: role.GetKind(), Persona: role.GetPersona(), Policy: role.GetPolicy(), Goal: role.GetGoal()},
		Chance: &vignettev1.Chance{Episode: s.luck(role.GetId()), Turn: s.luck(role.GetId(), len(s.turns))},
	}
	if role.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT {
		obs.Self.Policy = nil
	}
	for _, other := range s.roles {
		if other != role {
			obs.Others = append(obs.Others, &vignettev1.Participant{Id: other.GetId(), Name: name(other), Kind: other.GetKind()})
		}
	}
	for _, turn := range s.turns {
		obs.Turns = append(obs.Turns, &vignettev1.PerceivedTurn{Index: turn.GetIndex(), Role: turn.GetRole(), Action: turn.GetAction()})
	}
	return obs
}

// step lets the next role take its turn.
func (s *session) step(t testing.TB) *vignettev1.Turn {
	t.Helper()
	role := s.roles[len(s.turns)%len(s.roles)]
	turn := &vignettev1.Turn{Index: int32(len(s.turns)), Role: role.GetId()}
	reply := &recorder{turn: turn}
	answer, err := s.minds[role.GetId()].Respond(context.Background(), s.observation(role), reply)
	if err != nil {
		t.Fatalf("turn %d of %s: %v", len(s.turns), role.GetId(), err)
	}
	if len(answer.Acts) != len(turn.Acts) {
		t.Fatalf("turn %d: %d acts committed, %d answered", len(s.turns), len(turn.Acts), len(answer.Acts))
	}
	turn.Action, turn.Acts = answer.Action, answer.Acts
	s.state[role.GetId()] = answer.AgentState
	s.turns = append(s.turns, turn)
	return turn
}

func (s *session) play(t testing.TB) *session {
	t.Helper()
	for len(s.turns) < s.max {
		if s.step(t).GetAction().GetKind() == vignettev1.ActionKind_ACTION_KIND_LEAVE {
			break
		}
	}
	return s
}

// recorder is the reply of a mind that is called directly.
type recorder struct {
	turn *vignettev1.Turn
}

func (r *recorder) Commit(state *vignettev1.MentalState, acts []*vignettev1.IntendedAct) error {
	r.turn.MentalState, r.turn.Acts = state, acts
	return nil
}
func (*recorder) Appraise(*vignettev1.Appraisal) error {
	panic("a computed state needs no appraisal beside it")
}
func (r *recorder) Say(string) error     { return nil }
func (r *recorder) Discard(string) error { return nil }
func (r *recorder) Watched() bool        { return false }

var styles = map[string]vignettev1.ConversationalStyle{
	"plain":    vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN,
	"upset":    vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET,
	"verbose":  vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE,
	"reserved": vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED,
	"tangent":  vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_TANGENT,
	"pleasing": vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING,
}

var modalities = map[string]vignettev1.Modality{
	"supportive": vignettev1.Modality_MODALITY_SUPPORTIVE, "mi": vignettev1.Modality_MODALITY_MI,
	"cbt": vignettev1.Modality_MODALITY_CBT, "directive": vignettev1.Modality_MODALITY_DIRECTIVE,
}

// transcript writes a session as people read it, with the client's state and everybody's acts.
func (s *session) transcript() string {
	var b strings.Builder
	for _, turn := range s.turns {
		var acts []string
		for _, act := range turn.GetActs() {
			acts = append(acts, act.GetAct())
		}
		fmt.Fprintf(&b, "%2d %-9s %s\n", turn.GetIndex(), turn.GetRole(), turn.GetAction().GetText())
		fmt.Fprintf(&b, "             (%s", strings.Join(acts, ", "))
		if state := turn.GetMentalState(); state.Trust != nil {
			fmt.Fprintf(&b, "; trust %.2f, resistance %.2f, distress %.0f", state.GetTrust(), state.GetResistance(), state.GetDistress())
		}
		b.WriteString(")\n")
	}
	return b.String()
}

// TestTranscripts holds whole conversations, so that a change in behaviour can be read in a diff: one for each style, in
// four ways of working. Write them anew with -update, and read them.
func TestTranscripts(t *testing.T) {
	for name, play := range map[string]struct {
		style, mode string
		skill       float64
		seed        uint64
	}{
		"plain": {"plain", "cbt", 0.95, 31}, "upset": {"upset", "mi", 0.95, 32}, "verbose": {"verbose", "supportive", 0.95, 33}, "reserved": {"reserved", "cbt", 0.95, 34},
		"tangent": {"tangent", "mi", 0.95, 35}, "pleasing": {"pleasing", "directive", 0.95, 36},
		"plain-unskilled": {"plain", "directive", 0.1, 37}, "verbose-unskilled": {"verbose", "supportive", 0.1, 38}, "upset-half-skilled": {"upset", "supportive", 0.5, 39},
	} {
		t.Run(name, func(t *testing.T) {
			got := intake(t, styles[play.style], modalities[play.mode], play.skill, play.seed).play(t).transcript()
			file := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the conversation changed; read it, and run with -update if it is better (-want +got):\n%s", diff)
			}
		})
	}
}
