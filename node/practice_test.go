package node_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// rehearsal is a node on which one practises, and the trainee's end of the wire.
type rehearsal struct {
	t      *testing.T
	ctx    context.Context
	client vignettev1.PracticeServiceClient
}

func practise(t *testing.T, n *node.Node) *rehearsal {
	t.Helper()
	ctx := context.Background()
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := n.HostPractice(ctx, nil); err != nil {
		t.Fatal(err)
	}
	return &rehearsal{t, ctx, n.Directory().Practice()}
}

func (s *rehearsal) start(r *vignettev1.StartSessionRequest) *vignettev1.PracticeSession {
	s.t.Helper()
	started, err := s.client.StartSession(s.ctx, r)
	if err != nil {
		s.t.Fatal(err)
	}
	return started.GetSession()
}

// heard is what came of a turn.
type heard struct {
	turns      []*vignettev1.PracticeTurn
	words      string
	feedback   []*vignettev1.PracticeFeedback
	risk       *vignettev1.RiskNotice
	comparison *vignettev1.PracticeComparison
	session    *vignettev1.PracticeSession
}

func (h *heard) take(u *vignettev1.PracticeUpdate) {
	switch update := u.GetUpdate().(type) {
	case *vignettev1.PracticeUpdate_Turn:
		h.turns = append(h.turns, update.Turn)
	case *vignettev1.PracticeUpdate_Words:
		if update.Words.GetTakenBack() {
			h.words = ""
		}
		h.words += update.Words.GetText()
	case *vignettev1.PracticeUpdate_Feedback:
		h.feedback = append(h.feedback, update.Feedback)
	case *vignettev1.PracticeUpdate_Risk:
		h.risk = update.Risk
	case *vignettev1.PracticeUpdate_Comparison:
		h.comparison = update.Comparison
	case *vignettev1.PracticeUpdate_Session:
		h.session = update.Session
	}
}

func (s *rehearsal) say(session *vignettev1.PracticeSession, text string) *heard {
	s.t.Helper()
	h, err := s.trySay(session.GetSession(), len(session.GetTurns()), text)
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

func (s *rehearsal) trySay(session string, index int, text string) (*heard, error) {
	stream, err := s.client.Say(s.ctx, &vignettev1.SayRequest{Session: session, TurnIndex: int32(index), Text: text})
	if err != nil {
		return nil, err
	}
	h := &heard{}
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return h, nil
		}
		if err != nil {
			return h, err
		}
		h.take(response.GetUpdate())
	}
}

func (s *rehearsal) retry(session string, index int, text string) *heard {
	s.t.Helper()
	stream, err := s.client.RetryTurn(s.ctx, &vignettev1.RetryTurnRequest{Session: session, TurnIndex: int32(index), Text: text})
	h := &heard{}
	for err == nil {
		var response *vignettev1.RetryTurnResponse
		if response, err = stream.Recv(); err == nil {
			h.take(response.GetUpdate())
		}
	}
	if !errors.Is(err, io.EOF) {
		s.t.Fatal(err)
	}
	return h
}

const (
	plainRequest = "I'd like to leave at two on Tuesdays for ten weeks, to take my father to his rehabilitation."
	betterWords  = "My father had a stroke in August. I'd like to leave at two on Tuesdays for ten weeks. Bilal could cover the desk and the phones, so you can plan ahead."
	rudeWords    = "You never listen to anybody. You have to let me go on Tuesdays or I'll quit."
)

func live() *vignettev1.StartSessionRequest {
	return &vignettev1.StartSessionRequest{Library: "ask-for-leave", Help: vignettev1.HelpLevel_HELP_LEVEL_LIVE, Trainee: "t1", Seed: 3}
}

// Somebody says something, is answered and told about their words; the same call again, as after a lost connection, changes nothing.
func TestPracticeSay(t *testing.T) {
	s := practise(t, open(t, t.TempDir()))
	session := s.start(live())
	if !session.GetYours() || session.GetNotice() == "" || session.GetPart().GetObjective().GetRequest() == "" || len(session.GetPartners()) != 1 {
		t.Fatalf("the session began as %v", session)
	}
	h := s.say(session, plainRequest)
	if len(h.turns) != 2 || !h.turns[0].GetMine() || h.turns[1].GetMine() || h.turns[1].GetFelt().GetDistress() < 0 || h.turns[1].GetFelt() == nil {
		t.Fatalf("turns %v", h.turns)
	}
	if len(h.feedback) != 1 || h.session == nil || !h.session.GetYours() {
		t.Fatalf("feedback %v, session %v", h.feedback, h.session)
	}
	for _, skill := range h.feedback[0].GetSkills() {
		for _, span := range skill.GetSpans() {
			if got := string([]rune(plainRequest)[span.GetStart():span.GetEnd()]); got != span.GetQuote() {
				t.Errorf("%s quotes %q, which stands there as %q", skill.GetSkill(), span.GetQuote(), got)
			}
		}
	}
	if h.feedback[0].GetReason() == "" || h.feedback[0].GetRewording() == "" || h.feedback[0].GetNext().GetSkill() == "" {
		t.Errorf("feedback without reason, rewording or next skill: %v", h.feedback[0])
	}
	again, err := s.trySay(session.GetSession(), 0, plainRequest)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h.session.GetTurns(), again.session.GetTurns(), protocmp.Transform()); diff != "" {
		t.Errorf("said again, -before +after:\n%s", diff)
	}
	if _, err := s.trySay(session.GetSession(), 0, "Something else."); status.Code(err) != codes.Aborted {
		t.Errorf("other words for a turn that was taken: %v; want ABORTED", err)
	}
	if _, err := s.trySay(session.GetSession(), 9, "Too far."); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("a turn that is not due: %v; want FAILED_PRECONDITION", err)
	}
}

