package classify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// either makes examples of which one question asks whether just one of two features is there, which no sum of features tells, the other
// whether the first is.
func either(n int) []Example {
	r, examples := rand.New(rand.NewPCG(3, 1)), []Example{}
	for range n {
		a, b, bag := r.IntN(2), r.IntN(2), NewBag()
		bag.Add("a", float64(a), 0, 1)
		bag.Add("b", float64(b), 1, 2)
		bag.Add(fmt.Sprint("noise ", r.IntN(9)), 1, 2, 3)
		examples = append(examples, Example{Bag: bag, Answers: []int{a ^ b, a}})
	}
	return examples
}

var plainNetwork = NetworkOptions{Hidden: 8, Passes: 60, Rate: 0.02, MinTexts: 1, Seed: 1}

func trainEither(t testing.TB, o NetworkOptions) *Network {
	t.Helper()
	n, err := TrainNetwork(either(400), []string{"one of them", "the first"}, []string{"no", "yes"}, o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A network learns what depends on two features together, and answers several questions.
func TestNetworkLearnsWhatSumsCannotTell(t *testing.T) {
	n := trainEither(t, plainNetwork)
	for a := range 2 {
		for b := range 2 {
			bag := NewBag()
			bag.Add("a", float64(a), 0, 1)
			bag.Add("b", float64(b), 1, 2)
			p := n.Probabilities(bag, nil)
			if len(p) != 4 || math.Round(p[1]) != float64(a^b) || math.Round(p[3]) != float64(a) {
				t.Errorf("a %d, b %d: %.2f", a, b, p)
			}
			if sum := p[0] + p[1]; math.Abs(sum-1) > 1e-9 {
				t.Errorf("the answers to one question sum to %v", sum)
			}
		}
	}
}

// The slopes that learning goes down are those of the loss: each is what a small change of its weight does, also with parts left out by chance.
func TestNetworkSlopes(t *testing.T) {
	for name, o := range map[string]NetworkOptions{
		"all is there": {Hidden: 12},
		"left out":     {Hidden: 12, Blind: 0.4, Dark: 0.3},
	} {
		t.Run(name, func(t *testing.T) { checkSlopes(t, o) })
	}
}

func checkSlopes(t *testing.T, o NetworkOptions) {
	n := &Network{Questions: []string{"x", "y"}, Labels: abc, names: []string{"a", "b", "c", "d", "e", "f"}}
	example := Example{Bag: NewBag(), Answers: []int{2, 0}}
	for i, name := range n.names[:5] {
		example.Bag.Add(name, 1-0.4*float64(i), 0, 0)
	}
	n.biases, n.offsets = make([]float32, o.Hidden), make([]float32, 6)
	n.index()
	s := newSchool(n, []Example{example}, o)
	r := rand.New(rand.NewPCG(9, 9))
	for _, part := range [][]float64{s.at.rows, s.at.biases, s.at.outputs, s.at.offsets} {
		for i := range part {
			part[i] = r.NormFloat64()
		}
	}
	study := func(s *school) {
		s.chance = rand.New(rand.NewPCG(4, 0)) // the same is left out each time
		s.study(0, 1)
	}
	loss := func() float64 {
		probe := *s
		probe.slope, probe.marked, probe.met = newWeights(len(n.names), o.Hidden, 6), make([]bool, len(n.names)), nil
		study(&probe)
		sum := 0.0 // study leaves the probabilities, less one at the answer
		for q, answer := range example.Answers {
			sum -= math.Log(probe.sums[q*3+answer]+1) / 2
		}
		return sum
	}
	study(s)
	moved := 0
	for name, pair := range map[string][2][]float64{"rows": {s.at.rows, s.slope.rows}, "biases": {s.at.biases, s.slope.biases},
		"outputs": {s.at.outputs, s.slope.outputs}, "offsets": {s.at.offsets, s.slope.offsets}} {
		for i, slope := range append([]float64{}, pair[1]...) {
			const h = 1e-6
			before := pair[0][i]
			pair[0][i] = before + h
			up := loss()
			pair[0][i] = before - h
			down := loss()
			pair[0][i] = before
			if want := (up - down) / (2 * h); math.Abs(want-slope) > 1e-6 {
				t.Errorf("%s %d: slope %v, the loss says %v", name, i, slope, want)
			}
			if name == "rows" && slope != 0 {
				moved++
			}
		}
	}
	if moved == 0 {
		t.Error("no feature has a slope, so this says nothing")
	}
}

// What is left out by chance hinders learning and does not bias it: on average as much is seen as there is.
func TestNetworkLeavesOutWithoutBias(t *testing.T) {
	n := &Network{Questions: []string{"x"}, Labels: abc, names: []string{"a", "b"}}
	n.biases, n.offsets = make([]float32, 1), make([]float32, 3)
	n.index()
	s := newSchool(n, []Example{{Bag: NewBag(), Answers: []int{0}}}, NetworkOptions{Hidden: 1, Blind: 0.4, Dark: 0.3, Seed: 2})
	s.at.rows[0], s.at.rows[1] = 2, 3
	const times = 200_000
	sum := 0.0
	for range times {
		s.see([]entry{{0, 1}, {1, 0.5}})
		sum += s.units[0]
	}
	if mean := sum / times; math.Abs(mean-3.5) > 0.03 {
		t.Errorf("a unit of 3.5 is %.3f on average", mean)
	}
}

// The same examples make the same file, which reads back as the same network.
func TestNetworkFile(t *testing.T) {
	o := plainNetwork
	o.Blind, o.Dark, o.Passes = 0.2, 0.3, 3
	n := trainEither(t, o)
	text := n.Text()
	if diff := cmp.Diff(string(text), string(trainEither(t, o).Text())); diff != "" {
		t.Errorf("trained twice:\n%s", diff)
	}
	again, err := ParseNetwork(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), string(again.Text())); diff != "" {
		t.Errorf("written again:\n%s", diff)
	}
	for _, e := range either(20) {
		if diff := cmp.Diff(n.Probabilities(e.Bag, nil), again.Probabilities(e.Bag, nil)); diff != "" {
			t.Errorf("-trained +read:\n%s", diff)
		}
	}
}

// Reasons name the features that spoke for a label, and their points are what the log odds lose without them while the same units are lit.
func TestNetworkExplains(t *testing.T) {
	n := trainEither(t, plainNetwork)
	bag := NewBag()
	bag.Add("a", 1, 4, 5)
	bag.Add("unknown", 1, 7, 8)
	reasons := n.Explain(1, bag, 1, 3)
	if len(reasons) != 1 || reasons[0].Feature != "a" || reasons[0].Span.Start != 4 || reasons[0].Span.End != 5 {
		t.Fatalf("reasons %+v", reasons)
	}
	// While the same units are lit, a thousandth less of the feature takes a thousandth of its points from the log odds.
	less := NewBag()
	less.Add("a", 0.999, 4, 5)
	odds := func(b *Bag) float64 {
		p := n.Probabilities(b, nil)
		return math.Log(p[3]/p[2]) / 2 // against the mean of two labels
	}
	lit := func(b *Bag) (on []bool) {
		l := n.free.Get().(*layer)
		defer n.free.Put(l)
		n.light(b, l)
		for _, unit := range l.units {
			on = append(on, unit > 0)
		}
		return on
	}
	if diff := cmp.Diff(lit(less), lit(bag)); diff != "" {
		t.Fatalf("the units that are lit differ, so this says nothing; change the seed:\n%s", diff)
	}
	if want := 1000 * (odds(bag) - odds(less)); math.Abs(want-reasons[0].Points) > 1e-6 {
		t.Errorf("%v points, the log odds say %v", reasons[0].Points, want)
	}
	both := NewBag()
	both.Add("noise 1", 1, 6, 7)
	both.Add("a", 1, 4, 5)
	if one := n.Explain(1, both, 1, 1); len(one) != 1 || one[0].Feature != "a" {
		t.Errorf("what spoke most: %+v", one)
	}
	if none := n.Explain(1, bag, 0, 3); len(none) > 0 {
		t.Errorf("speak for no: %+v", none)
	}
	if none := n.Explain(1, NewBag(), 1, 3); len(none) > 0 {
		t.Errorf("an empty bag: %+v", none)
	}
}

// Of a feature that is there several times the largest counts, and the order of features does not matter.
func TestNetworkReadsBagsAsModelsDo(t *testing.T) {
	n := trainEither(t, plainNetwork)
	rapid.Check(t, func(t *rapid.T) {
		bag, largest, names := NewBag(), map[string]float64{}, []string{"a", "b", "noise 1", "unknown"}
		for range rapid.IntRange(0, 8).Draw(t, "features") {
			name, value := rapid.SampledFrom(names).Draw(t, "name"), rapid.Float64Range(-2, 2).Draw(t, "value")
			if bag.Add(name, value, 0, 0); math.Abs(value) > math.Abs(largest[name]) {
				largest[name] = value
			}
		}
		plain := NewBag()
		for _, name := range names {
			plain.Add(name, largest[name], 0, 0)
		}
		for i, p := range n.Probabilities(bag, nil) {
			if want := n.Probabilities(plain, nil)[i]; math.Abs(want-p) > 1e-9 {
				t.Fatalf("answer %d: %v, want %v", i, p, want)
			}
		}
	})
}

func TestNetworkRefuses(t *testing.T) {
	bad := func(change func(e []Example, o *NetworkOptions)) error {
		examples, o := either(4), plainNetwork
		change(examples, &o)
		_, err := TrainNetwork(examples, []string{"x", "y"}, []string{"no", "yes"}, o)
		return err
	}
	for want, change := range map[string]func(e []Example, o *NetworkOptions){
		"0 hidden units":       func(_ []Example, o *NetworkOptions) { o.Hidden = 0 },
		"rate 0":               func(_ []Example, o *NetworkOptions) { o.Rate = 0 },
		"rate NaN":             func(_ []Example, o *NetworkOptions) { o.Rate = math.NaN() },
		"shares 1 and 0":       func(_ []Example, o *NetworkOptions) { o.Blind = 1 },
		"example 2 has 1":      func(e []Example, _ *NetworkOptions) { e[2].Answers = []int{0} },
		"has answer 7":         func(e []Example, _ *NetworkOptions) { e[1].Answers[0] = 7 },
		"feature \"a\" is NaN": func(e []Example, _ *NetworkOptions) { e[3].Bag.Add("a", math.NaN(), 0, 0) },
	} {
		if err := bad(change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	for _, name := range []string{"", "a\tb", "a\r"} {
		if _, err := TrainNetwork(either(4), []string{name, "y"}, []string{"no", "yes"}, plainNetwork); err == nil || !strings.Contains(err.Error(), "is no question") {
			t.Errorf("question %q: %v", name, err)
		}
		if _, err := TrainNetwork(either(4), []string{"x", "y"}, []string{"no", name}, plainNetwork); err == nil || !strings.Contains(err.Error(), "is no label") {
			t.Errorf("label %q: %v", name, err)
		}
	}
	text := string(trainEither(t, NetworkOptions{Hidden: 2, Passes: 1, Rate: 0.01, Seed: 1}).Text())
	number := func(line, with string) string { // with is put in place of the first number of a line
		before, rest, _ := strings.Cut(text, line+"\t")
		_, after, _ := strings.Cut(rest, "\t")
		return before + line + "\t" + with + "\t" + after
	}
	for want, text := range map[string]string{
		"line 1":                     "vignette linear model 1\n",
		"it ends before":             strings.Join(strings.SplitAfter(text, "\n")[:7], ""),
		"out of order":               text + "a\tAAA=\n",
		"3 weights where 2":          text + "zz\tAAAA\n",
		"no base64":                  text + "zz\t*\n",
		"a feature and":              text + "zz\n",
		"3 numbers where 2":          strings.Replace(text, "biases\t", "biases\t0\t", 1),
		`"zz" is no number`:          number("biases", "zz"),
		`"NaN" is no number`:         number("scales", "NaN"),
		`"1e39" is no number`:        number("biases", "1e39"),
		`"Inf" is no number`:         number("scales", "Inf"),
		`"" is no name`:              strings.Replace(text, "labels\tno", "labels\t", 1),
		`"yes\r" is no name`:         strings.Replace(text, "labels\tno\tyes", "labels\tno\tyes\r\r", 1),
		`"labels" with 2 or more`:    strings.Replace(text, "labels\tno\tyes", "labels\tno", 1),
		`"one of them\tno" was expe`: strings.Replace(text, "\none of them\tno", "\nanother\tno", 1),
	} {
		if _, err := ParseNetwork([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// A unit that no feature lights keeps nothing.
func TestNetworkTakesEmptyUnits(t *testing.T) {
	n, w := &Network{}, newWeights(2, 2, 2)
	w.rows[0], w.rows[2] = 1, -0.5 // of the first unit
	n.take(w)
	if diff := cmp.Diff([]int8{127, 0, -64, 0}, n.grains); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float32{1.0 / 127, 0}, n.scales); diff != "" {
		t.Error(diff)
	}
}

func FuzzParseNetwork(f *testing.F) {
	f.Add(string(trainEither(f, NetworkOptions{Hidden: 2, Passes: 1, Rate: 0.01, Seed: 1}).Text()))
	f.Add("vignette network 1\nquestions\tx\nlabels\tno\tyes\nscales\t1\nbiases\tNaN\n")
	bag := NewBag()
	bag.Add("a", 1, 0, 0)
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ParseNetwork([]byte(text))
		if err != nil {
			return
		}
		n.Probabilities(bag, nil)
		if again, err := ParseNetwork(n.Text()); err != nil {
			t.Errorf("what was read and written is not read again: %v", err)
		} else if diff := cmp.Diff(string(n.Text()), string(again.Text())); diff != "" {
			t.Error(diff)
		}
	})
}
