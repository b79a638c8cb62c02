package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// studyOf is the study that was named, nil when scenarios were.
func studyOf(args []string) (*scenarios.Study, error) {
	named := func(name string) bool { return slices.Contains(scenarios.StudyIDs(), name) || scenarios.IsStudy(name) }
	if !slices.ContainsFunc(args, named) {
		return nil, nil
	}
	if len(args) > 1 {
		return nil, usagef("%q is a study, which says itself what is played: name it alone", args[slices.IndexFunc(args, named)])
	}
	study, err := scenarios.FindStudy(args[0])
	if err != nil {
		return nil, &usageError{err}
	}
	return study, nil
}

// designOfStudy is a study as a run; flags go before what the file says.
func designOfStudy(cmd *cobra.Command, study *scenarios.Study, flags runFlags) (runs.Design, error) {
	if len(flags.vary) > 0 || len(flags.tags) > 0 {
		return runs.Design{}, usagef("a study says itself what is played and varied: leave --vary and --tag away, or write it into the file")
	}
	design := runs.Design{
		Scenarios: study.Played, Sources: study.Sources, Factors: study.Factors(), Repeats: int(study.GetRepeats()), Seed: study.GetSeed(), Study: proto.CloneOf(study.Study),
	}
	if cmd.Flags().Changed("repeats") {
		design.Repeats = flags.repeats
		design.Study.Repeats = int32(flags.repeats)
	}
	if cmd.Flags().Changed("seed") {
		design.Seed = flags.seed
		design.Study.Seed = &flags.seed
	}
	spec := study.GetModel()
	if flags.models.model != "" {
		spec = flags.models.model
		design.Study.Model = spec
	}
	var err error
	if design.Models, err = planning.ParseModels(spec, design.Scenarios); err != nil {
		return design, &usageError{err}
	}
	return design, nil
}

// extendedByStudy makes a run of a study that has got more repeats or levels since a run of it.
func extendedByStudy(ctx context.Context, runner *runs.Runner, planner *planning.Planner, args []string, flags runFlags) (*planning.Planner, error) {
	study, err := studyOf(args)
	if err != nil {
		return nil, err
	}
	old := planner.Manifest()
	if err := sameStudy(old, study); err != nil {
		return nil, &usageError{err}
	}
	repeats := max(flags.repeats, int(study.GetRepeats()))
	return runner.PrepareExtension(ctx, planner, repeats, study.Factors())
}

// sameStudy refuses a study that a run cannot be the beginning of.
func sameStudy(m *vignettev1.Manifest, study *scenarios.Study) error {
	begin := "begin a new run"
	switch {
	case m.GetStudy().GetId() != study.GetId():
		return fmt.Errorf("run %s is not of the study %q: %s", m.GetRun(), study.GetId(), begin)
	case m.GetStudy().GetDesign() != study.GetDesign():
		return fmt.Errorf("the design of the study is another one than when run %s was begun: %s", m.GetRun(), begin)
	case m.GetSeed() != study.GetSeed():
		return fmt.Errorf("run %s has the seed %d, and the study %d: %s", m.GetRun(), m.GetSeed(), study.GetSeed(), begin)
	case len(m.GetFactors()) != len(study.GetFactors()):
		return fmt.Errorf("run %s varies %d factors, and the study %d, so none of its episodes would be one of the new run: %s", m.GetRun(), len(m.GetFactors()), len(study.GetFactors()), begin)
	case !slices.EqualFunc(m.GetScenarios(), study.Played, func(a, b *vignettev1.Scenario) bool { return a.GetId() == b.GetId() }):
		return fmt.Errorf("the study plays other scenarios than run %s: %s", m.GetRun(), begin)
	}
	for i, s := range study.Played {
		if was := m.GetScenarios()[i]; !sameText(was, s) {
			return fmt.Errorf("scenario %q has changed since run %s was begun, whose episodes would be of another: %s", s.GetId(), m.GetRun(), begin)
		}
	}
	return nil
}

// sameText says whether a scenario is as it was, but for the judges that the run appointed to it.
func sameText(was, is *vignettev1.Scenario) bool {
	was, is = proto.CloneOf(was), proto.CloneOf(is)
	was.Evaluators, is.Evaluators = nil, nil
	return proto.Equal(was, is)
}
