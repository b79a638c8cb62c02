// Package stats describes samples, relates them to one another and says how sure a number is. It knows nothing about where the numbers come from.
//
// What is not defined is an error that wraps [ErrUndefined] and says why (no values, too few, no spread); it is never
// zero and never NaN. Values must be finite; a NaN or an infinity is an error too, because it would spread silently.
// Everything is a pure function of its arguments: the bootstrap takes its seed from the caller.
//
// Start reading at describe.go; the bootstrap of a mean is in bootstrap.go, that of anything else in resample.go,
// means over scenarios crossed with persons, with tests of difference and of equivalence, in clustered.go, power in noncentral.go, several
// tests, effect sizes, spread between groups and bounds in several.go, correlations
// and areas in rank.go, agreement in kappa.go, kappaerror.go, alpha.go and intraclass.go, trust in one's own
// answers in confidence.go, precision and recall in classes.go, shares of variance in variance.go,
// least squares in ridge.go, raters and what they rate in ratings.go, strengths from comparisons in bradleyterry.go, models of classes in choice.go, scores of forecasts in forecast.go, tests of means and of association in test.go. The package imports the standard library only.
package stats
