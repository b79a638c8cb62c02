// Package rewards composes rewards anew from the scores on record, under other weights and without asking anybody; fits weights to
// an outcome; and says how strongly the scores of a run prefer one episode to another.
//
// What was rewarded when a run was played stays in its log. What is composed later is printed, or appended as a note with its
// author and a revision of its own.
//
// It reads states of episodes and may import the contracts, the engine's episode, evaluators/reward, feedback/ratings, studies/outcomes
// and internal.
// Start reading at [Change]; weights are fitted in fit.go, preferences are in votes.go.
package rewards
