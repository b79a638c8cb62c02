package speaker

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/vignette-sim/vignette/agents/builtin/persona/draft"
	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Phase is how far the matter has come.
type Phase string

// Phases.
const (
	// Open: not decided.
	Open Phase = "open"
	// Agreed: everybody asked has agreed.
	Agreed Phase = "agreed"
	// Yielded: the speaker gave in or withdrew.
	Yielded Phase = "yielded"
	// Refused: the other's last word was no.
	Refused Phase = "refused"
	// Gone: the speaker has left.
	Gone Phase = "gone"
)

// State is what a speaker carries from turn to turn.
type State struct {
	Phase Phase `json:"phase"`
	// Facts, Feelings, Benefits, Compromises are the sentences of the objective that were said, by index.
	Facts       []int `json:"facts,omitempty"`
	Feelings    []int `json:"feelings,omitempty"`
	Benefits    []int `json:"benefits,omitempty"`
	Compromises []int `json:"compromises,omitempty"`
	// Requests counts how often the request was made; Vague, Pushbacks, Noes, Closings count turns.
	Requests  int `json:"requests,omitempty"`
	Vague     int `json:"vague,omitempty"`
	Pushbacks int `json:"pushbacks,omitempty"`
	Noes      int `json:"noes,omitempty"`
	Offers    int `json:"offers,omitempty"`
	Closings  int `json:"closings,omitempty"`
	Silences  int `json:"silences,omitempty"`
	// Asked says, for a refusal, that the other has asked.
	Asked bool `json:"asked,omitempty"`
	// Needs says that the speaker has asked what the other needs.
	Needs int `json:"needs,omitempty"`
	// Harsh says that the speaker's last turn judged or attacked.
	Harsh bool `json:"harsh,omitempty"`
	// Target is whom the last turn was for.
	Target string `json:"target,omitempty"`
	// Against are others who have spoken against it.
	Against []string `json:"against,omitempty"`
	// Settled are others who have agreed or left.
	Settled []string `json:"settled,omitempty"`
	// Moods in the order of the constants anxiety ... calm, each 0-1.
	Moods [moods]float64 `json:"moods"`
	// Trust in the others, 0-1.
	Trust float64 `json:"trust"`
	// Read is what the others were last taken to feel.
	Read map[string]answer `json:"read,omitempty"`
}

// Check says what is wrong with a state that came from outside.
func (s *State) Check() error {
	if !slices.Contains([]Phase{Open, Agreed, Yielded, Refused, Gone}, s.Phase) {
		return fmt.Errorf("phase %q is not known", s.Phase)
	}
	if !(s.Trust >= 0 && s.Trust <= 1) {
		return fmt.Errorf("trust is %v, must be 0-1", s.Trust)
	}
	for i, value := range s.Moods {
		if !(value >= 0 && value <= 1) {
			return fmt.Errorf("mood %d is %v, must be 0-1", i, value)
		}
	}
	return nil
}

// Speaker is a speaker at one moment.
type Speaker struct {
	scene     *scene.Scene
	objective *vignettev1.Objective
	modality  vignettev1.Modality
	skill     float64
	st        State
	heard     []heard
	draw      *rand.Rand
	d         *draft.Draft
	intent    string
	// cramming says that this turn takes no time to lead in to anything.
	cramming bool
	// to is whom this turn is for, or "".
	to string
}

// New puts a speaker into a scene, with the state of its last turn (nil at first) and its luck for the episode, and lets
// it take in what was said since.
func New(s *scene.Scene, state *State, luck *rand.Rand) *Speaker {
	sp := &Speaker{scene: s, objective: s.Self.GetObjective(), modality: s.Self.GetPolicy().GetModality(), skill: DefaultSkill}
	if policy := s.Self.GetPolicy(); policy != nil && policy.Skill != nil {
		sp.skill = policy.GetSkill()
	}
	if state == nil {
		sp.st = begin(s.Self, luck)
	} else {
		sp.st = *state
		sp.st.Read = map[string]answer{}
		for role, kind := range state.Read {
			sp.st.Read[role] = kind
		}
	}
	for i := range s.Heard {
		h := sp.hear(&s.Heard[i])
		sp.heard = append(sp.heard, h)
		sp.take(h)
	}
	return sp
}

// State is what the speaker carries on.
func (s *Speaker) State() *State { return &s.st }

// Bid says how much the speaker wants to speak, 0-1.
func (s *Speaker) Bid() float64 {
	switch {
	case s.st.Phase == Gone:
		return 0
	case s.scene.Opening && s.refuses():
		return bidToRefuse
	case s.scene.Opening:
		return bidToAsk
	case len(s.heard) == 0:
		return bidIdle
	case s.heard[len(s.heard)-1].named || s.heard[len(s.heard)-1].question:
		return bidAsked
	}
	return bidOpen
}

func (s *Speaker) refuses() bool {
	return s.objective.GetKind() == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE
}

// take lets a turn of another change what the speaker keeps in mind.
func (s *Speaker) take(h heard) {
	st := &s.st
	st.Asked = true
	if st.Read == nil {
		st.Read = map[string]answer{}
	}
	st.Read[h.role] = h.kind
	switch h.kind {
	case silence:
	case agreement, departed:
		if !slices.Contains(st.Settled, h.role) {
			st.Settled = append(st.Settled, h.role)
		}
	case finalNo:
		st.Noes++
		st.Pushbacks++
	case offered:
		st.Offers++
		st.Pushbacks++
	case objection, query, attack, shamed, strayed, brushedOff:
		st.Pushbacks++
	}
	against := h.kind == objection || h.kind == query || h.kind == offered || h.kind == finalNo || h.kind == attack || h.kind == shamed
	if against && !h.elsewhere && !slices.Contains(st.Against, h.role) {
		st.Against = append(st.Against, h.role)
	}
	s.feel(h.kind)
}

// everybodySettled says whether all who are still here have agreed.
func (s *Speaker) everybodySettled() bool {
	for _, id := range s.scene.Present() {
		if s.isOpen(id) {
			return false
		}
	}
	return len(s.st.Settled) > 0
}

// Act takes the speaker's turn.
func (s *Speaker) Act(decideRand, wordRand *rand.Rand) draft.Turn {
	s.draw = decideRand
	s.d = draft.New(wordRand, s.scene.Said())
	asked := s.st.Requests
	kind := s.plan()
	if asked == 0 && s.st.Requests > 0 {
		s.to = "" // The request is for all of them, whoever spoke before it.
	}
	if s.d.Empty() && kind == vignettev1.ActionKind_ACTION_KIND_SPEAK {
		kind = s.runDry()
	}
	turn := draft.Turn{Kind: kind, Text: s.d.Text(), Acts: s.d.Acts(), Intent: s.intent, For: s.to}
	s.st.Harsh = false
	for _, act := range turn.Acts {
		switch act.GetAct() {
		case actJudge, actBlame, actThreaten, actDemand:
			s.st.Harsh = true
		}
	}
	return turn
}

// good draws whether something goes well.
func (s *Speaker) good() bool { return s.draw.Float64() < s.skill }

// chance draws whether something happens.
func (s *Speaker) chance(p float64) bool { return s.draw.Float64() < p }
