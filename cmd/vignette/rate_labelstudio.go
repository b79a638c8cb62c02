package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/feedback/labelstudio"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func newRateExport() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "export CAMPAIGN -o DIR",
		Short: "Write a campaign for Label Studio: tasks and labeling configuration",
		Long: `Writes two files into a new directory: config.xml, the labeling configuration made of the
rubric, and tasks.json, the conversations. In Label Studio make a project, paste config.xml
under Settings, Labeling Interface, Code, and import tasks.json. Export the project there
as JSON; 'vignette rate import' brings it back.

Tasks are as blind as here: no policy, no model, no name, no id of an episode; known answers
are not in them. Label Studio shows everything at once, so that a campaign that asks before
and after consequences (arm: within, rerate) cannot be carried there.`,
		Example: `  vignette rate export CAMPAIGN -o panel/
  vignette rate import CAMPAIGN project-1-at-2026-11-26.json --raters 7=ann,8=ben`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usagef("name a directory for the two files with -o")
			}
			return withExisting(cmd, func(n *node.Node) error { return exportCampaign(cmd, n, args[0], out) })
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "directory to write; it must not be there, or be empty")
	return cmd
}

func exportCampaign(cmd *cobra.Command, n *node.Node, id, dir string) error {
	record, err := readCampaign(cmd, n, id)
	if err != nil {
		return err
	}
	rubric := record.Campaign.GetRubric()
	items, err := campaign.NewService(n.Log(), n.Reader(), time.Now).Sheet(cmd.Context(), id)
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	tasks, err := labelstudio.Tasks(id, rubric, items)
	if err != nil {
		return err
	}
	config, err := labelstudio.Config(rubric)
	if err != nil {
		return err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 || err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("write %s: something is there already; name a new directory with -o", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write %s: %w", dir, errors.Unwrap(err))
	}
	write := func(name string, what func(io.Writer) error) error {
		return intoFile(nil, filepath.Join(dir, name), what)
	}
	if err := write("config.xml", func(w io.Writer) error { _, err := io.WriteString(w, config); return err }); err != nil {
		return err
	}
	err = write("tasks.json", func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(tasks)
	})
	if err != nil {
		return err
	}
	newPage(cmd.OutOrStdout()).paragraph("", "  ", fmt.Sprintf("%s in %s, to be imported into a project whose labeling configuration is %s", plural(len(tasks), "task", "tasks"), line(filepath.Join(dir, "tasks.json")), line(filepath.Join(dir, "config.xml"))))
	return nil
}

func newRateImport() *cobra.Command {
	var names map[string]string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "import CAMPAIGN FILE",
		Short: "Bring annotations of Label Studio back as ratings, each once",
		Long: `Reads a project that was exported from Label Studio as JSON (not JSON-MIN, not CSV), and
records its annotations as ratings of the campaign. Everything is checked first: where
something is wrong, all of it is told by line, task and field, and nothing is recorded.

An annotation that was brought in before does nothing; one that was changed in Label Studio
since is an edit, and what it said before stays in the history. One that was taken back
here stays taken back. Predictions of models are nobody's rating and are left out.

Raters are called label-studio-ID by their number there; --raters gives them names.`,
		Example: `  vignette rate import CAMPAIGN project-1-at-2026-11-26.json
  vignette rate import CAMPAIGN project.json --raters 7=ann,8=ben,none=cem`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withExisting(cmd, func(n *node.Node) error { return importRatings(cmd, n, args[0], args[1], names, asJSON) })
		},
	}
	cmd.Flags().StringToStringVar(&names, "raters", nil, "names for Label Studio's users: ID=NAME,...; none=NAME for annotations that do not say whose they are")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write a done record")
	return cmd
}

type jsonImported struct {
	Type        string `json:"type"`
	Campaign    string `json:"campaign"`
	Tasks       int    `json:"tasks"`
	Recorded    int    `json:"recorded"`
	Edited      int    `json:"edited"`
	Unchanged   int    `json:"unchanged"`
	Skips       int    `json:"skips"` // among those recorded or edited
	Empty       int    `json:"empty"`
	Other       int    `json:"other"`
	Predictions int    `json:"predictions"`
}

