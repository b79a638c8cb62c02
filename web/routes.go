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

var offerQuery = map[string]string{
	"q": "Words to find.", "tag": "A tag.", "objective": "ask, refuse, understand, support or change.", "difficulty": "gentle (below 0.45), middling, hard (0.55 and more), or client: nobody takes a stance.",
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
	// Sessions of practice are seen by those who practise, by their supervisors, and by research where they consented.
	trainees    = []account.Role{account.Trainee, account.Admin}
	supervisors = []account.Role{account.Supervisor, account.Admin}
	audience    = []account.Role{account.Trainee, account.Supervisor, account.Researcher, account.Admin}
	coached     = []account.Role{account.Trainee, account.Supervisor, account.Admin}
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

		// Practise.
		{method: "GET", path: "/practice", who: trainees, serve: (*request).showLibrary},
		{method: "POST", path: "/practice", who: trainees, serve: (*request).startSession},
		{method: "GET", path: "/practice/brief", who: trainees, serve: (*request).showBrief},
		{method: "GET", path: "/practice/situation", who: trainees, serve: (*request).showSituation},
		{method: "GET", path: "/practice/progress", who: coached, serve: (*request).showProgress},
		{method: "GET", path: "/practice/desk", who: supervisors, serve: (*request).showDesk},
		{method: "POST", path: "/practice/desk", who: supervisors, serve: (*request).assignForm},
		{method: "GET", path: "/practice/{session}", who: audience, serve: (*request).showSession},
		{method: "GET", path: "/practice/{session}/live", who: audience, serve: (*request).liveSession},
		{method: "GET", path: "/practice/{session}/branches", who: audience, serve: (*request).showBranches},
		{method: "GET", path: "/practice/{session}/formulation", who: audience, serve: (*request).showWorksheet},
		{method: "POST", path: "/practice/{session}/formulation", who: trainees, serve: (*request).handInWorksheet},
		{method: "GET", path: "/practice/{session}/report", who: audience, serve: (*request).showDebrief},
		{method: "GET", path: "/practice/{session}/print", who: audience, serve: (*request).printDebrief},
		{method: "POST", path: "/practice/{session}/draft", who: trainees, serve: (*request).lookAtDraft},
		{method: "POST", path: "/practice/{session}/hint", who: trainees, serve: (*request).giveHint},
		{method: "POST", path: "/practice/{session}/review", who: supervisors, serve: (*request).reviewForm},
		{method: "POST", path: "/practice/{session}/{do}", who: trainees, serve: (*request).doInSession},

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
		{method: "DELETE", path: "/api/v1/campaigns/{campaign}/ratings", who: raters, serve: (*request).apiDeleteRating, says: "Deletes a rating of yours with its history and drafts: who asks is its author, whatever the body says.", takes: &vignettev1.DeleteRatingRequest{}, gives: &vignettev1.DeleteRatingResponse{}},
		{method: "GET", path: "/api/v1/campaigns/{campaign}/agreement", who: researchers, serve: (*request).apiAgreement, says: "How far raters agree, and how each of them rates.", gives: &vignettev1.GetAgreementResponse{}},
		{method: "GET", path: "/api/v1/practice", who: coached, serve: (*request).apiSessions, says: "Lists the sessions that you practise in or supervise, newest first, without turns.", gives: &vignettev1.ListSessionsResponse{}},
		{method: "POST", path: "/api/v1/practice", who: trainees, serve: (*request).apiBegin, says: "Begins a session in your name. Whole scenarios and models are for researchers.", takes: &vignettev1.StartSessionRequest{}, gives: &vignettev1.StartSessionResponse{}, code: "201"},
		{method: "GET", path: "/api/v1/practice/library", who: trainees, serve: (*request).apiOffers, says: "Lists scenarios to practise.", gives: apiOffers{}, query: offerQuery},
		{method: "GET", path: "/api/v1/practice/progress", who: coached, serve: (*request).apiProgress, says: "How skills have grown over sessions: yours, or of a trainee whom you supervise.", gives: &vignettev1.GetProgressResponse{}, query: map[string]string{"trainee": "Whose; yours without it."}},
		{method: "GET", path: "/api/v1/practice/assignments", who: coached, serve: (*request).apiAssignments, says: "Lists what you, or those whom you supervise, were asked to practise, newest first.", gives: apiAssignments{}},
		{method: "POST", path: "/api/v1/practice/assignments", who: supervisors, serve: (*request).apiAssign, says: "Asks a trainee whom you supervise to practise a scenario of the library.", takes: apiAssignment{}, gives: apiAssignment{}, code: "201"},
		{method: "GET", path: "/api/v1/practice/{session}", who: audience, serve: reads(vignettev1.PracticeServiceClient.GetSession), says: "A session as its trainee may see it.", gives: &vignettev1.GetSessionResponse{}},
		{method: "GET", path: "/api/v1/practice/{session}/events", who: audience, serve: (*request).apiSessionEvents, says: "Server-sent events \"update\", each a PracticeUpdate: the session, or with Last-Event-ID or since what came after it.", query: map[string]string{"since": "A cursor to go on from."}},
		{method: "GET", path: "/api/v1/practice/{session}/report", who: audience, serve: reads(vignettev1.PracticeServiceClient.GetReport), says: "What is told of a session, as far as its help level gives it.", gives: &vignettev1.GetReportResponse{}},
		{method: "GET", path: "/api/v1/practice/{session}/branches", who: audience, serve: (*request).apiCompareBranches, says: "Two branches side by side, from the turn where they part.", gives: &vignettev1.CompareBranchesResponse{}, query: map[string]string{"original": "One branch; without it the one that the other comes off.", "retry": "The other; without it the one that goes on."}},
		{method: "GET", path: "/api/v1/practice/{session}/viewers", who: audience, serve: (*request).apiViewers, says: "Who other than the trainee has looked at a session, when last, and how often.", gives: apiLooked{}},
		{method: "POST", path: "/api/v1/practice/{session}/say", who: trainees, serve: (*request).apiSay, says: "Takes your turn; answers with server-sent events \"update\", each a PracticeUpdate. The same again records nothing twice.", takes: &vignettev1.SayRequest{}},
		{method: "POST", path: "/api/v1/practice/{session}/retry", who: trainees, serve: (*request).apiRetry, says: "Tries a turn of yours again in a new branch; answers as say does, with a comparison of both.", takes: &vignettev1.RetryTurnRequest{}},
		{method: "POST", path: "/api/v1/practice/{session}/draft", who: trainees, serve: acts(vignettev1.PracticeServiceClient.Draft), says: "Feedback on words before they are said, where the help level gives it.", takes: &vignettev1.DraftRequest{}, gives: &vignettev1.DraftResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/hint", who: trainees, serve: acts(vignettev1.PracticeServiceClient.GetHint), says: "What could be done in the next turn, where the help level gives it.", gives: &vignettev1.GetHintResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/feedback", who: trainees, serve: acts(vignettev1.PracticeServiceClient.GetFeedback), says: "Feedback on a turn, or on all of yours, where the help level gives it.", takes: &vignettev1.GetFeedbackRequest{}, gives: &vignettev1.GetFeedbackResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/disagree", who: trainees, serve: acts(vignettev1.PracticeServiceClient.Disagree), says: "Records that you do not agree with feedback.", takes: &vignettev1.DisagreeRequest{}, gives: &vignettev1.DisagreeResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/switch", who: trainees, serve: acts(vignettev1.PracticeServiceClient.SwitchBranch), says: "Makes another branch the one that goes on.", takes: &vignettev1.SwitchBranchRequest{}, gives: &vignettev1.SwitchBranchResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/pause", who: trainees, serve: acts(vignettev1.PracticeServiceClient.PauseSession), says: "Makes a session stand still.", gives: &vignettev1.PauseSessionResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/resume", who: trainees, serve: acts(vignettev1.PracticeServiceClient.ResumeSession), says: "Lets it go on; after a notice of danger only with notice_read.", takes: &vignettev1.ResumeSessionRequest{}, gives: &vignettev1.ResumeSessionResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/measures", who: trainees, serve: acts(vignettev1.PracticeServiceClient.Measure), says: "Records how you are, before or after.", takes: &vignettev1.MeasureRequest{}, gives: &vignettev1.MeasureResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/formulation", who: trainees, serve: acts(vignettev1.PracticeServiceClient.Formulate), says: "Takes your formulation of the client and answers with the reference beside it.", takes: &vignettev1.FormulateRequest{}, gives: &vignettev1.FormulateResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/leave", who: trainees, serve: acts(vignettev1.PracticeServiceClient.LeaveSession), says: "Ends a session without debriefing.", takes: &vignettev1.LeaveSessionRequest{}, gives: &vignettev1.LeaveSessionResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/finish", who: trainees, serve: acts(vignettev1.PracticeServiceClient.FinishSession), says: "Ends the conversation, scores it, and answers with the report.", takes: &vignettev1.FinishSessionRequest{}, gives: &vignettev1.FinishSessionResponse{}},
		{method: "POST", path: "/api/v1/practice/{session}/reviews", who: supervisors, serve: (*request).apiReview, says: "Records what you say of a session of somebody whom you supervise: a comment, a score beside one that was given, or a sign-off.", takes: &vignettev1.ReviewSessionRequest{}, gives: &vignettev1.ReviewSessionResponse{}},
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
