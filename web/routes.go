package web

import (
	"net/http"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/report"
	"github.com/vignette-sim/vignette/studies/transcript"
	"github.com/vignette-sim/vignette/web/account"
)

var episodeQuery = map[string]string{
	"arm": "Levels that are compared, as the report names them.", "fate": "What became of it: ok, failed, ...", "scenario": "Scenario id.",
	"order": "best or worst: by reward.", "page": "From 1; a page has 50.",
}

// route is one thing that can be asked for.
type route struct {
	method, path string
	// who may ask: any of these roles. None of them: everybody who has logged in; open: everybody.
	who   []account.Role
	open  bool
	serve func(*request) error
	// audit is the action that the trail records of it; empty is "view" for GET and "change" for all else.
	audit string
	// says what a JSON route does, in a sentence; see openapi.go. It takes and gives a message of the contracts, a value that is written
	// as JSON, or a schema; code is its status where that is not 200, query what may stand behind the path.
	says         string
	takes, gives any
	code         string
	query        map[string]string
}

var (
	everybody   []account.Role
	admins      = []account.Role{account.Admin}
	researchers = []account.Role{account.Researcher, account.Admin}
	raters      = []account.Role{account.Rater, account.Researcher, account.Admin}
	// Trainees see their sessions on pages of practice, which show no more than their help level gives.
	readers = []account.Role{account.Researcher, account.Admin, account.Supervisor}
)

// routes are all there are. What somebody may see of an object is asked where it is read: [request.run], [request.episode].
var routes []route

