package web

import (
	"bytes"

	"github.com/vignette-sim/vignette/studies/report"
)

// showReport answers with a run's report as 'vignette report' writes it: one page to keep, mail or print, under its own policy, which lets
// in its one style and nothing else.
func (q *request) showReport() error {
	planner, err := q.run(q.PathValue("run"))
	if err != nil {
		return err
	}
	view, err := q.runs.of(q.ctx(), planner)
	if err != nil {
		return err
	}
	r := *view.Report // The overview is shared.
	r.Command, r.Back = report.Again(planner.Manifest()), "/runs/"+planner.Manifest().GetRun()
	var examples []report.Example
	for _, look := range r.LookAt {
		state, _, err := q.config.Reader.Episode(q.ctx(), look.Episode)
		if err != nil {
			return err
		}
		examples = append(examples, report.Example{Look: look, State: state})
	}
	var out bytes.Buffer
	if err := report.Write(&out, &r, examples); err != nil {
		return err
	}
	q.w.Header().Set("Content-Security-Policy", report.Policy+"; frame-ancestors 'none'")
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = out.WriteTo(q.w)
	return gone(err)
}
