package counselor

import (
	"encoding/json"
	"math"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// stateVersion is the version of the agent state's form. Others are refused.
const stateVersion = 1

// memory is what a counselor carries from one of its turns to the next. It is the agent state, as JSON.
type memory struct {
	Version int `json:"v"`
	// Heard is the index of the first turn not yet listened to.
	Heard int32 `json:"heard"`
	// Turns is how often this counselor has spoken.
	Turns int `json:"turns"`
	// Spoken are the frames and sentences used.
	Spoken language.Spoken `json:"spoken"`
	// Asked are the topics asked about; Known those the client has spoken of.
	Asked []string `json:"asked,omitempty"`
	Known []string `json:"known,omitempty"`
	// Mirrors are the last sentences that can be said back, for a summary; Thoughts those the client quoted from its own head.
	Mirrors  []string `json:"mirrors,omitempty"`
	Thoughts []string `json:"thoughts,omitempty"`
	// Wish is the last thing the client said it wants or could do, as can be said back.
	Wish string `json:"wish,omitempty"`
	// Topic is somebody or something of the client's own, as "your ...".
	Topic string `json:"topic,omitempty"`
	// Felt are the emotions the client is taken to feel, with how much speaks for each.
	Felt map[int32]float64 `json:"felt,omitempty"`
	// Impression is how much speaks for each emotion to be the one felt most, named or not.
	Impression map[int32]float64 `json:"impression,omitempty"`
	// Named are the emotions the client named as its own, in the order it did.
	Named []int32 `json:"named,omitempty"`
	// Told is how many words the client has said; Risk what is known of risk.
	Told int  `json:"told"`
	Risk risk `json:"risk"`
	// RiskAsked says that the question about danger was put, RiskAgain that it was put once more.
	RiskAsked bool `json:"risk_asked,omitempty"`
	RiskAgain bool `json:"risk_again,omitempty"`
	// Repairs is how often this counselor has apologised; Offered and Bye say that this was done.
	Repairs int  `json:"repairs,omitempty"`
	Offered bool `json:"offered,omitempty"`
	Bye     bool `json:"bye,omitempty"`
	// Question is what the client asked and is owed an answer to; Given are the indexes of knowledge that was told.
	Question string `json:"question,omitempty"`
	Given    []int  `json:"given,omitempty"`
}

// risk is what is known of the danger that a client ends its life.
type risk uint8

const (
	riskUnknown risk = iota
	riskAsked
	riskHinted
	riskFollowed
	// riskDenied says that the client was asked and said no.
	riskDenied
)

// Bounds of what is kept.
const (
	mostMirrors  = 8
	longestKept  = 300
	mostThoughts = 8
	mostTopics   = 64
)

// recall reads the agent state; there is none at first.
func recall(obs *vignettev1.Observation) (*memory, error) {
	m := &memory{Version: stateVersion}
	raw := obs.GetAgentState()
	if len(raw) == 0 {
		m.recognise(obs)
		return m, nil
	}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "agent_state of role %q is not what the counselor mind returned: %v", obs.GetSelf().GetId(), err)
	}
	switch {
	case m.Version != stateVersion:
		return nil, status.Errorf(codes.InvalidArgument, "agent_state of role %q has version %d; this counselor mind knows %d", obs.GetSelf().GetId(), m.Version, stateVersion)
	case m.Heard < 0 || m.Turns < 0 || m.Told < 0 || m.Risk > riskDenied || len(m.Given) > mostFacts || len(m.Asked) > mostTopics || len(m.Known) > mostTopics:
		return nil, status.Errorf(codes.InvalidArgument, "agent_state of role %q has a number out of its range", obs.GetSelf().GetId())
	}
	return m, nil
}

// recognise takes turns for one's own that somebody else spoke in this role before. Nothing is known of what they heard, so
// the other's words are listened to from the start.
func (m *memory) recognise(obs *vignettev1.Observation) {
	for _, turn := range obs.GetTurns() {
		if turn.GetRole() == obs.GetSelf().GetId() {
			m.Turns++
			m.Spoken.Take(turn.GetAction().GetText())
		}
	}
}

// learn adds what was read to what is known.
func (m *memory) learn(r reading) {
	m.Told += r.words
	for emotion := range m.Felt {
		m.Felt[emotion] *= fading
	}
	for _, f := range r.feelings {
		if m.Felt == nil {
			m.Felt = map[int32]float64{}
		}
		m.Felt[int32(f.emotion)]++
		m.know("feelings")
	}
	for topic, known := range map[string]bool{"thoughts": r.thought != "", "belief": r.belief, "deeds": r.deed, "history": r.past, "goal": r.wish} {
		if known {
			m.know(topic)
		}
	}
	if len(m.Mirrors) > 0 || len(r.mirrors) > 0 {
		m.know("situation")
	}
	for _, mirror := range r.mirrors {
		if len(mirror) <= longestKept && hopes.StartsWith(language.Tokens(mirror)) {
			m.Wish = mirror
		}
		if len(mirror) <= longestKept && !slices.Contains(m.Mirrors, mirror) {
			m.Mirrors = append(m.Mirrors, mirror)
		}
	}
	if over := len(m.Mirrors) - mostMirrors; over > 0 {
		m.Mirrors = slices.Delete(m.Mirrors, 1, 1+over)
	}
	if r.thought != "" && len(r.thought) <= longestKept && len(m.Thoughts) < mostThoughts && !slices.Contains(m.Thoughts, r.thought) {
		m.Thoughts = append(m.Thoughts, r.thought)
	}
	if r.topic != "" {
		m.Topic = r.topic
	}
	if r.riskHint && !r.safe() && m.Risk != riskFollowed {
		m.Risk = riskHinted
	}
}

func (m *memory) know(topic string) {
	if !slices.Contains(m.Known, topic) {
		m.Known = append(m.Known, topic)
		slices.Sort(m.Known)
	}
}

func (m *memory) asked(topic string) bool { return slices.Contains(m.Asked, topic) }

// encode writes the state, with numbers rounded.
func (m *memory) encode() ([]byte, error) {
	for emotion, weight := range m.Felt {
		m.Felt[emotion] = math.Round(weight*1e3) / 1e3
	}
	for emotion, weight := range m.Impression {
		m.Impression[emotion] = math.Round(weight*1e3) / 1e3
	}
	return json.Marshal(m)
}

// hopes begin what somebody wants or could do, said back.
var hopes = language.NewPhrases("you could", "you want", "you would like", "you wish")
