// Package rlhs imports and exports the environments of RLHS (arXiv 2501.08617): shops, restaurants and courses, each with
// things to choose among, the features they may have and what they cost.
//
// An environment says what could be; a scenario needs what is. Each thing of an environment becomes one scenario: somebody who
// needs one of its features asks an adviser about three options. Which features an option has, which of them the customer is
// not told of, what it costs and which feature is needed are drawn once, from the scenario's id alone, so that the same file
// always gives the same scenarios; they stand in the scenario's decision, where they can be changed, and from which the worth
// of a choice follows. Changing them does not change what the roles were told: their knowledge is text of its own.
//
// Nothing of a file is lost; package foreign says how. Its prompts are kept and not used. The environments are not part of this
// program: users point at their own copy. It imports the contracts, package scenarios and package foreign. Start reading at
// [Import]; what is drawn stands in draw.go.
package rlhs
