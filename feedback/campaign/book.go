package campaign

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	foresight = vignettev1.RatingStage_RATING_STAGE_FORESIGHT
	hindsight = vignettev1.RatingStage_RATING_STAGE_HINDSIGHT
)

// task is one thing for one rater to do.
type task struct {
	item, rater string
	stage       vignettev1.RatingStage
	pass        int32
}

func taskOf(r *vignettev1.Rating) task {
	return task{r.GetItem(), r.GetRater(), r.GetStage(), r.GetPass()}
}

// book is what is known of a campaign: a fold over notes, and who keeps what.
type book struct {
	campaign *vignettev1.Campaign
	items    map[string]*vignettev1.CampaignItem
	noted    map[string]bool // ids of notes: one that is in the log twice counts once
	history  map[task][]*vignettev1.Rating
	drafts   map[task]*vignettev1.Rating
	given    []*vignettev1.Rating // all but drafts, as they came
	leases   map[task]time.Time
}

func newBook(c *vignettev1.Campaign) *book {
	b := &book{campaign: c, items: map[string]*vignettev1.CampaignItem{}, noted: map[string]bool{}, history: map[task][]*vignettev1.Rating{}, drafts: map[task]*vignettev1.Rating{}, leases: map[task]time.Time{}}
	for _, item := range c.GetItems() {
		b.items[item.GetId()] = item
	}
	return b
}

// apply folds a note in.
func (b *book) apply(id string, r *vignettev1.Rating) {
	if r.GetCampaign() != b.campaign.GetId() || b.noted[id] {
		return
	}
	b.noted[id] = true
	t := taskOf(r)
	if r.GetVersion() == 0 {
		b.drafts[t] = r
		return
	}
	if r.GetDeleted() {
		b.forget(t, int(r.GetVersion())-1)
	}
	if int(r.GetVersion()) != len(b.history[t])+1 {
		return // Somebody else wrote this version first.
	}
	before := b.standing(t)
	b.history[t] = append(b.history[t], r)
	b.given = append(b.given, r)
	delete(b.drafts, t)
	delete(b.leases, t)
	if r.GetWithdrawn() && !r.GetDeleted() && before != nil && before.GetSkip() == 0 { // It is mended more often than made anew.
		b.drafts[t] = draftOf(before)
	}
}

// draftOf is a draft that says what a rating said.
func draftOf(r *vignettev1.Rating) *vignettev1.Rating {
	draft := proto.CloneOf(r)
	draft.Version = 0
	return draft
}

// keep keeps a task for its rater until a time, and nothing else.
func (b *book) keep(t task, until time.Time) {
	maps.DeleteFunc(b.leases, func(held task, _ time.Time) bool { return held.rater == t.rater })
	b.leases[t] = until
}

// lease is how long an item is kept for a rater who does not come back to it.
func (b *book) lease() time.Duration {
	return time.Duration(cmp.Or(b.campaign.GetRubric().GetLeaseSeconds(), usualLease)) * time.Second
}

// forget leaves nothing of the first versions of a rating but that they were: some may be gone from the log already.
func (b *book) forget(t task, versions int) {
	b.given = slices.DeleteFunc(b.given, func(r *vignettev1.Rating) bool { return taskOf(r) == t })
	kept := b.history[t]
	b.history[t] = nil
	for v := range max(versions, len(kept)) {
		stone := tombstone(t, b.campaign.GetId(), int32(v+1))
		b.history[t], b.given = append(b.history[t], stone), append(b.given, stone)
	}
}

// tombstone is what is left of a version of a rating that was deleted.
func tombstone(t task, campaign string, version int32) *vignettev1.Rating {
	return &vignettev1.Rating{Campaign: campaign, Item: t.item, Rater: t.rater, Stage: t.stage, Pass: t.pass, Version: version, Withdrawn: true, Deleted: true}
}

// last is the newest version, nil where there is none.
func (b *book) last(t task) *vignettev1.Rating {
	if h := b.history[t]; len(h) > 0 {
		return h[len(h)-1]
	}
	return nil
}

// standing is the rating that stands: nil where none was given or it was withdrawn.
func (b *book) standing(t task) *vignettev1.Rating {
	if r := b.last(t); r != nil && !r.GetWithdrawn() {
		return r
	}
	return nil
}

// stages are those in which an item is rated.
func (b *book) stages() []vignettev1.RatingStage {
	switch b.campaign.GetRubric().GetArm() {
	case vignettev1.CampaignArm_CAMPAIGN_ARM_WITHIN, vignettev1.CampaignArm_CAMPAIGN_ARM_RERATE:
		return []vignettev1.RatingStage{foresight, hindsight}
	case vignettev1.CampaignArm_CAMPAIGN_ARM_HINDSIGHT_ONLY:
		return []vignettev1.RatingStage{hindsight}
	}
	return []vignettev1.RatingStage{foresight}
}

