package models

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	"github.com/vignette-sim/vignette/models/checkup"
)

// Check looks at one endpoint, with a model of it or "" for whichever is at hand, and asks embed for an embedding unless it is
// "". It tells each finding as it comes; see [checkup.Run]. The error is that there is no such endpoint.
func (s *Settings) Check(ctx context.Context, name, model, embed string, tell func(checkup.Finding)) (checkup.Effort, error) {
	settings := s.Endpoints[name]
	if settings == nil {
		return checkup.Effort{}, s.unknown(name)
	}
	return checkup.Run(ctx, checkup.Subject{Name: name, Settings: settings, Key: s.keys[name].reveal(), Model: model, Embed: embed}, tell), nil
}

// Tried says which model of which endpoint is to be looked at, of those named or of all: a model in the grammar of names belongs
// to one endpoint, and without an endpoint in its name to all that are named, else to the default. No model at all, or an
// endpoint that the model is not of, is "": whichever is at hand. The error is about what was named.
func (s *Settings) Tried(named []string, model string) (endpoints []string, modelOf map[string]string, err error) {
	for _, name := range named {
		if s.Endpoints[name] == nil {
			return nil, nil, s.unknown(name)
		}
	}
	if model == "" {
		if len(named) == 0 {
			named = s.Names()
		}
		return named, nil, nil
	}
	at, rest, ok := strings.Cut(model, "/")
	switch {
	case ok && s.Endpoints[at] != nil && rest == "":
		return nil, nil, fmt.Errorf("model %q: the name of the model is missing after the endpoint's", model)
	case ok && s.Endpoints[at] != nil && len(named) == 0:
		named = []string{at}
	case ok && s.Endpoints[at] != nil && !slices.Contains(named, at):
		return nil, nil, fmt.Errorf("model %q is of endpoint %q, which is not among those named", model, at)
	case ok && s.Endpoints[at] != nil:
	case len(named) > 0:
		modelOf = map[string]string{}
		for _, name := range named {
			modelOf[name] = model
		}
		return named, modelOf, nil
	case s.Default == "":
		return nil, nil, fmt.Errorf("model %q: of which endpoint is not said; write NAME/%s%s", model, model, hint(strings.Join(s.Names(), ", ")))
	default:
		named, at, rest = []string{s.Default}, s.Default, model
	}
	return named, map[string]string{at: rest}, nil
}

func (s *Settings) unknown(name string) error {
	return fmt.Errorf("there is no endpoint %q%s", name, hint(protoyaml.DidYouMean(name, s.Names())))
}

func hint(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
