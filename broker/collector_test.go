package broker

import (
	"runtime/debug"
	"testing"
)

// percent is the collector's setting now.
func percent() int {
	now := debug.SetGCPercent(-1)
	debug.SetGCPercent(now)
	return now
}

func TestCollectorBesideServers(t *testing.T) {
	for _, test := range []struct {
		name          string
		before, while int
		chosen        string
	}{
		{"as it is usually", usualPercent, percentBesideServer, ""},
		{"as the program has chosen", 300, 300, ""},
		{"as the user has chosen", usualPercent, usualPercent, "100"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("GOGC", test.chosen)
			defer debug.SetGCPercent(debug.SetGCPercent(test.before))
			first, second := tightenCollector(), tightenCollector()
			if got := percent(); got != test.while {
				t.Errorf("%d with servers, want %d", got, test.while)
			}
			first()
			first()
			if got := percent(); got != test.while {
				t.Errorf("%d with a server left, want %d", got, test.while)
			}
			second()
			if got := percent(); got != test.before {
				t.Errorf("%d afterwards, want %d", got, test.before)
			}
		})
	}
}
