package web

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/feedback/campaign"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

type campaignList struct{ Campaigns []*vignettev1.CampaignSummary }

func (q *request) campaigns() ([]*vignettev1.CampaignSummary, error) {
	got, err := q.config.Feedback.ListCampaigns(q.ctx(), &vignettev1.ListCampaignsRequest{Rater: q.visitor.Name})
	if err != nil {
		return nil, err
	}
	var out []*vignettev1.CampaignSummary
	for _, c := range got.GetCampaigns() {
		if may, err := q.mayRate(c.GetCampaign()); err != nil {
			return nil, err
		} else if may {
			out = append(out, c)
		}
	}
	return out, nil
}

func (q *request) listCampaigns() error {
	list, err := q.campaigns()
	if err != nil {
		return err
	}
	return q.page("campaigns", campaignList{list})
}

func (q *request) apiCampaigns() error {
	list, err := q.campaigns()
	if err != nil {
		return err
	}
	return q.json(&vignettev1.ListCampaignsResponse{Campaigns: list})
}

type newCampaignPage struct {
	Run, Says string
	Runs      []rateable
	Form      campaignForm
	Text      string // the rubric as a file
	ByText    bool   // the file was posted, not the fields
}

// Units are what may be rated, Arms when.
func (newCampaignPage) Units() []option[vignettev1.CampaignUnit] { return units }
func (newCampaignPage) Arms() []option[vignettev1.CampaignArm]   { return arms }

// rateable is a run whose conversations can be rated.
type rateable struct {
	*vignettev1.RunStatus
	Title string
}

// mostRateable is how many runs are offered, newest first; older ones are named by their id.
const mostRateable = 50

// rateables are the runs that the visitor may open a campaign over, newest first: sessions of practice are not among them.
func (q *request) rateables(wanted string) ([]rateable, error) {
	list, err := q.runsOf(q.ctx())
	if err != nil {
		return nil, err
	}
	var out []rateable
	for i, s := range list {
		if i >= mostRateable && s.GetRun() != wanted {
			continue
		}
		r := rateable{s, titlesOf(s.GetScenarios())}
		if planner, err := q.config.Reader.Run(q.ctx(), s.GetRun()); err == nil {
			r.Title = cmp.Or(planner.Manifest().GetStudy().GetTitle(), r.Title)
		}
		out = append(out, r)
	}
	return out, nil
}

// titlesOf names scenarios: the first two by title, and how many more there are.
func titlesOf(scenarios []string) string {
	var titles []string
	for _, id := range scenarios[:min(2, len(scenarios))] {
		titles = append(titles, titleOf(id))
	}
	text := strings.Join(titles, "; ")
	if more := len(scenarios) - len(titles); more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// exampleRubric is what a new campaign's text field begins with.
const exampleRubric = `title: How helpful was it?
unit: episode            # episode, turn, pair or span
arm: foresight           # foresight, within (foresight, then hindsight), hindsight_only, rerate
overlap: 2               # raters for each item
repeated: 0.1            # share of items that come again
codebook: >
  Rate what the person does whom the item is about, not how nice the other one was.
scales:
  - id: helpful
    question: How helpful was the conversation for the other person?
    min: 1
    max: 5
    labels: [not at all, a little, somewhat, quite, very]
    evidence_for_extremes: true
`

func (q *request) newCampaign() error {
	return q.newCampaignAs(http.StatusOK, newCampaignPage{Run: q.URL.Query().Get("run"), Form: newCampaignForm(), Text: exampleRubric})
}

func (q *request) openCampaign() error {
	if err := q.form(); err != nil {
		return err
	}
	p := newCampaignPage{Run: strings.TrimSpace(q.PostForm.Get("run")), Form: newCampaignForm(), Text: cmp.Or(q.PostForm.Get("text"), exampleRubric)}
	p.ByText = q.PostForm.Get("by") != "fields"
	rubric, err := func() (*vignettev1.Codebook, error) {
		if p.ByText {
			return campaign.ReadRubric("rubric", []byte(p.Text))
		}
		p.Form = readCampaignForm(q.PostForm)
		return p.Form.rubric()
	}()
	if err == nil {
		var id string
		if id, err = q.open(p.Run, rubric); err == nil {
			return q.back("/rate/" + id + "/dashboard")
		}
	}
	p.Says = sentence(status.Convert(err).Message())
	return q.newCampaignAs(http.StatusBadRequest, p)
}

func (q *request) newCampaignAs(code int, p newCampaignPage) (err error) {
	p.Runs, err = q.rateables(p.Run)
	if err != nil {
		return err
	}
	if p.Run == "" && len(p.Runs) > 0 {
		p.Run = p.Runs[0].GetRun()
	}
	return q.pageAs(code, "newcampaign", p)
}

func (q *request) open(run string, rubric *vignettev1.Codebook) (string, error) {
	planner, err := q.run(run)
	if err != nil {
		return "", err
	}
	got, err := q.config.Feedback.OpenCampaign(q.ctx(), &vignettev1.OpenCampaignRequest{Run: planner.Manifest().GetRun(), Rubric: rubric})
	return got.GetCampaign(), err
}

func (q *request) apiOpenCampaign() error {
	request := &vignettev1.OpenCampaignRequest{}
	if err := q.read(request); err != nil {
		return err
	}
	planner, err := q.run(request.GetRun())
	if err != nil {
		return err
	}
	request.Run = planner.Manifest().GetRun()
	got, err := q.config.Feedback.OpenCampaign(q.ctx(), request)
	if err != nil {
		return err
	}
	return q.json(got)
}
