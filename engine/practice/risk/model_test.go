package risk

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/language/classify"
	"github.com/vignette-sim/vignette/internal/stats"
)

var update = flag.Bool("update", false, "write the model anew from the corpus; score it by TestHeldOut before you commit it")

// options are what the models are trained with. The penalties are of 1e-3, 3e-3, 6e-3 and 1e-2 those that give texts left out the most
// likelihood.
var (
	dangerOptions = classify.Options{Penalty: 1.5e-3, Smallest: 0.02}
	kindOptions   = classify.Options{Penalty: 3e-3, Smallest: 0.05}
)

// none heads sections of the corpus that tell of no danger.
const none = "none"

// example is a text of the corpus.
type example struct {
	kind, section, text string
}

// corpus reads corpus/*.txt, in order; what is no section and stands in none is an error with its place.
func corpus(t testing.TB) []example {
	t.Helper()
	files, err := filepath.Glob("corpus/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus/*.txt: %v", err)
	}
	var all []example
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		here := example{}
		for i, line := range strings.Split(string(data), "\n") {
			line = strings.TrimSpace(line)
			heading, isHeading := strings.CutPrefix(line, "[")
			heading, closed := strings.CutSuffix(heading, "]")
			switch kind, what, cut := strings.Cut(heading, ": "); {
			case line == "" || strings.HasPrefix(line, "#"):
			case isHeading && closed && cut && (kind == none || slices.Contains(kinds, kind)):
				here = example{kind: kind, section: kind + ": " + what}
			case here.kind == "":
				t.Fatalf("%s:%d: a text before the first section; write [KIND: WHAT] before it, KIND %s or one of %v", file, i+1, none, kinds)
			default:
				all = append(all, example{here.kind, here.section, line})
			}
		}
	}
	return all
}

// The corpus of dear-man is talk in which nobody is in danger. The model learned from these files of it; those that came later are other
// people's talk to try it on (TestOtherTalk).
var learnedFrom = strings.Fields("family friends home mixed money more public work")

const askingAndRefusing = "../../../evaluators/dearman/corpus/"

var (
	utteranceLine = regexp.MustCompile(`^[-012]{7} `)
	partOfIt      = regexp.MustCompile(`(^| \| )(x|(?:[dearnmc][12])+) `)
)

// spokenIn is the utterance in a line of that corpus, without its labels.
func spokenIn(line string) (utterance string, ok bool) {
	if !utteranceLine.MatchString(line) {
		return "", false
	}
	return strings.TrimSpace(partOfIt.ReplaceAllString(line[8:], " ")), true
}

// Ordinary talk of people in other voices than were learned from stops few sessions.
func TestOtherTalk(t *testing.T) {
	if testing.Short() {
		t.Skip("reads thousands of utterances")
	}
	files, err := filepath.Glob(askingAndRefusing + "*.txt")
	if err != nil {
		t.Fatal(err)
	}
	heard, all := 0, 0
	for _, file := range files {
		if slices.Contains(learnedFrom, strings.TrimSuffix(filepath.Base(file), ".txt")) {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			utterance, ok := spokenIn(strings.TrimRight(line, "\r\n"))
			if !ok {
				continue
			}
			all++
			if found, danger := Detect(utterance); danger {
				heard++
				t.Logf("%v: %s", found, utterance)
			}
		}
	}
	t.Logf("%d of %d", heard, all)
	if all < 1000 || heard*25 > all {
		t.Errorf("%d of %d ordinary turns are taken for danger", heard, all)
	}
}

// ordinary are utterances of people who ask for something, refuse it, or talk with a counselor, from the corpora of other parts: what
// practice mostly consists of. Without them every third of such turns sounded like danger.
func ordinary(t testing.TB) []example {
	t.Helper()
	var all []example
	seen := map[string]bool{}
	add := func(section, text string) {
		text = strings.TrimSpace(text)
		if _, met, _ := byRule(text); met || seen[strings.ToLower(text)] || len(strings.Fields(text)) < 3 {
			return
		}
		seen[strings.ToLower(text)] = true
		all = append(all, example{none, none + ": ordinary, " + section, text})
	}
	read := func(pattern string, each func(line string)) {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(data)) {
				each(strings.TrimRight(line, "\r\n"))
			}
		}
	}
	for _, file := range learnedFrom {
		read(askingAndRefusing+file+".txt", func(line string) {
			if utterance, ok := spokenIn(line); ok {
				add("asking and refusing", utterance)
			}
		})
	}
	read("../../../evaluators/mi/corpus/*.txt", func(line string) {
		if who, utterance, ok := strings.Cut(line, ": "); ok && len(who) <= 2 && !strings.HasPrefix(line, "#") {
			add("counseling, "+who[:1], utterance)
		}
	})
	return all
}

// teaches are the samples of both models, and the texts of the first. Danger weighs as much as what is near to it and is none, however
// many texts there are of each: how often danger is spoken of in practice is not known, and the threshold is set apart from it.
// Ordinary talk comes on top. What the rules were developed on weighs more, so that what is plain stays right.
func teaches(t testing.TB) (danger, kind []classify.Sample, texts []example) {
	t.Helper()
	texts = append(corpus(t), ordinary(t)...)
	for _, e := range texts {
		sample := classify.Sample{Bag: featuresOf(e.text)}
		if e.kind != none {
			sample.Label = 1
			kind = append(kind, classify.Sample{Bag: topicsOf(e.text), Label: slices.Index(kinds, e.kind)})
		}
		danger = append(danger, sample)
	}
	near := len(corpus(t))
	for i := range danger {
		danger[i].Weight = 1
		if danger[i].Label == 1 {
			danger[i].Weight = float64(near-len(kind)) / float64(len(kind))
		}
		if ofRules(texts[i]) {
			danger[i].Weight *= 3
		}
	}
	return danger, kind, texts
}

