package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// statuses count a run's episodes once for all who watch it.
type statuses struct {
	reader *projection.Reader
	mark   func(context.Context) (uint64, error)

	mu   sync.Mutex
	runs map[string]*counted
}

type counted struct {
	mu     sync.Mutex
	mark   uint64
	status *vignettev1.RunStatus
}

// mostCounted is how many counts are kept.
const mostCounted = 256

func (s *statuses) of(ctx context.Context, planner *planning.Planner) (*vignettev1.RunStatus, error) {
	mark, err := s.mark(ctx)
	if err != nil {
		return nil, err
	}
	run := planner.Manifest().GetRun()
	s.mu.Lock()
	if len(s.runs) > mostCounted {
		clear(s.runs)
	}
	if s.runs[run] == nil {
		s.runs[run] = &counted{}
	}
	c := s.runs[run]
	s.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.status != nil && c.mark >= mark {
		return c.status, nil
	}
	now, err := s.reader.Status(ctx, planner)
	if err != nil {
		return nil, err
	}
	c.mark, c.status = mark, now
	return now, nil
}

// digest names a part of a page by what it shows.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
