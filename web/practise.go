package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/web/account"
)

// rehearsal is a session of practice, and what the visitor may do in it.
type rehearsal struct {
	id     string
	may    rights
	fixed  *vignettev1.Practice
	client vignettev1.PracticeServiceClient
}

// rights are what a visitor may do in a session that they may see.
type rights struct {
	practise bool // it is theirs
	review   bool // they supervise its trainee
}

// rightsIn says what somebody may do in a session. Nobody speaks for a trainee, and nobody reviews their own session, unless there is only
// one user here.
func (v Visitor) rightsIn(p *vignettev1.Practice) rights {
	own := p.GetTrainee() != "" && p.GetTrainee() == v.Name
	supervises := v.is(account.Admin) || v.is(account.Supervisor) && p.GetTrainee() != "" && slices.Contains(v.Trainees, p.GetTrainee())
	return rights{
		practise: v.Alone || own && v.is(account.Trainee, account.Admin),
		review:   v.Alone || supervises && !own,
	}
}

// practicePath is the page of a session, and its name in the audit trail.
func practicePath(session string) string { return "/practice/" + session }

// session finds the session of the path, if the visitor may see it, and records that they looked. A branch's id leads to its session.
func (q *request) session() (*rehearsal, error) {
	name := q.PathValue("session")
	planner, err := q.config.Reader.Run(q.ctx(), name)
	if errors.Is(err, projection.ErrNotFound) {
		return nil, notFound("session", name)
	}
	if err != nil {
		return nil, err
	}
	m := planner.Manifest()
	fixed := m.GetPractice()
	if fixed == nil {
		return nil, notFound("session", name)
	}
	r := &rehearsal{id: m.GetRun(), may: q.visitor.rightsIn(fixed), fixed: fixed, client: q.config.Practice}
	if fixed.GetSession() != "" {
		r.id = fixed.GetSession()
	}
	if !q.visitor.mayRead(m) {
		q.refused(practicePath(r.id))
		return nil, notFound("session", name)
	}
	return r, q.record(practicePath(r.id))
}

// ownSession is the session of the path where the visitor is the one who practises in it.
func (q *request) ownSession() (*rehearsal, error) {
	r, err := q.session()
	if err == nil && !r.may.practise {
		q.refused(practicePath(r.id))
		return nil, &problem{http.StatusForbidden, "This session is somebody else's.", "Whoever practises in it speaks in it; you may read it."}
	}
	return r, err
}

// state is the session as its trainee may see it: nobody is shown more of it here.
func (q *request) state(r *rehearsal) (*vignettev1.PracticeSession, error) {
	got, err := r.client.GetSession(q.ctx(), &vignettev1.GetSessionRequest{Session: r.id})
	return got.GetSession(), q.reached(err)
}

// reached says what to do where nobody serves practice.
func (q *request) reached(err error) error {
	if status.Code(err) == codes.Unavailable && strings.Contains(status.Convert(err).Message(), "no responders") {
		return &problem{http.StatusServiceUnavailable, "Nobody serves practice here now.", "'vignette serve' does; sessions go on where they stand."}
	}
	return err
}

// sessionsOf are the sessions of trainees, newest first; of nobody named those of all.
func (q *request) sessionsOf(trainees ...string) ([]*vignettev1.PracticeSession, error) {
	var out []*vignettev1.PracticeSession
	for _, trainee := range trainees {
		got, err := q.config.Practice.ListSessions(q.ctx(), &vignettev1.ListSessionsRequest{Trainee: trainee})
		if err != nil {
			return nil, q.reached(err)
		}
		out = append(out, got.GetSessions()...)
	}
	slices.SortStableFunc(out, func(x, y *vignettev1.PracticeSession) int {
		return y.GetCreatedAt().AsTime().Compare(x.GetCreatedAt().AsTime())
	})
	return out, nil
}

// mine are the visitor's own sessions.
func (q *request) mine() ([]*vignettev1.PracticeSession, error) {
	if q.visitor.Alone {
		return q.sessionsOf("")
	}
	return q.sessionsOf(q.visitor.Name)
}

// begin starts a session in the visitor's name. Whole scenarios and models are for those who do research: both can name what costs.
func (q *request) begin(request *vignettev1.StartSessionRequest) (*vignettev1.PracticeSession, error) {
	if (request.GetScenario() != nil || len(request.GetModels()) > 0) && !q.visitor.is(researchers...) {
		return nil, &problem{http.StatusForbidden, "Scenarios and models of one's own are for researchers.", "Choose a scenario of the library, or describe a situation."}
	}
	request.Trainee = q.visitor.Name
	got, err := q.config.Practice.StartSession(q.ctx(), request)
	if err != nil {
		return nil, q.reached(err)
	}
	return got.GetSession(), q.record(practicePath(got.GetSession().GetSession()))
}

// method is one of PracticeService.
type method[Q, A proto.Message] func(vignettev1.PracticeServiceClient, context.Context, Q, ...grpc.CallOption) (A, error)

