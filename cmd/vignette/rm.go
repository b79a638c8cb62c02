package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/vignette-sim/vignette/engine/erasure"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
)

// missing is the error for a name that means nothing, or something that was deleted.
func missing(ctx context.Context, n *node.Node, what, name string) error {
	if stone, err := n.Log().Tombstone(ctx, name); err == nil {
		return fmt.Errorf("run %s was %s", name, tombstone(stone))
	}
	return fmt.Errorf("there is no %s %q; 'vignette runs' lists the runs", what, name)
}

func newRm() *cobra.Command {
	var flags rmFlags
	cmd := &cobra.Command{
		Use:   "rm RUN|EPISODE... | rm --older-than AGE",
		Short: "Delete runs and episodes for good",
		Long: `Deletes runs or single episodes: what was said and felt, scores, notes, and what was
asked of language models for them, prompts and answers included. It cannot be had
back. What stays is a tombstone: that there was something, when it was deleted, and
--reason. On the disk the bytes lie unused until the file of 8 MB they are in is
rewritten or removed; --shred writes over them now, which takes some seconds for an
episode and minutes for a large run.

An answer of a model that another run used as well is no longer on record for that
run either: it keeps what was said, but --replay of it would miss the answer. A run
of which an episode was deleted has no digest any more.

--older-than deletes all runs that were made so long ago or longer, sessions of
practice and unfinished runs among them: 12h, 30d, 8w. A run that was put in from a
bundle is as old as it was where it was made.

It asks first; where nobody can be asked, --yes is needed. Stop whoever is playing a
run before you delete it. Exports, bundles and backups are files of your own.
docs/operations.md says more.`,
		Example: `  vignette rm 20261126-101500-x7Kq
  vignette rm e3k7b2q5m4x7a2tfd --shred --reason "asked for by the participant"
  vignette rm last --yes --json
  vignette rm --older-than 30d --yes`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("older-than") {
				return rmOld(cmd, args, flags)
			}
			if len(args) == 0 {
				return usagef("say what is to be deleted: 'vignette runs' lists the runs, --older-than 30d means all that are so old")
			}
			return withExisting(cmd, func(n *node.Node) error { return rm(cmd, n, args, flags) })
		},
		ValidArgsFunction: completeEpisodes,
	}
	cmd.Flags().BoolVar(&flags.yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&flags.shred, "shred", false, "write over what is deleted on the disk")
	cmd.Flags().StringVar(&flags.older, "older-than", "", "delete the runs that were made so long ago or longer: 12h, 30d, 8w")
	cmd.Flags().StringVar(&flags.reason, "reason", "", "why, to be kept with the tombstone")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write one JSON object for each run or episode that was deleted")
	return cmd
}

type rmFlags struct {
	yes    bool
	shred  bool
	reason string
	older  string
	json   bool
}

// doomed is something that is to be deleted.
type doomed struct {
	run, episode string // episode is "" for a whole run
	what         string
}

func rm(cmd *cobra.Command, n *node.Node, names []string, flags rmFlags) error {
	var all []doomed
	for _, name := range names {
		d, err := doom(cmd, n, name)
		if err != nil {
			return err
		}
		all = append(all, d)
	}
	return eraseAll(cmd, n, all, flags)
}

// eraseAll asks, and deletes.
func eraseAll(cmd *cobra.Command, n *node.Node, all []doomed, flags rmFlags) error {
	if err := agree(cmd, all, flags.yes); err != nil {
		return err
	}
	for _, d := range all {
		if err := erase(cmd, n, d, flags); err != nil {
			return err
		}
	}
	return nil
}

// doom finds what a name means.
func doom(cmd *cobra.Command, n *node.Node, name string) (doomed, error) {
	reader := n.Reader()
	planner, err := reader.Run(cmd.Context(), name)
	if err == nil {
		run := planner.Manifest().GetRun()
		return doomed{run: run, what: fmt.Sprintf("run %s with %s", run, plural(planner.Len(), "episode", "episodes"))}, nil
	}
	if !errors.Is(err, projection.ErrNotFound) {
		return doomed{}, err
	}
	record, err := reader.Record(cmd.Context(), name)
	if errors.Is(err, projection.ErrNotFound) {
		return doomed{}, missing(cmd.Context(), n, "run or episode", name)
	}
	if err != nil {
		return doomed{}, err
	}
	id := record.Episode
	switch {
	case len(record.Events) == 0 && len(record.Notes) == 0:
		return doomed{}, fmt.Errorf("of episode %s nothing is recorded: there is nothing to delete", id)
	case record.Events[len(record.Events)-1].GetDeleted() != nil && len(record.Events) == 1 && len(record.Notes) == 0:
		return doomed{}, fmt.Errorf("episode %s was %s", id, tombstone(record.Events[0].GetDeleted()))
	}
	return doomed{run: record.Run, episode: id, what: fmt.Sprintf("episode %s (%s)", id, cellName(record.Cell))}, nil
}

// agree asks whoever sits at the terminal.
func agree(cmd *cobra.Command, all []doomed, yes bool) error {
	if yes {
		return nil
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return usagef("nobody is there to be asked whether %s is to be deleted for good; --yes deletes without asking", all[0].what)
	}
	out := cmd.ErrOrStderr()
	list := newPage(out)
	for _, d := range all {
		list.paragraph("", "  ", d.what)
	}
	fmt.Fprint(out, "Delete this for good? [y/N] ")
	answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if answer = strings.ToLower(strings.TrimSpace(answer)); err == nil && (answer == "y" || answer == "yes") {
		return nil
	}
	return errors.New("nothing was deleted")
}

func erase(cmd *cobra.Command, n *node.Node, d doomed, flags rmFlags) error {
	ctx, eraser := cmd.Context(), n.Eraser(flags.shred)
	var report erasure.Report
	var err error
	if d.episode != "" {
		report, err = eraser.Episode(ctx, d.run, d.episode, flags.reason)
	} else {
		if queue, none := n.Queue(); none == nil {
			if err := queue.Erase(ctx, d.run); err != nil {
				return err
			}
		}
		report, err = eraser.Run(ctx, d.run, flags.reason)
	}
	if err != nil {
		return fmt.Errorf("%w; what is left is deleted by the same command again", err)
	}
	if d.episode == "" {
		if err := left(ctx, eraser, d.run); err != nil {
			return err
		}
	}
	if flags.json {
		return writeJSON(cmd, struct {
			Type    string `json:"type"`
			Run     string `json:"run"`
			Episode string `json:"episode,omitempty"`
			Entries int    `json:"entries"`
			Answers int    `json:"answers"`
		}{"deleted", d.run, d.episode, report.Entries, report.Answers})
	}
	text := fmt.Sprintf("deleted %s: %s", d.what, plural(report.Entries, "entry of the log", "entries of the log"))
	if report.Answers > 0 {
		text += ", " + plural(report.Answers, "answer of a model", "answers of models")
	}
	newPage(cmd.OutOrStdout()).paragraph("", "  ", text)
	return nil
}

// left looks once more, and says so if somebody who was playing the run has gone on meanwhile.
func left(ctx context.Context, eraser *erasure.Eraser, run string) error {
	again, err := eraser.Run(ctx, run, "")
	if err == nil && again.Entries > 0 {
		err = fmt.Errorf("run %s was deleted while somebody was playing it, and more came in: stop that, and delete it again", run)
	}
	return err
}
