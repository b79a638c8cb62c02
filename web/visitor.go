package web

import (
	"context"
	"net/http"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Role is what an account is for. An account may have several.
type Role string

// The roles.
const (
	Trainee    Role = "trainee"
	Supervisor Role = "supervisor"
	Rater      Role = "rater"
	Researcher Role = "researcher"
	Admin      Role = "admin"
)

// Roles lists them.
var Roles = []Role{Trainee, Supervisor, Rater, Researcher, Admin}

// Visitor is who asks.
type Visitor struct {
	// Name is how they log in, and who they are as raters and trainees.
	Name string
	// Roles are what they may.
	Roles []Role
	// Alone is the one user of a server without accounts.
	Alone bool
	// Trainees are those whose sessions they supervise.
	Trainees []string
}

func (v Visitor) is(any ...Role) bool {
	return slices.ContainsFunc(any, func(r Role) bool { return slices.Contains(v.Roles, r) })
}

// known says that they have logged in, or need not.
func (v Visitor) known() bool { return v.Name != "" }

// mayRead says whether somebody may see a run. A session of practice is its trainee's, and their supervisors'; researchers see it
// where the trainee consented. All other runs are of those who do research.
func (v Visitor) mayRead(m *vignettev1.Manifest) bool {
	p := m.GetPractice()
	switch {
	case v.is(Admin):
		return true
	case p == nil:
		return v.is(Researcher)
	case p.GetTrainee() != "" && p.GetTrainee() == v.Name && v.is(Trainee):
		return true
	case v.is(Supervisor) && p.GetTrainee() != "" && slices.Contains(v.Trainees, p.GetTrainee()):
		return true
	}
	return v.is(Researcher) && p.GetConsent().GetGiven()
}

// mayLookInside says whether somebody may see what is private to the roles of a run. A trainee's partner keeps it to themselves here; what
// a session tells of it afterwards is its report's to say.
func (v Visitor) mayLookInside(m *vignettev1.Manifest) bool {
	return v.is(Admin, Researcher) && v.mayRead(m)
}

// Accounts know who may come in.
type Accounts interface {
	// Visitor is who a request comes from; nobody known where it has no valid session.
	Visitor(r *http.Request) (Visitor, error)
	// Rates says whether a rater was asked to rate a campaign.
	Rates(ctx context.Context, name, campaign string) (bool, error)
}

// visitorOf is who asks.
func (s *site) visitorOf(r *http.Request) (Visitor, error) {
	if s.config.Accounts == nil {
		return Visitor{Name: s.config.User, Roles: Roles, Alone: true}, nil
	}
	return s.config.Accounts.Visitor(r)
}
