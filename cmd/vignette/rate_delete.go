package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func newRateDelete() *cobra.Command {
	var rater, item string
	var all, yes bool
	cmd := &cobra.Command{
		Use:   "delete CAMPAIGN",
		Short: "Delete what you said in a campaign, history and drafts among it",
		Long: `Takes your ratings out of the log and writes over them on the disk. What is left says that there
was a rating, whose and of which item. (The key u, while you rate, takes back only: the
history keeps what you said.) Files that were exported before, and scores that were made
of ratings, stay: scores hold numbers and none of your words.

Of an item that you rated before and after consequences, both go. An item whose consequences
you have seen cannot be rated in foresight again. It asks first; where nobody can be asked,
--yes is needed.`,
		Example: `  vignette rate delete CAMPAIGN --rater ann --item i7
  vignette rate delete CAMPAIGN --rater ann --all --yes`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (item != "") {
				return usagef("rate delete: say either which item (--item) or --all")
			}
			return withExisting(cmd, func(n *node.Node) error {
				d := &desk{ctx: cmd.Context(), node: n, rater: cmp.Or(rater, userName()), page: newPage(cmd.OutOrStdout())}
				if err := d.enter(args[0]); err != nil {
					return err
				}
				doomed, err := d.doomed(item)
				if err != nil {
					return err
				}
				if err := agree(cmd, d.what(doomed), yes); err != nil {
					return err
				}
				return d.deleteRatings(doomed)
			})
		},
	}
	cmd.Flags().StringVar(&rater, "rater", "", "your name or pseudonym (default your user name)")
	cmd.Flags().StringVar(&item, "item", "", "id of the item: it stands over the item, and 'vignette rate list' lists yours")
	cmd.Flags().BoolVar(&all, "all", false, "all that you said in the campaign")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// doomed are the ratings that are to go, the newest version of each, what came later first: the service wants it so.
func (d *desk) doomed(item string) ([]*vignettev1.Rating, error) {
	all, err := d.ratings(true)
	if err != nil {
		return nil, err
	}
	type key struct {
		item  string
		stage vignettev1.RatingStage
		pass  int32
	}
	seen := map[key]bool{}
	var out []*vignettev1.Rating
	for _, r := range slices.Backward(all) {
		k := key{r.GetItem(), r.GetStage(), r.GetPass()}
		if item != "" && r.GetItem() != item || r.GetDeleted() || seen[k] {
			continue
		}
		seen[k] = true
		out = append(out, r)
	}
	switch {
	case len(out) > 0:
		return out, nil
	case len(all) > 0 && item != "":
		return nil, fmt.Errorf("%s has no rating of an item %q; 'vignette rate list %s --rater %s' lists what there is", line(d.rater), line(item), line(d.campaign), line(d.rater))
	case len(all) > 0:
		return nil, fmt.Errorf("all that %s said in this campaign was deleted already", line(d.rater))
	}
	raters, err := d.raters()
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%s has said nothing in this campaign; %s", line(d.rater), raters)
}

// what is said of ratings before they are deleted.
func (d *desk) what(ratings []*vignettev1.Rating) []doomed {
	var out []doomed
	for _, r := range slices.Backward(ratings) {
		text := d.ratingText(r)
		if r.GetWithdrawn() {
			text = "taken back"
		}
		out = append(out, doomed{what: fmt.Sprintf("the rating of item %s by %s (%s: %s)", line(r.GetItem()), line(d.rater), d.stageText(r), line(text))})
	}
	return out
}

func (d *desk) deleteRatings(ratings []*vignettev1.Rating) error {
	erased := int32(0)
	for _, r := range ratings {
		answer, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.DeleteRatingRequest) (*vignettev1.DeleteRatingResponse, error) {
			return c.DeleteRating(ctx, q)
		}, &vignettev1.DeleteRatingRequest{Campaign: d.campaign, Item: r.GetItem(), Rater: d.rater, Stage: r.GetStage(), Pass: r.GetPass()})
		if err != nil {
			return fmt.Errorf("delete the rating of item %s (%s): %w", r.GetItem(), d.stageText(r), err)
		}
		erased += answer.GetErased()
	}
	d.page.paragraph("", "  ", fmt.Sprintf("%s of %s deleted: %s with all versions and drafts", plural(len(ratings), "rating", "ratings"), line(d.rater), plural(int(erased), "entry of the log", "entries of the log")))
	return nil
}
