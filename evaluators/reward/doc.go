// Package reward composes scores into rewards. It is pure: no I/O, no clock, no chance.
//
// The reward of a role is
//
//	R = sum(w x) / sum(|w|)
//
// over the terms its scenario states for it, each x being a score rescaled to [-1, 1] by the declared range of its
// dimension. The rules, for an episode and for a single turn alike:
//
//   - A negative weight turns its dimension round: the term counts -x with weight |w|. With positive weights this is
//     the plain weighted mean. The denominator takes |w| because a signed sum could be zero or smaller than the
//     numerator, and a reward outside [-1, 1] would mean nothing.
//   - A weight of 0 reads as 1, as in scenario files.
//   - A term that is not applicable drops out, numerator and denominator. A dimension that is scored per turn only does
//     not apply to the episode, one that is scored per episode only does not apply to a turn.
//   - Any other missing term makes the reward missing (DEPENDENCY_MISSING, naming the terms), unless the term is
//     optional: then it drops out too.
//   - If nothing is left the reward is missing: NOT_APPLICABLE if nothing applied, DEPENDENCY_MISSING if an optional
//     term is what is missing. Missing is not zero.
//   - A score outside the declared range, or no number, is not bent into shape: the term is INVALID_ANSWER. A dimension
//     its evaluator does not declare is DEPENDENCY_MISSING.
//
// Whatever happened, each term is listed with its value or its reason, so that a reader can do the sum again.
//
// This package imports the contracts and nothing else of the project; the engine imports it.
package reward
