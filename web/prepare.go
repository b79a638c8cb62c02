package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/web/account"
)

// offer is a scenario to practise.
type offer struct {
	*vignettev1.Scenario
	Hard *float64 // how hard the others make it, 0-1, the hardest of them; nil where nobody takes a stance, as clients do
}

// Hardness is Hard in a word. The bounds are chosen so that the library falls into three parts of some size.
func (o offer) Hardness() string {
	switch {
	case o.Hard == nil:
		return ""
	case *o.Hard < 0.45:
		return "gentle"
	case *o.Hard < 0.55:
		return "middling"
	}
	return "hard"
}

// Partners are those one talks to.
func (o offer) Partners() []*vignettev1.Role {
	return slices.DeleteFunc(slices.Clone(o.GetRoles()), func(r *vignettev1.Role) bool { return r.GetId() == o.GetFocal() })
}

// Part is the role that one has.
func (o offer) Part() *vignettev1.Role {
	for _, r := range o.GetRoles() {
		if r.GetId() == o.GetFocal() {
			return r
		}
	}
	return nil
}

// Length is how many turns there are at most: one's own, where two take turns, else those of all.
func (o offer) Length() string {
	most := o.GetStop().GetMaxTurns()
	if len(o.GetRoles()) == 2 && most%2 == 0 {
		return fmt.Sprintf("%d turns of yours", most/2)
	}
	return fmt.Sprintf("%d turns of all", most)
}

func offerOf(s *vignettev1.Scenario) offer {
	o := offer{Scenario: s}
	for _, r := range o.Partners() {
		if d := r.GetStance(); d != nil && d.Difficulty != nil && (o.Hard == nil || *d.Difficulty > *o.Hard) {
			o.Hard = d.Difficulty
		}
	}
	return o
}

// libraryPage is where one chooses what to practise.
type libraryPage struct {
	Query, Tag, Objective, Hardness string
	Tags, Objectives                []string
	Found                           []offer
	// Whole says that what was found has all words of the query.
	Whole      bool
	All        int
	Open, Done []*vignettev1.PracticeSession
	Asked      []asked
}

// Newest and Older are the sessions to go on with: a few that stand on the page, and the others.
func (p libraryPage) Newest() []*vignettev1.PracticeSession { return p.Open[:min(3, len(p.Open))] }
func (p libraryPage) Older() []*vignettev1.PracticeSession  { return p.Open[min(3, len(p.Open)):] }

// asked is an assignment with the title of its scenario.
type asked struct {
	account.Assignment
	Title string
}

// offers are the scenarios that a query asks for.
func (q *request) offers() (libraryPage, error) {
	all, err := shipped()
	if err != nil {
		return libraryPage{}, err
	}
	query := q.URL.Query()
	p := libraryPage{Query: strings.TrimSpace(query.Get("q")), Tag: query.Get("tag"), Objective: query.Get("objective"), Hardness: query.Get("difficulty"), All: len(all)}
	var fitting []*vignettev1.Scenario
	for _, s := range all {
		for _, tag := range s.GetTags() {
			if !strings.Contains(tag, ":") {
				p.Tags = once(p.Tags, tag)
			}
		}
		if s.GetObjective() != nil {
			p.Objectives = once(p.Objectives, enumname.Of(s.GetObjective().GetKind()))
		}
		if p.wants(s) {
			fitting = append(fitting, s)
		}
	}
	found, whole := scenarios.Search(fitting, p.Query)
	for _, s := range found {
		p.Found = append(p.Found, offerOf(s))
	}
	p.Whole = whole
	slices.Sort(p.Tags)
	slices.Sort(p.Objectives)
	return p, nil
}

// wants says whether a scenario is of the tag, the objective and the difficulty that were chosen.
func (p libraryPage) wants(s *vignettev1.Scenario) bool {
	o := offerOf(s)
	return (p.Tag == "" || slices.Contains(s.GetTags(), p.Tag)) &&
		(p.Objective == "" || s.GetObjective() != nil && enumname.Of(s.GetObjective().GetKind()) == p.Objective) &&
		(p.Hardness == "" || o.Hardness() == p.Hardness || p.Hardness == "client" && o.Hard == nil)
}

func titleOf(scenario string) string {
	all, err := shipped()
	if err == nil {
		for _, s := range all {
			if s.GetId() == scenario {
				return s.GetTitle()
			}
		}
	}
	return scenario
}

