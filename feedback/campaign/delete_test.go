package campaign_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// secret is what must be nowhere once it was deleted.
const secret = "xylophone-marmalade"

// What is deleted is gone from the history, from the log and from the disk; that there was something can be seen, after a restart too, and
// the item can be rated again.
func TestDeleteRating(t *testing.T) {
	o := open(t, 3)
	campaign := o.openCampaign(rubric())
	item := o.next(campaign, "ann")
	draft, first, edit := answer(campaign, "ann", item), answer(campaign, "ann", item), answer(campaign, "ann", item)
	draft.Version, draft.Values, edit.Version = 0, nil, 2
	for _, r := range []*vignettev1.Rating{draft, first, edit} {
		r.Remark = secret
		if err := o.save(r); err != nil {
			t.Fatal(err)
		}
	}
	if !o.onDisk(secret) {
		t.Fatal("the test looks in the wrong place: what was said is not on the disk")
	}
	request := &vignettev1.DeleteRatingRequest{Campaign: campaign, Item: item.GetItem(), Rater: "ann", Stage: first.GetStage(), Pass: 1}
	o.refusesToDelete(request, codes.NotFound, func(r *vignettev1.DeleteRatingRequest) { r.Rater = "ben" })
	o.refusesToDelete(request, codes.NotFound, func(r *vignettev1.DeleteRatingRequest) { r.Item = "i0" })
	for attempt, want := range []int32{3, 0} { // the second time there is nothing left
		got, err := o.feedback().DeleteRating(t.Context(), request)
		if err != nil || got.GetErased() != want || !got.GetRating().GetDeleted() || got.GetRating().GetVersion() != 3 {
			t.Fatalf("attempt %d: %v, %v; want %d erased", attempt, got, err, want)
		}
	}
	for range 2 {
		got, err := o.feedback().ListRatings(t.Context(), &vignettev1.ListRatingsRequest{Campaign: campaign, Rater: "ann", History: true})
		if err != nil || len(got.GetRatings()) != 3 || strings.Contains(prototext.Format(got), secret) {
			t.Errorf("the history is %v, %v; want three that are deleted", got, err)
		}
		if o.onDisk(secret) {
			t.Error("what was deleted is on the disk")
		}
		o.restart()
	}
	again := answer(campaign, "ann", item)
	again.Version = 4
	if err := o.save(again); err != nil {
		t.Errorf("rated again: %v", err)
	}
}

// Hindsight goes before foresight, and whoever has seen what came of an item is not asked for foresight again.
func TestDeleteForesight(t *testing.T) {
	o := open(t, 3)
	campaign := o.openCampaign(rubric())
	item := o.next(campaign, "ann")
	foresight := answer(campaign, "ann", item)
	if err := o.save(foresight); err != nil {
		t.Fatal(err)
	}
	hindsight := answer(campaign, "ann", o.next(campaign, "ann"))
	if hindsight.GetItem() != foresight.GetItem() || hindsight.GetStage() == foresight.GetStage() {
		t.Fatalf("after foresight comes %v", hindsight)
	}
	if err := o.save(hindsight); err != nil {
		t.Fatal(err)
	}
	request := &vignettev1.DeleteRatingRequest{Campaign: campaign, Item: item.GetItem(), Rater: "ann", Stage: foresight.GetStage(), Pass: 1}
	o.refusesToDelete(request, codes.FailedPrecondition, func(*vignettev1.DeleteRatingRequest) {})
	for _, stage := range []vignettev1.RatingStage{hindsight.GetStage(), foresight.GetStage()} {
		request.Stage = stage
		if _, err := o.feedback().DeleteRating(t.Context(), request); err != nil {
			t.Fatal(stage, err)
		}
	}
	o.restart()
	for next := o.next(campaign, "ann"); next != nil; next = o.next(campaign, "ann") {
		if next.GetItem() == item.GetItem() {
			t.Fatal("what was deleted after its consequences were shown comes again")
		}
		if err := o.save(answer(campaign, "ann", next)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := o.feedback().GetAgreement(t.Context(), &vignettev1.GetAgreementRequest{Campaign: campaign})
	if err != nil {
		t.Fatal(err)
	}
	for _, rater := range got.GetRaters() {
		if rater.GetRater() == "ann" && rater.GetRated() == 0 {
			t.Errorf("%v", rater)
		}
	}
}

func (o *office) refusesToDelete(request *vignettev1.DeleteRatingRequest, want codes.Code, change func(*vignettev1.DeleteRatingRequest)) {
	o.t.Helper()
	r := &vignettev1.DeleteRatingRequest{Campaign: request.Campaign, Item: request.Item, Rater: request.Rater, Stage: request.Stage, Pass: request.Pass}
	change(r)
	if _, err := o.feedback().DeleteRating(o.t.Context(), r); status.Code(err) != want {
		o.t.Errorf("%v: %v; want %v", r, err, want)
	}
}

// onDisk says whether words are anywhere in the data directory, as they are.
func (o *office) onDisk(words string) bool {
	o.t.Helper()
	found := false
	err := filepath.WalkDir(o.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		found = found || bytes.Contains(content, []byte(words))
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return found
}
