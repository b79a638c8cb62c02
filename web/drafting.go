package web

import (
	"net/http"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// part says whether only a part of the page is wanted: a script puts it where it belongs.
func (q *request) wantsPart() bool { return q.URL.Query().Get("part") == "1" }

// lookAtDraft gives feedback on words before they are said.
func (q *request) lookAtDraft() error {
	r, err := q.ownSession()
	if err != nil {
		return err
	}
	if err := q.form(); err != nil {
		return err
	}
	text := strings.TrimSpace(q.PostForm.Get("text"))
	got, err := r.client.Draft(q.ctx(), &vignettev1.DraftRequest{Session: r.id, Text: text})
	return q.besideWords(r, err, func(p *sessionPage) {
		p.Draft, p.Words = shown(got.GetFeedback(), p.PracticeSession, rights{}), text
		if got.GetRisk() != nil {
			p.Words = ""
		}
	})
}

// giveHint says what the next turn could do.
func (q *request) giveHint() error {
	r, err := q.ownSession()
	if err != nil {
		return err
	}
	if err := q.form(); err != nil {
		return err
	}
	got, err := r.client.GetHint(q.ctx(), &vignettev1.GetHintRequest{Session: r.id})
	return q.besideWords(r, err, func(p *sessionPage) { p.Hint, p.Words = got.GetHint(), q.PostForm.Get("text") })
}

// besideWords answers with what stands beside the words to come: on the page, or as a part of it.
func (q *request) besideWords(r *rehearsal, failed error, change func(*sessionPage)) error {
	if !q.wantsPart() {
		if failed != nil {
			return q.tellInSession(r, failed)
		}
		return q.sessionAs(r, http.StatusOK, change)
	}
	code, p := http.StatusOK, &sessionPage{PracticeSession: &vignettev1.PracticeSession{Session: r.id}}
	if failed != nil {
		told := q.problemOf(q.reached(failed))
		code, p.Says = told.status, strings.TrimSpace(told.says+" "+told.how)
	} else {
		change(p)
	}
	html, err := q.partText("session", "beside-words", p)
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.WriteHeader(code)
	_, err = q.w.Write([]byte(html))
	return gone(err)
}
