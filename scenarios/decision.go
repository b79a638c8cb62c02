package scenarios

import (
	"fmt"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// checkDecision holds the parts of a decision against each other.
func checkDecision(s *vignettev1.Scenario, d reporter) {
	decision := s.GetDecision()
	if decision == nil {
		return
	}
	if decision.Role != "" && !refers(s, decision.Role) {
		d.Report("decision.role", fmt.Sprintf("%q is not the id of a role", decision.Role), "name the role that decides, or focal")
	}
	known, options := map[string]bool{}, map[string]bool{}
	for i, q := range decision.Qualities {
		if known[q.Id] {
			d.Report(fmt.Sprintf("decision.qualities[%d].id", i), fmt.Sprintf("another quality has the id %q too", q.Id), "give each quality an id of its own")
		}
		known[q.Id] = true
	}
	named := func(field string, ids []string) {
		for i, id := range ids {
			if !known[id] {
				d.Report(fmt.Sprintf("%s[%d]", field, i), fmt.Sprintf("%q is not the id of a quality", id), "add it under qualities, or take it out")
			}
		}
	}
	named("decision.required", decision.Required)
	for i, o := range decision.Options {
		at := fmt.Sprintf("decision.options[%d]", i)
		if options[o.Id] {
			d.Report(at+".id", fmt.Sprintf("another option has the id %q too", o.Id), "give each option an id of its own")
		}
		options[o.Id] = true
		named(at+".has", o.Has)
		named(at+".hidden", o.Hidden)
		if o.PriceLeast != nil && o.PriceMost != nil && o.GetPriceLeast() > o.GetPriceMost() {
			d.Report(at+".price_least", "the least price is above the most", "exchange them")
		}
	}
}
