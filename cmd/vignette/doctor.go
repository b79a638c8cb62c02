package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
)

func newDoctor() *cobra.Command {
	var model string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor [ENDPOINT...]",
		Short: "Say what is configured, reachable and wrong",
		Long: `Looks at the data directory and at every model endpoint that is configured, or at
those named. It asks each endpoint about a dozen tiny questions (a few hundred tokens in all) and says
what it can do, what will not work, and what to write into vignette.yaml.

Exit code 1 when there is a problem. Builtin minds need no endpoint.`,
		Example: `  vignette doctor
  vignette doctor local
  vignette doctor --model local/llama-3
  vignette doctor --json | jq 'select(.status == "problem")'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return doctor(cmd, args, model, asJSON) },
	}
	cmd.Flags().StringVar(&model, "model", "", "model to try: MODEL of the default endpoint, or NAME/MODEL (default the first at hand)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write NDJSON: one record per check, and a done record")
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
}

func doctor(cmd *cobra.Command, names []string, model string, asJSON bool) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &examination{page: newPage(cmd.OutOrStdout())}
	e.tell = e.print
	if asJSON {
		e.tell = func(check jsonCheck) { _ = writeJSON(cmd, check) }
	}
	e.finding("", dataDirectory(dataDir(cmd)))
	endpoints, effort, err := node.Checkup(ctx, settingsFile(cmd), names, model, e.finding)
	if err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		return &usageError{err}
	}
	e.end(cmd, endpoints, effort, asJSON)
	if e.problems > 0 {
		return &saidError{fmt.Errorf("%d problems", e.problems)}
	}
	return nil
}

func (e *examination) finding(endpoint string, f node.Finding) {
	if f.Status == node.FindingProblem {
		e.problems++
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

func (e *examination) end(cmd *cobra.Command, endpoints []string, effort node.CheckupEffort, asJSON bool) {
	if asJSON {
		_ = writeJSON(cmd, struct {
			Type      string `json:"type"`
			Endpoints int    `json:"endpoints"`
			Problems  int    `json:"problems"`
			Calls     int    `json:"calls"`
			Tokens    int64  `json:"tokens"`
		}{"done", len(endpoints), e.problems, effort.Calls, effort.Tokens})
		return
	}
	p := e.page
	p.printf("\n")
	switch {
	case len(endpoints) == 0:
		p.paragraph("", "", "No model endpoint is configured. Builtin minds need none. For language models set OPENAI_API_KEY (OPENAI_BASE_URL for another endpoint), or describe endpoints in vignette.yaml; docs/models.md says how.")
	case e.problems > 0:
		p.printf("%s. It took %s, %d tokens.\n", plural(e.problems, "problem", "problems"), plural(effort.Calls, "call", "calls"), effort.Tokens)
	default:
		p.printf("Nothing is wrong. It took %s, %d tokens.\n", plural(effort.Calls, "call", "calls"), effort.Tokens)
	}
}

// dataDirectory says whether runs can be kept where they are to be.
func dataDirectory(dir string) node.Finding {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		absolute = dir
	}
	info, err := os.Stat(absolute)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return writable(filepath.Dir(absolute), "data directory "+absolute+" will be made by the first run")
	case err != nil:
		return node.Finding{Check: "data", Status: node.FindingProblem, Detail: err.Error(), Mend: "name another directory with --data"}
	case !info.IsDir():
		return node.Finding{Check: "data", Status: node.FindingProblem, Detail: absolute + " is not a directory", Mend: "name another directory with --data"}
	}
	return writable(absolute, "data directory "+absolute)
}

func writable(dir, detail string) node.Finding {
	probe, err := os.CreateTemp(dir, ".vignette-doctor-*")
	if err != nil {
		return node.Finding{Check: "data", Status: node.FindingProblem, Detail: "nothing can be written into " + dir, Mend: "mend its permissions, or name another directory with --data"}
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	return node.Finding{Check: "data", Status: node.FindingOK, Detail: detail}
}
