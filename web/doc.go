// Package web serves Vignette in a browser: pages for those who practise, who rate and who watch, and the same as JSON.
//
// # How a page comes about
//
// Pages are made on the server (html/template, in templates/). What is live comes as server-sent events (live.go): each event has an
// id from the episode log, so a page that was cut off goes on where it stopped, whichever process answers. Small scripts
// (islands/*.ts) take those events and the keyboard; pages work without them as far as that makes sense. Scripts and style are built by
// `make web` into built/, which is committed; nothing is fetched from elsewhere, and the policy in guard.go lets nothing run that
// does not come from here.
//
// # Adding a page
//
//  1. Write its template in templates/NAME.html: {{define "title"}}, {{define "main"}}; layout.html has the rest, parts.html what
//     pages share.
//  2. Write its handler, a method of [request] that returns an error: it reads what it needs with q.run, q.episode, q.campaign, which
//     refuse what the visitor may not see, and ends with q.page("NAME", data) or q.json(message). An error becomes a page, or
//     JSON, with the status that fits its gRPC code.
//  3. Add a line to the table in routes.go: method, path, who may, handler. A route that is not in the table does not exist; the access
//     test goes through all of them, and the OpenAPI document is made of those below /api/.
//  4. A script? islands/NAME.ts, `make web`, and {{define "script"}}NAME{{end}} in the template.
//
// # What it may touch
//
// It reads through the engine's read side and asks services (RunService, FeedbackService, PracticeService); it writes nothing to the
// log itself. Accounts and the audit trail are package account's. Start reading at [Listen] and routes.go.
package web
