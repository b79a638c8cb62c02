// Command vignette simulates social and counseling conversations, scores them and turns the scores into rewards.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/scenarios"
)

// Exit codes. Scripts rely on them.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(execute(os.Args[1:])) }

func execute(args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(context.Background())
	if err == nil {
		return exitDone
	}
	var said *saidError
	if !errors.As(err, &said) {
		fmt.Fprintln(os.Stderr, "vignette:", oneLine(err))
	}
	var usage *usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// oneLine is an error in one line; only what is wrong in files has a line for each problem.
func oneLine(err error) string {
	text := spokenPlain(err.Error())
	if problems := (scenarios.Problems)(nil); errors.As(err, &problems) {
		return printable(text)
	}
	return line(strings.ReplaceAll(strings.TrimSpace(text), "\n", "; "))
}

// spokenPlain is an error without what gRPC puts before it, which says nothing to people.
func spokenPlain(text string) string { return grpcPrefix.ReplaceAllString(text, "") }

var grpcPrefix = regexp.MustCompile(`rpc error: code = \w+ desc = `)

// usageError is an error in what was typed.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// apart refuses a flag together with any of others.
func apart(cmd *cobra.Command, flag string, others ...string) error {
	for _, other := range others {
		if cmd.Flags().Changed(flag) && cmd.Flags().Changed(other) {
			return usagef("--%s and --%s do not go together: give one of them", flag, other)
		}
	}
	return nil
}

// saidError is an error whose message has been printed already.
type saidError struct{ error }

func newRoot() *cobra.Command {
	cobra.EnableCommandSorting = false // they stand in the order one needs them
	root := &cobra.Command{
		Use:   "vignette",
		Short: "Simulated conversations between agents, scored and turned into rewards",
		Long: `Vignette plays scenarios between simulated people, scores what they do, and turns
the scores into rewards. Without a model it uses builtin minds: rules, seeded,
offline, English. They simulate; they are not people.

Everything is kept in one directory: --data, else $VIGNETTE_DATA, else ./.vignette.
Several commands may work on it at the same time; the first one serves the others.`,
		Example: `  vignette run                                  play the starter study
  vignette scenarios                            what else there is to play
  vignette run ask-for-leave --repeats 10       play one scenario ten times
  vignette show last                            look at the newest run`,
		Version:       programVersion(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if d, _ := cmd.Flags().GetString("durability"); d != "process" && d != "power" {
				return usagef("--durability is %q; it is process or power", d)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().String("data", "", "data directory (default $VIGNETTE_DATA, else ./.vignette)")
	root.PersistentFlags().String("config", "", "file that describes model endpoints (default $VIGNETTE_CONFIG, else ./vignette.yaml where it is)")
	root.PersistentFlags().String("durability", "process", "what recorded events survive, set by whoever opens the data directory first: process (its death) or power (a crash or power loss too; slower)")
	addNATSFlags(root)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; see '%s --help'", err, cmd.CommandPath())
	})
	addCommands(root)
	asUsage(root)
	for _, cmd := range root.Commands() {
		asUsage(cmd)
		for _, part := range cmd.Commands() {
			asUsage(part)
		}
	}
	return root
}

// addCommands adds the commands in groups, and within a group in the order one needs them.
func addCommands(root *cobra.Command) {
	for _, group := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"play", "Play", []*cobra.Command{newRun(), newPlan(), newFork(), newPause(), newResume(), newCancel(), newScenarios(), newBrief(), newPractice()}},
		{"look", "Look at what was played", []*cobra.Command{newRuns(), newShow(), newTop(), newReport(), newExport(), newReward(), newAttribution(), newHindsight()}},
		{"write", "Write and bring in files", []*cobra.Command{newNew(), newValidate(), newSchema(), newImport(), newConvert()}},
		{"measure", "Rate, score, and measure what plays and scores", []*cobra.Command{newRate(), newScore(), newAgreement(), newCalibrate(), newJudges(), newCompare(), newGenerations(), newAudit(), newTom(), newMinds()}},
		{"keep", "Keep, carry and delete", []*cobra.Command{newBundle(), newBackup(), newRestore(), newRm()}},
		{"serve", "Serve others, and check the setup", []*cobra.Command{newAgent(), newWorker(), newServe(), newBroker(), newAuth(), newAccount(), newDoctor()}},
	} {
		root.AddGroup(&cobra.Group{ID: group.id, Title: group.title + ":"})
		for _, cmd := range group.commands {
			cmd.GroupID = group.id
		}
		root.AddCommand(group.commands...)
	}
	root.AddCommand(newVersion())
}

// asUsage makes wrong arguments an error of usage that says where help is.
func asUsage(cmd *cobra.Command) {
	check := cmd.Args
	if check == nil {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usagef("%w; see '%s --help'", err, cmd.CommandPath())
		}
		return nil
	}
}

// dataDir is where everything is kept.
func dataDir(cmd *cobra.Command) string {
	if dir, _ := cmd.Flags().GetString("data"); dir != "" {
		return dir
	}
	if dir := os.Getenv("VIGNETTE_DATA"); dir != "" {
		return dir
	}
	return ".vignette"
}
