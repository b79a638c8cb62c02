package agreement_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/agreement"
	"github.com/vignette-sim/vignette/studies/scoring"
)

var update = flag.Bool("update", false, "measure the evaluators on published data, and write the tables of docs/evaluators.md")

const pageFile = "../../docs/evaluators.md"

// published is the folder of published data; the test is passed over where it is not.
func published(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("VIGNETTE_TESTDATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	if _, err := os.Stat(filepath.Join(dir, agreement.Sets[0].File)); err != nil {
		t.Skip("no published data: $VIGNETTE_TESTDATA names their folder")
	}
	return dir
}

// interval is one, in a table. They take a minute of draws, so that only -update makes them; what they are about is held each time.
var interval = regexp.MustCompile(` \[-?[0-9.]+, -?[0-9.]+\]`)

// The tables in docs/evaluators.md are what the evaluators do today. With -update they are written anew.
func TestTablesAreFresh(t *testing.T) {
	if testing.Short() && !*update {
		t.Skip("it asks about twelve thousand utterances")
	}
	dir := published(t)
	n, err := node.OpenTemporary(t.Context(), node.Config{Version: "dev"})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close(context.WithoutCancel(t.Context()))
	if err := n.HostBuiltin(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all []agreement.Measured
	for _, set := range agreement.Sets {
		all = append(all, measured(t, n, dir, set))
	}
	page, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	want, err := agreement.Splice(string(page), agreement.Tables(all))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(pageFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(interval.ReplaceAllString(want, ""), interval.ReplaceAllString(string(page), "")); diff != "" {
		t.Errorf("docs/evaluators.md is not what is measured now; run go test ./studies/agreement -run Tables -update (-now +page):\n%s", diff)
	}
}

func measured(t *testing.T, n *node.Node, dir string, set agreement.Set) agreement.Measured {
	t.Helper()
	study := &agreement.Study{Directory: n.Directory(), Clock: n.Runner().Clock, Evaluator: set.Evaluator, Known: node.Evaluators()}
	description, err := study.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, set.File)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read, err := agreement.Format(set.Format)
	if err != nil {
		t.Fatal(err)
	}
	labels, err := read(strings.NewReader(string(text)), path, description, set.Dimensions)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := study.Ask(t.Context(), description, labels)
	if err != nil {
		t.Fatal(err)
	}
	options := agreement.Options{Seed: 1}
	if !*update {
		options.Resamples = 100 // the intervals are not looked at
	}
	out := agreement.Measured{Set: set, Report: agreement.Compare(description, labels, answers, options)}
	if !set.Sessions {
		return out
	}
	sessions, err := agreement.ReadSessions(strings.NewReader(string(text)), path)
	if err != nil {
		t.Fatal(err)
	}
	scorer := &scoring.Scorer{Directory: n.Directory(), Clock: n.Runner().Clock, Use: &vignettev1.EvaluatorUse{Name: set.Evaluator}}
	if out.Sessions, err = agreement.Separate(t.Context(), scorer, description, sessions, options); err != nil {
		t.Fatal(err)
	}
	return out
}
