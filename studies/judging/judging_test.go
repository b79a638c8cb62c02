package judging_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/studies/judging"
)

// character is what a simulated judge is like.
type character struct {
	// right is how often it is right, boast what it says beyond that, place how often it takes the first text unseen, own how often
	// its own text.
	right, boast, place, own float64
	// like is whose errors it takes over, and how often.
	like *judge
	lean float64
}

type judge struct {
	name string
	character
	luck  *rand.Rand
	wrong map[string]bool
}

func newJudge(name string, seed uint64, c character) *judge {
	return &judge{name: name, character: c, luck: rand.New(rand.NewPCG(seed, 7)), wrong: map[string]bool{}}
}

// says is a verdict: what it thinks of the anchor, the same in both orders but for what sways it.
func (j *judge) says(a *judging.Anchor, swapped bool, spoilt bool) judging.Verdict {
	better, worse := a.Label, judging.B
	if better == judging.B {
		worse = judging.A
	}
	v := judging.Verdict{Anchor: a.ID, Swapped: swapped, Choice: better, Confidence: min(1, max(0, j.right+j.boast+0.1*(j.luck.Float64()-0.5)))}
	if spoilt {
		v.Choice = worse
	}
	switch {
	case j.luck.Float64() < j.place:
		if v.Choice = judging.A; swapped {
			v.Choice = judging.B
		}
	case a.ByA == j.name && j.luck.Float64() < j.own:
		v.Choice = judging.A
	case a.ByB == j.name && j.luck.Float64() < j.own:
		v.Choice = judging.B
	}
	return v
}

// read is a reading. Errors are of the anchor (both orders alike) half of the time, else of the order.
func (j *judge) read(anchors *judging.Anchors, number int) *judging.Reading {
	r := &judging.Reading{Model: j.name, Anchors: anchors.SHA256, Number: number, Samples: 1}
	for _, a := range anchors.List {
		whole, copies := j.luck.Float64() < 0.5, j.like != nil && j.luck.Float64() < j.lean
		both := j.luck.Float64() >= j.right
		for i := range 2 {
			spoilt, order := both, fmt.Sprint(a.ID, i)
			switch {
			case copies:
				spoilt = j.like.wrong[order]
			case !whole:
				spoilt = j.luck.Float64() >= j.right
			}
			j.wrong[order] = spoilt
			r.Verdicts = append(r.Verdicts, j.says(a, i == 1, spoilt))
		}
	}
	return r
}

