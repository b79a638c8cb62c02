package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// crossRules are the rules of the contract over several fields that check explains better than the contract can: with
// the line of the field that is wrong, and what there is to choose from.
var crossRules = []string{
	"scenario.roles.unique", "scenario.focal", "scenario.alternating",
	"scenario.reward.evaluators", "scenario.evaluators.unique", "scenario.probes.unique",
}

// Validate checks a scenario that a program made or changed: the same rules as for a file, without lines.
// It expects a normalized scenario. An error is always [Problems].
func Validate(s *vignettev1.Scenario) error {
	d := protoyaml.NewDocument("", nil, nil)
	d.Check(s, crossRules...)
	check(s, d)
	return d.Err()
}

// ValidatePersona does the same for a persona.
func ValidatePersona(p *vignettev1.Persona) error {
	d := protoyaml.NewDocument("", nil, nil)
	d.Check(p)
	checkPersona(p, "", d)
	return d.Err()
}

// reporter takes problems by field; a protoyaml.Document knows the lines.
type reporter interface {
	Report(field, message, hint string)
}

// check holds the parts of a scenario against each other.
func check(s *vignettev1.Scenario, d reporter) {
	checkRoles(s, d)
	checkTurns(s, d)
	checkScripts(s, d)
	checkEvaluators(s, d)
	checkProbes(s, d)
	checkFactors(s, d)
	checkDecision(s, d)
	checkAftermath(s, d)
}

func checkRoles(s *vignettev1.Scenario, d reporter) {
	first := map[string]int{}
	personas := map[string]*vignettev1.Persona{}
	for i, r := range s.Roles {
		at := fmt.Sprintf("roles[%d]", i)
		if j, twice := first[r.Id]; twice && r.Id != "" {
			d.Report(at+".id", fmt.Sprintf("%q is the id of role number %d too", r.Id, j+1), "give each role an id of its own; names may be the same")
		} else {
			first[r.Id] = i
		}
		if r.Id == Focal && s.Focal != Focal {
			d.Report(at+".id", `"focal" is the name for whichever role is the focal one`, "call this role something else")
		}
		if r.Persona == nil {
			continue
		}
		checkPersona(r.Persona, at+".persona", d)
		if before := personas[r.Persona.Id]; before != nil && r.Persona.Id != "" && !proto.Equal(before, r.Persona) {
			d.Report(at+".persona.id", fmt.Sprintf("two different personas have the id %q", r.Persona.Id), "give each persona an id of its own")
		}
		personas[r.Persona.Id] = r.Persona
	}
	if s.Focal != "" && len(s.Roles) > 0 && findRole(s, s.Focal) == nil {
		d.Report("focal", fmt.Sprintf("%q is not the id of a role", s.Focal), protoyaml.DidYouMean(s.Focal, roleNames(s)[1:]))
	}
}

func checkPersona(p *vignettev1.Persona, at string, d reporter) {
	seen := map[string]bool{}
	for i, m := range p.Memories {
		if seen[m.Id] && m.Id != "" {
			d.Report(strings.TrimPrefix(fmt.Sprintf("%s.memories[%d].id", at, i), "."), fmt.Sprintf("another memory has the id %q too", m.Id), "give each memory an id of its own")
		}
		seen[m.Id] = true
	}
}

func checkTurns(s *vignettev1.Scenario, d reporter) {
	if s.TurnTaking == vignettev1.TurnTaking_TURN_TAKING_ALTERNATING && len(s.Roles) > 2 {
		d.Report("turn_taking", fmt.Sprintf("alternating is for two roles, and here are %d", len(s.Roles)), "write round_robin, addressed or bid")
	}
}

func checkEvaluators(s *vignettev1.Scenario, d reporter) {
	var names []string
	seen := map[[2]string]bool{}
	for i, e := range s.Evaluators {
		at := fmt.Sprintf("evaluators[%d]", i)
		names = append(names, e.Name)
		if key := [2]string{e.Name, e.Role}; seen[key] {
			d.Report(at, fmt.Sprintf("%s is asked twice about the role %q", e.Name, e.Role), "keep one, or let it score another role")
		} else {
			seen[key] = true
		}
		if e.Rubric != nil {
			checkRubric(e.Rubric, at+".rubric", d)
		}
		if !refers(s, e.Role) {
			d.Report(at+".role", fmt.Sprintf("%q is not the id of a role", e.Role), protoyaml.DidYouMean(e.Role, roleNames(s)))
		}
	}
	for i, r := range s.Roles {
		for j, t := range r.Reward {
			at := fmt.Sprintf("roles[%d].reward[%d]", i, j)
			checkListed(names, t.Evaluator, at+".evaluator", d)
			checkEnsemble(names, t, at+".ensemble", d)
		}
	}
}

