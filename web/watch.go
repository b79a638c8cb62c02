package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/web/account"
)

// home leads to what the visitor is here for, and shows researchers what runs.
func (q *request) home() error {
	if !q.visitor.is(researchers...) {
		return q.page("home", runList{})
	}
	list, err := q.runsOf(q.ctx())
	if err != nil {
		return err
	}
	return q.page("home", runList{list})
}

// mostRuns is how many runs are listed.
const mostRuns = 200

// runsOf are the runs that the visitor may see, newest first, without sessions of practice.
func (q *request) runsOf(ctx context.Context) ([]*vignettev1.RunStatus, error) {
	var out []*vignettev1.RunStatus
	for s, err := range q.config.Reader.Runs(ctx) {
		if err != nil && s == nil {
			return nil, err
		}
		if err != nil || !q.listed(ctx, s.GetRun()) {
			continue
		}
		if out = append(out, s); len(out) == mostRuns {
			break
		}
	}
	return out, nil
}

// sorts remembers what never changes of a run: whether it is a session of practice.
type sorts struct {
	mu       sync.Mutex
	practice map[string]bool
}

func (q *request) listed(ctx context.Context, run string) bool {
	q.sorts.mu.Lock()
	practice, known := q.sorts.practice[run]
	q.sorts.mu.Unlock()
	if !known {
		planner, err := q.config.Reader.Run(ctx, run)
		if err != nil {
			return false
		}
		practice = isPractice(planner.Manifest())
		q.sorts.mu.Lock()
		q.sorts.practice[run] = practice
		q.sorts.mu.Unlock()
	}
	return !practice
}

type runList struct{ Runs []*vignettev1.RunStatus }

func (q *request) listRuns() error {
	list, err := q.runsOf(q.ctx())
	if err != nil {
		return err
	}
	return q.page("runs", runList{list})
}

func (q *request) apiRuns() error {
	list, err := q.runsOf(q.ctx())
	if err != nil {
		return err
	}
	return q.json(&vignettev1.ListRunsResponse{Runs: list})
}

// liveRuns sends the list anew when it changes. Its id is a digest of it, so nothing is sent twice.
func (q *request) liveRuns() error {
	return q.stream(func(ctx context.Context, since string) ([]event, bool, error) {
		list, err := q.runsOf(ctx)
		if err != nil {
			return nil, false, err
		}
		return q.changed(since, "runs", "list", runList{list}, true)
	})
}

// apiEvents is the list of runs as JSON, anew when it changes.
func (q *request) apiEvents() error {
	return q.stream(func(ctx context.Context, since string) ([]event, bool, error) {
		list, err := q.runsOf(ctx)
		if err != nil {
			return nil, false, err
		}
		// What it is told by must not hang on how protojson spaces it, which changes from one build to the next.
		id, err := proto.MarshalOptions{Deterministic: true}.Marshal(&vignettev1.ListRunsResponse{Runs: list})
		if err != nil {
			return nil, false, err
		}
		if digest(id) == since {
			return nil, true, nil
		}
		data, err := asJSON.Marshal(&vignettev1.ListRunsResponse{Runs: list})
		return []event{{ID: digest(id), Name: "runs", Data: string(data)}}, true, err
	})
}

// changed is a part of a page as an event, or no event where the page has it already.
func (q *request) changed(since, page, part string, data any, more bool) ([]event, bool, error) {
	var out bytes.Buffer
	if err := q.part(&out, page, part, data); err != nil {
		return nil, false, err
	}
	id := digest(out.Bytes())
	if id == since {
		return nil, more, nil
	}
	return []event{{ID: id, Name: "part", Data: out.String()}}, more, nil
}

// runHead is what is live on a run's page.
type runHead struct {
	Status *vignettev1.RunStatus
	// Ended counts episodes that came to an end; PerMinute is how many do, 0 where nobody knows.
	Ended     int32
	PerMinute float64
	Spent     *projection.Spending
}

func (h runHead) Done() bool { return h.Status.GetUnfinished() == 0 }

type runPage struct {
	Run      string
	Head     runHead
	View     *overview
	First    []line
	MayOrder bool
}

func (q *request) showRun() error {
	planner, err := q.run(q.PathValue("run"))
	if err != nil {
		return err
	}
	if name := planner.Manifest().GetRun(); name != q.PathValue("run") {
		return q.back("/runs/" + name)
	}
	view, err := q.runs.soon(q.ctx(), planner)
	if err != nil {
		return err
	}
	if view == nil {
		return q.runToCome(planner)
	}
	head, err := q.head(q.ctx(), planner, view.Status)
	if err != nil {
		return err
	}
	mayOrder, err := q.mayOrder(view.Manifest.GetRun())
	if err != nil {
		return err
	}
	return q.page("run", runPage{Run: view.Manifest.GetRun(), Head: head, View: view, First: view.named(view.Episodes[:min(len(view.Episodes), 10)]), MayOrder: mayOrder})
}

