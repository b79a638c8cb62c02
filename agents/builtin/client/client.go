package client

import (
	"context"
	"maps"
	"math/rand/v2"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// New returns the rule-based client mind. It is safe for concurrent use.
func New(options ...Option) agents.Mind {
	m := &mind{}
	for _, option := range options {
		option(m)
	}
	return m
}

type mind struct {
	sheets sheets
	// deaf clients hear at random; see Deaf.
	deaf bool
}

func (*mind) Describe() *vignettev1.AgentDescription {
	return &vignettev1.AgentDescription{
		Kinds:     []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_CLIENT},
		Mind:      "builtin",
		Languages: []string{"en"},
		Summary:   "Rule-based help-seeker with a CBT cognitive model; tells as much as its trust allows.",
	}
}

// Bid is high after a question, low when nothing has been said since this client spoke, and nothing after goodbye.
func (m *mind) Bid(_ context.Context, obs *vignettev1.Observation) (float64, error) {
	t, err := m.begin(obs)
	if err != nil {
		return 0, err
	}
	return agents.FloorOf(obs).Bid(t.urge(), agents.TurnRand(obs.GetChance(), agents.StreamBid)), nil
}

// urge is how much there is to say, 0-1.
func (t *turn) urge() float64 {
	switch {
	case t.memory.Bye:
		return 0
	case t.heard.question:
		return 0.9
	case t.heard.any:
		return 0.35 + 0.4*t.memory.Trust
	case t.memory.Turns == 0:
		return 0.3
	}
	return 0.1
}

func (m *mind) Respond(_ context.Context, obs *vignettev1.Observation, reply agents.Reply) (*agents.Answer, error) {
	t, err := m.begin(obs)
	if err != nil {
		return nil, err
	}
	parted := t.memory.Bye
	t.decide()
	action, acts := t.act()
	agents.For(obs, action, t.heard.from)
	if parted && agents.Allows(t.obs, vignettev1.ActionKind_ACTION_KIND_LEAVE) {
		action.Kind = vignettev1.ActionKind_ACTION_KIND_LEAVE
	}
	if err := reply.Commit(t.mentalState(), agents.Promised(acts)); err != nil {
		return nil, err
	}
	t.remember(action)
	state, err := t.memory.encode()
	if err != nil {
		return nil, err
	}
	return &agents.Answer{Action: action, Acts: acts, AgentState: state}, nil
}

// turn is one turn in the making.
type turn struct {
	obs   *vignettev1.Observation
	style style
	items []item
	// prospect is what this client might change; nil for none.
	prospect *prospect
	temper   temperament
	memory   *memory
	ground   ground
	heard    heard
	// felt are the emotions of this turn; they are fixed before anything is worded.
	felt []*vignettev1.EmotionIntensity
	// luck decides what is done, words how it is said.
	luck, words *rand.Rand
	// falters decides how fluently.
	falters *rand.Rand

	// told are the items told in this turn, speech what is said so far.
	told   []*item
	speech *language.Speech
}

// begin takes an observation in: what is remembered, what was heard, how it feels.
func (m *mind) begin(obs *vignettev1.Observation) (*turn, error) {
	sheet := m.sheets.of(obs.GetSelf())
	t := &turn{obs: obs, items: sheet.items, prospect: sheet.prospect, temper: temperamentOf(obs, sheet), style: styleOf(obs)}
	memory, err := recall(obs, t.temper)
	if err != nil {
		return nil, err
	}
	t.memory = memory
	t.ground = t.spokenOf(sheet)
	t.heard = listen(obs, memory.Heard, t.ground)
	t.heard.contact(sheet, t.ground)
	if m.deaf {
		t.heard = mishear(t.heard, obs)
	}
	if t.heard.parrot && !t.heard.echoed && (memory.Before&reflecting == 0 || t.heard.question) {
		// Once, or with a question after it, hearing one's own words is being understood; again and again it is an echo.
		t.heard.parrot, t.heard.reflected = false, true
	}
	if t.heard.any {
		t.follow()
		t.weigh()
		memory.appraise(t.heard, t.temper)
		t.ready()
	}
	t.felt = memory.feel(sheet.items, t.temper, t.heard)
	t.luck = agents.TurnRand(obs.GetChance(), agents.StreamTurn)
	t.words = agents.TurnRand(obs.GetChance(), agents.StreamWording)
	t.falters = agents.TurnRand(obs.GetChance(), agents.StreamManner)
	t.speech = &language.Speech{Spoken: &memory.Spoken, Pick: t.words.IntN, Left: caps[t.style], Manner: t.falter}
	return t, nil
}

func styleOf(obs *vignettev1.Observation) style {
	if s := obs.GetSelf().GetPersona().GetStyle(); s != vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UNSPECIFIED {
		return s
	}
	return vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN
}

// workingMemory is how many of one's own last turns one knows the words of. Chosen.
const workingMemory = 4

// spokenOf returns what of this client can be taken up now.
func (t *turn) spokenOf(sheet *sheet) ground {
	g := ground{said: language.Stems{}, felt: sheet.felt}
	turns := t.obs.GetTurns()
	for i, own := len(turns)-1, 0; i >= 0 && own < workingMemory; i-- {
		if turns[i].GetRole() != t.obs.GetSelf().GetId() {
			continue
		}
		stems := language.StemsOf(language.Tokens(turns[i].GetAction().GetText()))
		if own == 0 {
			g.last = stems
		}
		maps.Copy(g.said, stems)
		own++
	}
	g.shown = feltStems(sheet.items, func(it *item) bool { return t.memory.told(it.id) })
	for stem := range sheet.felt {
		if has(g.said, stem) {
			g.shown[stem] = struct{}{}
		}
	}
	return g
}

// feltStems are the words for those feelings of a client's model that are wanted.
func feltStems(items []item, wanted func(*item) bool) language.Stems {
	stems := language.Stems{}
	for i := range items {
		if items[i].kind != feeling || !wanted(&items[i]) {
			continue
		}
		for _, word := range append(defaultWords[items[i].emotion], items[i].words...) {
			stems.Add(language.Tokens(word))
		}
	}
	return stems
}

// remember writes down what was said and told, for the next turn.
func (t *turn) remember(action *vignettev1.Action) {
	m := t.memory
	m.Turns++
	m.Lately, m.SaidMore, m.Withheld = len(t.told), t.did("link", "elaborate."), t.did("withhold")
	m.Heard = t.obs.GetTurnIndex() + 1
	for _, it := range t.told {
		m.Told = append(m.Told, it.id)
		m.Distress = within(m.Distress+painOfTelling*it.gate, 0, 100)
	}
	t.heardOneself()
	m.Spoken.Take(action.GetText())
}
