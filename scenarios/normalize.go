package scenarios

import (
	"strconv"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Focal names the focal role wherever a role id is asked for.
const Focal = "focal"

// Normalize fills in what a file may leave out, so that nobody after it has to know the defaults:
//
//   - language: "en"
//   - turn taking: alternating for two roles, round robin for more
//   - stop.max_silences: the number of roles
//   - a role's name: its persona's name
//   - a reward term's weight: 1
//   - the kind of a script's line: to speak
//   - an evaluator scores the focal role, at the end
//   - the name of an evaluator that is a rubric: the rubric's id
//   - "focal" in probes and evaluators: the id of the focal role
//   - a level's name: its value, or its persona's id
//
// The agent of a role stays empty: which agent is the default for a kind is known where agents are hosted. A factor's
// role stays as written, because its label in tables is made of it. Normalizing twice changes nothing.
func Normalize(s *vignettev1.Scenario) {
	if s.Language == "" {
		s.Language = "en"
	}
	if s.TurnTaking == vignettev1.TurnTaking_TURN_TAKING_UNSPECIFIED {
		s.TurnTaking = vignettev1.TurnTaking_TURN_TAKING_ROUND_ROBIN
		if len(s.Roles) == 2 {
			s.TurnTaking = vignettev1.TurnTaking_TURN_TAKING_ALTERNATING
		}
	}
	if s.Stop != nil && s.Stop.MaxSilences == 0 {
		s.Stop.MaxSilences = int32(len(s.Roles))
	}
	for _, r := range s.Roles {
		normalizeRole(r)
	}
	for _, p := range s.Probes {
		p.Role = resolveFocal(s, p.Role)
		p.About = resolveFocal(s, p.About)
	}
	if s.Decision != nil {
		s.Decision.Role = resolveFocal(s, s.Decision.Role)
	}
	normalizeAftermath(s)
	for _, e := range s.Evaluators {
		if e.Name == "" {
			e.Name = e.GetRubric().GetId()
		}
		if e.Role = resolveFocal(s, e.Role); e.Role == "" {
			e.Role = s.Focal
		}
		if e.When == vignettev1.EvaluationTime_EVALUATION_TIME_UNSPECIFIED {
			e.When = vignettev1.EvaluationTime_EVALUATION_TIME_END
		}
	}
	for _, f := range s.Factors {
		for _, l := range f.Levels {
			normalizeLevel(l)
		}
	}
}

func normalizeLevel(l *vignettev1.Level) {
	if l.Name == "" {
		l.Name = levelName(l)
	}
}

func normalizeRole(r *vignettev1.Role) {
	if r.Name == "" {
		r.Name = r.Persona.GetName()
	}
	for _, l := range r.GetScript().GetLines() {
		if l.Kind == vignettev1.ActionKind_ACTION_KIND_UNSPECIFIED {
			l.Kind = vignettev1.ActionKind_ACTION_KIND_SPEAK
		}
	}
	for _, t := range r.Reward {
		if t.Weight == nil {
			t.Weight = proto.Float64(1)
		}
	}
}

// resolveFocal replaces the alias by the role it stands for.
func resolveFocal(s *vignettev1.Scenario, role string) string {
	if role == Focal && s.Focal != "" {
		return s.Focal
	}
	return role
}

// levelName is how tables call a level nobody named.
func levelName(l *vignettev1.Level) string {
	switch {
	case l.Persona != nil:
		return l.Persona.Id
	case l.Keep:
		return "on"
	case l.Clear:
		return "off"
	}
	switch v := l.Value.GetKind().(type) {
	case *structpb.Value_StringValue:
		return v.StringValue
	case *structpb.Value_NumberValue:
		return strconv.FormatFloat(v.NumberValue, 'f', -1, 64)
	case *structpb.Value_BoolValue:
		return strconv.FormatBool(v.BoolValue)
	case *structpb.Value_NullValue:
		return "none"
	}
	return ""
}
