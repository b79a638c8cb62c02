package stats

import (
	"errors"
	"math"
	"testing"
)

// Four things, wins A>B 2, A>D 1, B>A 3, B>C 5, C>B 3, C>D 1, D>A 4, D>C 3: a worked example that many pages repeat.
func TestBradleyTerryShares(t *testing.T) {
	got, err := BradleyTerry([][]float64{{0, 2, 0, 1}, {3, 0, 5, 0}, {0, 3, 0, 1}, {4, 0, 3, 0}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{.139, .226, .143, .492} {
		if math.Abs(got[i].Share-want) > .0006 {
			t.Errorf("share %d is %v; want %v", i, got[i].Share, want)
		}
	}
}

// Citations between four journals of statistics (Stigler 1994), against Biometrika; a citation is a win of the one that is cited. R's
// BradleyTerry2 has these estimates and errors.
func TestBradleyTerryErrors(t *testing.T) {
	wins := [][]float64{{0, 730, 498, 221}, {33, 0, 68, 17}, {320, 813, 0, 142}, {284, 276, 325, 0}}
	got, err := BradleyTerry(wins)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Worth{{}, {Log: -2.94907, SE: .10255}, {Log: -.47957, SE: .06059}, {Log: .26895, SE: .07083}} {
		if math.Abs(got[i].Log-want.Log) > 1e-5 || math.Abs(got[i].SE-want.SE) > 1e-5 {
			t.Errorf("%d is %+v; want %+v", i, got[i], want)
		}
	}
}

func TestBradleyTerryUndefined(t *testing.T) {
	for name, wins := range map[string][][]float64{
		"one thing": {{0}}, "never lost": {{0, 3}, {0, 0}}, "two islands": {{0, 1, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 1}, {0, 0, 1, 0}},
	} {
		if got, err := BradleyTerry(wins); !errors.Is(err, ErrUndefined) {
			t.Errorf("%s: %v, %v; want undefined", name, got, err)
		}
	}
	if _, err := BradleyTerry([][]float64{{0, -1}, {1, 0}}); err == nil || errors.Is(err, ErrUndefined) {
		t.Errorf("a negative count: %v", err)
	}
}

// Shrout and Fleiss (1979), table 2.
func TestOneWayICC(t *testing.T) {
	got, err := OneWayICC([][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}, {3}})
	if err != nil || math.Abs(got-.1657) > 5e-5 {
		t.Errorf("%v, %v; want .1657", got, err)
	}
	if got, err := OneWayICC([][]float64{{1, 2}, {3}}); !errors.Is(err, ErrUndefined) {
		t.Errorf("one thing rated twice: %v, %v", got, err)
	}
}
