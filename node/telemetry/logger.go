package telemetry

import (
	"fmt"
	"io"
	"log/slog"
)

// Levels and Formats are what a logger can be asked for.
var (
	Levels  = []string{"error", "warn", "info", "debug"}
	Formats = []string{"text", "json"}
)

// NewLogger returns a logger to a file, text or json. Info tells of runs, and of episodes that went wrong; debug of every episode and
// everything that is asked in it.
func NewLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var at slog.Level
	if err := at.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level %q: it is one of %v", level, Levels)
	}
	options := &slog.HandlerOptions{Level: at}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, fmt.Errorf("log format %q: it is one of %v", format, Formats)
}
