package campaign

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/projection"
	consequences "github.com/vignette-sim/vignette/feedback/hindsight"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// AgentName is the name under which FeedbackService is found on the wire.
const AgentName = "feedback"

// Log is what the service needs of the episode log.
type Log interface {
	AppendNote(ctx context.Context, run, episode string, note *vignettev1.Note) (uint64, error)
	Notes(ctx context.Context, run, episode string) ([]episodelog.Entry, error)
}

// Service is FeedbackService. It is safe for concurrent use; calls about campaigns are carried out one at a time.
type Service struct {
	vignettev1.UnimplementedFeedbackServiceServer
	log    episodelog.Log
	reader *projection.Reader
	now    func() time.Time

	mu     sync.Mutex
	books  map[string]*book
	opened opened
}

// NewService returns the service of a log; now is where its time comes from.
func NewService(log episodelog.Log, reader *projection.Reader, now func() time.Time) *Service {
	return &Service{log: log, reader: reader, now: now, books: map[string]*book{}}
}

func check(request proto.Message) error {
	if err := protovalidate.Validate(request); err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return nil
}

// OpenCampaign implements FeedbackServiceServer.
func (s *Service) OpenCampaign(ctx context.Context, request *vignettev1.OpenCampaignRequest) (*vignettev1.OpenCampaignResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rubric, err := proto.MarshalOptions{Deterministic: true}.Marshal(request.GetRubric())
	if err != nil {
		return nil, err
	}
	sum := hashOf("campaign", request.GetRun(), string(rubric))
	c := &vignettev1.Campaign{Id: request.GetRun() + "." + hex.EncodeToString(sum[:4]), Run: request.GetRun(), Rubric: request.GetRubric()}
	if b, err := s.book(ctx, c.GetId()); err == nil { // Opened before: its items stay what they were.
		return &vignettev1.OpenCampaignResponse{Campaign: c.GetId(), Items: int32(len(b.campaign.GetItems()))}, nil
	} else if status.Code(err) != codes.NotFound {
		return nil, err
	}
	if c.Items, err = s.items(ctx, c); err != nil {
		return nil, err
	}
	note := &vignettev1.Note{Note: &vignettev1.Note_Campaign{Campaign: c}}
	if err := s.append(ctx, c, c.GetItems()[0].GetEpisode(), "campaign-"+hex.EncodeToString(sum[:8]), "campaign", note); err != nil {
		return nil, err
	}
	s.books[c.GetId()] = newBook(c)
	return &vignettev1.OpenCampaignResponse{Campaign: c.GetId(), Items: int32(len(c.GetItems()))}, nil
}

func (s *Service) append(ctx context.Context, c *vignettev1.Campaign, episode, id, author string, note *vignettev1.Note) error {
	note.SchemaVersion, note.Id, note.Author, note.Time = 1, id, author, timestamppb.New(s.now())
	if _, err := s.log.AppendNote(ctx, c.GetRun(), episode, note); err != nil {
		delete(s.books, c.GetId()) // Whether it was written is open: the next call reads the log again.
		return status.Errorf(codes.Unavailable, "the note could not be written, and may be there all the same; send it again: %v", err)
	}
	return nil
}

// book is the book of a campaign, read from the log where it is not open yet.
func (s *Service) book(ctx context.Context, id string) (*book, error) {
	if b := s.books[id]; b != nil {
		return b, nil
	}
	b, err := readBook(ctx, s.log, id)
	if err != nil {
		return nil, err
	}
	s.books[id] = b
	return b, nil
}

