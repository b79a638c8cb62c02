package llm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"math"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/agents/builtin/client"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// reading is how far a client trusts by now where the rules do not know the language: a model is asked how the latest words go
// down with it. It is asked as a reader, who sees what was said and nothing that is private to the client, its report about
// itself least of all; and what it answers moves trust by bounded steps.
type reading struct {
	memory readMemory
	// nature is what the client came in with: how much it responds.
	nature client.Arrival
	// evidence are the words it rests on.
	evidence string
	// unavailable says why nothing was read for this turn; then the gate stays shut.
	unavailable string
}

// readMemory is what a client carries from turn to turn: its agent state, as JSON.
type readMemory struct {
	Version int `json:"reading"`
	// Heard is the index of the first turn not yet read.
	Heard      int32   `json:"heard"`
	Trust      float64 `json:"trust"`
	Resistance float64 `json:"resistance"`
}

// readVersion is the version of the memory's form. Others are refused.
const readVersion = 1

const (
	nothingHeard = "nothing has been said to the client yet"
	unread       = "the rules read English only, and the model that was asked as a reader gave no answer that can be used"
)

// steps are what a reader can answer, and how far it moves trust and resistance. The sizes are those of what the built-in
// client makes of single things it hears (agents/builtin/client/constants.go): a good reflection, a confrontation.
var steps = map[string]struct{ trust, resistance float64 }{
	"much_less": {-0.11, -0.08}, "less": {-0.04, -0.03}, "same": {0, 0}, "more": {0.06, 0.05}, "much_more": {0.14, 0.16},
}

// Trust and resistance stay within these: nobody is won, or lost, for good.
const leastTrust, mostTrust = 0.02, 0.98

// readingOf takes up what is remembered; a first turn begins with what the client came in with. It asks nothing.
func readingOf(obs *vignettev1.Observation) (*reading, error) {
	nature := client.Arrive(obs)
	r := &reading{nature: nature, memory: readMemory{Version: readVersion, Trust: nature.Trust, Resistance: nature.Resistance}}
	raw := obs.GetAgentState()
	if len(raw) == 0 {
		r.unavailable = nothingHeard
		return r, nil
	}
	m := &r.memory
	m.Version = 0
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "agent_state of role %q is not what this mind returned: %v", obs.GetSelf().GetId(), err)
	}
	if m.Version != readVersion || m.Heard < 0 || !(m.Trust >= 0 && m.Trust <= 1) || !(m.Resistance >= 0 && m.Resistance <= 1) {
		return nil, status.Errorf(codes.InvalidArgument, "agent_state of role %q is not one that this mind returns: %+v", obs.GetSelf().GetId(), *m)
	}
	if m.Heard == 0 {
		r.unavailable = nothingHeard
	}
	return r, nil
}

// readAnswer is a reader's answer.
type readAnswer struct {
	Quote      string `json:"quote"`
	Trust      string `json:"trust"`
	Resistance string `json:"resistance"`
}

// read asks how what was said since the client's last turn goes down with it. What the reader does not answer leaves things as
// they were, and is to be read with the next turn.
func (s *scene) read(ctx context.Context) error {
	r := s.reading
	task := s.readTask()
	if len(task.Latest) == 0 {
		return nil
	}
	system, err := readerPrompt.Render(task)
	if err != nil {
		return status.Errorf(codes.Internal, "%v", err)
	}
	text, err := readPrompt.Render(task)
	if err != nil {
		return status.Errorf(codes.Internal, "%v", err)
	}
	q := question{
		purpose: "appraisal", hash: readHash(), form: &readForm, task: []string{text, ""},
		before: []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_SYSTEM, Content: system}},
	}
	outcome, err := s.pursue(ctx, q, func(answer string) finding {
		said := new(readAnswer)
		if json.Unmarshal([]byte(answer), said) != nil {
			return "malformed"
		}
		return r.take(said, task.Latest)
	})
	if err != nil {
		return err
	}
	if outcome != vignettev1.Outcome_OUTCOME_ANSWERED {
		r.unavailable = unread
		return nil
	}
	r.unavailable, r.memory.Heard = "", s.obs.GetTurnIndex()
	return nil
}

