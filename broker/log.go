package broker

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// serverLog hands the server's log lines to slog. The server's notices are about its own life (started, recovered a
// stream), which is debugging to anybody who did not know that there is a server.
//
// It keeps the last error, which is why a server that is not ready is not.
type serverLog struct {
	logger *slog.Logger
	last   *lastError
}

// lastError is the last error that a server has logged. One that is fatal, which another server would have ended with, stays the last.
type lastError struct {
	mu    sync.Mutex
	text  string
	fatal bool
}

func (l *lastError) set(text string, fatal bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.fatal {
		l.text, l.fatal = text, fatal
	}
}

func (l *lastError) isFatal() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

// because is the reason in a sentence's end, or "".
func (l *lastError) because() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.text == "":
		return ""
	case strings.Contains(l.text, "address already in use"):
		return ": " + l.text + ": stop what listens there, or choose another address"
	}
	return ": " + l.text
}

func (l serverLog) Noticef(format string, v ...any) { l.logger.Debug(fmt.Sprintf(format, v...)) }
func (l serverLog) Warnf(format string, v ...any)   { l.logger.Warn(fmt.Sprintf(format, v...)) }

// Errorf takes what is wrong, but for a member of a cluster that is not there yet, or any more: those that are go on without it.
func (l serverLog) Errorf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	if strings.HasPrefix(text, "Error trying to connect to route") {
		l.logger.Info(text)
		return
	}
	l.error(text, false)
}
func (l serverLog) Debugf(format string, v ...any) { l.logger.Debug(fmt.Sprintf(format, v...)) }
func (l serverLog) Tracef(format string, v ...any) { l.logger.Debug(fmt.Sprintf(format, v...)) }

// Fatalf logs and returns: an embedded server must not end the process. What failed shows as a server that is not ready.
func (l serverLog) Fatalf(format string, v ...any) { l.error(fmt.Sprintf(format, v...), true) }

func (l serverLog) error(text string, fatal bool) {
	l.last.set(text, fatal)
	l.logger.Error(text)
}
