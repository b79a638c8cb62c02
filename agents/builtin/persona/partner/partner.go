package partner

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Phase is how far the matter has come.
type Phase string

// Phases.
const (
	// Open: not decided.
	Open Phase = "open"
	// Agreed: the partner has agreed.
	Agreed Phase = "agreed"
	// Refused: the partner has said a last no.
	Refused Phase = "refused"
	// Dropped: the other has withdrawn the request.
	Dropped Phase = "dropped"
	// Won: the partner asked, and the other gave in.
	Won Phase = "won"
	// Gone: the partner has left, or has no more to say.
	Gone Phase = "gone"
)

// State is what a partner carries from turn to turn.
type State struct {
	Phase       Phase   `json:"phase"`
	Counterpart string  `json:"counterpart,omitempty"`
	Willingness float64 `json:"willingness"`
	Trust       float64 `json:"trust"`
	Resistance  float64 `json:"resistance"`
	// Rupture is how far the relationship is broken just now, Scar what of it no repair takes away, each 0-1.
	Rupture float64 `json:"rupture"`
	Scar    float64 `json:"scar"`
	// Lost is the willingness that attacks took and repair could give back, 0-1.
	Lost float64 `json:"lost"`
	// Feelings in the order of package constants anger ... calm, each 0-1.
	Feelings [feelings]float64 `json:"feelings"`
	// Clear is true once it is clear what the other wants (or that they refuse).
	Clear bool `json:"clear,omitempty"`
	// Last is the act of the partner's own last turn.
	Last string `json:"last,omitempty"`
	// Unclear, Abuses, Threats, Pushbacks, Closings, Stuck, Nagged, Sorries (after a rupture) and Meek (without one) count
	// turns of the counterpart, or answers to them; Tactics counts ways out the partner tried.
	Unclear   int `json:"unclear,omitempty"`
	Abuses    int `json:"abuses,omitempty"`
	Pushbacks int `json:"pushbacks,omitempty"`
	Closings  int `json:"closings,omitempty"`
	Stuck     int `json:"stuck,omitempty"`
	Threats   int `json:"threats,omitempty"`
	Nagged    int `json:"nagged,omitempty"`
	Sorries   int `json:"sorries,omitempty"`
	Meek      int `json:"meek,omitempty"`
	Tactics   int `json:"tactics,omitempty"`
	// Stated says that the position has been stated.
	Stated bool `json:"stated,omitempty"`
	// Objected, Offered, Told are the objections, offers and interests that were said, by index.
	Objected []int `json:"objected,omitempty"`
	Offered  []int `json:"offered,omitempty"`
	Told     []int `json:"told,omitempty"`
	// JustOffered says that the last turn made an offer.
	JustOffered bool `json:"just_offered,omitempty"`
	// Met is how far each interest has been met, 0-1.
	Met []float64 `json:"met,omitempty"`
	// Credited counts credits by kind, for habituation.
	Credited [creditKinds]int `json:"credited"`
	// Known are stems the counterpart has used.
	Known []string `json:"known,omitempty"`
	// Asked are the stems of the last requests heard, each sorted.
	Asked [][]string `json:"asked,omitempty"`
	// Whispered says that a word was put in with somebody else.
	Whispered bool `json:"whispered,omitempty"`
	// Yielded are others who have agreed.
	Yielded []string `json:"yielded,omitempty"`
}

// Check says what is wrong with a state that came from outside.
func (s *State) Check() error {
	for name, value := range map[string]float64{"willingness": s.Willingness, "trust": s.Trust, "resistance": s.Resistance, "rupture": s.Rupture, "scar": s.Scar, "lost": s.Lost} {
		if !(value >= 0 && value <= 1) {
			return fmt.Errorf("%s is %v, must be 0-1", name, value)
		}
	}
	for i, value := range s.Feelings {
		if !(value >= 0 && value <= 1) {
			return fmt.Errorf("feeling %d is %v, must be 0-1", i, value)
		}
	}
	for i, value := range s.Met {
		if !(value >= 0 && value <= 1) {
			return fmt.Errorf("interest %d is met to %v, must be 0-1", i, value)
		}
	}
	if !slices.Contains([]Phase{Open, Agreed, Refused, Dropped, Won, Gone}, s.Phase) {
		return fmt.Errorf("phase %q is not known", s.Phase)
	}
	return nil
}

// Partner is a partner at one moment.
type Partner struct {
	scene  *scene.Scene
	stance *vignettev1.Stance
	temper temper
	st     State
	// heard is what the counterpart said last, or nil; line is the words.
	heard *reading
	line  *scene.Line
	// aside is what somebody else said after that, or nil.
	aside *scene.Line
	// before is willingness before this moment's reading.
	before float64
	// asker says that the partner is the one who asks.
	asker bool
	// left says that the counterpart has left.
	left bool
	// wasClear says that the request was clear before this moment.
	wasClear bool
	// rd is what the partner reads by.
	rd *reader
	// mended is how much of a rupture this moment's words mended.
	mended float64
	// warm says that the reaction to what was said was a warm one.
	warm bool
	// upcoming caches nextObjection; -2 means not looked for yet.
	upcoming int
}

// New puts a partner into a scene, with the state of its last turn (nil at first) and its luck for the episode, and lets
// it take in what was said since.
func New(s *scene.Scene, state *State, luck *rand.Rand) *Partner {
	p := &Partner{scene: s, stance: s.Self.GetStance()}
	p.temper = newTemper(s.Self, luck)
	p.asker = isAsk(p.stance.GetPosition())
	if state == nil {
		p.st = p.temper.begin(len(p.stance.GetInterests()))
	} else {
		p.st = *state
		p.st.Met = slices.Clone(state.Met)
		for len(p.st.Met) < len(p.stance.GetInterests()) {
			p.st.Met = append(p.st.Met, 0)
		}
		p.st.Met = p.st.Met[:len(p.stance.GetInterests())]
	}
	p.before = p.st.Willingness
	p.upcoming = -2
	p.wasClear = p.st.Clear
	p.listen()
	return p
}

