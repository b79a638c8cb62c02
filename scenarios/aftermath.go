package scenarios

import (
	"fmt"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// checkAftermath holds the rules of an aftermath against the scenario: who they are about, what they wait for.
func checkAftermath(s *vignettev1.Scenario, d reporter) {
	known := map[string]bool{}
	for i, rule := range s.GetAftermath().GetRules() {
		at := fmt.Sprintf("aftermath.rules[%d]", i)
		if !refers(s, rule.GetRole()) {
			d.Report(at+".role", fmt.Sprintf("%q is not the id of a role", rule.GetRole()), "name whom it happens to, or focal")
		}
		for j, condition := range rule.GetWhen() {
			checkCondition(s, condition, known, d, fmt.Sprintf("%s.when[%d]", at, j))
		}
		known[rule.GetId()] = true
	}
}

// checkCondition holds one condition against the scenario and the rules before it.
func checkCondition(s *vignettev1.Scenario, c *vignettev1.AftermathCondition, known map[string]bool, d reporter, at string) {
	switch c.GetCondition().(type) {
	case *vignettev1.AftermathCondition_Act, *vignettev1.AftermathCondition_State:
		switch _, acts := c.GetCondition().(*vignettev1.AftermathCondition_Act); {
		case c.GetRole() == "" || !refers(s, c.GetRole()):
			d.Report(at+".role", fmt.Sprintf("%q is not the id of a role", c.GetRole()), "name whom it is about, or focal")
		case acts && resolveFocal(s, c.GetRole()) == s.GetFocal():
			d.Report(at+".role", "what the focal role means to do tells which policy it plays, and what comes of it may not hang on that", "let it hang on what the others did or felt")
		}
	case *vignettev1.AftermathCondition_Chosen:
		for _, option := range s.GetDecision().GetOptions() {
			if option.GetId() == c.GetChosen() {
				return
			}
		}
		if c.GetChosen() != "none" || s.GetDecision() == nil {
			d.Report(at+".chosen", fmt.Sprintf("%q is no option of the decision", c.GetChosen()), "name an option of decision.options, or none")
		}
	case *vignettev1.AftermathCondition_After:
		if !known[c.GetAfter()] {
			d.Report(at+".after", fmt.Sprintf("no rule before this one has the id %q", c.GetAfter()), "name a rule that stands above")
		}
	}
}

// normalizeAftermath puts the focal role's id where "focal" stands.
func normalizeAftermath(s *vignettev1.Scenario) {
	for _, rule := range s.GetAftermath().GetRules() {
		rule.Role = resolveFocal(s, rule.Role)
		for _, condition := range rule.GetWhen() {
			if condition.Role != "" {
				condition.Role = resolveFocal(s, condition.Role)
			}
		}
	}
}
