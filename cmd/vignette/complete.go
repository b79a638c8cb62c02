package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// A completion is offered while somebody types: it takes no longer than that allows, makes no directory, and where it knows
// nothing it says nothing.
const completionPatience = 2 * time.Second

// completeFlag completes the value of a flag from a list.
func completeFlag(cmd *cobra.Command, flag string, values func(*cobra.Command) []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return beginning(values(cmd), typed), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // a flag that the command does not have, or one that was completed before
	}
}

// beginning are those of a list that begin with what was typed; a description after a tab does not count.
func beginning(values []string, typed string) []string {
	var out []string
	for _, value := range values {
		if strings.HasPrefix(value, typed) {
			out = append(out, value)
		}
	}
	return out
}

// completeScenarios completes ids of the library; files are for the shell to complete.
func completeScenarios(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	shipped, err := scenarios.Library()
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var ids []string
	for _, s := range shipped {
		ids = append(ids, s.GetId()+"\t"+line(s.GetTitle()))
	}
	return beginning(ids, typed), cobra.ShellCompDirectiveDefault
}

// completeRuns completes the id of a run.
func completeRuns(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return beginning(runNames(cmd), typed), cobra.ShellCompDirectiveNoFileComp
}

// completeEpisodes completes the id of a run or, once enough of it is typed to mean one, of an episode.
func completeEpisodes(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := runNames(cmd)
	if strings.HasPrefix(typed, "e") {
		names = append(names, episodeNames(cmd, typed)...)
	}
	return beginning(names, typed), cobra.ShellCompDirectiveNoFileComp
}

// runNames are the ids of the runs that are kept, newest first, with what they play behind a tab.
func runNames(cmd *cobra.Command) []string {
	names := []string{projection.Latest + "\tthe newest run that is no practice"}
	eachManifest(cmd, func(manifest *vignettev1.Manifest) {
		var ids []string
		for _, s := range manifest.GetScenarios() {
			ids = append(ids, s.GetId())
		}
		names = append([]string{manifest.GetRun() + "\t" + line(strings.Join(ids, ", "))}, names...)
	})
	return names
}

// mostCompleted bounds how many episodes are offered.
const mostCompleted = 50

func episodeNames(cmd *cobra.Command, typed string) []string {
	var names []string
	eachManifest(cmd, func(manifest *vignettev1.Manifest) {
		planner, err := planning.New(manifest)
		if err != nil {
			return
		}
		for _, i := range planner.Find(typed, mostCompleted) {
			if plan, err := planner.Plan(i); err == nil {
				names = append(names, plan.Episode+"\t"+cellName(plan.Cell))
			}
		}
	})
	return names
}

// eachManifest looks at the manifests of all runs, oldest first, as far as they can be read.
func eachManifest(cmd *cobra.Command, look func(*vignettev1.Manifest)) {
	config := nodeConfig(cmd)
	if _, err := os.Stat(filepath.Join(config.Dir, "jetstream")); err != nil && config.NATS.URL == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), completionPatience)
	defer cancel()
	_ = withNode(ctx, cmd, func(n *node.Node) error {
		for entry, err := range n.Log().Runs(ctx) {
			if err == nil && entry.Manifest != nil {
				look(entry.Manifest)
			}
		}
		return nil
	})
}
