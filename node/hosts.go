package node

import (
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/builtin/client"
	"github.com/vignette-sim/vignette/agents/builtin/counselor"
	"github.com/vignette-sim/vignette/agents/builtin/persona"
	"github.com/vignette-sim/vignette/agents/replay"
	"github.com/vignette-sim/vignette/engine/environment"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/practice"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/bolt"
	"github.com/vignette-sim/vignette/evaluators/calibrated"
	"github.com/vignette-sim/vignette/evaluators/calibrated/calibration"
	"github.com/vignette-sim/vignette/evaluators/cbt"
	"github.com/vignette-sim/vignette/evaluators/dearman"
	"github.com/vignette-sim/vignette/evaluators/emotion"
	"github.com/vignette-sim/vignette/evaluators/empathy"
	"github.com/vignette-sim/vignette/evaluators/interpersonal"
	"github.com/vignette-sim/vignette/evaluators/mi"
	"github.com/vignette-sim/vignette/evaluators/rubric"
	"github.com/vignette-sim/vignette/evaluators/safety"
	"github.com/vignette-sim/vignette/evaluators/screening"
	"github.com/vignette-sim/vignette/evaluators/support"
	"github.com/vignette-sim/vignette/evaluators/tom"
	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/models/policy"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Registration puts services on a server, on the wire or over HTTP/2.
type Registration = func(grpc.ServiceRegistrar)

// builtin is an agent or evaluator that comes with the program.
type builtin struct {
	kind    string // what it is called on the command line
	name    string // what scenarios call it
	summary string
	// evaluator says that it scores and does not play.
	evaluator bool
	// register makes its service, describing itself by a name, and puts it on a server.
	register func(name, version string) Registration
}

// builtins are all agents and evaluators that come with the program.
func builtins() []builtin {
	return []builtin{
		mindOf(vignettev1.AgentKind_AGENT_KIND_CLIENT, client.New()),
		mindOf(vignettev1.AgentKind_AGENT_KIND_COUNSELOR, counselor.New()),
		mindOf(vignettev1.AgentKind_AGENT_KIND_PERSONA, persona.New()),
		builtinAgent(scenarios.ReplayAgent, scenarios.ReplayAgent, replay.New()),
		builtinEvaluator(dearman.Name, dearman.New()),
		builtinEvaluator(interpersonal.GiveName, interpersonal.NewGive()),
		builtinEvaluator(interpersonal.FastName, interpersonal.NewFast()),
		builtinEvaluator(mi.Name, mi.New()),
		builtinEvaluator(emotion.Name, emotion.New()),
		builtinEvaluator(tom.Name, tom.New()),
		builtinEvaluator(empathy.Name, empathy.New()),
		builtinEvaluator(support.Name, support.New()),
		builtinEvaluator(cbt.Name, cbt.New()),
		builtinEvaluator(screening.Name, screening.New()),
		builtinEvaluator(safety.Name, safety.New()),
		builtinEvaluator(bolt.Name, bolt.New()),
		rubricEvaluator(planning.RubricEvaluator, rubric.Unread),
	}
}

// mindOf is a mind for one kind of role, under the name that rule-based ones have.
func mindOf(kind vignettev1.AgentKind, mind agents.Mind) builtin {
	return builtinAgent(enumname.Of(kind), planning.DefaultAgent(kind, planning.Builtin), mind)
}

func builtinAgent(kind, name string, mind agents.Mind) builtin {
	return builtin{
		kind: kind, name: name, summary: mind.Describe().GetSummary(),
		register: func(name, version string) Registration {
			service := agents.NewService(name, version, mind)
			return func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, service) }
		},
	}
}

func builtinEvaluator(name string, evaluator evaluators.Evaluator) builtin {
	return builtin{
		kind: name, name: name, summary: evaluator.Describe().GetSummary(), evaluator: true,
		register: func(name, version string) Registration {
			service := evaluators.NewService(name, version, evaluator)
			return func(r grpc.ServiceRegistrar) { vignettev1.RegisterEvaluatorServiceServer(r, service) }
		},
	}
}

// rubricEvaluator rates by the rubrics that requests bring along. By its name alone it cannot be asked, so it is not listed with
// the evaluators.
func rubricEvaluator(name string, rate func(*vignettev1.Rubric) (evaluators.Evaluator, error)) builtin {
	return builtin{
		kind: name, name: name, summary: "Rates by the rubrics it is given.",
		register: func(_, version string) Registration {
			service := rubric.NewService(version, rate)
			return func(r grpc.ServiceRegistrar) { vignettev1.RegisterEvaluatorServiceServer(r, service) }
		},
	}
}

// Kinds lists what [Node.Builtin] knows: kinds of agents, evaluators by their names, and "llm-" before those that think
// through language models.
func Kinds() []string {
	var kinds []string
	for _, b := range append(builtins(), modelMinds(nil, nil)...) {
		kinds = append(kinds, b.kind)
	}
	return kinds
}

// Evaluators lists the evaluators that come with the program, by their names.
func Evaluators() []string {
	var names []string
	for _, b := range builtins() {
		if b.evaluator {
			names = append(names, b.name)
		}
	}
	return names
}

