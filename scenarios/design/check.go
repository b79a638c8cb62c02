package design

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// checkFactors holds the run's factors against each scenario. The Field of a problem is the factor's label.
func checkFactors(factors []*vignettev1.Factor, all []*vignettev1.Scenario) scenarios.Problems {
	var problems scenarios.Problems
	for i, f := range factors {
		label := scenarios.Label(f)
		if slices.ContainsFunc(factors[:i], func(g *vignettev1.Factor) bool { return scenarios.Label(g) == label }) {
			problems = append(problems, scenarios.Problem{Field: label, Message: "this is varied twice", Hint: "put all its levels into one: " + label + "=A,B"})
			continue
		}
		if p := checkFactor(f, all); p != nil {
			p.Field = label
			problems = append(problems, *p)
		}
	}
	return problems
}

// checkFactor is what is wrong with one factor first of all: its field, its role in every scenario, its levels.
func checkFactor(f *vignettev1.Factor, all []*vignettev1.Scenario) *scenarios.Problem {
	if _, err := scenarios.FactorField(f); err != nil {
		return problemOf(err)
	}
	if p := lacksRole(f, all); p != nil {
		return p
	}
	if len(f.Levels) == 0 {
		return &scenarios.Problem{Message: "this factor has no levels", Hint: "write the values it takes after =, with commas between them"}
	}
	seen := map[string]bool{}
	for _, l := range f.Levels {
		if l.Name == "" {
			return &scenarios.Problem{Message: "a level is empty", Hint: "delete a comma too many, or write the value"}
		}
		if seen[l.Name] {
			return &scenarios.Problem{Message: fmt.Sprintf("the level %q is there twice", l.Name), Hint: "keep one"}
		}
		seen[l.Name] = true
		if err := scenarios.CheckJudges(all, f, l); err != nil {
			p := problemOf(err)
			p.Message = fmt.Sprintf("the level %q: %s", l.Name, p.Message)
			return p
		}
		for _, s := range all {
			if err := scenarios.CheckLevel(s, f, l); err != nil {
				p := problemOf(err)
				p.Message = fmt.Sprintf("the level %q does not fit scenario %q: %s", l.Name, s.Id, p.Message)
				return p
			}
		}
	}
	return nil
}

// lacksRole names the scenarios that do not have a factor's role: a factor holds for all of a run or for none.
func lacksRole(f *vignettev1.Factor, all []*vignettev1.Scenario) *scenarios.Problem {
	var lacking []string
	for _, s := range all {
		if _, err := scenarios.FactorRole(s, f); err != nil {
			lacking = append(lacking, s.Id)
		}
	}
	switch {
	case len(lacking) == 0:
		return nil
	case len(lacking) == len(all):
		return &scenarios.Problem{Message: fmt.Sprintf("no scenario of this run has a role %q", f.Role), Hint: protoyaml.DidYouMean(f.Role, roleIDs(all))}
	}
	return &scenarios.Problem{
		Message: fmt.Sprintf("the role %q is not in %s", f.Role, strings.Join(lacking, ", ")),
		Hint:    "leave these scenarios out, or vary a role that all of them have; \"focal\" is in each",
	}
}

// roleIDs are all role ids of some scenarios, the alias "focal" first.
func roleIDs(all []*vignettev1.Scenario) []string {
	ids := []string{scenarios.Focal}
	for _, s := range all {
		for _, r := range s.Roles {
			if !slices.Contains(ids, r.Id) {
				ids = append(ids, r.Id)
			}
		}
	}
	return ids
}

func problemOf(err error) *scenarios.Problem {
	var ps scenarios.Problems
	if errors.As(err, &ps) && len(ps) > 0 {
		p := ps[0]
		p.Field = ""
		return &p
	}
	return &scenarios.Problem{Message: err.Error()}
}