func importRatings(cmd *cobra.Command, n *node.Node, id, file string, names map[string]string, asJSON bool) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read %s: %w", file, errors.Unwrap(err))
	}
	record, err := readCampaign(cmd, n, id)
	if err != nil {
		return err
	}
	items, err := campaign.NewService(n.Log(), n.Reader(), time.Now).Sheet(cmd.Context(), id)
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	found, err := labelstudio.Read(labelstudio.Source{File: file, Campaign: id, Rubric: record.Campaign.GetRubric(), Items: items, Raters: names}, data)
	if err != nil {
		return err
	}
	out := jsonImported{Type: "done", Campaign: id, Tasks: found.Tasks, Empty: found.Empty, Other: found.Other, Predictions: found.Predictions}
	desk := &importDesk{desk: &desk{ctx: cmd.Context(), node: n, campaign: id}, known: map[string][]*vignettev1.Rating{}}
	for _, r := range found.Ratings {
		if err := desk.bring(r, &out); err != nil {
			return fmt.Errorf("annotation %s: %w; %d are recorded, and the same command goes on", r.GetImported().GetId(), err, out.Recorded+out.Edited)
		}
	}
	if asJSON {
		return writeJSON(cmd, out)
	}
	newPage(cmd.OutOrStdout()).imported(out)
	return nil
}

func (p *page) imported(out jsonImported) {
	text := fmt.Sprintf("%s recorded, %s, %d there already", plural(out.Recorded, "rating", "ratings"), plural(out.Edited, "edit", "edits"), out.Unchanged)
	if out.Skips > 0 {
		text += fmt.Sprintf("; %d of them skips", out.Skips)
	}
	for _, each := range []struct {
		n    int
		what string
	}{{out.Empty, "tasks without an annotation"}, {out.Other, "tasks of other campaigns left out"}, {out.Predictions, "predictions of models left out"}} {
		if each.n > 0 {
			text += fmt.Sprintf("; %d %s", each.n, each.what)
		}
	}
	p.paragraph("", "  ", text)
}

// importDesk records ratings that were given elsewhere, with what is known of their raters.
type importDesk struct {
	*desk
	known map[string][]*vignettev1.Rating // by rater, all versions
}

// bring records a rating unless it was brought in before.
func (d *importDesk) bring(r *vignettev1.Rating, out *jsonImported) error {
	if d.known[r.GetRater()] == nil {
		d.rater = r.GetRater()
		history, err := d.ratings(true)
		if err != nil {
			return err
		}
		d.known[r.GetRater()] = history
	}
	version, before := int32(1), (*vignettev1.Rating)(nil)
	for _, old := range d.known[r.GetRater()] {
		if old.GetItem() != r.GetItem() || old.GetStage() != r.GetStage() || old.GetPass() != r.GetPass() {
			continue
		}
		version = old.GetVersion() + 1
		if old.GetImported().GetFormat() == r.GetImported().GetFormat() && old.GetImported().GetId() == r.GetImported().GetId() {
			before = old
		}
	}
	if before != nil && !changedSince(before, r) {
		out.Unchanged++
		return nil
	}
	r.Version = version
	saved, err := call(d.desk, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.SaveRatingRequest) (*vignettev1.SaveRatingResponse, error) {
		return c.SaveRating(ctx, q)
	}, &vignettev1.SaveRatingRequest{Rating: r})
	if err != nil {
		return err
	}
	d.known[r.GetRater()] = append(d.known[r.GetRater()], saved.GetRating())
	if r.GetSkip() != 0 {
		out.Skips++
	}
	if version > 1 {
		out.Edited++
	} else {
		out.Recorded++
	}
	return nil
}

// changedSince says whether an annotation says something else than when it was brought in last, and is not older than that.
func changedSince(before, now *vignettev1.Rating) bool {
	if was, is := before.GetImported().GetUpdated(), now.GetImported().GetUpdated(); was != nil && is != nil && is.AsTime().Before(was.AsTime()) {
		return false
	}
	said := func(r *vignettev1.Rating) *vignettev1.Rating {
		return &vignettev1.Rating{Values: r.GetValues(), Skip: r.GetSkip(), Corrections: r.GetCorrections(), Remark: r.GetRemark()}
	}
	return !proto.Equal(said(before), said(now))
}
