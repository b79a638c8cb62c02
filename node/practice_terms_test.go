package node_test

import (
	"context"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	noHelp     = vignettev1.HelpLevel_HELP_LEVEL_NONE
	afterwards = vignettev1.HelpLevel_HELP_LEVEL_AFTER
	onRequest  = vignettev1.HelpLevel_HELP_LEVEL_ON_REQUEST
	liveHelp   = vignettev1.HelpLevel_HELP_LEVEL_LIVE
	coDrafting = vignettev1.HelpLevel_HELP_LEVEL_CO_DRAFTING
)

// gets says what help a session gives at its turn: feedback at once, when asked, hints, on drafts; and what the partner felt.
func (s *rehearsal) gets(session *vignettev1.PracticeSession) (got struct{ live, felt, feedback, hint, draft bool }) {
	s.t.Helper()
	id := session.GetSession()
	_, draft := s.client.Draft(s.ctx, &vignettev1.DraftRequest{Session: id, Text: betterWords})
	_, hint := s.client.GetHint(s.ctx, &vignettev1.GetHintRequest{Session: id})
	h := s.say(session, plainRequest)
	_, feedback := s.client.GetFeedback(s.ctx, &vignettev1.GetFeedbackRequest{Session: id})
	for _, err := range []error{draft, hint, feedback} {
		if code := status.Code(err); code != codes.OK && code != codes.FailedPrecondition {
			s.t.Errorf("help is refused with %v; want FAILED_PRECONDITION", err)
		}
	}
	got.live, got.felt = len(h.feedback) > 0, h.turns[1].GetFelt() != nil
	got.feedback, got.hint, got.draft = feedback == nil, hint == nil, draft == nil
	return got
}

// gives holds a session to what a level of help gives, and to nothing else.
func (s *rehearsal) gives(name string, session *vignettev1.PracticeSession, level vignettev1.HelpLevel) {
	s.t.Helper()
	if got := session.GetPractice().GetGiven(); got != level {
		s.t.Errorf("%s: %s is given, want %s", name, got, level)
	}
	if less := session.GetPractice().GetLess(); (less != "") != (level < session.GetPractice().GetHelp()) {
		s.t.Errorf("%s: why it is less: %q", name, less)
	}
	want := struct{ live, felt, feedback, hint, draft bool }{level >= liveHelp, level >= liveHelp, level >= onRequest, level >= onRequest, level >= coDrafting}
	if got := s.gets(session); got != want {
		s.t.Errorf("%s: gets %+v, want %+v", name, got, want)
	}
}

func (s *rehearsal) finish(session *vignettev1.PracticeSession) *vignettev1.PracticeReport {
	s.t.Helper()
	finished, err := s.client.FinishSession(s.ctx, &vignettev1.FinishSessionRequest{Session: session.GetSession()})
	if err != nil {
		s.t.Fatal(err)
	}
	return finished.GetReport()
}

// An exam gives nothing before the end and lets no turn be tried again; afterwards it gives what was asked for, up to feedback.
func TestPracticeExam(t *testing.T) {
	s := practise(t, open(t, t.TempDir()))
	for asked, given := range map[vignettev1.HelpLevel]vignettev1.HelpLevel{coDrafting: afterwards, liveHelp: afterwards, afterwards: afterwards, noHelp: noHelp} {
		request := live()
		request.Help, request.Exam, request.Trainee = asked, true, asked.String()
		session := s.start(request)
		s.gives("exam, "+asked.String(), session, given)
		stream, err := s.client.RetryTurn(s.ctx, &vignettev1.RetryTurnRequest{Session: session.GetSession(), TurnIndex: 0, Text: betterWords})
		if err == nil {
			_, err = stream.Recv()
		}
		if status.Code(err) != codes.FailedPrecondition {
			t.Errorf("exam: a turn is tried again: %v; want FAILED_PRECONDITION", err)
		}
		report := s.finish(session)
		if (len(report.GetProfile()) > 0) != (given == afterwards) || len(report.GetSession().GetBranches()) != 1 {
			t.Errorf("exam, %s: the report has %d skills and %d branches", asked, len(report.GetProfile()), len(report.GetSession().GetBranches()))
		}
	}
}