// A turn tried again meets the same partner in the same state with the same luck: the same words get the same answer. The original
// stays as it was.
func TestPracticeRetry(t *testing.T) {
	s := practise(t, open(t, t.TempDir()))
	session := s.start(live())
	first := s.say(session, rudeWords)
	same := s.retry(session.GetSession(), 0, rudeWords)
	if diff := cmp.Diff(first.turns[1].GetAction(), same.turns[1].GetAction(), protocmp.Transform()); diff != "" {
		t.Errorf("the same words, -original +retry:\n%s", diff)
	}
	better := s.retry(session.GetSession(), 0, betterWords)
	was, now := first.turns[1].GetFelt(), better.turns[1].GetFelt()
	if now.GetResistance() >= was.GetResistance() || now.GetWillingness() <= was.GetWillingness() {
		t.Errorf("better words: resistance %.2f after %.2f, willingness %.2f after %.2f", now.GetResistance(), was.GetResistance(), now.GetWillingness(), was.GetWillingness())
	}
	if len(better.session.GetBranches()) != 3 || better.comparison.GetOriginal().GetSaid().GetAction().GetText() != rudeWords {
		t.Errorf("branches %v, comparison %v", better.session.GetBranches(), better.comparison)
	}
	back, err := s.client.SwitchBranch(s.ctx, &vignettev1.SwitchBranchRequest{Session: session.GetSession(), Branch: session.GetSession()})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.turns[1], back.GetSession().GetTurns()[1], protocmp.Transform()); diff != "" {
		t.Errorf("the original, -before +after:\n%s", diff)
	}
	if h := s.say(back.GetSession(), betterWords); len(h.turns) != 2 {
		t.Errorf("the original does not go on: %v", h.turns)
	}
}

