package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/debrief"
	"github.com/vignette-sim/vignette/web/account"
)

// debriefPage is what is told of a session.
type debriefPage struct {
	*sessionPage
	Report    *vignettev1.PracticeReport
	Curve     template.HTML // what the partner felt; "" where it is not shown
	Came      []came
	Elsewhere []cameElsewhere
}

// Page is the session's page, for parts that both have.
func (p debriefPage) Page() *sessionPage { return p.sessionPage }

// Of are the scores that supervisors put beside a skill's.
func (p debriefPage) Of(skill string) []*vignettev1.SupervisorReview {
	var out []*vignettev1.SupervisorReview
	for _, r := range p.GetReviews() {
		if o := r.GetOverride(); o != nil && o.TurnIndex == nil && o.GetSkill() == skill && r.GetBranch() == p.GetBranch() {
			out = append(out, r)
		}
	}
	return out
}

func (q *request) report(r *rehearsal) (*vignettev1.PracticeReport, error) {
	got, err := r.client.GetReport(q.ctx(), &vignettev1.GetReportRequest{Session: r.id})
	return got.GetReport(), q.reached(err)
}

func (q *request) showDebrief() error {
	r, err := q.session()
	if err != nil {
		return err
	}
	report, err := q.report(r)
	if err != nil {
		return err
	}
	p := debriefPage{sessionPage: q.sessionPage(r, report.GetSession()), Report: report, Came: cameOf(report), Elsewhere: elsewhereOf(report)}
	if p.Curve, err = debrief.Curve(report); err != nil {
		return err
	}
	if p.Seen, err = q.viewers(report.GetSession()); err != nil {
		return err
	}
	return q.page("debrief", p)
}

// printDebrief answers with the report as 'vignette practice --report --html' writes it, under a policy that lets in its own style alone.
func (q *request) printDebrief() error {
	r, err := q.session()
	if err != nil {
		return err
	}
	report, err := q.report(r)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := debrief.Write(&out, report); err != nil {
		return err
	}
	q.w.Header().Set("Content-Security-Policy", debrief.Policy+"; frame-ancestors 'none'")
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = out.WriteTo(q.w)
	return gone(err)
}

// progressPage is how a trainee's skills have grown.
type progressPage struct {
	Trainee  string
	Own      bool
	Progress *vignettev1.GetProgressResponse
	Skills   []skillLine
}

// skillLine is a skill over sessions, as a line of a table with a small picture.
type skillLine struct {
	*vignettev1.SkillProfile
	Values []string
	Points string // of a picture of 200 by 40; "" where there are fewer than two
	Dots   []dot
}

type dot struct{ X, Y float64 }

// progressOf is the trainee that is asked about: oneself, or one whom the visitor supervises.
func (q *request) progressOf() (string, error) {
	trainee := q.URL.Query().Get("trainee")
	switch {
	case trainee == "" || trainee == q.visitor.Name:
		return q.visitor.Name, nil
	case q.visitor.is(account.Admin), q.visitor.is(account.Supervisor) && slices.Contains(q.visitor.Trainees, trainee):
		return trainee, q.record("/practice/progress/" + trainee)
	}
	q.refused("/practice/progress/" + trainee)
	return "", notFound("trainee", trainee)
}

func (q *request) progress() (string, *vignettev1.GetProgressResponse, error) {
	trainee, err := q.progressOf()
	if err != nil {
		return "", nil, err
	}
	got, err := q.config.Practice.GetProgress(q.ctx(), &vignettev1.GetProgressRequest{Trainee: trainee})
	return trainee, got, q.reached(err)
}

func (q *request) showProgress() error {
	trainee, got, err := q.progress()
	if err != nil {
		return err
	}
	return q.page("progress", progressPage{trainee, trainee == q.visitor.Name, got, skillLines(got)})
}

func (q *request) apiProgress() error {
	_, got, err := q.progress()
	if err != nil {
		return err
	}
	return q.json(got)
}

// Level says that the skill has levels from 0 to 1; counts of a whole session have numbers of their own.
func (l skillLine) Level() bool { return !strings.HasPrefix(l.GetSkill(), "mi.") }

