package workqueue

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A question that nobody answers is asked again, until there is an answer, a refusal, or no more time.
func TestInsist(t *testing.T) {
	refused := errors.New("refused")
	for name, test := range map[string]struct {
		unanswered int
		answer     error
	}{"answered at once": {0, nil}, "answered in the end": {2, nil}, "refused": {0, refused}, "refused in the end": {1, refused}} {
		asked := 0
		err := insist(t.Context(), time.Millisecond, func(ctx context.Context) error {
			if asked++; asked <= test.unanswered {
				<-ctx.Done()
				return ctx.Err()
			}
			return test.answer
		})
		if !errors.Is(err, test.answer) || asked != test.unanswered+1 {
			t.Errorf("%s: %v after %d questions", name, err, asked)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	err := insist(ctx, time.Millisecond, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without an answer: %v", err)
	}
}
