package export_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/export"
)

// A table says the same in both formats; what is not known is empty or null, and never zero.
func TestTables(t *testing.T) {
	state := fold(t, full())
	for table, want := range map[export.Table]struct {
		rows  int
		cells map[string]string
	}{
		export.Episodes: {1, map[string]string{"episode": "e1", "factors": `{"focal.policy.skill":"0.9"}`, "validity": "ok", "turns": "6", "reward": "", "reward_missing": "dependency_missing"}},
		export.Turns:    {6, map[string]string{"role": "a", "text": "How are you?", "distress": "", "reward": "-1"}},
		export.Scores:   {2, map[string]string{"dimension": "d.turn", "value": "0", "label": "none", "missing": "", "turn_index": "0", "confidence": "0.5"}},
	} {
		t.Run(string(table), func(t *testing.T) {
			var asCSV, asParquet bytes.Buffer
			for _, make := range []func() (export.Tabular, error){
				func() (export.Tabular, error) { return export.NewCSV(&asCSV, table) },
				func() (export.Tabular, error) { return export.NewParquet(&asParquet, table) },
			} {
				w, err := make()
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Write(state); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
			}
			records, err := csv.NewReader(&asCSV).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			file, err := parquet.OpenFile(bytes.NewReader(asParquet.Bytes()), int64(asParquet.Len()))
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, field := range file.Schema().Fields() {
				names = append(names, field.Name())
			}
			if diff := cmp.Diff(records[0], names); diff != "" || len(records) != want.rows+1 || file.NumRows() != int64(want.rows) {
				t.Fatalf("%d rows in CSV, %d in Parquet; columns -csv +parquet:\n%s", len(records)-1, file.NumRows(), diff)
			}
			for i, name := range records[0] {
				if cell, asked := want.cells[name]; asked && records[1][i] != cell {
					t.Errorf("%s is %q, want %q", name, records[1][i], cell)
				}
			}
		})
	}
	if _, err := export.NewCSV(io.Discard, "words"); err == nil || !strings.Contains(err.Error(), "episodes") {
		t.Errorf("a table that is none: %v", err)
	}
}

// Whatever somebody says is no formula in a spreadsheet.
func TestCSVIsInert(t *testing.T) {
	events := full()
	events[1].GetTurn().Action.Text = "=HYPERLINK(\"http://x\",\"y\")"
	var out bytes.Buffer
	w, err := export.NewCSV(&out, export.Turns)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(fold(t, events)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `'=HYPERLINK`) {
		t.Errorf("a formula goes out:\n%s", out.String())
	}
}

// BenchmarkParquet writes the turns of 100,000 episodes of 12 turns, no text twice, and reports how much memory is in use at most.
//
//	go test -run '^$' -bench Parquet -benchtime 1x ./studies/export
func BenchmarkParquet(b *testing.B) {
	for b.Loop() {
		w, err := export.NewParquet(io.Discard, export.Turns)
		if err != nil {
			b.Fatal(err)
		}
		var most uint64
		for i := range 100_000 {
			if err := w.Write(long(b, i, 12)); err != nil {
				b.Fatal(err)
			}
			if i%1000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.Sys-m.HeapReleased)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(most)/(1<<20), "peak-MiB")
	}
}

// long is an episode of some turns with words of its own.
func long(tb testing.TB, number, turns int) *episode.State {
	events := []*vignettev1.EpisodeEvent{full()[0]}
	for i := range turns {
		text := fmt.Sprintf("This is turn %d of conversation %d, which goes on for about as long as people do, and is like no other:", i, number)
		for j := range 4 {
			text += fmt.Sprintf(" %x", sha256.Sum256(fmt.Append(nil, number, i, j)))
		}
		events = append(events, &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{
			Id: fmt.Sprint(i), Index: int32(i), Role: []string{"a", "b"}[i%2], Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text},
			MentalState: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: proto.Float64(float64(number%101) + float64(i)/100)},
		}}})
	}
	return fold(tb, events)
}