// take moves trust and resistance; it says what is wrong with an answer. One that quotes what nobody said rests on nothing.
func (r *reading) take(said *readAnswer, latest []heard) finding {
	trust, known := steps[said.Trust]
	resistance, knownToo := steps[said.Resistance]
	if !known || !knownToo {
		return "malformed"
	}
	quote := strings.TrimSpace(unfenced(said.Quote))
	if !quoted(quote, latest) {
		return "misquoted"
	}
	m := &r.memory
	by := trust.trust
	if by > 0 {
		by *= r.nature.Gain * (1 - m.Trust) * (1 - m.Resistance/2)
	}
	m.Trust = places(min(max(m.Trust+by, leastTrust), mostTrust))
	m.Resistance = places(min(max(m.Resistance+resistance.resistance, 0), 1))
	r.evidence = cut(quote, longestIntent)
	return sound
}

// places keeps four places, so that numbers read well and compare equal.
func places(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// quoted says whether words were said, give or take white space and case. Where nothing was said in words, nothing can be
// quoted, and an empty quote will do.
func quoted(quote string, latest []heard) bool {
	plain := func(text string) string { return strings.ToLower(strings.Join(strings.Fields(unfenced(text)), " ")) }
	spoken := false
	for _, h := range latest {
		spoken = spoken || h.Text != ""
		if quote != "" && strings.Contains(plain(h.Text), plain(quote)) {
			return true
		}
	}
	return quote == "" && !spoken
}

// readTask is what a reader sees.
type readTask struct {
	Name           string
	Before, Latest []heard
}

// readBefore is how many turns a reader is shown besides the latest ones. Chosen: enough to know what is being answered.
const readBefore = 8

func (s *scene) readTask() readTask {
	self, labels := s.obs.GetSelf().GetId(), labelsOf(s.obs)
	task := readTask{Name: nameOf(s.obs.GetSelf())}
	for _, turn := range s.obs.GetTurns() {
		h := hear(turn, self, labels)
		h.Text = cut(h.Text, longestThought)
		if turn.GetIndex() >= s.reading.memory.Heard && !h.Own {
			task.Latest = append(task.Latest, h)
		} else {
			task.Before = append(task.Before, h)
		}
	}
	task.Before = task.Before[max(0, len(task.Before)-readBefore):]
	return task
}

// readHash names the words of a reader's question.
func readHash() string {
	sum := sha256.New()
	for _, part := range []string{readerPrompt.Hash(), readPrompt.Hash(), againPrompt.Hash(), readForm.source} {
		_, _ = io.WriteString(sum, part+"\n") // never fails
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// gate is what may be told now. Most of the model is in the system message already, for nothing says of other languages which
// part would be open; what trust opens is what is left out there: core beliefs and what is most sensitive.
func (r *reading) gate(obs *vignettev1.Observation) *gate {
	if r.unavailable != "" {
		return nil
	}
	g := &gate{Trust: inWords(trusting, r.memory.Trust), Resistance: inWords(resisting, r.memory.Resistance)}
	var deep []client.Disclosure
	persona := obs.GetSelf().GetPersona()
	for _, belief := range persona.GetCognitiveModel().GetCoreBeliefs() {
		deep = append(deep, client.Disclosure{Part: "core_belief", Text: belief.GetText()})
	}
	for _, memory := range persona.GetMemories() {
		if memory.GetSensitivity() >= tooSensitive {
			deep = append(deep, client.Disclosure{Part: "memory", Text: memory.GetText()})
		}
	}
	if g.Trust == "open" {
		g.Open = deep
	} else {
		g.Locked = len(deep) > 0
	}
	return g
}

// appraisal is what is recorded: what was read, or why nothing was.
func (r *reading) appraisal() *vignettev1.Appraisal {
	if r.unavailable != "" {
		return &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_Unavailable{Unavailable: r.unavailable}}
	}
	a := &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{State: &vignettev1.MentalState{
		Source: vignettev1.StateSource_STATE_SOURCE_READ, Trust: proto.Float64(r.memory.Trust), Resistance: proto.Float64(r.memory.Resistance),
	}}}
	if r.evidence != "" {
		a.Evidence = []string{r.evidence}
	}
	return a
}

// after is the agent state for the next turn. What the model reports about itself never gets there.
func (r *reading) after() ([]byte, error) { return json.Marshal(r.memory) }
