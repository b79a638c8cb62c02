package classify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/stats"
)

var abc = []string{"low", "middle", "high"}

// numeric makes samples of rows of numbers, with labels that go by them and by chance.
func numeric(seed uint64, n, classes int) (samples []Sample, rows [][]float64, y []int) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range n {
		row, bag := make([]float64, 4), NewBag()
		for i := range row {
			row[i] = r.NormFloat64()
			bag.Add(fmt.Sprintf("x%d", i), row[i], 0, 0)
		}
		latent := 1.5*row[0] - row[1] + 0.3*row[2] + r.NormFloat64()
		label := 0
		for k := range classes - 1 {
			if latent > float64(k)-0.5 {
				label = k + 1
			}
		}
		samples, rows, y = append(samples, Sample{Bag: bag, Label: label}), append(rows, row), append(y, label)
	}
	return samples, rows, y
}

// Another method (Fisher's scoring) comes to the same model where both can be used.
func TestTrainAgreesWithFisherScoring(t *testing.T) {
	for _, classes := range []int{2, 3} {
		samples, rows, y := numeric(7, 300, classes)
		model, err := Train(samples, abc[:classes], Options{Penalty: 0.01, Ordered: true})
		if err != nil {
			t.Fatal(err)
		}
		want, err := stats.FitChoice(rows, y, classes, true, 0.01)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if diff := cmp.Diff(want.Probabilities(row), model.Probabilities(samples[i].Bag), cmpopts.EquateApprox(0, 3e-3)); diff != "" {
				t.Fatalf("%d labels, sample %d (-scoring +descent):\n%s", classes, i, diff)
			}
		}
	}
}

// Slopes are those of the loss, by finite differences.
func TestSlopes(t *testing.T) {
	for _, ordered := range []bool{true, false} {
		samples, _, _ := numeric(3, 40, 3)
		m := &Model{Labels: abc, ordered: ordered, names: featuresOf(samples, 1)}
		m.index()
		p := newProblem(m, samples, 0.1)
		at := p.start()
		for i := range at {
			at[i] += 0.1 * float64(i%3)
		}
		_, slope := p.loss(at)
		for i := range at {
			const h = 1e-6
			up, down := slices.Clone(at), slices.Clone(at)
			up[i] += h
			down[i] -= h
			above, _ := p.loss(up)
			below, _ := p.loss(down)
			if got := (above - below) / (2 * h); math.Abs(got-slope[i]) > 1e-6 {
				t.Errorf("ordered %t, place %d: slope %v, differences %v", ordered, i, slope[i], got)
			}
		}
	}
}

func bagOf(text string) *Bag {
	bag, tokens := NewBag(), language.Tokens(text)
	bag.Words("w", tokens, 2)
	bag.Letters("c", tokens, 3, 4)
	return bag
}

func texts() []Sample {
	var samples []Sample
	for i, line := range []string{
		"I can stop.", "I will stop today", "I want to stop smoking", "we could try", "I will try it",
		"it rained a lot", "my sister came over", "we ate and watched the game", "that was on Monday", "she lives there",
		"I do not want to", "I cannot quit", "I will never quit", "it is fun and I like it", "I don't want to stop",
	} {
		samples = append(samples, Sample{Bag: bagOf(line), Label: i / 5, Group: fmt.Sprint(i % 5)})
	}
	return samples
}

// The same samples give the same file, which reads as what was written.
func TestFilesAreReproducible(t *testing.T) {
	var before string
	for range 3 {
		model, err := Train(texts(), abc, Options{Penalty: 0.01})
		if err != nil {
			t.Fatal(err)
		}
		text := string(model.Text())
		if before != "" && text != before {
			t.Fatalf("trained twice (-first +second):\n%s", cmp.Diff(before, text))
		}
		before = text
		read, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(model, read, cmp.AllowUnexported(Model{}, index{})); diff != "" {
			t.Errorf("what was written and what was read (-want +got):\n%s", diff)
		}
	}
	if lines := strings.Split(before, "\n")[4:]; !slices.IsSorted(lines[:len(lines)-1]) {
		t.Error("features are not sorted")
	}
}

func TestExplainQuotesWhatSpoke(t *testing.T) {
	model, err := Train(texts(), abc, Options{Penalty: 0.01})
	if err != nil {
		t.Fatal(err)
	}
	text := "Ähm … I cannot do that"
	bag := NewBag()
	bag.Words("w", language.Tokens(text), 2)
	reasons := model.Explain(bag, 2, 5)
	if len(reasons) == 0 {
		t.Fatal("nothing spoke for it")
	}
	for i, r := range reasons {
		quote := strings.ToLower(language.Slice(text, r.Span.Start, r.Span.End).Quote)
		if "w:"+quote != r.Feature || r.Points <= 0 || i > 0 && r.Points > reasons[i-1].Points {
			t.Errorf("reason %d is %+v and quotes %q", i, r, quote)
		}
	}
}

