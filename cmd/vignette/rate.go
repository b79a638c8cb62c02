package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

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

Type a number and Enter. Also:
  ?            the codebook
  t            cannot tell
  s [REASON]   skip the item: cannot-tell, does-not-apply, distressing, not-blind, other
  u            undo: take back your last rating and rate it again
  w TURN TEXT  how that turn would be worded better; it is kept with your rating
  n TEXT       a remark on the item
  q            leave; nothing is lost
An extreme may need evidence: you are asked for the turn and words as they stand there, or the
number of a turn alone for all of it.`,
		Example: `  vignette rate satisfaction.yaml --run last --rater ann
  vignette rate CAMPAIGN --rater ben
  vignette rate CAMPAIGN --agreement`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runRate(cmd, args[0], flags) },
	}
	cmd.Flags().StringVar(&flags.run, "run", "last", "with a rubric file: the run whose conversations are rated")
	cmd.Flags().StringVar(&flags.rater, "rater", "", "your name or pseudonym (default your user name)")
	cmd.Flags().BoolVar(&flags.agreement, "agreement", false, "say how far raters agree, and rate nothing")
	cmd.AddCommand(newRateExport(), newRateImport(), newRateSimulate(), newRateDelete())
	return cmd
}

func runRate(cmd *cobra.Command, name string, flags rateFlags) error {
	return withExisting(cmd, func(n *node.Node) error {
		desk := &desk{ctx: cmd.Context(), node: n, rater: cmp.Or(flags.rater, userName()), in: bufio.NewScanner(cmd.InOrStdin()), page: newPage(cmd.OutOrStdout())}
		if err := desk.open(name, flags.run); err != nil {
			return err
		}
		if flags.agreement {
			return desk.agreement()
		}
		return desk.sit()
	})
}

// desk is where a rater sits.
type desk struct {
	ctx      context.Context
	node     *node.Node
	campaign string
	rubric   *vignettev1.Codebook
	rater    string
	in       *bufio.Scanner
	page     *page
	hosting  bool
	// item is what lies on the desk, done what was rated before it in this sitting, the last one last.
	item *vignettev1.ShownItem
	done []*vignettev1.ShownItem
}

// errLeave says that the rater has had enough.
var errLeave = errors.New("left")

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
	got, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.GetCampaignRequest) (*vignettev1.GetCampaignResponse, error) {
		return c.GetCampaign(ctx, q)
	}, &vignettev1.GetCampaignRequest{Campaign: d.campaign})
	d.rubric = got.GetRubric()
	return err
}

// sit gives the rater items until there are none.
func (d *desk) sit() error {
	for {
		got, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.NextItemRequest) (*vignettev1.NextItemResponse, error) {
			return c.NextItem(ctx, q)
		}, &vignettev1.NextItemRequest{Campaign: d.campaign, Rater: d.rater})
		if err != nil {
			return err
		}
		if got.GetItem() == nil {
			d.page.printf("Nothing is left for you to rate. Thank you.")
			if got.GetKeptByOthers() > 0 {
				d.page.printf(" Others keep %s, which may come back.", plural(int(got.GetKeptByOthers()), "item", "items"))
			}
			d.page.printf("\n")
			if again, err := d.lastWord(); err != nil || !again {
				return err
			}
			continue
		}
		if err := d.rate(got.GetItem()); errors.Is(err, errLeave) {
			d.page.printf("\nEverything so far is kept; the same command goes on.\n")
			return nil
		} else if err != nil {
			return err
		}
	}
}

// lastWord lets whoever is through take back the last rating; false when they leave.
func (d *desk) lastWord() (again bool, err error) {
	if standing, err := d.ratings(false); err != nil || len(standing) == 0 { // Those of other sittings can be taken back too.
		return false, err
	}
	typed, err := d.read("u takes your last rating back, Enter leaves  ")
	if err != nil || typed != "u" {
		if errors.Is(err, errLeave) {
			err = nil
		}
		return false, err
	}
	if err := d.undo(); err != nil && !errors.Is(err, errLeave) {
		return false, err
	}
	return true, nil
}

// rate shows an item and asks every question of it.
func (d *desk) rate(item *vignettev1.ShownItem) error {
	d.item = item
	if item.GetDone() == 0 && len(d.done) == 0 && d.rubric.GetCodebook() != "" { // Before the first: ? shows it again.
		d.page.paragraph("", "", d.rubric.GetCodebook())
	}
	d.show(item)
	began := time.Now()
	versions, err := d.ratings(true)
	if err != nil {
		return err
	}
	r := &vignettev1.Rating{Campaign: d.campaign, Item: item.GetItem(), Rater: d.rater, Stage: item.GetStage(), Pass: item.GetPass(), Values: item.GetDraft().GetValues(), Remark: item.GetDraft().GetRemark(), Corrections: item.GetDraft().GetCorrections()}
	version := int32(1)
	for _, old := range versions {
		if old.GetItem() == r.GetItem() && old.GetStage() == r.GetStage() && old.GetPass() == r.GetPass() {
			version = old.GetVersion() + 1
		}
	}
	for i := len(r.GetValues()); i < len(d.rubric.GetScales()); i++ {
		value, skip, undo, err := d.ask(d.rubric.GetScales()[i], r)
		switch {
		case err != nil:
			return err
		case undo:
			return d.undo()
		case skip != 0:
			r.Skip, r.Values = skip, nil
		default:
			r.Values = append(r.Values, value)
		}
		if r.GetSkip() != 0 {
			d.page.printf("  skipped: %s\n", skipText(r.GetSkip()))
			break
		}
		d.page.printf("  = %s\n", answerText(d.rubric.GetScales()[i], value))
		if i+1 < len(d.rubric.GetScales()) { // Kept at once.
			if _, err := d.save(proto.CloneOf(r)); err != nil {
				return err
			}
		}
	}
	r.Version, r.TimeSpent = version, durationpb.New(time.Since(began))
	told, err := d.save(r)
	if err != nil { // Refused: say why, and ask again.
		d.page.printf("  ! %s\n", line(err.Error()))
		_, err = d.save(&vignettev1.Rating{Campaign: r.GetCampaign(), Item: r.GetItem(), Rater: r.GetRater(), Stage: r.GetStage(), Pass: r.GetPass()})
		return err
	}
	d.tell(told)
	d.done = append(d.done, item)
	if r.GetSkip() == vignettev1.SkipReason_SKIP_REASON_DISTRESSING {
		return d.pause()
	}
	return nil
}

// pause lets somebody who did not want to read an item catch their breath, or leave, before the next one comes.
func (d *desk) pause() error {
	d.page.paragraph("  ", "  ", "It does not come to you again. You need not go on: what you have rated is kept.")
	for {
		typed, err := d.read("  Enter goes on, q leaves ")
		if err != nil || typed == "q" {
			return cmp.Or(err, errLeave)
		}
		if typed == "" {
			return nil
		}
	}
}

// tell says what is known of an item of the calibration round.
func (d *desk) tell(answers []*vignettev1.CalibrationAnswer) {
	for _, answer := range answers {
		text := "on " + answer.GetScale() + ":"
		if answer.Known != nil {
			text += fmt.Sprintf(" right is %d", answer.GetKnown())
			if answer.GetTolerance() > 0 {
				text += fmt.Sprintf(", give or take %d", answer.GetTolerance())
			}
			if answer.GetReason() != "" {
				text += ": " + answer.GetReason()
			}
			text += ";"
		}
		if len(answer.GetOthers()) == 0 {
			text += " you are the first to rate this one"
		} else {
			text += " others said " + strings.Trim(fmt.Sprint(answer.GetOthers()), "[]")
		}
		d.page.paragraph("  calibration  ", "    ", text)
	}
}

func (d *desk) save(r *vignettev1.Rating) ([]*vignettev1.CalibrationAnswer, error) {
	saved, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.SaveRatingRequest) (*vignettev1.SaveRatingResponse, error) {
		return c.SaveRating(ctx, q)
	}, &vignettev1.SaveRatingRequest{Rating: r})
	return saved.GetCalibration(), err
}

func (d *desk) ratings(history bool) ([]*vignettev1.Rating, error) {
	got, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.ListRatingsRequest) (*vignettev1.ListRatingsResponse, error) {
		return c.ListRatings(ctx, q)
	}, &vignettev1.ListRatingsRequest{Campaign: d.campaign, Rater: d.rater, History: history})
	return got.GetRatings(), err
}

// undo takes the last rating back.
func (d *desk) undo() error {
	standing, err := d.ratings(false)
	if err != nil {
		return err
	}
	if len(standing) == 0 {
		d.page.printf("  ! there is nothing to take back\n")
		return nil
	}
	last := standing[len(standing)-1]
	back := &vignettev1.Rating{Campaign: d.campaign, Item: last.GetItem(), Rater: d.rater, Stage: last.GetStage(), Pass: last.GetPass(), Version: last.GetVersion() + 1, Withdrawn: true}
	if _, err := d.save(back); err != nil {
		d.page.printf("  ! %s\n", line(err.Error()))
		return nil
	}
	d.page.printf("  taken back: %s\n", line(d.ratingText(last)))
	for i, item := range slices.Backward(d.done) {
		if item.GetItem() == last.GetItem() && item.GetStage() == last.GetStage() && item.GetPass() == last.GetPass() {
			d.done = slices.Delete(d.done, i, i+1)
			return d.rate(item) // At once, while one remembers why.
		}
	}
	d.page.printf("  it comes again\n")
	return nil
}

// ratingText is what a rating said.
func (d *desk) ratingText(r *vignettev1.Rating) string {
	if r.GetSkip() != 0 {
		return "skipped, " + skipText(r.GetSkip())
	}
	var parts []string
	for _, v := range r.GetValues() {
		for _, scale := range d.rubric.GetScales() {
			if scale.GetId() == v.GetScale() {
				parts = append(parts, scale.GetId()+" "+answerText(scale, v))
			}
		}
	}
	if r.GetRemark() != "" {
		parts = append(parts, "remark: "+r.GetRemark())
	}
	for _, c := range r.GetCorrections() {
		parts = append(parts, fmt.Sprintf("turn %d better: %s", c.GetTurnIndex()+1, c.GetText()))
	}
	return strings.Join(parts, "; ")
}

// answerText is an answer with what its number means.
func answerText(scale *vignettev1.RatingScale, v *vignettev1.ScaleRating) string {
	if v.GetCannotTell() {
		return "cannot tell"
	}
	text := fmt.Sprint(v.GetValue())
	if i := int(v.GetValue() - scale.GetMin()); i >= 0 && i < len(scale.GetLabels()) {
		text += " " + scale.GetLabels()[i]
	}
	return text
}

func skipText(reason vignettev1.SkipReason) string {
	for name, each := range skips {
		if each == reason {
			return name
		}
	}
	return "other"
}

var skips = map[string]vignettev1.SkipReason{
	"cannot-tell": vignettev1.SkipReason_SKIP_REASON_CANNOT_TELL, "does-not-apply": vignettev1.SkipReason_SKIP_REASON_DOES_NOT_APPLY,
	"distressing": vignettev1.SkipReason_SKIP_REASON_DISTRESSING, "not-blind": vignettev1.SkipReason_SKIP_REASON_NOT_BLIND, "other": vignettev1.SkipReason_SKIP_REASON_OTHER,
}

// ask asks one question until it is answered. Better words and remarks go into the rating.
func (d *desk) ask(scale *vignettev1.RatingScale, r *vignettev1.Rating) (value *vignettev1.ScaleRating, skip vignettev1.SkipReason, undo bool, err error) {
	d.page.paragraph("", "", line(scale.GetQuestion()))
	d.page.paragraph("  ", "  ", anchors(scale))
	for {
		typed, err := d.read(fmt.Sprintf("[%d-%d, t, s, u, w, n, ?, q] ", scale.GetMin(), scale.GetMax()))
		if err != nil || typed == "q" {
			return nil, 0, false, cmp.Or(err, errLeave)
		}
		word, rest, _ := strings.Cut(typed, " ")
		number, wrong := strconv.Atoi(typed)
		switch {
		case typed == "u":
			return nil, 0, true, nil
		case typed == "t":
			return &vignettev1.ScaleRating{Scale: scale.GetId(), Answer: &vignettev1.ScaleRating_CannotTell{CannotTell: true}}, 0, false, nil
		case word == "s" && skips[cmp.Or(rest, "other")] != 0:
			return nil, skips[cmp.Or(rest, "other")], false, nil
		case typed == "?":
			d.codebook(scale)
		case word == "n" && rest != "":
			r.Remark = rest
			if _, err := d.save(proto.CloneOf(r)); err != nil { // A draft: nothing is lost when they leave now.
				return nil, 0, false, err
			}
			d.page.printf("  noted\n")
		case word == "w":
			d.reword(rest, r)
			if _, err := d.save(proto.CloneOf(r)); err != nil {
				return nil, 0, false, err
			}
		case word == "s":
			d.page.paragraph("  ! ", "    ", fmt.Sprintf("%q is no reason; write s and one of: cannot-tell, does-not-apply, distressing, not-blind, other", line(rest)))
		case typed == "n":
			d.page.printf("  ! write the remark behind it, as in: n the client sounds tired\n")
		case wrong != nil || number < int(scale.GetMin()) || number > int(scale.GetMax()):
			d.page.paragraph("  ! ", "    ", fmt.Sprintf("%q is no answer; give %d to %d, or t, s, u, w, n, ?, q (? says what they are)", line(typed), scale.GetMin(), scale.GetMax()))
		default:
			value = &vignettev1.ScaleRating{Scale: scale.GetId(), Answer: &vignettev1.ScaleRating_Value{Value: int32(number)}}
			if extreme := number == int(scale.GetMin()) || number == int(scale.GetMax()); extreme && scale.GetEvidenceForExtremes() {
				given, err := d.evidence(value)
				if err != nil {
					return nil, 0, false, err
				}
				if !given {
					continue
				}
			}
			return value, 0, false, nil
		}
	}
}

// reword keeps a better wording of a turn.
func (d *desk) reword(typed string, r *vignettev1.Rating) {
	turn, text, _ := strings.Cut(typed, " ")
	number, wrong := strconv.Atoi(turn)
	if wrong != nil || number < 1 || strings.TrimSpace(text) == "" {
		d.page.printf("  ! write the number of the turn and better words for it, as in: w 3 What was that like for you?\n")
		return
	}
	if !d.hasTurn(number) {
		d.page.printf("  ! there is no turn %d\n", number)
		return
	}
	r.Corrections = append(r.Corrections, &vignettev1.Correction{TurnIndex: int32(number - 1), Text: strings.TrimSpace(text)})
	d.page.printf("  kept as better words for turn %d\n", number)
}

// anchors are what the numbers of a scale mean, in a line.
func anchors(scale *vignettev1.RatingScale) string {
	var parts []string
	for i, label := range scale.GetLabels() {
		parts = append(parts, fmt.Sprintf("%d %s", int(scale.GetMin())+i, label))
	}
	if len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("%d lowest, %d highest", scale.GetMin(), scale.GetMax()))
	}
	text := strings.Join(parts, " · ")
	if scale.GetEvidenceForExtremes() {
		text += fmt.Sprintf(" (%d and %d want words of the conversation that show it)", scale.GetMin(), scale.GetMax())
	}
	return text
}

// evidence asks which words show it, until they stand in the turn; false goes back to the question.
func (d *desk) evidence(value *vignettev1.ScaleRating) (given bool, err error) {
	for {
		typed, err := d.read("  which turn, and which words of it?  [TURN words, TURN alone for all of it, b back] ")
		if err != nil || typed == "q" {
			return false, cmp.Or(err, errLeave)
		}
		if typed == "b" {
			return false, nil
		}
		turn, words, some := strings.Cut(typed, " ")
		number, wrong := strconv.Atoi(turn)
		if wrong != nil {
			d.page.printf("  ! write the number of the turn and words of it, as in: 3 I can't go on; b goes back to the question\n")
			continue
		}
		if !some && len(d.item.GetSides()) > 1 {
			d.page.printf("  ! of two conversations write some words too: the number alone does not say which\n")
			continue
		}
		side, quote, found := d.quote(number, words)
		if !some {
			side, quote, found = d.whole(number)
		}
		if !found {
			d.page.paragraph("  ! ", "    ", fmt.Sprintf("these words do not stand in turn %d; copy some of its words, or b goes back to the question", number))
			continue
		}
		value.Evidence = []*vignettev1.Evidence{{TurnIndex: int32(number - 1), Quote: quote, Side: int32(side)}}
		return true, nil
	}
}

// quote finds words in a turn as it was shown, whatever their case, and quotation marks around them.
func (d *desk) quote(number int, words string) (side int, quote string, found bool) {
	words = strings.ToLower(strings.Trim(strings.TrimSpace(words), "\"“”'‘’"))
	for side, shown := range d.item.GetSides() {
		for _, turn := range shown.GetTurns() {
			text := turn.GetText()
			at := strings.Index(strings.ToLower(text), words)
			if int(turn.GetIndex()) == number-1 && words != "" && at >= 0 && len(strings.ToLower(text)) == len(text) {
				return side, text[at : at+len(words)], true
			}
		}
	}
	return 0, "", false
}

// whole is all of a turn, as far as evidence goes.
func (d *desk) whole(number int) (side int, quote string, found bool) {
	for _, turn := range d.item.GetSides()[0].GetTurns() {
		if text := []rune(turn.GetText()); int(turn.GetIndex()) == number-1 && len(text) > 0 {
			return 0, string(text[:min(len(text), 4000)]), true
		}
	}
	return 0, "", false
}

// hasTurn says whether a turn was shown.
func (d *desk) hasTurn(number int) bool {
	for _, shown := range d.item.GetSides() {
		if slices.ContainsFunc(shown.GetTurns(), func(t *vignettev1.ShownTurn) bool { return int(t.GetIndex()) == number-1 }) {
			return true
		}
	}
	return false
}

func (d *desk) read(prompt string) (string, error) {
	d.page.printf("%s", prompt)
	if d.in.Scan() {
		return strings.TrimSpace(d.in.Text()), nil
	}
	return "", cmp.Or(d.in.Err(), errLeave)
}

func (d *desk) codebook(scale *vignettev1.RatingScale) {
	d.page.paragraph("  ", "  ", cmp.Or(d.rubric.GetCodebook(), "The rubric has no codebook."))
	for i, label := range scale.GetLabels() {
		d.page.printf("  %d  %s\n", int(scale.GetMin())+i, line(label))
	}
	for _, each := range scale.GetBorderline() {
		d.page.paragraph("  borderline: ", "    ", each)
	}
	d.page.paragraph("  ", "  ", "t cannot tell · s REASON skips (cannot-tell, does-not-apply, distressing, not-blind, other) · u takes your last rating back · w TURN TEXT better words for a turn · n TEXT a remark · q leaves, nothing is lost")
}

func (d *desk) show(item *vignettev1.ShownItem) {
	round := ""
	if item.GetCalibration() {
		round = ", calibration round"
	}
	d.page.printf("\n%s\n", d.page.bold(fmt.Sprintf("%s: %d rated, %d left at most%s", line(d.rubric.GetTitle()), item.GetDone(), item.GetLeft(), round)))
	for i, side := range item.GetSides() {
		if len(item.GetSides()) > 1 {
			d.page.printf("%s\n", d.page.bold([]string{"First", "Second"}[i]))
		}
		d.page.paragraph("  ", "  ", side.GetSetting())
		for _, turn := range side.GetTurns() {
			mark := " "
			if side.TurnIndex != nil && side.GetTurnIndex() == turn.GetIndex() {
				mark = ">"
			}
			d.page.paragraph(fmt.Sprintf("%s%3d %s: ", mark, turn.GetIndex()+1, line(turn.GetSpeaker())), "      ", turn.GetText())
		}
		if side.GetWords() != "" {
			d.page.paragraph("  rate these words: ", "    ", "“"+side.GetWords()+"”")
		}
		for _, future := range side.GetFutures() {
			d.page.printf("  %s\n", d.page.bold("What came of it (simulated)"))
			for _, each := range future.GetLines() {
				d.page.printf("    %s\n", line(each))
			}
		}
	}
}

// agreement says how far raters agree now.
func (d *desk) agreement() error {
	got, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.GetAgreementRequest) (*vignettev1.GetAgreementResponse, error) {
		return c.GetAgreement(ctx, q)
	}, &vignettev1.GetAgreementRequest{Campaign: d.campaign})
	if err != nil {
		return err
	}
	d.page.printf("%d of %s complete\n", got.GetComplete(), plural(int(got.GetItems()), "item", "items"))
	var rows [][]string
	for _, s := range got.GetScales() {
		stage := strings.ToLower(strings.TrimPrefix(s.GetStage().String(), "RATING_STAGE_"))
		rows = append(rows, []string{line(s.GetScale()), stage, fmt.Sprint(s.GetUnits()), raterEstimate(s.GetPercent()), raterEstimate(s.GetKappa()), raterEstimate(s.GetAlpha()), raterEstimate(s.GetIcc())})
	}
	d.page.grid("  ", []string{"scale", "stage", "items", "same", "kappa", "alpha", "ICC(1,1)"}, rows, 2, func(column int) bool { return column >= 2 })
	rows = nil
	for _, r := range got.GetRaters() {
		name := line(r.GetRater())
		if r.GetSimulated() {
			name += " (simulated, no person)"
		}
		rows = append(rows, []string{name, fmt.Sprint(r.GetRated()), fmt.Sprint(r.GetSkipped()), raterEstimate(r.GetBias()), raterEstimate(r.GetSelfAgreement()), raterEstimate(r.GetDrift()), fmt.Sprintf("%d/%d", r.GetGoldRight(), r.GetGold()), fmt.Sprintf("%d/%d", r.GetCalibrationRight(), r.GetCalibration())})
	}
	d.page.grid("  ", []string{"rater", "rated", "skipped", "bias", "self", "drift", "gold", "calibration"}, rows, 1, func(column int) bool { return column >= 1 })
	return nil
}

func raterEstimate(e *vignettev1.Estimate) string {
	switch {
	case e == nil || e.Value == nil:
		return "-"
	case e.Low == nil:
		return figure(e.GetValue())
	}
	return fmt.Sprintf("%s [%s, %s]", figure(e.GetValue()), figure(e.GetLow()), figure(e.GetHigh()))
}