// Help fades by what the trainee has mastered in finished sessions: their own, by one level or by two, and never below feedback afterwards.
func TestPracticeFades(t *testing.T) {
	s := practise(t, open(t, t.TempDir()))
	begin := func(trainee string, help vignettev1.HelpLevel, fading bool) *vignettev1.PracticeSession {
		request := live()
		request.Help, request.Fading, request.Trainee = help, fading, trainee
		return s.start(request)
	}
	s.gives("fading, nothing known", begin("ann", coDrafting, true), coDrafting)
	for range 2 { // Skilled all along.
		session := begin("ann", afterwards, false)
		for _, words := range []string{
			"My father had a stroke in August, and his rehabilitation is every Tuesday at three. I feel torn, because I want to be there for him. I'd like to leave at two on Tuesdays for ten weeks. If we agree on it now, you can plan the rota weeks ahead.",
			"I feel worried about him. I'd like to leave at two on Tuesdays. I could ask Bilal to cover the desk and the phones from two until we close, so you'd have somebody who knows the phones. The clinic is forty minutes away.",
		} {
			session = s.say(session, words).session
		}
		s.finish(session)
	}
	progress, err := s.client.GetProgress(s.ctx, &vignettev1.GetProgressRequest{Trainee: "ann", Skills: vignettev1.SkillSet_SKILL_SET_DEAR_MAN})
	if err != nil {
		t.Fatal(err)
	}
	steps := vignettev1.HelpLevel(1)
	if progress.GetMastery() >= 0.8 {
		steps = 2
	}
	if progress.GetMastery() < 0.6 {
		t.Fatalf("mastery is %.2f: the words are not skilled enough to tell anything", progress.GetMastery())
	}
	s.gives("fading, mastered", begin("ann", coDrafting, true), coDrafting-steps)
	s.gives("mastered, not fading", begin("ann", coDrafting, false), coDrafting)
	s.gives("fading, mastered by somebody else", begin("ben", coDrafting, true), coDrafting)
	s.gives("fading, on request", begin("ann", onRequest, true), afterwards)
	s.gives("fading, afterwards", begin("ann", afterwards, true), afterwards)
	s.gives("fading, none", begin("ann", noHelp, true), noHelp)
}

// Whoever takes part in a study consented before, gets the help of their arm whatever they asked for, and is recorded with both.
func TestPracticeArms(t *testing.T) {
	n := open(t, t.TempDir())
	s := practise(t, n)
	const simulation, feedback = vignettev1.StudyArm_STUDY_ARM_SIMULATION, vignettev1.StudyArm_STUDY_ARM_FEEDBACK
	consent := &vignettev1.Consent{Given: true, Text: "I take part in the study."}
	for name, r := range map[string]*vignettev1.StartSessionRequest{
		"no consent":            {Arm: simulation, Trainee: "t"},
		"consent not given":     {Arm: feedback, Trainee: "t", Consent: &vignettev1.Consent{Text: "I take part."}},
		"drawn, no consent":     {Assign: true, Trainee: "t"},
		"drawn for nobody":      {Assign: true, Consent: consent},
		"drawn, and has an arm": {Assign: true, Arm: feedback, Trainee: "t", Consent: consent},
	} {
		r.Library = "ask-for-leave"
		if _, err := s.client.StartSession(s.ctx, r); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v; want INVALID_ARGUMENT", name, err)
		}
	}
	for arm, given := range map[vignettev1.StudyArm]vignettev1.HelpLevel{simulation: noHelp, feedback: coDrafting} {
		request := live()
		request.Help, request.Arm, request.Consent = coDrafting, arm, consent
		session := s.start(request)
		s.gives(arm.String(), session, given)
		report := s.finish(session)
		if (len(report.GetProfile()) > 0) != (arm == feedback) || (len(report.GetCurve()) > 0) != (arm == feedback) {
			t.Errorf("%s: the report has %d skills and %d points", arm, len(report.GetProfile()), len(report.GetCurve()))
		}
		state, planner, err := n.Reader().Episode(context.Background(), session.GetBranches()[0].GetEpisode())
		if err != nil {
			t.Fatal(err)
		}
		recorded := planner.Manifest().GetPractice()
		if recorded.GetArm() != arm || recorded.GetConsent().GetText() != consent.GetText() || recorded.GetConsent().GetTime() == nil || recorded.GetGiven() != given {
			t.Errorf("%s is recorded as %v", arm, recorded)
		}
		if !slices.ContainsFunc(state.Scores(), func(score *vignettev1.Score) bool { return score.GetValue() != nil }) {
			t.Errorf("%s: no scores are recorded for the study", arm)
		}
	}
	drawn := map[vignettev1.StudyArm]bool{}
	for _, trainee := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		var arms []vignettev1.StudyArm
		for range 2 {
			request := live()
			request.Assign, request.Trainee, request.Consent = true, trainee, consent
			arms = append(arms, s.start(request).GetPractice().GetArm())
		}
		if arms[0] != arms[1] || arms[0] == vignettev1.StudyArm_STUDY_ARM_UNSPECIFIED {
			t.Errorf("%s is drawn into %s, and the second time into %s", trainee, arms[0], arms[1])
		}
		drawn[arms[0]] = true
	}
	if len(drawn) != 2 {
		t.Errorf("eight trainees are drawn into %v alone", drawn)
	}
}
