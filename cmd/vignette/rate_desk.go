package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// sit gives the rater items until there are none, or they leave.
func (d *desk) sit(in io.Reader) error {
	interrupted, stop := signal.NotifyContext(d.ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	d.in, d.rows = read(in, interrupted.Done()), rowsOf(in, d.page.w)
	err := d.items()
	if errors.Is(err, errLeave) {
		d.page.printf("\n")
		d.page.paragraph("", "  ", fmt.Sprintf("Everything so far is kept; the same command goes on, or 'vignette rate %s --rater %s'.", d.campaign, d.rater))
		return nil
	}
	return err
}

// rowsOf is the height of the terminal on which somebody reads and types, asked each time: windows change.
func rowsOf(in io.Reader, out io.Writer) func() int {
	keys, typing := in.(*os.File)
	screen, looking := out.(*os.File)
	return func() int {
		if !typing || !looking || !term.IsTerminal(int(keys.Fd())) {
			return 0
		}
		_, rows, err := term.GetSize(int(screen.Fd()))
		if err != nil {
			return 0
		}
		return rows
	}
}

func (d *desk) items() error {
	for {
		got, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.NextItemRequest) (*vignettev1.NextItemResponse, error) {
			return c.NextItem(ctx, q)
		}, &vignettev1.NextItemRequest{Campaign: d.campaign, Rater: d.rater})
		if err != nil {
			return err
		}
		if got.GetItem() != nil {
			if err := d.rate(got.GetItem()); err != nil {
				return err
			}
			continue
		}
		if again, err := d.lastWord(got.GetKeptByOthers()); err != nil || !again {
			return err
		}
	}
}

// lastWord lets whoever is through take back the last rating; false when they leave.
func (d *desk) lastWord(kept int32) (again bool, err error) {
	text := "Nothing is left for you to rate. Thank you."
	if kept > 0 {
		text += fmt.Sprintf(" Others keep %s, which may come back.", plural(int(kept), "item", "items"))
	}
	standing, err := d.ratings(false)
	d.note(text)
	if err != nil || len(standing) == 0 { // Those of other sittings can be taken back too.
		d.flush(d.page)
		return false, err
	}
	for {
		typed, err := d.ask("u takes your last rating back, Enter leaves  ")
		switch {
		case errors.Is(err, errLeave), err == nil && (typed == "" || typed == "q"):
			return false, nil
		case err != nil:
			return false, err
		case typed == "u":
			return true, d.undo()
		}
		d.note(fmt.Sprintf("! %q is neither; there is no question left", line(typed)))
	}
}

// rate shows an item, asks every question of it that no draft answers, and keeps what is said.
func (d *desk) rate(item *vignettev1.ShownItem) error {
	d.item = item
	if err := d.show(); errors.Is(err, errUndo) {
		return d.undo()
	} else if err != nil {
		return err
	}
	d.before = item.GetItem()
	r, version, err := d.begin()
	if err != nil {
		return err
	}
	began, before := time.Now(), r.GetTimeSpent().AsDuration()
	undone, err := d.answers(r)
	r.TimeSpent = durationpb.New(before + time.Since(began))
	switch {
	case errors.Is(err, errLeave):
		_, _ = d.save(r) // How long it was read counts too, and is no reason to stay.
		return err
	case err != nil:
		return err
	case undone:
		return d.undo()
	}
	r.Version = version
	told, err := d.save(r)
	if err != nil { // Refused: say why, and ask again.
		d.note("! " + err.Error())
		_, err = d.save(&vignettev1.Rating{Campaign: r.GetCampaign(), Item: r.GetItem(), Rater: r.GetRater(), Stage: r.GetStage(), Pass: r.GetPass()})
		return err
	}
	d.note("kept: " + d.ratingText(r))
	d.tell(told)
	return d.after(r)
}

// begin is the rating of what lies on the desk as far as a draft goes, and the version that it will be. A draft that answers everything
// was taken back or never sent: its rater is asked again, and may keep each answer.
func (d *desk) begin() (r *vignettev1.Rating, version int32, err error) {
	item, draft := d.item, d.item.GetDraft()
	r = &vignettev1.Rating{Campaign: d.campaign, Item: item.GetItem(), Rater: d.rater, Stage: item.GetStage(), Pass: item.GetPass(), Values: slices.Clone(draft.GetValues()), Remark: draft.GetRemark(), Corrections: draft.GetCorrections(), TimeSpent: draft.GetTimeSpent()}
	if said := d.ratingText(r); said != "" && !d.undone {
		d.note("so far you said: " + said)
	}
	if d.undone = false; len(r.GetValues()) == len(d.rubric.GetScales()) {
		r.Values = nil
	}
	versions, err := d.ratings(true)
	for _, old := range versions {
		if old.GetItem() == r.GetItem() && old.GetStage() == r.GetStage() && old.GetPass() == r.GetPass() {
			version = old.GetVersion()
		}
	}
	return r, version + 1, err
}