// ofRules says that a text is one that the rules were developed on.
func ofRules(e example) bool { return strings.Contains(e.section, ": rules") }

// The models that are embedded are those the corpus teaches.
func TestModel(t *testing.T) {
	if testing.Short() {
		t.Skip("trains models, on one goroutine: the race detector has nothing to find there, and takes twenty times as long")
	}
	danger, kind, _ := teaches(t)
	for _, c := range []struct {
		file    string
		kept    []byte
		samples []classify.Sample
		labels  []string
		options classify.Options
	}{
		{"danger.txt", dangerText, danger, verdicts, dangerOptions},
		{"kind.txt", kindText, kind, kinds, kindOptions},
	} {
		m, err := classify.Train(c.samples, c.labels, c.options)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(c.file, m.Text(), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if !bytes.Equal(m.Text(), c.kept) {
			t.Errorf("%s is not what the corpus teaches; run go generate ./engine/practice/risk, look at TestHeldOut, and change Version", c.file)
		}
	}
}

// The corpus is large, has no text twice, and has every kind.
func TestCorpus(t *testing.T) {
	seen, count := map[string]string{}, map[string]int{}
	for _, e := range corpus(t) {
		key := strings.ToLower(e.text)
		if before, ok := seen[key]; ok {
			t.Errorf("%q is in %s and in %s", e.text, before, e.section)
		}
		seen[key] = e.section
		count[e.kind]++
	}
	t.Log(count)
	for _, kind := range append(kinds, none) {
		if count[kind] < 30 {
			t.Errorf("%d texts of kind %s are too few to learn from", count[kind], kind)
		}
	}
}

// What rules and model together do with texts that neither was made on: ten times a tenth is left out of training, and what the rules
// were developed on is not counted. The threshold was chosen by this.
func TestHeldOut(t *testing.T) {
	if os.Getenv("VIGNETTE_ALL") == "" {
		t.Skip("trains ten models, a minute: set VIGNETTE_ALL")
	}
	danger, kind, texts := teaches(t)
	held, err := classify.Held(danger, verdicts, 10, dangerOptions)
	if err != nil {
		t.Fatal(err)
	}
	heldKinds, err := classify.Held(kind, kinds, 10, kindOptions)
	if err != nil {
		t.Fatal(err)
	}
	isOrdinary := func(e example) bool { return strings.HasPrefix(e.section, none+": ordinary") }
	sensitivity := func(at float64) (heard, danger, alarms, harmless, talk, talked int) {
		for i, p := range held {
			if ofRules(texts[i]) {
				continue
			}
			_, met, excused := byRule(texts[i].text)
			hit := met || p[1] >= at && (!excused || p[1] >= excusedThreshold)
			switch {
			case texts[i].kind != none:
				danger++
				heard += btoi(hit)
			case isOrdinary(texts[i]):
				talked++
				talk += btoi(hit)
			default:
				harmless++
				alarms += btoi(hit)
			}
		}
		return heard, danger, alarms, harmless, talk, talked
	}
	for step := 2; step <= 12; step++ {
		heard, danger, alarms, harmless, talk, talked := sensitivity(float64(step) / 20)
		t.Logf("threshold %.2f: sensitivity %s, false alarms near danger %s, in ordinary talk %s", float64(step)/20, share(t, heard, danger), share(t, alarms, harmless), share(t, talk, talked))
	}
	wrong, count := map[string]int{}, map[string]int{}
	for i, p := range held {
		count[texts[i].section]++
		wrong[texts[i].section] += btoi((p[1] >= threshold) != (texts[i].kind != none))
	}
	for _, section := range slices.Sorted(maps.Keys(wrong)) {
		t.Logf("the model alone is wrong in %d of %d: %s", wrong[section], count[section], section)
	}
	right := 0
	for i, p := range heldKinds {
		right += btoi(slices.Index(p, slices.Max(p)) == kind[i].Label)
	}
	t.Logf("the kind of danger is right in %s", share(t, right, len(kind)))
	switch heard, danger, _, _, talk, talked := sensitivity(threshold); {
	case float64(talk) > 0.02*float64(talked):
		t.Errorf("at the threshold %.2f it stops %d of %d ordinary turns; at most one in fifty is bearable", threshold, talk, talked)
	case float64(heard) < 0.45*float64(danger):
		t.Errorf("at the threshold %.2f it hears %d of %d texts it has not seen", threshold, heard, danger)
	}
}

func share(t *testing.T, k, n int) string {
	t.Helper()
	interval, err := stats.WilsonInterval(k, n, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f], %d of %d", float64(k)/float64(n), interval.Low, interval.High, k, n)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// What is told of the reason is words of the text, and there are some.
func TestWordsToldAreOfTheText(t *testing.T) {
	if testing.Short() {
		t.Skip("reads thousands of utterances")
	}
	for _, e := range corpus(t) {
		found, ok := Detect(e.text)
		if !ok {
			continue
		}
		if len(found.Words) == 0 {
			t.Errorf("%q: found %v and says no words", e.text, found)
		}
		for _, words := range found.Words {
			if found.Rule == byModel && !strings.Contains(e.text, words) {
				t.Errorf("%q: %q is not in it", e.text, words)
			}
		}
	}
}