// State is what the partner carries on.
func (p *Partner) State() *State { return &p.st }

// Bid says how much the partner wants to speak, 0-1.
func (p *Partner) Bid() float64 {
	switch {
	case p.st.Phase == Gone:
		return 0
	case p.scene.Opening && p.asker:
		return bidToAsk
	case p.st.Phase != Open && p.st.Closings > 1:
		return 0 // All is said.
	case len(p.scene.Heard) == 0:
		return bidIdle
	case !p.spokenTo():
		return bidOverhearing
	case p.line != nil && p.heard != nil && p.heard.question != language.NoQuestion:
		return bidAsked
	case p.st.Phase != Open:
		return bidSettled
	}
	return bidOpen + bidAngry*p.st.Feelings[anger]
}

// listen takes in every turn since the last moment.
func (p *Partner) listen() {
	if len(p.scene.Heard) == 0 {
		return
	}
	rd := p.reader()
	p.rd = rd
	for i := range p.scene.Heard {
		line := &p.scene.Heard[i]
		r := rd.read(line)
		if p.concerns(r) {
			p.st.Counterpart = line.Role
		}
		if line.Role != p.st.Counterpart {
			p.overhear(line)
			continue
		}
		p.aside = nil
		p.left = line.Kind == vignettev1.ActionKind_ACTION_KIND_LEAVE
		p.heard, p.line = r, line
		p.appraise(r)
		p.learn(rd, r)
	}
}

// concerns says whether a turn makes its speaker the one this is about: the only other one; among several the first who
// brings something up, until somebody asks (or refuses) plainly.
func (p *Partner) concerns(r *reading) bool {
	plain := r.asked || p.asker && r.has[cueNo] > 0
	raises := r.facts+r.stray+r.has[cueHint]+r.has[cueFeelsBad]+r.has[cueFeelsGood]+r.has[cueRequest] > 0
	switch {
	case p.st.Clear:
		return false
	case p.st.Counterpart == "":
		return !p.scene.Group() || plain || raises
	}
	return plain
}

// overhear takes in what somebody else says.
func (p *Partner) overhear(line *scene.Line) {
	p.aside = line
	if soundsAgreed(line) && !slices.Contains(p.st.Yielded, line.Role) {
		p.st.Yielded = append(p.st.Yielded, line.Role)
		p.move(socialProof)
	}
}

// learn remembers the words the counterpart used about the matter.
func (p *Partner) learn(rd *reader, r *reading) {
	if len(r.asking) > 0 && !r.repeats {
		p.st.Asked = append(slices.Clone(p.st.Asked), slices.Sorted(maps.Keys(r.asking)))
		if n := len(p.st.Asked); n > maxAsked {
			p.st.Asked = p.st.Asked[n-maxAsked:]
		}
	}
	if !r.onTopic && len(p.st.Known) > 0 {
		return
	}
	for stem := range r.content {
		if _, ok := rd.known[stem]; !ok && len(p.st.Known) < maxTopic {
			rd.known[stem] = struct{}{}
			p.st.Known = append(p.st.Known, stem)
		}
	}
	slices.Sort(p.st.Known)
}

// reader gathers what the partner reads by.
func (p *Partner) reader() *reader {
	rd := &reader{stance: p.stance, mine: language.Stems{}, known: make(language.Stems, len(p.st.Known))}
	rd.clear = p.st.Clear && !p.asker
	rd.wondering = p.st.Last == actClarify && !p.st.Clear && !p.asker
	rd.topic = append(rd.topic, scene.Stems(p.stance.GetPosition()), scene.Stems(p.scene.Self.GetGoal()))
	for _, interest := range p.stance.GetInterests() {
		rd.topic = append(rd.topic, scene.Stems(interest.GetText()))
		rd.interests = append(rd.interests, phrasesOf(interest))
	}
	for _, objection := range p.stance.GetObjections() {
		rd.objections = append(rd.objections, scene.Stems(objection))
	}
	for _, asked := range p.st.Asked {
		stems := make(language.Stems, len(asked))
		for _, stem := range asked {
			stems[stem] = struct{}{}
		}
		rd.asked = append(rd.asked, stems)
	}
	rd.topic = append(rd.topic, rd.objections...)
	for _, list := range [][]string{p.stance.GetOffers(), p.scene.Self.GetKnowledge()} {
		for _, text := range list {
			rd.topic = append(rd.topic, scene.Stems(text))
		}
	}
	for _, name := range p.scene.Names() {
		rd.names = append(rd.names, language.Normalise(name))
	}
	if own := p.scene.Own(); len(own) > 0 {
		rd.mine.Add(language.Tokens(own[len(own)-1]))
	}
	for _, stem := range p.st.Known {
		rd.known[stem] = struct{}{}
	}
	return rd
}

// isAsk says whether a position asks the other for something.
func isAsk(position string) bool {
	tokens := language.Tokens(position)
	return asks.In(tokens)
}

func (p *Partner) reservation() float64 {
	if p.stance.Reservation == nil {
		return defaultReserve
	}
	return p.stance.GetReservation()
}

func (p *Partner) difficulty() float64 {
	if p.stance.Difficulty == nil {
		return defaultHard
	}
	return p.stance.GetDifficulty()
}

func clamp(x float64) float64 { return math.Max(0, math.Min(1, x)) }