// assignments are those of trainees.
func (q *request) assignments(trainees ...string) ([]asked, error) {
	if q.config.Accounts == nil {
		return nil, nil
	}
	all, err := q.config.Accounts.Assignments(q.ctx(), trainees...)
	if err != nil {
		return nil, err
	}
	var out []asked
	for _, a := range all {
		out = append(out, asked{a, titleOf(a.Scenario)})
	}
	return out, nil
}

func (q *request) showLibrary() error {
	p, err := q.offers()
	if err != nil {
		return err
	}
	sessions, err := q.mine()
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if ended(s) {
			p.Done = append(p.Done, s)
		} else {
			p.Open = append(p.Open, s)
		}
	}
	if p.Asked, err = q.assignments(q.visitor.Name); err != nil {
		return err
	}
	p.Asked = slices.DeleteFunc(p.Asked, func(a asked) bool { return a.Session != "" })
	return q.page("practice", p)
}

func ended(s *vignettev1.PracticeSession) bool {
	return s.GetPhase() == vignettev1.PracticePhase_PRACTICE_PHASE_FINISHED || s.GetPhase() == vignettev1.PracticePhase_PRACTICE_PHASE_LEFT
}

// apiOffer is a scenario to practise, as JSON.
type apiOffer struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Text       string   `json:"description"`
	Objective  string   `json:"objective"`
	Difficulty *float64 `json:"difficulty"` // 0-1; null where nobody takes a stance
	Tags       []string `json:"tags"`
	MaxTurns   int      `json:"max_turns"`
}

type apiOffers struct {
	Scenarios []apiOffer `json:"scenarios"`
}

func (q *request) apiOffers() error {
	p, err := q.offers()
	if err != nil {
		return err
	}
	out := []apiOffer{}
	for _, o := range p.Found {
		kind := ""
		if o.GetObjective() != nil {
			kind = enumname.Of(o.GetObjective().GetKind())
		}
		out = append(out, apiOffer{o.GetId(), o.GetTitle(), o.GetDescription(), kind, o.Hard, o.GetTags(), int(o.GetStop().GetMaxTurns())})
	}
	return q.json(apiOffers{out})
}

// helpChoice is a help level to choose.
type helpChoice struct{ Value, Title, Says string }

var helpChoices = []helpChoice{
	{"live", "Live", "Feedback after each of your turns, and what the other felt."},
	{"on_request", "On request", "Feedback and hints when you ask for them."},
	{"co_drafting", "Co-drafting", "As live, and feedback on your words before you say them."},
	{"after", "Afterwards", "Nothing while you talk; feedback once it is over."},
	{"none", "None", "No feedback at all. Scores are recorded."},
}

// Consents are what somebody agrees to when a session begins: that it is read by research. The words are recorded.
const consentText = "Researchers who use this server may read this session, and use it in studies under a pseudonym."

// briefPage is what one reads before a session, and the form that begins it.
type briefPage struct {
	Offer      *offer // nil for a situation of one's own
	Help       []helpChoice
	Consent    string
	Says       string
	Form       map[string]string
	Assignment *asked
}

// Get is what was filled in.
func (p briefPage) Get(field string) string { return p.Form[field] }

func (q *request) showBrief() error {
	q.ParseForm() //nolint:errcheck // a query that cannot be read asks for no scenario
	form := map[string]string{"help": "live", "scenario": q.Form.Get("scenario"), "assignment": q.Form.Get("assignment")}
	return q.briefAs(http.StatusOK, form, "")
}

func (q *request) showSituation() error {
	return q.pageAs(http.StatusOK, "situation", briefPage{Help: helpChoices, Consent: consentText, Form: map[string]string{"help": "live", "kind": "ask"}})
}

// briefAs shows the brief of a scenario, or the form of one's own situation, as it was filled in.
func (q *request) briefAs(code int, form map[string]string, says string) error {
	p := briefPage{Help: helpChoices, Consent: consentText, Says: says, Form: form}
	if form["scenario"] == "" {
		return q.pageAs(code, "situation", p)
	}
	all, err := shipped()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(s *vignettev1.Scenario) bool { return s.GetId() == form["scenario"] })
	if i < 0 {
		return notFound("scenario", form["scenario"])
	}
	o := offerOf(all[i])
	p.Offer = &o
	if p.Assignment, err = q.assigned(form["assignment"]); err != nil {
		return err
	}
	if p.Assignment != nil && p.Assignment.Help != "" {
		p.Form["help"] = p.Assignment.Help
	}
	return q.pageAs(code, "brief", p)
}