// shown is how much of consequences a stage shows.
func (b *book) shown(stage vignettev1.RatingStage) vignettev1.ConsequencesShown {
	rubric := b.campaign.GetRubric()
	if stage != hindsight || rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_RERATE {
		return vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_NONE
	}
	return cmp.Or(rubric.GetShown(), vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_PARTIAL)
}

// UsualOverlap is how many raters rate an item where the rubric does not say.
const UsualOverlap = 2

// taken counts the raters other than one who have rated an item or keep it. Skips do not count.
func (b *book) taken(item, but string, now time.Time) (rated, kept int) {
	first := b.stages()[0]
	raters := map[string]bool{}
	for t := range b.history {
		if r := b.standing(t); t.item == item && t.stage == first && t.pass == 1 && t.rater != but && r != nil && r.GetSkip() == 0 {
			raters[t.rater] = true
		}
	}
	for t, until := range b.leases {
		if t.item == item && t.pass == 1 && t.stage == first && t.rater != but && until.After(now) && !raters[t.rater] {
			kept++
		}
	}
	return len(raters), kept
}

// free says whether a rater may begin an item.
func (b *book) free(item *vignettev1.CampaignItem, rater string, now time.Time) bool {
	if item.GetGold() || item.GetCalibration() {
		return true
	}
	rated, kept := b.taken(item.GetId(), rater, now)
	return rated+kept < int(cmp.Or(b.campaign.GetRubric().GetOverlap(), UsualOverlap))
}

// next is what a rater is to do now; false when there is nothing. What they hold comes first, then the second look at what they
// have rated, then new items, then items that come again.
func (b *book) next(rater string, now time.Time) (task, bool) {
	for t, until := range b.leases {
		if t.rater == rater && until.After(now) {
			return t, true
		}
	}
	order := b.order(rater)
	stages := b.stages()
	for _, item := range order {
		for i := 1; i < len(stages); i++ {
			before := b.standing(task{item.GetId(), rater, stages[i-1], 1})
			if t := (task{item.GetId(), rater, stages[i], 1}); before != nil && before.GetSkip() == 0 && b.standing(t) == nil {
				return t, true
			}
		}
	}
	for _, item := range order {
		if t := (task{item.GetId(), rater, stages[0], 1}); b.standing(t) == nil && !b.fixed(t) && b.free(item, rater, now) {
			return t, true
		}
	}
	for _, item := range order {
		first := b.standing(task{item.GetId(), rater, stages[0], 1})
		again := task{item.GetId(), rater, stages[0], 2}
		if first != nil && first.GetSkip() == 0 && b.again(item) && b.standing(again) == nil {
			return again, true
		}
	}
	return task{}, false
}

// again says whether an item comes to its raters a second time.
func (b *book) again(item *vignettev1.CampaignItem) bool {
	if item.GetCalibration() {
		return false // They were told the answer.
	}
	draw := float64(b.draw("again", item.GetId())>>11) / (1 << 53)
	return draw < b.campaign.GetRubric().GetRepeated()
}

// order is a rater's own order of the items; those of the calibration round come first, in one order for all.
func (b *book) order(rater string) []*vignettev1.CampaignItem {
	out := slices.Clone(b.campaign.GetItems())
	slices.SortFunc(out, func(x, y *vignettev1.CampaignItem) int {
		switch {
		case x.GetCalibration() != y.GetCalibration():
			return boolCompare(y.GetCalibration(), x.GetCalibration())
		case x.GetCalibration():
			return cmp.Or(boolCompare(y.GetGold(), x.GetGold()), cmp.Compare(b.draw("round", x.GetId()), b.draw("round", y.GetId())))
		}
		return cmp.Compare(b.draw("order", rater, x.GetId()), b.draw("order", rater, y.GetId()))
	})
	return out
}

// swapped says whether a rater sees the second of a pair first.
func (b *book) swapped(item, rater string) bool {
	return b.items[item].GetOtherEpisode() != "" && b.draw("side", rater, item)%2 == 1
}

// draw is chance by the rubric's seed.
func (b *book) draw(parts ...string) uint64 {
	sum := hashOf(append(parts, hex.EncodeToString(binary.BigEndian.AppendUint64(nil, b.campaign.GetRubric().GetSeed())))...)
	return binary.BigEndian.Uint64(sum[:8])
}

// hashOf hashes strings so that no two lists of them give the same bytes.
func hashOf(parts ...string) [sha256.Size]byte {
	h := sha256.New()
	for _, part := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write([]byte(part))
	}
	return [sha256.Size]byte(h.Sum(nil))
}
