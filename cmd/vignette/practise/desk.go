package practise

import (
	"context"
	"errors"
	"io"
	"strings"

	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Desk is where a trainee sits: one session, and who serves it.
type Desk struct {
	// Client is who serves sessions.
	Client vignettev1.PracticeServiceClient
	// Session is how the session stood last.
	Session *vignettev1.PracticeSession
}

// Take sits down at a session that is there already, and lets it go on where only an answer is missing.
func (d *Desk) Take(ctx context.Context, id string) error {
	got, err := d.Client.GetSession(ctx, &vignettev1.GetSessionRequest{Session: id})
	if err != nil {
		return plain(err)
	}
	d.Session = got.GetSession()
	if d.Session.GetPhase() == vignettev1.PracticePhase_PRACTICE_PHASE_TALKING && !d.Session.GetYours() {
		return d.Resume(ctx, false)
	}
	return nil
}

// Say takes the next turn and tells each of what comes of it.
func (d *Desk) Say(ctx context.Context, text string, each func(*vignettev1.PracticeUpdate)) error {
	stream, err := d.Client.Say(ctx, &vignettev1.SayRequest{Session: d.id(), TurnIndex: d.next(), Text: text})
	return d.follow(err, func() (*vignettev1.PracticeUpdate, error) {
		response, err := stream.Recv()
		return response.GetUpdate(), err
	}, each)
}

// Retry tries a turn again.
func (d *Desk) Retry(ctx context.Context, turn int32, text string, each func(*vignettev1.PracticeUpdate)) error {
	stream, err := d.Client.RetryTurn(ctx, &vignettev1.RetryTurnRequest{Session: d.id(), TurnIndex: turn, Text: text})
	return d.follow(err, func() (*vignettev1.PracticeUpdate, error) {
		response, err := stream.Recv()
		return response.GetUpdate(), err
	}, each)
}

func (d *Desk) follow(err error, next func() (*vignettev1.PracticeUpdate, error), each func(*vignettev1.PracticeUpdate)) error {
	for err == nil {
		var update *vignettev1.PracticeUpdate
		if update, err = next(); err == nil {
			if session := update.GetSession(); session != nil {
				d.Session = session
			}
			each(update)
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return plain(err)
}

// Pause makes the session stand still.
func (d *Desk) Pause(ctx context.Context) error {
	got, err := d.Client.PauseSession(ctx, &vignettev1.PauseSessionRequest{Session: d.id()})
	return d.now(got.GetSession(), err)
}

// Resume lets it go on; read says that the notice was read.
func (d *Desk) Resume(ctx context.Context, read bool) error {
	got, err := d.Client.ResumeSession(ctx, &vignettev1.ResumeSessionRequest{Session: d.id(), NoticeRead: read})
	return d.now(got.GetSession(), err)
}

// Switch makes another branch go on.
func (d *Desk) Switch(ctx context.Context, branch string) error {
	got, err := d.Client.SwitchBranch(ctx, &vignettev1.SwitchBranchRequest{Session: d.id(), Branch: branch})
	return d.now(got.GetSession(), err)
}

// Leave ends the session without debriefing.
func (d *Desk) Leave(ctx context.Context) error {
	got, err := d.Client.LeaveSession(ctx, &vignettev1.LeaveSessionRequest{Session: d.id()})
	return d.now(got.GetSession(), err)
}

// Finish ends the conversation and returns the report.
func (d *Desk) Finish(ctx context.Context, words string) (*vignettev1.PracticeReport, error) {
	got, err := d.Client.FinishSession(ctx, &vignettev1.FinishSessionRequest{Session: d.id(), Words: words})
	return got.GetReport(), d.now(got.GetReport().GetSession(), err)
}

// Feedback asks about a turn, or with a turn below 0 about all.
func (d *Desk) Feedback(ctx context.Context, turn int32) ([]*vignettev1.PracticeFeedback, error) {
	request := &vignettev1.GetFeedbackRequest{Session: d.id()}
	if turn >= 0 {
		request.TurnIndex = &turn
	}
	got, err := d.Client.GetFeedback(ctx, request)
	return got.GetFeedback(), plain(err)
}

// Hint asks what could be done next.
func (d *Desk) Hint(ctx context.Context) (*vignettev1.PracticeHint, error) {
	got, err := d.Client.GetHint(ctx, &vignettev1.GetHintRequest{Session: d.id()})
	return got.GetHint(), plain(err)
}

// Draft asks about words before they are said.
func (d *Desk) Draft(ctx context.Context, text string) (*vignettev1.DraftResponse, error) {
	got, err := d.Client.Draft(ctx, &vignettev1.DraftRequest{Session: d.id(), Text: text})
	if err == nil && got.GetRisk() != nil {
		err = d.Refresh(ctx)
	}
	return got, plain(err)
}

// Compare sets the branch that goes on beside the one it comes off, or beside another.
func (d *Desk) Compare(ctx context.Context, original, retry string) (*vignettev1.CompareBranchesResponse, error) {
	got, err := d.Client.CompareBranches(ctx, &vignettev1.CompareBranchesRequest{Session: d.id(), Original: original, Retry: retry})
	return got, plain(err)
}

// Disagree records that the trainee does not agree.
func (d *Desk) Disagree(ctx context.Context, turn int32, reason string) error {
	_, err := d.Client.Disagree(ctx, &vignettev1.DisagreeRequest{Session: d.id(), Disagreement: &vignettev1.Disagreement{TurnIndex: turn, Reason: reason}})
	return plain(err)
}

// Measure records how the trainee is.
func (d *Desk) Measure(ctx context.Context, measures *vignettev1.Measures) error {
	_, err := d.Client.Measure(ctx, &vignettev1.MeasureRequest{Session: d.id(), Measures: measures})
	return plain(err)
}

// Formulate hands in a formulation.
func (d *Desk) Formulate(ctx context.Context, f *vignettev1.Formulation) (*vignettev1.ScoredFormulation, error) {
	got, err := d.Client.Formulate(ctx, &vignettev1.FormulateRequest{Session: d.id(), Formulation: f})
	return got.GetScored(), plain(err)
}

// Report asks for the report as far as it is.
func (d *Desk) Report(ctx context.Context) (*vignettev1.PracticeReport, error) {
	got, err := d.Client.GetReport(ctx, &vignettev1.GetReportRequest{Session: d.id()})
	return got.GetReport(), plain(err)
}

// Refresh asks how the session stands.
func (d *Desk) Refresh(ctx context.Context) error {
	got, err := d.Client.GetSession(ctx, &vignettev1.GetSessionRequest{Session: d.id()})
	return d.now(got.GetSession(), err)
}

func (d *Desk) now(session *vignettev1.PracticeSession, err error) error {
	if err != nil {
		return plain(err)
	}
	d.Session = session
	return nil
}

func (d *Desk) id() string { return d.Session.GetSession() }

func (d *Desk) next() int32 { return int32(len(d.Session.GetTurns())) }

// lastMine is the trainee's last turn, -1 when there is none.
func (d *Desk) lastMine() int32 {
	last := int32(-1)
	for _, turn := range d.Session.GetTurns() {
		if turn.GetMine() {
			last = turn.GetIndex()
		}
	}
	return last
}

func (d *Desk) over() bool {
	phase := d.Session.GetPhase()
	return phase == vignettev1.PracticePhase_PRACTICE_PHASE_FINISHED || phase == vignettev1.PracticePhase_PRACTICE_PHASE_LEFT
}

// plain is an error in its own words: codes say nothing to people.
func plain(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimSpace(status.Convert(err).Message()))
}
