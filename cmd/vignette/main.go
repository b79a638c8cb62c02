// Command vignette simulates social and counseling conversations, scores them and turns the scores into rewards.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
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
		fmt.Fprintln(os.Stderr, "vignette:", printable(err.Error()))
	}
	var usage *usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// usageError is an error in what was typed.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// saidError is an error whose message has been printed already.
type saidError struct{ error }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "vignette",
		Short: "Simulated conversations between agents, scored and turned into rewards",
		Long: `Vignette plays scenarios between simulated people, scores what they do, and turns
the scores into rewards. Without a model it uses builtin minds: rules, seeded,
offline, English. They simulate; they are not people.

Everything is kept in one directory: --data, else $VIGNETTE_DATA, else ./.vignette.
Several commands may work on it at the same time; the first one serves the others.`,
		Example: `  vignette run                                  play the starter study
  vignette run ask-for-leave --repeats 10       play one scenario ten times
  vignette show last                            look at the newest run`,
		Version:       programVersion(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().String("data", "", "data directory (default $VIGNETTE_DATA, else ./.vignette)")
	root.PersistentFlags().String("config", "", "file that describes model endpoints (default $VIGNETTE_CONFIG, else ./vignette.yaml where it is)")
	addNATSFlags(root)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; see '%s --help'", err, cmd.CommandPath())
	})
	root.AddCommand(newRun(), newRuns(), newShow(), newExport(), newReward(), newHindsight(), newRate(), newAgreement(), newTom(), newNew(), newValidate(), newSchema(), newImport(), newConvert(), newAgent(), newServe(), newDoctor(), newMinds(), newVersion())
	asUsage(root)
	for _, cmd := range root.Commands() {
		asUsage(cmd)
		for _, part := range cmd.Commands() {
			asUsage(part)
		}
	}
	return root
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
