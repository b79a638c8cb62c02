package risk_test

import (
	"os"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/engine/practice/risk"
	"github.com/vignette-sim/vignette/internal/stats"
)

// Detail of methods is kept from trainees; that somebody wants to die, and how it feels, is not.
func TestMethod(t *testing.T) {
	for text, want := range map[string]bool{
		"Sometimes I don't want to wake up.":                               false,
		"I think about dying when I lie awake.":                            false,
		"I have twenty pills a day to take, and I hate it.":                false,
		"I would take forty tablets, that is enough to die.":               true,
		"I read what a lethal dose is.":                                    true,
		"I would tie a noose in the attic.":                                true,
		"You have to cut along the vein.":                                  true,
		"With carbon monoxide in the garage you die without noticing.":     true,
		"I deadlift forty kilos.":                                          false,
		"My father died of carbon monoxide.":                               false,
		"I'd like to leave at two on Tuesdays, to take my father to rehab": false,
	} {
		if got := risk.Method(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// The rules on texts that they were not developed on: sensitivity, false alarms, and every miss. VIGNETTE_RISK_TEXTS names a file with
// a line each: "danger" or "harmless", a tab, the text.
func TestUnseen(t *testing.T) {
	file := os.Getenv("VIGNETTE_RISK_TEXTS")
	if file == "" {
		t.Skip("VIGNETTE_RISK_TEXTS names no file: how the rules do on texts of others is not measured here")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found, all := map[string]int{}, map[string]int{}
	for line := range strings.Lines(string(data)) {
		label, text, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if !ok || label != "danger" && label != "harmless" {
			t.Fatalf("%q is not LABEL, tab, text with the label danger or harmless", line)
		}
		all[label]++
		at, is := risk.Detect(text)
		if is {
			found[label]++
		}
		if is != (label == "danger") {
			t.Logf("%s: %q (found %v %s)", label, text, is, at.Rule)
		}
	}
	for _, label := range []string{"danger", "harmless"} {
		interval, err := stats.WilsonInterval(found[label], all[label], 0.95)
		if err != nil {
			t.Fatalf("%s: %v", label, err)
		}
		what := map[string]string{"danger": "sensitivity", "harmless": "false alarms"}[label]
		t.Logf("%s %.2f [%.2f, %.2f], %d of %d", what, float64(found[label])/float64(all[label]), interval.Low, interval.High, found[label], all[label])
	}
}
