package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/studies/minds"
)

type mindsFlags struct {
	episodes int
	seed     uint64
	workers  int
	json     bool
}

// experiment is something that is asked of the builtin minds. It is a method of a stage.
type experiment func(*minds.Stage, context.Context, minds.Options) (*minds.Report, error)

func newMinds() *cobra.Command {
	var flags mindsFlags
	cmd := &cobra.Command{
		Use:   "minds",
		Short: "Measure the builtin minds again",
		Long: `Plays the experiments behind docs/minds.md again and prints what they give: what
skill does dose by dose, whether what only looks like skill does it too, what
becomes of counselors' real words, and how varied the wording is.

The runs are played in a directory that is thrown away, unless --data or --nats says
where to keep them. Progress goes to standard error, tables to standard output. The
same seed gives the same numbers.`,
		Example: `  vignette minds all
  vignette minds dose --episodes 2000 --seed 7
  vignette minds human annomi.csv --json | jq 'select(.type == "row")'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().IntVar(&flags.episodes, "episodes", 0, "episodes to play at least, for each part (default: each experiment's own number)")
	cmd.PersistentFlags().Uint64Var(&flags.seed, "seed", 1, "seed of all chance")
	cmd.PersistentFlags().IntVar(&flags.workers, "workers", 0, "episodes played at once, from 1 (default 8)")
	cmd.PersistentFlags().BoolVar(&flags.json, "json", false, "write NDJSON: a launch record, one record per row, a done record")
	for _, e := range []struct {
		use, short, long, example string
		args                      cobra.PositionalArgs
		run                       func(args []string) []experiment
	}{
		{
			"dose", "What skill does, dose by dose", `Plays every skill (0, .25, .5, .75, 1) in every modality with the same clients and
the same luck, and the same for partners who are to be won over.`,
			"  vignette minds dose", cobra.NoArgs, func([]string) []experiment { return []experiment{(*minds.Stage).Dose} },
		},
		{
			"placebos", "Whether what only looks like skill does what skill does", `Plays lines out of place, words of skill in a heap, a warm echo, skilled lines with
a reproach in each, and a client that hears at random, beside skill 0 and skill 1.`,
			"  vignette minds placebos --seed 7", cobra.NoArgs, func([]string) []experiment { return []experiment{(*minds.Stage).Placebos} },
		},
		{
			"wording", "How varied the wording is, and whether replies belong where they stand", `Counts utterances that come again, names and facts masked, in the session of another
client; and asks whether a reply can be told to belong to the turn before it.`,
			"  vignette minds wording --episodes 400", cobra.NoArgs, func([]string) []experiment { return []experiment{(*minds.Stage).Wording} },
		},
		{
			"human FILE", "What becomes of counselors' real words", `Says the counselor's turns of transcripts to the builtin clients, in their order, and
compares the ear of the clients with people's labels. FILE is AnnoMI's CSV.`,
			"  vignette minds human ../shared/data/annomi-dev/annomi-dev.csv", cobra.ExactArgs(1), func(args []string) []experiment { return []experiment{human(args[0])} },
		},
		{
			"market [FILE]", "Whether hindsight tells honest sellers from warm ones", `Four builtin sellers, honesty crossed with warmth, and customers who like warmth and
believe what they are told: a planted check of how hindsight is measured, not of people.
FILE has environments in RLHS's form; without it, shops that come along are played.`,
			"  vignette minds market", cobra.MaximumNArgs(1), func(args []string) []experiment { return []experiment{market(args)} },
		},
		{
			"all", "All of it", `All experiments, one after the other. That with real words needs a file of them: it looks
in $VIGNETTE_TESTDATA (default ../shared/data) and is left out, saying so, where it is not.`,
			"  vignette minds all > figures.txt", cobra.NoArgs, func([]string) []experiment { return everyExperiment() },
		},
	} {
		cmd.AddCommand(&cobra.Command{
			Use: e.use, Short: e.short, Long: e.long, Example: e.example, Args: e.args,
			RunE: func(cmd *cobra.Command, args []string) error { return runMinds(cmd, flags, e.run(args)) },
		})
	}
	return cmd
}

func human(file string) experiment {
	return func(stage *minds.Stage, ctx context.Context, options minds.Options) (*minds.Report, error) {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return stage.Human(ctx, f, options)
	}
}

