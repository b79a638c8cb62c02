package checkup

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Status is what a check came to.
type Status string

// What a check can come to.
const (
	// OK: it works.
	OK Status = "ok"
	// Note: it works otherwise, or less well, and Vignette knows what to do; or it is only good to know.
	Note Status = "note"
	// Problem: something will not work until it is mended.
	Problem Status = "problem"
)

// Finding is what one check came to.
type Finding struct {
	// Check is its name: "settings", "key", "reach", "models", "answer", "bound", "usage", "reasoning", "sampling", "stream", "form",
	// "logprobs", "seed", "limits", "embed", "price", "context", "time".
	Check string
	// Status is what it came to.
	Status Status
	// Detail is what was seen, in a line.
	Detail string
	// Mend is what to do about it, in a line; empty where there is nothing to do.
	Mend string
}

// Subject is what is looked at.
type Subject struct {
	// Name is what the endpoint is called.
	Name string
	// Settings are as in the configuration.
	Settings *vignettev1.Endpoint
	// Key is sent as bearer token; empty sends none, or the name and password of the base URL if it has some.
	Key string
	// Model is asked; empty means the first that is configured, else the first that the endpoint lists.
	Model string
	// Embed is a model that is asked for an embedding; empty asks none.
	Embed string
	// Transport carries requests; nil means the usual one.
	Transport http.RoundTripper
	// Patience is the longest that one question may take; 0 means 20 seconds.
	Patience time.Duration
	// Whole is the longest that all of them may take; 0 means 90 seconds.
	Whole time.Duration
}

// Effort is what a checkup took.
type Effort struct {
	// Calls is how many requests were made.
	Calls int
	// Tokens that the endpoint counted for them, in and out.
	Tokens int64
}

const (
	patience = 20 * time.Second
	whole    = 90 * time.Second
)

// Run looks at an endpoint and tells each finding as it comes. It ends with the context, and says nothing more then.
func Run(ctx context.Context, subject Subject, tell func(Finding)) Effort {
	v := newVisit(ctx, subject, tell)
	bounded, cancel := context.WithTimeout(ctx, v.Whole)
	defer cancel()
	v.bounded = bounded
	v.look()
	if v.late() {
		v.note("time", "", "the rest was not looked at: it took longer than %v", v.Whole)
	}
	if v.Model != "" {
		v.configured()
	}
	return v.effort
}

// visit is one checkup.
type visit struct {
	Subject
	ctx     context.Context
	bounded context.Context // ctx, for as long as the whole may take
	say     func(Finding)
	clean   func(string) string
	base    string        // where the endpoint is, without name and password
	user    *url.Userinfo // which are here
	effort  Effort

	capabilities *vignettev1.EndpointCapabilities // as configured for the model
	bound        string                           // the field that bounds an answer
	reasons      bool                             // the model thinks before it answers, and that counts
	header       http.Header                      // of the first answer
}

func newVisit(ctx context.Context, subject Subject, tell func(Finding)) *visit {
	if subject.Patience == 0 {
		subject.Patience = patience
	}
	if subject.Whole == 0 {
		subject.Whole = whole
	}
	if subject.Transport == nil {
		subject.Transport = http.DefaultTransport
	}
	v := &visit{Subject: subject, ctx: ctx, say: tell, clean: endpoint.Telling(subject.Key, subject.Settings.GetBaseUrl())}
	if base, err := url.Parse(subject.Settings.GetBaseUrl()); err == nil {
		v.user, base.User = base.User, nil
		v.base = base.String()
	}
	return v
}

// look asks one thing after another, as long as it makes sense.
func (v *visit) look() {
	if !v.usable() || !v.listed() || v.Model == "" {
		return
	}
	v.capabilities = &vignettev1.EndpointCapabilities{}
	proto.Merge(v.capabilities, v.Settings.GetCapabilities())
	proto.Merge(v.capabilities, v.Settings.GetModels()[v.Model].GetCapabilities())
	checks := []func(){v.embedding}
	if v.answers() {
		checks = []func(){v.sampling, v.stream, v.form, v.logprobs, v.seed, v.limits, v.embedding}
	}
	for _, check := range checks {
		if v.bounded.Err() != nil {
			return
		}
		check()
	}
}

// late says whether the time for all questions is over, though nobody has ended the checkup.
func (v *visit) late() bool { return v.ctx.Err() == nil && v.bounded.Err() != nil }

// tell tells a finding, unless the checkup has ended: what was broken off was not found out. Much of what is told comes from
// the endpoint, which may say the key that it was sent.
func (v *visit) tell(check string, status Status, detail, mend string) {
	if v.ctx.Err() == nil {
		v.say(Finding{Check: check, Status: status, Detail: v.clean(detail), Mend: v.clean(mend)})
	}
}

func (v *visit) ok(check, format string, args ...any) {
	v.tell(check, OK, fmt.Sprintf(format, args...), "")
}

func (v *visit) note(check, mend, format string, args ...any) {
	v.tell(check, Note, fmt.Sprintf(format, args...), mend)
}

func (v *visit) problem(check, mend, format string, args ...any) {
	v.tell(check, Problem, fmt.Sprintf(format, args...), mend)
}

// unknown says that a check came to nothing, since the endpoint had something else to say. No mend is drawn from that.
func (v *visit) unknown(check string, r *response) {
	if !v.late() {
		v.note(check, "ask again later", "could not be found out: %s", r.why())
	}
}

// capability is the line that tells Vignette what it would else find out by trying, or never.
func (v *visit) capability(line string) string {
	return fmt.Sprintf("write capabilities: {%s} under endpoints.%s", line, v.Name)
}
