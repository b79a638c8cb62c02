package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/web/account"
)

// campaign finds a campaign that the visitor may rate, or coordinate.
func (q *request) campaign() (string, *vignettev1.GetCampaignResponse, error) {
	id := q.PathValue("campaign")
	if may, err := q.mayRate(id); err != nil {
		return "", nil, err
	} else if !may {
		q.refused("/rate/" + id)
		return "", nil, notFound("campaign", id)
	}
	got, err := q.config.Feedback.GetCampaign(q.ctx(), &vignettev1.GetCampaignRequest{Campaign: id})
	if status.Code(err) == codes.NotFound {
		return "", nil, notFound("campaign", id)
	}
	if err != nil {
		return "", nil, err
	}
	return id, got, q.record("/rate/" + id)
}

// mayRate says whether the visitor may see a campaign: those who do research all of them, raters those they were asked to rate.
func (q *request) mayRate(campaign string) (bool, error) {
	if q.config.Accounts == nil || q.visitor.is(account.Researcher, account.Admin) {
		return true, nil
	}
	return q.config.Accounts.Rates(q.ctx(), q.visitor.Name, campaign)
}

// question is a scale as it is asked, with what the rater has said so far.
type question struct {
	*vignettev1.RatingScale
	Number  int
	Choices []choice
	Tell    bool   // cannot be told
	Words   string // evidence, one quote a line
}

type choice struct {
	Value   int32
	Label   string
	Checked bool
}

type itemPage struct {
	Campaign  string
	Book      *vignettev1.Codebook
	Item      *vignettev1.ShownItem // nil where nothing is left
	Questions []question
	Kept      int32 // items that others keep
	Skips     []skipReason
	Remark    string
	Says      string // why it was not taken
	Began     int64
	Undo      bool
	Wide      bool
}

// Wanting says that the answer wants words and has none.
func (a question) Wanting() bool {
	return a.EvidenceForExtremes && a.Words == "" && slices.ContainsFunc(a.Choices, func(c choice) bool { return c.Checked && (c.Value == a.GetMin() || c.Value == a.GetMax()) })
}

// Percent is how much of what is known to be there is done.
func (p itemPage) Percent() int {
	done, all := p.Item.GetDone(), p.Item.GetDone()+p.Item.GetLeft()
	return int(100 * done / max(all, 1))
}

// Answered is how many ratings were given, skips left out.
func (p itemPage) Answered() int32 { return p.Item.GetDone() - p.Item.GetSkipped() }

// key tells an item from the same one at another time.
func (p itemPage) key() string {
	return fmt.Sprintf("%s %s %d", p.Item.GetItem(), enumname.Of(p.Item.GetStage()), p.Item.GetPass())
}

// Hindsight says that consequences are shown.
func (p itemPage) Hindsight() bool {
	return p.Item.GetStage() == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT
}

var skipReasons = []skipReason{
	{vignettev1.SkipReason_SKIP_REASON_CANNOT_TELL, "the conversation answers none of the questions"},
	{vignettev1.SkipReason_SKIP_REASON_DOES_NOT_APPLY, "the questions do not fit this conversation"},
	{vignettev1.SkipReason_SKIP_REASON_DISTRESSING, "I do not want to read this"},
	{vignettev1.SkipReason_SKIP_REASON_NOT_BLIND, "I know these people, or which side is which"},
	{vignettev1.SkipReason_SKIP_REASON_OTHER, "something else, as the remark says"},
}

// skipReason is why a whole item is left out, in words: that one question cannot be answered is said at the question.
type skipReason struct {
	Reason vignettev1.SkipReason
	Says   string
}

func (q *request) rateItem() error {
	p, err := q.item()
	if err != nil {
		return err
	}
	return q.page("rate", p)
}

// item is what the visitor is to rate now.
func (q *request) item() (*itemPage, error) {
	id, book, err := q.campaign()
	if err != nil {
		return nil, err
	}
	got, err := q.config.Feedback.NextItem(q.ctx(), &vignettev1.NextItemRequest{Campaign: id, Rater: q.visitor.Name})
	if err != nil {
		return nil, err
	}
	p := &itemPage{Campaign: id, Book: book.GetRubric(), Item: got.GetItem(), Kept: got.GetKeptByOthers(), Skips: skipReasons, Began: q.config.Now().UnixMilli()}
	p.Undo, p.Wide = got.GetItem().GetDone() > 0 || got.GetItem() == nil, len(got.GetItem().GetSides()) > 1
	p.fill(got.GetItem().GetDraft())
	return p, nil
}

