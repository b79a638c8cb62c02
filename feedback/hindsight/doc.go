// Package hindsight says what came of an episode, and how it is judged before and after that is known.
//
// Foresight is a judgement right after the conversation; hindsight is the same judgement, on the same scale, once consequences
// were seen. What sounds good and what does good part there (Liang et al. 2025, "RLHS", arXiv 2501.08617).
//
// Where a scenario has a decision, the worth of what was chosen can be computed ([UtilityOf]). Where somebody seeks help, futures
// are sampled by rules from what the client's own committed states say ([Simulate]). The generator of futures is given a [World]
// and nothing else: no score, no rating, no policy, no name of what is compared. Several futures are sampled, because one alone
// measures luck: people judge a decision by its outcome (Baron and Hershey 1988, "Outcome Bias in Decision Evaluation").
//
// Everything is a pure function of an episode and a seed. What the rules give is a simulation with chosen constants: good for
// comparing, for tests and as a baseline, no forecast of anybody's life.
//
// It may import the contracts, the engine's episode, evaluators/reward and internal. Start reading at [Study].
package hindsight
