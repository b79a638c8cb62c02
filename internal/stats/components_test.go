package stats

import (
	"math/rand/v2"
	"testing"
)

// What values were made of is found again, and the forecast made of it is the standard error that is found in such values.
func TestEstimateComponents(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	for _, tc := range []struct {
		name                   string
		rows, columns, repeats int
		truth                  Components
	}{
		{"crossed", 60, 40, 4, Components{Rows: 4, Columns: 2.25, Cells: 1, Repeats: 9}},
		{"rows alone", 400, 1, 5, Components{Rows: 4, Repeats: 9}},
		{"a value a row", 2000, 1, 1, Components{Rows: 4}},
	} {
		columns := make([]float64, tc.columns)
		for i := range columns {
			columns[i] = 1.5 * draw.NormFloat64()
		}
		var values []Placed
		for r := range tc.rows {
			row := 2 * draw.NormFloat64()
			for c := range tc.columns {
				both := draw.NormFloat64()
				for range tc.repeats {
					v := row
					if tc.columns > 1 {
						v += columns[c] + both
					}
					if tc.repeats > 1 {
						v += 3 * draw.NormFloat64()
					}
					values = append(values, Placed{v, r, c})
				}
			}
		}
		got, err := EstimateComponents(values)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]float64{{got.Rows, tc.truth.Rows}, {got.Columns, tc.truth.Columns}, {got.Cells, tc.truth.Cells}, {got.Repeats, tc.truth.Repeats}} {
			if pair[1] == 0 && pair[0] != 0 || pair[1] > 0 && (pair[0] < pair[1]*0.6 || pair[0] > pair[1]*1.5) {
				t.Errorf("%s: %+v, made of %+v", tc.name, got, tc.truth)
			}
		}
		found, err := (Bootstrap{}).Clustered(values)
		if err != nil {
			t.Fatal(err)
		}
		se, _, err := got.Forecast(Size{Rows: float64(tc.rows), Columns: float64(tc.columns), Repeats: float64(tc.repeats)})
		if err != nil || se < 0.9*found.SE || se > 1.1*found.SE {
			t.Errorf("%s: forecast %v, found %v (%v)", tc.name, se, found.SE, err)
		}
	}
	if _, err := EstimateComponents([]Placed{{1, 0, 0}, {2, 0, 1}, {3, 1, 0}}); !isUndefined(err) {
		t.Errorf("a table with a hole: %v", err)
	}
}