// ask reads a request of PracticeService from the body, for the session of the path. An empty body asks for nothing in particular.
func ask[Q proto.Message](q *request, session string) (Q, error) {
	var none Q
	in := none.ProtoReflect().New().Interface().(Q)
	if q.ContentLength != 0 {
		if err := q.read(in); err != nil {
			return none, err
		}
	}
	m := in.ProtoReflect()
	m.Set(m.Descriptor().Fields().ByName("session"), protoreflect.ValueOfString(session))
	return in, nil
}

// acts answers a route of the API with a method of PracticeService, for whoever practises.
func acts[Q, A proto.Message](call method[Q, A]) func(*request) error {
	return answers(call, (*request).ownSession)
}

// reads does so for all who may see the session.
func reads[Q, A proto.Message](call method[Q, A]) func(*request) error {
	return answers(call, (*request).session)
}

func answers[Q, A proto.Message](call method[Q, A], find func(*request) (*rehearsal, error)) func(*request) error {
	return func(q *request) error {
		r, err := find(q)
		if err != nil {
			return err
		}
		in, err := ask[Q](q, r.id)
		if err != nil {
			return err
		}
		out, err := call(r.client, q.ctx(), in)
		if err != nil {
			return q.reached(err)
		}
		return q.json(out)
	}
}

func (q *request) apiSessions() error {
	list, err := q.visible()
	if err != nil {
		return err
	}
	return q.json(&vignettev1.ListSessionsResponse{Sessions: list})
}

// visible are the sessions that the visitor practises in or supervises.
func (q *request) visible() ([]*vignettev1.PracticeSession, error) {
	switch {
	case q.visitor.Alone, q.visitor.is(account.Admin):
		return q.sessionsOf("")
	case q.visitor.is(account.Supervisor):
		return q.sessionsOf(append([]string{q.visitor.Name}, q.visitor.Trainees...)...)
	}
	return q.sessionsOf(q.visitor.Name)
}

func (q *request) apiBegin() error {
	request := &vignettev1.StartSessionRequest{}
	if err := q.read(request); err != nil {
		return err
	}
	session, err := q.begin(request)
	if err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusCreated)
	return q.json(&vignettev1.StartSessionResponse{Session: session})
}

func (q *request) apiCompareBranches() error {
	r, err := q.session()
	if err != nil {
		return err
	}
	got, err := r.client.CompareBranches(q.ctx(), &vignettev1.CompareBranchesRequest{
		Session: r.id, Original: q.URL.Query().Get("original"), Retry: q.URL.Query().Get("retry"),
	})
	if err != nil {
		return q.reached(err)
	}
	return q.json(got)
}

// review records what a supervisor says, in their name.
func (q *request) review(request *vignettev1.ReviewSessionRequest) (*vignettev1.SupervisorReview, error) {
	r, err := q.session()
	if err != nil {
		return nil, err
	}
	if !r.may.review {
		q.refused(practicePath(r.id))
		return nil, &problem{http.StatusForbidden, "You do not supervise this trainee.", "An admin puts trainees under supervisors, on the page Accounts."}
	}
	request.Session = r.id
	if request.Review == nil {
		return nil, &problem{http.StatusBadRequest, "There is nothing said.", "Send a review with a comment, an override or a sign_off."}
	}
	request.Review.Supervisor = q.visitor.Name
	got, err := r.client.ReviewSession(q.ctx(), request)
	return got.GetReview(), q.reached(err)
}

func (q *request) apiReview() error {
	request := &vignettev1.ReviewSessionRequest{}
	if err := q.read(request); err != nil {
		return err
	}
	review, err := q.review(request)
	if err != nil {
		return err
	}
	return q.json(&vignettev1.ReviewSessionResponse{Review: review})
}

// looked is somebody who looked at a session.
type looked struct {
	Name  string    `json:"name"`
	Last  time.Time `json:"last"`
	Times int       `json:"times"`
}

type apiLooked struct {
	Viewers []looked `json:"viewers"`
}

// viewers are those other than its trainee who looked at a session, at one of its branches or at what was said there.
func (q *request) viewers(s *vignettev1.PracticeSession) ([]looked, error) {
	if q.config.Accounts == nil {
		return nil, nil
	}
	objects := []string{practicePath(s.GetSession())}
	for _, b := range s.GetBranches() {
		objects = append(objects, "/runs/"+b.GetBranch(), "/episodes/"+b.GetEpisode())
	}
	var out []looked
	for _, object := range objects {
		seen, err := q.config.Accounts.Viewers(q.ctx(), object)
		if err != nil {
			return nil, err
		}
		for _, v := range seen {
			if v.Name == s.GetPractice().GetTrainee() {
				continue
			}
			i := slices.IndexFunc(out, func(l looked) bool { return l.Name == v.Name })
			if i < 0 {
				out, i = append(out, looked{Name: v.Name}), len(out)
			}
			out[i].Times += v.Times
			if v.Last.After(out[i].Last) {
				out[i].Last = v.Last
			}
		}
	}
	return out, nil
}

func (q *request) apiViewers() error {
	r, err := q.session()
	if err != nil {
		return err
	}
	s, err := q.state(r)
	if err != nil {
		return err
	}
	seen, err := q.viewers(s)
	if err != nil {
		return err
	}
	return q.json(apiLooked{append([]looked{}, seen...)})
}
