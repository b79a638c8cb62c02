package node_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// listener is a builtin agent that keeps what it is asked.
type listener struct {
	vignettev1.AgentServiceServer
	mu    *sync.Mutex
	heard *[]*vignettev1.Observation
}

func (l *listener) keep(o *vignettev1.Observation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.heard = append(*l.heard, proto.CloneOf(o))
}

func (l *listener) Respond(request *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	l.keep(request.GetObservation())
	return l.AgentServiceServer.Respond(request, stream)
}

func (l *listener) Bid(ctx context.Context, request *vignettev1.BidRequest) (*vignettev1.BidResponse, error) {
	l.keep(request.GetObservation())
	return l.AgentServiceServer.Bid(ctx, request)
}

func (l *listener) Probe(ctx context.Context, request *vignettev1.ProbeRequest) (*vignettev1.ProbeResponse, error) {
	l.keep(request.GetObservation())
	return l.AgentServiceServer.Probe(ctx, request)
}

// capture takes a service instead of a server.
type capture struct{ service any }

func (c *capture) RegisterService(_ *grpc.ServiceDesc, service any) { c.service = service }

// listenIn hosts builtin agents under names of their own, and returns where what they are asked gathers.
func listenIn(t *testing.T, n *node.Node) (heard *[]*vignettev1.Observation) {
	t.Helper()
	heard, mu := new([]*vignettev1.Observation), new(sync.Mutex)
	for _, kind := range []string{"client", "counselor", "persona"} {
		register, summary, err := n.Builtin(kind, "listening-"+kind)
		if err != nil {
			t.Fatal(err)
		}
		var c capture
		register(&c)
		l := &listener{AgentServiceServer: c.service.(vignettev1.AgentServiceServer), mu: mu, heard: heard}
		if err := n.Host(t.Context(), "listening-"+kind, summary, func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, l) }); err != nil {
			t.Fatal(err)
		}
	}
	return heard
}

// markPolicies gives every role a policy that can be told from all others wherever it turns up.
func markPolicies(scenario *vignettev1.Scenario) {
	agents := map[vignettev1.AgentKind]string{
		vignettev1.AgentKind_AGENT_KIND_CLIENT: "client", vignettev1.AgentKind_AGENT_KIND_COUNSELOR: "counselor", vignettev1.AgentKind_AGENT_KIND_PERSONA: "persona",
	}
	for i, role := range scenario.GetRoles() {
		role.Agent = "listening-" + agents[role.GetKind()]
		role.Policy = &vignettev1.Policy{
			Skill: proto.Float64(0.7158203125 + float64(i)/1024), Strategy: "canary-strategy-of-" + role.GetId(), Modality: vignettev1.Modality_MODALITY_ASSERTIVE,
		}
		if role.GetKind() == vignettev1.AgentKind_AGENT_KIND_COUNSELOR {
			role.Policy.Modality = vignettev1.Modality_MODALITY_MI
		}
	}
}

// No circle: in a whole run with builtin minds nobody is told how the others are played, what they meant, or how anybody was
// scored; whatever is asked of an agent, it hears words.
func TestAgentsHearWordsAlone(t *testing.T) {
	ctx, n := context.Background(), open(t, t.TempDir())
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	heard := listenIn(t, n)
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, scenario := range all {
		scenario.Factors = nil
		markPolicies(scenario)
		for _, use := range scenario.GetEvaluators() {
			use.When = vignettev1.EvaluationTime_EVALUATION_TIME_EACH_TURN // so that there are scores to tell
		}
	}
	planner, err := n.Runner().Prepare(ctx, runs.Design{Scenarios: all, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Runner().Play(ctx, planner, runs.Options{}); err != nil {
		t.Fatal(err)
	}
	behind := map[string]secrets{}
	for item, err := range n.Reader().Episodes(ctx, planner) {
		if err != nil {
			t.Fatal(err)
		}
		s := secrets{roles: item.State.Plan().Scenario.GetRoles(), acts: map[string][]string{}}
		for _, turn := range item.State.Turns() {
			for _, act := range turn.GetActs() {
				s.acts[turn.GetRole()] = append(s.acts[turn.GetRole()], act.GetAct())
			}
		}
		for _, score := range item.State.Scores() {
			s.dimensions = append(s.dimensions, score.GetDimension())
		}
		if len(s.acts) == 0 || len(s.dimensions) == 0 {
			t.Errorf("episode %s has no acts or no scores to look for", item.State.Plan().Episode)
		}
		behind[item.State.Plan().Episode] = s
	}
	kinds := map[vignettev1.AgentKind]int{}
	for _, o := range *heard {
		kinds[o.GetSelf().GetKind()]++
		behind[o.GetEpisode()].search(t, o)
	}
	if len(kinds) != 3 {
		t.Errorf("asked by kind: %v; want all three", kinds)
	}
	t.Logf("searched %d requests, by kind %v", len(*heard), kinds)
}

// secrets are what lies behind an episode.
type secrets struct {
	roles      []*vignettev1.Role
	acts       map[string][]string // by role
	dimensions []string
}

// search looks in what a role was told for what is not its own.
func (s secrets) search(t *testing.T, o *vignettev1.Observation) {
	t.Helper()
	self := o.GetSelf().GetId()
	for _, role := range s.roles {
		if role.GetId() != self {
			continue
		}
		if o.GetSelf().GetPolicy().GetSkill() != role.GetPolicy().GetSkill() || o.GetSelf().GetPolicy().GetStrategy() != role.GetPolicy().GetStrategy() {
			t.Fatalf("role %s is not told its own policy but %v: nothing would be found", self, o.GetSelf().GetPolicy())
		}
	}
	text := prototext.Format(o) + string(o.GetAgentState())
	find := func(what, canary string) {
		if strings.Contains(text, canary) {
			t.Fatalf("role %s is told %s (%s) before turn %d", self, what, canary, o.GetTurnIndex())
		}
	}
	own := s.acts[self]
	for _, role := range s.roles {
		if role.GetId() == self {
			continue
		}
		find("the strategy of "+role.GetId(), role.GetPolicy().GetStrategy())
		find("the skill of "+role.GetId(), strconv.FormatFloat(role.GetPolicy().GetSkill(), 'g', -1, 64))
		for _, act := range s.acts[role.GetId()] {
			// An act of one word may be said; one of one's own may be remembered.
			if strings.ContainsAny(act, "._") && !slices.Contains(own, act) {
				find("what "+role.GetId()+" meant", act)
			}
		}
	}
	for _, dimension := range s.dimensions {
		find("what is scored", dimension)
	}
	stranger := proto.CloneOf(o)
	stranger.Self.Policy = nil
	if rest := prototext.Format(stranger); strings.Contains(rest, "MODALITY_") {
		t.Fatalf("role %s is told a modality outside its own policy:\n%s", self, rest)
	}
}
