// Package outcomes measures what came of an episode for those whom the focal role spoke with, by their own account: their
// committed mental states and what they meant to do. And it holds that against the reward the focal role got.
//
// The two are kept apart on purpose. A reward is what an evaluator says of the focal role; an outcome is what the client or
// partner says of itself: computed with builtin minds, self-reported with language models. Neither validates the other: a
// reward may pay for something worth having that nobody feels in twenty turns, and distress may well rise while pain is told. How
// far they part is the objective mismatch (Lambert et al. 2020, "Objective Mismatch in Model-based Reinforcement Learning", for
// the name: what is optimised is not what is wanted), a correlation that [Mismatch] estimates.
//
// It reads states of episodes and may import the contracts, the engine's episode and internal. Start reading at [Of].
package outcomes