// assigned is an assignment of the visitor's, nil for none.
func (q *request) assigned(id string) (*asked, error) {
	if id == "" {
		return nil, nil
	}
	all, err := q.assignments(q.visitor.Name)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if strconv.FormatInt(a.ID, 10) == id {
			return &a, nil
		}
	}
	return nil, notFound("assignment", id)
}

// startSession begins a session from a form. What is wrong is told on the form, which stays as it was filled in.
func (q *request) startSession() error {
	if err := q.form(); err != nil {
		return err
	}
	form := map[string]string{}
	for name := range q.PostForm {
		form[name] = q.PostForm.Get(name)
	}
	request, err := q.sessionAsked(form)
	var session *vignettev1.PracticeSession
	if err == nil {
		session, err = q.begin(request)
	}
	if err != nil {
		p := q.problemOf(err)
		if p.status == http.StatusInternalServerError {
			if _, known := status.FromError(err); known {
				return err
			}
			p = &problem{http.StatusBadRequest, sentence(err.Error()), ""}
		}
		return q.briefAs(p.status, form, strings.TrimSpace(p.says+" "+p.how))
	}
	if id := form["assignment"]; id != "" && q.config.Accounts != nil {
		if err := q.config.Accounts.Begin(q.ctx(), int64(position(id)), q.visitor.Name, session.GetSession()); err != nil {
			return err
		}
	}
	return q.back(practicePath(session.GetSession()))
}

// unsaid is a problem with what was filled in.
func unsaid(format string, args ...any) error {
	return &problem{http.StatusBadRequest, fmt.Sprintf(format, args...), ""}
}

// sessionAsked is what a form asks for.
func (q *request) sessionAsked(form map[string]string) (*vignettev1.StartSessionRequest, error) {
	if form["read"] != "1" {
		return nil, unsaid("Please say that you have read that this is a simulation.")
	}
	level, known := vignettev1.HelpLevel_value["HELP_LEVEL_"+strings.ToUpper(form["help"])]
	if !known || level == 0 {
		return nil, unsaid("Choose how much help you want.")
	}
	request := &vignettev1.StartSessionRequest{
		Library: form["scenario"], Help: vignettev1.HelpLevel(level), Exam: form["exam"] == "1", Fading: form["fading"] == "1",
	}
	if form["consent"] == "1" {
		request.Consent = &vignettev1.Consent{Given: true, Text: consentText}
	}
	if text := form["difficulty"]; text != "" {
		difficulty, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, unsaid("The difficulty %q is no number from 0 to 1.", text)
		}
		request.Difficulty = &difficulty
	}
	if text := form["seed"]; text != "" {
		seed, err := atoi(text, "seed", 0, 1<<53, 0)
		if err != nil {
			return nil, unsaid("%s", sentence(err.Error()))
		}
		request.Seed = uint64(seed)
	}
	if request.GetLibrary() != "" {
		return request, nil
	}
	situation, err := situationOf(form)
	request.Situation = situation
	return request, err
}

// situationOf is a situation in somebody's own words.
func situationOf(form map[string]string) (*vignettev1.OwnSituation, error) {
	s := &vignettev1.OwnSituation{Partner: strings.TrimSpace(form["partner"]), Setting: strings.TrimSpace(form["setting"]), Request: strings.TrimSpace(form["request"]), Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK}
	if form["kind"] == "refuse" {
		s.Kind = vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE
	}
	switch {
	case s.GetPartner() == "":
		return nil, unsaid("Say whom you want to talk to.")
	case s.GetRequest() == "":
		return nil, unsaid("Say what you want to ask for or refuse.")
	}
	for field, into := range map[string]*[]string{"facts": &s.Facts, "feelings": &s.Feelings, "benefits": &s.Benefits, "compromises": &s.Compromises, "objections": &s.Objections} {
		found, err := lines(form[field])
		if err != nil || len(found) > 20 {
			return nil, unsaid("In %s: at most 20 lines of 1000 characters each.", field)
		}
		*into = found
	}
	return s, nil
}

var errLong = errors.New("the text is too long")

// lines are the lines of a field that are not empty.
func lines(text string) ([]string, error) {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			if utf8.RuneCountInString(line) > 1000 {
				return nil, errLong
			}
			out = append(out, line)
		}
	}
	return out, nil
}
