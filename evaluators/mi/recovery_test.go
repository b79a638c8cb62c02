package mi_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/mi"
	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// paraphrase is an act in words that no speaker of ours has, with what it is. We wrote and labelled them: a regression test, and no
// evidence about people.
type paraphrase struct {
	Context []struct{ Text string }
	Role    string
	Text    string
	Labels  map[string]string
}

func paraphrases(t *testing.T) []paraphrase {
	t.Helper()
	data, err := os.ReadFile("testdata/paraphrases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var all []paraphrase
	for decoder := json.NewDecoder(strings.NewReader(string(data))); decoder.More(); {
		var p paraphrase
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// asked puts a text to the coder in its context.
func (p paraphrase) asked(text string) *vignettev1.EvaluateRequest {
	if p.Role == "client" {
		return request("C", "T: "+p.Context[0].Text, "C: "+text)
	}
	return request("T", "C: "+p.Context[0].Text, "T: "+text)
}

// kappa is the agreement with the labels of a dimension, of texts as told changes them.
func kappa(t *testing.T, all []paraphrase, dimension string, told func(string) string) float64 {
	t.Helper()
	var labels []string
	place := func(label string) int {
		if i := slices.Index(labels, label); i >= 0 {
			return i
		}
		labels = append(labels, label)
		return len(labels) - 1
	}
	var pairs [][2]int
	for _, p := range all {
		want, labelled := p.Labels[dimension]
		if !labelled {
			continue
		}
		got := ofLast(t, p.asked(told(p.Text)), dimension).GetValue().GetLabel()
		if got == "" {
			got = "n/a"
		}
		pairs = append(pairs, [2]int{place(want), place(got)})
	}
	table := make([][]float64, len(labels))
	for i := range table {
		table[i] = make([]float64, len(labels))
	}
	for _, pair := range pairs {
		table[pair[0]][pair[1]]++
	}
	value, err := stats.CohenKappa(table)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// Acts are found in words that no realiser has, and not in the same words in no order.
func TestParaphrasesAreRecovered(t *testing.T) {
	all := paraphrases(t)
	long := slices.DeleteFunc(slices.Clone(all), func(p paraphrase) bool { return len(strings.Fields(p.Text)) < 5 }) // a nod has no order
	draw := rand.New(rand.NewPCG(3, 9))
	heap := func(text string) string {
		var words []string
		for _, token := range language.Words(language.Tokens(text)) {
			words = append(words, token.Norm)
		}
		draw.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		return strings.Join(words, " ")
	}
	for _, dimension := range []string{mi.Main, mi.Question, mi.Client} {
		said, heaped := kappa(t, all, dimension, func(text string) string { return text }), 0.0
		for range 10 {
			heaped += kappa(t, long, dimension, heap) / 10
		}
		t.Logf("%s: kappa %.2f, in no order %.2f", dimension, said, heaped)
		if said < .6 || heaped > .2 {
			t.Errorf("%s: kappa %.2f (at least .6), in no order %.2f (at most .2)", dimension, said, heaped)
		}
	}
}

// What is to be found is not what our own minds say: no six words of it stand in what they are made of.
func TestParaphrasesAreHeldOut(t *testing.T) {
	const long = 6
	ours := map[string]bool{}
	words := func(text string) (out []string) {
		for _, token := range language.Words(language.Tokens(text)) {
			out = append(out, token.Norm)
		}
		return out
	}
	err := filepath.WalkDir("../../agents/builtin", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
			return err
		}
		data, err := os.ReadFile(path)
		said := words(string(data))
		for i := range max(0, len(said)-long+1) {
			ours[strings.Join(said[i:i+long], " ")] = true
		}
		return err
	})
	if err != nil || len(ours) < 1000 {
		t.Fatalf("%d sequences: %v", len(ours), err)
	}
	for _, p := range paraphrases(t) {
		said := words(p.Text)
		for i := range max(0, len(said)-long+1) {
			if sequence := strings.Join(said[i:i+long], " "); ours[sequence] {
				t.Errorf("%q: our minds say %q too", p.Text, sequence)
			}
		}
	}
}

// Another language is no zero, whatever is said in it.
func TestParaphrasesInAnotherLanguage(t *testing.T) {
	service := evaluators.NewService(mi.Name, "dev", mi.New())
	for _, p := range paraphrases(t) {
		req := p.asked(p.Text)
		req.Language = "fr"
		response, err := service.Evaluate(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, score := range response.GetScores() {
			if score.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_LANGUAGE_NOT_SUPPORTED {
				t.Fatalf("%q: %v", p.Text, score)
			}
		}
	}
}
