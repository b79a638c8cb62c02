package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
)

type doctorFlags struct {
	model, embed string
	rebuild      bool
	json         bool
}

func newDoctor() *cobra.Command {
	var flags doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor [ENDPOINT...]",
		Short: "Say what is configured, reachable and wrong",
		Long: `Looks at the program, the data directory, vignette.yaml and every model endpoint
that is configured, or those named. It asks each endpoint about a dozen tiny
questions (a few hundred tokens in all; more of a model that thinks) and says what
it can do, what will not work, and what to write into vignette.yaml.

Each line is ok, a note (it works otherwise, or is good to know) or a PROBLEM, with
what to do about it behind "->". An endpoint takes 90 seconds at most; Ctrl-C ends
it. Builtin minds need no endpoint. Exit code 0 when nothing is wrong, 1 when there
is a problem.

--rebuild first makes the projection anew: the file beside the log from which runs are
listed and read. It mends itself, and may be deleted at any time; nothing is in it that
is not in the log.`,
		Example: `  vignette doctor
  vignette doctor local
  vignette doctor --model local/llama-3
  vignette doctor local --embed bge-small
  vignette doctor --rebuild
  vignette doctor --json | jq 'select(.status == "problem")'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return doctor(cmd, args, flags) },
	}
	cmd.Flags().StringVar(&flags.model, "model", "", "model to try: MODEL of the default or the named endpoint, or NAME/MODEL (default the first at hand)")
	cmd.Flags().StringVar(&flags.embed, "embed", "", "model to ask for an embedding too")
	cmd.Flags().BoolVar(&flags.rebuild, "rebuild", false, "make the projection anew from the log")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON: one record per check, and a done record")
	return cmd
}

type jsonCheck struct {
	Type     string `json:"type"`
	Endpoint string `json:"endpoint,omitempty"`
	Check    string `json:"check"`
	Status   string `json:"status"`
	Detail   string `json:"detail"`
	Mend     string `json:"mend,omitempty"`
}

// examination tells findings and counts problems.
type examination struct {
	page     *page
	tell     func(jsonCheck)
	current  string
	problems int
	notes    int
}

func doctor(cmd *cobra.Command, names []string, flags doctorFlags) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &examination{page: newPage(cmd.OutOrStdout())}
	e.tell = e.print
	if flags.json {
		e.tell = func(check jsonCheck) { _ = writeJSON(cmd, check) }
	}
	e.finding("", running())
	e.finding("", keeping(nodeConfig(cmd)))
	if flags.rebuild {
		e.finding("", rebuilt(cmd))
	}
	endpoints, effort, err := node.Checkup(ctx, node.CheckupOrder{
		SettingsFile: settingsFile(cmd), Endpoints: names, Model: flags.model, Embed: flags.embed,
	}, e.finding)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted after %s, %d tokens", plural(effort.Calls, "call", "calls"), effort.Tokens)
	case err != nil:
		return &usageError{err}
	}
	e.end(cmd, endpoints, effort, flags.json)
	if e.problems > 0 {
		return &saidError{errors.New(plural(e.problems, "problem", "problems"))}
	}
	return nil
}

func (e *examination) finding(endpoint string, f node.Finding) {
	switch f.Status {
	case node.FindingProblem:
		e.problems++
	case node.FindingNote:
		e.notes++
	}
	e.tell(jsonCheck{"check", endpoint, f.Check, string(f.Status), f.Detail, f.Mend})
}

// signs of what a check came to, in front of its line.
var signs = map[string]string{string(node.FindingOK): "ok     ", string(node.FindingNote): "note   ", string(node.FindingProblem): "PROBLEM"}

func (e *examination) print(check jsonCheck) {
	p := e.page
	if check.Endpoint != e.current {
		e.current = check.Endpoint
		p.printf("\n%s\n", p.bold("endpoint "+line(check.Endpoint)))
	}
	sign := signs[check.Status]
	if check.Status == string(node.FindingProblem) {
		sign = p.bold(sign)
	}
	const indent = "                     "
	p.paragraph(fmt.Sprintf("  %s  %-9s ", sign, line(check.Check)), indent, check.Detail)
	if check.Mend != "" {
		p.paragraph(indent+"-> ", indent+"   ", check.Mend)
	}
}

func (e *examination) end(cmd *cobra.Command, endpoints int, effort node.CheckupEffort, asJSON bool) {
	if asJSON {
		_ = writeJSON(cmd, struct {
			Type      string `json:"type"`
			Endpoints int    `json:"endpoints"`
			Problems  int    `json:"problems"`
			Notes     int    `json:"notes"`
			Calls     int    `json:"calls"`
			Tokens    int64  `json:"tokens"`
		}{"done", endpoints, e.problems, e.notes, effort.Calls, effort.Tokens})
		return
	}
	p := e.page
	verdict := "Nothing is wrong."
	if e.problems > 0 {
		verdict = plural(e.problems, "problem", "problems") + "."
	}
	if effort.Calls > 0 {
		verdict += fmt.Sprintf(" It took %s, %d tokens.", plural(effort.Calls, "call", "calls"), effort.Tokens)
	}
	p.printf("\n")
	p.paragraph("", "", verdict)
	if endpoints == 0 && e.problems == 0 {
		p.paragraph("", "", "No model endpoint is configured. Builtin minds need none. For language models set OPENAI_API_KEY (OPENAI_BASE_URL for another endpoint), or describe endpoints in vignette.yaml; docs/models.md says how.")
	}
}
