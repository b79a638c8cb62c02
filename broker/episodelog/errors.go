package episodelog

import (
	"errors"
	"fmt"

	"github.com/vignette-sim/vignette/broker/internal/stream"
)

// Errors to tell apart with errors.Is.
var (
	// ErrExists says that a run has a manifest already.
	ErrExists = errors.New("the run has a manifest already")
	// ErrConflict says that somebody else has written to the play; errors.As gives a [*ConflictError].
	ErrConflict = errors.New("somebody else has written to the play")
	// ErrFull says that there is no room for more. What was acknowledged before is in the log.
	ErrFull = stream.ErrFull
	// ErrNotFound says that there is no such run.
	ErrNotFound = errors.New("no such run")
)

// ConflictError is an append that came too late.
type ConflictError struct {
	Subject string
	// Expected is the sequence that the writer took for the last.
	Expected uint64
	// Actual is the sequence of the play's last event, 0 when it has none.
	Actual uint64
}

// Error implements error.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("%v: %s ends at %d, not at %d", ErrConflict, e.Subject, e.Actual, e.Expected)
}

// Is makes it an [ErrConflict].
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// CorruptError is a message of the log that cannot be read.
type CorruptError struct {
	Subject  string
	Sequence uint64
	Err      error
}

// Error implements error.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("log entry %d on %s cannot be read: %v", e.Sequence, e.Subject, e.Err)
}

// Unwrap returns what is wrong with it.
func (e *CorruptError) Unwrap() error { return e.Err }
