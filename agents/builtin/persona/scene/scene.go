// Package scene is how a role sees the moment it is asked to act in: who is here, what was said since it last spoke,
// and by whom. It reads an observation and changes nothing; what the words mean is for the reader to say.
//
// It may import the contracts, package agents and internal/language.
package scene

import (
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Line is a turn of another role, read once.
type Line struct {
	// Role is the id of the one who acted.
	Role string
	// Kind is what was done.
	Kind vignettev1.ActionKind
	// Private says that not everybody perceived it.
	Private bool
	// For is the role it was meant for; "" is nobody in particular.
	For string
	// Text is what was said or shown.
	*language.Text
}

// Scene is one moment as one role sees it.
type Scene struct {
	// Self is the role's own card.
	Self *vignettev1.RoleCard
	// Heard are the turns of others since the role last looked, oldest first.
	Heard []Line
	// Opening is true when nobody has done anything yet.
	Opening bool
	// TurnsLeft counts turns before the end of the conversation, this one included; 0 means unknown.
	TurnsLeft int

	obs    *vignettev1.Observation
	others []*vignettev1.Participant
}

// New reads an observation. Turns with an index below seen have been read before.
func New(obs *vignettev1.Observation, seen int32) *Scene {
	s := &Scene{
		Self: obs.GetSelf(), Opening: len(obs.GetTurns()) == 0, TurnsLeft: int(obs.GetTurnsLeft()),
		obs: obs, others: obs.GetOthers(),
	}
	for _, turn := range obs.GetTurns() {
		if turn.GetIndex() < seen || turn.GetRole() == s.Self.GetId() {
			continue
		}
		s.Heard = append(s.Heard, Line{
			Role: turn.GetRole(), Kind: turn.GetAction().GetKind(), Private: len(turn.GetAction().GetTo()) > 0, For: agents.Addressee(turn.GetAction()),
			Text: language.Read(turn.GetAction().GetText()),
		})
	}
	return s
}

// Addressing says whether the others say whom they mean when they speak. Only then does it tell anything that somebody does
// not.
func (s *Scene) Addressing() bool {
	for _, turn := range s.obs.GetTurns() {
		if turn.GetRole() != s.Self.GetId() && turn.GetAction().GetAddressee() != "" {
			return true
		}
	}
	return false
}

// Own returns what the role itself has said, oldest first.
func (s *Scene) Own() []string {
	var own []string
	for _, turn := range s.obs.GetTurns() {
		if turn.GetRole() == s.Self.GetId() && turn.GetAction().GetText() != "" {
			own = append(own, turn.GetAction().GetText())
		}
	}
	return own
}

// Said returns what must not be said again: the role's own words, and among several everybody's, who would otherwise
// come to share phrases.
func (s *Scene) Said() []string {
	if !s.Group() {
		return s.Own()
	}
	var said []string
	for _, turn := range s.obs.GetTurns() {
		if turn.GetAction().GetText() != "" {
			said = append(said, turn.GetAction().GetText())
		}
	}
	return said
}

// Next is the index from which turns will be new after this moment.
func (s *Scene) Next() int32 {
	next := s.obs.GetTurnIndex()
	for _, turn := range s.obs.GetTurns() {
		next = max(next, turn.GetIndex()+1)
	}
	return next
}

// Last is what was heard last, or nil.
func (s *Scene) Last() *Line {
	if len(s.Heard) == 0 {
		return nil
	}
	return &s.Heard[len(s.Heard)-1]
}

// Group says whether more than one other takes part.
func (s *Scene) Group() bool { return len(s.others) > 1 }

// Present returns the ids of the others who have not left, in the order of the scenario.
func (s *Scene) Present() []string {
	var ids []string
	for _, other := range s.others {
		if !other.GetLeft() {
			ids = append(ids, other.GetId())
		}
	}
	return ids
}

// IsPresent says whether an id is one of the others who have not left.
func (s *Scene) IsPresent(id string) bool { return slices.Contains(s.Present(), id) }

// Knows says whether an id is one of the others.
func (s *Scene) Knows(id string) bool {
	for _, other := range s.others {
		if other.GetId() == id {
			return true
		}
	}
	return false
}

// Allows says whether a kind of action may be answered.
func (s *Scene) Allows(kind vignettev1.ActionKind) bool {
	allowed := s.obs.GetAllowed()
	for _, k := range allowed {
		if k == kind {
			return true
		}
	}
	return len(allowed) == 0
}

// Setting is where it happens.
func (s *Scene) Setting() string { return s.obs.GetSetting() }

// CallName is what the role calls another to their face: a given name, a title with its name, or the whole name where
// the script does not tell.
func (s *Scene) CallName(id string) string {
	for _, other := range s.others {
		if other.GetId() == id {
			return callName(other.GetName())
		}
	}
	return ""
}

// Names are the call names of all others.
func (s *Scene) Names() []string {
	names := make([]string, len(s.others))
	for i, other := range s.others {
		names[i] = callName(other.GetName())
	}
	return names
}

var titles = map[string]bool{"dr": true, "mr": true, "mrs": true, "ms": true, "prof": true, "professor": true, "father": true, "sister": true, "aunt": true, "uncle": true, "coach": true, "mme": true, "madame": true, "monsieur": true, "herr": true, "frau": true, "dona": true, "don": true, "señora": true, "señor": true}

func callName(name string) string {
	first, _, cut := strings.Cut(strings.TrimSpace(name), " ")
	if !cut || titles[strings.ToLower(strings.TrimSuffix(first, "."))] {
		return strings.TrimSpace(name)
	}
	return first
}

// Calls says whether a line names the role, at a word boundary.
func (s *Scene) Calls(line *Line) bool {
	name := language.Normalise(callName(s.selfName()))
	for _, token := range line.Tokens {
		if token.Norm == name {
			return true
		}
	}
	return false
}

func (s *Scene) selfName() string {
	if name := s.Self.GetName(); name != "" {
		return name
	}
	return s.Self.GetPersona().GetName()
}
