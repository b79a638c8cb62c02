package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/feedback/annotators"
	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/training"
)

type simulateFlags struct {
	raters                      int
	by, after, bias             string
	noise, sharpness, firstSide float64
	seed                        uint64
	json                        bool
}

func newRateSimulate() *cobra.Command {
	var flags simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate CAMPAIGN",
		Short: "Have simulated annotators with known faults rate a campaign",
		Long: `Simulated annotators are for planning a campaign (how many raters, how much overlap) and for
testing what is made of ratings: the truth is known. They read nothing: they take an
episode's worth by a measure (--by, in hindsight --after) for the truth, the run's lowest
for the scale's lowest and the run's highest for its highest, and add their faults:
--bias (points of the scale above the truth, one for all or one each), --noise (standard
deviation of a single rating, points). Of pairs they prefer the better one with log odds of
--sharpness for the whole range of worths, and --first-side for what stands first.

Every rating says that it was simulated, and how; agreement, fits, exports and their cards
keep it apart from what people said. A campaign that people rate is none to simulate in:
they would take each other's items.`,
		Example: `  vignette rate simulate CAMPAIGN --raters 3 --by reward --bias=-0.5,0,0.5 --noise 0.7
  vignette reward ratings CAMPAIGN --simulated`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runSimulate(cmd, args[0], flags) },
	}
	cmd.Flags().IntVar(&flags.raters, "raters", 2, "how many annotators, 1 to 100")
	cmd.Flags().StringVar(&flags.by, "by", "reward", "what they take for the truth: reward, DIMENSION, EVALUATOR:DIMENSION")
	cmd.Flags().StringVar(&flags.after, "after", "", "the same in hindsight (default as --by)")
	cmd.Flags().StringVar(&flags.bias, "bias", "0", "points of the scale above the truth: one number, or one for each, separated by commas")
	cmd.Flags().Float64Var(&flags.noise, "noise", 0.7, "standard deviation of a single rating, points of the scale")
	cmd.Flags().Float64Var(&flags.sharpness, "sharpness", 4, "pairs: log odds of preferring what is better by the whole range")
	cmd.Flags().Float64Var(&flags.firstSide, "first-side", 0, "pairs: log odds added to what stands first")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of their chance")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write a done record")
	return cmd
}

// seats are the annotators that were asked for.
func (f simulateFlags) seats() ([]annotators.Seat, error) {
	if f.raters < 1 || f.raters > 100 {
		return nil, usagef("--raters is %d; it is 1 to 100", f.raters)
	}
	parts := strings.Split(f.bias, ",")
	if len(parts) != 1 && len(parts) != f.raters {
		return nil, usagef("--bias has %d numbers for %s; give one, or one for each", len(parts), plural(f.raters, "annotator", "annotators"))
	}
	var out []annotators.Seat
	for i := range f.raters {
		bias, err := strconv.ParseFloat(strings.TrimSpace(parts[min(i, len(parts)-1)]), 64)
		if err != nil {
			return nil, usagef("--bias: %q is not a number", parts[min(i, len(parts)-1)])
		}
		seat := annotators.Seat{Rater: fmt.Sprintf("simulated-%d", i+1), Seed: f.seed, Annotator: annotators.Annotator{Bias: bias, Noise: f.noise, Sharpness: f.sharpness, FirstSide: f.firstSide}}
		if err := seat.Check(); err != nil {
			return nil, &usageError{err}
		}
		out = append(out, seat)
	}
	return out, nil
}

func runSimulate(cmd *cobra.Command, id string, flags simulateFlags) error {
	seats, err := flags.seats()
	if err != nil {
		return err
	}
	return withExisting(cmd, func(n *node.Node) error {
		record, err := readCampaign(cmd, n, id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(record.Standing, func(r *vignettev1.Rating) bool { return r.GetSimulated() == nil }) {
			return fmt.Errorf("people have rated in campaign %s; simulated annotators would take their items: open another one with another seed in its rubric", id)
		}
		panel := annotators.Panel{Seats: seats, Campaign: record.Campaign}
		if panel.Foresight, err = truthOf(cmd, n, record, flags.by); err != nil {
			return err
		}
		panel.Hindsight = panel.Foresight
		if flags.after != "" && flags.after != flags.by {
			if panel.Hindsight, err = truthOf(cmd, n, record, flags.after); err != nil {
				return err
			}
		}
		desk := &desk{ctx: cmd.Context(), node: n, campaign: id}
		if _, err := call(desk, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.GetCampaignRequest) (*vignettev1.GetCampaignResponse, error) {
			return c.GetCampaign(ctx, q)
		}, &vignettev1.GetCampaignRequest{Campaign: id}); err != nil {
			return err
		}
		done, err := panel.Rate(cmd.Context(), n.Directory().Feedback())
		if err != nil {
			return errors.New(status.Convert(err).Message())
		}
		if flags.json {
			return writeJSON(cmd, struct {
				Type      string `json:"type"`
				Campaign  string `json:"campaign"`
				Simulated bool   `json:"simulated"`
				Raters    int    `json:"raters"`
				Rated     int    `json:"rated"`
				Skipped   int    `json:"skipped"`
			}{"done", id, true, len(seats), done.Rated, done.Skipped})
		}
		p := newPage(cmd.OutOrStdout())
		text := fmt.Sprintf("%s, made up by %s (no people)", plural(done.Rated, "rating", "ratings"), plural(len(seats), "simulated annotator", "simulated annotators"))
		if done.Skipped > 0 {
			text += fmt.Sprintf("; %d skipped, since what they are about has no worth by %s", done.Skipped, line(strings.Join(slices.Compact([]string{panel.Foresight.Measure, panel.Hindsight.Measure}), " or ")))
		}
		p.paragraph("", "  ", text)
		return nil
	})
}

// truthOf are the worths of a campaign's episodes by a measure, spread over 0-1.
func truthOf(cmd *cobra.Command, n *node.Node, record *campaign.Record, by string) (annotators.Truth, error) {
	measure, err := training.MeasureOf(by)
	if err != nil {
		return annotators.Truth{}, &usageError{fmt.Errorf("--by: %w", err)}
	}
	if _, learns := measure.(training.Learner); learns {
		return annotators.Truth{}, usagef("--by is %q; ratings cannot be the truth of ratings: give reward or a dimension", by)
	}
	planner, err := findRun(cmd, n, record.Campaign.GetRun())
	if err != nil {
		return annotators.Truth{}, err
	}
	shelf := &shelf{cmd: cmd, node: n}
	worth, why := map[string]float64{}, ""
	for item, err := range n.Reader().Episodes(cmd.Context(), planner) {
		if err != nil {
			return annotators.Truth{}, err
		}
		if item.State.Completed() == nil {
			continue
		}
		notes, err := shelf.Notes(cmd.Context(), item.State)
		if err != nil {
			return annotators.Truth{}, err
		}
		plan := item.State.Plan()
		if w := measure.Of(item.State, plan.Scenario.GetFocal(), notes); w.Missing == "" {
			worth[plan.Episode] = w.Value
		} else {
			why = w.Missing
		}
	}
	if len(worth) == 0 {
		return annotators.Truth{}, fmt.Errorf("no episode of run %s has a worth by %s: %s", record.Campaign.GetRun(), by, why)
	}
	return annotators.Truth{Measure: by, Worth: annotators.Spread(worth)}, nil
}