func anchorsOf(t testing.TB, n int) *judging.Anchors {
	var text strings.Builder
	for i := range n {
		by := [2]string{"", ""}
		if i%2 == 0 {
			by[i/2%2] = "honest"
		} else {
			by[i/2%2] = "vain"
		}
		fmt.Fprintf(&text, `{"id": "a%d", "a": "one %d", "b": "two %d", "label": %q, "by_a": %q, "by_b": %q}`+"\n", i, i, i, []string{"a", "b"}[i/4%2], by[0], by[1])
	}
	anchors, err := judging.Read(strings.NewReader(text.String()), "anchors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return anchors
}

func named(t testing.TB, r *judging.Report) map[string]*judging.Finding {
	t.Helper()
	out := map[string]*judging.Finding{}
	for _, f := range r.Findings {
		if f.Named {
			out[strings.Trim(f.Judge+" "+f.Other, " ")+": "+f.What] = f
		}
	}
	return out
}

// Five judges planted beside an honest one, and read twice.
func TestPlantedJudges(t *testing.T) {
	anchors := anchorsOf(t, 200)
	first := newJudge("echo", 5, character{right: 0.75})
	cast := []*judge{
		newJudge("honest", 1, character{right: 0.75}),
		newJudge("loud", 2, character{right: 0.75, boast: 0.2}),
		newJudge("placed", 3, character{right: 0.75, place: 0.4, boast: -0.07}),
		newJudge("vain", 4, character{right: 0.75, own: 0.5}),
		first,
		newJudge("twin", 6, character{right: 0.75, like: first, lean: 0.8}),
		newJudge("drifts", 7, character{right: 0.85}),
	}
	var judged []judging.Judged
	for _, j := range cast {
		before := j.read(anchors, 0)
		if j.name == "drifts" {
			j.right, j.boast = 0.6, 0
		}
		judged = append(judged, judging.Judged{First: before, Now: j.read(anchors, 1)})
	}
	report, err := judging.Judge(anchors, judged, judging.Options{Seed: 1, Resamples: 400})
	if err != nil {
		t.Fatal(err)
	}
	got := named(t, report)
	for who, size := range map[string]float64{
		"loud: over-confident": 0.2, "placed: position-biased": 0.4, "vain: self-preferring": 0.5, "drifts: drifting": -0.25, "echo twin: colluding pair": 0.8,
	} {
		f := got[who]
		if f == nil {
			t.Errorf("%s is not named", who)
			continue
		}
		t.Logf("%s: %.2f %.2f", who, *f.Size, *f.CI95)
		if math.Abs(*f.Size-size) > 0.15 {
			t.Errorf("%s: size %v, planted %v", who, *f.Size, size)
		}
		delete(got, who)
	}
	for who, f := range got {
		t.Errorf("%s is named and was not planted: %v", who, *f.Size)
	}
}

// Two honest judges that err, read twice, raise no flag: one study in twenty at most may.
func TestHonestJudgesAreNotNamed(t *testing.T) {
	studies, most := 60, 7 // more than 7 of 60 is less than 1% likely where the rate is 5%
	if os.Getenv("VIGNETTE_ALL") != "" {
		studies, most = 200, 10
	}
	for _, n := range []int{60, 200} {
		anchors, alarms, kinds := anchorsOf(t, n), 0, map[string]int{}
		for seed := range uint64(studies) {
			var judged []judging.Judged
			for i, name := range []string{"honest", "other"} {
				j := newJudge(name, 1000+2*seed+uint64(i), character{right: 0.7 + 0.1*float64(i)})
				judged = append(judged, judging.Judged{First: j.read(anchors, 0), Now: j.read(anchors, 1)})
			}
			report, err := judging.Judge(anchors, judged, judging.Options{Seed: seed, Resamples: 100})
			if err != nil {
				t.Fatal(err)
			}
			found := named(t, report)
			if len(found) > 0 {
				alarms++
			}
			for _, f := range found {
				kinds[f.What]++
			}
		}
		t.Logf("%d anchors: an alarm in %d of %d studies: %v", n, alarms, studies, kinds)
		if alarms > most {
			t.Errorf("%d anchors: %d alarms in %d studies", n, alarms, studies)
		}
	}
}

// Self-preference is found with the size that was planted: .6 on average over studies, and in 19 of 20 intervals.
func TestSelfPreferenceIsFoundAsPlanted(t *testing.T) {
	studies := 60
	if os.Getenv("VIGNETTE_ALL") != "" {
		studies = 500
	}
	anchors, sum, covered, named := anchorsOf(t, 240), 0.0, 0, 0
	for seed := range uint64(studies) {
		j := newJudge("vain", 9000+seed, character{right: 0.75, own: 0.6})
		report, err := judging.Judge(anchors, []judging.Judged{{Now: j.read(anchors, 0)}}, judging.Options{Seed: seed, Resamples: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Findings {
			if f.What != judging.SelfPreferring {
				continue
			}
			sum += *f.Size / float64(studies)
			if f.CI95[0] <= 0.6 && 0.6 <= f.CI95[1] {
				covered++
			}
			if f.Named {
				named++
			}
		}
	}
	t.Logf("planted .60, found %.3f on average of %d studies; in the interval in %d; named in %d", sum, studies, covered, named)
	if math.Abs(sum-0.6) > 0.03 || float64(covered) < 0.88*float64(studies) || named < studies*9/10 {
		t.Errorf("found %.3f, covered %d, named %d of %d", sum, covered, named, studies)
	}
}

// The orders agree or they are a tie; sizes can be counted by hand.
func TestWorkedExample(t *testing.T) {
	var text strings.Builder
	for i := range 20 {
		fmt.Fprintf(&text, `{"id": "a%d", "a": "one", "b": "two", "label": "a"}`+"\n", i)
	}
	anchors, err := judging.Read(strings.NewReader(text.String()), "f")
	if err != nil {
		t.Fatal(err)
	}
	reading := &judging.Reading{Model: "m", Anchors: anchors.SHA256, Samples: 1}
	for i, a := range anchors.List { // 10 right twice, 6 always the first, 2 wrong twice, 1 refused, 1 unsure
		choices, sure, missing := [2]judging.Choice{judging.A, judging.A}, 0.9, ""
		switch {
		case i == 19:
			sure = 0.4
		case i == 18:
			missing = "refused"
		case i >= 16:
			choices = [2]judging.Choice{judging.B, judging.B}
		case i >= 10:
			choices[1] = judging.B
		}
		for k, choice := range choices {
			v := judging.Verdict{Anchor: a.ID, Swapped: k == 1, Choice: choice, Confidence: sure, Missing: missing}
			reading.Verdicts = append(reading.Verdicts, v)
		}
	}
	report, err := judging.Judge(anchors, []judging.Judged{{Now: reading}}, judging.Options{Abstain: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	s := report.Judges[0]
	if diff := cmp.Diff(map[string]int{"refused": 2, "abstained": 1}, s.Missing); diff != "" || s.Judged != 19 {
		t.Errorf("judged %d; missing -want +got:\n%s", s.Judged, diff)
	}
	// 13 of 19 agree with themselves; 10 of the 18 that are not abstained from are right; 28 of 38 single verdicts are.
	if *s.Consistency != 13.0/19 || *s.Accuracy != 10.0/18 || math.Abs(s.Confidence[0].Right-28.0/38) > 1e-12 {
		t.Errorf("consistency %v, accuracy %v, right %v", *s.Consistency, *s.Accuracy, s.Confidence[0].Right)
	}
	// Below .5 are 2 of 38; of the others 10 of 36 are wrong.
	if c := s.Confidence[0].Coverage[0]; c.Coverage != 36.0/38 || math.Abs(*c.Risk-10.0/36) > 1e-12 {
		t.Errorf("coverage %+v, risk %v", c, *c.Risk)
	}
	if f := report.Findings[0]; f.Named || f.Why != "too few anchors" || f.Size != nil {
		t.Errorf("%+v is told of 19 anchors", f)
	}
}

func TestReadMistakes(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "no anchors"}, {"{", "f:1: no anchor"}, {`{"id":"x","a":"1","b":"2","label":"c"}`, `f:1: label is "c"`}, {`{"a":"1","b":"2","label":"a"}`, "id is missing"},
		{`{"id":"x","a":"1","b":"1","label":"a"}`, "the same text"}, {`{"id":"x","a":"1","label":"a"}`, "a or b is missing"}, {`{"id":"x","wrong":1}`, "unknown field"},
		{"\n" + `{"id":"x","a":"1","b":"2","label":"a"}` + "\n" + `{"id":"x","a":"1","b":"2","label":"a"}`, "f:3: id"},
	} {
		if _, err := judging.Read(strings.NewReader(test.text), "f"); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.text, err, test.want)
		}
	}
}

// Three judges by hand. All for a: everybody's a. Two for a and one for neither: a by the mean and half-way, not in the worst case. Two
// for a and one for b: a by the mean alone.
func TestEnsembleByHand(t *testing.T) {
	anchors, err := judging.Read(strings.NewReader(`{"id": "1", "a": "one", "b": "two", "label": "a"}
{"id": "2", "a": "one", "b": "two", "label": "a"}
{"id": "3", "a": "one", "b": "two", "label": "a"}`), "f")
	if err != nil {
		t.Fatal(err)
	}
	var judges []judging.Judged
	for i, third := range [][]judging.Choice{{judging.A, judging.A, judging.A}, {judging.A, judging.A, judging.A}, {judging.A, judging.Tie, judging.B}} {
		reading := &judging.Reading{Model: fmt.Sprint("m", i), Anchors: anchors.SHA256, Samples: 1}
		for k, a := range anchors.List {
			for _, swapped := range []bool{false, true} {
				reading.Verdicts = append(reading.Verdicts, judging.Verdict{Anchor: a.ID, Swapped: swapped, Choice: third[k], Confidence: 0.9})
			}
		}
		judges = append(judges, judging.Judged{Now: reading})
	}
	report, err := judging.Judge(anchors, judges, judging.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e := report.Ensemble
	if e.N != 3 || *e.Nominal != 1 || *e.Worst != 1.0/3 || *e.Blend != 2.0/3 {
		t.Errorf("%d anchors: mean %v, worst %v, half-way %v; want 3, 1, 1/3, 2/3", e.N, *e.Nominal, *e.Worst, *e.Blend)
	}
	if got, want := e.ByAnchor["3"], math.Sqrt(1.0/3); math.Abs(got-want) > 1e-12 {
		t.Errorf("they disagree by %v on the third; want %v", got, want)
	}
}
