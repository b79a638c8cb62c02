// Package audits asks of what plays and judges whether it can be believed ("vignette audit"; docs/judges.md): whether somebody is
// treated otherwise for who they are, what a model associates and decides, whether the reward goes with what came of it, whether a critic
// tells good turns from bad ones, and whether correcting itself mends more than it spoils.
//
// Each audit makes a [Report]: findings with intervals, adjusted for how many there are, and a verdict. [Write] makes one page of it that
// needs nothing else.
//
// It reads states of episodes, scores and files, and plays nothing. It may import the contracts, the engine's episode, the other studies,
// evaluators/emotion/expressed and internal. Start reading at [Report]; each audit has a file.
package audits
