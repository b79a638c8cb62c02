package main

import (
	"fmt"
	"os"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// sourcesOf says where scenarios were read from: what was typed, for each scenario in it.
func sourcesOf(args []string) []*vignettev1.ScenarioSource {
	var sources []*vignettev1.ScenarioSource
	for _, from := range args {
		found, err := scenarios.FindAll(from)
		if err != nil {
			continue // It was read a moment ago; if it is gone now, that is nothing to compare with.
		}
		for _, scenario := range found {
			sources = append(sources, &vignettev1.ScenarioSource{Scenario: scenario.GetId(), From: from})
		}
	}
	return sources
}

// tellChanged says which scenarios are other ones now than when a run was begun. The run goes by its manifest.
func tellChanged(manifest *vignettev1.Manifest) {
	for _, source := range manifest.GetSources() {
		if how := changed(manifest, source); how != "" {
			fmt.Fprintf(os.Stderr, "vignette: %s; run %s goes on with what it was begun with, 'run' without --resume plays the new one\n",
				line(how), manifest.GetRun())
		}
	}
}

// changed says how a scenario differs from its source, or "".
func changed(manifest *vignettev1.Manifest, source *vignettev1.ScenarioSource) string {
	found, err := scenarios.FindAll(source.GetFrom())
	if err != nil {
		return fmt.Sprintf("scenario %q can no longer be read from %s", source.GetScenario(), source.GetFrom())
	}
	for _, now := range found {
		if now.GetId() != source.GetScenario() {
			continue
		}
		for _, was := range manifest.GetScenarios() {
			if was.GetId() == now.GetId() && !proto.Equal(asWritten(was, now), now) {
				return fmt.Sprintf("scenario %q in %s has changed since the run was begun", now.GetId(), source.GetFrom())
			}
		}
		return ""
	}
	return fmt.Sprintf("scenario %q is no longer in %s", source.GetScenario(), source.GetFrom())
}

// asWritten is a scenario of a manifest without the judges that were appointed when the run was begun, as far as the file
// names none.
func asWritten(was, now *vignettev1.Scenario) *vignettev1.Scenario {
	was = proto.CloneOf(was)
	for i, use := range was.GetEvaluators() {
		if i < len(now.GetEvaluators()) && now.GetEvaluators()[i].GetModel() == "" {
			use.Model = ""
		}
	}
	return was
}
