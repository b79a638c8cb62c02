package stats

import (
	"fmt"
	"math"
)

// studentShare is the distribution function of Student's t with degrees of freedom that need not be whole.
func studentShare(t, df float64) float64 {
	if math.IsInf(df, 1) || df > 1e7 {
		return normalCDF(t)
	}
	inside := fisherCDF(t*t, 1, df)
	if t < 0 {
		return (1 - inside) / 2
	}
	return (1 + inside) / 2
}

// studentPoint is its inverse, for p between 0 and 1.
func studentPoint(p, df float64) float64 {
	switch {
	case p == 0.5:
		return 0
	case p < 0.5:
		return -studentPoint(1-p, df)
	case df > 1e7:
		return normalQuantile(p)
	}
	return math.Sqrt(fisherQuantile(2*p-1, 1, df))
}

// normalToStudent is the t beyond which as much lies as beyond z of a normal distribution, and studentToNormal the way back. Far out, where
// shares can no longer be told from 0, the tail is held to 40 standard deviations, beyond what any resample reaches.
func normalToStudent(z, df float64) float64 {
	tail := normalCDF(-math.Abs(z))
	if tail < 1e-15 {
		tail = 1e-15
	}
	return math.Copysign(-studentPoint(tail, df), z)
}

func studentToNormal(t, df float64) float64 {
	tail := studentShare(-math.Abs(t), df)
	if tail < 1e-15 {
		return math.Copysign(40, t)
	}
	return math.Copysign(-normalQuantile(tail), t)
}

// Power is how often a two-sided t test at a level alpha (.05) finds an effect of a size, given its standard error and degrees of freedom:
// from the noncentral t distribution, as in Cohen (1988). All are above 0 but the effect.
func Power(effect, se, df, alpha float64) (float64, error) {
	if !(se > 0 && df > 0 && alpha > 0 && alpha < 1 && finite(effect) && finite(se)) {
		return 0, fmt.Errorf("power: %w: effect %v, standard error %v, %v degrees of freedom, level %v", ErrUndefined, effect, se, df, alpha)
	}
	critical := studentPoint(1-alpha/2, df)
	shift := math.Abs(effect) / se
	return noncentralBeyond(critical, df, shift) + noncentralBeyond(critical, df, -shift), nil
}

// noncentralBeyond is the probability that (Z + shift) / sqrt(chi2/df) is above a critical value: over the distribution of s = sqrt(chi2/df),
// of the normal tail beyond critical*s - shift, by Simpson's rule. s is near 1 and has a standard deviation of about 1/sqrt(2 df).
func noncentralBeyond(critical, df, shift float64) float64 {
	if df > 1e7 {
		return normalCDF(shift - critical)
	}
	const steps = 2000
	low, high := 0.0, 1+12/math.Sqrt(2*df)
	lg, _ := math.Lgamma(df / 2)
	front := math.Log(2) + df/2*math.Log(df/2) - lg
	density := func(s float64) float64 {
		if s <= 0 {
			return 0
		}
		return math.Exp(front + (df-1)*math.Log(s) - df*s*s/2)
	}
	sum, h := 0.0, (high-low)/steps
	if df <= 1 { // the density does not vanish at 0
		sum += math.Exp(front) * normalCDF(shift)
	}
	for i := 1; i <= steps; i++ {
		s := low + h*float64(i)
		weight := 2.0
		switch {
		case i == steps:
			weight = 1
		case i%2 == 1:
			weight = 4
		}
		sum += weight * density(s) * normalCDF(shift-critical*s)
	}
	return sum * h / 3
}

// SmallestEffect is the effect that a test of a level alpha finds with a given power, as [Power] has it.
func SmallestEffect(se, df, alpha, power float64) (float64, error) {
	if !(power > alpha && power < 1) {
		return 0, fmt.Errorf("smallest effect: power %v: %w: it must lie between the level (%v) and 1", power, ErrUndefined, alpha)
	}
	low, high := 0.0, se
	for {
		p, err := Power(high, se, df, alpha)
		if err != nil {
			return 0, err
		}
		if p >= power || high > 1e6*se {
			break
		}
		high *= 2
	}
	for range 60 {
		middle := (low + high) / 2
		if p, _ := Power(middle, se, df, alpha); p < power {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2, nil
}

// Components are the variances a difference is made of: between rows (scenarios), between columns (persons), of how the two go together, and
// between repeats of one encounter.
type Components struct{ Rows, Columns, Cells, Repeats float64 }

// Size is how much is played: rows, columns that meet every row (0 or 1: none are crossed with them), and values in each cell (above 0; a
// mean where some go missing).
type Size struct{ Rows, Columns, Repeats float64 }

// Forecast is the standard error and the degrees of freedom that [Bootstrap.Clustered] is to be expected to find in a study of a size.
func (v Components) Forecast(size Size) (se, df float64, err error) {
	if !(size.Rows >= 2 && size.Repeats > 0) || v.Rows < 0 || v.Columns < 0 || v.Cells < 0 || v.Repeats < 0 {
		return 0, 0, fmt.Errorf("forecast: %w: it takes 2 rows and more, repeats above 0 and no variance below 0", ErrUndefined)
	}
	columns := max(size.Columns, 1)
	cell := (v.Cells + v.Repeats/size.Repeats) / (size.Rows * columns)
	byRow, byColumn := v.Rows/size.Rows+cell, v.Columns/columns+cell
	if size.Columns < 2 {
		byRow += v.Columns / columns / size.Rows // persons nested in rows vary with them
		return math.Sqrt(byRow), size.Rows - 1, nil
	}
	variance, df := crossedVariance(byRow, byColumn, cell, size.Rows-1, size.Columns-1, (size.Rows-1)*(size.Columns-1))
	return math.Sqrt(variance), df, nil
}
