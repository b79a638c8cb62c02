package web

import (
	"net/http"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// sessionPage is a session's page: what was said, how it stands, and what the visitor may do.
type sessionPage struct {
	*vignettev1.PracticeSession
	Mine, Reviewer bool
	Supervise      bool // the trainee, alone here, may go on as supervisor
	Turns          []practiceTurn
	Next           int  // index of the turn to come
	Over           bool // finished or left
	Begun          bool // the trainee has spoken
	Feedback       bool // feedback and hints can be asked for
	Drafts         bool // feedback before words are said
	Hints          bool
	Retries        bool
	Before, After  bool // measures are to be asked for
	Words          string
	Draft          *shownFeedback
	Hint           *vignettev1.PracticeHint
	Says           string
	Seen           []looked
	Comments       []*vignettev1.SupervisorReview // on the whole
	SignedOff      []*vignettev1.SupervisorReview
	Emotions       []vignettev1.Emotion
}

// sessionPage is the page of a session as it stands.
func (q *request) sessionPage(r *rehearsal, s *vignettev1.PracticeSession) *sessionPage {
	given := s.GetPractice().GetGiven()
	phase := s.GetPhase()
	p := &sessionPage{
		PracticeSession: s, Mine: r.may.practise, Reviewer: r.may.review, Next: len(s.GetTurns()),
		Over:   phase == vignettev1.PracticePhase_PRACTICE_PHASE_FINISHED || phase == vignettev1.PracticePhase_PRACTICE_PHASE_LEFT,
		Drafts: given >= vignettev1.HelpLevel_HELP_LEVEL_CO_DRAFTING, Hints: given >= vignettev1.HelpLevel_HELP_LEVEL_ON_REQUEST,
		Emotions: emotions(),
	}
	if p.Mine && p.Reviewer && (!p.Over || q.URL.Query().Get("as") != "supervisor") { // Who does both, alone, is a trainee until they say otherwise.
		p.Reviewer, p.Supervise = false, p.Over
	}
	p.Feedback = p.Hints || p.Over && given >= vignettev1.HelpLevel_HELP_LEVEL_AFTER
	p.Retries = p.Mine && !s.GetPractice().GetExam() && (phase == vignettev1.PracticePhase_PRACTICE_PHASE_TALKING || phase == vignettev1.PracticePhase_PRACTICE_PHASE_ENDED)
	p.Begun = slices.ContainsFunc(s.GetTurns(), (*vignettev1.PracticeTurn).GetMine)
	p.Before = p.Mine && !p.Begun && !p.Over && !measured(s, vignettev1.PracticeMoment_PRACTICE_MOMENT_BEFORE)
	p.After = p.Mine && p.Begun && p.Over && !measured(s, vignettev1.PracticeMoment_PRACTICE_MOMENT_AFTER)
	for _, t := range s.GetTurns() {
		p.Turns = append(p.Turns, p.turn(r, t))
	}
	for _, review := range s.GetReviews() {
		switch {
		case review.GetComment() != nil && review.GetComment().TurnIndex == nil:
			p.Comments = append(p.Comments, review)
		case review.GetSignOff() != nil:
			p.SignedOff = append(p.SignedOff, review)
		}
	}
	return p
}

func measured(s *vignettev1.PracticeSession, moment vignettev1.PracticeMoment) bool {
	return slices.ContainsFunc(s.GetMeasures(), func(m *vignettev1.Measures) bool { return m.GetMoment() == moment })
}

func emotions() []vignettev1.Emotion {
	var out []vignettev1.Emotion
	for n := vignettev1.Emotion_EMOTION_ANXIETY; n <= vignettev1.Emotion_EMOTION_JOY; n++ {
		out = append(out, n)
	}
	return out
}

func (q *request) showSession() error {
	r, err := q.session()
	if err != nil {
		return err
	}
	if r.id != q.PathValue("session") {
		return q.back(practicePath(r.id))
	}
	return q.sessionAs(r, http.StatusOK, func(*sessionPage) {})
}

// sessionAs answers with a session's page, changed by what was just done.
func (q *request) sessionAs(r *rehearsal, code int, change func(*sessionPage)) error {
	s, err := q.state(r)
	if err != nil {
		return err
	}
	p := q.sessionPage(r, s)
	if p.Seen, err = q.viewers(s); err != nil {
		return err
	}
	change(p)
	return q.pageAs(code, "session", p)
}