// What is there many times counts once, with the largest value.
func TestFeaturesCountOnce(t *testing.T) {
	samples, _, _ := numeric(5, 60, 2)
	model, err := Train(samples, abc[:2], Options{Penalty: 0.01})
	if err != nil {
		t.Fatal(err)
	}
	once, twice := NewBag(), NewBag()
	once.Add("x0", 2, 0, 0)
	twice.Add("x0", 1, 3, 4)
	twice.Add("x0", 2, 5, 6)
	twice.Add("unheard of", 9, 0, 0)
	if diff := cmp.Diff(model.Probabilities(once), model.Probabilities(twice)); diff != "" {
		t.Error(diff)
	}
	if got := model.Explain(twice, 1, 9); len(got) != 1 || got[0].Span.Start != 5 {
		t.Errorf("explained by %+v", got)
	}
}

// A held out group is predicted by a model that never saw it: a word that is in one group alone can tell nothing there.
func TestHeldSeesNothingOfAGroup(t *testing.T) {
	var samples []Sample
	for i := range 40 {
		bag := NewBag()
		bag.Add(fmt.Sprintf("only%d", i/4), 1, 0, 0)
		samples = append(samples, Sample{Bag: bag, Label: i / 4 % 2, Group: fmt.Sprint(i / 4)})
	}
	got, err := Held(samples, abc[:2], 5, Options{Penalty: 0.001})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range got {
		if math.Abs(p[0]-0.5) > 0.2 {
			t.Errorf("sample %d is predicted with %v", i, p)
		}
	}
	if _, err := Held(samples, abc[:2], 11, Options{Penalty: 0.001}); err == nil {
		t.Error("eleven folds of ten groups are no error")
	}
}

func TestTrainRefuses(t *testing.T) {
	good := texts()
	bad := NewBag()
	bad.Add("x", math.NaN(), 0, 0)
	for name, c := range map[string]struct {
		samples []Sample
		labels  []string
		options Options
		says    string
	}{
		"no penalty":        {good, abc, Options{}, "penalty"},
		"one label":         {good, abc[:1], Options{Penalty: 1}, "two labels"},
		"a label unused":    {good[:10], abc, Options{Penalty: 1}, `"high"`},
		"a label too many":  {good, abc[:2], Options{Penalty: 1}, "label 2"},
		"a label with tabs": {good, []string{"a", "b", "c\td"}, Options{Penalty: 1}, "no label"},
		"no number":         {append(slices.Clone(good), Sample{Bag: bad}), abc, Options{Penalty: 1}, `"x"`},
		"no bag":            {append(slices.Clone(good), Sample{}), abc, Options{Penalty: 1}, "sample 15"},
	} {
		if _, err := Train(c.samples, c.labels, c.options); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	head := form + "\nlabels\ta\tb\nordered\ttrue\ncuts\t0.5\n"
	for _, c := range []struct{ text, says string }{
		{"", "ends before"},
		{"something else\n", "line 1"},
		{form + "\nlabels\ta\n", "line 2"},
		{form + "\nlabels\ta\tb\nordered\tperhaps\n", "line 3"},
		{form + "\nlabels\ta\tb\nordered\ttrue\ncuts\t1\t2\n", "line 4: 2 numbers"},
		{head + "b\t1\na\t1\n", "line 6: \"a\" is out of order"},
		{head + "b\tmuch\n", "line 5"},
		{head + "b\tNaN\n", "line 5"},
	} {
		if _, err := Parse([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, want %q", c.text, err, c.says)
		}
	}
}

// Any text gives probabilities.
func TestAnyTextGivesProbabilities(t *testing.T) {
	for _, ordered := range []bool{true, false} {
		model, err := Train(texts(), abc, Options{Penalty: 0.01, Ordered: ordered})
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			sum, p := 0.0, model.Probabilities(bagOf(rapid.String().Draw(t, "text")))
			for _, x := range p {
				if !(x >= 0 && x <= 1) {
					t.Fatalf("%v", p)
				}
				sum += x
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Fatalf("%v sums to %v", p, sum)
			}
		})
	}
}

func BenchmarkProbabilities(b *testing.B) {
	model, err := Train(texts(), abc, Options{Penalty: 0.01})
	if err != nil {
		b.Fatal(err)
	}
	tokens := language.Tokens(strings.Repeat("I will never stop, it is fun and I want to. ", 3))
	bag := NewBag()
	for b.Loop() {
		bag.Reset()
		bag.Words("w", tokens, 2)
		model.Probabilities(bag)
	}
}
