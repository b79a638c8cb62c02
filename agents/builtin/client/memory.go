package client

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

// memory is what a client carries from one of its turns to the next. It is the agent state, as JSON.
type memory struct {
	Version int `json:"v"`
	// Heard is the index of the first turn not yet listened to.
	Heard int32 `json:"heard"`
	// Turns is how often this client has spoken.
	Turns int `json:"turns"`

	Trust       float64 `json:"trust"`
	Resistance  float64 `json:"resistance"`
	Distress    float64 `json:"distress"`
	Ambivalence float64 `json:"ambivalence"`
	// Readiness is for the change in mind; Questions is how many of those it came with were asked, Answered has a bit for each that
	// was answered, Waiting counts the turns since one was asked in vain, Dwelt those that led nowhere.
	Readiness float64 `json:"readiness,omitempty"`
	Questions int     `json:"questions,omitempty"`
	Answered  uint32  `json:"answered,omitempty"`
	Waiting   int     `json:"waiting,omitempty"`
	Dwelt     int     `json:"dwelt,omitempty"`

	// Told are ids of items told, in order; Last those of the last turn.
	Told []string `json:"told,omitempty"`
	// Spoken are the frames and sentences used.
	Spoken language.Spoken `json:"spoken"`
	// Before is what the counselor did the time before, as bits of acts.
	Before uint32 `json:"before,omitempty"`
	// Lately is how many things were told in the last turn; SaidMore says that more was said there of what had been told, Withheld
	// that an answer was; Subjects has a bit for each subject asked about.
	Lately   int    `json:"lately,omitempty"`
	SaidMore bool   `json:"said_more,omitempty"`
	Withheld bool   `json:"withheld,omitempty"`
	Subjects uint64 `json:"subjects,omitempty"`
	// Attuned is how often what was told was met of late, 0-1; Unmet in how many turns in a row it was not, Met in how many of all it was.
	Attuned float64 `json:"attuned"`
	Unmet   int     `json:"unmet,omitempty"`
	Met     int     `json:"met,omitempty"`
	// Streak is in how many turns in a row the client was said back.
	Streak int `json:"streak,omitempty"`
	// RiskTold says that the client has said that it would sometimes rather not live.
	RiskTold bool `json:"risk_told,omitempty"`
	// TookAway and Bye say that the client has said what it takes with it, and goodbye.
	TookAway bool `json:"took_away,omitempty"`
	Bye      bool `json:"bye,omitempty"`
}

// recall reads the agent state; a first turn begins with what the temperament gives.
func recall(obs *vignettev1.Observation, t temperament) (*memory, error) {
	m := &memory{Version: stateVersion, Trust: t.trust, Resistance: t.resistance, Distress: t.distress, Ambivalence: t.ambivalence, Readiness: t.readiness, Attuned: attunedFirst}
	raw := obs.GetAgentState()
	if len(raw) == 0 {
		m.recognise(obs)
		return m, nil
	}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "agent_state of role %q is not what the client mind returned: %v", obs.GetSelf().GetId(), err)
	}
	if err := m.check(); err != "" {
		return nil, status.Errorf(codes.InvalidArgument, "agent_state of role %q: %s", obs.GetSelf().GetId(), err)
	}
	return m, nil
}

// check returns what is wrong with a state that was read, or nothing.
func (m *memory) check() string {
	switch {
	case m.Version != stateVersion:
		return "its version is not one this client mind knows"
	case !unit(m.Trust), !unit(m.Resistance), !unit(m.Ambivalence), !unit(m.Readiness), !unit(m.Attuned), !unit(m.Distress / 100):
		return "a number is out of its range"
	case m.Heard < 0, m.Turns < 0, m.Questions < 0, m.Waiting < 0, m.Dwelt < 0, m.Unmet < 0, m.Met < 0, m.Streak < 0, len(m.Spoken.Frames) > 2*language.MostSpoken, len(m.Spoken.Sentences) > 2*language.MostSpoken:
		return "a count is out of its range"
	}
	return ""
}

func unit(x float64) bool { return x >= 0 && x <= 1 }

// recognise takes turns for one's own that somebody else spoke in this role before, so that their sentences are not said again.
func (m *memory) recognise(obs *vignettev1.Observation) {
	for _, turn := range obs.GetTurns() {
		if turn.GetRole() != obs.GetSelf().GetId() {
			continue
		}
		m.Turns++
		m.Heard = turn.GetIndex() + 1
		m.Spoken.Take(turn.GetAction().GetText())
	}
}

// encode writes the state, with numbers rounded to four places.
func (m *memory) encode() ([]byte, error) {
	for _, x := range []*float64{&m.Trust, &m.Resistance, &m.Distress, &m.Ambivalence, &m.Readiness, &m.Attuned} {
		*x = math.Round(*x*1e4) / 1e4
	}
	return json.Marshal(m)
}

// answered says whether a question was answered.
func (m *memory) answered(i int) bool { return m.Answered&(1<<i) != 0 }

// filled says whether a filler is new in this episode, and takes it as used.
func (m *memory) filled(filler string) bool {
	key := language.SentenceKey(filler)
	if slices.Contains(m.Spoken.Frames, key) {
		return false
	}
	m.Spoken.Frames = append(m.Spoken.Frames, key)
	return true
}

// told says whether an item has been told.
func (m *memory) told(id string) bool { return slices.Contains(m.Told, id) }
