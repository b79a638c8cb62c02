package llm

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// New returns a mind that plays roles of one kind (persona, client or counselor) with language models. Which model plays a
// role is in the role's policy. It is safe for concurrent use and panics for a kind that plays no roles.
//
// Errors of its methods: FAILED_PRECONDITION when the role has no model, INVALID_ARGUMENT for a strategy it does not know,
// ABORTED when the model gave no answer that can be used, and whatever ModelService answers, code and details as they were.
//
// Evaluators are for the strategies that choose by one; nil where there are none.
func New(kind vignettev1.AgentKind, models vignettev1.ModelServiceClient, evaluators Evaluators) agents.Mind {
	form, ok := turnForms[kind]
	if !ok {
		panic(fmt.Sprintf("llm: agents of kind %s play no roles", enumname.Of(kind)))
	}
	return &mind{kind: kind, form: form, models: models, evaluators: evaluators}
}

type mind struct {
	kind   vignettev1.AgentKind
	form   form
	models vignettev1.ModelServiceClient

	evaluators Evaluators
}

var summaries = map[vignettev1.AgentKind]string{
	vignettev1.AgentKind_AGENT_KIND_PERSONA:   "Any social character, played by a language model.",
	vignettev1.AgentKind_AGENT_KIND_CLIENT:    "A help-seeker played by a language model; in English, rules decide how much it may tell.",
	vignettev1.AgentKind_AGENT_KIND_COUNSELOR: "A helper played by a language model, with an approach and more or less skill at it.",
}

func (m *mind) Describe() *vignettev1.AgentDescription {
	return &vignettev1.AgentDescription{Kinds: []vignettev1.AgentKind{m.kind}, Mind: "llm", Summary: summaries[m.kind]}
}

// Respond takes a turn.
func (m *mind) Respond(ctx context.Context, obs *vignettev1.Observation, reply agents.Reply) (*agents.Answer, error) {
	s, err := m.begin(obs)
	if err != nil {
		return nil, err
	}
	if err := s.appraise(ctx); err != nil {
		return nil, err
	}
	t := &turn{scene: s, form: m.form.of(obs), guard: guardOf(obs), reply: reply, strategy: strategyOf(obs.GetSelf().GetPolicy().GetStrategy()), evaluators: m.evaluators}
	return t.take(ctx)
}

// scene is one observation in the making: what the model is told whatever it is asked.
type scene struct {
	obs    *vignettev1.Observation
	models vignettev1.ModelServiceClient
	view   *view
	// gate is how a client is and what it may tell; nil for others, and where nothing says so.
	gate *gate
	// reading is a client's where no rules know the language; else nil.
	reading *reading
	system  string
	history []*vignettev1.ChatMessage
}

// appraise takes in what was said since the role's last turn where that takes a question. Whoever does not appraise stands
// where it stood after that turn.
func (s *scene) appraise(ctx context.Context) error {
	if s.reading == nil {
		return nil
	}
	if err := s.read(ctx); err != nil {
		return err
	}
	s.gate = s.reading.gate(s.obs)
	return nil
}

// begin takes an observation in. It asks nothing.
func (m *mind) begin(obs *vignettev1.Observation) (*scene, error) {
	if err := playable(obs.GetSelf()); err != nil {
		return nil, err
	}
	s := &scene{obs: obs, models: m.models}
	var err error
	if s.gate, err = gateOf(obs); err != nil {
		return nil, err
	}
	if isClient(obs) && s.gate == nil {
		if s.reading, err = readingOf(obs); err != nil {
			return nil, err
		}
		s.gate = s.reading.gate(obs)
	}
	s.view = viewOf(obs)
	if s.system, err = systemPrompt.Render(s.view); err != nil {
		return nil, status.Errorf(codes.Internal, "role %q: %v", obs.GetSelf().GetId(), err)
	}
	if s.history, err = historyOf(obs); err != nil {
		return nil, status.Errorf(codes.Internal, "role %q: %v", obs.GetSelf().GetId(), err)
	}
	return s, nil
}

// playable refuses roles that no model can be asked for.
func playable(self *vignettev1.RoleCard) error {
	switch self.GetPolicy().GetModel() {
	case "", "builtin":
		return status.Errorf(codes.FailedPrecondition,
			"role %q is played by a language model, but no model is set: give one with --model, or set the role's policy.model", self.GetId())
	}
	if err := CheckStrategy(self.GetPolicy().GetStrategy()); err != nil {
		return status.Errorf(codes.InvalidArgument, "role %q: %v", self.GetId(), err)
	}
	return nil
}
