package web

import (
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// branchesPage sets two ways a session went side by side.
type branchesPage struct {
	*vignettev1.PracticeSession
	Mine            bool
	Retries         bool
	Original, Retry string
	Comparison      *vignettev1.PracticeComparison
	Left, Right     []practiceTurn
	Longer          []int // rows of the longer side
}

func (q *request) showBranches() error {
	r, err := q.session()
	if err != nil {
		return err
	}
	s, err := q.state(r)
	if err != nil {
		return err
	}
	query := q.URL.Query()
	page := q.sessionPage(r, s)
	p := branchesPage{PracticeSession: s, Mine: r.may.practise, Retries: page.Retries, Original: query.Get("original"), Retry: query.Get("retry")}
	if len(s.GetBranches()) > 1 {
		if p.Retry == "" {
			p.Retry = s.GetBranch()
		}
		if p.Original == "" {
			p.Original = otherOf(s, p.Retry)
		}
		got, err := r.client.CompareBranches(q.ctx(), &vignettev1.CompareBranchesRequest{Session: r.id, Original: p.Original, Retry: p.Retry})
		if err != nil {
			return q.reached(err)
		}
		p.Comparison = got.GetComparison()
		for _, t := range got.GetOriginal() {
			p.Left = append(p.Left, page.turn(r, t))
		}
		for _, t := range got.GetRetry() {
			p.Right = append(p.Right, page.turn(r, t))
		}
		for i := range max(len(p.Left), len(p.Right)) {
			p.Longer = append(p.Longer, i)
		}
	}
	return q.page("branches", p)
}

// otherOf is the branch that one comes off, or where it comes off none the newest other.
func otherOf(s *vignettev1.PracticeSession, branch string) string {
	other := ""
	for _, b := range s.GetBranches() {
		if b.GetBranch() == branch && b.GetOff() != "" {
			return b.GetOff()
		}
		if b.GetBranch() != branch {
			other = b.GetBranch()
		}
	}
	return other
}

// First is the branch that the others come off.
func (p branchesPage) First() string {
	if len(p.GetBranches()) == 0 {
		return ""
	}
	return p.GetBranches()[0].GetBranch()
}

// At is a row of a side; nil where that side is shorter.
func (branchesPage) At(side []practiceTurn, i int) *practiceTurn {
	if i >= len(side) {
		return nil
	}
	return &side[i]
}
