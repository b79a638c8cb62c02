package mi

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/language/linear"
	"github.com/vignette-sim/vignette/internal/stats"
)

var fitting = flag.Bool("fit", false, "train the models on corpus/ again and write them")

// said is a line of the corpus.
type said struct {
	group  string
	client bool
	label  byte
	text   string
}

func corpus(t *testing.T) []said {
	t.Helper()
	files, err := filepath.Glob("corpus/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	var lines []said
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		group := ""
		scanner := bufio.NewScanner(f)
		for n := 1; scanner.Scan(); n++ {
			line := strings.TrimSpace(scanner.Text())
			if title, ok := strings.CutPrefix(line, "# "); ok {
				group = filepath.Base(file) + ": " + title
				continue
			}
			mark, text, ok := strings.Cut(line, ": ")
			if mark == "T" {
				mark = "T "
			}
			if !ok || len(mark) != 2 || !strings.Contains("T C", mark[:1]) || !strings.Contains(map[byte]string{'T': "oc ", 'C': "+-0"}[mark[0]], mark[1:]) {
				t.Fatalf("%s:%d: %q is no line of a conversation: write \"To: words\" (Tc, T; C+, C0, C-)", file, n, line)
			}
			lines = append(lines, said{group, mark[0] == 'C', mark[1], text})
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

// heard follows the corpus as a session does, and calls f with each turn before it is taken in.
func heard(lines []said, f func(line said, t *turn, own *history)) {
	past := map[bool]*history{}
	group := ""
	for _, line := range lines {
		if line.group != group {
			group, past = line.group, map[bool]*history{true: {talk: neutral}, false: {talk: neutral}}
		}
		t := readTurnText(line.text)
		own := past[line.client]
		f(line, t, own)
		if line.client {
			own.talk = readLeans(t, own).ruled
		} else {
			t.read = hear(t, own)
			own.read = t.read
		}
		own.own = t
		past[!line.client].hear(t)
	}
}

func talkSamples(lines []said) []linear.Sample {
	var samples []linear.Sample
	heard(lines, func(line said, t *turn, own *history) {
		if !line.client {
			return
		}
		bag := linear.NewBag()
		talkFeatures(bag, t, readLeans(t, own), own)
		samples = append(samples, linear.Sample{Bag: bag, Label: strings.IndexByte("-0+", line.label), Group: line.group})
	})
	return samples
}

// shares are of AnnoMI's kinds of client talk as Wu et al. (2022) count them, about: sustain, neutral, change. The corpus has more of the rarer ones.
var shares = [3]float64{0.12, 0.63, 0.25}

func balance(samples []linear.Sample, shares []float64) {
	counts := make([]float64, len(shares))
	for _, s := range samples {
		counts[s.Label]++
	}
	for i, s := range samples {
		samples[i].Weight = shares[s.Label] / counts[s.Label] * float64(len(samples))
	}
}

func TestTry(t *testing.T) {
	lines := corpus(t)
	samples := talkSamples(lines)
	balance(samples, shares[:])
	labels := []string{"sustain", "neutral", "change"}
	table := func(p func(i int) int) string {
		tab := [][]float64{make([]float64, 3), make([]float64, 3), make([]float64, 3)}
		for i, s := range samples {
			tab[s.Label][p(i)] += s.Weight
		}
		k, _ := stats.CohenKappa(tab)
		return fmt.Sprintf("%.3f %.0f", k, tab)
	}
	i := 0
	var rules []int
	heard(lines, func(line said, t *turn, own *history) {
		if line.client {
			rules = append(rules, readLeans(t, own).ruled)
			i++
		}
	})
	t.Logf("rules %s", table(func(i int) int { return rules[i] }))
	run := func(name string, keep func(f string) bool, pen float64, min int) {
		for _, by := range []string{"session", "file"} {
			folds := 8
			ss := slices.Clone(samples)
			if by == "file" {
				folds = 4
				for i := range ss {
					ss[i].Group = ss[i].Group[:1]
				}
			}
			p, err := linear.Held(ss, labels, folds, linear.Options{Penalty: pen, MinTexts: min})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s %g %d by %s: %s", name, pen, min, by, table(func(i int) int {
				best := 0
				for k := range p[i] {
					if p[i][k] > p[i][best] {
						best = k
					}
				}
				return best
			}))
		}
	}
	for _, min := range []int{2, 4, 8} {
		for _, pen := range []float64{4e-3, 1e-2, 2e-2, 4e-2} {
			run("all", nil, pen, min)
		}
	}
}

func TestFit(t *testing.T) {
	if !*fitting {
		t.Skip("with -fit")
	}
	samples := talkSamples(corpus(t))
	balance(samples, shares[:])
	model, err := linear.Train(samples, []string{"sustain", "neutral", "change"}, linear.Options{Penalty: 4e-3})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("talk.model", model.Text(), 0o644); err != nil {
		t.Fatal(err)
	}
}
