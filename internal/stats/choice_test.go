package stats

import (
	"errors"
	"math"
	"testing"
)

// housing is the survey of Danish tenants of Madsen (1976): how satisfied with their housing (low, medium, high), by felt influence
// (low, medium, high), type (tower, apartment, atrium, terrace) and contact (low, high). Venables and Ripley (2002), "Modern
// Applied Statistics with S", section 7.3, fit both models to it.
func housing() (rows [][]float64, y []int) {
	counts := [72]int{
		21, 21, 28, 34, 22, 36, 10, 11, 36, 61, 23, 17, 43, 35, 40, 26, 18, 54, 13, 9, 10, 8, 8, 12, 6, 7, 9, 18, 6, 7, 15, 13, 13, 7, 5, 11,
		14, 19, 37, 17, 23, 40, 3, 5, 23, 78, 46, 43, 48, 45, 86, 15, 25, 62, 20, 23, 20, 10, 22, 24, 7, 10, 21, 57, 23, 13, 31, 21, 13, 5, 6, 13,
	}
	one := func(yes bool) float64 {
		if yes {
			return 1
		}
		return 0
	}
	for i, n := range counts {
		satisfied, influence, kind, contact := i%3, i/3%3, i/9%4, i/36
		for range n {
			rows = append(rows, []float64{one(influence == 1), one(influence == 2), one(kind == 1), one(kind == 2), one(kind == 3), one(contact == 1)})
			y = append(y, satisfied)
		}
	}
	return rows, y
}

// As polr and multinom of R's MASS and nnet print them.
func TestFitChoiceOfHousing(t *testing.T) {
	rows, y := housing()
	for _, test := range []struct {
		name   string
		want   Choice
		within float64
	}{
		{"ordered", Choice{Ordered: true, Cuts: []float64{-0.4961, 0.6907}, Slopes: [][]float64{{0.5664, 1.2888, -0.5724, -0.3662, -1.0910, 0.3603}}}, 2e-4},
		{"unordered", Choice{Cuts: []float64{-0.4192, -0.1387}, Slopes: [][]float64{
			{0.4464, 0.6649, -0.4357, 0.1314, -0.6666, 0.3609}, {0.7349, 1.6126, -0.7357, -0.4080, -1.4123, 0.4818},
		}}, 2e-4},
	} {
		got, err := FitChoice(rows, y, 3, test.want.Ordered, 0)
		if err != nil {
			t.Fatal(test.name, err)
		}
		for k, cut := range test.want.Cuts {
			if math.Abs(got.Cuts[k]-cut) > test.within {
				t.Errorf("%s: cuts %v, want %v", test.name, got.Cuts, test.want.Cuts)
			}
		}
		for s, slopes := range test.want.Slopes {
			for j, slope := range slopes {
				if math.Abs(got.Slopes[s][j]-slope) > test.within {
					t.Errorf("%s: slopes %v, want %v", test.name, got.Slopes[s], slopes)
					break
				}
			}
		}
	}
}

// A penalty shrinks slopes, and lets a model be fitted that has none without it: predictors that separate the classes.
func TestFitChoicePenalty(t *testing.T) {
	rows, y := [][]float64{{0}, {0}, {0}, {1}, {1}, {1}}, []int{0, 0, 0, 1, 1, 1}
	if got, err := FitChoice(rows, y, 2, true, 0); !errors.Is(err, ErrUndefined) {
		t.Errorf("separated and not penalised: %v, %v", got, err)
	}
	last := math.Inf(1)
	for _, penalty := range []float64{0.01, 0.1, 1, 10} {
		got, err := FitChoice(rows, y, 2, true, penalty)
		if err != nil || got.Slopes[0][0] >= last || got.Slopes[0][0] <= 0 {
			t.Fatalf("penalty %v: %v, %v", penalty, got, err)
		}
		last = got.Slopes[0][0]
	}
}

func TestFitChoiceUndefined(t *testing.T) {
	for name, call := range map[string]func() (Choice, error){
		"no rows":          func() (Choice, error) { return FitChoice(nil, nil, 2, true, 1) },
		"an empty class":   func() (Choice, error) { return FitChoice([][]float64{{1}, {0}}, []int{0, 1}, 3, false, 1) },
		"not a number":     func() (Choice, error) { return FitChoice([][]float64{{math.NaN()}, {0}}, []int{0, 1}, 2, false, 1) },
		"no such class":    func() (Choice, error) { return FitChoice([][]float64{{1}, {0}}, []int{0, 2}, 2, false, 1) },
		"rows that differ": func() (Choice, error) { return FitChoice([][]float64{{1}, {0, 1}}, []int{0, 1}, 2, false, 1) },
	} {
		if got, err := call(); !errors.Is(err, ErrUndefined) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
