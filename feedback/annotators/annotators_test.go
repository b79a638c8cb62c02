package annotators

import (
	"math"
	"math/rand/v2"
	"testing"

	"go.uber.org/goleak"

	"github.com/vignette-sim/vignette/internal/stats"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func luck() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func TestRate(t *testing.T) {
	for _, test := range []struct {
		annotator Annotator
		worth     float64
		want      int
	}{
		{Annotator{}, 3, 3}, {Annotator{Bias: 1}, 3, 4}, {Annotator{Bias: 9}, 3, 5}, {Annotator{Bias: -9}, 3, 1}, {Annotator{}, 2.6, 3},
	} {
		if got := test.annotator.Rate(test.worth, 1, 5, luck()); got != test.want {
			t.Errorf("%+v rates %v as %d; want %d", test.annotator, test.worth, got, test.want)
		}
	}
}

// Strengths are found again in what sharp annotators prefer, and not in what those who guess do; the side they like has to be swapped
// away.
func TestStrengthsAreRecovered(t *testing.T) {
	truth := []float64{0, 1, 2}
	strengths := func(a Annotator, swap bool) []stats.Worth {
		l := luck()
		wins := [][]float64{make([]float64, 3), make([]float64, 3), make([]float64, 3)}
		for n := range 3000 {
			for i := range truth {
				for j := range i {
					x, y := j, i
					if swap && n%2 == 1 {
						x, y = i, j
					}
					if a.PrefersFirst(truth[x], truth[y], l) {
						wins[x][y]++
					} else {
						wins[y][x]++
					}
				}
			}
		}
		got, err := stats.BradleyTerry(wins)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for i, w := range strengths(Annotator{Sharpness: 1}, true) {
		if math.Abs(w.Log-truth[i]) > 4*w.SE+1e-9 {
			t.Errorf("strength %d is %+v; the truth is %v", i, w, truth[i])
		}
	}
	if guess := strengths(Annotator{}, true)[2]; math.Abs(guess.Log) > 4*guess.SE {
		t.Errorf("guessing gives %+v", guess)
	}
	fair, habit := strengths(Annotator{Sharpness: 1}, false)[2], strengths(Annotator{Sharpness: 1, FirstSide: 0.8}, false)[2]
	if habit.Log >= fair.Log-4*fair.SE {
		t.Errorf("a habit of place changes nothing where sides are not swapped: %+v and %+v", fair, habit)
	}
}

func TestCheck(t *testing.T) {
	for _, a := range []Annotator{{Noise: -1}, {Sharpness: -1}, {Bias: math.NaN()}} {
		if a.Check() == nil {
			t.Errorf("%+v is taken", a)
		}
	}
}

// On a scale of two a comparison is the same coin as PrefersFirst; on longer ones it keeps to the scale and to the better side.
func TestCompare(t *testing.T) {
	a := Annotator{Sharpness: 2, FirstSide: 0.3}
	counts, first := map[int]int{}, 0
	l, m := luck(), luck()
	for range 20_000 {
		counts[a.Compare(0.9, 0.4, 1, 2, l)]++
		if a.PrefersFirst(0.9, 0.4, m) {
			first++
		}
	}
	if got, want := float64(counts[2])/20_000, 1/(1+math.Exp(-1.3)); len(counts) != 2 || math.Abs(got-want) > 0.015 || math.Abs(float64(first)/20_000-want) > 0.015 {
		t.Errorf("%v prefer the first, %d by the coin; want %v", counts, first, want)
	}
	counts = map[int]int{}
	for range 20_000 {
		counts[Annotator{}.Compare(1, 0, -2, 2, l)]++
	}
	// Cut at -1.5, -.5, .5 and 1.5 of log odds.
	for value, want := range map[int]float64{-2: 0.1824, -1: 0.1951, 0: 0.2449, 1: 0.1951, 2: 0.1824} {
		if got := float64(counts[value]) / 20_000; math.Abs(got-want) > 0.015 {
			t.Errorf("%d is said in %v of cases; want %v", value, got, want)
		}
	}
}

func TestSpread(t *testing.T) {
	if got := Spread(map[string]float64{"a": -1, "b": 0, "c": 3}); got["a"] != 0 || got["b"] != 0.25 || got["c"] != 1 {
		t.Errorf("spread is %v", got)
	}
	if got := Spread(map[string]float64{"a": 2}); got["a"] != 0.5 {
		t.Errorf("what does not vary is %v", got)
	}
}
