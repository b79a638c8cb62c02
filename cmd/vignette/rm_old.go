package main

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// rmOld deletes the runs that are older than an age.
func rmOld(cmd *cobra.Command, args []string, flags rmFlags) error {
	if len(args) > 0 {
		return usagef("%q and --older-than %s: name what is to be deleted or say how old it is, not both", args[0], flags.older)
	}
	age, err := parseAge(flags.older)
	if err != nil {
		return err
	}
	return withExisting(cmd, func(n *node.Node) error {
		all, unread := madeBefore(n.Reader().Runs(cmd.Context()), time.Now().Add(-age))
		if unread != nil { // One that cannot be read keeps nobody from deleting the others.
			fmt.Fprintf(cmd.ErrOrStderr(), "vignette: left alone: %s\n", line(unread.Error()))
			unread = &saidError{unread}
		}
		if len(all) == 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "no run is older than %s\n", flags.older)
			return unread
		}
		if err := eraseAll(cmd, n, all, flags); err != nil {
			return err
		}
		return unread
	})
}

// madeBefore are the runs that were made at a time or earlier, oldest first, and the last error of those that cannot be read. One that does
// not say when it was made is not among them.
func madeBefore(runs iter.Seq2[*vignettev1.RunStatus, error], latest time.Time) (old []doomed, unread error) {
	for status, err := range runs {
		switch {
		case err != nil:
			unread = fmt.Errorf("run %s cannot be read: %w", status.GetRun(), err)
		case status.GetCreatedAt() != nil && !status.GetCreatedAt().AsTime().After(latest):
			what := fmt.Sprintf("run %s of %s with %s", status.GetRun(), status.GetCreatedAt().AsTime().Local().Format(time.DateOnly), plural(int(status.GetTotal()), "episode", "episodes"))
			old = append([]doomed{{run: status.GetRun(), what: what}}, old...)
		}
	}
	return old, unread
}

// longestAge keeps ages within what a duration can be: some 290 years.
const longestAge = 250 * 365

// parseAge reads an age: a number of days or weeks, or a duration as Go writes it.
func parseAge(text string) (time.Duration, error) {
	for unit, days := range map[string]int{"d": 1, "w": 7} {
		number, ok := strings.CutSuffix(text, unit)
		if n, err := strconv.Atoi(number); ok && err == nil && n > 0 && n <= longestAge/days {
			return time.Duration(n*days) * 24 * time.Hour, nil
		}
	}
	if age, err := time.ParseDuration(text); err == nil && age > 0 {
		return age, nil
	}
	return 0, usagef("--older-than %s is no age: write 12h, 30d or 8w", text)
}