// items are what a campaign asks about: of the run's completed episodes, in the design's order.
func (s *Service) items(ctx context.Context, c *vignettev1.Campaign) ([]*vignettev1.CampaignItem, error) {
	planner, err := s.reader.Run(ctx, c.GetRun())
	if err != nil {
		return nil, status.Errorf(codes.NotFound, "run %s: %v", c.GetRun(), err)
	}
	var out []*vignettev1.CampaignItem
	beside := map[string][]string{} // episodes by scenario and repeat
	for item, err := range s.reader.Episodes(ctx, planner) {
		if err != nil {
			return nil, status.Errorf(codes.Unavailable, "run %s cannot be read: %v", c.GetRun(), err)
		}
		if item.State.Completed() == nil {
			continue
		}
		plan := item.State.Plan()
		switch c.GetRubric().GetUnit() {
		case vignettev1.CampaignUnit_CAMPAIGN_UNIT_TURN:
			for _, turn := range item.State.Turns() {
				if turn.GetRole() == plan.Scenario.GetFocal() {
					out = append(out, &vignettev1.CampaignItem{Episode: plan.Episode, TurnIndex: proto.Int32(turn.GetIndex())})
				}
			}
		case vignettev1.CampaignUnit_CAMPAIGN_UNIT_SPAN:
			out = append(out, spansOf(item.State, c.GetRubric().GetSpansOf())...)
		case vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR:
			key := fmt.Sprintf("%s\n%d", plan.Cell.GetScenario(), plan.Cell.GetRepeat())
			for _, other := range beside[key] {
				out = append(out, &vignettev1.CampaignItem{Episode: other, OtherEpisode: plan.Episode})
			}
			beside[key] = append(beside[key], plan.Episode)
		default:
			out = append(out, &vignettev1.CampaignItem{Episode: plan.Episode})
		}
	}
	return s.chosen(ctx, c, out)
}

// chosen draws as many as the rubric wants, gold ones always, and gives them ids.
func (s *Service) chosen(ctx context.Context, c *vignettev1.Campaign, all []*vignettev1.CampaignItem) ([]*vignettev1.CampaignItem, error) {
	b, draws := newBook(c), map[*vignettev1.CampaignItem]uint64{}
	found := map[int]bool{}
	for _, item := range all {
		turn := fmt.Sprint(item.TurnIndex != nil, item.GetTurnIndex())
		if item.GetSpan() != nil {
			turn += fmt.Sprint(" ", item.GetSpan().GetStart(), item.GetSpan().GetEnd())
		}
		draws[item] = b.draw("item", item.GetEpisode(), item.GetOtherEpisode(), turn)
		item.Id = fmt.Sprintf("i%016x", b.draw("id", item.GetEpisode(), item.GetOtherEpisode(), turn))
		for i, gold := range c.GetRubric().GetGold() {
			if isOf(gold, item) {
				item.Gold, found[i] = true, true
			}
		}
	}
	for i, gold := range c.GetRubric().GetGold() {
		if !found[i] || scaleOf(c, gold.GetScale()) == nil {
			return nil, status.Errorf(codes.InvalidArgument, "rubric.gold[%d]: there is no item of episode %q (of that turn, or beside other_episode where items are pairs), or no scale %q", i, gold.GetEpisode(), gold.GetScale())
		}
	}
	for i, gold := range c.GetRubric().GetGold() {
		if scale := scaleOf(c, gold.GetScale()); gold.GetValue() < scale.GetMin() || gold.GetValue() > scale.GetMax() {
			return nil, status.Errorf(codes.InvalidArgument, "rubric.gold[%d].value: %d is not %d to %d, the numbers of scale %q", i, gold.GetValue(), scale.GetMin(), scale.GetMax(), scale.GetId())
		}
	}
	if most := int(c.GetRubric().GetItems()); most > 0 && most < len(all) {
		byDraw := slices.SortedFunc(slices.Values(all), func(x, y *vignettev1.CampaignItem) int {
			return cmp.Or(boolCompare(y.GetGold(), x.GetGold()), cmp.Compare(draws[x], draws[y]))
		})[:most]
		all = slices.DeleteFunc(all, func(item *vignettev1.CampaignItem) bool { return !slices.Contains(byDraw, item) })
	}
	if len(all) == 0 || len(all) > 5000 {
		return nil, status.Errorf(codes.FailedPrecondition, "run %s gives %d items; a campaign takes 1 to 5000: set items in the rubric%s", c.GetRun(), len(all), hintOf(c, len(all)))
	}
	markCalibration(c, all, draws)
	if slices.Contains(b.stages(), hindsight) && b.shown(hindsight) != vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_NONE {
		for _, item := range all {
			if futures, err := s.futures(ctx, c.GetRun(), item.GetEpisode(), b.shown(hindsight)); err != nil {
				return nil, err
			} else if len(futures) == 0 {
				return nil, status.Errorf(codes.FailedPrecondition, "episode %s has no consequences to show: 'vignette hindsight %s' simulates them", item.GetEpisode(), c.GetRun())
			}
		}
	}
	return all, nil
}

