package campaign_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/feedback/hindsight"
	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is time that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// office is a data directory whose owner can be restarted.
type office struct {
	t     *testing.T
	dir   string
	clock *clock
	node  *node.Node
	run   string
	ids   []string // episodes, in the design's order
}

func open(t *testing.T, episodes int, change ...func(*vignettev1.Scenario)) *office {
	t.Helper()
	o := &office{t: t, dir: t.TempDir(), clock: &clock{now: time.Unix(1_700_000_000, 0)}}
	o.start()
	t.Cleanup(func() { o.stop() })
	if err := o.node.HostBuiltin(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.play(episodes, change...)
	return o
}

func (o *office) start() {
	o.t.Helper()
	n, err := node.Open(o.t.Context(), node.Config{Dir: o.dir})
	if err != nil {
		o.t.Fatal(err)
	}
	o.node = n
	if _, err := n.HostFeedback(o.t.Context(), o.clock.Now); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) stop() {
	o.t.Helper()
	if err := o.node.Close(context.Background()); err != nil {
		o.t.Error(err)
	}
}

func (o *office) restart() { o.stop(); o.start() }

// vary plays every session under two policies.
func vary(scenario *vignettev1.Scenario) {
	scenario.Factors = []*vignettev1.Factor{{Role: "focal", Field: "policy.skill", Levels: []*vignettev1.Level{{Name: "0.1", Value: structpb.NewNumberValue(0.1)}, {Name: "0.9", Value: structpb.NewNumberValue(0.9)}}}}
}

// play plays a short session again and again, and writes down what came of it.
func (o *office) play(episodes int, change ...func(*vignettev1.Scenario)) {
	o.t.Helper()
	scenario, err := scenarios.Find("cbt-intake")
	if err != nil {
		o.t.Fatal(err)
	}
	scenario.Stop.MaxTurns, scenario.Probes, scenario.Evaluators, scenario.Factors = 4, nil, []*vignettev1.EvaluatorUse{{Name: "mi"}}, nil
	for _, role := range scenario.GetRoles() {
		role.Reward = nil
	}
	for _, c := range change {
		c(scenario)
	}
	runner := o.node.Runner()
	planner, err := runner.Prepare(o.t.Context(), runs.Design{Scenarios: []*vignettev1.Scenario{scenario}, Repeats: episodes, Seed: 1})
	if err != nil {
		o.t.Fatal(err)
	}
	o.run, o.ids = planner.Manifest().GetRun(), make([]string, planner.Len())
	err = runner.Play(o.t.Context(), planner, runs.Options{Each: func(i int, state *episode.State) {
		study, err := hindsight.Of(state, hindsight.Options{})
		if err != nil {
			o.t.Error(err)
			return
		}
		o.ids[i] = state.Plan().Episode
		note := &vignettev1.Note{SchemaVersion: 1, Id: "c-" + o.ids[i], Note: &vignettev1.Note_Consequences{Consequences: study.Consequences}}
		if _, err := o.node.Log().AppendNote(o.t.Context(), o.run, o.ids[i], note); err != nil {
			o.t.Error(err)
		}
	}})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) feedback() vignettev1.FeedbackServiceClient { return o.node.Directory().Feedback() }

func (o *office) openCampaign(rubric *vignettev1.Codebook) string {
	o.t.Helper()
	opened, err := o.feedback().OpenCampaign(o.t.Context(), &vignettev1.OpenCampaignRequest{Run: o.run, Rubric: rubric})
	if err != nil {
		o.t.Fatal(err)
	}
	return opened.GetCampaign()
}

func (o *office) next(campaign, rater string) *vignettev1.ShownItem {
	o.t.Helper()
	answer, err := o.feedback().NextItem(o.t.Context(), &vignettev1.NextItemRequest{Campaign: campaign, Rater: rater})
	if err != nil {
		o.t.Fatal(err)
	}
	return answer.GetItem()
}

func (o *office) save(r *vignettev1.Rating) error {
	_, err := o.feedback().SaveRating(o.t.Context(), &vignettev1.SaveRatingRequest{Rating: r})
	return err
}

func rubric() *vignettev1.Codebook {
	return &vignettev1.Codebook{
		Title: "Satisfaction", Arm: vignettev1.CampaignArm_CAMPAIGN_ARM_WITHIN, Overlap: 2, Seed: 7, LeaseSeconds: 60,
		Scales: []*vignettev1.RatingScale{{Id: "satisfaction", Question: "How satisfied is the client?", Min: 1, Max: 5, EvidenceForExtremes: true}},
	}
}

// answer is a scripted rater's rating of an item: the opinion of the item by some hash, off by one now and then.
func answer(campaign, rater string, item *vignettev1.ShownItem) *vignettev1.Rating {
	sum, own := 0, 0
	for _, c := range item.GetItem() {
		sum += int(c)
	}
	for _, c := range rater + item.GetItem() {
		own += int(c) * 7
	}
	value := int32(2 + sum%3)
	if own%4 == 0 {
		value = min(value+1, 4)
	}
	return &vignettev1.Rating{
		Campaign: campaign, Item: item.GetItem(), Rater: rater, Stage: item.GetStage(), Pass: item.GetPass(), Version: 1, TimeSpent: durationpb.New(5 * time.Second),
		Values: []*vignettev1.ScaleRating{{Scale: "satisfaction", Answer: &vignettev1.ScaleRating_Value{Value: value}}},
	}
}

// Three raters, 60 items, two ratings each, gold among them; one vanishes with an item in hand, the owner is restarted. Every
// rating is there exactly once, no consequence comes before its foresight, and agreement is what a computation by hand gives.
func TestThreeRaters(t *testing.T) {
	o := open(t, 60)
	r := rubric()
	r.Gold = []*vignettev1.GoldItem{{Episode: o.ids[3], Scale: "satisfaction", Value: 3, Tolerance: 1}, {Episode: o.ids[40], Scale: "satisfaction", Value: 3, Tolerance: 2}}
	campaign := o.openCampaign(r)
	if again := o.openCampaign(r); again != campaign {
		t.Errorf("the same rubric opens %s and %s", campaign, again)
	}
	foreseen := map[string]bool{}
	rate := func(rater string) bool {
		item := o.next(campaign, rater)
		if item == nil {
			return false
		}
		key := rater + " " + item.GetItem()
		for _, side := range item.GetSides() {
			if (len(side.GetFutures()) > 0) != (item.GetStage() == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT) || len(side.GetFutures()) > 0 && !foreseen[key] {
				t.Fatalf("%s sees %d futures in %v, foresight given: %v", key, len(side.GetFutures()), item.GetStage(), foreseen[key])
			}
		}
		a := answer(campaign, rater, item)
		if err := o.save(a); err != nil {
			t.Fatal(err)
		}
		if err := o.save(proto.CloneOf(a)); err != nil { // The acknowledgement was lost.
			t.Fatalf("sent twice: %v", err)
		}
		foreseen[key] = true
		return true
	}
	for i := range 30 {
		for _, rater := range []string{"ann", "ben", "Zoë O'Malley"} {
			rate(rater)
		}
		if i == 15 {
			o.restart()
		}
	}
	kept := o.next(campaign, "ben") // Ben takes one more and vanishes.
	for _, rater := range []string{"ann", "Zoë O'Malley"} {
		for rate(rater) {
		}
	}
	o.clock.pass(61 * time.Second)
	for _, rater := range []string{"ann", "Zoë O'Malley"} {
		for rate(rater) {
		}
	}
	got, err := o.feedback().GetAgreement(t.Context(), &vignettev1.GetAgreementRequest{Campaign: campaign})
	if err != nil {
		t.Fatal(err)
	}
	if got.GetItems() != 60 || got.GetComplete() != 60 || kept == nil {
		t.Errorf("%d of %d items are complete, ben kept %v; want all 60", got.GetComplete(), got.GetItems(), kept)
	}
	o.byHand(campaign, got)
}

// byHand counts what is in the log itself and holds it against what the service says.
func (o *office) byHand(campaign string, got *vignettev1.GetAgreementResponse) {
	o.t.Helper()
	times := map[string]int{}
	values := map[vignettev1.RatingStage]map[string][]float64{vignettev1.RatingStage_RATING_STAGE_FORESIGHT: {}, vignettev1.RatingStage_RATING_STAGE_HINDSIGHT: {}}
	gold := 0
	for i, id := range o.ids {
		notes, err := o.node.Log().Notes(o.t.Context(), o.run, id)
		if err != nil {
			o.t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, entry := range notes {
			r := entry.Note.GetRated()
			if r == nil || r.GetVersion() == 0 || seen[entry.Note.GetId()] {
				continue
			}
			seen[entry.Note.GetId()] = true
			times[fmt.Sprint(r.GetRater(), r.GetItem(), r.GetStage())]++
			if i == 3 || i == 40 {
				gold++
				continue
			}
			values[r.GetStage()][id] = append(values[r.GetStage()][id], float64(r.GetValues()[0].GetValue()))
		}
	}
	for key, n := range times {
		if n != 1 {
			o.t.Errorf("%s is there %d times", key, n)
		}
	}
	for _, scale := range got.GetScales() {
		same, pairs := 0.0, 0.0
		var units [][]float64
		for _, id := range o.ids {
			if unit := values[scale.GetStage()][id]; len(unit) == 2 {
				units = append(units, unit)
				pairs++
				if unit[0] == unit[1] {
					same++
				}
			} else if len(unit) > 2 {
				o.t.Errorf("an item has %d ratings; the overlap is 2", len(unit))
			}
		}
		alpha, err := stats.KrippendorffAlpha(units, stats.OrdinalScale)
		if err != nil {
			o.t.Fatal(err)
		}
		if pairs < 57 || int(scale.GetUnits()) != int(pairs) || math.Abs(scale.GetPercent().GetValue()-same/pairs) > 1e-12 || math.Abs(scale.GetAlpha().GetValue()-alpha) > 1e-12 || scale.GetAlpha().Low == nil || scale.GetKappa().Value == nil || scale.GetIcc().Value == nil {
			o.t.Errorf("%v; by hand %v pairs, %v the same, alpha %v", scale, pairs, same/pairs, alpha)
		}
	}
	answered := int32(0)
	for _, rater := range got.GetRaters() {
		answered += rater.GetGold()
		if rater.GetMedianSeconds() != 5 || rater.GetGoldRight() > rater.GetGold() {
			o.t.Errorf("report %v", rater)
		}
	}
	if gold == 0 || int(answered)*2 < gold {
		o.t.Errorf("%d gold answers reported, %d in the log over two stages", answered, gold)
	}
}

// What is refused, and what can be taken back.
func TestOrderOfThings(t *testing.T) {
	o := open(t, 3)
	campaign := o.openCampaign(rubric())
	item := o.next(campaign, "ann")
	if held := o.next(campaign, "ann"); held.GetItem() != item.GetItem() {
		t.Error("asked again, another item comes")
	}
	if text := item.String(); strings.Contains(text, o.ids[0]) || strings.Contains(text, "policy") {
		t.Errorf("the item tells what it is: %s", text)
	}
	refused := func(what string, code codes.Code, change func(*vignettev1.Rating)) {
		t.Helper()
		r := answer(campaign, "ann", item)
		change(r)
		if err := o.save(r); status.Code(err) != code {
			t.Errorf("%s: %v; want %v", what, err, code)
		}
	}
	refused("hindsight first", codes.FailedPrecondition, func(r *vignettev1.Rating) { r.Stage = vignettev1.RatingStage_RATING_STAGE_HINDSIGHT })
	refused("an extreme without evidence", codes.InvalidArgument, func(r *vignettev1.Rating) { r.Values[0].Answer = &vignettev1.ScaleRating_Value{Value: 5} })
	refused("off the scale", codes.InvalidArgument, func(r *vignettev1.Rating) { r.Values[0].Answer = &vignettev1.ScaleRating_Value{Value: 6} })
	refused("evidence that nobody said", codes.InvalidArgument, func(r *vignettev1.Rating) { r.Values[0].Evidence = []*vignettev1.Evidence{{Quote: "xyzzy"}} })
	refused("a scale left out", codes.InvalidArgument, func(r *vignettev1.Rating) { r.Values = nil })
	refused("another item", codes.NotFound, func(r *vignettev1.Rating) { r.Item = "i0" })
	refused("a version ahead", codes.Aborted, func(r *vignettev1.Rating) { r.Version = 2 })

	draft := answer(campaign, "ann", item)
	draft.Version, draft.Values = 0, nil
	draft.Remark = "half way"
	edit, back := answer(campaign, "ann", item), answer(campaign, "ann", item)
	edit.Version, edit.Remark = 2, "on second thought"
	back.Version, back.Withdrawn, back.Values = 3, true, nil
	for _, r := range []*vignettev1.Rating{draft, answer(campaign, "ann", item), edit, back} {
		if err := o.save(r); err != nil {
			t.Fatal(err)
		}
	}
	list := func(history bool) int {
		got, err := o.feedback().ListRatings(t.Context(), &vignettev1.ListRatingsRequest{Campaign: campaign, Rater: "ann", History: history})
		if err != nil {
			t.Fatal(err)
		}
		return len(got.GetRatings())
	}
	if list(false) != 0 || list(true) != 3 {
		t.Errorf("%d stand and %d are in the history; want 0 and 3", list(false), list(true))
	}
	o.restart()
	if list(false) != 0 || list(true) != 3 {
		t.Errorf("after a restart %d stand and %d are in the history; want 0 and 3", list(false), list(true))
	}
	again := answer(campaign, "ann", item)
	again.Version = 4
	if err := o.save(again); err != nil {
		t.Fatal(err)
	}
	if seen := o.next(campaign, "ann"); seen.GetItem() != item.GetItem() || len(seen.GetSides()[0].GetFutures()) != 1 {
		t.Errorf("after foresight comes %v", seen)
	}
	o.restart()
	refused("foresight after consequences", codes.FailedPrecondition, func(r *vignettev1.Rating) { r.Version = 5 })
}

// What was taken back comes next, with what it said, whatever came in between; it counts as one item all the while. After consequences a
// line of what came of it is evidence, before them none is.
func TestTakenBackComesNext(t *testing.T) {
	o := open(t, 4)
	book := rubric()
	book.Arm = vignettev1.CampaignArm_CAMPAIGN_ARM_FORESIGHT
	id := o.openCampaign(book)
	for n := range int32(3) {
		item := o.next(id, "ann")
		if item.GetNumber() != n+1 || item.GetOf() != 4 {
			t.Errorf("item %d of %d comes; want %d of 4", item.GetNumber(), item.GetOf(), n+1)
		}
		first := answer(id, "ann", item)
		first.Remark = "said before"
		if err := o.save(first); err != nil {
			t.Fatal(err)
		}
		o.next(id, "ann") // Another one is in their hands.
		back := answer(id, "ann", item)
		back.Version, back.Withdrawn, back.Values = 2, true, nil
		if err := o.save(back); err != nil {
			t.Fatal(err)
		}
		again := o.next(id, "ann")
		if again.GetItem() != item.GetItem() || again.GetNumber() != n+1 || again.GetDraft().GetRemark() != "said before" || len(again.GetDraft().GetValues()) != 1 {
			t.Fatalf("item %s was taken back, and %v comes", item.GetItem(), again)
		}
		second := answer(id, "ann", item)
		second.Version = 3
		if err := o.save(second); err != nil {
			t.Fatal(err)
		}
	}

	within := rubric()
	id = o.openCampaign(within)
	extreme := func(item *vignettev1.ShownItem) *vignettev1.Rating {
		r := answer(id, "ann", item)
		r.Values[0].Answer = &vignettev1.ScaleRating_Value{Value: 1}
		r.Values[0].Evidence = []*vignettev1.Evidence{{Came: proto.Int32(0), Quote: "day"}}
		return r
	}
	item := o.next(id, "ann")
	if err := o.save(extreme(item)); status.Code(err) != codes.InvalidArgument {
		t.Errorf("before consequences one of their lines is evidence: %v", err)
	}
	if err := o.save(answer(id, "ann", item)); err != nil {
		t.Fatal(err)
	}
	after := o.next(id, "ann")
	r := extreme(after)
	r.Values[0].Evidence[0].Quote = after.GetSides()[0].GetFutures()[0].GetLines()[0]
	if err := o.save(r); err != nil {
		t.Errorf("a line of what came of it is no evidence: %v", err)
	}
}

// In the calibration round all raters see the same items first; whoever has rated one is told what is known and what others said, and
// nothing of it before. What they said there is in no agreement.
func TestCalibrationRound(t *testing.T) {
	o := open(t, 8)
	r := rubric()
	r.Arm, r.Calibration, r.Repeated = vignettev1.CampaignArm_CAMPAIGN_ARM_FORESIGHT, 3, 0.5
	r.Gold = []*vignettev1.GoldItem{{Episode: o.ids[5], Scale: "satisfaction", Value: 3, Tolerance: 1, Reason: "She says so herself."}}
	campaign := o.openCampaign(r)
	var seen [2][]string
	for i, rater := range []string{"ann", "ben"} {
		for item := o.next(campaign, rater); item != nil; item = o.next(campaign, rater) {
			a := answer(campaign, rater, item)
			a.Values[0].Answer = &vignettev1.ScaleRating_Value{Value: int32(2 + i)}
			saved, err := o.feedback().SaveRating(t.Context(), &vignettev1.SaveRatingRequest{Rating: a})
			if err != nil {
				t.Fatal(err)
			}
			if item.GetCalibration() != (len(saved.GetCalibration()) == 1) {
				t.Fatalf("%s is told %v of an item that is %v", rater, saved.GetCalibration(), item.GetCalibration())
			}
			if !item.GetCalibration() {
				continue
			}
			if item.GetPass() == 2 {
				t.Error("an item of the round comes again")
			}
			told := saved.GetCalibration()[0]
			if first := len(seen[i]) == 0; first != (told.Known != nil) || first && (told.GetKnown() != 3 || told.GetReason() != "She says so herself.") {
				t.Errorf("%s is told %v; the first item is the known one", rater, told)
			}
			if want := [][]int32{nil, {2}}[i]; !slices.Equal(told.GetOthers(), want) {
				t.Errorf("%s is told that others said %v, not %v", rater, told.GetOthers(), want)
			}
			seen[i] = append(seen[i], item.GetItem())
		}
	}
	if len(seen[0]) != 3 || !slices.Equal(seen[0], seen[1]) {
		t.Errorf("the rounds are %v", seen)
	}
	got, err := o.feedback().GetAgreement(t.Context(), &vignettev1.GetAgreementRequest{Campaign: campaign})
	if err != nil {
		t.Fatal(err)
	}
	if got.GetScales()[0].GetUnits() != 5 || got.GetRaters()[0].GetCalibration() != 1 || got.GetRaters()[0].GetCalibrationRight() != 1 || got.GetRaters()[0].GetGold() != 0 {
		t.Errorf("agreement is %v", got)
	}
}

// Spans are words that an evaluator quoted; raters see the words and not what was found in them.
func TestSpans(t *testing.T) {
	o := open(t, 3)
	r := rubric()
	r.Arm, r.Unit, r.SpansOf = vignettev1.CampaignArm_CAMPAIGN_ARM_FORESIGHT, vignettev1.CampaignUnit_CAMPAIGN_UNIT_SPAN, "mi"
	campaign := o.openCampaign(r)
	items := 0
	for item := o.next(campaign, "ann"); item != nil; item = o.next(campaign, "ann") {
		side := item.GetSides()[0]
		last := side.GetTurns()[len(side.GetTurns())-1]
		if side.GetWords() == "" || !strings.Contains(last.GetText(), side.GetWords()) || last.GetIndex() != side.GetTurnIndex() || strings.Contains(item.String(), "mi.") {
			t.Errorf("shown is %v", item)
		}
		if err := o.save(answer(campaign, "ann", item)); err != nil {
			t.Fatal(err)
		}
		items++
	}
	if items < 3 {
		t.Errorf("%d spans in three sessions", items)
	}
	r.SpansOf = "nobody"
	if _, err := o.feedback().OpenCampaign(t.Context(), &vignettev1.OpenCampaignRequest{Run: o.run, Rubric: r}); status.Code(err) != codes.FailedPrecondition || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("spans of nobody: %v", err)
	}
	r.SpansOf = ""
	if _, err := o.feedback().OpenCampaign(t.Context(), &vignettev1.OpenCampaignRequest{Run: o.run, Rubric: r}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("spans of whom is not said: %v", err)
	}
}

// Campaigns are listed with how far everybody and one rater are, also by a service that has just begun, and not once their run is gone.
func TestList(t *testing.T) {
	o := open(t, 3)
	id := o.openCampaign(&vignettev1.Codebook{Title: "First", Scales: []*vignettev1.RatingScale{{Id: "s", Question: "How?", Min: 1, Max: 5}}})
	other := o.openCampaign(&vignettev1.Codebook{Title: "Second", Scales: []*vignettev1.RatingScale{{Id: "s", Question: "How?", Min: 1, Max: 5}}})
	item := o.next(id, "ann")
	rating := &vignettev1.Rating{Campaign: id, Item: item.GetItem(), Rater: "ann", Stage: item.GetStage(), Pass: item.GetPass(), Version: 1,
		Values: []*vignettev1.ScaleRating{{Scale: "s", Answer: &vignettev1.ScaleRating_Value{Value: 3}}}}
	if _, err := o.feedback().SaveRating(t.Context(), &vignettev1.SaveRatingRequest{Rating: rating}); err != nil {
		t.Fatal(err)
	}
	list := func(rater string) string {
		t.Helper()
		got, err := o.feedback().ListCampaigns(t.Context(), &vignettev1.ListCampaignsRequest{Rater: rater})
		if err != nil {
			t.Fatal(err)
		}
		out := ""
		for _, c := range got.GetCampaigns() {
			out += fmt.Sprintf("%s %s %d/%d/%d; ", c.GetCampaign(), c.GetTitle(), c.GetItems(), c.GetGiven(), c.GetDone())
		}
		return out
	}
	want := func(done int) string {
		return fmt.Sprintf("%s Second 3/0/0; %s First 3/1/%d; ", other, id, done)
	}
	for range 2 {
		if got := list("ann"); got != want(1) {
			t.Errorf("for ann: %s, want %s", got, want(1))
		}
		if got := list("ben"); got != want(0) {
			t.Errorf("for ben: %s, want %s", got, want(0))
		}
		o.restart()
	}
	if _, err := o.node.Eraser(false).Run(t.Context(), o.run, "asked for"); err != nil {
		t.Fatal(err)
	}
	if got := list("ann"); got != "" {
		t.Errorf("after the run was deleted: %s", got)
	}
}

// isShown says whether a side is what was said in an episode, as far as no names are in it.
func isShown(side *vignettev1.ShownConversation, said []*vignettev1.Turn) bool {
	for i, turn := range side.GetTurns() {
		if text := turn.GetText(); text != said[i].GetAction().GetText() && !strings.Contains(text, "Client") && !strings.Contains(text, "Counselor") {
			return false
		}
	}
	return true
}

// Pairs are shown in an order drawn for each rater; what is known of one is told, and agreement reckoned, whichever side stood first.
func TestPairs(t *testing.T) {
	o := open(t, 6, vary)
	r := rubric()
	r.Arm, r.Unit, r.Scales[0].EvidenceForExtremes, r.Calibration = vignettev1.CampaignArm_CAMPAIGN_ARM_FORESIGHT, vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR, false, 1
	pairs, said := map[int32][]string{}, map[string][]*vignettev1.Turn{}
	for _, id := range o.ids {
		state, _, err := o.node.Reader().Episode(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		said[id] = state.Turns()
		pairs[state.Plan().Cell.GetRepeat()] = append(pairs[state.Plan().Cell.GetRepeat()], id)
	}
	// Known the other way round than the item is: the second is better, 2 of 1 to 5 for the first.
	r.Gold = []*vignettev1.GoldItem{{Episode: pairs[1][1], OtherEpisode: pairs[1][0], Scale: "satisfaction", Value: 4, Reason: "It is."}}
	campaign := o.openCampaign(r)
	swapped := map[bool]int{}
	for _, rater := range []string{"ann", "ben"} {
		for item := o.next(campaign, rater); item != nil; item = o.next(campaign, rater) {
			if len(item.GetSides()) != 2 {
				t.Fatalf("%d sides", len(item.GetSides()))
			}
			a := answer(campaign, rater, item)
			second := false // whether the second episode of the pair stands first
			for _, pair := range pairs {
				second = second || isShown(item.GetSides()[0], said[pair[1]]) && isShown(item.GetSides()[1], said[pair[0]])
			}
			swapped[second]++
			value := int32(2) // Everybody prefers the second episode.
			if second {
				value = 4
			}
			a.Values[0].Answer = &vignettev1.ScaleRating_Value{Value: value}
			saved, err := o.feedback().SaveRating(t.Context(), &vignettev1.SaveRatingRequest{Rating: a})
			if err != nil {
				t.Fatal(err)
			}
			if saved.GetRating().GetSwapped() != second {
				t.Errorf("%s sees %s swapped: %v, said %v", rater, item.GetItem(), second, saved.GetRating().GetSwapped())
			}
			if item.GetCalibration() {
				told := saved.GetCalibration()[0]
				if told.GetKnown() != value || rater == "ben" && (len(told.GetOthers()) != 1 || told.GetOthers()[0] != value) {
					t.Errorf("%s, who sees it swapped: %v, says %d and is told %v", rater, second, value, told)
				}
			}
		}
	}
	got, err := o.feedback().GetAgreement(t.Context(), &vignettev1.GetAgreementRequest{Campaign: campaign})
	if err != nil {
		t.Fatal(err)
	}
	if s := got.GetScales()[0]; s.GetUnits() != 5 || s.GetPercent().GetValue() != 1 || swapped[true] == 0 || swapped[false] == 0 {
		t.Errorf("of one mind, they agree in %v; swapped %v", s, swapped)
	}
	for _, rater := range got.GetRaters() {
		if rater.GetCalibration() != 1 || rater.GetCalibrationRight() != 1 {
			t.Errorf("report %v", rater)
		}
	}
	r.Gold[0].Value = 6
	if _, err := o.feedback().OpenCampaign(t.Context(), &vignettev1.OpenCampaignRequest{Run: o.run, Rubric: r}); status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), "6 is not 1 to 5") {
		t.Errorf("a known answer off the scale: %v", err)
	}
}

// Turns are rated with what came before them and nothing after; gold is of one turn.
func TestTurns(t *testing.T) {
	o := open(t, 2)
	r := rubric()
	r.Arm, r.Unit = vignettev1.CampaignArm_CAMPAIGN_ARM_FORESIGHT, vignettev1.CampaignUnit_CAMPAIGN_UNIT_TURN
	campaign := o.openCampaign(r)
	seen := map[string]bool{}
	for item := o.next(campaign, "ann"); item != nil; item = o.next(campaign, "ann") {
		side := item.GetSides()[0]
		if last := side.GetTurns()[len(side.GetTurns())-1]; side.TurnIndex == nil || last.GetIndex() != side.GetTurnIndex() || last.GetSpeaker() != "Counselor" || len(side.GetTurns()) != int(side.GetTurnIndex())+1 {
			t.Errorf("shown is %v", side)
		}
		seen[item.GetItem()] = true
		if err := o.save(answer(campaign, "ann", item)); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 4 {
		t.Errorf("%d turns of a counselor in two sessions of four turns", len(seen))
	}
}
