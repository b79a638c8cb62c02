package projection

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// UnfinishedTwin returns the newest other run of the same design that is not finished, nil when there is none.
func (r *Reader) UnfinishedTwin(ctx context.Context, manifest *vignettev1.Manifest) (*vignettev1.RunStatus, error) {
	design := designOf(manifest)
	var twins []*vignettev1.Manifest
	for entry, err := range r.log.Runs(ctx) {
		if err != nil && !isCorrupt(err) {
			return nil, fmt.Errorf("look for runs of the same design: %w", err)
		}
		if entry.Manifest != nil && entry.Run != manifest.GetRun() && proto.Equal(designOf(entry.Manifest), design) {
			twins = append(twins, entry.Manifest)
		}
	}
	for i := len(twins) - 1; i >= 0; i-- {
		status, err := r.status(ctx, twins[i])
		if err == nil && status.GetUnfinished() > 0 {
			return status, nil
		}
	}
	return nil, nil
}

// designOf is a manifest without what differs between two runs of one design.
func designOf(manifest *vignettev1.Manifest) *vignettev1.Manifest {
	return &vignettev1.Manifest{
		SchemaVersion: manifest.GetSchemaVersion(), Seed: manifest.GetSeed(), Repeats: manifest.GetRepeats(),
		Scenarios: manifest.GetScenarios(), Factors: manifest.GetFactors(), Models: manifest.GetModels(), Fork: manifest.GetFork(), Study: manifest.GetStudy(),
	}
}
