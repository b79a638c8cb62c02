package node

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/models"
	"github.com/vignette-sim/vignette/models/checkup"
)

// Finding is what one check of an endpoint came to, and CheckupEffort what all took.
type (
	Finding       = checkup.Finding
	CheckupEffort = checkup.Effort
)

// What a check can come to.
const (
	FindingOK      = checkup.OK
	FindingNote    = checkup.Note
	FindingProblem = checkup.Problem
)

// Checkup looks at the model endpoints that a settings file and the environment describe: those named, or all. A model in
// the grammar of `--model` says what is tried where it belongs to; else whichever is at hand is. It returns the names of the endpoints
// there are, and what it took.
//
// An error about the settings file is its problems, each with its line.
func Checkup(ctx context.Context, settingsFile string, names []string, model string, tell func(endpoint string, f Finding)) (endpoints []string, effort CheckupEffort, err error) {
	settings, err := models.Load(settingsFile, os.Getenv)
	if err != nil {
		return nil, effort, err
	}
	endpoints = settings.Names()
	if at, rest, ok := strings.Cut(model, "/"); ok && slices.Contains(endpoints, at) {
		model = rest
		if len(names) == 0 {
			names = []string{at}
		}
	} else if model != "" && len(names) == 0 && settings.Default != "" {
		names = []string{settings.Default}
	}
	if len(names) == 0 {
		names = endpoints
	}
	for _, name := range names {
		took, err := settings.Check(ctx, name, model, func(f Finding) { tell(name, f) })
		if err != nil {
			return endpoints, effort, err
		}
		effort.Calls += took.Calls
		effort.Tokens += took.Tokens
	}
	return endpoints, effort, ctx.Err()
}
