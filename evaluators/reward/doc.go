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
// A term may rest on an ensemble: several evaluators, or one with several models, that score the same quality. Its x is then
//
//	x = lambda x0 + (1 - lambda) min(x0, x1, ...)
//
// with x0 the value of the term's own evaluator, the nominal one: lambda is 1 by the rule nominal, 0 by the rule worst, and
// stated by the rule blend. That is a reward that is robust against one evaluator being hacked: what pays has to please all of
// them (Coste et al. 2023, "Reward Model Ensembles Help Mitigate Overoptimization", worst-case optimisation; Yan et al. 2024,
// "Reward-Robust RLHF in LLMs", the blend). Least is what the role gets least for: with a negative weight the largest x. A
// member that does not apply drops out; one that is missing otherwise makes the term missing where the least counts. What each
// member says and their standard deviation, the disagreement, are kept.
//
// Whatever happened, each term is listed with its value or its reason, whether it pays for process (turns) or outcome (the
// episode), and who scored it, so that a reader can do the sum again and knows whom to believe.
//
// This package imports the contracts and nothing else of the project; the engine imports it.
package reward