// Builtin returns what serves the builtin agent or evaluator of a kind, describing itself by a name, and its summary in
// a line.
func (n *Node) Builtin(kind, name string) (register Registration, summary string, err error) {
	for _, b := range append(builtins(), modelMinds(n.directory.Models(), n.directory.Evaluator)...) {
		if b.kind == kind {
			return b.register(name, n.config.Version), b.summary, nil
		}
	}
	return nil, "", fmt.Errorf("there is no builtin %q; there is: %s", kind, strings.Join(Kinds(), ", "))
}

// HostBuiltin hosts the minds and evaluators that come with the program, under the names that scenarios use for them.
//
// Each process that plays hosts them, also when it has joined another one that does: they are replicas then, which take
// turns, and neither process needs the other to stay.
func (n *Node) HostBuiltin(ctx context.Context) error {
	for _, b := range builtins() {
		if err := n.Host(ctx, b.name, b.summary, b.register(b.name, n.config.Version)); err != nil {
			return err
		}
	}
	return n.hostCalibrated(ctx)
}

// hostCalibrated hosts the evaluators that somebody calibrated, which ask others by their names.
func (n *Node) hostCalibrated(ctx context.Context) error {
	if n.config.Calibrations == "" {
		return nil
	}
	calibrations, err := calibration.ReadAll(n.config.Calibrations)
	if err != nil {
		return fmt.Errorf("calibrated evaluators: %w", err)
	}
	for _, model := range calibrations {
		evaluator, err := calibrated.New(model, n.directory.Evaluator(model.Evaluator))
		if err != nil {
			return fmt.Errorf("calibrated evaluator %q: %w", model.Name, err)
		}
		b := builtinEvaluator(model.Name, evaluator)
		if err := n.Host(ctx, b.name, b.summary, b.register(b.name, n.config.Version)); err != nil {
			return err
		}
	}
	return nil
}

// HostEngine hosts RunService on the wire under the name [runs.EngineName], and returns what serves it elsewhere too. The
// runs it is asked to play live as long as the node.
func (n *Node) HostEngine(ctx context.Context) (Registration, error) {
	if n.engine == nil {
		n.engine = runs.NewService(n.Runner(), n.log)
	}
	service := n.engine
	register := func(r grpc.ServiceRegistrar) { vignettev1.RegisterRunServiceServer(r, service) }
	return register, n.Host(ctx, runs.EngineName, "Plays runs and reads them: RunService.", register)
}

// HostFeedback hosts FeedbackService on the wire under the name [campaign.AgentName]: campaigns of ratings on this node's log. One
// process of a directory hosts it, since leases are in its memory; now is where leases take their time from.
func (n *Node) HostFeedback(ctx context.Context, now func() time.Time) (Registration, error) {
	service := campaign.NewService(n.log, n.Reader(), now)
	register := func(r grpc.ServiceRegistrar) { vignettev1.RegisterFeedbackServiceServer(r, service) }
	return register, n.Host(ctx, campaign.AgentName, "Collects what people say of conversations: FeedbackService.", register)
}

// HostPractice hosts PracticeService on the wire under the name [practice.AgentName], and returns what serves it elsewhere too. One
// process of a directory hosts it. Help is what is shown to a trainee in danger; nil means [practice.DefaultHelp].
func (n *Node) HostPractice(ctx context.Context, help *vignettev1.LocalHelp) (Registration, error) {
	if n.practice == nil {
		n.practice = practice.NewService(practice.Config{Runner: n.Runner(), Log: n.log, Help: help})
	}
	service := n.practice
	register := func(r grpc.ServiceRegistrar) { vignettev1.RegisterPracticeServiceServer(r, service) }
	return register, n.Host(ctx, practice.AgentName, "Lets people practise with simulated ones: PracticeService.", register)
}

// HostEnvironment hosts EnvironmentService on the wire under the name [environment.AgentName], and returns what serves it elsewhere
// too. One process of a directory hosts it, since environments are in its memory.
//
// Policies that a caller names by URL are asked on loopback and on policyHosts.
func (n *Node) HostEnvironment(ctx context.Context, max int, idle time.Duration, policyHosts ...string) (Registration, error) {
	relay := policy.New(policyHosts...)
	err := n.Host(ctx, policy.AgentName, "Asks policies under training at their URLs: PolicyService.", func(r grpc.ServiceRegistrar) {
		vignettev1.RegisterPolicyServiceServer(r, relay)
	})
	if err != nil {
		return nil, err
	}
	service := n.Environments(max, idle).Server()
	register := func(r grpc.ServiceRegistrar) { vignettev1.RegisterEnvironmentServiceServer(r, service) }
	return register, n.Host(ctx, environment.AgentName, "Lets policies from outside play and be rewarded: EnvironmentService.", register)
}

// Environments returns the environments of this node, at most max of them, which are closed when nobody has used them for the time
// given; 0 stands for the defaults. They are made at the first call.
func (n *Node) Environments(max int, idle time.Duration) *environment.Service {
	if n.environments == nil {
		n.environments = environment.NewService(environment.Config{Runner: n.Runner(), Max: max, Idle: idle, Policies: n.directory.Policies()})
	}
	return n.environments
}
