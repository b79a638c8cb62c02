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
