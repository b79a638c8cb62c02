package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func newRateDelete() *cobra.Command {
	var rater, item string
	var all bool
	cmd := &cobra.Command{
		Use:   "delete CAMPAIGN",
		Short: "Delete what you said in a campaign, history and drafts among it",
		Long: `Takes your ratings out of the log and writes over them on the disk. What is left says that there
was a rating, whose and of which item. (The key u, while you rate, takes back only: the
history keeps what you said.) Files that were exported before, and scores that were made
of ratings, stay: scores hold numbers and none of your words.

An item whose consequences you have seen cannot be rated in foresight again.`,
		Example: `  vignette rate delete CAMPAIGN --rater ann --item i7
  vignette rate delete CAMPAIGN --rater ann --all`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (item != "") {
				return usagef("rate delete: say either which item (--item) or --all")
			}
			return withExisting(cmd, func(n *node.Node) error {
				d := &desk{ctx: cmd.Context(), node: n, campaign: args[0], rater: cmp.Or(rater, userName()), page: newPage(cmd.OutOrStdout())}
				return d.deleteRatings(item)
			})
		},
	}
	cmd.Flags().StringVar(&rater, "rater", "", "your name or pseudonym (default your user name)")
	cmd.Flags().StringVar(&item, "item", "", "id of the item ('vignette rate export' and the API list them)")
	cmd.Flags().BoolVar(&all, "all", false, "all that you said in the campaign")
	return cmd
}

// deleteRatings deletes what the rater said of an item, of all unless one is given. What came later goes first: the service wants it so.
func (d *desk) deleteRatings(item string) error {
	got, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.ListRatingsRequest) (*vignettev1.ListRatingsResponse, error) {
		return c.ListRatings(ctx, q)
	}, &vignettev1.ListRatingsRequest{Campaign: d.campaign, Rater: d.rater, History: true})
	if err != nil {
		return err
	}
	type key struct {
		item  string
		stage vignettev1.RatingStage
		pass  int32
	}
	gone, erased := map[key]bool{}, int32(0)
	for i := len(got.GetRatings()) - 1; i >= 0; i-- {
		r := got.GetRatings()[i]
		k := key{r.GetItem(), r.GetStage(), r.GetPass()}
		if item != "" && r.GetItem() != item || r.GetDeleted() || gone[k] {
			continue
		}
		answer, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.DeleteRatingRequest) (*vignettev1.DeleteRatingResponse, error) {
			return c.DeleteRating(ctx, q)
		}, &vignettev1.DeleteRatingRequest{Campaign: d.campaign, Item: k.item, Rater: d.rater, Stage: k.stage, Pass: k.pass})
		if err != nil {
			return fmt.Errorf("delete the rating of item %s: %w", k.item, err)
		}
		gone[k] = true
		erased += answer.GetErased()
	}
	if len(gone) == 0 {
		return fmt.Errorf("%s has said nothing there that could be deleted; --rater names somebody else", line(d.rater))
	}
	d.page.paragraph("", "  ", fmt.Sprintf("%s of %s deleted: %s with all versions and drafts", plural(len(gone), "rating", "ratings"), line(d.rater), plural(int(erased), "entry of the log", "entries of the log")))
	return nil
}
