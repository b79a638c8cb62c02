package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

type rateFlags struct {
	run, rater string
	agreement  bool
}

func newRate() *cobra.Command {
	var flags rateFlags
	cmd := &cobra.Command{
		Use:   "rate CAMPAIGN|RUBRIC.yaml",
		Short: "Rate conversations, blind and with the keyboard alone",
		Long: `Gives you one conversation after the other and asks the questions of the campaign. You see
no policy, no model and no name. A rubric file opens a campaign over a run (--run); its id,
which is printed, is what other raters give. Each answer is kept at once. A campaign may begin with a
calibration round: after each of its items you are told what others said and what is known.

Type a number, or its word, and Enter. Also:
  ?            the codebook
  c            the conversation again
  t            the conversation does not tell: an answer, to this question alone
  s [REASON]   skip the whole item: cannot-tell, does-not-apply, distressing, not-blind,
               other; s alone asks why
  u            undo: take back your last answer; where none is given yet, your last rating,
               which comes again at once
  w TURN TEXT  how that turn would be worded better; it is kept with your rating
  n TEXT       a remark on the item
  q, Ctrl-C    leave; nothing is lost
An extreme may need evidence: you are asked for the turn and words of it, or its number
alone for all of it; what came of it has numbers with a + before them. In a campaign that
asks before and after, the answers before are fixed by going on to what came of it.`,
		Example: `  vignette rate satisfaction.yaml --run last --rater ann
  vignette rate CAMPAIGN --rater ben
  vignette rate list CAMPAIGN --rater ben
  vignette rate CAMPAIGN --agreement`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runRate(cmd, args[0], flags) },
	}
	cmd.Flags().StringVar(&flags.run, "run", "last", "with a rubric file: the run whose conversations are rated")
	cmd.Flags().StringVar(&flags.rater, "rater", "", "your name or pseudonym (default your user name)")
	cmd.Flags().BoolVar(&flags.agreement, "agreement", false, "say how far raters agree, and rate nothing")
	cmd.AddCommand(newRateList(), newRateExport(), newRateImport(), newRateSimulate(), newRateDelete())
	return cmd
}

func runRate(cmd *cobra.Command, name string, flags rateFlags) error {
	return withExisting(cmd, func(n *node.Node) error {
		desk := &desk{ctx: cmd.Context(), node: n, rater: cmp.Or(flags.rater, userName()), page: newPage(cmd.OutOrStdout())}
		if err := desk.open(name, flags.run); err != nil {
			return err
		}
		if flags.agreement {
			return desk.agreement()
		}
		return desk.sit(cmd.InOrStdin())
	})
}

// desk is where a rater sits.
type desk struct {
	ctx      context.Context
	node     *node.Node
	campaign string
	rubric   *vignettev1.Codebook
	rater    string
	page     *page
	hosting  bool

	in      *typed
	rows    func() int            // of the terminal, 0 where nobody looks at one
	item    *vignettev1.ShownItem // what lies on the desk
	before  string                // id of the item that was shown before it in this sitting
	undone  bool                  // what lies on the desk was taken back just now
	legend  bool                  // the keys were told
	notices []string              // what is to be said beside the next prompt: before it, it would scroll away
}

// What a rater may want instead of going on: to leave, or to take something back.
var errLeave, errUndo = errors.New("left"), errors.New("taken back")

// call asks whoever hosts FeedbackService, and hosts it here when nobody does, or nobody does any more.
func call[Q, A any](d *desk, ask func(vignettev1.FeedbackServiceClient, context.Context, Q) (A, error), request Q) (A, error) {
	answer, err := ask(d.node.Directory().Feedback(), d.ctx, request)
	if status.Code(err) == codes.Unavailable && !d.hosting {
		d.hosting = true
		if _, err := d.node.HostFeedback(d.ctx, time.Now); err != nil {
			return answer, err
		}
		answer, err = ask(d.node.Directory().Feedback(), d.ctx, request)
	}
	if err != nil {
		return answer, errors.New(status.Convert(err).Message())
	}
	return answer, nil
}

// open finds the campaign, or opens the one that a rubric file describes.
func (d *desk) open(name, run string) error {
	d.campaign = name
	if data, err := os.ReadFile(name); err == nil {
		rubric, err := campaign.ReadRubric(name, data)
		if err != nil {
			return err
		}
		planner, err := d.node.Reader().Run(d.ctx, run)
		if err != nil {
			return fmt.Errorf("%w; 'vignette runs' lists the runs", err)
		}
		opened, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.OpenCampaignRequest) (*vignettev1.OpenCampaignResponse, error) {
			return c.OpenCampaign(ctx, q)
		}, &vignettev1.OpenCampaignRequest{Run: planner.Manifest().GetRun(), Rubric: rubric})
		if err != nil {
			return err
		}
		d.campaign = opened.GetCampaign()
		d.page.printf("campaign %s: %s\n", d.campaign, plural(int(opened.GetItems()), "item", "items"))
	}
	return d.enter(d.campaign)
}

// enter finds a campaign that was opened.
func (d *desk) enter(id string) error {
	d.campaign = id
	got, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.GetCampaignRequest) (*vignettev1.GetCampaignResponse, error) {
		return c.GetCampaign(ctx, q)
	}, &vignettev1.GetCampaignRequest{Campaign: d.campaign})
	if err != nil {
		return d.others(err)
	}
	d.rubric = got.GetRubric()
	return nil
}

// others is what went wrong with the name of a campaign, and which ones there are.
func (d *desk) others(wrong error) error {
	got, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.ListCampaignsRequest) (*vignettev1.ListCampaignsResponse, error) {
		return c.ListCampaigns(ctx, q)
	}, &vignettev1.ListCampaignsRequest{})
	switch {
	case err != nil:
		return wrong
	case len(got.GetCampaigns()) == 0:
		return fmt.Errorf("%w; none was opened yet: 'vignette rate RUBRIC.yaml --run RUN' opens one", wrong)
	}
	text := "; there are "
	for i, c := range got.GetCampaigns()[:min(len(got.GetCampaigns()), 5)] {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s (%s)", c.GetCampaign(), line(c.GetTitle()))
	}
	return fmt.Errorf("%w%s", wrong, text)
}