// valueOn is the answer on a scale, nil where there is none.
func valueOn(r *vignettev1.Rating, scale *vignettev1.RatingScale) *vignettev1.ScaleRating {
	for _, v := range r.GetValues() {
		if v.GetScale() == scale.GetId() {
			return v
		}
	}
	return nil
}

// answers asks what is not answered yet, and keeps each answer at once. Undone says that the rater wants the last rating back: where an
// answer was given to this item, that one is asked again instead.
func (d *desk) answers(r *vignettev1.Rating) (undone bool, err error) {
	var given []*vignettev1.RatingScale
	for at := 0; at < len(d.rubric.GetScales()); {
		scale := d.rubric.GetScales()[at]
		if valueOn(r, scale) != nil {
			given = append(given, scale)
			at++
			continue
		}
		said, err := d.question(scale, r)
		switch {
		case err != nil:
			return false, err
		case said.undo && len(given) == 0:
			return true, nil
		case said.undo:
			last := given[len(given)-1]
			d.note("taken back: " + last.GetId() + " " + answerText(last, valueOn(r, last)))
			r.Values = slices.DeleteFunc(r.Values, func(v *vignettev1.ScaleRating) bool { return v.GetScale() == last.GetId() })
			given, at = given[:len(given)-1], slices.Index(d.rubric.GetScales(), last)
		case said.skip != 0:
			r.Skip, r.Values = said.skip, nil
			return false, nil
		default:
			r.Values = append(r.Values, said.value)
			if len(r.GetValues()) < len(d.rubric.GetScales()) {
				d.note("= " + answerText(scale, said.value))
			}
		}
		if _, err := d.save(proto.CloneOf(r)); err != nil { // A draft: nothing is lost when they leave now.
			return false, err
		}
	}
	return false, nil
}

// after is what comes between an item and the next one.
func (d *desk) after(r *vignettev1.Rating) error {
	twice := d.rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_WITHIN || d.rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_RERATE
	switch {
	case r.GetSkip() == vignettev1.SkipReason_SKIP_REASON_DISTRESSING:
		d.note("It does not come to you again. You need not go on: what you have rated is kept.")
		return d.pause("Enter goes on, q leaves  ", nil)
	case twice && r.GetSkip() == 0 && r.GetPass() == 1 && r.GetStage() == vignettev1.RatingStage_RATING_STAGE_FORESIGHT:
		next := "Next you are told what came of it."
		if d.rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_RERATE {
			next = "Next you are asked the same once more."
		}
		d.note(next + " From then on these answers stay as they are.")
		return d.pause("Enter goes on, u takes them back, q leaves  ", d.undo)
	}
	return nil
}

// pause waits until the rater wants to go on, take back or leave.
func (d *desk) pause(prompt string, undo func() error) error {
	for {
		typed, err := d.ask(prompt)
		switch {
		case err != nil || typed == "q":
			return cmp.Or(err, errLeave)
		case typed == "":
			return nil
		case typed == "u" && undo != nil:
			return undo()
		}
		d.note(fmt.Sprintf("! %q is none of these", line(typed)))
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
		d.note("calibration, " + text)
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

// undo takes the last rating back; the service gives the item again at once.
func (d *desk) undo() error {
	standing, err := d.ratings(false)
	if err != nil {
		return err
	}
	if len(standing) == 0 {
		d.note("! there is nothing to take back")
		return nil
	}
	last := standing[len(standing)-1]
	back := &vignettev1.Rating{Campaign: d.campaign, Item: last.GetItem(), Rater: d.rater, Stage: last.GetStage(), Pass: last.GetPass(), Version: last.GetVersion() + 1, Withdrawn: true}
	if _, err := d.save(back); err != nil {
		d.note("! " + err.Error())
		return nil
	}
	d.note("taken back: " + d.ratingText(last))
	d.undone = true
	return nil
}

// ratingText is what a rating said.
func (d *desk) ratingText(r *vignettev1.Rating) string {
	var parts []string
	if r.GetSkip() != 0 {
		parts = append(parts, "skipped, "+skipText(r.GetSkip()))
	}
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

// answerText is an answer with what its number means, and what it rests on.
func answerText(scale *vignettev1.RatingScale, v *vignettev1.ScaleRating) string {
	if v.GetCannotTell() {
		return "cannot tell"
	}
	text := fmt.Sprint(v.GetValue())
	if i := int(v.GetValue() - scale.GetMin()); i >= 0 && i < len(scale.GetLabels()) {
		text += " " + scale.GetLabels()[i]
	}
	for _, e := range v.GetEvidence() {
		text += fmt.Sprintf(" (%s: “%s”)", placeText(e.Came != nil, int(max(e.GetCame(), e.GetTurnIndex()))+1), runewidth.Truncate(e.GetQuote(), quoteShown, "…"))
	}
	return text
}

// quoteShown is how much of evidence is shown back, in columns.
const quoteShown = 60