// What is in memory is a copy: a service that starts anew knows a session as it was, branch and all.
func TestPracticeIsInTheLog(t *testing.T) {
	dir := t.TempDir()
	n, err := node.Open(context.Background(), node.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	s := practise(t, n)
	session := s.start(live())
	measures := &vignettev1.Measures{Moment: vignettev1.PracticeMoment_PRACTICE_MOMENT_BEFORE, Distress: proto.Float64(60), SelfEfficacy: proto.Float64(30), Objective: "Not apologise."}
	if _, err := s.client.Measure(s.ctx, &vignettev1.MeasureRequest{Session: session.GetSession(), Measures: measures}); err != nil {
		t.Fatal(err)
	}
	s.say(session, rudeWords)
	s.retry(session.GetSession(), 0, betterWords)
	if _, err := s.client.Disagree(s.ctx, &vignettev1.DisagreeRequest{Session: session.GetSession(), Disagreement: &vignettev1.Disagreement{TurnIndex: 0, Reason: "I meant it."}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.PauseSession(s.ctx, &vignettev1.PauseSessionRequest{Session: session.GetSession()}); err != nil {
		t.Fatal(err)
	}
	before, err := s.client.GetSession(s.ctx, &vignettev1.GetSessionRequest{Session: session.GetSession()})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	s = practise(t, open(t, dir))
	after, err := s.client.GetSession(s.ctx, &vignettev1.GetSessionRequest{Session: session.GetSession()})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after, protocmp.Transform()); diff != "" {
		t.Errorf("the session, -before +after:\n%s", diff)
	}
	if _, err := s.trySay(session.GetSession(), len(after.GetSession().GetTurns()), "Are you still there?"); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("said while paused: %v; want FAILED_PRECONDITION", err)
	}
	resumed, err := s.client.ResumeSession(s.ctx, &vignettev1.ResumeSessionRequest{Session: session.GetSession()})
	if err != nil || !resumed.GetSession().GetYours() {
		t.Fatalf("resumed as %v, %v", resumed, err)
	}
	s.say(resumed.GetSession(), "I could make up the hours on Monday evenings.")
}

// A trainee who speaks of danger to themselves is shown help, and their words are kept nowhere.
func TestPracticeStopsForDanger(t *testing.T) {
	n := open(t, t.TempDir())
	s := practise(t, n)
	for name, words := range map[string]string{
		"plain, by a rule":     "Honestly, I don't want to live any more.",
		"veiled, by the model": "I've given the dog away and written to my sister. After Friday I won't be a burden to anybody, I'll be gone.",
	} {
		t.Run(name, func(t *testing.T) { stopsForDanger(t, n, s, words) })
	}
}

func stopsForDanger(t *testing.T, n *node.Node, s *rehearsal, words string) {
	session := s.start(live())
	h := s.say(session, words)
	if len(h.risk.GetHeard()) == 0 {
		t.Error("the trainee is not told what was heard")
	}
	for _, heard := range h.risk.GetHeard() {
		if !strings.Contains(strings.ToLower(words), strings.ToLower(heard)) {
			t.Errorf("%q was heard in %q", heard, words)
		}
	}
	if h.risk.GetKind() != "suicide" || len(h.risk.GetHelp().GetContacts()) == 0 || len(h.turns) != 0 || h.session.GetPhase() != vignettev1.PracticePhase_PRACTICE_PHASE_PAUSED {
		t.Fatalf("notice %v, turns %v, session %v", h.risk, h.turns, h.session)
	}
	record, err := n.Reader().Record(context.Background(), h.session.GetBranches()[0].GetEpisode())
	if err != nil {
		t.Fatal(err)
	}
	for _, note := range record.Notes {
		for _, heard := range append(h.risk.GetHeard(), words) {
			if strings.Contains(note.String(), heard) {
				t.Errorf("the words are in the log: %v", note)
			}
		}
	}
	if len(record.Notes) != 1 || record.Notes[0].GetPractice().GetRisk() == nil {
		t.Errorf("notes %v; want the notice", record.Notes)
	}
	if _, err := s.client.ResumeSession(s.ctx, &vignettev1.ResumeSessionRequest{Session: session.GetSession()}); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("resumed unread: %v; want FAILED_PRECONDITION", err)
	}
	resumed, err := s.client.ResumeSession(s.ctx, &vignettev1.ResumeSessionRequest{Session: session.GetSession(), NoticeRead: true})
	if err != nil || !resumed.GetSession().GetYours() {
		t.Fatalf("resumed as %v, %v", resumed, err)
	}
}

// What a help level does not give is refused, and the report says what it leaves out.
func TestPracticeHelpLevels(t *testing.T) {
	s := practise(t, open(t, t.TempDir()))
	for level, want := range map[vignettev1.HelpLevel]struct{ live, request, draft, after bool }{
		vignettev1.HelpLevel_HELP_LEVEL_NONE:        {},
		vignettev1.HelpLevel_HELP_LEVEL_AFTER:       {after: true},
		vignettev1.HelpLevel_HELP_LEVEL_ON_REQUEST:  {request: true, after: true},
		vignettev1.HelpLevel_HELP_LEVEL_LIVE:        {live: true, request: true, after: true},
		vignettev1.HelpLevel_HELP_LEVEL_CO_DRAFTING: {live: true, request: true, draft: true, after: true},
	} {
		request := live()
		request.Help, request.Trainee = level, level.String()
		session := s.start(request)
		h := s.say(session, plainRequest)
		_, asked := s.client.GetFeedback(s.ctx, &vignettev1.GetFeedbackRequest{Session: session.GetSession()})
		_, hinted := s.client.GetHint(s.ctx, &vignettev1.GetHintRequest{Session: session.GetSession()})
		_, drafted := s.client.Draft(s.ctx, &vignettev1.DraftRequest{Session: session.GetSession(), Text: betterWords})
		if (len(h.feedback) > 0) != want.live || (h.turns[1].GetFelt() != nil) != want.live || (asked == nil) != want.request || (hinted == nil) != want.request || (drafted == nil) != want.draft {
			t.Errorf("%s: feedback %d, felt %v, asked %v, hint %v, draft %v", level, len(h.feedback), h.turns[1].GetFelt(), asked, hinted, drafted)
		}
		finished, err := s.client.FinishSession(s.ctx, &vignettev1.FinishSessionRequest{Session: session.GetSession()})
		if err != nil {
			t.Fatal(err)
		}
		report := finished.GetReport()
		if (len(report.GetProfile()) > 0) != want.after || (len(report.GetCurve()) > 0) != want.after || (len(report.GetLeftOut()) == 0) != want.after {
			t.Errorf("%s: the report has profile %d, curve %d, left out %q", level, len(report.GetProfile()), len(report.GetCurve()), report.GetLeftOut())
		}
	}
}