// fill puts what the rater has said so far into the questions.
func (p *itemPage) fill(draft *vignettev1.Rating) {
	p.Questions, p.Remark = nil, draft.GetRemark()
	for i, scale := range p.Book.GetScales() {
		a := question{RatingScale: scale, Number: i + 1}
		var said *vignettev1.ScaleRating
		for _, v := range draft.GetValues() {
			if v.GetScale() == scale.GetId() {
				said = v
			}
		}
		_, valued := said.GetAnswer().(*vignettev1.ScaleRating_Value)
		a.Tell = said.GetCannotTell()
		for n := scale.GetMin(); n <= scale.GetMax(); n++ {
			c := choice{Value: n, Checked: valued && said.GetValue() == n}
			if len(scale.GetLabels()) > 0 {
				c.Label = scale.GetLabels()[n-scale.GetMin()]
			}
			a.Choices = append(a.Choices, c)
		}
		var words []string
		for _, e := range said.GetEvidence() {
			words = append(words, e.GetQuote())
		}
		a.Words = strings.Join(words, "\n")
		p.Questions = append(p.Questions, a)
	}
}

// said is the rating that the form holds. Words are looked for in the conversation as it was shown.
func (q *request) said(p *itemPage) (*vignettev1.Rating, error) {
	f := q.PostForm
	pass, err := atoi(f.Get("pass"), "pass", 1, 2, 1)
	if err != nil {
		return nil, err
	}
	stage := vignettev1.RatingStage_RATING_STAGE_FORESIGHT
	if f.Get("stage") == "hindsight" {
		stage = vignettev1.RatingStage_RATING_STAGE_HINDSIGHT
	}
	r := &vignettev1.Rating{Campaign: p.Campaign, Item: f.Get("item"), Rater: q.visitor.Name, Stage: stage, Pass: int32(pass), Remark: strings.TrimSpace(f.Get("remark"))}
	if began, err := strconv.ParseInt(f.Get("began"), 10, 64); err == nil {
		if spent := q.config.Now().Sub(time.UnixMilli(began)); spent > 0 && spent < 24*time.Hour {
			r.TimeSpent = durationpb.New(spent)
		}
	}
	for _, scale := range p.Book.GetScales() {
		v := &vignettev1.ScaleRating{Scale: scale.GetId(), Evidence: evidence(f.Get("words."+scale.GetId()), p.Item)}
		switch answer := f.Get("scale." + scale.GetId()); answer {
		case "":
			continue
		case "t":
			v.Answer = &vignettev1.ScaleRating_CannotTell{CannotTell: true}
		default:
			number, err := atoi(answer, scale.GetId(), int(scale.GetMin()), int(scale.GetMax()), 0)
			if err != nil {
				return nil, err
			}
			v.Answer = &vignettev1.ScaleRating_Value{Value: int32(number)}
		}
		r.Values = append(r.Values, v)
	}
	if words := strings.TrimSpace(f.Get("better")); words != "" {
		side, turn, ok := strings.Cut(f.Get("better-turn"), ".")
		s, wrongSide := strconv.Atoi(side)
		t, wrongTurn := strconv.Atoi(turn)
		if !ok || wrongSide != nil || wrongTurn != nil {
			return nil, &problem{http.StatusBadRequest, "Say which turn the better words are for.", "Choose one beside them."}
		}
		r.Corrections = []*vignettev1.Correction{{Side: int32(s), TurnIndex: int32(t), Text: words}}
	}
	return r, nil
}

// evidence finds each line of what was quoted in the conversation; what does not stand there is left for the service to refuse.
func evidence(lines string, item *vignettev1.ShownItem) []*vignettev1.Evidence {
	var out []*vignettev1.Evidence
	for text := range strings.Lines(lines) {
		quote := strings.Trim(strings.TrimSpace(text), "“”\"")
		if quote == "" {
			continue
		}
		e, found := campaign.Quote(item, quote, nil)
		if !found {
			e = &vignettev1.Evidence{Quote: quote}
		}
		out = append(out, e)
	}
	return out
}

type calibratedPage struct {
	Campaign string
	Answers  []*vignettev1.CalibrationAnswer
	Mine     map[string]string
}