// skillLines draw each skill over sessions. A measure without an upper end is drawn against the highest of its values.
func skillLines(p *vignettev1.GetProgressResponse) []skillLine {
	var out []skillLine
	for _, skill := range p.GetProfile() {
		line := skillLine{SkillProfile: skill}
		top := 1.0
		values := make([]*float64, len(p.GetSessions()))
		for i, s := range p.GetSessions() {
			for _, each := range s.GetProfile() {
				if each.GetSkill() == skill.GetSkill() {
					values[i] = proto.Float64(each.GetValue())
					top = max(top, each.GetValue())
				}
			}
			line.Values = append(line.Values, number(values[i]))
		}
		var points []string
		for i, v := range values {
			if v == nil {
				continue
			}
			d := dot{5 + 190*float64(i)/float64(max(1, len(values)-1)), 35 - 30*(*v)/top}
			line.Dots = append(line.Dots, d)
			points = append(points, fmt.Sprintf("%.1f,%.1f", d.X, d.Y))
		}
		if len(points) > 1 {
			line.Points = strings.Join(points, " ")
		}
		out = append(out, line)
	}
	return out
}

// desk is a supervisor's page.
type desk struct {
	Trainees  []string
	Sessions  []*vignettev1.PracticeSession
	Asked     []asked
	Scenarios []*vignettev1.Scenario
	Help      []helpChoice
	Says      string
	Form      map[string]string
}

// Get is what was filled in.
func (d desk) Get(field string) string { return d.Form[field] }

// SignedOff is who signed a session off, "" for nobody.
func (desk) SignedOff(s *vignettev1.PracticeSession) string {
	for _, r := range slices.Backward(s.GetReviews()) {
		if r.GetSignOff() != nil {
			return r.GetSupervisor()
		}
	}
	return ""
}

// supervised are the trainees whom the visitor may assign to; admins may to all.
func (q *request) supervised() ([]string, error) {
	if q.config.Accounts == nil || !q.visitor.is(account.Admin) {
		return q.visitor.Trainees, nil
	}
	all, err := q.config.Accounts.All(q.ctx())
	if err != nil {
		return nil, err
	}
	var out []string
	for _, a := range all {
		if slices.Contains(a.Roles, account.Trainee) {
			out = append(out, a.Name)
		}
	}
	return out, nil
}

func (q *request) showDesk() error { return q.deskAs(http.StatusOK, nil, "") }

func (q *request) deskAs(code int, form map[string]string, says string) error {
	d := desk{Help: helpChoices, Form: form, Says: says}
	var err error
	if d.Trainees, err = q.supervised(); err != nil {
		return err
	}
	if q.visitor.Alone || q.visitor.is(account.Admin) {
		d.Sessions, err = q.sessionsOf("")
	} else {
		d.Sessions, err = q.sessionsOf(d.Trainees...)
	}
	if err != nil {
		return err
	}
	if d.Asked, err = q.assignments(d.Trainees...); err != nil {
		return err
	}
	if d.Scenarios, err = shipped(); err != nil {
		return err
	}
	return q.pageAs(code, "desk", d)
}

// assign records what a trainee is asked to practise.
func (q *request) assign(a account.Assignment) error {
	store, err := q.accounts()
	if err != nil {
		return err
	}
	trainees, err := q.supervised()
	if err != nil {
		return err
	}
	all, err := shipped()
	if err != nil {
		return err
	}
	switch {
	case !slices.Contains(trainees, a.Trainee):
		q.refused("/practice/progress/" + a.Trainee)
		return notFound("trainee of yours called", a.Trainee)
	case !slices.ContainsFunc(all, func(s *vignettev1.Scenario) bool { return s.GetId() == a.Scenario }):
		return unsaid("The library has no scenario %q.", a.Scenario)
	case a.Help != "" && !slices.ContainsFunc(helpChoices, func(c helpChoice) bool { return c.Value == a.Help }):
		return unsaid("%q is no help level.", a.Help)
	}
	a.Supervisor = q.visitor.Name
	if err := store.Assign(q.ctx(), a); err != nil {
		return unsaid("%s.", sentence(err.Error()))
	}
	return q.record("/practice/progress/" + a.Trainee)
}

