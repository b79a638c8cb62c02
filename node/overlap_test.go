package node_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/agents/builtin"
	"github.com/vignette-sim/vignette/node"
)

// people reads what people said in published counseling sessions, each utterance once.
func people(t *testing.T) builtin.Human {
	t.Helper()
	file, err := os.Open(filepath.Join(testdata(), "annomi-dev", "annomi-dev.csv"))
	if err != nil {
		t.Logf("no human text to compare with: %v", err)
		return builtin.Human{}
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var human builtin.Human
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		key := row[column["transcript_id"]] + " " + row[column["utterance_id"]]
		if seen[key] {
			continue // coded by another annotator too
		}
		seen[key] = true
		if text := row[column["utterance_text"]]; row[column["interlocutor"]] == "therapist" {
			human.Helpers = append(human.Helpers, text)
		} else {
			human.Clients = append(human.Clients, text)
		}
	}
	return human
}

// mostCommon is the share of an ear's phrases that an evaluator may listen for too. Everyday ones ("what if", "of course") come
// to a sixth in the speaker's; a copied list would be more.
const mostCommon = 0.2

// How far ears know voices, to be read: go test -run Overlap -v ./node
func TestOverlap(t *testing.T) {
	rows, err := node.Overlap(people(t))
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	if err := builtin.Print(&table, rows); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", table.String())
	twins, err := node.Common()
	if err != nil {
		t.Fatal(err)
	}
	for _, both := range twins {
		t.Logf("%s and %s both listen for %d of %d phrases: %q", both.One, both.Other, len(both.Phrases), both.Of, both.Phrases)
		if float64(len(both.Phrases)) > mostCommon*float64(both.Of) {
			t.Errorf("%s and %s have too much in common: has a list been copied?", both.One, both.Other)
		}
	}
	for _, row := range rows {
		if row.Phrases < 30 || row.Words < 300 || row.InVoice.Share == 0 {
			t.Errorf("%+v: has a list moved?", row)
		}
	}
}
