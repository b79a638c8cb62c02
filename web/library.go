package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"

	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/design"
	"github.com/vignette-sim/vignette/web/account"
)

// shipped are the scenarios of the library. They never change.
var shipped = sync.OnceValues(scenarios.Library)

type scenarioList struct {
	Query, Tag string
	Found      []*vignettev1.Scenario
	Tags       []string
	// Whole says that what was found has all words of the query.
	Whole bool
}

func (q *request) scenariosAsked() (scenarioList, error) {
	all, err := shipped()
	if err != nil {
		return scenarioList{}, err
	}
	l := scenarioList{Query: strings.TrimSpace(q.URL.Query().Get("q")), Tag: q.URL.Query().Get("tag")}
	for _, s := range all {
		for _, tag := range s.GetTags() {
			if !strings.Contains(tag, ":") {
				l.Tags = once(l.Tags, tag)
			}
		}
		if l.Tag == "" || slices.Contains(s.GetTags(), l.Tag) {
			l.Found = append(l.Found, s)
		}
	}
	l.Found, l.Whole = scenarios.Search(l.Found, l.Query)
	slices.Sort(l.Tags)
	return l, nil
}

func (q *request) listScenarios() error {
	l, err := q.scenariosAsked()
	if err != nil {
		return err
	}
	return q.page("scenarios", l)
}

// apiScenario is a scenario in a list, as JSON.
type apiScenario struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Language    string   `json:"language"`
	Tags        []string `json:"tags"`
	Focal       string   `json:"focal"`
}

type apiScenarioList struct {
	Scenarios []apiScenario `json:"scenarios"`
}

func (q *request) apiScenarios() error {
	l, err := q.scenariosAsked()
	if err != nil {
		return err
	}
	out := []apiScenario{}
	for _, s := range l.Found {
		out = append(out, apiScenario{s.GetId(), s.GetTitle(), s.GetDescription(), s.GetLanguage(), s.GetTags(), s.GetFocal()})
	}
	return q.json(apiScenarioList{out})
}

type scenarioPage struct {
	Scenario *vignettev1.Scenario
	File     string // its text; "" for those who may not see what is private to its roles
}

func (q *request) showScenario() error {
	all, err := shipped()
	if err != nil {
		return err
	}
	id := q.PathValue("scenario")
	i := slices.IndexFunc(all, func(s *vignettev1.Scenario) bool { return s.GetId() == id })
	if i < 0 {
		return notFound("scenario", id)
	}
	p := scenarioPage{Scenario: all[i]}
	if q.visitor.is(account.Researcher, account.Admin) {
		text, err := scenarios.LibraryFile(id)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		p.File = string(text)
	}
	return q.page("scenario", p)
}

type validation struct {
	Text     string
	Checked  bool
	Title    string
	Problems scenarios.Problems
}

// check reads a scenario from a text and lists what is wrong with it.
func (v *validation) check() {
	v.Checked = true
	name := "scenario.yaml"
	if strings.HasPrefix(strings.TrimSpace(v.Text), "{") {
		name = "scenario.json"
	}
	s, err := scenarios.Read(name, []byte(v.Text))
	if err == nil {
		v.Title = s.GetTitle()
	} else if !errors.As(err, &v.Problems) {
		v.Problems = scenarios.Problems{{File: name, Message: err.Error()}}
	}
}

func (q *request) validator() error {
	v := validation{}
	if from := q.URL.Query().Get("from"); from != "" {
		text, err := scenarios.LibraryFile(from)
		if err != nil {
			return notFound("scenario", from)
		}
		v.Text = string(text)
	}
	return q.page("validate", v)
}

func (q *request) validate() error {
	if err := q.form(); err != nil {
		return err
	}
	v := validation{Text: q.PostForm.Get("text")}
	v.check()
	return q.page("validate", v)
}

func (q *request) form() error {
	var tooLarge *http.MaxBytesError
	if err := q.ParseForm(); errors.As(err, &tooLarge) {
		return err
	} else if err != nil {
		return &problem{http.StatusBadRequest, "The form cannot be read.", err.Error()}
	}
	return nil
}

func (q *request) apiValidate() error {
	var body bytes.Buffer
	if _, err := body.ReadFrom(q.Body); err != nil {
		return err
	}
	v := validation{Text: body.String()}
	v.check()
	out := []apiProblem{}
	for _, p := range v.Problems {
		out = append(out, apiProblem{p.Line, p.Column, p.Field, p.Message, p.Hint})
	}
	return q.json(apiValidation{len(out) == 0, out})
}

// apiValidation is what a check came to, as JSON.
type apiValidation struct {
	Right    bool         `json:"right"`
	Problems []apiProblem `json:"problems"`
}