func (q *request) assignForm() error {
	if err := q.form(); err != nil {
		return err
	}
	f := q.PostForm
	form := map[string]string{"trainee": f.Get("trainee"), "scenario": f.Get("scenario"), "help": f.Get("help"), "note": f.Get("note")}
	if err := q.assign(account.Assignment{Trainee: form["trainee"], Scenario: form["scenario"], Help: form["help"], Note: strings.TrimSpace(form["note"])}); err != nil {
		p := q.problemOf(err)
		if p.status >= http.StatusInternalServerError {
			return err
		}
		return q.deskAs(p.status, form, strings.TrimSpace(p.says+" "+p.how))
	}
	return q.back("/practice/desk")
}

// apiAssignment is an assignment, as JSON.
type apiAssignment struct {
	Trainee    string `json:"trainee"`
	Scenario   string `json:"scenario"`
	Help       string `json:"help,omitempty"`
	Note       string `json:"note,omitempty"`
	Supervisor string `json:"supervisor,omitempty"`
	Session    string `json:"session,omitempty"`
}

type apiAssignments struct {
	Assignments []apiAssignment `json:"assignments"`
}

func (q *request) apiAssignments() error {
	if _, err := q.accounts(); err != nil {
		return err
	}
	trainees := []string{q.visitor.Name}
	if q.visitor.is(account.Supervisor, account.Admin) {
		more, err := q.supervised()
		if err != nil {
			return err
		}
		trainees = append(trainees, more...)
	}
	all, err := q.assignments(trainees...)
	if err != nil {
		return err
	}
	out := []apiAssignment{}
	for _, a := range all {
		out = append(out, apiAssignment{a.Trainee, a.Scenario, a.Help, a.Note, a.Supervisor, a.Session})
	}
	return q.json(apiAssignments{out})
}

func (q *request) apiAssign() error {
	var a apiAssignment
	if err := json.NewDecoder(q.Body).Decode(&a); err != nil {
		return &problem{http.StatusBadRequest, "The body is no assignment.", `It is JSON with "trainee" and "scenario".`}
	}
	if err := q.assign(account.Assignment{Trainee: a.Trainee, Scenario: a.Scenario, Help: a.Help, Note: a.Note}); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusCreated)
	a.Supervisor, a.Session = q.visitor.Name, ""
	return q.json(a)
}

// reviewForm records what a supervisor says on a page.
func (q *request) reviewForm() error {
	r, err := q.session()
	if err != nil {
		return err
	}
	if err := q.form(); err != nil {
		return err
	}
	f := q.PostForm
	var turn *int32
	to := practicePath(r.id) + "/report"
	if f.Get("turn_index") != "" {
		index, err := q.number("turn_index")
		if err != nil {
			return err
		}
		turn, to = &index, fmt.Sprintf("%s#turn-%d", practicePath(r.id), index+1)
	}
	request := &vignettev1.ReviewSessionRequest{Branch: f.Get("branch"), Review: &vignettev1.SupervisorReview{}}
	switch f.Get("what") {
	case "comment":
		request.Review.Review = &vignettev1.SupervisorReview_Comment{Comment: &vignettev1.SupervisorComment{TurnIndex: turn, Text: strings.TrimSpace(f.Get("text"))}}
	case "override":
		value, err := strconv.ParseFloat(strings.TrimSpace(f.Get("value")), 64)
		if err != nil {
			return unsaid("The score %q is no number.", f.Get("value"))
		}
		request.Review.Review = &vignettev1.SupervisorReview_Override{Override: &vignettev1.ScoreOverride{TurnIndex: turn, Skill: f.Get("skill"), Value: value, Reason: strings.TrimSpace(f.Get("text"))}}
	case "sign_off":
		request.Review.Review = &vignettev1.SupervisorReview_SignOff{SignOff: &vignettev1.SignOff{Remark: strings.TrimSpace(f.Get("text"))}}
	default:
		return unsaid("Say whether it is a comment, an override or a sign-off.")
	}
	if _, err := q.review(request); err != nil {
		return err
	}
	if r.may.practise { // Who does both goes on as who they have just been.
		path, turn, _ := strings.Cut(to, "#")
		to = path + "?as=supervisor#" + turn
	}
	return q.back(to)
}