// runToCome is the page of a large run while its episodes are being read; it asks again by itself, without a script.
func (q *request) runToCome(planner *planning.Planner) error {
	s, err := q.statuses.of(q.ctx(), planner)
	if err != nil {
		return err
	}
	head, err := q.head(q.ctx(), planner, s)
	if err != nil {
		return err
	}
	q.w.Header().Set("Refresh", "2")
	return q.page("reading", runPage{Run: s.GetRun(), Head: head})
}

func (q *request) head(ctx context.Context, planner *planning.Planner, s *vignettev1.RunStatus) (runHead, error) {
	h := runHead{Status: s, Ended: s.GetTotal() - s.GetUnfinished()}
	if planner.AsksModels() && q.config.Calls != nil {
		spent, err := projection.ReadSpending(ctx, q.config.Calls, s.GetRun(), "")
		if err != nil {
			return h, err
		}
		h.Spent = spent
	}
	return h, nil
}

// liveRun sends how far a run is, anew when it changes.
func (q *request) liveRun() error {
	planner, err := q.run(q.PathValue("run"))
	if err != nil {
		return err
	}
	var began time.Time
	var before int32
	return q.stream(func(ctx context.Context, since string) ([]event, bool, error) {
		s, err := q.statuses.of(ctx, planner)
		if err != nil {
			return nil, false, err
		}
		head, err := q.head(ctx, planner, s)
		if err != nil {
			return nil, false, err
		}
		if now := q.config.Now(); began.IsZero() {
			began, before = now, head.Ended
		} else if minutes := now.Sub(began).Minutes(); minutes > 0 {
			head.PerMinute = float64(head.Ended-before) / minutes
		}
		return q.changed(since, "run", "head", head, !head.Done())
	})
}

// perPage is how many episodes a page of the list has.
const perPage = 50

type episodeList struct {
	Run                    string
	View                   *overview
	Lines                  []line
	Found, Page, Pages     int
	Arm, Fate, Scenario    string
	Order                  string
	Fates, Arms, Scenarios []string
}

// Query is the query of the same list on another page.
func (l episodeList) Query(page int) string {
	return fmt.Sprintf("?arm=%s&fate=%s&scenario=%s&order=%s&page=%d", escapeQuery(l.Arm), escapeQuery(l.Fate), escapeQuery(l.Scenario), escapeQuery(l.Order), page)
}

// episodesAsked are the episodes of a run that the query asks for.
func (q *request) episodesAsked() (episodeList, error) {
	planner, err := q.run(q.PathValue("run"))
	if err != nil {
		return episodeList{}, err
	}
	view, err := q.runs.of(q.ctx(), planner)
	if err != nil {
		return episodeList{}, err
	}
	query := q.URL.Query()
	l := episodeList{Run: view.Manifest.GetRun(), View: view, Arm: query.Get("arm"), Fate: query.Get("fate"), Scenario: query.Get("scenario"), Order: query.Get("order"), Arms: view.Arms}
	var found []line
	for _, e := range view.Episodes {
		l.Fates, l.Scenarios = once(l.Fates, e.Fate), once(l.Scenarios, e.Scenario)
		if (l.Arm == "" || l.Arm == e.Arm) && (l.Fate == "" || l.Fate == e.Fate) && (l.Scenario == "" || l.Scenario == e.Scenario) {
			found = append(found, e)
		}
	}
	sortLines(found, l.Scenarios, l.Order)
	l.Found, l.Pages = len(found), max(1, (len(found)+perPage-1)/perPage)
	l.Page = min(max(1, position(query.Get("page"))), l.Pages)
	l.Lines = view.named(found[min(len(found), (l.Page-1)*perPage):min(len(found), l.Page*perPage)])
	return l, nil
}