func market(args []string) experiment {
	if len(args) == 0 {
		return (*minds.Stage).Market
	}
	return func(stage *minds.Stage, ctx context.Context, options minds.Options) (*minds.Report, error) {
		name, data, err := minds.ReadMarket(args[0])
		if err != nil {
			return nil, err
		}
		return stage.MarketOf(ctx, name, data, options)
	}
}

// everyExperiment is all that can be done here.
func everyExperiment() []experiment {
	list := []experiment{(*minds.Stage).Dose, (*minds.Stage).Placebos, (*minds.Stage).Wording, (*minds.Stage).Market}
	dir := os.Getenv("VIGNETTE_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "shared", "data")
	}
	file := filepath.Join(dir, "annomi-dev", "annomi-dev.csv")
	if _, err := os.Stat(file); err != nil {
		fmt.Fprintf(os.Stderr, "vignette: without real words: %s is not here; 'vignette minds human FILE' takes another\n", file)
		return list
	}
	return append(list, human(file))
}

func runMinds(cmd *cobra.Command, flags mindsFlags, experiments []experiment) error {
	if flags.episodes < 0 || cmd.Flags().Changed("episodes") && flags.episodes < 1 {
		return usagef("--episodes is %d; it must be at least 1", flags.episodes)
	}
	if cmd.Flags().Changed("workers") && flags.workers < 1 {
		return usagef("--workers is %d; it must be at least 1", flags.workers)
	}
	ctx, drain, stop := interruptible(cmd.Context(), "finishing the episodes in flight")
	defer stop()
	return withLaboratory(ctx, cmd, func(n *node.Node) error {
		stage, err := n.Laboratory(ctx)
		if err != nil {
			return err
		}
		teller := &mindsTeller{cmd: cmd, asJSON: flags.json}
		options := minds.Options{Episodes: flags.episodes, Seed: flags.seed, Workers: flags.workers, Drain: drain, Progress: newMindsProgress(os.Stderr)}
		if err := teller.launch(flags); err != nil {
			return err
		}
		for _, e := range experiments {
			report, err := e(stage, ctx, options)
			if errors.Is(err, minds.ErrDrained) {
				return fmt.Errorf("%w; the same command plays them again from the start", err)
			}
			if err != nil {
				return err
			}
			if err := teller.report(report); err != nil {
				return err
			}
		}
		return teller.done()
	})
}

// withLaboratory opens a directory that goes away, unless it was said where to work.
func withLaboratory(ctx context.Context, cmd *cobra.Command, use func(*node.Node) error) (err error) {
	config := nodeConfig(cmd)
	if cmd.Flags().Changed("data") || config.NATS.URL != "" {
		return withNode(ctx, cmd, use)
	}
	n, err := node.OpenTemporary(ctx, config)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := n.Close(context.WithoutCancel(ctx)); closeErr != nil && err == nil {
			err = closeErr
		}
	}()
	return use(n)
}

// newMindsProgress tells how far a part of an experiment is.
func newMindsProgress(w io.Writer) func(part string, done, total int) {
	tellers := map[string]func(done, total int){}
	return func(part string, done, total int) {
		if tellers[part] == nil {
			tellers[part] = newProgress(w, part, "episode", "episodes")
		}
		tellers[part](done, total)
	}
}

// newProgress tells how much of something is done: in place on a terminal, else once at its end.
func newProgress(w io.Writer, what, one, many string) func(done, total int) {
	f, isFile := w.(*os.File)
	live := isFile && term.IsTerminal(int(f.Fd()))
	told := time.Time{}
	return func(done, total int) {
		switch {
		case live && done == total:
			fmt.Fprintf(w, "\r\x1b[K%s: %s\n", what, plural(total, one, many))
		case live && time.Since(told) > 100*time.Millisecond:
			fmt.Fprintf(w, "\r\x1b[K%s", fitted(f, fmt.Sprintf("%s: %d of %s", what, done, plural(total, one, many))))
			told = time.Now()
		case !live && done == total:
			fmt.Fprintf(w, "%s: %s\n", what, plural(total, one, many))
		}
	}
}

// mindsTeller tells what experiments found.
type mindsTeller struct {
	cmd      *cobra.Command
	asJSON   bool
	reports  int
	episodes int
}