type apiProblem struct {
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

type newRunPage struct {
	All                              []*vignettev1.Scenario
	Chosen                           []string
	Text, Vary, Repeats, Seed, Model string
	Says                             []string // what is wrong
}

func (q *request) newRun() error {
	all, err := shipped()
	if err != nil {
		return err
	}
	p := newRunPage{All: all, Chosen: q.URL.Query()["scenario"], Repeats: "4", Seed: "1", Model: planning.Builtin}
	for _, id := range p.Chosen {
		if i := slices.IndexFunc(all, func(s *vignettev1.Scenario) bool { return s.GetId() == id }); i < 0 {
			return notFound("scenario", id)
		}
	}
	return q.page("newrun", p)
}

// Has says whether a scenario is chosen.
func (p newRunPage) Has(id string) bool { return slices.Contains(p.Chosen, id) }

func (q *request) startRun() error {
	if err := q.form(); err != nil {
		return err
	}
	f := q.PostForm
	p := newRunPage{Chosen: f["scenario"], Text: f.Get("text"), Vary: f.Get("vary"), Repeats: f.Get("repeats"), Seed: f.Get("seed"), Model: f.Get("model")}
	request, err := q.design(&p)
	var manifest *vignettev1.Manifest
	if err == nil {
		manifest, err = q.launch(request)
	}
	if err == nil {
		return q.back("/runs/" + manifest.GetRun())
	}
	var problems scenarios.Problems
	if errors.As(err, &problems) {
		for _, found := range problems {
			p.Says = append(p.Says, found.String())
		}
	} else {
		p.Says = []string{sentence(status.Convert(err).Message())}
	}
	if p.All, err = shipped(); err != nil {
		return err
	}
	return q.pageAs(http.StatusBadRequest, "newrun", p)
}

// design is what the form asks for.
func (q *request) design(p *newRunPage) (*vignettev1.StartRunRequest, error) {
	all, err := shipped()
	if err != nil {
		return nil, err
	}
	request := &vignettev1.StartRunRequest{}
	for _, s := range all {
		if slices.Contains(p.Chosen, s.GetId()) {
			request.Scenarios = append(request.Scenarios, s)
		}
	}
	if strings.TrimSpace(p.Text) != "" {
		own, err := scenarios.Read("your scenario", []byte(p.Text))
		if err != nil {
			return nil, err
		}
		request.Scenarios = append(request.Scenarios, own)
	}
	if len(request.Scenarios) == 0 {
		return nil, errors.New("choose a scenario, or write one")
	}
	for spec := range strings.Lines(p.Vary) {
		if spec = strings.TrimSpace(spec); spec == "" {
			continue
		}
		if err := onlyShipped(spec); err != nil {
			return nil, err
		}
		factor, err := design.ParseVary(spec, request.Scenarios)
		if err != nil {
			return nil, err
		}
		request.Factors = append(request.Factors, factor)
	}
	repeats, err := atoi(p.Repeats, "repeats", 1, 100_000, 1)
	if err != nil {
		return nil, err
	}
	seed, err := atoi(p.Seed, "seed", 0, 1<<53, 0)
	if err != nil {
		return nil, err
	}
	request.Repeats, request.Seed = int32(repeats), uint64(seed)
	request.Models, err = planning.ParseModels(strings.TrimSpace(p.Model), request.Scenarios)
	return request, err
}

// onlyShipped refuses levels that would be read from files of this machine: a form comes from somewhere else.
func onlyShipped(spec string) error {
	field, levels, _ := strings.Cut(spec, "=")
	if !strings.HasSuffix(field, ".persona") {
		return nil
	}
	known, err := scenarios.Personas()
	if err != nil {
		return err
	}
	for _, level := range strings.Split(levels, ",") {
		if !slices.ContainsFunc(known, func(p *vignettev1.Persona) bool { return p.GetId() == strings.TrimSpace(level) }) {
			return fmt.Errorf("%s: %q is no persona that ships; files of this machine can be named on the command line only", field, level)
		}
	}
	return nil
}

// launch starts a run and returns once it is listening; the run goes on without us.
func (q *request) launch(request *vignettev1.StartRunRequest) (*vignettev1.Manifest, error) {
	ctx, cancel := context.WithCancel(q.ctx())
	defer cancel()
	stream, err := q.config.Engine.StartRun(ctx, request)
	if err != nil {
		return nil, err
	}
	first, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	if run := first.GetLaunched().GetRun(); q.config.Accounts != nil {
		if err := errors.Join(q.config.Accounts.Own(q.ctx(), "/runs/"+run, q.visitor.Name), q.record("/runs/"+run)); err != nil {
			return nil, err
		}
	}
	return first.GetLaunched(), nil
}

func (q *request) apiStartRun() error {
	request := &vignettev1.StartRunRequest{}
	if err := q.read(request); err != nil {
		return err
	}
	manifest, err := q.launch(request)
	if err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusCreated)
	return q.json(manifest)
}
