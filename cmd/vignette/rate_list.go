package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func newRateList() *cobra.Command {
	var rater string
	var history, asJSON bool
	cmd := &cobra.Command{
		Use:   "list CAMPAIGN",
		Short: "List what you said in a campaign, item by item",
		Long: `Lists your ratings as they stand, in the order in which you gave them: the item's id, whether it
was before or after consequences, the answers, what they rest on, better words and remarks.
A version counts every change and taking back; --history lists them all.`,
		Example: `  vignette rate list CAMPAIGN --rater ann
  vignette rate list CAMPAIGN --rater ann --history --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withExisting(cmd, func(n *node.Node) error {
				d := &desk{ctx: cmd.Context(), node: n, rater: cmp.Or(rater, userName()), page: newPage(cmd.OutOrStdout())}
				if err := d.enter(args[0]); err != nil {
					return err
				}
				ratings, err := d.ratings(history)
				if err != nil {
					return err
				}
				if asJSON {
					return writeProto(cmd, &vignettev1.ListRatingsResponse{Ratings: ratings})
				}
				return d.list(ratings)
			})
		},
	}
	cmd.Flags().StringVar(&rater, "rater", "", "your name or pseudonym (default your user name)")
	cmd.Flags().BoolVar(&history, "history", false, "all versions, those taken back too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write them as JSON")
	return cmd
}

// list writes ratings, one a line.
func (d *desk) list(ratings []*vignettev1.Rating) error {
	if len(ratings) == 0 {
		raters, err := d.raters()
		if err != nil {
			return err
		}
		d.page.paragraph("", "  ", fmt.Sprintf("%s has said nothing in this campaign; %s", line(d.rater), raters))
		return nil
	}
	for _, r := range ratings {
		text := d.ratingText(r)
		switch {
		case r.GetDeleted():
			text = "deleted"
		case r.GetWithdrawn():
			text = "taken back"
		}
		d.page.paragraph(d.page.bold(line(r.GetItem()))+"  ", "    ", fmt.Sprintf("%s: %s", d.stageText(r), text))
	}
	return nil
}

// stageText says when a rating was given, as far as the campaign tells times apart.
func (d *desk) stageText(r *vignettev1.Rating) string {
	text := "before"
	switch {
	case r.GetStage() == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT && d.rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_RERATE:
		text = "once more"
	case r.GetStage() == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT:
		text = "after"
	case r.GetPass() == 2:
		text = "a second time"
	}
	if r.GetVersion() > 1 {
		text += fmt.Sprintf(", version %d", r.GetVersion())
	}
	return text
}

// raters says who has rated.
func (d *desk) raters() (string, error) {
	got, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.GetAgreementRequest) (*vignettev1.GetAgreementResponse, error) {
		return c.GetAgreement(ctx, q)
	}, &vignettev1.GetAgreementRequest{Campaign: d.campaign})
	if err != nil || len(got.GetRaters()) == 0 {
		return "nobody has rated yet", err
	}
	text := "those who have: "
	for i, r := range got.GetRaters() {
		if i > 0 {
			text += ", "
		}
		text += line(r.GetRater())
	}
	return text + " (--rater)", nil
}
