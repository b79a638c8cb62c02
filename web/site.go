package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// site is what all requests have in common.
type site struct {
	config   Config
	pages    *pages
	live     *live
	runs     *overviews
	statuses *statuses
	sorts    sorts
}

func newSite(base context.Context, config Config) (*site, error) {
	pages, err := readPages()
	if err != nil {
		return nil, err
	}
	live := newLive(base, config.Mark)
	return &site{
		config: config, pages: pages, live: live, runs: newOverviews(live, config.Reader, config.Mark),
		statuses: &statuses{reader: config.Reader, mark: config.Mark, runs: map[string]*counted{}}, sorts: sorts{practice: map[string]bool{}},
	}, nil
}

// handler answers every request.
func (s *site) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /static/", files())
	for _, r := range routes {
		answer := func(w http.ResponseWriter, hr *http.Request) { s.serve(w, hr, &r) }
		mux.HandleFunc(r.method+" "+r.path, answer)
		if rest, ok := strings.CutPrefix(r.path, apiPath); ok { // Without a version it is the newest, for people who type it.
			mux.HandleFunc(r.method+" /api/"+rest, answer)
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", allowed(mux, r))
			s.refuse(w, r, http.StatusMethodNotAllowed, "That cannot be done here.", "Go back to the page that you came from.")
			return
		}
		s.refuse(w, r, http.StatusNotFound, "There is no such page.", "Go back, or begin at the first page.")
	})
	return s.guarded(mux)
}

// apiPath is where the newest version of the JSON is.
const apiPath = "/api/v1/"

// allowed lists the methods that a path has.
func allowed(mux *http.ServeMux, r *http.Request) string {
	methods := []string{}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		asked := r.Clone(r.Context())
		asked.Method = method
		if _, pattern := mux.Handler(asked); strings.HasPrefix(pattern, method+" ") {
			methods = append(methods, method)
		}
	}
	if slices.Contains(methods, http.MethodGet) {
		methods = append(methods, http.MethodHead)
	}
	return strings.Join(methods, ", ")
}

// serve lets in who may and answers with what the handler has, or with what went wrong.
func (s *site) serve(w http.ResponseWriter, hr *http.Request, r *route) {
	q := &request{site: s, w: w, Request: hr, route: r}
	var err error
	if q.visitor, err = s.visitorOf(hr); err == nil {
		err = r.admits(q.visitor)
	}
	if err == nil {
		err = r.serve(q)
	}
	if err != nil {
		q.fail(err)
	}
}

func escapeQuery(text string) string { return url.QueryEscape(text) }
