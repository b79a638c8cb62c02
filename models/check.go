package models

import (
	"context"
	"fmt"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	"github.com/vignette-sim/vignette/models/checkup"
)

// Check looks at one endpoint, with a model of it or "" for whichever is at hand, and tells each finding as it comes; see
// [checkup.Run]. The error is that there is no such endpoint.
func (s *Settings) Check(ctx context.Context, name, model string, tell func(checkup.Finding)) (checkup.Effort, error) {
	settings := s.Endpoints[name]
	if settings == nil {
		return checkup.Effort{}, fmt.Errorf("there is no endpoint %q%s", name, hint(protoyaml.DidYouMean(name, s.Names())))
	}
	return checkup.Run(ctx, checkup.Subject{Name: name, Settings: settings, Key: s.keys[name].reveal(), Model: model}, tell), nil
}

func hint(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
