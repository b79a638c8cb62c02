package persona

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/agents/builtin/persona/bystander"
	"github.com/vignette-sim/vignette/agents/builtin/persona/partner"
	"github.com/vignette-sim/vignette/agents/builtin/persona/speaker"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// memoryVersion is the version of the agent state this code writes, the only one it reads.
const memoryVersion = 2

// memoryLimit is the contract's bound on agent state, in bytes.
const memoryLimit = 64 << 10

// Which part a role plays.
const (
	partSpeaker   = "speaker"
	partPartner   = "partner"
	partBystander = "bystander"
)

// memory is the agent state: JSON with a version, the part it belongs to, and the state of that part.
type memory struct {
	Version int    `json:"version"`
	Part    string `json:"part"`
	// Seen is the index from which turns are new.
	Seen      int32            `json:"seen"`
	Speaker   *speaker.State   `json:"speaker,omitempty"`
	Partner   *partner.State   `json:"partner,omitempty"`
	Bystander *bystander.State `json:"bystander,omitempty"`
}

// partOf says which part a role plays: an objective comes before a stance. An objective without a single sentence to say
// gives nothing to speak with.
func partOf(self *vignettev1.RoleCard) string {
	o := self.GetObjective()
	switch {
	case o != nil && (o.GetRequest() != "" || len(o.GetFacts())+len(o.GetBenefits())+len(o.GetCompromises()) > 0):
		return partSpeaker
	case self.GetStance() != nil:
		return partPartner
	}
	return partBystander
}

// decode reads the agent state of an observation. None is a fresh memory.
func decode(obs *vignettev1.Observation) (memory, error) {
	raw := obs.GetAgentState()
	if len(raw) == 0 {
		return memory{Version: memoryVersion, Part: partOf(obs.GetSelf())}, nil
	}
	var m memory
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return m, fmt.Errorf("not the JSON this mind writes: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return m, fmt.Errorf("something follows after its end")
	}
	return m, m.check(partOf(obs.GetSelf()))
}

// check says what is wrong with a memory for a role that plays a part.
func (m memory) check(part string) error {
	switch {
	case m.Version != memoryVersion:
		return fmt.Errorf("version %d, this code reads version %d", m.Version, memoryVersion)
	case m.Part != part:
		return fmt.Errorf("it belongs to a %q, this role is a %q", m.Part, part)
	case m.Seen < 0:
		return fmt.Errorf("seen is %d, must not be negative", m.Seen)
	case part == partSpeaker && m.Speaker != nil:
		return m.Speaker.Check()
	case part == partPartner && m.Partner != nil:
		return m.Partner.Check()
	case part == partBystander && m.Bystander != nil:
		return m.Bystander.Check()
	}
	return fmt.Errorf("the state of the %s is missing", part)
}

// encode writes the memory; the turn the observation asks for counts as seen.
func (m memory) encode(obs *vignettev1.Observation) ([]byte, error) {
	m.Version = memoryVersion
	m.Seen = max(m.Seen, obs.GetTurnIndex()+1)
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("writing the agent state: %w", err)
	}
	if len(raw) > memoryLimit {
		return nil, status.Errorf(codes.Internal, "agent state has %d bytes, at most %d are allowed", len(raw), memoryLimit)
	}
	return raw, nil
}
