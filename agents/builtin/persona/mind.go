package persona

import (
	"context"
	"math/rand/v2"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/builtin/persona/bystander"
	"github.com/vignette-sim/vignette/agents/builtin/persona/draft"
	"github.com/vignette-sim/vignette/agents/builtin/persona/partner"
	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	"github.com/vignette-sim/vignette/agents/builtin/persona/speaker"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// New returns the rule-based mind for personas. It is safe for concurrent use and keeps nothing.
//
// Errors: INVALID_ARGUMENT when the agent state is not one this mind wrote for this role.
func New() agents.Mind { return mind{} }

type mind struct{}

// part is a role at one moment, after it has taken in what was said.
type part interface {
	Bid() float64
	Act(decide, word *rand.Rand) draft.Turn
	Mental() *vignettev1.MentalState
	Felt() []*vignettev1.EmotionIntensity
	memory() memory
}

// Describe says who this is.
func (mind) Describe() *vignettev1.AgentDescription {
	return &vignettev1.AgentDescription{
		Kinds:     []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_PERSONA},
		Mind:      "builtin",
		Languages: []string{"en"},
		Summary:   "Rule-based social characters: they ask, refuse, weigh and answer. A simulation by rules, in English.",
	}
}

// Bid says how much the role wants to speak next.
func (mind) Bid(_ context.Context, obs *vignettev1.Observation) (float64, error) {
	p, err := play(obs)
	if err != nil {
		return 0, err
	}
	return agents.FloorOf(obs).Bid(p.Bid(), agents.TurnRand(obs.GetChance(), agents.StreamBid)), nil
}

// Respond takes the role's turn.
func (mind) Respond(_ context.Context, obs *vignettev1.Observation, reply agents.Reply) (*agents.Answer, error) {
	p, err := play(obs)
	if err != nil {
		return nil, err
	}
	t := p.Act(agents.TurnRand(obs.GetChance(), agents.StreamTurn), agents.TurnRand(obs.GetChance(), agents.StreamWording))
	state := p.Mental()
	state.Intent = t.Intent
	if err := reply.Commit(state, agents.Promised(t.Acts)); err != nil {
		return nil, err
	}
	memory, err := p.memory().encode(obs)
	if err != nil {
		return nil, err
	}
	return &agents.Answer{
		Action:     conform(obs, t),
		Acts:       t.Acts,
		AgentState: memory,
	}, nil
}

// conform makes an action of a turn, of a kind that is allowed.
func conform(obs *vignettev1.Observation, t draft.Turn) *vignettev1.Action {
	action := &vignettev1.Action{Kind: t.Kind, Text: t.Text, To: t.To}
	agents.For(obs, action, t.For)
	allowed := func(kind vignettev1.ActionKind) bool {
		for _, k := range obs.GetAllowed() {
			if k == kind {
				return true
			}
		}
		return len(obs.GetAllowed()) == 0
	}
	if allowed(action.Kind) {
		return action
	}
	switch {
	case action.Text != "" && allowed(vignettev1.ActionKind_ACTION_KIND_SPEAK):
		action.Kind = vignettev1.ActionKind_ACTION_KIND_SPEAK
	case allowed(vignettev1.ActionKind_ACTION_KIND_SILENT):
		action.Kind, action.Text, action.To, action.Addressee = vignettev1.ActionKind_ACTION_KIND_SILENT, "", nil, ""
	case action.Text == "":
		action.Kind, action.Text = obs.GetAllowed()[0], "…"
	default:
		action.Kind = obs.GetAllowed()[0]
	}
	return action
}

// play puts the role of an observation into its scene.
func play(obs *vignettev1.Observation) (part, error) {
	self := obs.GetSelf()
	if self.GetKind() != vignettev1.AgentKind_AGENT_KIND_PERSONA {
		return nil, status.Errorf(codes.InvalidArgument, "role %q is of kind %s; this mind plays personas", self.GetId(), self.GetKind())
	}
	m, err := decode(obs)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "agent state of role %q: %v; give back what this mind returned with the role's last turn, or nothing", self.GetId(), err)
	}
	s := scene.New(obs, m.Seen)
	luck := agents.EpisodeRand(obs.GetChance(), agents.StreamTemperament)
	switch partOf(self) {
	case partSpeaker:
		return speaking{speaker.New(s, m.Speaker, luck), s}, nil
	case partPartner:
		return partnering{partner.New(s, m.Partner, luck), s}, nil
	}
	return standing{bystander.New(s, m.Bystander, luck), s}, nil
}

// speaking, partnering and standing are the parts, each with what it remembers.
type speaking struct {
	*speaker.Speaker
	scene *scene.Scene
}

func (p speaking) memory() memory {
	return memory{Part: partSpeaker, Seen: p.scene.Next(), Speaker: p.State()}
}

type partnering struct {
	*partner.Partner
	scene *scene.Scene
}

func (p partnering) memory() memory {
	return memory{Part: partPartner, Seen: p.scene.Next(), Partner: p.State()}
}

type standing struct {
	*bystander.Bystander
	scene *scene.Scene
}

func (p standing) memory() memory {
	return memory{Part: partBystander, Seen: p.scene.Next(), Bystander: p.State()}
}