// isOf says whether a known answer is about an item, of pairs in whatever order.
func isOf(gold *vignettev1.GoldItem, item *vignettev1.CampaignItem) bool {
	if item.GetOtherEpisode() != "" {
		return gold.TurnIndex == nil && (gold.GetEpisode() == item.GetEpisode() && gold.GetOtherEpisode() == item.GetOtherEpisode() || turnedRound(gold, item))
	}
	return gold.GetOtherEpisode() == "" && gold.GetEpisode() == item.GetEpisode() && (gold.TurnIndex == nil) == (item.TurnIndex == nil) && gold.GetTurnIndex() == item.GetTurnIndex()
}

// turnedRound says whether a known answer is about a pair the other way round.
func turnedRound(gold *vignettev1.GoldItem, item *vignettev1.CampaignItem) bool {
	return item.GetOtherEpisode() != "" && gold.GetEpisode() == item.GetOtherEpisode() && gold.GetOtherEpisode() == item.GetEpisode()
}

// knownOf is a known answer as it is about an item, of pairs about its first episode.
func knownOf(gold *vignettev1.GoldItem, item *vignettev1.CampaignItem, scale *vignettev1.RatingScale) int32 {
	if turnedRound(gold, item) {
		return scale.GetMin() + scale.GetMax() - gold.GetValue()
	}
	return gold.GetValue()
}

// markCalibration chooses the items of the calibration round: gold ones first, then as they were drawn.
func markCalibration(c *vignettev1.Campaign, all []*vignettev1.CampaignItem, draws map[*vignettev1.CampaignItem]uint64) {
	first := slices.SortedFunc(slices.Values(all), func(x, y *vignettev1.CampaignItem) int {
		return cmp.Or(boolCompare(y.GetGold(), x.GetGold()), cmp.Compare(draws[x], draws[y]))
	})
	for _, item := range first[:min(int(c.GetRubric().GetCalibration()), len(first))] {
		item.Calibration = true
	}
}

// spansOf are the words of the focal role's turns in which an evaluator found something, each once. Which code it was is not told
// to anybody who rates.
func spansOf(state *episode.State, whose string) []*vignettev1.CampaignItem {
	evaluator, code, _ := strings.Cut(whose, ":")
	spoken, seen := map[int32]bool{}, map[string]bool{}
	for _, turn := range state.Turns() {
		spoken[turn.GetIndex()] = turn.GetRole() == state.Plan().Scenario.GetFocal()
	}
	var out []*vignettev1.CampaignItem
	for _, score := range state.Scores() {
		for _, found := range score.GetSpans() {
			span := found.GetSpan()
			key := fmt.Sprint(found.GetTurnIndex(), span.GetStart(), span.GetEnd())
			if score.GetEvaluator() != evaluator || code != "" && found.GetCode() != code || !spoken[found.GetTurnIndex()] || seen[key] || strings.TrimSpace(span.GetQuote()) == "" {
				continue
			}
			seen[key] = true
			out = append(out, &vignettev1.CampaignItem{Episode: state.Plan().Episode, TurnIndex: proto.Int32(found.GetTurnIndex()), Span: span})
		}
	}
	return out
}

