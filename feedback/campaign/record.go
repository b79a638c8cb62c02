package campaign

import (
	"context"
	"errors"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/broker/episodelog"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Record is a campaign and what was said in it, as the log has it now.
type Record struct {
	Campaign *vignettev1.Campaign
	// Standing are the ratings and skips that stand, in the order in which they were given.
	Standing []*vignettev1.Rating
	// Gone is the number of ratings that were edited since or withdrawn.
	Gone int
}

// Read reads a campaign from the log. The error has a gRPC code: NotFound where there is no such campaign.
func Read(ctx context.Context, log episodelog.Reader, id string) (*Record, error) {
	b, err := readBook(ctx, log, id)
	if err != nil {
		return nil, err
	}
	out := &Record{Campaign: b.campaign}
	for _, r := range b.given {
		if r == b.standing(taskOf(r)) {
			out.Standing = append(out.Standing, r)
		}
	}
	out.Gone = len(b.given) - len(out.Standing)
	return out, nil
}

// Item is an item of the campaign, nil where there is none of that id.
func (r *Record) Item(id string) *vignettev1.CampaignItem {
	for _, item := range r.Campaign.GetItems() {
		if item.GetId() == id {
			return item
		}
	}
	return nil
}

// Scale is a scale of the campaign, nil where there is none of that id.
func (r *Record) Scale(id string) *vignettev1.RatingScale { return scaleOf(r.Campaign, id) }

// Stages are those in which items are rated, in their order.
func (r *Record) Stages() []vignettev1.RatingStage { return newBook(r.Campaign).stages() }

// Sided is the answer on a scale of a pair as it is about the first episode, whichever side that was shown on; of other items it is the
// answer. False where there is no number.
func Sided(r *vignettev1.Rating, scale *vignettev1.RatingScale) (float64, bool) {
	i := slices.IndexFunc(r.GetValues(), func(v *vignettev1.ScaleRating) bool { return v.GetScale() == scale.GetId() })
	if i < 0 || r.GetSkip() != 0 || r.GetWithdrawn() {
		return 0, false
	}
	v, ok := r.GetValues()[i].GetAnswer().(*vignettev1.ScaleRating_Value)
	switch {
	case !ok:
		return 0, false
	case r.GetSwapped():
		return float64(scale.GetMin() + scale.GetMax() - v.Value), true
	}
	return float64(v.Value), true
}

// Swapped says whether a rater sees the second episode of a pair first.
func Swapped(c *vignettev1.Campaign, item, rater string) bool { return newBook(c).swapped(item, rater) }

// readBook reads the book of a campaign from the log.
func readBook(ctx context.Context, log episodelog.Reader, id string) (*book, error) {
	run, _, ok := strings.Cut(id, ".")
	if !ok {
		return nil, status.Errorf(codes.NotFound, "there is no campaign %q: its id is a run's, a dot and eight letters or digits", id)
	}
	var b *book
	var ratings []episodelog.Entry
	for entry, err := range log.Run(ctx, run) {
		var corrupt *episodelog.CorruptError
		if err != nil && !errors.As(err, &corrupt) {
			return nil, status.Errorf(codes.Unavailable, "run %s cannot be read: %v", run, err)
		}
		if entry.Note.GetCampaign().GetId() == id && b == nil {
			b = newBook(entry.Note.GetCampaign())
		}
		if entry.Note.GetRated().GetCampaign() == id {
			ratings = append(ratings, entry)
		}
	}
	if b == nil {
		return nil, status.Errorf(codes.NotFound, "run %s has no campaign %q", run, id)
	}
	for _, entry := range ratings {
		b.apply(entry.Note.GetId(), entry.Note.GetRated())
	}
	return b, nil
}