// checkListed wants whoever scores a reward among the scenario's evaluators.
func checkListed(names []string, evaluator, at string, d reporter) {
	if evaluator == "" || slices.Contains(names, evaluator) {
		return
	}
	hint := fmt.Sprintf("add `- name: %s` under evaluators", evaluator)
	if len(names) > 0 {
		hint = protoyaml.DidYouMean(evaluator, names) + "; or " + hint
	}
	d.Report(at, fmt.Sprintf("%q is not listed under evaluators", evaluator), hint)
}

// checkEnsemble refuses an evaluator that would have two votes.
func checkEnsemble(names []string, t *vignettev1.RewardTerm, at string, d reporter) {
	seen := map[[2]string]bool{{t.Evaluator, t.Dimension}: true}
	for i, m := range t.GetEnsemble().GetMembers() {
		place := fmt.Sprintf("%s.members[%d]", at, i)
		checkListed(names, m.Evaluator, place+".evaluator", d)
		key := [2]string{m.Evaluator, cmp.Or(m.Dimension, t.Dimension)}
		if seen[key] {
			d.Report(place, fmt.Sprintf("%s of %s is in the ensemble already; the term's own evaluator is its first member", key[1], key[0]), "name another evaluator, or another dimension of it")
		}
		seen[key] = true
	}
}

func checkProbes(s *vignettev1.Scenario, d reporter) {
	seen := map[string]bool{}
	for i, p := range s.Probes {
		at := fmt.Sprintf("probes[%d]", i)
		if seen[p.Id] && p.Id != "" {
			d.Report(at+".id", fmt.Sprintf("another probe has the id %q too", p.Id), "give each probe an id of its own")
		}
		seen[p.Id] = true
		for _, ref := range []struct{ field, role string }{{".role", p.Role}, {".about", p.About}} {
			if !refers(s, ref.role) {
				d.Report(at+ref.field, fmt.Sprintf("%q is not the id of a role", ref.role), protoyaml.DidYouMean(ref.role, roleNames(s)))
			}
		}
		if p.Kind == vignettev1.ProbeKind_PROBE_KIND_BELIEF && p.Statement == "" {
			d.Report(at+".statement", "a belief probe needs the statement that is believed or not", "add statement: and a sentence")
		}
		checkOther(s, at, p, d)
	}
}

// checkOther holds probes that ask for another mind to naming one.
func checkOther(s *vignettev1.Scenario, at string, p *vignettev1.ProbeSpec, d reporter) {
	asked := cmp.Or(p.Role, Focal)
	if asked == Focal {
		asked = s.Focal
	}
	about := p.About
	if about == Focal {
		about = s.Focal
	}
	oneself := about == "" || about == asked
	next := p.Kind == vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT
	switch {
	case oneself && next:
		d.Report(at+".about", "a probe of the next act asks what somebody else does next", "add about: and the id of another role")
	case oneself && p.Order == 2:
		d.Report(at+".about", "a probe of order 2 asks what somebody else makes of the asked role", "add about: and the id of another role, or leave order out")
	case next && p.Order == 2:
		d.Report(at+".order", "a probe of the next act has no order", "leave order out")
	}
}

func findRole(s *vignettev1.Scenario, id string) *vignettev1.Role {
	for _, r := range s.Roles {
		if r.Id == id {
			return r
		}
	}
	return nil
}

// refers tells whether a role id in a probe or an evaluator names somebody. The focal role counts even when it is
// wrong or missing: that is reported once, where it is named.
func refers(s *vignettev1.Scenario, id string) bool {
	return id == "" || id == Focal || id == s.Focal || findRole(s, id) != nil
}

// roleNames are what may be written where a role id is asked for: the alias "focal" first, then the ids.
func roleNames(s *vignettev1.Scenario) []string {
	names := []string{Focal}
	for _, r := range s.Roles {
		if r.Id != "" && !slices.Contains(names, r.Id) {
			names = append(names, r.Id)
		}
	}
	return names
}
