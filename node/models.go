package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/llm"
	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/evaluators/cbt"
	"github.com/vignette-sim/vignette/evaluators/dearman"
	"github.com/vignette-sim/vignette/evaluators/empathy"
	"github.com/vignette-sim/vignette/evaluators/judge"
	"github.com/vignette-sim/vignette/evaluators/safety"
	"github.com/vignette-sim/vignette/evaluators/screening"
	"github.com/vignette-sim/vignette/evaluators/support"
	"github.com/vignette-sim/vignette/models"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Calls are the books of calls to models, and the answers on record.
type Calls = calllog.Log

// Calls returns the books of calls to models.
func (n *Node) Calls() Calls { return n.calls }

// NoAnswer says whether an error of [Calls] is that there is no answer on record.
func NoAnswer(err error) bool { return errors.Is(err, calllog.ErrNotFound) }

// HostModels hosts the minds and judges that think through language models, and the gateway that they ask, with the
// endpoints that a settings file and the environment describe; an empty name means vignette.yaml where it is. Where no
// endpoint is described there is no gateway, unless another process has one.
//
// There is one gateway on the wire: it alone holds keys, limits and the budget. Where another process has it, that one is
// asked, with the endpoints it knows.
func (n *Node) HostModels(ctx context.Context, settingsFile string) error {
	settings, err := models.Load(settingsFile, os.Getenv)
	if err != nil {
		return err
	}
	if len(settings.Endpoints) > 0 && n.gateway == nil {
		if err := n.hostGateway(ctx, settings); err != nil {
			return err
		}
	}
	return n.hostModelMinds(ctx)
}

func (n *Node) hostModelMinds(ctx context.Context) error {
	for _, m := range modelMinds(n.directory.Models(), n.directory.Evaluator) {
		if err := n.Host(ctx, m.name, m.summary, m.register(m.name, n.config.Version)); err != nil {
			return err
		}
	}
	return nil
}

// hostGateway hosts the gateway, unless somebody does.
func (n *Node) hostGateway(ctx context.Context, settings *models.Settings) error {
	served, err := n.modelsServed(ctx)
	if err != nil || served {
		return err
	}
	log, err := n.gatewayLog(ctx)
	if err != nil {
		return err
	}
	if n.gateway, err = models.New(models.Config{Settings: settings, Log: log, NewID: nuid.Next, Booked: n.config.Telemetry.Booked()}); err != nil {
		return err
	}
	return n.serveGateway(ctx)
}

// gatewayLog returns the call log for the gateway, which mostly looks for answers that are not there. Where this process runs the
// server it can know that without asking.
func (n *Node) gatewayLog(ctx context.Context) (calllog.Log, error) {
	if !n.broker.Owner() {
		return n.calls, nil
	}
	conn, err := n.broker.Connect(ctx, "gateway", nats.NoEcho())
	if err != nil {
		return nil, err
	}
	return calllog.OpenIndexed(ctx, conn, calllog.Config{Namespace: n.broker.Namespace()})
}

// serveGateway puts the gateway on the wire, for other processes. Minds and judges in this one ask it by hand: a run asks
// thousands of times, and the wire is a good part of what each time takes.
func (n *Node) serveGateway(ctx context.Context) error {
	err := n.Host(ctx, models.AgentName, "Asks language models: ModelService.", func(r grpc.ServiceRegistrar) {
		vignettev1.RegisterModelServiceServer(r, n.gateway)
	})
	if err != nil {
		return err
	}
	return n.directory.shortcut(n.hosted[len(n.hosted)-1].server)
}

// presenceTimeout bounds the question whether somebody hosts a gateway.
const presenceTimeout = 5 * time.Second

func (n *Node) modelsServed(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, presenceTimeout)
	defer cancel()
	_, err := n.directory.Models().List(ctx, &vignettev1.ModelServiceListRequest{})
	switch {
	case err == nil:
		n.config.Logger.Info("another process serves models here; it is asked, with the endpoints it knows")
		return true, nil
	case status.Code(err) == codes.Unavailable:
		return false, nil
	default:
		return false, fmt.Errorf("ask whether somebody serves models: %w", err)
	}
}

// modelMinds are all agents and evaluators that come with the program and think through language models, which they ask
// at a gateway.
func modelMinds(gateway vignettev1.ModelServiceClient, evaluators llm.Evaluators) []builtin {
	minds := []builtin{
		modelJudge(dearman.Name, judge.DearMan(), gateway),
		modelJudge(judge.ExpressedEmotionName, judge.ExpressedEmotion(), gateway),
		modelJudge(judge.ReaderName, judge.Reader(), gateway),
		modelJudge(empathy.Name, judge.Empathy(), gateway),
		modelJudge(support.Name, judge.Support(), gateway),
		modelJudge(cbt.Name, judge.CBT(), gateway),
		modelJudge(screening.Name, judge.Screening(), gateway),
		modelJudge(safety.Name, judge.Safety(), gateway),
		modelJudge(judge.SocialName, judge.Social(), gateway),
		modelJudge(judge.AllianceName, judge.Alliance(), gateway),
		modelJudge(judge.FidelityName, judge.Fidelity(), gateway),
		rubricEvaluator(planning.JudgeName(planning.RubricEvaluator), judge.ByRubric(gateway)),
	}
	for _, kind := range []vignettev1.AgentKind{
		vignettev1.AgentKind_AGENT_KIND_CLIENT, vignettev1.AgentKind_AGENT_KIND_COUNSELOR, vignettev1.AgentKind_AGENT_KIND_PERSONA,
	} {
		minds = append(minds, modelAgent(kind, llm.New(kind, gateway, evaluators)))
	}
	return minds
}

func modelAgent(kind vignettev1.AgentKind, mind agents.Mind) builtin {
	made := mindOf(kind, mind)
	made.name = planning.DefaultAgent(kind, "any")
	made.kind = made.name
	return made
}

func modelJudge(evaluator string, family judge.Family, gateway vignettev1.ModelServiceClient) builtin {
	return builtinEvaluator(planning.JudgeName(evaluator), judge.New(family, gateway))
}

// closeModels lets go of endpoints.
func (n *Node) closeModels() {
	if n.gateway != nil {
		n.gateway.Close()
		n.gateway = nil
	}
}

// CheckStrategy returns an error that names the prompting strategies of the minds hosted here where a name is none of them.
func CheckStrategy(name string) error { return llm.CheckStrategy(name) }
