package campaign

import (
	"context"
	"encoding/hex"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// DeleteRating implements FeedbackServiceServer. Deleted again, or where the first attempt was cut off, it deletes what is left.
func (s *Service) DeleteRating(ctx context.Context, request *vignettev1.DeleteRatingRequest) (*vignettev1.DeleteRatingResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(ctx, request.GetCampaign())
	if err != nil {
		return nil, err
	}
	t := task{request.GetItem(), request.GetRater(), request.GetStage(), request.GetPass()}
	stone, err := b.deletion(t)
	if err != nil {
		return nil, err
	}
	erased, err := s.erase(ctx, b, stone)
	if err != nil {
		delete(s.books, b.campaign.GetId()) // What is gone is open: the next call reads the log again.
		return nil, status.Errorf(codes.Unavailable, "not all of the rating could be deleted; delete it again: %v", err)
	}
	return &vignettev1.DeleteRatingResponse{Rating: proto.CloneOf(b.last(t)), Erased: int32(erased)}, nil
}

// deletion is the version that takes the place of all that stands under a task.
func (b *book) deletion(t task) (*vignettev1.Rating, error) {
	if b.items[t.item] == nil {
		return nil, status.Errorf(codes.NotFound, "there is no item %q in campaign %s", t.item, b.campaign.GetId())
	}
	last := b.last(t)
	if last == nil && b.drafts[t] == nil {
		return nil, status.Errorf(codes.NotFound, "%s has no such rating of item %s", t.rater, t.item)
	}
	for _, later := range []task{{t.item, t.rater, hindsight, 1}, {t.item, t.rater, t.stage, 2}} {
		if later != t && later.stage >= t.stage && later.pass >= t.pass && b.keeps(later) {
			return nil, status.Error(codes.FailedPrecondition, "this rating came before another of the same item, by the same rater: delete the later one first")
		}
	}
	if last.GetDeleted() && b.drafts[t] == nil {
		return last, nil
	}
	return tombstone(t, b.campaign.GetId(), int32(len(b.history[t])+1)), nil
}

// keeps says whether there is anything of a rating that was not deleted.
func (b *book) keeps(t task) bool {
	last := b.last(t)
	return b.drafts[t] != nil || last != nil && !last.GetDeleted()
}

// erase writes a tombstone, takes out of the log what stood there, and folds it in. A tombstone's id is a function of what it is: one that
// is there already is written once more, naming what is left.
func (s *Service) erase(ctx context.Context, b *book, stone *vignettev1.Rating) (int, error) {
	run, at := b.campaign.GetRun(), b.items[stone.GetItem()].GetEpisode()
	entries, err := s.log.Notes(ctx, run, at)
	if err != nil {
		return 0, err
	}
	id := noteID(stone)
	note := &vignettev1.Note{
		SchemaVersion: 1, Id: id, Author: stone.GetRater(), Time: timestamppb.New(s.now()), Note: &vignettev1.Note_Rated{Rated: stone},
	}
	for _, entry := range entries {
		if r := entry.Note.GetRated(); r.GetCampaign() == stone.GetCampaign() && taskOf(r) == taskOf(stone) && !r.GetDeleted() {
			note.Erases = append(note.Erases, entry.Note.GetId())
		}
	}
	if len(note.Erases) == 0 {
		return 0, nil
	}
	if b.noted[id] { // The first attempt was cut off: another tombstone, with an id of its own, names the rest.
		note.Id = fmt.Sprintf("%s-%d", id, s.now().UnixNano())
	}
	erased, err := s.log.EraseNotes(ctx, run, at, note, true)
	if err == nil {
		b.apply(id, stone)
	}
	return erased, err
}

// noteID is the id of a rating's note, a function of what it is, so that one written twice is one.
func noteID(r *vignettev1.Rating) string {
	sum := hashOf("rating", r.GetCampaign(), r.GetItem(), r.GetRater(), r.GetStage().String(), fmt.Sprint(r.GetPass()), fmt.Sprint(r.GetVersion()))
	return "rating-" + hex.EncodeToString(sum[:12])
}
