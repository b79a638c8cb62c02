package web

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// sessionPage is a session's page: what was said, how it stands, and what the visitor may do.
type sessionPage struct {
	*vignettev1.PracticeSession
	Mine, Reviewer bool
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

// practiceTurn is a turn as its page shows it. It has all that its part of the page needs, since it is also sent alone.
type practiceTurn struct {
	Session, Branch     string
	Index, Number       int
	Name                string
	Hue                 int
	Mine                bool
	Deed                bool
	Leaves              bool
	Pieces              []markedPiece
	Text                string
	Feedback            *shownFeedback
	Felt                string
	Disagreements       []*vignettev1.Disagreement
	Comments            []*vignettev1.SupervisorReview
	MayAsk              bool // feedback is not there and can be asked for
	MayRetry, MayAnswer bool // try again; disagree
	MayReview           bool
}

// Key names the turn among those of all branches.
func (t practiceTurn) Key() string { return fmt.Sprintf("%s.%d", t.Branch, t.Index) }

// markedPiece is a piece of a text, and the numbers of the skills that it shows.
type markedPiece struct {
	Text    string
	Skills  []int
	Against bool
	Ends    []int // skills whose words end here: their numbers stand behind
}

// shownFeedback is feedback with its words marked.
type shownFeedback struct {
	*vignettev1.PracticeFeedback
	Pieces    []markedPiece
	Overrides map[string][]*vignettev1.SupervisorReview // by skill, oldest first
	MayReview bool
	Session   string
	Branch    string
}

// Of are the scores that supervisors put beside one.
func (f shownFeedback) Of(skill string) []*vignettev1.SupervisorReview { return f.Overrides[skill] }

// mark cuts a text where the words of skills begin and end. Spans count code points; one that does not lie in the text marks nothing.
func mark(text string, skills []*vignettev1.SkillFound) []markedPiece {
	runes := []rune(text)
	cuts := []int{0, len(runes)}
	inside := func(s *vignettev1.Span) bool {
		return s.GetStart() >= 0 && s.GetStart() < s.GetEnd() && int(s.GetEnd()) <= len(runes)
	}
	for _, skill := range skills {
		for _, s := range skill.GetSpans() {
			if inside(s) {
				cuts = append(cuts, int(s.GetStart()), int(s.GetEnd()))
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []markedPiece
	for i := 1; i < len(cuts); i++ {
		piece := markedPiece{Text: plain(string(runes[cuts[i-1]:cuts[i]]))}
		for n, skill := range skills {
			for _, s := range skill.GetSpans() {
				if !inside(s) || int(s.GetStart()) > cuts[i-1] || int(s.GetEnd()) < cuts[i] {
					continue
				}
				piece.Skills = once(piece.Skills, n+1)
				piece.Against = piece.Against || skill.GetAgainst()
				if int(s.GetEnd()) == cuts[i] {
					piece.Ends = once(piece.Ends, n+1)
				}
			}
		}
		out = append(out, piece)
	}
	return out
}

// shown is feedback as pages show it, with the scores that supervisors put beside its own.
func shown(f *vignettev1.PracticeFeedback, s *vignettev1.PracticeSession, may rights) *shownFeedback {
	if f == nil {
		return nil
	}
	out := &shownFeedback{PracticeFeedback: f, Pieces: mark(f.GetText(), f.GetSkills()), Overrides: map[string][]*vignettev1.SupervisorReview{},
		MayReview: may.review && !f.GetDraft(), Session: s.GetSession(), Branch: s.GetBranch()}
	for _, r := range s.GetReviews() {
		if o := r.GetOverride(); o != nil && o.TurnIndex != nil && o.GetTurnIndex() == f.GetTurnIndex() && onBranch(s, r.GetBranch(), o.GetTurnIndex()) {
			out.Overrides[o.GetSkill()] = append(out.Overrides[o.GetSkill()], r)
		}
	}
	return out
}

// onBranch says whether what was said of a turn of a branch is about a turn of the branch that goes on: a branch shares the turns before
// its first own one with what it comes off.
func onBranch(s *vignettev1.PracticeSession, branch string, turn int32) bool {
	for at := s.GetBranch(); at != branch; {
		i := slices.IndexFunc(s.GetBranches(), func(b *vignettev1.PracticeBranch) bool { return b.GetBranch() == at })
		if i < 0 || s.GetBranches()[i].GetOff() == "" || turn >= s.GetBranches()[i].GetTurn() {
			return false
		}
		at = s.GetBranches()[i].GetOff()
	}
	return true
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
	if p.Mine && !p.Over { // Who does both, alone, talks first.
		p.Reviewer = false
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

func (p *sessionPage) turn(r *rehearsal, t *vignettev1.PracticeTurn) practiceTurn {
	s := p.PracticeSession
	out := practiceTurn{
		Session: s.GetSession(), Branch: s.GetBranch(), Index: int(t.GetIndex()), Number: int(t.GetIndex()) + 1, Name: plain(t.GetName()), Mine: t.GetMine(),
		Text: t.GetAction().GetText(), Feedback: shown(t.GetFeedback(), s, rights{review: p.Reviewer}), Felt: felt(t.GetFelt()), Disagreements: t.GetDisagreements(),
		MayRetry: p.Retries && t.GetMine(), MayAnswer: p.Mine, MayReview: p.Reviewer,
	}
	if out.Mine && p.Mine {
		out.Name = "You"
	}
	out.Hue = 1 + slices.IndexFunc(s.GetPartners(), func(o *vignettev1.PracticePartner) bool { return o.GetRole() == t.GetRole() })%7
	switch t.GetAction().GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SILENT:
		out.Deed, out.Pieces = true, []markedPiece{{Text: "(says nothing)"}}
	case vignettev1.ActionKind_ACTION_KIND_LEAVE:
		out.Leaves = true
		out.Pieces = []markedPiece{{Text: plain(out.Text)}}
	case vignettev1.ActionKind_ACTION_KIND_NONVERBAL, vignettev1.ActionKind_ACTION_KIND_ACT:
		out.Deed, out.Pieces = true, []markedPiece{{Text: plain(out.Text)}}
	default:
		out.Pieces = []markedPiece{{Text: plain(out.Text)}}
	}
	if out.Feedback != nil && out.Feedback.GetText() == out.Text {
		out.Pieces = out.Feedback.Pieces
	}
	out.MayAsk = p.Mine && p.Feedback && out.Mine && out.Feedback == nil && strings.TrimSpace(out.Text) != ""
	for _, review := range s.GetReviews() {
		if c := review.GetComment(); c != nil && c.TurnIndex != nil && c.GetTurnIndex() == t.GetIndex() && onBranch(s, review.GetBranch(), t.GetIndex()) {
			out.Comments = append(out.Comments, review)
		}
	}
	return out
}

// leastFelt is the intensity below which a feeling is not shown. Chosen; the terminal has the same.
const leastFelt = 0.15

// felt is what a partner felt, in a line, with where it is from.
func felt(state *vignettev1.MentalState) string {
	if state == nil {
		return ""
	}
	var parts []string
	for _, e := range state.GetFelt() {
		if e.Intensity == nil {
			parts = append(parts, enumname.Of(e.GetEmotion()))
		} else if e.GetIntensity() >= leastFelt {
			parts = append(parts, fmt.Sprintf("%s %.1f", enumname.Of(e.GetEmotion()), e.GetIntensity()))
		}
	}
	add := func(form string, value *float64) {
		if value != nil {
			parts = append(parts, fmt.Sprintf(form, *value))
		}
	}
	add("distress %.0f of 100", state.Distress)
	add("trust %.2f", state.Trust)
	add("willing %.2f", state.Willingness)
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + " (" + strings.ReplaceAll(enumname.Of(state.GetSource()), "_", " ") + ")"
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

// branchesPage sets two ways a session went side by side.
type branchesPage struct {
	*vignettev1.PracticeSession
	Mine            bool
	Retries         bool
	Original, Retry string
	Comparison      *vignettev1.PracticeComparison
	Left, Right     []practiceTurn
	Longer          []int // rows of the longer side
}

func (q *request) showBranches() error {
	r, err := q.session()
	if err != nil {
		return err
	}
	s, err := q.state(r)
	if err != nil {
		return err
	}
	query := q.URL.Query()
	page := q.sessionPage(r, s)
	p := branchesPage{PracticeSession: s, Mine: r.may.practise, Retries: page.Retries, Original: query.Get("original"), Retry: query.Get("retry")}
	if len(s.GetBranches()) > 1 {
		if p.Retry == "" {
			p.Retry = s.GetBranch()
		}
		if p.Original == "" {
			p.Original = otherOf(s, p.Retry)
		}
		got, err := r.client.CompareBranches(q.ctx(), &vignettev1.CompareBranchesRequest{Session: r.id, Original: p.Original, Retry: p.Retry})
		if err != nil {
			return q.reached(err)
		}
		p.Comparison = got.GetComparison()
		for _, t := range got.GetOriginal() {
			p.Left = append(p.Left, page.turn(r, t))
		}
		for _, t := range got.GetRetry() {
			p.Right = append(p.Right, page.turn(r, t))
		}
		for i := range max(len(p.Left), len(p.Right)) {
			p.Longer = append(p.Longer, i)
		}
	}
	return q.page("branches", p)
}

// otherOf is the branch that one comes off, or where it comes off none the newest other.
func otherOf(s *vignettev1.PracticeSession, branch string) string {
	other := ""
	for _, b := range s.GetBranches() {
		if b.GetBranch() == branch && b.GetOff() != "" {
			return b.GetOff()
		}
		if b.GetBranch() != branch {
			other = b.GetBranch()
		}
	}
	return other
}

// At is a row of a side; nil where that side is shorter.
func (branchesPage) At(side []practiceTurn, i int) *practiceTurn {
	if i >= len(side) {
		return nil
	}
	return &side[i]
}

// worksheetPage is the worksheet of a formulation, with what came of the last one.
type worksheetPage struct {
	*vignettev1.PracticeSession
	Mine     bool
	Begun    bool
	Says     string
	Filled   *vignettev1.Formulation
	Scored   *vignettev1.ScoredFormulation
	Emotions []vignettev1.Emotion
	Beliefs  []vignettev1.CoreBelief_Category
	Fields   []worksheetField
}

// worksheetField is a field of text of the worksheet.
type worksheetField struct{ Name, Title, Says, Value, Reference string }

func worksheet(filled, reference *vignettev1.Formulation) []worksheetField {
	return []worksheetField{
		{"situation", "Situation", "Where it shows: one occasion that the client told of.", filled.GetSituation(), reference.GetSituation()},
		{"automatic_thoughts", "Automatic thoughts", "What goes through their mind there.", filled.GetAutomaticThoughts(), reference.GetAutomaticThoughts()},
		{"behaviors", "Behaviour", "What they do there.", filled.GetBehaviors(), reference.GetBehaviors()},
		{"intermediate_beliefs", "Rules and assumptions", "“If …, then …”, “I must …”", filled.GetIntermediateBeliefs(), reference.GetIntermediateBeliefs()},
		{"coping_strategies", "Coping", "How they live with it.", filled.GetCopingStrategies(), reference.GetCopingStrategies()},
		{"relevant_history", "History", "What it grew from.", filled.GetRelevantHistory(), reference.GetRelevantHistory()},
	}
}

// Feels and Believes say what is ticked; Score is how close a field came, "–" where nothing was handed in.
func (p worksheetPage) Feels(e vignettev1.Emotion) bool {
	return slices.Contains(p.Filled.GetEmotions(), e)
}

// Believes says whether a belief is ticked.
func (p worksheetPage) Believes(c vignettev1.CoreBelief_Category) bool {
	return slices.Contains(p.Filled.GetCoreBeliefs(), c)
}

// Score is how close a field came.
func (p worksheetPage) Score(field string) string {
	for _, f := range p.Scored.GetFields() {
		if f.GetField() == field {
			return number(f.Score)
		}
	}
	return ""
}

func (q *request) showWorksheet() error {
	r, err := q.session()
	if err != nil {
		return err
	}
	return q.worksheetAs(r, http.StatusOK, nil, "")
}

// worksheetAs shows the worksheet as it was filled in; with nil as it was handed in last.
func (q *request) worksheetAs(r *rehearsal, code int, filled *vignettev1.Formulation, says string) error {
	got, err := r.client.GetReport(q.ctx(), &vignettev1.GetReportRequest{Session: r.id})
	if err != nil {
		return q.reached(err)
	}
	s := got.GetReport().GetSession()
	if !s.GetFormulation() {
		return &problem{http.StatusConflict, "Nobody here has a cognitive model to formulate.", "Scenarios tagged cbt have a client with one."}
	}
	p := worksheetPage{
		PracticeSession: s, Mine: r.may.practise, Begun: slices.ContainsFunc(s.GetTurns(), (*vignettev1.PracticeTurn).GetMine), Says: says, Filled: filled, Emotions: emotions(),
		Beliefs: []vignettev1.CoreBelief_Category{vignettev1.CoreBelief_CATEGORY_HELPLESS, vignettev1.CoreBelief_CATEGORY_UNLOVABLE, vignettev1.CoreBelief_CATEGORY_WORTHLESS},
	}
	if all := got.GetReport().GetFormulations(); len(all) > 0 {
		p.Scored = all[len(all)-1]
		if p.Filled == nil {
			p.Filled = p.Scored.GetSubmitted()
		}
	}
	p.Fields = worksheet(p.Filled, p.Scored.GetReference())
	return q.pageAs(code, "worksheet", p)
}

func (q *request) handInWorksheet() error {
	r, err := q.ownSession()
	if err != nil {
		return err
	}
	if err := q.form(); err != nil {
		return err
	}
	f := q.PostForm
	filled := &vignettev1.Formulation{
		Situation: f.Get("situation"), AutomaticThoughts: f.Get("automatic_thoughts"), Behaviors: f.Get("behaviors"), IntermediateBeliefs: f.Get("intermediate_beliefs"),
		CopingStrategies: f.Get("coping_strategies"), RelevantHistory: f.Get("relevant_history"),
	}
	for _, name := range f["emotion"] {
		if e := vignettev1.Emotion_value["EMOTION_"+strings.ToUpper(name)]; e != 0 {
			filled.Emotions = append(filled.Emotions, vignettev1.Emotion(e))
		}
	}
	for _, name := range f["belief"] {
		if c := vignettev1.CoreBelief_Category_value["CATEGORY_"+strings.ToUpper(name)]; c != 0 {
			filled.CoreBeliefs = append(filled.CoreBeliefs, vignettev1.CoreBelief_Category(c))
		}
	}
	if _, err := r.client.Formulate(q.ctx(), &vignettev1.FormulateRequest{Session: r.id, Formulation: filled}); err != nil {
		p := q.problemOf(q.reached(err))
		return q.worksheetAs(r, p.status, filled, strings.TrimSpace(p.says+" "+p.how))
	}
	return q.back(practicePath(r.id) + "/formulation")
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
