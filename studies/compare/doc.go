// Package compare says what one way of playing does against another, from pairs of episodes that share everything else.
//
// All pairs that were begun come first: how many have a value on each side, whether that differs, and between which bounds the difference
// lies whatever the missing values are. Pairs with a value on both sides come second: the difference with its interval and the
// population that it speaks about, its size in standard deviations, how often one side wins, whether it differs, whether it is as
// good as nothing. Then for whom.
//
// It knows pairs of numbers and nothing of runs; [studies.Table] makes the pairs. It imports internal/stats alone. Start reading at
// [Judge]. What it promises is held against simulated studies (studies/simulated; the table is in docs/studies.md).
package compare
