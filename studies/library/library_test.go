package library_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies/library"
)

var (
	update    = flag.Bool("update", false, "measure scenarios that are new or have changed, and write the page")
	remeasure = flag.Bool("remeasure", false, "with -update: measure all scenarios, for when the builtin minds have changed")
)

const (
	recordFile = "testdata/measured.json"
	pageFile   = "../../docs/library.md"
)

// builtin is a runner on a node of its own, on which the builtin minds are hosted.
func builtin(t *testing.T) *runs.Runner {
	t.Helper()
	n, err := node.OpenTemporary(t.Context(), node.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := n.HostBuiltin(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n.Runner()
}

func shipped(t *testing.T) ([]*vignettev1.Scenario, []*vignettev1.Persona) {
	t.Helper()
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	personas, err := scenarios.Personas()
	if err != nil {
		t.Fatal(err)
	}
	return all, personas
}

func readRecord(t *testing.T) *library.Record {
	t.Helper()
	record := &library.Record{Seed: 1, Scenarios: map[string]*library.Entry{}}
	text, err := os.ReadFile(recordFile)
	if err == nil {
		err = json.Unmarshal(text, record)
	}
	if err != nil && !(*update && os.IsNotExist(err)) {
		t.Fatal(err)
	}
	return record
}

// The page tells of every scenario as it is now. It is written anew with -update, which plays those that are new or have
// changed.
func TestPage(t *testing.T) {
	all, personas := shipped(t)
	record := readRecord(t)
	if *update {
		if *remeasure {
			record.Scenarios = map[string]*library.Entry{}
		}
		if err := record.Update(t.Context(), builtin(t), all); err != nil {
			t.Fatal(err)
		}
		writeRecord(t, record)
	}
	stale, err := record.Stale(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stale {
		t.Errorf("%s is new or has changed since it was measured; run go test ./studies/library -update", s.GetId())
	}
	if len(record.Scenarios) > len(all) {
		t.Errorf("%d scenarios were measured and %d ship; run go test ./studies/library -update", len(record.Scenarios), len(all))
	}
	if t.Failed() {
		return
	}
	page, err := library.Page(record, all, personas)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(pageFile, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(written), string(page)); diff != "" {
		t.Errorf("docs/library.md is not what the library is now; run go test ./studies/library -update (-page +now):\n%s", diff)
	}
}

func writeRecord(t *testing.T, record *library.Record) {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(record); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recordFile, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Where a partner has to be won, skill wins more of them, or is rewarded for how it asks.
func TestSkillPays(t *testing.T) {
	all, _ := shipped(t)
	record := readRecord(t)
	for _, s := range all {
		entry := record.Scenarios[s.GetId()]
		if entry == nil || len(library.Partners(s)) == 0 {
			continue
		}
		if entry.Novice.Valid == 0 || entry.Skilled.Valid == 0 {
			t.Errorf("%s: no valid episode: novice %+v, skilled %+v", s.GetId(), entry.Novice, entry.Skilled)
			continue
		}
		if !more(entry.Novice.Agreed, entry.Skilled.Agreed) && !more(entry.Novice.Reward, entry.Skilled.Reward) {
			t.Errorf("%s: skill gains nothing: agreed %v, %v; reward %v, %v", s.GetId(), show(entry.Novice.Agreed), show(entry.Skilled.Agreed), show(entry.Novice.Reward), show(entry.Skilled.Reward))
		}
	}
}

func more(less, more *float64) bool { return less != nil && more != nil && *more > *less }

func show(x *float64) any {
	if x == nil {
		return "none"
	}
	return *x
}

// Whatever the record says: every scenario that ships can be played today, and over all of them skill still pays. Without its
// reward for skill a library would train nobody.
func TestEveryScenarioPlays(t *testing.T) {
	if testing.Short() {
		t.Skip("this plays every scenario of the library twice")
	}
	all, _ := shipped(t)
	measured, err := library.Measure(t.Context(), builtin(t), all, library.Options{Repeats: 1, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	gained, compared := 0.0, 0
	for _, m := range measured {
		if m.Novice.Valid != 1 || m.Skilled.Valid != 1 {
			t.Errorf("%s: valid episodes: novice %d of 1, skilled %d of 1", m.Scenario.GetId(), m.Novice.Valid, m.Skilled.Valid)
		}
		if len(library.Partners(m.Scenario)) > 0 && m.Novice.Reward != nil && m.Skilled.Reward != nil {
			gained, compared = gained+*m.Skilled.Reward-*m.Novice.Reward, compared+1
		}
	}
	if compared == 0 || gained/float64(compared) <= 0.1 {
		t.Errorf("over %d scenarios with partners skill gains %.2f reward in all", compared, gained)
	}
}

func TestFingerprintIsOfWhatIsPlayed(t *testing.T) {
	all, _ := shipped(t)
	fingerprint := func(s *vignettev1.Scenario) string {
		t.Helper()
		print, err := library.Fingerprint(s)
		if err != nil {
			t.Fatal(err)
		}
		return print
	}
	before := fingerprint(all[0])
	all[0].Title, all[0].Tags, all[0].Description = "Another title", []string{"other"}, "Another description."
	if now := fingerprint(all[0]); now != before {
		t.Errorf("another title makes another scenario: %s, %s", before, now)
	}
	all[0].Setting += " It rains."
	if now := fingerprint(all[0]); now == before {
		t.Error("another setting is the same scenario")
	}
}
