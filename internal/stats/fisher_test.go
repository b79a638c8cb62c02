package stats

import (
	"math"
	"testing"
)

// Tables of F at .95 and .975 (any textbook), and the square of Student's t, which is F with one degree of freedom above.
func TestFisherQuantile(t *testing.T) {
	for _, tc := range []struct{ p, above, below, want float64 }{
		{.95, 1, 10, 4.9646}, {.95, 5, 20, 2.7109}, {.975, 3, 15, 4.1528}, {.95, 10, 5, 4.7351}, {.99, 2, 30, 5.3903},
	} {
		if got := fisherQuantile(tc.p, tc.above, tc.below); math.Abs(got-tc.want) > 6e-5 {
			t.Errorf("F(%v; %v, %v) = %v, want %v", tc.p, tc.above, tc.below, got, tc.want)
		}
	}
	for _, df := range []int{1, 4, 30} {
		if f, s := fisherQuantile(.95, 1, float64(df)), studentQuantile(.975, df); math.Abs(f-s*s)/f > 1e-6 {
			t.Errorf("%d: F %v, squared t %v", df, f, s*s)
		}
	}
}
