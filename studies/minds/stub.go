package minds

import (
	"context"
	"io"
)

func (s *Stage) Human(ctx context.Context, r io.Reader, options Options) (*Report, error) {
	return &Report{}, nil
}
