package mi

import (
	"bufio"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/language/classify"
	"github.com/vignette-sim/vignette/internal/stats"
)

var fitting = flag.Bool("fit", false, "train the models on corpus/ again and write them")

// said is a line of the corpus.
type said struct {
	group  string
	client bool
	label  byte
	text   string
	// cut says that it is a part of a line.
	cut bool
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
			lines = append(lines, said{group: group, client: mark[0] == 'C', label: mark[1], text: text})
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

// broken are the lines with long ones of clients in two, as those who transcribe speech break them where the counselor nods: a nod stands between, and the
// second part begins with a dash.
func broken(lines []said) []said {
	var out []said
	for _, line := range lines {
		words := strings.Fields(line.text)
		cut := 0
		for i := 5; line.client && i < len(words)-4; i++ {
			if end := words[i-1]; strings.HasSuffix(end, ",") && cut == 0 || strings.HasSuffix(end, ",") && abs(i-len(words)/2) < abs(cut-len(words)/2) {
				cut = i
			}
		}
		line.group += " "
		if cut == 0 {
			out = append(out, line)
			continue
		}
		first, second := line, line
		first.text, second.text = strings.TrimSuffix(strings.Join(words[:cut], " "), ",")+"-", "- "+strings.Join(words[cut:], " ")
		first.cut, second.cut = true, true
		out = append(out, first, said{group: line.group, label: ' ', text: "Mm-hmm."}, second)
	}
	return out
}

func abs(n int) int { return max(n, -n) }

// talkSamples are what clients say in the corpus, with or without their words.
func talkSamples(lines []said, words bool) []classify.Sample {
	var samples []classify.Sample
	add := func(line said, t *turn, own *history, weight float64) {
		bag := classify.NewBag()
		talkCues(bag, t, readLeans(t, own), own)
		if words {
			talkWords(bag, t, own)
		}
		samples = append(samples, classify.Sample{Bag: bag, Label: strings.IndexByte("-0+", line.label), Group: strings.TrimSpace(line.group), Weight: weight})
	}
	heard(lines, func(line said, t *turn, own *history) {
		if line.client {
			add(line, t, own, 1)
		}
	})
	heard(broken(lines), func(line said, t *turn, own *history) {
		if line.cut {
			add(line, t, own, 0.5)
		}
	})
	balance(samples)
	return samples
}

// shares are of sustain talk, neutral and change talk among what clients say, about as Wu et al. (2022) count them in AnnoMI; the corpus has more of the
// rarer ones.
var shares = [3]float64{0.12, 0.63, 0.25}

func balance(samples []classify.Sample) {
	var counts [3]float64
	for _, s := range samples {
		counts[s.Label] += s.Weight
	}
	for i, s := range samples {
		samples[i].Weight *= shares[s.Label] / counts[s.Label] * 1000
	}
}

// talkOptions were chosen by leaving out the files of the corpus in turn.
var talkOptions = classify.Options{Penalty: 3e-3}

// The weights in trained/ are what the corpus gives. With -fit they are written anew.
func TestWeightsAreThoseOfTheCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains")
	}
	lines := corpus(t)
	for _, m := range []struct {
		file    string
		labels  []string
		samples []classify.Sample
		options classify.Options
	}{
		{"trained/talk-cues.txt", talkLabels, talkSamples(lines, false), talkOptions},
		{"trained/talk-words.txt", talkLabels, talkSamples(lines, true), talkOptions},
		{"trained/question.txt", []string{"closed", "open"}, questionSamples(lines), questionOptions},
	} {
		model, err := classify.Train(m.samples, m.labels, m.options)
		if err != nil {
			t.Fatal(err)
		}
		if *fitting {
			if err := os.WriteFile(m.file, model.Text(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		kept, err := os.ReadFile(m.file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(kept), string(model.Text())); diff != "" {
			t.Errorf("%s is not what the corpus gives now; run make weights (-kept +trained):\n%.2000s", m.file, diff)
		}
	}
}

// What is found in conversations of the corpus by weights that never saw them, its files left out in turn: more than the rules find.
func TestTalkOfOtherFiles(t *testing.T) {
	if !*fitting {
		t.Skip("it trains sixteen times: with -fit")
	}
	lines := corpus(t)
	var held [2][][]float64
	samples := talkSamples(lines, true)
	for i, words := range []bool{false, true} {
		each := talkSamples(lines, words)
		files := map[string]bool{}
		for j := range each {
			each[j].Group = each[j].Group[:1]
			files[each[j].Group] = true
		}
		var err error
		if held[i], err = classify.Held(each, talkLabels, len(files), talkOptions); err != nil {
			t.Fatal(err)
		}
	}
	var rules []int
	take := func(_ said, t *turn, own *history) { rules = append(rules, readLeans(t, own).ruled) }
	heard(lines, func(line said, t *turn, own *history) {
		if line.client {
			take(line, t, own)
		}
	})
	heard(broken(lines), func(line said, t *turn, own *history) {
		if line.cut {
			take(line, t, own)
		}
	})
	byRules, cues, words, both := table(), table(), table(), table()
	for i, s := range samples {
		mean := make([]float64, 3)
		for k := range mean {
			mean[k] = held[0][i][k] + held[1][i][k]
		}
		byRules[s.Label][rules[i]] += s.Weight
		cues[s.Label][likeliest(held[0][i])] += s.Weight
		words[s.Label][likeliest(held[1][i])] += s.Weight
		both[s.Label][likeliest(mean)] += s.Weight
	}
	t.Logf("kappa: rules %.2f, cues %.2f, words %.2f, both %.2f", kappaOf(t, byRules), kappaOf(t, cues), kappaOf(t, words), kappaOf(t, both))
	if kappaOf(t, both) < kappaOf(t, byRules)+0.05 {
		t.Errorf("weights find little more than the rules")
	}
}

func likeliest(p []float64) int {
	best := 0
	for k := range p {
		if p[k] > p[best] {
			best = k
		}
	}
	return best
}

func table() [][]float64 {
	return [][]float64{make([]float64, 3), make([]float64, 3), make([]float64, 3)}
}

func kappaOf(t *testing.T, table [][]float64) float64 {
	t.Helper()
	kappa, err := stats.CohenKappa(table)
	if err != nil {
		t.Fatal(err)
	}
	return kappa
}

// questionOptions were chosen by leaving out the files of the corpus in turn.
var questionOptions = classify.Options{Penalty: 1e-3}

// questionSamples are the turns of the corpus that ask.
func questionSamples(lines []said) []classify.Sample {
	var samples []classify.Sample
	heard(lines, func(line said, t *turn, _ *history) {
		if line.client || line.label == ' ' {
			return
		}
		bag := classify.NewBag()
		askedFeatures(bag, t)
		samples = append(samples, classify.Sample{Bag: bag, Label: strings.IndexByte("co", line.label), Group: line.group})
	})
	return samples
}

// Whether a question is open is found better by weights that never saw it than by rules alone.
func TestQuestionsLeftOut(t *testing.T) {
	if !*fitting {
		t.Skip("it trains eight times: with -fit")
	}
	lines := corpus(t)
	samples := questionSamples(lines)
	var rules []int
	heard(lines, func(line said, t *turn, _ *history) {
		if !line.client && line.label != ' ' {
			rules = append(rules, strings.Count(formOf(t), "open"))
		}
	})
	for i := range samples {
		samples[i].Group = ""
	}
	held, err := classify.Held(samples, []string{"closed", "open"}, 8, questionOptions)
	if err != nil {
		t.Fatal(err)
	}
	byRules, weighed := table(), table()
	for i, s := range samples {
		byRules[s.Label][rules[i]]++
		weighed[s.Label][likeliest(held[i])]++
	}
	t.Logf("kappa of %d questions: rules %.2f, weighed %.2f", len(samples), kappaOf(t, byRules), kappaOf(t, weighed))
	if kappaOf(t, weighed) < kappaOf(t, byRules)+0.01 {
		t.Error("the weights find no more than the rules")
	}
}
