package web

import (
	"errors"
	"net"
	"net/http"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/web/account"
)

// Visitor is who asks.
type Visitor struct {
	// Name is how they log in, and who they are as raters and trainees; "" where nobody knows.
	Name string
	// Roles are what they may.
	Roles []account.Role
	// Alone is the one user of a server without accounts.
	Alone bool
	// Trainees are those whose sessions they supervise.
	Trainees []string
}

func (v Visitor) is(any ...account.Role) bool {
	return slices.ContainsFunc(any, func(r account.Role) bool { return slices.Contains(v.Roles, r) })
}

// known says that they have logged in, or need not.
func (v Visitor) known() bool { return v.Name != "" }

// mayRead says whether somebody may see a run. A session of practice is its trainee's, and their supervisors'; researchers see it
// where the trainee consented. All other runs are of those who do research.
func (v Visitor) mayRead(m *vignettev1.Manifest) bool {
	p := m.GetPractice()
	switch {
	case v.is(account.Admin):
		return true
	case p == nil:
		return v.is(account.Researcher)
	case p.GetTrainee() != "" && p.GetTrainee() == v.Name && v.is(account.Trainee):
		return true
	case v.is(account.Supervisor) && p.GetTrainee() != "" && slices.Contains(v.Trainees, p.GetTrainee()):
		return true
	}
	return v.is(account.Researcher) && p.GetConsent().GetGiven()
}

// mayLookInside says whether somebody may see what is private to the roles of a run. A trainee's partner keeps it to themselves here; what
// a session tells of it afterwards is its report's to say.
func (v Visitor) mayLookInside(m *vignettev1.Manifest) bool {
	return v.is(account.Admin, account.Researcher) && v.mayRead(m)
}

// cookie is the name of the session's cookie: with the prefix, browsers take it over TLS and from this host alone.
func (s *site) cookie() string {
	if s.config.Cert != "" {
		return "__Host-vignette"
	}
	return "vignette"
}

// visitorOf is who asks; somebody unknown where there is no valid session.
func (s *site) visitorOf(r *http.Request) (Visitor, error) {
	if s.config.Accounts == nil {
		return Visitor{Name: s.config.User, Roles: account.Roles, Alone: true}, nil
	}
	c, err := r.Cookie(s.cookie())
	if err != nil {
		return Visitor{}, nil
	}
	a, err := s.config.Accounts.Session(r.Context(), c.Value)
	if errors.Is(err, account.ErrUnknown) {
		return Visitor{}, nil
	}
	return Visitor{Name: a.Name, Roles: a.Roles, Trainees: a.Trainees}, err
}

// from is the address that a request comes from.
func from(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// record writes into the audit trail what the visitor did to an object, once in a request. Without accounts there is nobody to tell apart
// and no trail. What cannot be recorded is not done.
func (q *request) record(object string) error {
	if q.config.Accounts == nil || slices.Contains(q.recorded, object) {
		return nil
	}
	action := q.route.audit
	if action == "" {
		action = "view"
		if q.Method != http.MethodGet {
			action = "change"
		}
	}
	if err := q.config.Accounts.Record(q.ctx(), q.visitor.Name, action, object, q.Method+" "+q.route.path); err != nil {
		return err
	}
	q.recorded = append(q.recorded, object)
	return nil
}

// refused writes into the trail that somebody asked for what is not theirs to see.
func (q *request) refused(object string) {
	if q.config.Accounts == nil {
		return
	}
	if err := q.config.Accounts.Record(q.ctx(), q.visitor.Name, "refused", object, q.Method+" "+q.route.path); err != nil {
		q.config.Logger.Error("the audit trail cannot be written", "error", err)
	}
}