// Whoever watches is told everything once, and goes on from a cursor.
func TestPracticeWatch(t *testing.T) {
	s := practise(t, open(t, t.TempDir()))
	session := s.start(live())
	watch := func(cursor uint64) grpc.ServerStreamingClient[vignettev1.WatchSessionResponse] {
		stream, err := s.client.WatchSession(s.ctx, &vignettev1.WatchSessionRequest{Session: session.GetSession(), Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		return stream
	}
	stream := watch(0)
	whole, err := stream.Recv()
	if err != nil || whole.GetUpdate().GetSession() == nil {
		t.Fatalf("first came %v, %v; want the session", whole, err)
	}
	s.say(session, plainRequest)
	if _, err := s.client.FinishSession(s.ctx, &vignettev1.FinishSessionRequest{Session: session.GetSession()}); err != nil {
		t.Fatal(err)
	}
	indexes := func(stream grpc.ServerStreamingClient[vignettev1.WatchSessionResponse]) (seen []int32) {
		for {
			response, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return seen
			}
			if err != nil {
				t.Fatal(err)
			}
			if turn := response.GetUpdate().GetTurn(); turn != nil {
				seen = append(seen, turn.GetIndex())
			}
		}
	}
	want := []int32{0, 1, 2}
	if diff := cmp.Diff(want, indexes(stream)); diff != "" {
		t.Errorf("turns watched, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(want, indexes(watch(whole.GetUpdate().GetCursor()))); diff != "" {
		t.Errorf("turns after the cursor, -want +got:\n%s", diff)
	}
}

// What is private to the partner reaches no trainee: not while they talk, not in feedback, not in the report, at any help level.
func TestPracticeKeepsSecrets(t *testing.T) {
	const canary = "XCANARYX"
	scenario, err := scenarios.Find("ask-for-leave")
	if err != nil {
		t.Fatal(err)
	}
	partner := scenario.GetRoles()[1]
	partner.Goal, partner.Knowledge = canary, []string{canary + " knowledge"}
	partner.Persona.Memories[0].Id = canary + "-memory"
	partner.Persona.Identity.LifeContext = []string{canary + " life"}
	partner.Stance.Interests[0].Words = append(partner.Stance.Interests[0].Words, strings.ToLower(canary))
	for _, role := range []string{"receptionist", "manager"} {
		if role == "manager" { // Whoever plays the other part must not learn the objective, which is the focal role's.
			scenario.Objective.Statement = canary
			scenario.Objective.Compromises = []string{"I could " + canary + " on Mondays."}
			scenario.Roles[0].Goal = canary
			partner.Goal, partner.Knowledge, partner.Persona.Memories, partner.Persona.Identity = "", nil, nil, nil
			partner.Stance.Interests = nil
		}
		s := practise(t, open(t, t.TempDir()))
		request := live()
		request.Library, request.Scenario, request.Role, request.Help = "", scenario, role, vignettev1.HelpLevel_HELP_LEVEL_CO_DRAFTING
		session := s.start(request)
		told := []proto.Message{session}
		h := s.say(session, "I see. What would help you most?")
		for _, turn := range h.turns {
			if turn.GetMine() {
				told = append(told, turn)
			}
		}
		hint, err := s.client.GetHint(s.ctx, &vignettev1.GetHintRequest{Session: session.GetSession()})
		if err != nil {
			t.Fatal(err)
		}
		draft, err := s.client.Draft(s.ctx, &vignettev1.DraftRequest{Session: session.GetSession(), Text: "Could we look at the rota together?"})
		if err != nil {
			t.Fatal(err)
		}
		report, err := s.client.FinishSession(s.ctx, &vignettev1.FinishSessionRequest{Session: session.GetSession()})
		if err != nil {
			t.Fatal(err)
		}
		for _, turn := range report.GetReport().GetSession().GetTurns() {
			if !turn.GetMine() {
				turn.Action = nil // What the partner says aloud is theirs to say.
			}
		}
		for _, m := range append(told, hint, draft, report.GetReport().GetSession(), &vignettev1.PracticeReport{
			Profile: report.GetReport().GetProfile(), Debrief: report.GetReport().GetDebrief(), Curve: report.GetReport().GetCurve(), Scores: report.GetReport().GetScores(),
		}) {
			if text := prototext.Format(m); strings.Contains(strings.ToUpper(text), canary) {
				t.Errorf("%s is told what is private: %s", role, text)
			}
		}
		for _, f := range h.feedback {
			if strings.Contains(strings.ToUpper(f.String()), canary) {
				t.Errorf("%s: feedback tells what is private: %v", role, f)
			}
		}
	}
}