// sortLines sorts by reward within each scenario, which weigh other things; those without one come last, whichever way.
func sortLines(lines []line, scenarios []string, order string) {
	sign := map[string]int{"best": -1, "worst": 1}[order]
	if sign == 0 {
		return
	}
	slices.SortStableFunc(lines, func(x, y line) int {
		switch {
		case x.Scenario != y.Scenario:
			return cmp.Compare(slices.Index(scenarios, x.Scenario), slices.Index(scenarios, y.Scenario))
		case x.Reward == nil || y.Reward == nil:
			return cmp.Compare(btoi(x.Reward == nil), btoi(y.Reward == nil))
		}
		return sign * cmp.Compare(*x.Reward, *y.Reward)
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func once[E comparable](list []E, name E) []E {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

func (q *request) listEpisodes() error {
	l, err := q.episodesAsked()
	if err != nil {
		return err
	}
	return q.page("episodes", l)
}

// orders are what can be said to whoever plays a run.
var orders = map[string]func(context.Context, vignettev1.RunServiceClient, string) (*vignettev1.RunStatus, error){
	"pause": func(ctx context.Context, c vignettev1.RunServiceClient, run string) (*vignettev1.RunStatus, error) {
		r, err := c.PauseRun(ctx, &vignettev1.PauseRunRequest{Run: run})
		return r.GetStatus(), err
	},
	"resume": func(ctx context.Context, c vignettev1.RunServiceClient, run string) (*vignettev1.RunStatus, error) {
		r, err := c.ResumeRun(ctx, &vignettev1.ResumeRunRequest{Run: run})
		return r.GetStatus(), err
	},
	"cancel": func(ctx context.Context, c vignettev1.RunServiceClient, run string) (*vignettev1.RunStatus, error) {
		r, err := c.CancelRun(ctx, &vignettev1.CancelRunRequest{Run: run})
		return r.GetStatus(), err
	},
}

// mayOrder says whether the visitor may pause and cancel a run: whoever began it here, and admins.
func (q *request) mayOrder(run string) (bool, error) {
	if q.config.Accounts == nil || q.visitor.is(account.Admin) {
		return true, nil
	}
	owner, err := q.config.Accounts.Owner(q.ctx(), "/runs/"+run)
	return owner == q.visitor.Name && q.visitor.is(account.Researcher), err
}

// order tells whoever plays a run to pause, to go on or to stop.
func (q *request) order() (*vignettev1.RunStatus, error) {
	planner, err := q.run(q.PathValue("run"))
	if err != nil {
		return nil, err
	}
	if may, err := q.mayOrder(planner.Manifest().GetRun()); err != nil {
		return nil, err
	} else if !may {
		q.refused("/runs/" + planner.Manifest().GetRun())
		return nil, &problem{http.StatusForbidden, "This run is not yours.", "Whoever began it can pause and cancel it, and admins."}
	}
	tell, known := orders[q.PathValue("order")]
	if !known {
		return nil, notFound("order", q.PathValue("order"))
	}
	run := planner.Manifest().GetRun()
	now, err := tell(q.ctx(), q.config.Player(run), run)
	if status.Code(err) == codes.Unavailable {
		now, err = tell(q.ctx(), q.config.Engine, run)
	}
	if c := status.Code(err); c == codes.Unavailable || c == codes.FailedPrecondition {
		return nil, &problem{http.StatusConflict, "Nobody is playing this run now.", "'vignette run --resume " + run + "' plays what is missing."}
	}
	return now, err
}

func (q *request) orderRun() error {
	if _, err := q.order(); err != nil {
		return err
	}
	return q.back("/runs/" + q.PathValue("run"))
}

func (q *request) apiOrderRun() error {
	now, err := q.order()
	if err != nil {
		return err
	}
	return q.json(now)
}

func (q *request) apiRun() error {
	planner, err := q.run(q.PathValue("run"))
	if err != nil {
		return err
	}
	s, err := q.config.Reader.Status(q.ctx(), planner)
	if err != nil {
		return err
	}
	answer := &vignettev1.GetRunResponse{Status: s}
	if q.visitor.mayLookInside(planner.Manifest()) { // It holds goals, knowledge and personas.
		answer.Manifest = planner.Manifest()
	}
	return q.json(answer)
}

func (q *request) apiReport() error {
	planner, err := q.run(q.PathValue("run"))
	if err != nil {
		return err
	}
	view, err := q.runs.of(q.ctx(), planner)
	if err != nil {
		return err
	}
	return q.json(view.Report)
}

// apiLine is an episode in a list, as JSON.
type apiLine struct {
	Episode  string   `json:"episode"`
	Index    int      `json:"index"`
	Scenario string   `json:"scenario"`
	Arm      string   `json:"arm"`
	Repeat   int32    `json:"repeat"`
	Fate     string   `json:"fate"`
	Turns    int      `json:"turns"`
	Reward   *float64 `json:"reward"`
}

type apiLines struct {
	Episodes []apiLine `json:"episodes"`
	Found    int       `json:"found"`
	Page     int       `json:"page"`
	Pages    int       `json:"pages"`
}

func (q *request) apiEpisodes() error {
	l, err := q.episodesAsked()
	if err != nil {
		return err
	}
	lines := []apiLine{}
	for _, e := range l.Lines {
		lines = append(lines, apiLine{e.Episode, e.Index, e.Scenario, e.Arm, e.Repeat, e.Fate, e.Turns, e.Reward})
	}
	return q.json(apiLines{lines, l.Found, l.Page, l.Pages})
}

// atoi reads a number of a form; empty is the default.
func atoi(text, field string, least, most, usual int) (int, error) {
	if text = strings.TrimSpace(text); text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, &problem{http.StatusBadRequest, fmt.Sprintf("%s: %q is no number from %d to %d.", field, text, least, most), "Go back and mend it."}
	}
	return n, nil
}
