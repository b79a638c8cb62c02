package node

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/vignette-sim/vignette/internal/protoyaml"
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

// CheckupOrder says what a checkup is to look at.
type CheckupOrder struct {
	// SettingsFile describes endpoints; "" means vignette.yaml where it is.
	SettingsFile string
	// Endpoints by name; none means all.
	Endpoints []string
	// Model, in the grammar of `--model`, is tried; "" means whichever is at hand at each endpoint.
	Model string
	// Embed is a model that is asked for an embedding at each endpoint; "" asks none.
	Embed string
}

// Checkup looks at the model endpoints that a settings file and the environment describe. It tells each finding as it comes;
// those about the settings, each mistake with its line, are of no endpoint. It returns how many endpoints there are, and
// what it took.
//
// The error is about what was ordered, or that the context ended.
func Checkup(ctx context.Context, order CheckupOrder, tell func(endpoint string, f Finding)) (endpoints int, effort CheckupEffort, err error) {
	settings, err := models.Load(order.SettingsFile, os.Getenv)
	var problems protoyaml.Problems
	if errors.As(err, &problems) {
		for _, problem := range problems {
			mend := problem.Hint
			problem.Hint = ""
			tell("", Finding{Check: "config", Status: FindingProblem, Detail: problem.String(), Mend: mend})
		}
		return 0, effort, nil
	}
	if err != nil {
		return 0, effort, err
	}
	names, modelOf, err := settings.Tried(order.Endpoints, order.Model)
	if err != nil {
		return 0, effort, err
	}
	tell("", configured(settings))
	for _, name := range names {
		took, err := settings.Check(ctx, name, modelOf[name], order.Embed, func(f Finding) { tell(name, f) })
		effort.Calls += took.Calls
		effort.Tokens += took.Tokens
		if err := errors.Join(err, ctx.Err()); err != nil {
			return len(settings.Endpoints), effort, err
		}
	}
	return len(settings.Endpoints), effort, ctx.Err()
}

// configured says where endpoints are described, and which is the default.
func configured(settings *models.Settings) Finding {
	from := "no " + models.FileName + " here"
	if settings.File != "" {
		from = settings.File
	}
	f := Finding{Check: "config", Status: FindingOK}
	switch n := len(settings.Endpoints); {
	case n == 0:
		f.Detail = from + "; no endpoint"
	case settings.Default == "":
		f.Status, f.Mend = FindingNote, "write default_endpoint: NAME"
		f.Detail = fmt.Sprintf("%s; %d endpoints and no default: models need the form NAME/MODEL", from, n)
	case n == 1:
		f.Detail = fmt.Sprintf("%s; 1 endpoint, %s", from, settings.Default)
	default:
		f.Detail = fmt.Sprintf("%s; %d endpoints, by default %s", from, n, settings.Default)
	}
	return f
}