// saveItem takes a rating, a skip or a draft.
func (q *request) saveItem() error {
	if err := q.form(); err != nil {
		return err
	}
	p, err := q.item()
	if err != nil {
		return err
	}
	draft := q.URL.Query().Get("draft") == "1"
	if p.Item == nil || p.key() != q.PostForm.Get("item")+" "+q.PostForm.Get("stage")+" "+q.PostForm.Get("pass") { // Another window was faster, or the lease is over.
		if draft {
			return &problem{http.StatusConflict, "This item is not yours any more.", "Load the page again."}
		}
		return q.back("/rate/" + p.Campaign)
	}
	r, err := q.said(p)
	if err != nil {
		return err
	}
	if !draft {
		if r.Version, err = q.nextVersion(r); err != nil {
			return err
		}
		if skip := vignettev1.SkipReason(vignettev1.SkipReason_value["SKIP_REASON_"+strings.ToUpper(q.PostForm.Get("skip"))]); skip != 0 && q.PostForm.Has("skipping") {
			r.Skip, r.Values, r.Corrections = skip, nil, nil
		}
	}
	saved, err := q.config.Feedback.SaveRating(q.ctx(), &vignettev1.SaveRatingRequest{Rating: r})
	switch {
	case err != nil && !draft && status.Code(err) == codes.InvalidArgument:
		p.fill(r)
		p.Says = readable(status.Convert(err).Message())
		return q.pageAs(http.StatusBadRequest, "rate", p)
	case err != nil:
		return err
	case draft:
		q.w.WriteHeader(http.StatusNoContent)
		return nil
	case len(saved.GetCalibration()) > 0:
		mine := map[string]string{}
		for _, v := range r.GetValues() {
			mine[v.GetScale()] = fmt.Sprint(v.GetValue())
			if v.GetCannotTell() {
				mine[v.GetScale()] = "cannot tell"
			}
		}
		return q.page("calibrated", calibratedPage{p.Campaign, saved.GetCalibration(), mine})
	}
	return q.back("/rate/" + p.Campaign)
}

// readable is a refusal of the service without the name of its field.
func readable(text string) string {
	for _, field := range []string{"values: ", "corrections: "} {
		text = strings.TrimPrefix(text, field)
	}
	return sentence(text)
}

// nextVersion is the version that a rating would be.
func (q *request) nextVersion(r *vignettev1.Rating) (int32, error) {
	got, err := q.config.Feedback.ListRatings(q.ctx(), &vignettev1.ListRatingsRequest{Campaign: r.GetCampaign(), Rater: r.GetRater(), History: true})
	version := int32(1)
	for _, old := range got.GetRatings() {
		if old.GetItem() == r.GetItem() && old.GetStage() == r.GetStage() && old.GetPass() == r.GetPass() {
			version = old.GetVersion() + 1
		}
	}
	return version, err
}

// undoItem takes the visitor's last rating back; it comes again.
func (q *request) undoItem() error {
	id, _, err := q.campaign()
	if err != nil {
		return err
	}
	got, err := q.config.Feedback.ListRatings(q.ctx(), &vignettev1.ListRatingsRequest{Campaign: id, Rater: q.visitor.Name})
	if err != nil {
		return err
	}
	if len(got.GetRatings()) == 0 {
		return &problem{http.StatusConflict, "There is nothing to take back.", ""}
	}
	last := got.GetRatings()[len(got.GetRatings())-1]
	back := &vignettev1.Rating{Campaign: id, Item: last.GetItem(), Rater: q.visitor.Name, Stage: last.GetStage(), Pass: last.GetPass(), Version: last.GetVersion() + 1, Withdrawn: true}
	if _, err := q.config.Feedback.SaveRating(q.ctx(), &vignettev1.SaveRatingRequest{Rating: back}); err != nil {
		return err
	}
	return q.back("/rate/" + id)
}

type dashboard struct {
	Campaign  string
	Run       string
	Book      *vignettev1.Codebook
	Agreement *vignettev1.GetAgreementResponse
	Apart     []apart
	Raters    []string
	Members   string // with accounts: who was asked to rate it
}

// apart is an item on which raters differ.
type apart struct {
	Item, Scale string
	Stage       vignettev1.RatingStage
	Values      []string // by rater; "" where they have not rated it
	Distance    int32
}

// mostApart is how many items are listed on which raters differ most.
const mostApart = 20

func (q *request) showDashboard() error {
	id, book, err := q.campaign()
	if err != nil {
		return err
	}
	agreement, err := q.config.Feedback.GetAgreement(q.ctx(), &vignettev1.GetAgreementRequest{Campaign: id})
	if err != nil {
		return err
	}
	d := dashboard{Campaign: id, Book: book.GetRubric(), Agreement: agreement}
	d.Run, _, _ = strings.Cut(id, ".")
	for _, r := range agreement.GetRaters() {
		d.Raters = append(d.Raters, r.GetRater())
	}
	if q.config.Accounts != nil {
		members, err := q.config.Accounts.Raters(q.ctx(), id)
		if err != nil {
			return err
		}
		d.Members = strings.Join(members, ", ")
	}
	if d.Apart, err = q.apart(id, d.Raters); err != nil {
		return err
	}
	return q.page("dashboard", d)
}

