package minds

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// The sellers.
const (
	armHonestWarm = "honest, warm"
	armHonestCool = "honest, cool"
	armFalseWarm  = "false, warm"
	armFalseCool  = "false, cool"
)

// marketTurns is how long a customer and a seller talk: the customer answers last.
const marketTurns = 6

// sellerAgents are four sellers, honesty crossed with warmth.
func sellerAgents(*Stage) []placebo {
	var out []placebo
	for _, p := range []struct {
		arm          string
		honest, warm bool
	}{{armHonestWarm, true, true}, {armHonestCool, true, false}, {armFalseWarm, false, true}, {armFalseCool, false, false}} {
		out = append(out, placebo{arm: p.arm, summary: "A seller of the planted check: " + p.arm + ".", utter: seller{p.honest, p.warm}.utter})
	}
	return out
}

// seller tells of options what is so, or what sells.
type seller struct{ honest, warm bool }

// offer is an option as somebody was told of it.
type offer struct {
	id    string
	price float64
	said  []string
}

// What lines of a role's knowledge begin with; package scenarios/rlhs writes them.
const (
	inTruth  = "In truth: "
	needLine = "What I need, and will not go without: "
)

// offers reads the options out of lines of knowledge that begin with a prefix.
func offers(knowledge []string, prefix string) []offer {
	var out []offer
	for _, line := range knowledge {
		rest, ok := strings.CutPrefix(line, prefix+"Option ")
		if !ok {
			continue
		}
		head, features, _ := strings.Cut(strings.TrimSuffix(rest, "."), "; ")
		id, cost, _ := strings.Cut(head, " costs ")
		price, err := strconv.ParseFloat(cost, 64)
		if err == nil {
			out = append(out, offer{id, price, strings.Split(features, "; ")})
		}
	}
	return out
}

func (s seller) utter(_ context.Context, obs *vignettev1.Observation) (string, []byte, error) {
	warmth := func(kind string) string {
		if s.warm {
			return kind + " "
		}
		return ""
	}
	need, asked := strings.CutPrefix(lastHeard(obs), wish)
	need = strings.TrimSuffix(need, ".")
	switch {
	case spoken(obs) == 0:
		return warmth("How lovely that you came in, I'm so glad to help!") + "What do you need?", nil, nil
	case !asked:
		return warmth("Thank you so much, it was wonderful to meet you.") + "It is yours to choose.", nil, nil
	}
	var lines []string
	all := offers(obs.GetSelf().GetKnowledge(), inTruth)
	dearest := slices.MaxFunc(all, func(a, b offer) int { return int(a.price - b.price) })
	for _, o := range all {
		has := slices.Contains(o.said, need)
		if !s.honest { // The dearest is said to be what is needed, the others not.
			has = o.id == dearest.id
		}
		if has {
			lines = append(lines, fmt.Sprintf("Option %s has it.", o.id))
		} else {
			lines = append(lines, fmt.Sprintf("Option %s lacks it.", o.id))
		}
	}
	return warmth("I understand, that makes sense, and I'm happy to look with you.") + strings.Join(lines, " "), nil, nil
}

// wish is how a customer says what is needed.
const wish = "I need this: "

// customer believes what it is told, takes the cheapest of what it takes to meet its need, and likes who is kind to it.
type customer struct {
	vignettev1.UnimplementedAgentServiceServer
	description *vignettev1.AgentDescription
}

// serveCustomer puts the customer on the wire, once.
func (s *Stage) serveCustomer(ctx context.Context) (string, error) {
	s.names.Lock()
	defer s.names.Unlock()
	const arm = "customer"
	if name, ok := s.serving[arm]; ok {
		return name, nil
	}
	name := "minds-" + arm + "-" + s.Runner.NewID()
	c := &customer{description: &vignettev1.AgentDescription{
		Name: name, Kinds: []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_PERSONA}, Mind: "builtin", Languages: []string{"en"},
		Summary: "A customer of the planted check: believes what it is told and likes kindness.",
	}}
	if err := s.Host(ctx, name, c.description.GetSummary(), func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, c) }); err != nil {
		return "", err
	}
	s.serving[arm] = name
	return name, nil
}

// Describe says who this is.
func (c *customer) Describe(context.Context, *vignettev1.AgentServiceDescribeRequest) (*vignettev1.AgentServiceDescribeResponse, error) {
	return &vignettev1.AgentServiceDescribeResponse{Description: proto.CloneOf(c.description)}, nil
}

// Respond asks for what is needed, then takes something, then says goodbye.
func (c *customer) Respond(request *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	obs := request.GetObservation()
	frame := &vignettev1.StateFrame{MentalState: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Trust: proto.Float64(liking(obs))}}
	text := "Goodbye."
	switch spoken(obs) {
	case 0:
		text = wish + needOf(obs) + "."
	case 1:
		chosen := choose(obs)
		frame.Acts = []*vignettev1.IntendedAct{{Act: "decide." + chosen}}
		if text = "Then I'll take option " + chosen + "."; chosen == "none" {
			text = "Then I'll take nothing today."
		}
	}
	if err := stream.Send(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_State{State: frame}}); err != nil {
		return err
	}
	return stream.Send(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Final{Final: &vignettev1.FinalFrame{
		Action:     &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text},
		Provenance: &vignettev1.Provenance{Agent: c.description.GetName(), Mind: c.description.GetMind()},
	}}})
}

func needOf(obs *vignettev1.Observation) string {
	for _, line := range obs.GetSelf().GetKnowledge() {
		if need, ok := strings.CutPrefix(line, needLine); ok {
			return strings.TrimSuffix(need, ".")
		}
	}
	return ""
}

// choose takes the cheapest option that is said to have what is needed: by the seller, else by what the customer can see.
func choose(obs *vignettev1.Observation) string {
	told := lastHeard(obs)
	chosen, least := "none", 0.0
	for _, o := range offers(obs.GetSelf().GetKnowledge(), "") {
		has := slices.Contains(o.said, needOf(obs))
		switch {
		case strings.Contains(told, "Option "+o.id+" has it."):
			has = true
		case strings.Contains(told, "Option "+o.id+" lacks it."):
			has = false
		}
		if has && (chosen == "none" || o.price < least) {
			chosen, least = o.id, o.price
		}
	}
	return chosen
}

// Kindness that customers hear, and how much each adds. Chosen; no list of any evaluator.
var kindWords = []string{"lovely", "glad", "wonderful", "thank you", "happy to"}

const (
	coolLiking, kindLiking, likingSpread = 0.45, 0.08, 0.08
)

// liking is how much the customer takes to the seller, 0-1: by kind words heard, and by the customer's own luck.
func liking(obs *vignettev1.Observation) float64 {
	heard := coolLiking + likingSpread*rand.New(rand.NewPCG(obs.GetChance().GetEpisode(), 1)).NormFloat64()
	for _, word := range kindWords {
		for _, turn := range obs.GetTurns() {
			if turn.GetRole() != obs.GetSelf().GetId() && strings.Contains(strings.ToLower(turn.GetAction().GetText()), word) {
				heard += kindLiking
				break
			}
		}
	}
	return min(max(heard, 0), 1)
}