// hintOf says what else may be wrong where there is nothing to rate.
func hintOf(c *vignettev1.Campaign, items int) string {
	if items == 0 && c.GetRubric().GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR {
		return ", or rate a run that plays the same scenario in more than one way (--vary): in this one there is nothing to pair"
	}
	if items == 0 && c.GetRubric().GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_SPAN {
		return fmt.Sprintf(", or name in spans_of an evaluator of the run that quotes what it finds (%q found nothing)", c.GetRubric().GetSpansOf())
	}
	return ""
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// futures are what an arm shows of the newest consequences of an episode.
func (s *Service) futures(ctx context.Context, run, episode string, shown vignettev1.ConsequencesShown) ([]*vignettev1.Future, error) {
	notes, err := s.log.Notes(ctx, run, episode)
	if err != nil {
		return nil, status.Errorf(codes.Unavailable, "notes on episode %s: %v", episode, err)
	}
	var newest *vignettev1.Consequences
	for _, entry := range notes {
		if c := entry.Note.GetConsequences(); c != nil {
			newest = c
		}
	}
	if newest == nil {
		return nil, nil
	}
	return consequences.Observe(newest, shown), nil
}

func scaleOf(c *vignettev1.Campaign, id string) *vignettev1.RatingScale {
	for _, scale := range c.GetRubric().GetScales() {
		if scale.GetId() == id {
			return scale
		}
	}
	return nil
}

// GetCampaign implements FeedbackServiceServer.
func (s *Service) GetCampaign(ctx context.Context, request *vignettev1.GetCampaignRequest) (*vignettev1.GetCampaignResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(ctx, request.GetCampaign())
	if err != nil {
		return nil, err
	}
	rubric := proto.CloneOf(b.campaign.GetRubric())
	rubric.Gold = nil
	return &vignettev1.GetCampaignResponse{Rubric: rubric, Items: int32(len(b.items))}, nil
}

// usualLease is how long an item is kept where the rubric does not say, seconds.
const usualLease = 900

// NextItem implements FeedbackServiceServer.
func (s *Service) NextItem(ctx context.Context, request *vignettev1.NextItemRequest) (*vignettev1.NextItemResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(ctx, request.GetCampaign())
	if err != nil {
		return nil, err
	}
	now := s.now()
	out := &vignettev1.NextItemResponse{}
	for t, until := range b.leases {
		if t.rater != request.GetRater() && until.After(now) {
			out.KeptByOthers++
		}
	}
	t, ok := b.next(request.GetRater(), now)
	if !ok {
		return out, nil
	}
	if out.Item, err = s.show(ctx, b, t); err != nil {
		return nil, err
	}
	if t.stage == hindsight && b.drafts[t] == nil { // From now on foresight is fixed, also after a restart.
		if err := s.record(ctx, b, &vignettev1.Rating{Campaign: b.campaign.GetId(), Item: t.item, Rater: t.rater, Stage: t.stage, Pass: t.pass, Shown: b.shown(t.stage)}); err != nil {
			return nil, err
		}
	}
	until := now.Add(b.lease())
	b.keep(t, until)
	out.Item.LeaseUntil = timestamppb.New(until)
	return out, nil
}

// show is an item as one rater sees it.
func (s *Service) show(ctx context.Context, b *book, t task) (*vignettev1.ShownItem, error) {
	sides, err := s.sides(ctx, b, t.item, t.stage, b.swapped(t.item, t.rater))
	if err != nil {
		return nil, err
	}
	out := &vignettev1.ShownItem{Item: t.item, Stage: t.stage, Pass: t.pass, Sides: sides, Draft: b.drafts[t], Calibration: b.items[t.item].GetCalibration()}
	for _, r := range b.given {
		if r == b.standing(taskOf(r)) && r.GetRater() == t.rater {
			out.Done++
		}
	}
	out.Number = 1
	for _, each := range b.campaign.GetItems() {
		switch r := b.standing(task{each.GetId(), t.rater, b.stages()[0], 1}); {
		case r == nil && b.free(each, t.rater, s.now()):
			out.Left++
			out.Of++
		case r != nil:
			out.Of++
			if each.GetId() != t.item {
				out.Number++
			}
			if r.GetSkip() != 0 {
				out.Skipped++
			}
		}
	}
	return out, nil
}

// sides are the conversations of an item as they are shown in a stage.
func (s *Service) sides(ctx context.Context, b *book, id string, stage vignettev1.RatingStage, swapped bool) ([]*vignettev1.ShownConversation, error) {
	item := b.items[id]
	episodes := []string{item.GetEpisode()}
	if item.GetOtherEpisode() != "" {
		episodes = append(episodes, item.GetOtherEpisode())
	}
	if swapped {
		slices.Reverse(episodes)
	}
	var out []*vignettev1.ShownConversation
	for _, id := range episodes {
		state, _, err := s.reader.Episode(ctx, id)
		if err != nil {
			return nil, status.Errorf(codes.Unavailable, "an item cannot be read: %v", err)
		}
		var futures []*vignettev1.Future
		if shown := b.shown(stage); shown != vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_NONE { // Else they are not even read.
			if futures, err = s.futures(ctx, b.campaign.GetRun(), id, shown); err != nil {
				return nil, err
			}
		}
		out = append(out, blinded(state, item, futures))
	}
	return out, nil
}

// ListRatings implements FeedbackServiceServer.
func (s *Service) ListRatings(ctx context.Context, request *vignettev1.ListRatingsRequest) (*vignettev1.ListRatingsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(ctx, request.GetCampaign())
	if err != nil {
		return nil, err
	}
	out := &vignettev1.ListRatingsResponse{}
	for _, r := range b.given {
		if r.GetRater() == request.GetRater() && (request.GetHistory() || r == b.standing(taskOf(r))) {
			out.Ratings = append(out.Ratings, r)
		}
	}
	return out, nil
}