func (t *mindsTeller) launch(flags mindsFlags) error {
	if !t.asJSON {
		return nil
	}
	return writeJSON(t.cmd, struct {
		Type    string `json:"type"`
		Seed    uint64 `json:"seed"`
		Version string `json:"version"`
	}{"launch", flags.seed, programVersion()})
}

func (t *mindsTeller) done() error {
	if !t.asJSON {
		return nil
	}
	return writeJSON(t.cmd, struct {
		Type     string `json:"type"`
		Reports  int    `json:"reports"`
		Episodes int    `json:"episodes"`
	}{"done", t.reports, t.episodes})
}

func (t *mindsTeller) report(r *minds.Report) error {
	t.reports++
	t.episodes += r.Episodes
	if t.asJSON {
		return t.rows(r)
	}
	p := newPage(t.cmd.OutOrStdout())
	if t.reports > 1 {
		p.printf("\n\n")
	}
	p.printf("%s  %s, %s\n", p.bold(r.Experiment), r.Title, plural(r.Episodes, "episode", "episodes"))
	for _, table := range r.Tables {
		p.printf("\n%s\n", p.bold(line(table.Title)))
		if table.Note != "" {
			p.paragraph("  ", "  ", table.Note)
		}
		p.mindsTable(table)
	}
	return nil
}

func (p *page) mindsTable(table minds.Table) {
	header, rows := append([]string{}, table.Keys...), [][]string{}
	header = append(header, table.Columns...)
	for _, row := range table.Rows {
		cells := append([]string{}, row.Keys...)
		for _, cell := range row.Cells {
			cells = append(cells, mindsCell(cell))
		}
		for i := range cells {
			cells[i] = runewidth.Truncate(line(cells[i]), widestCell, "...")
		}
		rows = append(rows, cells)
	}
	p.grid("  ", header, rows, len(table.Keys), func(column int) bool { return column >= len(table.Keys) })
}

// widestCell is how much of a long key, a whole sentence, is shown.
const widestCell = 78

// mindsCell shows a value with its interval; what is missing is a dash, never a zero.
func mindsCell(cell minds.Cell) string {
	switch {
	case cell.Text != "":
		return cell.Text
	case cell.Value == nil:
		return "-"
	case cell.Whole:
		return fmt.Sprintf("%.0f", *cell.Value)
	}
	text := figure(*cell.Value)
	if cell.CI95 != nil {
		text += fmt.Sprintf(" [%s, %s]", figure(cell.CI95.Low), figure(cell.CI95.High))
	}
	return text
}

func figure(x float64) string {
	if x > -0.005 && x < 0 {
		x = 0 // not "-0.00"
	}
	if x >= 10 || x <= -10 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

type mindsRow struct {
	Type       string               `json:"type"`
	Experiment string               `json:"experiment"`
	Table      string               `json:"table"`
	Keys       map[string]string    `json:"keys"`
	Values     map[string]mindsJSON `json:"values"`
}

type mindsJSON struct {
	Value *float64    `json:"value"` // null: there is none
	CI95  *[2]float64 `json:"ci95"`  // null: it cannot be had, or is not needed
	N     int         `json:"n,omitempty"`
	Text  string      `json:"text,omitempty"`
}

func (t *mindsTeller) rows(r *minds.Report) error {
	for _, table := range r.Tables {
		for _, row := range table.Rows {
			record := mindsRow{Type: "row", Experiment: r.Experiment, Table: table.ID, Keys: map[string]string{}, Values: map[string]mindsJSON{}}
			for i, key := range table.Keys {
				record.Keys[jsonName(key)] = row.Keys[i]
			}
			for i, column := range table.Columns {
				record.Values[jsonName(column)] = mindsValue(row.Cells[i])
			}
			if err := writeJSON(t.cmd, record); err != nil {
				return err
			}
		}
	}
	return nil
}

func mindsValue(cell minds.Cell) mindsJSON {
	return mindsJSON{Value: cell.Value, CI95: ends(cell.CI95), N: cell.N, Text: cell.Text}
}

func ends(ci *stats.Interval) *[2]float64 {
	if ci == nil {
		return nil
	}
	return &[2]float64{ci.Low, ci.High}
}

func jsonName(header string) string { return strings.ReplaceAll(header, " ", "_") }
