package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// request is one request of one visitor.
type request struct {
	*site
	w http.ResponseWriter
	*http.Request
	visitor  Visitor
	route    *route
	recorded []string // objects that are in the audit trail already
}

func (q *request) ctx() context.Context { return q.Request.Context() }

// problem is an error with what to do about it, for people.
type problem struct {
	status    int
	says, how string
}

func (p *problem) Error() string { return p.says + " " + p.how }

func notFound(what, name string) error {
	return &problem{http.StatusNotFound, fmt.Sprintf("There is no %s %q here.", what, name), "It may have been deleted, or you may not see it."}
}

// httpStatuses are what gRPC codes are in HTTP; others are 500.
var httpStatuses = map[codes.Code]int{
	codes.InvalidArgument: http.StatusBadRequest, codes.NotFound: http.StatusNotFound, codes.FailedPrecondition: http.StatusConflict, codes.Aborted: http.StatusConflict,
	codes.AlreadyExists: http.StatusConflict, codes.PermissionDenied: http.StatusForbidden, codes.Unauthenticated: http.StatusUnauthorized, codes.ResourceExhausted: http.StatusTooManyRequests,
	codes.Unavailable: http.StatusServiceUnavailable, codes.DeadlineExceeded: http.StatusGatewayTimeout,
}

// problemOf is what an error is to a visitor. What nobody expected is not told.
func (q *request) problemOf(err error) *problem {
	var p *problem
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &tooLarge):
		return &problem{http.StatusRequestEntityTooLarge, "That is too large.", fmt.Sprintf("At most %d MiB are taken.", maxBody>>20)}
	}
	if s, ok := status.FromError(err); ok {
		if code, known := httpStatuses[s.Code()]; known {
			return &problem{code, sentence(s.Message()), ""}
		}
	}
	q.config.Logger.Error("request failed", "path", q.URL.Path, "error", err)
	return &problem{http.StatusInternalServerError, "Something went wrong here.", "The server's log has more."}
}

func sentence(text string) string {
	if text == "" {
		return "That did not work."
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// run finds a run that the visitor may see, and records that they asked for it.
func (q *request) run(name string) (*planning.Planner, error) {
	planner, err := q.find(name)
	if err != nil {
		return nil, err
	}
	return planner, q.record("/runs/" + planner.Manifest().GetRun())
}

// find finds a run that the visitor may see.
func (q *request) find(name string) (*planning.Planner, error) {
	planner, err := q.config.Reader.Run(q.ctx(), name)
	switch {
	case errors.Is(err, projection.ErrNotFound):
		return nil, notFound("run", name)
	case err != nil:
		return nil, err
	case !q.visitor.mayRead(planner.Manifest()):
		q.refused("/runs/" + planner.Manifest().GetRun())
		return nil, notFound("run", name)
	}
	return planner, nil
}

// episode finds an episode of a run that the visitor may see, and records that they asked for it.
func (q *request) episode(name string) (*episode.State, *planning.Planner, error) {
	state, planner, err := q.config.Reader.Episode(q.ctx(), name)
	switch {
	case errors.Is(err, projection.ErrNotFound):
		return nil, nil, notFound("episode", name)
	case err != nil:
		return nil, nil, err
	case !q.visitor.mayRead(planner.Manifest()):
		q.refused("/episodes/" + state.Plan().Episode)
		return nil, nil, notFound("episode", name)
	}
	return state, planner, q.record("/episodes/" + state.Plan().Episode)
}

// page answers with a page.
func (q *request) page(name string, data any) error {
	return q.pageAs(http.StatusOK, name, data)
}

func (q *request) pageAs(code int, name string, data any) error {
	var out bytes.Buffer // An error in the middle must not leave half a page.
	if err := q.render(&out, name, q.frame(data)); err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.WriteHeader(code)
	_, err := out.WriteTo(q.w)
	return gone(err)
}

// gone takes for no error that the visitor has left.
func gone(error) error { return nil }

var asJSON = protojson.MarshalOptions{UseProtoNames: true}

// json answers with a message of the contracts, or with any value.
func (q *request) json(answer any) error {
	var data []byte
	var err error
	if m, ok := answer.(proto.Message); ok {
		data, err = asJSON.Marshal(m)
	} else {
		data, err = json.Marshal(answer)
	}
	if err != nil {
		return err
	}
	var out bytes.Buffer
	json.HTMLEscape(&out, data) // protojson leaves < as it is
	out.WriteByte('\n')
	q.w.Header().Set("Content-Type", "application/json")
	_, err = out.WriteTo(q.w)
	return gone(err)
}

// fail answers with what went wrong, in the form that was asked for.
func (q *request) fail(err error) {
	if q.ctx().Err() != nil {
		return
	}
	p := q.problemOf(err)
	if p.status == http.StatusUnauthorized && !isAPI(q.Request) && q.Method == http.MethodGet {
		http.Redirect(q.w, q.Request, "/login?next="+escapeQuery(q.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	q.refuse(q.w, q.Request, p.status, p.says, p.how)
}

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// refuse answers with an error. It needs nothing that could fail again.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, code int, says, how string) {
	if isAPI(r) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{"status": code, "title": says, "detail": how})
		return
	}
	var out bytes.Buffer
	if err := s.render(&out, "error", frame{Version: s.config.Version, Data: struct {
		Status    int
		Says, How string
	}{code, says, how}}); err != nil {
		http.Error(w, says+" "+how, code)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = out.WriteTo(w)
}

// back goes to a page after something was done.
func (q *request) back(to string) error {
	http.Redirect(q.w, q.Request, to, http.StatusSeeOther)
	return nil
}

// read reads a message of the contracts from the body.
func (q *request) read(m proto.Message) error {
	var body bytes.Buffer
	if _, err := body.ReadFrom(q.Body); err != nil {
		return err
	}
	if err := (protojson.UnmarshalOptions{}).Unmarshal(body.Bytes(), m); err != nil {
		return status.Errorf(codes.InvalidArgument, "the body is no %s: %v", m.ProtoReflect().Descriptor().Name(), err)
	}
	return nil
}

// isPractice says whether a run is a session of practice: those are private to who practised.
func isPractice(m *vignettev1.Manifest) bool { return m.GetPractice() != nil }