func init() { // The table names handlers that look into it.
	routes = []route{
		{method: "GET", path: "/{$}", who: everybody, serve: (*request).home},

		// Come in, and who may.
		{method: "GET", path: "/login", open: true, serve: (*request).showLogin},
		{method: "POST", path: "/login", open: true, serve: (*request).login},
		{method: "POST", path: "/logout", who: everybody, serve: (*request).logout},
		{method: "GET", path: "/account", who: everybody, serve: (*request).showOwn},
		{method: "POST", path: "/account", who: everybody, serve: (*request).changePassword},
		{method: "GET", path: "/accounts", who: admins, serve: (*request).listAccounts},
		{method: "POST", path: "/accounts", who: admins, serve: (*request).addAccount},
		{method: "POST", path: "/accounts/{name}", who: admins, serve: (*request).setAccount},
		{method: "GET", path: "/trail", who: admins, serve: (*request).showTrail},

		// Watch.
		{method: "GET", path: "/runs", who: researchers, serve: (*request).listRuns},
		{method: "GET", path: "/runs/live", who: researchers, serve: (*request).liveRuns},
		{method: "GET", path: "/api/v1/events", who: researchers, serve: (*request).apiEvents, says: "Server-sent events: the list of runs, at first and whenever it changes."},
		{method: "GET", path: "/runs/new", who: researchers, serve: (*request).newRun},
		{method: "POST", path: "/runs", who: researchers, serve: (*request).startRun},
		{method: "GET", path: "/runs/{run}", who: readers, serve: (*request).showRun},
		{method: "GET", path: "/runs/{run}/live", who: readers, serve: (*request).liveRun},
		{method: "GET", path: "/runs/{run}/episodes", who: readers, serve: (*request).listEpisodes},
		{method: "POST", path: "/runs/{run}/{order}", who: researchers, serve: (*request).orderRun},
		{method: "GET", path: "/runs/{run}/report", who: researchers, serve: (*request).showReport},
		{method: "GET", path: "/episodes/{episode}", who: readers, serve: (*request).showEpisode},
		{method: "GET", path: "/episodes/{episode}/live", who: readers, serve: (*request).liveEpisode},
		{method: "GET", path: "/compare", who: researchers, serve: (*request).compare},
		{method: "GET", path: "/scenarios", who: everybody, serve: (*request).listScenarios},
		{method: "GET", path: "/scenarios/{scenario}", who: everybody, serve: (*request).showScenario},
		{method: "GET", path: "/validate", who: researchers, serve: (*request).validator},
		{method: "POST", path: "/validate", who: researchers, serve: (*request).validate},

		// Rate.
		{method: "GET", path: "/rate", who: raters, serve: (*request).listCampaigns},
		{method: "GET", path: "/rate/new", who: researchers, serve: (*request).newCampaign},
		{method: "POST", path: "/rate", who: researchers, serve: (*request).openCampaign},
		{method: "GET", path: "/rate/{campaign}", who: raters, serve: (*request).rateItem},
		{method: "POST", path: "/rate/{campaign}", who: raters, serve: (*request).saveItem},
		{method: "POST", path: "/rate/{campaign}/undo", who: raters, serve: (*request).undoItem},
		{method: "GET", path: "/rate/{campaign}/dashboard", who: researchers, serve: (*request).showDashboard},
		{method: "POST", path: "/rate/{campaign}/raters", who: researchers, serve: (*request).setRaters},

		// The same as JSON.
		{method: "GET", path: "/api/openapi.json", who: everybody, serve: (*request).apiDocument},
		{method: "GET", path: "/api/v1/session", who: everybody, serve: (*request).apiSession, says: "Who you are and what you may.", gives: apiVisitor{}},
		{method: "POST", path: "/api/v1/session", open: true, serve: (*request).apiLogin, says: "Logs in: the answer sets the session's cookie.", takes: apiLoginBody{}, code: "204"},
		{method: "DELETE", path: "/api/v1/session", who: everybody, serve: (*request).apiLogout, says: "Logs out.", code: "204"},
		{method: "GET", path: "/api/v1/accounts", who: admins, serve: (*request).apiAccounts, says: "Lists accounts.", gives: apiAccountList{}},
		{method: "POST", path: "/api/v1/accounts", who: admins, serve: (*request).apiAddAccount, says: "Makes an account.", takes: apiAccount{}, gives: apiAccount{}, code: "201"},
		{method: "GET", path: "/api/v1/trail", who: admins, serve: (*request).apiTrail, says: "The audit trail, newest first; object and name choose lines, before goes on.", gives: apiTrailPage{}, query: map[string]string{"object": "Path of a page, as in /runs/RUN.", "name": "Account.", "before": "Line to go on before: next of the page before."}},
		{method: "GET", path: "/api/v1/runs", who: researchers, serve: (*request).apiRuns, says: "Lists runs, newest first.", gives: &vignettev1.ListRunsResponse{}},
		{method: "POST", path: "/api/v1/runs", who: researchers, serve: (*request).apiStartRun, says: "Starts a run and answers with its manifest once it is listening.", takes: &vignettev1.StartRunRequest{}, gives: &vignettev1.Manifest{}, code: "201"},
		{method: "GET", path: "/api/v1/runs/{run}", who: readers, serve: (*request).apiRun, says: "A run: its manifest and how far it is.", gives: &vignettev1.GetRunResponse{}},
		{method: "GET", path: "/api/v1/runs/{run}/report", who: researchers, serve: (*request).apiReport, says: "A run in numbers: arms, effects, warnings, episodes to look at.", gives: report.Report{}},
		{method: "GET", path: "/api/v1/runs/{run}/episodes", who: readers, serve: (*request).apiEpisodes, says: "A page of a run's episodes in the order of its design.", gives: apiLines{}, query: episodeQuery},
		{method: "POST", path: "/api/v1/runs/{run}/{order}", who: researchers, serve: (*request).apiOrderRun, says: "Pauses, resumes or cancels a run (order: pause, resume, cancel).", gives: &vignettev1.RunStatus{}},
		{method: "GET", path: "/api/v1/episodes/{episode}", who: readers, serve: (*request).apiEpisode, says: "An episode: what was said, and how it was scored.", gives: transcript.View{}, query: map[string]string{"private": "1 shows what is private to roles, to those who may see it."}},
		{method: "GET", path: "/api/v1/scenarios", who: everybody, serve: (*request).apiScenarios, says: "Lists the scenarios of the library.", gives: apiScenarioList{}, query: map[string]string{"q": "Words to find.", "tag": "A tag."}},
		{method: "POST", path: "/api/v1/validate", who: researchers, serve: (*request).apiValidate, says: "Checks a scenario file (YAML or JSON in the body) and lists everything that is wrong in it.", takes: schema{"type": "string", "contentMediaType": "text/plain"}, gives: apiValidation{}},
		{method: "GET", path: "/api/v1/campaigns", who: raters, serve: (*request).apiCampaigns, says: "Lists the campaigns that you may rate, newest first.", gives: &vignettev1.ListCampaignsResponse{}},
		{method: "POST", path: "/api/v1/campaigns", who: researchers, serve: (*request).apiOpenCampaign, says: "Opens a campaign over a run.", takes: &vignettev1.OpenCampaignRequest{}, gives: &vignettev1.OpenCampaignResponse{}},
		{method: "GET", path: "/api/v1/campaigns/{campaign}", who: raters, serve: (*request).apiCampaign, says: "How a campaign asks.", gives: &vignettev1.GetCampaignResponse{}},
		{method: "GET", path: "/api/v1/campaigns/{campaign}/next", who: raters, serve: (*request).apiNextItem, says: "The item that you are to rate now; it is kept for you for a while.", gives: &vignettev1.NextItemResponse{}},
		{method: "GET", path: "/api/v1/campaigns/{campaign}/ratings", who: raters, serve: (*request).apiRatings, says: "Your ratings as they stand; with history=1 all versions.", gives: &vignettev1.ListRatingsResponse{}, query: map[string]string{"history": "1 gives all versions."}},
		{method: "POST", path: "/api/v1/campaigns/{campaign}/ratings", who: raters, serve: (*request).apiSaveRating, says: "Records a rating, an edit, a skip, a withdrawal or a draft (version 0) as yours.", takes: &vignettev1.Rating{}, gives: &vignettev1.SaveRatingResponse{}},
		{method: "GET", path: "/api/v1/campaigns/{campaign}/agreement", who: researchers, serve: (*request).apiAgreement, says: "How far raters agree, and how each of them rates.", gives: &vignettev1.GetAgreementResponse{}},
	}
}

// admits says whether somebody may ask for it at all.
func (r *route) admits(v Visitor) error {
	switch {
	case r.open:
		return nil
	case !v.known():
		return &problem{http.StatusUnauthorized, "You have not logged in.", "Log in and try again."}
	case len(r.who) > 0 && !slices.ContainsFunc(r.who, func(role account.Role) bool { return v.is(role) }):
		return &problem{http.StatusForbidden, "This page is not for your account.", "Ask whoever runs this server if you need it."}
	}
	return nil
}
