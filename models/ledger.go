package models

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ledger knows what runs have used up: a fold over the books of each, which other gateways write to as well.
type ledger struct {
	books books
	own   string // what ids of this gateway's own calls begin with

	mu   sync.Mutex
	runs map[string]*spending
}

// books is what the ledger needs of the call log.
type books interface {
	Watch(run string, each func(*vignettev1.ModelCall)) (stop func() error, err error)
	Calls(ctx context.Context, run, episode string) iter.Seq2[*vignettev1.ModelCall, error]
}

// spending is what one run has used up, and what its calls under way are thought to.
type spending struct {
	opened sync.Once
	failed error
	stop   func() error

	mu       sync.Mutex
	seen     map[string]bool // ids of calls of others that came while the books were read
	reading  bool
	tokens   int64
	cost     float64
	reserved int64
	inflight float64
	longest  int64 // tokens of the longest answer so far
}

// of returns the spending of a run, reading its books when it is met for the first time.
func (l *ledger) of(ctx context.Context, run string) (*spending, error) {
	l.mu.Lock()
	s := l.runs[run]
	if s == nil {
		s = &spending{seen: map[string]bool{}, reading: true}
		l.runs[run] = s
	}
	l.mu.Unlock()
	s.opened.Do(func() { s.failed = l.open(ctx, run, s) })
	if s.failed != nil {
		l.mu.Lock()
		delete(l.runs, run) // The next call tries again.
		l.mu.Unlock()
		return nil, s.failed
	}
	return s, nil
}

// open listens first and reads then, so that nothing falls between the two.
func (l *ledger) open(ctx context.Context, run string, s *spending) error {
	stop, err := l.books.Watch(run, func(call *vignettev1.ModelCall) {
		if !strings.HasPrefix(call.GetId(), l.own) {
			s.take(call)
		}
	})
	if err != nil {
		return fmt.Errorf("budget of run %s: %w", run, err)
	}
	s.stop = stop
	for call, err := range l.books.Calls(ctx, run, "") {
		if err != nil {
			_ = stop()
			return fmt.Errorf("budget of run %s: %w", run, err)
		}
		s.take(call)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading, s.seen = false, nil
	return nil
}

// take books a call. While the books are read, a call may come twice: from the books and from listening.
func (s *spending) take(call *vignettev1.ModelCall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reading {
		if s.seen[call.GetId()] {
			return
		}
		s.seen[call.GetId()] = true
	}
	usage := call.GetUsage()
	s.tokens += usage.GetPromptTokens() + usage.GetCompletionTokens()
	s.cost += call.GetCost()
	s.longest = max(s.longest, usage.GetCompletionTokens())
}

// reservation is room that a call under way has been given.
type reservation struct {
	spending *spending
	tokens   int64
	cost     float64
}

// reserve gives a call room in the budget of its account, or says that there is none. An answer is taken to be as long as
// the longest of this run so far, so a budget is overdrawn by what the last answers are longer than that, and by the first
// ones.
func (s *spending) reserve(account *vignettev1.ModelAccount, t *target, promptTokens int) (*reservation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	expected := s.longest
	r := &reservation{spending: s, tokens: int64(promptTokens) + expected}
	if cost := t.cost(&vignettev1.ModelUsage{PromptTokens: int64(promptTokens), CompletionTokens: expected}); cost != nil {
		r.cost = *cost
	}
	switch {
	case account.MaxTokens != nil && s.tokens+s.reserved+r.tokens > account.GetMaxTokens():
		return nil, refuse(reasonBudget, "run %s may use %d tokens and has used %d", account.GetRun(), account.GetMaxTokens(), s.tokens)
	case account.MaxCost != nil && !t.priced():
		return nil, refuse(reasonBudget, "run %s may cost %.4g, but model %s has no price: write its input_price and output_price into %s",
			account.GetRun(), account.GetMaxCost(), t, FileName)
	case account.MaxCost != nil && s.cost+s.inflight+r.cost > account.GetMaxCost():
		return nil, refuse(reasonBudget, "run %s may cost %.4g and has cost %.4g", account.GetRun(), account.GetMaxCost(), s.cost)
	}
	s.reserved += r.tokens
	s.inflight += r.cost
	return r, nil
}

// settle gives the room back and books what the call really took.
func (r *reservation) settle(call *vignettev1.ModelCall) {
	r.spending.mu.Lock()
	r.spending.reserved -= r.tokens
	r.spending.inflight -= r.cost
	r.spending.mu.Unlock()
	r.spending.take(call)
}

// close stops listening.
func (l *ledger) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.runs {
		if s.stop != nil {
			_ = s.stop() // fails only when the connection is closed
		}
	}
	l.runs = map[string]*spending{}
}
