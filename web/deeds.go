package web

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// deeds are what a trainee does on pages: each says where to go then. An empty place is the session's page.
var deeds map[string]func(q *request, r *rehearsal) (to string, err error)

func init() { // They name what looks into them.
	deeds = map[string]func(*request, *rehearsal) (string, error){
		"say": (*request).saySomething, "retry": (*request).tryAgain, "feedback": (*request).askFeedback, "disagree": (*request).disagree, "switch": (*request).switchBranch,
		"pause": (*request).pauseSession, "resume": (*request).resumeSession, "measure": (*request).measure, "leave": (*request).leaveSession, "finish": (*request).finishSession,
	}
}

// doInSession carries out a form of a session's page. What cannot be done now is told on that page.
func (q *request) doInSession() error {
	r, err := q.ownSession()
	if err != nil {
		return err
	}
	if err := q.form(); err != nil {
		return err
	}
	do := deeds[q.PathValue("do")]
	if do == nil {
		return notFound("deed", q.PathValue("do"))
	}
	to, err := do(q, r)
	if err != nil {
		return q.tellInSession(r, err)
	}
	return q.back(cmp.Or(to, practicePath(r.id)))
}

// tellInSession shows on a session's page why something was not done.
func (q *request) tellInSession(r *rehearsal, err error) error {
	p := q.problemOf(q.reached(err))
	if p.status >= http.StatusInternalServerError {
		return p
	}
	return q.sessionAs(r, p.status, func(page *sessionPage) {
		page.Says, page.Words = strings.TrimSpace(p.says+" "+p.how), q.PostForm.Get("text")
	})
}

// number reads a field that counts.
func (q *request) number(field string) (int32, error) {
	n, err := atoi(q.PostForm.Get(field), field, 0, 1_000_000, 0)
	return int32(n), err
}

// saySomething is how a page without scripts speaks.
func (q *request) saySomething(r *rehearsal) (string, error) {
	index, err := q.number("turn_index")
	if err != nil {
		return "", err
	}
	stream, err := r.client.Say(q.ctx(), &vignettev1.SayRequest{Session: r.id, TurnIndex: index, Text: q.PostForm.Get("text")})
	if err != nil {
		return "", err
	}
	return practicePath(r.id) + "#end", drain(stream.Recv)
}

// drain waits until all has come that a stream brings.
func drain[M any](receive func() (M, error)) error {
	for {
		if _, err := receive(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func (q *request) tryAgain(r *rehearsal) (string, error) {
	index, err := q.number("turn_index")
	if err != nil {
		return "", err
	}
	stream, err := r.client.RetryTurn(q.ctx(), &vignettev1.RetryTurnRequest{Session: r.id, TurnIndex: index, Text: q.PostForm.Get("text"), Branch: q.PostForm.Get("branch")})
	if err != nil {
		return "", err
	}
	if err := drain(stream.Recv); err != nil {
		return "", err
	}
	s, err := q.state(r)
	if err != nil || s.GetPhase() == vignettev1.PracticePhase_PRACTICE_PHASE_PAUSED { // The words told of danger.
		return "", err
	}
	return practicePath(r.id) + "/branches", nil
}

func (q *request) askFeedback(r *rehearsal) (string, error) {
	request := &vignettev1.GetFeedbackRequest{Session: r.id}
	to := ""
	if q.PostForm.Get("turn_index") != "" {
		index, err := q.number("turn_index")
		if err != nil {
			return "", err
		}
		request.TurnIndex, to = &index, fmt.Sprintf("%s#turn-%d", practicePath(r.id), index+1)
	}
	_, err := r.client.GetFeedback(q.ctx(), request)
	return to, err
}

func (q *request) disagree(r *rehearsal) (string, error) {
	index, err := q.number("turn_index")
	if err != nil {
		return "", err
	}
	_, err = r.client.Disagree(q.ctx(), &vignettev1.DisagreeRequest{Session: r.id, Disagreement: &vignettev1.Disagreement{TurnIndex: index, Skill: q.PostForm.Get("skill"), Reason: q.PostForm.Get("reason")}})
	return fmt.Sprintf("%s#turn-%d", practicePath(r.id), index+1), err
}

func (q *request) switchBranch(r *rehearsal) (string, error) {
	_, err := r.client.SwitchBranch(q.ctx(), &vignettev1.SwitchBranchRequest{Session: r.id, Branch: q.PostForm.Get("branch")})
	return "", err
}

func (q *request) pauseSession(r *rehearsal) (string, error) {
	_, err := r.client.PauseSession(q.ctx(), &vignettev1.PauseSessionRequest{Session: r.id})
	return "", err
}

func (q *request) resumeSession(r *rehearsal) (string, error) {
	_, err := r.client.ResumeSession(q.ctx(), &vignettev1.ResumeSessionRequest{Session: r.id, NoticeRead: q.PostForm.Get("notice_read") == "1"})
	return "", err
}

func (q *request) leaveSession(r *rehearsal) (string, error) {
	_, err := r.client.LeaveSession(q.ctx(), &vignettev1.LeaveSessionRequest{Session: r.id, Reason: q.PostForm.Get("reason")})
	return practicePath(r.id), err
}

func (q *request) finishSession(r *rehearsal) (string, error) {
	_, err := r.client.FinishSession(q.ctx(), &vignettev1.FinishSessionRequest{Session: r.id, Words: q.PostForm.Get("text")})
	return practicePath(r.id) + "/report", err
}

// measure records how the trainee is; what is left empty is not said.
func (q *request) measure(r *rehearsal) (string, error) {
	f := q.PostForm
	m := &vignettev1.Measures{Objective: f.Get("objective"), Moment: vignettev1.PracticeMoment_PRACTICE_MOMENT_BEFORE}
	to := ""
	if f.Get("moment") == "after" {
		m.Moment, to = vignettev1.PracticeMoment_PRACTICE_MOMENT_AFTER, practicePath(r.id)+"/report"
	}
	for _, name := range f["emotion"] {
		value, known := vignettev1.Emotion_value["EMOTION_"+strings.ToUpper(name)]
		if !known || value == 0 {
			return "", status.Errorf(codes.InvalidArgument, "%q is no feeling of the list", name)
		}
		m.Emotions = append(m.Emotions, &vignettev1.EmotionIntensity{Emotion: vignettev1.Emotion(value)})
	}
	for field, into := range map[string]**float64{"distress": &m.Distress, "self_efficacy": &m.SelfEfficacy, "reached": &m.Reached} {
		if strings.TrimSpace(f.Get(field)) == "" {
			continue
		}
		n, err := atoi(f.Get(field), strings.ReplaceAll(field, "_", " "), 0, 100, 0)
		if err != nil {
			return "", err
		}
		value := float64(n)
		*into = &value
	}
	_, err := r.client.Measure(q.ctx(), &vignettev1.MeasureRequest{Session: r.id, Measures: m})
	return to, err
}