// apart are the items on which raters differ most, first answers only. Pairs count from the side that stood first for each rater, so
// swapped ones are turned.
func (q *request) apart(id string, raters []string) ([]apart, error) {
	type key struct {
		item, scale string
		stage       vignettev1.RatingStage
	}
	rows := map[key]*apart{}
	spread := map[key][2]int32{}
	scales := map[string]*vignettev1.RatingScale{}
	_, book, err := q.campaign()
	if err != nil {
		return nil, err
	}
	for _, s := range book.GetRubric().GetScales() {
		scales[s.GetId()] = s
	}
	for i, rater := range raters {
		got, err := q.config.Feedback.ListRatings(q.ctx(), &vignettev1.ListRatingsRequest{Campaign: id, Rater: rater})
		if err != nil {
			return nil, err
		}
		for _, r := range got.GetRatings() {
			for _, v := range r.GetValues() {
				if r.GetPass() != 1 || v.GetCannotTell() || scales[v.GetScale()] == nil {
					continue
				}
				value := v.GetValue()
				if r.GetSwapped() {
					value = scales[v.GetScale()].GetMin() + scales[v.GetScale()].GetMax() - value
				}
				k := key{r.GetItem(), v.GetScale(), r.GetStage()}
				if rows[k] == nil {
					rows[k] = &apart{Item: k.item, Scale: k.scale, Stage: k.stage, Values: make([]string, len(raters))}
					spread[k] = [2]int32{value, value}
				}
				rows[k].Values[i] = fmt.Sprint(value)
				spread[k] = [2]int32{min(spread[k][0], value), max(spread[k][1], value)}
			}
		}
	}
	var out []apart
	for k, row := range rows {
		if row.Distance = spread[k][1] - spread[k][0]; row.Distance > 0 {
			out = append(out, *row)
		}
	}
	slices.SortFunc(out, func(x, y apart) int {
		return cmp.Or(cmp.Compare(y.Distance, x.Distance), strings.Compare(x.Item, y.Item), strings.Compare(x.Scale, y.Scale), cmp.Compare(x.Stage, y.Stage))
	})
	return out[:min(len(out), mostApart)], nil
}

func (q *request) apiCampaign() error {
	_, got, err := q.campaign()
	if err != nil {
		return err
	}
	return q.json(got)
}

func (q *request) apiNextItem() error {
	id, _, err := q.campaign()
	if err != nil {
		return err
	}
	got, err := q.config.Feedback.NextItem(q.ctx(), &vignettev1.NextItemRequest{Campaign: id, Rater: q.visitor.Name})
	if err != nil {
		return err
	}
	return q.json(got)
}

// apiSaveRating records a rating as the visitor's: nobody rates under another name.
func (q *request) apiSaveRating() error {
	id, _, err := q.campaign()
	if err != nil {
		return err
	}
	rating := &vignettev1.Rating{}
	if err := q.read(rating); err != nil {
		return err
	}
	rating.Campaign, rating.Rater = id, q.visitor.Name
	got, err := q.config.Feedback.SaveRating(q.ctx(), &vignettev1.SaveRatingRequest{Rating: rating})
	if err != nil {
		return err
	}
	return q.json(got)
}

// apiDeleteRating deletes a rating of the visitor's.
func (q *request) apiDeleteRating() error {
	id, _, err := q.campaign()
	if err != nil {
		return err
	}
	request := &vignettev1.DeleteRatingRequest{}
	if err := q.read(request); err != nil {
		return err
	}
	request.Campaign, request.Rater = id, q.visitor.Name
	got, err := q.config.Feedback.DeleteRating(q.ctx(), request)
	if err != nil {
		return err
	}
	return q.json(got)
}

func (q *request) apiRatings() error {
	id, _, err := q.campaign()
	if err != nil {
		return err
	}
	got, err := q.config.Feedback.ListRatings(q.ctx(), &vignettev1.ListRatingsRequest{Campaign: id, Rater: q.visitor.Name, History: q.URL.Query().Get("history") == "1"})
	if err != nil {
		return err
	}
	return q.json(got)
}

func (q *request) apiAgreement() error {
	id, _, err := q.campaign()
	if err != nil {
		return err
	}
	got, err := q.config.Feedback.GetAgreement(q.ctx(), &vignettev1.GetAgreementRequest{Campaign: id})
	if err != nil {
		return err
	}
	return q.json(got)
}

// Rated says whether a turn is the one that is rated.
func (itemPage) Rated(c *vignettev1.ShownConversation, turn int32) bool {
	return c.TurnIndex != nil && c.GetTurnIndex() == turn
}
