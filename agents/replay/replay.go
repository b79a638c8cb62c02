package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/agents"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// New returns the mind that plays roles of every kind from their scripts. It is safe for concurrent use and keeps nothing.
//
// Errors: FAILED_PRECONDITION when the role has no script, or its next line cannot be said now (an action that is not allowed,
// a hearer who has left); INVALID_ARGUMENT when the agent state is not one this mind wrote for this script.
func New() agents.Mind { return mind{} }

type mind struct{}

// Describe says who this is.
func (mind) Describe() *vignettev1.AgentDescription {
	return &vignettev1.AgentDescription{
		Kinds: []vignettev1.AgentKind{
			vignettev1.AgentKind_AGENT_KIND_PERSONA, vignettev1.AgentKind_AGENT_KIND_CLIENT, vignettev1.AgentKind_AGENT_KIND_COUNSELOR,
		},
		Mind:    "replay",
		Summary: "Plays a role from a script: says again what was said, line by line. It understands nothing.",
	}
}

// urge is how much a script with lines left wants to speak. Chosen: as one who could. It never presses, and never gives way
// for good either, since a script has no other way to get said.
const urge = 0.5

// Bid says how much the role wants to speak next: as long as there are lines, as much as any; after the last, not at all.
func (mind) Bid(_ context.Context, obs *vignettev1.Observation) (float64, error) {
	lines, next, err := read(obs)
	if err != nil || next == len(lines) {
		return 0, err
	}
	return urge, nil
}

// Respond says the next line.
func (mind) Respond(_ context.Context, obs *vignettev1.Observation, reply agents.Reply) (*agents.Answer, error) {
	lines, next, err := read(obs)
	if err != nil {
		return nil, err
	}
	action := &vignettev1.Action{}
	if next < len(lines) {
		action, err = say(obs, lines[next], next)
		next++
	} else {
		action.Kind, err = after(obs)
	}
	if err != nil {
		return nil, err
	}
	if err := reply.Commit(nil, nil); err != nil {
		return nil, err
	}
	state, err := json.Marshal(place{Version: placeVersion, Next: next})
	if err != nil {
		return nil, status.Errorf(codes.Internal, "role %q: agent state: %v", obs.GetSelf().GetId(), err)
	}
	return &agents.Answer{Action: action, AgentState: state}, nil
}

// Probe refuses: what whoever said the lines felt or believed is not known, and is not made up.
func (mind) Probe(_ context.Context, obs *vignettev1.Observation, _ *vignettev1.ProbeSpec) (*vignettev1.ProbeAnswer, error) {
	if _, _, err := read(obs); err != nil {
		return nil, err
	}
	return &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Refusal{
		Refusal: "a replayed role can only say its lines: what it feels or believes is not known",
	}}, nil
}

// say makes an action of a line.
func say(obs *vignettev1.Observation, line *vignettev1.ScriptLine, n int) (*vignettev1.Action, error) {
	action := &vignettev1.Action{Kind: line.GetKind(), Text: line.GetText(), To: line.GetTo(), Addressee: line.GetAddressee()}
	if action.Kind == vignettev1.ActionKind_ACTION_KIND_UNSPECIFIED {
		action.Kind = vignettev1.ActionKind_ACTION_KIND_SPEAK
	}
	if !agents.Allows(obs, action.Kind) {
		return nil, status.Errorf(codes.FailedPrecondition, "role %q: line %d of the script is an action of kind %s, which is not allowed now", obs.GetSelf().GetId(), n+1, action.Kind)
	}
	for _, other := range obs.GetOthers() {
		for _, hearer := range append([]string{action.GetAddressee()}, action.GetTo()...) {
			if other.GetLeft() && other.GetId() == hearer {
				return nil, status.Errorf(codes.FailedPrecondition, "role %q: line %d of the script is for %q, who has left; take to: or addressee: out of the line", obs.GetSelf().GetId(), n+1, hearer)
			}
		}
	}
	return action, nil
}

// after is what is done when the last line has been said.
func after(obs *vignettev1.Observation) (vignettev1.ActionKind, error) {
	for _, kind := range []vignettev1.ActionKind{vignettev1.ActionKind_ACTION_KIND_LEAVE, vignettev1.ActionKind_ACTION_KIND_SILENT} {
		if agents.Allows(obs, kind) {
			return kind, nil
		}
	}
	return 0, status.Errorf(codes.FailedPrecondition, "role %q: the script has come to its end, and the role may neither leave nor stay silent", obs.GetSelf().GetId())
}

// placeVersion is the version of the agent state this code writes, the only one it reads.
const placeVersion = 1

// place is the agent state: which line comes next, from 0.
type place struct {
	Version int `json:"version"`
	Next    int `json:"next"`
}

// read returns the script of an observation and which line comes next; at its end that is the number of lines.
func read(obs *vignettev1.Observation) ([]*vignettev1.ScriptLine, int, error) {
	self := obs.GetSelf()
	lines := self.GetScript().GetLines()
	if len(lines) == 0 {
		return nil, 0, status.Errorf(codes.FailedPrecondition, "role %q has no script to play from: give it one (script: with file: or lines:), or another agent", self.GetId())
	}
	if len(obs.GetAgentState()) == 0 {
		return lines, 0, nil
	}
	p, err := decode(obs.GetAgentState())
	if err == nil && (p.Next < 0 || p.Next > len(lines)) {
		err = fmt.Errorf("line %d comes next, and the script has %d", p.Next+1, len(lines))
	}
	if err != nil {
		return nil, 0, status.Errorf(codes.InvalidArgument, "agent state of role %q: %v; give back what this mind returned with the role's last turn, or nothing", self.GetId(), err)
	}
	return lines, p.Next, nil
}

func decode(state []byte) (place, error) {
	var p place
	decoder := json.NewDecoder(bytes.NewReader(state))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return p, fmt.Errorf("not the JSON this mind writes: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return p, fmt.Errorf("something follows after its end")
	}
	if p.Version != placeVersion {
		return p, fmt.Errorf("version %d, this code reads version %d", p.Version, placeVersion)
	}
	return p, nil
}
